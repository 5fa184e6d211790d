"""Where an animation leaves an element (CSS Animations Level 1): its last frame, if it stays. Pure.

What goes away after a while, as notices do, a reader has seen; what comes only after a minute
nobody waits for. An animation whose end is not plain (endless, paused, turned around, moved by
scrolling) leaves everything as it was.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from casebook.extractors.visibility.declarations.css_values import VARIABLE
from casebook.extractors.visibility.declarations.declared import Style, declared
from casebook.extractors.visibility.declarations.styles import may_hide
from casebook.extractors.visibility.rules.sheets import in_force

Frames = Mapping[str, Style]
"""The last frame of each animation, by its name."""

_SEEN_SECONDS = 2.0
_AWAITED_SECONDS = 60.0
_MOST = 500
_LONGEST_FRAMES = 20_000
_START = re.compile(
    r"@(?:-webkit-|-moz-|-o-)?keyframes\s+[\"']?([\w-]{1,100})[\"']?\s*\{", re.IGNORECASE
)
_FRAME = re.compile(r"([^{}]{1,200})\{([^{}]*)\}")
_LAST = re.compile(r"(?:^|[\s,])(?:to|100%)(?=[\s,]|$)")
_TIME = re.compile(r"-?(\d*\.?\d+)(m?s)")
_COUNT = re.compile(r"\d*\.?\d+")
_UNPLAIN = {"infinite", "paused", "reverse", "alternate", "alternate-reverse"}
_STAYS = {"forwards", "both"}
_BRACKETS = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[\w-]+")
_PARTS = (
    "animation-name", "animation", "animation-duration", "animation-delay", "animation-fill-mode",
    "animation-iteration-count", "animation-direction", "animation-play-state",
)  # fmt: skip


def last_frames(sheet: str) -> Frames:
    """Return the last frames of the animations that a style sheet defines."""
    frames: dict[str, Style] = {}
    sheet = in_force(sheet) if _START.search(sheet) else ""
    for start in _START.finditer(sheet):
        if len(frames) >= _MOST:
            break
        body = sheet[start.end() : start.end() + _LONGEST_FRAMES]
        last: dict[str, str] = {}
        for selectors, told in _each_frame(body):
            if _LAST.search(selectors.strip().lower()):
                last |= declared(told).plain
        frames[start[1]] = last
    return frames


def _each_frame(body: str) -> Iterator[tuple[str, str]]:
    """Yield the frames up to the bracket that closes them all."""
    at = 0
    while (match := _FRAME.match(body, at)) is not None:
        yield match[1], match[2]
        at = match.end()


def left_by(style: Style, frames: Frames) -> Style:
    """Return what the animations of an element of ``style`` leave changed, in their order.

    One that is not displayed is not animated, into display neither.
    """
    changed: dict[str, str] = {}
    for said in _animations(style) if frames and style.get("display") != "none" else ():
        frame = next((frames[word] for word in said if word in frames), {})
        words = [word.lower() for word in said]
        seconds = sum(map(_seconds, words))
        stays = _STAYS.intersection(words) and not any(map(_is_unplain, words))
        gone_late = seconds > _SEEN_SECONDS and may_hide(frame)
        if stays and seconds <= _AWAITED_SECONDS and not gone_late:
            changed |= frame
    return changed


def named_in(style: Style, frames: Iterable[str]) -> bool:
    """Tell whether ``style`` speaks of one of the animations ``frames``."""
    if "animation" not in style and "animation-name" not in style:
        return False
    said = f"{style.get('animation', '')},{style.get('animation-name', '')}"
    return not set(_WORD.findall(said)).isdisjoint(frames)


def _animations(style: Style) -> Iterator[Sequence[str]]:
    """Yield the words said of each animation: its name, times and manners, in no order."""
    told = {part: style[part] for part in _PARTS if part in style}
    if "animation-timeline" in style or any(VARIABLE in value for value in told.values()):
        return
    lists = [_BRACKETS.sub("", value).split(",") for value in told.values()]
    for number in range(max(map(len, lists), default=0)):
        yield [word for each in lists for word in each[number % len(each)].split()]


def _seconds(word: str) -> float:
    match = _TIME.fullmatch(word)
    return float(match[1]) / (1_000 if match[2] == "ms" else 1) if match else 0.0


def _is_unplain(word: str) -> bool:
    """Tell what says that an animation does not end with its last frame."""
    count = float(word) if _COUNT.fullmatch(word) else 1.0
    return word in _UNPLAIN or count < 1 or not count.is_integer()
