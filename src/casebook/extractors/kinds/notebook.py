"""Notebooks of Jupyter (.ipynb, nbformat 4): their cells as one Markdown text, read as such."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from casebook.extractors.kinds import markdown
from casebook.extractors.naming import where
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

_MOST_SHOWN = 4_000  # characters of what a cell printed
_TICKS = re.compile("`{3,}")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours of a terminal
# What Python says of a picture or a page that stands for itself.
_STANDS_IN = re.compile(r"\s*<[A-Za-z][^<>\n]{0,200}>\s*")


def extract(payload: Payload) -> Extracted:
    """Return the text of a notebook: what its author wrote, its programs, and what they printed.

    Raises:
        Damaged: if it is no notebook.
        DocumentEmpty: if no text is left.
    """
    try:
        cells = json.loads(payload.data)["cells"]
        parts = [part for cell in cells for part in _parts(cell)]
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise Damaged(
            f"{where(payload)} is no notebook that can be read (nbformat 4): open it in Jupyter "
            "and save it, or export it as Markdown."
        ) from error
    step = ExtractionStep(method="notebook", outcome=f"{len(cells)} cells")
    whole = [part.encode("utf-8", "replace").decode() for part in parts]
    return markdown.read(whole, payload, step)


def _parts(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a cell holds: Markdown, or a program and the first of what it printed."""
    source = _text(cell.get("source"))
    if cell.get("cell_type") != "code":
        yield source
        return
    if source.strip():
        yield _fenced(source)
    left = _MOST_SHOWN
    for output in cell.get("outputs") or ():
        data = output.get("data", {})
        if written := _text(data.get("text/markdown"))[:left]:
            yield written
        elif written := _printed(_text(output.get("text") or data.get("text/plain")))[:left]:
            yield _fenced(written)
        left -= len(written)


def _text(value: object) -> str:
    """Return a text that notebooks keep whole or in lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _printed(text: str) -> str:
    """Return what is seen of an output: of a line that was written again and again, its last."""
    if _STANDS_IN.fullmatch(text):
        return ""
    lines = _ESCAPES.sub("", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _fenced(text: str) -> str:
    fence = max(["```", *(f"{ticks}`" for ticks in _TICKS.findall(text))], key=len)
    return f"{fence}\n{text.rstrip()}\n{fence}"
