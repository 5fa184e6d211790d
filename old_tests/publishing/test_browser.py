"""The site in a real Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
REMEMBER = """
window.executed = [];
for (const name of ["alert", "confirm", "prompt", "print"])
  window[name] = (...said) => { window.executed.push([name, ...said]); };
"""


@pytest.fixture
def defenceless(browser) -> Iterator[Page]:
    """A page without the content security policy, which remembers dialogs in ``executed``."""
    context = browser.new_context(bypass_csp=True, viewport=PHONE)
    context.add_init_script(REMEMBER)
    yield context.new_page()
    context.close()


def test_the_trap_works(defenceless, tmp_path):
    """The check below would notice a script: a bare attack string does run in this page."""
    (tmp_path / "bare.html").write_text("<p>x</p><img src=x onerror=prompt(8)>")
    defenceless.goto((tmp_path / "bare.html").as_uri())
    defenceless.wait_for_function("executed.length > 0", timeout=5_000)


@pytest.mark.datasets
def test_hostile_strings_run_nothing_and_break_no_layout(publish, hostile_views, defenceless):
    """Fifty hostile strings, unfolded and without the policy's help, execute nothing.

    Nor do they make a phone's page wider than the phone.
    """
    out, pages = publish(*hostile_views)
    for address in ("index.html", "results.html", pages[3].address, pages[-1].address):
        defenceless.goto((out / address).as_uri())
        defenceless.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
        assert defenceless.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert defenceless.evaluate("executed") == []


def test_the_filter_needs_no_server(publish, full_case, make_case, page):
    """Text, industry and tag narrow the list together, under the site's own policy."""
    out, _ = publish(full_case, make_case("Wind and grid", industry="Energy"), make_case("Other"))
    page.goto((out / "index.html").as_uri())
    titles = page.locator("#cases h3:visible")
    expect(titles).to_have_count(3)
    page.fill("#text", "GRID wind")
    expect(titles).to_have_text(["Wind and grid"])
    expect(page.locator("#shown")).to_have_text("1 of 3 shown")
    # Hiding thousands of entries that are drawn only when seen takes Chromium half a minute.
    expect(page.locator("#cases > li").first).to_have_css("content-visibility", "visible")
    page.select_option("#industry", "Insurance")
    expect(titles).to_have_count(0)
    expect(page.locator("#none")).to_be_visible()
    page.click("text=Clear")
    expect(page.locator("#shown")).to_have_text("")
    expect(page.locator("#cases > li").first).to_have_css("content-visibility", "auto")
    page.select_option("#tag", "vllm")
    expect(titles).to_have_text(["A claims assistant that drafts, and officers who decide"])
    assert page.said == []


def test_a_tag_on_a_case_leads_to_its_like(publish, full_case, make_case, page):
    """Following a tag opens the index narrowed to it, and a button unfolds every quote."""
    out, pages = publish(full_case, make_case("Other"))
    page.goto((out / pages[0].address).as_uri())
    page.click("#unfold")
    expect(page.locator("details:not([open])")).to_have_count(0)
    page.click(".tags a:text-is('pgvector')")
    expect(page.locator("#cases > li:visible")).to_have_count(1)
    assert page.said == []


def serve(out, httpserver):
    """Have the local server give the index and what it loads."""
    types = {"index.html": "text/html", "site.js": "text/javascript",
             "words.js": "text/javascript", "style.css": "text/css",
             "icon.svg": "image/svg+xml"}  # fmt: skip
    for name, media_type in types.items():
        data = (out / name).read_text()
        httpserver.expect_request(f"/{name}").respond_with_data(data, content_type=media_type)


COMPOUNDS = (
    "An A/B test told them.",
    "GPT-4-turbo answers in 14 languages.",
    "Every mail is read.",
)


def test_a_search_finds_what_a_reader_means(publish, make_case, full_case, page):
    """Marks, case, width, hyphens and a plural keep nothing from being found; phrases are exact.

    Cases are found by all that they say, also where they were opened from a folder.
    """
    out, _ = publish(
        full_case,
        make_case("Kühlkette bei Nestlé in der Straße: an agent of the company"),
        make_case("A fully private model for the cold chain"),
        make_case("İstanbul asks its agents"),
        *(make_case(f"Case {n}", said=said) for n, said in enumerate(COMPOUNDS)),
    )
    page.goto((out / "index.html").as_uri())
    expected = {
        "kuhlkette": 1,  # without the marks that the title has
        "KU\u0308HLKETTE": 1,  # in two signs
        "\uff2e\uff25\uff33\uff34\uff2c\u00c9": 1,  # wide letters
        "strasse": 1,
        "istanbul": 1,
        "cold-chain": 1,
        "agents": 2,  # one tells of an agent
        "companies": 1,
        '"fully private model"': 1,
        '"private fully"': 0,
        "private fully": 1,
        "-": 4 + len(COMPOUNDS),
        "A/B": 1,
        "gpt\u20114": 1,  # by another hyphen, and within GPT-4-turbo
        "4-turbo": 1,
        "e-mails": 1,  # none is so written: both parts, one in a mail
        "leaderboard": 1,  # what only the case's page shows
        "LEADERBOARDS tariffs": 1,
        "leaderboards istanbul": 0,
        "(vLLM)": 1,
        "open-weight": 1,
        '"70B open"': 1,
        '"weight 70B"': 1,  # beyond the list, each word of a phrase by itself
        "UNSUPPORTED-STATEMENT": 0,
    }
    page.get_by_label("Search").focus()
    page.wait_for_function("typeof caseWords === 'string'")
    found = {}
    for typed in expected:
        page.get_by_label("Search").fill(typed)
        found[typed] = page.locator("#cases > li:visible").count()
    assert found == expected
    assert page.said == []


def test_results_are_narrowed_and_ordered(publish, make_case, full_case, page):
    """By words, unit and value, without a server; what has no number stands last."""
    study = full_case.revision.case_study
    first, second, third = study.results
    numbers = [
        first.model_copy(update={"number": 3.0, "unit": "hours"}),
        second.model_copy(update={"number": 18.0, "unit": "%"}),
        third.model_copy(update={"metric": "claims a week", "value": "many"}),
    ]
    revision = full_case.revision.model_copy(
        update={"case_study": study.model_copy(update={"results": numbers})}
    )
    out, _ = publish(full_case.model_copy(update={"revision": revision}), make_case("b"))
    page.goto((out / "results.html").as_uri())
    values = page.locator("#rows td.value:visible")
    expect(values).to_have_text(["3 hours", "18 %", "many"])
    page.select_option("#sort", "number-down")
    expect(values).to_have_text(["18 %", "3 hours", "many"])
    page.select_option("#unit", "hours")
    expect(page.locator("#shown")).to_have_text("1 of 3 shown")
    page.click("text=Clear")
    page.fill("#text", "claims week")
    expect(values).to_have_text(["many"])
    assert page.said == []


def test_a_filter_that_no_case_fits_any_more_is_shown(publish, make_case, httpserver, page):
    """A link to a term that left the site finds none and says which; it does not show all."""
    out, _ = publish(make_case("a", industry="Energy"))
    serve(out, httpserver)
    page.goto(httpserver.url_for("/index.html?industry=Mining"))
    assert page.locator("#cases > li:visible").count() == 0
    assert page.get_by_label("Industry").input_value() == "Mining"
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#cases > li:visible")).to_have_count(1)


def test_a_filter_is_kept_in_the_address(publish, full_case, httpserver, page):
    """On a web server the narrowed list has an address that can be passed on."""
    out, _ = publish(full_case)
    serve(out, httpserver)
    page.goto(httpserver.url_for("/index.html"))
    page.fill("#text", "nobody & nothing")
    expect(page).to_have_url(httpserver.url_for("/index.html") + "?text=nobody+%26+nothing")
    page.reload()
    expect(page.locator("#shown")).to_have_text("0 of 1 shown")
    assert page.said == []


BELOW = "a sentence, end-to-end & with a 100 % — “quoted” part (see #4)"
LONG = (
    "The hardest part was tables: scanned tariffs came out of the converter as word soup, "
    "and the model made up rates with great confidence, which nobody saw for a week."
)


@pytest.mark.parametrize(
    "quote",
    [BELOW, LONG, "first of two\nsecond of two", "大阪の倉庫では在庫を数える。"],
    ids=["punctuation", "long", "two blocks", "without spaces"],
)
def test_a_browser_finds_the_place(link, httpserver, page, quote):
    """The address that we make scrolls a real browser to the words, far down a long page."""
    text = f"Said first: The hardest part was people.\n{quote}\nLast line."
    above, *below = (line.replace("&", "&amp;") for line in text.splitlines())
    paragraphs = "".join(f"<p>{line}</p>" for line in below)
    body = f"<!doctype html><meta charset=utf-8><p>{above}</p><div style='height:4000px'></div>"
    httpserver.expect_request("/long").respond_with_data(
        body + paragraphs, content_type="text/html; charset=utf-8"
    )
    page.goto(link(text, quote, url=httpserver.url_for("/long")))
    page.wait_for_function("scrollY > 2000", timeout=5_000)
