"""What pdfium writes as one word though it is set as two: raised numbers, cells that touch.

"a paragraph⁷" comes as "paragraph7", "10⁶" as "106", the foot of one table cell and the next
as "desktopI". Only characters where that can be are asked for their place.
"""

import re
from collections.abc import Iterator

from casebook.extractors.pdf.visibility.eye import Eye
from casebook.extractors.text.characters import SUPERSCRIPT

_MARK = re.compile(r"\d{1,3}(?:[,–-]\d{1,3}){0,5}(?!\w)")
_BEFORE_MARK = re.compile(r"[^\W\d_][.,;:!?)\]'\"”’]{0,2}\Z")
_OF_NOTE = re.compile(r"\A(?P<mark>\d{1,3})(?=[^\W\d_]|[(“\"‘'])")
_POWER = re.compile(r"(?<![\w.,])10(?P<mark>[-−–]?\d{1,2})(?![\w.,]?\d)")
_SEAM = re.compile(r"[a-z0-9][A-Z]")
_CLOSING = r"""[.,;:!?)\]'"”’]"""
_SPOTS = (
    r"(?<=[a-z0-9][A-Z])",  # a seam
    # a mark behind a letter, and behind one sign or two that follow it
    r"(?<=[^\W\d_]\d)",
    rf"(?<=[^\W\d_]{_CLOSING}\d)",
    rf"(?<=[^\W\d_]{_CLOSING}{{2}}\d)",
    r"""(?<=\A\d)(?=\d{0,2}(?:[^\W\d_]|[(“"‘']))""",  # the number of a note, before it
    # a power, and one with a sign
    r"(?<=(?<![\w.,])10\d)",
    r"(?<=(?<![\w.,])10[-−–]\d)",
)
# Where one of these can be. It begins with a set, which is searched for fastest, and looks back.
_SPOT = re.compile(rf"[A-Z\d](?<! .)(?:{'|'.join(_SPOTS)})")
_UNIT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,2}\Z")
"""What takes a power: m, km, x, 2q. A longer word takes the number of a note."""

_RAISED = 0.2
_LOWERED = 0.2
"""Parts of the type size."""

_PUNCTUATION = (".", ",", ";", ":", "!", "?", '"', "”")
"""Behind these no power stands."""

_NEAR = 8
"""Characters before a mark that tell what it is; a line may have any length."""


Cut = tuple[int, int, str]
"""From where to where in a line, and what stands there instead."""


def mended(eye: Eye, text: str, position: int) -> str:
    """Return ``text``, which stands at ``position`` of the page's text, with its seams opened."""
    if not _SPOT.search(text):
        return text
    found = sorted(cuts(eye, text, position))
    if not found:
        return text
    parts, at = [], 0
    for start, end, instead in found:
        if start >= at:
            parts += [text[at:start], instead]
            at = end
    return "".join([*parts, text[at:]])


def cuts(eye: Eye, text: str, position: int) -> Iterator[Cut]:
    """Yield what is to be opened in ``text``, in no order."""
    yield from _raised(eye, text, position)
    for found in _SEAM.finditer(text):
        at = found.start() + 1
        if _steps(eye, position + at - 1, position + at):
            yield at, at, " "


def as_mark(before: str, mark: str) -> str:
    """Return a raised number as it reads after ``before``: that of a note, or a power."""
    near = before[-_NEAR:]
    is_word = _BEFORE_MARK.search(near) and not _UNIT.search(near.rstrip(")]"))
    is_note = (is_word or near.endswith(_PUNCTUATION)) and not mark.startswith("0")
    return f" [{mark}]" if is_note else mark.translate(SUPERSCRIPT)


def _raised(eye: Eye, text: str, position: int) -> Iterator[Cut]:
    """Yield the numbers of notes and the powers of a text."""
    for found in _MARK.finditer(text):
        start, end = found.span()
        if start == 0 or text[start - 1] == " ":
            continue
        before = _BEFORE_MARK.search(text, max(0, start - 3), start)
        if before and _is_raised(eye, position + start, position + before.start()):
            yield start, end, as_mark(text[:start], found.group())
    if (begins := _OF_NOTE.match(text)) and _is_raised(eye, position, position + begins.end()):
        yield 0, begins.end(), f"[{begins['mark']}] "
    for found in _POWER.finditer(text) if "10" in text else ():
        start, end = found.span("mark")
        if _is_raised(eye, position + end - 1, position + found.start()):
            yield start, end, found["mark"].translate(SUPERSCRIPT)


def _is_raised(eye: Eye, digit: int, beside: int) -> bool:
    """Tell whether a digit stands above the line that the character ``beside`` it stands on."""
    digit, beside = eye.index(digit), eye.index(beside)
    return eye.bottom(digit) - eye.origin(beside) > _RAISED * eye.size(beside)


def _steps(eye: Eye, before: int, after: int) -> bool:
    """Tell whether two characters stand on different lines."""
    before, after = eye.index(before), eye.index(after)
    return abs(eye.origin(before) - eye.origin(after)) > _LOWERED * eye.size(before)
