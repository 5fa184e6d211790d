"""Refuse a page that asks for something before it shows its text. Pure.

A wall is short, has the words of one and says little else. So an article about log-ins, cookies or
CAPTCHAs is read, and what an article quotes does not count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.text import count_words
from extractors.web import wall_phrases as phrases
from extractors.web.paywalls import doubt_of, is_cut
from extractors.web.wall_phrases import Phrases
from schemas.errors import (
    AccessWall,
    CasebookError,
    DocumentEmpty,
    NeedsJavaScript,
    SourceGone,
    TemporarilyUnavailable,
)

FEWEST_WORDS = 50
"""Under this many words a web page says nothing that could be summarised."""

_FEWEST_OF_ARTICLE = 20
_NOTHING = 5
_SHORT, _LONG = 120, 400
_OPENING = 1_000
_MOSTLY = 0.6
_SITE_NAME = 4
_SOME = 2
_WORDS_A_PHRASE = 40
_PARTS = re.compile(r"\s+[-–—|·•»:]+\s+|[|·•»]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(
    r"“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|«(?<![\w.,!?…]«)[^«»\n]{1,300}»"
    r"|\"(?<![^\s(]\")(?=\S)[^\"\n]{1,300}(?<=\S)\"(?!\w)"
)


@dataclass(frozen=True)
class Shown:
    """What the rules look at.

    ``text`` is what extraction gave, ``seen`` all that a reader sees, ``html`` the source,
    ``titles`` what the page is called by machine and in its first heading. ``is_article``,
    ``is_sold`` and ``claimed_words`` (0 for none) are what it states by machine.
    """

    text: str
    seen: str
    html: str
    titles: Sequence[str]
    url: str
    is_article: bool = False
    is_sold: bool = False
    claimed_words: int = 0

    @cached_property
    def words(self) -> int:
        """How many words the text has."""
        return count_words(self.text)

    @cached_property
    def few(self) -> bool:
        """Whether next to nothing was extracted."""
        return self.words < FEWEST_WORDS

    @cached_property
    def own_text(self) -> str:
        """The text below its title, without what it quotes."""
        return _without_quotations(self.text.removeprefix(next(iter(self.titles), "")))

    @cached_property
    def said(self) -> str:
        """The own text, or all that is seen where next to nothing was extracted."""
        if self.few and not self.is_article:
            return _without_quotations(self.seen)
        return self.own_text

    @cached_property
    def awaits_scripts(self) -> bool:
        """Whether a script puts the text into an empty element."""
        return "<script" in self.html.lower() and bool(phrases.EMPTY_ROOT.search(self.html))


def _without_quotations(text: str) -> str:
    """Blot quotations out: an article quotes what other pages say."""
    return _QUOTED.sub(lambda quoted: _WORD.sub("so", quoted[0]), text)


def refuse_walls(shown: Shown, where: str, *, is_file: bool = False) -> str | None:
    """Return what a curator should look at in a page that holds a text, None where nothing is.

    ``where`` names the source. What may pass is permanent in a file (``is_file``).

    Raises:
        AccessWall: for a log-in, consent form, paywall or a region that is locked out.
        TemporarilyUnavailable: for a CAPTCHA or a site that is down.
        SourceGone: for a page that says "not found" with status 200.
        NeedsJavaScript: for a shell that scripts fill.
        DocumentEmpty: for under 50 words, 20 in an article, without any of these reasons.
    """
    if shown.words < _LONG:
        for applies, error, cause, finding, advice in _RULES:
            if applies(shown):
                if is_file and error.transient:
                    raise AccessWall(f"{where} {finding}; {_SAVE}", cause)
                raise error(f"{where} {finding}; {advice}", cause)
    elif _is_missing_above_teasers(shown):
        raise SourceGone(f"{where} {_GONE}; check the address.", "soft_not_found")
    if shown.words < (_FEWEST_OF_ARTICLE if shown.is_article else FEWEST_WORDS):
        raise DocumentEmpty(
            f"{where} holds {shown.words} words of text, too few for a document; check the "
            f"address, or {_SAVE}"
        )
    if shown.few:
        return f"only {shown.words} words; see whether the page holds more"
    return doubt_of(shown.text, shown.words, shown.claimed_words, is_sold=shown.is_sold)


def _is_wall(shown: Shown, kind: Phrases) -> bool:
    """Return whether a page is of a kind: by its title, or since it says little else."""
    says = shown.words < _SHORT and kind.text.search(shown.said) is not None
    bare = shown.few and not shown.is_article
    if _is_named(shown, kind):
        return says or bare or _hints(shown, kind) or _is_proved(shown, kind)
    if bare:
        proved = not shown.awaits_scripts and _is_proved(shown, kind)
        return says or proved or _hints(shown, kind)
    return says and _words_beside(kind.text, shown) < FEWEST_WORDS


def _hints(shown: Shown, kind: Phrases) -> bool:
    return shown.words < _SHORT and bool(kind.hint and kind.hint.search(shown.said))


def _is_proved(shown: Shown, kind: Phrases) -> bool:
    return bool(kind.markup and kind.markup.search(shown.html))


def _is_named(shown: Shown, kind: Phrases) -> bool:
    """Return whether a title says little else than a wall's, beside a short name of the site."""
    return any(
        _covers(pattern, part) and count_words(title) - count_words(part) <= _SITE_NAME
        for title in shown.titles
        for part in [title, *_PARTS.split(title.strip())]
        for pattern in (kind.title, kind.text)
    )


def _covers(pattern: re.Pattern[str], part: str) -> bool:
    found = pattern.search(part.strip())
    return found is not None and len(found[0]) >= _MOSTLY * len(part.strip())


def _words_beside(pattern: re.Pattern[str], shown: Shown) -> int:
    """Return how many words stand in sentences of the text without ``pattern``."""
    sentences = _SENTENCE.split(shown.own_text)
    return sum(count_words(one) for one in sentences if not pattern.search(one))


def _is_captcha(shown: Shown) -> bool:
    kind = phrases.CAPTCHA
    says = shown.words < _SHORT and kind.text.search(shown.said) is not None
    is_one = (says and _is_proved(shown, kind)) or _is_wall(shown, kind)
    return is_one and "<textarea" not in shown.html.lower()


def _is_down(shown: Shown) -> bool:
    return not _is_named(shown, phrases.MISSING) and _is_wall(shown, phrases.DOWN)


def _is_missing(shown: Shown) -> bool:
    opens = phrases.MISSING_OPENING.match(shown.own_text) is not None
    if opens or shown.is_article:
        return opens or _is_wall(shown, phrases.MISSING)
    whole = any(_covers(phrases.MISSING.title, title) for title in shown.titles)
    named = shown.words < _SHORT and _is_named(shown, phrases.MISSING)
    return whole or named or _is_wall(shown, phrases.MISSING)


def _is_missing_above_teasers(shown: Shown) -> bool:
    """Return whether two lines say that the page is missing, and many teasers follow."""
    return (
        not shown.is_article
        and _is_named(shown, phrases.MISSING)
        and phrases.MISSING.text.search(shown.seen[:_OPENING]) is not None
    )


def _is_region(shown: Shown) -> bool:
    return _is_wall(shown, phrases.REGION)


def _is_login(shown: Shown) -> bool:
    if shown.awaits_scripts and shown.few:
        return False
    asked = phrases.LOGIN_URL.search(shown.url) is not None and shown.words < _SHORT
    return asked or _is_wall(shown, phrases.LOGIN)


def _is_consent(shown: Shown) -> bool:
    """Return whether nearly all of a page is about consent; a footer has one phrase of it."""
    if shown.is_article and _words_beside(phrases.CONSENT_TERM, shown) > FEWEST_WORDS:
        return False
    text = shown.text if not shown.few else shown.seen
    said = {found.group().lower() for found in phrases.CONSENT.text.finditer(text)}
    if phrases.CONSENT_URL.search(shown.url):
        return bool(said) and shown.words < 2 * _SHORT
    mainly = 2 * _words_beside(phrases.CONSENT_TERM, shown) <= shown.words
    if _is_named(shown, phrases.CONSENT):
        return bool(said) and (mainly or shown.few)
    return mainly and len(said) >= max(_SOME, shown.words / _WORDS_A_PHRASE)


def _is_paywall(shown: Shown) -> bool:
    offered = {found.group() for found in phrases.OFFER.finditer(shown.own_text.lower())}
    if len(offered) >= _SOME and any(map(phrases.OFFER.search, shown.titles)):
        return shown.words < 2 * _SHORT
    return is_cut(
        shown.own_text,
        _without_quotations(shown.seen),
        shown.html,
        shown.words,
        shown.claimed_words,
        is_sold=shown.is_sold,
    )


def _is_shell(shown: Shown) -> bool:
    if not shown.few:
        return False
    seen = count_words(shown.seen)
    has_script = "<script" in shown.html.lower()
    asks = bool(phrases.SCRIPT_TEXT.search(shown.html)) and seen < _SHORT
    waits = has_script and bool(phrases.LOADING.search(shown.html))
    return (seen < _NOTHING and has_script) or asks or waits or shown.awaits_scripts


_SAVE = "save the page from a browser where you see its text and submit the file."
_GONE = "says that the page does not exist, though the server reported success"
_RULES: tuple[tuple[Callable[[Shown], bool], type[CasebookError], str | None, str, str], ...] = (
    (
        _is_captcha,
        TemporarilyUnavailable,
        "captcha",
        "takes casebook for a robot and shows no text",
        f"try again later, or {_SAVE}",
    ),
    (
        _is_down,
        TemporarilyUnavailable,
        "service_down",
        "says that the site is down for now",
        "try again later.",
    ),
    (_is_missing, SourceGone, "soft_not_found", _GONE, "check the address."),
    (
        _is_region,
        AccessWall,
        "region_blocked",
        "is not shown in the country that this machine is in",
        _SAVE,
    ),
    (
        _is_login,
        AccessWall,
        "login_wall",
        "asks to log in before it shows its text",
        f"log in and {_SAVE}",
    ),
    (
        _is_consent,
        AccessWall,
        "consent_wall",
        "asks for consent before it shows its text",
        f"answer and {_SAVE}",
    ),
    (
        _is_paywall,
        AccessWall,
        "paywall",
        "shows only the beginning and sells the rest",
        f"with a subscription, {_SAVE}",
    ),
    (_is_shell, NeedsJavaScript, None, "is empty until its scripts run", _SAVE),
)
