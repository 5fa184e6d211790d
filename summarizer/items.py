"""The parts of a case study as numbered items beside the source, as judge and repair see them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from prompts.loader import Prompt
from schemas.cases import (
    FACT_LABELS,
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Measure,
    Part,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.sources import Document, Passage
from summarizer.answers import SourceAnswer
from summarizer.asker import schema_tokens
from summarizer.checks import Checker
from summarizer.heard import heard_lines
from summarizer.mismatches import mismatches_of
from summarizer.profiles import Profile
from summarizer.rendering import (
    estimate_tokens,
    label,
    message_tokens,
    one_line,
    source_values,
    subject_lines,
)
from summarizer.strategies.windows import (
    WINDOW_TOKENS,
    company_named,
    cut,
    opening_before,
)

SUMMARY = "summary"
"""The kind of an item that is a sentence of the summary."""

_GAP = "gap"
_KINDS = {Section.ABSTRACT: SUMMARY, Section.GAPS: _GAP}
_ENDS = 3  # words shown at each end of a quote
_SHARE_OF_WINDOWS = 0.6  # of a small context, so that there is room for the items


class Item(NamedTuple):
    """A part with its number for the model, its level by code alone, and its text in a prompt."""

    number: int
    part: Part
    by_code: Support
    kind: str
    text: str
    answers: int | None = None  # the ``n`` of a challenge
    rests_on: tuple[int, ...] = ()  # the ``n`` of statements
    note: str = ""  # on numbers that do not agree

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The quotes that were found in the source."""
        return tuple(e for e in self.part.evidence if e.match is not Match.MISSING)


class Reading(NamedTuple):
    """One call: the values for the source, and the items beside it."""

    source: Mapping[str, object]
    items: Sequence[Item]
    elsewhere: Sequence[Passage] = ()  # cited passages of other windows


def items_of(
    study: CaseStudy, document: Document, is_asked: Callable[[Support], bool]
) -> list[Item]:
    """Return the parts that a judge can decide on, numbered from 1: statements, facts, tags.

    Left out are parts that are not ``is_asked``, that a curator confirmed, whose quotes are not in
    the source, facts from the page's metadata, and notes on numbers that do not agree.
    """
    known = [fact.value for fact in (study.fact("company"), study.fact("title")) if fact.value]
    checker, texts = Checker(document, known), {s.n: s.text for s in study.statements}
    notes = {one.n: one.reason for one in mismatches_of(study, document)}
    ordered = sorted(study.statements, key=lambda s: s.section is Section.ABSTRACT)
    parts: list[Part] = [*ordered, *study.facts, *study.tags]
    found = [
        (part, _by_code(part, checker, texts))
        for part in parts
        if _can_be_judged(part) and is_asked(part.support)
    ]
    items = (_item(number, *pair) for number, pair in enumerate(found, start=1))
    return [
        one._replace(note=notes.get(one.part.n, "")) if isinstance(one.part, Statement) else one
        for one in items
    ]


def _can_be_judged(part: Part) -> bool:
    is_notice = isinstance(part, Statement) and part.section is Section.GAPS and part.evidence
    if part.support.confirmed_by or is_notice:
        return False
    if any(e.match is not Match.MISSING for e in part.evidence):
        return not isinstance(part, Fact) or part.value is not None
    if isinstance(part, Statement):
        return not part.evidence and (bool(part.rests_on) or part.section is Section.GAPS)
    is_title = isinstance(part, Fact) and part.name == "title" and part.value is not None
    return is_title and part.support.level is not SupportLevel.VERBATIM


def _by_code(part: Part, checker: Checker, texts: Mapping[int, str]) -> Support:
    match part:
        case Statement(section=Section.GAPS):
            return Support(level=SupportLevel.UNVERIFIED)
        case Statement(section=Section.ABSTRACT, evidence=()):
            return checker.abstract_support(part.text, [texts.get(n, "") for n in part.rests_on])
        case Statement():
            return checker.support(part.text, part.evidence, part.measure, part.origin)
        case Fact(inferred=False) if part.evidence:
            return checker.value_support(part.value or "", part.evidence)
        case _:
            return Support(level=SupportLevel.UNVERIFIED)


def _item(number: int, part: Part, by_code: Support) -> Item:
    match part:
        case Statement():
            kind = _KINDS.get(part.section, part.section.value)
            links = part.answers, part.rests_on
            return Item(number, part, by_code, kind, one_line(part.text), *links)
        case Fact():
            kind = f"fact, {FACT_LABELS[part.name].lower()}"
            return Item(number, part, by_code, kind, one_line(part.value))
        case Tag():
            return Item(number, part, by_code, f"tag, {part.group}", one_line(part.label))


def rendered(
    reading: Reading, study: CaseStudy, document: Document, *, with_reasons: bool = False
) -> str:
    """Return the items of a reading as text: kind and text, then quotes, links, parts and hints.

    ``with_reasons`` adds the judge's reasons.
    """
    cited = {one.part.n: one.number for one in reading.items if isinstance(one.part, Statement)}
    texts = {s.n: s.text for s in study.statements}

    def linked(n: int) -> str:
        return str(cited[n]) if n in cited else f"“{one_line(texts.get(n))}”"

    lines = [*heard_lines(document), *subject_lines(document)]
    lines += [
        f"[{label(passage)}] (from another part of the source) "
        + one_line(document.passage_text(passage))
        for passage in reading.elsewhere
    ]
    for item in reading.items:
        lines.append(f"{item.number}, {item.kind}: {item.text}")
        lines += [f"- [{e.passage}] “{_shortened(e.quote)}”" for e in item.evidence]
        if item.answers is not None:
            lines.append(f"- answers item {linked(item.answers)}")
        if item.rests_on:
            lines.append(f"- rests on {', '.join(map(linked, item.rests_on))}")
        lines += [f"- {detail}" for detail in _details(item)]
        if with_reasons and item.part.support.reason:
            lines.append(f"- the judge: {one_line(item.part.support.reason)}")
    return "\n".join(lines)


def _shortened(quote: str) -> str:
    """Return the first and last words of a quote, which the source beside it has in full."""
    words = quote.split()
    is_long = len(words) > 2 * _ENDS + 1
    return " ".join([*words[:_ENDS], "…", *words[-_ENDS:]] if is_long else words)


def _details(item: Item) -> Iterator[str]:
    if isinstance(item.part, Statement) and item.part.measure:
        yield f"parts: {measure_line(item.part.measure)}"
    if item.by_code.level is SupportLevel.VERBATIM:
        yield "a sentence of the source, word for word"
    if item.by_code.level is SupportLevel.DOUBTFUL:
        yield f"note: {one_line(item.by_code.reason)}"
    if item.note:
        yield f"note: {one_line(item.note)}"


def measure_line(measure: Measure) -> str:
    """Return the parts of a result on one line."""
    given = measure.model_dump(mode="json", exclude={"number"}, exclude_none=True)
    return "; ".join(f"{name}: {one_line(str(value))}" for name, value in given.items())


def readings(
    items: Sequence[Item],
    study: CaseStudy,
    document: Document,
    prompt: Prompt,
    profile: Profile,
    *,
    most: int | None = None,
) -> list[Reading]:
    """Return the calls for ``items``, at most ``most`` in each: one if the whole document fits.

    Items about a longer document are beside the window with their first quote, and those without a
    quote beside the first one. Gaps are beside each window, under numbers of their own, since a
    question is only open if no window answers it.
    """
    fixed = message_tokens(prompt.messages) + schema_tokens(SourceAnswer)
    room = profile.context_tokens - profile.answer_tokens - fixed
    whole = Reading(source_values(document), items)
    shown = estimate_tokens(str(whole.source["passages"]))
    if shown + estimate_tokens(rendered(whole, study, document)) <= room:
        return [Reading(whole.source, part) for part in _batches(items, most)]
    company, gaps = company_named(document), [one for one in items if one.kind == _GAP]
    found, numbers = list[Reading](), count(max((one.number for one in items), default=0) + 1)
    for window in cut(document, max(1, min(WINDOW_TOKENS, int(room * _SHARE_OF_WINDOWS)))):
        opening = opening_before(window, document)
        source = source_values(document, [*opening, *window.passages], company)
        visible = {passage.n for passage in (*opening, *window.passages)}
        here = [
            one for one in items if _place(one) in window.span or (not found and _place(one) < 0)
        ]
        here += [gap._replace(number=next(numbers)) for gap in gaps if found]
        for part in _batches(here, most):
            cited = {e.passage for one in part for e in one.evidence} - visible
            elsewhere = [passage for passage in document.passages if passage.n in cited]
            found.append(Reading(source, part, elsewhere))
    return found


def _place(item: Item) -> int:
    """Return the offset of the item's first quote, -1 without one."""
    return next((e.start for e in item.evidence if e.start is not None), -1)


def _batches(items: Sequence[Item], most: int | None) -> list[Sequence[Item]]:
    """Return the items in batches of equal size."""
    if not items:
        return []
    size = -(-len(items) // -(-len(items) // (most or len(items))))
    return [items[i : i + size] for i in range(0, len(items), size)]
