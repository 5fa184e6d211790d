"""Checks sentences that cite statements of several cases: by code first, then by the judge."""

import asyncio
import re
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from schemas.cases import SupportLevel
from schemas.frozen import Frozen
from schemas.reports import PLACEHOLDER, Citation, ReportNumber, with_numbers
from summarizer.agreement import missing_names, missing_numbers
from summarizer.asker import Asker
from summarizer.judge import MOST, JudgeAnswer
from summarizer.rendering import fence_for, one_line

T = TypeVar("T")
STAGE = "report"
_NO_VERDICT = (None, "The judge gave no verdict on it.")
JUDGE = "report/judge"
MOST_CITED = 5

_LETTER = re.compile(r"[^\W\d_]")
_WITH_DIGIT = re.compile(r"\S*\d\S*")
_POSSESSIVE = re.compile(r"['’]s$")
_IN_TIME = "in|of|since|from|until|before|after|during|In|Since|Until|Before|After|During"
_LEAST_NAME = 3


class CitingClaim(Frozen):
    """A sentence with what it cites, by the numbers that the model was shown."""

    text: str
    cites: tuple[int, ...]


class CheckedClaim(NamedTuple):
    """A claim with its support, None and a reason where it is not carried."""

    claim: CitingClaim
    support: SupportLevel | None
    reason: str = ""


class CitationChecker:
    """What claims may rest on: numbered statements, ``shown`` as a model sees them, and numbers.

    ``numbers`` are the counts by name, and the values of results as ``s:7``. ``companies`` are the
    names of all published companies with the key that their names share, ``known`` are names that
    any sentence may have, such as the title's.
    """

    def __init__(
        self,
        shown: str,
        statements: Mapping[int, Citation],
        numbers: Iterable[ReportNumber],
        companies: Mapping[str, str],
        known: Iterable[str] = (),
    ) -> None:
        self.listing, self.statements, self.known = shown, statements, [*known]
        self.numbers = {one.name: one for one in numbers}
        lower = {word for word in re.findall(r"\w+", shown) if word.islower()}
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
        """The counts that a model may use, with their meanings and values."""
        found = (one for name, one in self.numbers.items() if name.startswith("q:"))
        return (
            "; ".join(
                f"{{{o.name}}} {o.meaning}: {o.value}" for o in found if o.value not in {"", "0"}
            )
            or "none"
        )

    def shown(self, text: str) -> str:
        """Return a sentence with its numbers in place of the placeholders."""
        return with_numbers(text, self.numbers)

    def problem(self, claim: CitingClaim) -> str:
        """Return in words why code refuses a claim, empty where it does not."""
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
        """Return which company, number or name its statements lack."""
        labels = [part for one in cited for part in (one.label, one.title)]
        for year in {one.year for one in cited if one.year}:  # as a year, and not as an amount
            text = re.sub(rf"\b({_IN_TIME}) {year}\b", r"\1", text)
        around = "\n".join([*(one.text for one in cited), *labels])
        own = {self._companies.get(one.label, one.label) for one in cited}
        for name in self._named.findall(text):
            if self._companies[name] not in own and name not in around:
                return f"{name} is not the company of a statement that it cites."
        for word in _WITH_DIGIT.findall(text):
            bare = _POSSESSIVE.sub("", word.strip(".,;:!?()“”\"'’"))
            if bare not in around and (_LETTER.search(bare) or missing_numbers(bare, around)):
                return f"The number {bare} is not in the statements that it cites."
        if numbers := missing_numbers(text, around):
            return f"The number {numbers[0]} is not in the statements that it cites."
        spellings = [name for name, key in self._companies.items() if key in own]
        if names := missing_names(text, around, [*self.known, *spellings], around):
            return f"“{names[0]}” is not in the statements that it cites."
        return ""


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Return what all calls give; each comes to its end, and is stored, before one raises."""
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    for one in outcomes:
        if isinstance(one, BaseException):
            raise one
    return [one for one in outcomes if not isinstance(one, BaseException)]


async def checked(
    claims: Sequence[CitingClaim], grounds: CitationChecker, judge: Asker | None
) -> list[CheckedClaim]:
    """Return each claim with what code and judge say; without a judge it stays unverified.

    Raises:
        ModelError: if the judge cannot be asked.
    """
    problems = await asyncio.to_thread(lambda: [grounds.problem(one) for one in claims])
    passed = [one for one, problem in zip(claims, problems, strict=True) if not problem]
    verdicts: dict[CitingClaim, tuple[SupportLevel | None, str]]
    if judge is None:
        verdicts = dict.fromkeys(passed, (SupportLevel.UNVERIFIED, ""))
    else:
        batches = [passed[i : i + MOST] for i in range(0, len(passed), MOST)]
        found = await all_of(_verdicts(one, grounds, judge) for one in batches)
        verdicts = {claim: verdict for part in found for claim, verdict in part.items()}
    return [
        CheckedClaim(claim, None, problem) if problem else CheckedClaim(claim, *verdicts[claim])
        for claim, problem in zip(claims, problems, strict=True)
    ]


async def _verdicts(
    claims: Sequence[CitingClaim], grounds: CitationChecker, judge: Asker
) -> dict[CitingClaim, tuple[SupportLevel | None, str]]:
    """Return the judge's verdict on each claim; one that it passes over is not carried."""
    source = _source(claims, grounds)
    values = {"fence": fence_for(source), "source": source}
    answer = await judge.ask(judge.prompt(JUDGE), values, JudgeAnswer, STAGE)
    labels = {one.statement: one for one in answer.verdicts}
    found: dict[CitingClaim, tuple[SupportLevel | None, str]] = {}
    passed_over = []
    for n, claim in enumerate(claims, start=1):
        if (verdict := labels.get(n)) is None:
            passed_over.append(claim)
        elif verdict.label == "entailed":
            found[claim] = (SupportLevel.VERIFIED, "")
        else:
            reason = one_line(verdict.reason) if verdict.reason.strip() else ""
            found[claim] = (None, reason or f"Its statements do not carry it ({verdict.label}).")
    for part in _again(passed_over, len(claims)):
        found |= await _verdicts(part, grounds, judge)
    return found | {one: _NO_VERDICT for one in passed_over if one not in found}


def _again(passed_over: Sequence[CitingClaim], asked: int) -> Iterator[Sequence[CitingClaim]]:
    """Yield what to ask about once more: fewer sentences than before, since answers are kept."""
    middle = len(passed_over) // 2
    if 0 < len(passed_over) < asked:
        yield passed_over
    elif middle:
        yield from (passed_over[:middle], passed_over[middle:])


def _source(claims: Sequence[CitingClaim], grounds: CitationChecker) -> str:
    """Return the cited statements and numbers once, then the sentences that cite them."""
    cited = sorted({n for claim in claims for n in claim.cites})
    lines = [f"[{n}] {stated(grounds.statements[n])}" for n in cited]
    names = dict.fromkeys(name for one in claims for name in PLACEHOLDER.findall(one.text))
    counts = [grounds.numbers[name] for name in names if name.startswith("q:")]
    lines += [f"[{one.name}] {one.meaning}: {one.value}" for one in counts]
    return "\n".join([*lines, "", *_asked(claims, grounds)])


def _asked(claims: Sequence[CitingClaim], grounds: CitationChecker) -> Iterator[str]:
    for n, claim in enumerate(claims, start=1):
        counts = (one for one in PLACEHOLDER.findall(claim.text) if one.startswith("q:"))
        marks = "".join(f"[{one}]" for one in (*claim.cites, *dict.fromkeys(counts)))
        yield f"Sentence {n}: {one_line(grounds.shown(claim.text))} {marks}"


def stated(citation: Citation, section: str = "") -> str:
    """Return a statement on one line, with its company, its year and its section."""
    whose = ", ".join(filter(None, (one_line(citation.label), citation.year)))
    return f"{whose}{f' [{section}]' if section else ''}: {one_line(citation.text)}"
