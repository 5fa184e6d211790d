"""What a Word document shows, said in the elements that mammoth reads: in place, before it reads.

It leaves out what it does not know, with all that is inside: fields in one element, text that
changes direction, readings above characters, boxes as Word draws them. Of two branches it takes
the one for old programs.
"""

import re
from collections.abc import Iterator
from typing import Any

from casebook.extractors.word.styles import Styles
from casebook.extractors.word.xml import (
    all_in,
    around,
    child,
    drop,
    is_on,
    made,
    name_of,
    number,
    replace,
    run_of,
    space_of,
    value,
)

_OF_WORD = "http://schemas.microsoft.com/office/"
_WRAPPERS = ("fldSimple", "bdo", "dir", "conflictIns")
_DELETED = ("del", "moveFrom", "conflictDel")
_PROPERTIES = frozenset({"rPr", "trPr"})
_CONTENTS = "Table of Contents"
_DRAWINGS = ("drawing", "pict", "object")
_BREAKS = {"cr": "br", "ptab": "tab"}
_CODE = "The document hides it: the code of a field."
_CHECKED, _OPEN = "☒", "☐"
_RAISED = "superscript"
_LAST_LEVEL = 8  # from 0; the one after it is that of plain text
_DEEPEST = 6
_OF_SIGNS = frozenset({"Symbol", "Webdings", "Wingdings", "Wingdings 2", "Wingdings 3"})
_OF_FONT = re.compile(r"([\uf020-\uf0ff])")
_CODE_POINT = re.compile(r"[0-9A-F]{2,5}")
_INITIAL = frozenset({"drop", "margin"})


def settle(part: Any) -> None:
    """Leave in ``part``, a document or its notes, one reading: of its changes and its branches.

    What was deleted, what waits to be filled in and a list of contents are left out.
    """
    for branches in all_in(part, "AlternateContent"):
        replace(branches, *_branch(branches))
    for element in [*all_in(part, *_DELETED), *_controls(part), *_deleted_cells(part)]:
        if name_of(element.getparent()) not in _PROPERTIES:  # of a paragraph's end, or a row
            drop(element)
    for wrapper in all_in(part, *_WRAPPERS):
        replace(wrapper, *wrapper)
    for ruby in all_in(part, "ruby"):
        _say_reading(ruby)
    for frame in reversed(all_in(part, "framePr")):
        if value(frame, "dropCap") in _INITIAL:
            _join_initial(frame)


def reword(part: Any) -> None:
    """Say what is left in elements that mammoth knows; pictures and the aims of links go."""
    for drawing in all_in(part, *_DRAWINGS):
        _keep_boxes(drawing)
    for name, known in _BREAKS.items():
        for element in all_in(part, name):
            replace(element, made(part, known))
    for box in all_in(part, "checkBox"):
        _check(box)
    for box in all_in(part, "checkbox"):
        drop(box)  # the sign that it is shown with stands in the text
    for step in all_in(part, "fldChar", "instrText"):
        drop(step)
    for text in all_in(part, "t"):
        _set_apart_signs(text)
    for sign in all_in(part, "sym"):
        _say_sign(sign)
    for link in all_in(part, "hyperlink"):
        link.attrib.clear()  # what it leads to may be missing


def keep_marks(part: Any, kind: str, notes: Any | None) -> None:
    """Leave in ``part`` the marks of those notes, of a ``kind``, that are there."""
    found = () if notes is None else notes.iterfind(f"{{*}}{kind}")
    known = {value(note, "id") for note in found}
    for mark in all_in(part, f"{kind}Reference"):
        if value(mark, "id") not in known:
            drop(mark)


def state_raised(part: Any, styles: Styles) -> None:
    """State at each run itself that its type is raised, as styles and positions do elsewhere."""
    for run in all_in(part, "r"):
        stated, _ = styles.of_run(run)
        if value(stated.get("vertAlign")) == _RAISED or (number(stated.get("position")) or 0) > 0:
            _raise(run)


def name_headings(styles: Styles, part: Any) -> None:
    """Call the styles of headings so by which level they have in an outline, in place."""
    for style in part.findall("{*}style"):
        if not value(style, "styleId"):
            drop(style)
        if not value(style, "type"):
            style.set(f"{space_of(style)}type", "paragraph")
        name = child(style, "name")
        level = number(styles.style(value(style, "styleId")).paragraph.get("outlineLvl"))
        if level is None or level > _LAST_LEVEL or name is None or value(name).lower() == "title":
            continue
        name.set(f"{space_of(name)}val", f"heading {min(level + 1, _DEEPEST)}")


def codes(part: Any) -> Iterator[tuple[Any, str]]:
    """Yield the texts that are the codes of fields, of which Word shows what comes out."""
    fields: list[list[Any] | None] = []  # the texts of each code that is open, None behind it
    for element in part.iter("{*}fldChar", "{*}t"):
        step = value(element, "fldCharType")
        if not step:
            code = next((code for code in reversed(fields) if code is not None), None)
            if code is not None:
                code.append(element)
        elif step == "begin":
            fields.append([])
        elif fields:
            yield from ((text, _CODE) for text in fields.pop() or ())
            if step == "separate":
                fields.append(None)


def _branch(branches: Any) -> list[Any]:
    """Return what Word shows of two branches: the first that asks for nothing it has not."""
    for choice in branches.iterfind("{*}Choice"):
        needed = (choice.nsmap.get(prefix, "") for prefix in choice.get("Requires", "").split())
        if all(space.startswith(_OF_WORD) for space in needed):
            return list(choice)
    otherwise = child(branches, "Fallback")
    return [] if otherwise is None else list(otherwise)


def _controls(part: Any) -> Iterator[Any]:
    """Yield the controls that wait to be filled in, and those that list the contents."""
    for control in all_in(part, "sdt"):
        gallery = child(control, "sdtPr", "docPartObj", "docPartGallery")
        if is_on(child(control, "sdtPr", "showingPlcHdr")) or value(gallery) == _CONTENTS:
            yield control


def _deleted_cells(part: Any) -> Iterator[Any]:
    cells = (around(mark, "tc") for mark in all_in(part, "cellDel"))
    yield from (cell for cell in cells if cell is not None)


def _say_reading(ruby: Any) -> None:
    """Set the reading of a word behind it, in brackets, as browsers do that know no ruby."""
    run = around(ruby, "r")
    if run is None:
        return
    base, reading = (ruby.findall(f"{{*}}{name}/{{*}}r") for name in ("rubyBase", "rt"))
    behind = [run_of(run, "("), *reading, run_of(run, ")")] if reading else []
    drop(ruby)
    for one in reversed([*base, *behind]):
        run.addnext(one)


def _join_initial(frame: Any) -> None:
    """Set a first letter that is drawn large before the paragraph that it begins."""
    initial = around(frame, "p")
    below = None if initial is None else initial.getnext()
    is_own = child(initial, "pPr", "framePr") is frame  # not what it was before a change
    if initial is None or below is None or name_of(below) != "p" or not is_own:
        return
    at = 0 if child(below, "pPr") is None else 1
    below[at:at] = initial.findall("{*}r")
    drop(initial)


def _say_sign(sign: Any) -> None:
    """Say a sign that has its number in Unicode; mammoth knows those that have it in a font."""
    code = value(sign, "char").upper()
    if value(sign, "font") in _OF_SIGNS:
        sign.set(f"{space_of(sign)}char", code)
    elif _CODE_POINT.fullmatch(code) and chr(int(code, 16)).isprintable():
        replace(sign, made(sign, "t", text=chr(int(code, 16))))


def _set_apart_signs(text: Any) -> None:
    """Make signs of their own of those characters of a text that only its font knows."""
    fonts = child(around(text, "r"), "rPr", "rFonts")
    font = value(fonts, "ascii") or value(fonts, "hAnsi")
    pieces = _OF_FONT.split(text.text or "")
    if font not in _OF_SIGNS or len(pieces) == 1:
        return
    said = (
        made(text, "sym", font=font, char=f"{ord(piece):04X}")
        if _OF_FONT.fullmatch(piece)
        else made(text, "t", text=piece)
        for piece in pieces
        if piece
    )
    replace(text, *said)


def _check(box: Any) -> None:
    """Say of a box in a form whether it is checked, as Word draws it."""
    step, checked = around(box, "fldChar"), child(box, "checked")
    if step is not None:
        is_checked = is_on(child(box, "default") if checked is None else checked)
        step.addprevious(made(step, "t", text=_CHECKED if is_checked else _OPEN))


def _keep_boxes(drawing: Any) -> None:
    """Leave of a drawing the boxes with text, in the one form that mammoth reads."""
    boxes = [
        box
        for box in all_in(drawing, "txbxContent")
        if next(box.iterancestors(*(f"{{*}}{name}" for name in _DRAWINGS))) is drawing
    ]
    if boxes:
        drawing.addprevious(made(drawing, "pict"))
        drawing.getprevious().extend(boxes)
    drop(drawing)


def _raise(run: Any) -> None:
    """State at a run itself that its type is raised, as LibreOffice and styles do elsewhere."""
    properties = child(run, "rPr")
    if properties is None:
        properties = made(run, "rPr")
        run.insert(0, properties)
    for stated in properties.findall("{*}vertAlign"):
        properties.remove(stated)
    properties.append(made(run, "vertAlign", val=_RAISED))
