"""Charts over the warehouse, each with its numbers and its query."""

from datetime import timedelta

import pytest
from case_views import NOON, REFUTED, an_approval
from desk_client import read, texts
from warehouse_rows import Story

from desk.insight import axis_end, charts
from review import decisions
from review.changes import Confirm, Drop
from review.revisions import edited, keep
from schemas.reviews import Decision

NUMBERS = {
    "Drafts per week": [["2026-11-23", "2"], ["2026-11-30", "0"], ["2026-12-07", "1"]],
    "Doubts of the judge that curators shared": [["2026-11", "a-judge", "2", "0", "0 %"]],
    "Verified parts that curators changed": [["2026-11", "a-judge", "18", "1", "5.3 %"]],
    "Flags of the judge that were right": [],
    "Wrong statements that the judge flagged": [],
    "Two readers of one statement": [],
    "Review time per draft": [["2026-11-23", "1", "3 min"]],
    "Tags over time": [
        ["2026 Q2", tag, "2"] for tag in ("human-review", "pgvector", "rag", "vllm")
    ],
    "Cost per draft by model": [["SmolLM2-135M-Instruct", "1", "$0.7500"]],
    "Doubtful statements by section": [["challenges", "2"]],
}


OF_ALL = {"verified", "verbatim"}


@pytest.fixture
def worked(build, warehouse) -> None:
    """A case drafted again, at a known price, and approved after three minutes; and another.

    Before the approval, a curator dropped a statement that the judge had verified.
    """
    first = warehouse.case(build.draft()).revision
    build.draft(at=NOON + timedelta(days=14))
    story = Story()
    calls = [story.generation(first.document_id, cost=cost) for cost in (0.25, 0.5)]
    ids = tuple(call.generation_id for call in calls)
    judged = first.recipe.model_copy(update={"judge": "a-judge"})
    fields = {"revision_id": "rev1_again", "generation_ids": ids, "recipe": judged}
    again = first.model_copy(update=fields)
    shorter = again.study.model_copy(update={"statements": again.study.statements[:-1]})
    edit = edited(again, shorter, "mira")
    approval = an_approval(edit).model_copy(update={"seconds": 180.0})
    warehouse.append(again, *calls, edit, approval)


def test_each_chart_has_its_numbers_and_the_query_that_ran(desk, warehouse, worked):
    """The table below a chart shows the query's result, and each mark shows its value."""
    page = read(desk.get("/insight"))
    found = {}
    for section in page.xpath("//section"):
        title = next(one for one in NUMBERS if texts(section, "h2")[0].startswith(one))
        found[title] = [texts(row, "td") for row in section.xpath(".//tbody/tr")]
        (query,) = section.xpath(".//pre")
        columns, rows = warehouse.sql(query.text_content())
        assert columns == texts(section, ".//th") or not rows
        assert len(rows) == len(found[title])
        marks = section.xpath(".//rect | .//circle")
        assert len(marks) == len(rows)
        assert all(mark.xpath("title") for mark in marks)
        assert (
            section.xpath(".//*[@aria-labelledby]/@aria-labelledby")
            == section.xpath("h2/@id")[: bool(rows)]
        )
    assert found == NUMBERS


def test_what_curators_did_with_the_judges_verdicts(build, warehouse):
    """Each part counts once, by its first verdict, for the judge that gave it.

    What code alone refuted, and what a newer draft said that was not adopted, does not count.
    """
    case_id = build.draft()
    revision = warehouse.case(case_id).revision
    recipe = revision.recipe.model_copy(update={"judge": "first judge"})
    draft = revision.model_copy(update={"revision_id": "rev1_judged", "recipe": recipe})
    warehouse.append(draft)
    changes = [Confirm(part="s-9"), Confirm(part="s-10", reason="The figure shows it.")]
    decisions.edit(warehouse, case_id, [*changes, Drop(part="t-made-up")], "mira")
    before = warehouse.case(case_id)
    worse = before.revision.study.statements[12].model_copy(update={"support": REFUTED})
    statements = [*before.revision.study.statements]
    statements[12] = worse
    study = before.revision.study.model_copy(update={"statements": tuple(statements)})
    verdict = edited(before.revision, study, "second judge")
    keep(warehouse, before, Decision.JUDGE, "second judge", None, new=verdict)
    decisions.approve(warehouse, case_id, "mira", leave_out=True)
    query = "SELECT judge, verdict, place, text, is_kept FROM judged_parts"
    found = {
        (judge, verdict, text): kept for judge, verdict, _, text, kept in warehouse.sql(query)[1]
    }
    doubted = {key[2]: kept for key, kept in found.items() if key[1] not in OF_ALL}
    assert doubted == {
        "The model was wrong about half of the rates.": True,
        "DOUBTFUL-STATEMENT": True,
        "REFUTED-STATEMENT": True,
        "2026": True,
        "made-up": False,
    }
    assert {judge for judge, _, _ in found} == {"first judge"}
    assert found["first judge", "verified", "vLLM serves the model."] is False


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
    assert page.text_content().count("No data yet.") == 7


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
