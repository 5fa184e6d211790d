"""Invented bakeries with findings for and against two claims."""

from collections.abc import Iterator, Sequence
from typing import Any

from case_views import rows
from report_cases import a_bakery

from schemas.findings import Effect, Finding, FindingSet
from schemas.reviews import CaseView

_BAKERIES = "Ottokar Brotmann Knusperhaus Semmel Laib Kruste Backstube Teigling".split()
_FINDINGS: Sequence[tuple[str, Effect, str]] = (
    ("results", Effect.BETTER, "At {who}, waste fell by {n} % after bakers could change the plan."),
    ("failures", Effect.WORSE, "At {who}, a plan changed by hand was late on {n} days."),
    ("results", Effect.BETTER, "At {who}, retrieval of similar days halved errors in {n} shops."),
)


def bakeries_with_findings(companies: Sequence[str] = _BAKERIES) -> Iterator[Any]:
    """Yield the rows of approved cases, each with three findings."""
    for n, company in enumerate(companies, start=11):
        told = [(section, text.format(who=company, n=n)) for section, _, text in _FINDINGS]
        view = a_bakery(company, str(2022 + n % 3), told)
        yield from rows(view)
        yield findings_of(view)


def findings_of(view: CaseView) -> FindingSet:
    """The findings of a case: each is one of its statements."""
    effects = [effect for _, effect, _ in _FINDINGS]
    found = tuple(
        Finding(
            n=one.n,
            text=one.text,
            done="a plan",
            effect=effect,
            theme="dough plans",
            statements=(one.n,),
            made_by="model",
            label="entailed",
        )
        for one, effect in zip(view.revision.study.statements, effects, strict=True)
    )
    revision = view.revision.revision_id
    return FindingSet(
        set_id=f"found_{revision}", case_id=view.case.case_id, revision_id=revision, findings=found
    )
