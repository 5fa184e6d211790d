"""Plain text becomes paragraphs and passages whose offsets hold for any input."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.extractors.kinds.plaintext import extract
from casebook.extractors.text.characters import visible
from casebook.extractors.text.passages import GIANT, MERGED, Block, lay_out
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.sources import Payload

NOTE = """Moving search to vectors

We moved our search from keywords to vectors in the spring of 2024, which
took three people four weeks and one long weekend.

Lessons learned

- Measure before the move.
- Keep the old index for a month, because someone will
  ask for it.
"""


def read(source: str):
    return extract(Payload(data=source.encode("utf-8", "surrogatepass"), media_type="text/plain"))


def test_title_sections_and_wrapped_lines():
    """The first line is the title, a line alone above text a heading, wrapped lines are joined."""
    found = read(NOTE)
    assert found.title == "Moving search to vectors"
    assert "spring of 2024, which took three people" in found.text
    assert found.passages[-1].locator.section == "Lessons learned"
    assert found.text.endswith("because someone will ask for it.")


def test_header_fields_are_metadata():
    """A first paragraph of fields gives title, authors and date, and is no part of the text."""
    found = read("title: On vectors\nauthor: Ada Example, Bo Li\ndate: 2025-03-01\n\n" + NOTE)
    assert (found.title, list(found.authors)) == ("On vectors", ["Ada Example", "Bo Li"])
    assert str(found.published) == "2025-03-01"
    assert found.text.startswith("Moving search")


def test_headings_with_hashes_are_sections_without_them():
    """A text that borrows Markdown's headings gets them as sections, and no hash in its title."""
    told = " ".join(["We route every ticket through one small model before anyone reads it."] * 2)
    text = f"# Sorting tickets\n\n{told}\n\n## 2. What broke\n\n{told}\n\n#hashtags are words\n"
    document = read(text)
    assert document.title == "Sorting tickets"
    assert [p.locator.section for p in document.passages][-1] == "2. What broke"
    assert "#hashtags are words" in document.text
    assert "# " not in document.text


def test_first_sentence_is_no_title():
    """A text that begins with prose has no title."""
    assert read("We moved our search to vectors.\n\nIt took four weeks.").title is None


def test_nothing_to_read_is_a_failure():
    """Characters that nobody sees are not text."""
    with pytest.raises(DocumentEmpty):
        read("\u200b\u202e \u2066 \ufeff")


def test_override_is_reported_and_removed():
    """Bidirectional overrides do not reach the text, and what they cover is told."""
    found = read("The total was \u202e000,01 euros\u202c for the whole of the year.")
    assert "\u202e" not in found.text
    assert len(found.hidden_text) == 1


@given(st.lists(st.tuples(st.text(max_size=1500), st.booleans(), st.booleans()), max_size=12))
@settings(max_examples=60)
def test_passages_lie_in_order_inside_the_text(parts):
    """For any blocks: passages are numbered, ordered, not blank, bounded, and hold all prose."""
    blocks = [Block(text, heading=heading, verbatim=code) for text, heading, code in parts]
    text, passages = lay_out(blocks)
    end = 0
    for number, passage in enumerate(passages, start=1):
        assert passage.n == number
        assert end <= passage.start < passage.end <= len(text)
        assert text[passage.start : passage.end].strip()
        assert passage.end - passage.start <= GIANT
        end = passage.end
    assert bool(passages) == any(visible(text).strip() for text, _, _ in parts)


def test_tiny_blocks_merge_within_a_section_only():
    """List items share a passage up to a size; a heading or a new page starts another."""
    items = [Block(f"Item number {n} of the list.") for n in range(60)]
    text, passages = lay_out(
        [*items, Block("Next", heading=True), Block("One."), Block("Two.", page=2)]
    )
    sizes = [p.end - p.start for p in passages]
    assert max(sizes) <= MERGED
    assert len(passages) < 10
    assert [text[p.start : p.end] for p in passages[-2:]] == ["One.", "Two."]


def test_giant_paragraph_is_cut_at_sentences():
    """Each piece of a long paragraph ends with a sentence."""
    long = " ".join(f"Sentence number {n} says something about latency." for n in range(120))
    text, passages = lay_out([Block(long)])
    assert len(passages) > 4
    assert all(text[p.start : p.end].endswith("latency.") for p in passages)


@pytest.mark.datasets
def test_naughty_strings_survive_as_bodies():
    """Any string that breaks text handling is either read with exact offsets or found empty."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", "../shared/data"))
    file = folder / "security" / "naughty_strings.json"
    if not file.exists():
        pytest.skip(f"no data set at {folder}; set CASEBOOK_DATASETS")
    for string in json.loads(file.read_text()):
        text, passages = lay_out([Block(string, heading=True), Block(f"{string} and a tail")])
        assert text[passages[-1].start : passages[-1].end].endswith("and a tail")


def test_what_youtube_says_below_a_time_is_not_said_in_the_talk():
    """A transcript copied from the page holds each time twice, in figures and in words."""
    lines = "\n".join(
        f"{n // 60}:{n % 60:02}\n{'1 minute, ' * (n >= 60)}{n % 60} seconds\nWe moved router {n}."
        for n in range(0, 90, 15)
    )
    found = extract(Payload(data=lines.encode(), media_type="text/plain", name="t.txt"))
    assert "seconds" not in found.text
    assert found.passages[0].locator.seconds == 0


TOLD = "The model reads every letter that reaches us, and a clerk reads what it was unsure of."


def sections_of(source):
    payload = Payload(data=source.encode(), media_type="text/plain", name="a.txt")
    found = extract(payload)
    return found, [p.locator.section for p in found.passages]


def test_a_title_between_two_lines_is_a_title():
    """As reStructuredText draws it; the fields below it belong to the text."""
    found, sections = sections_of(
        f"=======\nLetters\n=======\n:Date: x\n\nSetup\n-----\n\n{TOLD}\n"
    )
    assert (found.title, sections) == ("Letters", ["Letters", "Setup"])


def test_what_stands_right_below_an_underlined_title_is_read():
    """Nothing parts it from the title; it was lost."""
    found, sections = sections_of(f"Letters\n=======\n{TOLD}\n\n{TOLD}\n")
    assert (found.title, set(sections)) == ("Letters", {"Letters"})
    assert found.text.count(TOLD) == 2


@pytest.mark.parametrize("head", ["== Setup", "1. SETUP", "2.1 Setup of it", "3 Setup"])
def test_headings_have_numbers_and_marks(head):
    """AsciiDoc's marks are not said, numbers are; what follows is longer than its heading."""
    _, sections = sections_of(f"Letters\n\n{TOLD}\n\n{head}\n\n{TOLD}\n")
    assert sections == ["Letters", head.lstrip("= ")]


def test_marks_within_a_heading_or_title_are_said():
    """Those that begin it alone are none of its words."""
    found, sections = sections_of(f"# Accuracy = 91\n\n{TOLD}\n\nIssue # 5 of ours\n\n{TOLD}\n")
    assert (found.title, sections) == ("Accuracy = 91", ["Accuracy = 91", "Issue # 5 of ours"])


@pytest.mark.parametrize(
    "list_", ["1. Read it\n\n2. Sort it\n\n3. Answer the letter", "1. It was late.\n\nWe left."]
)
def test_items_of_a_list_are_no_headings(list_):
    """Items may stand apart, and sentences may be counted."""
    _, sections = sections_of(f"Letters\n\n{TOLD}\n\n{list_}\n\n{TOLD}\n")
    assert set(sections) <= {"Letters", "3. Answer the letter"}


def test_a_letter_that_was_saved_as_text_tells_its_subject():
    """Who sent it and when stand in its head, as mail programs write it."""
    head = "From: Bo Li <bo@a.example>\nSubject: Our letters\nDate: Tue, 5 Mar 2024 10:00:00 +0000"
    found, _ = sections_of(f"{head}\n\n{TOLD}\n")
    assert (found.title, found.authors) == ("Our letters", ("Bo Li",))
    assert str(found.published) == "2024-03-05"
    assert "Subject" not in found.text


def test_a_heading_of_asciidoc_needs_no_empty_line():
    """Its sections stand between paragraphs, not in them; signs elsewhere are none."""
    found = read("= Letters\n\n== Sorting\nWe sort letters.\n=== Costs\nNine cents == a letter.\n")
    assert [one.locator.section for one in found.passages] == ["Sorting", "Costs"]
    assert "Nine cents == a letter." in found.text
