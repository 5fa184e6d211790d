"""Documents written in a test: paragraphs become passages."""

import re
from typing import Any

from casebook.schemas.documents import Document, Locator, Passage
from casebook.schemas.sources import SourceKind

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\n)[^\n]+)*")


def document_of(text: str, *, section: str | None = None, **fields: Any) -> Document:
    """Return the document of ``text``, a passage for each paragraph that a blank line ends."""
    spans = [found.span() for found in _PARAGRAPH.finditer(text) if found[0].strip()]
    passages = [
        Passage(n=n, start=start, end=end, locator=Locator(section=section))
        for n, (start, end) in enumerate(spans, start=1)
    ]
    given: dict[str, Any] = {
        "document_id": "doc1_test",
        "source_id": "src1_test",
        "snapshot_id": "snap1_test",
        "kind": SourceKind.WEB,
        "extractor": "test",
        "url": None,
        "title": None,
        "authors": (),
        "published": None,
        "language": "en",
        "site": None,
        "text": text,
        "passages": passages,
        "extraction": (),
    }
    return Document(**given | fields)
