"""The desk's index of cases: the lists and counts of the queue, and the full-text search.

It is an SQLite file derived from the warehouse: updated incrementally, rebuilt if missing,
damaged or of another version.
"""

import json
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from desk.facets import AGES, FACETS, Line, QueueQuery, first_day, labels
from desk.search import Search, closest_word, corrected, straight
from schemas.reviews import CaseStatus
from warehouse import Warehouse
from warehouse.schema import named_parts

Found = TypeVar("Found")

MARKS = "\2", "\3"
"""The characters before and after a matching word in a snippet."""

_SPELLED = re.compile(r"[^\W\d_]{4,24}")  # words that can correct others
_LINES_AT_ONCE, _TEXTS_AT_ONCE = 2_000, 100
_QUERIES = 50  # maximum queries whose counts are cached until the index changes
_OVERLAP = timedelta(seconds=5)  # clocks of machines that share a warehouse differ
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hit:
    """A statement that matches a search."""

    case_id: str
    n: int
    section: str
    text: str
    rank: float
    title: str | None
    company: str | None
    industry: str | None
    year: str | None
    status: str


class Index:
    """The index of ``warehouse`` in the file at ``path``; safe for threads."""

    def __init__(self, path: Path, warehouse: Warehouse) -> None:
        self._path, self._warehouse = path, warehouse
        self._updating = threading.Lock()
        self._since: str | None = None  # this process has indexed everything up to then
        self._known: dict[str, Line] = {}  # the lines that it has indexed
        self.counts = lru_cache(_QUERIES)(self._counts)
        self._closest = lru_cache(_QUERIES)(self._closest_word)

    def refresh(self) -> list[str]:
        """Index the cases that changed; return their ids."""
        with self._updating, self._open() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = 'since'").fetchone()
            if row is None:  # a new file
                since = _EVER
                self._known.clear()
            else:  # its time is only used at the start: other processes update it too
                since = datetime.fromisoformat(self._since or row["value"]) - _OVERLAP
            found = self._warehouse.changed_cases(since)
            changed: list[str] = []
            for start in range(0, len(found), _LINES_AT_ONCE):
                ids = [row["case_id"] for row in found[start : start + _LINES_AT_ONCE]]
                lines = {line["case_id"]: line for line in self._warehouse.index_lines(ids)}
                new = [name for name, line in lines.items() if self._known.get(name) != line]
                with connection:
                    for case_id in new:
                        _put(connection, lines[case_id])
                self._known |= lines
                changed += new
            if changed:
                self.counts.cache_clear()
            if found:
                self._since = found[-1]["stored_at"].isoformat()
                with connection:
                    put = "INSERT OR REPLACE INTO meta VALUES ('since', ?)"
                    connection.execute(put, (self._since,))
            return changed

    def refresh_texts(self, most: int = _TEXTS_AT_ONCE) -> int:
        """Index the texts of at most ``most`` cases that changed; return their number."""
        with self._updating, self._open() as connection:
            rows = connection.execute(_sql("without_texts"), {"most": most})
            ids = [row["case_id"] for row in rows]
            found = self._warehouse.index_texts(ids) if ids else []
            with connection:
                for texts in found:
                    _put_texts(connection, texts)
            if ids:
                self.counts.cache_clear()
                self._closest.cache_clear()
            return len(found)

    def refresh_copies(self) -> None:
        """Update the number of near-copies of each case."""
        copies = self._warehouse.near_copy_counts()
        with self._updating, self._open() as connection, connection:
            rows = connection.execute("SELECT source_id, near_copies FROM cases").fetchall()
            new = [(copies.get(one, 0), one) for one, n in rows if n != copies.get(one, 0)]
            change = "UPDATE cases SET near_copies = ? WHERE source_id = ?"
            connection.executemany(change, new)
            if new:
                connection.execute(_sql("drop_copy_flags"))
                connection.execute(_sql("put_copy_flags"))
        if new:
            self.counts.cache_clear()

    def lines(self, case_ids: Iterable[str]) -> list[Line]:
        """Return the lines of these cases that are indexed, in this order."""
        ids = list(case_ids)
        with self._open() as connection:
            rows = connection.execute(_sql("lines"), {"ids": json.dumps(ids)})
            found = {row["case_id"]: {**row, "support": json.loads(row["support"])} for row in rows}
        return [found[case_id] for case_id in ids if case_id in found]

    def line(self, case_id: str) -> Line | None:
        """Return the line of a case, None if it is not indexed."""
        return next(iter(self.lines([case_id])), None)

    def statuses(self) -> dict[str, int]:
        """Return the number of cases by status."""
        with self._open() as connection:
            return dict(connection.execute(_sql("statuses"), {"ids": None}).fetchall())

    def number(self, facet: str, value: str) -> int:
        """Return the number of cases with a value of a facet."""
        count = "SELECT count(*) FROM labels WHERE facet = ? AND value = ?"
        with self._open() as connection:
            return int(connection.execute(count, (facet, value)).fetchone()[0])

    def first_found(
        self, q: str, find: Callable[[Search], list[Found]]
    ) -> tuple[Search, list[Found]]:
        """Return what ``find`` finds first: as typed, with corrected spelling, with most words."""
        typed = straight(q)
        given = search = Search(typed)
        if found := find(search):
            return search, found
        if (text := corrected(typed, self._is_known, self._closest)) != typed:
            search = Search(text, typed)
            if found := find(search):
                return search, found
        search = replace(search, every_word=False)
        found = find(search) if len(search.parts) > 1 else []
        return (search if found else given), found

    def search(self, q: str) -> Search:
        """Return the search that finds cases for a text, as typed if there is none."""
        return self.first_found(q, lambda search: [1] * self._is_known(search.match))[0]

    def ids(self, query: QueueQuery, search: Search | None = None) -> list[str]:
        """Return the ids of the cases that match a query, in its order."""
        search = search or self.search(query.q)
        with self._open() as connection:
            ranks = _ranks(connection, search)
            values = {"status": query.status, "order": query.sorted_by, "ids": None}
            if (ids := _matching(connection, query.chosen, ranks)) is not None:
                values["ids"] = json.dumps([*ids])
            rows = connection.execute(_sql("ids"), values).fetchall()
        if query.sorted_by == "relevance" and ranks:
            rows.sort(key=lambda row: ranks[row["id"]])
        return [row["case_id"] for row in rows]

    def _counts(self, query: QueueQuery) -> dict[str, dict[str, int]]:
        """Return the number of cases by facet and value, the frequent values first.

        The choice in a facet does not narrow the facet's own counts.
        """
        chosen = query.chosen
        statuses = [*CaseStatus] if query.status == "all" else [query.status]
        found: dict[str, Counter[str]] = {facet: Counter() for facet in (*FACETS, "day")}
        search = self.search(query.q)
        with self._open() as connection:
            ranks = _ranks(connection, search)
            for facet in ("", *chosen):
                others = {name: value for name, value in chosen.items() if name != facet}
                label = "day" if facet == "age" else facet
                values = {"first": label, "last": label or "~", "ids": None}
                if (ids := _matching(connection, others, ranks)) is not None:
                    values["ids"] = json.dumps([*ids])
                if facet:
                    found[label].clear()
                else:
                    found["status"].update(dict(connection.execute(_sql("statuses"), values)))
                for status in statuses:
                    rows = connection.execute(_sql("counts"), values | {"status": status})
                    for name, value, n in rows:
                        found[name][value] += n
        days = found.pop("day")
        for age in AGES:
            found["age"][age] = sum(n for day, n in days.items() if day >= first_day(age))
        return {
            facet: {value: n for value, n in ranked if n or chosen.get(facet) == value}
            for facet, counts in found.items()
            for ranked in [sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
        }

    def matches(self, search: Search) -> list[str]:
        """Return the cases that match a search in one of their texts, best matches first."""
        with self._open() as connection:
            rows = connection.execute(_sql("matches"), {"match": search.match})
            return [row["case_id"] for row in rows]

    def snippets(self, ids: Sequence[str], search: Search) -> dict[str, str]:
        """Return a snippet by case id, with the matching words between ``MARKS``."""
        values = {"match": search.match, "ids": json.dumps(ids)}
        with self._open() as connection:
            return dict(connection.execute(_sql("snippets"), values).fetchall())

    def statements(
        self,
        text: str,
        *,
        published: bool = True,
        section: str = "",
        tag: str = "",
        limit: int = 20,
    ) -> tuple[Search, list[Hit]]:
        """Return the search that finds statements for a text, and these, best matches first."""
        values = {"published": published, "section": section, "tag": tag, "limit": limit}

        def find(search: Search) -> list[Hit]:
            rows = connection.execute(_sql("statements"), values | {"match": search.match})
            return [Hit(*row) for row in rows]

        with self._open() as connection:
            return self.first_found(text, find)

    def count_statements(self, search: Search, *, published: bool) -> int:
        """Return the number of statements that a search finds."""
        values = {"match": search.match, "published": published}
        with self._open() as connection:
            return int(connection.execute(_sql("count_statements"), values).fetchone()[0])

    def waiting_texts(self) -> int:
        """Return the number of cases that are not in the full-text index yet."""
        with self._open() as connection:
            return len(connection.execute(_sql("without_texts"), {"most": -1}).fetchall())

    def _is_known(self, match: str) -> bool:
        """Return whether an FTS5 query matches a case."""
        with self._open() as connection:
            return bool(connection.execute(_sql("is_known"), (match,)).fetchone())

    def _closest_word(self, word: str) -> str | None:
        with self._open() as connection:
            return closest_word(word, dict(connection.execute("SELECT * FROM words").fetchall()))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection to the index, to an empty one if the file is unusable."""
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
        connection.create_function("title_key", 1, _title_key, deterministic=True)
        version = crc32(_sql("schema").encode()) % 2**31
        try:
            if _version(connection) != version:
                connection.execute("PRAGMA journal_mode = WAL")
                make = f"BEGIN EXCLUSIVE; {_sql('schema')}; PRAGMA user_version = {version}; COMMIT"
                connection.executescript(make)
                self._path.chmod(0o600)
        except sqlite3.DatabaseError:
            connection.rollback()
            if _version(connection) != version:  # unless another thread or process created it
                connection.close()
                raise
        connection.execute("PRAGMA synchronous = OFF")  # it can be rebuilt
        return connection


def _title_key(title: str | None) -> str:
    """Return the sort key for a case's title; cases without a title come last."""
    return (title or "\uffff").casefold()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@cache
def _sql(name: str) -> str:
    return named_parts(Path(__file__).with_suffix(".sql"))[name]


def _plain(text: str) -> str:
    """Return a text without the characters that mark matching words."""
    return text.replace(MARKS[0], " ").replace(MARKS[1], " ")


def _ranks(connection: sqlite3.Connection, search: Search) -> dict[int, float] | None:
    """Return the rank of each row that matches a search, None without a search.

    If none has every word, these are the rows with at least half of the words.
    """
    if not search.text:
        return None
    ranks = dict(connection.execute(_sql("ranks"), {"match": search.match}).fetchall())
    if search.every_word or not ranks:
        return ranks
    parts = search.parts
    words = dict(connection.execute(_sql("word_counts"), (json.dumps(parts),)).fetchall())
    least = min(max(words.values()), math.ceil(len(parts) / 2))
    return {row: rank for row, rank in ranks.items() if words[row] >= least}


def _matching(
    connection: sqlite3.Connection, chosen: Mapping[str, str], ranks: Mapping[int, float] | None
) -> Collection[int] | None:
    """Return the rows that match the search and all chosen facets; None means all rows."""
    if not chosen:
        return ranks
    ranges = {name: (value, value) for name, value in chosen.items() if name != "age"}
    if "age" in chosen:
        ranges["day"] = (first_day(chosen["age"]), "~")
    rows = connection.execute(_sql("matching"), {"ranges": json.dumps(ranges)})
    ids = {row["id"] for row in rows}
    return ids if ranks is None else ids & ranks.keys()


def _put(connection: sqlite3.Connection, line: Line) -> None:
    values = {name: value for name, value in line.items() if name not in {"tags", "batches"}}
    values["support"] = json.dumps(line["support"])
    number, copies = connection.execute(_sql("put_case"), values).fetchone()
    connection.execute("DELETE FROM labels WHERE id = ?", (number,))
    found = {*labels({**line, "near_copies": copies})}
    rows = [(number, facet, value, line["status"]) for facet, value in found]
    connection.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", rows)


def _put_texts(connection: sqlite3.Connection, texts: Mapping[str, Any]) -> None:
    statements = [one | {"text": _plain(one["text"])} for one in texts["statements"]]
    values = {
        "case_id": texts["case_id"],
        "source": _plain(texts["source"]),
        "statements": "\n".join(one["text"] for one in statements if one["is_current"]),
    }
    number, title = connection.execute(_sql("note_texts"), values).fetchone()
    first = number << 16  # the statements of a case have consecutive row ids
    connection.execute("DELETE FROM texts WHERE rowid = ?", (number,))
    connection.execute(_sql("put_texts"), values | {"id": number, "title": _plain(title)})
    spelled = _SPELLED.findall(f"{title} {values['statements']} {values['source']}".casefold())
    connection.executemany(_sql("put_word"), ((word,) for word in {*spelled}))
    connection.execute(_sql("drop_statements"), (first, first + 0xFFFF))
    rows = [one | values | {"row": first + place} for place, one in enumerate(statements)]
    connection.executemany(_sql("put_statement"), rows)
