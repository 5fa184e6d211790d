"""Whose system is it? The company that a document describes as the one that built or runs it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from schemas.documents import Document
from schemas.taxonomy import load_taxonomy
from summarizer.drafts import FactClaim
from summarizer.sentences import Sentence, words

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
# Patterns with their weights: <n> is a company as it speaks of itself or is spoken of.
_ANYWHERE = (
    (r"\b(?:[Aa]t|[Hh]ere at) <n>,? (?:we|our)\b", 4),
    (r"\b[Ww]e at <n>", 4),
    (r"\b(?:[Cc]ustomer|[Cc]lient|[Cc]ompany): <n>", 4),
    (rf"\b<n>, (?:which|who) (?:{_VERBS}|{_TRADES})\b", 4),
    (rf"\b<n>, (?:an?|the|one of the) (?:[\w-]+ ){{0,6}}(?:{_BUSINESS})\b", 3),
    (r"\b(?:leads?|led|works?|worked|joined)\b[\w ,]{0,40}? (?:at|for) <n>", 3),
    (rf"\b(?:{_ROLES})(?: of [\w ]{{2,30}}?)? at <n>", 3),
    (r"\b<n>['’]s? (?:\w+ ){0,2}(?:team|engineers|customers|platform|users)", 2),
    (rf"\b<n> (?:has |have )?(?:{_VERBS})\b", 2),
)
# How a document introduces the company that it is about; later, the same may be of any.
_AT_THE_OPENING = (
    (rf"\b<n> is (?:an?|the|one of the) (?:[\w,-]+ ){{0,8}}(?:{_BUSINESS})\b", 4),
    (rf"\b<n> is (?:an?|the|one of the) (?:[\w,-]+ ){{0,8}}(?:{_PRODUCT})\b", 2),
    (rf"^<n> (?:{_TRADES})\b", 3),
    (r"^(?:[A-Z]\w+ [A-Z]\w+,? (?:and )?){1,3}[\w &]{4,40}, <n>(?: \d|\.|$)", 4),
)
_IN_TITLE = (
    r"^<n>: ",
    r"\b[Hh]ow <n> (?:\w+s|built|cut|made|taught|moved|put|went|got|uses?d?|\w+ed)\b",
    r"\b<n>['’]s? ",
)
_OPENING = 0.15
_SITE_WORDS = re.compile(
    r"\b(?:the|engineering|tech(?:nology)?|developers?|dev|blog|newsroom|news|labs?|research|"
    r"official|website|home|documentation|docs|stories|case studies|resources|inc|ltd|gmbh)\b\.?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s[|\-–—·:]\s")
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
    engineering machine learning large language model models data science research team teams
    overview introduction conclusion product users customers agents agent system architecture
    """.split()
)
# Two passing mentions are not enough, nor is speaking for itself once without any other sign.
_LEAST_WEIGHT = 5
_SITE_WEIGHT, _SITE_FIRST_PERSONS = 3, 3
_TITLE_LEAD_WEIGHT, _TITLE_WEIGHT = 8, 2
# With a smaller lead over the next name, the document is about several and none is chosen.
_CLEAR_LEAD = 1.3


class _Ballot:
    """Counts what speaks for each name; names are compared without case and punctuation."""

    def __init__(self) -> None:
        self.weight: Counter[str] = Counter()
        self.spelled: dict[str, Counter[str]] = defaultdict(Counter)
        self.where: dict[str, list[tuple[int, Sentence]]] = defaultdict(list)
        self.titular: str | None = None

    def vote(self, name: str, weight: int, sentence: Sentence) -> None:
        key = _key(name)
        self.weight[key] += weight
        self.spelled[key][name] += 1
        self.where[key].append((weight, sentence))

    def merge_short_forms(self) -> None:
        """Count "Kellamoor" for "Kellamoor Logistics"."""
        for key in sorted(self.weight, key=len):
            longer = [k for k in self.weight if k != key and self._begins_with(k, key)]
            if len(longer) == 1:
                self.weight[longer[0]] += self.weight.pop(key)
                self.where[longer[0]] += self.where.pop(key)

    def _begins_with(self, long: str, short: str) -> bool:
        parts = self.spelled[long].most_common(1)[0][0].split()
        return any(_key("".join(parts[:count])) == short for count in range(1, len(parts)))

    def winner(self) -> FactClaim | None:
        ranked = self.weight.most_common(2)
        if not ranked or ranked[0][1] < _LEAST_WEIGHT:
            return None
        key, weight = ranked[0]
        leads = len(ranked) == 1 or weight >= _CLEAR_LEAD * ranked[1][1]
        if not leads and key != self.titular:
            return None
        _, sentence = max(self.where[key], key=lambda entry: entry[0])
        name = self.spelled[key].most_common(1)[0][0]
        return FactClaim(name="company", value=name, quotes=(sentence.text,))


def company_of(document: Document, sentences: Sequence[Sentence]) -> FactClaim | None:
    """Return the company whose system is described, with the sentence that names it best.

    Candidates are names that the text speaks of as a company, and the site's own name where the
    text says "we"; the title speaks for a candidate, most where it starts with it or says how it
    did something. A tool of the taxonomy does not count, unless the page is its maker's own or the
    title names it so. None where no name clearly leads.
    """
    ballot = _Ballot()
    own = dict(_site_names(document))
    for sentence in sentences:
        for name, weight in _spoken_of(sentence):
            if _key(name) in own or not _is_excluded(name):
                ballot.vote(name, weight, sentence)
    _count_site(own, sentences, ballot)
    _count_title(document.title or "", sentences, ballot)
    ballot.merge_short_forms()
    return ballot.winner()


def _spoken_of(sentence: Sentence) -> Iterator[tuple[str, int]]:
    is_opening = sentence.position <= _OPENING
    for pattern, weight in (*_ANYWHERE, *(_AT_THE_OPENING if is_opening else ())):
        for match in _compiled(pattern).finditer(sentence.text):
            if name := _clean(match["n"]):
                yield name, weight


def _count_site(own: dict[str, str], sentences: Sequence[Sentence], ballot: _Ballot) -> None:
    """Count the site's own name where its text says "we": a publisher rarely does."""
    speaking = sum(1 for s in sentences if _FIRST_PERSON.search(s.text))
    for key, name in own.items():
        naming = [s for s in sentences if key in {_key(word) for word in words(s.text)}]
        if naming and (key in ballot.weight or len(naming) > 1):
            weight = _SITE_WEIGHT if speaking >= _SITE_FIRST_PERSONS else 0
            ballot.vote(name, weight + min(len(naming), 3), naming[0])


def _count_title(title: str, sentences: Sequence[Sentence], ballot: _Ballot) -> None:
    """Count a name in the title, most where it leads it, owns something or did something."""
    for place, pattern in enumerate(_IN_TITLE):
        found = _compiled(pattern).search(title)
        name = _clean(found["n"]) if found else ""
        naming = [s for s in sentences if name and re.search(rf"\b{re.escape(name)}\b", s.text)]
        # "Name: how it was done" is as often a product as a company, so the text must say more.
        if len(naming) > 1 and (place > 0 or _key(name) in ballot.weight):
            ballot.vote(name, _TITLE_LEAD_WEIGHT, naming[0])
            ballot.titular = _key(name)
            return
    named = {_key(word) for word in words(title)}
    for key in ballot.weight:
        if _key(ballot.spelled[key].most_common(1)[0][0].split(maxsplit=1)[0]) in named:
            ballot.weight[key] += _TITLE_WEIGHT


def _clean(name: str) -> str:
    """Drop leading words that only start the sentence ("And", "When") and a possessive."""
    parts = re.sub(r"['’]s$", "", name.strip()).split()
    while parts and _key(parts[0]) in _NO_COMPANY:
        parts = parts[1:]
    return " ".join(parts)


def _is_excluded(name: str) -> bool:
    keys = {_key(name), _key(name.rsplit(maxsplit=1)[-1])}
    is_adverb = name.endswith("ally") and " " not in name
    return is_adverb or len(_key(name)) == 1 or not keys.isdisjoint(_NO_COMPANY) or _is_tool(name)


def _is_tool(name: str) -> bool:
    taxonomy = load_taxonomy()
    named = (taxonomy.term(mention.slug) for mention in taxonomy.mentions(name))
    return any(term is not None and term.group == "tool" for term in named)


def _site_names(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the names by which the page's site goes: key and spelling."""
    if document.site:
        bare = _SEPARATOR.split(_SITE_WORDS.sub("", document.site))[0]
        name = " ".join(bare.split()).strip(" |-–—·:,.")
        if name and "." not in name and _key(name) not in _NO_COMPANY:
            yield _key(name), name
    host = re.sub(r"^https?://", "", document.url or "").split("/")[0].split(":")[0].split(".")
    label = re.sub(r"\W", "", host[-2]).casefold() if len(host) > 1 else ""
    written = Counter(w for w in re.findall(r"[A-Z][\w&-]+", document.text) if _key(w) == label)
    if label and label not in _NO_COMPANY and written:
        yield label, written.most_common(1)[0][0]


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("<n>", rf"(?P<n>{_NAME})"))
