"""When a batch stops by itself: what so many sources came to, without working any."""

from datetime import UTC, datetime

import pytest

from casebook.pipeline.batches.tallying import Tally
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.schemas.errors import (
    AnswerInvalid,
    CasebookError,
    KeyRejected,
    LoginWall,
    ModelError,
    ResponseForeign,
)
from casebook.schemas.failures import Failure

MADE = Outcome(source="a", source_id="src1_a", status=Status.DRAFT)


def failed(cause: type[CasebookError]) -> Outcome:
    """The outcome of a source that failed of ``cause``."""
    failure = Failure(
        failure_id="fail1_a",
        source_id="src1_a",
        stage="summarize",
        kind=cause.kind(),
        transient=cause.transient,
        message="Nothing came of it.",
        at=datetime.now(UTC),
    )
    return Outcome(
        source="a",
        source_id="src1_a",
        status=Status.FAILED,
        failure=failure,
        error_exit=cause.exit_code,
    )


def stopped_at(tally: Tally, *outcomes: Outcome) -> int | None:
    """Count the outcomes as a run does; return the number of the one that stops it."""
    for number, outcome in enumerate(outcomes, 1):
        if outcome.failure is not None and tally.is_stopped_by(outcome, outcome.failure):
            return number
        tally.add(outcome)
    return None


@pytest.mark.parametrize("cause", [ModelError, ResponseForeign, AnswerInvalid])
def test_ten_sources_in_a_row_of_which_nothing_came_stop_a_batch(cause):
    """They are paid for in vain, not a thousand, though the first came through."""
    assert stopped_at(Tally(total=40), MADE, *[failed(cause)] * 39) == 11


@pytest.mark.parametrize("cause", [ModelError, ResponseForeign, AnswerInvalid])
def test_sources_that_fail_among_others_do_not_stop_a_batch(cause):
    """Half of a list that a model cannot answer for is half a list of drafts."""
    assert stopped_at(Tally(total=48), *[MADE, failed(cause)] * 24) is None


def test_of_many_at_work_at_once_as_many_may_fail_in_a_row():
    """What is refused ends long before what is answered."""
    outcomes = [MADE, *[failed(AnswerInvalid)] * 20]
    assert stopped_at(Tally(total=40, at_once=16), *outcomes) == 17


def test_what_an_endpoint_refuses_each_source_for_stops_a_batch_of_which_nothing_was_made():
    """A parameter that it does not take is no fault of a source: five tell, not a thousand."""
    assert stopped_at(Tally(total=20), *[failed(ModelError)] * 20) == 5
    assert stopped_at(Tally(total=4), *[failed(ModelError)] * 4) is None


@pytest.mark.parametrize(("total", "number"), [(2, 2), (3, 3), (40, 5)])
def test_foreign_answers_in_place_of_all_stop_a_batch(total, number):
    """A proxy's page; of a short list all but one must be that, and never one alone."""
    assert stopped_at(Tally(total=total), *[failed(ResponseForeign)] * total) == number


@pytest.mark.parametrize("odd", [0, 6])
def test_one_foreign_answer_among_good_ones_does_not_stop_a_batch(odd):
    """Be it the first or a later one: it is one failure."""
    outcomes = [failed(ResponseForeign) if n == odd else MADE for n in range(8)]
    assert stopped_at(Tally(total=8), *outcomes) is None


def test_a_refused_key_stops_a_batch_at_once_and_a_fault_of_a_source_never_does():
    """Every other source would meet the one, and none the other."""
    assert stopped_at(Tally(total=8, made=3), failed(KeyRejected)) == 1
    assert stopped_at(Tally(total=40), *[failed(LoginWall)] * 40) is None
