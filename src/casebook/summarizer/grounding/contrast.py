"""Where a sentence says something else than the source's sentence that it follows. Pure.

Only where nearly all other words agree is a difference in one place telling: a changed number,
another name, an opposite, a negation, two things exchanged.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from casebook.summarizer.grounding.alignment import Alignment, Slot, align
from casebook.summarizer.grounding.source_text import SourceSentence, Token, tokens
from casebook.summarizer.language.lexicon import lexicon
from casebook.summarizer.language.numerals import figures
from casebook.summarizer.language.quantities import Stated
from casebook.summarizer.language.units import is_unit
from casebook.summarizer.language.wording import is_named, name_key, names, opening_names, words

# The share of a sentence's other content words that must agree before a difference is one.
FOLLOWS = 0.75
# From here on it is a copy with few changes, and nothing around it excuses them.
COPIES = 0.9
_CHANGES = 2
# The longest stretch that names one thing, compounds in their parts: "GPT-4".
_NAME = 2
# What joins things that may change places: "Ada and Grace".
_JOINING = frozenset("and or as well both plus".split())
# Beside an exchange so few other words may differ: a clause that moved is none.
_BESIDES = 2
_PASSIVE = frozenset("by be is are was were been being".split())


def followed(text: str, candidates: Iterable[SourceSentence]) -> list[Alignment]:
    """Return ``text`` beside those of the candidates that it follows most closely, if any."""
    pairs = [pair for said in candidates if (pair := align(text, said)).agreement >= FOLLOWS]
    least = min((pair.changed for pair in pairs), default=0)
    return [pair for pair in pairs if pair.changed == least]


def contradiction(text: str, pair: Alignment, near: str, proper: Collection[str]) -> str | None:
    """Return in words how ``text`` contradicts the sentence that it follows, or None.

    ``near`` is what stands around it: a number or name from there contradicts nothing.
    ``proper`` are the keys of names, even those that open a sentence.
    """
    copies = pair.agreement >= COPIES and len(pair.replaced) <= _CHANGES
    if copies:
        near = ""
    return (
        _opposite(pair)
        or negated(pair)
        or _other(text, pair, near, copies=copies)
        or (_renamed(text, pair, proper) if copies else None)
    )


def _opposite(pair: Alignment) -> str | None:
    """Compare words; two opposites, or an opposite and an exchange, make up for each other."""
    there = {t.stem for t in pair.said.tokens}
    found = [
        (token, other)
        for slot in pair.replaced
        for token in slot.ours
        for other in slot.theirs
        if other.stem in lexicon().opposites.get(token.stem, ()) and token.stem not in there
    ]
    turned = _exchanged(pair)
    if bool(found) is bool(turned):
        return None
    if turned:
        one, other = turned.texts()
        return f"It has “{one}” and “{other}” in each other's places."
    return f"It says “{found[0][0].word}” where the source says “{found[0][1].word}”."


def _exchanged(pair: Alignment) -> Slot | None:
    """Return one of two slots that have each other's words, unless word order tells nothing."""
    if any(_PASSIVE & ({*slot.stems()[0]} ^ {*slot.stems()[1]}) for slot in pair.slots):
        return None
    for one, other in combinations(pair.replaced, 2):
        between = pair.ours[one.place + len(one.ours) : other.place]
        if (
            one.stems() == other.stems()[::-1]
            and pair.changed - 2 * max(len(one.ours), len(other.ours)) <= _BESIDES
            and any(t.content for t in one.ours)
            and any(t.word.casefold() not in _JOINING for t in between)
        ):
            return one
    return None


def negated(pair: Alignment) -> str | None:
    """Compare negations where the two differ and go on alike: "did not improve", "improved"."""
    if _denials(pair.ours) == _denials(pair.said.tokens):
        return None
    for slot in pair.slots:
        ours, theirs = _denials(slot.ours), _denials(slot.theirs)
        if not slot.followed or ours % 2 == theirs % 2 or _aside(slot):
            continue
        if ours % 2:
            return "It negates what the source affirms."
        return "It affirms what the source negates."
    return None


def _aside(slot: Slot) -> bool:
    """Tell whether only one of them has a whole "without a person", which turns nothing round."""
    stretch = slot.ours or slot.theirs
    alone = not (slot.ours and slot.theirs)
    return alone and len(stretch) > 1 and stretch[0].stem == "without"


def denied(text: str, near: str) -> bool:
    """Tell whether ``text`` negates and nothing ``near`` what it is about does."""
    return _denials(tokens(text)) > 0 and _denials(tokens(near)) == 0


def shifted(pair: Alignment) -> tuple[str, str] | None:
    """Return our words and the source's where only one of them leaves open whether it is so.

    "May move" and "moved"; "up to 50 %" and "50 %"; or whether it only has to be so.
    """
    ours, theirs = (" ".join(t.word for t in side) for side in (pair.ours, pair.said.tokens))
    kinds = [
        kind
        for kind in (lexicon().reservations, lexicon().obligations)
        if len(kind.findall(ours)) != len(kind.findall(theirs))
    ]
    for slot in pair.slots:
        mine, other = slot.texts()
        if slot.followed and any(bool(k.search(mine)) != bool(k.search(other)) for k in kinds):
            return mine, other
    return None


def told_shift(ours: str, theirs: str) -> str:
    """Say in words what ``shifted`` found."""
    if not ours:
        return f"The source says so only with “{theirs}”."
    if not theirs:
        return f"It says “{ours}”, which the source does not."
    return f"It says “{ours}” where the source says “{theirs}”."


_DENIAL = re.compile(
    r"\b(?:no(?! doubt| matter)|not(?! only| just| merely| necessarily)|never|none|nobody|nothing"
    r"|neither|nor|without|cannot|hardly|barely|scarcely|\w+n[o’']t|unable|lack(?:s|ed|ing)?"
    r"|(?:fail|refus|declin)\w* to)\b",
    re.IGNORECASE,
)


def _denials(stretch: Sequence[Token]) -> int:
    return len(_DENIAL.findall(" ".join(t.word for t in stretch)))


def _other(text: str, pair: Alignment, near: str, *, copies: bool) -> str | None:
    """Name a number or a name that stands where the source has another."""
    said = pair.said
    foreign = [f.readings for f in Stated(near, said.text).strange(text)]
    ours, theirs = _counted(text), _counted(said.text)
    here, known = _keys(text), said.names | _keys(near)
    for slot in pair.replaced:
        mine, other = slot.texts()
        if _short_for(mine, other):
            continue
        more = any(
            f.readings in foreign or (copies and ours[v] > theirs[v] > 0)
            for f in figures(mine)
            for v in f.readings
        )
        if more and any(ours[v] < theirs[v] for f in figures(other) for v in f.readings):
            return f"It says “{mine}” where the source says “{other}”."
        strangers = [w for w in _names_in(slot.ours, text) if not is_named(w, known)]
        instead = [w for w in _names_in(slot.theirs, said.text) if not is_named(w, here)]
        if strangers and instead:
            return f"It names {strangers[0]} where the source names {instead[0]}."
    return None


def _counted(text: str) -> Counter[float]:
    """Return how often each value stands in ``text``."""
    return Counter(value for figure in figures(text) for value in figure.readings)


def _short_for(one: str, other: str) -> bool:
    """Tell whether one is the other's abbreviation: "RAG", "Retrieval-Augmented Generation"."""
    short, long = sorted((one, other), key=len)
    initials = "".join(part[0] for part in re.split(r"[\s-]+", long) if part).casefold()
    return len(initials) > 1 and short.casefold().removesuffix("s") in (initials, initials[:-1])


def _renamed(text: str, pair: Alignment, proper: Collection[str]) -> str | None:
    """Name what stands where a copy of the source's sentence names another, itself named there."""
    slots = pair.replaced
    if len(slots) != 1 or max(len(slots[0].ours), len(slots[0].theirs)) > _NAME:
        return None
    slot, said = slots[0], pair.said.text
    opening = {t.word for t in (*slot.ours, *slot.theirs) if name_key(t.word) in proper}
    if not opening and not _names_in(slot.ours, text) and not _names_in(slot.theirs, said):
        return None
    ours = _names_in(slot.ours, text, opening_names(text) | opening)
    theirs = _names_in(slot.theirs, said, opening_names(said) | opening)
    here, there = (Counter(map(_singular, words(side))) for side in (text, said))
    lost = [w for w in theirs if here[_singular(w)] < there[_singular(w)]]
    if ours and lost and not _short_for(*slot.texts()):
        return f"It names {ours[0]} where the source names {lost[0]}."
    return None


def _singular(word: str) -> str:
    return name_key(word).removesuffix("s")


def _names_in(slot: Sequence[Token], text: str, opening: Collection[str] = ()) -> list[str]:
    """Return the words of a slot that are names in ``text``, or parts of one.

    ``opening`` are first words of sentences that are names, too.
    """
    found = {*names(text), *opening}
    parts = {part for name in found for part in re.split(r"[-/]", name) if not part.islower()} | {
        name for name in found if name.islower()
    }
    return [t.word for t in slot if t.content and t.word in parts and not is_unit(t.word)]


def _keys(near: str) -> set[str]:
    return {key for t in tokens(near) for key in (t.stem, name_key(t.word))}
