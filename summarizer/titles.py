"""A proposed title for a source that states none: from its file's name, the show, the speakers."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import urlsplit

from schemas.sources import Document
from summarizer.drafts import Draft, FactClaim
from summarizer.sentences import words

_DAY = re.compile(r"^\d{4}-\d\d-\d\d\W*")
_PERSON = re.compile(r"[A-Z][\w.'’-]*(?: [\w.'’-]+)* [A-Z][\w'’-]+")  # no role, such as "Speaker 1"
_NAME = r"[A-Z][\w&’']*(?:\.\w+)*"
_SHOW = re.compile(rf"(?i:(?:episode|edition) of )(?:the )?({_NAME}(?: {_NAME}){{0,5}})")
_OPENING = 1_000  # characters in which a show is named
_SHORT = 3  # letters of "of" and "the", which titles write small


def with_title(draft: Draft, document: Document, place: str) -> Draft:
    """Return a draft that has a title, proposed where neither source nor model gave one.

    ``place`` is the address or path of the source.
    """
    title = None if any(fact.name == "title" for fact in draft.facts) else _title(document, place)
    claims = [FactClaim(name="title", value=title, inferred=True)] if title else []
    return draft.model_copy(update={"facts": (*claims, *draft.facts)})


def _title(document: Document, place: str) -> str:
    stem = _DAY.sub("", PurePath(urlsplit(place).path).stem)
    parts = [part for part in re.split(r"[\W_]+", stem) if part]
    spellings = Counter(words(document.text))
    named = " ".join(_spelled(part, spellings, first=not n) for n, part in enumerate(parts))
    asking, answering = document.speakers()
    people = [one for one in answering or asking if _PERSON.fullmatch(one)]
    show = _SHOW.search(document.text[:_OPENING])
    shown = [show[1]] if show and show[1].casefold() not in named.casefold() else []
    shown += [named] if named.strip("0123456789 ") else []
    return ": ".join([*shown, *([", ".join(people)] if people else [])])


def _spelled(part: str, spellings: Mapping[str, int], *, first: bool) -> str:
    """Return a word of a file's name as the text writes it most often: "AI", "Python"."""
    found = [word for word in spellings if word.casefold() == part]
    best = max(found, key=lambda word: spellings[word], default=part)
    return best.capitalize() if best.islower() and (first or len(best) > _SHORT) else best
