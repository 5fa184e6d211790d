"""Two worker processes over one list on a real PostgreSQL, one of them killed in the middle.

``CASEBOOK_SCALE_SOURCES`` says how long the list is (8): set it to 200 for the whole of it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from two_workers import AT_ONCE, Setting

SOURCES = int(os.environ.get("CASEBOOK_SCALE_SOURCES", "8"))
SECONDS = 120 + 10 * SOURCES
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.timeout(SECONDS),
]


@pytest.fixture
def setting(postgres: PostgresServer, tmp_path: Path) -> Iterator[Setting]:
    """A shared warehouse, a site of so many pages, and an endpoint that counts."""
    made = Setting(tmp_path, SOURCES, postgres.create("two_workers"), print)
    yield made
    made.close()


def test_two_workers_make_one_draft_of_each_source_though_one_is_killed(setting: Setting):
    """Nothing is lost or doubled; only what was under way at the kill is asked, and paid, again."""
    killed, other = setting.submit("a"), setting.submit("b")
    setting.until(SOURCES // 4, SECONDS / 2, every=0.1)
    setting.kill(killed, "a")
    before = set(setting.calls)
    assert setting.drafts() < SOURCES
    ends = [setting.submit("a").wait(SECONDS), other.wait(SECONDS)]
    assert ends == [0, 0], (setting.folder / "a.log").read_text()[-3000:]
    counts = setting.warehouse.counts()
    assert [counts[table] for table in ("sources", "cases", "revisions")] == [SOURCES] * 3
    assert setting.stored_twice() == {"revisions": 0, "generations": 0}
    again = {question: n for question, n in setting.calls.items() if n > 1}
    setting.say(
        f"{setting.calls.total()} calls, {len(setting.calls)} questions, {len(again)} again"
    )
    assert counts["generations"] == len(setting.calls) == 2 * SOURCES  # a verdict and a draft each
    assert set(again) <= before
    assert set(again.values()) <= {2}
    assert len(again) <= AT_ONCE
