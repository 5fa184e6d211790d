"""Statements moved, reordered, split and merged, by one person or two."""

import pytest
from case_views import TEXT, a_document, a_quote, a_statement

from review import decisions
from review.changes import Merge, Move, SetStatement, Split
from review.edits import apply_changes
from review.judgment import is_waiting
from schemas.cases import CaseStudy, Fact, Form, Measure, Origin, Section
from schemas.errors import EditClash, InvalidDecision
from schemas.taxonomy import load_taxonomy

LINES = TEXT.split("\n\n")


def a_study() -> CaseStudy:
    """A summary sentence on statement 2, three of context, a challenge with its solution."""
    document = a_document()
    quotes = [a_quote(document, line) for line in LINES]
    one = {"form": Form.PARAGRAPH}
    return CaseStudy(
        facts=(Fact(name="title", value="Claims"),),
        statements=(
            a_statement(1, "It answers claims.", section=Section.ABSTRACT, rests_on=(2,)),
            a_statement(2, "It answers claims a week.", *quotes[:2], section=Section.CONTEXT, **one),
            a_statement(3, "Officers check it.", quotes[1], section=Section.CONTEXT, form=Form.NEXT),
            a_statement(4, "It runs on PostgreSQL.", quotes[2], section=Section.CONTEXT, **one),
            a_statement(5, "Tables were hard.", quotes[3], section=Section.CHALLENGES, **one),
            a_statement(6, "They rewrote them.", quotes[4], section=Section.SOLUTIONS, answers=5),
        ),
    )  # fmt: skip


def after(*changes, study=None):
    """The study after ``changes`` by Mira."""
    given = study or a_study(), a_document(), changes, load_taxonomy()
    return apply_changes(*given, "mira")


def texts(study, section=Section.CONTEXT):
    """The texts of a section, in order."""
    return [one.text for one in study.statements if one.section is section]


def test_a_statement_moves_within_its_section():
    """The summary still cites it, and the first statement begins a paragraph."""
    study = after(Move(part="s-2", by=1))
    assert texts(study) == [
        "Officers check it.", "It answers claims a week.", "It runs on PostgreSQL.",
    ]  # fmt: skip
    assert study.statements[0].rests_on == (3,)
    assert [one.form for one in study.statements[1:4]] == [Form.PARAGRAPH] * 3
    assert texts(after(Move(part="s-2", by=9)))[-1] == "It answers claims a week."
    with pytest.raises(InvalidDecision, match="already the first"):
        after(Move(part="s-2", by=-1))


def test_a_statement_moves_to_another_section():
    """A moved challenge leaves its solutions without one; the summary is not a place for all."""
    study = after(Move(part="s-4", section=Section.LESSONS))
    assert texts(study, Section.LESSONS) == ["It runs on PostgreSQL."]
    study = after(Move(part="s-5", section=Section.FAILURES))
    assert [one.answers for one in study.statements if one.section is Section.SOLUTIONS] == [None]
    for part, section, reason in (
        ("s-1", Section.LESSONS, "no quote of its own"),
        ("s-2", Section.ABSTRACT, "the summary cites it"),
        ("s-2", Section.CONTEXT, "already in that section"),
        ("f-title", Section.LESSONS, "only statements"),
        ("s-90", Section.LESSONS, "no statement 90"),
    ):
        with pytest.raises(InvalidDecision, match=reason):
            after(Move(part=part, section=section))


def test_a_statement_is_split_with_the_quotes_of_each_half():
    """Both are a curator's words, and the summary rests on both."""
    change = Split(n=2, text="It answers claims.", rest="It drafts.", quotes=[1], rest_quotes=[2])
    study = after(change)
    first, second = study.statements[1:3]
    assert (first.text, second.text) == ("It answers claims.", "It drafts.")
    assert [[e.quote for e in one.evidence] for one in (first, second)] == [[LINES[0]], [LINES[1]]]
    assert first.origin is second.origin is Origin.CURATOR
    assert (second.form, study.statements[0].rests_on) == (Form.NEXT, (2, 3))
    for wrong in ({"rest_quotes": []}, {"quotes": [3]}, {"rest": " "}):
        with pytest.raises(InvalidDecision):
            after(change.model_copy(update=wrong))


def test_a_measurement_stays_with_the_half_that_has_its_value():
    """The other half has none."""
    study = a_study()
    measured = study.statements[3].model_copy(update={"measure": Measure(value="26 hours")})
    study = study.model_copy(update={"statements": (*study.statements[:3], measured)})
    made = after(Split(n=4, text="It was slow.", rest="It took 26 hours."), study=study)
    assert [one.measure and one.measure.value for one in made.statements[-2:]] == [None, "26 hours"]


def test_two_statements_are_merged_with_their_quotes():
    """What cited either cites the whole; statements of two sections are moved first."""
    study = after(Merge(n=3, other=2))
    whole = study.statements[1]
    assert whole.text == "Officers check it. It answers claims a week."
    assert {one.quote for one in whole.evidence} == {LINES[0], LINES[1]}
    assert (whole.origin, whole.form) == (Origin.CURATOR, Form.PARAGRAPH)
    assert study.statements[0].rests_on == (2,)
    assert after(Merge(n=3, other=2, text="Both.")).statements[1].text == "Both."
    for n, other in ((3, 5), (3, 3)):
        with pytest.raises(InvalidDecision, match="of one section"):
            after(Merge(n=n, other=other))


@pytest.fixture
def stored(build, warehouse):
    """The id of a stored draft, and its state as both people have it open."""
    case_id = build.draft(a_study())
    view = warehouse.case(case_id)
    return case_id, (view.revision.revision_id, view.status)


def edit(warehouse, stored, change, who="mira", **given):
    """Change the case as it was opened."""
    return decisions.edit(warehouse, stored[0], [change], who, seen=stored[1], **given)


def test_new_halves_and_sections_are_judged_and_undone(warehouse, stored):
    """A new order is not; one undo restores all, and the history names the change."""
    before = warehouse.case(stored[0]).revision.study
    for change, waiting, note in (
        (Split(n=2, text="It answers.", rest="It drafts."), 3, "Split a statement."),
        (Move(part="s-4", section=Section.LESSONS), 1, "Moved a statement."),
        (Move(part="s-3", by=1), 0, "Moved a statement."),
    ):
        review = decisions.edit(warehouse, stored[0], [change], "mira", judged=True)
        study = warehouse.case(stored[0]).revision.study
        assert sum(is_waiting(one.support) for one in study.statements) == waiting
        assert review.reason == note
        decisions.undo(warehouse, stored[0], "mira")
        assert warehouse.case(stored[0]).revision.study == before


def test_a_move_and_an_edit_of_two_people_both_count(warehouse, stored):
    """In either order; a second move elsewhere is refused."""
    edit(warehouse, stored, Move(part="s-4", section=Section.LESSONS), "ada")
    edit(warehouse, stored, SetStatement(n=4, text="It runs on pgvector."))
    edit(warehouse, stored, SetStatement(n=3, text="Officers check each."), "ada")
    edit(warehouse, stored, Move(part="s-3", by=-1))
    study = warehouse.case(stored[0]).revision.study
    assert texts(study, Section.LESSONS) == ["It runs on pgvector."]
    assert texts(study) == ["Officers check each.", "It answers claims a week."]


def test_what_two_people_change_at_once_is_refused(warehouse, stored):
    """Two moves apart, a split or merge of an edited statement, an edit of a split one."""
    edit(warehouse, stored, Move(part="s-4", section=Section.LESSONS), "ada")
    with pytest.raises(InvalidDecision, match="ada moved it to “Lessons”"):
        edit(warehouse, stored, Move(part="s-4", section=Section.PLANS))
    edit(warehouse, stored, SetStatement(n=2, text="It answers claims daily."), "ada")
    for change in (Split(n=2, text="It.", rest="Daily."), Merge(n=3, other=2)):
        with pytest.raises(InvalidDecision, match="in the meantime"):
            edit(warehouse, stored, change)
    edit(warehouse, stored, Split(n=3, text="Officers check.", rest="They do."), "ada")
    with pytest.raises(EditClash):
        edit(warehouse, stored, SetStatement(n=3, text="Officers read it.", quote=LINES[2]))
