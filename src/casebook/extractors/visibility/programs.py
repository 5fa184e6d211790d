"""Programs in colours: a highlighter's inks are meant for a ground that the page's sheets set.

Highlighters (GeSHi, Pygments, Prism) write an ink on each word and leave the ground to a sheet that
is not in the page. Against the ground of the page around it one of the inks may then look unseen.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from casebook.extractors.visibility.declarations import colours

MOST_WORDS = 2
"""Words of a program that one ink takes in a row; what is longer is no word of a program."""

_FEWEST_INKS = 3
_LEAST_CONTRAST = 1.8
_BLACK: colours.Colour = (0, 0, 0)
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_SENTENCE = 4
_PLAIN, _DISTINCT = 0.75, 0.7


def program_around(element: Any) -> Any | None:
    """Return the outermost program that ``element`` is, or stands in."""
    around = [element, *element.iterancestors()]
    return next((one for one in reversed(around) if one.tag in {"pre", "code"}), None)


def is_highlighted(
    program: Any, style_of: Callable[[Any], Mapping[str, str]], ground: colours.Colour
) -> bool:
    """Tell a program whose inks are meant for a ground that it does not state itself.

    That is of at least three other than ``ground``, each to be read on the opposite of it.
    """
    inks: set[colours.Colour] = set()
    for element in program.iter("*"):
        style = style_of(element)
        if any(name.startswith("background") for name in style):
            return False
        ink = colours.colour(style.get("color"))
        if ink and not colours.same_colour(ink, ground):
            inks.add(ink)
    meant = max(colours.WHITE, _BLACK, key=lambda one: colours.contrast(one, ground))
    legible = all(colours.contrast(ink, meant) >= _LEAST_CONTRAST for ink in inks)
    return legible and len(inks) >= _FEWEST_INKS


def reads_as_prose(stretches: Sequence[str]) -> bool:
    """Tell a sentence that is spread over a program from what a highlighter gives one ink.

    That ink is for brackets and dots too, and its names come again and again.
    """
    words = " ".join(stretches).split()
    plain = [
        bare.lower()
        for word in words
        if _PLAIN_WORD.fullmatch(bare := word.strip(".,;:!?")) and not _CAMEL.search(bare)
    ]
    often = len(plain) >= _SENTENCE and len(plain) >= _PLAIN * len(words)
    return often and len(set(plain)) >= _DISTINCT * len(plain)
