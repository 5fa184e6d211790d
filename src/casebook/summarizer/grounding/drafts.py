"""Checks what a strategy proposed against the document, and marks what does not hold. Pure."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from casebook.schemas.cases import (
    MEASURES,
    STATEMENT_FIELDS,
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Method,
    Result,
    Statement,
    Support,
    SupportLevel,
    is_told,
)
from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import Taxonomy, load_taxonomy
from casebook.summarizer.grounding.amounts import Places, amounts_hold
from casebook.summarizer.grounding.facts import judge_fact, terms_of
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.grounding.openers import disguised_names
from casebook.summarizer.grounding.quoted import (
    Quoted,
    assertions_hold,
    contrasts_hold,
    nothing_governs,
    nothing_is_added,
    numbers_stay,
    quotes_meet,
    severity,
    teller_holds,
)
from casebook.summarizer.grounding.source_text import runs_after_names
from casebook.summarizer.grounding.tagging import tags_of
from casebook.summarizer.language.dates import without_dates
from casebook.summarizer.language.numerals import number_of, numbers, unstated
from casebook.summarizer.language.products import of_the_taxonomy
from casebook.summarizer.language.quantities import Stated
from casebook.summarizer.language.units import is_unit
from casebook.summarizer.language.wording import (
    by_initials,
    content_stems,
    is_named,
    name_key,
    name_keys,
    names,
    negations,
    opening_names,
    overlap,
    stands_in,
    words,
)
from casebook.summarizer.proposals import Claim, FactClaim, Proposal

# A statement that shares fewer of its content words with its passages says something else.
_WEAK_OVERLAP = 0.5
_LOW_OVERLAP = 0.25
# Two statements at least this alike (rapidfuzz token set ratio) repeat each other.
_REPEATED = 90.0


_BY_CURATOR = "Set by the curator."

_SUPPORTED = Support(level=SupportLevel.SUPPORTED, reason="The quote says so.")


class Grounder:
    """Grounds any number of claims in one document.

    ``company`` is whose system it is, where the source says so: a statement may name it wherever
    the source says "we". The site's own name and a grounded company fact count likewise.
    """

    def __init__(self, document: Document, company: str | None = None) -> None:
        self._document = document
        self._finder = QuoteFinder(document)
        published = str(document.published.year) if document.published else None
        self._stated = {document.title, published} - {None}
        self._says = list(filter(None, (document.text, document.title, document.site, published)))
        stated = "\n".join([document.text, document.title or "", published or ""])
        self._quantities = Stated(stated)
        self._names = name_keys(stated)
        self._stems = content_stems(stated)
        self._capitals = {name_key(name) for name in names(document.text)}
        self._proper = self._capitals - {w for w in words(document.text) if w.islower()}
        self._after_names = runs_after_names(document.text)
        self._own = name_keys(f"{document.site or ''} {company or ''}")
        self._text = stated

    def case_study(self, proposal: Proposal, taxonomy: Taxonomy | None = None) -> CaseStudy:
        """Return the case study that ``proposal`` becomes: every part located and judged.

        ``taxonomy`` is the one that the package carries, or that with a curator's terms.
        """
        facts = {name: self.fact(claim, name) for name, claim in proposal.facts.items()}
        company = facts.get("company", Fact())
        if company.support.level is not SupportLevel.UNSUPPORTED:
            self._own |= name_keys(company.value or "")
        tags = tags_of(self._document, taxonomy, proposal.tags)
        return CaseStudy(**facts, **self._statements(proposal), tags=tags)

    def _statements(self, proposal: Proposal) -> dict[str, list[Statement]]:
        """Ground each field's claims, leaving out what repeats an earlier statement."""
        kept: list[str] = []
        fields: dict[str, list[Statement]] = {}
        for name in STATEMENT_FIELDS:
            fields[name] = []
            for claim in proposal.statements.get(name, ()):
                if not claim.text.strip() or _repeats(claim.text, kept):
                    continue
                kept.append(claim.text)
                fields[name].append(self.statement(claim, result=name == "results"))
        return fields

    def statement(self, claim: Claim, *, result: bool = False) -> Statement:
        """Locate the claim's quotes and judge its text by them."""
        evidence = [found for quote in claim.quotes for found in self._finder.find(quote)]
        if not is_told(claim.method, self._around(evidence)):
            claim = claim.model_copy(update={"method": Method.NONE})
        parts = {
            "text": claim.text.strip(),
            "evidence": evidence,
            "support": self.judge(claim.text, evidence, beside=claim),
            "origin": claim.origin,
        }
        if not result:
            return Statement.model_validate(parts)
        measured = claim.model_dump(include=set(MEASURES))
        return Result.model_validate(parts | measured | {"number": number_of(claim.value)})

    @classmethod
    def of(cls, document: Document, study: CaseStudy) -> "Grounder":
        """Return the grounder for what is said of ``study``, whose company may be an invention."""
        held = study.company.support.level is not SupportLevel.UNSUPPORTED
        return cls(document, study.company.value if held else None)

    def curators_fact(self, field: str, value: str) -> Fact:
        """Judge a curator's value: a choice is theirs, a free one the source should have."""
        support = _support(SupportLevel.SUPPORTED, _BY_CURATOR)
        if field == "title":
            support = self._headline(value) or support
        elif not terms_of(field) and not any(stands_in(value, t) for t in self._says):
            reason = f"{_BY_CURATOR} The source does not say so."
            support = _support(SupportLevel.WEAK, reason)
        return Fact(value=value, support=support)

    def _headline(self, title: str) -> Support | None:
        if title in self._stated:
            return None
        source = self._document.text
        checks = (
            *amounts_hold(title, Places(source, source, self._quantities)),
            self._names_hold(title, [], source),
        )
        return min(filter(None, checks), key=severity, default=None)

    def fact(self, claim: FactClaim, field: str = "") -> Fact:
        """Locate a fact's quotes; its value must stand in them, or at least in the document.

        An industry is told by its slug, however the model wrote it.
        """
        if field == "industry" and (known := load_taxonomy().industry_named(claim.value)):
            claim = claim.model_copy(update={"value": known.slug})
        evidence = [found for quote in claim.quotes for found in self._finder.find(quote)]
        if claim.value in self._stated and not evidence:
            support = _support(SupportLevel.SUPPORTED, "Stated by the page itself.")
        else:
            quotes = [q for q in self._quotes(evidence) if q.evidence.match is not Match.MISSING]
            published = self._document.published
            support = judge_fact(field, claim.value, quotes, self._document.text, published)
        return Fact(value=claim.value, evidence=evidence, support=support)

    def judge(
        self, text: str, evidence: Sequence[Evidence], beside: Claim | Result | None = None
    ) -> Support:
        """Tell how well ``evidence`` carries ``text``, by the gravest check that does not hold.

        ``beside`` is the result that states more than its text: a metric, a value with its unit, a
        baseline, a window and a method, which must hold too.
        """
        found = [e for e in evidence if e.match is not Match.MISSING]
        if not found:
            return _support(SupportLevel.UNSUPPORTED, "The quote is not in the source.")
        quoted = " … ".join(e.quote for e in found)
        parts = _parts(beside) if beside else []
        stated = " … ".join([text, *parts])
        around = self._around(found)
        checks = (
            *amounts_hold(stated, Places(quoted, around, self._quantities)),
            self._names_hold(text, parts, around),
            _method_holds(beside, around),
            _value_is_told(text, beside),
            _words_hold(text, around),
            *self._sentences_hold(text, _measured(beside), found, around),
        )
        failed = [check for check in checks if check is not None]
        worst = min(failed, key=severity, default=_SUPPORTED)
        if worst is _SUPPORTED and len(found) < len(evidence):
            return _support(SupportLevel.WEAK, "One of the quotes is not in the source.")
        return worst

    def _sentences_hold(
        self, text: str, measured: str, found: Sequence[Evidence], around: str
    ) -> list[Support | None]:
        """Hold ``text`` against the whole sentences that the quotes were taken from.

        ``measured`` is the metric of a result with its value, which belong to each other there.
        """
        quotes = self._quotes(found)
        return [
            contrasts_hold(text, quotes, around, self._proper),
            assertions_hold(text, quotes),
            nothing_governs(text, quotes),
            nothing_is_added(text, quotes),
            numbers_stay(text, quotes) or numbers_stay(measured, quotes),
            quotes_meet(text, quotes),
            teller_holds(text, quotes, self._own),
        ]

    def _quotes(self, evidence: Sequence[Evidence]) -> list[Quoted]:
        return [Quoted(e, self._finder.sentences(e), self._passage_text(e)) for e in evidence]

    def _around(self, evidence: Sequence[Evidence]) -> str:
        """Return the quotes that were found, and the passages in which they stand."""
        found = [e for e in evidence if e.match is not Match.MISSING]
        return " … ".join([*(e.quote for e in found), *(self._passage_text(e) for e in found)])

    def _passage_text(self, evidence: Evidence) -> str:
        if evidence.passage is None:
            return evidence.quote
        return self._document.passage_text(self._document.passages[evidence.passage - 1])

    def _names_hold(self, text: str, parts: Sequence[str], around: str) -> Support | None:
        near = name_keys(around) | self._own | {term for term, _ in by_initials(around)}
        said = self._names_of(text).union(*map(_names_in_part, parts))
        strange = sorted(n for n in said if not is_named(n, near))
        if tools := self._tools_not_named(" … ".join([text, *parts])):
            return _support(
                SupportLevel.UNSUPPORTED, f"{', '.join(tools)} is not named in the source."
            )
        if not strange:
            return None
        spelled = _spelled_out(text, around)
        unknown = [name for name in strange if not is_named(name, self._names | spelled)]
        if not unknown:
            shown = ", ".join(strange)
            return _support(
                SupportLevel.WEAK, f"{shown} is named elsewhere in the source, or short there."
            )
        return _support(
            SupportLevel.UNSUPPORTED, f"{', '.join(unknown)} is not named in the source."
        )

    def _tools_not_named(self, text: str) -> list[str]:
        """Return the products that ``text`` names, and the source does not."""
        return [
            product.name
            for product in of_the_taxonomy(text, "tool")
            if product.key not in self._own
            and not all(is_named(word, self._names) for word in words(product.name))
            and not _slugs(product.name) & _slugs(self._text)
        ]

    def _names_of(self, text: str) -> set[str]:
        """Return the names; a word that opens a sentence is one unless the source has it as none.

        That is: where the source never uses it, or writes it with a capital inside a sentence.
        """
        text = without_dates(text)
        opening = {
            name
            for name in opening_names(text) | disguised_names(text, self._after_names)
            if name_key(name) in self._capitals or not content_stems(name) <= self._stems
        }
        return {name for name in names(text) | opening if not is_unit(name)}


def _parts(result: Claim | Result) -> list[str]:
    """Return what a result states beside its sentence, the value as a reader sees it."""
    value = f"{result.value or ''} {result.unit or ''}".strip()
    return list(filter(None, (result.metric, value, result.baseline, result.window)))


def _measured(result: Claim | Result | None) -> str:
    if result is None or not result.metric or not result.value:
        return ""
    return f"{result.metric} {result.value} {result.unit or ''}"


def _value_is_told(text: str, result: Claim | Result | None) -> Support | None:
    """Look for a result whose value is its baseline: the sentence has the one, not the other."""
    value, baseline = (result.value or "", result.baseline or "") if result else ("", "")
    told = numbers(text)
    if numbers(baseline) & told and numbers(value) and not numbers(value) & told:
        return _support(SupportLevel.WEAK, f"The sentence does not have the value {value}.")
    return None


def _names_in_part(part: str) -> set[str]:
    """Return the names in a part of a result: no units, and no abbreviations, which metrics are."""
    return {n for n in names(part) if not is_unit(n) and not n.isupper()}


def _slugs(text: str) -> set[str]:
    return {mention.slug for mention in load_taxonomy().mentions(text)}


def _method_holds(beside: Claim | Result | None, around: str) -> Support | None:
    if beside is None or is_told(beside.method, around):
        return None
    return _support(SupportLevel.WEAK, f"The passage does not tell of “{beside.method}”.")


def _spelled_out(text: str, around: str) -> set[str]:
    """Return the keys of the words by which ``text`` spells out what ``around`` only shortens.

    "Retrieval-Augmented Generation" is no invention where the passage says "RAG", but more than
    it says.
    """
    short = {name_key(word) for word in words(around) if word.isupper()}
    return {name_key(word) for term, run in by_initials(text) if term in short for word in run}


def _words_hold(text: str, around: str) -> Support | None:
    share = overlap(content_stems(text), content_stems(around))
    if share < _LOW_OVERLAP:
        return _support(SupportLevel.UNSUPPORTED, "The quote speaks of something else.")
    if share < _WEAK_OVERLAP:
        return _support(SupportLevel.WEAK, "Much of the wording is not in the quoted passage.")
    return None


def _repeats(text: str, kept: Sequence[str]) -> bool:
    """Tell whether an earlier statement says the same, with all numbers and names of ``text``."""
    return any(
        fuzz.token_set_ratio(text, other, processor=str.casefold) >= _REPEATED
        and not unstated(text, numbers(other))
        and all(is_named(name, name_keys(other)) for name in names(text))
        and negations(text) % 2 == negations(other) % 2
        for other in kept
    )


def _support(level: SupportLevel, reason: str) -> Support:
    return Support(level=level, reason=reason)
