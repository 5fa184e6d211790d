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
        ("", "<h1>A</h1><p>No day at all.</p>", PageKind.OTHER, None),
    ],
)
def test_the_day_of_the_page_itself(head, body, kind, day):
    """What the page states for machines goes first, then a short line by its headline."""
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    assert published(tree, "https://a.example/x", kind) == day


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
        ("5th of nothing", None),
        ("2999-01-01", None),
    ],
)
def test_days_as_people_write_them(stated, day):
    """Figures by the mark between them; no day that cannot be, none in the future."""
    assert day_of(stated) == day
