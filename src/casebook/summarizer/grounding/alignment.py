"""Two sentences laid side by side, word by word (Levenshtein over stems). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from casebook.summarizer.grounding.source_text import SourceSentence, Token, tokens

# Of fewer content words nothing follows.
_MIN_CONTENT = 3
# The longest stretch, in words, that stands for another.
_SLOT = 4
# A sentence of so many times as many words says more than one that follows a part of it.
_MUCH_MORE = 1.5


@dataclass(frozen=True)
class Slot:
    """Our words and the source's words at one place; one of them may be none.

    ``place`` is where it stands among our words, ``followed`` tells that both go on alike.
    """

    ours: tuple[Token, ...]
    theirs: tuple[Token, ...]
    place: int
    followed: bool

    def texts(self) -> tuple[str, str]:
        """Return both as written."""
        return " ".join(t.word for t in self.ours), " ".join(t.word for t in self.theirs)

    def stems(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return both by stem."""
        return tuple(t.stem for t in self.ours), tuple(t.stem for t in self.theirs)


@dataclass(frozen=True)
class Alignment:
    """Our sentence beside one of the source.

    ``slots`` are the short stretches where they differ, ``replaced`` those of them where words
    stand for others. ``agreement`` is the share of our other content words that the source's
    sentence has; ``changed`` counts the words in which they differ, on either side.
    """

    ours: Sequence[Token]
    said: SourceSentence
    slots: Sequence[Slot]
    agreement: float
    changed: int

    @property
    def replaced(self) -> Sequence[Slot]:
        """The slots with words on both sides."""
        return [slot for slot in self.slots if slot.ours and slot.theirs]

    @property
    def is_part(self) -> bool:
        """Whether the source's sentence says much more than ours."""
        return len(self.said.tokens) > _MUCH_MORE * len(self.ours)


def align(text: str, said: SourceSentence) -> Alignment:
    """Lay ``text`` beside a sentence of the source."""
    ours = tokens(text)
    stretches = _stretches(ours, said.tokens)
    slots = [s for s in stretches if max(len(s.ours), len(s.theirs)) <= _SLOT]
    changed = sum(max(len(s.ours), len(s.theirs)) for s in stretches)
    return Alignment(ours, said, slots, _agreement(ours, said, slots), changed)


def _stretches(ours: Sequence[Token], theirs: Sequence[Token]) -> list[Slot]:
    steps = Levenshtein.opcodes([t.stem for t in ours], [t.stem for t in theirs])
    found = []
    for differs, run in groupby(steps, key=lambda step: step.tag != "equal"):
        stretch = list(run)
        first, last = stretch[0], stretch[-1]
        one = tuple(ours[first.src_start : last.src_end])
        other = tuple(theirs[first.dest_start : last.dest_end])
        if differs:
            found.append(Slot(one, other, first.src_start, last.src_end < len(ours)))
    return found


def _agreement(ours: Sequence[Token], said: SourceSentence, slots: Sequence[Slot]) -> float:
    replaced = [slot for slot in slots if slot.ours and slot.theirs]
    gone = {slot.place + step for slot in replaced for step in range(len(slot.ours))}
    asked = [t.stem for n, t in enumerate(ours) if t.content and n not in gone]
    there = {t.stem for t in said.tokens}
    agreed = sum(word in there for word in asked)
    size = sum(t.content for t in ours)
    return agreed / max(size - len(replaced), 1) if size >= _MIN_CONTENT else 0.0
