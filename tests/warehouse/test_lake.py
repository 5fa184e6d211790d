"""Features of a lake alone: several machines at once that share one PostgreSQL."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from postgres_cluster import PostgresCluster
from warehouse_rows import Story
from warehouse_worker import start

from schemas.errors import InputError, InvalidDecision, WarehouseBusy, WarehouseError
from schemas.reviews import CaseStatus, Decision
from warehouse import Lake, Warehouse

pytestmark = pytest.mark.postgres


def test_workers_over_one_list(postgres: PostgresCluster, tmp_path):
    """Three processes that start without a lake store each source once, although one is killed."""
    lake = Lake(postgres.create("several"), str(tmp_path / "lake"))
    killed = start("a", 10_000, *lake)
    printed = [killed.stdout.readline().strip() for _ in range(2)]
    others = [start(name, 12, *lake) for name in "bc"]
    killed.kill()
    for process in (killed, *others):
        printed += process.communicate()[0].split()
    assert [other.returncode for other in others] == [0, 0]
    ids = {f"src1_{number}" for number in range(12)}
    # What the killed one stored and could not print any more is there, too.
    assert len(printed) == len({*printed}) >= 11
    with Warehouse(lake) as warehouse:
        assert all(map(warehouse.source, ids))
        _, rows = warehouse.sql("SELECT count(*), count(DISTINCT source_id) FROM sources")
    assert rows[0][0] == rows[0][1] >= 12


def test_one_row_from_many_writers(lake):
    """Clients that store the same rows concurrently add them once, with their parts."""
    rows = Story("same").rows("draft 1")
    clients = [Warehouse(lake) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda client: client.append(*rows), clients))
    query = "SELECT count(*) FROM statements WHERE revision_id = 'rev1_same1'"
    assert clients[0].sql(query)[1] == [(4,)]
    for client in clients:
        client.close()


def test_rows_are_read_as_stored(lake):
    """A case, a batch of calls and near copies are read back as from a file."""
    story = Story("lake")
    rows = story.rows("draft 1, approve 1, publish 1")
    generation = story.generation(rows[1].document_id, question_id="q1_lake")
    with Warehouse(lake) as warehouse:
        warehouse.append(*rows, generation, story.snapshot())
        warehouse.add_signatures(("doc1_lake1", "src1_lake", [2**64 - 1, 2], [(0, -(2**63))]))
        view = warehouse.case("case1_lake")
        assert (view.source, view.document, view.revision) == (rows[0], rows[1], rows[3])
        assert (view.status, view.published) == ("published", rows[-1])
        assert warehouse.answer("q1_lake") == generation
        assert not any(c.similarity for c in warehouse.near_copies("src1_lake"))
        assert "case1_lake" in {line.case_id for line in warehouse.cases()}
        _, found = warehouse.sql("SELECT text FROM published_statements WHERE section = 'lessons'")
        assert ("Measure.",) in found
        assert "passages" in {table["name"] for table in warehouse.tables()}
        seen = ("rev1_lake1", CaseStatus.DRAFT)
        with pytest.raises(InvalidDecision):
            warehouse.decide("case1_lake", seen, story.review(Decision.REJECT))
        for query in ("DELETE FROM sources", "FROM read_text('/etc/passwd')"):
            with pytest.raises(InputError):
                warehouse.sql(query)


async def test_one_holder_of_a_name(lake):
    """A name locked by one client is free for another only after its release."""
    one, other = Warehouse(lake), Warehouse(lake)
    order = []

    async def wait() -> None:
        async with other.lock("src1_a"):
            order.append("second")

    async with one.lock("src1_a"), one.lock("src1_b"):
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.3)
        order.append("first")
    await asyncio.wait_for(waiting, 20)
    assert order == ["first", "second"]


def test_a_restart_of_the_server_is_waited_for(postgres: PostgresCluster, lake):
    """A client continues after an outage of the server, and gives advice if it lasts."""
    with Warehouse(lake) as warehouse:
        warehouse.append(Story("before").source())
        postgres.stop()
        impatient = Warehouse(lake, lock_timeout=0.1)
        with pytest.raises(WarehouseBusy, match="PostgreSQL server runs") as caught:
            impatient.source("src1_before")
        assert caught.value.kind == "warehouse_unreachable"
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(warehouse.append, Story("after").source())
            postgres.start()
            waiting.result(timeout=60)
        assert all(map(warehouse.source, ["src1_before", "src1_after"]))


def test_a_wrong_password_is_not_shown(postgres: PostgresCluster, tmp_path):
    """Errors name the server and never show the password."""
    dsn = f"host={tmp_path} user=nobody password=hunter2 dbname=none"
    with pytest.raises(WarehouseError) as caught:
        Warehouse(Lake(dsn, str(tmp_path)), lock_timeout=0.1).cases()
    assert "hunter2" not in str(caught.value)
    assert caught.value.kind == "warehouse_unreachable"
