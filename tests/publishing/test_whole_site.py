"""Every page of a site that has a page of each kind."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from html_pages import parsed
from lxml import html
from whole_site import KINDS, whole_site

HOME = "https://cases.example/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The site's folder."""
    return whole_site(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def pages(folder) -> dict[Path, html.HtmlElement]:
    """All pages by path."""
    return {path: parsed(path) for path in folder.rglob("*.html")}


def one_of_each(folder: Path) -> list[Path]:
    """The page of each kind; the test fails where one is missing."""
    return [next(folder.glob(pattern)) for pattern in KINDS.values()]


def broken(reference: str, page: Path, folder: Path, pages: dict[Path, html.HtmlElement]) -> bool:
    """Whether a reference inside the site leads to no file, or to no place on its page."""
    place = urlsplit(reference.removeprefix(HOME.rstrip("/")))
    if place.scheme or place.netloc:
        return place.scheme not in {"https", "mailto"}
    start = folder if place.path.startswith("/") else page.parent
    file = (start / unquote(place.path).lstrip("/")).resolve() if place.path else page
    file = file / "index.html" if file.is_dir() else file
    missing = place.fragment and pages[file].get_element_by_id(place.fragment, None) is None
    return bool(missing or not file.is_file())


def test_every_reference_inside_the_site_leads_somewhere(folder, pages):
    """Covers links, assets and anchors of all pages, reports and charts, and alternates."""
    places = "//@href | //@src | //form/@action | //meta[@property='og:url']/@content"
    found = [
        (str(path.relative_to(folder)), reference)
        for path, page in pages.items()
        for reference in page.xpath(places)
        if broken(reference, path, folder, pages)
    ]
    assert found == []


def test_charts_of_reports_lead_to_the_groups_that_there_are(folder, pages):
    """Existing years, industries and tools are links; those without cases are plain text."""
    report = pages[next(folder.glob(KINDS["report"]))]
    assert report.xpath("//ol[contains(@class, 'bars')]//a/@href") == [
        "../../years/2024/index.html",
        "../../industries/energy/index.html",
        "../../tags/vllm/index.html",
    ]
    assert "Gone" in report.xpath("//ol[contains(@class, 'bars')]/li/p/span/text()")


@pytest.mark.parametrize("name", ["index.html", "data.html", "llms.txt"])
def test_only_some_cases_have_quotes_and_a_curator(folder, name):
    """If cases were imported, pages over all cases state the share."""
    text = (folder / name).read_text("utf-8")
    assert "41 of 42 cases have quotes" in text
    assert "approved each case" not in text


def test_no_attribute_is_escaped(pages):
    """Markup is escaped once, by its template."""
    for path in pages:
        assert not re.search(r"=&(?:quot|#34|#39);", path.read_text("utf-8")), path


def test_pages_are_valid_html(folder, pages):
    """A parser that follows the standard finds no error, and no attribute breaks its own rules.

    `make html` asks the checker of the standard's authors, which knows all rules.
    """
    for path in one_of_each(folder):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_text("utf-8"))
        assert [(code, place) for place, code, _ in parser.errors] == [], path
    for path, page in pages.items():
        names = "not(@name or @property or @http-equiv or @charset)"
        assert not page.xpath(f"//meta[{names}]"), path
        assert not page.xpath("//table/@role | //table//*/@role"), path
        moments = page.xpath("//time/@datetime")
        assert not [one for one in moments if re.search(r"\.\d{4,}", one)], path
