"""Text prepared for speech: without markup and addresses, with symbols in words."""

import re
import tomllib
from pathlib import Path

from schemas.reports import PLACEHOLDER

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_CURRENCIES, _SCALES = _TEXTS["currencies"], _TEXTS["scales"]
_MONEY = re.compile(
    r"([$€£])\s?(\d(?:[\d,.]*\d)?)(?:\s?(thousand|million|billion|trillion|bn|[kKmMbB])\b)?"
)
_RULES = [(re.compile(pattern, re.MULTILINE), new) for pattern, new in _TEXTS["rules"]]
_THOUSANDS = re.compile(r"(?<![\w.])(\d[\d,.]*)\s?([kKM])\b")


def speakable(text: str) -> str:
    """Return ``text`` on one line, prepared for speech; empty if nothing is left to read."""
    spoken = PLACEHOLDER.sub("an unknown number", text)
    for pattern, replacement in _RULES:
        spoken = pattern.sub(replacement, spoken)
    spoken = _THOUSANDS.sub(lambda m: f"{m[1]} {_SCALES[m[2].lower()]}", _MONEY.sub(_money, spoken))
    return spoken.strip() if re.search(r"\w", spoken) else ""


def with_full_stop(text: str) -> str:
    """Return ``text`` with a full stop, unless it already ends with punctuation."""
    return text if text.endswith((".", "!", "?")) else f"{text.rstrip(' ,;:')}."


def _money(found: re.Match[str]) -> str:
    scale = found[3] and _SCALES.get(found[3].lower(), found[3])
    unit = _CURRENCIES[found[1]] + ("" if found[2] == "1" and not scale else "s")
    return " ".join(filter(None, (found[2], scale, unit)))
