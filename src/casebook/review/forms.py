"""What people type into the desk's forms."""

import re
from datetime import date

from starlette.datastructures import FormData

from casebook.schemas.errors import InvalidSource

_WORDS = re.compile(r"""["“”„]([^"“”„]*)["“”„]|([^\s,"“”„]+)""")


def text(form: FormData, name: str) -> str:
    """Return what stands in a field, without the space around it; nothing of a file."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def number(form: FormData, name: str, label: str) -> float | None:
    """Return the number in a field, None where it is empty.

    Raises:
        InvalidSource: if it is none, or not above zero.
    """
    given = text(form, name)
    try:
        found = float(given) if given else None
    except ValueError:
        found = -1.0
    if found is not None and not 0 < found < float("inf"):
        raise InvalidSource(f"{given[:40]} is no {label}: write a number above zero.")
    return found


def words_of(form: FormData) -> list[str]:
    """Return the words in a field, parted by blanks or commas; a phrase stands in quotes."""
    parts = (phrase or word for phrase, word in _WORDS.findall(text(form, "words")))
    return [part.strip() for part in parts if part.strip()]


def since_day(form: FormData) -> date | None:
    """Return the day in the field ``since``, None where it is empty.

    Raises:
        InvalidSource: if it is none.
    """
    given = text(form, "since")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise InvalidSource(f"{given[:40]} is no date: write it as 2026-11-24.") from None
