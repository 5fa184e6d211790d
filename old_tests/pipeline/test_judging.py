"""The judge's place among the stages, and in an eval."""

import asyncio
import json
import re
import threading
import time

import pages
import pytest
import scripted_curator
from scripted_endpoint import completion

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Status
from casebook.pipeline.reprocessing.retrying import retry
from casebook.runtime.services import Services
from casebook.schemas.cases import SupportLevel
from casebook.schemas.sources import SourceRef
from casebook.summarizer import judging

JUDGE = {"judge_model": "judge-1", "judge_base_url": "http://127.0.0.1:9/v1", "llm_attempts": 1}


def partly(request):
    """A judge that says "partly" of every statement, and the usual answers to the rest."""
    if request["model"] != "judge-1":
        return scripted_curator.answer(request)
    asked = re.findall(r"^Statement (\d+):", request["messages"][-1]["content"], re.MULTILINE)
    line = {"verdict": "partly", "reason": "It says less."}
    return completion(json.dumps({"verdicts": [{"statement": int(n), **line} for n in asked]}))


@pytest.fixture(autouse=True)
def doubts(monkeypatch):
    """Every statement is doubtful."""
    monkeypatch.setattr(judging, "_is_doubtful", lambda *_: True)


async def test_a_judge_that_is_down_is_a_failure_and_costs_no_draft(
    settings_of, readers, web, endpoint
):
    """The draft stands with a note; the failure waits until a retry has the judge alone answer."""
    source = SourceRef(source=web.url_for("/case"))
    async with Services(settings_of(**JUDGE), busy=True) as services:
        services.__dict__["extractors"] = readers
        made = await ingest(source, services)
        drafted = services.warehouse.case(made.case_id).revision
        assert (made.status, made.failure, bool(made.unjudged)) == (Status.DRAFT, None, True)
        reasons = [s.support.reason for _, s in drafted.case_study.statements()]
        assert all("No model judged it" in reason for reason in reasons)
        (failure,) = services.warehouse.open_failures()
        assert (failure.failure.stage, failure.failure.transient) == ("judge", True)
        await retry(made.source_id, services)
        assert services.warehouse.open_failures()[0].attempts == 2
        assert len(services.warehouse.case(made.case_id).revisions) == 1

    asked = len(endpoint.requests)
    endpoint.fallback = partly
    async with Services(
        settings_of(**JUDGE | {"judge_base_url": endpoint.base_url}), busy=True
    ) as services:
        services.__dict__["extractors"] = readers
        again = await retry(made.source_id, services)
        assert [r["model"] for r in endpoint.requests[asked:]] == ["judge-1"]
        assert again.unjudged is None
        assert services.warehouse.open_failures() == []
        study = services.warehouse.case(made.case_id).revision.case_study
        levels = {s.support.level for _, s in study.statements()}
        assert levels == {SupportLevel.WEAK}
        await ingest(source, services)
        assert len(endpoint.requests) == asked + 1


async def test_a_judge_at_the_same_endpoint_takes_its_turn_there(
    settings_of, readers, web, endpoint
):
    """What the endpoint takes at once is shared: no request of a judge goes beside the others."""
    gauge, lock = {"open": 0, "most": 0}, threading.Lock()

    def answer(request):
        with lock:
            gauge["open"] += 1
            gauge["most"] = max(gauge.values())
        time.sleep(0.2)
        with lock:
            gauge["open"] -= 1
        return partly(request)

    endpoint.fallback = answer
    one = {"judge_model": "judge-1", "llm_concurrency": 1}
    for name in "abc":
        page = pages.CASE.replace("<p>", f"<p>This is told of office {name}. ", 1)
        web.expect_request(f"/{name}").respond_with_data(page, content_type="text/html")
    async with Services(settings_of(**one), busy=True) as services:
        services.__dict__["extractors"] = readers
        sources = [SourceRef(source=web.url_for(f"/{name}")) for name in "abc"]
        made = await asyncio.gather(*(ingest(source, services) for source in sources))
    assert [outcome.unjudged for outcome in made] == [None] * 3
    assert (gauge["most"], len(endpoint.requests)) == (1, 9)


async def test_a_judge_makes_another_recipe(settings_of):
    """A draft that a judge saw is another one than the same without."""
    plain, judged = Services(settings_of()), Services(settings_of(**JUDGE))
    strategy = plain.profile.strategy
    assert plain.recipe(strategy).recipe_id != judged.recipe(strategy).recipe_id
