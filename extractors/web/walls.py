"""Refuse a page that asks for something before it shows its text, or sells the rest of it. Pure.

A wall is short, has the words of one and says little else. So an article about log-ins, cookies or
CAPTCHAs is read, and what an article quotes does not count. Pages that show all of their text may
have a class "paywall" and a line that sells subscriptions too: the text must be seen to be cut.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from extractors.text import count_words
from extractors.web.page import WebPage
from extractors.web.patterns import WALLS, WallPhrases
from schemas.errors import (
    CasebookError,
    ExtractionError,
    NeedsJavaScript,
    SourceGone,
    TemporarilyUnavailable,
)

FEWEST_WORDS = 50  # fewer say nothing that could be summarised
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(
    r"“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|«(?<![\w.,!?…]«)[^«»\n]{1,300}»"
    r"|\"(?<![^\s(]\")(?=\S)[^\"\n]{1,300}(?<=\S)\"(?!\w)"
)


@dataclass(frozen=True)
class PageView:
    """What the rules look at.

    ``text`` is what extraction gave, ``seen`` all that a reader sees, ``html`` the source,
    ``titles`` what the page is called by machine and in its first heading.
    """

    text: str
    seen: str
    html: str
    titles: Sequence[str]
    page: WebPage

    @cached_property
    def words(self) -> int:
        """How many words the text has."""
        return count_words(self.text)

    @cached_property
    def bare(self) -> bool:
        """Whether next to nothing was extracted, from a page that does not call it an article."""
        return self.words < FEWEST_WORDS and not self.page.declares_article

    @cached_property
    def unquoted_text(self) -> str:
        """The text below its title, without what it quotes."""
        return _without_quotations(self.text.removeprefix(next(iter(self.titles), "")))

    @cached_property
    def unquoted_seen(self) -> str:
        """All that is seen, without what it quotes."""
        return _without_quotations(self.seen)

    @cached_property
    def judged_text(self) -> str:
        """The own text, or all that is seen of a bare page."""
        return self.unquoted_seen if self.bare else self.unquoted_text

    @cached_property
    def awaits_scripts(self) -> bool:
        """Whether a script puts the text into an empty element."""
        has_script = "<script" in self.html.lower()
        return has_script and bool(WALLS["needs_java_script"].markup.search(self.html))


def _without_quotations(text: str) -> str:
    """Blot quotations out: an article quotes what other pages say."""
    return _QUOTED.sub(lambda quoted: _WORD.sub("so", quoted[0]), text)


_NOTE, _EXCERPT, _TEASER = 120, 240, 400
_ENDING, _NEXT = 200, 400
_SEVERAL = 2
_FAR_MORE, _ALL_BUT = 2, 4
_LINE, _SENTENCE, _PARAGRAPH = 5, 8, 25
_ENDS = re.compile(r"[.!?。！？:;…][\"'”’»)\]]*$|[\"”’»]$")
_WITHIN = re.compile(r"[.!?。！？][\"'”’»)]* ")
_GOES_ON = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*$")
_MARKUP = re.compile(r"\b(?:class|id)\s?=\s?[\"']?[^\"'>]{0,200}\bpaywall", re.IGNORECASE)
_SELLS = WALLS["paywall"]


def is_cut(view: PageView) -> bool:
    """Return whether the text is the beginning of one that is sold."""
    words, text = view.words, view.unquoted_text
    if words >= _TEASER:
        return False
    if view.page.is_sold and (
        _breaks_off(text) or (words < _EXCERPT and view.page.claimed_words > _FAR_MORE * words)
    ):
        return True
    if words < _EXCERPT and any(
        _SELLS.hint.search(f) or _SELLS.text.search(f) for f in view.titles
    ):
        return len(_found(_SELLS.text, text) | _found(_SELLS.hint, text)) >= _SEVERAL
    # What an article speaks of before its end is its subject, not an offer.
    near, spoken = (
        (view.unquoted_seen, "") if words < FEWEST_WORDS else (_near(view), text[:-_ENDING])
    )
    sold = _found(_SELLS.text, near) - _found(_SELLS.text, spoken)
    offers = sold | (_found(_SELLS.hint, near) - _found(_SELLS.hint, spoken))
    is_marked = "paywall" in view.html.lower() and bool(_MARKUP.search(view.html))
    if sold and (words < _EXCERPT or view.page.is_sold or is_marked or len(sold) >= _SEVERAL):
        return True
    if words >= _EXCERPT or not offers:
        return False
    return view.page.is_sold or len(offers) >= _SEVERAL or (is_marked and words < _NOTE)


def doubt_of(view: PageView) -> str | None:
    """Return why a text may be cut though nothing shows it, None where nothing speaks for it."""
    words, claimed = view.words, view.page.claimed_words
    if claimed > (_FAR_MORE if view.page.is_sold else _ALL_BUT) * max(words, FEWEST_WORDS):
        return f"{words} words of the {claimed} that the page counts; see whether it breaks off"
    goes_on = _SELLS.text.search(view.text[-_ENDING:]) is not None
    if view.page.is_sold and (words < _TEASER or goes_on or _breaks_off(view.text)):
        return f"{words} words of a text that is sold; see whether it breaks off"
    return None


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {found.group().lower() for found in pattern.finditer(text)}


def _near(view: PageView) -> str:
    """Return the end of the text and what a reader sees right behind it."""
    ending = view.unquoted_text[-_ENDING:]
    words = re.findall(r"\w+", ending)[-_LINE:]
    found = list(re.finditer(r"\W+".join(map(re.escape, words)), view.unquoted_seen))
    return f"{ending} {view.unquoted_seen[found[-1].end() :][:_NEXT] if found else ''}"


def _breaks_off(text: str) -> bool:
    """Return whether the last paragraph stops within a sentence; captions end without a stop."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    last = next((line for line in lines if count_words(line) >= _SENTENCE), "")
    is_prose = count_words(last) >= _PARAGRAPH or bool(_WITHIN.search(last))
    return bool(_GOES_ON.search(last)) or (is_prose and not _ENDS.search(last))


_FEWEST_OF_ARTICLE, _NOTHING = 20, 5
_SHORT, _LONG = 120, 400
_OPENING = 1_000
_MOSTLY = 0.6
_SITE_NAME = 4
_SOME, _WORDS_A_PHRASE = 2, 40
_PARTS = re.compile(r"\s+[-–—|·•»:]+\s+|[|·•»]")
_STOPS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
_SAVE = WALLS["needs_java_script"].advice


def refuse_walls(view: PageView, where: str, *, is_file: bool = False) -> str | None:
    """Return what a curator should look at in a page that holds a text, None where nothing is.

    ``where`` names the source. What may pass is permanent in a file (``is_file``).

    Raises the error of the first of ``_RULES`` that applies, ExtractionError for fewer than 50
    words, 20 in an article, without any of these reasons.
    """
    for applies, error, cause in _RULES:
        if applies(view):
            lasting = is_file and error.transient
            advice = _SAVE if lasting else WALLS[cause].advice
            message = f"{where} {WALLS[cause].finding}; {advice}"
            raise (ExtractionError if lasting else error)(message, cause)
    if view.words < (_FEWEST_OF_ARTICLE if view.page.declares_article else FEWEST_WORDS):
        problem = f"{view.words} words of text, too few for a document; check the address"
        raise ExtractionError(f"{where} holds {problem}, or {_SAVE}", "document_empty")
    if view.words < FEWEST_WORDS:
        return f"only {view.words} words; see whether the page holds more"
    return doubt_of(view)


def _is_wall(view: PageView, kind: WallPhrases) -> bool:
    """Return whether a page is of a kind: by its title, or since it says little else."""
    if view.words >= _LONG:
        return False
    says = view.words < _SHORT and kind.text.search(view.judged_text) is not None
    hints = says or (view.words < _SHORT and kind.hint.search(view.judged_text) is not None)
    if _is_named(view, kind):
        return hints or view.bare or kind.markup.search(view.html) is not None
    if view.bare:
        return hints or (not view.awaits_scripts and bool(kind.markup.search(view.html)))
    return says and _words_beside(kind.text, view) < FEWEST_WORDS


def _is_named(view: PageView, kind: WallPhrases) -> bool:
    """Return whether a title says little else than a wall's, beside a short name of the site."""
    return any(
        _covers(pattern, part) and count_words(title) - count_words(part) <= _SITE_NAME
        for title in view.titles
        for part in [title, *_PARTS.split(title.strip())]
        for pattern in (kind.title, kind.text)
    )


def _covers(pattern: re.Pattern[str], part: str) -> bool:
    found = pattern.search(part.strip())
    return found is not None and len(found[0]) >= _MOSTLY * len(part.strip())


def _words_beside(pattern: re.Pattern[str], view: PageView) -> int:
    """Return how many words stand in sentences of the text without ``pattern``."""
    sentences = _STOPS.split(view.unquoted_text)
    return sum(count_words(one) for one in sentences if not pattern.search(one))


def _is_captcha(view: PageView) -> bool:
    kind = WALLS["captcha"]
    says = view.words < _SHORT and kind.text.search(view.judged_text) is not None
    is_one = (says and kind.markup.search(view.html) is not None) or _is_wall(view, kind)
    return is_one and "<textarea" not in view.html.lower()  # it guards a form for comments


def _is_missing(view: PageView) -> bool:
    kind = WALLS["soft_not_found"]
    if view.words >= _LONG:  # of teasers, below the two lines that say so
        named = not view.page.declares_article and _is_named(view, kind)
        return named and kind.text.search(view.seen[:_OPENING]) is not None
    if kind.opening.match(view.unquoted_text) or _is_wall(view, kind):
        return True
    whole = any(_covers(kind.title, title) for title in view.titles)
    named = whole or (view.words < _SHORT and _is_named(view, kind))
    return named and not view.page.declares_article


def _is_login(view: PageView) -> bool:
    kind = WALLS["login_wall"]
    if view.awaits_scripts and view.bare:
        return False
    asked = view.words < _SHORT and kind.address.search(view.page.url or "") is not None
    return asked or _is_wall(view, kind)


def _is_consent(view: PageView) -> bool:
    """Return whether nearly all of a page is about consent; a footer has one phrase of it."""
    kind = WALLS["consent_wall"]
    beside = _words_beside(kind.term, view) if view.words < _LONG else _LONG
    if view.words >= _LONG or (view.page.declares_article and beside > FEWEST_WORDS):
        return False
    text = view.seen if view.bare else view.text
    said = {found.group().lower() for found in kind.text.finditer(text)}
    if kind.address.search(view.page.url or ""):
        return bool(said) and view.words < 2 * _SHORT
    mainly = 2 * beside <= view.words
    if _is_named(view, kind):
        return bool(said) and (mainly or view.bare)
    return mainly and len(said) >= max(_SOME, view.words / _WORDS_A_PHRASE)


def _is_shell(view: PageView) -> bool:
    if view.words >= FEWEST_WORDS:
        return False
    kind, seen = WALLS["needs_java_script"], count_words(view.seen)
    has_script = "<script" in view.html.lower()
    asks = bool(kind.text.search(view.html)) and seen < _SHORT
    waits = has_script and (seen < _NOTHING or kind.hint.search(view.html) is not None)
    return asks or waits or view.awaits_scripts


_RULES: tuple[tuple[Callable[[PageView], bool], type[CasebookError], str], ...] = (
    (_is_captcha, TemporarilyUnavailable, "captcha"),
    (_is_missing, SourceGone, "soft_not_found"),
    (partial(_is_wall, kind=WALLS["service_down"]), TemporarilyUnavailable, "service_down"),
    (partial(_is_wall, kind=WALLS["region_blocked"]), ExtractionError, "region_blocked"),
    (_is_login, ExtractionError, "login_wall"),
    (_is_consent, ExtractionError, "consent_wall"),
    (is_cut, ExtractionError, "paywall"),
    (_is_shell, NeedsJavaScript, "needs_java_script"),
)
