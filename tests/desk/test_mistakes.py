"""Reports of readers: the open page, its limits, and the decisions of curators."""

import re
import time

import pytest
from argon2 import PasswordHasher
from desk_client import KEY, DeskClient, read, texts
from fastapi.testclient import TestClient
from read_twice import APPROVER, publish

from config.settings import Settings
from desk import mistakes
from desk.accounts import Accounts
from desk.app import create_app
from desk.security import REPORT_BODY
from schemas.errors import InputError, UnknownId
from schemas.reviews import Role
from services.mistakes import Addresses, decide_mistake, find_mistake, report_mistake

PUBLIC = "https://desk.example.org"
SAME = {"sec-fetch-site": "same-origin"}
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} \"quoted\" 'so'"


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A desk with a public address."""
    return Settings(
        home=tmp_path, curator=APPROVER, desk_address=PUBLIC, site_contact="a@b.example"
    )


@pytest.fixture
def published(warehouse, case_id) -> str:
    """A case that readers see without its doubtful parts."""
    publish(warehouse, case_id)
    return case_id


@pytest.fixture
def app(resources, published, monkeypatch):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", quick)
    return create_app(resources, KEY)


@pytest.fixture
def reader(app):
    """Somebody without an account."""
    with TestClient(app, base_url=PUBLIC) as client:
        client.headers["accept"] = "text/html"
        yield client


def form_of(reader, case_id):
    """The page of the form and its hidden fields."""
    page = read(reader.get(f"/mistake?case={case_id}"))
    hidden = page.xpath("//form//input[@type='hidden']")
    return page, {one.get("name"): one.get("value") for one in hidden}


def send(reader, fields, **more):
    return reader.post("/mistake", data=fields | more, headers=SAME)


def test_a_reader_reports_without_an_account(reader, published, warehouse, settings):
    """The form offers what readers see; the report waits, and its address is a file of its own."""
    page, fields = form_of(reader, published)
    assert "DOUBTFUL-STATEMENT" not in page.text_content()
    assert not page.xpath("//nav")
    anchor = page.xpath("//option/@value")[2]
    answer = send(
        reader, fields, statement=anchor, message=HOSTILE, name=" Ida  Lind ",
        address="ida@mail.example",
    )  # fmt: skip
    assert "Thank you" in answer.text
    (one,) = warehouse.mistakes()
    assert (one.case_id, one.message, one.name) == (published, HOSTILE, "Ida Lind")
    assert one.text == warehouse.case(published).revision.study.statements[1].text
    assert one.ruling is None
    stored = str(warehouse.sql("SELECT * FROM mistakes")) + str(warehouse.audit_log(None, 99))
    assert "ida@mail.example" not in stored
    file = settings.home / "run" / "reporters" / one.mistake_id
    assert file.read_text() == "ida@mail.example"
    assert file.stat().st_mode & 0o077 == 0


def test_reports_are_text_at_the_desk(reader, published, app, warehouse, settings):
    """No element comes of a report; deciding it deletes the address, and the log names the case."""
    _, fields = form_of(reader, published)
    send(reader, fields, message=HOSTILE, name="<b>Ida</b>", address="ida@mail.example")
    (one,) = warehouse.mistakes()
    mira = curator(app)
    page = read(mira.get("/mistakes"))
    assert HOSTILE in page.text_content()
    assert "<b>Ida</b>" in page.text_content()
    assert not page.xpath("//main//script | //main//b")
    assert page.xpath("//a[starts-with(@href, 'mailto:')]/@href") == ["mailto:ida@mail.example"]
    answer = mira.send_form(f"/mistakes/{one.mistake_id}", ruling="accept", what="It was 3 hours.")
    assert answer.status_code == 303
    assert Addresses(settings.home).find(one.mistake_id) is None
    page = read(mira.get("/mistakes"))
    assert "Not mended yet" in page.text_content()
    (entry,) = [row for row in warehouse.audit_log(None, 99) if row.kind == "mistake"]
    assert (entry.who, entry.what, entry.about) == ("mira", "accept", published)
    read(mira.get("/log"))


def test_a_report_needs_the_token_of_its_form(reader, published, warehouse, monkeypatch):
    """Neither no token, nor the desk's own, nor one of another case or of yesterday is accepted."""
    _, fields = form_of(reader, published)
    desk_token = reader.app.state.desk.token
    for wrong in ("", desk_token, "12.ab", fields["form_token"] + "0", "x" * 9000):
        answer = send(reader, fields | {"form_token": wrong}, message="Wrong.")
        assert answer.status_code == 403, wrong
        assert "Wrong." in answer.text
    assert send(reader, fields, case="case1_other", message="Wrong.").status_code in {403, 404}
    later = time.time() + 90_000
    monkeypatch.setattr(mistakes.time, "time", lambda: later)
    monkeypatch.setattr("desk.sessions.LoginThrottle.start", lambda *_: 0)
    assert send(reader, fields, message="Wrong.").status_code == 403
    assert warehouse.mistakes() == []


def test_other_sites_cannot_send_the_form(reader, published, warehouse):
    """A request of another site is refused although its token is right."""
    _, fields = form_of(reader, published)
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = reader.post("/mistake", data=fields | {"message": "x"}, headers=foreign)
    assert answer.status_code == 403
    assert warehouse.mistakes() == []


def test_a_filled_trap_is_thanked_and_dropped(reader, published, warehouse):
    """A program learns nothing from it."""
    _, fields = form_of(reader, published)
    answer = send(reader, fields, message="Buy this.", website="https://spam.example")
    assert "Thank you" in answer.text
    assert warehouse.mistakes() == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"message": "  "}, "Say what is wrong"),
        ({"message": "x" * 2001}, "at most 2,000"),
        ({"message": "x", "name": "y" * 81}, "80 for the name"),
        ({"message": "x", "address": "not an address"}, "not a mail address"),
        ({"message": "x", "address": "a@b.example?bcc=c@d.example"}, "not a mail address"),
        ({"message": "x", "statement": "none-such"}, "no longer has"),
    ],
)
def test_a_report_within_limits_only(reader, published, warehouse, settings, more, why):
    """The form comes back with the reason and what was written; nothing is stored."""
    _, fields = form_of(reader, published)
    answer = send(reader, fields, **more)
    assert answer.status_code == 422
    assert why in answer.text
    assert warehouse.mistakes() == []
    assert not (settings.home / "run" / "reporters").exists()


def test_only_so_many_reports_wait(reader, published, warehouse, monkeypatch):
    """Once as many as the limit are undecided, readers are asked to try later."""
    monkeypatch.setattr("services.mistakes.MOST_OPEN", 1)
    _, fields = form_of(reader, published)
    assert "Thank you" in send(reader, fields, message="One.").text
    answer = send(reader, fields, message="Two.")
    assert answer.status_code == 422
    assert "oo many reports" in answer.text
    assert warehouse.undecided_mistakes() == 1


def test_the_body_is_small(reader, published):
    """A larger one is refused before it is read."""
    answer = reader.post("/mistake", content=b"x" * (REPORT_BODY + 1), headers=SAME)
    assert answer.status_code == 413
    assert "20 kB" in answer.text


def test_reports_are_limited_per_address(reader, published, warehouse):
    """After eight, the sender has to wait, and the answer says how long."""
    _, fields = form_of(reader, published)
    answers = [send(reader, fields, message=f"Mistake {n}.").status_code for n in range(10)]
    assert answers[:8] == [200] * 8
    assert 429 in answers[8:]
    assert len(warehouse.mistakes()) <= 9
    assert reader.get(f"/mistake?case={published}").status_code == 200


def test_the_open_page_opens_nothing_else(reader, published, build):
    """Drafts, other pages and the list of reports stay closed."""
    draft = build.draft()
    assert reader.get(f"/mistake?case={draft}").status_code == 404
    assert reader.get("/mistake").status_code == 404
    for path in ("/mistakes", f"/cases/{published}", "/readings", "/mistake/", "/mistake/x"):
        assert reader.get(path, follow_redirects=False).status_code in {303, 403, 307}, path
    assert reader.put("/mistake").status_code in {303, 403, 405}


def test_a_desk_without_a_public_address_has_no_form(tmp_path, resources, published):
    """Strangers are refused, and people who are logged in learn why there is none."""
    own = resources.settings.model_copy(update={"desk_address": None})
    resources.settings = own
    with DeskClient(create_app(resources, KEY)) as desk:
        answer = desk.get(f"/mistake?case={published}")
        assert answer.status_code == 404
        assert "no public address" in answer.text
    with TestClient(create_app(resources, KEY), base_url="http://127.0.0.1") as stranger:
        assert stranger.get(f"/mistake?case={published}").status_code == 403


def test_decisions_are_checked(warehouse, published):
    """A correction needs words, a refusal a reason, and both a report."""
    made = report_mistake(warehouse, published, "It is 3 hours.")
    with pytest.raises(InputError, match="Say what was wrong"):
        decide_mistake(warehouse, made.mistake_id, "accept", "mira", what=" ")
    with pytest.raises(UnknownId, match="no report"):
        find_mistake(warehouse, "")
    refused = decide_mistake(warehouse, made.mistake_id, "refuse", "mira", what="It is right.")
    assert (refused.ruling, refused.ruled_by) == ("refuse", "mira")
    assert warehouse.accuracy_numbers()["refused_mistakes"] == 1


def test_a_curator_records_a_mistake(app, warehouse, published):
    """It is a correction at once; a second reading leads to it with its statement chosen."""
    mira = curator(app)
    page = read(mira.get(f"/mistakes?case={published}"))
    anchor = page.xpath("//form[@id='record']//option/@value")[1]
    mira.send_form("/mistakes", case=published, statement=anchor, what="Three.", found_by="Ida")
    (one,) = warehouse.mistakes()
    assert (one.channel, one.ruling, one.what, one.found_by) == ("desk", "accept", "Three.", "Ida")
    assert re.search("by a curator", texts(read(mira.get("/mistakes")), "//li")[0])


def curator(app):
    """A browser of mira's at the public desk."""
    app.state.desk.accounts.add("mira", Role.ADMIN, "mira", "a long password")
    client = DeskClient(app)
    client.base_url = PUBLIC
    answer = client.send_form("/login", name="mira", password="a long password")
    assert answer.status_code == 303, answer.text
    return client
