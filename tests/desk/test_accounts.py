"""Access to the desk: login, roles, tokens, trusted proxies, and the log of changes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from desk_client import KEY, DeskClient, paths, read, texts

from config.settings import Settings
from desk import sessions
from desk.accounts import Accounts
from desk.app import create_app
from desk.sessions import LoginThrottle
from schemas.errors import InputError, UnknownId
from schemas.reviews import Role

PASSWORD = "correct horse battery"
OTHER = "staple of another kind"
READERS_OWN = {"/account", "/account/sessions", "/logout", "/views", "/inbox/read"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Use a cheap hash, because a real one takes a tenth of a second."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", hasher)


@pytest.fixture
def accounts(warehouse) -> Accounts:
    """An admin, a curator and a reader, all with the same password."""
    made = Accounts(warehouse)
    for name, role in (("mira", Role.ADMIN), ("Ada", Role.CURATOR), ("rolf", Role.READER)):
        made.add(name, role, "mira", PASSWORD)
    return made


@pytest.fixture
def app(resources, accounts):
    return create_app(resources, KEY)


def visitor(app, name: str | None = None, password: str = PASSWORD, **options) -> DeskClient:
    """A browser, logged in if a name is given."""
    client = DeskClient(app, **options)
    if name:
        answer = log_in(client, name, password)
        assert answer.status_code == 303, answer.text
    return client


def log_in(client, name, password, **fields):
    return client.send_form("/login", name=name, password=password, **fields)


def proxied(settings, **changes) -> Settings:
    known = {"10.0.0.0/8": "X-Forwarded-User"}
    given = {"home": settings.home, "curator": "mira", "desk_address": "https://desk.example"}
    return Settings(**given | {"desk_proxies": known} | changes)


def test_a_person_logs_in_and_out(app):
    """With the right password and a name in upper or lower case, the requested page opens."""
    client = visitor(app)
    answer = client.get("/batches?x=1", follow_redirects=False)
    assert answer.headers["location"] == "/login?next=%2Fbatches%3Fx%3D1"
    answer = log_in(client, "ADA", PASSWORD, next="/batches?x=1")
    assert answer.headers["location"] == "/batches?x=1"
    assert "secure" not in answer.headers["set-cookie"].lower()
    assert texts(read(client.get("/")), "//header//bdi") == ["Ada"]
    client.send_form("/logout")
    assert client.get("/", follow_redirects=False).status_code == 303


def test_a_copied_cookie_ends_with_the_log_out(app):
    """Copies of the cookie stop working too; sessions of other browsers continue."""
    client, other = visitor(app, "Ada"), visitor(app, "Ada")
    thief = visitor(app, cookies=client.cookies)
    assert thief.get("/", follow_redirects=False).status_code == 200
    client.send_form("/logout")
    assert thief.get("/", follow_redirects=False).status_code == 303
    assert other.get("/", follow_redirects=False).status_code == 200


def test_a_person_sees_and_ends_their_sessions(app):
    """Ends one or all of their own sessions in any browser, but nobody else's."""
    agents = (
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        "curl/8",
        "Mozilla (Windows) Chrome/1",
    )
    clients = [visitor(app, "Ada", headers={"user-agent": agent}) for agent in agents]
    rolf = visitor(app, "rolf")

    def lasting() -> list[bool]:
        answers = [one.get("/", follow_redirects=False) for one in (*clients, rolf)]
        return [answer.status_code == 200 for answer in answers]

    page = read(clients[0].get("/account"))
    rows = texts(page, "//li[contains(@class,'session')]//h3")
    assert sorted(rows) == ["A program", "Chrome on Windows", "Firefox on Linux"]
    (program,) = page.xpath("//li[.//h3='A program']//button/@value")
    assert rolf.send_form("/account/sessions", session=program).status_code == 303
    assert lasting() == [True, True, True, True]
    clients[0].send_form("/account/sessions", session=program)
    assert lasting() == [True, False, True, True]
    clients[2].send_form("/account/sessions")
    assert lasting() == [False, False, False, True]


def test_a_session_ends_after_two_weeks(app, settings):
    """The server enforces this too, and deletes the file at the next listing of sessions."""
    client, other = visitor(app, "Ada"), visitor(app, "Ada")
    for path in (settings.home / "run/sessions").iterdir():
        assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0
        about = json.loads(path.read_text())
        about["began"] = (datetime.now(UTC) - timedelta(days=15)).isoformat()
        path.write_text(json.dumps(about))
    for one in (client, other):
        assert one.get("/", follow_redirects=False).status_code == 303
    visitor(app, "Ada").get("/account")
    assert len([*(settings.home / "run/sessions").iterdir()]) == 1


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_log_in_leads_to_no_other_site(app, target):
    """A path that looks like another host becomes a path of the desk."""
    location = log_in(visitor(app), "Ada", PASSWORD, next=target).headers["location"]
    assert location.startswith("/")
    assert location[1] not in "/\\"


@pytest.mark.parametrize(
    ("name", "password"), [("Ada", "wrong"), ("nemo", PASSWORD), ("", ""), ("deploy", PASSWORD)]
)
def test_wrong_names_and_passwords_get_one_answer(app, accounts, name, password):
    """The response does not reveal whether a name exists; scripts cannot log in by password."""
    accounts.add("deploy", Role.CURATOR, "mira")
    answer = log_in(visitor(app), name, password)
    assert answer.status_code == 403
    assert "The name or the password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_form_of_another_site_logs_nobody_in(app):
    """The login form has no token, since anyone can see it; its origin is checked instead."""
    given = {"name": "Ada", "password": PASSWORD}
    answer = visitor(app).post("/login", data=given, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert app.state.desk.token not in visitor(app).get("/login").text
    assert app.state.desk.token not in visitor(app).get("/static/none.js").text


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The seconds that `LoginThrottle` sees."""
    now = [1_000.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    return now


def test_each_further_attempt_waits_twice_as_long(app, clock):
    """Counted per address and name; the right password must wait too, then clears the count."""
    client, waits = visitor(app), []
    for _ in range(11):
        while (answer := log_in(client, "Ada", "wrong")).status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            assert log_in(client, "ADA", PASSWORD).status_code == 429
            clock[0] += waits[-1]
    assert waits == [2, 4]
    clock[0] += 8
    assert log_in(client, "Ada", PASSWORD).status_code == 303
    assert log_in(client, "Ada", "wrong").status_code == 403
    assert log_in(client, "Ada", PASSWORD).status_code == 303


def test_no_one_locks_another_person_out(app):
    """A stranger's failed attempts do not delay the person, nor others at the same address."""
    stranger, person = visitor(app, client=("192.0.2.1", 1)), visitor(app, client=("192.0.2.2", 1))
    for _ in range(9):
        assert log_in(stranger, "Ada", "wrong").status_code == 403
    assert log_in(stranger, "Ada", PASSWORD).status_code == 429
    assert log_in(stranger, "rolf", PASSWORD).status_code == 303
    assert log_in(person, "Ada", PASSWORD).status_code == 303


def test_attempts_are_counted_within_bounds(clock, monkeypatch):
    """No delay exceeds 15 minutes, and the oldest attempts are forgotten first."""
    monkeypatch.setattr(sessions, "_MOST_COUNTED", 3)
    attempts, waits = LoginThrottle(), []
    for _ in range(80):
        waits.append(attempts.start("a", "here"))
        clock[0] += waits[-1]
    while attempts.start("a", "here") == 0:
        pass
    assert 500 < max(waits) <= 900
    attempts.start("b", "here"), attempts.start("c", "here")
    assert attempts.start("a", "here") == 0


def test_waits_decay(clock):
    """After some hours without attempts, the first ones are undelayed again."""
    attempts = LoginThrottle()
    while attempts.start("a", "here") == 0:
        pass
    clock[0] += 4 * 3_600
    assert [attempts.start("a", "here") for _ in range(9)] == [0] * 9
    assert attempts.start("a", "here") > 0


def test_guesses_from_many_addresses_are_slowed_down(clock):
    """After a hundred attempts the total is limited, except for people who got in before."""
    attempts = LoginThrottle()
    attempts.start("ada", "home")
    attempts.succeed("Ada", "home")
    waits = [attempts.start("ada", f"192.0.2.{n}") for n in range(102)]
    assert (sum(waits[:100]), waits[-1]) == (0, 2)
    assert attempts.start("ada", "home") == 0
    clock[0] += 2
    assert attempts.start("rolf", "elsewhere") == 0


def test_named_proxies_state_whose_attempts_they_are(settings, warehouse):
    """The last address that a named proxy states is used; other programs are not trusted."""
    proxies = {"10.0.0.0/8": "X-Forwarded-User", "192.0.2.9": ""}
    given = proxied(settings, desk_proxies=proxies)
    known = sessions.Sessions(given, Accounts(warehouse), KEY)

    def address(peer: str) -> str:
        headers = sessions.Headers({"x-forwarded-for": "6.6.6.6, 198.51.100.7"})
        return known.address({"client": (peer, 1)}, headers)

    assert {address("10.1.2.3"), address("192.0.2.9")} == {"198.51.100.7"}
    assert address("192.0.2.1") == "192.0.2.1"
    assert address("127.0.0.1") == "127.0.0.1"


def test_a_session_ends_with_the_account_or_its_password(app, accounts):
    """It ends immediately: the cookie alone is worthless."""
    client, other = visitor(app, "Ada"), visitor(app, "rolf")
    app.state.desk.accounts.change("Ada", "mira", OTHER)
    app.state.desk.accounts.change("rolf", "mira", active=False)
    for one in (client, other):
        assert one.get("/", follow_redirects=False).status_code == 303
    assert log_in(client, "Ada", OTHER).status_code == 303
    assert log_in(other, "rolf", PASSWORD).status_code == 403


def test_a_session_outlives_the_desk_but_not_the_home(app, resources, settings, tmp_path):
    """Cookies and forms from before a restart remain valid; those of another home do not."""
    client = visitor(app, "Ada")
    again = DeskClient(create_app(resources, "another-key"), cookies=client.cookies)
    assert again.get("/", follow_redirects=False).status_code == 200
    assert again.token == client.token
    secret = settings.home / "run" / "desk-secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.write_text("another secret")
    foreign = DeskClient(create_app(resources, KEY), cookies=client.cookies)
    assert foreign.get("/", follow_redirects=False).status_code == 303


def test_other_parameters_renew_a_hash(app, accounts, monkeypatch):
    """The hash is renewed at the next login, without a new password."""
    stronger = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", stronger)
    assert visitor(app, "Ada").get("/", follow_redirects=False).status_code == 200
    assert "t=2" in app.state.desk.accounts.person("Ada").secret


def test_readers_read_everything_and_change_nothing(app, build):
    """Every page opens; every change is refused with a message, except to their own account."""
    case_id = build.draft()
    client = visitor(app, "rolf")
    for path in set(paths("GET")) - {"/events"}:  # which never ends
        answer = client.get(path.replace("{case_id}", case_id), follow_redirects=False)
        assert (answer.status_code == 403) is (path == "/accounts"), path
    assert 'class="reader"' in client.get(f"/cases/{case_id}").text
    for path in set(paths("POST")) - READERS_OWN:
        answer = client.send_form(path.replace("{case_id}", case_id))
        assert answer.status_code == 403, path
        assert "readers cannot make changes" in answer.text


def test_curators_decide_and_do_not_manage(app, build, warehouse):
    """Decisions carry the curator's name; only admins manage accounts."""
    case_id = build.draft()
    client = visitor(app, "Ada")
    assert client.decide(case_id, "comment", reason="read").status_code == 303
    assert warehouse.case(case_id).reviews[-1].who == "Ada"
    assert client.get("/accounts").status_code == 403
    given = {"action": "add", "name": "eve", "role": "admin", "password": PASSWORD}
    assert client.send_form("/accounts", **given).status_code == 403


def test_an_admin_manages_accounts(app, accounts):
    """Can add, change and disable people, but not themselves, so that one admin remains."""
    client = visitor(app, "mira")
    given = {"action": "add", "name": " Eve  Moss ", "role": "reader", "password": OTHER}
    assert client.send_form("/accounts", **given).status_code == 303
    assert client.send_form("/accounts", **given | {"name": "eve moss"}).status_code == 422
    visitor(app, "Eve Moss", OTHER)
    client.send_form("/accounts", name="Eve Moss", role="curator")
    client.send_form("/accounts", name="Eve Moss", active="no")
    page = read(client.get("/accounts"))
    assert texts(page, "//li[.//h2='Eve Moss']//*[@class='flags']") == ["disabled"]
    client.send_form("/accounts", name="Eve Moss", active="yes")
    client.send_form("/accounts", name="Eve Moss", password=PASSWORD)
    visitor(app, "Eve Moss", PASSWORD)
    assert app.state.desk.accounts.person("eve moss").role is Role.CURATOR
    assert client.send_form("/accounts", name="MIRA", role="reader").status_code == 422
    assert client.send_form("/accounts", name="nemo", role="reader").status_code == 404
    assert client.send_form("/accounts", name="Ada", role="queen").status_code == 422


@pytest.mark.parametrize("name", ["", " ", "a\nb\x00", "\u202eadA", "x" * 61, "ADA"])
def test_names_can_be_told_apart(accounts, name):
    """Empty, overlong and invisible names are refused, and so are names that differ only by case."""
    with pytest.raises(InputError):
        accounts.add(name, Role.READER, "mira", PASSWORD)


def test_people_change_their_own_password(app):
    """Requires the current password; ends all sessions except that of this browser."""
    here, there = visitor(app, "rolf"), visitor(app, "rolf")
    assert here.send_form("/account", password="guess", new=OTHER).status_code == 403
    assert here.send_form("/account", password=PASSWORD, new="short").status_code == 422
    assert here.send_form("/account", password=PASSWORD, new=OTHER).status_code == 303
    assert "was changed" in read(here.get("/account?done=1")).text_content()
    assert there.get("/", follow_redirects=False).status_code == 303


def test_a_script_acts_by_its_token(app, accounts, build, warehouse):
    """It acts under its own name and role, only in the API; the token is not stored."""
    case_id = build.draft()
    page = visitor(app, "mira").send_form("/accounts", action="add", name="bot", role="curator")
    (token,) = texts(read(page), "//code[@class='token']")
    assert token not in str(warehouse.sql("FROM accounts"))
    headers, client = {"authorization": f"Bearer {token}"}, visitor(app)
    body = {"decision": "comment", "reason": "seen"}
    address = f"/api/cases/{case_id}/decisions"
    assert client.post(address, json=body, headers=headers).json()["who"] == "bot"
    assert client.get("/", headers=headers, follow_redirects=False).status_code == 303
    app.state.desk.accounts.change("bot", "mira", role=Role.READER)
    assert client.get("/api/cases", headers=headers).status_code == 200
    assert client.post(address, json=body, headers=headers).status_code == 403
    app.state.desk.accounts.change("bot", "mira", active=False)
    refused = client.get("/api/cases", headers=headers)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["message"]
    with pytest.raises(UnknownId):
        accounts.change("bot", "mira", PASSWORD)


def test_a_session_by_the_key_ends_with_the_key(resources, warehouse):
    """The key changes when the desk restarts."""
    with DeskClient(create_app(resources, KEY)) as client:
        assert client.get("/accounts").status_code == 200
    again = DeskClient(create_app(resources, "another-key"), cookies=client.cookies)
    assert again.get("/accounts").status_code == 403
    same = DeskClient(create_app(resources, KEY), cookies=client.cookies)
    assert same.get("/accounts").status_code == 200


def test_the_key_counts_until_the_first_account(resources, warehouse):
    """Afterwards people log in; the key's cookie, address and header stop working."""
    script = {"authorization": f"Bearer {KEY}"}
    with DeskClient(create_app(resources, KEY)) as client:
        given = {"action": "add", "name": "mira", "role": "curator", "password": PASSWORD}
        assert client.send_form("/accounts", **given).status_code == 422  # no admin would be left
        assert client.get("/api/cases", headers=script).status_code == 200
        assert client.send_form("/accounts", **given | {"role": "admin"}).status_code == 303
        for path in ("/accounts", f"/accounts?key={KEY}"):
            answer = client.get(path, follow_redirects=False)
            assert answer.headers["location"].startswith("/login")
        assert client.get("/api/cases", headers=script).status_code == 401
        assert log_in(client, "mira", PASSWORD).status_code == 303
        assert client.get("/accounts", follow_redirects=False).status_code == 200


def test_a_trusted_proxy_names_people(settings, resources, accounts):
    """They get their account's role or are readers; only the proxy's address and one name count."""
    resources.settings = proxied(settings)
    app = create_app(resources, KEY)

    def page(name, peer="10.0.0.2", **headers):
        client = visitor(app, client=(peer, 1), headers={"host": "desk.example"})
        return client.get(
            "/", headers={"x-forwarded-user": name, **headers}, follow_redirects=False
        )

    assert texts(read(page("ada")), "//header//bdi") == ["Ada"]
    stranger = read(page("new@example.org"))
    assert texts(stranger, "//header//bdi") == ["new@example.org"]
    assert stranger.xpath("//body[@class='reader']")
    assert page("mira", peer="192.0.2.1").status_code == 303
    assert page("mira", peer="127.0.0.1").status_code == 303
    assert page("").status_code == 303
    twice = [("host", "desk.example"), *[("x-forwarded-user", name) for name in ("rolf", "mira")]]
    client = visitor(app, client=("10.0.0.2", 1))
    assert client.get("/", headers=twice, follow_redirects=False).status_code == 303
    app.state.desk.accounts.change("rolf", "mira", active=False)
    assert page("rolf").status_code == 303


def test_a_public_desk_knows_its_name_and_no_key(settings, resources, accounts):
    """Cookies require https, forms come from the public origin, and the key is invalid."""
    resources.settings = proxied(settings, desk_proxies={})
    client = visitor(create_app(resources, KEY), headers={"host": "desk.example"})
    assert "secure" in log_in(client, "Ada", PASSWORD).headers["set-cookie"].lower()
    given = {"name": "Ada", "password": PASSWORD}
    for origin, status in (("https://desk.example", 303), ("https://evil.example", 403)):
        answer = client.post(
            "/login", data=given, headers={"origin": origin}, follow_redirects=False
        )
        assert answer.status_code == status
    stranger = visitor(client.app)
    for headers in ({}, {"authorization": f"Bearer {KEY}"}):
        answer = stranger.get(f"/?key={KEY}", headers=headers, follow_redirects=False)
        assert answer.headers["location"].startswith("/login")
    assert stranger.get("/", headers={"host": "other.example"}).status_code == 400


def test_logged_out_people_lose_nothing_that_they_typed(app):
    """A fragment request gets a notice, so the page with its form stays."""
    answer = visitor(app).decide("case1_x", "comment", htmx=True, reason="long")
    assert answer.headers["hx-retarget"] == "#notice"
    assert "not logged in" in answer.text


def test_the_log_shows_who_changed_what(app, build, warehouse):
    """Lists decisions, accounts and submissions by person, newest first."""
    case_id = build.draft()
    curator, admin = visitor(app, "Ada"), visitor(app, "mira")
    curator.decide(case_id, "reject", reason="<b>Advertising</b>")
    admin.send_form("/accounts", name="rolf", role="curator")
    admin.send_form("/accounts", name="rolf", active="no")
    lines = texts(read(curator.get("/log")), "//ol[@class='log']/li")
    assert "mira disabled account rolf just now" in lines[0]
    assert "mira changed the role of account rolf" in lines[1]
    assert "Ada rejected" in lines[2]
    assert "<b>Advertising</b>" in lines[2]
    assert "ada submitted source https://engineering.harbourline.example" in lines[-1]
    assert len(texts(read(curator.get("/log?who=Ada")), "//ol[@class='log']/li")) == 1
    assert "$argon2" not in str(warehouse.sql("FROM audit_log"))
