"""A page's table of contents: whole where the trees keep it whole, else not at all."""

import lxml.html
import numpy as np
import pytest

from casebook.extractors.web.blocks.contents import without_part_of_contents
from casebook.extractors.web.markup.tree_blocks import blocks_of, placed_blocks


def kept(markup: str, *dropped: str) -> list[str]:
    """Return what stays of ``markup`` where the trees keep all but what is ``dropped``."""
    placed = placed_blocks(lxml.html.fragment_fromstring(markup, create_parent="body"))
    texts = [one.block.text.strip() for one in placed]
    found = without_part_of_contents(placed, np.array([text not in dropped for text in texts]))
    return [text for text, keep in zip(texts, found, strict=True) if keep]


def links(address: str = "#{}") -> str:
    parts = (f'<li><a href="{address.format(n)}">Part {n}</a></li>' for n in (1, 2, 3))
    return f"<ul>{''.join(parts)}</ul>"


@pytest.mark.parametrize(
    "called", ["Table of contents", "In this article", "On this page:", "Contents:"]
)
def test_a_table_of_contents_goes_whole(called):
    """A few of its entries left over would read as items of the text."""
    page = f"<p>One.</p><p>{called}</p>{links()}<p>Two.</p>"
    assert kept(page, "Part 2") == ["One.", "Two."]
    assert kept(page) == ["One.", called, "Part 1", "Part 2", "Part 3", "Two."]


@pytest.mark.parametrize(
    "page",
    [
        f"<p>We looked at these trends:</p>{links()}",
        f"<p>Elsewhere</p>{links('/part/{}')}",
        "<p>See</p>" + "<ul><li><a href='#1'>Part 1</a></li><li><a href='#2'>Part 2</a></li></ul>",
    ],
)
def test_other_links_are_left_to_the_trees(page):
    """What a sentence leads up to, links to other pages, and two links are no such table."""
    assert "Part 1" in kept(page, "Part 2")


def test_a_button_that_copies_a_program_is_no_text():
    """It stands before each program of a manual; a button that says something else is read."""
    program = (
        "<div><button>Copy</button><pre>a = 1\nb = 2</pre><button>Open a ticket</button></div>"
    )
    body = lxml.html.fragment_fromstring(program, create_parent="body")
    assert [block.text for block in blocks_of(body)] == ["a = 1\nb = 2"]
    assert [one.block.text for one in placed_blocks(body)] == ["a = 1\nb = 2", "Open a ticket"]
    sentence = lxml.html.fragment_fromstring(
        "<p>Click <button>Copy</button> once.</p>", create_parent="body"
    )
    assert [one.block.text for one in placed_blocks(sentence)] == ["Click Copy once."]
