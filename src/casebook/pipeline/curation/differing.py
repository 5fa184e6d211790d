"""Two case studies compared field by field. Pure.

Statements are paired by how alike they are: in words, or in what they rest on. What finds no
partner was added or removed.
"""

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz import fuzz

from casebook.schemas.cases import MEASURES, CaseStudy, Evidence, Fact, Result, Statement, places_of
from casebook.schemas.frozen import Frozen

# Below this, two sentences are about different things; two drafts of one sentence are above .6.
ALIKE = 0.6


class Kind(StrEnum):
    """What happened to a part between two revisions."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    CHANGED = "changed"


class Difference(Frozen):
    """One part that differs. ``changed`` keeps its words and differs in ``notes``.

    ``similarity`` is from 0 to 1, of statements that have a partner.
    """

    field: str
    kind: Kind
    before: str | None = None
    after: str | None = None
    similarity: float | None = None
    notes: Sequence[str] = ()


def differences(before: CaseStudy, after: CaseStudy) -> list[Difference]:
    """Return what differs between two case studies, in the order in which one reads them."""
    facts = zip(before.facts(), after.facts(), strict=True)
    found = [d for (name, old), (_, new) in facts if (d := compared_fact(name, old, new))]
    for name in before.counts():
        lines = aligned(getattr(before, name), getattr(after, name))
        found += [d for old, new in lines if (d := compared(name, old, new))]
    return found + _tags(before, after)


def compared_fact(name: str, old: Fact, new: Fact) -> Difference | None:
    """Return how a fact differs, or None."""
    if old.value == new.value:
        notes = _support_note(old.support.level, new.support.level)
        if not notes or old.value is None:
            return None
        return Difference(
            field=name, kind=Kind.CHANGED, before=old.value, after=new.value, notes=notes
        )
    kind = Kind.ADDED if old.value is None else Kind.REMOVED if new.value is None else Kind.REWORDED
    return Difference(field=name, kind=kind, before=old.value, after=new.value)


def aligned(
    old: Sequence[Statement], new: Sequence[Statement]
) -> list[tuple[Statement | None, Statement | None]]:
    """Return each statement beside its partner: in the new order, and then what was removed."""
    partners = pairs(old, new)
    found: list[tuple[Statement | None, Statement | None]] = [
        (old[partners[place]] if place in partners else None, statement)
        for place, statement in enumerate(new)
    ]
    kept = set(partners.values())
    return found + [(one, None) for place, one in enumerate(old) if place not in kept]


def compared(name: str, old: Statement | None, new: Statement | None) -> Difference | None:
    """Return how two partners differ, or that one of them has none; None if they do not."""
    if old is None or new is None:
        return Difference(
            field=name,
            kind=Kind.ADDED if old is None else Kind.REMOVED,
            before=old.text if old else None,
            after=new.text if new else None,
        )
    notes = [*_support_note(old.support.level, new.support.level), *_measure_notes(old, new)]
    if old.text == new.text and not notes:
        return None
    return Difference(
        field=name,
        kind=Kind.CHANGED if old.text == new.text else Kind.REWORDED,
        before=old.text,
        after=new.text,
        similarity=round(likeness(old, new), 2),
        notes=notes,
    )


def pairs(old: Sequence[Statement], new: Sequence[Statement]) -> dict[int, int]:
    """Return, by place in ``new``, the place of its partner in ``old``; the most alike first."""
    scored = sorted(
        (
            (-likeness(one, other), abs(i - j), j, i)
            for i, one in enumerate(old)
            for j, other in enumerate(new)
        ),
    )
    found: dict[int, int] = {}
    for score, _, j, i in scored:
        if -score >= ALIKE and j not in found and i not in found.values():
            found[j] = i
    return found


def likeness(one: Statement, other: Statement) -> float:
    """Return how alike two statements are, from 0 to 1: in words, or in what they rest on.

    Resting on the same words of the source alone makes no statement the same: it counts nine
    tenths, and half the wording must agree with it.
    """
    wording = fuzz.token_sort_ratio(one.text, other.text, processor=str.casefold) / 100
    shared = shared_evidence(one.evidence, other.evidence)
    return float(max(wording, min(0.9 * shared, wording + 0.5)))


def shared_evidence(one: Sequence[Evidence], other: Sequence[Evidence]) -> float:
    """Return the share of the quoted characters that both quote; by wording if not by place."""
    ours, theirs = places_of(one), places_of(other)
    if ours and theirs:
        return len(ours & theirs) / len(ours | theirs)
    quotes = {e.quote for e in one}, {e.quote for e in other}
    return float(bool(quotes[0] & quotes[1]))


def _support_note(old: str, new: str) -> list[str]:
    return [f"{old} → {new}"] if old != new else []


def _measure_notes(old: Statement, new: Statement) -> list[str]:
    if not isinstance(old, Result) or not isinstance(new, Result):
        return []
    parts = ((name, getattr(old, name), getattr(new, name)) for name in MEASURES)
    return [f"{name}: {was or '—'} → {now or '—'}" for name, was, now in parts if was != now]


def _tags(before: CaseStudy, after: CaseStudy) -> list[Difference]:
    old, new = ({tag.slug: tag.label for tag in study.tags} for study in (before, after))
    added = [
        Difference(field="tags", kind=Kind.ADDED, after=new[slug])
        for slug in new
        if slug not in old
    ]
    return added + [
        Difference(field="tags", kind=Kind.REMOVED, before=old[slug])
        for slug in old
        if slug not in new
    ]
