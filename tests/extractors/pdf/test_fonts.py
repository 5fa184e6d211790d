"""Fonts that do not say which letters they draw are found; good files without maps are read."""

import shutil
from io import BytesIO
from pathlib import Path
from string import ascii_lowercase

import pytest
from fpdf import FPDF
from pypdf import PdfWriter

from extractors.pdf import scans
from schemas.errors import ExtractionError

ENGLISH = "The router sends each ticket to the team that can answer it, and that takes an hour. "
CYRILLIC = "Маршрутизатор отправляет каждый запрос той команде, которая может на него ответить. "
POLISH = (
    "Router przekazuje każde zgłoszenie do zespołu, który nie musi już go szukać, a to się liczy. "
)
_FACES = sorted(Path("/usr/share/fonts").rglob("LiberationSans-Regular.ttf"))
_LETTERS = sorted(set(CYRILLIC))
# As a program does that puts only the letters in use into a file: the first it meets is code 33.
OWN_CODES = "".join(" " if c == " " else chr(32 + _LETTERS.index(c)) for c in CYRILLIC)
NAMES = "/Encoding<</Type/Encoding/Differences[33 " + "".join(f"/g{n}" for n in range(99)) + "]>>"
LETTERS = (
    "/Encoding<</Type/Encoding/Differences[97" + "".join(map("/{}".format, ascii_lowercase)) + "]>>"
)
SYMBOLIC, PLAIN = 4, 32


@pytest.fixture
def set_in(page_of):
    """Set text in an embedded TrueType font without a Unicode map."""

    def make(text, encoding="", flags=SYMBOLIC):
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        shown = f"BT /F2 9 Tf 12 TL 40 700 Td {f'({escaped}) Tj T* ' * 12}ET"
        font = (
            "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Report/FirstChar 32/LastChar 255"
            f"/Widths[{'500 ' * 224}]/FontDescriptor 7 0 R{encoding}>>"
        )
        about = (
            f"<</Type/FontDescriptor/FontName/ABCDEF+Report/Flags {flags}/FontBBox[0 0 999 999]"
            "/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile2 8 0 R>>"
        )
        file = "<</Length 1/Length1 1>>stream\nz\nendstream"
        data = page_of(shown, prose=0, objects=[font, about, file])
        return data.replace(b"/F1 5 0 R>>", b"/F1 5 0 R/F2 6 0 R>>")

    return make


@pytest.mark.parametrize(
    ("text", "encoding", "flags"),
    [
        (OWN_CODES, "", SYMBOLIC),
        (OWN_CODES, NAMES, SYMBOLIC),
        (OWN_CODES, "", PLAIN),
        (OWN_CODES, NAMES, PLAIN),
        (CYRILLIC.encode("cp1251").decode("latin-1"), "/Encoding/WinAnsiEncoding", PLAIN),
        (CYRILLIC.encode("koi8-r").decode("latin-1"), "", SYMBOLIC),
    ],
    ids=["own codes", "own codes and names", "no encoding", "names", "Windows", "KOI8"],
)
def test_cyrillic_in_fonts_without_a_map_is_refused(
    read, set_in, monkeypatch, text, encoding, flags
):
    """Private codes, unnamed glyphs and a Russian code page never give Latin noise."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        ExtractionError, match="has fonts that do not map glyphs to letters"
    ) as error:
        read(set_in(text, encoding, flags))
    assert error.value.kind == "scanned"
    assert "install tesseract-ocr" in str(error.value)


@pytest.mark.parametrize(
    ("text", "encoding", "flags"),
    [
        (ENGLISH, "", SYMBOLIC),
        (POLISH.encode("cp1250").decode("latin-1"), "", SYMBOLIC),
        ("Q1 1.204 3.117 Q2 1.351 3.402 EBIT 0.412 0.398 ", "/Encoding/WinAnsiEncoding", PLAIN),
        ("Usmjernik svaki zahtjev predaje timu koji odgovara. ", LETTERS, PLAIN),
    ],
    ids=["English", "Polish", "figures", "standard names"],
)
def test_plain_language_is_read_without_a_map(read, set_in, monkeypatch, text, encoding, flags):
    """Many old files have no map although their codes are the letters: these are not noise."""
    monkeypatch.setenv("PATH", "")
    assert text.split()[0] in read(set_in(text, encoding, flags)).text


def test_a_table_in_a_font_that_set_language_before_is_read(read, set_in, monkeypatch):
    """A page of numbers says nothing about its font, but another page of the file does."""
    monkeypatch.setenv("PATH", "")
    writer = PdfWriter()
    for text in (ENGLISH, *["2019 14.2 33.1 2020 15.1 34.9 "] * 3):
        writer.append(BytesIO(set_in(text)))
    found = BytesIO()
    writer.write(found)
    assert "14.2 33.1" in read(found.getvalue()).text


def without_maps(text):
    """A page in a Unicode font whose map was taken out."""
    pdf = FPDF()
    pdf.add_font("Liberation", fname=_FACES[0])
    pdf.add_page()
    pdf.set_font("Liberation", size=12)
    for n in range(9):
        pdf.cell(text=f"{n}. {text[9 * n :]}", new_x="LMARGIN", new_y="NEXT")
    writer, found = PdfWriter(clone_from=BytesIO(pdf.output())), BytesIO()
    (font,) = writer.pages[0]["/Resources"]["/Font"].values()
    del font.get_object()["/ToUnicode"]
    writer.write(found)
    return found.getvalue()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
@pytest.mark.skipif(not _FACES, reason="there is no font with Cyrillic letters")
def test_ocr_is_trusted_only_with_letters_it_knows(read, monkeypatch):
    """OCR reads a page without a map; English data does not turn Russian into Latin noise."""
    monkeypatch.setattr(scans, "_installed", lambda _: frozenset({"eng", "osd"}))
    found = read(without_maps(ENGLISH))
    assert ENGLISH.strip() in " ".join(found.text.split())
    assert found.steps[1].method == "tesseract"
    with pytest.raises(ExtractionError, match=r"tesseract's data for the document's language"):
        read(without_maps(CYRILLIC))
