"""What checking a free summary against its source found, sentence by sentence."""

from collections.abc import Sequence

from casebook.schemas.cases import SupportLevel
from casebook.schemas.frozen import Frozen


class SentenceCheck(Frozen):
    """One sentence of a summary.

    ``score`` runs from 0 (the source does not carry it) to 1 (it does); ``support`` is
    ``supported`` from 0.5 on. ``quote`` is the sentence of the source that carries most of it, at
    ``source[start:end]`` (characters); all three are None where none has anything to do with it.
    ``reason`` is a sentence that a person understands.
    """

    text: str
    score: float
    support: SupportLevel
    quote: str | None
    start: int | None
    end: int | None
    reason: str


class SummaryCheck(Frozen):
    """A whole summary: ``score`` from 0 to 1, below 0.5 where a sentence does not hold."""

    score: float
    sentences: Sequence[SentenceCheck]

    def counts(self) -> dict[str, int]:
        """Return how many sentences are supported, weak and unsupported."""
        levels = [sentence.support for sentence in self.sentences]
        return {level.value: levels.count(level) for level in SupportLevel}
