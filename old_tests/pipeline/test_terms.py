"""Names that the taxonomy lacks, and what a curator makes of them."""

import json

import pytest
from scripted_endpoint import completion

from casebook.pipeline.curation import decisions, terms
from casebook.pipeline.curation.companies import alias
from casebook.pipeline.curation.editing import SetFact
from casebook.pipeline.ingestion.ingest import ingest
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.listings import CaseFilter
from casebook.schemas.sources import SourceRef

LINE = {"score": 3, "reason": "Yes.", "quote": ""}
TRIAGE = dict.fromkeys(("technical_detail", "real_use", "iteration", "deployed"), LINE)
LETTER = "About 9,000 letters arrive each week"
TAGS = [
    {"name": "Tesseract", "group": "tool", "quote": "Each letter is scanned, read by Tesseract"},
    {"name": "Quillbase", "group": "tool", "quote": "Each letter is scanned, read by Tesseract"},
    {"name": "handwriting", "group": "concern", "quote": "The hardest problem was handwriting"},
    {"name": "policy record", "group": "tool", "quote": "compares each number in a draft with"},
    {"name": "vLLM", "group": "tool", "quote": "A language model hosted with vLLM on two GPUs"},
]
STUDY = {
    "company": {"value": "Kettlebrook", "quote": "At Kettlebrook we insure small boats"},
    "summary": [{"statement": "About 9,000 letters arrive each week.", "quotes": [LETTER]}],
    "tags": TAGS,
}


@pytest.fixture
async def case_id(services, web, endpoint):
    """A draft whose model named two terms that the taxonomy lacks, and one invention."""
    endpoint.enqueue(completion(json.dumps(TRIAGE)), completion(json.dumps(STUDY)))
    return (await ingest(SourceRef(source=web.url_for("/case")), services)).case_id


def tags(services, case_id):
    return [tag.slug for tag in services.warehouse.case(case_id).revision.case_study.tags]


def open_names(services):
    return [term.name for term in terms.waiting(services.warehouse)]


async def test_what_the_taxonomy_lacks_is_proposed_with_its_words(services, case_id, endpoint):
    """A known name is a tag, an unknown one a proposal; one that the text lacks is neither."""
    assert open_names(services) == ["handwriting", "policy record"]
    assert "vllm" in tags(services, case_id)
    [found] = [t for t in terms.waiting(services.warehouse) if t.name == "handwriting"]
    assert found.proposals[0].evidence[0].quote == "The hardest problem was handwriting"
    assert len(endpoint.requests) == 2


async def test_an_accepted_term_tags_drafts_without_a_call(services, case_id, endpoint):
    """The draft gets the tag in a revision of its own; the model's revision stays."""
    with pytest.raises(InvalidDecision, match="definition"):
        await terms.accept("handwriting", services, who="ada", definition=" ")
    before = services.warehouse.case(case_id).revision
    tagged = await terms.accept(
        "Handwriting", services, who="ada", definition="Text written by hand that must be read."
    )
    assert tagged == []  # one passage names it: a passing mention
    assert "handwriting" not in open_names(services)
    term = terms.taxonomy_of(services.warehouse).term("handwriting")
    assert (term.group, term.label) == ("concern", "handwriting")
    tagged = await terms.accept(
        "letters", services, who="ada", group="application", definition="Post that is answered."
    )
    assert tagged == [case_id]
    after = services.warehouse.case(case_id).revision
    assert "letters" in tags(services, case_id)
    assert (after.parent_id, after.made_by) == (before.revision_id, "model")
    again = services.warehouse.draft(after.document_id, after.recipe_id)
    assert again.revision_id == after.revision_id
    assert len(endpoint.requests) == 2


async def test_a_tag_on_an_edited_draft_is_the_curators_edit(services, case_id):
    """A person's revision is followed by a person's, with who and why."""
    await decisions.edit(case_id, services, [SetFact(field="year", value="2026")], who="bob")
    await decisions.edit(case_id, services, [SetFact(field="year", value="2025")], who="bob")
    await terms.accept("clerk", services, who="ada", group="concern", definition="A person.")
    view = services.warehouse.case(case_id)
    assert "clerk" in tags(services, case_id)
    assert (view.reviews[-1].who, view.revision.made_by) == ("ada", "person")
    assert view.revision.case_study.year.value == "2025"


async def test_a_mapped_name_is_a_form_of_its_term_and_a_refused_one_never_comes_back(
    services, case_id, web, endpoint
):
    """Rulings are remembered over later drafts; what is ruled cannot be ruled as a new term."""
    with pytest.raises(InvalidDecision, match="no term nowhere"):
        await terms.map_to("handwriting", "nowhere", services, who="ada")
    await terms.map_to("handwriting", "ocr", services, who="ada")
    taxonomy = terms.taxonomy_of(services.warehouse)
    assert taxonomy.named("Handwriting").slug == taxonomy.term("ocr").slug
    with pytest.raises(InvalidDecision, match="already"):
        await terms.accept("handwriting", services, who="ada", definition="x", group="concern")
    await terms.refuse("Policy Record", services, who="ada", reason="no product")
    text = await _page(services, case_id)
    web.expect_request("/again").respond_with_data(text, content_type="text/plain")
    endpoint.enqueue(completion(json.dumps(TRIAGE)), completion(json.dumps(STUDY)))
    await ingest(SourceRef(source=web.url_for("/again")), services)
    assert open_names(services) == []


async def _page(services, case_id):
    return services.warehouse.case(case_id).document.text


async def test_a_company_goes_by_one_name_at_drafting_and_in_filters(
    services, case_id, web, endpoint
):
    """The next draft's company is written as the alias says, and its quote stays as it is."""
    await alias("Kettlebrook", "Kettlebrook Mutual", services, who="ada")
    endpoint.enqueue(completion(json.dumps(TRIAGE)), completion(json.dumps(STUDY)))
    text = await _page(services, case_id)
    web.expect_request("/third").respond_with_data(text, content_type="text/plain")
    made = await ingest(SourceRef(source=web.url_for("/third")), services)
    company = services.warehouse.case(made.case_id).revision.case_study.company
    assert (company.value, company.evidence[0].quote) == (
        "Kettlebrook Mutual",
        "At Kettlebrook we insure small boats",
    )
    found = services.warehouse.cases(CaseFilter(company="kettlebrook"))
    assert {case.case_id for case in found} == {case_id, made.case_id}
