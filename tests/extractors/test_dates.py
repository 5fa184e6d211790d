"""Days are read as written, or not at all: never a made-up one."""

from datetime import date, datetime

import pytest

from extractors.dates import day_in_address, stated_date, stated_day

DAYS = """
2024-03-05 | 2024/3/5 | 05.03.2024 | 03/05/2024 | March 5, 2024 | 5-Mar-2024 | 5 March 2024
Tue, 05 Mar 2024 00:30:00 +0200 | Tue, 05 Mar 2024 23:30:00 EST | 2024-03-05T23:00:00-05:00
Tue Mar  5 10:00:00 2024
"""
NO_DAYS = "| yesterday | 1709640000 | 12:30 | 2024-13-45 | 2199-01-02 | 1970-01-01"


def test_a_day_is_the_one_that_is_written():
    """In any format and any time zone of the reader."""
    written = DAYS.strip().replace("\n", "|").split("|")
    for stated in (*written, date(2024, 3, 5), datetime(2024, 3, 5, 9)):  # noqa: DTZ001 - as YAML
        assert stated_day(stated) == date(2024, 3, 5), stated


@pytest.mark.parametrize(
    ("stated", "known"), [("2024-03", "2024-03"), ("March 2024", "2024-03"), (2024, "2024")]
)
def test_a_month_or_year_stays_one(stated, known):
    """No day is invented."""
    assert (stated_date(stated), stated_day(stated)) == (known, None)


def test_anything_else_is_not_a_day():
    """Covers impossible days, days before the web or after tomorrow, and other types."""
    for stated in (*NO_DAYS.split("|"), None, [2024], 10**5000):
        assert stated_date(stated) is None, stated


def test_an_address_may_hold_a_day():
    """Blog addresses often contain the date."""
    assert day_in_address("https://a.example/2024/03/05/post?x=/2023/01/01/") == date(2024, 3, 5)
    assert day_in_address("https://a.example/2024/99/05/post") is None
