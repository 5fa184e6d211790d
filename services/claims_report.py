"""Texts of reports by claim: planned from findings, weighed, and written with both sides."""

from asyncio import to_thread
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from config.resources import Resources
from publishing.reports import claims as planning
from publishing.reports import verbatim
from publishing.reports import writer as writing
from publishing.reports.checks import parts_by_case
from publishing.reports.material import statements_of
from publishing.reports.writer import SideMaterial
from publishing.wording import count, listing
from schemas.claims import Claim, Evidence, Plan
from schemas.errors import InputError
from schemas.reports import Material, Report, ReportSection, ReportSentence
from services.publication import Progress
from services.report_selection import Selection
from services.theme_report import (
    IN_SHORT,
    ReportText,
    subject,
    summary,
    with_provenance,
    writer_of,
)
from summarizer.asker import Asker
from warehouse import Dataset

GAPS = "What these cases cannot show"
_GAPS = ("findings", "effects", "unknown_effect", "silent", "imported")
_SHOWN = {"for": 10, "against": 6}  # findings of each side in the question for a section
_PROPOSALS = 2  # the second, if few claims of the first are carried
_LEAST_TOLD = 6  # statements of a case that can open a report


def findings_for(selection: Selection, tables: Dataset) -> list[Evidence]:
    """Return the findings that the claims of a report can use, the most fitting first."""
    return planning.findings(tables, selection.scope, subject(selection).strip())


def makes_claims(selection: Selection, found: Sequence[Evidence]) -> bool:
    """Return whether a report of this template makes claims, with enough findings for them."""
    return selection.template.claims and len(found) >= planning.FEWEST


async def planned(selection: Selection, found: Sequence[Evidence], resources: Resources) -> Plan:
    """Return the claims that the model proposes, each weighed against the findings.

    If the findings carry few of them, the model proposes others once more.

    Raises:
        InputError: if no claim has findings of two companies.
        ModelError: if the model does not answer.
    """
    _, ask, judge = writer_of(selection, resources)
    order, weighed = selection.order, list[Claim]()
    for _ in range(_PROPOSALS):
        purpose = selection.template.purpose
        proposed = await planning.proposed(order.title, purpose, found, ask, weighed)
        texts = {one.text.casefold() for one in weighed}
        new = [one for one in proposed if one.text.casefold() not in texts]
        weighed += await planning.weighed(new, found, judge or ask)
        kept = planning.numbered(list(filter(planning.is_carried, weighed))[: planning.MOST])
        if len(kept) >= planning.FEW:
            break
    if not kept:
        raise InputError(f"the findings about “{order.title}” carry no claim; try a wider title")
    calls = [*ask.generations, *(judge.generations if judge else ())]
    return Plan(
        **order.model_dump(exclude={"outline", "template"}),
        template=selection.template.name,
        claims=kept,
        findings=len(found),
        dropped=tuple(one.text for one in weighed if not planning.is_carried(one)),
        model=ask.profile.model,
        generation_ids=tuple(dict.fromkeys(one.generation_id for one in calls)),
    )


async def written_text(
    selection: Selection,
    plan: Plan,
    found: Sequence[Evidence],
    tables: Dataset,
    *,
    resources: Resources,
    on_progress: Progress,
) -> ReportText:
    """Return the opening case, a section on each claim, and a summary of them.

    Claims without findings, which a curator added, are weighed first.

    Raises:
        InputError: if such a claim finds no support, or no sentence passes the checks.
        ModelError: if the model does not answer.
    """
    writer, ask, judge = writer_of(selection, resources)
    claims = await _with_evidence(plan, found, judge or ask)
    total = len(claims) + 2
    cited = {one.case_id for claim in claims for one in claim.evidence}
    stated = await to_thread(lambda: statements_of(parts_by_case(cited, tables)))
    by_claim = [(claim, list(_sides(claim, stated))) for claim in claims]
    told = _told(claims, stated)
    counts = selection.counts
    overall = [counts.count("cases"), counts.count("findings"), counts.count("finding_cases")]
    numbers = await to_thread(lambda: [[*overall, *counts.of_claim(one)] for one in claims])
    parts = [
        writer.claim(claim, sides, own)
        for (claim, sides), own in zip(by_claim, numbers, strict=True)
    ]
    made = await writing.at_once(
        [writer.opening(claims, told), *parts], lambda n: on_progress(n, total)
    )
    opening, *about = made
    await to_thread(counts.measured, [*told, *_shown(by_claim)])
    sections = [
        ReportSection(heading=claim.text, sentences=(*_sentence(selection, claim), *own.sentences))
        for claim, own in zip(claims, about, strict=True)
        if own.sentences
    ]
    short = await summary(selection, writer, sections)
    on_progress(total, total)
    whose = told[0].citation.label if told else ""
    first = [(IN_SHORT, short), (f"One case: {whose}", opening)]
    heads = tuple(ReportSection(heading=h, sentences=one.sentences) for h, one in first)
    gaps = filter(None, map(counts.sentence, _GAPS))
    last = ReportSection(heading=GAPS, sentences=tuple(map(verbatim.counted, gaps)))
    text = ReportText(opening=(*heads, *sections, last), sections=(), claims=tuple(claims))
    return with_provenance(text, writing.CLAIM_PROMPTS, (*made, short), ask, judge)


async def weighed_again(
    report: Report, selection: Selection, found: Sequence[Evidence], resources: Resources
) -> tuple[Claim, ...]:
    """Return the claims of a report, weighed against the current findings.

    Raises:
        ModelError: if the model does not answer.
    """
    _, ask, judge = writer_of(selection, resources)
    current = {(one.case_id, one.text): one for one in found}
    known = [
        one.model_copy(
            update={
                "supporting": _current(one.supporting, current),
                "opposing": _current(one.opposing, current),
            }
        )
        for one in report.claims
    ]
    return tuple(await planning.weighed(known, found, judge or ask))


def _current(
    evidence: Sequence[Evidence], current: Mapping[tuple[str, str], Evidence]
) -> tuple[Evidence, ...]:
    found = (current.get((one.case_id, one.text)) for one in evidence)
    return tuple(one for one in found if one)


def evidence_changes(before: Sequence[Claim], now: Sequence[Claim]) -> Iterator[str]:
    """Yield what changed on each side of the claims, in words."""
    for old, new in zip(before, now, strict=True):
        if not planning.is_carried(new):
            yield f"{new.text}: left out, its findings no longer carry it"
            continue
        for (side, was), (_, is_) in zip(old.sides, new.sides, strict=True):
            known = {(one.case_id, one.text) for one in was}
            current = {(one.case_id, one.text) for one in is_}
            for what, more, less in (("new", is_, known), ("lost", was, current)):
                found = [one for one in more if (one.case_id, one.text) not in less]
                if found:
                    whose = listing([*dict.fromkeys(one.label for one in found)])
                    yield f"{new.text}: {count(len(found), f'{what} finding')} {side} it ({whose})"


async def _with_evidence(plan: Plan, found: Sequence[Evidence], asker: Asker) -> list[Claim]:
    bare = [one for one in plan.claims if not one.evidence]
    weighed = {one.n: one for one in await planning.weighed(bare, found, asker)}
    if lost := [one for one in weighed.values() if not one.supporting]:
        raise InputError(f"no finding speaks for the claim “{lost[0].text}”: reword or delete it")
    return [weighed.get(one.n, one) for one in plan.claims]


def _sides(claim: Claim, stated: Mapping[tuple[str, int], Material]) -> Iterator[SideMaterial]:
    """Yield the findings on each side with their statements, each statement once."""
    used = set[tuple[str, int]]()
    for side, evidence in claim.sides:
        found = []
        for one in evidence[: _SHOWN[side]]:
            keys = [(one.case_id, n) for n in one.statements]
            new = [key for key in keys if key in stated and key not in used]
            used.update(new)
            if new:
                found.append((one, [stated[key] for key in new]))
        yield side, found


def _shown(by_claim: Sequence[tuple[Claim, Sequence[SideMaterial]]]) -> Iterator[Material]:
    for _, sides in by_claim:
        for _, found in sides:
            for _, own in found:
                yield from own


def _told(claims: Sequence[Claim], stated: Mapping[tuple[str, int], Material]) -> list[Material]:
    """Return the statements of the case with the most evidence, preferring those with a result."""
    uses = Counter(one.case_id for claim in claims for one in claim.evidence)
    found = {case: [m for key, m in stated.items() if key[0] == case] for case in uses}
    long = {case: own for case, own in found.items() if len(own) >= _LEAST_TOLD} or found

    def rank(case: str) -> tuple[int, bool, int, str]:
        return uses[case], any(one.value for one in long[case]), len(long[case]), case

    return long[max(long, key=rank)] if long else []


def _sentence(selection: Selection, claim: Claim) -> Iterator[ReportSentence]:
    if text := selection.counts.sentence_of_claim(claim):
        yield verbatim.counted(text)
