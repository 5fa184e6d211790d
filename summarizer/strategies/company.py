"""Whose system is it? The company that a document describes as the one that built or runs it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from schemas.sources import Document
from summarizer.drafts import FactClaim
from summarizer.mentions import terms_in
from summarizer.sentences import Sentence, words
from summarizer.strategies.cues import has_any, load_cues

_WORD = r"[A-Z][\w&'-]*\w(?:\.(?:ai|io|com))?"
_NAME = rf"{_WORD}(?: (?:(?:of|and|&) )?[A-Z][\w&-]+){{0,2}}"
_OPENING = 0.15
_FIRST_PERSON = r"\b(?:we|our|us)\b"
_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
# Two passing mentions are not enough, nor is one sentence in which it speaks.
_LEAST_WEIGHT = 5
_SITE_WEIGHT, _SITE_FIRST_PERSONS = 3, 3
_TITLE_LEAD_WEIGHT, _TITLE_WEIGHT = 8, 2
# With a smaller lead over the next name, the document is about several and none is chosen.
_CLEAR_LEAD = 1.3


class _Vote(NamedTuple):
    weight: int
    name: str
    sentence: Sentence


_Votes = dict[str, list[_Vote]]


def company_of(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the company whose system is described, with the sentence that names it best.

    Candidates are names that the text speaks of as a company, and the site's own name where the
    text says "we"; the title speaks for a candidate, most where it starts with it or says how it
    did something. A tool of the taxonomy does not count, unless the page is its maker's own or the
    title names it so. None where no name clearly leads.
    """
    votes: _Votes = defaultdict(list)
    own = dict(_site_names(document))
    for sentence in sentences:
        for name, weight in _spoken_of(sentence):
            if _key(name) in own or is_name(name):
                votes[_key(name)].append(_Vote(weight, name, sentence))
    _count_site(own, sentences, votes)
    titular = _count_title(document.title or "", sentences, votes)
    _join_short_forms(votes)
    weights = Counter({key: sum(vote.weight for vote in votes[key]) for key in votes})
    (first, most), (_, second) = [*weights.most_common(2), ("", 0), ("", 0)][:2]
    if most < _LEAST_WEIGHT or (most < _CLEAR_LEAD * second and first != titular):
        return None
    quote = max(votes[first], key=lambda vote: vote.weight).sentence.text
    return FactClaim(name="company", value=_spelled(votes[first]), quotes=(quote,))


def is_name(name: str) -> bool:
    """Return whether ``name`` may be a company's: not a tool's, nor a word that opens sentences."""
    keys = {_key(part) for part in (name, *name.split()[-1:])}
    is_adverb = name.endswith("ally") and " " not in name
    is_tool = any(term.group == "tool" for term in terms_in(name))
    is_word = is_adverb or is_tool or name == name.lower() or len(_key(name)) <= 1
    return not is_word and keys.isdisjoint(load_cues().not_names)


def _spelled(votes: Sequence[_Vote]) -> str:
    return Counter(vote.name for vote in votes).most_common(1)[0][0]


def _join_short_forms(votes: _Votes) -> None:
    """Count "Kellamoor" for "Kellamoor Logistics"."""
    for key in sorted(votes, key=len):
        parts = {other: _spelled(votes[other]).split() for other in votes if other != key}
        longer = [o for o, p in parts.items() if key in {_key("".join(p[:n])) for n in (1, 2)}]
        if len(longer) == 1:
            name = " ".join(parts[longer[0]])
            votes[longer[0]] += [vote._replace(name=name) for vote in votes.pop(key)]


def _spoken_of(sentence: Sentence) -> Iterator[tuple[str, int]]:
    cues = load_cues().company
    for pattern, weight in cues["anywhere"] + cues["opening"] * (sentence.position <= _OPENING):
        for match in _compiled(pattern).finditer(sentence.text):
            if name := _clean(match["n"]):
                yield name, weight


def _count_site(own: dict[str, str], sentences: Sequence[Sentence], votes: _Votes) -> None:
    """Count the site's own name where its text says "we": a publisher rarely does."""
    speaking = sum(has_any([_FIRST_PERSON], s.text) for s in sentences)
    for key, name in own.items():
        naming = [s for s in sentences if key in {_key(word) for word in words(s.text)}]
        if naming and (key in votes or len(naming) > 1):
            weight = _SITE_WEIGHT if speaking >= _SITE_FIRST_PERSONS else 0
            votes[key].append(_Vote(weight + min(len(naming), 3), name, naming[0]))


def _count_title(title: str, sentences: Sequence[Sentence], votes: _Votes) -> str | None:
    """Count a name that leads the title, owns something or did something there; return its key."""
    for place, pattern in enumerate(load_cues().company["title"]):
        found = _compiled(pattern).search(title)
        name = _clean(found["n"]) if found else ""
        naming = [s for s in sentences if name and re.search(rf"\b{re.escape(name)}\b", s.text)]
        # "Name: how it was done" is as often a product as a company, so the text must say more.
        if len(naming) > 1 and (place > 0 or _key(name) in votes):
            votes[_key(name)].append(_Vote(_TITLE_LEAD_WEIGHT, name, naming[0]))
            return _key(name)
    named = {_key(word) for word in words(title)}
    for several in votes.values():
        if _key(_spelled(several).split(maxsplit=1)[0]) in named:
            several.append(several[0]._replace(weight=_TITLE_WEIGHT))
    return None


def _clean(name: str) -> str:
    """Drop leading words that only start the sentence ("And", "When") and a possessive."""
    parts = re.sub(r"['’]s$", "", name.strip()).split()
    while parts and _key(parts[0]) in load_cues().not_names:
        parts = parts[1:]
    return " ".join(parts)


def _site_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the names by which the page's site goes: key and spelling."""
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
