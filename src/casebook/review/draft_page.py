"""A newer draft beside the case, field by field, as its page shows them. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from casebook.pipeline.curation.adopting import changed_fields, edited_fields, waiting_draft
from casebook.pipeline.curation.differing import Difference, aligned, compared, compared_fact
from casebook.publishing.wording import SECTIONS
from casebook.review.case_page import FACT_LABELS, Quote, Quotes
from casebook.schemas.cases import STATEMENT_FIELDS, CaseStudy, Fact, Statement, Support, Tag
from casebook.schemas.documents import Document
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Revision

Part = Fact | Statement | Tag
Pieces = Sequence[tuple[str, bool]]

_LABELS = {**FACT_LABELS, **SECTIONS, "tags": "Tags"}
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Of two sentences that share less than this, marks would be all one sees.
_WORTH_MARKING = 0.4


@dataclass(frozen=True)
class Side:
    """A part as one revision has it: its words in pieces, each with whether it differs."""

    pieces: Pieces
    support: Support
    quotes: Sequence[Quote]


@dataclass(frozen=True)
class Line:
    """A part that differs; a side is None where that revision has nothing."""

    old: Side | None
    new: Side | None
    notes: Sequence[str]


@dataclass(frozen=True)
class FieldLine:
    """A field that differs. ``edited`` ones stay as they are; ``same`` counts what is alike."""

    name: str
    label: str
    edited: bool
    lines: Sequence[Line]
    same: int


@dataclass(frozen=True)
class DraftPage:
    """A case, and the newer ``draft`` that waits beside it, if one does.

    ``moved`` tells that the draft was made of another text than the case.
    """

    view: CaseView
    draft: Revision | None
    fields: Sequence[FieldLine] = ()
    moved: bool = False

    @property
    def choosable(self) -> int:
        """How many fields can be taken over."""
        return sum(not field.edited for field in self.fields)


def draft_page(view: CaseView, document: Document | None) -> DraftPage:
    """Return what is shown of the draft that waits; ``document`` is the draft's own."""
    draft = waiting_draft(view)
    if draft is None:
        return DraftPage(view, None)
    edited, held = edited_fields(view), view.revision
    compare = _Comparing(Quotes(view.document), Quotes(document or view.document))
    fields = [
        compare.field(name, held.case_study, draft.case_study, edited=name in edited)
        for name in changed_fields(held.case_study, draft.case_study)
    ]
    return DraftPage(view, draft, fields, moved=draft.document_id != held.document_id)


class _Comparing:
    """Sets parts side by side; each side's quotes are looked up in its own text."""

    def __init__(self, old: Quotes, new: Quotes) -> None:
        self._old, self._new = old, new

    def field(self, name: str, old: CaseStudy, new: CaseStudy, *, edited: bool) -> FieldLine:
        pairs = list(_pairs(name, old, new))
        lines = [
            self._line(before, after, told)
            for before, after in pairs
            if (told := _told(name, before, after)) or before != after
        ]
        return FieldLine(name, _LABELS[name], edited, lines, same=len(pairs) - len(lines))

    def _line(self, old: Part | None, new: Part | None, told: Difference | None) -> Line:
        ours, theirs = marked(_words(old), _words(new))
        alike = old is not None and new is not None and told is None
        return Line(
            _side(old, ours, self._old),
            _side(new, theirs, self._new),
            ["It rests on other words of the source."] if alike else told.notes if told else (),
        )


def _side(part: Part | None, pieces: Pieces, quotes: Quotes) -> Side | None:
    return Side(pieces, part.support, quotes.of(part.evidence)) if _words(part) and part else None


def _pairs(name: str, old: CaseStudy, new: CaseStudy) -> Iterator[tuple[Part | None, Part | None]]:
    before, after = getattr(old, name), getattr(new, name)
    if name in STATEMENT_FIELDS:
        yield from aligned(before, after)
    elif name == "tags":
        held, now = ({tag.slug: tag for tag in tags} for tags in (before, after))
        for slug in dict.fromkeys([*now, *held]):
            yield held.get(slug), now.get(slug)
    else:
        yield before, after


def _told(name: str, old: Part | None, new: Part | None) -> Difference | None:
    if isinstance(old, Fact) and isinstance(new, Fact):
        return compared_fact(name, old, new)
    if isinstance(old, Tag) or isinstance(new, Tag):
        return None
    return compared(name, old, new)  # type: ignore[arg-type]  # statements are left


def _words(part: Part | None) -> str:
    match part:
        case Fact():
            return part.value or ""
        case Tag():
            return part.label
        case Statement():
            return part.text
    return ""


def marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Return two wordings in pieces, each with whether the other one lacks it.

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
