"""Whose system is it? The company that a document speaks of as the one who built or runs it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.proposals import FactClaim
from casebook.summarizer.sentences import Sentence
from casebook.summarizer.wording import name_key, name_keys

_WORD = r"[A-Z][\w&'-]*\w(?:\.(?:ai|io|com))?"
_NAME = rf"{_WORD}(?: (?:(?:of|and|&) )?[A-Z][\w&-]+){{0,2}}"
_BUSINESS = (
    "company|startup|start-up|bank|insurer|marketplace|retailer|platform|provider|firm|agency|"
    "manufacturer|carrier|operator|vendor|consultancy|scale-up|lender|broker|publisher|utility|"
    "business|group|cooperative|hospital|university|airline|maker|supplier|wholesaler"
)
_ROLES = (
    "[Ee]ngineers?|[Ll]ead|[Hh]ead|CTO|CEO|VP|[Dd]irector|[Mm]anager|[Ss]cientists?|"
    "[Aa]rchitects?|[Tt]eams?|[Dd]evelopers?|[Ww]ork"
)
_VERBS = "built|launched|runs|uses|operates|serves|handles|processes|deployed|processed"
# (pattern, weight): the group is a company as it speaks of itself or is spoken of.
_PATTERNS = [
    (re.compile(pattern), weight)
    for pattern, weight in [
        (rf"\b(?:[Aa]t|[Hh]ere at) (?P<n>{_NAME}),? (?:we|our)\b", 4),
        (rf"\b[Ww]e at (?P<n>{_NAME})", 4),
        (rf"\b(?P<n>{_NAME}) is (?:an?|the|one of the) (?:[\w-]+ ){{0,6}}(?:{_BUSINESS})\b", 4),
        (rf"\b(?:[Cc]ustomer|[Cc]lient|[Cc]ompany): (?P<n>{_NAME})", 4),
        (rf"\b(?P<n>{_NAME}), (?:which|who) (?:{_VERBS}|makes|sells|builds|insures|ships)\b", 4),
        (rf"\b(?:leads?|led|works?|worked|joined)\b[\w ,]{{0,40}}? (?:at|for) (?P<n>{_NAME})", 3),
        (rf"\b(?:{_ROLES})(?: of [\w ]{{2,30}}?)? at (?P<n>{_NAME})", 3),
        (rf"\b(?P<n>{_NAME})['’]s? (?:\w+ ){{0,2}}(?:team|engineers|customers|platform|users)", 2),
        (rf"\b(?P<n>{_NAME}) (?:{_VERBS})\b", 2),
    ]
]
_HOW = re.compile(rf"\b[Hh]ow (?P<n>{_NAME}) (?:\w+s|built|cut|made|taught|moved|put|went|got)\b")
_OWNS = re.compile(rf"\b(?P<n>{_NAME})['’]s? ")
_SITE_WORDS = re.compile(
    r"\b(?:the|engineering|tech(?:nology)?|developers?|dev|blog|newsroom|news|labs?|research|"
    r"official|website|home|documentation|docs|stories|case studies|resources|inc|ltd|gmbh)\b\.?",
    re.IGNORECASE,
)
_TITLE_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
_NO_COMPANY = frozenset(
    """
    i we you it this that the these our in on at for with and but so if when where what who why how
    a an as by from to my your their his her each every most many some all one two three first
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday ai ml api llm llms gpt rag internet europe
    america germany france uk us usa india china medium substack github youtube linkedin twitter
    after before while since once today yesterday here there then also however
    """.split()
)
# One passing mention as a subject (weight 2) is not enough; speaking for itself once (4) is.
_LEAST_WEIGHT = 4
_HOST_WEIGHT = 3
_HOW_WEIGHT = 4
_TITLE_WEIGHT = 2


class _Ballot:
    """Counts what speaks for each name; names are compared without case and punctuation."""

    def __init__(self) -> None:
        self.weight: Counter[str] = Counter()
        self.spelled: dict[str, Counter[str]] = defaultdict(Counter)
        self.where: dict[str, list[tuple[int, Sentence]]] = defaultdict(list)

    def vote(self, name: str, weight: int, sentence: Sentence) -> None:
        key = name_key(name)
        self.weight[key] += weight
        self.spelled[key][name] += 1
        self.where[key].append((weight, sentence))

    def winner(self) -> FactClaim | None:
        if not self.weight:
            return None
        key, weight = self.weight.most_common(1)[0]
        if weight < _LEAST_WEIGHT:
            return None
        _, sentence = max(self.where[key], key=lambda entry: entry[0])
        name = self.spelled[key].most_common(1)[0][0]
        return FactClaim(value=name, quotes=[sentence.text])


def company_of(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the company whose system is described, with the sentence that names it best.

    Candidates are names that the text speaks of as a company, and the site's own name where the
    text uses it more than once; title and host speak for a candidate. A tool of the taxonomy is
    none, unless the page is the tool maker's own.
    """
    ballot = _Ballot()
    own = dict(_page_names(document))
    for sentence in sentences:
        for name, weight in _spoken_of(sentence.text):
            if name_key(name) in own or not _excluded(name):
                ballot.vote(name, weight, sentence)
    for key, name in own.items():
        holding = [s for s in sentences if key in name_keys(s.text)]
        if key in ballot.weight or len(holding) > 1:
            ballot.vote(name, _HOST_WEIGHT, holding[0] if holding else ballot.where[key][0][1])
            ballot.weight[key] += min(len(holding), 3)
    _heed_title(document.title or "", ballot)
    return ballot.winner()


def _spoken_of(text: str) -> Iterator[tuple[str, int]]:
    for pattern, weight in _PATTERNS:
        for match in pattern.finditer(text):
            if name := _clean(match["n"]):
                yield name, weight


def _heed_title(title: str, ballot: _Ballot) -> None:
    """Count a name in the title, most when it is told how it did something, or owns it."""
    how = _HOW.search(title) or _OWNS.search(title)
    named = name_keys(title)
    for key in list(ballot.weight):
        if how and key == name_key(_clean(how["n"])):
            ballot.weight[key] += _HOW_WEIGHT
        elif key in named:
            ballot.weight[key] += _TITLE_WEIGHT


def _clean(name: str) -> str:
    """Drop leading words that only start the sentence ("And", "When") and a possessive."""
    parts = re.sub(r"['’]s$", "", name.strip()).split()
    while parts and name_key(parts[0]) in _NO_COMPANY:
        parts = parts[1:]
    return " ".join(parts)


def _excluded(name: str) -> bool:
    key = name_key(name)
    return len(key) < 2 or key in _NO_COMPANY or key in _tool_names()  # noqa: PLR2004 - initials


@cache
def _tool_names() -> frozenset[str]:
    terms = load_taxonomy().terms
    return frozenset(name_key(form) for term in terms for form in (term.label, term.slug))


def _page_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the names by which the page's site goes: key and spelling."""
    if document.site:
        bare = _TITLE_SEPARATOR.split(_SITE_WORDS.sub("", document.site))[0]
        name = " ".join(bare.split()).strip(" |-–—·:,.")
        if name and "." not in name and name_key(name) not in _NO_COMPANY:
            yield name_key(name), name
    host = re.sub(r"^https?://", "", document.url or "").split("/")[0].split(":")[0].split(".")
    label = re.sub(r"\W", "", host[-2]).casefold() if len(host) > 1 else ""
    written = re.findall(r"[A-Z][\w&-]+", document.text)
    spelled = Counter(word for word in written if name_key(word) == label)
    if label and label not in _NO_COMPANY and spelled:
        yield label, spelled.most_common(1)[0][0]
