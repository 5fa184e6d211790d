"""Generates parts of ``docs/warehouse.md``: the questions, and all tables and views.

Run it from the root: ``.venv/bin/python docs/generate_warehouse.py``. A test checks that the page is
current.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from publishing.site.questions import questions
from warehouse import Warehouse

PAGE = Path(__file__).parent / "warehouse.md"


def queries() -> str:
    """Return each question with its query."""
    return "\n".join(f"{one.title}:\n\n```sql\n{one.sql};\n```\n" for one in questions())


def reference() -> str:
    """Return the views and then the tables, each with its columns."""
    with TemporaryDirectory() as folder:
        tables = Warehouse(Path(folder) / "none.duckdb").tables()  # reads do not create the file
    return "\n".join(
        f"## {title}\n\n" + "\n".join(_section(one) for one in tables if one["kind"] == kind)
        for kind, title in (("view", "Views"), ("table", "Tables"))
    )


def page(text: str) -> str:
    """Return the page with its generated parts replaced."""
    return _with_part(_with_part(text, "questions", queries()), "tables", reference())


def _with_part(text: str, name: str, part: str) -> str:
    begin = f"<!-- {name}: written by docs/generate_warehouse.py -->\n"
    end = f"<!-- end of {name} -->\n"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{part}\n{end}{tail}"


def _section(table: dict[str, Any]) -> str:
    columns = ", ".join(f"`{column['name']}` {_type(column)}" for column in table["columns"])
    notes = "".join(f"- `{c['name']}`: {c['comment']}\n" for c in table["columns"] if c["comment"])
    heading = f"### {table['name']}\n\n{table['comment']}\n\n{columns}\n"
    return f"{heading}\n{notes}" if notes else heading


def _type(column: dict[str, str]) -> str:
    """Return a type as written in queries."""
    return column["type"].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace('"', "")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
