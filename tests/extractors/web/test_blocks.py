"""Markup becomes blocks: one paragraph, item, row, heading or program each."""

import re

import pytest
import trafilatura

from extractors.blocks import Block
from extractors.web.blocks import mark_code, tree_blocks
from extractors.web.tree import body_of, parse


def blocks(markup: str) -> list[Block]:
    return tree_blocks(body_of(parse(f"<html><body>{markup}</body></html>")))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<p>One <b>wo</b>rd and <a href='/x'>a link</a>.</p><p>Two</p>",
            ["One word and a link.", "Two"],
        ),
        ("<ul><li>One<li>Two <p>more</p></ul>", ["One", "Two", "more"]),
        ("<dl><dt>Term<dd>What it means</dl>", ["Term", "What it means"]),
        ("<p>first line<br>second line</p>", ["first line\nsecond line"]),
        ("<p>wrapped\n   in the source</p>", ["wrapped in the source"]),
        ("<div>Loose <span>text</span><p>Own</p>tail</div>", ["Loose text", "Own", "tail"]),
        ("<table><tr><th>A<th>B<tr><td>1<td><p>x</p><p>y</p></table>", ["A | B", "1 | x y"]),
        ("<table><tr><td>a<td><td>c</table>", ["a | | c"]),
        ("<table><tr><td><h2>Layout</h2><p>Text</p><td>Menu</table>", ["Layout", "Text", "Menu"]),
        ("<blockquote><p>Said.</p></blockquote>", ["Said."]),
        ("<script>x()</script><style>p{}</style><p>Seen</p>", ["Seen"]),
        ("<p>E <math><mi>m</mi><annotation>\\m</annotation></math></p>", ["E m"]),
        ("<details><summary>Asked?</summary><p>Answered.</p></details>", ["Asked?", "Answered."]),
        ("", []),
    ],
)
def test_text_is_cut_at_blocks_and_nowhere_else(markup, expected):
    """Inline elements are joined, blocks separated; data rows are one line, layout tables not."""
    assert [re.sub(" +", " ", block.text) for block in blocks(markup)] == expected


def test_headings_have_levels():
    """Headings have the levels 1 to 6, everything else 0."""
    found = blocks("<h1>Top</h1><p>Text</p><h4>Deep <b>one</b></h4>")
    assert [(block.text, block.level) for block in found] == [
        ("Top", 1),
        ("Text", 0),
        ("Deep one", 4),
    ]


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("<pre>def f():\n    return 1\n</pre>", "def f():\n    return 1"),
        ("<pre><code><span>a</span>\n<span>b</span></code></pre>", "a\nb"),
        ("<pre>one<br>two</pre>", "one\ntwo"),
        ("<pre><div>one</div><div>two</div></pre>", "one\ntwo"),
        (
            "<pre><span class='lineno'>1</span>x = 1\n<span class='lineno'>2</span>y = 2</pre>",
            "x = 1\ny = 2",
        ),
    ],
)
def test_programs_keep_their_lines(markup, code):
    """Indentation and line breaks survive highlighters; line numbers are removed."""
    found = blocks(f"<p>Before</p>{markup}<p>After</p>")
    assert [block.text for block in found if block.verbatim] == [code]
    assert [block.text for block in found if not block.verbatim] == ["Before", "After"]


def test_programs_survive_trafilatura():
    """Trafilatura collapses white space; code keeps it, separate from prose."""
    prose = "The team ran it every night for a month and wrote down what broke and when it did. "
    code = "if ticket:\n    route(ticket)\n\n# done"
    tree = parse(
        f"<html><body><article><h1>Runs</h1><p>{prose * 3}</p><ul><li>Run <pre>{code}</pre> twice."
        f"</li></ul><p>{prose * 3}</p><pre>1\n2\n3</pre></article></body></html>"
    )
    mark_code(tree)
    found = tree_blocks(trafilatura.bare_extraction(tree, include_comments=False).body)
    assert [block.text for block in found if block.verbatim] == [code]
    texts = [block.text for block in found]
    assert "Run" in texts
    assert "twice." in texts
    assert not any("\u2402" in text or "\u2424" in text for text in texts)


def test_nesting_of_any_depth_ends():
    """Without recursion, a tree as deep as the parser allows gives its text."""
    assert blocks("<div>" * 250 + "deep")[0].text == "deep"
