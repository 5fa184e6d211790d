"""A small source that the scripted model knows, and a site that serves it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from claims_article import article
from scripted_endpoint import ScriptedEndpoint
from scripted_model import answer_of

from config.services import Services
from config.settings import Settings


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A Markdown file that the scripted model makes a case study of."""
    path = tmp_path / "claims.md"
    path.write_text(article(), "utf-8")
    return path


@pytest.fixture
async def services(settings: Settings, model_endpoint: ScriptedEndpoint) -> AsyncIterator[Services]:
    """Real services whose model is the scripted endpoint."""
    model_endpoint.script = answer_of
    async with Services(settings) as made:
        yield made
