"""Watched lists that fail, as the desk and the command tell of them."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from casebook.schemas.watches import GAP, Look, Watch, WatchState
from casebook.warehouse import Warehouse

FEED = "https://a.example/feed"
NOW = datetime.now(UTC)
WATCH = Watch(
    change_id="1",
    watch_id="watch1_a",
    address=FEED,
    every_seconds=3_600,
    changed_by="mira",
    changed_at=NOW - timedelta(days=9),
)


def read(response):
    return html.fromstring(response.text)


@pytest.fixture
def looked(settings, build):
    """Store the watch as it stands and its newest look."""
    warehouse = Warehouse(settings.warehouse_path)

    def store(state=WatchState.ACTIVE, **look):
        warehouse.append(
            WATCH.model_copy(update={"state": state, "change_id": f"{state}{look}"}),
            Look(look_id=f"look{look}", watch_id=WATCH.watch_id, at=NOW, **look),
        )

    return store


def test_a_list_that_fails_look_after_look_is_told_where_the_drafts_are(desk, looked):
    """Nobody misses what a feed that is gone does not bring; one failed look may be a whim."""
    looked(failure="answers 404", failure_by="page_missing")
    assert FEED not in read(desk.get("/")).text_content()
    looked(failure="answers 404", failing_since=NOW - timedelta(days=3))
    told = read(desk.get("/")).text_content()
    assert "1 watched list could not be read at the last looks" in told
    assert FEED in told
    assert "It has failed at each look since" in read(desk.get("/watches")).text_content()
    looked(WatchState.PAUSED, failure="answers 404", failing_since=NOW - timedelta(days=3))
    assert FEED not in read(desk.get("/")).text_content()


def test_a_look_that_did_not_join_on_says_so(desk, looked):
    """More may have come and gone than the list shows."""
    looked(found=10, new=10, gap=True)
    assert f"10 new of 10, {GAP}" in read(desk.get("/watches")).text_content()
