"""An answer that the warehouse cannot take when it comes."""

import errno
import threading
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from casebook.runtime.ledger import WarehouseLedger
from casebook.schemas.errors import BucketSilent, DiskFull, WarehouseLocked
from casebook.schemas.generations import Generation, Usage, Waste
from casebook.warehouse import Warehouse
from casebook.warehouse.objects import ObjectFolder
from casebook.warehouse.places import SPARE_BYTES, LocalFolder
from casebook.warehouse.unstored import Unstored

ASKED = {
    "document_id": "doc1_a",
    "stage": "summarize",
    "prompt": "case_study",
    "prompt_version": 1,
    "model": "small",
    "endpoint": "http://127.0.0.1/v1",
    "attempts": 1,
}
ANSWER = Generation(
    **ASKED,
    generation_id="gen1_a",
    prompt_hash="ab",
    schema_hash="cd",
    parameters={"temperature": 0.1},
    answer='{"title": "Łukasz 🜁"}',
    usage=Usage(prompt_tokens=10, completion_tokens=2, cost_usd=1e-05),
    seconds=0.25,
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
)
CUT = Waste(
    **ASKED,
    waste_id="waste1_a",
    question_id="gen1_a",
    kind="answer_truncated",
    usage=Usage(prompt_tokens=10, completion_tokens=4000, cost_usd=0.02),
    seconds=9.5,
    at=datetime(2026, 3, 1, tzinfo=UTC),
)


class Ending(Warehouse):
    """Ends the program when it is to store something."""

    def append(self, *_: object) -> int:
        """Do not come back, as a process that is killed while it waits for a server."""
        raise SystemExit(137)


@pytest.mark.parametrize("more", [(), ("/proc/mounted/nowhere",)])
@pytest.mark.parametrize("kept", [ANSWER, CUT])
def test_what_was_paid_outlasts_the_program_that_stores_it(kept, more, migrated, tmp_path):
    """It is put aside before the warehouse is waited for; also a cut answer, not asked again.

    So it is where the folder that machines share is away at the same moment.
    """
    path, aside = tmp_path / "w.duckdb", tmp_path / "unstored"
    path.write_bytes(migrated.read_bytes())
    put = Unstored(aside, *more)
    ended, later = (WarehouseLedger(kind(path), put) for kind in (Ending, Warehouse))
    with pytest.raises(SystemExit):
        (ended.keep if kept is ANSWER else ended.write_off)(kept)
    found = later.find if kept is ANSWER else later.wasted
    assert [found("gen1_a"), list(aside.iterdir())] == [kept, []]
    assert found("gen1_a") == kept


def test_nothing_is_asked_that_may_not_be_kept(migrated: Path, tmp_path: Path, monkeypatch):
    """On a disk that is as good as full an answer would be paid for twice; those kept are found."""
    path, aside = tmp_path / "w.duckdb", tmp_path / "home" / "unstored"
    path.write_bytes(migrated.read_bytes())
    ledger = WarehouseLedger(Warehouse(path), Unstored(aside))
    assert ledger.find("gen1_a") is None
    ledger.keep(ANSWER)
    left = mock.Mock(free=SPARE_BYTES - 1)
    monkeypatch.setattr("casebook.warehouse.places.shutil.disk_usage", lambda _: left)
    assert ledger.find("gen1_a") == ANSWER
    with pytest.raises(DiskFull, match=f"The disk of {aside}/? is as good as full"):
        ledger.find("gen1_b")
    bucket = Unstored(aside, "memory://bucket/unstored")
    assert WarehouseLedger(Warehouse(path), bucket).find("gen1_b") is None


def test_it_is_put_aside_and_stored_when_it_is_asked_for_again(migrated: Path, tmp_path: Path):
    """Another process of the same home finds it, once; it is paid for."""
    path, aside = tmp_path / "w.duckdb", tmp_path / "unstored"
    path.write_bytes(migrated.read_bytes())
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with Warehouse(path)._database.transaction():
            held.set()
            enough.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    with pytest.raises(WarehouseLocked):
        WarehouseLedger(Warehouse(path, lock_timeout=0.05), Unstored(aside)).keep(ANSWER)
    enough.set()
    holder.join()
    warehouse = Warehouse(path)
    assert warehouse.generation("gen1_a") is None
    assert WarehouseLedger(warehouse, Unstored(aside)).find("gen1_a") == ANSWER
    assert warehouse.generation("gen1_a") == ANSWER
    assert list(aside.iterdir()) == []
    assert WarehouseLedger(warehouse, Unstored(aside)).find("gen1_b") is None


@pytest.mark.parametrize("where", ["folder", "memory://casebook-{}"])
def test_another_machine_finds_what_was_put_aside(where, migrated, tmp_path):
    """Where a shared warehouse has its data, folder or bucket, once the first machine is gone."""
    path, shared = tmp_path / "w.duckdb", where.format(tmp_path.name)
    shared = shared if "://" in shared else str(tmp_path / shared)
    path.write_bytes(migrated.read_bytes())
    first, other = (Unstored(tmp_path / home, f"{shared}/unstored") for home in "ab")
    with pytest.raises(SystemExit):
        WarehouseLedger(Ending(path), first).keep(ANSWER)
    assert other.names() == WarehouseLedger(Warehouse(path), first).waiting() == ["gen1_a"]
    assert WarehouseLedger(Warehouse(path), other).find("gen1_a") == ANSWER
    assert other.names() == []
    assert first.names() == ["gen1_a"]
    assert WarehouseLedger(Warehouse(path), first).waiting() == []


def test_a_folder_that_cannot_be_read_costs_no_answer(migrated, tmp_path, monkeypatch):
    """Another machine may have put it there: a file server that is away is no empty folder."""
    path, shared = tmp_path / "w.duckdb", tmp_path / "shared"
    path.write_bytes(migrated.read_bytes())
    with pytest.raises(SystemExit):
        WarehouseLedger(Ending(path), Unstored(tmp_path / "a", shared)).keep(ANSWER)
    here = WarehouseLedger(Warehouse(path), Unstored(tmp_path / "b", shared))
    with monkeypatch.context() as away:
        stale = OSError(errno.ESTALE, "Stale file handle")
        away.setattr(LocalFolder, "read", mock.Mock(side_effect=stale))
        with pytest.raises(BucketSilent, match="Stale file handle"):
            here.find("gen1_a")
    assert here.find("gen1_a") == ANSWER


def test_a_bucket_that_does_not_answer_costs_no_answer(migrated, tmp_path, monkeypatch):
    """What comes is kept here and stored; what may lie there is not asked for again."""
    path = tmp_path / "w.duckdb"
    path.write_bytes(migrated.read_bytes())

    def silent(*_: object) -> bytes:
        raise TimeoutError(None, "there was no answer in 120 seconds")

    for name in ("read", "write"):
        monkeypatch.setattr(ObjectFolder, name, silent)
    ledger = WarehouseLedger(Warehouse(path), Unstored(tmp_path / "a", "memory://b/unstored"))
    ledger.keep(ANSWER)
    assert ledger.find("gen1_a") == ANSWER
    with pytest.raises(BucketSilent, match="memory://b/unstored/gen1_b"):
        ledger.find("gen1_b")


def test_a_file_that_is_none_of_its_own_is_no_answer(migrated: Path, tmp_path: Path):
    """One that was cut, or that another version wrote: the question is asked."""
    (tmp_path / "gen1_a.json").write_text('{"generation_id": "gen1_a"')
    path = tmp_path / "w.duckdb"
    path.write_bytes(migrated.read_bytes())
    assert WarehouseLedger(Warehouse(path), Unstored(tmp_path)).find("gen1_a") is None
