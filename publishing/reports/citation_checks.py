"""Checks sentences that cite statements of several cases, by code and then by the judge."""

import asyncio
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BeforeValidator
from typing_extensions import TypeAliasType

from publishing.reports.quantifiers import kinds, unsupported_amount
from publishing.similarity import FUNCTION_WORDS
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
from summarizer.arithmetic import changes_in, exchanges, reversals
from summarizer.asker import Asker, all_of
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers
from summarizer.rendering import fence_for, one_line
from warehouse.stems import stem

STAGE = "report"
_NO_VERDICT = "The judge gave no verdict on it."
JUDGE = "report/judge"
MOST_CITED = 5
ALL_CASES = "All cases"
"""The label of a sentence of a report that is about all its cases."""

_LABELS: Sequence[Label] = get_args(Label)
_MOST = 25  # sentences in one call
_IN_TIME = "in|of|since|from|until|before|after|during|In|Since|Until|Before|After|During"
_LEAST_NAME = 3
_CALCULATED = re.compile(r"(?i)\b(?:hal[fv]|third|quarter|twice|doubl|tripl|percentage point)")
_OTHERS = re.compile(r"\b(?:(?:an)?other|others|elsewhere|second|unlike|than|compan\w+|teams?)\b")
_JOINT = re.compile(r", | and ")
_LEAST_WORDS = 1_000  # of the texts; fewer cannot show that a capitalized word is a name


# A type with a name of its own is written once in the schema.
Agreement = TypeAliasType("Agreement", Literal["same", "changed", "absent"])


Aspect = Annotated[
    Agreement, BeforeValidator(lambda one: one if one in ("same", "changed") else "absent")
]


class SentenceVerdict(Answer):
    """The judge's verdict on one sentence; the label is last, so that the others decide it."""

    sentence: int
    reason: str
    direction: Aspect = "absent"
    negation: Aspect = "absent"
    quantity: Aspect = "absent"
    label: Label

    @property
    def refusal(self) -> str:
        """The reason why the sentence is not supported, or an empty string."""
        changed = "changed" in {self.direction, self.negation, self.quantity}
        if self.label == "entailed" and not changed:
            return ""
        why = "changed" if self.label == "entailed" else self.label
        return " ".join(self.reason.split()) or f"Its statements do not support it ({why})."


class SentenceVerdicts(Answer):
    """One verdict per sentence."""

    verdicts: Annotated[list[SentenceVerdict], BeforeValidator(readable(SentenceVerdict))]

    def refusals(self) -> dict[int, str]:
        """Return the reason of each refused sentence by number, empty for a supported one.

        Of two verdicts on a sentence, the lower one counts.
        """
        rising = sorted(self.verdicts, key=lambda one: (_LABELS.index(one.label), one.refusal > ""))
        return {one.sentence: one.refusal for one in rising}


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
    ``levels`` are those of statements by number, for the judge. ``words`` are the stems of words
    that published texts have in lower case, so that others are names at the start of a sentence.
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
        words: Collection[str] = (),
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
        self._words = {*words, *map(stem, lower | FUNCTION_WORDS)}
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
        around, companies = "\n".join(one.text for one in cited), len(self._companies_of(cited))
        if words := unsupported_amount(claim.text, around, companies, self.numbers):
            return f"“{words}” needs a statement or a count that supports it."
        return self._disagreement(PLACEHOLDER.sub(" ", claim.text), cited)

    def _companies_of(self, cited: Iterable[Citation]) -> set[str]:
        """Return the companies of some statements; a sentence of the report can be of several."""
        labels = ([one.label] if one.case_id else _JOINT.split(one.label) for one in cited)
        return {self._companies.get(name, name) for names in labels for name in names}

    def kinds_of(self, claim: CitingClaim) -> str:
        """Return the kinds of a sentence and the number of companies that it cites."""
        text, cited = self.shown(claim.text), [self.statements[n] for n in claim.cites]
        companies = len(self._companies_of(cited))
        is_named = bool(self._named.search(text)) or any(one.label in text for one in cited)
        found = ", ".join(kinds(text, is_general=companies > 1 or not is_named))
        if any(one.label == ALL_CASES for one in cited):
            return f"{found}; all cases"
        return f"{found}; {companies} {'company' if companies == 1 else 'companies'}"

    def _is_ordinary(self, word: str) -> bool:
        return len(self._words) < _LEAST_WORDS or stem(word) in self._words

    def _disagreement(self, text: str, cited: Sequence[Citation]) -> str:
        """Return a sentence about the first company, number or name missing from ``cited``."""
        for year in {one.year for one in cited if one.year}:  # as a year, not as an amount
            text = re.sub(rf"\b({_IN_TIME}) {year}\b", r"\1", text)
        keys, around = self._companies_of(cited), _texts(cited)
        named = self._named.findall(text)
        for name in named:
            if self._companies[name] not in keys and name not in around:
                return f"{name} is not the company of a statement that it cites."
        about = keys & {self._companies[name] for name in named}
        if len(about) == 1 and not _OTHERS.search(text):  # then all of it is about this company
            around = _texts(one for one in cited if about & self._companies_of([one]))
        for number in missing_numbers(text, around):
            if not _can_be_calculated(number, around):
                return f"The number {number} is not in the statements that it cites."
        known = [*self.known, *(name for name, key in self._companies.items() if key in keys)]
        if names := missing_names(text, around, known, around, is_ordinary=self._is_ordinary):
            return f"“{names[0]}” is not in the statements that it cites."
        turned = (*exchanges(changes_in(text), changes_in(around)), *reversals(text, around))
        return next(iter(turned), "")


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
    values = asked_of_judge(claims, checker)
    answer = await judge.ask(judge.prompt(JUDGE), values, SentenceVerdicts, STAGE)
    refusals = answer.refusals()
    found = {one: CheckedClaim(one, None, _NO_VERDICT) for one in claims}
    skipped = []
    for n, claim in enumerate(claims, start=1):
        if (refusal := refusals.get(n)) is None:
            skipped.append(claim)
        else:
            level = None if refusal else SupportLevel.VERIFIED
            found[claim] = CheckedClaim(claim, level, refusal)
    # The same question would get the stored answer, so each one is about fewer sentences.
    middle = len(skipped) // 2 if len(skipped) == len(claims) else 0
    for part in (skipped[:middle], skipped[middle:]):
        if 0 < len(part) < len(claims):
            found |= await _judged(part, checker, judge)
    return found


def asked_of_judge(claims: Sequence[CitingClaim], checker: CitationChecker) -> Mapping[str, object]:
    """Return the values of the judge's prompt about some claims.

    These are the cited statements and numbers, each once, then the sentences citing them.
    """
    cited = sorted({n for claim in claims for n in claim.cites})
    weak = {n: WEAK_SUPPORT.get(level) for n, level in checker.levels.items() if level}
    lines = [f"[{n}] {stated(checker.statements[n], level=weak.get(n))}" for n in cited]
    names = dict.fromkeys(name for one in claims for name in PLACEHOLDER.findall(one.text))
    counts = [checker.numbers[name] for name in names if name.startswith("q:")]
    lines += [f"[{one.name}] {one.meaning}: {one.value}" for one in counts]
    source = "\n".join([*lines, "", *_numbered(claims, checker)])
    return {"fence": fence_for(source), "source": source}


def _numbered(claims: Sequence[CitingClaim], checker: CitationChecker) -> Iterator[str]:
    for n, claim in enumerate(claims, start=1):
        counts = (one for one in PLACEHOLDER.findall(claim.text) if one.startswith("q:"))
        marks = "".join(f"[{one}]" for one in (*claim.cites, *dict.fromkeys(counts)))
        text = one_line(checker.shown(claim.text))
        yield f"Sentence {n} ({checker.kinds_of(claim)}): {text} {marks}"


def _can_be_calculated(number: str, around: str) -> bool:
    """Return whether a number can be calculated from a change: half, 13 points; the judge does."""
    words = _CALCULATED.findall(number)
    return bool(words) and (bool(changes_in(around)) or words[0].lower() in around.lower())


def _texts(cited: Iterable[Citation]) -> str:
    return "\n".join(part for one in cited for part in (one.text, one.label, one.title))


def stated(citation: Citation, section: str = "", level: str | None = None) -> str:
    """Return a statement on one line with its company, year, section and level, if given."""
    whose = ", ".join(filter(None, (one_line(citation.label), citation.year)))
    marks = f"{f' [{section}]' if section else ''}{f' ({level})' if level else ''}"
    return f"{whose}{marks}: {one_line(citation.text)}"
