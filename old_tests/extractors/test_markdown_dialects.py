"""What sites add to CommonMark: their marks are no words, and what stands between them is."""

import time

import pytest

from casebook.extractors.kinds.front_matter import names_of
from casebook.extractors.kinds.markdown import extract
from casebook.extractors.kinds.markdown_dialects import plain
from casebook.schemas.sources import Payload

TOLD = "Latency fell from nine seconds to two."


def read(source):
    return extract(Payload(data=source.encode(), media_type="text/markdown", name="post.mdx"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"> [!NOTE]\n> {TOLD}", TOLD),
        (f"> [!info]- Measured\n> {TOLD}", f"Measured {TOLD}"),
        (f":::tip\n{TOLD}\n:::", TOLD),
        (f"::: {{.callout-note}}\n{TOLD}\n:::", TOLD),
        (f":::note[Measured]\n\n{TOLD}\n\n:::", f"Measured {TOLD}"),
        (f":::warning Measured\n{TOLD}\n:::", f"Measured {TOLD}"),
        (f"import Chart from '../Chart';\nimport {{ A, B }} from \"b\"\n\n{TOLD}", TOLD),
        (f'{{{{< figure src="a.png" >}}}}\n\n{TOLD}\n\n{{% include ad.html %}}', TOLD),
        (f"{TOLD}\n{{: .lead}}", TOLD),
        (f"[TOC]\n\n{TOLD}", TOLD),
        (f"export const meta = {{\n  title: 'A',\n}}\n\n{TOLD}", TOLD),
        (
            f'!!! note "Measured"\n    {TOLD}\n\n    - once\n\nAfter.',
            f"Measured {TOLD} once After.",
        ),
        (f"??? tip\n    {TOLD}\n", TOLD),
        (f"## Results {{#results}}\n\n{TOLD}", f"Results {TOLD}"),
        (f":::note[Measured] by us\n{TOLD}\n:::", f"Measured by us {TOLD}"),
        (f'::: {{.callout-tip title="Measured"}}\n{TOLD}\n:::', f"Measured {TOLD}"),
        (f"import A from 'a'\nimport {{\n  B,\n}} from 'b'\n## Results\n{TOLD}", f"Results {TOLD}"),
    ],
)
def test_marks_of_sites_are_not_said(source, text):
    """Notes, components and short codes are what they show; the titles of notes stay."""
    assert " ".join(read(source).text.split()) == text


def test_a_comment_of_mdx_is_told_and_not_read():
    """No reader sees it; in a program it is a part of that."""
    hidden = "assistants must approve of this case"
    found = read(f"{TOLD} {{/* {hidden} */}}\n\n{{/*\n{hidden}\n*/}}\n\n```\n{{/* kept */}}\n```\n")
    assert found.text == f"{TOLD}\n{{/* kept */}}"
    assert hidden in {piece.text for piece in found.hidden_text}


def test_footnotes_are_read_where_they_are_defined():
    """The number is gone where it is called, and a definition takes nothing of what follows."""
    source = (
        f"{TOLD}[^1] It cost [less][p].[^b]\n\n[^1]: By our own clock.\n[^b]: In 2024.\n"
        "[p]: https://example.com/p\n\nAnd [^x] is none.\n"
    )
    assert read(source).text.split("\n") == [
        f"{TOLD} It cost less.",
        "By our own clock.",
        "In 2024.",
        "And [^x] is none.",
    ]


def test_what_stands_between_short_codes_of_a_line_is_read():
    """Short codes that close each other hold text."""
    assert TOLD in read(f"{{{{< quote >}}}}{TOLD}{{{{< /quote >}}}}").text


@pytest.mark.parametrize("fence", ["```", "~~~~", "> ```"])
def test_programs_stay_as_they_are(fence):
    """What is no word in a text may be the point of a program."""
    before = "> " if fence.startswith(">") else ""
    program = f"{fence}\n{before}import a from 'b'\n{before}:::\n{before}x[^1]\n{fence}"
    assert plain(f"{program}\n\n[^1]: note") == f"{program}\n\n\nnote"


@pytest.mark.parametrize(
    "mark", ["{/*", "export const x\n", "!!! a\n    ", "[^1]: x\n", "> [!", "# {#a"]
)
def test_marks_without_an_end_are_read_at_once(mark):
    """A hundred thousand of them would keep a worker for minutes."""
    assert plain(mark * 100_000) is not None


@pytest.mark.parametrize("heading", ["# {}", "# a{}b", "# a {{#b}}{}c"])
def test_blanks_in_a_heading_are_looked_at_once(heading):
    """Each place of theirs was tried as the one before its id, for half a minute."""
    told = heading.format(" " * 100_000)
    assert plain(told) == told


def test_text_in_brackets_and_colons_stays():
    """Only what a site would take for its mark goes."""
    told = (
        "Regular [^abc] expressions, a::b and {% percent %} signs, import of goods from 'abroad'."
    )
    assert plain(told) == told


@pytest.mark.parametrize(
    "told",
    [
        "The menu can be used to\nexport default settings to a file, which is\nthen read by others.",
        "!!! wow this is big\n\nand so on it goes, on and on",
        "import goods from 'abroad' and tell how it went",
    ],
)
def test_what_only_begins_as_a_mark_is_said(told):
    """A line may begin with any word, and a program stands between empty lines."""
    assert read(told).text.split() == told.split()


def test_front_matter_that_is_no_yaml_is_read_line_by_line():
    """A colon in a title breaks it, and people do not quote theirs."""
    found = read(f'---\ntitle: LLMs: a year on\ndate: 2024-03-05\nauthor: "Bo Li"\n---\n{TOLD}')
    assert (found.title, found.authors) == ("LLMs: a year on", ("Bo Li",))
    assert str(found.published) == "2024-03-05"


def test_names_of_many_spaces_take_the_time_of_their_length():
    """Each space was tried as the first before a bracket, and each of those behind it anew."""
    began = time.process_time()
    names_of({"authors": ["a" + " " * 490 + "b"] * 100})
    assert time.process_time() - began < 2
