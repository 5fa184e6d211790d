"""The desk's index of cases: the lists and counts of the queue, and the full-text search.

It is an SQLite file derived from the warehouse: updated incrementally, rebuilt if missing,
damaged or of another version.
"""

import json
import math
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from desk.facets import Line, QueueQuery, labels, with_copies
from desk.lines import Counts, Lines
from desk.search import Search, closest_word, corrected, straight
from schemas.cases import SupportLevel
from schemas.reviews import CaseView
from warehouse import Warehouse
from warehouse.schema import named_parts

Found = TypeVar("Found")
Ranks = Mapping[int, float]

MARKS = "\2", "\3"
"""The characters before and after a matching word in a snippet."""

_SPELLED = re.compile(r"[^\W\d_]{4,24}")  # words that can correct others
_LINES_AT_ONCE, _TEXTS_AT_ONCE = 2_000, 100
_QUERIES = 50  # maximum queries whose counts are cached until the index changes
_OVERLAP = timedelta(seconds=5)  # clocks of machines that share a warehouse differ
EVER = datetime(2000, 1, 1, tzinfo=UTC)


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
        self._loaded: Lines | None = None
        self.counts = lru_cache(_QUERIES)(self._counts)
        self._listed = lru_cache(_QUERIES)(lambda query: self._all.ids(query, None))
        self._ranks = lru_cache(_QUERIES)(self._ranked)
        self._closest = lru_cache(_QUERIES)(self._closest_word)

    def refresh(self) -> list[str]:
        """Index the cases that changed; return their ids."""
        with self._updating, self.open() as connection:
            row = connection.execute(sql("meta"), {"name": "since"}).fetchone()
            if row is None:  # a new file
                since = EVER
                self._known.clear()
                self._loaded = None
            else:  # its time is only used at the start: other processes update it too
                since = datetime.fromisoformat(self._since or row["value"]) - _OVERLAP
            found = self._warehouse.changed_cases(since)
            changed: list[str] = []
            for start in range(0, len(found), _LINES_AT_ONCE):
                ids = [row["case_id"] for row in found[start : start + _LINES_AT_ONCE]]
                lines = {line["case_id"]: line for line in self._warehouse.index_lines(ids)}
                new = [line for name, line in lines.items() if self._known.get(name) != line]
                known = self._lines(connection).of
                with connection:
                    put = [_put(connection, line, known.get(line["case_id"])) for line in new]
                self._lines(connection).put(put)
                self._known |= lines
                changed += [line["case_id"] for line in new]
            if changed:
                self.counts.cache_clear()
                self._listed.cache_clear()
            if found:
                self._since = found[-1]["stored_at"].isoformat()
                with connection:
                    later = {"name": "since", "value": self._since}
                    connection.execute(sql("put_meta"), later)
            return changed

    def refresh_texts(self, most: int = _TEXTS_AT_ONCE) -> int:
        """Index the texts of at most ``most`` cases that changed; return their number."""
        with self._updating, self.open() as connection:
            rows = connection.execute(sql("without_texts"), {"most": most})
            ids = [row["case_id"] for row in rows]
            views = self._warehouse.cases_without_companies(ids) if ids else []
            with connection:
                for view in views:
                    _put_texts(connection, view)
            if ids:
                self._ranks.cache_clear()
                self.counts.cache_clear()
                self._closest.cache_clear()
            return len(views)

    def refresh_copies(self) -> None:
        """Update the number of near-copies of each case."""
        copies = self._warehouse.near_copy_counts()
        with self._updating, self.open() as connection:
            lines = self._lines(connection)
            new = [
                with_copies(line, n)
                for line in lines.of.values()
                if line["near_copies"] != (n := copies.get(line["source_id"], 0))
            ]
            with connection:
                connection.executemany(
                    sql("put_copies"),
                    ({**one, "labels": json.dumps(one["labels"])} for one in new),
                )
            lines.put(new)
        if new:
            self.counts.cache_clear()
            self._listed.cache_clear()

    def lines(self, case_ids: Iterable[str]) -> list[Line]:
        """Return the lines of these cases that are indexed, in this order."""
        known = self._all.of
        return [known[case_id] for case_id in case_ids if case_id in known]

    def line(self, case_id: str) -> Line | None:
        """Return the line of a case, None if it is not indexed."""
        return self._all.of.get(case_id)

    def statuses(self) -> dict[str, int]:
        """Return the number of cases by status."""
        return self._all.statuses()

    def number(self, facet: str, value: str) -> int:
        """Return the number of cases with a value of a facet."""
        return self._all.number(facet, value)

    @property
    def _all(self) -> Lines:
        """The lines of all cases, read from the file once."""
        if (found := self._loaded) is None:
            with self._updating, self.open() as connection:
                found = self._lines(connection)
        return found

    def _lines(self, connection: sqlite3.Connection) -> Lines:
        if self._loaded is None:
            read = {"support": json.loads, "labels": json.loads}
            rows = connection.execute("SELECT * FROM cases").fetchall()
            self._loaded = Lines(
                {name: read.get(name, _same)(value) for name, value in dict(row).items()}
                for row in rows
            )
        return self._loaded

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

    def ids(
        self, query: QueueQuery, search: Search | None = None, ranks: Ranks | None = None
    ) -> Sequence[str]:
        """Return the ids of the cases that match a query, in its order.

        ``ranks`` are those of an earlier search, which is then not repeated.
        """
        if not query.q and search is None:
            return self._listed(query)
        found = ranks if ranks is not None else self.ranks(search or self.search(query.q))
        return self._all.ids(query, found)

    def ranks(self, search: Search) -> Ranks | None:
        """Return the rank of each row that matches a search, None without a search."""
        return self._ranks(search) if search.text else None

    def _ranked(self, search: Search) -> Ranks:
        with self.open() as connection:
            return _ranks(connection, search)

    def _counts(self, query: QueueQuery) -> Counts:
        """Return the number of cases by facet and value, the frequent values first.

        The choice in a facet does not narrow the facet's own counts.
        """
        return self._all.counts(query, self.ranks(self.search(query.q)))

    def matches(self, search: Search) -> list[str]:
        """Return the cases that match a search in one of their texts, best matches first."""
        with self.open() as connection:
            rows = connection.execute(sql("matches"), {"match": search.match})
            return [row["case_id"] for row in rows]

    def snippets(self, ids: Sequence[str], search: Search) -> dict[str, str]:
        """Return a snippet by case id, with the matching words between ``MARKS``."""
        values = {"match": search.match, "ids": json.dumps(ids)}
        with self.open() as connection:
            return dict(connection.execute(sql("snippets"), values).fetchall())

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
            rows = connection.execute(sql("statements"), values | {"match": search.match})
            return [Hit(*row) for row in rows]

        with self.open() as connection:
            return self.first_found(text, find)

    def count_statements(self, search: Search, *, published: bool) -> int:
        """Return the number of statements that a search finds."""
        values = {"match": search.match, "published": published}
        with self.open() as connection:
            return int(connection.execute(sql("count_statements"), values).fetchone()[0])

    def waiting_texts(self) -> int:
        """Return the number of cases that are not in the full-text index yet."""
        with self.open() as connection:
            return len(connection.execute(sql("without_texts"), {"most": -1}).fetchall())

    def _is_known(self, match: str) -> bool:
        """Return whether an FTS5 query matches a case."""
        with self.open() as connection:
            return bool(connection.execute(sql("is_known"), (match,)).fetchone())

    def _closest_word(self, word: str) -> str | None:
        with self.open() as connection:
            return closest_word(word, dict(connection.execute("SELECT * FROM words").fetchall()))

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
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
        version = crc32(sql("schema").encode()) % 2**31
        try:
            if _version(connection) != version:
                connection.execute("PRAGMA journal_mode = WAL")
                make = f"BEGIN EXCLUSIVE; {sql('schema')}; PRAGMA user_version = {version}; COMMIT"
                connection.executescript(make)
                self._path.chmod(0o600)
        except sqlite3.DatabaseError:
            connection.rollback()
            if _version(connection) != version:  # unless another thread or process created it
                connection.close()
                raise
        connection.execute("PRAGMA synchronous = OFF")  # it can be rebuilt
        return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@cache
def sql(name: str) -> str:
    """Return a query of the index by its name."""
    return named_parts(Path(__file__).with_suffix(".sql"))[name]


def _plain(text: str) -> str:
    """Return a text without the characters that mark matching words."""
    return text.replace(MARKS[0], " ").replace(MARKS[1], " ")


def _ranks(connection: sqlite3.Connection, search: Search) -> Ranks:
    """Return the rank of each row that matches a search.

    If none has every word, these are the rows with at least half of the words.
    """
    ranks = dict(connection.execute(sql("ranks"), {"match": search.match}).fetchall())
    if search.every_word or not ranks:
        return ranks
    parts = search.parts
    words = dict(connection.execute(sql("word_counts"), (json.dumps(parts),)).fetchall())
    least = min(max(words.values()), math.ceil(len(parts) / 2))
    return {row: rank for row, rank in ranks.items() if words[row] >= least}


def _put(connection: sqlite3.Connection, line: Line, known: Line | None) -> Line:
    """Store a line, and return it with its row's id, its near-copies and its labels."""
    copies = known["near_copies"] if known else 0
    whole = {**line, "near_copies": copies}
    found = sorted({*labels(whole)})
    values = {name: value for name, value in whole.items() if name not in {"tags", "batches"}}
    stored = values | {"support": json.dumps(line["support"]), "labels": json.dumps(found)}
    (number,) = connection.execute(sql("put_case"), stored).fetchone()
    return values | {"id": number, "labels": found}


def _put_texts(connection: sqlite3.Connection, view: CaseView) -> None:
    statements = _statements(view)
    document = view.document
    values: dict[str, Any] = {
        "case_id": view.case.case_id,
        "of": f"{view.revision.revision_id} {view.published_revision_id or ''}",
        "source": _plain("\n".join(document.passage_text(one) for one in document.passages)),
        "statements": "\n".join(one["text"] for one in statements if one["is_current"]),
    }
    number, title = connection.execute(sql("note_texts"), values).fetchone()
    first = number << 16  # the statements of a case have consecutive row ids
    connection.execute("DELETE FROM texts WHERE rowid = ?", (number,))
    connection.execute(sql("put_texts"), values | {"id": number, "title": _plain(title)})
    spelled = _SPELLED.findall(f"{title} {values['statements']} {values['source']}".casefold())
    connection.executemany(sql("put_word"), ((word,) for word in {*spelled}))
    connection.execute(sql("drop_statements"), (first, first + 0xFFFF))
    rows = [one | values | {"row": first + place} for place, one in enumerate(statements)]
    connection.executemany(sql("put_statement"), rows)


def _statements(view: CaseView) -> list[dict[str, Any]]:
    """Return the statements of the current and of the published revision of a case."""
    current, published = view.revision.revision_id, view.published_revision_id
    return [
        {
            "n": one.n,
            "section": one.section.value,
            "text": _plain(one.text),
            "is_current": revision.revision_id == current,
            "is_published": revision.revision_id == published
            and (one.support.level is not SupportLevel.REFUTED or one.support.confirmed_by),
        }
        for revision in view.revisions
        if revision.revision_id in {current, published}
        for one in revision.study.statements
    ]


def _same(value: Any) -> Any:
    return value
