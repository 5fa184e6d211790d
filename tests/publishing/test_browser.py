"""The site in a real Chromium."""

from urllib.parse import urlsplit

import pytest
from case_views import TITLE, a_document, a_quote, a_short_view, a_view
from playwright.sync_api import expect

from publishing.anchors import link_to_quote

pytestmark = pytest.mark.browser


def test_the_filter_needs_no_server(publish, page):
    """Text, industry and tag narrow the list together, under the site's own policy."""
    wind = a_short_view("Wind and grid", industry="energy")
    target, _ = publish(a_view(), wind, a_short_view("Other"))
    page.goto((target / "index.html").as_uri())
    titles = page.locator("#cases h3:visible")
    page.fill("#text", "GRID wind")
    expect(titles).to_have_text(["Wind and grid"])
    expect(page.locator("#shown")).to_have_text("1 of 3 shown")
    # Hiding thousands of entries that are drawn only when seen takes Chromium half a minute.
    expect(page.locator("#cases > li").first).to_have_css("content-visibility", "visible")
    page.select_option("#industry", "insurance")
    expect(titles).to_have_count(0)
    page.click("text=Clear")
    expect(page.locator("#shown")).to_have_text("")
    page.select_option("#tag", "vllm")
    expect(titles).to_have_text([TITLE])
    assert page.messages == []


COMPOUNDS = ("An A/B test showed it.", "GPT-4-turbo answers.", "Every mail is read.")
SEARCHES = {
    "kuhlkette": 1, "KU\u0308HLKETTE": 1, "\uff2e\uff25\uff33\uff34\uff2c\u00c9": 1,
    "strasse": 1, "istanbul": 1, "cold-chain": 1, "agents": 2, "companies": 1,
    '"fully private model"': 1, '"private fully"': 0, "private fully": 1, "-": 7, "A/B": 1,
    "gpt\u20114": 1, "4-turbo": 1, "e-mails": 1, "unreadable": 1, "UNREADABLE tariff": 1,
    "unreadable istanbul": 0, "(vLLM)": 1, '"70B open"': 1, "REFUTED-STATEMENT": 0,
}  # fmt: skip


def test_a_search_finds_what_a_reader_means(publish, page):
    """Marks, case, width, hyphens and plurals keep no word from being found; phrases are exact."""
    target, _ = publish(
        a_view(),
        a_short_view("Kühlkette bei Nestlé in der Straße: an agent of the company"),
        a_short_view("A fully private model for the cold chain"),
        a_short_view("İstanbul asks its agents"),
        *(a_short_view(f"Case {n}", "First.", text) for n, text in enumerate(COMPOUNDS)),
    )
    page.goto((target / "index.html").as_uri())
    page.get_by_label("Search").focus()
    page.wait_for_function("typeof caseWords === 'string'")
    found = {}
    for typed in SEARCHES:
        page.get_by_label("Search").fill(typed)
        found[typed] = page.locator("#cases > li:visible").count()
    assert found == SEARCHES
    assert page.messages == []


def test_results_are_narrowed_and_ordered(publish, page):
    """By words, unit and value, without a server."""
    target, _ = publish(a_view(), a_short_view("b"))
    page.goto((target / "results.html").as_uri())
    values = page.locator("#rows td.value:visible")
    expect(values).to_have_text(["3 hours", "18 %"])
    page.select_option("#sort", "number-down")
    expect(values).to_have_text(["18 %", "3 hours"])
    page.select_option("#unit", "hours")
    page.click("text=Clear")
    page.fill("#text", "drafts fewer")
    expect(values).to_have_text(["18 %"])
    assert page.messages == []


def test_a_filter_is_kept_in_the_address(publish, page):
    """On a web server the narrowed list has an address to pass on, also for a term of no case."""
    target, _ = publish(a_short_view("a", industry="energy"))
    page.route("**/*", lambda r: r.fulfill(path=target / urlsplit(r.request.url).path[1:]))
    page.goto("http://site.example/index.html?industry=mining")
    expect(page.locator("#shown")).to_have_text("0 of 1 shown")
    assert page.get_by_label("Industry").input_value() == "mining"
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#cases > li:visible")).to_have_count(1)
    page.fill("#text", "nothing & more")
    expect(page).to_have_url("http://site.example/index.html?text=nothing+%26+more")
    page.reload()
    expect(page.locator("#shown")).to_have_text("0 of 1 shown")
    assert page.messages == []


QUOTES = [
    "a sentence, end-to-end & with a 100 % — “quoted” part (see #4)",
    "The hardest part was tables: scanned tariffs came out as word soup, and the model made up rates.",
    "first of two\nsecond of two",
    "大阪の倉庫では在庫を数える。",
]


@pytest.mark.parametrize("quote", QUOTES, ids=["punctuation", "long", "two blocks", "no spaces"])
def test_a_browser_finds_the_place(httpserver, page, quote):
    """The address that we make scrolls a real browser to the words, far down a long page."""
    text = f"Said first: The hardest part was people.\n{quote}\nLast line."
    above, *below = (line.replace("&", "&amp;") for line in text.splitlines())
    paragraphs = "".join(f"<p>{line}</p>" for line in below)
    body = f"<!doctype html><meta charset=utf-8><p>{above}</p><div style='height:4000px'></div>"
    html = {"content_type": "text/html; charset=utf-8"}
    httpserver.expect_request("/long").respond_with_data(body + paragraphs, **html)
    document = a_document(text, url=httpserver.url_for("/long"))
    page.goto(link_to_quote(document, a_quote(document, quote)))
    page.wait_for_function("scrollY > 2000", timeout=5_000)
