"""A page that only the curator's browser sees, handed over to the desk by the bookmarklet."""

import json
import re

import pytest
from case_views import TEXT
from playwright.sync_api import Page, expect
from pytest_httpserver import HTTPServer
from werkzeug import Response

from extractors.fetch.fetch import identify
from schemas.sources import FROM_BROWSER, SourceRef

pytestmark = pytest.mark.browser

WORDS = [*TEXT.split("\n\n"), "Größe: 9 €"]
# Not what the server sends: the page as a script, here, or a log-in made it.
BUILD = f"for (const words of {json.dumps(WORDS)}) document.body.append(Object.assign(document.createElement('p'), {{ textContent: words }}))"
ADD_LINK = "(href) => document.body.prepend(Object.assign(document.createElement('a'), { href, textContent: 'bookmark' }))"


@pytest.fixture
def foreign(page: Page, address: str, httpserver: HTTPServer):
    """Open a page of another site with the bookmarklet; returns the function that does."""
    page.goto(f"{address}/submit")
    bookmarklet = page.locator("[data-bookmarklet]").get_attribute("href")

    def opened(body: str = "<title>Wall</title>", **headers: str) -> Page:
        answer = Response(body, content_type="text/html; charset=latin-1", headers=headers)
        httpserver.expect_request("/favicon.ico").respond_with_data("")
        httpserver.expect_request("/post").respond_with_response(answer)
        page.goto(f"http://localhost:{httpserver.port}/post")
        page.evaluate(ADD_LINK, bookmarklet)
        return page

    return opened


def handed_over(site: Page) -> Page:
    """Click the bookmarklet; return the window that it opens."""
    with site.expect_popup() as popup:
        site.get_by_text("bookmark").click()
    return popup.value


def test_a_page_is_handed_over_with_its_selection(foreign, address, resources):
    """The strict cookie is missing at first; the page is confirmed, read and not fetched."""
    site = foreign(f"<title>Wall</title><meta charset=latin-1><body><script>{BUILD}</script>")
    site.locator("p").first.evaluate("(it) => getSelection().selectAllChildren(it)")
    popup = handed_over(site)
    form = popup.locator("#handover")
    expect(form).to_contain_text("Wall")
    expect(form).to_contain_text(site.url)
    expect(form).to_contain_text(WORDS[0])
    popup.get_by_role("button", name="Submit").click()
    expect(popup).to_have_url(re.compile(rf"{address}/jobs/"))
    expect(popup.locator(".job.ended")).to_be_visible()
    warehouse = resources.warehouse
    source_id = identify(SourceRef(source=site.url)).source_id
    document = warehouse.newest_document(source_id)
    assert WORDS[-1] in document.text
    assert FROM_BROWSER in document.steps
    (hint,) = warehouse.selections(source_id)
    assert (hint.text, hint.who) == (WORDS[0], "mira")
    assert site.errors == []


def test_a_page_of_another_address_than_it_names_is_refused(foreign):
    """The browser states the origin, so a page cannot pose as another site's."""
    site = foreign()
    site.evaluate("""() => {
      const open = window.open;
      window.open = (...given) => (window.popup = open.apply(window, given));
      addEventListener("message", (event) => event.stopImmediatePropagation());
    }""")
    popup = handed_over(site)
    expect(popup.locator("#waiting")).to_have_text("Waiting for the page…")
    page = {"url": "https://bank.example/", "title": "Bank", "selection": "", "html": "<p>No"}
    site.evaluate("(page) => window.popup.postMessage(page, '*')", page)
    expect(popup.locator("#waiting")).to_contain_text("does not come from the address")
    expect(popup.locator("#handover")).to_be_hidden()


def test_a_site_that_cuts_off_its_windows_is_submitted_by_its_address(foreign, address):
    """The page says what to do, and the address is filled in."""
    popup = handed_over(foreign(**{"Cross-Origin-Opener-Policy": "same-origin"}))
    expect(popup.locator("#waiting")).to_contain_text("could not be transferred")
    popup.get_by_role("link", name="Submit its address instead").click()
    expect(popup.get_by_label("Web addresses")).to_have_value(re.compile(r"localhost:\d+/post"))
    expect(popup).to_have_url(re.compile(rf"{address}/submit\?url="))
