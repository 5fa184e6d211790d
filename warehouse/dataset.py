"""The published cases as tables: files to download, and what pages over all cases compute."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb

from warehouse.schema import queries
from warehouse.stems import stem

TABLES: Mapping[str, str] = {
    "cases": "published_cases",
    "statements": "published_statements",
    "evidence": "evidence",
    "results": "results",
    "tags": "case_tags",
}
"""The name of each file, and of its table in queries."""

_WORD = re.compile(r"[^\W_]{2,}")
_MARK = "\ufeff".encode()  # by which Excel knows UTF-8
_CELLS = {"VARCHAR": "cell({0})", "VARCHAR[]": "cell(array_to_string({0}, '{1}'))"}
_JOINTS = {"quotes": " […] "}


class Column(NamedTuple):
    """A column of a table, its type in DuckDB, and its meaning."""

    name: str
    type: str
    meaning: str


class Dataset:
    """The tables of the cases in a JSON Lines file of `publishing.records.CaseRecord`.

    They are in memory while the context is open, for any thread.
    """

    def __init__(self, lines: Path) -> None:
        self._lines, self._lock, self._made = lines, Lock(), set[str]()

    def __enter__(self) -> Self:
        self._connection = duckdb.connect(config={"threads": 2})
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET preserve_insertion_order = true")
        script = self._queries["dataset_tables"].replace("$lines", _literal(str(self._lines)))
        self._connection.execute(script)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._connection.close()

    def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        found = self._connection.cursor().execute(sql, values or None)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def columns(self, name: str) -> list[Column]:
        """Return the columns of the table in the files of that name."""
        found = self.rows(self._queries["dataset_columns"], table=TABLES[name])
        return [Column(row["column_name"], row["data_type"], row["comment"]) for row in found]

    def about(self, name: str) -> tuple[str, str]:
        """Return what the table in the files of that name is called in queries, and its meaning."""
        found = self.rows(self._queries["dataset_meanings"])
        meanings = {row["table_name"]: row["comment"] for row in found}
        return TABLES[name], meanings[TABLES[name]]

    def write(self, folder: Path) -> dict[str, int]:
        """Write each table as Parquet and CSV; return by name how many rows it has.

        CSV files are RFC 4180 in UTF-8, with the mark at the beginning by which Excel knows UTF-8.
        """
        return {name: self._write(name, table, folder) for name, table in TABLES.items()}

    def similar(self, most: int) -> dict[str, list[str]]:
        """Return by case id the ids of at most so many cases like it, the most like first."""
        self._make("case_words")
        found = self.rows(self._queries["dataset_similar"], most=most)
        return {row["case_id"]: row["others"] for row in found}

    def by_group(self, sections: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Return the newest statements by ``group_kind`` and ``member``, ``most`` of each section.

        ``total`` is how many there are.
        """
        return self.rows(self._queries["dataset_by_group"], sections=[*sections], most=most)

    def section(self, name: str) -> list[dict[str, Any]]:
        """Return the statements of a section of all cases, of results the measured ones."""
        return self.rows(self._queries["dataset_section"], section=name)

    def companies(self) -> dict[str, str]:
        """Return the names of all companies, with the key that the spellings of one share."""
        rows = self.rows(self._queries["dataset_companies"])
        return {row["company"]: row["company_key"] for row in rows}

    def citable(self, words: str, cases: str, most: int) -> list[dict[str, Any]]:
        """Return what may be cited of some cases, the best first by these words.

        ``cases`` is SQL that gives their ids.
        """
        self._make("citable_tables", "citable_words")
        sql = self._queries["citable"].replace("$cases", cases)
        return self.rows(sql, words=_stems(words), most=most)

    def citable_parts(self, case_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Return all that may be cited of these cases."""
        self._make("citable_tables")
        return self.rows(self._queries["citable_parts"], ids=[*case_ids])

    def words(self) -> tuple[int, dict[str, int]]:
        """Return a number of texts, and by word in how many it stands, rare words left out."""
        found = self.rows(self._queries["dataset_words"])
        return (found[0]["total"] if found else 0), {row["word"]: row["texts"] for row in found}

    def _make(self, *scripts: str) -> None:
        """Run the scripts of these names, each once."""
        with self._lock:
            for name in scripts:
                if name not in self._made:
                    self._connection.execute(self._queries[name])
                    self._made.add(name)
                    if name.endswith("_words"):
                        self._add_stems(name)

    def _add_stems(self, table: str) -> None:
        """Store the stems of the words in a table, all at once: DuckDB calls Python slowly."""
        query = f"SELECT DISTINCT word FROM {table} ANTI JOIN stems USING (word)"  # noqa: S608
        rows = [row | {"stem": stem(row["word"])} for row in self.rows(query)]
        self._connection.execute(self._queries["add_stems"], {"rows": json.dumps(rows)})

    def _write(self, name: str, table: str, folder: Path) -> int:
        parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
        cursor = self._connection.cursor()
        cursor.table(table).to_parquet(str(parquet))
        cells = [f"{_cell(one)} AS {one.name}" for one in self.columns(name)]
        query = f"SELECT {', '.join(cells)} FROM {table}"  # noqa: S608 - names of ours
        cursor.sql(query).to_csv(str(csv), header=True)
        csv.write_bytes(_MARK + csv.read_bytes())
        return int(self.rows(f"SELECT count(*) AS rows FROM {table}")[0]["rows"])  # noqa: S608

    @cached_property
    def _queries(self) -> Mapping[str, str]:
        return queries()


def _stems(text: str) -> list[str]:
    """Return the stems of the words that `citable_words` finds in a text."""
    return [*map(stem, _WORD.findall(text.lower()))]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _cell(column: Column) -> str:
    """Return the SQL of a column's cell in CSV."""
    form = "array_to_string({0}, '{1}')" if column.type == "INTEGER[]" else "{0}"
    return _CELLS.get(column.type, form).format(column.name, _JOINTS.get(column.name, "; "))
