"""What governs the words that a claim takes from a sentence, and the claim leaves out. Pure.

"We stopped using Redis", "if the pilot works", "critics say", "before 2023": a quote that begins
behind such words seems to carry what its sentence does not say. There is no parser here: a claim is
governed where nearly all the words that it shares with a sentence stand within the reach of such
words (``governors.toml``), and it has nothing of their kind itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from tomllib import loads
from typing import Literal

from casebook.schemas.frozen import Frozen
from casebook.summarizer.grounding.source_text import SourceSentence, content, tokens

# The share of the shared words that must stand in reach, and of them behind what governs.
_IN_REACH, _BEHIND = 0.8, 0.5
# Of fewer shared words, or a smaller share of a claim's, nothing follows.
_FEWEST, _ENOUGH = 2, 0.4
# A longer sentence, in characters, is none: a table, a row without end.
LONGEST = 2_000
# A sentence with this share of the most shared words of any carries the claim, too.
_CARRIES = 0.75
# What is said aside governs nothing around it, and nothing around it governs it.
_ASIDE = re.compile(r", (?:which|who|whom|whose|where)\b[^,;:]*(?:,|$)|\([^()]*\)|[–—] [^–—]+ [–—]")
# So many of them are looked at.
_ASIDES = 5
_PARTS = re.compile(
    r"[;:]|,? \b(?:but|yet|whereas|although|though|because)\b|, (?:and|or|so|since|while)\b"
    r"| and (?=(?:we|it|they|he|she|the|this|now|then|so|was|were|is|are|has|have|do|does|did|would"
    r"|could|\w+ed|chose|found|wrote|built|went|took|made|kept)\b)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(
    r";(?!\s*then\b)|,? \b(?:but|yet|whereas)\b|, and (?=(?:we|it|they|now|then)\b)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# A participle is no past: right behind one of these, or near a form of "be" in the present.
_OF_A_NOUN = frozenset("a an the its our their each every of with by for in on as".split())
_BE = frozenset("is are be being gets get".split())
_AUXILIARIES = frozenset("was were had did".split())
_WHETHER = re.compile(
    r"\b(?:check|see|seen|decid|know|ask|tell|determin|verif|wonder|learn|test|assess|judg|detect"
    r"|identif|clear|sure|evaluat)\w*(?: \w+){0,2} ?\Z",
    re.IGNORECASE,
)


class Governor(Frozen):
    """One kind of words that govern: the data file explains the parts."""

    name: str
    reach: Literal["after", "clause", "sentence", "condition"]
    told: str
    words: str
    also: str = "(?!)"
    refutes: bool = False


class Governors(Frozen):
    """The whole table."""

    kept: str
    past: str
    governor: Sequence[Governor]


@dataclass(frozen=True)
class Governing:
    """Words that govern a claim, and what they say of it; ``denies``: they say the contrary."""

    written: str
    kind: Governor
    denies: bool

    @property
    def reason(self) -> str:
        """What is wrong with the claim, for a person."""
        return f"{self.kind.told}: “{self.written}”."


@cache
def _table() -> Governors:
    return Governors.model_validate(
        loads(files(__package__).joinpath("governors.toml").read_text("utf-8"))
    )


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words.replace("\n", ""), re.IGNORECASE)


def _any_of(words: str) -> re.Pattern[str]:
    return _compiled(rf"\b(?:{words})\b")


def governing(text: str, sentences: Sequence[SourceSentence]) -> Governing | None:
    """Return what governs ``text`` in every sentence that carries it, and is not in it."""
    sentences = readable(sentences)
    if "?" in text or len(text) > LONGEST:
        return None
    ours = frozenset(content(tokens(text)))
    shared = [len(ours & said.stems) for said in sentences]
    most = max(shared, default=0)
    if most < max(_FEWEST, _ENOUGH * len(ours)):
        return None
    carrying = [s for s, n in zip(sentences, shared, strict=True) if n >= _CARRIES * most]
    found = [next(_over(text, ours, said), None) for said in carrying]
    return found[0] if all(found) else None


def readable(sentences: Sequence[SourceSentence]) -> list[SourceSentence]:
    """Return the sentences that are such in more than name."""
    return [said for said in sentences if len(said.text) <= LONGEST]


def reservation(said: SourceSentence, stems: frozenset[str]) -> Governing | None:
    """Return what governs the words of a sentence with these stems, those of time left aside."""
    for strand in _strands(said.text):
        for kind in _table().governor:
            for found in _compiled(kind.words).finditer(strand):
                rest = stems & said.stems - _stems(found[0])
                if kind.name == "bygone" or _is_whether(kind, found, strand):
                    continue
                if rest and _reaches(kind, found, strand, rest):
                    return Governing(found[0].strip(" ,;:"), kind, denies=kind.refutes)
    return None


def clause_of(said: SourceSentence, start: int, length: int) -> str:
    """Return what stands in one clause with ``said.text[start:][:length]``."""
    edges = [e.span() for e in _PARTS.finditer(said.text)]
    begin = max((b for _, b in edges if b <= max(start, 0)), default=0)
    end = min((a for a, _ in edges if a >= start + length), default=len(said.text))
    return said.text[begin:end]


def _over(text: str, ours: frozenset[str], said: SourceSentence) -> Iterator[Governing]:
    """Yield what governs the words that ``text`` has of the sentence."""
    spoken, past = {token.stem for token in tokens(text)}, _is_past(text)
    met = [
        (kind, found, strand)
        for strand in _strands(said.text)
        for kind in _table().governor
        for found in _compiled(kind.words).finditer(strand)
        if not _is_whether(kind, found, strand)
    ]
    if any(_has(spoken, found) for _, found, _ in met):
        return
    for kind, found, strand in met:
        kept = [*_any_of(_table().kept).finditer(text), *_any_of(kind.also).finditer(text)]
        if kind.name == "bygone" and (past or not _is_past(strand)):
            continue
        if _are_new(kept, strand[found.end() :]):
            continue
        if _reaches(kind, found, strand, ours & said.stems):
            yield Governing(found[0].strip(" ,;:"), kind, denies=kind.refutes and not past)


def _are_new(kept: Sequence[re.Match[str]], behind: str) -> bool:
    """Tell whether some word of reserve is a claim's own, and none of the words that are governed.

    "Without errors" is no reserve where the source has that behind what governs.
    """
    said = {token.stem for token in tokens(behind)}
    return any(said.isdisjoint(t.stem for t in tokens(word[0])) for word in kept)


def _has(spoken: set[str], found: re.Match[str]) -> bool:
    """Tell whether a claim has a word of what governs: it says so itself."""
    keys = [word for word in found.groupdict().values() if word]
    said = tokens(" ".join(keys) or found[0])
    telling = set(content(said)) or {token.stem for token in said}
    return not telling.isdisjoint(spoken)


def _is_whether(kind: Governor, found: re.Match[str], strand: str) -> bool:
    return kind.reach == "condition" and _WHETHER.search(strand[: found.start()]) is not None


def _reaches(kind: Governor, found: re.Match[str], strand: str, shared: frozenset[str]) -> bool:
    """Tell whether nearly all the ``shared`` words stand in the reach of what was found."""
    wide = kind.reach in ("sentence", "condition")
    start, end = _part(strand, found, _SENTENCES if wide else _PARTS)
    within, behind = _stems(strand[start:end]), _stems(strand[found.end() : end])
    if kind.reach == "condition":
        stop = strand.find(",", found.end(), end)
        condition = _stems(strand[found.end() : end if stop < 0 else stop])
        rest = _stems(strand[start : found.start()] + (strand[stop:end] if stop >= 0 else ""))
        if (condition - rest) & shared:
            return False
        within = rest
    least = _BEHIND if kind.reach == "after" else 0.0
    size = len(shared)
    return len(shared & within) >= _IN_REACH * size and len(shared & behind) >= least * size


def _stems(text: str) -> frozenset[str]:
    return frozenset(content(tokens(text)))


def _part(strand: str, found: re.Match[str], breaks: re.Pattern[str]) -> tuple[int, int]:
    """Return where the part of a strand begins and ends in which something was found."""
    edges = list(breaks.finditer(strand))
    start = max((e.end() for e in edges if e.end() <= found.end() - 1), default=0)
    start = min(start, found.start())
    end = min((e.start() for e in edges if e.start() >= found.end()), default=len(strand))
    return start, end


def _strands(text: str) -> list[str]:
    """Return the sentence without what it says aside, and what it says aside, each in its place."""
    asides = [found.span() for found in islice(_ASIDE.finditer(text), _ASIDES)]
    main = _ASIDE.sub(lambda found: " " * len(found[0]), text)
    return [main, *(" " * a + text[a:b] + " " * (len(text) - b) for a, b in asides)]


def _is_past(text: str) -> bool:
    """Tell whether some verb is in a form of the past, as far as its ending tells."""
    spoken = [word.casefold() for word in _WORD.findall(text)]
    forms = frozenset(_table().past.split())
    return any(
        word in _AUXILIARIES
        or (
            (word in forms or (word.endswith("ed") and "-" not in word))
            and _BE.isdisjoint(spoken[max(place - 2, 0) : place])
            and _OF_A_NOUN.isdisjoint(spoken[max(place - 1, 0) : place])
        )
        for place, word in enumerate(spoken)
    )
