"""A newer draft beside a case: compared, taken over in part or whole, refused, and remembered."""

import asyncio

import pytest
from desk_drafts import Builder, rewritten, texts
from lxml import html

from casebook.pipeline.curation import adopting, decisions
from casebook.pipeline.curation.editing import SetFact
from casebook.review.draft_page import draft_page, marked
from casebook.runtime.services import Services


@pytest.fixture
def case_id(build: Builder, settings) -> str:
    """A case whose company a person edited, with a newer draft beside it."""
    made = build.draft()
    edit = SetFact(field="company", value="Parcelwise Ltd")
    asyncio.run(decisions.edit(made, Services(settings), [edit], who="ada"))
    build.newer(made, **rewritten())
    return made


def form_of(desk, case_id: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = html.fromstring(desk.get(f"/cases/{case_id}/draft").text)
    return {field.name: field.value for field in page.xpath("//form//input[@type='hidden']")}


def current(build: Builder, case_id: str):
    return build.warehouse.case(case_id).revision.case_study


def test_what_differs_stands_side_by_side_with_its_words_and_support(build, desk, case_id):
    """Only fields that differ are shown, word by word; what a person edited cannot be chosen."""
    page = html.fromstring(desk.get(f"/cases/{case_id}/draft").text)
    assert page.xpath("//input[@type='checkbox']/@value") == ["year", "summary", "lessons"]
    assert texts(page, "//section[@aria-labelledby='h-company']/h2") == [
        "Company edited by a person: stays"
    ]
    summary = page.xpath("//section[@aria-labelledby='h-summary']")[0]
    assert texts(summary, ".//div[@class='old']//mark") == ["about", "three"]
    assert texts(summary, ".//div[@class='new']//mark") == ["3"]
    assert "In an average week that means 11,000 tickets" in summary.text_content()
    lessons = page.xpath("//section[@aria-labelledby='h-lessons']")[0]
    assert texts(lessons, ".//p[@class='silent']") == ["No longer there"]


def test_a_published_case_with_a_newer_draft_is_told_of_on_the_first_tab(build, desk):
    """Its row is on another tab, so the drafts' tab names it, with a link to the comparison."""
    case_id = build.draft()
    desk.decide(case_id, "approve", leave_out_unsupported="1")
    desk.send_form("/publish")
    build.newer(case_id, **rewritten())
    page = html.fromstring(desk.get("/").text)
    (told,) = page.xpath("//div[@class='caution news']")
    assert texts(told, "p/strong") == ["1 case has a newer draft"]
    assert told.xpath(".//a/@href") == [f"/cases/{case_id}/draft"]
    desk.decide(case_id, "reject", reason="thin")
    assert "a newer draft" not in desk.get("/").text


def test_chosen_fields_are_taken_over_and_the_rest_stays(build, desk, case_id):
    """The summary becomes the new draft's; year, lessons and the edited company stay."""
    before = current(build, case_id)
    form = form_of(desk, case_id) | {"action": "take", "field": "summary"}
    answer = desk.send_form(f"/cases/{case_id}/draft", **form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}")
    after = current(build, case_id)
    assert after.summary[0].text == rewritten()["summary"][0].text
    assert (after.company.value, after.year, after.lessons) == (
        "Parcelwise Ltd",
        before.year,
        before.lessons,
    )
    assert adopting.waiting_draft(build.warehouse.case(case_id)) is None
    assert "No newer draft waits" in desk.get(f"/cases/{case_id}/draft").text


def test_a_refused_draft_is_remembered_and_a_later_one_waits_again(build, desk, case_id):
    """Refusing changes nothing of the case, is told in its history, and takes it off the queue."""
    before = build.warehouse.case(case_id)
    assert f"/cases/{case_id}/draft" in desk.get("/").text
    form = form_of(desk, case_id) | {"action": "refuse", "reason": "worse"}
    assert desk.send_form(f"/cases/{case_id}/draft", **form).status_code == 303
    after = build.warehouse.case(case_id)
    assert (after.revision, after.status) == (before.revision, before.status)
    shown = desk.get(f"/cases/{case_id}").text
    assert "refused a newer draft" in shown
    for page in (shown, desk.get("/").text):
        assert f"/cases/{case_id}/draft" not in page
    later = build.newer(case_id, "later", **rewritten())
    assert adopting.waiting_draft(build.warehouse.case(case_id)).revision_id == later
    assert f"/cases/{case_id}/draft" in desk.get("/").text


def test_what_does_not_fit_changes_nothing(build, desk, case_id):
    """Edited fields, unknown ones, none, and forms of an older page are refused with the reason."""
    before, form = build.warehouse.case(case_id), form_of(desk, case_id)
    for change, told in (
        ({"action": "take", "field": "company"}, "a person edited this"),
        ({"action": "take", "field": "title"}, "nothing differs there"),
        ({"action": "take"}, "nothing is chosen"),
        ({"action": "burn"}, "take the draft over or refuse it"),
        ({"action": "take", "field": "year", "expected_revision": "rev1_x"}, "changed meanwhile"),
        ({"action": "refuse", "draft": "rev1_x"}, "changed meanwhile"),
        ({"action": "refuse", "draft": ""}, "lacks what it was about"),
    ):
        answer = desk.send_form(f"/cases/{case_id}/draft", **form | change)
        assert (answer.status_code, told in answer.text) == (409, True), change
        assert build.warehouse.case(case_id) == before


def test_another_site_cannot_take_a_draft_over(build, desk, case_id):
    """Without the desk's token, or from another site, nothing happens."""
    before = build.warehouse.case(case_id)
    form = form_of(desk, case_id) | {"action": "take", "field": "summary"}
    foreign = desk.post(
        f"/cases/{case_id}/draft", data=form, headers={"sec-fetch-site": "cross-site"}
    )
    forged = desk.send_form(f"/cases/{case_id}/draft", **form | {"token": "x"})
    assert (foreign.status_code, forged.status_code) == (403, 403)
    assert build.warehouse.case(case_id) == before


def test_hostile_words_are_text(build, desk):
    """Markup in a draft's words is shown as such, inside the marks of what differs too."""
    case_id = build.draft()
    desk.decide(case_id, "approve", leave_out_unsupported="1")
    (summary,) = rewritten()["summary"]
    attack = summary.text + " <script>alert(1)</script>"
    build.newer(case_id, summary=[summary.model_copy(update={"text": attack})])
    page = html.fromstring(desk.get(f"/cases/{case_id}/draft").text)
    assert "<script>alert(1)</script>" in page.xpath("//div[@class='new']")[0].text_content()
    assert all(script.get("src") for script in page.iter("script"))


def test_sentences_with_little_in_common_are_not_marked():
    """Marks show a change of wording; two other sentences stand plain."""
    assert marked("It costs 3 cents.", "It costs 4 cents.")[0] == [
        ("It costs ", False),
        ("3", True),
        (" cents.", False),
    ]
    assert marked("All is new.", "Something of another kind happened")[0] == [
        ("All is new.", False)
    ]


def test_a_draft_of_another_text_says_so(build, case_id):
    """Where the draft rests on a newer text, its quotes are looked up there."""
    view = build.warehouse.case(case_id)
    draft = view.revisions[-1].model_copy(update={"document_id": "doc1_other"})
    moved = view.model_copy(update={"revisions": [*view.revisions[:-1], draft]})
    assert draft_page(moved, None).moved
    assert not draft_page(view, view.document).moved
