"""Copies of cases in the desk's index, so that one is read without a scan of the warehouse."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from desk.index import EVER, Index, sql
from schemas.reviews import CaseView
from warehouse.case_views import with_context
from warehouse.rows import Values

_SINCE = "copies since"


class KeptCases:
    """Copies of cases, each with its state: valid, decided (only by reviews), or outdated."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def since(self) -> datetime:
        """Return the time until which changes are noted."""
        with self._index.open() as connection:
            row = connection.execute(sql("meta"), {"name": _SINCE}).fetchone()
        return datetime.fromisoformat(row[0]) if row else EVER

    def note(self, changed: Sequence[Values]) -> datetime:
        """Mark the copies of changed cases, and return the time of the last change noted."""
        if not changed:
            return self.since()
        seen: datetime = changed[-1]["stored_at"]
        rows = [(1 if row["decided"] else 2, row["case_id"]) for row in changed]
        with self._index.open() as connection, connection:
            put = {"name": _SINCE, "value": seen.isoformat()}
            if connection.execute(sql("put_later_meta"), put).rowcount:
                connection.executemany(sql("outdate_copies"), rows)
        return seen

    def find(self, case_ids: Sequence[str]) -> tuple[dict[str, CaseView], dict[str, CaseView]]:
        """Return valid copies by case id, and those of cases that only got decisions since."""
        found: tuple[dict[str, CaseView], dict[str, CaseView]] = {}, {}
        with self._index.open() as connection:
            for case_id in case_ids:
                for outdated, data in connection.execute(sql("copy"), (case_id,)):
                    found[outdated][case_id] = _unpacked(data)
        return found

    def keep(self, views: Iterable[CaseView], seen: datetime) -> None:
        """Store the copies of cases, read when all changes until ``seen`` were visible."""
        rows = [
            (one.case.case_id, zlib.compress(one.model_dump_json().encode(), 1)) for one in views
        ]
        if not rows:
            return
        with self._index.open() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(sql("meta"), {"name": _SINCE}).fetchone()
            if row is None or seen >= datetime.fromisoformat(row[0]):  # nothing newer is noted
                connection.executemany(sql("put_copy"), rows)


def _unpacked(data: bytes) -> CaseView:
    """Return the view as it was read from the tables, whose documents have tuples."""
    view = CaseView.model_validate_json(zlib.decompress(data))
    lists = {name: tuple(value) for name, value in view.document if isinstance(value, list)}
    document = view.document.model_copy(update=lists)
    return with_context(view.model_copy(update={"document": document}))
