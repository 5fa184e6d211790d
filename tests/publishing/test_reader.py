"""A reader on the built site: Chromium, and the web server that comes with Python."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from browsers import violations
from built_sites import a_plan, serving
from case_views import TITLE, a_document, a_quote, a_short_view, a_statement, a_view, with_study
from made_reports import a_citation, a_report
from playwright.sync_api import Page, expect

from publishing.anchors import link_to_quote
from publishing.site.build import build
from schemas.cases import Section

pytestmark = pytest.mark.browser

HOME = "https://cases.example/"
COMPOUNDS = ("An A/B test showed it.", "Every mail is read.")
LESSONS = ("Measure on your own letters first.", "Keep a person at the end of each chain.")


def a_lesson(title: str, text: str, **facts: str):
    """A short case with a lesson."""
    view = a_short_view(title, **facts)
    study = view.revision.study
    quote = study.statements[0].evidence[0]
    lesson = a_statement(90, text, quote, section=Section.LESSONS)
    study = study.model_copy(update={"statements": (*study.statements, lesson)})
    return with_study(view, study)


def the_views():
    return [
        a_view(),
        a_lesson("Wind and grid", LESSONS[0], industry="energy", year="2025"),
        a_lesson("Heat pumps in Zürich", LESSONS[1], industry="energy", year="2024"),
        *(a_short_view(f"Case {n}", "First.", text) for n, text in enumerate(COMPOUNDS)),
        *(a_short_view(f"Filler {n}", "A model reads invoices.") for n in range(26)),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A site of thirty-one cases, with its search."""
    made = tmp_path_factory.mktemp("reader")
    views = the_views()
    report = a_report([a_citation(one, 90) for one in views[1:3]], len(views))
    plan = a_plan(views, made / "cases.jsonl", address=HOME)._replace(reports=[report])
    build(plan, made / "site")
    return made / "site"


@pytest.fixture(scope="module")
def site(folder):
    with serving(folder) as address:
        yield address


@pytest.fixture
def asked(page, request) -> set[str]:
    """The hosts that the page asks for anything."""
    hosts: set[str] = set()
    page.on("request", lambda one: hosts.add(urlsplit(one.url).hostname))
    return hosts


def titles(page: Page):
    return page.locator("#cases h3")


def test_a_case_is_found_by_words_and_facets(site, page, asked):
    """Typing searches, facets show live counts, and the address stores both."""
    page.goto(f"{site}index.html")
    page.get_by_role("searchbox").fill("grid")
    page.get_by_role("button", name="Search").click()
    expect(titles(page)).to_have_text(["Wind and grid"])
    expect(page.locator("mark").first).to_contain_text("grid")
    page.get_by_label("Search", exact=True).fill("")
    expect(titles(page)).to_have_count(24)
    industry = page.get_by_label("Industry")
    expect(industry.locator("option")).to_have_text(
        ["Any", "Energy and utilities (2)", "Insurance (1)"]
    )
    industry.select_option("energy")
    expect(titles(page)).to_have_count(2)
    expect(page.locator("#shown")).to_have_text("2 of 31 cases")
    page.get_by_label("Year").select_option("2024")
    expect(titles(page)).to_have_text(["Heat pumps in Zürich"])
    assert "?industry=energy&year=2024" in page.url
    page.reload()
    expect(titles(page)).to_have_text(["Heat pumps in Zürich"])
    page.get_by_role("button", name="Remove Year: 2024").click()
    expect(titles(page)).to_have_count(2)
    page.go_back()
    expect(titles(page)).to_have_count(1)
    assert page.messages == []
    assert asked == {"127.0.0.1"}


def test_a_search_is_paged_and_ordered(site, page):
    """Shows twenty-four per page, optionally by title; loads nothing before it is used."""
    loaded = []
    page.on("request", lambda one: loaded.append(urlsplit(one.url).path))
    page.goto(f"{site}search.html")
    assert not any("pagefind" in path for path in loaded)
    page.get_by_label("Order").select_option("title")
    expect(titles(page)).to_have_count(24)
    expect(titles(page).first).to_have_text(TITLE)
    page.get_by_role("link", name="Next").click()
    expect(titles(page)).to_have_count(7)
    expect(titles(page).last).to_have_text("Wind and grid")
    assert page.url.endswith("?sort=title&page=2")
    assert page.messages == []


def test_words_are_found_as_a_reader_means_them(site, page):
    """Covers accents, plurals and quotes; held-back text is not found."""
    page.goto(f"{site}search.html")
    words = {"zurich": 1, "heat pump": 1, "officer": 1, "REFUTED": 0, "tariffs": 1}
    for word, number in words.items():
        page.get_by_label("Search", exact=True).fill(word)
        expect(page.locator("#shown")).to_have_text(f"{number} of 31 cases")
    expect(titles(page)).to_have_text([TITLE])


def test_a_search_with_a_word_too_many_finds_what_has_the_others(site, page):
    """If no case has every word, those with most of them are listed, and the page says so."""
    page.goto(f"{site}search.html?q=wind+grid+invoices")
    expect(page.locator("#shown")).to_have_text("0 of 31 cases")
    expect(page.get_by_text("No case has all of these words.")).to_be_visible()
    expect(titles(page).first).to_have_text("Wind and grid")
    expect(page.locator("#nearby")).to_be_hidden()


def test_synonyms_find_the_same_cases_in_the_same_order(site, page):
    """An abbreviation, its expansion and another spelling give one count, with their words marked."""
    found = {}
    for words in ("LLM", "large language models", "large language model"):
        page.goto(f"{site}search.html?q={words}")
        expect(page.locator("#cases mark").first).to_be_visible()
        found[words] = (page.locator("#shown").inner_text(), titles(page).all_inner_texts())
    assert len({str(one) for one in found.values()}) == 1, found
    assert found["LLM"][0] != "0 of 31 cases"


def test_a_mistake_in_typing_is_corrected_and_can_be_kept(site, page):
    """The closest word is searched for; a link searches for what was typed."""
    page.goto(f"{site}search.html?q=wimd+grdi")
    expect(titles(page).first).to_have_text("Wind and grid")
    expect(page.locator("#meant")).to_contain_text("Showing results for wind grid")
    page.locator("#meant a").click()
    expect(page.locator("#shown")).to_have_text("0 of 31 cases")
    expect(page.locator("#meant")).to_be_hidden()


def test_a_word_is_not_corrected_before_it_is_complete(site, page):
    """While the last word is the beginning of a known one, nothing else is suggested."""
    page.goto(f"{site}search.html")
    page.get_by_label("Search", exact=True).press_sequentially("heat pum")
    expect(titles(page)).to_have_text(["Heat pumps in Zürich"])
    expect(page.locator("#meant")).to_be_hidden()


def test_quotation_marks_search_for_a_phrase(site, page):
    """A phrase matches in its order, alone and beside other words, and facets count its cases."""
    page.goto(f"{site}search.html")
    for words, number in {
        '"wind and grid"': 1,
        '"grid and wind"': 0,
        "grid “wind and grid”": 1,
    }.items():
        page.get_by_label("Search", exact=True).fill(words)
        expect(page.locator("#shown")).to_have_text(f"{number} of 31 cases")
    expect(page.get_by_label("Industry").locator("option")).to_have_text(
        ["Any", "Energy and utilities (1)"]
    )


def test_a_changed_case_is_found_as_it_is_now(tmp_path, page):
    """A few changes get a separate index; the earlier page is neither found nor counted."""
    views = the_views()
    build(a_plan(views, tmp_path / "cases.jsonl"), tmp_path / "site")
    views[1] = a_lesson("Tides and grid", LESSONS[0], industry="energy", year="2025",
                        case_id=views[1].case.case_id)  # fmt: skip
    plan = a_plan(views, tmp_path / "cases.jsonl")
    build(plan, tmp_path / "site")
    with serving(tmp_path / "site") as address:
        page.goto(f"{address}search.html?q=grid")
        expect(titles(page)).to_have_text(["Tides and grid"])
        page.get_by_label("Search", exact=True).fill("")
        page.get_by_label("Industry").select_option("energy")
        expect(page.locator("#shown")).to_have_text("2 of 31 cases")
    assert (tmp_path / "site/pagefind-recent").is_dir()
    assert page.messages == []


def test_from_tag_to_case_to_similar_to_company(site, page):
    """Links lead from a tag's page to a case, its quotes, similar cases and its company."""
    page.goto(f"{site}browse.html")
    page.get_by_role("link", name="vLLM").click()
    expect(page.locator("h1")).to_have_text("vLLM")
    page.locator("section[aria-labelledby=results] a.plain").first.click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert "#results-" in page.url
    page.get_by_role("button", name="Show every quote").click()
    quote = page.locator("blockquote", has_text="Median time to a first answer").first
    expect(quote).to_be_visible()
    assert "#:~:text=" in quote.locator("xpath=following::a[1]").get_attribute("href")
    expect(page.locator("#similar + ul a").first).to_be_visible()
    page.get_by_role("link", name="Harbourline", exact=True).click()
    expect(page.locator("h1")).to_have_text("Harbourline")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert page.messages == []


def test_statements_across_cases_are_filtered(site, page, asked):
    """Lessons are filtered by words and industry; results have a table per unit."""
    page.goto(f"{site}lessons.html")
    lines = page.locator("#statements li.statement")
    expect(lines).to_have_count(2)
    page.get_by_label("Year").focus()
    page.get_by_label("Year").select_option("2024")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(LESSONS[1])
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Search", exact=True).fill("letters")
    expect(lines).to_contain_text([LESSONS[0]])
    page.goto(f"{site}results.html")
    expect(page.locator("#statements h3")).to_have_text(["% 1", "hours 1"])
    page.get_by_label("Order").select_option("number")
    expect(page.locator("#statements h3")).to_have_text(["%", "hours"])
    expect(page.locator("#statements td.value")).to_have_text(["18 %", "3 hours"])
    expect(page.locator("#statements tbody").first).to_contain_text("as stated in the source")
    assert page.messages == []
    assert asked == {"127.0.0.1"}


SENTENCES = {
    "Median time to a first answer fell from 26 hours to 3 hours": "verbatim in",
    "The first answer took a median of 3 hours, where it had taken 26": "close to",
    "Hospitals in Peru cut their waiting lists": None,
}


@pytest.mark.parametrize(("sentence", "answer"), SENTENCES.items())
def test_a_sentence_is_checked_in_the_page(site, page, asked, sentence, answer):
    """It is found verbatim, in other words, or not here, which does not make it false."""
    page.goto(f"{site}attribution.html")
    page.get_by_label("Sentence").fill(sentence)
    page.get_by_role("button", name="Check it").click()
    if answer is None:
        expect(page.locator("#answer")).to_contain_text("Not found. These cases do not say it")
    else:
        expect(page.locator("#answer .kicker").first).to_have_text(answer)
        expect(page.locator("#answer h3").first).to_contain_text(TITLE)
    assert page.messages == []
    assert asked == {"127.0.0.1"}


def test_a_question_is_answered_by_statements(site, page, asked):
    """The best matching statement comes first and links to its place; filler does not count."""
    page.goto(f"{site}ask.html?question=Where should a person be kept in the chain%3F")
    first = page.locator("#answer li").first
    expect(first.locator("blockquote")).to_have_text(LESSONS[1])
    first.get_by_role("link").click()
    expect(page.locator(":target")).to_contain_text(LESSONS[1])
    page.goto(f"{site}ask.html?question=What went wrong with a measure on letters%3F")
    expect(first.locator("blockquote")).to_have_text(LESSONS[0])
    page.goto(f"{site}ask.html?question=Zymurgy%3F")
    expect(page.locator("#answer")).to_have_text(
        "The cases do not say: none is near this question."
    )
    assert page.messages == []
    assert asked == {"127.0.0.1"}


def test_each_sentence_of_a_report_shows_its_sources(site, page):
    """A quote appears beside its mark; the mark links to the list, and back."""
    page.goto(f"{site}{REPORT}")
    mark = page.locator(".prose .ref").nth(1)
    expect(mark.locator(".tip")).to_be_hidden()
    mark.get_by_role("link").hover()
    expect(mark.locator(".tip")).to_contain_text(LESSONS[1])
    mark.get_by_role("link").click()
    page.locator(":target").get_by_role("link", name="Heat pumps").click()
    expect(page.locator(":target")).to_contain_text(LESSONS[1])
    page.get_by_role("link", name="What they show").click()
    page.locator(".number").first.click()
    expect(page.locator(":target")).to_contain_text("SELECT count(*)")
    page.goto(site)
    page.get_by_role("link", name="What they show").click()
    expect(page.locator("h1")).to_have_text("What they show")


REPORT = "reports/what-they-show/index.html"
PAGES = ("index.html", "search.html?q=model", "browse.html", "tags/vllm/index.html", "results.html",
         "how-right.html",
         "lessons.html", "ask.html", "attribution.html", REPORT, "reports/index.html", "figures.html", "data.html", "changes.html", "404.html")  # fmt: skip


def test_pages_are_accessible_and_fit_a_phone(site, browser, folder):
    """Axe reports nothing on any kind of page, and none scrolls sideways at 390 pixels.

    In the dark only the contrast of colours differs.
    """
    context = browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=True)
    page = context.new_page()
    case = next(folder.glob("cases/a-claims*/index.html")).relative_to(folder)
    for name in (*PAGES, str(case)):
        page.goto(f"{site}{name}")
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == 390, name
        assert violations(page) == [], name
        page.emulate_media(color_scheme="dark")
        assert violations(page, runOnly=["color-contrast"]) == [], name
        page.emulate_media(color_scheme="light")
    page.goto(f"{site}results.html")
    cell, whole = (
        page.locator(f"#statements {one}").first.bounding_box() for one in ("td.statement", "table")
    )
    assert cell["width"] > 0.9 * whole["width"], "a result is as wide as the screen"
    context.close()


def test_tables_stay_tables_on_a_phone(site, page):
    """Screen readers find rows and cells even in the stacked layout."""
    page.set_viewport_size({"width": 390, "height": 844})
    client = page.context.new_cdp_session(page)
    for name in ("results.html", "data.html"):
        page.goto(f"{site}{name}")
        nodes = client.send("Accessibility.getFullAXTree")["nodes"]
        roles = {node["role"]["value"] for node in nodes}
        assert {"table", "row", "cell", "columnheader"} <= roles, name


def test_without_scripts_and_from_a_folder(site, browser, folder, page):
    """Every case is reachable by links; features that need a web server say so."""
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}browse.html")
    plain.get_by_role("link", name="2026").first.click()
    plain.get_by_role("link", name=TITLE).click()
    expect(plain.locator("h1")).to_have_text(TITLE)
    context.close()
    page.goto((folder / "search.html").as_uri())
    expect(page.get_by_text("Search and filters require a web server")).to_be_visible()
    expect(titles(page)).to_have_count(24)


def test_quotes_of_a_sentence_open_on_demand(site, page, folder):
    """Hovering and focus show them, a click keeps them open; printed pages show only those."""
    case = next(folder.glob("cases/a-claims*/index.html")).relative_to(folder)
    page.goto(f"{site}{case}")
    sentences = page.locator(".abstract .sentence")
    first, second = (sentences.nth(n) for n in range(2))
    shown = "one => one.checkVisibility({contentVisibilityAuto: true})"
    quotes = [one.locator("blockquote") for one in (first, second)]
    assert not quotes[0].evaluate(shown)
    first.locator("summary").hover()
    assert quotes[0].evaluate(shown)
    page.mouse.move(0, 0)
    page.get_by_role("link", name="Compare", exact=True).focus()
    page.keyboard.press("Tab")
    assert quotes[0].evaluate(shown)
    page.keyboard.press("Shift+Tab")
    second.locator("span").first.click()
    page.mouse.move(0, 0)
    assert [quote.evaluate(shown) for quote in quotes] == [False, True]
    page.emulate_media(media="print")
    assert [quote.evaluate(shown) for quote in quotes] == [False, True]
    expect(page.get_by_role("navigation", name="The site")).to_be_hidden()
    expect(page.locator("#unfold")).to_be_hidden()


def test_feeds_cards_and_twins_lead_to_the_cases(folder):
    """Feed readers, link previews and programs get the same cases as people."""
    feed = feedparser.parse((folder / "feed-all.xml").read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == 31
    case = next(folder.glob("cases/a-claims*/index.html"))
    assert (case.parent / "card.png").read_bytes().startswith(b"\x89PNG")
    twin = json.loads((folder / "industries/energy/index.json").read_text())
    assert {one["title"] for one in twin["cases"]} == {"Wind and grid", "Heat pumps in Zürich"}
    said = {one["text"] for one in twin["statements"]["lessons"]}
    assert said == set(LESSONS)
    text = (folder / "industries/energy/index.md").read_text()
    assert LESSONS[0] in text.replace("\\", "")
    assert "lessons.md" in (folder / "llms.txt").read_text()


def test_no_page_is_heavy(folder):
    """A page weighs at most 100 KB without its images."""
    heavy = {p.name: size for p in folder.rglob("*.html") if (size := p.stat().st_size) > 100_000}
    assert heavy == {}


QUOTES = [
    "a sentence, end-to-end & with a 100 % — “quoted” part (see #4)",
    "The hardest part was tables: scanned tariffs came out as word soup, and the model made up rates.",
    "first of two\nsecond of two",
    "大阪の倉庫では在庫を数える。",
]


@pytest.mark.parametrize("quote", QUOTES, ids=["punctuation", "long", "two blocks", "no spaces"])
def test_a_browser_finds_the_place(httpserver, page, quote):
    """Our link scrolls a real browser to the words, far down a long page."""
    text = f"Said first: The hardest part was people.\n{quote}\nLast line."
    above, *below = (line.replace("&", "&amp;") for line in text.splitlines())
    paragraphs = "".join(f"<p>{line}</p>" for line in below)
    body = f"<!doctype html><meta charset=utf-8><p>{above}</p><div style='height:4000px'></div>"
    html = {"content_type": "text/html; charset=utf-8"}
    httpserver.expect_request("/long").respond_with_data(body + paragraphs, **html)
    document = a_document(text, url=httpserver.url_for("/long"))
    page.goto(link_to_quote(document, a_quote(document, quote)))
    page.wait_for_function("scrollY > 2000", timeout=5_000)
