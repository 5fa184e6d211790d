"""How two readings of one source differ, and which of a case's quotes still stand. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

from casebook.schemas.cases import (
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Statement,
    SupportLevel,
    Tag,
)
from casebook.schemas.documents import Document
from casebook.schemas.frozen import Frozen
from casebook.summarizer.grounding.locating import QuoteFinder

_WORD = re.compile(r"\w+")


class Difference(Frozen):
    """Two texts with their titles, compared word by word without regard to order.

    ``gone`` words stand in the earlier text alone, ``new`` ones in the later alone; ``kept_share``
    is the part of the earlier text's words that are still there.
    """

    words: tuple[int, int]
    passages: tuple[int, int]
    gone: int
    new: int
    kept_share: float


def difference(before: Document, after: Document) -> Difference:
    """Return how the texts of two documents differ."""
    old, new = _words(before), _words(after)
    gone = (old - new).total()
    return Difference(
        words=(old.total(), new.total()),
        passages=(len(before.passages), len(after.passages)),
        gone=gone,
        new=(new - old).total(),
        kept_share=round(1 - gone / max(old.total(), 1), 3),
    )


def _words(document: Document) -> Counter[str]:
    """Count the words; those of the title once, whether or not the text was read from it on.

    What surrounds an article may decide on that.
    """
    words = _WORD.findall(document.text.casefold())
    title = _WORD.findall((document.title or "").casefold())
    return Counter(words if words[: len(title)] == title else title + words)


class Standing(Frozen):
    """How many quotes a case rests on, and which of them a text does not hold."""

    quotes: int
    lost: tuple[str, ...]


def standing(study: CaseStudy, document: Document) -> Standing:
    """Look for each quote of ``study`` that readers may see in the text of ``document``."""
    quotes = list(dict.fromkeys(evidence.quote for evidence in _evidence(study)))
    finder = QuoteFinder(document)
    lost = (quote for quote in quotes if not _stands(quote, finder))
    return Standing(quotes=len(quotes), lost=tuple(lost))


def _stands(quote: str, finder: QuoteFinder) -> bool:
    """Tell whether the words of a quote stand in a text, whatever became of marks and spaces.

    A model may copy a sentence inexactly. What is kept is the source's own: with another word
    ("large" for "small", "may" for "will") it is another sentence.
    """
    found = finder.find(quote)
    if any(evidence.start is None for evidence in found):
        return False
    if all(evidence.match is Match.EXACT for evidence in found):
        return True
    there = " ".join(evidence.quote for evidence in found)
    return _letters(there) == _letters(quote)


def _letters(text: str) -> str:
    """Return the letters alone: a newer reading may join what a line's end had cut."""
    return "".join(character for character in text.casefold() if character.isalpha())


def _evidence(study: CaseStudy) -> Iterator[Evidence]:
    """Yield the evidence that was located, of every part that has support."""
    parts: list[Fact | Statement | Tag] = [
        *(fact for _, fact in study.facts()),
        *(statement for _, statement in study.statements()),
        *study.tags,
    ]
    for part in parts:
        if part.support.level is not SupportLevel.UNSUPPORTED:
            yield from (evidence for evidence in part.evidence if evidence.start is not None)
