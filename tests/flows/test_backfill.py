"""Batches: bounded, resumable, paid for depth-first."""

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from claims_article import article
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, schema_name
from scripted_model import answer_of

from config.resources import Resources
from config.settings import Settings
from flows import ingest
from flows.backfill import BatchRun
from schemas.batches import BatchItem, SourceState
from schemas.errors import InputError, Unreachable
from schemas.results import IngestResult
from schemas.sources import Candidate, Payload, SourceRef
from services.batches import read_list, register, settings_for
from services.selection import forecast, interleaved, select


async def finished(
    files: Sequence[Candidate], resources: Resources, **options: object
) -> tuple[BatchRun, list[IngestResult]]:
    items = select(files).items
    batch = await register("a list", items, resources, **options)
    results: list[IngestResult] = []
    run = BatchRun(batch, resources, on_result=results.append, second_try_seconds=0)
    await run.finish()
    return run, results


async def test_every_source_of_a_list_is_drafted_once(
    files: list[Candidate], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A batch drafts each source; the same list again calls no model."""
    _, results = await finished(files, resources)
    assert [result.status.value for result in results] == ["draft"] * 6
    calls = len(model_endpoint.requests)

    run, again = await finished(files, resources)

    assert again == []
    assert len(model_endpoint.requests) == calls
    progress = resources.warehouse.batch(run.batch.batch_id)
    assert progress.step == "finished"
    assert progress.counts[SourceState.DRAFTED] == 6


async def test_a_budget_buys_whole_drafts(
    files: list[Candidate], settings: Settings, model_endpoint: ScriptedEndpoint
) -> None:
    """A budget for two and a half sources gives two complete drafts, not six partial ones."""
    model_endpoint.script = answer_of
    async with Resources(settings) as resources:
        each = resources.forecast(len(article())).cost_usd or 0.0
    async with Resources(settings.model_copy(update={"budget_run": 2.5 * each})) as resources:
        run, results = await finished(files, resources)
        progress = resources.warehouse.batch(run.batch.batch_id)

    drafts = [result for result in results if result.status.value == "draft"]
    readings = [r for r in model_endpoint.requests if schema_name(r) == "CaseStudyAnswer"]
    assert len(drafts) >= 2
    assert len(readings) == len(drafts)
    assert all(draft.unjudged is None for draft in drafts)
    assert progress.step == "paused"
    assert "budget" in (progress.reason or "")


async def test_a_wrong_key_pauses_the_batch_and_resume_goes_on(
    files: list[Candidate], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A rejected key stops the batch immediately; later it continues where it stopped."""
    model_endpoint.script = lambda _: api_error(401, "invalid_api_key", "wrong key")
    run, _ = await finished(files, resources)
    assert run.stopped_by is not None
    assert len(model_endpoint.requests) < 2 * 6

    model_endpoint.script = answer_of
    await BatchRun(run.batch, resources, second_try_seconds=0).finish()

    assert resources.warehouse.batch(run.batch.batch_id).counts[SourceState.DRAFTED] == 6


async def test_a_transient_failure_is_tried_once_more(
    files: list[Candidate], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A source whose answer is invalid fails alone; the others are drafted."""
    broken = "Report 3"

    def script(request):
        if broken in str(request["messages"]) and schema_name(request) == "CaseStudyAnswer":
            return api_error(400, "bad_request", "cannot")
        return answer_of(request)

    model_endpoint.script = script
    run, _ = await finished(files, resources)
    progress = resources.warehouse.batch(run.batch.batch_id)
    assert progress.counts[SourceState.DRAFTED] == 5
    assert progress.counts[SourceState.FAILED] == 1
    assert progress.failures[0].count == 1


async def test_a_slow_answer_gets_no_second_pass(
    files: list[Candidate], resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A truncated answer may have been paid, so a batch makes only two requests for it."""
    model_endpoint.script = lambda _: Reply(text='{"choices": [{"mess')
    run, _ = await finished(files[:1], resources)
    assert len(model_endpoint.requests) == 2
    progress = resources.warehouse.batch(run.batch.batch_id)
    assert [group.kind for group in progress.failures] == ["answer_timed_out"]


async def test_a_forecast_counts_what_is_open(files: list[Candidate], resources: Resources) -> None:
    """The forecast covers new sources only, and names the cap on one source."""
    await finished(files[:2], resources)
    expected = await forecast(select(files).items, resources)

    assert expected.open == 4
    assert expected.states[SourceState.DRAFTED] == 2
    assert expected.cost_usd is not None
    assert expected.cost_usd > 0
    assert expected.source_budget_usd == resources.settings.budget_source


async def test_options_of_a_batch_override_settings(settings: Settings) -> None:
    """Model and budgets of a batch replace the configured ones."""
    async with Resources(settings) as resources:
        batch = await register("x", [], resources, model="other", budget_usd=2, source_budget_usd=3)
    changed = settings_for(batch, settings)
    assert (changed.llm_model, changed.budget_run, changed.budget_source) == ("other", 2, 3)


def test_select_counts_what_it_leaves_out() -> None:
    """Duplicates, older items, items without the words and those beyond the limit are counted."""
    listed = [
        Candidate(url="https://a.example/1?utm_source=x", title="LLM in production"),
        Candidate(url="https://a.example/1", title="LLM in production"),
        Candidate(url="https://a.example/2", title="LLM agents", published="2024-05"),
        Candidate(url="https://a.example/3", title="Our offsite"),
        Candidate(url="https://a.example/4", title="LLM search", published="2026-01-02"),
    ]
    found = select(listed, since=date(2025, 1, 1), words=["llm"], limit=1)
    assert (found.duplicates, found.older, found.filtered, found.beyond_limit) == (1, 1, 1, 1)
    assert found.items[0].reference.source == "https://a.example/4"


def test_hosts_take_turns() -> None:
    """Sources of one host are not next to each other while others wait."""
    items = [
        BatchItem(source_id=str(n), reference=SourceRef(source=f"https://{host}/{n}"))
        for n, host in enumerate(["a.example", "a.example", "b.example"])
    ]
    assert [item.source_id for item in interleaved(items)] == ["0", "2", "1"]


async def test_videos_wait_while_youtube_blocks_this_machine(
    files: list[Candidate],
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After two refused videos the others are not asked for; the batch pauses, and continues."""
    asked: set[str] = set()

    async def refused(ref: SourceRef, *_: object) -> Payload:
        if "youtube.com" not in ref.source:
            return await real(ref, *_)
        asked.add(ref.source)
        raise Unreachable("YouTube mistakes this machine for a bot", "video_blocked")

    real = ingest.fetch_item
    monkeypatch.setattr(ingest, "fetch_item", refused)
    videos = [Candidate(url=f"https://www.youtube.com/watch?v=abcdefgh{n:03}") for n in range(40)]
    run, results = await finished([*videos, *files[:2]], resources)
    assert len(asked) < 40
    statuses = Counter(one.status.value for one in results)
    assert statuses["draft"] == 2
    progress = resources.warehouse.batch(run.batch.batch_id)
    assert progress.step == "paused"
    assert f"blocked by YouTube until about {date.today().year}" in (progress.reason or "")  # noqa: DTZ011
    assert run.postponed == 40 - len(asked)
    assert resources.warehouse.blocked_batches() == []  # not yet

    monkeypatch.setattr("flows.backfill._BLOCKED_FOR", timedelta(0))
    await BatchRun(run.batch, resources, second_try_seconds=0).finish()
    (due,) = resources.warehouse.blocked_batches()
    assert due.batch.batch_id == run.batch.batch_id


async def test_a_folder_is_a_list_of_its_files(
    files: list[Candidate], resources: Resources, tmp_path: Path
) -> None:
    """Supported files in a folder and below it are sources; a folder without any is an error."""
    deeper = tmp_path / "talks" / "2026"
    deeper.mkdir(parents=True)
    shutil.move(files[0].url, deeper / "one.md")
    (deeper / "notes.xyz").write_text("no source", "utf-8")
    found = await read_list(SourceRef(source=str(tmp_path / "talks")), resources)
    assert [one.url for one in found.candidates] == [str(deeper / "one.md")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no file of a supported kind"):
        await read_list(SourceRef(source=str(tmp_path / "empty")), resources)


async def test_a_recording_is_named_beside_its_page(resources: Resources, tmp_path: Path) -> None:
    """In a list, ``audio`` is the source and ``url`` its page."""
    listed = tmp_path / "talks.csv"
    listed.write_text("title,url,audio\nA talk,https://a.example/talk,talk.mp3\n", "utf-8")
    (one,) = (await read_list(SourceRef(source=str(listed)), resources)).candidates
    assert (one.reference.source, one.reference.url) == (
        str(tmp_path / "talk.mp3"),
        "https://a.example/talk",
    )
