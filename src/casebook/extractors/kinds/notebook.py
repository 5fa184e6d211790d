"""Notebooks of Jupyter (.ipynb, nbformat 4): their cells as one Markdown text, read as such."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from casebook.extractors import versions
from casebook.extractors.kinds import markdown
from casebook.extractors.naming import where
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

_MOST_SHOWN = 4_000  # characters of what a cell printed
_TICKS = re.compile("`{3,}")


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
    text = "\n\n".join(parts).encode("utf-8", "replace")
    read = markdown.extract(payload.model_copy(update={"data": text, "charset": "utf-8"}))
    step = ExtractionStep(method="notebook", outcome=f"{len(cells)} cells")
    changes = {"extractor": versions.NOTEBOOK, "extraction": (step, *read.extraction)}
    return read.model_copy(update=changes)


def _parts(cell: Mapping[str, Any]) -> Iterator[str]:
    source = _text(cell.get("source"))
    if cell.get("cell_type") != "code":
        yield source
        return
    if source.strip():
        yield _fenced(source)
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if "text/markdown" in data:
            yield _text(data["text/markdown"])[:_MOST_SHOWN]
        elif shown := _text(output.get("text") or data.get("text/plain")):
            yield _fenced(shown[:_MOST_SHOWN])


def _text(value: object) -> str:
    """Return a text that notebooks keep whole or in lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _fenced(text: str) -> str:
    fence = max(["```", *(f"{ticks}`" for ticks in _TICKS.findall(text))], key=len)
    return f"{fence}\n{text.rstrip()}\n{fence}"
