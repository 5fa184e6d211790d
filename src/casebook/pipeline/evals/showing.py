"""One eval run, or two side by side, as the lines that a table and a page show. Pure."""

from collections.abc import Sequence

from casebook.pipeline.evals.scoring import gain, measures, rate
from casebook.publishing.eval_page import Bar, Column, Line
from casebook.schemas.evals import CaseScore, EvalRun


def lines(runs: Sequence[EvalRun]) -> list[Line]:
    """Return the measures of one or two runs, those that none of them can tell left out."""
    scored = [judged(run) for run in runs]
    counted = {name: one for cases in scored for name, one in measures(cases).items()}
    found = []
    for name, count in counted.items():
        rates = [rate(cases, count) for cases in scored]
        bars = [
            Bar(value=r.value, low=r.low or 0.0, high=r.high or 0.0, of=r.of)
            if r.value is not None
            else None
            for r in rates
        ]
        if any(bars):
            change = gain(scored[0], scored[1], count) if len(runs) > 1 else None
            told = (
                f"{change.value * 100:+.0f} [{change.low * 100:+.0f}, {change.high * 100:+.0f}]"
                f"{'' if change.is_clear else ', cannot tell'}"
                if change
                else None
            )
            found.append(Line(name=name, bars=bars, change=told))
    return found


def judged(run: EvalRun) -> list[CaseScore]:
    """Return the cases that were scored; failures say nothing of drafts."""
    return [case for case in run.cases if case.failure is None]


def column(run: EvalRun) -> Column:
    """Return what a run was and what it took."""
    cases, sums = judged(run), run.cases
    costs = [case.cost_usd for case in cases]
    cost = None if None in costs else sum(c for c in costs if c is not None)
    paid = [case.paid_usd for case in cases if case.paid_usd is not None]
    grounding = dict.fromkeys(f"v{recipe.grounding}" for recipe in run.recipes if recipe.grounding)
    used = {(p.name, p.version) for recipe in run.recipes for p in recipe.prompts}
    tokens = (sum(c.prompt_tokens for c in cases), sum(c.completion_tokens for c in cases))
    return Column(
        run_id=run.run_id,
        made_at=run.made_at,
        model=", ".join(dict.fromkeys(recipe.model for recipe in run.recipes)) or "none",
        prompts=", ".join(f"{name} v{version}" for name, version in sorted(used)) or "none",
        figures=[
            ("strategy", run.strategy or "none"),
            ("grounding", ", ".join(grounding) or "none"),
            ("cases", f"{len(cases)} scored, {len(sums) - len(cases)} failed"),
            ("calls", f"{sum(c.calls for c in cases):,}"),
            ("tokens", f"{tokens[0]:,} in, {tokens[1]:,} out"),
            ("cost", "price not known" if cost is None else f"${cost:.4f}"),
            ("paid in this run", "price not known" if cost is None else f"${sum(paid):.4f}"),
            ("seconds in calls", f"{sum(c.seconds for c in cases):,.0f}"),
        ],
    )
