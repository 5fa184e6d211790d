"""The case study as a value."""

import pytest
from pydantic import ValidationError

from casebook.schemas.cases import (
    FACT_FIELDS,
    STATEMENT_FIELDS,
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Method,
    Result,
    Statement,
    Support,
    SupportLevel,
    Tag,
)


def statement(text, level=SupportLevel.SUPPORTED, kind=Statement, **more):
    return kind(text=text, evidence=(), support=Support(level=level, reason="r"), **more)


STUDY = CaseStudy(
    summary=[statement("s1")],
    architecture=[statement("a1"), statement("a2", SupportLevel.WEAK)],
    results=[statement("r1", SupportLevel.UNSUPPORTED, Result, value="4 %")],
)


def test_the_field_lists_name_every_field():
    """Facts, statements and tags are all there is, so no loop over them forgets a field."""
    assert {*FACT_FIELDS, *STATEMENT_FIELDS, "tags"} == set(CaseStudy.model_fields)


def test_statements_come_in_the_order_of_the_fields():
    """Iterating yields (field, statement) as a reader meets them."""
    assert [(name, s.text) for name, s in STUDY.statements()] == [
        ("summary", "s1"),
        ("architecture", "a1"),
        ("architecture", "a2"),
        ("results", "r1"),
    ]


def test_counts_include_empty_fields():
    """Each statement field has its count, zero where the source is silent."""
    counts = STUDY.counts()
    assert list(counts) == list(STATEMENT_FIELDS)
    assert (counts["architecture"], counts["lessons"], sum(counts.values())) == (2, 0, 4)


def test_support_is_counted_by_level():
    """All three levels are there, and they add up to the statements."""
    assert STUDY.support_counts() == {"supported": 2, "weak": 1, "unsupported": 1}


def test_an_empty_case_study_invents_nothing():
    """Without claims every fact is None and says that the source is silent."""
    told = [(fact.value, fact.evidence, fact.support) for _, fact in CaseStudy().facts()]
    assert told == [(None, (), Fact().support)] * len(FACT_FIELDS)
    assert Fact().value is None
    assert "does not say" in Fact().support.reason


def test_evidence_is_missing_until_it_is_found():
    """A quote as the model claims it has no place and no score."""
    claimed = Evidence(quote="as claimed")
    assert (claimed.match, claimed.start, claimed.end, claimed.score) == (
        Match.MISSING,
        None,
        None,
        0.0,
    )


def test_a_case_study_survives_its_json():
    """What the warehouse stores reads back the same, results with their parts."""
    stored = STUDY.model_dump_json()
    again = CaseStudy.model_validate_json(stored)
    assert again.model_dump_json() == stored
    assert again.results[0].value == "4 %"


def test_more_than_fifteen_tags_are_refused():
    """A tag cloud is no index: the sixteenth tag is an error."""
    tag = Tag(
        slug="rag",
        label="RAG",
        group="technique",
        evidence=(),
        support=Support(level=SupportLevel.WEAK, reason="r"),
    )
    assert CaseStudy(tags=[tag] * 15)
    with pytest.raises(ValidationError, match="at most 15"):
        CaseStudy(tags=[tag] * 16)


@pytest.mark.parametrize(
    ("said", "method", "note"),
    [
        ("all claims of March", Method.SELF_REPORTED, "all claims of March"),
        ("an A/B test over two weeks", Method.AB_TEST, "an A/B test over two weeks"),
        ("audited by a third party", Method.AUDITED, "audited by a third party"),
        ("A/B test", Method.AB_TEST, None),
        (None, Method.NONE, None),
    ],
)
def test_a_method_in_free_words_is_read_and_kept(said, method, note):
    """Results as they were stored at first load: the kind is read, the words are kept."""
    stored = {**statement("r").model_dump(), "value": "31%", "method": said}
    result = Result.model_validate(stored)
    assert (result.method, result.method_note) == (method, note)
    stored = result.model_dump_json()
    assert Result.model_validate_json(stored).model_dump_json() == stored


def test_a_value_is_shown_with_its_unit_once():
    """A unit follows its value, a percent sign at once, and not where the value carries it."""
    shown = [
        statement("r", kind=Result, value=value, unit=unit).shown_value
        for value, unit in [("2", "s"), ("31", "%"), ("31 %", "%"), ("2 s", None), (None, "s")]
    ]
    assert shown == ["2 s", "31%", "31 %", "2 s", None]


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("full production", "full production"),
        ("In Production", "full production"),
        ("Proof-of-concept", "proof of concept"),
        ("somewhere", None),
    ],
)
def test_a_deployment_stage_is_one_of_four_or_none(said, stage):
    """Other words for a stage are read; what is none of them counts as silence, with a reason."""
    fact = CaseStudy(deployment=Fact(value=said)).deployment
    assert fact.value == stage
    assert stage or said in fact.support.reason


def test_what_the_source_does_not_say_is_computed():
    """Empty facts and fields are named; that nobody leaves a question open is no silence."""
    silent = STUDY.silent()
    assert {"company", "deployment", "lessons", "failures"} <= set(silent)
    assert not {"summary", "results", "open_questions"} & set(silent)
