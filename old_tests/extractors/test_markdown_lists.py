"""Lists in Markdown are read by the page that they make."""

import time

import pytest
from written_lists import listing

HERE = "https://blog.example.com"
MARKDOWN = {
    "- **[One](https://blog.example.com/a)**": (f"{HERE}/a", "One"),
    "- [**One**](https://blog.example.com/a)": (f"{HERE}/a", "One"),
    "- *[One](https://blog.example.com/a)*, of the team": (f"{HERE}/a", "One"),
    '- [One](https://blog.example.com/a "a tooltip")': (f"{HERE}/a", "One"),
    "- [One](<https://blog.example.com/a>)": (f"{HERE}/a", "One"),
    "- [One [part 2]](https://blog.example.com/a)": (f"{HERE}/a", "One [part 2]"),
    "- [`One` and two](https://blog.example.com/a)": (f"{HERE}/a", "One and two"),
    "- [One](https://blog.example.com/a\\_b)": (f"{HERE}/a_b", "One"),
    "- [One][1]\n\n[1]: https://blog.example.com/a": (f"{HERE}/a", "One"),
    "- [One]\n\n[one]: https://blog.example.com/a 'x'": (f"{HERE}/a", "One"),
    "- ![p](https://blog.example.com/p.png) [One](https://blog.example.com/a)": (f"{HERE}/a", "One"),
    "- [![One](https://blog.example.com/p.svg)](https://blog.example.com/a)": (f"{HERE}/a", "One"),
    "<!-- [Old](https://blog.example.com/o) -->\n- [One](https://blog.example.com/a)":
        (f"{HERE}/a", "One"),
    '- <a href="https://blog.example.com/a">One</a>': (f"{HERE}/a", "One"),
    "- **One** [[paper](https://blog.example.com/a)]": (f"{HERE}/a", "One"),
    "- [Top](#top), [One](https://blog.example.com/a)": (f"{HERE}/a", "One"),
}  # fmt: skip


@pytest.mark.parametrize("source", MARKDOWN)
def test_links_of_markdown_are_those_of_its_page(source):
    """Marks around a link are no part of its address; pictures and comments lead nowhere."""
    (one,) = listing(source).candidates
    assert (one.url, one.title) == MARKDOWN[source]


@pytest.mark.parametrize(
    "entry", ["{} (March 5, 2024)", "{} - a story, 2024-03-05", "2024-03-05: {}", "{} · 5 Mar 2024"]
)
def test_a_day_beside_a_link_of_markdown_is_its_own(entry):
    """But not that of the entries below it, nor where an entry leads to several places."""
    link = "[One](https://blog.example.com/a)"
    two = "[Two](https://blog.example.com/b)"
    (one,) = listing(f"- {entry.format(link)}").candidates
    assert str(one.published) == "2024-03-05"
    one, _ = listing(f"- {link}\n  - {entry.format(two)}").candidates
    assert one.published is None
    one, _ = listing(f"- {link} and {entry.format(two)}").candidates
    assert one.published is None


def test_further_links_of_an_entry_are_called_as_its_first():
    """Curated lists set "(Paper)" and "(Code)" behind the title that leads to the story."""
    first, paper, code = listing(
        "1. [One](https://blog.example.com/a) ([Paper](https://blog.example.com/p), "
        "[Code](https://blog.example.com/c)) `Kettlebrook` `2020`"
    ).candidates
    assert {first.title, paper.title, code.title} == {"One"}
    assert first.published is None


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("\n".join(f"[Title {n}](https://a.example/{n})" for n in range(3_000)), 3_000),
        ("- " + " ".join(f"[pdf](https://a.example/{n})" for n in range(3_000)), 3_000),
        ("[One](https://a.example) " + "a word, another, " * 20_000, 1),
    ],
    ids=["lines", "unnamed", "commas"],
)
def test_an_entry_of_markdown_is_looked_at_once(source, links):
    """Links one below the other are one paragraph: for each of them all of it was read again."""
    started = time.process_time()
    assert len(listing(source, "text/markdown", "list.md").candidates) == links
    assert time.process_time() - started < 15
