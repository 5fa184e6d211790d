"""Which strategy a source gets, from the settings to the stored draft."""

import pages
from scripted_endpoint import completion

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Status
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef

NARROW = {"llm_context_tokens": 5_000, "llm_output_tokens": 600}


async def test_a_source_too_long_for_one_call_is_read_in_windows(
    settings_of, readers, tmp_path, endpoint
):
    """The draft says how it was made, why, and what of the source it rests on nothing of."""
    story = " ".join(f"Part {n} of the pipeline was rebuilt in week {n}." for n in range(700))
    path = tmp_path / "long.html"
    path.write_text(pages.CASE.replace("9,000 letters arrive", f"{story} 9,000 letters arrive", 1))
    answer = endpoint.fallback
    endpoint.fallback = lambda request: (
        completion("nonsense")
        if "Note what the part" in (told := request["messages"][-1]["content"])
        and "in week 480" in told
        else answer(request)
    )
    async with Services(settings_of(**NARROW), busy=True) as services:
        services.__dict__["extractors"] = readers
        outcome = await ingest(SourceRef(source=str(path)), services)
        assert (outcome.status, outcome.strategy) == (Status.DRAFT, "map_reduce")
        assert "exceed the context of 5,000" in outcome.strategy_reason
        assert len(outcome.unread) == 1
        revision = services.warehouse.case(outcome.case_id).revision
        assert (revision.unread, revision.strategy) == (list(outcome.unread), "map_reduce")
        asked = len(endpoint.requests)
        again = await ingest(SourceRef(source=str(path)), services)
    assert (again.revision_id, len(endpoint.requests)) == (outcome.revision_id, asked)
