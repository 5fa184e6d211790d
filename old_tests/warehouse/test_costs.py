"""What calls cost, summed up in the warehouse."""

from datetime import UTC, datetime, timedelta

import pytest

from casebook.schemas.generations import Usage
from casebook.schemas.watches import Look, Refusal, Watch

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


@pytest.fixture
def look(warehouse):
    """A watched list, and looks at it that refused these sources."""
    warehouse.append(
        Watch(
            change_id="wrow1_a",
            watch_id="watch1_a",
            address="https://a.example/feed",
            every_seconds=3_600,
            changed_by="ada",
            changed_at=START,
        )
    )

    def make(refused):
        told = [Refusal(source_id=i, address=i, title=None, reason="No.") for i in refused]
        return Look(look_id=f"look1_{refused}", watch_id="watch1_a", at=START, refused=told)

    return make


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


def test_verdicts_by_a_rubric_are_paid_for_a_source_or_for_its_list(warehouse, story, look):
    """What became a source bears its own; what was refused is its list's; the sums agree."""
    verdict = {"stage": "watch"}
    warehouse.append(
        story.source(),
        story.document(),
        story.case(),
        story.generation("src1_a").model_copy(update=verdict),
        story.generation("src1_refused").model_copy(update=verdict),
        story.waste("src1_refused").model_copy(update=verdict),
        story.waste("src1_unjudged").model_copy(update=verdict),
        look(refused=["src1_refused"]),
        look(refused=[]),
    )
    lines = {line.key: (line.calls, line.label) for line in warehouse.costs("source")}
    assert lines == {
        "src1_a": (1, "How we built it"),
        "watch1_a": (3, "https://a.example/feed"),
        "watch": (2, "no source yet"),
    }
    by_case = {line.key: (line.calls, line.label) for line in warehouse.costs("case")}
    assert by_case == {story.case().case_id: (1, "How we built it"), None: (5, None)}


def test_the_verdict_on_a_source_without_a_text_names_its_address(warehouse, story):
    """It was wanted, and could not be fetched."""
    warehouse.append(
        story.source(), story.generation("src1_a").model_copy(update={"stage": "watch"})
    )
    (line,) = warehouse.costs("source")
    assert (line.key, line.label) == ("src1_a", "https://a.example/talk")


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
