"""Programs in colours: a highlighter's inks are meant for a ground that the page's sheets set.

Highlighters (GeSHi, Pygments, Prism) write an ink on each word and leave the ground to a sheet that
is not in the page. Against the ground of the page around it one of the inks may then look unseen.
"""

from collections.abc import Callable, Mapping
from typing import Any

from casebook.extractors.visibility import styles

MOST_WORDS = 2
"""Words of a program that one ink takes in a row; what is longer is no word of a program."""

_FEWEST_INKS = 3


def program_around(element: Any) -> Any | None:
    """Return the outermost program that ``element`` is, or stands in."""
    around = [element, *element.iterancestors()]
    return next((one for one in reversed(around) if one.tag in {"pre", "code"}), None)


def is_highlighted(
    program: Any, style_of: Callable[[Any], Mapping[str, str]], ground: styles.Colour
) -> bool:
    """Tell a program of at least three inks other than ``ground`` that states no ground itself."""
    inks: set[styles.Colour] = set()
    for element in program.iter("*"):
        style = style_of(element)
        if any(name.startswith("background") for name in style):
            return False
        ink = styles.colour(style.get("color"))
        if ink and not styles.same_colour(ink, ground):
            inks.add(ink)
    return len(inks) >= _FEWEST_INKS
