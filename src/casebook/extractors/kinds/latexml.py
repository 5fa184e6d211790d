"""LaTeXML's pages, as arXiv and ar5iv show papers: made into a page whose sentences read on.

Its markup is described at https://math.nist.gov/~BMiller/LaTeXML/manual/schema/. A footnote stands
within the sentence that it belongs to, its number three times before it; each formula in a line of
its own is a table; the point of a list is a text beside the item.
"""

import re
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # it ships no types


def _has(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


# What is no part of the paper: its list of references, the page around it, notices of arXiv.
_APART = "//*[{}]".format(
    " or ".join(
        [
            *map(_has, ("ltx_bibliography", "package-alerts")),
            *(
                f"contains(@class, 'ltx_{part}')"
                for part in ("page_header", "page_footer", "page_navbar", "pagination")
            ),
            "@id='license-tr' or @id='watermark-tr'",
        ]
    )
)
_ENTRIES = "count(//*[contains(@class, 'ltx_bibitem')])"
_FORMULAS = "//math[@alttext]"
# How large a formula is set is no word of it; LaTeXML states it in each cell of an aligned one.
_SIZE = re.compile(r"\\(?:display|text|script|scriptscript)style(?![A-Za-z])\s*")
_HOLDING_NOTES = "figcaption table li h2 h3 h4 h5 h6"  # h1 is the paper's title, with its thanks
_NOTES = f"//*[{_has('ltx_note')}]"
_NOTE_TEXT = f"descendant::*[{_has('ltx_note_content')}][1]"
_NOTE_MARKS = "descendant::*[{}]".format(
    " or ".join(map(_has, ("ltx_note_mark", "ltx_note_type", "ltx_tag_note")))
)
_AROUND_NOTE = "ancestor::*[{} or {}][1]".format(
    _has("ltx_p"), " or ".join(f"self::{name}" for name in _HOLDING_NOTES.split())
)
_DISPLAYED = f"//table[{_has('ltx_equation')} or {_has('ltx_equationgroup')}]"
_POINTS = "//li/span[{}]".format(
    " or ".join(map(_has, ("ltx_tag_item", "ltx_tag_itemize", "ltx_tag_enumerate")))
)


def tidy(tree: Any) -> int:
    """Change a page so that it reads on; return how many references were left out of it.

    Formulas become their TeX, a footnote a paragraph behind the one in which it is called.
    """
    entries = int(tree.xpath(_ENTRIES))
    for element in tree.xpath(_APART):
        _drop(element)
    for formula in tree.xpath(_FORMULAS):
        _replace(formula, _SIZE.sub("", formula.get("alttext")))
    for note in reversed(tree.xpath(_NOTES)):
        _put_behind(note)
    for table in tree.xpath(_DISPLAYED):
        _unfold(table)
    for point in tree.xpath(_POINTS):
        _join(point)
    return entries


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _replace(element: Any, text: str) -> None:
    span = lxml.html.Element("span")
    span.text, span.tail = text, element.tail
    element.getparent().replace(element, span)


def _put_behind(note: Any) -> None:
    """Put a footnote behind its paragraph; where it stands in none (in the title), leave it out."""
    content, around = (next(iter(note.xpath(path)), None) for path in (_NOTE_TEXT, _AROUND_NOTE))
    if content is not None and around is not None:
        for mark in content.xpath(_NOTE_MARKS):
            _drop(mark)
        if "".join(content.itertext()).strip():  # no mark of a note that stands elsewhere
            content.tag = "p"
            content.tail, around.tail = around.tail, None
            around.addnext(content)
    _drop(note)


def _unfold(table: Any) -> None:
    """Make a formula that stands in a table of its own a line, with its number behind it."""
    for part in table.iter("table", "tbody", "tr", "td"):
        part.tag = "span"
        part.tail = f" {part.tail or ''}"
    table.tag = "p"


def _join(point: Any) -> None:
    """Set the number of an item before its text; a point or dash says nothing."""
    text = "".join(point.itertext()).strip()
    inside = point.getparent().iter()  # XPath would look through the whole page for each item
    first = next((one for one in inside if "ltx_p" in (one.get("class") or "").split()), None)
    if first is not None and any(map(str.isalnum, text)):
        first.text = f"{text} {first.text or ''}"
    _drop(point)
