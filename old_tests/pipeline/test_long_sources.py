"""What takes long of a long source holds up neither the event loop nor other sources."""

import asyncio
import threading

import pages
import pytest
import scripted_curator
from scripted_endpoint import completion

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Status
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef
from casebook.summarizer import service, triage
from casebook.summarizer.drafting import guided
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.grounding.source_text import SourceText

JUDGED = {"judge_model": "judge-1", "judge_base_url": "http://127.0.0.1:9/v1", "llm_attempts": 1}
RESTATED = completion('{"statement": "The team moved letters to a queue."}')
BOOK = 10_000_000


@pytest.fixture
def seen(monkeypatch):
    """What went through a whole source, by the thread that it did so in."""
    found = []

    def watch(owner, name):
        usual = getattr(owner, name)

        def noted(*given):
            found.append((name, threading.current_thread() is threading.main_thread()))
            return usual(*given)

        monkeypatch.setattr(owner, name, noted)

    watch(QuoteFinder, "__init__")
    watch(SourceText, "__init__")
    for room in (guided, triage):
        watch(room, "sentences_of")
    return found


@pytest.mark.parametrize(
    ("settings", "answer", "looked"),
    [
        (JUDGED, scripted_curator.answer, {"__init__"}),
        ({"llm_strategy": "guided"}, lambda _: RESTATED, {"__init__", "sentences_of"}),
    ],
    ids=["judged", "guided"],
)
async def test_a_whole_source_is_looked_through_beside_the_event_loop(
    settings, answer, looked, settings_of, readers, web, endpoint, seen
):
    """A million characters take up to 20 s: the desk would answer nobody, a batch ask nothing."""
    endpoint.fallback = answer
    async with Services(settings_of(**settings), busy=True) as services:
        services.__dict__["extractors"] = readers
        outcome = await ingest(SourceRef(source=web.url_for("/case")), services)
    assert outcome.status is Status.DRAFT
    assert {name for name, _ in seen} == looked
    assert not any(on_the_loop for _, on_the_loop in seen)


async def test_drafts_are_held_against_their_sources_one_after_the_other(
    settings_of, readers, web, monkeypatch
):
    """Each takes memory in step with its source: of five that come at once, one at a time."""
    lock, inside, most = threading.Lock(), [], []
    ground = service.ground

    def counted(*given):
        with lock:
            inside.append(1)
            most.append(len(inside))
        found = ground(*given)
        with lock:
            inside.pop()
        return found

    monkeypatch.setattr(service, "ground", counted)
    for name in "abcde":
        page = pages.CASE.replace("<p>", f"<p>This is told of office {name}. ", 1)
        web.expect_request(f"/{name}").respond_with_data(page, content_type="text/html")
    async with Services(settings_of(), busy=True) as services:
        services.__dict__["extractors"] = readers
        sources = [SourceRef(source=web.url_for(f"/{name}")) for name in "abcde"]
        made = await asyncio.gather(*(ingest(source, services) for source in sources))
    assert [outcome.status for outcome in made] == [Status.DRAFT] * 5
    assert most == [1] * 5


async def test_a_book_has_no_other_source_wait(settings_of, readers, web):
    """It takes a minute: meanwhile the others go on, also those that another model drafts."""
    async with Services(settings_of(), busy=True) as services:
        services.__dict__["extractors"] = readers
        other = await services.asking("another-model")
        assert other.grounding is services.grounding
        async with services.grounding.turn(BOOK), asyncio.timeout(60):
            outcome = await ingest(SourceRef(source=web.url_for("/case")), services)
    assert outcome.status is Status.DRAFT
