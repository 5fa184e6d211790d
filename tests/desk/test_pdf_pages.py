"""A page of a PDF as a picture, with the quotes of the case boxed."""

import random
import re
from io import BytesIO
from itertools import islice

import pypdfium2
from case_views import a_quote, a_statement
from desk_client import read, texts
from pdf_case import PAYLOAD, QUOTE
from PIL import Image

from desk.pdf_pages import part_of
from extractors.pdf.pages import picture
from schemas.cases import CaseStudy


def test_a_quote_leads_to_its_box_on_the_page(desk, pdf_case, pdf_document):
    """The quote's place links to the picture, in which only this quote is highlighted."""
    case = read(desk.get(f"/cases/{pdf_case}"))
    start = pdf_document.text.index(QUOTE)
    link = f"/cases/{pdf_case}/pages/2?start={start}&end={start + len(QUOTE)}#quote"
    assert link in case.xpath("//p[@class='where']/a/@href")
    assert texts(case, "//details[@class='leaf']/summary") == ["Page 1", "Page 2", "Page 3"]
    page = read(desk.get(link))
    (box,) = page.xpath("//*[@id='quote']")
    assert box.get("class") == "on"
    assert len(box.xpath("rect")) == 1
    assert texts(page, "//li[@class='on']/blockquote") == [QUOTE]
    assert texts(page, "//li//p[@class='rests']/a") == ["Statement 1.", "Statement 2."]
    assert texts(page, "//h1") == ["Page 2 of 3"]
    other = read(desk.get(f"/cases/{pdf_case}/pages/1"))
    assert texts(other, "//p[@class='rests']/a") == ["Title: Copilot"]
    assert not other.xpath("//*[@class='on']")


def test_boxes_cover_the_words_of_quotes(pdf_document):
    """For any run of words, the box contains pdfium's boxes of the first and last letters."""
    draw, pdf, tried = random.Random(1), pypdfium2.PdfDocument(PAYLOAD.data), 0  # noqa: S311
    words = picture(PAYLOAD, 2).words
    page = pdf[1]
    letters, (width, height) = page.get_textpage(), page.get_size()
    lines = [one for passage in pdf_document.passages for one in passage.lines if one.page == 2]
    for line in lines:
        tokens = list(re.finditer(r"\S+", pdf_document.text[line.start : line.end]))
        first, last = sorted(draw.choices(range(len(tokens)), k=2))
        start, end = line.start + tokens[first].start(), line.start + tokens[last].end()
        if end - start < 9:  # it comes too often
            continue
        found = letters.search(pdf_document.text[start:end], match_case=True)
        left, top, right, bottom = part_of(line, start, end, pdf_document.text, words)
        covered = []
        for n, count in islice(iter(found.get_next, None), 99):  # the words may come again
            west, _, _, north = letters.get_charbox(n)
            _, south, east, _ = letters.get_charbox(n + count - 1)
            sides = (1000 * west / width + 1 > left, 1000 * east / width - 1 < right)
            ends = (1001 - 1000 * north / height > top, 999 - 1000 * south / height < bottom)
            covered.append(all((*sides, *ends)))
        tried += bool(covered)
        assert any(covered) or not covered, pdf_document.text[start:end]
    assert tried > len(lines) / 2


def test_pictures_are_sent_once(desk, pdf_case):
    """The second request gets a 304; the picture has the size stated on the page."""
    page = read(desk.get(f"/cases/{pdf_case}/pages/2"))
    (shown,) = page.xpath("//img")
    first = desk.get(shown.get("src"))
    assert first.headers["content-type"] == "image/png"
    size = Image.open(BytesIO(first.content)).size
    assert size == (int(shown.get("width")), int(shown.get("height")))
    again = desk.get(shown.get("src"), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_cannot_be_drawn_says_so(desk, build, pdf_case):
    """Covers page numbers out of range, and a file that is not stored."""
    for address, status, message in (
        (f"/cases/{pdf_case}/pages/9", 422, "Page 9 of claims-copilot.pdf cannot be drawn"),
        (f"/cases/{build.draft()}/pages/1", 404, "is not stored"),
        (f"/cases/{pdf_case}/pages/0", 422, "Page 0 of claims-copilot.pdf cannot be drawn"),
        (f"/cases/{pdf_case}/pages/99999999999", 422, "cannot be drawn"),
        (f"/cases/{pdf_case}/pages/1?start=x", 422, "Invalid request"),
    ):
        answer = desk.get(address)
        assert (answer.status_code, message in answer.text) == (status, True), address


def test_a_page_without_boxes_lists_its_quotes(desk, build, pdf_case, pdf_document):
    """A scanned page is shown unmarked, with a note that it has no boxes."""
    plain = [passage.model_copy(update={"lines": ()}) for passage in pdf_document.passages]
    scan = pdf_document.model_copy(update={"passages": tuple(plain)})
    study = CaseStudy(facts=(), statements=(a_statement(1, "A.", a_quote(scan, QUOTE, page=2)),))
    page = read(desk.get(f"/cases/{build.draft(study, scan)}/pages/2"))
    assert not page.xpath("//*[name()='rect']")
    assert texts(page, "//li/blockquote") == [QUOTE]
    assert "Their positions on the page are unknown" in page.text_content()
