"""A newer draft beside the case, field by field, as its page shows them."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from review.adoption import edited_fields
from review.case_page import Quote, Quotes
from review.comparison import FIELDS, Pair, Part, changed_fields, differs, notes, pairs, text_of
from schemas.cases import Support
from schemas.documents import Document
from schemas.reviews import Revision
from schemas.views import CaseView

Pieces = Sequence[tuple[str, bool]]

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# In two sentences that share less than this, nearly every word would be marked.
_WORTH_MARKING = 0.4


class Side(NamedTuple):
    """A part in one revision: its words in pieces, each with whether it differs."""

    pieces: Pieces
    support: Support
    quotes: Sequence[Quote]


class Line(NamedTuple):
    """A part that differs; a side is None where that revision has nothing."""

    old: Side | None
    new: Side | None
    notes: Sequence[str]


class FieldLine(NamedTuple):
    """A field that differs; ``edited`` by a person, with ``same`` parts that do not differ."""

    name: str
    label: str
    edited: bool
    lines: Sequence[Line]
    same: int


class DraftPage(NamedTuple):
    """A case, and the newer ``draft`` that waits beside it.

    ``moved`` is whether the draft was made from another text than the case.
    """

    view: CaseView
    draft: Revision | None
    fields: Sequence[FieldLine] = ()
    moved: bool = False


def draft_page(view: CaseView, document: Document | None) -> DraftPage:
    """Return what is shown of the waiting draft; ``document`` is the draft's own."""
    held, draft = view.revision, view.newer
    if draft is None:
        return DraftPage(view, None)
    edited = edited_fields(view)
    old, new = Quotes(view.document), Quotes(document or view.document)
    fields = [
        _field(name, list(pairs(name, held.study, draft.study)), old, new, edited=name in edited)
        for name in changed_fields(held.study, draft.study)
    ]
    return DraftPage(view, draft, fields, moved=draft.document_id != held.document_id)


def _field(
    name: str, found: Sequence[Pair], old: Quotes, new: Quotes, *, edited: bool
) -> FieldLine:
    lines = [_line(pair, old, new) for pair in found if differs(pair)]
    return FieldLine(name, FIELDS[name], edited, lines, same=len(found) - len(lines))


def _line(pair: Pair, old: Quotes, new: Quotes) -> Line:
    before, after = marked(text_of(pair[0]), text_of(pair[1]))
    return Line(_side(pair[0], before, old), _side(pair[1], after, new), notes(pair))


def _side(part: Part | None, pieces: Pieces, quotes: Quotes) -> Side | None:
    if part is None or not text_of(part):
        return None
    return Side(pieces, part.support, quotes.of(part.evidence))


def marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Return two texts in pieces, each with whether the other text lacks it.

    Nothing is marked where one is empty or they have little in common.
    """
    words = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, *words, autojunk=False)
    if not old or not new or matcher.ratio() < _WORTH_MARKING:
        return [(old, False)], [(new, False)]
    steps = matcher.get_opcodes()
    return (
        [("".join(words[0][i:j]), kind != "equal") for kind, i, j, _, _ in steps if i < j],
        [("".join(words[1][i:j]), kind != "equal") for kind, _, _, i, j in steps if i < j],
    )
