"""What lies under and over the text of a page: boxes, pictures, clips. Pure, over whole pages.

Boxes are arrays whose last axis is left, bottom, right, top in points.
"""

from typing import NamedTuple

import numpy as np

from casebook.extractors.pdf.calls import Numbers

PALE = 239
_FAINT = 16
"""Of 255: ink that lets nearly all light through."""

_ALIKE = 16
"""Steps of 255 within which two colours are one to the eye."""

_OVERLAP = 6.0
_MOST_GROUNDS = 300

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


class Ground(NamedTuple):
    """What text may stand on or lie under. ``order`` is its number among the page's objects.

    ``colour`` is red, green, blue, or None for a picture, a shading or a form. A ``shaped`` one may
    leave parts of its box free.
    """

    order: int
    box: Box
    colour: tuple[int, int, int] | None = None
    picture: bool = False
    shaped: bool = False


class Texts(NamedTuple):
    """The pieces of text of a page: an array each, a row for each piece."""

    order: Numbers
    boxes: Numbers
    colours: Numbers


class Veil(NamedTuple):
    """Whether some text may be hidden by what is drawn, and how many pieces lie under pictures."""

    hides: bool
    under: int = 0


def veil(texts: Texts, forms: list[Ground], grounds: list[Ground]) -> Veil:
    """Judge the text of a page, and its ``forms`` that hold some, against all ``grounds``."""
    if not grounds:
        return Veil(hides=False)
    if not len(texts.order) and not forms:
        return Veil(hides=len(grounds) > _MOST_GROUNDS)
    near = sorted(grounds)[:_MOST_GROUNDS]
    order, boxes = texts.order, texts.boxes
    if forms:
        order = np.concatenate([order, [form.order for form in forms]])
        boxes = np.concatenate([boxes, [form.box for form in forms]])
    at, piece = _meetings(np.array([ground.box for ground in near]), boxes)
    later = np.array([ground.order for ground in near])[at] > order[piece]
    under = int(np.array([ground.picture for ground in near])[at[later]].sum())
    hides = len(grounds) > len(near) or bool(later.any())
    own = ~later & (piece < len(texts.order))
    return Veil(hides or _is_lost(texts, near, at[own], piece[own]), under)


def _meetings(grounds: Numbers, boxes: Numbers) -> tuple[Numbers, Numbers]:
    """Return which ground reaches under or over which piece of text, as pairs of numbers."""
    height = np.minimum(grounds[:, None, 3], boxes[:, 3])
    height -= np.maximum(grounds[:, None, 1], boxes[:, 1])
    at, piece = np.nonzero(height > 0.5 * (boxes[:, 3] - boxes[:, 1]))
    which = np.flatnonzero(reaches(grounds[at], boxes[piece]))
    return at[which], piece[which]


def _is_lost(texts: Texts, grounds: list[Ground], at: Numbers, piece: Numbers) -> bool:
    """Tell text in the colour of something drawn under it, as the pairs say."""
    first = next((ground.order for ground in grounds if ground.shaped), None)
    if first is not None:
        pale = (texts.colours[:, :3] >= PALE).all(axis=1)
        if (pale & (texts.order > first)).any():
            return True
    if not len(at):
        return False
    known = np.array([ground.colour is not None for ground in grounds])[at]
    colours = np.array([ground.colour or (0, 0, 0) for ground in grounds])[at]
    steps = np.abs(colours - texts.colours[piece, :3].astype(np.int64)).max(axis=1)
    return bool((~known | (steps <= _ALIKE)).any())


def reaches(ground: Numbers, text: Numbers) -> Numbers:
    """Tell whether a ground reaches under or over a good part of a line of text."""
    low, high = text[..., 1], text[..., 3]
    left, right = text[..., 0], text[..., 2]
    height = np.minimum(ground[..., 3], high) - np.maximum(ground[..., 1], low)
    width = np.minimum(ground[..., 2], right) - np.maximum(ground[..., 0], left)
    wanted = np.minimum(_OVERLAP, 0.5 * (right - left))
    answer: Numbers = (height > 0.5 * (high - low)) & (width > wanted)
    return answer


def no_ink(red: Numbers, green: Numbers, blue: Numbers, opacity: Numbers) -> Numbers:
    """Tell a colour that leaves nothing on white paper: white, nearly white, transparent."""
    pale: Numbers = (red >= PALE) & (green >= PALE) & (blue >= PALE)
    return (opacity < _FAINT) | pale
