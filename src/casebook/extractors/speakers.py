"""Who says what: the labels of a written conversation become speakers and seconds. Pure.

A label stands before what somebody says: "Ada Berg: …", "Ada Berg (00:12:34):", a name on a line of
its own, "[00:12] …". Prose has look-alikes ("Note: …", "Q: …", an agenda), so a text is only taken
for a conversation as a whole: names that recur and take turns over most of it, or times that run.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from casebook.extractors.characters import count_words
from casebook.extractors.passages import Block

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

_FIRST_TIME = 300.0  # a later first time is an agenda's time of day, unless it has three parts
_MOST_STEPS_BACK = 0.05
_LONGEST_NAME = 45
_TIME = r"(?:[0-9]{1,3}:)?[0-9]{1,3}:[0-5][0-9](?:[.,][0-9]{1,3})?"
_STAMP = rf"(?:\[{_TIME}\]|\({_TIME}\)|<{_TIME}>|{_TIME})"
_LONG_TIME = re.compile(r"\D{0,80}[0-9]{1,3}:[0-9]{2}:[0-9]{2}")
_LABEL = re.compile(
    rf"\s*(?:>>+\s*)?(?:(?P<before>{_STAMP})(?:\s*[-–—|]|(?=\s))\s*)?"
    r"(?P<name>[^\W\d_](?:[\w.'’&-]|[ \t](?=[\w&])){0,44}?)"
    r"(?:[ \t]*(?:\((?P<role>[^()\[\]:\n\d]{2,60})\)|,[ \t]?(?P<post>[^()\[\]:\n]{2,60}?)))?"
    rf"(?:(?P<link>[ \t]*[-–—|,]?[ \t]*)(?P<after>{_STAMP}))?"
    r"[ \t]*(?P<end>[:：](?=\s|$)|\n|$|(?<=[\])>])(?=[ \t]))"
)
_TIMED = re.compile(rf"\s*(?:>>+\s*)?(?P<before>{_STAMP})(?:[ \t]*[:\-–—|](?=\s)|(?=\s|$))\s*")
_TURNS_A_NAME = 3  # at least, where only a line of its own sets a name apart
# "I", "we", "you" and the like in the languages that talks are most often held in; a question.
_ADDRESSING = re.compile(
    r"\b(?:I|I['’]\w+|me|my|we|we['’]\w+|us|our|you|you['’]\w+|your|yeah|thanks"
    r"|ich|mir|mich|wir|uns|Sie|du|dir|je|j['’]\w+|moi|nous|vous|tu|yo|nosotros|usted|ustedes|me"
    r"|mi|io|noi|voi|eu|nós|você|ik|wij|we|jij|jullie)\b|[?？]",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "de da del della der den di du dos la le van von vom zu bin ibn al el y".split()
)
_ROLES = re.compile(
    r"(?:(?:unknown |audience |panel )?(?:speaker|member|guest|host|panelist|participant)"
    r"|audience|host|co-?host|interviewer|interviewee|moderator|narrator|presenter|announcer"
    r"|questioner|audience question|operator|all|both)(?: ?#?[0-9A-Z]{1,2})?",
    re.IGNORECASE,
)
_NO_SPEAKERS = frozenset(
    "abstract action actions admin advice agenda agent ai also alternatively and answer answers "
    "approach article assistant author authors background before after beware best blog bonus bot "
    "but by caption caveat caveats challenge challenges chapter chatbot client code company "
    "conclusion conclusions cons consequence contact context correction credit credits customer "
    "danger data date decision decisions definition description design details disclaimer edit "
    "editor email episode error event example examples expected explanation faq figure finding "
    "first follow for from goal goals hint how however human idea if impact important in industry "
    "info input insight instead issue key language lesson lessons link links listen location "
    "meaning metric metrics model motivation music name next no note notes now objective option "
    "or outcome output overview part phase photo photos pitfall point pricing problem problems "
    "prompt pros published q question questions quote rationale recap recommendation reference "
    "references related remember reminder requirement response result results role rule scenario "
    "second section see setup share side situation so solution solutions sound source sources "
    "spoiler stage status step steps subject subscribe summary system table tags takeaway "
    "takeaways technique techniques text that the then third this tip tips title tldr to today tomorrow tool "
    "tools topic topics transcript translation two type update updates url usage use user "
    "verdict version video warning watch we what when where which who why written yes you".split()
)


@dataclass(frozen=True, slots=True)
class Label:
    """A beginning that looks like a speaker's: the name if any, the second if any, what follows."""

    name: str | None
    seconds: float | None
    rest: str
    colon: bool = False
    own_line: bool = False


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
        return _time_of(text) if self.timed else None

    def _is_set_apart(self, label: Label) -> bool:
        return label.colon or label.seconds is not None or (label.own_line and self.own_lines)


def with_speakers(blocks: Iterable[Block], voices: Voices | None = None) -> list[Block]:
    """Return the blocks, those of a conversation with speaker and second instead of the label.

    ``voices`` are found in the blocks where they are not given. Blocks of any other text come back
    as they are.
    """
    read = list(blocks)
    voices = voices or voices_in(_labelled(block) for block in read if not block.verbatim)
    return list(_gathered(_told_apart(read, voices))) if voices else read


def set_apart(text: str, voices: Voices) -> str:
    """Return a plain text with an empty line around each label of a conversation."""
    lines: list[str] = []
    for line in text.split("\n"):
        label = voices.label(line)
        lines += ["", line, *([] if label.rest else [""])] if label else [line]
    return "\n".join(lines)


def voices_in(paragraphs: Iterable[str]) -> Voices | None:
    """Return who speaks in a text, or None where it is no conversation.

    A paragraph may hold several lines, each of which may begin with a label.
    """
    lines = [line for text in paragraphs for line in _lines(text)]
    labels = [label_of(line) or _time_of(line) for line in lines]
    whole = "\n".join(lines)
    if _is_timed(lines, labels):
        told = frozenset(
            found.name for found in labels if found and found.name and found.seconds is not None
        )
        return Voices(told | _names(labels, whole, own_lines=False), timed=True)
    for own_lines in (False, True):
        names = _names(labels, whole, own_lines=own_lines)
        if _take_turns(lines, labels, names, own_lines=own_lines):
            return Voices(names, own_lines=own_lines)
    return None


@lru_cache(maxsize=4_096)
def label_of(text: str) -> Label | None:
    """Return the label that names somebody at the beginning of ``text``, whoever that is."""
    match = _LABEL.match(text)
    if match is None:
        return None
    name = " ".join(match["name"].split())
    stamp = match["before"] or match["after"]
    rest = text[match.end() :]
    own_line = match["end"] in {"\n", ""}
    if not _could_be_name(name) or (own_line and match["post"] and stamp is None):
        return None
    if not stamp and match["end"] not in {":", "：", "\n", ""}:
        return None
    return Label(
        name, _seconds(stamp), rest.lstrip(), colon=match["end"] in {":", "："}, own_line=own_line
    )


def _time_of(text: str) -> Label | None:
    match = _TIMED.match(text)
    return Label(None, _seconds(match["before"]), text[match.end() :].lstrip()) if match else None


def _could_be_name(name: str) -> bool:
    """Tell what has the form of a name: one to five words that begin with capitals, or a role."""
    if _ROLES.fullmatch(name):
        return True
    words = name.split()
    if len(words) > 5 or len(name) < 2 or len(name) > _LONGEST_NAME:  # noqa: PLR2004 - a name
        return False
    if any(word.strip(".").lower() in _NO_SPEAKERS for word in words):
        return False
    return all(word[0].isupper() or word in _PARTICLES or word == "&" for word in words)


def _seconds(stamp: str | None) -> float | None:
    if stamp is None:
        return None
    total = 0.0
    for part in stamp.strip("[]()<>").replace(",", ".").split(":"):
        total = 60 * total + float(part)
    return total


def _lines(text: str) -> list[str]:
    """Return a paragraph cut before each line that could begin with a label."""
    lines: list[str] = []
    waiting = False  # for what stands below a name or time on a line of its own
    for line in text.split("\n"):
        begins = label_of(line) or _time_of(line)
        if lines and (waiting or not begins):
            lines[-1] += "\n" + line
        else:
            lines.append(line)
        waiting = bool(begins and not begins.rest)
    return lines


# --- Is it a conversation? -----------------------------------------------------------------------


def _is_timed(lines: Sequence[str], labels: Sequence[Label | None]) -> bool:
    """Tell whether times run through the text, from near its beginning on."""
    at = [n for n, label in enumerate(labels) if label and label.seconds is not None]
    times = [label.seconds for label in labels if label and label.seconds is not None]
    if len(times) < FEWEST_TIMES or (times[0] > _FIRST_TIME and not _LONG_TIME.match(lines[at[0]])):
        return False
    back = sum(later < earlier for earlier, later in pairwise(times))
    return back <= _MOST_STEPS_BACK * len(times) and _covers(lines, at)


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
        if _ROLES.fullmatch(name) or (count > 1 and believable(name, whole, strictly=own_lines))
    )


def believable(name: str, whole: str, *, alone: bool = False, strictly: bool = False) -> bool:
    """Tell a person's name from a term: the text does not write it small, and knows it in full.

    ``alone`` lets a single word pass that the text does not know as the beginning of a name;
    ``strictly`` refuses a name of which any word is written small.
    """
    if _ROLES.fullmatch(name):
        return True
    words = [word for word in re.findall(r"[\w'’-]+", name.lower()) if word not in _PARTICLES]
    small = [bool(re.search(rf"(?<![\w'’-]){re.escape(word)}(?![\w'’-])", whole)) for word in words]
    if any(small) if strictly else all(small):
        return False
    if " " in name or alone:
        return True
    if name.isupper() and len(name) <= 3:  # noqa: PLR2004 - initials
        inner = r"\w+(?:[ -]\w+)*? ".join(name[:-1]) + r"\w+(?:[ -]\w+)*? " + name[-1]
        return bool(re.search(rf"\b{inner}[a-z]", whole))
    return bool(re.search(rf"(?<!\w){re.escape(name.title())} [A-Z][\w'’-]", whole))


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
    for n, (part, label) in enumerate(zip(parts, labels, strict=True)):
        if label:
            turn = label if label.name else replace(label, name=turn.name)
            since = 0
        elif part.heading or _is_stranger(part, voices):
            turn = _NOBODY
        else:
            since += 1
        if turn is _NOBODY or (n > last and since > most):
            yield part
        elif text := (label.rest if label else part.text):
            yield replace(
                part, text=text, speaker=turn.name, seconds=turn.seconds, heading=False, lead=""
            )


def _gathered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join lines that have times of their own to passages: captions are cut anywhere."""
    run: Block | None = None
    for block in blocks:
        if run and _goes_on(run, block):
            run = replace(run, text=f"{run.text} {block.text}")
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
        yield replace(block, text=line, lead="" if n else block.lead)


def _labelled(block: Block) -> str:
    """Return the text with a colon behind a name that only bold type sets apart."""
    if not block.lead or block.heading or not block.text.startswith(block.lead):
        return block.text
    rest = block.text.removeprefix(block.lead)
    alone = rest[:1] == " " and rest.strip() and _could_be_name(block.lead)
    return f"{block.lead}:{rest}" if alone and not label_of(block.text) else block.text


def _longest_turn(labels: Sequence[Label | None]) -> int:
    """Return how many paragraphs follow a label at most, before the next one."""
    at = [n for n, label in enumerate(labels) if label]
    return max((later - earlier - 1 for earlier, later in pairwise(at)), default=0)


def _is_stranger(part: Block, voices: Voices) -> bool:
    found = label_of(_labelled(part))
    return bool(found and found.colon and found.name not in voices.names)
