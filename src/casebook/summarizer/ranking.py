"""Which sentences of a document speak about which field. Pure, from cues kept as data.

Small models cannot search a document, so code does: each sentence is weighed per field by the
patterns of ``cues.toml``, by the heading it stands under, and by the terms of the taxonomy it
names. A field nobody speaks about gets no sentence: silence is better than invention.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from casebook.schemas.frozen import Frozen
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.sentences import Sentence
from casebook.summarizer.wording import numbers, words

_MIN_WORDS, _MAX_WORDS = 7, 48
_PER_PASSAGE = 2
_ENDS = re.compile(r"[.!][\"”’')\]]*$")
_LEANS = re.compile(
    r"^(this|that|these|those|it|they|he|she|such|which|here|there|both|then|another|others?|"
    r"the (former|latter|same|other))\b",
    re.IGNORECASE,
)


class FieldCues(Frozen):
    """The cues of one field, as read from the data file."""

    keep: int
    threshold: float | None = None
    headings: Sequence[str] = ()
    strong: Sequence[str]
    light: Sequence[str]
    against: Sequence[str] = ()
    needs_number: bool = False
    early: bool = False
    taxonomy: str | None = None


class Cues(Frozen):
    """All cues. ``threshold`` is the least weight a sentence needs."""

    threshold: float
    deployment: Sequence[tuple[str, str]]
    narrator: Sequence[tuple[str, str]]
    junk: Mapping[str, Sequence[str]]
    fields: Mapping[str, FieldCues] = Field(default_factory=dict)


@dataclass(frozen=True)
class Pick:
    """A sentence chosen for a field, with its weight."""

    field: str
    sentence: Sentence
    weight: float


@cache
def load_cues() -> Cues:
    """Return the cues of the data file."""
    raw = files(__package__).joinpath("cues.toml").read_text("utf-8")
    return Cues.model_validate(tomllib.loads(raw))


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _hits(patterns: Sequence[str], text: str) -> int:
    return sum(1 for pattern in patterns if _pattern(pattern).search(text))


def usable(sentence: Sentence) -> bool:
    """Tell whether a sentence can stand alone as a statement: whole, and about the matter."""
    text = sentence.text
    count = len(words(text))
    if not _MIN_WORDS <= count <= _MAX_WORDS or not _ENDS.search(text):
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] in "“\"'‘"):
        return False
    if text.count("(") != text.count(")") or text.count("“") != text.count("”"):
        return False
    return not _hits(load_cues().junk["patterns"], text)


def weigh(sentence: Sentence, cues: FieldCues) -> float:
    """Return how much speaks for ``sentence`` to be about the field of ``cues``."""
    text = sentence.text
    if cues.needs_number and not numbers(text):
        return 0.0
    said = 2.0 * _hits(cues.strong, text) + _hits(cues.light, text)
    if cues.taxonomy and not _names_term(text, cues.taxonomy):
        return 0.0
    if cues.taxonomy:
        said += 1.0
    headed = bool(_hits(cues.headings, sentence.section))
    weight = said + (2.0 if headed and said else 1.0 if headed else 0.0)
    weight -= 2.0 * _hits(cues.against, text)
    weight -= 1.0 if _LEANS.match(text) else 0.0
    if cues.early:
        weight += 1.0 if sentence.position < 0.15 else -1.5 * sentence.position  # noqa: PLR2004 - the opening
    return weight


def _names_term(text: str, group: str) -> bool:
    taxonomy = load_taxonomy()
    return any(
        term.group == group for m in taxonomy.mentions(text) if (term := taxonomy.term(m.slug))
    )


def pick(sentences: Sequence[Sentence]) -> dict[str, list[Pick]]:
    """Return each field's sentences, best first, every sentence in one field at most.

    A sentence goes to the field it weighs most for, or to one that it weighs nearly as much for
    when the first is full. At most two sentences of one passage serve the same field.
    """
    cues = load_cues()
    fit = [sentence for sentence in sentences if usable(sentence)]
    weighed = [
        Pick(name, sentence, weight)
        for sentence in fit
        for name, field in cues.fields.items()
        if (weight := weigh(sentence, field)) >= (field.threshold or cues.threshold)
    ]
    best = {
        start: max(p.weight for p in weighed if p.sentence.start == start)
        for start in {p.sentence.start for p in weighed}
    }
    return _fill(sorted(weighed, key=lambda p: (-p.weight, p.sentence.start)), best, cues)


def _fill(weighed: Sequence[Pick], best: Mapping[int, float], cues: Cues) -> dict[str, list[Pick]]:
    picked: dict[str, list[Pick]] = {name: [] for name in cues.fields}
    used: set[int] = set()
    crowded: Counter[tuple[str, int]] = Counter()
    for candidate in weighed:
        name, sentence = candidate.field, candidate.sentence
        full = len(picked[name]) >= cues.fields[name].keep
        second = candidate.weight < best[sentence.start] - 1
        place = (name, sentence.passage)
        if full or second or sentence.start in used or crowded[place] >= _PER_PASSAGE:
            continue
        picked[name].append(candidate)
        used.add(sentence.start)
        crowded[place] += 1
    return picked
