"""A newer draft beside a case: compared, taken over whole or by field, refused, and remembered."""

import pytest
from case_views import TEXT, a_document, a_statement, a_study, a_view
from desk_client import texts
from lxml import html

from review import adoption, decisions
from review.changes import SetFact
from review.side_by_side import marked
from schemas.cases import CaseStudy, Section, SupportLevel
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, Decision


def changed(study: CaseStudy, **values: object) -> CaseStudy:
    return study.model_copy(update=values)


def rewritten() -> CaseStudy:
    """A newer draft: another year, a sentence reworded, a solution and a tag less."""
    study = a_study()
    facts = [changed(f, value="2025") if f.name == "year" else f for f in study.facts]
    statements = [
        changed(s, text="First answers now take three hours instead of 26.") if s.n == 3 else s
        for s in study.statements
        if s.n != 12
    ]
    return CaseStudy(facts=facts, statements=statements, tags=study.tags[1:])


@pytest.fixture
def case_id(build, warehouse) -> str:
    """A case whose company a person edited, with a newer draft beside it."""
    made = build.draft()
    decisions.edit(warehouse, made, [SetFact(name="company", value="Harbourline Ltd")], "ada")
    build.newer(made, rewritten())
    return made


def form_of(desk, case_id: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = html.fromstring(desk.get(f"/cases/{case_id}/draft").text)
    return {field.name: field.value for field in page.xpath("//form//input[@type='hidden']")}


def send(desk, case_id: str, **fields):
    """Send the page's form with ``fields``."""
    given = {k: v for k, v in form_of(desk, case_id).items() if k != "token"} | fields
    return desk.send_form(f"/cases/{case_id}/draft", **given)


def test_differences_stand_side_by_side_with_words_and_support(desk, case_id):
    """Shows differing fields word by word; fields that a person edited are not ticked."""
    page = html.fromstring(desk.get(f"/cases/{case_id}/draft").text)
    fields = ["company", "year", "abstract", "challenges", "tags"]
    assert page.xpath("//input[@type='checkbox']/@value") == fields
    assert page.xpath("//input[@type='checkbox'][@checked]/@value") == fields[1:]
    assert texts(page, "//section[@aria-labelledby='h-company']//*[@class='mark plain']") == [
        "edited by a person"
    ]
    abstract = page.xpath("//section[@aria-labelledby='h-abstract']")[0]
    assert texts(abstract, ".//div[@class='old']//mark") == ["3"]
    assert texts(abstract, ".//div[@class='new']//mark") == ["three"]
    assert "2 other parts are the same in both" in abstract.text_content()
    challenges = page.xpath("//section[@aria-labelledby='h-challenges']")[0]
    assert texts(challenges, ".//p[@class='silent']") == ["Removed"]


def test_the_queue_names_cases_with_a_newer_draft(desk, case_id):
    """The tab of drafts links to the comparison, the row has a mark, and the case says so."""
    page = html.fromstring(desk.get("/").text)
    (notice,) = page.xpath("//p[@class='caution news']")
    assert texts(notice, "strong") == ["1 case has a newer draft"]
    listed = html.fromstring(desk.get(notice.xpath("a/@href")[0]).text)
    assert listed.xpath("//a[contains(@class,'news')]/@href") == [f"/cases/{case_id}/draft"]
    assert "A newer draft is available" in desk.get(f"/cases/{case_id}").text


def test_chosen_fields_are_taken_over_and_the_rest_stays(desk, warehouse, case_id):
    """Adopts the draft's year, keeps company and statements; the history names the rest."""
    before = warehouse.case(case_id)
    answer = send(desk, case_id, action="take", field="year")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}")
    after = warehouse.case(case_id)
    study = after.revision.study
    assert (study.fact("company").value, study.fact("year").value) == ("Harbourline Ltd", "2025")
    assert study.statements == before.revision.study.statements
    assert (after.newer, after.status) == (None, CaseStatus.DRAFT)
    assert after.reviews[-1].decision is Decision.ADOPT_DRAFT
    assert "Kept company, summary, challenges and solutions, tags." in after.reviews[-1].reason
    assert "This case has no newer draft" in desk.get(f"/cases/{case_id}/draft").text


def test_a_draft_is_taken_over_whole(desk, warehouse, case_id):
    """A person's edit is replaced by the draft's text if the curator chooses so."""
    send(desk, case_id, action="take_whole")
    view = warehouse.case(case_id)
    assert view.revision.study == rewritten()
    assert adoption.edited_fields(view) == []


def test_what_was_kept_counts_as_edited_at_the_next_draft(desk, build, warehouse, case_id):
    """The next comparison leaves the kept fields unticked."""
    send(desk, case_id, action="take", field=["year", "tags"])
    assert adoption.edited_fields(warehouse.case(case_id)) == ["company", "abstract", "challenges"]


def test_solutions_keep_their_challenges_whichever_side_they_come_from(warehouse, case_id):
    """Statement numbers of two revisions are not mixed up: solutions keep their challenges."""
    adoption.adopt(warehouse, case_id, ["abstract"], "mira")
    study = warehouse.case(case_id).revision.study
    (solution,) = [s for s in study.section(Section.SOLUTIONS) if s.answers]
    answered = next(s for s in study.statements if s.n == solution.answers)
    assert answered.text == "Scanned tariff tables became unreadable text."


def test_a_refused_draft_is_remembered_and_a_later_one_waits(desk, build, warehouse, case_id):
    """The case stays unchanged, the history has the refusal, and the queue hides the draft."""
    before = warehouse.case(case_id)
    assert send(desk, case_id, action="refuse", reason="worse").status_code == 303
    after = warehouse.case(case_id)
    assert (after.revision, after.status) == (before.revision, before.status)
    shown = desk.get(f"/cases/{case_id}").text
    assert "rejected a newer draft" in shown
    for page in (shown, desk.get("/").text):
        assert f"/cases/{case_id}/draft" not in page
    later = build.newer(case_id, changed(rewritten(), tags=()))
    assert warehouse.case(case_id).newer.revision_id == later


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"action": "take", "field": "title"}, "the draft does not differ in title"),
        ({"action": "take", "field": "pirates"}, "the draft does not differ in pirates"),
        ({"action": "take"}, "no field is selected"),
        ({"action": "burn"}, "adopt the draft or reject it"),
        ({"action": "take", "field": "year", "expected_revision": "rev1_x"}, "in the meantime"),
        ({"action": "refuse", "draft": "rev1_x"}, "in the meantime"),
        ({"action": "refuse", "draft": ""}, "missing a required field"),
        ({"action": "refuse", "expected_status": "odd"}, "missing a required field"),
    ],
)
def test_what_does_not_fit_changes_nothing(desk, warehouse, case_id, fields, message):
    """Unknown or equal fields, an empty choice and forms of an older page are refused with a reason."""
    before = warehouse.case(case_id)
    answer = send(desk, case_id, **fields)
    assert (answer.status_code, message in answer.text) == (409, True)
    assert warehouse.case(case_id) == before


def test_without_a_waiting_draft_there_is_nothing_to_take(warehouse, build):
    """The error says how to make a newer draft."""
    with pytest.raises(InvalidDecision, match="casebook rerun"):
        adoption.adopt(warehouse, build.draft(), None, "mira")


def test_kept_fields_are_located_in_the_newer_text(desk, build, warehouse):
    """A quote that moved is found again; a statement whose quote is gone is refuted."""
    made = build.draft()
    desk.decide(made, "approve", leave_out="true")
    lines = TEXT.split("\n\n")
    newer = a_document("\n\n".join(["A new preface.", *lines[:5], *lines[6:]]))
    build.newer(made, CaseStudy(facts=a_study().facts[:2]), newer)
    assert "based on a newer version" in desk.get(f"/cases/{made}/draft").text
    adoption.adopt(warehouse, made, ["year"], "mira")
    view = warehouse.case(made)
    assert view.document.text == newer.text
    for statement in view.revision.study.statements:
        if statement.support.level is SupportLevel.REFUTED:
            continue
        for found in statement.evidence:
            assert newer.text[found.start : found.end] == found.quote
    lost = next(s for s in view.revision.study.statements if "far less" in s.text)
    assert (lost.support.level, lost.support.reason) == (
        SupportLevel.REFUTED,
        "Its quote is not in the newer text.",
    )


def test_sentences_with_little_in_common_are_not_marked():
    """Marks show a change of wording; two unrelated sentences have none."""
    assert marked("It costs 3 cents.", "It costs 4 cents.")[0] == [
        ("It costs ", False),
        ("3", True),
        (" cents.", False),
    ]
    assert marked("All is new.", "Something of another kind happened")[0] == [
        ("All is new.", False)
    ]


def summed_up(lesson: str, number: int) -> CaseStudy:
    """A study of two sentences that stay and a lesson, numbered from 1 after other context."""
    context = [
        a_statement(n, f"Context {n}.", section=Section.CONTEXT) for n in range(2, 2 + number)
    ]
    last = a_statement(2 + number, lesson, section=Section.LESSONS)
    short = a_statement(1, f"In short: {lesson}", rests_on=(2, 2 + number))
    return a_study().model_copy(update={"statements": (short, *context, last)})


@pytest.mark.parametrize(
    ("fields", "lesson", "level"),
    [
        (["abstract", "context", "lessons"], "New.", SupportLevel.VERIFIED),
        (["abstract", "lessons"], "New.", SupportLevel.VERIFIED),
        (["abstract"], "Old.", SupportLevel.DOUBTFUL),
        (["lessons"], "New.", SupportLevel.DOUBTFUL),
        (["context"], "Old.", SupportLevel.VERIFIED),
    ],
)
def test_an_abstract_rests_on_what_was_taken_over(fields, lesson, level):
    """Its citations are renumbered; it is doubtful if a cited statement is missing."""
    view = a_view(summed_up("Old.", 1))
    draft = view.revision.model_copy(update={"study": summed_up("New.", 2)})
    study, _ = adoption.merged(view, draft, view.document, fields)
    (short,) = study.section(Section.ABSTRACT)
    assert study.section(Section.LESSONS)[0].text == lesson
    rests_on = [s.text for s in study.statements if s.n in short.rests_on]
    whole = ["Context 2.", lesson]
    assert rests_on == (whole if level is SupportLevel.VERIFIED else whole[:1])
    assert short.support.level is level
