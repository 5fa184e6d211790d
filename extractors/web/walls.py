"""Refuse a page that asks for something before it shows its text. Pure.

A wall is short, uses typical phrases and says little else. Articles about log-ins, cookies or
CAPTCHAs are therefore read, and quotations in an article do not count.
"""

import re
from collections.abc import Callable
from functools import partial

from extractors.text import count_words
from extractors.web.page import FEWEST_WORDS, PageView
from extractors.web.patterns import WALLS, WallPhrases
from extractors.web.paywalls import doubt_of, is_cut
from schemas import errors

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
    """Return a note for the curator if the text of a page may be incomplete, else None.

    ``where`` names the source. In a file (``is_file``), temporary walls are permanent.

    Raises the error of the first of ``_RULES`` that applies, or ExtractionError for fewer than 50
    words, 20 in an article.
    """
    for applies, error, cause in _RULES:
        if applies(view):
            lasting = is_file and error.transient
            advice = _SAVE if lasting else WALLS[cause].advice
            message = f"{where} {WALLS[cause].finding}; {advice}"
            raise (errors.ExtractionError if lasting else error)(message, cause)
    if view.words < (_FEWEST_OF_ARTICLE if view.page.declares_article else FEWEST_WORDS):
        problem = f"{view.words} words of text, too few for a document; check the address"
        raise errors.ExtractionError(f"{where} has {problem}, or {_SAVE}", "document_empty")
    if view.words < FEWEST_WORDS:
        return f"only {view.words} words; check whether the page has more"
    return doubt_of(view)


def _is_wall(view: PageView, kind: WallPhrases) -> bool:
    """Return whether a page is a wall of a kind: by its title, or because it says little else."""
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
    """Return whether a title is that of a wall, apart from a short name of the site."""
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
    """Return the number of words in sentences of the text without ``pattern``."""
    sentences = _STOPS.split(view.unquoted_text)
    return sum(count_words(one) for one in sentences if not pattern.search(one))


def _is_captcha(view: PageView) -> bool:
    kind = WALLS["captcha"]
    says = view.words < _SHORT and kind.text.search(view.judged_text) is not None
    is_one = (says and kind.markup.search(view.html) is not None) or _is_wall(view, kind)
    return is_one and "<textarea" not in view.html.lower()  # it protects a comment form


def _is_missing(view: PageView) -> bool:
    kind = WALLS["soft_not_found"]
    if view.words >= _LONG:  # a short notice above many teasers
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
    """Return whether nearly all of a page is about consent; a footer has only one phrase."""
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


_RULES: tuple[tuple[Callable[[PageView], bool], type[errors.CasebookError], str], ...] = (
    (_is_captcha, errors.TemporarilyUnavailable, "captcha"),
    (_is_missing, errors.SourceGone, "soft_not_found"),
    (partial(_is_wall, kind=WALLS["service_down"]), errors.TemporarilyUnavailable, "service_down"),
    (partial(_is_wall, kind=WALLS["region_blocked"]), errors.ExtractionError, "region_blocked"),
    (_is_login, errors.ExtractionError, "login_wall"),
    (_is_consent, errors.ExtractionError, "consent_wall"),
    (is_cut, errors.ExtractionError, "paywall"),
    (_is_shell, errors.NeedsJavaScript, "needs_java_script"),
)
