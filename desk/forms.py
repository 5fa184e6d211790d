"""The fields of the desk's forms."""

import math
import re
from datetime import date

from starlette.datastructures import FormData, UploadFile

from schemas.errors import InputError

_WORDS = re.compile(r"""["“”„]([^"“”„]*)["“”„]|([^\s,"“”„]+)""")


def fields_of(form: FormData) -> dict[str, str]:
    """Return the text fields of a form, without its files."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def text(form: FormData, name: str) -> str:
    """Return a stripped field, empty if missing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def file(form: FormData, name: str) -> UploadFile | None:
    """Return the file that was chosen in a field."""
    value = form.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


def number(form: FormData, name: str, label: str) -> float | None:
    """Return the number in a field, None if empty; raise InputError unless above zero."""
    given = text(form, name)
    try:
        found = float(given) if given else None
    except ValueError:
        found = -1.0
    if found is not None and not (found > 0 and math.isfinite(found)):
        raise InputError(f"{given[:40]} is not a valid {label}: use a number above zero.")
    return found


def words_of(form: FormData) -> list[str]:
    """Return the keywords of a form, separated by spaces or commas; phrases are in quotes."""
    parts = (phrase or word for phrase, word in _WORDS.findall(text(form, "words")))
    return [part.strip() for part in parts if part.strip()]


def since_day(form: FormData) -> date | None:
    """Return the day in the field ``since``, None if empty; raise InputError if not a date."""
    given = text(form, "since")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise InputError(f"{given[:40]} is not a date: write it as 2026-11-24.") from None
