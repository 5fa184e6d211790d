"""Checks sentences that cite statements of several cases: by code first, then by the judge."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.cases import SupportLevel
from schemas.errors import AnswerInvalid
from schemas.frozen import Frozen
from schemas.reports import PLACEHOLDER, Citation, Number, with_numbers
from summarizer.agreement import missing_names, missing_numbers
from summarizer.asking import Asker
from summarizer.judging import MOST, JudgeAnswer
from summarizer.rendering import fence_for, one_line

STAGE = "report"
JUDGE = "report/judge"
MOST_CITED = 5

_LETTER = re.compile(r"[^\W\d_]")
_WITH_DIGIT = re.compile(r"\S*\d\S*")
_POSSESSIVE = re.compile(r"['’]s$")
_LEAST_NAME = 3


class Claim(Frozen):
    """A sentence with what it cites, by the numbers that the model was shown."""

    text: str
    cites: tuple[int, ...]


class Judged(NamedTuple):
    """A claim with its support, None and a reason where it is not carried."""

    claim: Claim
    support: SupportLevel | None
    reason: str = ""


class Grounds:
    """What claims may rest on: numbered statements, ``shown`` as a model sees them, and numbers.

    ``numbers`` are the counts by name, and the values of results as ``s:7``. ``companies`` are the
    names of all published companies with the key that their names share, ``known`` are names that
    any sentence may have, such as the title's.
    """

    def __init__(
        self,
        shown: str,
        statements: Mapping[int, Citation],
        numbers: Iterable[Number],
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

    def problem(self, claim: Claim) -> str:
        """Return in words why code refuses a claim, empty where it does not."""
        cited = [self.statements[n] for n in claim.cites if n in self.statements]
        placed = PLACEHOLDER.findall(claim.text)
        if len(cited) != len(claim.cites) or not (cited or placed):
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
        labels = [part for one in cited for part in (one.label, one.title, one.year or "")]
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


async def checked(claims: Sequence[Claim], grounds: Grounds, judge: Asker | None) -> list[Judged]:
    """Return each claim with what code and judge say; without a judge it stays unverified.

    Raises:
        ModelError: if the judge cannot be asked.
    """
    problems = await asyncio.to_thread(lambda: [grounds.problem(one) for one in claims])
    passed = [one for one, problem in zip(claims, problems, strict=True) if not problem]
    verdicts: dict[Claim, tuple[SupportLevel | None, str]]
    if judge is None:
        verdicts = dict.fromkeys(passed, (SupportLevel.UNVERIFIED, ""))
    else:
        batches = [passed[i : i + MOST] for i in range(0, len(passed), MOST)]
        found = await asyncio.gather(*(_verdicts(one, grounds, judge) for one in batches))
        verdicts = {claim: verdict for part in found for claim, verdict in part.items()}
    return [
        Judged(claim, None, problem) if problem else Judged(claim, *verdicts[claim])
        for claim, problem in zip(claims, problems, strict=True)
    ]


async def _verdicts(
    claims: Sequence[Claim], grounds: Grounds, judge: Asker
) -> dict[Claim, tuple[SupportLevel | None, str]]:
    """Return the judge's verdict on each claim; one that it passes over is not carried."""
    source = _source(claims, grounds)
    values = {"fence": fence_for(source), "source": source}
    answer = await judge.ask(judge.prompt(JUDGE), values, JudgeAnswer, STAGE)
    labels = {one.statement: one for one in answer.verdicts}
    if not labels.keys() & set(range(1, len(claims) + 1)):
        raise AnswerInvalid(f"{judge.profile.model} judged no sentence that it was asked about")
    found: dict[Claim, tuple[SupportLevel | None, str]] = {}
    for n, claim in enumerate(claims, start=1):
        verdict = labels.get(n)
        if verdict and verdict.label == "entailed":
            found[claim] = (SupportLevel.VERIFIED, "")
        else:
            reason = one_line(verdict.reason) if verdict and verdict.reason else ""
            label = verdict.label if verdict else "no verdict"
            found[claim] = (None, reason or f"Its statements do not carry it ({label}).")
    return found


def _source(claims: Sequence[Claim], grounds: Grounds) -> str:
    """Return the cited statements and numbers once, then the sentences that cite them."""
    cited = sorted({n for claim in claims for n in claim.cites})
    lines = [f"[{n}] {stated(grounds.statements[n])}" for n in cited]
    names = dict.fromkeys(name for one in claims for name in PLACEHOLDER.findall(one.text))
    counts = [grounds.numbers[name] for name in names if name.startswith("q:")]
    lines += [f"[{one.name}] {one.meaning}: {one.value}" for one in counts]
    return "\n".join([*lines, "", *_asked(claims, grounds)])


def _asked(claims: Sequence[Claim], grounds: Grounds) -> Iterator[str]:
    for n, claim in enumerate(claims, start=1):
        counts = (one for one in PLACEHOLDER.findall(claim.text) if one.startswith("q:"))
        marks = "".join(f"[{one}]" for one in (*claim.cites, *dict.fromkeys(counts)))
        yield f"Sentence {n}: {one_line(grounds.shown(claim.text))} {marks}"


def stated(citation: Citation, section: str = "") -> str:
    """Return a statement on one line, with its company, its year and its section."""
    whose = ", ".join(filter(None, (one_line(citation.label), citation.year)))
    return f"{whose}{f' [{section}]' if section else ''}: {one_line(citation.text)}"
