"""Example questions about the published cases, for the data page and the documentation."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TITLE = re.compile(r"^-- question: (.+)$", re.MULTILINE)


class Question(NamedTuple):
    """A question in words, and its query without the final semicolon."""

    title: str
    sql: str


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions of ``questions.sql``, in order."""
    parts = _TITLE.split(Path(__file__).with_suffix(".sql").read_text("utf-8"))[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(Question(title, sql.strip().removesuffix(";")) for title, sql in pairs)
