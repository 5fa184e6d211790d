"""The unit at a number."""

import pytest

from casebook.summarizer.language.units import measures, other_rate, other_unit


@pytest.mark.parametrize(
    ("text", "unit", "written"),
    [
        ("cut by 40 %", "%", "40 %"),
        ("a two-week sprint", "weeks", "two-week"),
        ("costs €1.2 million", "euros", "€1.2 million"),
        ("1,200,000 euros", "euros", "1,200,000 euros"),
        ("takes 300ms", "milliseconds", "300ms"),
        ("takes 300 s", "seconds", "300 s"),
        ("in the 1990s", None, "1990s"),
        ("12k questions", None, "12k"),
    ],
)
def test_a_unit_is_read_as_people_write_it(text, unit, written):
    """Signs before, words behind, hyphens, letters at the digits; what is no unit has none."""
    (found,) = measures(text)
    assert (found.unit, found.written) == (unit, written)


def test_a_number_without_a_unit_is_not_compared():
    """Where a text says "from 18 to 31 percent", 18 percent is right."""
    assert other_unit("It was 18 percent.", "It went from 18 to 31 percent.") is None
    assert other_unit("It took 3 days.", "It took 3 weeks, then 3 days.") is None
    assert other_unit("It took 3 days.", "It took 3 weeks.") is not None


def test_a_text_without_blanks_is_read_once():
    """A page of numbers and letters in one run kept a draft waiting for its square."""
    assert other_rate("9,200 claims a day", "1-a-" * 60_000) is None
    assert other_rate("9,200 claims a day", "9,200 claims a week") == (
        "9,200 claims a day",
        "9,200 claims a week",
    )
