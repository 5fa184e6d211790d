"""The API conforms to its own description."""

import pytest
import schemathesis
from desk_client import KEY
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

from desk.app import create_app
from schemas.results import IngestResult, IngestStatus

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
]
HEADERS = {"Host": "127.0.0.1", "Authorization": f"Bearer {KEY}"}


@pytest.fixture
def described(resources, case_id, monkeypatch):
    """The description of a desk that has a draft, and whose jobs fetch nothing."""

    async def process(run):
        return IngestResult(source=run.label, source_id="src1_a", status=IngestStatus.DRAFT)

    monkeypatch.setattr("desk.jobs.process", process)
    app = create_app(resources, KEY)
    return schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=HEADERS)


def test_no_request_is_answered_otherwise_than_described(described, case_id):
    """No valid or odd request causes a 500, or a status or body that the schema lacks."""
    tried = []
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(max_examples=5, deadline=None, database=None, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck), derandomize=True)  # fmt: skip
            def check(case):
                tried.append(case)
                if len(tried) % 2 and "case_id" in case.path_parameters:
                    case.path_parameters["case_id"] = case_id
                case.call_and_validate(headers=HEADERS, checks=CHECKS)

            check()
    assert len(tried) > 20
