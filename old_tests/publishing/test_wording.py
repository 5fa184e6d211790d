"""How numbers are told to people."""

import pytest

from casebook.publishing.wording import duration


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "—"),
        (12, "12 s"),
        (89, "89 s"),
        (240, "4 min"),
        (3_570, "1 h"),
        (3_900, "1 h 05 min"),
        (21_600, "6 h"),
    ],
)
def test_a_duration_is_told_as_people_say_it(seconds, told):
    """Seconds for what is short, no minutes for whole hours, and what rounds to an hour is one."""
    assert duration(seconds) == told
