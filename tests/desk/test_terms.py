"""Names missing from the taxonomy: accepted, mapped or refused, and the tagged drafts."""

import pytest
from case_views import TEXT, a_document, a_study
from desk_client import texts
from lxml import html

from review import decisions, terms
from review.changes import SetFact

QUOTE = "files the errors by cause"


@pytest.fixture
def case_id(build) -> str:
    """A draft whose document proposed three names, and names two of them."""
    made = build.draft(document=a_document(f"{TEXT}\n\nIt lives in Quillbase and Vector-Garden."))
    for name in ("Quillbase", "<b>Loomly</b>", "Vector Garden"):
        build.proposed(name, QUOTE, made)
    return made


def test_names_are_accepted_mapped_and_refused(desk, warehouse, case_id):
    """Each ruling removes a name from the list, is shown, and is stored with its author."""
    page = html.fromstring(desk.get("/tags").text)
    names = ["<b>Loomly</b>", "Quillbase", "Vector Garden"]
    assert sorted(texts(page, "//li/div/h2")) == names
    assert texts(page, "//li//q") == [QUOTE] * 3
    done = desk.send_form(
        "/tags",
        htmx=True,
        name="Quillbase",
        ruling="accept",
        definition="A database.",
        group="tool",
    )
    assert "Quillbase is now a term; 1 draft tagged." in done.text
    desk.send_form("/tags", name="Vector Garden", ruling="map", slug="vector-database")
    desk.send_form("/tags", name="<b>Loomly</b>", ruling="refuse", reason="an advert")
    page = html.fromstring(desk.get("/tags").text)
    assert not texts(page, "//li/div/h2")
    assert len(texts(page, "//ul[@class='rulings']/li")) == 3
    assert {ruling.who for ruling in warehouse.rulings()} == {"mira"}


def test_several_names_are_ruled_on_at_once(desk, warehouse, case_id):
    """The selected names get one ruling each; the others wait."""
    desk.send_form("/tags", name=["Quillbase", "<b>Loomly</b>"], ruling="refuse")
    assert [(one.name, one.ruling.value) for one in warehouse.rulings()] == [
        ("Quillbase", "refuse"),
        ("<b>Loomly</b>", "refuse"),
    ]
    assert [term.name for term in terms.open_names(warehouse)] == ["Vector Garden"]


def test_an_accepted_name_tags_the_drafts_that_proposed_it(build, warehouse, case_id):
    """The draft stays the model's and gets the proposal's quote; decided cases do not change."""
    other = build.draft(a_study().model_copy(update={"tags": ()}))
    decisions.reject(warehouse, other, "thin", "ada")
    before = warehouse.case(case_id)
    assert terms.accept(warehouse, "quillbase", "mira", definition="A database.", judged=False) == [
        case_id
    ]
    after = warehouse.case(case_id)
    tag = after.revision.study.tags[-1]
    assert (tag.slug, tag.label, tag.group) == ("quillbase", "Quillbase", "tool")
    assert [QUOTE in found.quote for found in tag.evidence] == [True]
    assert (after.revision.made_by, after.reviews) == ("model", before.reviews)
    assert warehouse.case(other).revision.study.tags == ()


def test_a_tool_that_the_document_does_not_name_tags_no_draft(warehouse, case_id):
    """A quote alone is no sign that the tool is in use."""
    assert (
        terms.accept(warehouse, "<b>Loomly</b>", "mira", definition="A loom.", judged=False) == []
    )
    assert {tag.slug for tag in warehouse.case(case_id).revision.study.tags}.isdisjoint(
        {"b-loomly-b"}
    )


def test_a_draft_that_a_person_edited_is_tagged_in_the_history(warehouse, case_id):
    """The new revision is attributed to a person, with the reason."""
    decisions.edit(warehouse, case_id, [SetFact(name="year", value="2025")], "ada")
    terms.accept(warehouse, "Quillbase", "mira", definition="A database.", judged=False)
    after = warehouse.case(case_id)
    assert after.revision.made_by == "person"
    assert after.reviews[-1].reason == "The taxonomy now has Quillbase."


def test_a_mapped_name_gives_the_known_term(warehouse, case_id):
    """The draft gets the known term, and the name becomes its synonym."""
    assert terms.map_to(warehouse, "Vector Garden", "postgresql", "mira", judged=False) == [case_id]
    assert warehouse.case(case_id).revision.study.tags[-1].slug == "postgresql"
    assert terms.taxonomy_of(warehouse).named("vector garden").slug == "postgresql"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"name": "Quillbase", "ruling": "accept"}, "definition is missing"),
        ({"name": "New Thing", "ruling": "accept", "definition": "x"}, "give its group"),
        ({"name": "Kafka", "ruling": "accept", "definition": "x", "group": "tool"}, "already"),
        ({"name": "Quillbase", "ruling": "map", "slug": "nowhere"}, "no term nowhere"),
        ({"name": "pgvector", "ruling": "map", "slug": "kafka"}, "already a name"),
        ({"name": "!?", "ruling": "refuse"}, "no letter or digit"),
        ({"name": "Quillbase"}, "accept, map or refuse"),
        ({"ruling": "refuse"}, "accept, map or refuse"),
    ],
)
def test_a_ruling_that_does_not_fit_is_refused(desk, warehouse, case_id, form, message):
    """The answer says why, and nothing is stored."""
    answer = desk.send_form("/tags", htmx=True, **form)
    assert (answer.status_code, message in answer.text) == (409, True)
    assert warehouse.rulings() == []
