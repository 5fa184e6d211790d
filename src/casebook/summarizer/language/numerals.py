"""Numbers as people write them, compared by value: "12k", "twelve thousand" and "12,000". Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_UNIT_WORDS = "one two three four five six seven eight nine".split()
_TEEN_WORDS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORD_VALUES = (
    {"zero": 0, "a": 1, "an": 1}
    | {word: value for value, word in enumerate(_UNIT_WORDS + _TEEN_WORDS, start=1)}
    | dict(zip(_TEN_WORDS, range(20, 100, 10), strict=True))
)
_SCALES = {
    "dozen": 12,
    "thousand": 10**3,
    "lakh": 10**5,
    "million": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "trillion": 10**12,
}
_SCALE_SIGNS = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12}

_SPACE_GROUP = "\u00a0\u202f\u2009 "
_DIGITS = re.compile(
    # Not inside a word or a longer number, but in "p95" and "v4.1". A version of three parts
    # ("2.3.1") is no number: it is compared as a name.
    rf"(?:(?<![\w.,])|(?<=\b[pPvV])|(?<=\d[xX×]))"
    rf"(?!\d+\.\d{{1,2}}\.\d|\d+\.\d+\.\d{{1,2}}\b)"
    rf"(?P<digits>\d{{1,3}}(?:[,'’{_SPACE_GROUP}]\d{{3}})+(?!\d)(?:\.\d+)?"
    rf"|\d{{1,3}}(?:\.\d{{3}}){{2,}}|\d+(?:[.,]\d+)?)"
    rf"(?:[{_SPACE_GROUP}-]?(?P<scale>{'|'.join(_SCALES)}|mn|bn|tn|[kmb])(?![^\W_])"
    rf"|[a-zµ]{{1,5}}(?![^\W_])|(?=x\d)|(?![^\W_]))",  # a unit written to it: 8GB, 15th, 1990s, 10x
    re.IGNORECASE,
)
_SMALL = (
    rf"(?:(?:{'|'.join(_TEN_WORDS)})(?:[\s-](?:{'|'.join(_UNIT_WORDS)})\b)?"
    rf"|{'|'.join(_TEEN_WORDS)}|{'|'.join(_UNIT_WORDS)})"
)
_SPELLED = re.compile(
    rf"\b(?P<small>{_SMALL}|zero|an?)\b"
    rf"(?P<hundred>[\s-]hundred\b(?:(?:\s+and)?\s+(?P<rest>{_SMALL})\b)?)?"
    rf"(?P<half>\s+and\s+a\s+half\b)?"
    rf"(?:\s+point(?P<decimals>(?:\s+(?:zero|{'|'.join(_UNIT_WORDS)})\b)+))?"
    rf"(?:[\s-](?P<scale>{'|'.join(_SCALES)})\b)?",
    re.IGNORECASE,
)
# Alone, these are an article, a pronoun and an adjective, and state no number.
_NOT_ALONE = {"a", "an", "one", "zero"}
_RANGE = re.compile(r"\s?(?:[-–—]|to|or|and)\s?[$€£]?", re.IGNORECASE)
_CURRENCY = "$€£¥₹"
# Smaller numbers may be years, which take no comma.
_GROUPED_FROM = 10_000


@dataclass(frozen=True)
class Figure:
    """One number at ``text[start:end]`` with the values it may stand for, likeliest first.

    ``scale`` is what a word or sign behind it multiplies it by.
    """

    start: int
    end: int
    readings: tuple[float, ...]
    scale: int


def figures(text: str) -> list[Figure]:
    """Return the numbers of ``text`` in order, in digits or in (English) words."""
    found = sorted((*_in_digits(text), *_in_words(text)), key=lambda figure: figure.start)
    return [_spread(a, b, text) for a, b in pairwise(found)] + found[-1:]


def number_sequence(text: str) -> list[float]:
    """Return the likeliest values of the numbers in ``text``, in order: "12k" is 12000.0."""
    return [figure.readings[0] for figure in figures(text)]


def number_of(value: str | None) -> float | None:
    """Return the one number that ``value`` states, or None where it states none or several."""
    found = figures(value or "")
    return found[0].readings[0] if len(found) == 1 else None


def numbers(text: str) -> set[float]:
    """Return every value that a number in ``text`` may stand for."""
    return {value for figure in figures(text) for value in figure.readings}


def unstated(text: str, known: set[float]) -> list[float]:
    """Return the numbers of ``text`` of which no reading is among ``known``, in order."""
    return [f.readings[0] for f in figures(text) if known.isdisjoint(f.readings)]


def _in_digits(text: str) -> Iterator[Figure]:
    for found in _DIGITS.finditer(text):
        sign = found["scale"] or ""
        scale = (_SCALES | _SCALE_SIGNS).get(sign.lower(), 1)
        values = [value * scale for value in _digit_values(found["digits"])]
        # "5m" may be five metres or minutes, unless money stands before it.
        if sign == "m" and not text[: found.start()].endswith(tuple(_CURRENCY)):
            values += _digit_values(found["digits"])
        yield Figure(found.start(), found.end(), tuple(round(v, 6) for v in values), scale)


def _digit_values(digits: str) -> list[float]:
    """Return the readings of digits: "1.200" is 1.2, or 1200 where points group thousands."""
    bare = re.sub(rf"[,'’{_SPACE_GROUP}](?=\d{{3}}(?!\d))", "", digits).replace(",", ".")
    if bare.count(".") > 1:
        return [float(bare.replace(".", ""))]
    grouped = re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits)
    return [float(bare)] + ([float(bare.replace(".", ""))] if grouped else [])


def _in_words(text: str) -> Iterator[Figure]:
    for found in _SPELLED.finditer(text):
        more = found["hundred"] or found["half"] or found["decimals"] or found["scale"]
        if found["small"].lower() in _NOT_ALONE and not more:
            continue
        value = _small_value(found["small"]) * (100.0 if found["hundred"] else 1.0)
        value += _small_value(found["rest"] or "") + (0.5 if found["half"] else 0.0)
        decimals = "".join(str(_WORD_VALUES[w.lower()]) for w in (found["decimals"] or "").split())
        value += float(f"0.{decimals or 0}")
        scale = _SCALES.get((found["scale"] or "").lower(), 1)
        yield Figure(found.start(), found.end(), (round(value * scale, 6),), scale)


def _small_value(spelled: str) -> float:
    return float(sum(_WORD_VALUES[word] for word in re.split(r"[\s-]", spelled.lower()) if word))


def _spread(figure: Figure, following: Figure, text: str) -> Figure:
    """Give the first end of a range the scale of its second: in "3-5k" the 3 is 3,000."""
    joined = _RANGE.fullmatch(text[figure.end : following.start])
    if not joined or figure.scale != 1 or following.scale == 1:
        return figure
    scaled = tuple(value * following.scale for value in figure.readings)
    return replace(figure, readings=scaled + figure.readings)


def listed(figures: Sequence[Figure]) -> str:
    """Write numbers as people do: 2018, 40,000, 4.7."""
    values = [figure.readings[0] for figure in figures]
    return ", ".join(f"{v:.12g}" if v < _GROUPED_FROM else f"{v:,.12g}" for v in values)
