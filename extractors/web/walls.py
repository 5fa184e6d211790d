"""Refuse a page that asks for something before it shows its text. Pure.

A wall is short, has the words of one and says little else. So an article about log-ins, cookies or
CAPTCHAs is read, and what an article quotes does not count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.text import count_words
from extractors.web.paywalls import doubt_of, is_cut
from extractors.web.wall_phrases import WALLS, Phrases
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
_SAVE = WALLS["needs_java_script"].advice


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
    def bare(self) -> bool:
        """Whether next to nothing was extracted, from a page that does not call it an article."""
        return self.words < FEWEST_WORDS and not self.is_article

    @cached_property
    def own_text(self) -> str:
        """The text below its title, without what it quotes."""
        return _without_quotations(self.text.removeprefix(next(iter(self.titles), "")))

    @cached_property
    def said(self) -> str:
        """The own text, or all that is seen of a bare page."""
        return _without_quotations(self.seen) if self.bare else self.own_text

    @cached_property
    def awaits_scripts(self) -> bool:
        """Whether a script puts the text into an empty element."""
        has_script = "<script" in self.html.lower()
        return has_script and bool(WALLS["needs_java_script"].markup.search(self.html))


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
    for applies, error, kind in _RULES:
        if applies(shown):
            lasting = is_file and error.transient
            advice = _SAVE if lasting else kind.advice
            message = f"{where} {kind.finding}; {advice}"
            raise (AccessWall if lasting else error)(message, kind.cause)
    if shown.words < (_FEWEST_OF_ARTICLE if shown.is_article else FEWEST_WORDS):
        raise DocumentEmpty(
            f"{where} holds {shown.words} words of text, too few for a document; check the "
            f"address, or {_SAVE}"
        )
    if shown.words < FEWEST_WORDS:
        return f"only {shown.words} words; see whether the page holds more"
    return doubt_of(shown.text, shown.words, shown.claimed_words, is_sold=shown.is_sold)


def _is_wall(shown: Shown, kind: Phrases) -> bool:
    """Return whether a page is of a kind: by its title, or since it says little else."""
    if shown.words >= _LONG:
        return False
    says = shown.words < _SHORT and kind.text.search(shown.said) is not None
    hints = says or (shown.words < _SHORT and kind.hint.search(shown.said) is not None)
    if _is_named(shown, kind):
        return hints or shown.bare or kind.markup.search(shown.html) is not None
    if shown.bare:
        return hints or (not shown.awaits_scripts and bool(kind.markup.search(shown.html)))
    return says and _words_beside(kind.text, shown) < FEWEST_WORDS


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


def _without_quotations(text: str) -> str:
    """Blot quotations out: an article quotes what other pages say."""
    return _QUOTED.sub(lambda quoted: _WORD.sub("so", quoted[0]), text)


def _is_captcha(shown: Shown) -> bool:
    kind = WALLS["captcha"]
    says = shown.words < _SHORT and kind.text.search(shown.said) is not None
    is_one = (says and kind.markup.search(shown.html) is not None) or _is_wall(shown, kind)
    return is_one and "<textarea" not in shown.html.lower()  # it guards a form for comments


def _is_down(shown: Shown) -> bool:
    return _is_wall(shown, WALLS["service_down"]) and not _is_named(shown, WALLS["soft_not_found"])


def _is_missing(shown: Shown) -> bool:
    kind = WALLS["soft_not_found"]
    if shown.words >= _LONG:  # of teasers, below the two lines that say so
        named = not shown.is_article and _is_named(shown, kind)
        return named and kind.text.search(shown.seen[:_OPENING]) is not None
    if kind.opening.match(shown.own_text) or _is_wall(shown, kind):
        return True
    whole = any(_covers(kind.title, title) for title in shown.titles)
    named = whole or (shown.words < _SHORT and _is_named(shown, kind))
    return named and not shown.is_article


def _is_region(shown: Shown) -> bool:
    return _is_wall(shown, WALLS["region_blocked"])


def _is_login(shown: Shown) -> bool:
    kind = WALLS["login_wall"]
    if shown.awaits_scripts and shown.bare:
        return False
    asked = shown.words < _SHORT and kind.address.search(shown.url) is not None
    return asked or _is_wall(shown, kind)


def _is_consent(shown: Shown) -> bool:
    """Return whether nearly all of a page is about consent; a footer has one phrase of it."""
    kind = WALLS["consent_wall"]
    beside = _words_beside(kind.term, shown) if shown.words < _LONG else _LONG
    if shown.words >= _LONG or (shown.is_article and beside > FEWEST_WORDS):
        return False
    text = shown.seen if shown.bare else shown.text
    said = {found.group().lower() for found in kind.text.finditer(text)}
    if kind.address.search(shown.url):
        return bool(said) and shown.words < 2 * _SHORT
    mainly = 2 * beside <= shown.words
    if _is_named(shown, kind):
        return bool(said) and (mainly or shown.bare)
    return mainly and len(said) >= max(_SOME, shown.words / _WORDS_A_PHRASE)


def _is_paywall(shown: Shown) -> bool:
    seen = _without_quotations(shown.seen) if shown.words < _LONG else ""
    return is_cut(shown, shown.own_text, seen)


def _is_shell(shown: Shown) -> bool:
    if shown.words >= FEWEST_WORDS:
        return False
    kind, seen = WALLS["needs_java_script"], count_words(shown.seen)
    has_script = "<script" in shown.html.lower()
    asks = bool(kind.text.search(shown.html)) and seen < _SHORT
    waits = has_script and (seen < _NOTHING or kind.hint.search(shown.html) is not None)
    return asks or waits or shown.awaits_scripts


_RULES: tuple[tuple[Callable[[Shown], bool], type[CasebookError], Phrases], ...] = (
    (_is_captcha, TemporarilyUnavailable, WALLS["captcha"]),
    (_is_down, TemporarilyUnavailable, WALLS["service_down"]),
    (_is_missing, SourceGone, WALLS["soft_not_found"]),
    (_is_region, AccessWall, WALLS["region_blocked"]),
    (_is_login, AccessWall, WALLS["login_wall"]),
    (_is_consent, AccessWall, WALLS["consent_wall"]),
    (_is_paywall, AccessWall, WALLS["paywall"]),
    (_is_shell, NeedsJavaScript, WALLS["needs_java_script"]),
)
