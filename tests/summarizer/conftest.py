"""The fixtures of the summarizer's tests."""

import pytest
from asker_fixtures import asker_of, client_of, endpoint, ledger, waits  # noqa: F401 - fixtures
from scripted_endpoint import ScriptedEndpoint
from scripted_model import answer_of, case_document

from schemas.sources import Document


@pytest.fixture
def document() -> Document:
    """The small source of scripted answers."""
    return case_document()


@pytest.fixture
def model(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:  # noqa: F811 - the fixture
    """An endpoint that answers like a strong model."""
    endpoint.script = answer_of
    return endpoint
