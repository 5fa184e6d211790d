"""Proposes a title for a source without one, from its file name, its show and its speakers."""

import re
from collections import Counter
from pathlib import PurePath
from urllib.parse import urlsplit

from schemas.sources import Document
from summarizer.drafts import Draft, FactClaim
from summarizer.sentences import words

_DAY = re.compile(r"^\d{4}-\d\d-\d\d\W*")
_PERSON = re.compile(r"[A-Z][\w.'’-]*(?: [\w.'’-]+)* [A-Z][\w'’-]+")  # excludes "Speaker 1"
_NAME = r"[A-Z][\w&’']*(?:\.\w+)*"
_SHOW = re.compile(rf"(?i:(?:episode|edition) of )(?:the )?({_NAME}(?: {_NAME}){{0,5}})")
_OPENING = 1_000  # characters in which to look for the name of the show
_SHORT = 3  # letters of words that stay in lower case, such as "of" and "the"


def with_title(draft: Draft, document: Document, place: str) -> Draft:
    """Return a draft with a title; it is proposed if neither source nor model has one.

    ``place`` is the address or path of the source.
    """
    if any(fact.name == "title" for fact in draft.facts) or not (title := _title(document, place)):
        return draft
    claim = FactClaim(name="title", value=title, inferred=True)
    return draft.model_copy(update={"facts": (claim, *draft.facts)})


def _title(document: Document, place: str) -> str:
    stem = _DAY.sub("", PurePath(urlsplit(place).path).stem)
    spellings = Counter(words(document.text))
    named = " ".join(_spelled(part, spellings) for part in re.split(r"[\W_]+", stem) if part)
    named = named[:1].upper() + named[1:] if re.search(r"[^\W\d]", named) else ""
    show = _SHOW.search(document.text[:_OPENING])
    is_new = show and show[1].casefold() not in named.casefold()
    guests = document.speakers.guests if document.speakers else ()
    people = ", ".join(one for one in guests if _PERSON.fullmatch(one))
    return ": ".join(filter(None, [show[1] if show and is_new else "", named, people]))


def _spelled(part: str, spellings: Counter[str]) -> str:
    """Return a word of a file name in its most frequent spelling in the text: "AI", "Python"."""
    found = [word for word in spellings if word.casefold() == part]
    best = max(found, key=spellings.__getitem__, default=part)
    return best.capitalize() if best.islower() and len(best) > _SHORT else best
