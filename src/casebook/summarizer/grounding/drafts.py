"""Checks what a strategy proposed against the document, and marks what does not hold. Pure."""

from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from casebook.schemas.cases import (
    MEASURES,
    STATEMENT_FIELDS,
    CaseStudy,
    DeploymentStage,
    Evidence,
    Fact,
    Match,
    Narrator,
    Result,
    Statement,
    Support,
    SupportLevel,
)
from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import Taxonomy, load_taxonomy
from casebook.summarizer.grounding.contrast import contrast, followed, shifted, told_shift
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.grounding.openers import disguised_names
from casebook.summarizer.grounding.source_text import SourceSentence, runs_after_names
from casebook.summarizer.grounding.tagging import tags_of
from casebook.summarizer.language.dates import without_dates
from casebook.summarizer.language.numerals import Figure, number_of, numbers, unstated
from casebook.summarizer.language.quantities import Stated
from casebook.summarizer.language.units import has_measure, measures, other_unit
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
    words,
)
from casebook.summarizer.proposals import Claim, FactClaim, Proposal

# A statement that shares fewer of its content words with its passages says something else.
_WEAK_OVERLAP = 0.5
_LOW_OVERLAP = 0.25
# Two statements at least this alike (rapidfuzz token set ratio) repeat each other.
_REPEATED = 90.0
# Smaller numbers may be years, which take no comma.
_GROUPED_FROM = 10_000

_SUPPORTED = Support(level=SupportLevel.SUPPORTED, reason="The quote says so.")


class Grounder:
    """Grounds any number of claims in one document.

    ``company`` is whose system it is, where that is known: a statement may name it wherever the
    source says "we". The site's own name and a grounded company fact count likewise.
    """

    def __init__(self, document: Document, company: str | None = None) -> None:
        self._document = document
        self._finder = QuoteFinder(document)
        published = str(document.published.year) if document.published else None
        self._stated = {document.title, published} - {None}
        stated = "\n".join([document.text, document.title or "", published or ""])
        self._quantities = Stated(stated)
        self._names = name_keys(stated)
        self._stems = content_stems(stated)
        self._capitals = {name_key(name) for name in names(document.text)}
        self._proper = self._capitals - {w for w in words(document.text) if w.islower()}
        self._after_names = runs_after_names(document.text)
        self._own = name_keys(f"{document.site or ''} {company or ''}")

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
        parts = {
            "text": claim.text.strip(),
            "evidence": evidence,
            "support": self.judge(
                claim.text, evidence, _with_unit(claim), claim.baseline, claim.window
            ),
            "origin": claim.origin,
        }
        if not result:
            return Statement.model_validate(parts)
        measured = claim.model_dump(include=set(MEASURES))
        return Result.model_validate(parts | measured | {"number": number_of(claim.value)})

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
            support = self._judge_fact(field, claim.value, evidence)
        return Fact(value=claim.value, evidence=evidence, support=support)

    def judge(self, text: str, evidence: Sequence[Evidence], *parts: str | None) -> Support:
        """Tell how well ``evidence`` carries ``text``, by the gravest check that does not hold.

        ``parts`` are what a result states besides, whose numbers must hold too.
        """
        found = [e for e in evidence if e.match is not Match.MISSING]
        if not found:
            return _support(SupportLevel.UNSUPPORTED, "The quote is not in the source.")
        quoted = " … ".join(e.quote for e in found)
        stated = " … ".join(filter(None, (text, *parts)))
        around = " … ".join([quoted, *(self._passage_text(e) for e in found)])
        checks = (
            self._dates_hold(stated, quoted, around),
            self._numbers_hold(stated, quoted, around),
            self._units_hold(stated, quoted, around),
            self._names_hold(text, around),
            _words_hold(text, around),
            _polarity_holds(text, quoted),
            self._contrasts_hold(text, found, around),
            _assertions_hold(text, found),
        )
        failed = [check for check in checks if check is not None]
        worst = min(failed, key=_severity, default=_SUPPORTED)
        if worst is _SUPPORTED and len(found) < len(evidence):
            return _support(SupportLevel.WEAK, "One of the quotes is not in the source.")
        return worst

    def _passage_text(self, evidence: Evidence) -> str:
        if evidence.passage is None:
            return evidence.quote
        return self._document.passage_text(self._document.passages[evidence.passage - 1])

    def _dates_hold(self, text: str, quoted: str, around: str) -> Support | None:
        strange = Stated(quoted).undated(text)
        if not strange:
            return None
        shown = strange[0].written
        if not Stated(around).undated(text):
            return _support(SupportLevel.WEAK, f"{shown} stands beside the quote, not in it.")
        unknown = self._quantities.undated(text)
        if not unknown:
            return _support(SupportLevel.WEAK, f"{shown} stands elsewhere in the source.")
        return _support(
            SupportLevel.UNSUPPORTED, f"The date {unknown[0].written} is not in the source."
        )

    def _numbers_hold(self, text: str, quoted: str, around: str) -> Support | None:
        strange = Stated(quoted).strange(text)
        if not strange:
            return None
        if not Stated(around).strange(text):
            shown = _listed(strange)
            return _support(SupportLevel.WEAK, f"{shown} stands beside the quote, not in it.")
        unknown = self._quantities.strange(text)
        if not unknown:
            shown = _listed(strange)
            return _support(SupportLevel.WEAK, f"{shown} stands elsewhere in the source.")
        return _support(
            SupportLevel.UNSUPPORTED, f"The number {_listed(unknown)} is not in the source."
        )

    def _units_hold(self, text: str, quoted: str, around: str) -> Support | None:
        found = other_unit(text, quoted)
        if found is None or has_measure(found[0], measures(around)):
            return None
        ours, theirs = found
        if has_measure(ours, self._quantities.measures):
            return _support(SupportLevel.WEAK, f"“{ours.written}” stands elsewhere in the source.")
        return _support(
            SupportLevel.UNSUPPORTED,
            f"It says “{ours.written}” where the quote says “{theirs.written}”.",
        )

    def _names_hold(self, text: str, around: str) -> Support | None:
        near = name_keys(around) | self._own | {term for term, _ in by_initials(around)}
        strange = sorted(n for n in self._names_of(text) if not is_named(n, near))
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

    def _contrasts_hold(self, text: str, found: Sequence[Evidence], around: str) -> Support | None:
        """Look for another number, name or an opposite in the place of the quotes' own.

        Where one quote of several has another, the others may carry the statement.
        """
        told = [contrast(text, _said(evidence), around, self._proper) for evidence in found]
        if not any(told):
            return None
        level = SupportLevel.UNSUPPORTED if all(told) else SupportLevel.WEAK
        return _support(level, next(filter(None, told)))

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
        return names(text) | opening

    def _judge_fact(self, field: str, value: str, evidence: Sequence[Evidence]) -> Support:
        """Judge a value: it stands in its quote, or it is a term that a quote may amount to."""
        quoted = " ".join(e.quote for e in evidence if e.match is not Match.MISSING)
        if _stands_in(value, quoted):
            return _SUPPORTED
        if quoted and value.casefold() in _terms_of(field):
            return _support(SupportLevel.WEAK, "Concluded from the quote.")
        if _stands_in(value, self._document.text):
            return _support(SupportLevel.WEAK, "Stands elsewhere in the source.")
        return _support(SupportLevel.UNSUPPORTED, "The source does not say so.")


def _with_unit(claim: Claim) -> str | None:
    """Return a result's value as a reader sees it, with its unit."""
    return f"{claim.value} {claim.unit}" if claim.value and claim.unit else claim.value


def _stands_in(value: str, text: str) -> bool:
    """Tell whether the words of ``value`` stand in ``text`` in one run."""
    wanted = [key for word in words(value) if (key := name_key(word))]
    spoken = [name_key(word) for word in words(text)]
    length = len(wanted)
    return bool(wanted) and any(
        spoken[i : i + length] == wanted for i in range(len(spoken) - length + 1)
    )


@cache
def _terms_of(field: str) -> frozenset[str]:
    """Return the values that a field is chosen from, in lower case; none where it is free."""
    chosen: dict[str, list[str]] = {
        "industry": [name for i in load_taxonomy().industries for name in (i.slug, i.label)],
        "deployment": [stage.value for stage in DeploymentStage],
        "narrator": list(Narrator),
    }
    return frozenset(name.casefold() for name in chosen.get(field, ()))


def _spelled_out(text: str, around: str) -> set[str]:
    """Return the keys of the words by which ``text`` spells out what ``around`` only shortens.

    "Retrieval-Augmented Generation" is no invention where the passage says "RAG", but more than
    it says.
    """
    short = {name_key(word) for word in words(around) if word.isupper()}
    return {name_key(word) for term, run in by_initials(text) if term in short for word in run}


def _listed(figures: Sequence[Figure]) -> str:
    """Write numbers as people do: 2018, 40,000, 4.7."""
    values = [figure.readings[0] for figure in figures]
    return ", ".join(f"{v:.12g}" if v < _GROUPED_FROM else f"{v:,.12g}" for v in values)


def _words_hold(text: str, around: str) -> Support | None:
    share = overlap(content_stems(text), content_stems(around))
    if share < _LOW_OVERLAP:
        return _support(SupportLevel.UNSUPPORTED, "The quote speaks of something else.")
    if share < _WEAK_OVERLAP:
        return _support(SupportLevel.WEAK, "Much of the wording is not in the quoted passage.")
    return None


def _polarity_holds(text: str, quoted: str) -> Support | None:
    """Compare negation where statement and quote are otherwise nearly the same words."""
    alike = fuzz.token_set_ratio(text, quoted, processor=str.casefold) >= _REPEATED
    if alike and (negations(text) % 2) != (negations(quoted) % 2):
        return _support(SupportLevel.WEAK, "The quote may say the opposite: one of them negates.")
    return None


def _assertions_hold(text: str, found: Sequence[Evidence]) -> Support | None:
    """Look for what is certain on one side only: "may move" and "moved"."""
    pairs = followed(text, [_said(evidence) for evidence in found])
    shifts = [shifted(pair) for pair in pairs]
    if not shifts or not all(shifts):
        return None
    return _support(SupportLevel.WEAK, told_shift(*next(filter(None, shifts))))


def _said(evidence: Evidence) -> SourceSentence:
    return SourceSentence(evidence.quote, evidence.start or 0, evidence.end or 0, 0)


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


def _severity(support: Support) -> int:
    return [SupportLevel.UNSUPPORTED, SupportLevel.WEAK, SupportLevel.SUPPORTED].index(
        support.level
    )
