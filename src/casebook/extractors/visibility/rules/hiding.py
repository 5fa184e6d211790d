"""Of what a page declares, that which may keep a text from sight."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import product

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.colours import Colour
from casebook.extractors.visibility.declarations.css_values import CUSTOM, VARIABLE, variants
from casebook.extractors.visibility.declarations.declared import Declared, Style
from casebook.extractors.visibility.declarations.shifts import may_push
from casebook.extractors.visibility.painting.covering import GROUNDS, may_cover
from casebook.extractors.visibility.painting.first_line import may_hide_line
from casebook.extractors.visibility.rules.animations import Frames, named_in

_SHADE = 25


class Hiding:
    """Of what a page declares, that which may keep a text from sight.

    ``frames`` are the last frames of its animations, ``ink`` is that of a text to which nothing
    gives another one.
    """

    def __init__(self, told: Iterable[Declared], frames: Frames, ink: Colour | None = None) -> None:
        parts = [part for each in told for part in (each.plain, each.important) if part]
        parts += frames.values()
        known: dict[str, set[str]] = {}
        for part in parts:
            for name in part:
                if name.startswith(CUSTOM):
                    known.setdefault(name, set()).add(part[name])
        hanging = {pair for part in parts for pair in part.items() if _hangs(*pair)}
        came_to = {pair: [{pair[0]: each} for each in variants(pair[1], known)] for pair in hanging}
        parts += [each for told in came_to.values() for each in told]
        inks, grounds = (
            _colours(parts, styles.INKS) | ({ink} if ink else set()),
            _colours(parts, GROUNDS) | {colours.WHITE, colours.DARK},
        )
        self._inks, self._grounds = _meeting(inks, grounds), _meeting(grounds, inks)
        self._leaving: set[str] = set()
        self._leaving |= {name for name, frame in frames.items() if self._holds(frame)}
        self._hanging = {pair for pair in hanging if any(map(self._holds, came_to[pair]))}

    def __contains__(self, told: Declared) -> bool:
        return any(
            self._holds(part) or not self._hanging.isdisjoint(part.items())
            for part in (told.plain, told.important)
            if part
        )

    def _holds(self, part: Style) -> bool:
        return (
            styles.may_hide(part)
            or may_cover(part)
            or may_push(part)
            or may_hide_line(part)
            or named_in(part, self._leaving)
            or any(colours.colour(part[name]) in self._inks for name in styles.INKS if name in part)
            or any(colours.colour(part[name]) in self._grounds for name in GROUNDS if name in part)
        )


def _hangs(name: str, value: str) -> bool:
    """Tell a property whose value hangs on a variable."""
    return VARIABLE in value and not name.startswith(CUSTOM)


def _colours(parts: Iterable[Style], names: Sequence[str]) -> set[Colour]:
    found = (colours.colour(part[name]) for part in parts for name in names if name in part)
    return {colour for colour in found if colour is not None}


def _meeting(some: AbstractSet[Colour], others: AbstractSet[Colour]) -> set[Colour]:
    """Return those of ``some`` that may look like one of ``others``, and some more."""
    near = {
        shade
        for red, green, blue in map(_shade, others)
        for shade in product(*(range(part - 1, part + 2) for part in (red, green, blue)))
    }
    return {colour for colour in some if _shade(colour) in near}


def _shade(colour: Colour) -> Colour:
    red, green, blue = colour
    return red // _SHADE, green // _SHADE, blue // _SHADE
