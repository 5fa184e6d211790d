"""Pages that are pictures of text, with the real tesseract."""

import io
import os
import shutil
import string
import subprocess
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.function_words import is_no_language
from casebook.extractors.pdf.lines import Line, PageLines
from casebook.extractors.pdf.ocr import tesseract as pdf_ocr
from casebook.extractors.pdf.ocr.languages import choose, installed
from casebook.extractors.pdf.ocr.upright import straightened
from casebook.schemas.errors import Scanned
from casebook.schemas.sources import Payload

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed (apt: tesseract-ocr)"
)
STORY = (
    "The router sends each ticket to the team that can answer it within the hour. It was moved "
    "to a small model in March, and the share of tickets that reach the wrong team fell from "
    "nine percent to four percent within a month. Nobody on the platform group had foreseen this."
)
OTHERS = dict(zip(string.ascii_lowercase, "qmxvkzjwcplsnyhgbdoteirfau", strict=True))
TYPED = "This page has a text layer of its own, which nobody needs to recognise again."


@pytest.fixture(scope="module")
def scanned() -> bytes:
    """A typed page and a scanned one."""
    book = FPDF()
    book.add_page()
    book.set_font("times", size=12)
    book.multi_cell(0, 7, TYPED)
    return _with_scan(book, STORY)


def _with_scan(book: FPDF, text: str, degrees: float = 0.0) -> bytes:
    """Add a page that is a picture of ``text``, turned by ``degrees``, and return the file."""
    with pypdfium2.PdfDocument(_typed(text)) as document:
        picture = document[0].render(scale=2.5).to_pil().convert("L")
    picture = picture.rotate(degrees, expand=degrees % 90 == 0, fillcolor=255)
    book.add_page("L" if picture.width > picture.height else "P")
    book.image(io.BytesIO(_png(picture)), x=0, y=0, w=book.w)
    return bytes(book.output())


def _png(picture) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _without_meaning(data: bytes) -> bytes:
    """Say of each letter of a typed file that it is a control character."""
    return _stating(data, lambda n: n % 8 + 1)


def _shuffled(data: bytes) -> bytes:
    """Say of each small letter of a typed file that it is another one."""
    return _stating(data, lambda n: ord(OTHERS.get(chr(n), chr(n))))


def _stating(data: bytes, means: Callable[[int], int]) -> bytes:
    """Say of each code of a typed file that it is the letter with the number that it ``means``."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    signs = "".join(f"<{n:02x}> <{means(n):04x}>\n" for n in range(32, 127))
    said = DecodedStreamObject()
    said.set_data(
        b"1 begincodespacerange <00> <ff> endcodespacerange\n95 beginbfchar\n"
        + signs.encode()
        + b"endbfchar\n"
    )
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        font.get_object()[NameObject("/ToUnicode")] = writer._add_object(said)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _typed(text: str) -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.set_font("times", size=14)
    paper.multi_cell(0, 8, text)
    return bytes(paper.output())


def read(data: bytes):
    return extract(Payload(data=data, media_type="application/pdf", name="scan.pdf"))


@needs_tesseract
def test_only_the_page_without_text_is_recognised(scanned):
    """A scanned page reads on like a typed one, knows its page, and the path is told."""
    found = read(scanned)
    assert TYPED in found.text
    assert STORY in found.text
    assert [p.locator.page for p in found.passages] == [1, 2]
    (step,) = [step for step in found.extraction if step.method == "tesseract"]
    assert step.outcome.startswith("text of 1 pages from OCR")


def test_without_the_program_a_scan_says_what_to_install(monkeypatch, tmp_path):
    """No tesseract on PATH is a failure with its remedy, not a document without text."""
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    book = FPDF()
    book.add_page()
    book.image(io.BytesIO(_png(Image.new("L", (200, 280), 200))), x=0, y=0, w=210)
    with pytest.raises(Scanned, match=r"scan\.pdf has pictures .* apt install tesseract-ocr"):
        read(bytes(book.output()))


GERMAN = (
    "Die Weiche schickt jede Anfrage über Rückmeldungen an die Gruppe, die sie während der "
    "nächsten Stunde lösen kann. Für die Prüfung genügt ein größeres Maß an Übersicht, und über "
    "die Hälfte der Fälle löst sich früher als zuvor. Natürlich müssen wir dafür jede Änderung "
    "ausführlich erklären."
)


def _picture_of(text: str, language: str = "") -> bytes:
    book = FPDF()
    if language:
        book.set_lang(language)
    return _with_scan(book, text)


def _has(*languages: str) -> bool:
    program = shutil.which("tesseract")
    return program is not None and set(languages) <= installed(program, None)


@pytest.mark.skipif(
    not _has("deu", "eng"), reason="needs tesseract-ocr and tesseract-ocr-deu (apt)"
)
@pytest.mark.parametrize("stated", ["de-DE", "", "en"])
def test_a_scan_is_read_in_its_own_language(stated):
    """What the file states is tried first; a page that turns out to be in another is read in that."""
    found = read(_picture_of(GERMAN, stated))
    assert "genügt ein größeres Maß an Übersicht" in " ".join(found.text.split())
    assert next(s.outcome for s in found.extraction if s.method == "tesseract").endswith("as deu")


@needs_tesseract
def test_a_language_that_is_not_installed_is_told(monkeypatch):
    """What is there is used, and the step says what to install."""
    monkeypatch.setattr(pdf_ocr, "installed", lambda *_: frozenset({"eng"}))
    found = read(_picture_of(STORY, "cs"))
    assert STORY.split(". ", maxsplit=1)[0] in found.text
    (step,) = [step for step in found.extraction if step.method == "tesseract"]
    assert "ces is not installed (apt install tesseract-ocr-ces)" in step.outcome
    assert choose("cs", {"eng"}) == ("eng", "ces")
    assert choose(None, {"deu", "fra"}) == ("deu", None)
    assert choose("zh-CN", {"eng", "chi_sim"}) == ("chi_sim", None)


def _can_tell_orientation() -> bool:
    program = shutil.which("tesseract")
    if program is None:
        return False
    told = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    return "osd" in told.stdout.split()


@pytest.mark.skipif(not _can_tell_orientation(), reason="needs tesseract-ocr-osd (apt)")
@pytest.mark.parametrize("degrees", [90, 180])
def test_a_page_that_lies_or_stands_on_its_head_is_read(degrees):
    """It is turned and read again, which the step tells; it was refused, or read as noise."""
    found = read(_with_scan(FPDF(), STORY, degrees))
    assert " ".join(found.text.split()) == STORY
    (step,) = [step for step in found.extraction if step.method == "tesseract"]
    assert "1 turned" in step.outcome


@needs_tesseract
@pytest.mark.parametrize("degrees", [-5, 4])
def test_a_page_that_slants_is_read_whole(degrees):
    """Tesseract leaves out most lines of such a page, and is sure of the others."""
    found = read(_with_scan(FPDF(), " ".join([STORY] * 5), degrees))
    assert " ".join(found.text.split()).count(STORY) == 5
    (step,) = [step for step in found.extraction if step.method == "tesseract"]
    assert "1 straightened" in step.outcome


@pytest.mark.parametrize("degrees", [-6.0, -3.0, 0.0, 1.0, 5.0])
def test_how_a_page_slants_is_measured(degrees):
    """From two and a half degrees on a page is straightened; a picture without lines never is."""
    lines = Image.new("L", (1200, 1600), 255)
    for y in range(100, 1500, 40):
        lines.paste(0, (100, y, 1100, y + 12))
    _, found = straightened(np.asarray(lines.rotate(-degrees, fillcolor=255)))
    assert found == pytest.approx(degrees if abs(degrees) > 2 else 0.0, abs=0.3)
    assert straightened(np.full((1600, 1200), 255, np.uint8))[1] == 0.0


@needs_tesseract
def test_a_page_whose_letters_mean_nothing_is_recognised():
    """Where no library can say what the letters are, the page is read as a reader reads it."""
    found = read(_without_meaning(_typed(STORY)))
    assert STORY in " ".join(found.text.split())
    steps = {step.method: step.outcome for step in found.extraction}
    assert steps["glyphs"].startswith("pages 1 ")
    assert steps["tesseract"].startswith("text of 1 pages from OCR")


def test_a_file_whose_letters_mean_nothing_is_refused_without_the_program(monkeypatch):
    """Signs in place of words are no document; the error says what would help."""
    monkeypatch.setattr(pdf_ocr, "_PROGRAM", "no-such-program")
    with pytest.raises(Scanned, match="install tesseract"):
        read(_without_meaning(_typed(STORY)))


@needs_tesseract
def test_letters_that_are_others_than_they_look_are_recognised():
    """A font that states other letters than it shows is read as a reader reads it, and told."""
    found = read(_shuffled(_typed(f"{STORY} {STORY} {STORY}")))
    assert " ".join(found.text.split()).count(STORY) == 3
    steps = {step.method: step for step in found.extraction}
    assert steps["glyphs"].is_doubt
    assert steps["tesseract"].outcome.startswith("text of 1 pages from OCR")


def test_letters_that_are_others_than_they_look_are_refused_without_the_program(monkeypatch):
    """Words of no language are no document where nothing can tell what is shown instead."""
    monkeypatch.setattr(pdf_ocr, "_PROGRAM", "no-such-program")
    with pytest.raises(Scanned, match=r"no language.*install tesseract"):
        read(_shuffled(_typed(f"{STORY} {STORY} {STORY}")))


@needs_tesseract
def test_words_of_no_language_stay_where_they_are_shown():
    """What is written in a language that nobody here knows is what its page shows."""
    story = "".join(OTHERS.get(letter, letter) for letter in STORY)
    found = read(_typed(f"{story} {story} {story}"))
    assert " ".join(found.text.split()).count(story) == 3
    assert not any(step.method in {"glyphs", "tesseract"} for step in found.extraction)


SLIDES = (
    "Model Routing Platform. Latency Budget: Tokenization overhead, Prefix caching, Speculative "
    "decoding, Cold starts. Cost Breakdown: Reserved instances, Annotation vendors, Smaller models. "
    "Lessons Learned: Start small, Measure everything, Cache aggressively, Automate rollback. "
)
UNKNOWN = (
    "Karo mintel vosari den pulon, shimar eto grigri balune; talo sukemi wenara obi. Lunete vosa "
    "miteka roshi, balagri puneto arika den telomi unesha."
)


@pytest.mark.parametrize("story", [SLIDES, UNKNOWN], ids=["slides", "unknown"])
def test_what_can_be_spoken_is_read_without_the_program(monkeypatch, story):
    """Slides have no small words, and rare languages have others than those known: both stay."""
    monkeypatch.setattr(pdf_ocr, "_PROGRAM", "no-such-program")
    found = read(_typed(story * 6))
    assert " ".join(found.text.split()).count(story.split(".")[0]) == 6
    assert not any(step.is_doubt for step in found.extraction)


@pytest.mark.parametrize("picture", ["", "Ll Nn Rr Tt Kk Ss Dd " * 3], ids=["nothing", "noise"])
@needs_tesseract
def test_words_stay_that_ocr_reads_as_no_language_either(monkeypatch, picture):
    """What OCR makes of a picture replaces no words unless it is written in a known language."""
    page = PageLines(1, [Line("mvx qmzv lkjz wcpl", 1, 11.0, False, 0.0, 100.0, 0.0)])
    words = [pdf_ocr._Word(("1", "1", "1"), 0, 0, 9, 9, 90.0, word) for word in picture.split()]
    monkeypatch.setattr(pdf_ocr._Reader, "read", lambda *_: (words, 1.0))
    assert pdf_ocr.shows([None], page, None) is None


@pytest.mark.parametrize(
    "prose",
    [
        STORY,
        SLIDES,
        UNKNOWN,
        (
            "Das Modell liest jeden Brief, und wer ihn nicht versteht, legt ihn auf den Tisch, an dem "
            "wir seit dem Mai die Fälle prüfen, die es nicht kennt oder die zu groß für es sind."
        ),
        (
            "Le modèle lit les lettres que nous recevons et les range dans la file de ceux qui ont le "
            "temps de répondre; pour les autres, il y a une personne qui les lit une par une."
        ),
        (
            "Модель читает каждое письмо, и если она его не понимает, то его читает человек, который "
            "знает, что с ним делать, но не всегда в тот же день, как мы бы того хотели для всех."
        ),
        (
            "Malli lukee jokaisen kirjeen, ja jos se ei ole varma siitä, mitä kirje on, niin sen saa "
            "ihminen, joka on ollut talossa niin kauan, että hän kyllä tietää, kun se on outo."
        ),
        "模型阅读每一封信件，如果它不明白，就由一个人来读。" * 20,
        "for (i = 0; i < count; i++) { row[i] = total / part; } // 12 34 56",
        "4711 | 12.5 | 88 % | A-7",
    ],
)
def test_prose_slides_programs_and_tables_are_no_shuffled_letters(prose):
    """Languages have small words and vowels, whichever they are; what is mostly signs is not judged."""
    assert not is_no_language(f"{prose} " * 8)
    shuffled = "".join(OTHERS.get(letter, letter) for letter in STORY)
    assert is_no_language(f"{shuffled} " * 3)
