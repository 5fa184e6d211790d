"""The part of a case study that readers may see."""

import pytest
from case_views import CONFIRMED, DOUBTFUL, REFUTED, VERIFIED, a_document, a_quote, a_statement
from case_views import a_study as full_study

from publishing.gate import blocked, readable
from schemas.cases import CaseStudy, Evidence, Fact, Match, Section, Tag

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


@pytest.mark.parametrize(("support", "kept"), [(VERIFIED, True), (REFUTED, False)])
def test_a_sentence_of_the_abstract_goes_with_its_statements(support, kept):
    """The abstract says nothing that is missing from the statements."""
    fact = a_statement(2, "A lesson.", section=Section.LESSONS, support=support)
    resting = a_statement(1, "In short.").model_copy(update={"rests_on": (2,)})
    gated = readable(CaseStudy(statements=(resting, fact)))
    assert (resting in gated.study.statements) is kept
    assert (resting in gated.held_back) is not kept


def test_a_sentence_of_the_abstract_that_rests_on_nothing_is_held_back():
    """Without statements or quotes, readers could not verify it."""
    assert readable(CaseStudy(statements=(a_statement(1, "In short."),))).study.statements == ()
