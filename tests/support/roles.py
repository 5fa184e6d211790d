"""The transcripts of ``evals/roles`` with their expected speakers."""

import json
from pathlib import Path
from typing import Any

from extractors.registry import read
from schemas.sources import Document, Payload
from services.identity import document_from

FOLDER = Path(__file__).parents[2] / "evals" / "roles"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
_TYPES = {".vtt": "text/vtt", ".md": "text/markdown", ".txt": "text/plain"}


def read_source(file: Path) -> Document:
    """Return the document of a transcript."""
    payload = Payload(data=file.read_bytes(), media_type=_TYPES[file.suffix], name=file.name)
    return document_from(read(payload), payload, "src1_x")
