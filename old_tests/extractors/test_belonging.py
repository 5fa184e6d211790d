"""What goes with the text that is kept: headings over it, captions within it, its notes."""

import time

import lxml.html
import numpy as np
import pytest

from casebook.extractors.web.blocks.belonging import with_what_belongs
from casebook.extractors.web.blocks.block_features import words_of
from casebook.extractors.web.choice import layout_of
from casebook.extractors.web.markup.tree_blocks import placed_blocks
from casebook.extractors.web.page_kind import PageKind

LIKELY, MAYBE = 0.6, 0.3
CAPTION = "Figure 3. Latency fell by 40 percent after the second router was switched on."


def kept(markup: str, *wanted: str, kind: PageKind = PageKind.ARTICLE) -> list[str]:
    """Return what is kept of ``markup`` where the trees keep the blocks that begin as told."""
    placed = placed_blocks(lxml.html.fragment_fromstring(markup, create_parent="body"))
    texts = [one.block.text.strip() for one in placed]
    chosen = np.array([text.startswith(wanted) for text in texts])
    tokens = [words_of(text) for text in texts]
    likes = layout_of(placed, tokens, kind).likes
    told = {"likely": LIKELY, "perhaps": MAYBE}
    chances = np.array([max((told[w] for w in told if w in text), default=0.0) for text in texts])
    counts = list(map(len, tokens))
    found = with_what_belongs(placed, chosen, counts, likes, kind=kind, chances=chances)
    return [text for text, keep in zip(texts, found, strict=True) if keep]


ARTICLE = (
    "<h1>Routing</h1><p>One.</p><h2>Cost</h2><h3>Of disks</h3><p>Two.</p>"
    "<h2>Related</h2><p>Other story</p><h2>Tags</h2><h2>End</h2><p>Three.</p><h2>More</h2>"
)


def test_a_heading_over_kept_text_is_kept():
    """What stands under a heading is of its section; one over what was left out is none."""
    found = kept(ARTICLE, "One", "Two", "Three")
    assert found == ["One.", "Cost", "Of disks", "Two.", "End", "Three."]


def test_headings_on_a_page_that_sells_are_left_to_the_trees():
    """Other goods on the page have headings as well."""
    assert kept(ARTICLE, "One", "Two", kind=PageKind.PRODUCT) == ["One.", "Two."]


ROWS = "<tr><td>Week</td><td>Right</td></tr><tr><td>1</td><td>90 %</td></tr>"


@pytest.mark.parametrize("head", [True, False])
def test_a_table_whose_head_is_kept_is_kept_whole(head):
    """Its rows may be short, and the last thing of a page; rows that lead elsewhere are no data."""
    linked = "<tr><td><a>Home</a></td><td><a>News</a></td></tr>"
    found = kept(f"<p>One.</p><table>{ROWS}{linked}</table><p>Two.</p>", "One", *["Week"] * head)
    assert found == ["One.", *["Week | Right", "1 | 90 %"] * head]


@pytest.mark.parametrize(
    ("caption", "after", "stays"),
    [
        (CAPTION, "Two", True),
        ("Figure 2: The router", "Two", True),
        ("Photo: Ada Example", "Two", False),
        (CAPTION, "Neither", False),
    ],
)
def test_a_caption_in_the_midst_of_the_text_is_kept(caption, after, stays):
    """It tells what a figure shows; the name of a photographer, or one at the end, does not."""
    figure = f"<figure><img src=a.png><figcaption><p>{caption}</p></figcaption></figure>"
    found = kept(f"<p>One.</p>{figure}{figure}<p>Two.</p>", "One", after)
    assert (caption in found) is stays


def test_a_caption_of_endless_digits_costs_little():
    """Looking for its number takes no time that grows with the square of them."""
    figure = f"<figure><figcaption><p>Figure {'1' * 20_000}</p></figcaption></figure>"
    started = time.process_time()
    assert kept(f"<p>One.</p>{figure}<p>Two.</p>", "One", "Two") == ["One.", "Two."]
    assert time.process_time() - started < 2


def test_notes_of_the_text_are_kept():
    """The marks in the text lead to them; what only calls itself a footnote is often a footer."""
    notes = '<section class="{}"><ol><li><p>Measured on one disk.</p></li></ol></section>'
    for named in ("footnotes", "wp-block-footnotes", "Post__x1__footnotes", "x footnotes y"):
        assert kept("<p>One.</p>" + notes.format(named), "One") == ["One.", "Measured on one disk."]
    assert kept("<p>One.</p>" + notes.format("footer__footnotes_menu"), "One") == ["One."]
    cited = '<div class="footnotes"><h4>References</h4><p>Example A. Routing. 2024.</p></div>'
    assert kept("<p>One.</p>" + cited, "One") == ["One."]
    marked = '<aside role="doc-footnote"><p>Of one disk.</p></aside>'
    assert kept("<p>One.</p>" + marked, "One") == ["One.", "Of one disk."]


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ('<sup><a href="#fn1">1</a></sup>', '<ol><li id="fn1">NOTE</li></ol>'),
        ('<a href="/post#footnote-1">1</a>', '<div><a id="footnote-1">1</a><div><p>NOTE</p></div>'),
        ('<a href="#a">[a]</a>', '<p><sup id="a">a</sup> NOTE</p>'),
        ('<a href="#a">*</a>', '<ul><li><span><a name="a"></a></span>NOTE</li></ul>'),
    ],
)
def test_what_a_mark_in_the_text_leads_to_is_a_note_of_it(mark, note):
    """However that is called; the number of a menu leads to none, nor a mark to works or sections."""
    told = "One disk of the router was full in March."
    words = "Measured on the disk of the second router alone."
    note = note.replace("NOTE", words)
    assert any(words in text for text in kept(f"<p>{told}{mark}</p>{note}", told))
    cited = kept(f"<p>{told}{mark}</p><h2>References</h2>{note}", told)
    assert not any(words in text for text in cited)
    assert not any(words in text for text in kept(f"<p>One.{mark}</p>{note}", "One."))
    section = note.replace(words, f"<h2>Disks</h2><p>{words}</p>")
    assert not any(words in text for text in kept(f"<p>{told}{mark}</p>{section}", told))


def test_many_marks_cost_little():
    """Each is looked up once, and what they lead to in each other is looked at no further."""
    told = "".join(f'<a href="#n{n}">1</a>' for n in range(5_000))
    deep = "".join(f'<span id="n{n}">' for n in range(250)) + "x " * 50_000 + "</span>" * 250
    started = time.process_time()
    for marks in (told, told[: 250 * 21]):
        kept(f"<p>One disk of the router was full in March.{marks}</p><div>{deep}</div>", "One")
    assert time.process_time() - started < 4


@pytest.mark.parametrize("program", ["<pre>route(ticket)</pre>", "<pre>if new:\n  route()</pre>"])
def test_a_program_in_the_midst_of_the_text_is_kept(program):
    """It is like no other block, and what the text around it tells of; one at the end may not be."""
    between = f"<p>One.</p><div>{program}</div><p>Two.</p>"
    assert len(kept(between, "One", "Two")) == 3
    assert len(kept(between, "One")) == 1


SENTENCE = "The second router was switched on in the week after."


@pytest.mark.parametrize(
    ("between", "kind", "stays"),
    [
        (f"<p>{SENTENCE}</p>", PageKind.ARTICLE, True),
        (f"<p>{SENTENCE}</p>", PageKind.OTHER, True),
        (f"<p>{SENTENCE}</p>", PageKind.FORUM, False),
        (f"<p><a href=/b>{SENTENCE}</a></p>", PageKind.ARTICLE, False),
        (f"<div>{SENTENCE}</div>", PageKind.ARTICLE, False),
        (f"<p>{SENTENCE}</p>" * 7, PageKind.ARTICLE, False),
    ],
)
def test_a_sentence_in_the_midst_of_the_text_is_kept(between, kind, stays):
    """Where it is set as its neighbours are; links, other parts and posts between posts are not."""
    assert (SENTENCE in kept(f"<p>One.</p>{between}<p>Two.</p>", "One", "Two", kind=kind)) is stays


@pytest.mark.parametrize(
    ("inside", "stays"),
    [
        ("<div>A likely note in a box.</div>", True),
        ("<div>A note in a box.</div>", False),
        ("<div><a href=x>A likely story of ours.</a></div>", False),
        ("<figure><figcaption>A likely Ada.</figcaption></figure>", False),
    ],
)
def test_what_is_likely_text_stays_in_the_midst_of_it(inside, stays):
    """The trees keep it by themselves, and it is no paragraph by its tag for trafilatura."""
    after = "<div>A likely letter for you to subscribe to.</div>"
    assert len(kept(f"<p>One.</p>{inside}<p>Two.</p>{after}", "One", "Two")) == 2 + stays
    above = "<h1>Routing</h1><ul><li>A likely sum.</li></ul>"
    assert kept(f"{above}<p>One.</p>", "One") == ["One."]


TILES = "".join(
    f"<div class=stat><div>{figure}</div><div>{label}</div></div>"
    for figure, label in (("88%", "likely right answers"), ("11 min", "likely to the first reply"))
)


@pytest.mark.parametrize(
    ("tiles", "stays"),
    [
        (TILES, True),
        (TILES.replace("likely", "some"), False),
        (TILES.replace("88%", "1").replace("11 min", "2"), False),
        (TILES * 7, False),
        (TILES.partition("</div></div>")[0], False),
    ],
    ids=["figures", "unlikely", "numbers of steps", "very many", "one"],
)
def test_figures_that_are_set_large_are_results(tiles, stays):
    """The head of a customer's story has them, each over what it counts, side by side."""
    found = kept(f"<h1>Routing</h1><section>{tiles}</section><p>One.</p><p>Two.</p>", "One", "Two")
    assert found[:-2] == (["88%", "likely right answers", "11 min", "likely to the first reply"]
                          if stays else [])  # fmt: skip


def test_a_table_in_the_midst_of_the_text_is_kept():
    """All of it, however long; one below the text may be of another part of the page."""
    table = f"<table>{ROWS * 5}</table>"
    assert len(kept(f"<p>One.</p>{table}<p>Two.</p>{table}", "One", "Two")) == 12
    linked = table.replace("90 %", "<a href=x>Our story of ninety percent</a>")
    assert kept(f"<p>One.</p>{linked}<p>Two.</p>", "One", "Two") == ["One.", "Two."]


def test_a_row_in_the_midst_of_a_table_is_kept():
    """Rows are short; a table with one row lacking tells something else."""
    rows = "<tr><td>Week 1</td><td>61</td></tr><tr><td>Week 2</td><td>-</td></tr>"
    table = f"<table>{rows}<tr><td>Week 3</td><td>88</td></tr></table>"
    assert len(kept(table, "Week 1", "Week 3")) == 3


def test_of_a_page_without_text_nothing_is_kept():
    """Notes and headings alone are no text."""
    assert kept(ARTICLE + '<p class="footnotes">Note.</p>', "Nothing") == []


STEPS = "<ul><li>Ask in Spanish, too, and count the answers that are right.</li><li>Try a larger model soon.</li></ul>"


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        (f"<h2>Next steps</h2>{STEPS}", True),
        (f"<h3>Next steps</h3>{STEPS}", False),
        (f"<div><h2>Next steps</h2>{STEPS}</div>", False),
        (
            f"<h2>Related</h2>{STEPS.replace('Ask', '<a href=/x>').replace('</li>', '</a></li>')}",
            False,
        ),
        ("<h2>Next steps</h2><p>Ask in Spanish.</p>", False),
    ],
)
def test_a_section_like_the_others_is_kept(last, stays):
    """In the same place, under a heading like theirs, its text belongs to theirs."""
    text = f"<h2>Cost</h2><p>One.</p><h2>Time</h2><p>Two.</p>{last}"
    found = kept(text, "Cost", "One", "Time", "Two")
    assert ("Try a larger model soon." in found) is stays
    assert ("Next steps" in found) is stays


TERMS = "".join(f"<dt>{name}</dt><dd>Says what {name} does.</dd>" for name in "abcd")


def test_a_short_block_between_two_that_are_kept_goes_with_most_of_its_likes():
    """A term, or the title of a note, that the trees drop has its text without a name."""
    wanted = ("a", "b", "c", "Says")
    assert kept(f"<dl>{TERMS}</dl>", *wanted)[-2:] == ["d", "Says what d does."]
    assert "d" not in kept(f"<dl>{TERMS}</dl>", "a", "b", "Says")
    linked = TERMS.replace("<dt>d</dt>", "<dt><a href='/d'>d</a></dt>")
    assert "d" not in kept(f"<dl>{linked}</dl>", *wanted)


def test_a_short_item_behind_one_that_is_kept_is_kept():
    """Whatever its depth: a list is read whole, as far as it is no menu."""
    items = (
        "<ol><li>Old teams were cached.<ul><li>And names.</li></ul></li></ol><p>Then it went.</p>"
    )
    assert kept(items, "Old", "Then") == ["Old teams were cached.", "And names.", "Then it went."]
    menu = "<ul><li><a href='/a'>And names.</a></li></ul>"
    assert kept(f"<p>Old.</p>{menu}<p>Then.</p>", "Old", "Then") == ["Old.", "Then."]


@pytest.mark.parametrize(
    ("items", "stays"),
    [
        (["perhaps a router in front", "perhaps a judge behind"], True),
        (["perhaps a router in front"], False),
        (["perhaps", "so"], False),
        (["a router in front of it", "a judge behind of it"], False),
        (["perhaps <a href=/x>a router in front</a>", "perhaps <a href=/y>a judge</a>"], False),
    ],
)
def test_a_list_between_two_that_are_kept_is_kept(items, stays):
    """Makers of pages set items as icons with lines beside them, and trees are unsure of these."""
    listed = "".join(f"<li><span></span><p>{each}</p></li>" for each in items)
    found = kept(f"<p>One.</p><ul>{listed}</ul><p>Two.</p>", "One", "Two")
    assert (len(found) > 2) is stays
