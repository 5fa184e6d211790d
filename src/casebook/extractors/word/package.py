"""The parts of a Word document, found as Word finds them: by the relations that they state.

As the Open Packaging Conventions have it (ISO/IEC 29500-2): other files in the archive count for
nothing, and no two parts have the same name. Nothing outside of the archive is opened.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.naming import where
from casebook.extractors.word.drawn import Drawn
from casebook.extractors.word.xml import all_in, name_of
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

_MOST_XML = 16_000_000
"""Bytes of XML; a book of 500 pages has some five million, and takes five seconds to read."""

_DOCUMENT, _PROPERTIES = "officeDocument", "core-properties"
_DRAWN = ("diagramData", "chart")
HEADS = ("header", "footer")
"""What the names of those parts begin with that are no text, and may lie behind it."""

_BESIDE = ("styles", "numbering", "footnotes", "endnotes", "settings", "theme")

Parts = Mapping[str, Any]
"""The root of each part that is read, by what the part is: "document", "styles", …"""


def opened(payload: Payload) -> tuple[Parts, Drawn]:
    """Return the parts of a document that count for its text, and its diagrams and charts.

    Raises:
        Damaged: if they are more than a book has.
        ValueError, LookupError: if it is no Word document; and whatever a broken archive raises.
    """
    with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
        package = _Package(archive, payload)
        related = package.related("")
        document = related[_DOCUMENT]
        parts = {"document": package.root(document)}
        if name_of(parts["document"]) != "document":
            raise ValueError("not the document of a text")
        beside = {**package.related(document), _PROPERTIES: related.get(_PROPERTIES, "")}
        drawn = {
            name: package.root(target)
            for name, kind, target in package.relations(document)
            if kind in _DRAWN and package.has(target)
        }
        for kind in (*_BESIDE, _PROPERTIES):
            if package.has(name := beside.get(kind, "")):
                parts[kind] = package.root(name)
        shown = set(_shown_heads(parts["document"]))
        for name, kind, target in package.relations(document):
            if kind in HEADS and name in shown and package.has(target):
                # Nothing of it is read, so what is wrong with it is no matter.
                with suppress(ValueError, Damaged, zipfile.BadZipFile, etree.XMLSyntaxError):
                    parts[f"{kind} {name}"] = package.root(target)
    return parts, drawn


def _shown_heads(document: Any) -> Iterator[str]:
    """Yield the names of the relations to the heads and feet that pages have."""
    for reference in all_in(document, *(f"{kind}Reference" for kind in HEADS)):
        yield from (told for key, told in reference.items() if key.endswith("}id"))


class _Package:
    """An archive whose parts are read one by one, until they are too much."""

    def __init__(self, archive: zipfile.ZipFile, payload: Payload) -> None:
        self._archive = archive
        self._payload = payload
        self._read = 0
        self._entries: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in archive.infolist():
            self._entries.setdefault(entry.filename.lower(), []).append(entry)

    def has(self, name: str) -> bool:
        return name.lower() in self._entries

    def root(self, name: str) -> Any:
        """Return the root of a part, without comments.

        Raises:
            ValueError: if there are two of this name, or it has a document type, which the
                standard forbids and bombs need.
        """
        (entry,) = self._entries[name.lower()]
        self._read += entry.file_size  # of more zipfile reads nothing
        if self._read > _MOST_XML:
            raise Damaged(
                f"{where(self._payload)} unpacks to {self._read / 1e6:,.0f} MB of text, more than "
                "any book has: submit the part that matters, or export it as PDF."
            )
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        root = etree.fromstring(self._archive.read(entry), parser)
        if root.getroottree().docinfo.doctype:
            raise ValueError("a document type")
        return root

    def related(self, name: str) -> Mapping[str, str]:
        """Return the parts that a part states a relation to, the first of each kind."""
        return {kind: target for _, kind, target in reversed(self.relations(name))}

    def relations(self, name: str) -> list[tuple[str, str, str]]:
        """Return the relations that a part states: name, kind, and the part that each leads to."""
        folder, file = posixpath.split(name)
        stated = posixpath.join(folder, "_rels", f"{file}.rels")
        return list(_relations(self.root(stated), folder)) if self.has(stated) else []


def _relations(root: Any, folder: str) -> Iterator[tuple[str, str, str]]:
    for one in all_in(root, "Relationship"):
        if one.get("TargetMode") != "External":
            target = posixpath.join("/", folder, unquote(one.get("Target", "")))
            kind = one.get("Type", "").rpartition("/")[2]
            yield one.get("Id", ""), kind, posixpath.normpath(target).lstrip("/")
