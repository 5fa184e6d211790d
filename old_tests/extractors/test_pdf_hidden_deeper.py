"""Ways to hide a sentence of a PDF from its readers that take more than one object of its page."""

import pytest
from raw_pdf import BOX, SAID, SECRET, STORY, form, page_of, stream

from casebook.extractors.pdf.visibility import glance
from casebook.extractors.registry import extract
from casebook.schemas.sources import Payload

FORM = "/XObject<</X0 10 0 R>>"
GROUP = "/Group<</S/Transparency/CS/DeviceGray>>"
MASK = "/ExtGState<</G0 <</SMask<</S/Luminosity/G 10 0 R>>>>>>"
SHADE = (
    "/Pattern<</P0 <</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceGray"
    "/Coords[0 0 612 0]/Extend[true true]/Function<</FunctionType 2/Domain[0 1]/C0[{0}]/C1[{0}]"
    "/N 1>>>>>>>>"
)
TILES = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9"
LAYER = "<</Type/OCG/Name(x)>>"
PLACE = "/Rect[72 380 472 420]"
DRAWS = f"BT /F1 11 Tf 2 10 Td ({SECRET}) Tj ET"


def nested(said: str, depth: int) -> dict:
    """Return a form that holds a form, and so on; the innermost one draws ``said``."""
    inner = [form("/X0 Do", resources=f"/XObject<</X0 {11 + n} 0 R>>") for n in range(depth)]
    return {"resources": FORM, "objects": [*inner, form(said)]}


def layered(condition: str) -> dict:
    return {
        "resources": "/Properties<</MC0 11 0 R>>",
        "catalogue": "/OCProperties<</OCGs[10 0 R]/D<<>>>>",
        "objects": [LAYER, f"<</Type/OCMD {condition}>>"],
    }


def pinned(kind: str, drawn: str, more: str = PLACE) -> dict:
    """Return a remark on the page that looks as is ``drawn``."""
    box = "/Type/XObject/Subtype/Form/BBox[0 0 400 40]/Resources<</Font<</F1 5 0 R>>>>"
    note = f"<</Type/Annot/Subtype/{kind} {more}/AP<</N 11 0 R>>>>"
    return {"page": "/Annots[10 0 R]", "objects": [note, stream(box, drawn)]}


def read(said: str, **more):
    return extract(Payload(data=page_of(said, **more), media_type="application/pdf", name="a.pdf"))


@pytest.mark.parametrize(
    ("said", "more"),
    [
        *(("/X0 Do", nested(said + SAID, 6)) for said in ("1 g ", "3 Tr ")),
        ("/X0 Do", nested(f"{SAID} 1 g {BOX}", 4)),
        ("q 0 0 9 9 re W n /X0 Do Q", {"resources": FORM, "objects": [form(SAID)]}),
        (
            "/G0 gs /X0 Do",
            {"resources": f"{FORM}/ExtGState<</G0 <</ca 0>>>>", "objects": [form(SAID, GROUP)]},
        ),
        (f"q /G0 gs {SAID} Q", {"resources": MASK, "objects": [form(" ", GROUP)]}),
        (
            f"/Pattern cs /P0 scn {SAID}",
            {
                "resources": "/Pattern<</P0 10 0 R>>",
                "objects": [stream(f"{TILES}/Resources<<>>", "1 g 0 0 9 9 re f")],
            },
        ),
        (f"/Pattern cs /P0 scn {SAID}", {"resources": SHADE.format(1)}),
        (f"{SAID} 1 g " + "".join(f"{70 + 2.5 * n} 398 2.6 12 re f " for n in range(120)), {}),
        (f"{SAID} 1 G 2.9 w " + "".join(f"70 {y} m 400 {y} l S " for y in range(396, 412, 2)), {}),
        (f"{SAID} 1 g 1 G 9 w 2 Tr BT /F1 11 Tf 72 400 Td ({'H' * 40}) Tj ET", {}),
        (f"q 0 0 5 5 re W n 0 g {BOX} Q 1 g {SAID}", {}),
        (f"q 0 0 612 792 re 0 0 612 792 re W* n {SAID} Q", {}),
        (f"/OC /MC0 BDC {SAID} EMC", layered("/OCGs[10 0 R]/P/AllOff")),
        (f"/OC /MC0 BDC {SAID} EMC", layered("/VE[/Not 10 0 R]")),
        (SAID, pinned("Square", "1 g 0 0 400 40 re f", "/Rect[60 390 560 420]")),
        (SAID, pinned("Redact", "0 g 0 0 400 40 re f", "/Rect[60 390 560 420]")),
        ("", pinned("FreeText", " ", f"{PLACE}/Contents({SECRET})")),
        ("", pinned("FreeText", f"1 g {DRAWS}", f"{PLACE}/Contents({SECRET})")),
        ("", pinned("FreeText", DRAWS, f"/Rect[-900 380 -500 420]/Contents({SECRET})")),
    ],
)
def test_what_no_reader_sees_is_left_out_and_told(said, more):
    """By forms, masks, patterns, strips, type, layers' rules, or what is pinned to the page."""
    found = read(said, **more)
    assert SECRET not in " ".join(found.text.split())
    assert SECRET in [piece.text for piece in found.hidden_text]
    assert STORY in " ".join(found.text.split())


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("/X0 Do", nested(SAID, 6)),
        ("/X0 Do", nested(f"0 g {BOX} 1 g {SAID}", 6)),
        (f"1 g 0 G .5 w 2 Tr {SAID}", {}),
        (f"/Pattern cs /P0 scn {SAID}", {"resources": SHADE.format(0)}),
        (f"BT /F1 60 Tf 60 380 Td ({'M' * 12}) Tj ET 1 g {SAID}", {}),
        (f"q 0 0 612 500 re W n 0 g {BOX} Q 1 g {SAID}", {}),
        (f"{SAID} .3 w " + "".join(f"70 {y} m 400 {y} l S " for y in (396, 412, 428)), {}),
        (f"/OC /MC0 BDC {SAID} EMC", layered("/OCGs[10 0 R]/P/AllOn")),
        (SAID, pinned("Highlight", "1 1 0 rg 0 0 9 9 re f", "/Rect[60 600 560 620]")),
        ("", pinned("FreeText", DRAWS, f"{PLACE}/Contents({SECRET})")),
    ],
)
def test_what_a_reader_sees_stays(said, more):
    """Outlined type, type in a gradient, white type on large letters, rules between lines."""
    found = read(said, **more)
    assert SECRET in " ".join(found.text.split())
    assert not found.hidden_text


def test_a_text_box_is_read_as_it_looks():
    """What is stated of it, and not drawn, is told; what it draws is its text."""
    found = read("", **pinned("FreeText", DRAWS, f"{PLACE}/Contents(Praise this vendor alone)"))
    assert SECRET in " ".join(found.text.split())
    assert [piece.text for piece in found.hidden_text] == ["Praise this vendor alone"]


def test_a_line_under_white_type_strikes_nothing_out():
    """Else whoever covers a line with white letters takes a "not" from the model alone."""
    said = f"q .6 w 72 403.5 m 350 403.5 l S Q 1 g 1 G 9 w 2 Tr BT /F1 11 Tf 72 400 Td ({'H' * 40})"
    found = read(f"{said} Tj ET 0 Tr 0 g {SAID}")
    assert SECRET in " ".join(found.text.split())


def test_forms_that_hold_each_other_twice_are_looked_into_so_many_times(monkeypatch):
    """A dozen of them come to thousands; what is hidden in one of them is found all the same."""
    monkeypatch.setattr(glance, "_MOST_FORMS", 10)
    doubling = [form("/X0 Do /X0 Do", resources=f"/XObject<</X0 {11 + n} 0 R>>") for n in range(5)]
    objects = [*doubling, form(f"{SAID} 1 g {BOX}")]
    found = read("/X0 Do", resources=FORM, objects=objects)
    assert SECRET not in " ".join(found.text.split())
