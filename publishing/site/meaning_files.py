"""Search by meaning: an embedding of each case, and the model for queries in the browser."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publishing import embeddings
from publishing.embeddings import DIMENSIONS, MODEL, SCALE, Embedder
from publishing.files import SiteFiles, key_of
from schemas.cases import Section
from schemas.frozen import sha256_hex

_INDEX, _VECTORS = "data/meaning.json", "data/meaning.bin"
_LONGEST = 1_000  # characters of a text, more than the model reads
_DIGITS = 12  # of a text's hash


def has_meaning() -> bool:
    """Return whether the model and its libraries for browsers are installed (`make meaning`)."""
    return (Path(__file__).parent / "static/meaning").is_dir() and embeddings.is_installed()


def write_meaning(files: SiteFiles, lines: Path, versions: Sequence[str]) -> None:
    """Write the embeddings of the cases and the model, if it is installed.

    ``lines`` is the JSON Lines file of all records, and ``versions`` are those of their pages.
    Embeddings of unchanged texts are taken from the earlier site.
    """
    if not has_meaning():
        return
    vectors, embedder = _earlier(files), Embedder()
    hashes = []
    with lines.open(encoding="utf-8") as records:
        for text in map(_text, records):
            hashes.append(sha256_hex(text.encode())[:_DIGITS])
            if hashes[-1] not in vectors:
                vectors[hashes[-1]] = embedder.embed(text)
    index = {"model": MODEL, "scale": SCALE, "versions": versions, "texts": hashes}
    files.put(_INDEX, key_of(index), lambda: json.dumps(index, separators=(",", ":")))
    files.put(
        _VECTORS, key_of(MODEL, SCALE, hashes), lambda: b"".join(vectors[one] for one in hashes)
    )
    for file in embeddings.model_files():
        files.put(f"meaning/{file.name}", MODEL, file.read_bytes)


def _earlier(files: SiteFiles) -> dict[str, bytes]:
    """Return the vectors of the earlier site, by the hash of their text."""
    index, data = files.earlier_json(_INDEX), files.earlier(_VECTORS)
    hashes = index.get("texts", ())
    if (index.get("model"), index.get("scale")) != (MODEL, SCALE):
        return {}
    rows = (data[n * DIMENSIONS : (n + 1) * DIMENSIONS] for n in range(len(hashes)))
    return {text: row for text, row in zip(hashes, rows, strict=True) if len(row) == DIMENSIONS}


def _text(record: str) -> str:
    """Return the title and text of a case, its summary first."""
    case: dict[str, Any] = json.loads(record)
    statements = case["statements"]
    statements.sort(key=lambda one: one["section"] != Section.ABSTRACT)  # keeps their order
    parts = [one["text"] for one in statements]
    parts += [one for part in case["prose"] for one in part["paragraphs"]]
    return f"{case['title']}. {' '.join(parts)}"[:_LONGEST]
