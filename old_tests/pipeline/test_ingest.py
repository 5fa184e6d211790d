"""From a source to a draft, with real parts around a scripted endpoint."""

import itertools
import threading

import pytest
import scripted_curator
from scripted_endpoint import api_error, completion

from casebook.pipeline.ingestion.ingest import extract_only, ingest, ingest_all
from casebook.pipeline.ingestion.outcome import Status
from casebook.pipeline.reprocessing.retrying import retry, retry_all
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef
from casebook.schemas.triage import Verdict
from casebook.summarizer.models.asking import Asker


def ref_of(web, path):
    return SourceRef(source=web.url_for(path))


async def test_a_page_becomes_a_grounded_draft(services, web, endpoint):
    """Fetch, extract, triage and summary each leave their row; every quote is located."""
    outcome = await ingest(ref_of(web, "/case"), services)
    assert (outcome.status, outcome.company, outcome.year) == (Status.DRAFT, None, 2026)
    assert set(outcome.seconds) == {"fetch", "extract", "triage", "summarize"}
    assert outcome.llm_calls == len(endpoint.requests) == 2
    view = services.warehouse.case(outcome.case_id)
    statements = list(view.revision.case_study.statements())
    assert len(statements) == 5
    for _, statement in statements:
        evidence = statement.evidence[0]
        assert view.document.text[evidence.start : evidence.end] == evidence.quote
    assert services.snapshots.get(services.warehouse.newest_snapshot(outcome.source_id).sha256)


async def test_the_same_source_again_asks_and_fetches_nothing(settings_of, web, endpoint):
    """A resubmission, even by a new process, makes no request to model or site."""
    async with Services(settings_of(), busy=True) as first:
        before = await ingest(ref_of(web, "/case"), first)
    asked, fetched = len(endpoint.requests), len(web.log)
    async with Services(settings_of(), busy=True) as second:
        again = await ingest(ref_of(web, "/case"), second)
    assert (len(endpoint.requests), len(web.log)) == (asked, fetched)
    assert (again.case_id, again.revision_id) == (before.case_id, before.revision_id)
    assert (again.llm_calls, again.tokens, again.cost_usd) == (0, 0, 0.0)


async def test_an_address_written_differently_is_the_same_source(services, web, endpoint):
    """Tracking parameters and fragments do not make a second case."""
    first = await ingest(ref_of(web, "/case"), services)
    second = await ingest(
        SourceRef(source=web.url_for("/case") + "?utm_source=x#results"), services
    )
    assert second.case_id == first.case_id
    assert len(endpoint.requests) == 2


async def test_a_recipe_is_refused_with_a_reason_and_can_be_drafted_anyway(services, web):
    """Triage gives a verdict, no case; force overturns it."""
    refused = await ingest(ref_of(web, "/recipe"), services)
    assert (refused.status, refused.case_id) == (Status.NOT_A_CASE_STUDY, None)
    assert refused.reason
    assert [r.source.source_id for r in services.warehouse.refused()] == [refused.source_id]
    forced = await ingest(ref_of(web, "/recipe"), services, force=True)
    assert forced.status is Status.DRAFT
    kept = services.warehouse.case(forced.case_id).triage
    assert (kept.overturned_by, kept.verdict) == ("ada", Verdict.UNSURE)
    assert (await ingest(ref_of(web, "/recipe"), services)).case_id == forced.case_id
    assert services.warehouse.refused() == []


BAD_PAGES = [
    ("/gone", "fetch", "page_missing", False),
    ("/empty", "extract", "document_empty", False),
    ("/login", "extract", "login_wall", False),
    ("/binary.html", "extract", "content_mismatch", False),
    ("/huge.pdf", "fetch", "too_large", False),
]


@pytest.mark.parametrize(("path", "stage", "kind", "transient"), BAD_PAGES)
async def test_a_bad_page_is_a_failure_and_nothing_else(
    services, web, endpoint, path, stage, kind, transient
):
    """Each leaves one open failure that names the address; no verdict, no draft, no call."""
    outcome = await ingest(ref_of(web, path), services)
    failure = outcome.failure
    assert (failure.stage, failure.kind, failure.transient) == (stage, kind, transient)
    assert web.url_for(path).split("//")[1] in failure.message
    assert "\n" not in failure.message
    assert outcome.error_exit == 3
    assert [f.failure.kind for f in services.warehouse.open_failures()] == [kind]
    assert (services.warehouse.cases(), services.warehouse.refused()) == ([], [])
    assert endpoint.requests == []


BAD_ADDRESSES = [
    ("http://127.0.0.1:1/", "fetch", {"address_forbidden", "invalid_url"}),
    ("http://169.254.169.254/latest/", "fetch", {"address_forbidden"}),
    ("http://nowhere.invalid/post", "fetch", {"host_unreachable"}),
    ("ftp://example.org/x", "fetch", {"invalid_url"}),
    ("no/such/file.md", "fetch", {"file_missing"}),
]


@pytest.mark.parametrize(("source", "stage", "kinds"), BAD_ADDRESSES)
async def test_a_bad_address_is_a_failure_that_can_be_listed(services, source, stage, kinds):
    """What cannot be fetched at all still leaves a source and an open failure."""
    outcome = await ingest(SourceRef(source=source), services)
    assert (outcome.status, outcome.failure.stage) == (Status.FAILED, stage)
    assert outcome.failure.kind in kinds
    (opened,) = services.warehouse.open_failures()
    assert opened.reference.source.endswith(source)  # a path is kept whole, from the root


BAD_ENDPOINTS = [
    (api_error(401), "key_rejected", 4),
    (api_error(404, "model_not_found"), "model_unknown", 4),
    (api_error(503), "provider_unavailable", 5),
    (api_error(429, retry_after="3600"), "rate_limited", 5),
    (completion("nonsense"), "answer_invalid", 3),
]


@pytest.mark.parametrize(("reply", "kind", "exit_code"), BAD_ENDPOINTS)
async def test_an_outage_is_never_a_verdict_and_is_answered_by_a_retry(
    services, web, endpoint, reply, kind, exit_code
):
    """The model's failure is stored; a retry makes the draft from the kept bytes."""
    working, endpoint.fallback = endpoint.fallback, lambda _: reply
    outcome = await ingest(ref_of(web, "/case"), services)
    assert (outcome.failure.kind, outcome.error_exit) == (kind, exit_code)
    assert outcome.failure.stage == "triage"
    assert (services.warehouse.cases(), services.warehouse.refused()) == ([], [])
    assert "sk-secret" not in outcome.model_dump_json()
    endpoint.fallback = working
    fetched = len(web.log)
    again = await retry(outcome.source_id, services)
    assert again.status is Status.DRAFT
    assert len(web.log) == fetched
    assert services.warehouse.open_failures() == []


async def test_a_file_that_appears_answers_its_failure(services, tmp_path):
    """A path that could not be read is no open failure once the file is there."""
    path = tmp_path / "later.md"
    await ingest(SourceRef(source=str(path)), services)
    assert len(services.warehouse.open_failures()) == 1
    path.write_text("# T\n\n" + "We run a pipeline with a model in production. " * 20)
    outcome = await ingest(SourceRef(source=str(path)), services)
    assert outcome.failure is None
    assert services.warehouse.open_failures() == []
    assert services.warehouse.unfinished() == []


async def test_a_crash_between_calls_pays_for_no_call_twice(services, web, endpoint, monkeypatch):
    """After a crash right behind the triage call, a rerun asks only what was not answered."""
    ask = Asker.ask

    async def dies_at_summary(self, stage, *args, **kwargs):
        if stage == "summarize":
            raise KeyboardInterrupt
        return await ask(self, stage, *args, **kwargs)

    monkeypatch.setattr(Asker, "ask", dies_at_summary)
    with pytest.raises(KeyboardInterrupt):
        await ingest(ref_of(web, "/case"), services)
    monkeypatch.undo()
    outcome = await ingest(ref_of(web, "/case"), services)
    assert outcome.status is Status.DRAFT
    assert (outcome.llm_calls, len(endpoint.requests)) == (1, 2)


async def test_a_run_that_was_cut_off_is_listed_and_can_be_taken_up(services, web, monkeypatch):
    """A kill right after the fetch loses nothing: the source is unfinished until it is a draft."""

    async def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("casebook.pipeline.ingestion.stages.extract", killed)
    with pytest.raises(KeyboardInterrupt):
        await ingest(ref_of(web, "/case"), services)
    monkeypatch.undo()
    (cut_off,) = services.warehouse.unfinished()
    outcome = await retry(cut_off.source_id, services)
    assert outcome.status is Status.DRAFT
    assert services.warehouse.unfinished() == []


async def test_looking_at_a_document_stores_nothing(services, web):
    """Extract alone leaves no source behind that would wait to be finished."""
    document = await extract_only(ref_of(web, "/case"), services)
    assert document.title == "How Kettlebrook answers 9,000 letters"
    assert not any(services.warehouse.counts().values())


async def test_the_same_source_at_once_is_asked_and_paid_for_once(services, web, endpoint):
    """Three spellings of one address at the same time make one draft from two calls."""
    address = web.url_for("/case")
    refs = [SourceRef(source=address + end) for end in ("", "?utm_source=a", "#x")]
    outcomes = [outcome async for outcome in ingest_all(refs, services)]
    assert len({o.revision_id for o in outcomes}) == 1
    assert sum(o.llm_calls for o in outcomes) == len(endpoint.requests) == 2


async def test_a_page_that_was_mended_is_fetched_again(services, web):
    """An empty page is not read from its kept bytes for ever: the next try asks the site."""
    import pages

    first = await ingest(ref_of(web, "/empty"), services)
    assert first.failure.kind == "document_empty"
    web.clear_all_handlers()
    web.expect_request("/robots.txt").respond_with_data("")
    web.expect_request("/empty").respond_with_data(pages.CASE, content_type="text/html")
    again = await retry(first.source_id, services)
    assert again.status is Status.DRAFT
    assert services.warehouse.open_failures() == []


async def test_what_a_failed_call_cost_is_told(services, web, endpoint):
    """Two useless answers were paid for, though nothing came of them."""
    endpoint.fallback = lambda _: completion("nonsense")
    outcome = await ingest(ref_of(web, "/case"), services)
    assert (outcome.llm_calls, outcome.tokens, outcome.cost_usd) == (2, 240, None)


async def test_one_bad_source_does_not_touch_the_others(services, web):
    """A batch yields one outcome a source, whatever becomes of each."""
    refs = [ref_of(web, path) for path in ("/case", "/gone", "/recipe", "/login")]
    outcomes = [outcome async for outcome in ingest_all(refs, services)]
    statuses = {o.source.rsplit("/", 1)[1]: o.status.value for o in outcomes}
    assert statuses == {
        "case": "draft",
        "gone": "failed",
        "recipe": "not_a_case_study",
        "login": "failed",
    }


async def test_a_bug_is_stored_as_unexpected_and_logged(services, web, monkeypatch):
    """What nobody foresaw is a failure of kind unexpected with exit code 1, not a crash."""

    def broken(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("casebook.summarizer.service.ground", broken)
    outcome = await ingest(ref_of(web, "/case"), services)
    assert (outcome.failure.kind, outcome.error_exit) == ("unexpected", 1)


async def test_a_refresh_fetches_again_and_keeps_both_snapshots(services, web, endpoint):
    """A changed page gives a new draft beside the old one; nothing is overwritten."""
    first = await ingest(ref_of(web, "/case"), services)
    web.clear_all_handlers()
    import pages

    web.expect_request("/robots.txt").respond_with_data("")
    changed = pages.CASE.replace("9,000 letters arrive", "9,500 letters arrive")
    web.expect_request("/case").respond_with_data(changed, content_type="text/html")
    second = await ingest(ref_of(web, "/case"), services, refresh=True)
    assert second.case_id == first.case_id
    assert second.document_id != first.document_id
    assert len(services.warehouse.case(first.case_id).revisions) == 2


async def test_several_failed_sources_are_tried_at_once(services, web, endpoint):
    """A night's failures of one cause do not wait for each other: both ask before one is told."""
    endpoint.fallback = lambda _: api_error(401)
    failed = [await ingest(ref_of(web, path), services) for path in ("/case", "/recipe")]
    both, asked = threading.Barrier(2), itertools.count()

    def together(request):
        if next(asked) < both.parties:
            both.wait(10)
        return scripted_curator.answer(request)

    endpoint.fallback = together
    told = [one async for one in retry_all([o.source_id for o in failed], services, {})]
    assert {one.status for one in told} == {Status.DRAFT, Status.NOT_A_CASE_STUDY}
    assert not both.broken
