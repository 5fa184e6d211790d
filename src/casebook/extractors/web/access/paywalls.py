"""Tell a text that is sold and breaks off from one that came whole. Pure.

A class named "paywall", a line that sells subscriptions or ``isAccessibleForFree: false`` stand on
pages that show all of their text too. So a page is refused only where its text is seen to be cut:
it says that it goes on, its page counts far more words, or it stops within a sentence.
"""

import re
from typing import Any

from casebook.extractors.text.characters import count_words
from casebook.extractors.text.linked_data import WRITTEN, Thing, of_types, things_of
from casebook.extractors.web.access import wall_phrases as phrases
from casebook.extractors.web.access.shown_page import Page

_STUB = 50
_NOTE = 120
_SHORT = 240
_TEASER = 400
_ENDING = 200
_NEXT = 400
_SEVERAL = 2
_FAR_MORE, _ALL_BUT = 2, 4
_LINE = 5
_SENTENCE, _PARAGRAPH = 8, 25
_LAST_LINES = 3
_ENDS = re.compile(r"[.!?。！？:;…][\"'”’»)\]]*$|[\"”’»]$")
_WITHIN = re.compile(r"[.!?。！？][\"'”’»)]* ")
_GOES_ON = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\"'”’»)\]]*$")
# No line ends with these, be it a caption; of 304 long articles that are whole none does.
_LEADS_ON = re.compile(
    r"\s(?:the|an?|and|or|but|of|to|from|with|that|which|who|whose|because|than|as|is|are|was|were"
    r"|has|have|had|will|would|can|could|should|may|might|must|its|their|our|your|his|my|not"
    r"|der|die|das|des|dem|den|ein|eine|einer|und|oder|mit|von|zu|dass|weil|wird|werden|wurde"
    r"|le|la|les|des|une?|et|ou|que|qui|avec|pour|dans|el|los|las|y|con|para|por)[\s,–—-]{0,2}$",
    re.IGNORECASE,
)


def claimed_words(tree: Any) -> int:
    """Return how many words the page under ``tree`` says its text has, 0 where it says nothing."""
    return next(map(_claimed, of_types(things_of(tree), WRITTEN)), 0)


def _claimed(thing: Thing) -> int:
    try:
        return int(thing.get("wordCount") or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def is_cut(page: Page) -> bool:
    """Tell whether the text of ``page`` is the beginning of one that is sold."""
    text, words, is_sold = page.text, page.words, page.is_sold
    if is_sold and words < _SHORT and page.claimed > _FAR_MORE * words:
        return True
    if words >= _TEASER:
        return is_sold and bool(_more(text[-_ENDING:]))
    if words < _SHORT and phrases.OFFER.search(page.title) and len(_offered(text)) >= _SEVERAL:
        return True
    if words < _STUB:
        return bool(phrases.OFFER.search(page.seen)) and (
            is_sold or page.has_paywall or bool(_more(page.seen))
        )
    if is_sold and _breaks_off(text):
        return True
    return _goes_on(page, _near(text, page.seen))


def _goes_on(page: Page, near: str) -> bool:
    """Tell whether what stands by the text, and is not what it speaks of, sells the rest of it."""
    text, words, is_sold = page.text, page.words, page.is_sold
    sold = _sold(near)
    told = _told(text) if sold else set()
    said = sum(phrase not in told for phrase in sold)
    if said >= _SEVERAL or (said > 0 and (words < _SHORT or is_sold or page.has_paywall)):
        return True
    offers = _offers(text, near) if words < _SHORT else set()
    if is_sold or not offers:
        return bool(offers)
    if not page.has_paywall:
        return len(offers) >= _SEVERAL
    return words < _NOTE or _breaks_off(text)


def doubt_of(page: Page) -> str | None:
    """Return why a text may be cut though nothing shows it: it is sold, or its page counts more.

    None where neither is so.
    """
    words, is_sold, claimed = page.words, page.is_sold, page.claimed
    if claimed > (_FAR_MORE if is_sold else _ALL_BUT) * max(words, _STUB):
        return f"{words} words of the {claimed} that the page counts; see whether it breaks off"
    if is_sold and (words < _TEASER or _breaks_off(page.text)):
        return f"{words} words of a text that is sold; see whether it breaks off"
    return None


def _offers(text: str, near: str) -> set[str]:
    """Return the offers beside a text that none of it speaks of."""
    return _offered(near) - _offered(text[:-_ENDING])


def _offered(text: str) -> set[str]:
    return {match.group().lower() for match in phrases.OFFER.finditer(text)}


def _told(text: str) -> set[str]:
    """Return what a text says of its own that is sold somewhere, before its end."""
    return set(_sold(text[:-_ENDING]))


def _sold(text: str) -> list[str]:
    return [match.group().lower() for match in phrases.GOES_ON_FOR_MONEY.finditer(text)]


def _more(text: str) -> int:
    return len(_sold(text))


def _near(text: str, seen: str) -> str:
    """Return what a reader sees from the first line of ``text`` to a little after its last."""
    lines = [line for line in text.split("\n") if count_words(line) >= _LINE]
    starts = [at for line in lines[:_LAST_LINES] if (at := _place(line, seen, last=False)) >= 0]
    ends = [at for line in lines[-_LAST_LINES:] if (at := _place(line, seen, last=True)) >= 0]
    start, end = min(starts, default=0), max(ends, default=len(seen))
    return seen[start : end + _NEXT]


def _place(line: str, seen: str, *, last: bool) -> int:
    """Return where the first words of ``line`` begin in ``seen``, or its last end; else -1."""
    words = re.findall(r"\w+", line)
    part = words[-_LINE:] if last else words[:_LINE]
    found = list(re.finditer(r"\W+".join(map(re.escape, part)), seen))
    return (found[-1].end() if last else found[0].start()) if found else -1


def _breaks_off(text: str) -> bool:
    """Tell whether the last paragraph stops within a sentence; captions and credits are none."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    last = next((line for line in lines if count_words(line) >= _SENTENCE), "")
    if _GOES_ON.search(last):
        return True
    is_prose = count_words(last) >= _PARAGRAPH or bool(_WITHIN.search(last))
    return (is_prose and not _ENDS.search(last)) or bool(_LEADS_ON.search(last))
