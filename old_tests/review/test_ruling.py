"""Names that the taxonomy lacks, ruled on in the desk; results edited in their parts."""

from datetime import UTC, datetime

from desk_drafts import texts
from lxml import html

from casebook.schemas.cases import Evidence
from casebook.schemas.terms import TermProposal, term_key


def propose(build, name):
    """Store a proposal of ``name`` for a document."""
    evidence = [Evidence(quote=f"We watch it with {name}.", passage=1, start=0, end=9)]
    build.warehouse.append(
        TermProposal(
            proposal_id=f"term1_{term_key(name)}", key=term_key(name), name=name, group="tool",
            document_id="doc1_a", evidence=evidence, proposed_by="model",
            proposed_at=datetime.now(UTC),
        )
    )  # fmt: skip


def test_names_are_accepted_mapped_and_refused(desk, build):
    """Each ruling empties the list by one, is told, and is kept with who made it."""
    for name in ("Quillbase", "<b>Loomly</b>", "Vector Garden"):
        propose(build, name)
    page = html.fromstring(desk.get("/tags").text)
    assert texts(page, "//section/h2") == ["<b>Loomly</b>", "Quillbase", "Vector Garden"]
    said = desk.send_form("/tags", htmx=True, name="Quillbase", ruling="accept",
                          definition="A database for letters.", group="tool")  # fmt: skip
    assert "Quillbase is a term now; 0 drafts were tagged." in said.text
    desk.send_form("/tags", name="Vector Garden", ruling="map", slug="vector-database")
    desk.send_form("/tags", name="<b>Loomly</b>", ruling="refuse", reason="an advert")
    page = html.fromstring(desk.get("/tags").text)
    assert not texts(page, "//section/h2")
    assert len(texts(page, "//ul[@class='rulings']/li")) == 3
    assert {d.who for d in build.warehouse.term_decisions()} == {"mira"}


def test_a_ruling_that_does_not_fit_is_refused(desk, build):
    """Without a definition, for an unknown term, without a ruling: nothing is stored."""
    propose(build, "Quillbase")
    for form in (
        {"name": "Quillbase", "ruling": "accept"},
        {"name": "Quillbase", "ruling": "map", "slug": "nowhere"},
        {"name": "Quillbase"},
        {"ruling": "refuse"},
    ):
        assert desk.send_form("/tags", htmx=True, **form).status_code == 409
    assert build.warehouse.term_decisions() == []


def test_a_result_is_edited_in_its_parts(desk, build):
    """What the form leaves empty is not said; the rest is the result's."""
    case_id = build.draft()
    before = build.warehouse.case(case_id).revision.case_study.results[0]
    desk.decide(
        case_id, "edit", action="set_measures", index="0", metric=before.metric or "", value="",
        unit="tickets", baseline="", window="", method="A/B test",
    )  # fmt: skip
    after = build.warehouse.case(case_id).revision.case_study.results[0]
    assert (after.value, after.unit, after.method) == (None, "tickets", "A/B test")
    assert after.text == before.text
    assert "A/B test" in desk.get(f"/cases/{case_id}").text


def test_a_tag_is_added_only_where_the_source_names_it(desk, build):
    """The refusal says why."""
    case_id = build.draft()
    refused = desk.decide(case_id, "edit", htmx=True, action="add_tag", slug="databricks")
    assert refused.status_code == 409
    assert "a tag needs its words" in refused.text
