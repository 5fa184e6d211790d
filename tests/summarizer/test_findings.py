"""Findings are checked by code, and without a model made by code alone."""

import pytest
from findings_model import finding

from schemas.cases import CaseStudy, Evidence, Match, Measure, Section, Statement, Support
from schemas.findings import Effect
from summarizer.findings import FindingAnswer, case_text, checked
from summarizer.findings_by_code import effect_of, findings_by_code

VERIFIED = Support(level="verified")
FELL = "Errors fell to 8 % after tickets were indexed."


def a_statement(n: int, section: Section, text: str, quote: str = "", **parts) -> Statement:
    """Return a statement with a quote, by default its text."""
    evidence = (Evidence(quote=quote or text, match=Match.EXACT, start=0, end=1),)
    return Statement(n=n, section=section, text=text, evidence=evidence, support=VERIFIED, **parts)


STUDY = CaseStudy(
    statements=(
        a_statement(2, Section.CHALLENGES, "Manuals alone did not answer questions."),
        a_statement(3, Section.SOLUTIONS, "Tickets were indexed.", "we indexed tickets", answers=2),
        a_statement(
            5,
            Section.RESULTS,
            FELL,
            "from 20 % to 8 %",
            measure=Measure(metric="Error rate", value="8", unit="%", number=8, baseline="20 %"),
        ),
        a_statement(6, Section.LESSONS, "RAG needs fresh tickets."),
    )
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"statements": [5, 5]}, ""),
        ({"text": "Errors fell from 20 % to 8 %."}, ""),
        ({"statements": [5, 4]}, "there is no statement 4"),
        ({"statements": []}, "it rests on no statement"),
        ({"text": "Errors fell to 7 %."}, "the number 7 %"),
        ({"value": "9"}, "the number 9%"),
        ({"condition": "with 50 agents"}, "the number 50"),
        ({"done": "indexing 400 tickets"}, "the number 400"),
        ({"text": "  "}, "it is incomplete"),
        ({"theme": " . "}, "it is incomplete"),
    ],
)
def test_code_refuses_findings_without_a_base(change, reason):
    """Statements have to be given, and to contain the numbers; the reason is kept."""
    one = FindingAnswer.model_validate(finding(FELL, 5, value="8") | change)
    kept, dropped = checked([one], STUDY)
    assert ([*kept] == []) == bool(reason)
    if reason:
        assert dropped == (f"{' '.join(one.text.split())} ({dropped[0].partition(' (')[2]}",)
        assert f"({reason}" in dropped[0]
    else:
        (made,) = kept
        assert (made.n, made.statements, made.number, made.theme) == (1, (5,), 8.0, "human review")


def test_at_most_eight_different_findings():
    """A repeated sentence and the ninth finding are refused; the others are numbered on."""
    words = "one two three four five six seven eight nine".split()
    texts = [f"Tickets helped with {word}{word} and {word}ness." for word in words]
    texts.insert(1, texts[0].upper())
    given = [FindingAnswer.model_validate(finding(text, 3)) for text in texts]
    kept, dropped = checked(given, STUDY)
    assert [one.n for one in kept] == [*range(1, 9)]
    assert ["repeats" in dropped[0], "more than 8" in dropped[1]] == [True, True]


def test_the_model_sees_facts_and_statements_with_their_quotes():
    """A quote that is the statement itself is shown once."""
    shown = case_text(STUDY)
    assert "[3] solutions, answers [2]: Tickets were indexed.\n- “we indexed tickets”\n[5]" in shown
    assert shown.count("RAG needs fresh tickets.") == 1
    assert "- parts: metric: Error rate; value: 8; unit: %; baseline: 20 %" in shown


def test_without_a_model_statements_are_findings_as_they_are():
    """Results, lessons, failures and solutions in turn, a solution with its challenge."""
    result, lesson, solution = findings_by_code(STUDY)
    assert (result.text, result.effect, result.number, result.theme) == (
        FELL, Effect.BETTER, 8.0, "error rate")  # fmt: skip
    assert (lesson.effect, lesson.theme, lesson.statements) == (
        Effect.UNKNOWN, "retrieval-augmented generation", (6,))  # fmt: skip
    assert solution.condition == "Manuals alone did not answer questions."
    assert {one.made_by for one in (result, lesson, solution)} == {"code"}
    many = [a_statement(n, Section.RESULTS, f"Result {n}.") for n in range(1, 10)]
    many += [a_statement(n, Section.LESSONS, f"Lesson {n}.") for n in range(10, 13)]
    found = findings_by_code(CaseStudy(statements=(*many,)))
    assert [one.statements[0] for one in found] == [1, 10, 2, 11, 3, 12, 4, 5]


@pytest.mark.parametrize(
    ("metric", "value", "unit", "baseline", "effect"),
    [
        ("Response time", "16", "minutes", "47 minutes", "better"),
        ("handling time", "47", "minutes", "16", "worse"),
        ("latency", "2", "s", "500 ms", "worse"),
        ("accuracy", "94", "%", "82 %", "better"),
        ("recall", "0.8", None, "0.92", "worse"),
        ("error rate", "5", "%", "5 %", "none"),
        ("accuracy", "94", "%", "GPT-4", "unknown"),
        ("accuracy", "94", "%", None, "unknown"),
        ("accuracy", "0.9", None, "80 %", "unknown"),
        ("cost savings", "40", "%", "20 %", "unknown"),
        ("tickets", "40", None, "20", "unknown"),
        (None, "40", "%", "20 %", "unknown"),
    ],
)
def test_the_effect_needs_a_baseline_and_a_direction(metric, value, unit, baseline, effect):
    """Code knows an effect only if the metric has one direction and both numbers compare."""
    measure = Measure(metric=metric, value=value, unit=unit, baseline=baseline)
    assert effect_of(measure) == effect
