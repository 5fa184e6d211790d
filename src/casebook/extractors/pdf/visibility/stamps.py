"""What is stamped slantwise across a page, as "DRAFT" is: no line of its text.

pdfium reads it into whichever line it crosses, so the text is built again without it.
"""

from collections.abc import Sequence
from itertools import compress, groupby, repeat

import numpy as np
import pypdfium2

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.doubled import text_of
from casebook.extractors.text.characters import one_line

_SLANT = 0.4
"""The tangent of 22 degrees: stamps run from corner to corner; headlines of slides slant less."""

_LARGER = 2.0
"""Times the type of most letters."""


def unstamped(
    page: pypdfium2.PdfPage, *, repeats: bool, stamped: bool
) -> tuple[pypdfium2.PdfTextPage, list[str]]:
    """Return the text of ``page`` without what is stamped across it, and that.

    Some text may be drawn twice where it ``repeats``, and be a stamp where it is ``stamped``.
    Close the text.
    """
    text = text_of(page, repeats=repeats)
    stamps = _stamps(calls.handle(text.raw)) if stamped else {}
    if not stamps:
        return text, []
    said = _said(calls.handle(text.raw), stamps)
    text.close()
    for piece in calls.handles(list(stamps)):
        calls.set_active(piece, 0)
    return text_of(page, repeats=repeats), said


def may_be_stamps(pieces: Sequence[Handle]) -> bool:
    """Tell at a glance whether some text objects of a page, none in a form, slant as stamps do."""
    matrices = calls.rows(calls.object_matrix, pieces, 6, whole=True)[0]
    return bool(np.count_nonzero(_slant(matrices)))


def _slant(matrices: Numbers) -> Numbers:
    a, b, *_ = np.abs(matrices).T
    return np.asarray(np.minimum(a, b) > _SLANT * np.maximum(a, b))


def _stamps(text: Handle) -> dict[int, float]:
    """Return the text objects that are stamps, and the size of their type."""
    owners = list(map(calls.char_object, repeat(text), range(calls.count_chars(text))))
    firsts = {owner: n for n, owner in reversed(list(enumerate(owners))) if owner}
    indices = list(firsts.values())
    matrices = calls.rows(calls.char_matrix, indices, 6, whole=True, text=text)[0]
    _, b, c, d, _, _ = np.abs(matrices).T
    sizes = np.abs(calls.answers(calls.char_size, indices, np.double, text=text))
    sizes *= np.maximum(np.maximum(b, c), d)
    told = dict(zip(firsts, sizes.tolist(), strict=True))
    usual = float(np.median([told[owner] for owner in owners if owner] or [0.0]))
    such = _slant(matrices) & (sizes >= _LARGER * usual)
    return {owner: told[owner] for owner in compress(firsts, such.tolist())}


def _said(text: Handle, stamps: dict[int, float]) -> list[str]:
    """Return what each stamp says; some are drawn letter by letter."""
    indices = range(calls.count_chars(text))
    owners = map(calls.char_object, repeat(text), indices)
    codes = map(calls.char_code, repeat(text), indices)
    letters = [(owner in stamps, chr(code)) for owner, code in zip(owners, codes, strict=True)]
    runs = [(is_one, "".join(c for _, c in run)) for is_one, run in groupby(letters, _is_one)]
    return [one_line(said) for is_one, said in runs if is_one and said.strip()]


def _is_one(letter: tuple[bool, str]) -> bool:
    return letter[0]
