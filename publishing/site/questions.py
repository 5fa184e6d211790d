"""Example questions about the published cases, for the data page and the documentation."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from warehouse import Dataset
from warehouse.schema import named_parts


class Question(NamedTuple):
    """A question in words, and its query without the final semicolon."""

    title: str
    sql: str


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions of ``questions.sql``, in order."""
    found = named_parts(Path(__file__).with_suffix(".sql"), "question")
    return tuple(Question(title, sql.removesuffix(";")) for title, sql in found.items())


def answered(tables: Dataset) -> list[Question]:
    """Return the questions whose answer has rows."""
    return [one for one in questions() if tables.rows(f"FROM ({one.sql}) LIMIT 1")]
