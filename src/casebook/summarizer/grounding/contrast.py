"""Where a sentence says something else than the source's sentence that it follows. Pure.

The two are aligned word by word (Levenshtein over stems). Only where nearly all other words agree
is a difference in one slot telling: a changed number, another name, an opposite, a negation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from casebook.summarizer.grounding.source_text import SourceSentence, Token, content, tokens
from casebook.summarizer.language.lexicon import lexicon
from casebook.summarizer.language.numerals import figures
from casebook.summarizer.language.quantities import stated, strange
from casebook.summarizer.language.wording import (
    is_named,
    name_key,
    names,
    negation_ends,
    opening_names,
)

# The share of a sentence's other content words that must agree before a difference is one.
_FOLLOWS = 0.75
# From here on it is a copy with few changes, and nothing around it excuses them.
_COPIES = 0.9
_CHANGES = 2
# Of fewer content words nothing follows.
_MIN_CONTENT = 3
# The content words after a negation that it is taken to negate.
_SCOPE = 2
# The longest stretch, in words, that stands for another.
_SLOT = 4

# The longest stretch that names one thing, compounds in their parts: "GPT-4".
_NAME = 2

# "Not final until Friday" is final on Friday.
_NOT_UNTIL = re.compile(r"\b(?:not|n['’]t)\b(?=(?:\W+\w+){0,3}\W+until\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Slot:
    """Our words and the source's words at one place of the aligned sentences."""

    ours: tuple[Token, ...]
    theirs: tuple[Token, ...]

    def texts(self) -> tuple[str, str]:
        """Return both as written."""
        return " ".join(t.word for t in self.ours), " ".join(t.word for t in self.theirs)


def contrast(text: str, said: SourceSentence, near: str = "") -> str | None:
    """Return in words how ``text`` contradicts the source's sentence, or None.

    ``near`` is what stands around it: a number or name from there contradicts nothing.
    """
    ours = tokens(text)
    slots = _slots(ours, said.tokens)
    agreement = _agreement(ours, said, slots)
    if agreement < _FOLLOWS:
        return None
    copies = agreement >= _COPIES and len(slots) <= _CHANGES
    if copies:
        near = ""
    return (
        _opposite(slots, said)
        or _negated(text, said)
        or _other(text, slots, said, near)
        or (_renamed(text, slots, said) if copies else None)
    )


def _slots(ours: Sequence[Token], theirs: Sequence[Token]) -> list[Slot]:
    """Return where a short stretch stands for another."""
    one, other = [t.stem for t in ours], [t.stem for t in theirs]
    steps = Levenshtein.opcodes(one, other)
    found = [
        Slot(tuple(ours[s.src_start : s.src_end]), tuple(theirs[s.dest_start : s.dest_end]))
        for s in steps
        if s.tag == "replace"
    ]
    return [s for s in found if len(s.ours) <= _SLOT and len(s.theirs) <= _SLOT]


def _agreement(ours: Sequence[Token], said: SourceSentence, slots: Sequence[Slot]) -> float:
    """Return the share of our content words outside the slots that the source's sentence has."""
    replaced = {t.stem for slot in slots for t in slot.ours}
    asked = [t.stem for t in ours if t.content and t.stem not in replaced]
    there = {t.stem for t in said.tokens}
    agreed = sum(word in there for word in asked)
    size = sum(t.content for t in ours)
    return agreed / max(size - len(slots), 1) if size >= _MIN_CONTENT else 0.0


def _opposite(slots: Sequence[Slot], said: SourceSentence) -> str | None:
    there = {t.stem for t in said.tokens}
    for slot in slots:
        for token in slot.ours:
            contrary = lexicon().opposites.get(token.stem, frozenset())
            found = next((t for t in slot.theirs if t.stem in contrary), None)
            if found and token.stem not in there:
                return f"It says “{token.word}” where the source says “{found.word}”."
    return None


def _negated(text: str, said: SourceSentence) -> str | None:
    """Compare what each of the two negates; a negation of something else says nothing."""
    here, there = {t.stem for t in tokens(text)}, {t.stem for t in said.tokens}
    ours, theirs = _negated_words(text), _negated_words(said.text)
    if any(2 * len(scope & there) >= len(scope) for scope in _only(ours, theirs)):
        return "It negates what the source affirms."
    if any(scope <= here for scope in _only(theirs, ours)):
        return "It affirms what the source negates."
    return None


def _only(some: Sequence[set[str]], others: Sequence[set[str]]) -> list[set[str]]:
    """Return the negated words of the one that the other does not negate, too."""
    return [scope for scope in some if not any(scope & other for other in others)]


def _negated_words(text: str) -> list[set[str]]:
    """Return for each negation the (stems of the) two content words after it."""
    plain = _NOT_UNTIL.sub("", text)
    scopes = [content(tokens(plain[end:]))[:_SCOPE] for end in negation_ends(plain)]
    return [set(scope) for scope in scopes if scope]


def _other(text: str, slots: Sequence[Slot], said: SourceSentence, near: str) -> str | None:
    """Name a number or a name that stands where the source has another."""
    foreign = [f.readings for f in strange(text, stated(near) | said.numbers)]
    here, words = stated(text), _keys(text)
    for slot in slots:
        mine, other = slot.texts()
        if any(f.readings in foreign for f in figures(mine)) and any(
            here.isdisjoint(f.readings) for f in figures(other)
        ):
            return f"It says “{mine}” where the source says “{other}”."
        known = said.names | _keys(near)
        strangers = [w for w in _names_in(slot.ours, text) if not is_named(w, known)]
        instead = [w for w in _names_in(slot.theirs, said.text) if not is_named(w, words)]
        if strangers and instead:
            return f"It names {strangers[0]} where the source names {instead[0]}."
    return None


def _renamed(text: str, slots: Sequence[Slot], said: SourceSentence) -> str | None:
    """Name what stands where a copy of the source's sentence names another, itself named there."""
    if len(slots) != 1 or max(len(slots[0].ours), len(slots[0].theirs)) > _NAME:
        return None
    mine, other = (_names_in(part, of) for part, of in _both(slots[0], text, said))
    if not mine and not other:
        return None
    ours, theirs = (_names_in(part, of, opening=True) for part, of in _both(slots[0], text, said))
    lost = [w for w in theirs if not is_named(w, _keys(text))]
    if ours and lost:
        return f"It names {ours[0]} where the source names {lost[0]}."
    return None


def _both(
    slot: Slot, text: str, said: SourceSentence
) -> tuple[tuple[Sequence[Token], str], tuple[Sequence[Token], str]]:
    return (slot.ours, text), (slot.theirs, said.text)


def _names_in(slot: Sequence[Token], text: str, *, opening: bool = False) -> list[str]:
    """Return the words of a slot that are names in ``text``, or parts of one.

    With ``opening``, the first words of sentences that may be names count too.
    """
    found = names(text) | (opening_names(text) if opening else set())
    parts = {part for name in found for part in re.split(r"[-/]", name)}
    return [t.word for t in slot if t.content and t.word in parts]


def _keys(near: str) -> set[str]:
    return {key for t in tokens(near) for key in (t.stem, name_key(t.word))}
