"""Published sources are fetched again and compared."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from claims_article import article
from local_site import Site
from werkzeug import Response

from config.resources import Resources
from flows.ingest import process
from review.decisions import approve
from schemas.errors import UnknownId
from schemas.reviews import CaseView
from schemas.sources import CheckResult, SourceRef
from services.publication import publish_site
from services.recheck import recheck_all, recheck_case
from services.run import Run

LOST = "We run every photograph through Tesseract first"


async def published(path: str, resources: Resources) -> str:
    """Draft, approve and publish a source; return its case."""
    result = await process(Run(SourceRef(source=path), resources))
    case_id = result.case_id or ""
    approve(resources.warehouse, case_id, "tester", leave_out=True)
    await publish_site(resources)
    return case_id


async def test_an_unchanged_page_is_the_same(resources: Resources, case: CaseView) -> None:
    """All quotes are found, and the check is stored for the source."""
    (check,) = [one async for one in recheck_all([case.case.case_id], resources)]
    assert check.result is CheckResult.SAME
    assert check.quotes
    assert check.lost == ()
    assert resources.warehouse.last_checks() == {case.source.source_id: check}


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        pytest.param((LOST, "A vendor reads the photographs"), True, id="a quote is gone"),
        pytest.param(("why pencil fails.", "why pencil fails. Yet."), False, id="a word more"),
    ],
)
async def test_a_changed_page_names_the_lost_quotes(
    change: tuple[str, str], lost: bool, resources: Resources, site: Site, case: CaseView
) -> None:
    """The report lists the quotes that are missing from the new text."""
    site.put("/claims.md", article().replace(*change))
    check = await recheck_case(case, resources)
    assert check.result is CheckResult.CHANGED
    assert any(LOST in quote for quote in check.lost) is lost


async def test_a_page_at_another_address_has_moved(
    resources: Resources, site: Site, case: CaseView
) -> None:
    """A redirect to the same text counts as a move, and the check has the new address."""
    moved = site.put("/new/claims.md", article())
    site.put("/claims.md", status=301, headers={"Location": moved})
    check = await recheck_case(case, resources)
    assert (check.result, check.moved_to) == (CheckResult.MOVED, moved)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (404, CheckResult.GONE),
        (410, CheckResult.GONE),
        (500, CheckResult.UNREACHABLE),
        (403, CheckResult.UNREACHABLE),
    ],
)
async def test_only_the_site_itself_says_that_a_page_is_gone(
    status: int, result: CheckResult, resources: Resources, site: Site, case: CaseView
) -> None:
    """Network trouble does not count as a missing page; the message is stored."""
    site.pages["/claims.md"] = Response("", status=status)
    check = await recheck_case(case, resources)
    assert check.result is result
    assert str(status) in (check.message or "") or check.message


def paper_page(title: str, newest: int) -> str:
    """The page of a paper with its history of submissions, as arXiv shows it."""
    story = "".join(f"<p>{part}</p>" for part in article().split("\n\n"))
    history = "".join(f"<a>[v{n}]</a> Mon, 2 Jun 2025 (12 KB)<br>" for n in range(1, newest + 1))
    return (
        f'<html><head><title>Copilot</title><meta name="citation_title" content="{title}"></head>'
        f"<body><article><h1>Copilot</h1>{story}</article>"
        f'<div class="submission-history">{history}</div></body></html>'
    )


@pytest.mark.parametrize(
    ("title", "newest", "result", "words"),
    [
        ("Copilot", 1, CheckResult.SAME, ""),
        ("Copilot", 3, CheckResult.REPLACED, "Version 3 has replaced version 1"),
        ("RETRACTED: Copilot", 1, CheckResult.RETRACTED, "Its title is “RETRACTED: Copilot”"),
        ("Retracted articles and how we find them", 1, CheckResult.SAME, ""),
    ],
)
async def test_the_page_of_a_paper_says_that_it_was_replaced_or_retracted(
    title: str, newest: int, result: CheckResult, words: str, resources: Resources, site: Site
) -> None:
    """The check has the words of the page, whether or not the quotes are still there."""
    address = site.put("/paper.html", paper_page("Copilot", 1), "text/html")
    view = resources.warehouse.case(await published(address, resources))
    site.put("/paper.html", paper_page(title, newest), "text/html")
    check = await recheck_case(view, resources)
    assert check.result in {result, CheckResult.CHANGED} if not words else check.result is result
    assert (check.message or "").startswith(words)


async def test_a_file_cannot_be_fetched_again(resources: Resources, source: Path) -> None:
    """A case from a file is refused by name, and left out if no case is named."""
    case_id = await published(str(source), resources)
    assert resources.warehouse.ids("due_for_recheck") == []
    with pytest.raises(UnknownId, match="made from a file"):
        _ = [one async for one in recheck_all([case_id], resources)]


async def test_what_was_not_checked_for_longest_comes_first(
    resources: Resources, site: Site
) -> None:
    """Only published cases are due; those never checked come first."""
    first, second = [
        await published(site.put(f"/{n}.md", article(f"Report {n}")), resources) for n in range(2)
    ]
    assert set(resources.warehouse.ids("due_for_recheck")) == {first, second}
    began = datetime.now(UTC)
    (check,) = [one async for one in recheck_all([first], resources)]
    assert check.checked_at >= began
    assert resources.warehouse.ids("due_for_recheck") == [second, first]
