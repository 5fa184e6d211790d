"""Cohen's kappa and its interval, as one query over the statements that were read twice."""

import duckdb
import pytest

from warehouse.parquet import as_dicts
from warehouse.schema import queries

# Both right, only the first, only the second, both wrong; kappa and its 95 % interval are those of
# statsmodels 0.15, `cohens_kappa`.
EXAMPLES = [
    ((20, 5, 10, 15), 0.4000, 0.1511, 0.6489),
    ((45, 15, 25, 15), 0.1304, -0.0629, 0.3238),
    ((25, 35, 5, 35), 0.2593, 0.1080, 0.4105),
    ((118, 5, 2, 0), -0.0234, -0.0475, 0.0007),
]


def agreement(both_right, first_only, second_only, both_wrong, unread=0):
    """Return the row of the query over a table with so many statements of each kind."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE second_readings (case_id VARCHAR, first_right BOOLEAN, second_right BOOLEAN)"
    )
    kinds = [(True, True), (True, False), (False, True), (False, False), (None, True)]
    numbers = (both_right, first_only, second_only, both_wrong, unread)
    rows = [("c", *kind) for kind, n in zip(kinds, numbers, strict=True) for _ in range(n)]
    if rows:
        connection.executemany("INSERT INTO second_readings VALUES (?, ?, ?)", rows)
    return next(iter(as_dicts(connection.execute(queries()["agreement"]))), None)


@pytest.mark.parametrize(("counts", "kappa", "low", "high"), EXAMPLES)
def test_kappa_and_its_interval_have_known_values(counts, kappa, low, high):
    """Point and interval equal those of another program to three digits."""
    row = agreement(*counts)
    assert (row["kappa"], row["low"], row["high"]) == pytest.approx((kappa, low, high), abs=1e-4)


def test_readers_who_never_differ_have_full_agreement():
    """Kappa is 1 with no spread; it is undefined where both call everything right."""
    row = agreement(30, 0, 0, 10)
    assert (row["kappa"], row["low"], row["high"]) == (1, 1, 1)
    assert agreement(30, 0, 0, 0)["kappa"] is None


def test_statements_that_were_left_out_are_no_answer():
    """A statement without a decision of the first reader is not counted."""
    assert agreement(20, 5, 10, 15, unread=9) == agreement(20, 5, 10, 15)
    assert agreement(0, 0, 0, 0, unread=9) is None
