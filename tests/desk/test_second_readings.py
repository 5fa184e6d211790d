"""Second readings: which cases, by whom, and what the first reader's edits count as."""

import pytest
from argon2 import PasswordHasher
from desk_client import KEY, DeskClient, read
from read_twice import APPROVER, READER, all_read_twice, publish, reworded

from desk.accounts import Accounts
from desk.app import create_app
from review import decisions, readings
from review.changes import Drop
from schemas.cases import SupportLevel
from schemas.errors import InvalidDecision, UnknownId
from schemas.readings import DEFAULT_SHARE
from schemas.reviews import Role


@pytest.fixture
def log_in(resources, warehouse, monkeypatch):
    """Return a browser of an admin (the approver) or a curator."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Accounts, "hasher", quick)
    for name, role in ((APPROVER, Role.ADMIN), (READER, Role.CURATOR)):
        Accounts(warehouse).add(name, role, APPROVER, "a long password")
    app = create_app(resources, KEY)

    def client(name):
        made = DeskClient(app)
        answer = made.send_form("/login", name=name, password="a long password")
        assert answer.status_code == 303
        return made

    return client


@pytest.fixture
def published(warehouse, case_id):
    """A published case whose draft was edited, among those that are read twice."""
    all_read_twice(warehouse)
    reworded(warehouse, case_id)
    publish(warehouse, case_id)
    return case_id


def test_a_share_of_the_published_cases_is_chosen_by_their_ids(build, warehouse):
    """One in ten by default; a larger share keeps those of a smaller one, and drafts never count."""
    assert warehouse.reading_share() == DEFAULT_SHARE == 10
    ids = [build.draft() for _ in range(21)]
    for case_id in ids[:-1]:
        publish(warehouse, case_id)
    found = []
    for share in (4, 2, 1):
        readings.set_share(warehouse, share, APPROVER)
        assert warehouse.reading_share() == share
        found.append({one.case_id for one in warehouse.reading_cases()})
    assert found[0] < found[1] < found[2] == {*ids[:-1]}
    assert 1 <= len(found[0]) <= 10
    with pytest.raises(InvalidDecision, match="one case in"):
        readings.set_share(warehouse, 0, APPROVER)


def test_nobody_reads_a_case_on_which_they_decided(warehouse, published):
    """Neither who approved nor who edited it; the first to begin is the only reader."""
    decisions.comment(warehouse, published, "A comment is no decision.", READER)
    with pytest.raises(InvalidDecision, match="somebody else"):
        readings.mark(warehouse, published, 1, APPROVER, is_right=True)
    assert readings.open_to(warehouse.reading_cases(), APPROVER) == []
    readings.mark(warehouse, published, 1, READER, is_right=True)
    with pytest.raises(InvalidDecision, match=f"{READER} is reading"):
        readings.mark(warehouse, published, 2, "grace", is_right=True)
    with pytest.raises(InvalidDecision, match="no statement 99"):
        readings.mark(warehouse, published, 99, READER, is_right=True)
    with pytest.raises(UnknownId):
        readings.open_reading(warehouse, "case1_none", READER)


def test_what_the_first_reader_did_counts_as_right_or_wrong(warehouse, published):
    """Reworded and dropped are wrong, unchanged and confirmed right, left out is no answer."""
    for n in (1, 2, 3, 9, 10):
        readings.mark(warehouse, published, n, READER, is_right=True)
    found = {one.n: one for one in warehouse.second_readings()}
    assert {n: one.first_right for n, one in found.items()} == {
        1: False,
        2: False,
        3: True,
        9: True,
        10: None,
    }
    assert {n for n, one in found.items() if one.is_difference} == {1, 2}
    assert {n for n, one in found.items() if one.is_flagged} == {9, 10}
    assert {one.first_reader for one in found.values()} == {APPROVER}


def test_the_newest_mark_counts_and_later_edits_do_not(warehouse, published):
    """A reader can change a mark; what is published afterwards leaves the comparison alone."""
    readings.mark(warehouse, published, 3, READER, is_right=True)
    case = readings.mark(warehouse, published, 3, READER, is_right=False, note=" The unit. ")
    assert (case.reader, case.marked) == (READER, 1)
    text = warehouse.second_readings(published)[0].text
    study = warehouse.case(published).revision.study
    n = next(one.n for one in study.statements if one.text == text)
    decisions.edit(warehouse, published, [Drop(part=f"s-{n}")], APPROVER)
    publish(warehouse, published)
    (one,) = warehouse.second_readings(published)
    assert (one.first_right, one.second_right, one.note) == (True, False, "The unit.")
    case = readings.mark(warehouse, published, 4, READER, is_right=True)
    assert case.marked == 2


def test_a_difference_is_settled_by_the_first_reader_or_an_admin(warehouse, published):
    """Never by the second reader, and only where the two differ."""
    for n in (1, 3):
        readings.mark(warehouse, published, n, READER, is_right=True)
    with pytest.raises(InvalidDecision, match="decides, or an admin"):
        readings.settle(warehouse, published, 1, READER, is_right=True, is_admin=True)
    with pytest.raises(InvalidDecision, match="decides, or an admin"):
        readings.settle(warehouse, published, 1, "grace", is_right=True, is_admin=False)
    with pytest.raises(InvalidDecision, match="do not differ"):
        readings.settle(warehouse, published, 3, APPROVER, is_right=True, is_admin=False)
    one = readings.settle(warehouse, published, 1, APPROVER, is_right=False, is_admin=False)
    assert (one.decided_by, one.decided_right, one.is_right) == (APPROVER, False, False)
    assert warehouse.agreement()["statements"] == 2  # rulings change no reader's answer


def test_a_reader_sees_no_flags_and_the_order_of_the_source(warehouse, published):
    """All parts have one level without a reason; statements follow their first quotes."""
    case = warehouse.reading_case(published)
    draft = readings.without_flags(readings.draft_of(warehouse, case))
    supports = {one.support for one in draft.study.statements}
    assert [(one.level, one.reason, one.confirmed_by) for one in supports] == [
        (SupportLevel.VERIFIED, "", None)
    ]
    order = readings.in_source_order(draft.study)
    starts = [
        one.evidence[0].start for one in order if one.evidence and not one.rests_on
        and one.evidence[0].start is not None
    ]  # fmt: skip
    assert starts == sorted(starts)
    assert len(order) == len(draft.study.statements)


def test_the_reading_page_shows_no_flags(log_in, published):
    """No level, reason, edit or name of the first reader; each statement has its own form."""
    ada = log_in(READER)
    page = read(ada.get(f"/readings/{published}"))
    words = page.text_content()
    assert "DOUBTFUL-STATEMENT" in words
    for flag in ("doubtful", "refuted", "not in the source", "Reworded", APPROVER, "does not name"):
        assert flag not in words.replace("DOUBTFUL", "").replace("REFUTED", ""), flag
    assert len(page.xpath("//form[@class='marking']")) == 17


def test_a_mark_is_saved_with_and_without_scripts(log_in, warehouse, published):
    """A form leads back to the statement; the script's request gets no content."""
    ada = log_in(READER)
    answer = ada.send_form(f"/readings/{published}", n="3", mark="right", note="Yes.")
    assert answer.headers["location"] == f"/readings/{published}#s-3"
    quick = ada.send_form(f"/readings/{published}", htmx=True, n="4", mark="wrong")
    assert quick.status_code == 204
    assert {one.n: one.second_right for one in warehouse.second_readings()} == {3: True, 4: False}
    assert ada.send_form(f"/readings/{published}", n="4", mark="maybe").status_code == 409
    page = read(ada.get("/readings"))
    assert "2 marked" in page.text_content()
    assert "mira or an admin decides" in page.text_content()


def test_only_an_admin_changes_the_share(log_in, warehouse, published):
    """The share is part of the page for admins, and refused from curators."""
    ada = log_in(READER)
    assert not read(ada.get("/readings")).xpath("//input[@name='one_in']")
    assert ada.send_form("/readings", one_in="5").status_code == 403
    mira = log_in(APPROVER)
    assert mira.send_form("/readings", one_in="5").status_code == 303
    assert warehouse.reading_share() == 5


def test_a_statement_that_is_published_and_wrong_leads_to_a_correction(
    log_in, warehouse, published
):
    """The form for the correction names the statement; one that was dropped needs none."""
    ada, mira = log_in(READER), log_in(APPROVER)
    ada.send_form(f"/readings/{published}", n="3", mark="wrong")
    ada.send_form(f"/readings/{published}", n="2", mark="right")
    rulings = f"/readings/{published}/rulings"
    assert mira.send_form(rulings, n="2", mark="wrong").headers["location"] == "/readings"
    place = mira.send_form(rulings, n="3", mark="wrong").headers["location"]
    page = read(mira.get(place))
    (chosen,) = page.xpath("//form[@id='record']//option[@selected]")
    assert chosen.text_content() == next(r.text for r in warehouse.second_readings() if r.n == 3)
