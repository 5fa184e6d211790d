"""Recognise a page that shows the start of its text and sells the rest. Pure.

Pages that show all of their text may also have a class "paywall" and a line that sells
subscriptions: there must be evidence that the text is cut.
"""

import re

from extractors.text import count_words
from extractors.web.page import FEWEST_WORDS, PageView
from extractors.web.patterns import WALLS

_NOTE, _EXCERPT, _TEASER = 120, 240, 400
_ENDING, _NEXT = 200, 400
_SEVERAL = 2
_FAR_MORE, _ALL_BUT = 2, 4
_LINE, _SENTENCE, _PARAGRAPH = 5, 8, 25
_ENDS = re.compile(r"[.!?。！？:;…][\"'”’»)\]]*$|[\"”’»]$")
_WITHIN = re.compile(r"[.!?。！？][\"'”’»)]* ")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*$")
_MARKUP = re.compile(r"\b(?:class|id)\s?=\s?[\"']?[^\"'>]{0,200}\bpaywall", re.IGNORECASE)
_SELLS = WALLS["paywall"]


def is_cut(view: PageView) -> bool:
    """Return whether the text is only the beginning of a paid article."""
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
    # A phrase that occurs before the end of the text is its subject, not an offer.
    near, before = (
        (view.unquoted_seen, "") if words < FEWEST_WORDS else (_near(view), text[:-_ENDING])
    )
    sold = _found(_SELLS.text, near) - _found(_SELLS.text, before)
    offers = sold | (_found(_SELLS.hint, near) - _found(_SELLS.hint, before))
    is_marked = "paywall" in view.html.lower() and bool(_MARKUP.search(view.html))
    if sold and (words < _EXCERPT or view.page.is_sold or is_marked or len(sold) >= _SEVERAL):
        return True
    if words >= _EXCERPT or not offers:
        return False
    return view.page.is_sold or len(offers) >= _SEVERAL or (is_marked and words < _NOTE)


def doubt_of(view: PageView) -> str | None:
    """Return why a text may be cut although no offer follows, or None without such signs."""
    words, claimed = view.words, view.page.claimed_words
    if claimed > (_FAR_MORE if view.page.is_sold else _ALL_BUT) * max(words, FEWEST_WORDS):
        return f"{words} of {claimed} words that the page claims; check whether the text breaks off"
    is_offered = _SELLS.text.search(view.text[-_ENDING:]) is not None
    if view.page.is_sold and (words < _TEASER or is_offered or _breaks_off(view.text)):
        return f"{words} words of a paid article; check whether the text breaks off"
    return None


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {found.group().lower() for found in pattern.finditer(text)}


def _near(view: PageView) -> str:
    """Return the end of the text and the visible text right after it."""
    ending = view.unquoted_text[-_ENDING:]
    words = re.findall(r"\w+", ending)[-_LINE:]
    found = list(re.finditer(r"\W+".join(map(re.escape, words)), view.unquoted_seen))
    return f"{ending} {view.unquoted_seen[found[-1].end() :][:_NEXT] if found else ''}"


def _breaks_off(text: str) -> bool:
    """Return whether the last paragraph ends mid-sentence; captions need no full stop."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    last = next((line for line in lines if count_words(line) >= _SENTENCE), "")
    is_prose = count_words(last) >= _PARAGRAPH or bool(_WITHIN.search(last))
    return bool(_ELLIPSIS.search(last)) or (is_prose and not _ENDS.search(last))
