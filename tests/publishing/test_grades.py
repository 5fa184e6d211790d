"""Grades of measured results, on the page and in the data."""

import json

import pytest
from case_views import a_view, with_study

from publishing.conversion import published_case
from publishing.grades import grade_parts
from schemas.cases import Fact, Measure, Method
from warehouse import Dataset


@pytest.mark.parametrize(
    ("parts", "narrator", "text", "answered"),
    [
        ({}, None, "Answers take 3 s.", ()),
        ({}, "builder", "Answers take 3 s.", ("who",)),
        ({}, "panel", "Answers take 3 s.", ("who",)),
        ({}, "vendor", "Answers take 3 s.", ()),
        ({}, "builder", "Answers will take 3 s.", ()),
        ({"qualifier": "a projected"}, "customer", "Answers take 3 s.", ()),
        ({"method": Method.SELF_REPORTED}, "researcher", "Answers take 3 s.", ("who",)),
        ({"method": Method.AB_TEST}, "vendor", "Answers take 3 s.", ("method",)),
        ({"method": Method.AUDITED}, "vendor", "Answers take 3 s.", ("who", "method")),
        ({"baseline": "9 s", "sample": "May"}, "vendor", "It was 9 s.", ("baseline", "sample")),
    ],
)
def test_a_grade_counts_the_questions_that_a_result_answers(parts, narrator, text, answered):
    """Vendors and projections leave open who measured; only a test or an audit says how."""
    assert grade_parts(Measure(metric="latency", value="3", **parts), narrator, text) == answered


def test_what_is_not_measured_has_no_grade():
    """An outcome without a metric and a value is not graded, whoever reports it."""
    assert grade_parts(None, "builder", "It works.") == ()
    assert grade_parts(Measure(baseline="before"), "builder", "It works.") == ()


def test_results_are_graded_in_the_data(publish):
    """The narrator of the case counts; a derived grade does not make an older page a changed one."""
    study = a_view().revision.study
    facts = (*study.facts, Fact(name="narrator", value="builder", support=study.facts[0].support))
    view = with_study(a_view(), study.model_copy(update={"facts": facts}))
    case = published_case(view)
    site, _ = publish(view)
    with Dataset(site / "data" / "cases.jsonl") as tables:
        rows = tables.rows("SELECT grade, grade_parts FROM results ORDER BY n")
        others = "SELECT DISTINCT grade_parts FROM published_statements WHERE metric IS NULL"
        assert tables.rows(others) == [{"grade_parts": []}]
    assert [(row["grade"], row["grade_parts"]) for row in rows] == [
        (3, ["who", "baseline", "sample"]),
        (2, ["who", "baseline"]),
    ]
    record = json.loads((site / "data" / "cases.jsonl").read_text())
    assert sorted(len(one["grade_parts"]) for one in record["statements"])[-2:] == [2, 3]
    ungraded = [one.model_copy(update={"grade_parts": ()}) for one in case.statements]
    older = case.model_copy(update={"statements": tuple(ungraded)})
    assert older.content_hash == case.content_hash
