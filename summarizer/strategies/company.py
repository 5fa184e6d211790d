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
from summarizer.strategies.cues import load_cues

_WORD = r"[A-Z][\w&'-]*\w(?:\.(?:ai|io|com))?"
_NAME = rf"{_WORD}(?: (?:(?:of|and|&) )?[A-Z][\w&-]+){{0,2}}"
_OPENING = 0.15
_SITE_WORDS = re.compile(
    r"\b(?:the|engineering|tech(?:nology)?|developers?|dev|blog|newsroom|news|labs?|research|"
    r"official|website|home|documentation|docs|stories|case studies|resources|inc|ltd|gmbh)\b\.?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
_FIRST_PERSON = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
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
            if _key(name) in own or not _is_excluded(name):
                votes[_key(name)].append(_Vote(weight, name, sentence))
    _count_site(own, sentences, votes)
    titular = _count_title(document.title or "", sentences, votes)
    _join_short_forms(votes)
    return _winner(votes, titular)


def _winner(votes: _Votes, titular: str | None) -> FactClaim | None:
    ranked = sorted(votes, key=lambda key: -_weight(votes[key]))
    if not ranked or _weight(votes[ranked[0]]) < _LEAST_WEIGHT:
        return None
    first = votes[ranked[0]]
    leads = all(_weight(first) >= _CLEAR_LEAD * _weight(votes[key]) for key in ranked[1:2])
    if not leads and ranked[0] != titular:
        return None
    quote = max(first, key=lambda vote: vote.weight).sentence.text
    return FactClaim(name="company", value=_spelled(first), quotes=(quote,))


def _weight(votes: Sequence[_Vote]) -> int:
    return sum(vote.weight for vote in votes)


def _spelled(votes: Sequence[_Vote]) -> str:
    return Counter(vote.name for vote in votes).most_common(1)[0][0]


def _join_short_forms(votes: _Votes) -> None:
    """Count "Kellamoor" for "Kellamoor Logistics"."""
    for key in sorted(votes, key=len):
        longer = [k for k in votes if k != key and _begins_with(_spelled(votes[k]), key)]
        if len(longer) == 1:
            short = votes.pop(key)
            votes[longer[0]] += [vote._replace(name=_spelled(votes[longer[0]])) for vote in short]


def _begins_with(name: str, key: str) -> bool:
    parts = name.split()
    return any(_key("".join(parts[:count])) == key for count in range(1, len(parts)))


def _spoken_of(sentence: Sentence) -> Iterator[tuple[str, int]]:
    is_opening = sentence.position <= _OPENING
    cues = load_cues().company
    for pattern, weight in (*cues.anywhere, *(cues.opening if is_opening else ())):
        for match in _compiled(pattern).finditer(sentence.text):
            if name := _clean(match["n"]):
                yield name, weight


def _count_site(own: dict[str, str], sentences: Sequence[Sentence], votes: _Votes) -> None:
    """Count the site's own name where its text says "we": a publisher rarely does."""
    speaking = sum(1 for s in sentences if _FIRST_PERSON.search(s.text))
    for key, name in own.items():
        naming = [s for s in sentences if key in {_key(word) for word in words(s.text)}]
        if naming and (key in votes or len(naming) > 1):
            weight = _SITE_WEIGHT if speaking >= _SITE_FIRST_PERSONS else 0
            votes[key].append(_Vote(weight + min(len(naming), 3), name, naming[0]))


def _count_title(title: str, sentences: Sequence[Sentence], votes: _Votes) -> str | None:
    """Count a name that leads the title, owns something or did something there; return its key."""
    for place, pattern in enumerate(load_cues().company.title):
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
    while parts and _key(parts[0]) in _not_names():
        parts = parts[1:]
    return " ".join(parts)


def _is_excluded(name: str) -> bool:
    keys = {_key(name), _key(name.rsplit(maxsplit=1)[-1])}
    is_adverb = name.endswith("ally") and " " not in name
    return is_adverb or len(_key(name)) == 1 or not keys.isdisjoint(_not_names()) or _is_tool(name)


def _is_tool(name: str) -> bool:
    return any(term.group == "tool" for term in terms_in(name))


def _site_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the names by which the page's site goes: key and spelling."""
    if document.site:
        bare = _SEPARATOR.split(_SITE_WORDS.sub("", document.site))[0]
        name = " ".join(bare.split()).strip(" |-–—·:,.")
        if name and "." not in name and _key(name) not in _not_names():
            yield _key(name), name
    host = re.sub(r"^https?://", "", document.url or "").split("/")[0].split(":")[0].split(".")
    label = re.sub(r"\W", "", host[-2]).casefold() if len(host) > 1 else ""
    written = Counter(w for w in re.findall(r"[A-Z][\w&-]+", document.text) if _key(w) == label)
    if label and label not in _not_names() and written:
        yield label, written.most_common(1)[0][0]


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("<n>", rf"(?P<n>{_NAME})"))


@cache
def _not_names() -> frozenset[str]:
    return frozenset(load_cues().company.not_names.split())
