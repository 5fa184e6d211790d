"""Two revisions of a case compared field by field, each side with its quotes."""

import re
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from review.comparison import FIELDS, Pair, Part, changed_fields, differs, notes, pairs, text_of
from review.quotes import QuoteMarker, QuoteView
from schemas.cases import CaseStudy, Support
from schemas.sources import Document

Pieces = Sequence[tuple[str, bool]]

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# In two sentences that share less than this, nearly every word would be marked.
_WORTH_MARKING = 0.4
_MOST_WORDS = 4000  # comparing takes time with the square of the length


class Side(NamedTuple):
    """A part in one revision: its words in pieces, each with whether it differs."""

    pieces: Pieces
    support: Support
    quotes: Sequence[QuoteView]


class FieldDiff(NamedTuple):
    """A field that differs, ``edited`` by a person or not; ``same`` counts its equal parts.

    A line has the old and the new side of a part, None where a revision lacks it, and notes.
    """

    name: str
    label: str
    edited: bool
    lines: Sequence[tuple[Side | None, Side | None, Sequence[str]]]
    same: int


def differences(
    before: CaseStudy,
    after: CaseStudy,
    old_text: Document,
    new_text: Document,
    edited: Collection[str] = (),
) -> list[FieldDiff]:
    """Return the fields in which two revisions differ, each with the text that it rests on."""
    old, new = QuoteMarker(old_text), QuoteMarker(new_text)
    fields = []
    for name in changed_fields(before, after):
        found = list(pairs(name, before, after))
        lines = [(*_sides(pair, old, new), notes(pair)) for pair in found if differs(pair)]
        same = len(found) - len(lines)
        fields.append(FieldDiff(name, FIELDS[name], name in edited, lines, same))
    return fields


def _sides(pair: Pair, old: QuoteMarker, new: QuoteMarker) -> tuple[Side | None, Side | None]:
    before, after = marked(text_of(pair[0]), text_of(pair[1]))
    return _side(pair[0], before, old), _side(pair[1], after, new)


def _side(part: Part | None, pieces: Pieces, quotes: QuoteMarker) -> Side | None:
    if part is None or not text_of(part):
        return None
    return Side(pieces, part.support, quotes.views(part.evidence))


def marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Return two texts in pieces, each with whether the other text lacks it.

    Nothing is marked where one is empty or very long, or they have little in common.
    """
    words = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, *words, autojunk=False)
    too_long = max(map(len, words)) > _MOST_WORDS
    if not old or not new or too_long or matcher.ratio() < _WORTH_MARKING:
        return [(old, False)], [(new, False)]
    steps = matcher.get_opcodes()
    return (
        [("".join(words[0][i:j]), kind != "equal") for kind, i, j, _, _ in steps if i < j],
        [("".join(words[1][i:j]), kind != "equal") for kind, _, _, i, j in steps if i < j],
    )
