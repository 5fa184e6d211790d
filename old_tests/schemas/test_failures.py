"""Failures as rows."""

from datetime import UTC, datetime

import pytest

from casebook.schemas import errors
from casebook.schemas.failures import Failure

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "kind", "transient"),
    [
        (errors.ServerBusy("busy; retry"), "server_busy", True),
        (errors.PageMissing("gone"), "page_missing", False),
        (errors.RateLimited("slow down", 3.0), "rate_limited", True),
        (errors.TlsFailed("bad certificate"), "tls_failed", False),
    ],
)
def test_a_failure_keeps_what_the_error_says(error, kind, transient):
    """Kind, transience and message are those of the error class and its text."""
    failure = Failure.of(error, "src1_a", "fetch", AT)
    assert (failure.kind, failure.transient, failure.message) == (kind, transient, str(error))


def test_a_bug_is_unexpected_and_named_and_never_retried_by_itself():
    """A foreign exception says its type; it is not transient."""
    failure = Failure.of(KeyError("x"), "src1_a", "extract", AT)
    assert (failure.kind, failure.transient) == ("unexpected", False)
    assert failure.message == "KeyError: 'x'"


def test_a_huge_message_of_a_foreign_error_is_cut():
    """A page quoted in an exception does not end up whole in a row."""
    assert len(Failure.of(ValueError("x" * 9000), "src1_a", "extract", AT).message) == 500


def test_each_occurrence_is_a_row_and_the_same_one_is_the_same():
    """The id is derived from source, stage, kind and time."""
    error = errors.PageMissing("gone")
    one = Failure.of(error, "src1_a", "fetch", AT)
    assert one == Failure.of(error, "src1_a", "fetch", AT)
    later = Failure.of(error, "src1_a", "fetch", AT.replace(hour=13))
    assert later.failure_id != one.failure_id
