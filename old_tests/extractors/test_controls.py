"""Lines that a text is read without: what a reader presses, and the label of an advertisement."""

import lxml.html
import numpy as np
import pytest

from casebook.extractors.kinds.html import extract
from casebook.extractors.web.blocks.controls import without_controls
from casebook.extractors.web.markup.tree_blocks import placed_blocks
from casebook.schemas.sources import Payload


def kept(markup: str) -> list[str]:
    """Return what is left of ``markup`` where the trees keep all of it."""
    placed = placed_blocks(lxml.html.fragment_fromstring(markup, create_parent="body"))
    texts = [one.block.text.strip() for one in placed]
    words = [len(text.split()) for text in texts]
    found = without_controls(placed, np.ones(len(placed), dtype=bool), words)
    return [text for text, keep in zip(texts, found, strict=True) if keep]


@pytest.mark.parametrize(
    "line",
    [
        "<div><button>Listen to article</button></div>",
        "<div><button>Previous slide</button> <button>Next slide</button></div>",
        "<p><span><button>Show <b>more</b></button></span></p>",
        "<div><button>Listen</button><span>4:12</span><button>Share</button></div>",
        "<div>Advertisement</div>",
        "<p>- Anzeige -</p>",
        "<aside>広告</aside>",
        "<div>Loading…</div>",
        "<div><span>[<a>edit</a> | <a>edit source</a>]</span></div>",
    ],
)
def test_what_is_pressed_and_labels_of_advertisements_are_no_text(line):
    """Players, slides and shops set them between the paragraphs."""
    assert kept(f"<p>One.</p>{line}<p>Two.</p>") == ["One.", "Two."]


@pytest.mark.parametrize("line", ["<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"])
@pytest.mark.parametrize("word", ["Advertising", "Loading", "PR"])
def test_points_of_a_list_and_cells_stay(line, word):
    """Trades, or the steps of a pipeline, have such names."""
    assert word in " ".join(kept(f"<p>One.</p>{line.format(word)}<p>Two.</p>"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<p>Press <button>Save</button> to end.</p>", "Press Save to end."),
        ("<h2><button>Costs</button></h2>", "Costs"),
        ('<div><button aria-expanded="true">How long?</button></div>', "How long?"),
        ('<div><button role="tab">Python</button></div>', "Python"),
        ("<p>Advertisement spending fell.</p>", "Advertisement spending fell."),
        ("<p>Loading docks</p>", "Loading docks"),
        ("<p>Edit</p>", "Edit"),
    ],
)
def test_lines_that_name_what_stands_under_them_and_sentences_stay(line, said):
    """A button that opens a part is its heading; one in a sentence is a word of it."""
    assert kept(f"<p>One.</p>{line}<p>Two.</p>") == ["One.", said, "Two."]


@pytest.mark.parametrize(("lines", "told"), [(1, "1 block that"), (2, "2 blocks that"), (0, None)])
def test_a_step_says_how_many_lines_are_left_out(lines, told):
    """A curator who misses one on the page sees why."""
    said = [f"Paragraph {n} tells at some length how the router was rebuilt." for n in range(12)]
    button = "<div><button>Listen to article</button></div>"
    shown = [button if 4 <= n < 4 + lines else "" for n in range(len(said))]
    parts = [f"<p>{text}</p>{line}" for text, line in zip(said, shown, strict=True)]
    page = f"<html><body><article><h1>The router</h1>{''.join(parts)}</article></body></html>"
    found = extract(Payload(data=page.encode(), url="https://a.example/x", media_type="text/html"))
    steps = [step.outcome for step in found.extraction if step.method == "left out"]
    assert [step for step in steps if told and step.startswith(told)] == steps
    assert bool(steps) == bool(lines)
