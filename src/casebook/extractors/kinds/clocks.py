"""Times as captions write them: hours may be missing, a comma or a point before the fraction."""

from collections.abc import Sequence

CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
"""Hours, minutes, seconds and their fraction as four groups of a regular expression."""


def seconds_of(clock: Sequence[str | None]) -> float:
    """Return the seconds that the groups of ``CLOCK`` stand for."""
    hours, minutes, seconds, fraction = clock
    whole = 3_600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0)
    return whole + float(f"0.{fraction or 0}")
