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
    assert [fact for _, fact in CaseStudy().facts()] == [Fact()] * len(FACT_FIELDS)
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
