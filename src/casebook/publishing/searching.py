"""The words of all cases, for the search of the index page: which word stands in which cases. Pure.

It is a script that sets one text, because a page that was opened from a folder may load scripts
and nothing else. A line of the text has a word, and the cases that have it: the place of the first
in the list, then how far each is from the one before.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import category, normalize

from casebook.publishing.records import CitedResult, PublishedCase
from casebook.publishing.wording import fact_value

_BETWEEN = re.compile(r"[-/_]+")
_AROUND = "\"'`.,;:!?()[]{}<>*“”„«»‘’…"
# A part of a compound of fewer letters is not looked for by itself; the page's script has it too.
_TELLING = 3


def word_index(cases: Sequence[PublishedCase]) -> str:
    """Return the script; ``cases`` are in the order of the list."""
    found = defaultdict[str, list[int]](list)
    for at, case in enumerate(cases):
        for word in sorted(set(_words("\n".join(_texts(case))))):
            found[word].append(at)
    lines = "\n".join(f"{word} {_distances(places)}" for word, places in sorted(found.items()))
    return f"const caseWords = {json.dumps(lines)};\n"


def _distances(places: Sequence[int]) -> str:
    steps = (after - before for before, after in pairwise(places))
    return " ".join(map(str, (places[0], *steps)))


def _texts(case: PublishedCase) -> Iterator[str]:
    """Yield what a case says, but for what its entry in the list shows."""
    source = case.source
    yield from (source.title or "", source.site or "", *source.authors)
    yield from (fact_value(case, name) or "" for name in ("deployment", "narrator"))
    for name, parts in case.statements.items():
        for part in parts[1:] if name == "summary" else parts:
            yield part.text
            if isinstance(part, CitedResult):
                told = (part.metric, part.shown_value, part.baseline, part.window)
                yield from filter(None, (*told, part.shown_method))


def _words(text: str) -> Iterator[str]:
    """Yield the words as the page's ``plain`` compares them: without case, accents and width.

    Of "GPT-4" and "A/B" a part tells nothing by itself: such two are a word, too.
    """
    folded = normalize("NFKD", text).translate(_FOLDED).upper().lower()
    for token in folded.split():
        parts = [part for one in _BETWEEN.split(token) if (part := one.strip(_AROUND))]
        yield from parts
        yield from ("-".join(two) for two in pairwise(parts) if min(map(len, two)) < _TELLING)


class _Folded(dict[int, str]):
    """What each sign is compared as: marks and unseen ones as nothing, each dash as a hyphen."""

    def __missing__(self, code: int) -> str:
        kind = category(chr(code))
        self[code] = "" if kind in {"Mn", "Cf"} else "-" if kind == "Pd" else chr(code)
        return self[code]


_FOLDED = _Folded()
