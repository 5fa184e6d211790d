"""The words we file cases under, and where a text says them. The data is ``taxonomy.toml``."""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from casebook.schemas.frozen import Frozen

_WORD = re.compile(r"[^\W_]+")
# What may stand between the words of one phrase: a space, a line break, or a mark as in
# "CI/CD", "llama.cpp" and "human-in-the-loop". A full stop, comma or blank line may not.
_JOINT = re.compile(r"[ \xa0]*\n?[ \xa0]*|[ \xa0]?[-\u2010-\u2015/&][ \xa0]?|[._+'\u2019]")
_JOINABLE = re.compile(r"[^\W_]+([ -][^\W_]+)*")
_NEARBY = 40  # words to each side in which a ``needs`` word counts
_LEAD = 1_000  # characters in which a text usually says whose story it tells
_LEAD_FACTOR = 2.0


class Synonym(Frozen):
    """One way of writing a term.

    Spaces and hyphens in ``form`` stand for each other and for nothing, and a final "s" is
    understood: "fine-tuning" also covers "fine tuning" and "finetuning". Other marks inside, as in
    "CI/CD", may be written as any joint but not left out ("Q&A" is not "QA"). A form wholly in
    capitals is matched as written unless ``case_sensitive`` says otherwise. With ``needs``, one of
    those words (or of the words of a context, as ``@context``) must stand within 40 words.
    """

    form: str = Field(pattern=r"[^\W_]")
    case_sensitive: bool | None = None
    needs: Sequence[Annotated[str, Field(pattern=r"^@?[a-z0-9]+$")]] = ()


class Term(Frozen):
    """A tag. ``merged`` are the slugs of other vocabularies that now mean this one."""

    slug: str
    label: str
    group: Literal["technique", "tool", "application", "concern"]
    definition: str
    synonyms: Sequence[Synonym]
    merged: Sequence[str] = ()

    @field_validator("synonyms", mode="before")
    @classmethod
    def _plain_forms(cls, value: Sequence[object]) -> list[object]:
        return [{"form": item} if isinstance(item, str) else item for item in value]


class Industry(Frozen):
    """A line of business. ``cues`` maps words that speak for it to their weight.

    ``prior`` is added once a cue was seen: how much more often the industry occurs than others.
    """

    slug: str
    label: str
    definition: str
    cues: Mapping[str, float]
    prior: float = 0.0
    merged: Sequence[str] = ()


class Mention(Frozen):
    """``text[start:end]`` names the term or speaks for the industry with this slug."""

    slug: str
    start: int
    end: int


class RankedIndustry(NamedTuple):
    """An industry that the text speaks of, how strongly, and with which words."""

    slug: str
    score: float
    mentions: list[Mention]


class Taxonomy(Frozen):
    """All terms and industries.

    ``contexts`` are named word lists for ``needs``. ``decoys`` are phrases that hold a term's form
    but mean something else ("travel agent", "ray tracing") and are read over; ``industry_decoys``
    are the same for cues.

    Raises:
        pydantic.ValidationError: if two entries share a slug or a form, or a context is missing.
    """

    version: str
    contexts: Mapping[str, Sequence[str]]
    decoys: Sequence[str]
    industry_decoys: Sequence[str]
    terms: Sequence[Term]
    industries: Sequence[Industry]

    @model_validator(mode="after")
    def _nothing_is_claimed_twice(self) -> Self:
        _ = self._terms_by_slug, self._industries_by_slug  # built here, so that they refuse here
        _ = self._term_lexicon, self._industry_lexicon
        return self

    def term(self, slug: str) -> Term | None:
        """Return the term with this slug, or the one that it was merged into."""
        return self._terms_by_slug.get(slug)

    def named(self, name: str) -> Term | None:
        """Return the term that ``name``, as a whole, is a slug, a label or a form of."""
        wanted = name.strip()
        if found := self.term(wanted.casefold().replace(" ", "-")):
            return found
        whole = [m for m in self.mentions(wanted) if (m.start, m.end) == (0, len(wanted))]
        if whole:
            return self.term(whole[0].slug)
        return next((t for t in self.terms if t.label.casefold() == wanted.casefold()), None)

    def industry(self, slug: str) -> Industry | None:
        """Return the industry with this slug, or the one that it was merged into."""
        return self._industries_by_slug.get(slug)

    def industry_named(self, name: str) -> Industry | None:
        """Return the industry whose slug or label ``name`` is, in whatever case."""
        wanted = name.strip().casefold()
        found = self.industry(wanted.replace(" ", "-"))
        return found or next((i for i in self.industries if i.label.casefold() == wanted), None)

    def mentions(self, text: str) -> list[Mention]:
        """Return where ``text`` names terms: in order, not overlapping, the longest form wins."""
        return [mention for _, mention in self._term_lexicon.find(text)]

    def industries_of(self, text: str) -> list[RankedIndustry]:
        """Return the industries that ``text`` speaks of, the likeliest first.

        A cue counts its weight, growing with the logarithm of its occurrences, and twice when the
        text opens with it. Empty where no cue occurs: a text without evidence has no industry.
        """
        cues: dict[str, dict[_Phrase, list[Mention]]] = defaultdict(lambda: defaultdict(list))
        for phrase, mention in self._industry_lexicon.find(text):
            cues[mention.slug][phrase].append(mention)
        ranked = [self._rank(slug, found) for slug, found in cues.items()]
        return sorted(ranked, key=lambda industry: (-industry.score, industry.slug))

    def _rank(self, slug: str, found: Mapping["_Phrase", list[Mention]]) -> RankedIndustry:
        score = self._industries_by_slug[slug].prior
        score += sum(_strength(phrase, mentions) for phrase, mentions in found.items())
        mentions = sorted((m for each in found.values() for m in each), key=lambda m: m.start)
        return RankedIndustry(slug, score, mentions)

    @cached_property
    def _terms_by_slug(self) -> Mapping[str, Term]:
        return _by_slug(self.terms)

    @cached_property
    def _industries_by_slug(self) -> Mapping[str, Industry]:
        return _by_slug(self.industries)

    @cached_property
    def _term_lexicon(self) -> "_Lexicon":
        phrases = (
            _Phrase.of(term.slug, synonym, self._words_needed(synonym))
            for term in self.terms
            for synonym in term.synonyms
        )
        return _Lexicon([*phrases, *_decoys(self.decoys)])

    @cached_property
    def _industry_lexicon(self) -> "_Lexicon":
        phrases = (
            _Phrase.of(industry.slug, Synonym(form=form), frozenset(), weight)
            for industry in self.industries
            for form, weight in industry.cues.items()
        )
        return _Lexicon([*phrases, *_decoys(self.industry_decoys)])

    def _words_needed(self, synonym: Synonym) -> frozenset[str]:
        words: set[str] = set()
        for need in synonym.needs:
            name = need.removeprefix("@")
            if name != need and name not in self.contexts:
                raise ValueError(
                    f"{synonym.form!r} needs the context {name!r}, which is not defined"
                )
            words.update([need] if name == need else self.contexts[name])
        return frozenset(words)


class _Phrase(NamedTuple):
    """A form cut into words, ready for looking up. Without a slug it is a decoy."""

    slug: str | None
    words: tuple[str, ...]
    joinable: bool
    case_sensitive: bool
    needs: frozenset[str]
    weight: float

    @classmethod
    def of(
        cls, slug: str | None, synonym: Synonym, needs: frozenset[str], weight: float = 1.0
    ) -> Self:
        sensitive = synonym.case_sensitive
        return cls(
            slug=slug,
            words=tuple(_WORD.findall(synonym.form)),
            joinable=_JOINABLE.fullmatch(synonym.form) is not None,
            case_sensitive=synonym.form.isupper() if sensitive is None else sensitive,
            needs=needs,
            weight=weight,
        )

    def spellings(self) -> set[tuple[str, ...]]:
        """Return the words in lower case, apart and (where that may be) written as one."""
        words = tuple(word.lower() for word in self.words)
        return {words, ("".join(words),)} if self.joinable else {words}

    def fits(self, written: str, nearby: Iterable[str]) -> bool:
        """Tell whether case and surroundings are right. ``written`` is without its joints."""
        surface = "".join(self.words)
        if self.case_sensitive and written not in {surface, f"{surface}s"}:
            return False
        return not self.needs or not self.needs.isdisjoint(nearby)


class _Lexicon:
    """Phrases by their words, and for each first word how many words a phrase may have.

    Looking up whole words in a dictionary keeps the search linear in the text, whatever the number
    of phrases; an alternation of as many forms tries most of them at each word.
    """

    def __init__(self, phrases: Iterable[_Phrase]) -> None:
        exact: dict[tuple[str, ...], _Phrase] = {}
        plural: dict[tuple[str, ...], _Phrase] = {}
        for phrase in phrases:
            for words in phrase.spellings():
                if words in exact:
                    raise ValueError(f"the form {' '.join(words)!r} is listed twice")
                exact[words] = plural[(*words[:-1], f"{words[-1]}s")] = phrase
        self._phrases = plural | exact
        counts: dict[str, set[int]] = defaultdict(set)
        for words in self._phrases:
            counts[words[0]].add(len(words))
        self._counts = {word: sorted(each, reverse=True) for word, each in counts.items()}

    def find(self, text: str) -> Iterator[tuple[_Phrase, Mention]]:
        """Yield each phrase found that is no decoy, in order of the text."""
        words = list(_WORD.finditer(text))
        lowered = [word.group().lower() for word in words]
        at = 0
        while at < len(words):
            phrase, count = self._longest(text, words, lowered, at)
            if phrase and phrase.slug:
                start, end = words[at].start(), words[at + count - 1].end()
                yield phrase, Mention(slug=phrase.slug, start=start, end=end)
            at += count

    def _longest(
        self, text: str, words: Sequence[re.Match[str]], lowered: Sequence[str], at: int
    ) -> tuple[_Phrase | None, int]:
        for count in self._counts.get(lowered[at], ()):
            end = min(at + count, len(words))
            phrase = self._phrases.get(tuple(lowered[at:end]))
            if phrase is None or not _joined(text, words[at:end]):
                continue
            nearby = [*lowered[max(0, at - _NEARBY) : at], *lowered[end : end + _NEARBY]]
            if phrase.fits("".join(word.group() for word in words[at:end]), nearby):
                return phrase, end - at
        return None, 1


_Entry = TypeVar("_Entry", bound=Term | Industry)


def _joined(text: str, words: Sequence[re.Match[str]]) -> bool:
    return all(_JOINT.fullmatch(text, left.end(), right.start()) for left, right in pairwise(words))


def _decoys(forms: Iterable[str]) -> Iterator[_Phrase]:
    return (_Phrase.of(None, Synonym(form=form), frozenset()) for form in forms)


def _strength(phrase: _Phrase, mentions: Sequence[Mention]) -> float:
    leads = _LEAD_FACTOR if mentions[0].start < _LEAD else 1.0
    return phrase.weight * leads * (1 + math.log(len(mentions)))


def _by_slug(entries: Sequence[_Entry]) -> dict[str, _Entry]:
    """Return the entries by their own slug and by each merged one."""
    known: dict[str, _Entry] = {}
    for entry in entries:
        for slug in (entry.slug, *entry.merged):
            if slug in known:
                raise ValueError(f"the slug {slug!r} is claimed twice")
            known[slug] = entry
    return known


@cache
def load_taxonomy() -> Taxonomy:
    """Return the taxonomy that the package carries."""
    data = files("casebook.schemas").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    return Taxonomy.model_validate(tomllib.loads(data))
