"""Undo, restore, the bin, comments on parts, and edits of two people at once."""

import pytest
from case_views import a_study
from desk_client import read, texts

from review import decisions
from review.changes import AddStatement, Drop, PutBack, SetFact, SetStatement
from review.history import comments_by_part, dropped
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, Decision


@pytest.fixture
def edit(warehouse, case_id):
    """Make an edit as a person."""
    return lambda who, *changes, **more: decisions.edit(warehouse, case_id, changes, who, **more)


def test_edits_are_taken_back_one_after_the_other(edit, view, warehouse, case_id):
    """Each undo is a separate revision; undo ends at the first draft."""
    first = view().revision.study
    edit("ada", SetFact(name="year", value="2024"))
    second = view().revision.study
    edit("ada", Drop(part="s-9"))
    decisions.undo(warehouse, case_id, "mira")
    assert view().revision.study == second
    decisions.undo(warehouse, case_id, "mira")
    assert view().revision.study == first
    with pytest.raises(InvalidDecision, match="no edit to undo"):
        decisions.undo(warehouse, case_id, "mira")
    assert [one.decision for one in view().reviews] == [Decision.EDIT] * 4
    edit("ada", SetFact(name="year", value="2023"))
    decisions.undo(warehouse, case_id, "ada")
    assert view().revision.study == first


def test_an_earlier_revision_is_restored(desk, edit, view, case_id):
    """It is restored from the history, which names its author; later revisions are kept."""
    edit("ada", SetFact(name="year", value="2024"))
    kept = view().revision
    edit("mira", SetFact(name="year", value="2025"))
    newest = view().revision
    page = read(desk.get(f"/cases/{case_id}/history"))
    assert "Restore" in page.text_content()
    desk.decide(case_id, "restore", about=kept.revision_id)
    assert view().revision.study == kept.study
    assert "Restored the revision by ada" in view().reviews[-1].reason
    assert view().revision.parent_id == newest.revision_id
    assert desk.decide(case_id, "restore", about="rev1_nowhere").status_code == 409


def test_two_revisions_are_compared(desk, edit, view, case_id):
    """Compares an edit with its draft, or drafts of two models, word by word."""
    old = view().revision.revision_id
    edit("ada", SetStatement(n=14, text="A second reader samples ninety answers a week."))
    new = view().revision.revision_id
    page = read(desk.get(f"/cases/{case_id}/history?old={old}&new={new}"))
    assert "ninety" in texts(page, "//div[@class='new']//mark")
    assert desk.get(f"/cases/{case_id}/history?old={old}&new=rev1_no").status_code == 404


def test_dropped_statements_lie_in_the_bin_and_are_put_back(desk, edit, view, case_id):
    """They are restored with their quotes."""
    gone = view().revision.study.statements[10]
    edit("ada", Drop(part=f"s-{gone.n}"))
    ((revision_id, one),) = dropped(view())
    assert one == gone
    assert gone.text in texts(read(desk.get(f"/cases/{case_id}")), "//details[@id='bin']//p")
    edit("ada", PutBack(revision_id=revision_id, n=one.n))
    back = next(s for s in view().revision.study.statements if s.text == gone.text)
    assert back.evidence == gone.evidence
    assert dropped(view()) == []


@pytest.mark.parametrize("section", ["lessons", "evaluation"])
def test_the_bin_keeps_a_sentence_that_stands_elsewhere_too(edit, view, section):
    """The sentence can occur in another section or twice in one; both are restored."""
    gone = view().revision.study.statements[13]
    quote = gone.evidence[0].quote
    edit("ada", AddStatement(section=section, text=gone.text, quote=quote))
    twins = [one for one in view().revision.study.statements if one.text == gone.text]
    edit("ada", Drop(part=f"s-{twins[0].n}"))
    ((revision_id, one),) = dropped(view())
    assert (one.section, one.text) == (gone.section, gone.text)
    edit("ada", PutBack(revision_id=revision_id, n=one.n))
    assert dropped(view()) == []
    edit(
        "ada",
        *(
            Drop(part=f"s-{one.n}")
            for one in view().revision.study.statements
            if one.text == gone.text
        ),
    )
    assert {one.section for _, one in dropped(view())} == {gone.section, section}


def test_a_comment_stays_with_its_statement_until_it_is_resolved(desk, edit, view, case_id):
    """It follows the statement through rewording and renumbering."""
    text = view().revision.study.statements[12].text
    desk.decide(case_id, "comment", reason="Is this still so?", about="s-13")
    edit("ada", Drop(part="s-2"))
    edit("ada", SetStatement(n=12, text=f"{text} Really."))
    ((part, (comment,)),) = comments_by_part(view()).items()
    assert view().revision.study.statements[11].text == f"{text} Really."
    assert (part, comment.reason) == ("s-12", "Is this still so?")
    page = read(desk.get(f"/cases/{case_id}"))
    assert texts(page, "//li[@id='s-12']//div[@class='remark']/p[@class='why']") == [
        "Is this still so?"
    ]
    desk.decide(case_id, "resolve", about=comment.review_id)
    assert comments_by_part(view()) == {}
    again = desk.decide(case_id, "resolve", about=comment.review_id, expected_status="draft")
    assert again.status_code == 409
    assert desk.decide(case_id, "comment", reason="x", about="s-99").status_code == 409


def test_edits_of_different_parts_are_merged(edit, view):
    """The second edit applies to the first one's result, even after renumbering."""
    seen = view().revision.revision_id, CaseStatus.DRAFT
    target = view().revision.study.statements[13]
    edit("ada", Drop(part="s-1"))
    edit("mira", SetStatement(n=14, text="Two readers sample fifty answers."), seen=seen)
    words = {statement.text for statement in view().revision.study.statements}
    assert "Two readers sample fifty answers." in words
    assert target.text not in words
    edit("mira", AddStatement(section="lessons", text="Tables are hard.", quote="The hardest part was tables"), seen=seen)  # fmt: skip
    assert len(view().revision.study.statements) == len(a_study().statements)


def test_what_a_summary_rests_on_is_merged(edit, view):
    """Numbers refer to the revision that was seen; unchanged fields keep the other's edits."""
    edit("ada", SetStatement(n=1, rests_on=(4, 13)))
    seen = view().revision.revision_id, CaseStatus.DRAFT
    edit("ada", Drop(part="s-2"), SetStatement(n=1, rests_on=(14,)))
    quote = "A second reader samples fifty answers a week"
    edit("mira", SetStatement(n=1, quote=quote, rests_on=(4, 13)), seen=seen)
    assert view().revision.study.statements[0].rests_on == (13,)
    seen = view().revision.revision_id, CaseStatus.DRAFT
    edit("ada", Drop(part="s-2"))
    edit("mira", SetStatement(n=1, rests_on=(15, 4)), seen=seen)
    assert view().revision.study.statements[0].rests_on == (14, 3)


def test_an_edit_of_a_part_that_is_gone_or_of_a_decided_case_is_refused(edit, view, warehouse, case_id):  # fmt: skip
    """The message names the person who made the change."""
    seen = view().revision.revision_id, CaseStatus.DRAFT
    edit("ada", Drop(part="s-14"))
    with pytest.raises(InvalidDecision, match="ada dropped"):
        edit("mira", SetStatement(n=14, text="Mine."), seen=seen)
    decisions.reject(warehouse, case_id, "thin", "ada")
    with pytest.raises(InvalidDecision, match="ada changed this case"):
        edit("mira", SetStatement(n=1, text="Mine."), seen=seen)


def test_approving_goes_on_and_no_draft_comes_twice(desk, build, view, case_id):
    """The next draft of the queue follows, no draft is shown twice, and the time is stored."""
    others = [build.draft() for _ in range(3)]
    desk.get("/")
    shown, at = [], case_id
    while at:
        shown.append(at)
        page = read(desk.get(f"/cases/{at}"))
        following = page.xpath("//a[@data-key='n']/@href")
        at = following[0].removeprefix("/cases/") if following else ""
    assert sorted(shown) == sorted([case_id, *others])
    desk.get("/")
    desk.get(f"/cases/{case_id}")
    answer = desk.decide(case_id, "reject", preset="Another case covers it.")
    assert answer.headers["location"].partition("?")[0].removeprefix("/cases/") in others
    assert view().reviews[-1].reason == "Another case covers it."
    assert view().reviews[-1].seconds >= 0
