"""Compares numbers in a statement with those in a passage: values, units and rounding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from summarizer.data import table

_LANGUAGES = frozenset("en fr de es pt it nl da".split())
_TABLE = table("quantities")
_SCALES: dict[str, float] = _TABLE["scales"]
_UNITS: dict[str, tuple[str, float]] = {
    name: (kind, unit["size"])
    for kind, units in _TABLE["units"].items()
    for unit in units
    for name in unit["names"]
}
_WORDED = [
    (re.compile(rf"\b(?:{pattern})\b(?:\s(?:of\s)?an?\s(\w+))?", re.IGNORECASE), value, value < 1)
    for pattern, value in _TABLE["words"].items()
]
_PATTERNS = {name: re.compile(pattern) for name, pattern in _TABLE["patterns"].items()}
_TOLERANCE = 0.12
_LONGEST = 5_000
_FEW, _SMALL = 3, 12  # the largest counts, in digits and in words


@dataclass(frozen=True)
class Quantity:
    """A number in a text: its possible values, its unit and its spelling."""

    values: tuple[float, ...]
    unit: str | None
    written: str
    is_hedged: bool = False  # approximate: "about 40"
    is_count: bool = False  # small enough to be a count of listed items


def quantities(text: str, language: str | None = None) -> list[Quantity]:
    """Return the numbers in ``text``, whether written in digits or in words."""
    worded, rest = _worded(text)
    in_digits = _digits_for_words(rest, language)
    worded += [_share(match) for match in _PATTERNS["share"].finditer(in_digits)]
    in_digits = _PATTERNS["share"].sub(" ; ", in_digits)
    found = list(_PATTERNS["number"].finditer(in_digits))
    units = [_unit(match) for match in found]
    for place in range(len(found) - 2, -1, -1):  # "3-4 hours": both are in hours
        between = in_digits[found[place].end() : found[place + 1].start()]
        if units[place] is None and _PATTERNS["range"].fullmatch(between):
            units[place] = units[place + 1]
    read = [_number(m, unit, in_digits) for m, unit in zip(found, units, strict=True)]
    return worded + [_counted(number, rest) for number in read]


def missing_numbers(statement: str, passage: str, language: str | None = None) -> list[str]:
    """Return the numbers of ``statement``, as written, that are missing from ``passage``."""
    known = quantities(passage, language)
    known += _shares_before_change(known)
    known += [Quantity((100 * share,), "%", "") for share in counted_shares(passage)]
    return [
        number.written
        for number in quantities(statement, language)
        if not (_is_plain_count(number, known) or any(_agree(number, other) for other in known))
    ]


def _shares_before_change(known: Sequence[Quantity]) -> list[Quantity]:
    """Return the shares before a change in points: 82 % for "94 %, up 12 points"."""
    shares = [number for number in known if kind_of(number.unit) == "share"]
    changes = [number.values[0] for number in known if kind_of(number.unit) == "points"]
    return [
        replace(share, values=(share.values[0] - change, share.values[0] + change))
        for share in shares
        for change in changes
    ]


def counted_shares(text: str) -> list[float]:
    """Return the shares that counts make, as fractions: 0.7 for "840 of 1,200"."""
    found = _PATTERNS["counts"].finditer(text)
    pairs = ((number_of(m["part"] or m["after"]), number_of(m["whole"] or m["of"])) for m in found)
    return [part / whole for part, whole in pairs if part and whole and part <= whole]


def kind_of(unit: str | None) -> str | None:
    """Return the kind of a unit, such as "time" or "share"."""
    return _UNITS[unit][0] if unit else None


def _is_plain_count(number: Quantity, known: Sequence[Quantity]) -> bool:
    """Return whether a number could be a count of items that the passage lists without a count."""
    return number.is_count and (number.values[0] <= _FEW or not any(n.is_count for n in known))


def number_of(value: str | None) -> float | None:
    """Return the value of a text with exactly one number: 1200000.0 for "1.2 million"."""
    found = quantities(value or "")
    return found[0].values[0] if len(found) == 1 else None


def _worded(text: str) -> tuple[list[Quantity], str]:
    """Return the fractions and multiples written in words, and the text without them."""
    found: list[Quantity] = []
    for pattern, value, is_share in _WORDED:
        for match in pattern.finditer(text):
            unit = (match[1] or "").lower()
            if unit in _UNITS:
                found.append(Quantity((value,), unit, match[0], is_hedged=is_share))
            else:
                values = (100 * value, value) if is_share else (value,)
                found.append(Quantity(values, None, match[0].split(" of ")[0], is_hedged=is_share))
        text = pattern.sub(lambda m: f" ; {m[1] or ''}", text)
    return found, text


def _digits_for_words(text: str, language: str | None) -> str:
    # The converter would write "2.1 million" as "2.1 1000000".
    plain = re.sub(r"\bmillions?\b", "mio", text, flags=re.IGNORECASE)
    plain = re.sub(r"\bbillions?\b", "bn", plain, flags=re.IGNORECASE)
    code = language if language in _LANGUAGES else "en"
    pieces = re.split(r"(?<=[.!?\n])(?=\s)", plain)
    # The converter takes quadratic time; no sentence is as long as the limit.
    return "".join(
        str(alpha2digit(piece, code, threshold=0)) if len(piece) <= _LONGEST else piece
        for piece in pieces
    )


def _counted(number: Quantity, text: str) -> Quantity:
    """Return the number, marked as a count if it is small and written in words."""
    is_worded = not re.search(rf"\b{re.escape(number.written)}\b", text)
    is_small = number.unit is None and number.values[0] <= _SMALL
    return replace(number, is_count=True) if is_worded and is_small else number


def _share(match: re.Match[str]) -> Quantity:
    """Return the share that "9 in 10" or "9 10ths" means, in percent and as a fraction."""
    part = float(match[1]) / float(match[2] or match[3])
    return Quantity((round(100 * part, 6), part), None, match[0], is_hedged=True)


def _unit(match: re.Match[str]) -> str | None:
    written = match["unit"] or match["sign"]
    if written is None:
        return None
    key = re.sub(r"\s+", " ", written.lower())
    names = (name for name in (key, key.removesuffix("s")) if name in _UNITS)
    return next(names, "percentage point")  # "per centage points"


def _number(match: re.Match[str], unit: str | None, text: str) -> Quantity:
    scale = _SCALES.get((match["scale"] or match["short"] or "").lower(), 1.0)
    values = [round(value * scale, 6) for value in _values(match["digits"])]
    if match["short"] in {"m", "b"}:  # "5m" can mean metres or minutes
        values += _values(match["digits"])
    is_hedged = bool(_PATTERNS["hedge"].search(text[max(0, match.start() - 25) : match.start()]))
    is_count = unit is None and scale == 1.0 and values[0] <= _FEW and values[0] == int(values[0])
    written = re.sub(r"\bmio\b", "million", " ".join(match[0].split()))
    return Quantity(tuple(values), unit, written, is_hedged, is_count)


def _values(digits: str) -> list[float]:
    """Return the possible values of digits: "1.200" is 1.2, or 1200 if points group thousands."""
    grouped = re.sub(r"[,'’\u00a0\u202f ](?=\d{3}(?!\d))", "", digits)
    value = float(grouped.replace(",", "."))
    return [value, value * 1000] if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) else [value]


def _agree(one: Quantity, other: Quantity) -> bool:
    """Return whether two numbers agree: equal in the same unit, or one of them without a unit."""
    return any(
        _equal(one, *pair)
        for mine in one.values
        for theirs in other.values
        for pair in converted(mine, theirs, one.unit, other.unit)
    )


def converted(
    mine: float, theirs: float, unit: str | None, other: str | None
) -> list[tuple[float, float]]:
    """Return both values in one unit, or [] if the units cannot be compared."""
    if unit is None or other is None:
        # 0.92 equals 92 %.
        shares = (
            100 * mine if mine < 1 and kind_of(other) == "share" else mine,
            100 * theirs if theirs < 1 and kind_of(unit) == "share" else theirs,
        )
        return [(mine, theirs), shares]
    (kind, size), (other_kind, other_size) = _UNITS[unit], _UNITS[other]
    if kind == other_kind:
        return [(mine * size, theirs * other_size)]
    return [(mine, theirs)] if {kind, other_kind} == {"share", "points"} else []


def _equal(number: Quantity, mine: float, theirs: float) -> bool:
    if abs(mine - theirs) <= 1e-6 * max(abs(mine), abs(theirs)) or _is_rounding(mine, theirs):
        return True
    return number.is_hedged and abs(mine - theirs) <= _TOLERANCE * abs(theirs)


def _is_rounding(mine: float, exact: float) -> bool:
    """Return whether ``mine`` is ``exact`` rounded to two digits or more: 1.6 m, 1,580,575."""
    digits = len(f"{mine:.12g}".replace(".", "").strip("0"))
    more = len(f"{exact:.12g}".replace(".", "").strip("0")) > digits
    return digits > 1 and more and float(f"{exact:.{digits}g}") == mine
