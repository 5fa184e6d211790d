"""A curator's changes, checked by the same code as a model's words."""

import pytest
from case_views import REFUTED, TEXT, a_document, a_statement, a_study

from review.changes import (
    AddQuote,
    AddStatement,
    AddTag,
    Confirm,
    Drop,
    DropQuote,
    SetFact,
    SetMeasure,
    SetStatement,
)
from review.edits import apply_changes
from review.judgment import ASKING
from review.parts import find_part, updated
from schemas.cases import Method, Origin, Section, Support, SupportLevel
from schemas.errors import InvalidDecision
from schemas.overruling import finding, kept_because
from schemas.taxonomy import load_taxonomy

UNJUDGED = Support(level=SupportLevel.UNVERIFIED, reason=ASKING)
LINES = TEXT.split("\n\n")


def after(*changes, study=None, document=None):
    """The example after ``changes`` by Mira."""
    document = document or a_document()
    return apply_changes(study or a_study(document), document, changes, load_taxonomy(), "mira")


def text_of(study, n):
    return next(one.text for one in study.statements if one.n == n)


def test_a_fact_gets_the_sentence_that_names_its_new_value():
    """If the curator gives no quote, code finds one that shows the value."""
    study = a_study().model_copy(update={"facts": a_study().facts[:1]})
    company = after(SetFact(name="company", value="Harbourline"), study=study).fact("company")
    assert [e.quote for e in company.evidence] == [LINES[0]]
    assert company.support.level is SupportLevel.UNVERIFIED


def test_a_fact_that_nothing_shows_is_the_curators_word():
    """It is stored as doubtful but confirmed by the curator, so readers see it."""
    company = after(SetFact(name="company", value="Fjordline")).fact("company")
    assert company.evidence == ()
    assert (company.support.level, company.support.confirmed_by) == (SupportLevel.DOUBTFUL, "mira")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("industry", "Insurance", "insurance"),
        ("stage", "internal tool", "internal tool"),
        ("narrator", "vendor", "vendor"),
        ("year", "2025", "2025"),
        ("title", "  A better title ", "A better title"),
        ("company", "", None),
        ("year", "  ", None),
    ],
)
def test_facts_are_stored_in_their_own_form(name, value, stored):
    """Industries are stored as slugs, choices unchanged, empty fields as not stated."""
    assert after(SetFact(name=name, value=value)).fact(name).value == stored


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (SetFact(name="year", value="last year"), "four digits"),
        (SetFact(name="stage", value="soon"), "Deployment is one of: proof of concept"),
        (SetFact(name="industry", value="pirates"), "Industry is one of: "),
        (SetFact(name="company", value="X", quote="not there at all"), "not in the source"),
        (SetStatement(n=1, text="  "), "cannot be empty"),
        (SetStatement(n=99, text="x"), "no statement 99"),
        (SetStatement(n=1, text="x", quote="not there at all"), "not in the source"),
        (SetMeasure(n=15, parts={"method": "guess"}), "self-reported, A/B test, audited"),
        (Drop(part="s-99"), "no statement 99"),
        (Drop(part="t-kafka"), "no tag kafka"),
        (Confirm(part="t-kafka"), "no tag kafka"),
        (AddTag(slug="perpetual-motion"), "no term perpetual-motion"),
        (AddTag(slug="rag"), "has the tag"),
        (AddTag(slug="databricks"), "does not name Databricks"),
        (
            AddStatement(section=Section.SOLUTIONS, text="x", quote=LINES[4], answers=1),
            "statement 1 is not a challenge",
        ),
    ],
)
def test_changes_that_do_not_fit_are_refused_in_words(change, message):
    """The message states the problem and the valid form."""
    with pytest.raises(InvalidDecision, match=message):
        after(change)


def test_a_reworded_statement_is_checked_again():
    """An invented number is detected in a person's text too; the quotes are kept."""
    before = a_study().statements[3]
    made = after(SetStatement(n=4, text="It answers about 9,000 claims a week.")).statements[3]
    assert made.origin is Origin.CURATOR
    assert made.support.level is SupportLevel.DOUBTFUL
    assert "9,000" in made.support.reason
    assert made.evidence == before.evidence


def test_a_new_quote_grows_to_its_sentence_and_takes_the_place_of_lost_ones():
    """A refuted statement that gets a supporting quote is no longer refuted."""
    change = SetStatement(n=10, text="The model made up rates.", quote="the model made up rates")
    made = after(change).statements[9]
    (whole,) = made.evidence
    assert whole.quote.startswith("The hardest part")
    assert whole.quote.endswith("confidence.")
    assert made.support.level is SupportLevel.UNVERIFIED


def test_the_company_need_not_stand_in_each_quote():
    """A curator can write its name where the source says "we"."""
    change = SetStatement(n=11, text="Harbourline wrote every rate out as a sentence.")
    assert after(change).statements[10].support.level is SupportLevel.UNVERIFIED


def test_what_a_result_measures_is_set_in_parts():
    """Only the given parts change; code parses the number; empty parts mean not stated."""
    made = after(SetMeasure(n=15, parts={"value": "3.5", "sample": "", "method": "A/B test"}))
    measure = made.statements[14].measure
    assert (measure.value, measure.number, measure.sample) == ("3.5", 3.5, None)
    assert (measure.method, measure.unit) == (Method.AB_TEST, "hours")
    assert made.statements[14].support.level is SupportLevel.DOUBTFUL


def test_statements_are_dropped_and_solutions_lose_a_dropped_challenge():
    """The others are renumbered, and answers to a dropped challenge are cleared."""
    made = after(Drop(part="s-7"))
    assert "Scanned tariff tables became unreadable text." not in {s.text for s in made.statements}
    assert [s.n for s in made.statements] == list(range(1, len(made.statements) + 1))
    assert {s.answers for s in made.section(Section.SOLUTIONS)} == {None}


def test_an_added_solution_takes_its_place_below_its_challenge():
    """It keeps its challenge under the new numbers, and cites the curator's quote."""
    change = AddStatement(
        section=Section.SOLUTIONS, text="Rates are sentences.", quote=LINES[4], answers=8
    )
    made = after(change, Drop(part="s-1"))
    (added,) = [s for s in made.statements if s.text == "Rates are sentences."]
    assert text_of(made, added.answers) == "The model was wrong about half of the rates."
    assert added.origin is Origin.CURATOR


def test_tags_are_added_with_the_words_that_name_them_and_dropped():
    """No quote is needed if the source names the term; otherwise the curator gives one."""
    named = after(Drop(part="t-pgvector"), AddTag(slug="postgresql")).tags[-1]
    assert named.slug == "postgresql"
    assert "PostgreSQL" in named.evidence[0].quote
    shown = after(AddTag(slug="evaluation", quote=LINES[8])).tags[-1]
    assert shown.evidence[0].quote == LINES[8]
    assert "pgvector" not in {tag.slug for tag in after(Drop(part="t-pgvector")).tags}


def test_confirming_marks_doubtful_parts_only():
    """Unjudged statements count as doubtful; what nothing is wrong with is unchanged."""
    statements = list(a_study().statements)
    statements[1] = updated(statements[1], support=UNJUDGED)
    study = a_study().model_copy(update={"statements": tuple(statements)})
    study = after(Confirm(part="s-9"), Confirm(part="s-1"), Confirm(part="s-2"), study=study)
    by = [study.statements[n].support.confirmed_by for n in (8, 0, 1)]
    assert by == ["mira", None, "mira"]


@pytest.mark.parametrize("part", ["s-10", "f-narrator", "t-made-up"])
def test_a_refuted_part_is_kept_with_a_reason(part):
    """The curator's reason follows that of the judge, and readers may see the part."""
    for missing in (None, " "):
        with pytest.raises(InvalidDecision, match="give a reason"):
            after(Confirm(part=part, reason=missing))
    support = find_part(after(Confirm(part=part, reason="The figure\nshows it.")), part).support
    assert support.level is SupportLevel.REFUTED
    assert support.is_publishable
    assert (finding(support), kept_because(support)) == (REFUTED.reason, "The figure shows it.")
    assert support.confirmed_by == "mira"


def test_a_kept_part_is_checked_again_once_its_words_change():
    """The curator's word was about the former text."""
    study = after(Confirm(part="s-10", reason="The figure shows it."))
    changed = after(SetStatement(n=10, text="The model made up rates."), study=study)
    assert changed.statements[9].support.confirmed_by is None


def test_a_change_that_changes_nothing_gives_the_same_study():
    """No new revision is made in that case."""
    study = a_study()
    same = [
        SetFact(name="company", value="Harbourline"),
        SetStatement(n=1, text=study.statements[0].text),
        SetMeasure(n=15, parts={"unit": "hours"}),
    ]
    assert after(*same, study=study) == study


def test_an_abstract_is_checked_again_when_its_statements_change():
    """It loses its verified level if a statement that it cites gets a corrected number."""
    study = a_study()
    n = next(s.n for s in study.statements if s.text == "It answers about 4,000 claims a week.")
    short = a_statement(1, "It answers 4,000 claims a week.", rests_on=(n,))
    study = study.model_copy(update={"statements": (short, *study.statements[1:])})
    edited = after(SetStatement(n=n, text="It answers many claims a week."), study=study)
    assert edited.statements[0].support.level is SupportLevel.DOUBTFUL
    same = after(SetStatement(n=n + 1, text="PostgreSQL is used."), study=study)
    assert same.statements[0] == short


def summarized(rests_on=(4,), text="Harbourline answers about 4,000 claims a week."):
    """The example with a summary sentence that rests on statements."""
    study = a_study()
    first = a_statement(1, text, rests_on=rests_on)
    return study.model_copy(update={"statements": (first, *study.statements[1:])})


def test_a_quote_of_a_summary_sentence_is_added_to_what_it_rests_on():
    """It keeps its statements; numbers can be in either; the quote can be removed."""
    text = "It answers about 4,000 claims a week, and officers change 18 % of the drafts."
    add = AddQuote(part="s-1", quote="Officers now change 18 % of the drafts")
    one = after(SetStatement(n=1, text=text), study=summarized()).statements[0]
    assert one.support.level is SupportLevel.DOUBTFUL, "18 % is not in statement 4"
    study = after(SetStatement(n=1, text=text), add, study=summarized())
    one = study.statements[0]
    assert (one.rests_on, [e.quote for e in one.evidence]) == ((4,), [LINES[6]])
    assert one.support.level is SupportLevel.UNVERIFIED
    change = SetStatement(n=4, text="It answers about 5,000 claims a week.")
    assert after(change, study=study).statements[0].support.level is SupportLevel.DOUBTFUL
    alone = after(DropQuote(part="s-1", quote=LINES[6]), study=study).statements[0]
    assert (alone.rests_on, alone.evidence) == ((4,), ())
    assert alone.support.level is SupportLevel.DOUBTFUL


def test_what_a_summary_sentence_rests_on_is_chosen():
    """It is checked against the chosen statements; its text and author do not change."""
    study = summarized()
    one = after(SetStatement(n=1, rests_on=(16, 5, 5)), study=study).statements[0]
    assert (one.rests_on, one.text) == ((16, 5), study.statements[0].text)
    assert one.origin is Origin.MODEL
    assert one.support.level is SupportLevel.DOUBTFUL, "4,000 is in neither"
    back = after(SetStatement(n=1, rests_on=(4,)), study=after(study=study)).statements[0]
    assert back == study.statements[0]
    bare = after(SetStatement(n=1, rests_on=()), study=study).statements[0]
    assert bare.support.level is SupportLevel.REFUTED
    for change in (
        SetStatement(n=1, rests_on=(2,)),
        SetStatement(n=5, rests_on=(4,)),
        SetStatement(n=1, rests_on=(99,)),
    ):
        with pytest.raises(InvalidDecision, match=r"summary sentence|no statement 99"):
            after(change, study=study)


def test_a_quote_makes_no_sentence_of_the_source_doubtful():
    """A verbatim statement stays verbatim even with an additional, unrelated quote."""
    before = a_study().statements[5]
    for change in (
        AddQuote(part="s-6", quote=LINES[8]),
        SetStatement(n=6, text=before.text, quote=LINES[8]),
    ):
        made = after(change).statements[5]
        assert (made.support, made.origin) == (before.support, Origin.SOURCE)
        assert [e.quote for e in made.evidence] == [LINES[2], LINES[8]]
    other = after(AddQuote(part="s-7", quote=LINES[8])).statements[6]
    assert other.support.level is SupportLevel.DOUBTFUL, "of other sentences it still does"
