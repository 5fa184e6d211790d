"""Who says what: the labels of a written conversation become speakers and seconds. Pure.

A label stands before what somebody says: "Ada Berg: …", "Ada Berg (00:12:34):", a name on a line of
its own, "[00:12] …". Prose has look-alikes ("Note: …", "Q: …", an agenda), so a text is only taken
for a conversation as a whole: names that recur and take turns over most of it, or times that run.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from casebook.extractors.speech.speaker_labels import (
    LONG_TIME,
    ROLES,
    Label,
    believable,
    could_be_name,
    is_caseless,
    label_of,
    stranger_in,
    time_of,
)
from casebook.extractors.text.characters import count_words
from casebook.extractors.text.passages import Block
from casebook.schemas.documents import Passage

FEWEST_TURNS = 4
"""Labels without times make a conversation from this many on, by two who each have two."""

FEWEST_TIMES = 3
"""Times make a transcript from this many on."""

SHARE_SPOKEN = 0.4
"""The share of a text's words, from the first label to the last, that a conversation takes up."""

SHARE_LABELLED = 0.2
"""The share of the paragraphs within a conversation that begin with a label."""

ENOUGH_WORDS = 60
"""Lines with times are joined to passages of about so many words."""

_DASH = re.compile(r"\A\s*[-–—]\s+")
_FIRST_TIME = 300.0  # a later first time is an agenda's time of day, unless it has three parts
_MOST_STEPS_BACK = 0.05
_MANY_TIMES = 8
_LONGEST_ALONE = 60
_ONCE_MORE = 2  # turns that tell nothing yet of a name without capitals
_TURNS_A_NAME = 3  # at least, where only a line of its own sets a name apart
# "I", "we", "you" and the like in the languages that talks are most often held in; a question.
_ADDRESSING = re.compile(
    r"\b(?:I|I['’]\w+|me|my|we|we['’]\w+|us|our|you|you['’]\w+|your|yeah|thanks"
    r"|ich|mir|mich|wir|uns|Sie|du|dir|je|j['’]\w+|moi|nous|vous|tu|yo|nosotros|usted|ustedes|me"
    r"|mi|io|noi|voi|eu|nós|você|ik|wij|we|jij|jullie"
    r"|أنا|نحن|أنت|أنتم|لدينا|عندنا|אני|אנחנו|אתה|אתם|שלנו)\b|[?？؟]"
    # No blanks set these apart, or Python takes a vowel for the end of a word.
    r"|[我你您咱]|私|僕|俺|あなた|皆さん|弊社|(?:です|ます|でした|ました)[かね]"
    r"|저는|저희|제가|우리|당신|[니나가]까|(?:나|네|지)요|मैं|हम|आप|मुझे|ผม|ฉัน|เรา|คุณ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Voices:
    """What a conversation's labels look like.

    ``names`` are those who speak, ``timed`` tells that times count, ``own_lines`` that names stand
    above what is said instead of before it.
    """

    names: frozenset[str]
    timed: bool = False
    own_lines: bool = False

    def label(self, text: str) -> Label | None:
        """Return the label at the beginning of ``text`` if it is one of this conversation's."""
        found = label_of(text)
        if found and found.name in self.names and self._is_set_apart(found):
            return found
        return time_of(text) if self.timed else None

    def _is_set_apart(self, label: Label) -> bool:
        return label.colon or label.seconds is not None or (label.own_line and self.own_lines)


def with_speakers(blocks: Iterable[Block], voices: Voices | None = None) -> list[Block]:
    """Return the blocks, those of a conversation with speaker and second instead of the label.

    ``voices`` are found in the blocks where they are not given. Blocks of any other text come back
    as they are.
    """
    read = list(blocks)
    paired = list(_paired(read))
    voices = voices or voices_in(_labelled(block) for block in paired if not block.verbatim)
    return list(_gathered(_told_apart(paired, voices))) if voices else read


def _paired(blocks: Sequence[Block]) -> Iterator[Block]:
    """Join a name and a time that stand in blocks of their own, one after the other."""
    held: Block | None = None
    stood = ""
    for block in blocks:
        stands = _stands_for(block)
        if held and {stood, stands} == {"name", "time"}:
            yield held._replace(text=f"{held.text.strip()} {block.text.strip()}", heading=False)
            held = None
            continue
        if held:
            yield held
        held, stood = block, stands
    if held:
        yield held


def _stands_for(block: Block) -> str:
    """Tell a block that is nothing but a name or a time."""
    if block.verbatim or len(block.text) > _LONGEST_ALONE:
        return ""
    if (stamp := time_of(block.text)) and not stamp.rest:
        return "time"
    label = label_of(block.text)
    alone = label and label.own_line and not label.rest and label.seconds is None
    return "name" if alone else ""


def is_spoken(passages: Iterable[Passage]) -> bool:
    """Tell a text of which is known who says it, or when."""
    return any(p.locator.speaker or p.locator.seconds is not None for p in passages)


def set_apart(text: str, voices: Voices) -> str:
    """Return a plain text with an empty line around each label of a conversation."""
    lines: list[str] = []
    for line in _with_times(text.split("\n"), voices):
        label = voices.label(line)
        lines += ["", line, *([] if label.rest else [""])] if label else [line]
    return "\n".join(lines)


def _with_times(lines: Sequence[str], voices: Voices) -> Iterator[str]:
    """Yield the lines, a name that stands alone in the line of the time that follows it."""
    held: str | None = None
    for line in lines:
        if held is not None:
            label = voices.label(f"{held}\n{line}")
            if label and label.name and label.rest:
                yield f"{held} {line}"
                held = None
                continue
            yield held
            held = None
        label = label_of(line) if voices.timed else None
        if label and label.name in voices.names and not label.rest and label.seconds is None:
            held = line
        else:
            yield line
    if held is not None:
        yield held


def voices_in(paragraphs: Iterable[str]) -> Voices | None:
    """Return who speaks in a text, or None where it is no conversation.

    A paragraph may hold several lines, each of which may begin with a label.
    """
    lines = [line for text in paragraphs for line in _lines(text)]
    labels = [label_of(line) or time_of(line) for line in lines]
    whole = "\n".join(lines)
    if _is_timed(lines, labels):
        timed = (label for label in _without_chapters(lines, labels) if label.seconds is not None)
        told = frozenset(label.name for label in timed if label.name)
        return Voices(told | _names(labels, whole, own_lines=False), timed=True)
    for own_lines in (False, True):
        names = _names(labels, whole, own_lines=own_lines)
        if _take_turns(lines, labels, names, own_lines=own_lines):
            return Voices(names, own_lines=own_lines)
    return None


def _without_chapters(lines: Sequence[str], labels: Sequence[Label | None]) -> Iterator[Label]:
    """Yield the labels but for what may be a title in a list of chapters, above or below others."""
    alone = [
        bool(label and label.seconds is not None and "\n" not in line.strip())
        for line, label in zip(lines, labels, strict=True)
    ]
    for n, label in enumerate(labels):
        listed = alone[n] and (any(alone[n + 1 : n + 2]) or any(alone[max(0, n - 1) : n]))
        if label and not (listed and not label.rest):
            yield label


def _lines(text: str) -> list[str]:
    """Return a paragraph cut before each line that could begin with a label."""
    lines: list[list[str]] = []
    above: Label | None = None  # a name or time on a line of its own, which waits for what follows
    for line in text.split("\n"):
        begins = label_of(line) or time_of(line)
        timed_twice = begins and above and None not in {begins.seconds, above.seconds}
        if lines and ((above and not timed_twice) or not begins):
            lines[-1].append(line)
        else:
            lines.append([line])
        above = begins if begins and not begins.rest else None
    return ["\n".join(together) for together in lines]


# --- Is it a conversation? -----------------------------------------------------------------------


def _is_timed(lines: Sequence[str], labels: Sequence[Label | None]) -> bool:
    """Tell whether times run through the text, from near its beginning on."""
    at = [n for n, label in enumerate(labels) if label and label.seconds is not None]
    times = [label.seconds for label in labels if label and label.seconds is not None]
    if len(times) < FEWEST_TIMES or (times[0] > _FIRST_TIME and not LONG_TIME.match(lines[at[0]])):
        return False
    back = sum(later < earlier for earlier, later in pairwise(times))
    # A list of chapters above the transcript is one step back.
    return back <= max(1 if len(times) >= _MANY_TIMES else 0, _MOST_STEPS_BACK * len(times)) and (
        _covers(lines, at)
    )


def _names(labels: Sequence[Label | None], whole: str, *, own_lines: bool) -> frozenset[str]:
    """Return the names without times that are believed, by what the text says elsewhere."""
    counts = Counter(
        label.name
        for label in labels
        if label and label.name and (label.own_line if own_lines else label.colon)
    )
    return frozenset(
        name
        for name, count in counts.items()
        if ROLES.fullmatch(name)
        or (
            count > (_ONCE_MORE if is_caseless(name) else 1)
            and believable(name, whole, strictly=own_lines)
        )
    )


def _take_turns(
    lines: Sequence[str],
    labels: Sequence[Label | None],
    names: frozenset[str],
    *,
    own_lines: bool,
) -> bool:
    """Tell whether two or more of ``names`` answer each other over most of the text."""
    voices = Voices(names, own_lines=own_lines)
    turns = [n for n, line in enumerate(lines) if labels[n] and voices.label(line)]
    order = [label.name for n in turns if (label := labels[n])]
    often = [name for name, count in Counter(order).items() if count > 1]
    changes = sum(one != other for one, other in pairwise(order))
    if len(turns) < FEWEST_TURNS or len(often) < 2 or 2 * changes < len(turns) - 1:  # noqa: PLR2004
        return False
    if own_lines and len(turns) < _TURNS_A_NAME * len(set(order)):
        return False
    return _covers(lines, turns) and _is_talk(lines[turns[0] : turns[-1] + 1], turns)


def _is_talk(lines: Sequence[str], turns: Sequence[int]) -> bool:
    """Tell talk from a description: in every second turn people speak of themselves, or ask."""
    edges = [*(n - turns[0] for n in turns), len(lines)]
    said = ["\n".join(lines[one:other]) for one, other in pairwise(edges)]
    return 2 * sum(bool(_ADDRESSING.search(turn)) for turn in said) >= len(said)


def _covers(lines: Sequence[str], at: Sequence[int]) -> bool:
    """Tell whether the labels at these lines run through most of the text, closely enough."""
    span = lines[at[0] : at[-1] + 1]
    spoken = sum(map(count_words, span))
    enough = spoken >= SHARE_SPOKEN * sum(map(count_words, lines))
    return enough and len(at) >= SHARE_LABELLED * len(span)


# --- Telling it apart ----------------------------------------------------------------------------


_NOBODY = Label(None, None, "")


def _told_apart(blocks: Sequence[Block], voices: Voices) -> Iterator[Block]:
    """Yield the blocks with their speakers.

    A paragraph without a label is the last speaker's, but not below a heading, and at the end no
    further than other turns go. A name that is not of this conversation ends what is known.
    """
    parts = [part for block in blocks for part in _parts(block)]
    labels = [None if part.verbatim else voices.label(_labelled(part)) for part in parts]
    most, last = _longest_turn(labels), max(n for n, label in enumerate(labels) if label)
    turn, since = _NOBODY, 0
    others = (part for part, label in zip(parts, labels, strict=True) if label is None)
    strangers = Counter(found[0] for part in others if (found := stranger_in(_labelled(part))))
    for n, (part, label) in enumerate(zip(parts, labels, strict=True)):
        if label:
            turn = label if label.name else replace(label, name=turn.name)
            since = 0
        elif part.heading or _is_stranger(part, strangers):
            turn = _NOBODY
        else:
            since += 1
        if turn is _NOBODY or (n > last and since > most):
            yield part
        elif text := (label.rest if label else part.text):
            yield part._replace(
                text=text, speaker=turn.name, seconds=turn.seconds, heading=False, lead=""
            )


def _gathered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join lines that have times of their own to passages: captions are cut anywhere."""
    run: Block | None = None
    for block in blocks:
        if run and _goes_on(run, block):
            run = run._replace(text=f"{run.text} {block.text}")
            continue
        if run:
            yield run
        run = block
    if run:
        yield run


def _goes_on(run: Block, block: Block) -> bool:
    timed = run.seconds is not None and block.seconds not in {None, run.seconds}
    same = run.speaker == block.speaker and run.section == block.section
    plain = not (run.heading or run.verbatim or block.heading or block.verbatim)
    return timed and same and plain and count_words(run.text) < ENOUGH_WORDS


def _parts(block: Block) -> Iterator[Block]:
    if block.verbatim:
        yield block
        return
    for n, line in enumerate(_lines(block.text)):
        yield block._replace(text=line) if not n else block._replace(text=line, lead="", mark="")


def _labelled(block: Block) -> str:
    """Return the text with a colon behind a name that only bold type sets apart."""
    if not block.lead or block.heading or not block.text.startswith(block.lead):
        return block.text
    rest = _DASH.sub(" ", block.text.removeprefix(block.lead))
    alone = rest[:1] == " " and rest.strip() and could_be_name(block.lead)
    return f"{block.lead}:{rest}" if alone and not label_of(block.text) else block.text


def _longest_turn(labels: Sequence[Label | None]) -> int:
    """Return how many paragraphs follow a label at most, before the next one."""
    at = [n for n, label in enumerate(labels) if label]
    return max((later - earlier - 1 for earlier, later in pairwise(at)), default=0)


def _is_stranger(part: Block, strangers: Counter[str]) -> bool:
    """Tell a paragraph that begins with a time of its own, or with a label that comes again.

    A name that comes once is one, too: whoever says that is not who spoke before.
    """
    text = _labelled(part)
    found = stranger_in(text)
    label = label_of(text)
    told = bool(found and (found[1] or strangers[found[0]] > 1))
    return told or bool(label and label.colon)
