"""The read-only server of published cases, over HTTP."""

import asyncio

import httpx2
import pytest
from case_views import TEXT
from mcp import Client

from desk.accounts import Accounts
from desk.public import PER_MINUTE, create_public_app, serve_public
from review import decisions
from schemas.errors import ConfigurationError
from schemas.reviews import Role
from services.publication import publish_site

LINES = TEXT.split("\n\n")


@pytest.fixture
async def case_id(build, warehouse, resources, monkeypatch) -> str:
    """A published case beside a draft."""
    monkeypatch.setattr("services.publication.build_in_process", lambda *_: None)
    made = build.draft()
    decisions.approve(warehouse, made, "mira", leave_out=True)
    await publish_site(resources)
    build.draft()
    return made


@pytest.fixture
async def base(resources):
    """The address of a running server."""
    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_public(resources, "127.0.0.1:0", ready.set_result))
    yield await asyncio.wait_for(ready, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_scripts_read_published_cases(base, case_id, warehouse):
    """Drafts are not found; an unchanged answer is a 304; nothing can be changed."""
    draft = next(one for one in warehouse.case_ids() if one != case_id)
    async with httpx2.AsyncClient(base_url=base) as client:
        (found,) = (await client.get("/api/cases?q=pgvector")).json()["cases"]
        assert (found["case_id"], found["status"]) == (case_id, "published")
        found = (await client.get("/api/search?q=claimants wait")).json()["statements"]
        assert {one["case_id"] for one in found} == {case_id}
        answer = await client.get("/api/attribution", params={"sentence": LINES[7]})
        assert answer.json()["verdict"] == "verbatim"
        case = await client.get(f"/api/cases/{case_id}")
        assert case.json()["citation"]
        seen = {"if-none-match": case.headers["etag"]}
        again = await client.get(f"/api/cases/{case_id}", headers=seen)
        assert (again.status_code, again.content) == (304, b"")
        assert (await client.get(f"/api/cases/{draft}")).status_code == 404
        assert (await client.get("/api/cases?limit=1000")).status_code == 422
        for path in (f"/api/cases/{case_id}/decisions", "/api/sources", "/api/publishing"):
            assert (await client.post(path, json={})).status_code in {404, 405}
        assert (await client.get("/")).status_code == 404


async def test_assistants_read_them_over_mcp(base, case_id):
    """The tools are those that read, without the one that asks a model."""
    async with Client(f"{base}/mcp") as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        answer = await client.call_tool("search_cases", {"query": "pgvector"})
    assert tools == {"search_cases", "search_statements", "get_case", "check_attribution"}
    assert answer.structured_content["cases"][0]["case_id"] == case_id


async def test_an_address_has_60_requests_a_minute(base, resources):
    """Then it waits, while a token has more; another site's name is refused."""
    token = Accounts(resources.warehouse).add("harvester", Role.READER, "mira")
    async with httpx2.AsyncClient(base_url=base) as client:
        answers = [await client.get("/api/nothing") for _ in range(PER_MINUTE + 1)]
        assert [one.status_code for one in answers] == [404] * PER_MINUTE + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert answers[-1].json()["error"]["kind"] == "rate_limit"
        assert (await client.get("/mcp")).status_code == 429
        known = {"authorization": f"Bearer {token}"}
        assert (await client.get("/api/nothing", headers=known)).status_code == 404
        wrong = {"authorization": "Bearer casebook-x"}
        assert (await client.get("/api/nothing", headers=wrong)).status_code == 429
        foreign = {"host": "evil.example", **known}
        assert (await client.get("/api/cases", headers=foreign)).status_code == 400


async def test_a_taken_port_is_an_error(base, resources):
    """The message names the port."""
    port = base.rpartition(":")[2]
    with pytest.raises(ConfigurationError, match=port):
        await serve_public(resources, f"127.0.0.1:{port}", print)


def test_its_description_has_only_reads(resources):
    """No route changes anything."""
    paths = create_public_app(resources).openapi()["paths"]
    assert {method for one in paths.values() for method in one} == {"get"}
