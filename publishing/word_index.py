"""The words of all cases, for the search of the home page: which word stands in which cases.

The file is a script that sets one text, because a page opened from a folder may load scripts and
nothing else. A line of the text has a word and the cases that have it: the place of the first in
the list, then the distance of each from the one before.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import category, normalize

from publishing.records import PublishedCase, PublishedStatement
from publishing.wording import fact_text
from schemas.cases import Section

_BETWEEN = re.compile(r"[-/_]+")
_AROUND = "\"'`.,;:!?()[]{}<>*“”„«»‘’…"
# A shorter part of a compound is not searched alone; the page's script has the same limit.
_SHORTEST_PART = 3


def word_index(cases: Sequence[PublishedCase]) -> str:
    """Return the script; ``cases`` are in the order of the list."""
    found = defaultdict[str, list[int]](list)
    for place, case in enumerate(cases):
        for word in sorted(set(_words("\n".join(_texts(case))))):
            found[word].append(place)
    lines = "\n".join(f"{word} {_distances(places)}" for word, places in sorted(found.items()))
    return f"const caseWords = {json.dumps(lines)};\n"


def _distances(places: Sequence[int]) -> str:
    steps = (after - before for before, after in pairwise(places))
    return " ".join(map(str, (places[0], *steps)))


def _texts(case: PublishedCase) -> Iterator[str]:
    """Yield the texts of a case that its entry in the list does not show."""
    source = case.source
    yield from (source.title or "", source.site or "", *source.authors)
    yield from (case.stage or "", fact_text("narrator", case.narrator or ""))
    abstract = case.section(Section.ABSTRACT)
    for statement in case.statements:
        if statement not in abstract[:1]:
            yield from _statement_texts(statement)


def _statement_texts(statement: PublishedStatement) -> Iterator[str]:
    yield statement.text
    if measure := statement.measure:
        parts = (measure.metric, measure.shown_value, measure.baseline, measure.sample)
        yield from filter(None, (*parts, measure.method))


def _words(text: str) -> Iterator[str]:
    """Yield the words as the page's ``plain`` compares them: without case, accents and width.

    A short part of "GPT-4" or "A/B" says little alone: such two parts are a word, too.
    """
    folded = normalize("NFKD", text).translate(_FOLDED).upper().lower()
    for token in folded.split():
        parts = [part for one in _BETWEEN.split(token) if (part := one.strip(_AROUND))]
        yield from parts
        yield from ("-".join(p) for p in pairwise(parts) if min(map(len, p)) < _SHORTEST_PART)


class _Folded(dict[int, str]):
    """The sign that each sign is compared as: no marks or invisible signs, hyphens for dashes."""

    def __missing__(self, code: int) -> str:
        kind = category(chr(code))
        self[code] = "" if kind in {"Mn", "Cf"} else "-" if kind == "Pd" else chr(code)
        return self[code]


_FOLDED = _Folded()
