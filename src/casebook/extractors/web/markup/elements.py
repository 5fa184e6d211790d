"""What single elements do to the text around them: programs, tables, lists, raised marks. Pure."""

import re
from collections.abc import Iterator
from itertools import count, islice, pairwise
from typing import Any

from casebook.extractors.text.characters import SUPERSCRIPT

LEVELS = {"head": 2, "h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
"""The elements that are headings, and their levels; ``head`` is trafilatura's."""

MAYBE_NO_TEXT = frozenset({"a", "pre", "button"})
"""The elements that ``is_no_text`` tells apart: asking each one takes longer."""

# The signs that documentation sites hang on a heading as a link to it.
PERMALINK = " \n\t\u00a7\u00b6\uf0c1#\U0001f517"

_BACK = " \n\t\u21a9\u2191\u2934\u23ce^\ufe0e\ufe0f"

# A table around one of these holds the page, not data; around a heading beside other text, too.
_LAYOUT = tuple(f".//{tag}" for tag in ("table", "h1", "form"))
_SUBHEADINGS = ("h2", "h3")
_ROWS = ("tr", "row")
_LINE = re.compile(r"(?<![^\s_-])line(?![^\s_-])(?![_-]?num)", re.IGNORECASE)
# Pygments, Chroma, Prism, Expressive Code, CodeMirror and their likes.
_NUMBER_OF_LINE = re.compile(
    r"(?<![^\s_-])(?:linenos?|line-?num(?:ber)?s?|lineno|ln|lnt|gutter|rouge-gutter|blob-num)"
    r"(?![^\s_-])",
    re.IGNORECASE,
)
_CELLS = frozenset({"td", "th", "cell"})

_COPY = re.compile(r"\s*(?:copy|copied)(?: code| to clipboard)?!?\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[-−–]?\d+(?:[,–-]\d+)*")
_NUMBERS = re.compile(r"\s*\d{1,5}(?:\s+\d{1,5})*\s*")

_INLINE = frozenset("span a em strong b i small time label cite abbr data u mark bdi".split())
_CODE = frozenset("code pre kbd samp tt var".split())
_NEAR = 8

_LETTERED = frozenset("aA")
_ALPHABET = 26
_WHOLE = re.compile(r"-?\d{1,4}")
# Lists that style sheets show without numbers: menus, paths, threads, and those that say so.
_UNNUMBERED = re.compile(
    r"unstyled|list-?(?:style-?)?none|no-?(?:bullet|number|list)|crumb|comment|nav|menu|pagin|post"
    r"|card|grid|carousel|slide|gallery|result|timeline|social|share|tabs?\b",
    re.IGNORECASE,
)


def is_no_text(element: Any) -> bool:
    """Tell what is shown beside a text and is none of it."""
    return is_permalink(element) or is_line_numbers(element) or _copies(element)


def _copies(button: Any) -> bool:
    """Tell a button that copies the program it stands by, and no word of a sentence."""
    is_last = button.tag == "button" and not (button.tail or "").strip()
    return is_last and bool(_COPY.fullmatch(_text(button)))


def is_permalink(element: Any) -> bool:
    """Tell a link that only a sign stands for: to the heading it hangs on, or back from a note."""
    if element.tag != "a" or len(element):
        return False
    is_place = (element.get("href") or "").startswith("#")
    text = (element.text or "").strip(_BACK if is_place else "")
    return bool((element.text or "").strip()) and not text.strip(PERMALINK)


def is_program(code: Any) -> bool:
    """Tell lines of a program, set apart without ``pre``, from code within a sentence."""
    before = code.getprevious()
    above = code.getparent()
    said = before.tail if before is not None else (above.text if above is not None else None)
    if (said or "").strip() or (code.tail or "").strip():
        return False
    return "\n" in _text(code).strip() or next(code.iter("br", "lb"), None) is not None


def is_layout(table: Any) -> bool:
    """Tell a table that holds parts of the page, not data."""
    if any(table.find(path) is not None for path in _LAYOUT) or _holds_program(table):
        return True
    return not all(map(_fills_its_cell, table.iter(*_SUBHEADINGS)))


def _holds_program(table: Any) -> bool:
    """Tell a table of one row that sets the numbers of lines beside a program."""
    rows = list(islice(table.iter(*_ROWS), 2))
    programs = list(rows[0].iter("pre")) if len(rows) == 1 else ()
    return any("\n" in _text(pre).strip() or is_line_numbers(pre) for pre in programs)


def is_line_numbers(element: Any) -> bool:
    """Tell the column of numbers that stands beside the lines of a program."""
    row = next(element.iterancestors(*_ROWS), None) if element.tag == "pre" else None
    if row is None or not _NUMBERS.fullmatch(said := " ".join(element.itertext())):
        return False
    numbers = [int(number) for number in said.split()]
    others = (pre for pre in row.iter("pre") if pre is not element)
    return all(b - a == 1 for a, b in pairwise(numbers)) and next(others, None) is not None


def is_line_number(element: Any) -> bool:
    """Tell the number that stands before a line within a program."""
    named = element.get("class")
    if not named or not _NUMBER_OF_LINE.search(named):
        return False
    inside = list(islice(element.iter(), _NEAR))
    return len(inside) < _NEAR and bool(_NUMBERS.fullmatch(_text(element)))


def are_lines_apart(program: Any) -> bool:
    """Tell a program without line breaks, whose lines are elements that are named so."""
    if "\n" in _text(program).strip() or program.find(".//br") is not None:
        return False
    return any(map(is_line, program.iterfind(".//*[@class]")))


def is_broken(program: Any) -> bool:
    """Tell a program outside ``pre`` whose lines end with ``br``; other line ends are spaces."""
    if program.tag == "pre" or next(program.iter("br"), None) is None:
        return False
    return next(program.iterancestors("pre"), None) is None


def is_line(element: Any) -> bool:
    """Tell an element that is named a line."""
    return bool(_LINE.search(element.get("class") or ""))


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _fills_its_cell(heading: Any) -> bool:
    """Tell a heading that is all that its cell holds."""
    above = heading.getparent()
    while above is not None and len(above) == 1 and not (above.text or "").strip():
        if (heading.tail or "").strip():
            return False
        if above.tag in _CELLS:
            return True
        heading, above = above, above.getparent()
    return False


def is_heading_row(row: Any) -> bool:
    """Tell a row of one cell that is a heading of the rows below it."""
    if len(row) != 1 or row[0].tag not in _CELLS:
        return False
    heading = next(row.iter(*LEVELS), None)
    return heading is not None and _fills_its_cell(heading)


def is_set_apart(element: Any, last: str, first: str) -> bool:
    """Tell an element that a style sets apart from the one right before it, as a label and a value.

    ``last`` and ``first`` are the letters or digits that touch. Elements without classes, or of the
    same class where no capital or number begins, are parts of one word.
    """
    element = _outermost(element)
    before = element.getprevious()
    if before is None or before.tail or not {element.tag, before.tag} <= _INLINE:
        return False
    names = before.get("class"), element.get("class")
    if not any(names) or _is_in_code(element):
        return False
    is_initial = last.isupper() and first.islower()
    if len(_text(before)) == 1 and (is_initial or len(_text(element)) == 1):
        return False  # a first letter that is set large, or letters that move one by one
    turns = (first.isupper() and not last.isupper()) or first.isdigit() != last.isdigit()
    return turns or (all(names) and names[0] != names[1])


def _outermost(element: Any) -> Any:
    """Return the outermost element within the line that begins with ``element``."""
    while element.getprevious() is None:
        above = element.getparent()
        if above is None or above.text or above.tag not in _INLINE:
            break
        element = above
    return element


def _is_in_code(element: Any) -> bool:
    return any(each.tag in _CODE for each in islice(element.iterancestors(), _NEAR))


def heads_quotation(cite: Any) -> bool:
    """Tell the words above a quotation that name whose it is, as forums have it: "Ada wrote:"."""
    above = cite.getparent()
    if above is None or (above.text or "").strip() or cite.getprevious() is not None:
        return False
    around = above.getparent() if above.tag == "div" else above
    return around is not None and around.tag == "blockquote"


def numbers_of(element: Any) -> Iterator[str] | None:
    """Return the numbers that the items of a list are shown with, None for a list without."""
    if element.tag != "ol" and (element.tag, element.get("rend")) != ("list", "ol"):
        return None
    said = f"{element.get('class')} {element.get('style')} {element.get('role')}"
    if _UNNUMBERED.search(said) or element.get("reversed") is not None:
        return None
    first = element.get("start") or ""
    start = int(first) if _WHOLE.fullmatch(first) else 1
    kind = element.get("type") or ""
    if kind in _LETTERED and start == 1:
        return (f"{chr(ord(kind) + n)}. " for n in range(_ALPHABET))
    return (f"{n}. " for n in count(start)) if kind in {"", "1"} else None


def raised(text: str) -> str:
    """Return raised ``text`` as it reads behind what it is raised beside.

    The mark of a note and a power are numbers of their own: "2018" and "2" is no 20182.
    """
    said = text.strip()
    return text.replace(said, said.translate(SUPERSCRIPT)) if _NUMBER.fullmatch(said) else text


_OF_TABLES = {"row": "tr"} | dict.fromkeys(("cell", "gridcell", "columnheader", "rowheader"), "td")


def stated_tag(element: Any) -> str:
    """Return the tag of what an element says that it is of a table (WAI-ARIA), or nothing."""
    return _OF_TABLES.get(element.get("role"), "")
