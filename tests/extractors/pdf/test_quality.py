"""Our PDFs are read as well as they were, in the order of their texts."""

from collections import Counter
from itertools import pairwise

import pytest
from datasets import OWN

from benchmarks.web import words

pytestmark = pytest.mark.datasets

POINT = 0.01
FIGURES = {
    "two-columns": 0.976,
    "heads-and-footnotes": 0.986,
    "table-and-figures": 1.0,
    "hyphenation": 0.998,
}


def pair_f1(text: str, truth: str) -> float:
    """Return the F1 over pairs of adjacent words: lost words and wrong order both lower it."""
    found, wanted = Counter(pairwise(words(text))), Counter(pairwise(words(truth)))
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


@pytest.mark.parametrize(("name", "figure"), FIGURES.items())
def test_a_pdf_keeps_its_f1(name, figure, read):
    """No figure has dropped by a point for columns, running heads, footnotes, tables, hyphens."""
    found = read((OWN / f"pdf/{name}.pdf").read_bytes())
    truth = (OWN / f"pdf/{name}.txt").read_text("utf-8")
    assert pair_f1(found.text, truth) > figure - POINT
    assert found.title == truth.partition("\n")[0].removeprefix("# ")
