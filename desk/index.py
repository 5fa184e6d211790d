"""The desk's index of cases: what the queue lists and counts, and full-text search.

It is an SQLite file beside the warehouse, derived from it: brought up to date with what was stored
since, and made anew where it is missing, damaged or of another version.
"""

import json
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from desk.facets import Lines
from warehouse import Warehouse

MARKS = "\2", "\3"
"""What stands before and after a found word in a snippet."""

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_WORDS = re.compile(r'"([^"]+)"|([^\s"]+)')
_NOTHING = '""'
_LINES_AT_ONCE, _TEXTS_AT_ONCE = 2_000, 100
_OVERLAP = timedelta(seconds=5)  # the clocks of machines that share a warehouse differ a little
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hit:
    """A statement that fits a search; ``marked`` is its text with the found words marked."""

    case_id: str
    n: int
    section: str
    text: str
    marked: str
    rank: float
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    status: str


class Index:
    """The index in the file at ``path`` of what ``warehouse`` holds; for any thread."""

    def __init__(self, path: Path, warehouse: Warehouse) -> None:
        self._path, self._warehouse = path, warehouse
        self._updating = threading.Lock()
        self._since: str | None = None  # up to when ``lines`` is known

    @cached_property
    def lines(self) -> Lines:
        """The lines of all cases as they are now."""
        lines = Lines()
        with self._open() as connection:
            self._since = _meta(connection, "since")
            _load(connection, lines)
        return lines

    def refresh(self) -> list[str]:
        """Bring the lines of the cases up to date; return the ids of those that changed."""
        with self._updating, self._open() as connection:
            since = _EVER
            # Not what the file says: another process may have brought it up to date.
            if self.lines is not None and self._since and _meta(connection, "since"):
                since = datetime.fromisoformat(self._since) - _OVERLAP
            found = self._warehouse.changed_cases(since)
            changed: list[str] = []
            for start in range(0, len(found), _LINES_AT_ONCE):
                ids = [row["case_id"] for row in found[start : start + _LINES_AT_ONCE]]
                lines = [one for one in self._warehouse.index_lines(ids) if self._is_new(one)]
                with connection:
                    for line in lines:
                        _put(connection, line)
                _load(connection, self.lines, [line["case_id"] for line in lines])
                changed += [line["case_id"] for line in lines]
            if found:
                self._since = found[-1]["stored_at"].isoformat()
                with connection:
                    _set_meta(connection, "since", self._since)
            return changed

    def refresh_texts(self, most: int = _TEXTS_AT_ONCE) -> int:
        """Index the texts of at most so many cases whose texts changed; return how many."""
        with self._updating, self._open() as connection:
            rows = connection.execute(_sql("without_texts"), {"most": most})
            ids = [row["case_id"] for row in rows]
            found = self._warehouse.index_texts(ids) if ids else []
            with connection:
                for texts in found:
                    _put_texts(connection, texts)
            return len(found)

    def refresh_copies(self) -> None:
        """Count the near-copies of each source anew."""
        copies = self._warehouse.near_copy_counts()
        new = {
            line["case_id"]: copies.get(line["source_id"], 0)
            for line in self.lines
            if line["near_copies"] != copies.get(line["source_id"], 0)
        }
        with self._updating, self._open() as connection, connection:
            change = "UPDATE cases SET near_copies = ? WHERE case_id = ?"
            connection.executemany(change, [(n, case_id) for case_id, n in new.items()])
            _load(connection, self.lines, list(new))

    def matches(self, q: str, *, every: bool = True) -> dict[str, float]:
        """Return the cases with every word, or any, in one of their texts, by rank: low is good."""
        match = match_of(q, every=every)
        with self._open() as connection:
            return dict(connection.execute(_sql("matches"), {"match": match}).fetchall())

    def snippets(self, ids: Sequence[str], q: str) -> dict[str, str]:
        """Return by case where the words stand, with the found ones between ``MARKS``."""
        values = {"match": match_of(q), "ids": json.dumps(ids)}
        with self._open() as connection:
            return dict(connection.execute(_sql("snippets"), values).fetchall())

    def statements(
        self,
        text: str,
        *,
        published: bool = True,
        section: str = "",
        tag: str = "",
        company: str = "",
        limit: int = 20,
        every: bool = True,
    ) -> list[Hit]:
        """Return the statements with these words, the best first: ``every`` word, or any."""
        match = match_of(text, every=every)
        values = {"published": published, "section": section, "tag": tag, "company": company}
        with self._open() as connection:
            rows = connection.execute(
                _sql("statements"), values | {"match": match, "limit": limit}
            ).fetchall()
        return [Hit(*row) for row in rows]

    def waiting_texts(self) -> int:
        """Return how many cases are not in the full-text search yet."""
        with self._open() as connection:
            return len(connection.execute(_sql("without_texts"), {"most": -1}).fetchall())

    def _is_new(self, line: Mapping[str, Any]) -> bool:
        """Return whether a line differs from the one that is held."""
        held = self.lines.get(line["case_id"])
        return held is None or any(held[name] != line[name] for name in line.keys() & held.keys())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection to the index, an empty one where there is none that can be used."""
        try:
            connection = self._connected()
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            connection = self._connected()
        with closing(connection):
            yield connection

    def _connected(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        connection.row_factory = sqlite3.Row
        version = crc32(_sql("schema").encode()) % 2**31
        try:
            if _version(connection) != version:
                connection.execute("PRAGMA journal_mode = WAL")
                make = f"BEGIN EXCLUSIVE; {_sql('schema')}; PRAGMA user_version = {version}; COMMIT"
                connection.executescript(make)
                self._path.chmod(0o600)
        except sqlite3.DatabaseError:
            connection.rollback()
            if _version(connection) != version:  # else another thread or process made it
                connection.close()
                raise
        connection.execute("PRAGMA synchronous = OFF")  # it can be made anew
        return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def match_of(text: str, *, every: bool = True) -> str:
    """Return the words of a search for FTS5; a last word that may be unfinished is a prefix.

    One letter is none: it would begin a word of nearly every text.
    """
    words = [f'"{phrase or word}"' for phrase, word in _WORDS.findall(text.replace("\0", " "))]
    if every and words and re.search(r'\w\w"$', words[-1]) and not text.rstrip().endswith('"'):
        words[-1] += "*"
    return (" " if every else " OR ").join(words) or _NOTHING


@cache
def _sql(name: str) -> str:
    parts = _NAME.split(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    return dict(zip(["schema", *parts[1::2]], parts[::2], strict=True))[name]


def _plain(text: str) -> str:
    """Return a text without the characters that mark found words."""
    return text.replace(MARKS[0], " ").replace(MARKS[1], " ")


def _load(connection: sqlite3.Connection, lines: Lines, ids: Sequence[str] | None = None) -> None:
    """Put the stored lines of these cases, or of all, into ``lines``."""
    values = {"ids": None if ids is None else json.dumps(ids)}
    labels = defaultdict(list)
    for case_id, facet, value in connection.execute(_sql("labels"), values):
        labels[case_id].append((facet, value))
    for row in connection.execute(_sql("lines"), values):
        line = dict(row) | {"support": json.loads(row["support"])}
        lines.put(line, labels[line["case_id"]])


def _meta(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _put(connection: sqlite3.Connection, line: Mapping[str, Any]) -> None:
    values = {name: value for name, value in line.items() if name not in {"tags", "batches"}}
    values["support"] = json.dumps(line["support"])
    (number,) = connection.execute(_sql("put_case"), values).fetchone()
    connection.execute("DELETE FROM labels WHERE id = ?", (number,))
    labels = [("tag", tag) for tag in line["tags"]] + [("batch", one) for one in line["batches"]]
    insert = "INSERT OR IGNORE INTO labels VALUES (?, ?, ?)"
    connection.executemany(insert, [(number, *label) for label in labels])


def _put_texts(connection: sqlite3.Connection, texts: Mapping[str, Any]) -> None:
    case_id = texts["case_id"]
    row = connection.execute(
        "SELECT id, title, company, revision_id || ' ' || coalesce(published_id, '') AS state "
        "FROM cases WHERE case_id = ?",
        (case_id,),
    ).fetchone()
    current = [one["text"] for one in texts["statements"] if one["is_current"]]
    title = " ".join(filter(None, (row["title"], row["company"])))
    connection.execute("DELETE FROM texts WHERE rowid = ?", (row["id"],))
    connection.execute(
        "INSERT INTO texts (rowid, title, statements, source) VALUES (?, ?, ?, ?)",
        [row["id"], *(_plain(text) for text in (title, "\n".join(current), texts["source"]))],
    )
    for (old,) in connection.execute("SELECT row FROM statements_of WHERE id = ?", (row["id"],)):
        connection.execute("DELETE FROM statements WHERE rowid = ?", (old,))
    connection.execute("DELETE FROM statements_of WHERE id = ?", (row["id"],))
    for one in texts["statements"]:
        values = (_plain(one["text"]), case_id, one["n"], one["section"])
        made = connection.execute(
            "INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?)",
            (*values, one["is_current"], one["is_published"]),
        )
        connection.execute("INSERT INTO statements_of VALUES (?, ?)", (row["id"], made.lastrowid))
    connection.execute("UPDATE cases SET texts_of = ? WHERE id = ?", (row["state"], row["id"]))
