"""The blocks that are a page's text are kept; what the choice is worth is told."""

import lxml.html
import numpy as np
import pytest

from casebook.extractors.web.blocks.block_features import NAMES, features, words_of
from casebook.extractors.web.blocks.block_model import best_cut, probabilities
from casebook.extractors.web.blocks.repeats import without_pulled
from casebook.extractors.web.choice import Layout, choose, decide, layout_of
from casebook.extractors.web.markup.tree_blocks import blocks_of, placed_blocks
from casebook.extractors.web.page_kind import PageKind, kind_of

PROSE = (
    "We moved the router to a small model in March, and within a month the queue was short again, "
    "because nobody had to sort the tickets by hand any more. "
)
ARTICLE = f"""<body><div class="navbar"><ul><li><a href="/a">Products</a></li>
<li><a href="/b">Pricing</a></li></ul></div><article class="post-content"><h1>Routing tickets</h1>
{"".join(f"<p>{PROSE} Part {n}.</p>" for n in range(6))}
<table><tr><th>Week</th><th>Share</th></tr><tr><td>1</td><td>61</td></tr></table></article>
<div class="related-posts"><h3>More</h3><a href="/c">Seven stories that you may like</a></div>
<div class="footer-links"><a href="/i">Imprint</a> <a href="/p">Privacy</a></div></body>"""


def body(page):
    return lxml.html.document_fromstring(page).find("body")


def standing(count, likes=None, repeats=(), besides=()):
    """Return a layout of ``count`` blocks; ``besides`` are the numbers of those beside an offer."""
    marked = np.isin(np.arange(count), besides)
    return Layout(likes or list(map(str, range(count))), list(repeats), marked)


def judged(chances, words, likes=None, repeats=(), besides=(), **columns):
    """Return which blocks are kept where their features are all 0 but for ``columns``."""
    matrix = np.zeros((len(words), len(NAMES)))
    for name, values in {"level": 7, "inner_comment": 2, **columns}.items():
        matrix[:, NAMES.index(name)] = values
    layout = standing(len(words), likes, repeats, besides)
    return decide(np.array(chances), matrix, layout, words)[0].tolist()


def numbers(placed, kind):
    return features(placed, [words_of(one.block.text) for one in placed], [PROSE], kind)


def test_prose_stays_and_furniture_goes():
    """The paragraphs of an article are kept; its menu, related posts and footer are not."""
    choice = choose(placed_blocks(body(ARTICLE)), [PROSE], PageKind.ARTICLE)
    text = "\n".join(block.text for block in choice.blocks)
    assert "Part 0" in text
    assert "Part 5" in text
    assert not any(word in text for word in ("Pricing", "Seven stories", "Privacy"))
    assert 0.5 < choice.expected <= 1


def test_features_have_a_column_for_each_name():
    """Each block gives one row of numbers; a page of one empty block does not fail."""
    placed = placed_blocks(body(ARTICLE))
    matrix = numbers(placed, PageKind.OTHER)
    assert matrix.shape == (len(placed), len(NAMES))
    assert np.isfinite(matrix).all()
    assert choose(placed_blocks(body("<body><p>…</p></body>")), [], PageKind.OTHER).expected >= 0
    assert choose([], [], PageKind.OTHER).blocks == []


def test_chances_do_not_depend_on_how_many_are_asked_at_once():
    """A long page is judged in pieces with the same outcome."""
    row = numbers(placed_blocks(body(ARTICLE)), PageKind.ARTICLE)[3:4]
    many = probabilities(np.repeat(row, 4_500, axis=0))
    assert len(many) == 4_500
    assert np.allclose(many, probabilities(row)[0])


def test_the_cut_makes_the_expected_score_largest():
    """Sure blocks are kept, unlikely ones not, whatever their order; the score is that of F1."""
    chances, words = np.array([0.1, 1.0, 0.05, 1.0]), [10, 100, 10, 100]
    assert best_cut(chances, words) == 1.0
    kept, expected = decide(chances, np.zeros((4, len(NAMES))), standing(4), words)
    assert kept.tolist() == [False, True, False, True]
    assert expected == pytest.approx(2 * 200 / (200 + 201.5), abs=1e-3)


def test_offers_lean_on_the_second_opinion_and_articles_on_what_it_drops():
    """What trafilatura drops of them loses; what it keeps gains on a page that sells something."""
    chances, words, seen = [0.9, 0.5, 0.4], [50, 20, 20], {"kept": [1, 0, 1]}
    assert judged(chances, words, **seen) == [True, True, False]
    assert judged(chances, words, **seen, is_product=1) == [True, False, True]
    assert judged(chances, words, **seen, is_article=1) == [True, False, False]


def test_comments_of_readers_are_not_the_article():
    """They go from an article and stay in a forum, and on a page that is nearly nothing else."""
    section = {"inner_comment": [2, 0.4, 0.4], "kept": [1, 0, 0]}
    assert judged([0.9, 0.8, 0.8], [500, 200, 200], **section, is_forum=1) == [True] * 3
    assert judged([0.9, 0.8, 0.8], [500, 200, 200], **section, is_article=1)[1:] == [False] * 2
    thread = {**section, "kept": [1, 0, 0]}
    assert judged([0.9, 0.95, 0.95], [9, 200, 200], **thread, is_article=1) == [True] * 3


def test_a_heading_of_what_was_left_out_goes_with_it():
    """One such as "Related" above dropped links says nothing; one above headings with text stays."""
    levels = [1, 2, 3, 7, 2, 7, 2]
    chances, words = [0.9, 0.9, 0.9, 0.9, 0.9, 0.01, 0.9], [5, 5, 5, 50, 5, 50, 5]
    kept = judged(chances, words, level=levels, kept=[1, 1, 1, 1, 1, 0, 1], is_article=1)
    assert kept == [True, True, True, True, False, False, False]


def test_a_reading_that_lost_the_text_tells_nothing_by_what_it_drops():
    """Where trafilatura keeps a sliver of an article, the rest is judged without it."""
    chances, words = [0.9, 0.6, 0.9], [100, 20, 100]
    assert judged(chances, words, kept=[1, 0, 1], is_article=1) == [True, False, True]
    assert judged(chances, words, kept=[0, 0, 0], is_article=1) == [True, True, True]


def test_a_paragraph_that_is_set_as_a_heading_stays():
    """Over twenty words are no heading, even with nothing below them."""
    for words, stays in ((60, True), (8, False)):
        kept = judged([0.9, 0.9], [200, words], level=[7, 2], kept=[1, 1], is_article=1)
        assert kept == [True, stays]


def test_likes_stay_or_go_together():
    """One post of a thread that looks unlike its likes is kept with them."""
    likes = ["post"] * 4 + ["menu"]
    kept = judged([0.9, 0.95, 0.3, 0.9, 0.3], [50, 50, 10, 50, 10], likes)
    assert kept == [True, True, True, True, False]


def test_what_stands_beside_an_offer_is_not_the_offer():
    """What buyers say goes from an offer, though trafilatura keeps it; where it is all, it stays."""
    chances, words = [0.9, 0.9, 0.9], [90, 40, 40]
    assert judged(chances, words, besides=[1, 2], kept=1, is_product=1) == [True, False, False]
    assert judged(chances, [5, 40, 40], besides=[1, 2], kept=1, is_product=1) == [True] * 3


CALL = "Join four thousand engineers who read our letter."


@pytest.mark.parametrize(
    ("around", "is_call"),
    [
        ("<div class='newsletter-box'>{}</div>", True),
        ("<div class='content-advertisement'>{}</div>", True),
        ("<div class='sponsor-card'>{}</div>", True),
        ("<div class='ad-unit'>{}</div>", True),
        ("<section class='c-cta__wrap'>{}</section>", True),
        ("<div class=kg-signup-card><div>{}</div></div>", True),
        ("<div class=acta>{}</div>", False),
        ("<div><h3 id=newsletter>{}</h3></div>", False),
        (f"<article class=newsletter-post><p>{PROSE * 4}</p>{{}}</article>", False),
    ],
)
def test_a_call_to_subscribe_is_no_part_of_a_text(around, is_call):
    """Whatever trafilatura keeps; it is named so by its class, and short."""
    page = f"<body><p>{PROSE * 4}</p>{around.format(CALL)}<p>{PROSE}</p></body>"
    placed = placed_blocks(body(page))
    tokens = [words_of(one.block.text) for one in placed]
    at = [one.block.text for one in placed].index(CALL)
    assert layout_of(placed, tokens, PageKind.ARTICLE).besides[at] == is_call
    assert layout_of(placed, tokens, PageKind.ARTICLE).besides.sum() == is_call
    counts = list(map(len, tokens))
    marked = [at] if is_call else []
    stays = judged([0.9] * len(placed), counts, besides=marked, kept=1, is_article=1)
    assert stays[at] is not is_call


def test_rows_of_data_are_the_offer():
    """Data that trafilatura drops stay on an offer; what is a line, or a table of links, does not."""
    sold = {"kept": [1, 0], "is_product": 1}
    assert judged([0.9, 0.4], [50, 5], **sold, row=[0, 1]) == [True, True]
    assert judged([0.9, 0.4], [50, 5], **sold) == [True, False]
    assert judged([0.9, 0.4], [50, 5], **sold, row=[0, 1], linked=[0, 1]) == [True, False]


def test_what_was_said_is_not_said_again():
    """A second copy goes on offers and in threads, elsewhere only a long one; the first is kept.

    A copy of what was not kept, such as a menu for narrow screens, is judged for itself.
    """
    twice, chances, words = [[(0, 1), (2, 3)]], [0.9, 0.9, 0.9], [40, 50, 40]
    for kind in ("is_product", "is_forum"):
        assert judged(chances, words, repeats=twice, **{kind: 1}) == [True, True, False]
        assert judged([0.1, 0.9, 0.9], words, repeats=twice, **{kind: 1}) == [False, True, True]
        assert judged(chances, [9, 50, 9], repeats=twice, **{kind: 1}) == [True] * 3
    for kind in ("is_article", "is_other"):
        assert judged(chances, words, repeats=twice, **{kind: 1}) == [True] * 3
        assert judged(chances, [150, 9, 150], repeats=twice, **{kind: 1}) == [True, True, False]


@pytest.mark.parametrize(
    ("quote", "stays"),
    [
        ("<blockquote>the bill fell by half in the first of all weeks</blockquote>", False),
        (
            "<div class=pull-quote><p>The bill fell by half in the first of all weeks.</p></div>",
            False,
        ),
        ("<p>The bill fell by half in the first of all weeks.</p>", True),
        ("<blockquote>The bill fell by half.</blockquote>", True),
        (
            "<blockquote>The bill fell by half in the first of all weeks, he said.</blockquote>",
            True,
        ),
        ("<pre>the bill fell by half in the first of all weeks</pre>", True),
    ],
)
def test_a_quotation_pulled_out_of_the_text_is_read_once(quote, stays):
    """In its place; what is quoted from elsewhere stays, and so does a short one."""
    text = "<p>Then, so Ada, the bill fell by half in the first of all weeks. We went on.</p>"
    placed = placed_blocks(body(f"<body>{text}{quote}</body>"))
    words = [words_of(one.block.text) for one in placed]
    assert list(without_pulled(placed, np.array([True, True]), words)) == [True, stays]


def test_places_that_say_the_same_are_found():
    """The same words under other tags are the same; a program, and a text within it, are not."""
    lines = "<p>It burns for forty hours.</p><p>It hangs from a rail.</p>"
    page = f"<div class=a>{lines}</div><h2>Data</h2><section><div>{lines}</div></section>"
    program = "<pre>a = 1\nb = 2</pre>" * 2
    placed = placed_blocks(body(f"<body>{page}{program}</body>"))
    tokens = [words_of(one.block.text) for one in placed]
    found = layout_of(placed, tokens, PageKind.ARTICLE).repeats
    assert found == [[(0, 2), (3, 5)], [(0, 1), (3, 4)], [(1, 2), (4, 5)]]


@pytest.mark.parametrize(
    ("named", "inner", "beside"),
    [
        ("class='product-reviews'", "<div class=r>{0}</div>", True),
        ("id='customerReviews'", "<ul><li>{0}</li><li>{0}</li></ul>", True),
        ("class='okeReviews'", "<div class=r>{0}</div>", True),
        ("id='kundenrezensionen'", "<article>{0}</article>", True),
        ("class='block review-list'", "<li>{0}</li>", True),
        ("class='related products'", "<li>{0}</li>", True),
        ("class='cross-sells'", "<li>{0}</li>", True),
        ("class='press-reviews'", "<div class=r>{0}</div>", False),
        ("class='product-reviews'", "<p>{0}</p>", False),
        ("class='product-reviews'", "<h1>Lamp</h1><div class=r>{0}</div>", False),
        ("class='product-previews'", "<div class=r>{0}</div>", False),
        ("class='included-accessories'", "<li>{0}</li>", False),
        ("class='correlated'", "<li>{0}</li>", False),
    ],
)
def test_what_buyers_say_and_other_goods_are_known_by_name_and_likes(named, inner, beside):
    """On an offer; a name alone tells nothing: likes must repeat there, and no main heading be."""
    page = (
        f"<body><p>Before.</p><div {named}>{inner.format('Fine lamp.') * 2}</div><p>End.</p></body>"
    )
    placed = placed_blocks(body(page))
    tokens = [words_of(one.block.text) for one in placed]
    marked = layout_of(placed, tokens, PageKind.PRODUCT).besides.tolist()
    assert marked == [False, *[beside] * (len(placed) - 2), False]
    assert not layout_of(placed, tokens, PageKind.ARTICLE).besides.any()


def test_a_body_that_is_named_for_reviews_is_the_page():
    """A class of the whole page marks nothing, even where it has no main heading."""
    page = "<body class='has reviews'><ul><li>Burns long.</li><li>Hangs well.</li></ul></body>"
    placed = placed_blocks(body(page))
    assert not layout_of(placed, [["word"]] * len(placed), PageKind.PRODUCT).besides.any()


def test_a_table_may_be_none_by_its_tags():
    """What its parts say of themselves (WAI-ARIA) makes each row a line, with its cells apart."""
    cells = "".join(f"<div role=cell><p>{said}</p></div>" for said in ("First version", "4.0"))
    head = "<div role=columnheader>Version</div><div role=columnheader>Cents</div>"
    page = f"<div role=table><div role=row>{head}</div><div role=row>{cells}</div></div>"
    assert [block.text for block in blocks_of(body(f"<body>{page}</body>"))] == [
        "Version | Cents", "First version | 4.0",
    ]  # fmt: skip


def test_rows_of_data_are_lines_and_tables_of_layout_are_not():
    """A row's cells stand on one line; a table that holds the page's headings is taken apart."""
    data = "<body><table><tr><td>Week</td><td>61</td></tr></table></body>"
    layout = "<body><table><tr><td><h2>One</h2><p>First.</p></td><td>Two</td></tr></table></body>"
    assert [block.text for block in blocks_of(body(data))] == ["Week | 61"]
    assert [block.text for block in blocks_of(body(layout))] == ["One", "First.", "Two"]


def ld(*types):
    """Return JSON-LD of ``types``, one of them in stock."""
    items = ",".join(f'{{"@type":"{name}"}}' for name in types)
    return f'<script type="application/ld+json">[{items},{{"availability":"InStock"}}]</script>'


ITEM = '<div itemscope itemtype="https://schema.org/Product"><b itemprop="price">9</b></div>'


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
            "https://a.example/shop/mugs/mug",
            '<meta property="og:type" content="product">',
            PageKind.PRODUCT,
        ),
        (
            "https://a.example/shop/mugs",
            '<meta property="og:type" content="product.group">',
            PageKind.OTHER,
        ),
        (
            "https://a.example/t/mug-in-blue",
            '<meta property="og:price:amount" content="9">',
            PageKind.PRODUCT,
        ),
        ("https://a.example/t/mug-in-blue", "", PageKind.FORUM),
        ("https://a.example/mug", ld("Product", "Offer"), PageKind.PRODUCT),
        ("https://a.example/mugs", ld("Product", "Offer") * 2, PageKind.OTHER),
        ("https://a.example/mug", ld("ProductGroup", "Product", "Product"), PageKind.PRODUCT),
        ("https://a.example/mugs", ld("CollectionPage", "Product"), PageKind.OTHER),
        (
            "https://a.example/we-move",
            '<script type="application/ld+json">{"@type":"Product"}',
            "other",
        ),
        ("https://a.example/", ld("Product", "Offer"), PageKind.OTHER),
        ("https://a.example/mug", ld("Product", "BlogPosting"), PageKind.ARTICLE),
        ("https://a.example/products/mug/reviews", ld("Product"), PageKind.OTHER),
        ("https://a.example/mug", ITEM, PageKind.PRODUCT),
        ("https://a.example/mugs", ITEM * 2, PageKind.OTHER),
        ("https://a.example/mug", ITEM.replace("price", "name"), PageKind.OTHER),
        (
            "https://a.example/mug",
            '<body class="product-template single single-product">',
            "product",
        ),
        ("https://a.example/mug", '<body class="no-single-product-page">', PageKind.OTHER),
        ("https://a.example/mug.html", '<button class="js-add-to-cart">', PageKind.PRODUCT),
        ("https://a.example/mugs", '<button class="js-add-to-cart">' * 6, PageKind.OTHER),
        ("https://a.example/", '<button class="js-add-to-cart">', PageKind.OTHER),
        (
            "https://a.example/x",
            '<script type="application/ld+json">{"@type":["Thing","QAPage"]}</script>',
            PageKind.FORUM,
        ),
        ("https://a.example/how-we-cut-our-bill-in-half", "", PageKind.ARTICLE),
        ("https://a.example/prices-and-plans", "", PageKind.OTHER),
        ("https://docs.a.example/how-to-set-up-the-server", "", PageKind.OTHER),
        (
            "https://a.example/x",
            '<meta itemscope itemtype="https://schema.org/BlogPosting">',
            PageKind.ARTICLE,
        ),
        ("https://[broken", "", PageKind.OTHER),
        ("https://a.example/index.php?topic=58", "", PageKind.FORUM),
        ("https://a.example/post/2101", "", PageKind.FORUM),
        ("https://a.example/post/our-year", "", PageKind.ARTICLE),
        ("https://a.example/x/7", '<meta name="generator" content="Discourse 3.4">', "forum"),
        ("https://a.example/x/7", '<body id="phpbb">', PageKind.FORUM),
        (
            "https://a.example/consulting",
            '<meta property="og:type" content="article"><body class="page page-id-7">',
            PageKind.OTHER,
        ),
        (
            "https://a.example/consulting",
            '<meta property="og:type" content="article"><body class="single page-id-7">',
            PageKind.ARTICLE,
        ),
    ],
)
def test_kind_of_page(url, head, kind):
    """Address, meta tags and schema.org types tell the kind; a broken address does not crash."""
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>x</body></html>")
    assert kind_of(tree, url) == kind
