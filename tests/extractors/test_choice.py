"""The reading that suits a page is kept, and disagreement of the two readings is measured."""

import lxml.html
import pytest

from casebook.extractors.choice import agreement, choose, filled
from casebook.extractors.furniture import furniture
from casebook.extractors.page_kind import PageKind, kind_of
from casebook.extractors.passages import Block
from casebook.extractors.tree_blocks import blocks_of

MENU = Block("Home Products Pricing Contact us")
FIRST = Block("The router was moved to a small model in March of last year.")
TABLE = Block("Week one | 61 percent | Week two | 88 percent")
LAST = Block("Within a month the queue was short again for everyone.")
MORE = Block("Seven other stories that you may like to read today")


def test_gaps_are_filled_between_the_ends_only():
    """What trafilatura lost inside the article comes back; what stands around it does not."""
    assert filled([FIRST, LAST], [MENU, FIRST, TABLE, LAST, MORE]) == [FIRST, TABLE, LAST]
    assert filled([FIRST], [MENU, MORE]) == [FIRST]


def test_pages_that_are_all_content_keep_their_body():
    """A manual or a landing page is read whole; an article is read by trafilatura."""
    full = [FIRST, TABLE, LAST]
    assert choose(PageKind.OTHER, [FIRST], full)[1] == full
    assert choose(PageKind.ARTICLE, [FIRST, TABLE, LAST], full)[0] == "trafilatura"
    assert choose(PageKind.PRODUCT, [FIRST], full)[1] == [FIRST]
    assert choose(PageKind.FORUM, [FIRST], full)[1] == full


def test_agreement_counts_common_words():
    """The same words agree fully in any order, other words not at all."""
    assert agreement([FIRST, LAST], [LAST, FIRST]) == 1
    assert agreement([FIRST], [Block("zero")]) == 0
    assert agreement([Block("a b")], [Block("b c")]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("url", "head", "kind"),
    [
        ("https://a.example/blog/x", "", PageKind.ARTICLE),
        (
            "https://a.example/x",
            '<meta property="article:published_time" content="2025">',
            "article",
        ),
        ("https://docs.a.example/x", "", PageKind.OTHER),
        ("https://a.example/threads/7", "", PageKind.FORUM),
        ("https://a.example/", '<meta property="og:type" content="article">', PageKind.OTHER),
        ("https://a.example/x", '<meta property="og:type" content="product">', PageKind.PRODUCT),
        (
            "https://a.example/x",
            '<script type="application/ld+json">{"@type":["Thing","QAPage"]}</script>',
            PageKind.FORUM,
        ),
        ("https://[broken", "", PageKind.OTHER),
    ],
)
def test_kind_of_page(url, head, kind):
    """Address, meta tags and schema.org types tell the kind; a broken address does not crash."""
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>x</body></html>")
    assert kind_of(tree, url) == kind


def test_furniture_goes_by_name_and_role_unless_it_is_the_page():
    """A share bar and a menu are left out; a "modal" that holds the whole page is not."""
    prose = "Prose that stands in the middle of the page. " * 5
    page = (
        f'<body><div class="modal"><p>{prose}</p></div><div class="social-share">Tweet this</div>'
        '<div role="navigation">Up</div><ul><li><a href="/a">Elsewhere</a></li></ul></body>'
    )
    body = lxml.html.document_fromstring(page).find("body")
    kept = [block.text for block in blocks_of(body, furniture(body, link_lists=False))]
    assert kept == [prose, "Elsewhere"]
    kept = [block.text for block in blocks_of(body, furniture(body, link_lists=True))]
    assert kept == [prose]
