"""The queue beyond its rows: the curator's way through it, facets with many values, readers."""

import pytest
from case_views import DOUBTFUL, UNJUDGED, a_study
from desk_client import KEY, DeskClient, read, texts

from desk.app import create_app
from desk.facets import QueueQuery
from desk.state import QueueCursor
from schemas.cases import CaseStudy, Fact
from schemas.reviews import Role

PASSWORD = "correct horse battery"


def test_a_walk_keeps_the_order_that_was_listed():
    """Cases that no longer match are skipped, new ones come last, and each comes once."""
    cursor = QueueCursor(QueueQuery(), ["a", "b", "c", "d"])
    assert cursor.next(["a", "c", "b", "d", "new"], "b") == "c"
    assert cursor.next(["a", "d", "c", "b", "new"], "c") == "d"
    assert cursor.next(["a", "new"], "d") == "new"
    assert cursor.next(["a", "new"], "new") == "a"
    assert cursor.next(["a", "new"], "a") is None


def test_a_walk_begins_with_all_that_fits():
    """A case opened by its address instead of from the queue is followed by the first case."""
    cursor = QueueCursor(QueueQuery())
    assert cursor.next(["a", "b", "c"], "b") == "c"
    assert cursor.next(["c", "a", "b"], "c") == "a"
    assert QueueCursor(QueueQuery()).next(["a", "b"], "elsewhere") == "a"


def doubtful(title: str, doubts: int) -> CaseStudy:
    """Return a study with this number of doubtful statements."""
    statements = [one for one in a_study().statements[4:8] if not one.answers]
    held = [one.model_copy(update={"support": DOUBTFUL}) for one in statements[:doubts]]
    facts = (Fact(name="title", value=title),)
    return CaseStudy(facts=facts, statements=(*held, *statements[doubts:]))


@pytest.mark.parametrize("status", ["draft", "all"])
def test_the_next_case_is_the_next_of_the_list_after_doubts_are_confirmed(desk, build, status):
    """The default order is by doubts; a case has fewer after each confirmation."""
    ids = [build.draft(doubtful(f"Draft {n}", 3 - n)) for n in range(3)]
    read(desk.get(f"/?status={status}"))
    desk.get(f"/cases/{ids[0]}")
    desk.change(ids[0], "confirm", htmx=True, part="s-5")
    desk.change(ids[0], "confirm", htmx=True, part="s-6")
    page = read(desk.get(f"/cases/{ids[0]}"))
    assert page.xpath("//a[@data-key='n']/@href") == [f"/cases/{ids[1]}"]
    sent = desk.decide(ids[0], "approve", then="next", confirm="true", htmx=True)
    assert sent.headers["hx-redirect"] == f"/cases/{ids[1]}?after={ids[0]}"


def test_unjudged_facts_and_tags_count_like_doubtful_statements(desk, build, warehouse):
    """They come first in the queue and in its facet, and approving many cases leaves them out."""
    clear, doubted = doubtful("Clear", 0), doubtful("Doubtful", 1)
    unjudged = UNJUDGED.model_copy(update={"confirmed_by": None})
    title = Fact(name="title", value="Unjudged", support=unjudged)
    tag = a_study().tags[0].model_copy(update={"support": unjudged})
    waiting = clear.model_copy(update={"facts": (title,), "tags": (tag,)})
    ids = [build.draft(study) for study in (clear, doubted, waiting)]
    page = read(desk.get("/?status=draft"))
    assert texts(page, "//li//h2/a") == ["Unjudged", "Doubtful", "Clear"]
    found = read(desk.get("/?status=draft&doubt=doubtful"))
    assert texts(found, "//li//h2/a") == ["Unjudged", "Doubtful"]
    desk.send_form("/bulk", act="approve", case=ids)
    status = [warehouse.case(case_id).status.value for case_id in ids]
    assert status == ["approved", "draft", "draft"]
    listed = desk.get("/api/cases?order=doubtful").json()
    assert [one["title"] for one in listed] == ["Unjudged", "Doubtful", "Clear"]


@pytest.fixture
def companies(build) -> None:
    """Twenty-nine drafts of as many companies, and three of another."""
    statements, rows = a_study().statements[3:5], []
    for name in [*(f"Company {n}" for n in range(29)), *["Harbourline"] * 3]:
        study = CaseStudy(facts=(Fact(name="company", value=name),), statements=statements)
        rows += build.rows(study)
    build.warehouse.append(*rows)


def test_a_facet_with_many_values_has_a_box_to_find_one(desk, companies):
    """Frequent values are listed; typing finds all others, within the other filters."""
    page = read(desk.get("/?kind=web"))
    listed = texts(page, "//ul[@id='values-company']/li")
    assert listed[0] == "Harbourline 3"
    assert len(listed) == 16
    assert listed[-1] == "and 15 more: type to find them"
    (form,) = page.xpath("//form[@action='/facets/company']")
    fields = dict(zip(form.xpath(".//input/@name"), form.xpath(".//input/@value"), strict=False))
    address = f"/facets/company?status=draft&kind={fields['kind']}&typed="
    found = desk.get(f"{address}pany 28", headers={"hx-request": "true"}).text
    assert "kind=web" in found
    assert "company=Company+28" in found
    assert found.count("<li>") == 1
    assert "No matches" in desk.get(f"{address}nowhere", headers={"hx-request": "true"}).text
    assert "/facets/kind" not in desk.get("/").text


@pytest.mark.parametrize(
    ("typed", "company"),
    [
        ("company 2", "Company+2"),
        ("harb", "Harbourline"),
        ("line", "Harbourline"),
        ("no one", "no+one"),
    ],
)
def test_enter_takes_the_best_value(desk, companies, typed, company):
    """Exact matches come first, then prefixes, then other matches."""
    answer = desk.get(f"/facets/company?status=draft&typed={typed}", follow_redirects=False)
    assert answer.headers["location"] == f"/?status=draft&company={company}"


def test_a_reader_has_nothing_to_select(resources, build):
    """Readers see no checkboxes and no bar for bulk actions, in the queue and for tags."""
    build.proposed("Kestrel", "served with vLLM", build.draft())
    app = create_app(resources, KEY)
    for role in (Role.ADMIN, Role.CURATOR, Role.READER):  # the first person is an admin
        app.state.desk.accounts.add(role.value, role, "mira", PASSWORD)
        client = DeskClient(app)
        assert client.send_form("/login", name=role.value, password=PASSWORD).status_code == 303
        for path in ("/", "/tags"):
            found = read(client.get(path)).xpath("//*[@class='bulk-bar' or @class='pick']")
            assert bool(found) is (role is not Role.READER), (role, path)
