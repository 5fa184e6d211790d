"""Tell a text that is sold and breaks off from one that came whole. Pure.

A class named "paywall", a line that sells subscriptions and ``isAccessibleForFree: false`` stand on
pages that show all of their text too. So a page is refused only where its text is seen to be cut.
"""

import re

from extractors.text import count_words
from extractors.web import wall_phrases as phrases

_STUB, _NOTE, _SHORT, _TEASER = 50, 120, 240, 400
_ENDING, _NEXT = 200, 400
_SEVERAL = 2
_FAR_MORE, _ALL_BUT = 2, 4
_LINE, _SENTENCE, _PARAGRAPH = 5, 8, 25
_ENDS = re.compile(r"[.!?。！？:;…][\"'”’»)\]]*$|[\"”’»]$")
_WITHIN = re.compile(r"[.!?。！？][\"'”’»)]* ")
_GOES_ON = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*$")
_MARKUP = re.compile(r"\b(?:class|id)\s?=\s?[\"']?[^\"'>]{0,200}\bpaywall", re.IGNORECASE)


def is_cut(text: str, seen: str, html: str, words: int, claimed: int, *, is_sold: bool) -> bool:
    """Return whether ``text`` is the beginning of one that is sold.

    ``claimed`` is the number of words that the page states, 0 for none.
    """
    if is_sold and (_breaks_off(text) or (words < _SHORT and claimed > _FAR_MORE * words)):
        return True
    near = _near(text, seen) if words >= _STUB else seen
    is_marked = "paywall" in html.lower() and bool(_MARKUP.search(html))
    # What an article speaks of before its end is its subject, not an offer.
    spoken = text[:-_ENDING] if words >= _STUB else ""
    sold = _phrases(phrases.SOLD_REST, near) - _phrases(phrases.SOLD_REST, spoken)
    if sold and (words < _SHORT or is_sold or is_marked or len(sold) >= _SEVERAL):
        return True
    offers = _phrases(phrases.OFFER, near) - _phrases(phrases.OFFER, spoken)
    if words >= _SHORT or not offers:
        return False
    return is_sold or len(offers) >= _SEVERAL or (is_marked and words < _NOTE)


def doubt_of(text: str, words: int, claimed: int, *, is_sold: bool) -> str | None:
    """Return why a text may be cut though nothing shows it, None where nothing speaks for it."""
    if claimed > (_FAR_MORE if is_sold else _ALL_BUT) * max(words, _STUB):
        return f"{words} words of the {claimed} that the page counts; see whether it breaks off"
    goes_on = phrases.SOLD_REST.search(text[-_ENDING:]) is not None
    if is_sold and (words < _TEASER or goes_on or _breaks_off(text)):
        return f"{words} words of a text that is sold; see whether it breaks off"
    return None


def _phrases(pattern: re.Pattern[str], text: str) -> set[str]:
    return {found.group().lower() for found in pattern.finditer(text)}


def _near(text: str, seen: str) -> str:
    """Return the end of ``text`` and what a reader sees right behind it."""
    words = re.findall(r"\w+", text[-_ENDING:])[-_LINE:]
    found = list(re.finditer(r"\W+".join(map(re.escape, words)), seen))
    behind = seen[found[-1].end() :][:_NEXT] if found else ""
    return f"{text[-_ENDING:]} {behind}"


def _breaks_off(text: str) -> bool:
    """Return whether the last paragraph stops within a sentence; captions end without a stop."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    last = next((line for line in lines if count_words(line) >= _SENTENCE), "")
    is_prose = count_words(last) >= _PARAGRAPH or bool(_WITHIN.search(last))
    return bool(_GOES_ON.search(last)) or (is_prose and not _ENDS.search(last))
