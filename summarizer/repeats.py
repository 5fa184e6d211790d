"""Finds statements of a draft that repeat another one."""

from collections.abc import Mapping, Sequence

from schemas.cases import Section, Statement
from summarizer.quantities import quantities
from summarizer.sentences import word_set

# Statements with this share of their words in common and equal numbers are repeats.
_LEAST_OVERLAP = 0.8


def without_repeats(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Return the statements to keep, and those dropped as repeats of one of them.

    Results with a measure are preferred over other statements, then earlier over later ones.
    References to a dropped statement are redirected. The abstract is allowed to repeat.
    """
    kept: list[Statement] = []
    dropped: list[Statement] = []
    instead: dict[int, int] = {}
    for statement in sorted(statements, key=lambda s: s.measure is None):
        twin = next((one for one in kept if _is_repeat(statement, one)), None)
        if twin is None:
            kept.append(statement)
        else:
            dropped.append(statement)
            instead[statement.n] = twin.n
    return [_redirected(s, instead) for s in sorted(kept, key=lambda s: s.n)], dropped


def _is_repeat(one: Statement, other: Statement) -> bool:
    return Section.ABSTRACT not in {one.section, other.section} and are_alike(one.text, other.text)


def are_alike(one: str, other: str) -> bool:
    """Return whether two sentences have nearly the same words, and the same numbers."""
    mine, theirs = word_set(one), word_set(other)
    is_near = len(mine & theirs) >= _LEAST_OVERLAP * len(mine | theirs)
    return is_near and _values(one) == _values(other)


def _values(text: str) -> set[tuple[float, ...]]:
    return {number.values for number in quantities(text)}


def _redirected(statement: Statement, instead: Mapping[int, int]) -> Statement:
    answers = statement.answers
    changes = {
        "answers": None if answers is None else instead.get(answers, answers),
        "rests_on": tuple(dict.fromkeys(instead.get(n, n) for n in statement.rests_on)),
    }
    return statement.model_copy(update=changes)
