"""Finds the company that, according to a document, built or runs the described system."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from schemas.sources import Document
from schemas.taxonomy import PRODUCTS
from summarizer.drafts import FactClaim
from summarizer.mentions import terms_in
from summarizer.sentences import Sentence, words
from summarizer.strategies.cues import has_any, load_cues

_WORD = r"[A-Z][\w&'-]*\w(?:\.(?:ai|io|com))?"
_NAME = rf"{_WORD}(?: (?:(?:of|and|&) )?[A-Z][\w&-]+){{0,2}}"
_OPENING = 0.15
_FIRST_PERSON = r"\b(?:we|our|us)\b"
_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
# More than two passing mentions, or than one sentence by the company.
_LEAST_WEIGHT = 5
_SITE_WEIGHT, _SITE_FIRST_PERSONS = 3, 3
_TITLE_LEAD_WEIGHT, _TITLE_WEIGHT = 8, 2
# With a smaller lead over the next name, the document is about several companies.
_CLEAR_LEAD = 1.3


class _Vote(NamedTuple):
    weight: int
    name: str
    sentence: Sentence


_Votes = dict[str, list[_Vote]]


def company_of(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the company whose system is described, with the best sentence that names it.

    Candidates are names used like a company's, and the site's name if the text says "we". The title
    adds weight, most of all at its start or in "how NAME did something". Tools and models of the
    taxonomy do not count, unless the site or the title makes them the company. Returns None if no
    name is clearly ahead.
    """
    votes: _Votes = defaultdict(list)
    site_names = dict(_site_names(document))
    for sentence in sentences:
        for name, weight in _mentions(sentence):
            if _key(name) in site_names or is_name(name):
                votes[_key(name)].append(_Vote(weight, name, sentence))
    _count_site(site_names, sentences, votes)
    in_title = _count_title(document.title or "", sentences, votes)
    _join_short_forms(votes)
    weights = Counter({key: sum(vote.weight for vote in votes[key]) for key in votes})
    (first, most), (_, second) = [*weights.most_common(2), ("", 0), ("", 0)][:2]
    if most < _LEAST_WEIGHT or (most < _CLEAR_LEAD * second and first != in_title):
        return None
    quote = max(votes[first], key=lambda vote: vote.weight).sentence.text
    return FactClaim(name="company", value=_spelled(votes[first]), quotes=(quote,))


def is_name(name: str) -> bool:
    """Return whether ``name`` can be a company's, and not a tool or a word that opens sentences."""
    keys = {_key(part) for part in (name, *name.split()[-1:])}
    is_adverb = name.endswith("ally") and " " not in name
    is_tool = any(term.group in PRODUCTS for term in terms_in(name))
    is_word = is_adverb or is_tool or name == name.lower() or len(_key(name)) <= 1
    return not is_word and keys.isdisjoint(load_cues().not_names)


def _spelled(votes: Sequence[_Vote]) -> str:
    return Counter(vote.name for vote in votes).most_common(1)[0][0]


def _join_short_forms(votes: _Votes) -> None:
    """Add the votes for "Kellamoor" to "Kellamoor Logistics"."""
    for key in sorted(votes, key=len):
        parts = {other: _spelled(votes[other]).split() for other in votes if other != key}
        longer = [o for o, p in parts.items() if key in {_key("".join(p[:n])) for n in (1, 2)}]
        if len(longer) == 1:
            name = " ".join(parts[longer[0]])
            votes[longer[0]] += [vote._replace(name=name) for vote in votes.pop(key)]


def _mentions(sentence: Sentence) -> Iterator[tuple[str, int]]:
    cues = load_cues().company
    for pattern, weight in cues["anywhere"] + cues["opening"] * (sentence.position <= _OPENING):
        for match in _compiled(pattern).finditer(sentence.text):
            if name := _clean(match["n"]):
                yield name, weight


def _count_site(names: dict[str, str], sentences: Sequence[Sentence], votes: _Votes) -> None:
    """Add votes for the site's names, more if the text says "we", which publishers rarely do."""
    first_persons = sum(has_any([_FIRST_PERSON], s.text) for s in sentences)
    for key, name in names.items():
        naming = [s for s in sentences if key in {_key(word) for word in words(s.text)}]
        if naming and (key in votes or len(naming) > 1):
            weight = _SITE_WEIGHT if first_persons >= _SITE_FIRST_PERSONS else 0
            votes[key].append(_Vote(weight + min(len(naming), 3), name, naming[0]))


def _count_title(title: str, sentences: Sequence[Sentence], votes: _Votes) -> str | None:
    """Add votes for names in the title; return the key of the one that opens it or acts in it."""
    for place, pattern in enumerate(load_cues().company["title"]):
        found = _compiled(pattern).search(title)
        name = _clean(found["n"]) if found else ""
        naming = [s for s in sentences if name and re.search(rf"\b{re.escape(name)}\b", s.text)]
        # "Name: how it was done" is often a product, so the text must also mention a company.
        if len(naming) > 1 and (place > 0 or _key(name) in votes):
            votes[_key(name)].append(_Vote(_TITLE_LEAD_WEIGHT, name, naming[0]))
            return _key(name)
    named = {_key(word) for word in words(title)}
    for several in votes.values():
        if _key(_spelled(several).split(maxsplit=1)[0]) in named:
            several.append(several[0]._replace(weight=_TITLE_WEIGHT))
    return None


def _clean(name: str) -> str:
    """Return a name without words that start a sentence ("And", "When") and without possessive."""
    parts = re.sub(r"['’]s$", "", name.strip()).split()
    while parts and _key(parts[0]) in load_cues().not_names:
        parts = parts[1:]
    return " ".join(parts)


def _site_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the names of the page's site as (key, spelling)."""
    site = re.sub(load_cues().company["site_words"], "", document.site or "", flags=re.IGNORECASE)
    name = " ".join(_SEPARATOR.split(site)[0].split()).strip(" |-–—·:,.")
    host = re.sub(r"^https?://", "", document.url or "").split("/")[0].split(":")[0].split(".")
    label = re.sub(r"\W", "", host[-2]).casefold() if len(host) > 1 else ""
    written = Counter(w for w in re.findall(r"[A-Z][\w&-]+", document.text) if _key(w) == label)
    for one in (name, *(spelled for spelled, _ in written.most_common(1))):
        if _key(one) and "." not in one and _key(one) not in load_cues().not_names:
            yield _key(one), one


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("<n>", rf"(?P<n>{_NAME})"))
