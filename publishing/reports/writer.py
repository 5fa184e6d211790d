"""Writes reports across cases: an outline, sections based only on their statements, a summary.

Every sentence is checked; one that fails is rewritten once, and dropped if it fails again.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, zip_longest
from typing import Literal, NamedTuple, TypeVar

from prompts.loader import load
from publishing.reports.citation_checks import (
    ALL_CASES,
    JUDGE,
    MOST_CITED,
    STAGE,
    CheckedClaim,
    CitationChecker,
    CitingClaim,
    SentenceVerdicts,
    checked,
    stated,
)
from publishing.reports.claims import (
    CLAIMS,
    EVIDENCE,
    MOST,
    MOST_PROPOSED,
    WEIGHED,
    ClaimsAnswer,
    EvidenceAnswer,
    line_of,
)
from schemas.cases import SupportLevel
from schemas.claims import Claim, Evidence, Side
from schemas.generations import Usage
from schemas.reports import (
    PLACEHOLDER,
    Citation,
    DroppedSentence,
    Material,
    ReportNumber,
    ReportSection,
    ReportSentence,
    SentenceRole,
    Theme,
    value_name,
)
from summarizer.answers import Answer
from summarizer.asker import Asker, all_of, schema_tokens
from summarizer.profiles import Profile
from summarizer.rendering import COSTING, estimate_tokens, fence_for, message_tokens, one_line

A = TypeVar("A", bound=Answer)
SectionRole = Literal["did", "challenges", "worked", "disagree", "failed", "results"]
ClaimRole = Literal["evidence", "results", "against", "limits", "advice"]
OUTLINE, SECTION, REWRITE, SUMMARY, ANSWER, CLAIM, OPENING = (
    f"report/{name}"
    for name in ("outline", "section", "rewrite", "summary", "answer", "claim", "opening")
)
PROMPTS = (OUTLINE, SECTION, REWRITE, SUMMARY, JUDGE)
CLAIM_PROMPTS = (CLAIMS, EVIDENCE, CLAIM, OPENING, REWRITE, SUMMARY, JUDGE)

_SHOWN, _PER_THEME = 8, 48  # statements of a theme in the outline's and the section's prompt
_MOST_ANSWERED = 8  # sentences of an answer
_JUDGED_TOKENS, _SENTENCES = 60, 12  # tokens of a sentence for the judge; sentences of a section


class NamedSection(Answer):
    """A section of an outline with the numbers of its themes."""

    heading: str
    themes: list[int]


class OutlineAnswer(Answer):
    """The sections in order."""

    sections: list[NamedSection]


class CitingSentence(Answer):
    """A sentence with the numbers of the statements that it cites."""

    text: str
    cites: list[int]


class SectionSentence(CitingSentence):
    """A sentence of a section."""

    role: SectionRole


class SectionAnswer(Answer):
    """The sentences of a section."""

    sentences: list[SectionSentence]


class ClaimSentence(CitingSentence):
    """A sentence of a section about a claim."""

    role: ClaimRole


class ClaimAnswer(Answer):
    """The sentences of a section about a claim."""

    sentences: list[ClaimSentence]


class CitingAnswer(Answer):
    """The sentences of a summary, opening or answer; none if the statements have no answer."""

    sentences: list[CitingSentence]


class Rewritten(CitingSentence):
    """The new version of a numbered sentence; an empty text drops it.

    It can have another role, for example if it no longer states a disagreement.
    """

    sentence: int
    role: SectionRole | ClaimRole | None = None


class RewriteAnswer(Answer):
    """The rewritten sentences."""

    sentences: list[Rewritten]


SideMaterial = tuple[Side, Sequence[tuple[Evidence, Sequence[Material]]]]
"""The findings on one side of a claim, each with the statements that it rests on."""


class Written(NamedTuple):
    """The sentences that passed the checks, and the dropped ones."""

    sentences: tuple[ReportSentence, ...]
    dropped: tuple[DroppedSentence, ...]


@dataclass(eq=False)
class ReportWriter:
    """Writes one report.

    ``companies`` maps all published names to the keys of companies; ``words`` are the stems of
    ordinary words.
    """

    title: str
    aim: str
    asker: Asker
    judge: Asker | None
    companies: Mapping[str, str]
    words: Collection[str] = ()
    levels: dict[Citation, SupportLevel | None] = field(default_factory=dict, init=False)

    async def outline(self, themes: Sequence[Theme], most: int) -> list[Theme]:
        """Return the themes as named, merged and ordered by the model.

        Themes that it skips follow under their old names.

        Raises:
            ModelError: if the model cannot be asked.
        """
        shown = "\n\n".join(_theme(n, theme) for n, theme in enumerate(themes, start=1))
        values = {
            "fence": fence_for(shown),
            "title": one_line(self.title),
            "aim": self.aim,
            "themes": shown,
            "most": most,
        }
        answer = await self.asker.ask(self.asker.prompt(OUTLINE), values, OutlineAnswer, STAGE)
        left = dict(enumerate(themes, start=1))
        groups = (
            (s.heading, [left.pop(n) for n in s.themes if n in left]) for s in answer.sections
        )
        named = [_merged(one_line(heading), group) for heading, group in groups if group]
        return [*named, *left.values()][: max(most, 1)]

    async def section(self, theme: Theme, numbers: Sequence[ReportNumber]) -> Written:
        """Return the sentences of a theme's section; ``numbers`` are the counts it can use.

        Raises:
            ModelError: if model or judge cannot be asked.
        """
        chosen = theme.material[:_PER_THEME]
        checker = self._checker(_numbered(chosen), chosen, numbers, theme.heading)
        asked = {"heading": theme.heading, "statements": checker.listing}
        answer = await self._ask(SECTION, checker, asked, SectionAnswer)
        return await self._settled([_claim(one) for one in answer.sentences], checker)

    async def claim(
        self, claim: Claim, sides: Sequence[SideMaterial], numbers: Sequence[ReportNumber]
    ) -> Written:
        """Return the sentences about a claim; ``numbers`` are the counts they can use.

        Raises:
            ModelError: if model or judge cannot be asked.
        """
        chosen = [one for _, found in sides for _, own in found for one in own]
        checker = self._checker(_sided(sides), chosen, numbers, claim.text)
        asked = {"claim": claim.text, "condition": claim.condition or "not said"}
        asked |= {"statements": checker.listing}
        answer = await self._ask(CLAIM, checker, asked, ClaimAnswer)
        return await self._settled([_claim(one) for one in answer.sentences], checker)

    async def opening(self, claims: Sequence[Claim], found: Sequence[Material]) -> Written:
        """Return the sentences about the case that opens the report.

        Raises:
            ModelError: if model or judge cannot be asked.
        """
        checker = self._checker(_numbered(found), found, (), "")
        asked = {"claims": "\n".join(f"- {one.text}" for one in claims)}
        asked |= {"statements": checker.listing}
        answer = await self._ask(OPENING, checker, asked, CitingAnswer)
        told = [_claim(one) for one in answer.sentences]
        role = SentenceRole.OPENING
        return await self._settled([c.model_copy(update={"role": role}) for c in told], checker)

    def _checker(
        self,
        listing: str,
        chosen: Sequence[Material],
        numbers: Sequence[ReportNumber],
        heading: str,
    ) -> CitationChecker:
        """Return the checker of a part that can cite the ``chosen`` statements."""
        statements = dict(enumerate((one.citation for one in chosen), start=1))
        levels = {n: one.support for n, one in enumerate(chosen, start=1)}
        self.levels |= {one.citation: one.support for one in chosen}
        names = [self.title, heading]
        own = [*numbers, *_values(chosen)]
        return CitationChecker(
            listing, statements, own, self.companies, names, levels=levels, words=self.words
        )

    async def summary(
        self,
        sections: Sequence[ReportSection],
        numbers: Sequence[ReportNumber],
        shown: Callable[[ReportSentence], str],
    ) -> Written:
        """Return a summary of the sections, which cites the statements cited by them.

        ``shown`` returns a sentence with the values of results and with placeholders for counts.

        Raises:
            ModelError: if model or judge cannot be asked.
        """
        found = [(section.heading, one) for section in sections for one in section.sentences]
        lines, statements, before = [], dict[int, Citation](), ""
        levels = {
            n: self._lowest(one.citations)
            for n, (_, one) in enumerate(found, start=1)
            if one.role is not SentenceRole.ADVICE  # is the report's own
        }
        for n, (heading, sentence) in enumerate(found, start=1):
            text = shown(sentence)
            lines += [f"# {heading}"] if heading != before else []
            lines.append(f"{n}. {text}")
            statements[n], before = _as_statement(n, sentence, text, heading), heading
        names = [self.title, *(section.heading for section in sections)]
        checker = CitationChecker(
            "\n".join(lines),
            statements,
            numbers,
            self.companies,
            names,
            levels=levels,
            words=self.words,
        )
        answer = await self._ask(SUMMARY, checker, {"sentences": checker.listing}, CitingAnswer)
        claims = [_claim(one, MOST) for one in answer.sentences]
        written = await self._settled(claims, checker)
        cited = {
            str(n): _first_evidence(heading, sections)
            if sentence.role is SentenceRole.COUNTS
            else sentence.citations
            for n, (heading, sentence) in enumerate(found, start=1)
        }
        resolved, dropped = [], list(written.dropped)
        for one in written.sentences:
            sources = _interleaved(cited[own.part] for own in one.citations)
            if sources or PLACEHOLDER.search(one.text):
                resolved.append(one.model_copy(update={"citations": sources}))
            else:
                reason = "It is based on counts but contains none."
                dropped.append(DroppedSentence(text=one.text, reason=reason))
        return Written(tuple(resolved), tuple(dropped))

    def _lowest(self, cited: Iterable[Citation]) -> SupportLevel | None:
        """Return the lowest level of some statements, None if no level is known."""
        levels = filter(None, map(self.levels.get, cited))
        return max(levels, key=list(SupportLevel).index, default=None)

    async def answer(self, question: str, found: Sequence[Material]) -> Written:
        """Return an answer of up to eight sentences, or none if the statements have no answer.

        Raises:
            ModelError: if model or judge cannot be asked.
        """
        listing = _numbered(found, with_values=False)
        statements = dict(enumerate((one.citation for one in found), start=1))
        levels = {n: one.support for n, one in enumerate(found, start=1)}
        checker = CitationChecker(listing, statements, (), self.companies, levels=levels)
        values = {"question": one_line(question), "statements": listing}
        answer = await self._ask(ANSWER, checker, values, CitingAnswer)
        claims = [_claim(one) for one in answer.sentences[:_MOST_ANSWERED]]
        return await self._settled(claims, checker)

    async def _ask(
        self, name: str, checker: CitationChecker, values: Mapping[str, object], form: type[A]
    ) -> A:
        """Return the answer to a prompt, filled in with ``values`` and data of the report."""
        whole = "".join(map(str, values.values()))
        common = {"title": one_line(self.title), "aim": self.aim, "numbers": checker.counts}
        prompt = self.asker.prompt(name)
        return await self.asker.ask(
            prompt, {"fence": fence_for(whole), **common, **values}, form, STAGE
        )

    async def _settled(self, claims: Sequence[CitingClaim], checker: CitationChecker) -> Written:
        """Return the claims that pass the checks, possibly rewritten, in order."""
        first = await checked(claims, checker, self.judge)
        failed = [n for n, one in enumerate(first) if one.support is None]
        second: dict[CitingClaim, CheckedClaim] = {}
        if failed:
            rewritten = await self._rewritten(first, failed, checker)
            again = await checked([*rewritten.values()], checker, self.judge)
            second = dict(zip(rewritten, again, strict=True))
        sentences, dropped = [], []
        for one in first:
            last = one if one.support else second.get(one.claim, one)
            if last.support is None:
                text = checker.shown(one.claim.text)
                dropped.append(DroppedSentence(text=text, reason=last.reason))
            else:
                sentences.append(_sentence(last.claim, last.support, checker))
        return Written(tuple(sentences), tuple(dropped))

    async def _rewritten(
        self, judged: Sequence[CheckedClaim], failed: Sequence[int], checker: CitationChecker
    ) -> dict[CitingClaim, CitingClaim]:
        """Return the rewritten versions of failed claims, except those that the model drops."""
        lines = []
        for i, n in enumerate(failed, start=1):
            claim, before = judged[n].claim, judged[n - 1].claim.text if n else "(it is the first)"
            marks = "".join(f"[{cite}]" for cite in claim.cites)
            role = f" ({claim.role})" if claim.role else ""
            lines.append(f"Before it: {before}\nSentence {i}{role}: {claim.text} {marks}")
            lines.append(f"Why it was refused: {judged[n].reason}\n")
        values = {"statements": checker.listing, "sentences": "\n".join(lines).rstrip()}
        answer = await self._ask(REWRITE, checker, values, RewriteAnswer)
        known = {i: judged[n].claim for i, n in enumerate(failed, start=1)}
        found = {}
        for one in answer.sentences:
            if one.text.strip() and (old := known.get(one.sentence)):
                new = _claim(one)
                kept = old.role and (new.role or old.role)
                found[old] = new.model_copy(update={"role": kept})
        return found


def forecast(
    themes: Sequence[Theme], asker: Profile, judge: Profile | None, *, outlined: bool
) -> list[Usage]:
    """Return the likely usage of a report's calls, erring on the high side."""
    sizes = [estimate_tokens(_numbered(one.material[:_PER_THEME]), COSTING) for one in themes]
    kinds: list[tuple[Profile, str, type[Answer]]]
    kinds = [(asker, SECTION, SectionAnswer), (asker, REWRITE, RewriteAnswer)]
    kinds += [(judge, JUDGE, SentenceVerdicts)] * 2 if judge else []
    calls = [_call(*kind, size) for size in sizes for kind in kinds]
    if outlined:
        shown = "\n".join(_theme(n, theme) for n, theme in enumerate(themes))
        calls.append(_call(asker, OUTLINE, OutlineAnswer, estimate_tokens(shown, COSTING)))
    calls.append(_call(asker, SUMMARY, CitingAnswer, _SENTENCES * _JUDGED_TOKENS * len(sizes)))
    calls += [_call(judge, JUDGE, SentenceVerdicts, _SENTENCES * _JUDGED_TOKENS)] if judge else []
    return calls


def claims_forecast(
    found: Sequence[Evidence], asker: Profile, judge: Profile | None
) -> list[Usage]:
    """Return the likely usage of a report with as many claims as possible, on the high side."""
    size = sum(estimate_tokens(line_of(1, one), COSTING) for one in found[:MOST_PROPOSED])
    share = size * WEIGHED // max(1, len(found[:MOST_PROPOSED]))
    kinds: list[tuple[Profile, str, type[Answer]]]
    kinds = [(judge or asker, EVIDENCE, EvidenceAnswer), (asker, CLAIM, ClaimAnswer)]
    kinds += [(asker, REWRITE, RewriteAnswer)]
    kinds += [(judge, JUDGE, SentenceVerdicts)] * 2 if judge else []
    calls = [_call(asker, CLAIMS, ClaimsAnswer, size)]
    calls += [_call(*kind, share) for _ in range(MOST) for kind in kinds]
    text = _SENTENCES * _JUDGED_TOKENS * MOST
    calls += [_call(asker, kind, CitingAnswer, text) for kind in (OPENING, SUMMARY)]
    return calls + ([_call(judge, JUDGE, SentenceVerdicts, text)] * 2 if judge else [])


def _call(profile: Profile, prompt: str, answer: type[Answer], text: int) -> Usage:
    fixed = message_tokens(load(prompt).messages, COSTING) + schema_tokens(answer)
    return profile.expected(prompt, fixed + text)


def _merged(heading: str, themes: Sequence[Theme]) -> Theme:
    """Return several themes as one, with the best statements first."""
    found = sorted((one for theme in themes for one in theme.material), key=lambda one: -one.score)
    tags = {theme.tag for theme in themes}
    return Theme(heading=heading, material=tuple(found), tag=tags.pop() if len(tags) == 1 else None)


def _theme(n: int, theme: Theme) -> str:
    lines = [f"- {stated(one.citation)}" for one in theme.material[:_SHOWN]]
    return "\n".join([f"{n}. {theme.heading} ({len(theme.material)} statements)", *lines])


def _numbered(found: Iterable[Material], *, with_values: bool = True) -> str:
    return "\n".join(_line(n, one, with_values) for n, one in enumerate(found, start=1))


def _line(n: int, one: Material, with_value: bool = True) -> str:
    value = f" (value: {{s:{n}}})" if one.value and with_value else ""
    return f"{n}. {stated(one.citation, one.section)}{value}"


def _sided(sides: Sequence[SideMaterial]) -> str:
    """Return the findings on each side of a claim, each with its numbered statements."""
    lines, n = list[str](), count(1)
    for side, found in sides:
        lines += [f"{side.capitalize()} the claim:"] if found else []
        for finding, own in found:
            lines += [f"- {one_line(finding.text)} ({finding.effect})"]
            lines += [_line(next(n), one) for one in own]
    return "\n".join(lines)


def _values(found: Sequence[Material]) -> list[ReportNumber]:
    """Return the values of results, named by the numbers of their statements."""
    measured = ((n, one.value) for n, one in enumerate(found, start=1))
    return [
        ReportNumber(name=f"s:{n}", sql="", value=v, meaning="its value") for n, v in measured if v
    ]


def _claim(sentence: CitingSentence, most: int = MOST_CITED) -> CitingClaim:
    cites = tuple(dict.fromkeys(sentence.cites))[:most]
    role = getattr(sentence, "role", None)
    return CitingClaim(text=one_line(sentence.text), cites=cites, role=role)


def _sentence(
    claim: CitingClaim, support: SupportLevel, checker: CitationChecker
) -> ReportSentence:
    """Return a claim as a sentence, with values named by their case: ``{s:CASE.results.7}``."""

    def full(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition(":")
        if kind == "q":
            return found[0]
        return f"{{{value_name(checker.statements[int(name)])}}}"

    text, role = PLACEHOLDER.sub(full, claim.text), claim.role or SentenceRole.SUMMARY
    cited = tuple(checker.statements[n] for n in claim.cites)
    return ReportSentence(n=0, role=role, text=text, citations=cited, support=support)


def _as_statement(n: int, sentence: ReportSentence, text: str, heading: str) -> Citation:
    """Return a sentence of the report as a statement that its summary can cite."""
    labels = dict.fromkeys(one.label for one in sentence.citations)
    whose = " and ".join(labels) or ALL_CASES
    if sentence.role is SentenceRole.COUNTS:
        text = f"On “{heading}”: {text}"
    elif sentence.role is SentenceRole.ADVICE:
        text = f"(advice of the report) {text}"
    return Citation(case_id="", revision_id="", part=str(n), text=text, label=whose, title="")


def _first_evidence(heading: str, sections: Sequence[ReportSection]) -> tuple[Citation, ...]:
    """Return the citations of the first sentence with evidence under a heading that is a claim."""
    sentences = (one for own in sections if own.heading == heading for one in own.sentences)
    evidence = (one for one in sentences if one.role is SentenceRole.EVIDENCE)
    return next((one.citations for one in evidence), ())


def _interleaved(cited: Iterable[Sequence[Citation]]) -> tuple[Citation, ...]:
    """Return the citations of several sentences, each once, taking turns between sentences."""
    rounds = zip_longest(*cited)
    return tuple(dict.fromkeys(one for several in rounds for one in several if one))


async def at_once(
    parts: Iterable[Awaitable[Written]], on_part: Callable[[int], object]
) -> list[Written]:
    """Return some written parts in order; ``on_part`` gets the number finished."""
    done = count(1)

    async def one(part: Awaitable[Written]) -> Written:
        made = await part
        on_part(next(done))
        return made

    return await all_of(map(one, parts))
