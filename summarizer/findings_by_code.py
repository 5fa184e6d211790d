"""Findings without a model: results, lessons, failures and solutions as they are."""

import re
from collections import defaultdict

from schemas.cases import CaseStudy, Measure, Section, Statement
from schemas.findings import MOST_FINDINGS, Effect, Finding
from summarizer.data import table
from summarizer.mentions import terms_in
from summarizer.quantities import converted, kind_of, quantities
from summarizer.rendering import one_line

_SECTIONS = (Section.RESULTS, Section.LESSONS, Section.FAILURES, Section.SOLUTIONS)


def findings_by_code(study: CaseStudy) -> tuple[Finding, ...]:
    """Return statements as findings: the first of each of these sections, then the second."""
    places: dict[Section, int] = defaultdict(int)
    ranked = list[tuple[int, int, Statement]]()
    for one in study.statements:
        if one.section in _SECTIONS:
            ranked.append((places[one.section], _SECTIONS.index(one.section), one))
            places[one.section] += 1
    chosen = sorted(ranked, key=lambda entry: entry[:2])[:MOST_FINDINGS]
    texts = {one.n: one_line(one.text) for one in study.statements}
    return tuple(
        _finding(one, n, texts.get(one.answers or 0)) for n, (*_, one) in enumerate(chosen, 1)
    )


def _finding(one: Statement, n: int, challenge: str | None) -> Finding:
    measure = one.measure or Measure()
    terms = [term.label for term in terms_in(one.text)]
    return Finding(
        n=n,
        text=one_line(one.text),
        done=one_line(one.text),
        condition=challenge,
        effect=effect_of(measure),
        value=measure.value,
        number=measure.number,
        unit=measure.unit,
        theme=next(iter([*filter(None, [measure.metric]), *terms]), one.section.heading).lower(),
        statements=(one.n,),
        made_by="code",
        label="entailed",
        reason="It is the statement itself.",
    )


def effect_of(measure: Measure) -> Effect:
    """Return the effect of a result with a value and a baseline, if its metric has a direction."""
    names = table("measures")
    is_less, is_more = (
        re.search(names[one], measure.metric or "", re.IGNORECASE) for one in ("less", "more")
    )
    now = quantities(Measure(value=measure.value, unit=measure.unit).shown_value or "")
    before = quantities(measure.baseline or "")
    if bool(is_less) == bool(is_more) or len(now) != 1 or len(before) != 1:
        return Effect.UNKNOWN
    is_bare = before[0].unit is None and before[0].written != (measure.baseline or "").strip()
    if is_bare or (before[0].unit and kind_of(before[0].unit) != kind_of(now[0].unit)):
        return Effect.UNKNOWN  # a name with a number, or another unit
    unit = before[0].unit and now[0].unit
    ((mine, theirs), *_) = converted(now[0].values[0], before[0].values[0], unit, before[0].unit)
    if mine == theirs:
        return Effect.NONE
    return Effect.BETTER if (mine < theirs) == bool(is_less) else Effect.WORSE
