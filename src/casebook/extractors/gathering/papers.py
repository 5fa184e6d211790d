"""A paper from its archive: what the archive says of it, and its HTML or its PDF."""

from casebook.extractors.gathering.bundles import ARXIV, PAPER, Part, pack
from casebook.extractors.network.client import Admit, GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import landing_of, paper_id, paper_version
from casebook.extractors.urls import WebUrl
from casebook.schemas.errors import FetchError, InvalidUrl, ResponseMalformed
from casebook.schemas.sources import ExtractionStep, Payload

_HTML = {"text/html", "application/xhtml+xml"}


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
        html = f"https://arxiv.org/html/{paper}"
        if not await search.may_find("html", "arXiv HTML", html, robots.check, only=_HTML):
            await search.find("pdf", "arXiv PDF", f"https://arxiv.org/pdf/{paper}")
        return search.bundle(url, ARXIV, number)
    if landing := landing_of(url):
        await search.may_find("landing", "landing page", landing.page, robots.check, only=_HTML)
        await search.find("pdf", "PDF", landing.pdf)
        return search.bundle(url, PAPER, url.name or "paper")
    raise InvalidUrl(f"{url} is not the address of a paper: submit its PDF.")


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
