"""Two revisions of a case side by side: each difference with its quotes, changed words marked."""

import re
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from review.diff import FIELDS, Diff, Pair
from review.parts import text_of
from review.quotes import QuoteMarker, QuoteView
from schemas.cases import CaseStudy, Part, Support
from schemas.sources import Document

Pieces = Sequence[tuple[str, bool]]

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# In two sentences less similar than this, nearly every word would be marked.
_WORTH_MARKING = 0.4
_MOST_WORDS = 4000  # the comparison takes quadratic time


class Side(NamedTuple):
    """A part in one revision: its text in pieces, each marked if it differs."""

    pieces: Pieces
    support: Support
    quotes: Sequence[QuoteView]


class FieldDiff(NamedTuple):
    """A field that differs; ``same`` is the number of its parts that do not.

    A line has the old and the new side of a part (None if a revision lacks it), and notes.
    """

    name: str
    label: str
    edited: bool  # by a person
    lines: Sequence[tuple[Side | None, Side | None, Sequence[str]]]
    same: int


def side_by_side(
    before: CaseStudy,
    after: CaseStudy,
    old_text: Document,
    new_text: Document,
    edited: Collection[str] = (),
) -> list[FieldDiff]:
    """Return the fields in which two studies differ, with quotes from the text of each."""
    old, new, diff = QuoteMarker(old_text), QuoteMarker(new_text), Diff(before, after)
    fields = []
    for name in diff.changed:
        pairs = diff.pairs[name]
        lines = [_line(pair, old, new) for pair in pairs if pair.differs]
        same = len(pairs) - len(lines)
        fields.append(FieldDiff(name, FIELDS[name], name in edited, lines, same))
    return fields


def _line(
    pair: Pair, old: QuoteMarker, new: QuoteMarker
) -> tuple[Side | None, Side | None, Sequence[str]]:
    texts = (text_of(part) if part else "" for part in pair)
    before, after = marked(*texts)
    return _side(pair.old, before, old), _side(pair.new, after, new), pair.notes


def _side(part: Part | None, pieces: Pieces, quotes: QuoteMarker) -> Side | None:
    return Side(pieces, part.support, quotes.views(part.evidence)) if part else None


def marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Return two texts in pieces, each marked if it is missing from the other text.

    Nothing is marked if a text is empty or very long, or if they have little in common.
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
