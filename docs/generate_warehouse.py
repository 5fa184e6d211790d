"""Writes the generated part of ``docs/warehouse.md``: every table and view with its columns.

Run from the root: ``.venv/bin/python docs/generate_warehouse.py``. A test checks that it is current.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from warehouse import Warehouse

PAGE = Path(__file__).parent / "warehouse.md"
BEGIN, END = "<!-- tables: written by docs/generate_warehouse.py -->\n", "<!-- end of tables -->\n"


def reference() -> str:
    """Return the tables and then the views, each with its columns."""
    with TemporaryDirectory() as folder:
        tables = Warehouse(Path(folder) / "none.duckdb").tables()  # reads create nothing
    return "\n".join(_section(table) for table in tables)


def page(text: str) -> str:
    """Return the page with its generated part renewed."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{reference()}\n{END}{tail}"


def _section(table: dict[str, Any]) -> str:
    heading = f"### {table['name']}\n\n{table['comment']}\n\n"
    if table["kind"] == "view":
        columns = (f"`{column['name']}` {_type(column)}" for column in table["columns"])
        return f"{heading}A view: {', '.join(columns)}.\n"
    rows = (f"| `{c['name']}` | {_type(c)} | {c['comment']} |\n" for c in table["columns"])
    return f"{heading}| column | type | meaning |\n|---|---|---|\n{''.join(rows)}"


def _type(column: dict[str, str]) -> str:
    """Return a type as readers know it: a structure is shown as its field names."""
    names = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}
    return names.get(column["type"], column["type"].replace('"', "").replace("|", "\\|"))


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
