"""The JSON beside the pages."""

import pytest

from casebook.schemas.reviews import CaseStatus


@pytest.fixture
def headers(desk) -> dict[str, str]:
    """What a script sends: where it asks from, and the token that it read."""
    token = desk.get("/api/token").json()["token"]
    return {"origin": "http://127.0.0.1", "x-casebook-token": token}


def test_cases_are_listed_by_status(desk, build):
    """The list has one object a case, and the filter holds."""
    case_id = build.draft()
    (found,) = desk.get("/api/cases?status=draft").json()
    assert found["case_id"] == case_id
    assert found["support"] == {"supported": 7, "weak": 2, "unsupported": 1}
    assert desk.get("/api/cases?status=approved").json() == []


def test_a_case_comes_with_document_and_history(desk, build):
    """Offsets in the JSON hold in the document's text."""
    view = desk.get(f"/api/cases/{build.draft()}").json()
    quote = view["revision"]["case_study"]["lessons"][0]["evidence"][0]
    assert view["document"]["text"][quote["start"] : quote["end"]] == quote["quote"]


def test_a_script_decides_as_the_curator(desk, build, headers):
    """Several edits make one revision; the review comes back."""
    case_id = build.draft()
    edits = [
        {"action": "set_fact", "field": "company", "value": "Parcelwise BV"},
        {"action": "drop_statement", "field": "architecture", "index": 3},
    ]
    answer = desk.post(
        f"/api/cases/{case_id}/decisions",
        json={"decision": "edit", "edits": edits},
        headers=headers,
    )
    assert answer.status_code == 201
    assert answer.json()["who"] == "mira"
    answer = desk.post(
        f"/api/cases/{case_id}/decisions", json={"decision": "approve"}, headers=headers
    )
    assert answer.status_code == 201
    assert build.warehouse.case(case_id).status is CaseStatus.APPROVED


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"decision": "reopen"}, 409, "invalid_decision"),
        ({"decision": "reject", "reason": "x", "expected_revision": "rev1_old"}, 409, "invalid_decision"),
        ({"decision": "explode"}, 422, "invalid_request"),
    ],
)  # fmt: skip
def test_refusals_are_json_with_the_cause(desk, build, headers, body, status, kind):
    """Status, kind and sentence tell a script why."""
    answer = desk.post(f"/api/cases/{build.draft()}/decisions", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["kind"] == kind
    assert answer.json()["error"]["message"]


def test_sources_are_submitted_and_asked_about(desk, headers):
    """A private address fails as such; a path is no source."""
    answer = desk.post("/api/sources", json={"source": "http://10.0.0.1/x"}, headers=headers)
    assert answer.status_code == 202
    job = answer.json()
    while job["running"]:
        job = desk.get(f"/api/jobs/{job['job_id']}").json()
    assert job["outcome"]["failure"]["kind"] == "address_forbidden"
    answer = desk.post("/api/sources", json={"source": "/etc/passwd"}, headers=headers)
    assert answer.status_code == 422


def test_the_api_describes_itself(desk):
    """OpenAPI lists the API and none of the pages."""
    paths = desk.get("/api/openapi.json").json()["paths"]
    assert "/api/cases/{case_id}/decisions" in paths
    assert all(path.startswith("/api/") for path in paths)
