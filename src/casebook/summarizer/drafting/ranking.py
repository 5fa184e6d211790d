"""Which sentences of a document speak about which field. Pure, from cues kept as data.

Small models cannot search a document, so code does: each sentence is weighed per field by the
patterns of ``cues.toml``, by what it stands under, and by the terms of the taxonomy it names. A
field nobody speaks about gets no sentence: silence is better than invention. Among those that weigh
enough BM25 helps to order (ADR 0003).
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from casebook.summarizer.drafting.relevance import relevance
from casebook.summarizer.drafting.sections import (
    Cues,
    FieldCues,
    Setting,
    hits,
    load_cues,
    settings_of,
)
from casebook.summarizer.language.products import Product, of_the_taxonomy, products
from casebook.summarizer.language.sentences import Sentence
from casebook.summarizer.language.wording import content_stems, numbers, overlap, words

_MIN_WORDS, _MAX_WORDS = 7, 48
# A maxim under a heading that says so may be short: "Keep the old path alive."
_MIN_WORDS_HEADED = 5
# So may be what a named thing is for: "The vectors live in Qdrant."
_MIN_WORDS_NAMED = 4
_PER_PASSAGE = 3
# With fewer sentences on it than this, the architecture can spare none for the summary.
_FEWEST_PARTS = 2
_STRONG_AT_MOST = 4.0
# A sentence of so many words that says what a tool does is about it; more names add nothing.
_SHORT = 12
_MOST_NAMED = 2
_TOOL = "tool"
# A summary stands at the top; later only what a heading calls one.
_OPENING = 0.2
# What BM25 adds to the weight of the document's most relevant sentence; less to others.
_RELEVANT = 2.0
_ENDS = re.compile(r"[.!][”’)\]]*$")
_STARTS = re.compile(r"[A-Z0-9]")
_SPEECH = re.compile(
    r"[“\"][^”\"]{25,}[”\"].*\b(says?|said|asks?|asked|put it|puts it|explain(s|ed)|notes?|noted|"
    r"adds?|added|recalls?|told)\b|"
    r"\b(says?|said|asks?|asked|put it|puts it|explain(s|ed)|noted?s?|adds?|recalls?|told)\b.*"
    r"[“\"][^”\"]{25,}",
    re.IGNORECASE,
)
_CONNECTIVE = r"(?:(?:and|but|so|then|yet|or|plus|still|also|now),? )*"
# "With three per family instead of two.": no more than a rest of the sentence before.
_FRAGMENT = re.compile(
    rf"^{_CONNECTIVE}(with|without|like|because|which|whose|including|such as|rather than|plus)\b"
    r"[^,:]*$",
    re.IGNORECASE,
)
# What makes sense only with the sentence before: a bare pronoun most, "this tool" less.
_LEANS_HARD = re.compile(
    rf"^{_CONNECTIVE}((it|they|he|she|him|them)\b|(this|that|these|those)(['’]\w+)? "
    r"(\w+ly |also |then |now )?(is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|"
    r"would|should|may|might|must|got|went|came|gave|told|leave|take|\w+[^s\W]s|\w+ed)\b)",
    re.IGNORECASE,
)
_ENDS_OPEN = re.compile(r"\b(one|them|these|those|this|that|him|her)\.$", re.IGNORECASE)
_OF_ITSELF = re.compile(
    r"this (post|article|talk|paper|page|write-?up|report|document|case study) ", re.IGNORECASE
)
_LEANS = re.compile(
    rf"^{_CONNECTIVE}(it|they|he|she|this|that|these|those|its|their|his|her|such|both|which|"
    r"others?|another|one|so (has|have|is|did)|for (this|that|these)|"
    r"the (former|latter|same|other|second|third|rest|last|above|previous))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pick:
    """A sentence chosen for a field, with its weight and the keys of what it names of a group."""

    field: str
    sentence: Sentence
    weight: float
    named: frozenset[str] = frozenset()


def usable(sentence: Sentence, least_words: int = _MIN_WORDS) -> bool:
    """Tell whether a sentence can stand alone as a statement: whole, and about the matter."""
    text = sentence.text
    whole = bool(_STARTS.match(text) and _ENDS.search(text))
    balanced = text.count("(") == text.count(")") and text.count("“") == text.count("”")
    fits = least_words <= len(words(text)) <= _MAX_WORDS and text.count('"') % 2 == 0
    return whole and balanced and fits and not _is_junk(text)


def _is_junk(text: str) -> bool:
    if _SPEECH.search(text) or _FRAGMENT.match(text):
        return True
    return bool(hits(load_cues().junk["patterns"], text))


def weigh(
    sentence: Sentence,
    field: FieldCues,
    name: str,
    setting: Setting,
    named: Sequence[Product] = (),
) -> float:
    """Return how much speaks for ``sentence`` to be about the field ``name``.

    ``named`` is what it names of the field's group, if that has one.
    """
    text = sentence.text
    if field.needs_number and not numbers(text):
        return 0.0
    if field.taxonomy and not named:
        return 0.0
    said = _said(text, field, setting) + _about(text, named, field)
    if field.needs_cue and not said:
        return 0.0
    against = 3.0 * hits(field.against, text) + leaning(text)
    return said + _set(sentence, field, name, setting) - against


def _said(text: str, field: FieldCues, setting: Setting) -> float:
    """Return what the sentence's own words weigh for the field."""
    strong = min(_STRONG_AT_MOST, 2.0 * hits(field.strong, text))
    kindred = 3.0 if setting.fields.intersection(field.kin) else 1.0
    told = kindred if hits(field.kin_cues, text) else 0.0
    return strong + hits(field.light, text) + told


def _set(sentence: Sentence, field: FieldCues, name: str, setting: Setting) -> float:
    """Return what the setting weighs for the field."""
    if name in setting.headed:
        return 3.0 if setting.opens else 2.0
    if name in setting.announced:
        return 2.0
    # Under another field's own heading a sentence is more likely about that one.
    foreign = -1.0 if setting.fields and not setting.fields.intersection(field.kin) else 0.0
    return foreign + (1.0 if hits(field.hints, sentence.section) else 0.0)


def leaning(text: str) -> float:
    """Return how much ``text`` leans on the sentence before it: 2 a bare pronoun, 1, or 0."""
    if _OF_ITSELF.match(text):
        return 0.0
    if _LEANS_HARD.match(text):
        return 2.0
    return 1.0 if _LEANS.match(text) or _ENDS_OPEN.search(text) else 0.0


def _named(text: str, group: str | None, own: Collection[str]) -> Sequence[Product]:
    """Return what ``text`` names of a group of the taxonomy: of tools, also what that lacks."""
    if group == _TOOL:
        return products(text, own)
    return of_the_taxonomy(text, group) if group else ()


def _about(text: str, named: Sequence[Product], field: FieldCues) -> float:
    """Return what the names weigh.

    In a long sentence one name is mostly said in passing; a short one that says what is done with
    it, or one that names several, is about them.
    """
    if not named:
        return 0.0
    used = any(product.used for product in named)
    short = len(words(text)) <= _SHORT and (used or hits(field.strong, text))
    count = len({product.key for product in named})
    return 1.0 + min(count - 1, _MOST_NAMED) + short + used


def pick(
    sentences: Sequence[Sentence], title: str | None = None, own: Collection[str] = ()
) -> dict[str, list[Pick]]:
    """Return each field's sentences, best first, every sentence in one field at most.

    A sentence goes to the field it weighs most for, or to one that it weighs nearly as much for
    when the first is full. At most three sentences of one passage serve the same field; each of a
    field about named things names another one. ``title`` helps to find what sums the document up;
    ``own`` are the keys of the company's names, which are no tools.
    """
    cues, told = load_cues(), relevance(sentences)
    weighed = [
        replace(chosen, weight=round(chosen.weight + _RELEVANT * told[chosen.field][place], 2))
        for place, (sentence, setting) in enumerate(
            zip(sentences, settings_of(sentences, title), strict=True)
        )
        for chosen in _candidates(sentence, setting, content_stems(title or ""), own)
    ]
    best: dict[int, float] = {}
    for chosen in weighed:
        start = chosen.sentence.start
        best[start] = max(best.get(start, 0.0), chosen.weight)
    return _fill(sorted(weighed, key=lambda p: (-p.weight, p.sentence.start)), best, cues)


def _candidates(
    sentence: Sentence, setting: Setting, title: set[str], own: Collection[str]
) -> list[Pick]:
    cues = load_cues()
    least = _MIN_WORDS_HEADED if setting.headed else _MIN_WORDS
    found = []
    for name, field in cues.fields.items():
        if not usable(sentence, _MIN_WORDS_NAMED if field.taxonomy else least):
            continue
        named = _named(sentence.text, field.taxonomy, own)
        weight = weigh(sentence, field, name, setting, named)
        weight += _summing_up(sentence, field, setting, title)
        if weight >= (field.threshold or cues.threshold):
            keys = frozenset(product.key for product in named)
            found.append(Pick(name, sentence, round(weight, 2), keys))
    return found


def _summing_up(sentence: Sentence, field: FieldCues, setting: Setting, title: set[str]) -> float:
    """Return what place and title add for a field that stands at the opening."""
    if not field.early:
        return 0.0
    if sentence.position > _OPENING and "summary" not in setting.headed:
        return -10.0
    shared = overlap(title, content_stems(sentence.text)) if title else 0.0
    return 3.0 * shared - 5.0 * min(sentence.position, _OPENING)


def _fill(weighed: Sequence[Pick], best: Mapping[int, float], cues: Cues) -> dict[str, list[Pick]]:
    picked: dict[str, list[Pick]] = {name: [] for name in cues.fields}
    used: set[int] = set()
    crowded: Counter[tuple[str, int]] = Counter()
    for candidate in weighed:
        name, sentence = candidate.field, candidate.sentence
        full = len(picked[name]) >= cues.fields[name].keep
        second = candidate.weight < best[sentence.start] - 1
        place = (name, sentence.passage)
        told = frozenset().union(*(p.named for p in picked[name]))
        repeated = bool(candidate.named) and candidate.named <= told
        taken = sentence.start in used or crowded[place] >= _PER_PASSAGE
        if full or second or repeated or taken:
            continue
        picked[name].append(candidate)
        used.add(sentence.start)
        crowded[place] += 1
    _open_with_system(picked)
    return picked


def _open_with_system(picked: dict[str, list[Pick]]) -> None:
    """Give a text that nothing sums up the first sentence on how its system works as a summary."""
    parts = sorted(picked.get("architecture", ()), key=lambda pick: pick.sentence.start)
    if picked.get("summary") or len(parts) < _FEWEST_PARTS or leaning(parts[0].sentence.text):
        return
    picked["architecture"].remove(parts[0])
    picked["summary"].append(replace(parts[0], field="summary"))
