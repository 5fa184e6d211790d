"""Numbers in a statement against those in a passage: values, units and roundings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from text_to_num import alpha2digit  # type: ignore[import-untyped]

_LANGUAGES = frozenset("en fr de es pt it nl da".split())
_SCALES = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 1e6),
    **dict.fromkeys(("bn", "b", "billion", "billions"), 1e9),
    **dict.fromkeys(("trillion", "tn"), 1e12),
}
# The kind of each unit, and its size in the base unit of that kind.
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("ms", "millisecond", "msec"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "second"), ("time", 1.0)),
    **dict.fromkeys(("min", "minute"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hour"), ("time", 3600.0)),
    "day": ("time", 86_400.0),
    "week": ("time", 604_800.0),
    "month": ("time", 2_592_000.0),
    "quarter": ("time", 7_776_000.0),
    "year": ("time", 31_104_000.0),
    **dict.fromkeys(("kb", "kilobyte"), ("bytes", 1e3)),
    **dict.fromkeys(("mb", "megabyte"), ("bytes", 1e6)),
    **dict.fromkeys(("gb", "gigabyte"), ("bytes", 1e9)),
    **dict.fromkeys(("tb", "terabyte"), ("bytes", 1e12)),
    **dict.fromkeys(("%", "percent", "per cent", "pct"), ("share", 1.0)),
    **dict.fromkeys(("percentage point", "pp", "point"), ("points", 1.0)),
    **dict.fromkeys(("$", "dollar", "usd"), ("dollars", 1.0)),
    **dict.fromkeys(("€", "euro", "eur"), ("euros", 1.0)),
    **dict.fromkeys(("£", "gbp"), ("pounds", 1.0)),
    **dict.fromkeys(("x", "times", "fold"), ("factor", 1.0)),
}
# A fraction is a share in percent, or before a unit a part of that unit: "half a second".
_FRACTIONS = {
    r"half|halved|halving": 0.5,
    r"(?:a|one)[ -]third": 1 / 3,
    r"two[ -]thirds": 2 / 3,
    r"(?:a|one)[ -]quarter": 0.25,
    r"three[ -]quarters": 0.75,
    r"(?:a|one)[ -]fifth": 0.2,
    r"(?:a|one)[ -]tenth": 0.1,
}
_MULTIPLES = {
    r"twice|doubl(?:e|es|ed|ing)": 2.0,
    r"tripl(?:e|es|ed|ing)|threefold": 3.0,
    r"a dozen": 12.0,
}
_WORDED = [
    (re.compile(rf"\b(?:{pattern})\b(?:\s(?:of\s)?an?\s(\w+))?", re.IGNORECASE), value, value < 1)
    for pattern, value in (_FRACTIONS | _MULTIPLES).items()
]
# Shares: "9 in 10", "94 of a hundred", "nine tenths".
_SHARE = re.compile(
    r"\b(\d+(?:\.\d+)?)"
    r"(?:\s(?:in|out of|of)\s(?:a\s|every\s)?(10|100|1000)\b(?![.,]?\d)|[ -](10|100)ths\b)"
)
_NUMBER = re.compile(
    r"(?P<sign>[$€£])?(?<![\w.,])(?:(?<![A-Za-z][-–])|(?<=\bsub-))"
    r"(?P<digits>\d{1,3}(?:[,'’\u00a0\u202f ]\d{3})+(?:\.\d+)?(?![\d,])|\d+(?:[.,]\d+)?)"
    r"(?:\s?-?(?P<scale>thousand|trillion|mio|bn)\b|(?P<short>k|m|mn|bn|b|tn)\b)?"
    r"(?:[\s\u00a0-]{0,2}(?P<unit>%|per\s?cent(?:age\spoints?)?\b|percentage\spoints?\b|pct\b|pp\b|"
    r"points?\b|ms\b|m?secs?\b|milliseconds?\b|s\b|seconds?\b|min(?:ute)?s?\b|h\b|hrs?\b|hours?\b|"
    r"days?\b|weeks?\b|months?\b|quarters?\b|years?\b|[kmgt]b\b|(?:kilo|mega|giga|tera)bytes?\b|"
    r"dollars?\b|usd\b|euros?\b|eur\b|gbp\b|x\b|times\b|fold\b))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:-|–|—|to|and|or)\s?")
_HEDGE = re.compile(
    r"\b(?:over|more than|above|at least|under|less than|fewer than|below|up to|nearly|almost|"
    r"about|around|approximately|roughly|some|~|≈)\s?[$€£]?$",
    re.IGNORECASE,
)
_TOLERANCE = 0.12
_LONGEST = 5_000
_FEW, _SMALL = 3, 12  # the largest counts, in digits and in words
_SHARES = {"%", "percent", "per cent", "pct"}


@dataclass(frozen=True)
class Quantity:
    """A number in a text: its possible values, its unit and its spelling.

    ``is_hedged`` marks an approximate number ("about 40"); ``is_count`` marks a small number that
    could be a count of listed items.
    """

    values: tuple[float, ...]
    unit: str | None
    written: str
    is_hedged: bool = False
    is_count: bool = False


def quantities(text: str, language: str | None = None) -> list[Quantity]:
    """Return the numbers in ``text``, whether written in digits or in words."""
    worded, rest = _worded(text)
    in_digits = _digits_for_words(rest, language)
    worded += [_share(match) for match in _SHARE.finditer(in_digits)]
    in_digits = _SHARE.sub(" ; ", in_digits)
    found = list(_NUMBER.finditer(in_digits))
    units = [_unit(match) for match in found]
    for place in range(len(found) - 2, -1, -1):  # "3-4 hours": both are in hours
        between = in_digits[found[place].end() : found[place + 1].start()]
        if units[place] is None and _RANGE.fullmatch(between):
            units[place] = units[place + 1]
    read = [_number(m, unit, in_digits) for m, unit in zip(found, units, strict=True)]
    return worded + [_counted(number, rest) for number in read]


def missing_numbers(statement: str, passage: str, language: str | None = None) -> list[str]:
    """Return the numbers of ``statement``, as written, that are missing from ``passage``."""
    known = quantities(passage, language)
    known += _shares_before_change(known)
    return [
        number.written
        for number in quantities(statement, language)
        if not (_is_plain_count(number, known) or any(_agree(number, other) for other in known))
    ]


def _shares_before_change(known: Sequence[Quantity]) -> list[Quantity]:
    """Return the shares before a change in points: 82 % for "94 %, up 12 points"."""
    kinds = [(number, _UNITS[number.unit][0] if number.unit else None) for number in known]
    shares = [number for number, kind in kinds if kind == "share"]
    points = [number.values[0] for number, kind in kinds if kind == "points"]
    return [
        replace(share, values=(share.values[0] - change, share.values[0] + change))
        for share in shares
        for change in points
    ]


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
    return "".join(_converted_words(piece, code) for piece in pieces)


def _converted_words(text: str, language: str) -> str:
    # The converter takes quadratic time; no sentence is this long.
    return text if len(text) > _LONGEST else str(alpha2digit(text, language, threshold=0))


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
    for name in (key, key.removesuffix("s"), key.replace("per centage", "percentage")):
        if name in _UNITS:
            return name
    return "percentage point" if "point" in key else "percent"


def _number(match: re.Match[str], unit: str | None, text: str) -> Quantity:
    scale = _SCALES.get((match["scale"] or match["short"] or "").lower(), 1.0)
    values = [round(value * scale, 6) for value in _values(match["digits"])]
    if match["short"] in {"m", "b"}:  # "5m" can mean metres or minutes
        values += _values(match["digits"])
    is_hedged = bool(_HEDGE.search(text[max(0, match.start() - 25) : match.start()]))
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
        for pair in _converted(mine, theirs, one.unit, other.unit)
    )


def _converted(
    mine: float, theirs: float, unit: str | None, other: str | None
) -> list[tuple[float, float]]:
    """Return both values in one unit, or [] if the units cannot be compared."""
    if unit is None or other is None:
        # 0.92 equals 92 %.
        shares = (
            100 * mine if mine < 1 and other in _SHARES else mine,
            100 * theirs if theirs < 1 and unit in _SHARES else theirs,
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
