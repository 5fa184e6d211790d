"""Checks sentences that cite statements of several cases, by code and then by the judge."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, NamedTuple, get_args

from pydantic import BeforeValidator

from schemas.cases import SupportLevel
from schemas.frozen import Frozen
from schemas.reports import (
    PLACEHOLDER,
    WEAK_SUPPORT,
    Citation,
    ReportNumber,
    SentenceRole,
    with_numbers,
)
from summarizer.answers import Answer, Label, readable
from summarizer.asker import Asker, all_of
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers
from summarizer.rendering import fence_for, one_line

STAGE = "report"
_NO_VERDICT = "The judge gave no verdict on it."
JUDGE = "report/judge"
MOST_CITED = 5

_LABELS: Sequence[Label] = get_args(Label)
_MOST = 25  # sentences in one call
_LETTER = re.compile(r"[^\W\d_]")
_WITH_DIGIT = re.compile(r"\S*\d\S*")
_POSSESSIVE = re.compile(r"['’]s$")
_IN_TIME = "in|of|since|from|until|before|after|during|In|Since|Until|Before|After|During"
_LEAST_NAME = 3


class SentenceVerdict(Answer):
    """The judge's verdict on one sentence; the reason comes first, so that it decides the label."""

    sentence: int
    reason: str
    label: Label


class SentenceVerdicts(Answer):
    """One verdict per sentence."""

    verdicts: Annotated[list[SentenceVerdict], BeforeValidator(readable(SentenceVerdict))]


class CitingClaim(Frozen):
    """A sentence, the numbers of the statements that it cites, and its role in a section."""

    text: str
    cites: tuple[int, ...]
    role: SentenceRole | None = None


class CheckedClaim(NamedTuple):
    """A claim with its support; None, with a reason, if the check failed."""

    claim: CitingClaim
    support: SupportLevel | None
    reason: str = ""


class CitationChecker:
    """Checks claims against the statements and numbers that they can cite.

    ``listing`` shows the statements to a model. ``numbers`` are counts, and values of results with
    names such as ``s:7``. ``companies`` maps the names of all published companies to the key shared
    by their spellings; ``known`` are names that any sentence can use, such as those in the title.
    ``levels`` are those of statements by number, for the judge.
    """

    def __init__(
        self,
        listing: str,
        statements: Mapping[int, Citation],
        numbers: Iterable[ReportNumber],
        companies: Mapping[str, str],
        known: Iterable[str] = (),
        *,
        levels: Mapping[int, SupportLevel | None] = MappingProxyType({}),
    ) -> None:
        self.listing, self.statements, self.known = listing, statements, [*known]
        self.levels = levels
        self.numbers = {one.name: one for one in numbers}
        lower = {word for word in re.findall(r"\w+", listing) if word.islower()}
        named = [
            name
            for name in companies
            if len(name) >= _LEAST_NAME and name.lower() not in lower and name.lower() != name
        ]
        parts = map(re.escape, sorted(named, key=len, reverse=True))
        self._companies = companies
        self._named = re.compile(rf"(?<!\w)(?:{'|'.join(parts) or '(?!)'})(?!\w)")

    @property
    def counts(self) -> str:
        """The counts that a model can use, with their meanings and values."""
        counts = (
            f"{{{name}}} {one.meaning}: {one.value}"
            for name, one in self.numbers.items()
            if name.startswith("q:") and one.value not in {"", "0"}
        )
        return "; ".join(counts) or "none"

    def shown(self, text: str) -> str:
        """Return a sentence with its placeholders replaced by numbers."""
        return with_numbers(text, self.numbers)

    def problem(self, claim: CitingClaim) -> str:
        """Return the reason why code rejects a claim, or an empty string."""
        cited = [self.statements[n] for n in claim.cites if n in self.statements]
        placed = PLACEHOLDER.findall(claim.text)
        if len(cited) != len(claim.cites) or not cited:
            return "It cites no statement that it was given."
        if unknown := [name for name in placed if name not in self.numbers]:
            return f"There is no number {{{unknown[0]}}}."
        if lost := [name for name in placed if not self.numbers[name].value]:
            return f"The number {{{lost[0]}}} has no value."
        for name in placed:
            if name.startswith("s:") and name not in {f"s:{n}" for n in claim.cites}:
                return f"It uses {{{name}}} without citing its statement."
        return self._disagreement(PLACEHOLDER.sub(" ", claim.text), cited)

    def _disagreement(self, text: str, cited: Sequence[Citation]) -> str:
        """Return a sentence about the first company, number or name missing from ``cited``."""
        labels = [part for one in cited for part in (one.label, one.title)]
        for year in {one.year for one in cited if one.year}:  # as a year, not as an amount
            text = re.sub(rf"\b({_IN_TIME}) {year}\b", r"\1", text)
        around = "\n".join([*(one.text for one in cited), *labels])
        keys = {self._companies.get(one.label, one.label) for one in cited}
        for name in self._named.findall(text):
            if self._companies[name] not in keys and name not in around:
                return f"{name} is not the company of a statement that it cites."
        for word in _WITH_DIGIT.findall(text):
            bare = _POSSESSIVE.sub("", word.strip(".,;:!?()“”\"'’"))
            if bare not in around and (_LETTER.search(bare) or missing_numbers(bare, around)):
                return f"The number {bare} is not in the statements that it cites."
        if numbers := missing_numbers(text, around):
            return f"The number {numbers[0]} is not in the statements that it cites."
        spellings = [name for name, key in self._companies.items() if key in keys]
        if names := missing_names(text, around, [*self.known, *spellings], around):
            return f"“{names[0]}” is not in the statements that it cites."
        return ""


async def checked(
    claims: Sequence[CitingClaim], checker: CitationChecker, judge: Asker | None
) -> list[CheckedClaim]:
    """Return each claim with the results of code and judge; unverified without a judge.

    Raises:
        ModelError: if the judge cannot be asked.
    """
    problems = await asyncio.to_thread(lambda: [checker.problem(one) for one in claims])
    passed = [one for one, problem in zip(claims, problems, strict=True) if not problem]
    found: dict[CitingClaim, CheckedClaim] = {}
    if judge is None:
        found = {one: CheckedClaim(one, SupportLevel.UNVERIFIED) for one in passed}
    else:
        batches = [passed[i : i + _MOST] for i in range(0, len(passed), _MOST)]
        for part in await all_of(_judged(one, checker, judge) for one in batches):
            found |= part
    return [
        CheckedClaim(claim, None, problem) if problem else found[claim]
        for claim, problem in zip(claims, problems, strict=True)
    ]


async def _judged(
    claims: Sequence[CitingClaim], checker: CitationChecker, judge: Asker
) -> dict[CitingClaim, CheckedClaim]:
    """Return the judged claims, with the lower of two verdicts on one.

    The judge is asked again about those that it skips.
    """
    source = _source(claims, checker)
    values = {"fence": fence_for(source), "source": source}
    answer = await judge.ask(judge.prompt(JUDGE), values, SentenceVerdicts, STAGE)
    lowest_last = sorted(answer.verdicts, key=lambda one: _LABELS.index(one.label))
    verdicts = {one.sentence: one for one in lowest_last}
    found = {one: CheckedClaim(one, None, _NO_VERDICT) for one in claims}
    skipped = []
    for n, claim in enumerate(claims, start=1):
        if (verdict := verdicts.get(n)) is None:
            skipped.append(claim)
        elif verdict.label == "entailed":
            found[claim] = CheckedClaim(claim, SupportLevel.VERIFIED)
        else:
            reason = " ".join(verdict.reason.split())
            reason = reason or f"Its statements do not support it ({verdict.label})."
            found[claim] = CheckedClaim(claim, None, reason)
    # The same question would get the stored answer, so each one is about fewer sentences.
    middle = len(skipped) // 2 if len(skipped) == len(claims) else 0
    for part in (skipped[:middle], skipped[middle:]):
        if 0 < len(part) < len(claims):
            found |= await _judged(part, checker, judge)
    return found


def _source(claims: Sequence[CitingClaim], checker: CitationChecker) -> str:
    """Return the cited statements and numbers, each once, then the sentences citing them."""
    cited = sorted({n for claim in claims for n in claim.cites})
    weak = {n: WEAK_SUPPORT.get(level) for n, level in checker.levels.items() if level}
    lines = [f"[{n}] {stated(checker.statements[n], level=weak.get(n))}" for n in cited]
    names = dict.fromkeys(name for one in claims for name in PLACEHOLDER.findall(one.text))
    counts = [checker.numbers[name] for name in names if name.startswith("q:")]
    lines += [f"[{one.name}] {one.meaning}: {one.value}" for one in counts]
    return "\n".join([*lines, "", *_numbered(claims, checker)])


def _numbered(claims: Sequence[CitingClaim], checker: CitationChecker) -> Iterator[str]:
    for n, claim in enumerate(claims, start=1):
        counts = (one for one in PLACEHOLDER.findall(claim.text) if one.startswith("q:"))
        marks = "".join(f"[{one}]" for one in (*claim.cites, *dict.fromkeys(counts)))
        yield f"Sentence {n}: {one_line(checker.shown(claim.text))} {marks}"


def stated(citation: Citation, section: str = "", level: str | None = None) -> str:
    """Return a statement on one line with its company, year, section and level, if given."""
    whose = ", ".join(filter(None, (one_line(citation.label), citation.year)))
    marks = f"{f' [{section}]' if section else ''}{f' ({level})' if level else ''}"
    return f"{whose}{marks}: {one_line(citation.text)}"
