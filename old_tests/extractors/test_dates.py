"""A page's day of publication: of the page, not of its parts; published before changed."""

from datetime import date

import lxml.html
import pytest

from casebook.extractors.web.dates import day_of, published
from casebook.extractors.web.page_kind import PageKind

ARTICLE = (
    '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, '
    '{"@type": "BlogPosting", "datePublished": "2024-03-17T09:00:00Z"}]}</script>'
)
BROKEN = '<script type="application/ld+json">{"datePublished": "2024-03-17",}</script>'
THREAD = (
    '<script type="application/ld+json">{"@type": "QAPage", "mainEntity": '
    '{"@type": "Question", "dateCreated": "2010-10-16"}}</script>'
)
META = '<meta property="article:published_time" content="2023-01-05T00:00:00Z">'
CHANGED = '<meta property="article:modified_time" content="2025-05-05">'
ANSWER = '<div itemprop="dateCreated" content="2014-11-28">Nov 28, 2014</div>'
FAR = f"<p>On 30 October 2025 the kernel took the change{', and nobody said a word' * 3}.</p>"


@pytest.mark.parametrize(
    ("head", "body", "kind", "day"),
    [
        (CHANGED + META + ARTICLE, "", PageKind.ARTICLE, date(2024, 3, 17)),
        (CHANGED + META, "", PageKind.ARTICLE, date(2023, 1, 5)),
        (BROKEN, "", PageKind.ARTICLE, date(2024, 3, 17)),
        (THREAD, ANSWER, PageKind.FORUM, date(2010, 10, 16)),
        ("", f"<h1>A</h1><p>Dec 12, 2025</p>{FAR * 3}", PageKind.ARTICLE, date(2025, 12, 12)),
        ("", f"<p>Dec 12, 2025</p><h1>A</h1>{FAR}", PageKind.ARTICLE, date(2025, 12, 12)),
        (
            "",
            '<h1>A</h1><time datetime="2024-12-20">last week</time>',
            PageKind.ARTICLE,
            date(2024, 12, 20),
        ),
        (
            "",
            (
                "<h1>A</h1><p>Submitted by Ada on <time datetime='2025-02-11T10:00:00+00:00'>"
                "Tue, 02/11/2025 - 10:00</time></p>"
            ),
            PageKind.ARTICLE,
            date(2025, 2, 11),
        ),
        (
            "",
            (
                "<h1>A</h1><p>By Ada</p><aside>More: <time datetime='2026-02-11T10:00Z'>2 hours ago"
                "</time></aside><p>March 3, 2024</p>"
            ),
            PageKind.ARTICLE,
            date(2024, 3, 3),
        ),
        (
            "",
            "<h1>A</h1><p>By Ada, <time datetime='2025-02-11T10:00Z'>3 days ago</time></p>",
            PageKind.ARTICLE,
            date(2025, 2, 11),
        ),
        (
            "",
            "<h1>News</h1><p>A story, <time datetime='2025-02-11T10:00:00Z'>3 days ago</time></p>",
            PageKind.OTHER,
            None,
        ),
        (
            "",
            "<h1>Forum</h1><p>It is <time datetime='2025-02-11T10:00Z'>11.2.2025, 10:00</time></p>",
            PageKind.OTHER,
            None,
        ),
        (
            "",
            "<h1>Notes</h1><p><time datetime='2025-02-11T10:00Z'>11th of Feb. 2025</time></p>",
            PageKind.OTHER,
            date(2025, 2, 11),
        ),
        ("", "<h1>A</h1><p>No day at all.</p>", PageKind.OTHER, None),
    ],
)
def test_the_day_of_the_page_itself(head, body, kind, day):
    """What the page states for machines goes first, then a short line by its headline."""
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    assert published(tree, "https://a.example/x", kind) == day


# More lines than are looked at by a headline.
BETWEEN = "<h1>Guides</h1>" + "<p>Words about the guides.</p>" * 40


@pytest.mark.parametrize(
    ("head", "body", "kind", "day"),
    [
        (
            '<meta name="published" content="July 17, 2025">',
            "",
            PageKind.ARTICLE,
            date(2025, 7, 17),
        ),
        (
            "",
            f"{BETWEEN}<h4>Published</h4><h3>Publish date</h3><time>15 November 2018</time>",
            PageKind.OTHER,
            date(2018, 11, 15),
        ),
        (
            "",
            f"{BETWEEN}<time>8 October 2020</time><p>First published on <b>15 November 2018</b></p>",
            PageKind.OTHER,
            date(2018, 11, 15),
        ),
        ("", f"{BETWEEN}<p>Posted by Ada on May 1, 2024</p>", PageKind.OTHER, date(2024, 5, 1)),
        (
            "",
            f"{BETWEEN}<p>Veröffentlicht am <b>1. Mai 2024</b></p><p>2. Juni 2024</p>",
            PageKind.OTHER,
            date(2024, 5, 1),
        ),
        (
            "",
            "<h1>A</h1><p>Last updated: 10 May 2025</p><p>First published: 5 Dec 2023</p>",
            PageKind.ARTICLE,
            date(2023, 12, 5),
        ),
        (
            "",
            "<h1>A</h1><p>Updated</p><time>10 May 2025</time><p>Ada · 5 Dec 2023</p>",
            PageKind.ARTICLE,
            date(2023, 12, 5),
        ),
        ("", "<h1>A</h1><p>Aktualisiert: 10. Mai 2025</p>", PageKind.ARTICLE, date(2025, 5, 10)),
        ("", f"{BETWEEN}<p>Published 10:19am Mon 1 May 2024</p>", PageKind.OTHER, date(2024, 5, 1)),
        ("", "<p>Journal</p><h3>April 8, 2024</h3>" + FAR * 40, PageKind.ARTICLE, date(2024, 4, 8)),
    ],
)
def test_a_day_that_nothing_but_the_page_tells(head, body, kind, day):
    """A label names a day of publication, or of a change beside one; the only day alone on a line is an article's."""
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    assert published(tree, "https://a.example/x", kind) == day


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<h1>Desks</h1><p>Sale ends 03/31/2025 at noon</p>", PageKind.OTHER),
        ("<h1>Orders</h1><p>Last updated 2025-12-18 UTC.</p>", PageKind.OTHER),
        ("<p>Release date: March 2, 2025</p><h1>Quick start</h1>", PageKind.OTHER),
        ("<nav>2025-02-25</nav><h1>Charges</h1>", PageKind.OTHER),
        ("<h1>What is new</h1><p>Version 2025.1.2</p>", PageKind.ARTICLE),
        ("<h1>Small Habits</h1><p>Hardcover - October 16, 2018</p>", PageKind.PRODUCT),
        ("<h1>Small Habits</h1><p>Published: October 16, 2018</p>", PageKind.PRODUCT),
        (f"{BETWEEN}<p>Posted on May 1, 2024</p><p>Posted on May 8, 2024</p>", PageKind.OTHER),
        (f"{BETWEEN}<p>Published results from May 1, 2024 say so.</p>", PageKind.OTHER),
        (f"{BETWEEN}<p>Posted by Ada, updated May 1, 2024</p>", PageKind.OTHER),
        ("<p>May 1, 2024</p><p>May 8, 2024</p>", PageKind.ARTICLE),
        ('<aside>May 1, 2024</aside><a href="/x">May 8, 2024</a>', PageKind.ARTICLE),
    ],
)
def test_a_day_of_something_else_is_not_the_pages(body, kind):
    """A sale's end, a change, a release, what is sold, and one of several days are not its day."""
    tree = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    assert published(tree, "https://a.example/x", kind) is None


def test_a_day_in_the_address():
    """Year, month and day as folders of the address are its day."""
    tree = lxml.html.document_fromstring("<html><body><h1>A</h1></body></html>")
    address = "https://a.example/2025/dec/05/books"
    assert published(tree, address, PageKind.ARTICLE) == date(2025, 12, 5)


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2025-02-30", None),
        ("12.11.2025", date(2025, 11, 12)),
        ("3/4/2025", date(2025, 3, 4)),
        ("25/4/2025", date(2025, 4, 25)),
        ("Nov 05, 2025", date(2025, 11, 5)),
        ("14. März 2025", date(2025, 3, 14)),
        ("le 1er février 2025", date(2025, 2, 1)),
        ("15 de enero de 2025", date(2025, 1, 15)),
        ("20 de maio de 2025", date(2025, 5, 20)),
        ("3 okt. 2025", date(2025, 10, 3)),
        ("公開日：2025年4月7日更新", date(2025, 4, 7)),
        ("2024년 11월 2일", date(2024, 11, 2)),
        ("2025.04.07", date(2025, 4, 7)),
        ("更新日 2025.4.7", date(2025, 4, 7)),
        ("Home Assistant 2024.10.1", None),
        ("2025/4/7", date(2025, 4, 7)),
        ("Version 2025.1.2", None),
        ("12 users 2025", None),
        ("2025年13月7日", None),
        ("5th of nothing", None),
        ("2999-01-01", None),
    ],
)
def test_days_as_people_write_them(stated, day):
    """In words of many languages, in figures by the mark between them; no day that cannot be, none in the future."""
    assert day_of(stated) == day


@pytest.mark.parametrize(
    ("lang", "url", "more", "day"),
    [
        ("en", "https://a.com/b", "", date(2025, 3, 4)),
        ("en-US", "https://a.com/b", "", date(2025, 3, 4)),
        ("en-GB", "https://a.com/b", "", date(2025, 4, 3)),
        ("en_GB", None, "", date(2025, 4, 3)),
        ("fr", "https://a.com/b", "", date(2025, 4, 3)),
        ("ja", "https://a.com/b", "", date(2025, 3, 4)),
        ("en-US", "https://a.co.uk/b", "", date(2025, 4, 3)),
        ("en", "https://a.us/b", "", date(2025, 3, 4)),
        ("en", "https://a.ai/b", "", date(2025, 3, 4)),
        ("en", "https://a.com/b", "<p>Talk on 25/04/2025.</p>", date(2025, 4, 3)),
        ("en-GB", "https://a.co.uk/b", "<p>Sold on 04/25/2025.</p>", date(2025, 3, 4)),
        ("en", "https://a.co.uk/b", "<p>04/25/2025, 25/04/2025</p>", date(2025, 4, 3)),
        ("en-GB", "https://a.com/b", "<p>Part 45/99/2025, 13/13/2025</p>", date(2025, 4, 3)),
        ("en", "https://a.com/b", "<script>'25/04/2025'</script>", date(2025, 3, 4)),
        ("en", "https://a.com/b", "<i data-day='2025-04-03T10:00'></i>", date(2025, 4, 3)),
        ("fr", "https://a.com/b", "<i data-day='2025-03-04'></i>", date(2025, 3, 4)),
        ("en", "https://a.com/2025/april/b", "", date(2025, 4, 3)),
        ("en-GB", "https://a.com/2025/03/b", "", date(2025, 3, 4)),
        ("en", "https://a.com/2024/april/b", "", date(2025, 3, 4)),
    ],
)
@pytest.mark.parametrize(
    "shown",
    [
        "<h1>A</h1><p>3/4/2025</p>",
        "<p>Published on 03/04/2025</p>" + FAR,
        "<p>Of all there is <b>this</b> came on 03/04/2025</p>",
    ],
)
def test_a_day_in_figures(lang: str, url: str | None, more: str, day: date, shown: str) -> None:
    """3/4/2025 is read as the page's other days, its country or its language say, else American."""
    page = f"<html lang='{lang}'><body>{shown}{more}</body></html>"
    assert published(lxml.html.fromstring(page), url, PageKind.ARTICLE) == day
