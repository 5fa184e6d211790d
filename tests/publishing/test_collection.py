"""The page on how the collection came about: its numbers add up."""

import json

from case_views import a_short_view
from html_pages import parsed, texts
from whole_site import COUNTED, FOUND

from publishing.site.collection import flow

ROWS = [dict(zip(COUNTED, row, strict=True)) for row in FOUND]
IMPORTED = 1  # of the sources in ROWS


def test_each_step_is_the_one_before_without_those_left_out():
    """Nothing is counted twice or lost; imported texts are not screened."""
    found, different, screened, cases, published = flow(ROWS, 42, 1)
    left = [sum(one.number for one in step.left) for step in (found, different, screened, cases)]
    assert left == [13, 1222, 35, 11]
    assert found.number == sum(row["number"] for row in ROWS if row["counted"] == "source")
    assert different.number == found.number - left[0]
    assert screened.number == different.number - left[1] - IMPORTED
    assert cases.note == f"from {screened.number - left[2]} screened sources and 1 imported text"
    assert cases.number == sum(row["number"] for row in ROWS if row["counted"] == "case")
    assert published.number == cases.number - left[3] == 42
    reasons = [sum(n for _, n in one.reasons) for step in (found, screened) for one in step.left]
    assert reasons == [13, 35], "each duplicate and refusal has a reason"


def test_steps_that_nothing_reached_are_left_out():
    """Without sources there is no chart; without screened ones, no screening."""
    assert flow([], 0, 0) == []
    imported = [row for row in ROWS if row["origin"] == "imported"]
    steps = flow([*imported, dict(zip(COUNTED, FOUND[-4], strict=True))], 43, 43)
    assert [one.title for one in steps] == ["Found", "Different sources", "Cases", "Published"]


def test_chart_table_and_json_have_the_same_numbers(publish):
    """The table repeats each number of the chart, and the page names reasons in words."""
    cases = [{**dict.fromkeys(COUNTED, ""), "counted": "case", "outcome": "shown", "number": 1}]
    sources = [row for row in ROWS if row["counted"] == "source"]
    target, _ = publish(a_short_view("Case"), collection=[*sources, *cases])
    page = parsed(target / "collection.html")
    steps = json.loads((target / "collection.json").read_text())
    numbers = [f"{step['number']:,}" for step in steps]
    assert texts(page, "//ol[@class='flow']/li/div//*[@class='number']") == numbers
    assert texts(page, "//tbody//td[@class='number']") == numbers
    assert "a list, a tutorial or advice: 31" in texts(page, "//ul[@class='note']/li")
    assert numbers[-1] == "1"
