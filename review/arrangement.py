"""Statements in another order or section, cut in two, or joined."""

from collections.abc import Sequence

from review.parts import updated
from schemas.cases import Form, Section, Statement
from schemas.errors import InvalidDecision

Statements = Sequence[Statement]


def reordered(statements: Statements, one: Statement, by: int) -> list[Statement]:
    """Return statements with one moved by a number of places within its section.

    Solutions move among those of their challenge.
    """
    alike = [other for other in statements if _place(other) == _place(one)]
    at = alike.index(one)
    to = min(max(at + by, 0), len(alike) - 1)
    if to == at:
        raise InvalidDecision(f"it is already the {'first' if by < 0 else 'last'} there")
    alike.insert(to, alike.pop(at))
    queue = iter(alike)
    new = [next(queue) if _place(other) == _place(one) else other for other in statements]
    return _with_openings(new, one.section)


def neighbours(statements: Statements, one: Statement) -> list[Statement]:
    """Return the statements that can be merged with one, from the next one on."""
    alike = [other for other in statements if _place(other) == _place(one)]
    at = alike.index(one)
    return alike[at + 1 :] + alike[:at]


def in_section(statements: Statements, one: Statement, section: Section) -> list[Statement]:
    """Return statements with one at the end of another section.

    It loses what only its former section has: a measure, the challenge that it answers, the
    statements that it sums up.
    """
    if section is one.section:
        raise InvalidDecision("it is already in that section")
    if not one.evidence:
        raise InvalidDecision("it has no quote of its own; only the summary can do without")
    if section is Section.ABSTRACT and any(one.n in other.rests_on for other in statements):
        raise InvalidDecision("the summary cites it, so it cannot become a part of the summary")
    there = [other for other in statements if other.section is section]
    form = (there[-1] if there else one).form
    new = updated(
        one,
        section=section,
        answers=None,
        rests_on=(),
        measure=one.measure if section is Section.RESULTS else None,
        form=Form.PARAGRAPH if form is Form.NEXT else form,
    )
    kept = [
        updated(other, answers=None) if other.answers == one.n else other
        for other in statements
        if other.n != one.n
    ]
    return [*_with_openings(kept, one.section), new]


def split(statements: Statements, first: Statement, second: Statement) -> list[Statement]:
    """Return statements with ``second`` after ``first``; the summary cites both for the former."""
    new: list[Statement] = []
    for one in statements:
        if first.n in one.rests_on:
            both = ((n, second.n) if n == first.n else (n,) for n in one.rests_on)
            new.append(updated(one, rests_on=tuple(n for pair in both for n in pair)))
        else:
            new += [first, second] if one.n == first.n else [one]
    return new


def merged(statements: Statements, whole: Statement, gone: int) -> list[Statement]:
    """Return statements with ``whole`` in its place, and no longer the one that it includes.

    Solutions and summary sentences refer to the whole.
    """

    def now(one: Statement) -> Statement:
        rests_on = dict.fromkeys(whole.n if n == gone else n for n in one.rests_on)
        answers = whole.n if one.answers == gone else one.answers
        return updated(one, rests_on=tuple(rests_on), answers=answers)

    kept = (one for one in statements if one.n != gone)
    new = [whole if one.n == whole.n else now(one) for one in kept]
    return _with_openings(new, whole.section)


def _place(one: Statement) -> tuple[Section, int | None]:
    return one.section, one.answers


def _with_openings(statements: Statements, section: Section) -> list[Statement]:
    """Return statements of which the first in a section does not continue a paragraph."""
    first = next((one for one in statements if one.section is section), None)
    opening = first and first.form is Form.NEXT
    return [
        updated(one, form=Form.PARAGRAPH) if opening and one is first else one for one in statements
    ]
