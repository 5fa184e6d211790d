"""A web page becomes its text, what it says about itself, and steps a curator can follow."""

from datetime import date

import pytest
from datasets import hostile_strings
from web_pages import PAGE, PARAGRAPH, URL, read

from extractors.web import content, reader, tree
from schemas.errors import ExtractionError, NeedsJavaScript


def test_a_page_gives_its_text_and_what_it_says_about_itself():
    """Has title without site, author, date, language, summary, canonical address and text."""
    found = read(PAGE)
    assert found.title == "Routing tickets with a small model"
    assert list(found.authors) == ["Ada Example"]
    assert found.published == date(2025, 3, 14)
    assert (found.language, found.site) == ("en", "Harbour Blog")
    assert found.description == "How two people moved a queue to a small model."
    assert found.canonical_url == "https://harbour.example/posts/routing"
    assert "queue stalled" in found.text
    assert "Imprint" not in found.text


def test_passages_know_the_headings_above_them():
    """A passage has its path of headings; headings are between passages, offsets are exact."""
    found = read(PAGE)
    stalled = next(p for p in found.passages if "stalled" in found.text[p.start : p.end])
    assert stalled.headings[-1] == "What broke"
    assert all(found.text[p.start : p.end] != "What broke" for p in found.passages)


def test_lists_tables_and_code_keep_their_lines():
    """Items are on separate lines, cells of a row on one line, and code keeps its indentation."""
    text = read(PAGE).text
    assert "Retries piled up without a limit.\nThe alert came late." in text
    assert "Week | Share" in text
    assert "def route(ticket):\n    return model(ticket)" in text


def test_documentation_keeps_what_articles_would_not():
    """Outside of articles everything but menus is kept: short cards, definitions, links."""
    cards = "".join(f"<div><h3>Step {n}</h3><div>Press key {n}.</div></div>" for n in range(9))
    terms = "<dl><dt>route()</dt><dd>Chooses a model.</dd></dl>"
    menu = "<div class='sidebar'><ul><li><a href='/x'>Other manual</a></li></ul></div>"
    page = (
        f"<title>Keys</title><body>{menu}<main><h1>Keys</h1>{cards}{terms}<p>{PARAGRAPH}</p></main>"
    )
    text = read(page, "https://docs.harbour.example/keys").text
    assert "Press key 8." in text
    assert "Chooses a model." in text
    assert "Other manual" not in text


def test_headings_lost_by_the_extractor_are_restored():
    """If trafilatura returns only paragraphs, their headings are restored from the page."""
    parts = "".join(
        f"<div class='x{n}'><h2>Part number {n}</h2><div>{PARAGRAPH} Part {n}.</div></div>"
        for n in range(5)
    )
    page = (
        PAGE[: PAGE.index("<main>")] + f"<div><h1>Routing tickets</h1>{parts}</div></body></html>"
    )
    headings = {heading for passage in read(page).passages for heading in passage.headings}
    assert "Part number 3" in headings


def test_confidence_is_stated_and_low_agreement_is_doubtful():
    """Both readings of a clear page agree; otherwise the curator is asked to compare."""
    clear = next(step for step in read(PAGE).steps if step.method == "confidence")
    assert float(clear.outcome) > 0.6
    assert not clear.doubtful
    posts = "".join(
        f"<div class='post'><span>{PARAGRAPH} Reply {n}.</span></div>" for n in range(40)
    )
    mixed = read(f"<html><body><h1>Thread</h1><p>{PARAGRAPH}</p><div>{posts}</div></body></html>")
    assert any(step.method == "confidence" for step in mixed.steps)


def test_a_page_of_very_many_elements_is_read_without_trafilatura(monkeypatch):
    """Trafilatura's time is quadratic in the number of paragraphs, that of our reading is not."""
    monkeypatch.setattr(content, "MOST_ELEMENTS", 500)
    lines = "".join(f"<p>Step {number} took the team a day.</p>" for number in range(500))
    found = read(PAGE.replace("<ul>", f"{lines}<ul>"))
    assert found.steps[0].method == "too large for trafilatura"
    assert any(step.doubtful for step in found.steps)
    assert "Step 499 took" in found.text
    assert "Imprint" not in found.text


def test_endless_markup_is_cut_and_the_curator_is_informed(monkeypatch):
    """Text after the first millions of characters is not read, and a step says so."""
    for module in (tree, reader):
        monkeypatch.setattr(module, "MOST_CHARACTERS", 5_000)
    found = read(PAGE.replace("<ul>", f"<p>{PARAGRAPH * 90}</p><ul>"))
    assert "alert came late" not in found.text
    assert next(step for step in found.steps if step.method == "size").doubtful


@pytest.mark.parametrize(
    ("link", "own"),
    [
        ('<link rel="canonical" href="/posts/routing">', "https://harbour.example/posts/routing"),
        ('<link REL=Canonical href="/posts/routing">', "https://harbour.example/posts/routing"),
        (
            '<link rel="canonical" href="https://www.harbour.example/p">',
            "https://www.harbour.example/p",
        ),
        (
            '<meta property="og:url" content="https://harbour.example/p">',
            "https://harbour.example/p",
        ),
        ('<link rel="canonical" href="https://other.example/a">', None),
        ('<link rel="canonical" href="/">', None),
        ('<link rel="canonical" href="javascript:x">', None),
        ('<link rel="canonical" href="https://[bad">', None),
    ],
)
def test_the_own_address_is_believed_on_the_same_site_only(link, own):
    """Canonical addresses on other sites, and the site's root from a template, are ignored."""
    page = PAGE.replace('<link rel="canonical" href="/posts/routing">', link)
    assert read(page).canonical_url == own


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ('lang="de-CH"', "Das Team hat die Warteschlange umgebaut. ", "de"),
        ('lang="en"', "Das Team hat die Warteschlange umgebaut und misst nun jede Woche. ", "de"),
        ("", "L'équipe a reconstruit la file d'attente et mesure chaque semaine. ", "fr"),
        ('lang="en"', "The team rebuilt the queue and wrote of it. ", "en"),
    ],
)
def test_the_language_is_that_of_the_text(stated, text, language):
    """Many templates state English whatever the language of the text."""
    assert read(f"<html {stated}><body><p>{text * 12}</p></body></html>").language == language


@pytest.mark.parametrize(
    "head",
    [
        "<title>A|B</title><meta property='og:site_name' content='A'>",
        "<meta property='og:site_name' content='{}'>".format("Harbour " * 40),
        "",
    ],
)
def test_the_site_is_its_name_or_its_host(head):
    """If the name is missing or a whole sentence, the host is used."""
    site = read(f"<html><head>{head}</head><body><p>{PARAGRAPH * 6}</p></body></html>").site
    assert site in {"A", "harbour.example"}


def test_a_page_without_text_is_a_failure():
    """Neither an empty body nor bytes without elements give an empty document."""
    for page in ("<html><body><p>Soon.</p></body></html>", "", "   ", "<!-- only a note -->"):
        with pytest.raises(ExtractionError):
            read(page)


def test_a_shell_that_scripts_fill_says_so():
    """An empty root element with scripts has its own error, with the address."""
    with pytest.raises(NeedsJavaScript, match="scripts") as failure:
        read('<html><body><div id="root"></div><script src="/app.js"></script></body></html>')
    assert URL in str(failure.value)


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{PARAGRAPH * 4}" + "<b>" * 5_000,
        "<div>" * 200 + PARAGRAPH * 4,
        f"<p title='{'x' * 500_000}'>{PARAGRAPH * 4}</p>",
        f"<p>{PARAGRAPH * 2}\x00\x01\x0b{PARAGRAPH * 2}\ufffe\uffff</p>",
        f"<style>{'a ' * 200_000}</style><style>{'/*' * 100_000}</style><p>{PARAGRAPH * 4}</p>",
        f"<style>{'.a{' * 50_000}</style><p>{PARAGRAPH * 4}</p>",
        f"<title>{'a - ' * 20_000}</title><p>{PARAGRAPH * 4}</p>",
        f"<script type='application/ld+json'>{'[' * 100_000}</script><p>{PARAGRAPH * 4}</p>",
        f"<script type='application/ld+json'>{{\"@type\": 7}}</script><p>{PARAGRAPH * 4}</p>",
        f"<meta name=author content='{'Ada Example and ' * 9_000}'><p>{PARAGRAPH * 4}</p>",
        f"<table><tr><td>{PARAGRAPH * 4}" + "<table><tr><td>" * 50,
        f"<p style='{'color:red;' * 50_000}'>{PARAGRAPH * 4}</p>",
        f"<base href='http://[x'><a href='http://[y'>a</a><p>{PARAGRAPH * 4}</p>",
    ],
)
def test_broken_and_hostile_markup_is_read(page):
    """Deep nesting, huge attributes, forbidden characters and endless styles give text soon."""
    found = read(page)
    assert "routed tickets" in found.text
    assert not set(found.text) & set("\x00\x01\ufffe\uffff")


def test_hostile_strings_are_read_as_text():
    """Attack strings do not break the page, its title or its author."""
    refused = []
    for text in hostile_strings(every=60):
        head = f"<title>{text}</title><meta name=author content='{text}'>"
        try:
            read(f"<html><head>{head}</head><body><p>{PARAGRAPH * 4}</p><p>{text}</p>")
        except ExtractionError:
            refused.append(text)
    assert [text for text in refused if "<!--" not in text] == []  # a comment that nothing ends
