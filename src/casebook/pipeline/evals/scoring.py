"""A draft against gold, and runs against each other. Pure.

A gold statement is covered by a drafted one that rests on the same words of the source (at least
half of the gold quote's characters) or tells it in nearly the same words with its numbers.
Intervals are percentile bootstraps over cases, which differ more than the statements within one.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from casebook.publishing.wording import count
from casebook.schemas.cases import CaseStudy, Statement, SupportLevel, places_of
from casebook.schemas.companies import company_key
from casebook.schemas.documents import Document
from casebook.schemas.evals import CaseScore, FactScore, FieldScore, GoldCase, GoldStatement
from casebook.schemas.frozen import Frozen
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.language.numerals import numbers
from casebook.summarizer.language.wording import content_stems, overlap

_SAME_WORDS = 0.5
_SAME_WORDING = 0.6
_SAME_TITLE = 90
_RESAMPLES = 2_000
_SEED = 20261124
_TAIL = 0.025


def scored(gold: GoldCase, study: CaseStudy, document: Document) -> Mapping[str, object]:
    """Return the parts of a ``CaseScore`` that compare ``study`` with ``gold``."""
    finder = QuoteFinder(document)
    wanted = {n: [_Gold(s, finder) for s in gold.statements[n]] for n in gold.statements}
    return {
        "facts": {
            name: score
            for name, value in gold.facts.items()
            if (score := fact_score(name, value, getattr(study, name).value))
        },
        "fields": {name: _field(name, asked, study) for name, asked in wanted.items()},
        "tags": None if gold.tags is None else _tags(gold.tags, study),
    }


def fact_score(name: str, gold: str | None, said: str | None) -> FactScore | None:
    """Compare a fact with gold; None where both are silent."""
    if said is None:
        return None if gold is None else FactScore.MISSING
    if gold is None:
        return FactScore.EXTRA
    if name == "title":
        alike = fuzz.ratio(gold, said, processor=str.casefold) >= _SAME_TITLE
    elif name == "company":
        alike = company_key(gold) == company_key(said)
    else:
        alike = gold.casefold() == said.casefold()
    return FactScore.RIGHT if alike else FactScore.WRONG


class _Gold:
    """A gold statement and the characters of the document that say it."""

    def __init__(self, statement: GoldStatement, finder: QuoteFinder) -> None:
        self.text = statement.text
        self.stems = content_stems(statement.text)
        self.places = places_of(e for quote in statement.quotes for e in finder.find(quote))

    def told_by(self, statement: Statement) -> bool:
        shared = len(self.places & places_of(statement.evidence))
        if self.places and shared >= _SAME_WORDS * len(self.places):
            return True
        said = content_stems(statement.text)
        return (
            overlap(self.stems, said) >= _SAME_WORDING
            and overlap(said, self.stems) >= _SAME_WORDING
            and set(numbers(self.text)) <= set(numbers(statement.text))
        )


def _field(name: str, asked: Sequence[_Gold], study: CaseStudy) -> FieldScore:
    drafted: Sequence[Statement] = getattr(study, name)
    others = [s for field, s in study.statements() if field != name]
    covered = [gold for gold in asked if any(gold.told_by(s) for s in drafted)]
    missed = [gold for gold in asked if gold not in covered]
    return FieldScore(
        gold=len(asked),
        covered=len(covered),
        elsewhere=sum(any(gold.told_by(s) for s in others) for gold in missed),
        drafted=len(drafted),
        extra=sum(not any(gold.told_by(s) for gold in asked) for s in drafted),
        supported=sum(s.support.level is SupportLevel.SUPPORTED for s in drafted),
    )


def _tags(gold: Sequence[str], study: CaseStudy) -> FieldScore:
    said = {tag.slug: tag for tag in study.tags}
    return FieldScore(
        gold=len(gold),
        covered=sum(slug in said for slug in gold),
        elsewhere=0,
        drafted=len(said),
        extra=sum(slug not in gold for slug in said),
        supported=sum(t.support.level is SupportLevel.SUPPORTED for t in said.values()),
    )


class Rate(Frozen):
    """A share from 0 to 1 with its 95 % interval over cases; all None where nothing was asked."""

    value: float | None
    low: float | None
    high: float | None
    of: int


Counted = Callable[[CaseScore], tuple[int, int]]
"""What a case adds to a share: (how many, of how many)."""


def measures(cases: Sequence[CaseScore]) -> dict[str, Counted]:
    """Return what is told of a run, by name, in the order in which one reads it."""
    fields = list(dict.fromkeys(name for case in cases for name in case.fields))
    told: dict[str, Counted] = {"verdict right": _verdict, "facts right": _facts}
    told |= {f"{name} covered": _covered(name) for name in fields}
    told["all covered"] = _summed(lambda s: (s.covered, s.gold))
    told["all covered, any field"] = _summed(lambda s: (s.covered + s.elsewhere, s.gold))
    told["drafted beyond gold"] = _summed(lambda s: (s.extra, s.drafted))
    told["supported"] = _summed(lambda s: (s.supported, s.drafted))
    told["tags found"] = lambda case: (case.tags.covered, case.tags.gold) if case.tags else (0, 0)
    told["tags beyond gold"] = lambda case: (
        (case.tags.extra, case.tags.drafted) if case.tags else (0, 0)
    )
    return told


def _verdict(case: CaseScore) -> tuple[int, int]:
    return (0, 0) if case.verdict_right is None else (int(case.verdict_right), 1)


def _facts(case: CaseScore) -> tuple[int, int]:
    scores = list(case.facts.values())
    return scores.count(FactScore.RIGHT), len(scores)


def _covered(name: str) -> Counted:
    def counted(case: CaseScore) -> tuple[int, int]:
        score = case.fields.get(name)
        return (score.covered, score.gold) if score else (0, 0)

    return counted


def _summed(part: Callable[[FieldScore], tuple[int, int]]) -> Counted:
    def counted(case: CaseScore) -> tuple[int, int]:
        pairs = [part(score) for score in case.fields.values()]
        return sum(p[0] for p in pairs), sum(p[1] for p in pairs)

    return counted


def rate(cases: Sequence[CaseScore], counted: Counted) -> Rate:
    """Return a share over ``cases`` with its interval."""
    pairs = [pair for case in cases if (pair := counted(case))[1]]
    if not pairs:
        return Rate(value=None, low=None, high=None, of=0)
    low, high = _interval([[pair] for pair in pairs], lambda drawn: _share(p[0] for p in drawn))
    return Rate(value=_share(pairs), low=low, high=high, of=sum(p[1] for p in pairs))


class Gain(Frozen):
    """How much a share changed from one run to another, with its 95 % interval over cases."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval leaves no doubt which run is ahead."""
        return self.low > 0 or self.high < 0


def gain(before: Sequence[CaseScore], after: Sequence[CaseScore], counted: Counted) -> Gain | None:
    """Return how a share changed over the cases that both runs have; None where there are none."""
    known = {case.name: case for case in before}
    pairs = [[counted(known[case.name]), counted(case)] for case in after if case.name in known]
    asked = [pair for pair in pairs if pair[0][1] and pair[1][1]]
    if not asked:
        return None

    def change(drawn: Sequence[Sequence[tuple[int, int]]]) -> float:
        return _share(p[1] for p in drawn) - _share(p[0] for p in drawn)

    low, high = _interval(asked, change)
    return Gain(value=change(asked), low=low, high=high)


def _share(pairs: Iterable[tuple[int, int]]) -> float:
    told = list(pairs)
    return sum(p[0] for p in told) / sum(p[1] for p in told)


def _interval(
    cases: Sequence[Sequence[tuple[int, int]]],
    statistic: Callable[[Sequence[Sequence[tuple[int, int]]]], float],
) -> tuple[float, float]:
    """Return the percentile bootstrap of ``statistic`` over cases (Efron 1979), seed fixed."""
    draw = random.Random(_SEED)  # noqa: S311 - statistics, no secret
    seen = sorted(statistic(draw.choices(cases, k=len(cases))) for _ in range(_RESAMPLES))
    edge = int(_TAIL * _RESAMPLES)
    return seen[edge], seen[-edge - 1]


# A difference of this much is what one changes prompts for.
TELLING = 0.1


def too_small(cases: Sequence[CaseScore]) -> str | None:
    """Return a warning where the gold set cannot tell a difference of ten points; None where so."""
    judged = [case for case in cases if case.failure is None and case.fields]
    found = rate(judged, measures(judged)["all covered"])
    if found.low is None or found.high is None:
        return "no gold case was scored: nothing can be told"
    half = (found.high - found.low) / 2
    if half <= TELLING and len(judged) > 1:
        return None
    reach = "" if len(judged) == 1 else f": the share of gold covered is known to ±{half:.0%}"
    told = f"{count(len(judged), 'gold case')} {'is' if len(judged) == 1 else 'are'}"
    return (
        f"{told} too few to tell differences of {TELLING:.0%}{reach}; "
        "`casebook gold add ID` adds your own"
    )
