"""What is said and when: cues of captions and transcriptions, joined to passages. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from casebook.extractors.speech.speaker_labels import believable, label_of
from casebook.extractors.text.characters import count_words, one_line
from casebook.extractors.text.passages import Block

ENOUGH_WORDS = 60
"""A passage ends at the first sentence end after this many words."""

MOST_WORDS = 90
"""A passage without a sentence end stops here."""

SOMEBODY = ""
"""The speaker of a cue that says that another one begins, and not who."""

_NOISE = re.compile(r"^[\[(♪][^\])]{0,60}[\])♪]$")
# Sounds that captions name in the midst of what is said, as YouTube's machines write them.
_SOUNDS = re.compile(
    r"[\[(](?:background )?(?:music|applause|laughter|laughs|laughing|cheering|cheers|clapping"
    r"|musik|applaus|gelächter|musique|applaudissements|rires|música|musica|aplausos|risas|risos"
    r"|applausi|risate|muziek|gelach|müzik|alkış|музыка|аплодисменты|смех|音楽|拍手|笑い?|음악|박수"
    r"|웃음)(?: (?:playing|continues|and (?:applause|cheering|cheers|laughter|music)))?[\])]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’)」』]*$")
_CHANGE = re.compile(r"(?:^|(?<=\s))>>+\s*")
_SILENCE = 8.0
_BRIEF = 0.05  # seconds; a file that tells no ends has cues of none
_MOST_ROLLED = 200  # words that stay when captions roll on: a few lines


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from ``start`` to ``end``, in seconds.

    ``speaker`` is who says it where the file tells, None for whoever spoke before, and SOMEBODY
    for another one without a name.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None


def spoken_cues(start: float, end: float, text: str, speaker: str | None = None) -> Iterator[Cue]:
    """Yield what is said in a caption: nothing for noise ("[Music]"), a cue for each ">>"."""
    before, *others = _CHANGE.split(one_line(text.replace("\n", " ")))
    for said, who in [(before, speaker), *((other, SOMEBODY) for other in others)]:
        if said.strip() and not _NOISE.match(said.strip()):
            yield Cue(start, end, said.strip(), who)


def with_names(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues, with the name before what is said as their speaker where it is one.

    "NOTE:" and "The answer:" are none: a name is written with capitals throughout, and in capitals,
    behind ">>" or several times if it is one word.
    """
    read = list(cues)
    labels = [label_of(cue.text) for cue in read]
    named = [label.name for label in labels if label and label.name and label.colon]
    counts, whole = Counter(named), "\n".join(cue.text for cue in read)
    believed = {
        name for name in counts if believable(name, whole, alone=name.isupper() or counts[name] > 1)
    }
    for cue, label in zip(read, labels, strict=True):
        if label and label.colon and label.rest and label.name in believed:
            yield replace(cue, text=label.rest, speaker=label.name)
        else:
            yield cue


def without_repeats(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues without what rolls on from the one before, and without sounds.

    Live captions show the last line again above the new one, in YouTube's files in a cue of its own
    between the two that nobody can see; only the new words are kept.
    """
    shown: list[str] = []
    brief = False
    for cue in cues:
        words = cue.text.split()
        rolls, brief = brief, 0 < cue.end - cue.start < _BRIEF
        fresh = words[_overlap(shown, words, 1 if rolls or brief else 2) :]
        shown = words
        if said := one_line(_SOUNDS.sub(" ", " ".join(fresh))):
            yield replace(cue, text=said)


def _overlap(shown: Sequence[str], words: Sequence[str], least: int) -> int:
    """Return how many first words, ``least`` or more, repeat the last words of what was shown."""
    for length in range(min(len(shown), len(words), _MOST_ROLLED), least - 1, -1):
        if list(shown[-length:]) == list(words[:length]):
            return length
    return int(list(shown) == list(words))


def to_blocks(cues: Iterable[Cue]) -> Iterator[Block]:
    """Yield blocks of 60 to 90 words that end with a sentence, a speaker, or a long silence."""
    run: list[Cue] = []
    speaker: str | None = None
    for cue in cues:
        if run and (_is_other(cue, speaker) or cue.start - run[-1].end > _SILENCE):
            yield _block(run, speaker)
            run = []
        speaker = speaker if cue.speaker is None else cue.speaker
        run.append(cue)
        words = sum(count_words(part.text) for part in run)
        if words >= MOST_WORDS or (words >= ENOUGH_WORDS and _SENTENCE_END.search(cue.text)):
            yield _block(run, speaker)
            run = []
    if run:
        yield _block(run, speaker)


def _is_other(cue: Cue, speaker: str | None) -> bool:
    return cue.speaker == SOMEBODY or (cue.speaker is not None and cue.speaker != speaker)


def _block(run: Sequence[Cue], speaker: str | None) -> Block:
    text = " ".join(cue.text for cue in run)
    return Block(text, seconds=run[0].start, speaker=speaker or None)
