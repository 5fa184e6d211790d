"""Charts over the warehouse, each with its numbers and its query."""

from datetime import timedelta

import pytest
from case_views import NOON, an_approval
from desk_client import read, texts
from warehouse_rows import Story

from desk.insight import axis_end, charts

NUMBERS = {
    "Drafts per week": [["2026-11-23", "2"], ["2026-11-30", "0"], ["2026-12-07", "1"]],
    "Verified statements": [
        ["2026-11-23", "34", "76.5 %"],
        ["2026-12-07", "17", "76.5 %"],
    ],
    "Review time per draft": [["2026-11-23", "1", "3 min"]],
    "Tags over time": [
        ["2026 Q2", tag, "2"] for tag in ("human-review", "pgvector", "rag", "vllm")
    ],
    "Verified, by model": [["SmolLM2-135M-Instruct", "3", "76.5 %"]],
    "Cost per draft by model": [["SmolLM2-135M-Instruct", "1", "$0.7500"]],
    "Doubtful statements by section": [["challenges", "2"]],
}


@pytest.fixture
def worked(build, warehouse) -> None:
    """A case drafted again, at a known price, and approved after three minutes; and another."""
    first = warehouse.case(build.draft()).revision
    build.draft(at=NOON + timedelta(days=14))
    story = Story()
    calls = [story.generation(first.document_id, cost=cost) for cost in (0.25, 0.5)]
    ids = tuple(call.generation_id for call in calls)
    again = first.model_copy(update={"revision_id": "rev1_again", "generation_ids": ids})
    approval = an_approval(again).model_copy(update={"seconds": 180.0})
    warehouse.append(again, *calls, approval)


def test_each_chart_has_its_numbers_and_the_query_that_ran(desk, warehouse, worked):
    """The table below a chart shows the query's result, and each mark shows its value."""
    page = read(desk.get("/insight"))
    found = {}
    for section in page.xpath("//section"):
        title = next(one for one in NUMBERS if texts(section, "h2")[0].startswith(one))
        found[title] = [texts(row, "td") for row in section.xpath(".//tbody/tr")]
        (query,) = section.xpath(".//pre")
        columns, rows = warehouse.sql(query.text_content())
        assert columns == texts(section, ".//th")
        assert len(rows) == len(found[title])
        marks = section.xpath(".//rect | .//circle")
        assert len(marks) == len(rows)
        assert all(mark.xpath("title") for mark in marks)
        assert section.xpath(".//*[@aria-labelledby]/@aria-labelledby") == section.xpath("h2/@id")
    assert found == NUMBERS


def test_an_empty_warehouse_gets_a_sentence(desk):
    """No empty charts are shown, and the page says how to begin."""
    page = read(desk.get("/insight"))
    assert "No data yet." in page.text_content()
    assert not page.xpath("//section")
    assert page.xpath("//nav/a[@aria-current]/@href") == ["/insight"]


def test_a_chart_without_numbers_says_so(desk, build):
    """A draft without calls has no cost and no review."""
    build.draft()
    page = read(desk.get("/insight"))
    assert page.text_content().count("No data yet.") == 2


def test_results_are_kept_for_a_minute(build, warehouse):
    """A second request within the minute runs no query."""
    build.draft()
    assert charts(warehouse, 1) is charts(warehouse, 1)
    assert charts(warehouse, 1) is not charts(warehouse, 2)


@pytest.mark.parametrize(
    ("values", "end"),
    [([], 1), ([0], 1), ([0.013], 0.02), ([3, 7], 10), ([100], 100), ([101], 200)],
)
def test_an_axis_ends_at_a_round_number(values, end):
    """The axis covers all values."""
    assert axis_end(values) == pytest.approx(end)
