"""What a run's artifact says, in Markdown. Pure."""

from collections.abc import Sequence

from casebook.pipeline.batches.tallying import Tally
from casebook.pipeline.curation.publish import Published
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.pipeline.reprocessing.checking import Checked
from casebook.schemas.batches import Batch, BatchProgress, Standing
from casebook.schemas.checks import CheckResult


def outcome_markdown(outcome: Outcome) -> str:
    """Return what became of a source: made, refused or failed, and what it took."""
    rows = {
        "Source": f"`{_cell(outcome.source)}`",
        "Status": outcome.status.value,
        "Title": _cell(outcome.title or "—"),
        "Company": _cell(outcome.company or "—"),
        "Case": outcome.case_id or "—",
        "Triage": _cell(outcome.reason or "—"),
        "Statements": ", ".join(f"{n} {field}" for field, n in outcome.statements.items() if n),
        "Support": ", ".join(f"{n} {level}" for level, n in outcome.support.items()),
        "Model": f"{outcome.model or '—'} ({outcome.llm_calls} calls, {outcome.tokens:,} tokens)",
        "Cost": "not known" if outcome.cost_usd is None else f"${outcome.cost_usd:.4f}",
        "Seconds": ", ".join(f"{stage} {s:.1f}" for stage, s in outcome.seconds.items()),
    }
    if outcome.status is Status.FAILED and outcome.failure is not None:
        again = "may pass by itself" if outcome.failure.transient else "needs a person"
        rows["Failure"] = _cell(f"{outcome.failure.stage}: {outcome.failure.message} ({again})")
    return _table(rows)


def batch_markdown(
    batch: Batch, stands: BatchProgress, tally: Tally, missed: Sequence[str] = ()
) -> str:
    """Return what became of a batch: made, skipped, failed by cause, and the bill of this run.

    ``missed`` tells what of its list could not be read.
    """
    counts = stands.counts
    rows = {
        "List": f"`{_cell(batch.origin)}`",
        "Batch": batch.batch_id,
        "Sources": f"{stands.total:,}",
        "Made": f"{tally.made:,}",
        "Skipped": f"{stands.total - tally.total:,} (done, refused or given up before this run)",
        "Failed": f"{tally.failed.total():,}",
        "Drafts and cases": f"{counts.get(Standing.KNOWN, 0):,}",
        "Not a case study": f"{counts.get(Standing.REFUSED, 0):,}",
        "Rejected by a curator": f"{counts.get(Standing.REJECTED, 0):,}",
        "Not begun or cut off": f"{stands.left:,}",
        "This run": f"{tally.calls:,} calls, {tally.tokens:,} tokens, "
        + ("cost not known" if tally.cost_usd is None else f"${tally.cost_usd:.4f}"),
        "Paused": _cell(tally.stopped_by.message if tally.stopped_by else "no"),
        **({"Not read": _cell("; ".join(missed))} if missed else {}),
    }
    told = _table(rows)
    if not stands.failures:
        return told
    lines = [
        f"| {group.count:,} | {group.kind} | {group.remedy.value} | {_cell(group.message)} |"
        for group in stands.failures
    ]
    head = ["| failed | cause | what to do | for example |", "|---|---|---|---|"]
    return "\n".join([told, "", *head, *lines])


def published_markdown(published: Published) -> str:
    """Return what one publishing did."""
    return _table(
        {
            "Site": f"`{_cell(str(published.path))}`",
            "Cases": str(published.pages),
            "New": ", ".join(published.added) or "—",
            "Changed": ", ".join(published.changed) or "—",
            "Withdrawn": ", ".join(published.withdrawn) or "—",
        }
    )


def checked_markdown(checked: Sequence[Checked]) -> str:
    """Return what became of each source that is not the same, and how many are."""
    seen = [(one, one.check) for one in checked if one.check]
    same = sum(check.result is CheckResult.SAME for _, check in seen)
    lines = [
        f"| {_cell(one.title or one.source_id)} | {_cell(check.told)} |"
        for one, check in seen
        if check.result is not CheckResult.SAME
    ]
    head = f"{same} of {len(seen)} sources are the same."
    return "\n".join([head, "", "| source | what became of it |", "|---|---|", *lines])


def _table(rows: dict[str, str]) -> str:
    lines = [f"| {name} | {value or '—'} |" for name, value in rows.items()]
    return "\n".join(["| | |", "|---|---|", *lines])


def _cell(text: str) -> str:
    """Keep text from outside inside its cell."""
    flat = " ".join(text.split())
    for character in "\\`|<>[]*_":
        flat = flat.replace(character, f"\\{character}")
    return flat
