"""The judge's place among the stages."""

from casebook.pipeline.ingest import ingest
from casebook.pipeline.outcome import Status
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef
from casebook.summarizer import judging


async def test_a_judge_that_is_down_costs_no_draft(
    settings_of, readers, web, endpoint, monkeypatch
):
    """With a judge configured the draft is made all the same, under a recipe of its own."""
    plain = settings_of()
    settings = settings_of(
        judge_model="judge-1", judge_base_url="http://127.0.0.1:9/v1", llm_attempts=1
    )
    monkeypatch.setattr(judging, "_is_doubtful", lambda *_: True)
    recipes = []
    for chosen in (plain, settings):
        async with Services(chosen) as services:
            services.__dict__["extractors"] = readers
            outcome = await ingest(SourceRef(source=web.url_for("/case")), services)
            assert outcome.status is Status.DRAFT
            revision = services.warehouse.revision(outcome.revision_id)
            recipes.append(revision.recipe_id)
    assert len(set(recipes)) == 2
    reasons = [s.support.reason for _, s in revision.case_study.statements()]
    assert all("No model judged it" in reason for reason in reasons)
