"""The desk's JSON API."""

import pytest
from case_views import a_publication
from desk_client import KEY

from review import decisions
from review.changes import SetFact
from schemas.results import IngestResult, IngestStatus
from schemas.reviews import CaseStatus


@pytest.fixture
def headers() -> dict[str, str]:
    """The header that a script sends."""
    return {"authorization": f"Bearer {KEY}"}


def test_cases_are_listed_by_status(desk, build):
    """The list has one object per case and respects the filter."""
    case_id = build.draft()
    (found,) = desk.get("/api/cases?status=draft").json()
    assert found["case_id"] == case_id
    assert found["support"]["verified"] == 12
    assert desk.get("/api/cases?status=approved").json() == []
    assert desk.get("/api/cases?text=harbour&limit=1").json() == [found]
    assert desk.get("/api/cases?status=odd").status_code == 422


def test_a_list_has_its_total_and_a_tag(desk, build):
    """A page of the list counts all; a sender that has the answer gets a 304 until it changes."""
    build.draft()
    build.draft()
    answer = desk.get("/api/cases?limit=1")
    assert (len(answer.json()), answer.headers["x-total-count"]) == (1, "2")
    assert desk.get("/api/cases?text=zebra").headers["x-total-count"] == "0"
    seen = {"if-none-match": f'"other", W/{answer.headers["etag"]}'}
    again = desk.get("/api/cases?limit=1", headers=seen)
    assert (again.status_code, again.content) == (304, b"")
    build.draft()
    assert desk.get("/api/cases?limit=1", headers=seen).status_code == 200


def test_statements_are_searched(desk, build):
    """Each statement comes with the id of its case; unpublished cases are searched too."""
    case_id = build.draft()
    answer = desk.get("/api/search?q=claimants wait").json()
    (found,) = answer["statements"]
    assert (found["case_id"], found["section"], found["status"]) == (case_id, "results", "draft")
    assert (answer["every_word"], answer["corrected"], answer["total"]) == (True, None, 1)
    assert not any(ord(one) < 32 for one in str(answer))
    for query in ("claimants&published=true", '"*'):
        assert desk.get(f"/api/search?q={query}").json()["statements"] == []


def test_a_search_says_how_it_found_its_statements(desk, build):
    """A corrected spelling and a search for some of the words are named beside what they found."""
    build.draft()
    corrected = desk.get("/api/search?q=claimannts wait").json()
    assert (corrected["corrected"], corrected["every_word"]) == ("claimants wait", True)
    some = desk.get("/api/search?q=claimants wait zebras").json()
    assert (some["corrected"], some["every_word"]) == (None, False)
    assert some["statements"]


def test_a_case_comes_with_document_and_history(desk, build):
    """Offsets in the JSON match the document's text."""
    view = desk.get(f"/api/cases/{build.draft()}").json()
    quote = view["revision"]["study"]["statements"][0]["evidence"][0]
    assert view["document"]["text"][quote["start"] : quote["end"]] == quote["quote"]


def test_a_script_decides_as_the_curator(desk, build, warehouse, headers):
    """Several changes make one revision; the response has the review."""
    case_id = build.draft()
    changes = [
        {"action": "set_fact", "name": "company", "value": "Fjordline"},
        {"action": "drop", "part": "s-10"},
        {"action": "confirm", "part": "s-9"},
        {"action": "set_fact", "name": "narrator"},
        {"action": "drop", "part": "t-made-up"},
    ]
    body = {"decision": "edit", "changes": changes}
    answer = desk.post(f"/api/cases/{case_id}/decisions", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["who"] == "mira"
    body = {"decision": "approve"}
    answer = desk.post(f"/api/cases/{case_id}/decisions", json=body, headers=headers)
    assert answer.status_code == 201
    view = warehouse.case(case_id)
    assert (view.status, len(view.revisions)) == (CaseStatus.APPROVED, 2)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"decision": "reopen"}, 409, "invalid_decision"),
        ({"decision": "reject", "reason": "x", "expected_revision": "rev1_old"}, 409, "invalid_decision"),
        ({"decision": "explode"}, 422, "invalid_request"),
        ({"decision": "edit", "changes": [{"action": "explode"}]}, 422, "invalid_request"),
    ],
)  # fmt: skip
def test_refusals_are_json_with_the_cause(desk, build, headers, body, status, kind):
    """Status, kind and message tell a script the cause."""
    answer = desk.post(f"/api/cases/{build.draft()}/decisions", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["kind"] == kind
    assert answer.json()["error"]["message"]


def test_sources_are_submitted_and_asked_about(desk, headers, monkeypatch):
    """If one of several addresses is invalid, all are refused and the bad lines are named."""

    async def process(run):
        return IngestResult(source=run.label, source_id="src1_a", status=IngestStatus.DRAFT)

    monkeypatch.setattr("desk.jobs.process", process)
    body = {"sources": ["https://a.example/x", "https://a.example/y"]}
    answer = desk.post("/api/sources", json=body, headers=headers)
    assert answer.status_code == 202
    job, other = answer.json()
    assert (job["label"], other["label"]) == tuple(body["sources"])
    while job["running"]:
        job = desk.get(f"/api/jobs/{job['job_id']}").json()
    assert job["result"]["status"] == "draft"
    for wrong in (["/etc/passwd"], ["file:///etc/passwd"], [" "], [], "https://a.example/x"):
        answer = desk.post("/api/sources", json={"sources": wrong}, headers=headers)
        assert answer.status_code == 422, wrong
    body = {"sources": ["https://a.example/z", "ftp://b.example/"]}
    refused = desk.post("/api/sources", json=body, headers=headers).json()["error"]
    assert refused["message"].startswith("Line 2: “ftp://b.example/” is not a web address")
    assert len(desk.app.state.desk.jobs.recent()) == 2


def test_a_published_case_is_withdrawn_with_a_reason(desk, build, warehouse, headers):
    """A reason is required; until then the queue flags the edit of the published case."""
    case_id = build.draft()
    decisions.approve(warehouse, case_id, "ada", leave_out=True)
    published = a_publication(case_id, "cases/one/index.html")
    revision_id = warehouse.case(case_id).revision.revision_id
    warehouse.append(published.model_copy(update={"revision_id": revision_id}))
    decisions.edit(warehouse, case_id, [SetFact(name="title", value="Another")], "ada")
    assert "edit of a published case" in desk.get("/").text
    address, body = f"/api/cases/{case_id}/decisions", {"decision": "withdraw"}
    assert desk.post(address, json=body, headers=headers).status_code == 409
    answer = desk.post(address, json=body | {"reason": "Asked for."}, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (201, "Asked for.")
    after = desk.get(f"/api/cases/{case_id}").json()
    assert (after["status"], after["published_revision_id"]) == ("rejected", None)
    assert desk.post(address, json=body | {"reason": "Again."}, headers=headers).status_code == 409


def test_a_source_says_where_it_stands(desk, build, warehouse):
    """A failed source has its failure, a drafted one none; an unknown id is a 404."""
    failed = desk.get(f"/api/sources/{build.failed()}").json()
    assert failed["state"] == "failed"
    assert failed["failure"]["failure"]["kind"] == "page_missing"
    drafted = warehouse.case(build.draft()).source
    answer = desk.get(f"/api/sources/{drafted.source_id}").json()
    assert (answer["state"], answer["failure"]) == ("drafted", None)
    assert answer["source"]["canonical_url"] == drafted.canonical_url
    assert desk.get("/api/sources/src1_nope").status_code == 404


def test_the_api_describes_itself(desk):
    """OpenAPI lists the API without the pages."""
    paths = desk.get("/api/openapi.json").json()["paths"]
    assert "/api/cases/{case_id}/decisions" in paths
    assert all(path.startswith("/api/") for path in paths)


def test_a_script_rules_on_names(desk, build, headers):
    """A proposed name is listed; accepted, it is a term; a second ruling is refused."""
    build.proposed("Kestrel", "served with vLLM", build.draft())
    (name,) = desk.get("/api/tags").json()["proposed"]
    ruling = {"name": name["name"], "ruling": "accept", "definition": "A server of models."}
    answer = desk.post("/api/tags", json=ruling, headers=headers)
    assert answer.json()["message"] == "Kestrel is now a term; 0 drafts tagged."
    found = desk.get("/api/tags").json()
    assert found["proposed"] == []
    assert "kestrel" in {term["slug"] for term in found["terms"]}
    assert desk.post("/api/tags", json=ruling, headers=headers).status_code == 409


def test_a_script_runs_a_batch(desk, headers, monkeypatch):
    """A list is estimated, started, paused and resumed; an unknown estimate is a 404."""

    async def process(batch, settings):
        return None

    monkeypatch.setattr("desk.batch_runs.process_batch", process)
    given = {"addresses": ["https://a.example/x", "https://a.example/y"], "budget_usd": 2}
    answer = desk.post("/api/batches/estimates", json=given, headers=headers)
    estimate = answer.json()
    assert (answer.status_code, estimate["sources"]) == (201, 2)
    assert estimate["forecast"]["open"] == 2
    both = given | {"list": "https://a.example/feed"}
    assert desk.post("/api/batches/estimates", json=both, headers=headers).status_code == 422
    start = f"/api/batches?estimate_id={estimate['estimate_id']}"
    batch = desk.post(start, headers=headers).json()
    assert (batch["size"], batch["budget_usd"], batch["created_by"]) == (2, 2.0, "mira")
    (listed,) = desk.get("/api/batches").json()
    assert listed["progress"]["batch"] == batch
    here = f"/api/batches/{batch['batch_id']}"
    assert desk.post(f"{here}/pause", headers=headers).status_code == 200
    assert desk.post(f"{here}/resume", headers=headers).status_code == 202
    assert desk.get(here).json()["progress"]["counts"] == {"new": 2}
    wrong = "/api/batches?estimate_id=x"
    assert desk.post(wrong, headers=headers).status_code == 404


def test_a_script_publishes(desk, build, warehouse, headers, monkeypatch):
    """The changes that wait are listed; the publication runs in the background."""
    monkeypatch.setattr("services.publication.build_in_process", lambda *_: None)
    case_id = build.draft()
    decisions.approve(warehouse, case_id, "ada", leave_out=True)
    (waiting,) = desk.get("/api/publishing").json()["pending"].values()
    assert [one["case_id"] for one in waiting] == [case_id]
    answer = desk.post("/api/publishing", headers=headers)
    assert (answer.status_code, answer.json()["running"]) == (202, True)
    while (state := desk.get("/api/publishing").json())["running"]:
        pass
    assert (state["problem"], state["result"]["added"]) == (None, [case_id])
