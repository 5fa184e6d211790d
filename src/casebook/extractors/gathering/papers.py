"""A paper from its archive: what the archive says of it, and its HTML or its PDF."""

import re
from dataclasses import replace
from html import unescape

from casebook.extractors.copies import is_copy
from casebook.extractors.gathering.bundles import ARXIV, PAPER, Part, pack
from casebook.extractors.gathering.markup import words_shown
from casebook.extractors.network.client import Admit, GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import landing_of, paper_id, paper_version
from casebook.extractors.sniffing import sniff
from casebook.extractors.text.charset import decode
from casebook.extractors.urls import DEFAULT_PORTS, WebUrl, parse_web_url
from casebook.schemas.errors import FetchError, HostUnreachable, InvalidUrl, ResponseMalformed
from casebook.schemas.sources import ExtractionStep, Payload

NAMED_PDF = "PDF of the page"
"""The step that says what became of the PDF that a page names."""

_HTML = {"text/html", "application/xhtml+xml"}
# What LaTeXML writes where it gave up in the midst of a paper, and what arXiv shows for none.
_CUT_OFF = re.compile(
    rb"This document may be truncated or damaged|<title>\s*No HTML for\b"
    rb"|<div class=\"ltx_page_main\">\s*No content available"
)
_LARGEST_SUMMARY = 500_000  # bytes of a page about a paper
_HEAD = 100_000  # characters in which a page tells of itself
_MOST_WORDS = 1_200
"""Of a page that shows a paper's summary, with its menus; more is the paper's own text."""

# As Google Scholar asks publishers to name it (its "Inclusion guidelines for webmasters").
_PDF_OF_PAGE = re.compile(
    r"<meta\s(?=[^<>]{0,500}?name\s*=\s*[\"']?citation_pdf_url\b)"
    r"[^<>]{0,500}?content\s*=\s*[\"']?([^\"'>\s]{1,2000})",
    re.IGNORECASE,
)


async def fetch_paper(url: WebUrl, client: GuardedClient, robots: Robots) -> Payload:
    """Return the bundle of a paper on arXiv, in the ACL Anthology, or on OpenReview.

    arXiv's HTML is taken where there is one, else its PDF. Readers are led to the one that was
    read, in the version that was asked for.

    Raises:
        FetchError: if neither is to be had; what the archive says of the paper may be missing.
    """
    search = _Search(client, robots)
    if number := paper_id(url):
        paper = f"{number}{paper_version(url)}"
        # The API is there for programs; robots.txt speaks of the pages. It is often busy.
        api = f"https://export.arxiv.org/api/query?id_list={paper}&max_results=1"
        if not await search.may_find("atom", "arXiv API", api, None):
            page = f"https://arxiv.org/abs/{paper}"
            await search.may_find("landing", "arXiv page", page, robots.check, only=_HTML)
        if not await search.may_find_html(f"https://arxiv.org/html/{paper}"):
            await search.find("pdf", "arXiv PDF", f"https://arxiv.org/pdf/{paper}")
        return search.bundle(url, ARXIV, number)
    if landing := landing_of(url):
        await search.may_find("landing", "landing page", landing.page, robots.check, only=_HTML)
        await search.find("pdf", "PDF", landing.pdf)
        return search.bundle(url, PAPER, url.name or "paper")
    raise InvalidUrl(f"{url} is not the address of a paper: submit its PDF.")


async def with_paper(page: Payload, client: GuardedClient, robots: Robots) -> Payload:
    """Return the paper whose summary a page shows, where it names its PDF; else the page itself.

    So NeurIPS, PMLR, USENIX, Zenodo and others show papers. Readers are led to the page.

    Raises:
        FetchError: if the PDF cannot be had now, and may be later.
    """
    named = _pdf_named_by(page)
    if named is None or page.final_url is None:
        return page
    here = parse_web_url(page.final_url)
    try:
        address = _as_safe(here.join(named), here)
        client.policy.check_hop(here, address)
        pdf = await client.get(str(address), admit=robots.check, polite=True)
        if sniff(pdf.data) != "PDF":
            raise ResponseMalformed(f"{address} is {pdf.media_type}, not a PDF: open it.")
    except FetchError as error:
        # Where the page was archived, or names a host that is not there, nothing may pass.
        if error.transient and not isinstance(error, HostUnreachable) and not is_copy(here):
            raise
        step = ExtractionStep(method=NAMED_PDF, outcome=f"failed: {type(error).kind()}")
        return page.model_copy(update={"tried": (*page.tried, step)})
    landing = Part(
        name="landing",
        url=page.final_url,
        media_type=page.media_type,
        charset=page.charset,
        data=page.data,
    )
    step = ExtractionStep(method=NAMED_PDF, outcome=f"read from {pdf.final_url}")
    return page.model_copy(
        update={
            "data": pack([landing, Part.of("pdf", pdf)]),
            "media_type": PAPER,
            "charset": None,
            "name": f"{page.name or 'paper'}.json",
            "headers": {},
            "tried": (*page.tried, step),
        }
    )


def _as_safe(named: WebUrl, page: WebUrl) -> WebUrl:
    """Return an address with https where the page has it: many name their PDFs from before."""
    if (page.scheme, named.scheme, named.port) != ("https", "http", DEFAULT_PORTS["http"]):
        return named
    return replace(named, scheme="https", port=DEFAULT_PORTS["https"])


def _pdf_named_by(page: Payload) -> str | None:
    """Return the address of the PDF that a page names, None where its own text is the paper."""
    if page.media_type not in _HTML or len(page.data) > _LARGEST_SUMMARY:
        return None
    if b"citation_pdf_url" not in page.data.lower():
        return None
    markup = decode(page.data, page.charset, markup=True)[0]
    match = _PDF_OF_PAGE.search(markup[:_HEAD])
    return unescape(match[1]) if match and words_shown(markup) < _MOST_WORDS else None


class _Search:
    """Gathers parts and notes each path."""

    def __init__(self, client: GuardedClient, robots: Robots) -> None:
        self._client, self._robots = client, robots
        self._parts: list[Part] = []
        self._tried: list[ExtractionStep] = []

    async def may_find(
        self,
        name: str,
        method: str,
        address: str,
        admit: Admit | None,
        only: set[str] | None = None,
    ) -> bool:
        """Fetch a part that can be done without; tell whether it is there."""
        try:
            await self._get(name, method, address, admit, only)
        except FetchError as error:
            self._note(method, f"failed: {type(error).kind()}")
            return False
        return True

    async def may_find_html(self, address: str) -> bool:
        """Fetch arXiv's HTML of a paper; tell whether it is there, and whole."""
        method = "arXiv HTML"
        if not await self.may_find("html", method, address, self._robots.check, only=_HTML):
            return False
        if not _CUT_OFF.search(self._parts[-1].data):
            return True
        self._parts.pop()
        self._tried[-1] = ExtractionStep(method=method, outcome="left out: it is not whole")
        return False

    async def find(self, name: str, method: str, address: str) -> None:
        """Fetch the part without which there is no paper.

        Raises:
            FetchError: as the guarded client does.
        """
        await self._get(name, method, address, self._robots.check, None)

    async def _get(
        self, name: str, method: str, address: str, admit: Admit | None, only: set[str] | None
    ) -> None:
        page = await self._client.get(address, admit=admit, polite=True)
        if only and page.media_type not in only:
            raise ResponseMalformed(f"{address} is {page.media_type}, not a page: open it.")
        self._parts.append(Part.of(name, page))
        self._note(method, f"{len(page.data):,} bytes")

    def _note(self, method: str, outcome: str) -> None:
        self._tried.append(ExtractionStep(method=method, outcome=outcome))

    def bundle(self, asked: WebUrl, media_type: str, name: str) -> Payload:
        """Return what was found; the last part is the text."""
        return Payload(
            data=pack(self._parts),
            media_type=media_type,
            name=f"{name}.json",
            url=str(asked),
            final_url=self._parts[-1].url,
            tried=tuple(self._tried),
        )
