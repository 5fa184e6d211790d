"""Papers are read from their HTML or PDF, under what their landing page says."""

from pathlib import Path

import pytest
from fpdf import FPDF

from extractors import registry
from schemas.errors import CasebookError, SourceGone
from schemas.sources import SourceKind

SAMPLES = Path(__file__).parents[1] / "samples"
LANDING, LATEXML = ((SAMPLES / name).read_text("utf-8") for name in ("landing.html", "paper.html"))
PARAGRAPH = (
    "The claims team reads four hundred letters a day, and the old search found half of them. "
)
PAGE, HTML, PDF = (f"arxiv.org/{form}/2401.12345" for form in ("abs", "html", "pdf"))


def paper_pdf() -> bytes:
    """A PDF with an outline, so that its sections are known."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    pdf.add_page()
    for heading, text in (
        ("Introduction", PARAGRAPH * 2),
        ("References", "Hopper, G. Compilers considered useful. Navy, 1952. " * 3),
        ("Appendix", "The prompts that were used in the study are given here in full. " * 3),
    ):
        pdf.start_section(heading)
        pdf.set_font("Helvetica", "B", 16)
        pdf.cell(0, 14, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=11)
        pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


@pytest.fixture
def arxiv(web):
    """ArXiv with one paper: the page about it, HTML and PDF."""
    web.answer(PAGE, LANDING, "text/html")
    web.answer(HTML, LATEXML, "text/html")
    web.answer(PDF, paper_pdf(), "application/pdf")
    return web


@pytest.mark.parametrize("form", ["abs/{}v2", "pdf/{}v2.pdf", "html/{}v2"])
async def test_a_paper_is_read_from_its_html(form, arxiv, fetched):
    """Metadata comes from the landing page, text from the HTML of the requested version."""
    payload = await fetched("https://arxiv.org/" + form.format("2401.12345"))
    assert arxiv.addresses == [f"{PAGE}v2", f"{HTML}v2"]
    assert payload.final_url == f"https://{HTML}v2"
    paper = registry.read(payload)
    assert paper == registry.read(payload)
    assert (paper.kind, paper.title) == (SourceKind.PAPER, "Answers for Nurses")
    assert list(paper.authors) == ["Ada Byron", "Bo Li"]
    assert str(paper.published) == "2023-07-09"
    assert "four hundred letters" in paper.text
    assert r"s=\frac{a}{b}" in paper.text
    assert "Hopper" not in paper.text


CUT_OFF = LATEXML.replace("</article>", "<p>This document may be truncated or damaged.</p>")
NO_HTML = "<html><head><title>No HTML for '2401.12345'</title></head><body>None.</body></html>"


@pytest.mark.parametrize("page", [None, CUT_OFF, NO_HTML])
async def test_without_whole_html_the_pdf_is_read(page, arxiv, fetched):
    """Links open the PDF by page; references are removed, appendices kept."""
    arxiv.pages.pop(HTML)
    if page:
        arxiv.answer(HTML, page, "text/html")
    arxiv.pages.pop(PAGE)
    payload = await fetched("https://arxiv.org/abs/2401.12345")
    assert payload.final_url == f"https://{PDF}"
    assert [step.outcome for step in payload.steps][:1] == ["failed: page_missing"]
    paper = registry.read(payload)
    assert (paper.kind, paper.passages[0].page) == (SourceKind.PAPER, 1)
    assert "four hundred letters" in paper.text
    assert "prompts that were used" in paper.text
    assert "Hopper" not in paper.text
    assert paper.passages[-1].section == "Appendix"
    assert all(paper.text[p.start : p.end].strip() for p in paper.passages)


async def test_a_paper_that_is_not_there_is_missing(fetched, web):
    """If neither HTML nor PDF exists, the failure of the PDF is reported."""
    with pytest.raises(SourceGone, match=r"arxiv\.org/pdf/2401\.99999"):
        await fetched("https://arxiv.org/abs/2401.99999")


LANDINGS = {
    "https://www.aclanthology.org/2023.acl-long.1/": "aclanthology.org/2023.acl-long.1",
    "https://openreview.net/forum?id=abcDEF12_x&noteId=z": "openreview.net/{}?id=abcDEF12_x",
}


@pytest.mark.parametrize("address", LANDINGS)
async def test_landing_pages_lead_to_their_pdf(address, web, fetched):
    """Metadata comes from the landing page, the text from the PDF."""
    form = LANDINGS[address]
    page, pdf = (
        (form.format(n) for n in ("forum", "pdf")) if "{" in form else (f"{form}/", f"{form}.pdf")
    )
    web.answer(page, LANDING, "text/html")
    web.answer(pdf, paper_pdf(), "application/pdf")
    payload = await fetched(address)
    paper = registry.read(payload)
    assert payload.final_url == f"https://{pdf}"
    assert (paper.title, list(paper.authors)) == ("Answers for Nurses", ["Ada Byron", "Bo Li"])
    assert "four hundred letters" in paper.text


async def test_a_page_in_place_of_the_pdf_is_not_the_paper(web, fetched):
    """It is not reported as a damaged PDF; the message says which file to save."""
    web.answer("openreview.net/forum?id=abcDEF12_x", LANDING, "text/html")
    page = f"<html><title>A paper</title><body><p>{PARAGRAPH * 3}</p></body></html>"
    web.answer("openreview.net/pdf?id=abcDEF12_x", page, "text/html")
    with pytest.raises(CasebookError, match="not the PDF of a paper"):
        registry.read(await fetched("https://openreview.net/forum?id=abcDEF12_x"))


WITHDRAWN = LANDING.replace(
    "abstract", '<span class="error">This paper has been withdrawn by Ada Byron</span>'
)


async def test_a_withdrawn_paper_says_so(arxiv, fetched):
    """Without a text, the message has the page's words; with one, a step for the curator has."""
    arxiv.pages.pop(PAGE)
    arxiv.answer(PAGE, WITHDRAWN, "text/html")
    paper = registry.read(await fetched("https://arxiv.org/abs/2401.12345"))
    (step,) = (one for one in paper.steps if one.method == "retraction")
    assert (step.outcome, step.doubtful) == ("This paper has been withdrawn by Ada Byron", True)
    arxiv.pages.pop(HTML)
    arxiv.pages.pop(PDF)
    with pytest.raises(SourceGone, match=r"withdrawn by Ada Byron.*another version") as failed:
        await fetched("https://arxiv.org/abs/2401.12345")
    assert failed.value.kind == "paper_withdrawn"
