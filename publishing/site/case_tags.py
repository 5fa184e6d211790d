"""The tags that a case opens with: the rarest of those that its text names."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from publishing.entries import CaseEntry
from publishing.records import PublishedCase, PublishedTag
from schemas.taxonomy import load_taxonomy

_WORD = re.compile(r"[\w+#]+")

Rarities = Mapping[str, int]
"""The rarity of each tag by its short name; rare tags have small numbers."""


def rarities(entries: Iterable[CaseEntry]) -> Rarities:
    """Return the rarity of each tag: its number of cases, to powers of two.

    So a single new case does not reorder the tags of all cases.
    """
    counts = Counter(tag.slug for entry in entries for tag in entry.tags)
    return {slug: number.bit_length() for slug, number in counts.items()}


def rarest_first(case: PublishedCase, known: Rarities) -> list[PublishedTag]:
    """Return the tags of a case: first those that its text names, each part from rare to common."""
    texts = [case.title, *(one.text for one in case.statements)]
    texts += [text for part in case.prose for text in part.paragraphs]
    written = _plain(" ".join(texts))
    folded = written.casefold()

    def is_named(tag: PublishedTag) -> bool:
        term = load_taxonomy().term(tag.slug)
        if term and term.as_written:
            return any(_plain(name) in written for name in term.names)
        names = [_plain(name).casefold() for name in (tag.label, *(term.names if term else ()))]
        return any(name in folded or f"{name[:-1]}s " in folded for name in names)

    return sorted(case.tags, key=lambda tag: (not is_named(tag), known.get(tag.slug, 0)))


def _plain(text: str) -> str:
    """Return the words of a text between single spaces."""
    return f" {' '.join(_WORD.findall(text))} "
