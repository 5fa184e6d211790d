"""Titles, authors and days of pages, as blogs, manuals and company sites state them."""

from datetime import date

import pytest
from web_pages import PAGE, PARAGRAPH, read

from extractors.web.authors import clean_authors
from extractors.web.dates import day_of

H1 = "<h1>Routing tickets with a small model</h1>"
AUTHOR = '<meta name="author" content="Ada Example">'
DAY = '<meta property="article:published_time" content="2025-03-14T09:00:00Z">'
SITE = '<meta property="og:site_name" content="Harbour Blog">'


def titled(title: str, *headings: str, url: str = "https://harbour.example/posts/1") -> str | None:
    shown = "".join(f"<h1>{heading}</h1>" for heading in headings)
    head = f"<title>{title}</title>{SITE}"
    return read(
        f"<html><head>{head}</head><body>{shown}<p>{PARAGRAPH * 4}</p></body></html>", url
    ).title


@pytest.mark.parametrize(
    ("title", "headings", "expected"),
    [
        ("Foo at scale | Harbour Blog", ["Foo at scale"], "Foo at scale"),
        ("Foo at scale - Harbour", [], "Foo at scale"),
        ("Harbour: Foo at scale", ["Foo at scale"], "Foo at scale"),
        ("Foo at scale – Acme Engineering Blog", [], "Foo at scale"),
        ("Models - a story", ["Harbour Blog"], "Models - a story"),
        ("Foo at scale | Start now", ["Menu", "Foo at scale"], "Foo at scale"),
        ("Sharing state - The Lumen Book", ["The Lumen Book"], "Sharing state - The Lumen Book"),
        ("Fast models | Try them for free", [], "Fast models"),
        ("Networking with Lumen | Acme", ["Networking in Lumen"], "Networking in Lumen"),
        (
            "Why teams like small models",
            ["How we moved to small models"],
            "How we moved to small models",
        ),
        ("", ["Only a heading¶"], "Only a heading"),
        ("", [], None),
    ],
)
def test_the_title_loses_what_the_site_adds(title, headings, expected):
    """The words shared by the heading and the metadata title, without site, blog or offer."""
    assert titled(title, *headings) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (["By Ada Example"], ("Ada Example",)),
        (["Ada Example; admin; https://x.example/ada; CTO; Ada Example"], ("Ada Example",)),
        (["Bo Li and Cy Roe"], ("Bo Li", "Cy Roe")),
        (["Ada Example, Bo Li"], ("Ada Example", "Bo Li")),
        (["Ada Example, Senior Engineer"], ("Ada Example",)),
        (["Ada Example | March 3, 2025"], ("Ada Example",)),
        (["Posted by Ada Example on May 3, 2025"], ("Ada Example",)),
        (["adaex", "Ada Example"], ("Ada Example",)),
        (["Acme", "Ada Example"], ("Ada Example",)),
        (["adaex"], ("adaex",)),
        (["Read more posts", "5 min read", "Published"], ()),
        ([], ()),
    ],
)
def test_authors_are_persons(stated, expected):
    """Addresses, roles, logins, sites and dates are not authors; each name is listed once."""
    assert clean_authors(stated, ["Acme"]) == expected


@pytest.mark.parametrize(
    ("markup", "authors"),
    [
        ("<p>By <a href='/p/1'>Ada Lind</a></p>", ("Ada Lind",)),
        ("<p>by: Ada Lind, Dec 17, 2025</p>", ("Ada Lind",)),
        ("<p>Von Ada Lind</p>", ("Ada Lind",)),
        ("<a rel='author' href='/a'>Ada Lind</a>", ("Ada Lind",)),
        ("<span itemprop='author'>Ada Lind</span>", ("Ada Lind",)),
        ("<div class='author-name'>Ada Lind</div><div class='author'>Bo Li</div>", ("Ada Lind",)),
        ("<div class='comment'><span class='author'>Bo Li</span></div>", ()),
        ("<p>By the end you will have read all of it.</p>", ()),
    ],
)
def test_a_byline_is_read_where_nothing_is_stated_for_machines(markup, authors):
    """Markup or a line "By …" near the heading counts; names of commenters do not."""
    assert read(PAGE.replace(AUTHOR, "").replace(H1, H1 + markup)).authors == authors


def test_authors_of_related_articles_are_left_out():
    """Among several articles in JSON-LD, the one with the page's title is used."""
    linked = """<script type="application/ld+json">{"@graph": [
        {"@type": "Article", "headline": "Other", "author": {"name": "Bo Li"}},
        {"@type": ["BlogPosting"], "headline": "Routing tickets with a small model",
         "author": [{"@type": "Person", "name": "Cy Roe"},
                    {"@type": "Organization", "name": "Acme"}]}]}</script>"""
    assert read(PAGE.replace(AUTHOR, linked)).authors == ("Cy Roe",)


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2025-03-14T09:00:00Z", date(2025, 3, 14)),
        ("Posted 3 June 2024", date(2024, 6, 3)),
        ("June 3rd, 2024", date(2024, 6, 3)),
        ("3. März 2025", date(2025, 3, 3)),
        ("3 de marzo de 2025", date(2025, 3, 3)),
        ("12 juillet 2024", date(2024, 7, 12)),
        ("03.04.2025", date(2025, 4, 3)),
        ("3/4/2025", date(2025, 3, 4)),
        ("25/4/2025", date(2025, 4, 25)),
        ("2024年5月6日", date(2024, 5, 6)),
        ("2025-02-30", None),
        ("1066-10-14", None),
        ("3 June 2999", None),
        ("3 models 2024", None),
        ("soon", None),
        (None, None),
    ],
)
def test_days_are_read_as_pages_write_them(stated, day):
    """Covers ISO, words in seven languages, and numbers; impossible dates are ignored."""
    assert day_of(stated) == day


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (
            '<script type="application/ld+json">{"@type":"Article","datePublished":"2024-06-03"}</script>',
            None,
        ),
        ('<meta itemprop="datePublished" content="2024-06-03">', None),
        ("", "https://harbour.example/2024/06/03/routing"),
        ("<div>Posted 3 June 2024</div>", None),
        ("<div>Updated <b>May 1, 2025</b></div><div>June 3, 2024</div>", None),
        ("<time datetime='2024-06-03T01:00'>last year</time>", None),
    ],
)
def test_the_day_of_publication_is_found(markup, url):
    """Sources are metadata, address and headline; publication takes precedence over change."""
    page = PAGE.replace(DAY, "").replace(H1, H1 + markup)
    assert read(page, url or "https://harbour.example/posts/routing").published == date(2024, 6, 3)


def test_a_page_that_states_nothing_has_nothing():
    """Nothing is guessed from the text: no author, date, description or title."""
    found = read(f"<html><body><p>{PARAGRAPH * 4} In May 2021 Bo Li left.</p></body></html>")
    assert (found.title, found.authors, found.published, found.description) == (
        None,
        (),
        None,
        None,
    )
