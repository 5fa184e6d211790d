"""The published cases as tables, for downloads and for pages that cover all cases."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

import duckdb

from warehouse.parquet import as_dicts
from warehouse.schema import queries
from warehouse.stems import stem

TABLES: Mapping[str, str] = {
    "cases": "published_cases",
    "companies": "companies",
    "systems": "systems",
    "accounts": "system_cases",
    "statements": "published_statements",
    "evidence": "evidence",
    "results": "results",
    "findings": "findings",
    "tags": "case_tags",
    "corrections": "corrections",
}
"""The table in queries for each file name."""

_WORD = re.compile(r"[^\W_]{2,}")
_BYTE_ORDER_MARK = "\ufeff".encode()  # Excel recognizes UTF-8 by it
_CELLS = {"VARCHAR": "cell({0})", "VARCHAR[]": "cell(array_to_string({0}, '{1}'))"}
_JOINTS = {"quotes": " […] "}


class Column(NamedTuple):
    """A column of a table, its type in DuckDB, and its meaning."""

    name: str
    type: str
    meaning: str


class Dataset:
    """Tables of the cases in a JSON Lines file of `publishing.records.CaseRecord`.

    The tables stay in memory while the context is open. Thread-safe.
    """

    def __init__(self, lines: Path) -> None:
        self._lines, self._lock, self._made = lines, Lock(), set[str]()

    def __enter__(self) -> Self:
        self._connection = duckdb.connect(config={"threads": 2})
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET preserve_insertion_order = true")
        lines = str(self._lines).replace("'", "''")
        script = self._queries["dataset_tables"].replace("$lines", f"'{lines}'")
        self._connection.execute(script)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        return as_dicts(self._connection.cursor().execute(sql, values or None))

    def named(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query in ``queries/``."""
        return self.rows(self._queries[query])

    def columns(self, name: str) -> list[Column]:
        """Return the columns of the table in the file ``name``."""
        found = self.rows(self._queries["dataset_columns"], table=TABLES[name])
        return [Column(row["column_name"], row["data_type"], row["comment"]) for row in found]

    def about(self, name: str) -> tuple[str, str]:
        """Return the table name used in queries for the file ``name``, and its meaning."""
        found = self.rows(self._queries["dataset_meanings"])
        meanings = {row["table_name"]: row["comment"] for row in found}
        return TABLES[name], meanings[TABLES[name]]

    def write(self, folder: Path) -> dict[str, int]:
        """Write each table as Parquet and CSV; return the number of rows by file name.

        CSV files follow RFC 4180 in UTF-8, with a byte order mark for Excel.
        """
        return {name: self._write(name, table, folder) for name, table in TABLES.items()}

    def similar(self, most: int) -> dict[str, list[str]]:
        """Return, by case id, the ids of the ``most`` most similar cases, best first."""
        self._make("case_words")
        found = self.rows(self._queries["dataset_similar"], most=most)
        return {row["case_id"]: row["others"] for row in found}

    def by_group(self, sections: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Return the newest statements of each group, at most ``most`` per section.

        Groups are identified by ``group_kind`` and ``member``; ``total`` counts all statements.
        """
        return self.rows(self._queries["dataset_by_group"], sections=[*sections], most=most)

    def section(self, name: str) -> list[dict[str, Any]]:
        """Return the statements of a section across all cases; results only if measured."""
        return self.rows(self._queries["dataset_section"], section=name)

    def companies(self) -> dict[str, str]:
        """Return the company id of each spelling."""
        rows = self.rows(self._queries["dataset_companies"])
        return {row["company"]: row["company_id"] for row in rows}

    def citable(
        self, phrases: Iterable[Iterable[str]], cases: str, most: int
    ) -> list[dict[str, Any]]:
        """Return the citable statements and paragraphs with some of these phrases, best first.

        Each phrase comes with its synonyms. ``cases`` is SQL that selects the ids of the cases to
        search.
        """
        self._make("citable_tables", "citable_words")
        sql = self._queries["citable"].replace("$cases", cases)
        found = [[form for one in same if (form := _stems(one))] for same in phrases]
        return self.rows(sql, phrases=[forms for forms in found if forms], most=most)

    def cases_with(self, words: str) -> set[str]:
        """Return the ids of the cases with all of these words, in any form."""
        self._make("citable_tables", "citable_words")
        found = self.rows(self._queries["cases_with"], words=_stems(words))
        return {row["case_id"] for row in found}

    def citable_parts(self, case_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Return all citable statements and paragraphs of these cases."""
        self._make("citable_tables")
        return self.rows(self._queries["citable_parts"], ids=[*case_ids])

    def vocabulary(self) -> tuple[int, dict[str, int]]:
        """Return the number of statements and paragraphs, and of those with each word.

        Rare words of many cases are left out.
        """
        found = self.named("dataset_vocabulary")
        return (found[0]["total"] if found else 0), {row["word"]: row["texts"] for row in found}

    def ordinary_words(self) -> frozenset[str]:
        """Return the stems of the words that published texts have in lower case."""
        return frozenset(
            stem(row["word"]) for row in self.rows(self._queries["dataset_lower_words"])
        )

    def _make(self, *scripts: str) -> None:
        """Run these scripts, unless they already ran."""
        with self._lock:
            for name in scripts:
                if name not in self._made:
                    self._connection.execute(self._queries[name])
                    self._made.add(name)
                    if name.endswith("_words"):
                        self._add_stems(name)

    def _add_stems(self, table: str) -> None:
        """Store the stems of a table's words in one batch, since DuckDB calls Python slowly."""
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
        csv.write_bytes(_BYTE_ORDER_MARK + csv.read_bytes())
        return int(self.rows(f"SELECT count(*) AS rows FROM {table}")[0]["rows"])  # noqa: S608

    @cached_property
    def _queries(self) -> Mapping[str, str]:
        return queries()


def _stems(text: str) -> list[str]:
    """Return the stems of a text's words, each once."""
    return [*dict.fromkeys(map(stem, _WORD.findall(text.lower())))]


def _cell(column: Column) -> str:
    """Return the SQL that formats a column for CSV."""
    form = "array_to_string({0}, '{1}')" if column.type == "INTEGER[]" else "{0}"
    return _CELLS.get(column.type, form).format(column.name, _JOINTS.get(column.name, "; "))
