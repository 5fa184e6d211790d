"""What keeps other sites out of the desk."""

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from casebook.review import create_app
from casebook.review.guarding import is_same_origin
from casebook.runtime.settings import Settings
from casebook.warehouse import Warehouse
from casebook.warehouse.sql import Migration, migrations

CHANGES = sorted(
    route.path
    for included in create_app(Settings(home="unused")).routes
    if hasattr(included, "original_router")
    for route in included.original_router.routes
    if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD"}
)


def address(path: str) -> str:
    return path.replace("{case_id}", "case1_x").replace("{source_id}", "src1_x")


def test_there_are_changes_to_guard():
    """The list that the tests below go through holds what we know of."""
    assert {
        "/publish",
        "/submit",
        "/batches",
        "/watches",
        "/cases/{case_id}/decisions",
        "/api/sources",
    } <= set(CHANGES)


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"referer": "http://127.0.0.1.evil.example/"},
        {},
    ],
)
def test_no_change_comes_from_another_site(desk, settings, path, headers):
    """With the right token even, a foreign or silent origin is refused, and nothing is made."""
    token = desk.token()
    answer = desk.post(
        address(path), data={"token": token}, headers={"x-casebook-token": token} | headers
    )
    assert answer.status_code == 403
    assert not settings.warehouse_path.exists()


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("token", [None, "", "guessed", "tökén"])
def test_no_change_without_the_token(desk, settings, path, token):
    """A form of our own origin needs this process's token."""
    data = {} if token is None else {"token": token}
    answer = desk.post(address(path), data=data, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403
    assert "reload" in answer.text
    assert not settings.warehouse_path.exists()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8484"])
def test_other_names_for_this_machine_are_refused(desk, host):
    """A name that an attacker's DNS points here is not answered, not even to read."""
    assert desk.get("/healthz", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8484", "localhost:1", "[::1]:8484", "LOCALHOST"])
def test_loopback_names_are_answered(desk, host):
    """Whatever the port, this machine's own names work."""
    assert desk.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8484"}, False),
        ({"origin": "http://127.0.0.1:8484"}, True),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "https://127.0.0.1:8484"}, False),
        ({"referer": "http://127.0.0.1:8484/submit"}, True),
        ({"referer": "http://127.0.0.1:8484@evil.example/"}, False),
        ({}, False),
    ],
)
def test_same_origin_by_what_the_browser_says(headers, ours):
    """Sec-Fetch-Site decides where it is sent; else Origin, else Referer, against Host."""
    assert is_same_origin(Headers({"host": "127.0.0.1:8484"} | headers)) is ours


@pytest.mark.parametrize("path", ["/", "/submit", "/cases/nope", "/static/desk.js", "/api/cases"])
def test_every_answer_carries_the_policy(desk, path):
    """Pages, errors and files alike: no inline code, no frames, no sniffing, no referrer."""
    headers = desk.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_bug_is_answered_in_words_and_under_the_policy(settings, monkeypatch):
    """What nobody foresaw is a page that tells no internals, with the same headers."""
    app = create_app(settings)

    def broken(*_: object) -> None:
        raise RuntimeError("<script>secret</script>")

    monkeypatch.setattr(app.state.desk.services.warehouse, "cases", broken)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_warehouse_that_a_newer_casebook_has_migrated_is_told_on_every_page(desk, settings):
    """The desk that still runs shows nothing of it, and says what to do."""
    assert desk.get("/").status_code == 200
    known = migrations()
    future = Migration(len(known) + 1, "future", "CREATE TABLE future (a INTEGER)")
    Warehouse(settings.warehouse_path, schema=[*known, future]).migrate()
    for path in ("/", "/batches", "/publish"):
        answer = desk.get(path)
        assert answer.status_code == 503
        assert "Service Unavailable" in answer.text
        assert "was written by a newer casebook" in answer.text


def test_no_page_needs_inline_code(desk, build):
    """Templates hold no inline script, style or handler, which the policy would block."""
    case_id = build.draft()
    for path in ("/", f"/cases/{case_id}", "/submit", "/publish", "/?status=failed"):
        body = desk.get(path).text
        assert "<style" not in body
        assert " style=" not in body
        assert " onclick=" not in body
        assert "hx-on" not in body
        assert body.count("<script") == body.count("<script src=")
