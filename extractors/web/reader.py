"""Read a web page: its main text, metadata and hidden text."""

from collections.abc import Iterator
from itertools import islice

from extractors.blocks import lay_out
from extractors.text import decode, name_of, unreadable
from extractors.web.authors import authors_of
from extractors.web.content import MOST_ELEMENTS, MainText, read_main
from extractors.web.dates import published_on
from extractors.web.hidden import strip_hidden
from extractors.web.metadata import canonical_of, description_of, page_language, site_of
from extractors.web.page import PageView, WebPage
from extractors.web.titles import title_of
from extractors.web.tree import MOST_CHARACTERS, body_of, parse, text_of
from extractors.web.walls import refuse_walls
from schemas.sources import Extracted, Payload, SourceKind, Step

_DOUBTFUL = 0.6  # below this agreement a curator should compare text and page
_MOST_SEARCHED = 500_000


def read(payload: Payload) -> Extracted:
    """Return the main text of a web page; raise as ``read_markup`` does."""
    return read_markup(decode(payload.data, payload.charset, markup=True), payload)


def read_markup(html: str, payload: Payload) -> Extracted:
    """Return the main text of the page ``html``, which is or was made from ``payload``.

    Raises ExtractionError if it has no HTML or too few words, and as ``refuse_walls`` does.
    """
    tree = parse(html)
    if tree is None:
        raise unreadable(payload, "has no HTML elements; check the file", "document_empty")
    # Without a reference each pass would create the same Python objects again.
    alive = list(islice(tree.iter(), MOST_ELEMENTS))
    hidden, kept = strip_hidden(tree)
    page = WebPage(tree, payload.final_url or payload.url)
    reading = read_main(page)
    language = page_language(page, "\n".join(block.text for block in reading.blocks))
    text, passages = lay_out(reading.blocks, language)
    site = site_of(page)
    sites = [name for name in (site, page.host) if name]
    title = title_of(page, sites)
    titles, seen = [title or "", *page.names], text_of(body_of(tree))
    view = PageView(text=text, seen=seen, html=html[:_MOST_SEARCHED], titles=titles, page=page)
    doubt = refuse_walls(view, name_of(payload), is_file=not payload.headers)
    del alive
    return Extracted(
        kind=SourceKind.WEB,
        title=title,
        authors=authors_of(page, sites),
        published=published_on(page),
        language=language,
        site=site,
        description=description_of(page),
        canonical_url=canonical_of(page),
        text=text,
        passages=passages,
        steps=list(_steps(reading, kept, doubt, is_cut=len(html) > MOST_CHARACTERS)),
        hidden=hidden,
    )


def _steps(reading: MainText, kept: int, doubt: str | None, *, is_cut: bool) -> Iterator[Step]:
    yield Step(method=reading.method, outcome=f"{len(reading.blocks)} blocks")
    low = reading.agreement < _DOUBTFUL
    hint = "; compare the text with the page" if low else ""
    yield Step(method="confidence", outcome=f"{reading.agreement:.2f}{hint}", doubtful=low)
    if kept:
        yield Step(method="hidden text", outcome=f"{kept} characters kept, which scripts may show")
    if doubt:
        yield Step(method="completeness", outcome=doubt, doubtful=True)
    if is_cut:
        outcome = f"cut after {MOST_CHARACTERS:,} characters of markup"
        yield Step(method="size", outcome=outcome, doubtful=True)
