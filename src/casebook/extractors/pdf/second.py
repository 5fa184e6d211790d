"""pypdf as a second reader of text, for pages of which pdfium makes nothing readable."""

import io
from typing import Any

import pypdf

from casebook.extractors.pdf.about import stated_language
from casebook.extractors.pdf.lines import Line, PageLines
from casebook.extractors.pdf.words import MEANINGLESS
from casebook.extractors.text.characters import count_words

_CONDITION = b"/OCMD"
_GARBLED = 0.2
_MOST_PAGES = 300
_SIZE = 10.0
_LEADING = 12.0


class SecondReader:
    """Reads single pages, or all of them, with pypdf. Whatever goes wrong gives no page."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reader: Any = None

    def page(self, number: int) -> PageLines | None:
        """Return page ``number`` (from 1) if it holds words that mean something."""
        try:
            text = self.opened().pages[number - 1].extract_text()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a broken file breaks pypdf anywhere
            return None
        found = PageLines(number, list(_lines(text, number)))
        return found if count_words(text) and not is_garbled(found) else None

    def pages(self) -> list[PageLines]:
        """Return the pages that can be read, of as many as are tried."""
        last, _ = self.reach()
        return [page for n in range(1, last + 1) if (page := self.page(n)) is not None]

    def reach(self) -> tuple[int, int]:
        """Return how many pages are tried, and how many there are."""
        try:
            count = len(self.opened().pages)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - likewise
            return 0, 0
        return min(count, _MOST_PAGES), count

    def has_layers_off(self) -> bool:
        """Tell whether the file says that a layer of it is not shown when it is opened.

        Optional content: PDF 32000-1, 8.11.4. A file that pypdf cannot read says no.
        """
        try:
            told = self.opened().root_object.get("/OCProperties")
            if told is None:
                return False
            usual = told["/D"]
            off = usual.get("/BaseState") == "/OFF" or bool(usual.get("/OFF"))
            return (
                off
                or any(_is_off(group) for group in told.get("/OCGs", ()))
                or self._has_conditions()
            )
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - likewise
            return False

    def _has_conditions(self) -> bool:
        """Tell a file with content that is shown while a layer is off, or by a rule of layers."""
        reader = self.opened()
        packs = {pack for pack, _ in reader.xref_objStm.values()}
        return _CONDITION in self._data or any(
            _CONDITION
            in reader.get_object(pypdf.generic.IndirectObject(pack, 0, reader)).get_data()
            for pack in packs
        )

    def language(self) -> str | None:
        """Return the language that the file states, None where pypdf cannot read it."""
        try:
            return stated_language(self.opened())
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - likewise
            return None

    def opened(self) -> Any:
        """Return pypdf's reader of the file; raises whatever pypdf does."""
        if self._reader is None:
            self._reader = pypdf.PdfReader(io.BytesIO(self._data))
        return self._reader


def _is_off(group: Any) -> bool:
    """Tell a layer that is off on a screen, whatever the list of layers says."""
    usage = group.get_object().get("/Usage", {})
    return bool(usage.get("/View", {}).get("/ViewState") == "/OFF")


def is_garbled(page: PageLines) -> bool:
    """Tell a page whose fonts do not say what its glyphs mean."""
    text = "".join(line.text for line in page.lines)
    if text.replace("\ufffe", "").replace("\xa0", "").isprintable() and "\ufffd" not in text:
        return False
    return len(MEANINGLESS.findall(text)) > _GARBLED * len(text)


def _lines(text: str, number: int) -> list[Line]:
    """Return lines as if they were set one below the other; where they stood is not known."""
    rows = [row.strip() for row in text.splitlines()]
    return [
        Line(row, number, _SIZE, False, 0.0, float(len(row)), (len(rows) - at) * _LEADING)
        for at, row in enumerate(rows)
        if row
    ]
