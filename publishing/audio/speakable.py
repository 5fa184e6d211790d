"""Text prepared for speech: without markup and addresses, with symbols in words."""

import re

from schemas.reports import PLACEHOLDER

_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound"}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion"}
_MONEY = re.compile(
    r"([$€£])\s?(\d(?:[\d,.]*\d)?)(?:\s?(thousand|million|billion|trillion|bn|[kKmMbB])\b)?"
)
_PER = "s sec second min minute h hour day week month year user request query call token".split()
_RULES = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        # Marks and addresses
        (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),
        (r"(?:https?://|www\.)[^\s)>\]]*[^\s)>\].,;:!?]", ""),
        (r"</?[a-zA-Z][^<>]*>", ""),
        (r"^\s*(?:#{1,6}|[-*+>]|\d+\.)\s+", ""),
        (r"`+|\*\*|__|~~", ""),
        (r"(?<!\w)([*_])([^*_]+)\1(?!\w)", r"\2"),
        # Symbols beside numbers
        (r"(?<![\w.-])(\d[\d,.]*[%kKM]?)\s?[–-]\s?(?=[$€£]?\d[\d,.]*(?![\d-]))", r"\1 to "),
        (r"[~≈]\s?(?=[$€£]?\d)", "about "),
        (r"(?:≥|>=)\s?(?=[$€£]?\d)", "at least "),
        (r"(?:≤|<=)\s?(?=[$€£]?\d)", "at most "),
        (r">\s?(?=[$€£]?\d)", "more than "),
        (r"<\s?(?=[$€£]?\d)", "less than "),
        (r"(?<![\w.])([$€£]?\d[\d,.]*\s?[kKM]?)\+", r"more than \1"),
        (r"±\s?", "plus or minus "),
        (r"(?<=\d)\s?%", " percent"),
        (r"(?<=\d)\s?[x×](?!\w)", " times"),
        (r"(?<=\d)\s?ms\b", " milliseconds"),
        (r"(?<=\d) s\b", " seconds"),
        (rf"(?<=[\w%])\s?/\s?(?=(?:{'|'.join(_PER)})\b)", " per "),
        (r"#(?=\d)", "number "),
        # Symbols between words
        (r"\s*(?:→|->|=>)\s*", " to "),
        (r"\s*&\s*", " and "),
        (r"\s+[—–]\s+|—", ", "),
        (r"[/|\\^{}\[\]<>=_*~•…\x00-\x1f]+", " "),
        # Leftovers
        (r"\(\s*\)", ""),
        (r"\s+", " "),
        (r"\s+(?=[.,;:!?])", ""),
    )
)
_THOUSANDS = re.compile(r"(?<![\w.])(\d[\d,.]*)\s?([kKM])\b")


def speakable(text: str) -> str:
    """Return ``text`` on one line, prepared for speech; empty if nothing is left to read."""
    spoken = PLACEHOLDER.sub("an unknown number", text)
    money, *others = (_MONEY, *_RULES)
    for pattern, replacement in others:
        spoken = pattern.sub(replacement, spoken)
    spoken = _THOUSANDS.sub(lambda m: f"{m[1]} {_SCALES[m[2].lower()]}", money.sub(_money, spoken))
    return spoken.strip() if re.search(r"\w", spoken) else ""


def with_full_stop(text: str) -> str:
    """Return ``text`` with a full stop, unless it already ends with punctuation."""
    return text if text.endswith((".", "!", "?")) else f"{text.rstrip(' ,;:')}."


def _money(found: re.Match[str]) -> str:
    scale = found[3] and _SCALES.get(found[3].lower(), found[3])
    unit = _CURRENCIES[found[1]] + ("" if found[2] == "1" and not scale else "s")
    return " ".join(filter(None, (found[2], scale, unit)))
