"""PDFs of one page written operator by operator, and the reader."""

import pytest

from extractors.pdf.reader import read as read_payload
from schemas.sources import Payload

STORY = "The router sends each ticket to the team that can answer it, within the hour."


@pytest.fixture
def read():
    """Read the bytes of a PDF."""
    return lambda data: read_payload(
        Payload(data=bytes(data), media_type="application/pdf", name="paper.pdf")
    )


@pytest.fixture
def page_of():
    """Make a page of prose followed by the given operators."""
    return _page_of


def _page_of(operators="", *, prose=11, resources="", objects=()):
    """Return a PDF with ``prose`` lines of text; ``objects`` are numbers 6 and up."""
    lines = f"BT /F1 11 Tf 14 TL 72 700 Td {f'({STORY}) Tj T* ' * prose}ET\n"
    content = (lines + operators).encode("latin-1")
    fonts = "/Resources<</Font<</F1 5 0 R>>"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R{fonts}{resources}>>>>",
        f"<</Length {len(content)}>>stream\n{content.decode('latin-1')}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *objects,
    ]
    data, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size, at = len(parts) + 1, len(data)
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>"
    return data + f"{end}\nstartxref\n{at}\n%%EOF".encode()
