"""Whose system is it? The company that a document speaks of as the one who built or runs it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.language.sentences import Sentence
from casebook.summarizer.language.wording import name_key, name_keys, words
from casebook.summarizer.proposals import FactClaim

_WORD = r"[A-Z][\w&'-]*\w(?:\.(?:ai|io|com))?"
_NAME = rf"{_WORD}(?: (?:(?:of|and|&) )?[A-Z][\w&-]+){{0,2}}"
_BUSINESS = (
    "company|startup|start-up|bank|insurer|marketplace|retailer|firm|agency|manufacturer|carrier|"
    "operator|consultancy|scale-up|lender|broker|publisher|utility|business|group|cooperative|"
    "hospital|university|airline|maker|supplier|wholesaler|fintech|unicorn|leader"
)
_PRODUCT = "platform|provider|vendor|marketplace|app|service"
_ROLES = (
    "[Ee]ngineers?|[Ll]ead|[Hh]ead|CTO|CEO|VP|[Dd]irector|[Mm]anager|[Ss]cientists?|"
    "[Aa]rchitects?|[Tt]eams?|[Dd]evelopers?|[Ww]ork"
)
_VERBS = (
    "built|builds|launched|runs|uses|operates|serves|handles|processes|deployed|developed|"
    "implemented|needed|wanted|faced|adopted|created|replaced|migrated|moved|rolled out"
)
_TRADES = "supplies|insures|sells|makes|delivers|ships|operates|runs|employs|manages|owns|offers"
# (pattern, weight): the group is a company as it speaks of itself or is spoken of.
_PATTERNS = [
    (re.compile(pattern), weight)
    for pattern, weight in [
        (rf"\b(?:[Aa]t|[Hh]ere at) (?P<n>{_NAME}),? (?:we|our)\b", 4),
        (rf"\b[Ww]e at (?P<n>{_NAME})", 4),
        (rf"\b(?:[Cc]ustomer|[Cc]lient|[Cc]ompany): (?P<n>{_NAME})", 4),
        (rf"\b(?P<n>{_NAME}), (?:which|who) (?:{_VERBS}|{_TRADES}|makes)\b", 4),
        (rf"\b(?P<n>{_NAME}), (?:an?|the|one of the) (?:[\w-]+ ){{0,6}}(?:{_BUSINESS})\b", 3),
        (rf"\b(?:leads?|led|works?|worked|joined)\b[\w ,]{{0,40}}? (?:at|for) (?P<n>{_NAME})", 3),
        (rf"\b(?:{_ROLES})(?: of [\w ]{{2,30}}?)? at (?P<n>{_NAME})", 3),
        (rf"\b(?P<n>{_NAME})['’]s? (?:\w+ ){{0,2}}(?:team|engineers|customers|platform|users)", 2),
        (rf"\b(?P<n>{_NAME}) (?:has |have )?(?:{_VERBS})\b", 2),
    ]
]
# How a document introduces the one it is about; said later, it may be of anyone.
_OPENING = 0.15
_INTRODUCTIONS = [
    (re.compile(pattern), weight)
    for pattern, weight in [
        (rf"\b(?P<n>{_NAME}) is (?:an?|the|one of the) (?:[\w,-]+ ){{0,8}}(?:{_BUSINESS})\b", 4),
        (rf"\b(?P<n>{_NAME}) is (?:an?|the|one of the) (?:[\w,-]+ ){{0,8}}(?:{_PRODUCT})\b", 2),
        (rf"^(?P<n>{_NAME}) (?:{_TRADES})\b", 3),
        (
            rf"^(?:[A-Z]\w+ [A-Z]\w+,? (?:and )?){{1,3}}[\w &]{{4,40}}, (?P<n>{_NAME})(?: \d|\.|$)",
            4,
        ),
    ]
]
_HOW = re.compile(
    rf"\b[Hh]ow (?P<n>{_NAME}) (?:\w+s|built|cut|made|taught|moved|put|went|got|uses?d?|\w+ed)\b"
)
_OWNS = re.compile(rf"\b(?P<n>{_NAME})['’]s? ")
_LEADS = re.compile(rf"^(?P<n>{_NAME}): ")
_SITE_WORDS = re.compile(
    r"\b(?:the|engineering|tech(?:nology)?|developers?|dev|blog|newsroom|news|labs?|research|"
    r"official|website|home|documentation|docs|stories|case studies|resources|inc|ltd|gmbh)\b\.?",
    re.IGNORECASE,
)
_TITLE_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
_FIRST_PERSON = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
_NO_COMPANY = frozenset(
    """
    i we you it he she they this that these those the our in on at for with and but so if when where
    what who why how a an as by from to my your their his her its each every most many some all one
    two three first second another other such no not
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday ai ml api llm llms gpt rag internet europe
    america germany france uk us usa india china medium substack github youtube linkedin twitter
    after before while since once today yesterday here there then also however although because
    engineering machine learning large language models model data science research team teams
    overview introduction conclusion product users customers agents agent system architecture
    """.split()
)
# Two passing mentions are not enough, nor is speaking for itself once without any other sign.
_LEAST_WEIGHT = 5
_HOST_WEIGHT = 3
_HOST_LEAST_FIRST_PERSON = 3
_TITLE_LEAD_WEIGHT = 8
_TITLE_WEIGHT = 2
# Below this lead over the next name, the document is about several and none is chosen.
_CLEAR_LEAD = 1.3


class _Ballot:
    """Counts what speaks for each name; names are compared without case and punctuation."""

    def __init__(self) -> None:
        self.weight: Counter[str] = Counter()
        self.spelled: dict[str, Counter[str]] = defaultdict(Counter)
        self.where: dict[str, list[tuple[int, Sentence]]] = defaultdict(list)
        self.titular: str | None = None

    def vote(self, name: str, weight: int, sentence: Sentence) -> None:
        key = name_key(name.replace(" ", ""))
        self.weight[key] += weight
        self.spelled[key][name] += 1
        self.where[key].append((weight, sentence))

    def merge_short_forms(self) -> None:
        """Count "Kellamoor" for "Kellamoor Logistics"."""
        for key in sorted(self.weight, key=len):
            longer = [k for k in self.weight if k.startswith(key) and k != key]
            if len(longer) == 1 and self._names_whole_words(key, longer[0]):
                self.weight[longer[0]] += self.weight.pop(key)
                self.where[longer[0]] += self.where.pop(key)

    def _names_whole_words(self, short: str, long: str) -> bool:
        name = self.spelled[long].most_common(1)[0][0]
        return any(
            name_key("".join(name.split()[:count])) == short for count in range(len(name.split()))
        )

    def winner(self) -> FactClaim | None:
        ranked = self.weight.most_common(2)
        if not ranked or ranked[0][1] < _LEAST_WEIGHT:
            return None
        leads = len(ranked) == 1 or ranked[0][1] >= _CLEAR_LEAD * ranked[1][1]
        key = ranked[0][0]
        if not leads and key != self.titular:
            return None
        _, sentence = max(self.where[key], key=lambda entry: entry[0])
        return FactClaim(value=self.spelled[key].most_common(1)[0][0], quotes=[sentence.text])


def company_of(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the company whose system is described, with the sentence that names it best.

    Candidates are names that the text speaks of as a company, and the site's own name where the
    text speaks as "we"; the title speaks for a candidate, most where it starts with it or tells
    how it did something. A tool of the taxonomy is none, unless the page is its maker's own or the
    title names it so. None where no name clearly leads.
    """
    ballot = _Ballot()
    own = dict(_page_names(document))
    for sentence in sentences:
        for name, weight in _spoken_of(sentence):
            if name_key(name) in own or not _excluded(name):
                ballot.vote(name, weight, sentence)
    _heed_site(own, sentences, ballot)
    _heed_title(document.title or "", sentences, ballot)
    ballot.merge_short_forms()
    return ballot.winner()


def _spoken_of(sentence: Sentence) -> Iterator[tuple[str, int]]:
    opening = sentence.position <= _OPENING
    for pattern, weight in [*_PATTERNS, *(_INTRODUCTIONS if opening else ())]:
        for match in pattern.finditer(sentence.text):
            if name := _clean(match["n"]):
                yield name, weight


def _heed_site(own: dict[str, str], sentences: Sequence[Sentence], ballot: _Ballot) -> None:
    """Count the site's own name where it is the one who speaks: a publisher rarely says "we"."""
    speaking = sum(1 for s in sentences if _FIRST_PERSON.search(s.text))
    for key, name in own.items():
        holding = [s for s in sentences if key in name_keys(s.text)]
        if holding and (key in ballot.weight or len(holding) > 1):
            said = _HOST_WEIGHT if speaking >= _HOST_LEAST_FIRST_PERSON else 0
            ballot.vote(name, said + min(len(holding), 3), holding[0])


def _heed_title(title: str, sentences: Sequence[Sentence], ballot: _Ballot) -> None:
    """Count a name in the title, most when it is told how it did something, or owns it."""
    for pattern in (_LEADS, _HOW, _OWNS):
        name = _clean(found["n"]) if (found := pattern.search(title)) else ""
        key = name_key(name.replace(" ", ""))
        holding = [s for s in sentences if name and re.search(rf"\b{re.escape(name)}\b", s.text)]
        # "Name: how it was done" is as often a product as a company, so the text must say more.
        if len(holding) > 1 and (pattern is not _LEADS or key in ballot.weight):
            ballot.vote(name, _TITLE_LEAD_WEIGHT, holding[0])
            ballot.titular = key
            return
    named = {name_key(word) for word in words(title)}
    for key in ballot.weight:
        first = name_key(ballot.spelled[key].most_common(1)[0][0].split(maxsplit=1)[0])
        if first in named:
            ballot.weight[key] += _TITLE_WEIGHT


def _clean(name: str) -> str:
    """Drop leading words that only start the sentence ("And", "When") and a possessive."""
    parts = re.sub(r"['’]s$", "", name.strip()).split()
    while parts and name_key(parts[0]) in _NO_COMPANY:
        parts = parts[1:]
    return " ".join(parts)


def _excluded(name: str) -> bool:
    key, last = name_key(name), name_key(name.rsplit(maxsplit=1)[-1])
    adverb = name.endswith("ally") and " " not in name
    initial = len(key) == 1
    return adverb or initial or not {key, last}.isdisjoint(_NO_COMPANY) or _is_tool(name)


def _is_tool(name: str) -> bool:
    tools, parts = _tool_names(), name.split()
    runs = (parts[i:j] for i in range(len(parts)) for j in range(i + 1, len(parts) + 1))
    return any(name_key("".join(run)) in tools for run in runs)


@cache
def _tool_names() -> frozenset[str]:
    tools = [term for term in load_taxonomy().terms if term.group == "tool"]
    forms = [form for t in tools for form in (t.label, t.slug, *(s.form for s in t.synonyms))]
    return frozenset(name_key(form.replace(" ", "")) for form in forms)


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
