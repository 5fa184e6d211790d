"""Judges against curators and second readers, as the warehouse counts them."""

import pytest
from read_twice import APPROVER, READER, all_read_twice, publish

from review import decisions, readings
from review.changes import Confirm, Drop, SetStatement
from schemas.judges import Share


@pytest.fixture
def judged(build, warehouse) -> str:
    """A published case of a judge: of its flags one is dropped, one reworded, one kept.

    The other flags are left out; of the verified statements, two are read again, one as wrong.
    """
    all_read_twice(warehouse)
    case_id = build.draft()
    first = warehouse.case(case_id).revision
    recipe = first.recipe.model_copy(update={"judge": "a-judge", "prompts": ("judge/v7",)})
    warehouse.append(first.model_copy(update={"revision_id": "rev1_judged", "recipe": recipe}))
    flagged = [
        one.n for one in first.study.statements
        if one.support.is_doubtful or one.support.level == "refuted"
    ]  # fmt: skip
    assert len(flagged) == 3
    reword = SetStatement(n=flagged[0], text="As the source says it.")
    keep = Confirm(part=f"s-{flagged[1]}", reason="The figure shows it.")
    changes = [reword, keep, Drop(part=f"s-{flagged[2]}")]
    decisions.edit(warehouse, case_id, changes, APPROVER)
    publish(warehouse, case_id)
    for n, is_right in ((1, True), (2, False)):
        readings.mark(warehouse, case_id, n, READER, is_right=is_right)
    return case_id


def row_of(warehouse, side, value=""):
    """The counts of a group."""
    (row,) = [r for r in warehouse.judge_accuracy() if (r["side"], r["value"]) == (side, value)]
    return row


def test_settled_flags_and_missed_statements_are_counted(warehouse, judged):
    """Dropped and reworded parts are right flags, kept ones wrong; left out is no answer."""
    row = row_of(warehouse, "all")
    assert (row["found"], row["read"], row["missed"]) == (2, 2, 1)
    assert row["flags"] == row["right_flags"] + row["wrong_flags"]
    assert row["left_out"] > 0
    assert row_of(warehouse, "judge", "a-judge") == row | {"side": "judge", "value": "a-judge"}
    assert row_of(warehouse, "prompt", "judge/v7")["flags"] == row["flags"]
    assert row_of(warehouse, "source", "web")["read"] == 2
    parts = [r for r in warehouse.judge_accuracy() if r["side"] == "part"]
    assert sum(r["flags"] for r in parts) == row["flags"]


def test_recall_weighs_what_was_read_twice(warehouse, judged):
    """One of two read statements is wrong, so half of all unflagged ones are estimated wrong."""
    row = row_of(warehouse, "all")
    assert row["recall"] == pytest.approx(2 / (2 + 0.5 * row["unflagged"]))
    assert row["recall_low"] < row["recall"] < row["recall_high"]


def test_the_intervals_are_wilsons(warehouse, judged):
    """The query computes what `Share` does."""
    row = row_of(warehouse, "all")
    for share, name in (
        (Share(row["right_flags"], row["flags"]), "precision"),
        (Share(row["missed"], row["read"]), "missed"),
    ):
        found = row[f"{name}_low"], row[f"{name}_high"]
        assert found == pytest.approx(share.interval, abs=1e-6)


def test_a_ruling_overrides_the_second_reader(warehouse, judged):
    """If the first reader was right after all, the judge missed nothing."""
    readings.settle(warehouse, judged, 2, APPROVER, is_right=True, is_admin=False)
    assert row_of(warehouse, "all")["missed"] == 0


def test_the_numbers_count_statements_of_the_newest_drafts(warehouse, judged):
    """One statement was reworded, one dropped; the earlier draft of the case does not count."""
    numbers = warehouse.accuracy_numbers()
    assert (numbers["drafted"], numbers["approved"], numbers["corrected"]) == (17, 17, 2)
    assert (numbers["read_twice"], numbers["differences"]) == (2, 1)
    assert numbers["flagged"] == 3
