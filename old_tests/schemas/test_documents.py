"""Documents and their passages."""

import pytest
from pydantic import ValidationError
from written_documents import document_of

from casebook.schemas.documents import Passage

TEXT = "First paragraph.\n\nSecond paragraph."


def passages(*spans):
    return [Passage(n=n, start=start, end=end) for n, start, end in spans]


@pytest.mark.parametrize(
    "wrong",
    [
        passages((1, 0, 16), (2, 10, 20)),
        passages((1, 18, 35), (2, 0, 16)),
        passages((2, 0, 16)),
        passages((1, 0, 16), (3, 18, 35)),
        passages((1, 5, 5)),
        passages((1, 9, 3)),
        passages((1, -1, 16)),
        passages((1, 0, 36)),
    ],
    ids=["overlap", "order", "from two", "gap", "empty", "backwards", "negative", "beyond"],
)
def test_passages_that_cannot_be_are_refused(wrong):
    """Overlapping, unordered, misnumbered, empty or outlying passages make no document."""
    with pytest.raises(ValidationError, match="out of order or outside"):
        document_of(TEXT, passages=wrong)


def test_passages_may_touch_and_leave_gaps():
    """Passages that meet, and text between them, are both allowed."""
    assert document_of(TEXT, passages=passages((1, 0, 5), (2, 5, 16), (3, 18, 35)))


def test_a_passage_is_found_by_each_of_its_characters_and_by_no_other():
    """``passage_at`` includes the start, excludes the end, and has None between passages."""
    document = document_of(TEXT)
    found = [p.n if (p := document.passage_at(at)) else None for at in (0, 15, 16, 17, 18, 34, 35)]
    assert found == [1, 1, None, None, 2, 2, None]


def test_the_text_of_a_passage_is_a_slice_of_the_document():
    """Offsets count code points, so that a character outside the BMP is one."""
    document = document_of("A 🚀 start.\n\nÉnd.")
    assert [document.passage_text(p) for p in document.passages] == ["A 🚀 start.", "Énd."]


def test_a_document_cannot_be_changed():
    """Stages hand on values: assignment is refused."""
    with pytest.raises(ValidationError, match="frozen"):
        document_of(TEXT).text = "other"


def test_an_unknown_field_is_refused():
    """A misspelled field is an error, not silently dropped."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        document_of(TEXT, titel="x")
