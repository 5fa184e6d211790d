"""Formulas of a page, each said once: as MathML has it, where that is what the page shows. Pure.

KaTeX and MathJax draw a formula for the eye, piece by piece and out of order (a power stands beside
its base like a digit, the lower part of a fraction before the upper one), and hide beside it the
same formula in MathML for the ear. Read is the hidden one, for its order, but only if its letters
and digits are those that are seen. Where the drawing has no letters, that cannot be told; then it
must be too short of words to say something.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from casebook.extractors.web.markup import mathml

_FOR_THE_EAR = re.compile(
    r"(?<!\S)(?:katex-mathml|MJX_Assistive_MathML|mwe-math-mathml-(?:inline|display))(?!\S)"
)
_ASSISTIVE = "mjx-assistive-mml"
_DRAWN = ("svg", "img", "mjx-c")
# Chinese, Japanese and Korean have no room between words: two letters are about one.
_WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]{2}|[^\W\d_]{3,}")
_FEWEST_WORDS = 4
_NEAR = 2

Noted = Sequence[tuple[Any, Any]]
"""What draws a formula, and its MathML."""


def laid_aside(tree: Any) -> Noted:
    """Take out of ``tree`` the formulas that are written for the ear, and return them.

    They are no hidden text: they say what is drawn beside them.
    """
    found = []
    for formula in list(tree.iter("math")):
        holder = next(filter(_is_for_the_ear, islice(formula.iterancestors(), _NEAR)), None)
        if holder is not None and holder.getparent() is not None:
            found.append((holder.getparent(), formula))
            holder.drop_tree()
    return found


def set_out(tree: Any, noted: Noted) -> None:
    """Write each formula under ``tree`` on a line of text, in place of what draws it.

    What nobody sees must be out of the tree by then.
    """
    drawn = Counter(drawing for drawing, _ in noted)
    for drawing, formula in noted:
        if drawn[drawing] == 1 and _is_the_same(drawing, formula):
            _write(drawing, mathml.reading(formula))
    for formula in list(tree.iter("math")):
        text = mathml.reading(formula)
        formula.tag = "span"
        _write(formula, text)


def _is_for_the_ear(element: Any) -> bool:
    return element.tag == _ASSISTIVE or bool(_FOR_THE_EAR.search(element.get("class") or ""))


def _is_the_same(drawing: Any, formula: Any) -> bool:
    """Tell whether a drawing shows what ``formula`` says, as far as it can be told."""
    seen = [text for text in drawing.itertext() if text.strip()]
    if seen:
        return mathml.symbols(seen) == mathml.symbols(mathml.shown(formula))
    is_drawn = next(drawing.iter(*_DRAWN), None) is not None
    return is_drawn and len(_WORD.findall(mathml.reading(formula))) < _FEWEST_WORDS


def _write(element: Any, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text
