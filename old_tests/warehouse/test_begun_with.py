"""How the batch of a source was begun, as a retry asks for it."""

from datetime import UTC, datetime

import pytest

from casebook.schemas.batches import BatchEvent, BatchItem, BatchOptions, BatchStep, ListedBatch
from casebook.schemas.sources import Alias, AliasReason, SourceRef

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def batch(model, *source_ids):
    """A batch over these sources, begun with a model that gives it its name, too."""
    ref = SourceRef(source="https://a.example/")
    return ListedBatch(
        batch_id=f"batch1_{model}",
        origin="list",
        options=BatchOptions(model=model, budget_usd=1.5),
        items=[BatchItem(source_id=one, reference=ref) for one in source_ids],
        created_by="ada",
        created_at=NOON,
    )


def step(model, number, name=BatchStep.STARTED):
    return BatchEvent(
        event_id=f"bevent1_{model}{number}",
        batch_id=f"batch1_{model}",
        step=name,
        reason=None,
        at=NOON,
    )


@pytest.fixture
def told(warehouse):
    """Store rows; return the model that each of these sources is told to be begun with."""

    def store(*rows):
        warehouse.append(*rows)
        found = warehouse.begun_with(["src1_a", "src1_b", "src1_none"])
        return {source_id: options.model for source_id, options in found.items()}

    return store


def test_of_several_batches_the_one_that_was_worked_last_counts(told):
    """Not the one that was stored last: the same list begun again is no new batch."""
    both = batch("m", "src1_a", "src1_b"), batch("n", "src1_b")
    assert told(*both) == {"src1_a": "m", "src1_b": "n"}
    assert told(step("n", 1), step("m", 1)) == {"src1_a": "m", "src1_b": "m"}
    assert told(step("n", 2)) == {"src1_a": "m", "src1_b": "n"}


def test_a_source_that_an_address_of_a_batch_leads_to_belongs_to_it(told):
    """It failed under its own id, which the batch does not name."""
    alias = Alias(
        alias_id="alias1_a",
        source_id="src1_z",
        same_as="src1_a",
        url="https://a.example/",
        reason=AliasReason.REDIRECT,
        found_at=NOON,
    )
    assert told(batch("m", "src1_z", "src1_b")) == {"src1_b": "m"}
    assert told(alias) == {"src1_a": "m", "src1_b": "m"}


def test_a_batch_without_a_model_is_told_as_such(warehouse):
    """Its sources are asked of what is configured; its other options are read as they are."""
    warehouse.append(batch(None, "src1_a"))
    (options,) = warehouse.begun_with(["src1_a"]).values()
    assert options == BatchOptions(model=None, budget_usd=1.5)
    assert warehouse.begun_with([]) == {}


def test_all_sources_of_a_long_batch_are_told_in_little_memory(file_warehouse):
    """The batch's body, megabytes of it, once for each of them would be more than there is."""
    ids = [f"src1_{number:064d}" for number in range(5_000)]
    file_warehouse.append(batch("m", *ids))
    assert len(file_warehouse.begun_with(ids)) == len(ids)
