"""A draft by a real server: llama.cpp with the packaged model, behind its OpenAI-compatible API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import PARAGRAPHS

from config.resources import Resources
from config.settings import Settings
from flows.ingest import process
from schemas.cases import SupportLevel
from schemas.errors import ConfigurationError
from schemas.results import IngestStatus
from schemas.sources import SourceRef
from services.run import Run
from summarizer.embedded import NAME, EmbeddedServer


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    try:
        started = EmbeddedServer()
    except ConfigurationError as error:
        pytest.skip(str(error))
    yield started
    started.close()


@pytest.mark.embedded
async def test_a_configured_server_is_asked_for_its_limits_and_for_the_draft(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    """Its context counts, its constrained answer is stored, and each sentence is the source's."""
    source = tmp_path / "claims.md"
    source.write_text("# Claims at Kellamoor\n\n" + "\n\n".join(PARAGRAPHS), "utf-8")
    settings = Settings(
        home=tmp_path / "home",
        llm_base_url=server.base_url,
        llm_model=NAME,
        OPENAI_API_KEY=server.api_key,
        llm_strategy="single",
        models={NAME: {"output_tokens": 1_300}},
    )
    async with Resources(settings) as resources:
        profile = resources.profile
        assert (profile.server, profile.context_tokens, profile.small) == ("llama.cpp", 4_096, True)
        result = await process(Run(SourceRef(source=str(source)), resources))
        assert result.status is IngestStatus.DRAFT, result.failure
        view = resources.warehouse.case(result.case_id or "")
        (call,) = resources.warehouse.generations(view.revision.generation_ids)
    assert result.llm_calls == 1
    assert (call.prompt, call.status) == ("case_study_short", "ok")
    assert call.usage.prompt_tokens > 500
    assert "the model chose" in (result.strategy_reason or "")
    assert "too small to judge" in (result.unjudged or "")
    assert {s.support.level for s in view.revision.study.statements} == {SupportLevel.VERBATIM}
