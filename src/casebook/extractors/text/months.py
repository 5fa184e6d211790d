"""The months as pages name them: in English, whole or short, elsewhere as CLDR does."""

from functools import cache

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_SHORT = [name[:3] for name in _MONTHS]
WHOLE_MONTH = rf"(?:{'|'.join(_MONTHS)})"
MONTH = rf"(?:{WHOLE_MONTH}|{'|'.join(_SHORT)}|sept)\b"
"""A month in English, whole or short, and no other word that begins like one."""
MONTH_NAME = rf"(?:{'|'.join(_SHORT)})[a-z]*"
"""The same beside figures, where what begins like a month is one, however it goes on."""

# Those that write "14. März 2025": a day, a word, a year. No word means two months in them.
_LANGUAGES = "de fr es it pt nl da sv nb fi pl cs ru uk tr".split()
_WRITTEN = ("wide", "abbreviated")


def month_number(name: str) -> int:
    """Return the number of a month that is written as one, or as ``MONTH_NAME``."""
    return int(name) if name.isdigit() else _SHORT.index(name[:3].lower()) + 1


def month_abroad(name: str) -> int | None:
    """Return the number of the month that ``name`` means in another language than English."""
    return _abroad().get(name.rstrip(".").lower())


@cache
def _abroad() -> dict[str, int]:
    from babel import Locale  # a twelfth of a second for all; most pages write English or ISO

    return {
        name.rstrip(".").lower(): number
        for language in _LANGUAGES
        for forms in Locale.parse(language).months.values()
        for length in _WRITTEN
        for number, name in forms[length].items()
    }
