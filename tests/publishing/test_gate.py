"""The part of a case study that readers may see."""

import pytest
from case_views import CONFIRMED, DOUBTFUL, REFUTED, VERIFIED, a_document, a_quote, a_statement
from case_views import a_study as full_study

from publishing.gate import UNQUOTED, WHOLE, blocked, readable
from schemas.cases import (
    NOT_JUDGED,
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Section,
    Support,
    SupportLevel,
    Tag,
)
from schemas.overruling import finding, is_overruled, kept_because, overruled

OVERRULED = REFUTED.model_copy(update={"confirmed_by": "Mira Lindqvist"})
TITLE = Fact(name="title", value="A title", support=VERIFIED)


def texts(statements) -> set[str]:
    return {statement.text for statement in statements}


def test_refuted_and_unconfirmed_parts_are_held_back():
    """Readers see no refuted parts, and doubtful ones only if a curator confirmed them."""
    gated = readable(full_study())
    assert texts(gated.held_back) == {"DOUBTFUL-STATEMENT", "REFUTED-STATEMENT"}
    assert {fact.value for fact in gated.facts_held_back} == {"REFUTED-FACT"}
    assert {tag.label for tag in gated.tags_held_back} == {"REFUTED-TAG"}
    assert gated.study.fact("year").value == "2026", "a confirmed doubt is readable"
    assert "The model was wrong about half of the rates." in texts(gated.study.statements)
    numbers = {s.n for s in gated.study.statements} | {s.n for s in gated.held_back}
    assert numbers == {s.n for s in full_study().statements}, "numbers are those of the revision"
    everything = gated.study.model_dump_json()
    assert "REFUTED" not in everything
    assert "DOUBTFUL-STATEMENT" not in everything


@pytest.mark.parametrize(
    ("support", "answers"),
    [(VERIFIED, 1), (CONFIRMED, 1), (DOUBTFUL, None), (REFUTED, None), (OVERRULED, 1)],
)
def test_a_solution_without_its_challenge_stands_alone(support, answers):
    """A solution is shown where its challenge is held back, and then answers nothing.

    A curator can confirm a doubt, and overrule a refutation.
    """
    study = CaseStudy(
        statements=(
            a_statement(1, "It was slow.", section=Section.CHALLENGES, support=support),
            a_statement(2, "They cached it.", section=Section.SOLUTIONS, answers=1),
        )
    )
    assert readable(study).study.section(Section.SOLUTIONS)[0].answers == answers


QUOTE = a_quote(a_document(), "made up rates")


@pytest.mark.parametrize(
    "lost",
    [
        Evidence(quote="never in the source"),
        QUOTE.model_copy(update={"match": Match.MISSING}),
        QUOTE.model_copy(update={"start": None}),
    ],
    ids=["not there", "missing", "without a place"],
)
def test_a_quote_that_was_not_found_is_left_out(lost):
    """Readers see no words that only the model claims to have read: of statements, facts, tags."""
    study = CaseStudy(
        statements=(a_statement(1, "Rates.", QUOTE, lost),),
        facts=(TITLE.model_copy(update={"evidence": (QUOTE, lost)}),),
        tags=(
            Tag(
                slug="rag", label="RAG", group="technique", evidence=(QUOTE, lost), support=VERIFIED
            ),
        ),
    )
    shown = readable(study).study
    assert [part.evidence for part in (*shown.statements, *shown.facts, *shown.tags)] == [
        (QUOTE,)
    ] * 3


UNSEEN = TITLE.model_copy(update={"value": "\u200b\ufeff \u0301"})
UNSURE = TITLE.model_copy(update={"support": DOUBTFUL})


@pytest.mark.parametrize(
    ("facts", "support", "reason"),
    [
        ([TITLE], None, "has no statement"),
        ([TITLE], DOUBTFUL, "No statement can be published"),
        ([], VERIFIED, "has no title"),
        ([UNSEEN], VERIFIED, "has no title"),
        ([UNSURE], VERIFIED, "title is not supported"),
        ([TITLE], VERIFIED, None),
    ],
)
def test_a_case_without_title_or_statement_is_blocked(facts, support, reason):
    """The reason says what is missing and what to do."""
    levels = [support] if support else []
    statements = [a_statement(1, "Yes.", section=Section.CONTEXT, support=s) for s in levels]
    found = blocked(CaseStudy(facts=facts, statements=statements))
    assert (found is None) if reason is None else (reason in found)


def test_an_imported_text_needs_no_statement():
    """Its prose is what readers see; a title it needs all the same."""
    assert blocked(CaseStudy(facts=(TITLE,)), has_prose=True) is None
    assert "has no title" in blocked(CaseStudy(), has_prose=True)


BASE = a_statement(3, "A lesson.", QUOTE, section=Section.LESSONS)
RESTING = a_statement(1, "In short.").model_copy(update={"rests_on": (3,)})
QUOTED = a_statement(2, "In other words.", QUOTE)
UNJUDGED = Support(level=SupportLevel.UNVERIFIED, reason=f"{NOT_JUDGED}: no answer.")


@pytest.mark.parametrize(
    ("first", "base", "problem"),
    [
        (RESTING, BASE, None),
        (RESTING.model_copy(update={"support": UNJUDGED}), BASE, UNJUDGED.reason),
        (RESTING.model_copy(update={"support": REFUTED}), BASE, REFUTED.reason),
        (RESTING.model_copy(update={"support": OVERRULED}), BASE, None),
        (RESTING, BASE.model_copy(update={"support": REFUTED}), "it summarizes is held back"),
        (RESTING.model_copy(update={"rests_on": ()}), BASE, "It has no quote"),
    ],
    ids=["fine", "unjudged", "refuted", "overruled", "base refuted", "baseless"],
)
def test_a_summary_is_published_whole_or_not_at_all(first, base, problem):
    """One sentence that is held back takes the others along, which say so in their reason."""
    gated = readable(CaseStudy(statements=(first, QUOTED, base)))
    held = {s.n: s.support.reason for s in gated.held_back}
    if problem is None:
        assert held == {}
    else:
        assert problem in held[1]
        assert held[2] == WHOLE
        assert gated.study.section(Section.ABSTRACT) == ()
    assert any(s.n == 3 for s in gated.study.statements) is base.support.is_publishable


def test_an_example_needs_a_quote_and_a_gap_needs_none():
    """An example without a quote that was found is held back, with summaries of it."""
    quoted = a_statement(3, "A prompt.", QUOTE, section=Section.EXAMPLE)
    gap = a_statement(4, "No cost is given.", section=Section.GAPS)
    assert readable(CaseStudy(statements=(RESTING, quoted, gap))).held_back == ()
    loose = quoted.model_copy(update={"evidence": (Evidence(quote="never in the source"),)})
    gated = readable(CaseStudy(statements=(RESTING, loose, gap)))
    assert gated.study.statements == (gap,)
    assert {s.n: s.support.reason for s in gated.held_back}[3] == UNQUOTED


def test_the_reason_of_a_curator_follows_that_of_the_judge():
    """Both can be read apart, also after a second overruling; doubts have no such reason."""
    once = overruled(REFUTED, "Mira", "The table\nsays so.")
    assert (is_overruled(once), once.confirmed_by) == (True, "Mira")
    assert (finding(once), kept_because(once)) == (REFUTED.reason, "The table says so.")
    assert overruled(once, "Ada", "Page 3.").reason == f"{REFUTED.reason}\nPage 3."
    assert (is_overruled(CONFIRMED), kept_because(CONFIRMED)) == (False, "")
