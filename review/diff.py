"""The diff of two case studies: the parts of each field in pairs."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz import fuzz

from review.parts import part_id, parts_of, text_of
from schemas.cases import FACT_LABELS, FACT_NAMES, CaseStudy, Fact, Part, Section, Statement, Tag

# Sentences below this are about different things; two drafts of one sentence are above 0.6.
_ALIKE = 0.6

FIELDS: Mapping[str, str] = MappingProxyType(
    {name: FACT_LABELS[name] for name in FACT_NAMES}
    | {section.value: section.heading for section in Section if section is not Section.SOLUTIONS}
    | {Section.CHALLENGES.value: "Challenges and solutions", "tags": "Tags"}
)
"""Labels of the fields that can be adopted from a newer draft. Challenges include solutions."""


class Pair(NamedTuple):
    """A part in both studies; None if a study does not have it."""

    old: Part | None
    new: Part | None

    @property
    def differs(self) -> bool:
        """Whether a reader or curator would see a difference."""
        old, new = self
        return self.is_edited or bool(old and new and old.support.level != new.support.level)

    @property
    def is_edited(self) -> bool:
        """Whether the text, the quotes or the measure differ: more than the judge's verdict."""
        return _content(self.old) != _content(self.new)

    @property
    def notes(self) -> list[str]:
        """The differences apart from the text, in words."""
        old, new = self
        if old is None or new is None:
            return []
        found = [f"{name}: {was or '—'} → {now or '—'}" for name, was, now in _measures(old, new)]
        if old.support.level != new.support.level:
            found.insert(0, f"{old.support.level.value} → {new.support.level.value}")
        if not found and text_of(old) == text_of(new):
            found.append("It cites other quotes from the source.")
        return found


class Diff:
    """Two case studies compared: ``pairs`` has the pairs of each field."""

    def __init__(self, before: CaseStudy, after: CaseStudy) -> None:
        self.before, self.after = before, after
        old, new = (_by_field(study) for study in (before, after))
        self.pairs = {field: [*_pairs(old[field], new[field])] for field in FIELDS}

    @cached_property
    def changed(self) -> list[str]:
        """The fields in which the studies differ."""
        return [field for field, pairs in self.pairs.items() if any(one.differs for one in pairs)]

    def counterpart(self, part: str) -> Part | None:
        """Return the part of the second study that is paired with one of the first, by its id."""
        pairs = [pair for field in self.pairs.values() for pair in field]
        same = next((pair for pair in pairs if pair.old and part_id(pair.old) == part), None)
        if same is None or same.new or not isinstance(same.old, Statement):
            return same and same.new
        added = (pair.new for pair in pairs if isinstance(pair.new, Statement) and not pair.old)
        return next((one for one in added if text_of(one) == same.old.text), None)  # moved


def field_of(part: Part) -> str:
    """Return the field of a part; solutions belong to the challenges."""
    match part:
        case Statement():
            is_solution = part.section is Section.SOLUTIONS
            return (Section.CHALLENGES if is_solution else part.section).value
        case Fact():
            return part.name
        case Tag():
            return "tags"


def _pairs(old: Sequence[Part], new: Sequence[Part]) -> Iterator[Pair]:
    """Yield the pairs of a field: statements by similarity, facts and tags by id."""
    statements = [[one for one in parts if isinstance(one, Statement)] for parts in (old, new)]
    if any(statements):
        yield from _aligned(*statements)
    else:
        was, now = ({part_id(part): part for part in parts} for parts in (old, new))
        yield from (Pair(was.get(name), now.get(name)) for name in dict.fromkeys([*now, *was]))


def _by_field(study: CaseStudy) -> Mapping[str, list[Part]]:
    found: dict[str, list[Part]] = {field: [] for field in FIELDS}
    for part in parts_of(study):
        found[field_of(part)].append(part)
    return found


def _content(part: Part | None) -> tuple[object, ...] | None:
    if part is None:
        return None
    measure = part.measure if isinstance(part, Statement) else None
    return text_of(part), _quotes(part), measure


def _quotes(part: Part) -> set[str]:
    return {evidence.quote for evidence in part.evidence}


def _measures(old: Part, new: Part) -> Iterator[tuple[str, object, object]]:
    """Yield the name, old value and new value of each part of a result that differs."""
    if isinstance(old, Statement) and isinstance(new, Statement):
        was, now = (s.measure.model_dump() if s.measure else {} for s in (old, new))
        for name in dict.fromkeys([*was, *now]):
            if name != "number" and was.get(name) != now.get(name):
                yield name, was.get(name), now.get(name)


def _aligned(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Pair]:
    """Pair the most similar statements first; yield the pairs in the new order."""
    scored = sorted(
        (-_similarity(one, other), abs(i - j), j, i)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
    )
    partners: dict[int, int] = {}
    for score, _, j, i in scored:
        if -score >= _ALIKE and j not in partners and i not in partners.values():
            partners[j] = i
    for place, statement in enumerate(new):
        yield Pair(old[partners[place]] if place in partners else None, statement)
    kept = set(partners.values())
    yield from (Pair(one, None) for place, one in enumerate(old) if place not in kept)


def _similarity(one: Statement, other: Statement) -> float:
    """Return the similarity of two statements in wording or quotes, from 0 to 1.

    Different statements can share a quote, so shared quotes count at most 0.9, and only if half
    of the wording agrees.
    """
    wording = fuzz.token_sort_ratio(one.text, other.text, processor=str.casefold) / 100
    ours, theirs = _quotes(one), _quotes(other)
    shared = len(ours & theirs) / max(len(ours | theirs), 1)
    return float(max(wording, min(0.9 * shared, wording + 0.5)))
