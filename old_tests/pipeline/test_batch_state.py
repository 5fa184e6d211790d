"""How a batch stands is told from its sources, not from how its last run ended."""

from datetime import timedelta

import pytest
from desk_drafts import NOON, Builder, source_of

from casebook.pipeline.batches.planning import is_open
from casebook.pipeline.batches.stored import register
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchEvent, BatchItem, BatchOptions, BatchStep, ListedBatch
from casebook.schemas.errors import CasebookError, setup_kinds
from casebook.schemas.failures import Failure
from casebook.schemas.sources import SourceRef
from casebook.warehouse import Row
from casebook.warehouse.store import Warehouse

_ENDINGS = [None, BatchStep.STARTED, BatchStep.PAUSED, BatchStep.FINISHED]


@pytest.fixture
def build(tmp_path) -> Builder:
    """Rows as the stages would store them."""
    return Builder(Warehouse(tmp_path / "home"))


def batch_over(source_ids, name: str, step: BatchStep | None = None) -> list[Row]:
    """The rows of a batch over sources whose last run came to ``step``."""
    batch = ListedBatch(
        batch_id=f"batch1_{name}",
        origin=name,
        options=BatchOptions(),
        items=[BatchItem(source_id=i, reference=SourceRef(source=i)) for i in source_ids],
        created_by="ada",
        created_at=NOON,
    )
    if step is None:
        return [batch]
    event = BatchEvent(
        event_id=f"bevent1_{name}",
        batch_id=batch.batch_id,
        step=step,
        reason="it was interrupted" if step is BatchStep.PAUSED else None,
        at=NOON + timedelta(minutes=1),
    )
    return [batch, event]


def drafted(build: Builder) -> str:
    """Store a draft; return its source."""
    return build.warehouse.case(build.draft()).source.source_id


@pytest.mark.parametrize("step", _ENDINGS)
def test_a_batch_without_anything_open_is_finished_whoever_worked_it(build, step):
    """This process's run was paused or killed, or never began; another one made the drafts."""
    ids = [drafted(build), build.refused(), build.failed(message="It is gone.")]
    build.warehouse.append(*batch_over(ids, "done", step))
    (line,) = build.warehouse.batches()
    assert (line.step, line.reason, line.open) == (BatchStep.FINISHED, None, 0)


@pytest.mark.parametrize("step", _ENDINGS)
def test_a_batch_with_something_open_stands_as_its_last_run_ended(build, step):
    """What may pass and what nobody has begun are still to be worked; the reason stays told."""
    ids = [drafted(build), build.failed(message="It was busy.", transient=True), "src1_new"]
    build.warehouse.append(*batch_over(ids, "open", step))
    (line,) = build.warehouse.batches()
    assert (line.step, line.open) == (step, 2)
    assert (line.reason is not None) == (step is BatchStep.PAUSED)


def _causes(cause: type[CasebookError] = CasebookError) -> list[type[CasebookError]]:
    return [cause, *(below for narrower in cause.__subclasses__() for below in _causes(narrower))]


def test_the_list_of_batches_counts_as_open_what_a_run_takes_up(build):
    """For every cause of failure the query and `is_open`, by which a run chooses, agree."""
    sources = dict.fromkeys(cause.kind() for cause in _causes())
    rows: list[Row] = []
    for number, cause in enumerate(_causes(), start=1_000):
        source = source_of(number)
        failure = Failure.of(cause("no"), source.source_id, "fetch", NOON)
        sources[cause.kind()] = source.source_id
        rows += [source, failure, *batch_over([source.source_id], cause.kind())]
    build.warehouse.append(*rows)
    lines = {line.origin: line.open for line in build.warehouse.batches()}
    stands = dict(
        zip(sources, build.warehouse.standings([i for i in sources.values() if i]), strict=True)
    )
    assert lines == {kind: int(is_open(one)) for kind, one in stands.items()}
    assert {"budget_reached", "host_unreachable"} <= {kind for kind, n in lines.items() if n}
    assert "login_wall" in {kind for kind, n in lines.items() if not n}
    assert "key_rejected" in setup_kinds()


async def test_a_new_list_is_held_once_while_it_is_stored(tmp_path, monkeypatch):
    """It is not read back to be compared with itself; the same list again is, and is the same."""
    services = Services(Settings(home=tmp_path))
    items = [BatchItem(source_id="src1_a", reference=SourceRef(source="https://a.example/"))]
    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "batch", None)
        made = await register("a list", items, BatchOptions(), services)
    again = await register("a list", items, BatchOptions(), services)
    assert again.batch_id == made.batch_id
    moved = [items[0].model_copy(update={"reference": SourceRef(source="https://b.example/")})]
    assert (await register("a list", moved, BatchOptions(), services)).batch_id != made.batch_id
