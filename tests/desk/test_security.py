"""The request guard against strangers, other sites and oversized requests."""

import pytest
from desk_client import KEY, DeskClient, paths, read
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from desk.app import create_app
from desk.security import PLAIN_BODY, UPLOAD_BODY, is_same_origin

CHANGES, PAGES = paths("POST"), paths("GET")


def test_every_change_is_a_post():
    """This ensures that the checks of CHANGES below cover all of them."""
    others = [paths(method) for method in ("PUT", "PATCH", "DELETE")]
    assert others == [[], [], []]


@pytest.fixture
def stranger(resources):
    """A client that knows this machine's port and nothing else."""
    with TestClient(create_app(resources, KEY), base_url="http://127.0.0.1") as client:
        yield client


def test_nothing_is_read_without_the_key(stranger):
    """Pages, JSON and the published site are refused, with advice on the address."""
    for path in [*PAGES, "/site/", "/api/openapi.json"]:
        answer = stranger.get(path)
        is_program = path.startswith(("/api/", "/metrics"))
        assert answer.status_code == (401 if is_program else 403), path
        assert "Open the address that casebook printed" in answer.text
        assert KEY not in answer.text


def test_only_workers_of_the_site_may_compile(stranger):
    """The policy allows WebAssembly in the workers of the site and nowhere else."""
    workers = [
        "/site/pagefind/pagefind-worker.js",
        "/site/data-worker.js",
        "/site/meaning-worker.js",
    ]
    policies = {
        path: stranger.get(path).headers["content-security-policy"]
        for path in ("/", "/site/data.html", "/site/search.html", *workers)
    }
    assert [path for path, policy in policies.items() if "wasm-unsafe-eval" in policy] == workers


@pytest.mark.parametrize("given", [{}, {"authorization": "Bearer guessed"}, {"cookie": "a=b"}])
def test_nothing_is_changed_without_the_key(stranger, given):
    """Neither the right origin alone nor a wrong key is enough."""
    for path in CHANGES:
        answer = stranger.post(path, headers={"sec-fetch-site": "same-origin"} | given)
        assert answer.status_code == (401 if path.startswith("/api/") else 403), path


def test_the_key_in_the_address_becomes_a_cookie(stranger):
    """A signed one, HttpOnly and SameSite; the redirect drops the key from the address."""
    answer = stranger.get(f"/?key={KEY}&status=failed", follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert KEY not in cookie
    assert answer.headers["location"] == "/?status=failed"
    assert stranger.get("/?status=failed").status_code == 200


@pytest.mark.parametrize("path", ["/?key=guessed", "/?key=", "/healthz?key=guessed"])
def test_a_wrong_key_gets_no_cookie(stranger, path):
    """This also holds for the path that needs no key."""
    assert "set-cookie" not in stranger.get(path).headers
    assert stranger.get("/").status_code == 403


@pytest.mark.parametrize("path", [f"//evil.example/?key={KEY}", f"/%22%3E%3Cscript%3E?key={KEY}"])
def test_the_key_leads_nowhere_else(stranger, path):
    """A redirect target that looks like a host or has markup remains a path of the desk."""
    answer = stranger.get(f"http://127.0.0.1{path}", follow_redirects=False)
    target = answer.headers["location"]
    assert target.startswith("/")
    assert not target.startswith("//")
    assert "<" not in target


def test_the_key_in_the_address_of_a_change_is_not_read(stranger):
    """Forms and scripts have other proofs; an address ends up in histories and logs."""
    answer = stranger.post(f"/submit?key={KEY}", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_only_files_of_the_desk_are_open(stranger):
    """Strangers read the style sheets, and send nothing to them."""
    assert stranger.get("/static/desk.css").status_code == 200
    for answer in (
        stranger.get("/statistics"),
        stranger.get("/healthz/more"),
        stranger.post("/static/desk.css"),
        stranger.post("/healthz"),
    ):
        assert answer.status_code in {401, 403}


def test_health_is_open_and_does_not_touch_the_warehouse(stranger, settings):
    """It works without a key, and before a warehouse exists."""
    assert stranger.get("/healthz").json() == {"status": "ok"}
    assert not (settings.home / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8484", "[::1"]
)
def test_other_names_for_this_machine_are_refused(desk, host):
    """A foreign host name that resolves to this machine is refused, even with the key."""
    for path in ("/healthz", "/"):
        assert desk.get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8484", "localhost:1", "[::1]:8484", "LOCALHOST"])
def test_loopback_names_are_answered(desk, host):
    """This machine's own names work with any port."""
    assert desk.get("/healthz", headers={"host": host}).status_code == 200


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
def test_no_change_comes_from_another_site(desk, settings, headers):
    """A foreign or missing origin is refused even with cookie and token; nothing is stored."""
    given = {"x-casebook-token": desk.token} | headers
    for path in CHANGES:
        answer = desk.post(path, data={"token": desk.token}, headers=given)
        assert answer.status_code == 403, path
        assert "only from its own pages" in answer.text
    assert not (settings.home / "warehouse.duckdb").exists()


@pytest.mark.parametrize("token", [None, "", "guessed", "tökén"])
def test_no_change_without_the_token(desk, settings, token):
    """Even a form from our own origin needs this desk's token."""
    data = {} if token is None else {"token": token}
    for path in CHANGES:
        answer = desk.post(path, data=data, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 403, path
        assert "reload" in answer.text
    assert not (settings.home / "warehouse.duckdb").exists()


def test_a_script_with_the_key_in_a_header_needs_no_token(stranger, build):
    """Pages of other sites cannot send that header, so it replaces cookie, origin and token."""
    case_id = build.draft()
    answer = stranger.post(
        f"/api/cases/{case_id}/decisions",
        json={"decision": "comment", "reason": "read"},
        headers={"authorization": f"Bearer {KEY}"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8484"}, False),
        ({"origin": "http://127.0.0.1:8484"}, True),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "https://127.0.0.1:8484"}, False),
        ({"origin": "http://["}, False),
        ({"referer": "http://127.0.0.1:8484/submit"}, True),
        ({"referer": "http://127.0.0.1:8484@evil.example/"}, False),
        ({}, False),
    ],
)
def test_same_origin_by_what_the_browser_says(headers, ours):
    """Uses Sec-Fetch-Site if present, else compares Origin or Referer with Host."""
    assert is_same_origin(Headers({"host": "127.0.0.1:8484"} | headers)) is ours


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/submit", 500_000_000),
        ("/submit", UPLOAD_BODY + 1),
        ("/publish", PLAIN_BODY + 1),
        ("/api/sources", "many"),
    ],
)
def test_a_large_body_is_refused_by_its_stated_length(desk, path, size):
    """It is refused before the body is read and the token is checked."""

    def body():
        raise AssertionError("the body was read")
        yield b""

    headers = {"sec-fetch-site": "same-origin", "content-length": str(size)}
    answer = desk.post(path, content=body(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_a_large_body_without_a_length_is_refused_while_it_streams(desk, kind):
    """The response states the limit, for forms and for JSON."""

    def body():
        yield from (b"a" * 100_000 for _ in range(30))

    headers = {"authorization": f"Bearer {KEY}", "content-type": kind}
    answer = desk.post("/api/cases/x/decisions", content=body(), headers=headers)
    assert answer.status_code == 413
    assert "2.0 MB" in answer.text


@pytest.mark.parametrize("path", ["/", "/submit", "/cases/nope", "/static/desk.js", "/api/cases"])
def test_every_answer_carries_the_policy(desk, stranger, path):
    """All responses forbid inline code, framing, sniffing and caching."""
    for client in (desk, stranger):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_a_bug_is_answered_in_words_and_under_the_policy(resources, monkeypatch):
    """An unexpected error gives a page without internals, and the same headers."""
    app = create_app(resources, KEY)

    def broken(*_: object) -> None:
        raise RuntimeError("<script>secret</script>")

    monkeypatch.setattr(app.state.desk.live, "fresh", broken)
    with DeskClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_refusals_are_shown_beside_what_htmx_was_doing(stranger):
    """The page is kept, and the notice says how to get access."""
    answer = stranger.get("/", headers={"hx-request": "true"})
    assert answer.headers["hx-retarget"] == "#notice"
    assert 'class="notice bad"' in answer.text


def test_pages_are_compressed_and_their_token_is_masked_anew(desk, case_id):
    """No two pages have the same token; each is accepted, a changed one is not."""
    pages = [desk.get(f"/cases/{case_id}", headers={"accept-encoding": "gzip"}) for _ in range(2)]
    assert {page.headers["content-encoding"] for page in pages} == {"gzip"}
    tokens = [read(page).xpath("//input[@name='token']/@value")[0] for page in pages]
    assert tokens[0] != tokens[1]
    assert not any(desk.token in page.text for page in pages)
    changed = tokens[0][:-1] + ("0" if tokens[0][-1] != "0" else "1")
    for token, status in ((tokens[0], 303), (tokens[0], 303), (tokens[1], 303), (changed, 403)):
        form = {"token": token, "decision": "comment", "text": f"Look {token[:4]}."}
        url, headers = f"/cases/{case_id}/decisions", {"sec-fetch-site": "same-origin"}
        answer = desk.post(url, data=form, headers=headers, follow_redirects=False)
        assert answer.status_code == status
