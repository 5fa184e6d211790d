"""What of a Word document mammoth reads, without the rest: most of its time goes by elements.

Pure, in place: by then all else has been read, and is said in the text.
"""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.word.xml import all_in, drop, name_of

_READ = {
    "rPr": frozenset({"rStyle", "b", "vertAlign", "del"}),
    "pPr": frozenset({"pStyle", "numPr", "rPr"}),
    "tcPr": frozenset({"gridSpan", "vMerge"}),
    "trPr": frozenset({"tblHeader", "del"}),
    "tblPr": frozenset({"tblStyle"}),
}
_UNREAD = (
    "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak", "sectPr", "tblGrid",
)  # fmt: skip
_OF_REVISIONS = ("rsid", "paraId", "textId")


def slim(part: Any) -> None:
    """Take out of ``part`` properties, marks and attributes that mammoth does not read."""
    for element in all_in(part, *_UNREAD):
        drop(element)
    for properties in all_in(part, *_READ):
        read = _READ[name_of(properties)]
        for one in [one for one in properties if name_of(one) not in read]:
            properties.remove(one)
    for element in all_in(part, "p", "r", "tr"):
        for name in element.attrib:
            if etree.QName(name).localname.startswith(_OF_REVISIONS):
                del element.attrib[name]
