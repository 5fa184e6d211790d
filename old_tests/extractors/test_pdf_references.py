"""Notes at the foot of the page on which a list of references begins are text; its entries not."""

import pytest

from casebook.extractors.text.passages import Block
from casebook.extractors.text.references import without_references

HEAD = Block("References", heading=True)
ENTRIES = [
    Block(f"[{n}] A. Author. A ledger of incidents. Journal of Systems, {2000 + n}.")
    for n in range(1, 7)
]
NOTES = [
    Block(f"[{n}] Nobody of the team had asked for that in the first year.") for n in (4, 5, 6)
]
TEXT = [Block("The router sends each ticket to a team.")]


@pytest.mark.parametrize("at", [1, 2, 6])
def test_notes_among_the_entries_stay(at):
    """Their numbers are none of the list's, and they cite nothing."""
    kept, left, note = without_references([*TEXT, HEAD, *ENTRIES[:at], *NOTES, *ENTRIES[at:]])
    assert left == [HEAD, *ENTRIES]
    assert kept == [*TEXT, *NOTES]
    assert note == "6 passages left out"


def test_an_entry_that_cites_nothing_stays_one():
    """A personal communication has the next number of the list."""
    entries = [*ENTRIES[:2], Block("[3] Personal communication."), *ENTRIES[3:]]
    assert without_references([*TEXT, HEAD, *entries])[1] == [HEAD, *entries]


def test_prose_under_such_a_heading_is_no_list():
    """Where one in four paragraphs names a year, these are text."""
    prose = [Block(f"The team wrote what it read, part {n}.") for n in range(8)]
    prose[0] = Block("The team read what was written until 2019.")
    assert without_references([*TEXT, HEAD, *prose])[1] == []


def test_an_appendix_whose_title_is_in_plain_type_is_text():
    """The list ends where such a title stands, not at the first heading below."""
    rest = [
        Block("APPENDIX A TEXTS OF A MODEL"),
        Block("The following texts were written by it."),
        Block("A. Letters", heading=True),
        Block("Dear team, all of it is read."),
    ]
    kept, left, _ = without_references([*TEXT, HEAD, *ENTRIES, *rest])
    assert left == [HEAD, *ENTRIES]
    assert kept == [*TEXT, *rest]
