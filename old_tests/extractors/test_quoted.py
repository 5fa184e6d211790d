"""Who said what is quoted in a text is kept with it: an opinion without its bearer is nobody's."""

import lxml.html
import numpy as np
import pytest

from casebook.extractors.web.blocks.belonging import with_what_belongs
from casebook.extractors.web.blocks.block_features import words_of
from casebook.extractors.web.choice import layout_of
from casebook.extractors.web.markup.tree_blocks import placed_blocks
from casebook.extractors.web.page_kind import PageKind

SAID = "It paid for itself in eleven weeks, and nobody wants the old rules back."


def kept(markup: str, kind: PageKind = PageKind.ARTICLE) -> list[str]:
    """Return what is kept of ``markup`` where the trees keep all that ends with a full stop."""
    placed = placed_blocks(lxml.html.fragment_fromstring(markup, create_parent="body"))
    texts = [one.block.text.strip() for one in placed]
    chosen = np.array([text.endswith(".") for text in texts])
    counts = [len(words_of(text)) for text in texts]
    likes = layout_of(placed, [words_of(text) for text in texts], kind).likes
    chances = np.zeros(len(texts))
    found = with_what_belongs(placed, chosen, counts, likes, kind=kind, chances=chances)
    return [text for text, keep in zip(texts, found, strict=True) if keep]


@pytest.mark.parametrize(
    "quotation",
    [
        f"<blockquote><p>{SAID}</p><footer>Greta Holm, COO</footer></blockquote>",
        f"<figure class=quote><blockquote>{SAID}</blockquote><div>Greta Holm, COO</div></figure>",
        f'<div class="testimonial__box"><div>{SAID}</div><div>Greta Holm, COO</div></div>',
    ],
)
def test_who_is_quoted_is_kept_with_the_quotation(quotation):
    """Makers of pages set the name in a line of its own, in the frame of what was said."""
    assert kept(f"<p>One.</p>{quotation}<p>Two.</p>") == ["One.", SAID, "Greta Holm, COO", "Two."]


@pytest.mark.parametrize(
    "quotation",
    [
        f"<blockquote><p>{SAID}</p></blockquote><div>Greta Holm, COO</div>",
        f"<div><p>{SAID}</p><p>Greta Holm, COO</p></div>",
        f"<blockquote><p>{SAID}</p><p><a href=/c>Greta Holm, COO</a></p></blockquote>",
        f"<blockquote><p>{SAID}</p><footer>Greta Holm, COO{9 * ' and more'}</footer></blockquote>",
    ],
)
def test_other_lines_behind_what_was_said_are_left_to_the_trees(quotation):
    """Outside its frame, linked or long: a caption, another story, a paragraph."""
    assert kept(f"<p>One.</p>{quotation}<p>Two.</p>") == ["One.", SAID, "Two."]


def test_opinions_on_pages_that_are_no_article_are_left_to_the_trees():
    """Landing pages line up what customers said; whose it was is mostly a logo's caption."""
    quotation = f"<blockquote><p>{SAID}</p><footer>Greta Holm, COO</footer></blockquote>"
    assert kept(f"<p>One.</p>{quotation}", PageKind.OTHER) == ["One.", SAID]


def test_a_caption_over_a_heading_that_the_trees_dropped_is_kept():
    """The heading is brought back by the text under it, and with it the caption is in its midst."""
    caption = "The old routing table of the desk, printed out and pinned to the wall"
    figure = f"<figure><img src=a.png><figcaption>{caption}</figcaption></figure>"
    assert caption in kept(f"<p>One.</p>{figure}<h2>The solution</h2><p>Two.</p>")
