"""Whether a text of SubStation Alpha leaves a mark, as libass draws it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

UNSEEN = "The script's styles leave no mark of it."

_FAINTEST = 0xF2  # of 255; 95 % transparent
_BOX = {"3", "4"}
_ALPHAS = {"alpha", "1a", "3a", "4a"}
_CHANGE = re.compile(r"\\t\s*\(([^()]*)\)?")
_TAG = re.compile(
    r"\\(alpha|[134]a|fsc[xy]|[xy]?bord|[xy]?shad|r(?![a-z]*\()|clip|pos|fade)\s*([^\\{}]*)"
)
_ALPHA = re.compile(r"&?h?([0-9a-f]{1,8})", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{0,9}\.?\d{1,9}")
_FAR, _FARTHEST = 2_000, 20_000
_SIDES, _ALPHAS_AND_TIMES = 4, 7


@dataclass(frozen=True, slots=True)
class Ink:
    """What of a text is transparent: its fill, outline and shadow; whether it has the latter two.

    ``flat`` is scaled to nothing, ``away`` off the screen, clipped or faded out for good. Where the
    script says nothing, libass draws an outline and a shadow.
    """

    fill: bool = False
    outline: bool = False
    shadow: bool = False
    bordered: bool = True
    shaded: bool = True
    boxed: bool = False
    flat: bool = False
    away: bool = False

    @property
    def is_seen(self) -> bool:
        """Tell whether anything of the letters is drawn; a box around them covers its own part."""
        edge = not self.boxed and (
            (self.bordered and not self.outline) or (self.shaded and not self.shadow)
        )
        return not self.flat and not self.away and (not self.fill or edge)


def ink_of(style: Mapping[str, str]) -> Ink:
    """Return the ink of a line of styles, by the names of its fields in lower case."""
    outline = style.get("outlinecolour", style.get("tertiarycolour", ""))
    return Ink(
        fill=_is_clear_colour(style.get("primarycolour", "")),
        outline=_is_clear_colour(outline),
        shadow=_is_clear_colour(style.get("backcolour", "")),
        bordered=_number(style.get("outline", "")) != 0,
        shaded=_number(style.get("shadow", "")) != 0,
        boxed=style.get("borderstyle", "").strip() in _BOX,
        flat=0 in {_number(style.get("scalex", "")), _number(style.get("scaley", ""))},
    )


def overridden(ink: Ink, style: Ink, inks: Mapping[str, Ink], tags: str) -> Ink:
    """Return ``ink`` after the override ``tags`` of a line of ``style``."""
    for name, value in _TAG.findall(_CHANGE.sub("", tags)):
        ink = _changed(ink, style, inks, name, value)
    return ink


def _changed(ink: Ink, style: Ink, inks: Mapping[str, Ink], name: str, value: str) -> Ink:
    if name == "r":
        return replace(inks.get(value.strip(), style), away=ink.away)
    if name in {"clip", "pos", "fade"}:
        return replace(ink, away=ink.away or _is_away(name, value))
    if name.startswith("fsc"):
        return replace(ink, flat=_number(value) == 0)
    if name.endswith("bord"):
        return replace(ink, bordered=_number(value) != 0)
    if name.endswith("shad"):
        return replace(ink, shaded=_number(value) != 0)
    clear = _alpha(value)
    told = {"fill": style.fill, "outline": style.outline, "shadow": style.shadow}
    parts = {"1": ["fill"], "3": ["outline"], "4": ["shadow"]}.get(name[0], list(told))
    return replace(ink, **{part: told[part] if clear is None else clear for part in parts})


def shows_later(text: str) -> bool:
    """Tell a line whose text a change in time brings into sight."""
    for change in _CHANGE.findall(text):
        for name, value in _TAG.findall(change):
            brings = name.startswith("fsc") and (_number(value) or 0) > 0
            if brings or (name in _ALPHAS and _alpha(value) is False):
                return True
    return False


def _is_away(name: str, value: str) -> bool:
    """Tell a place off the screen, a clip of no size, and a fade that never lets it be seen."""
    numbers = [float(number) for number in _NUMBER.findall(value)]
    if name == "pos":
        return any(not -_FAR < number < _FARTHEST for number in numbers)
    if name == "clip":
        return len(numbers) == _SIDES and (numbers[2] <= numbers[0] or numbers[3] <= numbers[1])
    return len(numbers) == _ALPHAS_AND_TIMES and min(numbers[:3]) >= _FAINTEST


def _is_clear_colour(value: str) -> bool:
    """Tell a colour of no ink: alpha stands before blue, green and red, in hex or as one number."""
    value = value.strip().strip("&")
    try:
        colour = int(value[1:], 16) if value[:1] in {"H", "h"} else int(value or "0")
    except ValueError:
        return False
    return (colour >> 24 & 0xFF) >= _FAINTEST


def _alpha(value: str) -> bool | None:
    """Tell whether an alpha lets nothing be seen; None where none is told."""
    match = _ALPHA.match(value.strip())
    return int(match[1], 16) & 0xFF >= _FAINTEST if match else None


def _number(value: str) -> float | None:
    match = _NUMBER.match(value.strip())
    return float(match[0]) if match else None
