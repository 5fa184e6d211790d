"""What calls cost, summed up in the warehouse."""

from datetime import UTC, datetime, timedelta

import pytest

from casebook.schemas.generations import Usage

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def spent(warehouse, story):
    """A story with one answered and one wasted question, and one without a price a day later."""
    document = story.document()
    later = story.generation(document.document_id).model_copy(
        update={
            "model": "unpriced",
            "usage": Usage(prompt_tokens=7, completion_tokens=1),
            "attempts": 3,
            "created_at": START + timedelta(days=1),
        }
    )
    warehouse.append(
        story.source(),
        document,
        story.case(),
        story.generation(document.document_id),
        story.waste(document.document_id),
        story.waste("doc1_gone"),
        later,
    )
    return warehouse


def keyed(lines):
    return {line.key: (line.calls, line.wasted_calls, line.cost_usd) for line in lines}


def test_costs_by_day_count_every_request_answered_or_not(spent):
    """Requests before the one that was answered are wasted ones; days are in order."""
    lines = spent.costs("day")
    assert [line.key for line in lines] == ["2026-03-01", "2026-03-02"]
    first, second = lines
    assert (first.calls, first.wasted_calls, first.prompt_tokens) == (5, 4, 210)
    assert first.cost_usd == pytest.approx(1.00001)
    assert (second.calls, second.wasted_calls, second.cost_usd, second.unpriced) == (3, 2, None, 1)


def test_costs_by_model_and_stage_are_the_dearest_first(spent):
    """What has no price stands last, and its cost is not known rather than zero."""
    assert [line.key for line in spent.costs("model")] == ["large", "small", "unpriced"]
    assert keyed(spent.costs("stage")) == {"triage": (4, 4, 1.0), "summarize": (4, 2, 1e-05)}


def test_costs_by_case_and_source_have_a_name_a_person_knows(spent, story):
    """What has no document any more is summed under no key."""
    [ours] = [line for line in spent.costs("case") if line.key == story.case().case_id]
    assert (ours.calls, ours.label) == (6, story.document().title)
    assert {line.key for line in spent.costs("source")} == {story.source().source_id, None}


def test_costs_since_a_moment_leave_out_what_was_before(spent):
    """The budget of a day rests on the same sum."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert [line.key for line in spent.costs("day", midnight)] == ["2026-03-02"]
    assert spent.spent_since(midnight) == 0.0
    assert spent.spent_since(START) == pytest.approx(1.00001)


def test_the_newest_waste_of_a_question_is_found(warehouse, story):
    """Another question's is not."""
    first, second = story.waste(), story.waste(kind="answer_truncated")
    again = second.model_copy(update={"question_id": first.question_id})
    warehouse.append(first, again)
    assert warehouse.waste_of(first.question_id) == again
    assert warehouse.waste_of("gen1_never") is None


def test_an_empty_warehouse_has_cost_nothing(warehouse):
    """No line, and a sum of zero."""
    assert warehouse.costs("model") == []
    assert warehouse.spent_since(START) == 0.0
