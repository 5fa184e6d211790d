"""One source through fetch, extract, triage, summarize, verify and store."""

from asyncio import to_thread
from pathlib import Path

from claims_article import article
from local_site import Site
from scripted_endpoint import ScriptedEndpoint, api_error, completion, schema_name
from scripted_model import CASE_STUDY, REFUSED, answer_of

from config.resources import Resources
from config.settings import Settings
from flows.ingest import extract, fetch, process, triage
from review.changes import SetSpeakers
from review.decisions import edit, undo
from schemas.results import IngestStatus
from schemas.reviews import CaseFilter
from schemas.sources import SourceKind, SourceRef, Speakers
from services.run import Run


def run_of(source: object, resources: Resources, **options: object) -> Run:
    return Run(SourceRef(source=str(source)), resources, **options)


async def test_corrected_speakers_outlive_a_new_draft(
    source: Path, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """The model's roles are in the draft and its prompts; a person's are used until undone."""
    words = article().replace("# ", "").split("\n\n")
    turns = (f"**{('Ana', 'Ben')[n % 2]}:** I say: {one}" for n, one in enumerate(words))
    await to_thread(source.write_text, "\n\n".join(turns), "utf-8")
    people = [{"label": "Ana", "name": None, "role": "host"}]
    people += [{"label": "Ben", "name": None, "role": "guest"}]
    found = {"speakers": people, "company": "Kellamoor", "system": None}
    model_endpoint.script = lambda request: (
        completion(found) if schema_name(request) == "SpeakersAnswer" else answer_of(request)
    )
    run = run_of(source, resources)
    case_id = (await process(run)).case_id
    view = resources.warehouse.case(case_id)
    calls = resources.warehouse.generations(view.revision.generation_ids)
    assert [one.stage for one in calls] == ["speakers", "summarize", "judge", "repair"]
    assert {one.generation_id for one in calls} == {one.generation_id for one in run.paid}
    assert resources.forecast_of(view.document).calls == len(calls) + 1
    kept = view.document.speakers
    assert kept == Speakers(
        hosts=("Ana",), guests=("Ben",), guests_company="Kellamoor", roles_by="model"
    )
    change = SetSpeakers(hosts=("Ben",), guests=("Ana",), guests_company="Kellamoor")
    edit(resources.warehouse, case_id, [change], "mira")
    model_endpoint.requests.clear()
    resources.settings = resources.settings.model_copy(update={"language": "German"})
    await process(run_of(source, resources))
    assert {schema_name(one) for one in model_endpoint.requests} >= {
        "CaseStudyAnswer",
        "JudgeAnswer",
    }
    for request in model_endpoint.requests:
        assert "\nSpeakers: Ben (host), Ana (guest)\n" in request["messages"][-1]["content"]
    newer = resources.warehouse.case(case_id).newer
    assert newer.speakers == Speakers(**change.model_dump(exclude={"action"}), roles_by="person")
    undo(resources.warehouse, case_id, "mira")
    resources.settings = resources.settings.model_copy(update={"language": "French"})
    await process(run_of(source, resources))
    assert resources.warehouse.case(case_id).newer.speakers == kept


async def test_a_file_becomes_a_draft(source: Path, resources: Resources) -> None:
    """The draft has located quotes, and all stages are timed."""
    result = await process(run_of(source, resources))

    assert result.status is IngestStatus.DRAFT
    assert result.company == "Kellamoor"
    drafting = {"speakers", "triage", "summarize", "verify", "store"}
    assert set(result.seconds) == {"fetch", "extract", *drafting}
    view = resources.warehouse.case(result.case_id or "")
    found = [e for s in view.revision.study.statements for e in s.evidence if e.start is not None]
    assert found
    text = view.document.text
    assert all(text[e.start : e.end] == e.quote for e in found)


async def test_a_crash_after_an_answer_pays_nothing_twice(
    source: Path, resources: Resources, settings: Settings, model_endpoint: ScriptedEndpoint
) -> None:
    """The next process finds an answer that was stored before the crash."""
    model_endpoint.enqueue(completion(CASE_STUDY))
    run = run_of(source, resources)
    await triage(run, (await extract(run, await fetch(run))).document)
    calls = len(model_endpoint.requests)
    await resources.__aexit__()

    async with Resources(settings) as fresh:
        result = await process(run_of(source, fresh))

    assert result.status is IngestStatus.DRAFT
    assert len(model_endpoint.requests) == calls + 2  # the judge, and the repair


async def test_a_refused_source_has_a_reason_and_can_be_forced(
    source: Path, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """Triage refuses with a reason and no draft; --force drafts it, marked unsure."""
    model_endpoint.enqueue(completion(REFUSED))
    refused = await process(run_of(source, resources))
    assert refused.status is IngestStatus.NOT_A_CASE_STUDY
    assert refused.reason == REFUSED["triage"]["reason"]
    assert [one.source.source_id for one in resources.warehouse.refused()] == [refused.source_id]

    forced = await process(run_of(source, resources, force=True))
    assert forced.status is IngestStatus.DRAFT
    assert forced.verdict == "unsure"


async def test_an_outage_is_a_failure_and_not_a_verdict(
    source: Path, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """An unavailable model gives a transient failure and no verdict."""
    model_endpoint.script = lambda _: api_error(401, "invalid_api_key", "wrong key")
    result = await process(run_of(source, resources))

    assert result.status is IngestStatus.FAILED
    assert result.failure is not None
    assert (result.failure.stage, result.failure.kind) == ("triage", "key_rejected")
    assert resources.warehouse.refused() == []
    assert resources.warehouse.open_failure(result.source_id) is not None


async def test_a_page_and_a_redirect_to_it_are_one_source(
    site: Site, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A redirect to a known page makes an alias of it instead of a second draft."""
    page = site.put("/post.md", article())
    short = site.put("/short", status=302, headers={"Location": page})
    first = await process(run_of(page, resources))
    calls = len(model_endpoint.requests)
    second, third = [await process(run_of(short, resources)) for _ in range(2)]

    assert first.status is IngestStatus.DRAFT
    assert (second.source_id, second.case_id) == (first.source_id, first.case_id)
    assert second.same_as
    assert third.source_id == first.source_id
    assert len(model_endpoint.requests) == calls


async def test_a_redirect_to_a_page_with_other_text_is_another_source(
    site: Site, resources: Resources
) -> None:
    """If the text at a known address has changed, the redirecting address gets its own draft."""
    page = site.put("/post.md", article())
    short = site.put("/short", status=302, headers={"Location": page})
    first = await process(run_of(page, resources))
    other = "\n\n".join(f"Team {n} answers {n} letters a day about parcels." for n in range(60))
    site.put("/post.md", f"# Parcels\n\n{other}")
    second = await process(run_of(short, resources))

    assert second.source_id != first.source_id
    assert second.same_as is None


async def test_a_judge_that_is_away_is_asked_by_retry(
    source: Path, settings: Settings, model_endpoint: ScriptedEndpoint
) -> None:
    """Without the judge statements stay unverified; a retry asks the judge, not for a draft."""
    down = True

    def script(request):
        if schema_name(request) == "JudgeAnswer" and down:
            return api_error(400, "bad_request", "not today")
        return answer_of(request)

    model_endpoint.script = script
    judged = settings.model_copy(update={"judge": "same"})
    async with Resources(judged) as resources:
        first = await process(run_of(source, resources))
        assert first.unjudged
        assert first.support["verified"] == 0
        down = False
        asked = len(model_endpoint.requests)
        second = await process(run_of(source, resources))

    assert second.unjudged is None
    assert second.support["verified"] > 0
    names = [schema_name(request) for request in model_endpoint.requests[asked:]]
    assert set(names) == {"JudgeAnswer", "RepairAnswer"}


async def test_an_expensive_source_stops_before_its_first_call(
    source: Path, settings: Settings, model_endpoint: ScriptedEndpoint
) -> None:
    """The forecast is compared with the cap per source, and no call is made."""
    cheap = settings.model_copy(update={"budget_source": 0.0001})
    async with Resources(cheap) as resources:
        result = await process(run_of(source, resources))

    assert result.failure is not None
    assert result.failure.kind == "source_too_expensive"
    assert model_endpoint.requests == []


async def test_a_reading_that_was_too_long_is_not_asked_for_again(
    source: Path, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """A rerun finds the separate verdict and the draft made from windows."""
    model_endpoint.enqueue(completion('{"triage":', finish="length"))
    first = await process(run_of(source, resources))
    calls = len(model_endpoint.requests)
    again = await process(run_of(source, resources))

    assert first.strategy == "map_reduce"
    assert len(model_endpoint.requests) == calls
    assert again.revision_id == first.revision_id


async def test_a_reading_without_scores_is_asked_for_again(
    source: Path, resources: Resources, model_endpoint: ScriptedEndpoint
) -> None:
    """It is unusable, and the ledger would return it to every retry."""
    model_endpoint.enqueue(completion(CASE_STUDY | {"triage": None}))
    assert (await process(run_of(source, resources))).status is IngestStatus.DRAFT


async def test_a_fetched_page_is_listed_with_its_kind_and_source(
    site: Site, resources: Resources
) -> None:
    """The kind is known after fetching; lists show it and filter by it."""
    address = site.put("/claims.md", article())
    await process(Run(SourceRef(source=address), resources))
    (line,) = resources.warehouse.cases(CaseFilter(kind=SourceKind.MARKDOWN))
    assert (line.kind, line.source) == (SourceKind.MARKDOWN, address)
    assert resources.warehouse.cases(CaseFilter(kind=SourceKind.PDF)) == []
