"""Speakers and times in written conversations: labels at the start of lines.

Known forms are "Ada Berg: …", "Ada Berg (0:12): …", "Ada Berg 0:12" above the words, "[0:12] Ada
Berg: …", "Ada Berg: [0:12] …" and "[0:12] …". Prose contains similar lines, so a text is treated as
a conversation only as a whole: names alternate, or times ascend through it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.blocks import Block
from extractors.data import table
from extractors.text import count_words

# A time in a recording; hours and fractions may be missing. No groups.
CLOCK = r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?"
_FEWEST_TURNS, _FEWEST_TIMES = 4, 3
_SHARE_SPOKEN = 0.4  # of the words of a text, between the first label and the last
_SHARE_LABELLED = 0.2  # of the lines between the first label and the last
_FIRST_TIME = 300.0  # seconds; a later first time is the time of day in an agenda
_MOST_STEPS_BACK = 0.05  # of all times; chapters listed above a transcript cause one
_ENOUGH_WORDS = 60
_LABEL_WITHIN = 160  # characters; also limits backtracking in the patterns below
_LONGEST_NAME, _MOST_WORDS_IN_NAME = 45, 5

_STAMP = rf"(?:\[{CLOCK}\]|\({CLOCK}\)|{CLOCK})"
_TIME = re.compile(rf"\s*(?P<stamp>{_STAMP})(?:\s*[-–—|:]\s+|\s+|$)")
_TABLE = table("speakers")
_PARTICLES, _TERMS = (frozenset(_TABLE[name].split()) for name in ("particles", "terms"))
_LABEL = re.compile(_TABLE["label"].replace("STAMP", _STAMP))
_ROLE = re.compile(_TABLE["role"])
# In half of the turns of a conversation people mention themselves, address each other, or ask.
_ADDRESSING = re.compile(_TABLE["addressing"])


class _Label(NamedTuple):
    name: str | None
    seconds: float | None
    rest: str


class _LabelledLine(NamedTuple):
    block: Block
    label: _Label | None


def with_speakers(blocks: Sequence[Block]) -> list[Block]:
    """Return ``blocks``; in a conversation speaker and time replace the labels."""
    lines = [line for block in blocks for line in _lines(block)]
    labels = [line.label for line in lines if line.label]
    timed = _run_forward([label.seconds for label in labels if label.seconds is not None])
    counts = Counter(label.name for label in labels)
    names = {
        label.name or None
        for label in labels
        if (counts[label.name] > 1 and label.name) or (timed and label.seconds is not None)
    }
    turns = [n for n, line in enumerate(lines) if line.label and line.label.name in names]
    if turns and _runs_through(lines, turns) and (timed or _take_turns(lines, turns)):
        return _joined(_spoken(lines, turns))
    return list(blocks)


def is_name(text: str, *, timed: bool = False) -> bool:
    """Return whether ``text`` looks like a person's name or role; less strict with a time."""
    words = text.split()
    if _ROLE.fullmatch(text):
        return True
    if len(words) > _MOST_WORDS_IN_NAME or not 1 < len(text) <= _LONGEST_NAME:
        return False
    terms = {word.strip(".").lower() for word in words}
    if not words or not _TERMS.isdisjoint(terms | {term.removesuffix("s") for term in terms}):
        return False
    capitals = all(word[0].isupper() or word in _PARTICLES for word in words)
    return capitals or (timed and (text.lower() == text.upper() or len(words) == 1))


def seconds_of(clock: str) -> float:
    """Return the seconds of a time such as ``1:02:03.5``."""
    total = 0.0
    for part in clock.strip("[]()").replace(",", ".").split(":"):
        total = 60 * total + float(part)
    return total


def _lines(block: Block) -> Iterator[_LabelledLine]:
    """Yield a block cut before each line that begins with a label."""
    held: list[str] = []
    label: _Label | None = None
    for line in [block.text] if block.verbatim or block.level else block.text.split("\n"):
        found = None if block.verbatim or block.level else _label_of(line)
        if found and held:
            yield _LabelledLine(block._replace(text="\n".join(held)), label)
            held = []
        label = label if held else found
        held.append(line)
    yield _LabelledLine(block._replace(text="\n".join(held)), label)


def _label_of(line: str) -> _Label | None:
    head = line[:_LABEL_WITHIN]
    match = _LABEL.match(head)
    stamp = (match["before"] or match["after"]) if match else None
    if match and is_name(match["name"], timed=bool(stamp)):
        rest = line[match.end() :].strip()
        if not stamp and (time := _TIME.match(rest[:_LABEL_WITHIN])):
            stamp, rest = time["stamp"], rest[time.end() :]
        return _Label(match["name"], seconds_of(stamp) if stamp else None, rest)
    if time := _TIME.match(head):
        return _Label(None, seconds_of(time["stamp"]), line[time.end() :].strip())
    return None


def _run_forward(times: Sequence[float]) -> bool:
    """Return whether times belong to a recording: several, early at first, ascending."""
    if len(times) < _FEWEST_TIMES or times[0] > _FIRST_TIME:
        return False
    back = sum(later < earlier for earlier, later in pairwise(times))
    return back <= max(1, _MOST_STEPS_BACK * len(times))


def _runs_through(lines: Sequence[_LabelledLine], turns: Sequence[int]) -> bool:
    span = lines[turns[0] : turns[-1] + 1]
    said, whole = (sum(count_words(line.block.text) for line in part) for part in (span, lines))
    return said >= _SHARE_SPOKEN * whole and len(turns) >= _SHARE_LABELLED * len(span)


def _take_turns(lines: Sequence[_LabelledLine], turns: Sequence[int]) -> bool:
    """Return whether two or more speakers alternate and address each other."""
    order = [label.name for n in turns if (label := lines[n].label)]
    changes = sum(one != other for one, other in pairwise(order))
    said = ["\n".join(o.block.text for o in lines[a:b]) for a, b in pairwise([*turns, len(lines)])]
    personal = sum(bool(_ADDRESSING.search(turn)) for turn in said)
    in_turn = len(order) >= _FEWEST_TURNS and 2 * changes >= len(order) - 1
    return in_turn and 2 * personal >= len(said)


def _spoken(lines: Sequence[_LabelledLine], turns: Sequence[int]) -> Iterator[Block]:
    """Yield the lines with their speakers.

    A line without a label belongs to the last speaker, unless it follows a heading or an unknown
    label, or is further below the last label than the longest turn.
    """
    longest = max((b - a for a, b in pairwise(turns)), default=1)
    known = set(turns)
    speaker: str | None = None
    seconds: float | None = None
    for n, (block, label) in enumerate(lines):
        text = block.text
        if label and (n in known or (label.name is None and speaker)):
            speaker, seconds = label.name or speaker, label.seconds
            text = "\n".join([label.rest, *text.split("\n")[1:]]).strip()
        elif block.level or label or n - turns[-1] >= longest:
            speaker = seconds = None
        if text.strip():
            yield block._replace(text=text, speaker=speaker, seconds=seconds)


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Join short lines with different times, because transcripts break lines anywhere."""
    gathered: list[Block] = []
    for block in blocks:
        last = gathered[-1] if gathered else Block("")
        timed = last.seconds is not None and block.seconds not in {None, last.seconds}
        plain = not (last.level or last.verbatim or block.level or block.verbatim)
        short = count_words(last.text) < _ENOUGH_WORDS
        if timed and plain and short and last.speaker == block.speaker:
            gathered[-1] = last._replace(text=f"{last.text} {block.text}")
        else:
            gathered.append(block)
    return gathered
