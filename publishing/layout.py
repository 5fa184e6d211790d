"""The layout of a case for readers: its parts in reading order, in paragraphs and lists."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from publishing.records import PublishedCase, PublishedStatement
from publishing.wording import heading
from schemas.cases import READING_ORDER, Form, Section

_LIMITS = (Section.FAILURES, Section.QUESTIONS)
_SEVERAL = 3  # results that are a table even without baselines and samples
_AUTHORS, _EDITOR = "The authors say", "We notice"


class Block(NamedTuple):
    """A paragraph, or the items of a list."""

    statements: list[PublishedStatement]
    is_list: bool


class Voice(NamedTuple):
    """Blocks of a part; ``speaker`` is empty if the part has one voice."""

    speaker: str
    blocks: Sequence[Block]


class ArticlePart(NamedTuple):
    """A section of a case; ``measured`` are the results for its table."""

    name: str
    heading: str
    measured: Sequence[PublishedStatement]
    voices: Sequence[Voice]


class BriefLine(NamedTuple):
    """A statement of the four lines that a case opens with."""

    label: str
    statement: PublishedStatement


def brief(case: PublishedCase) -> list[BriefLine]:
    """Return the problem, approach, result and caveat of a case, without those that it lacks.

    Each is a statement of the case, if possible one without a doubt. The problem is the first
    challenge with a solution, which is the approach; else the first challenge or context, and the
    first sentence on the architecture. The result has the highest grade. The caveat is the first
    failure or limit, else the first gap.
    """
    challenges = case.section(Section.CHALLENGES)
    problem = _best([one for one in challenges if case.solutions_to(one)])
    answers = case.solutions_to(problem) if problem else []
    results = sorted(case.section(Section.RESULTS), key=lambda one: -len(one.grade_parts))
    chosen = {
        "Problem": [[problem] if problem else challenges, case.section(Section.CONTEXT)],
        "Approach": [
            answers,
            case.section(Section.ARCHITECTURE),
            case.section(Section.SOLUTIONS),
        ],
        "Result": [[one for one in results if one.is_measured], results],
        "Caveat": [case.section(Section.FAILURES), case.section(Section.GAPS)],
    }
    found = (
        (label, next(filter(None, map(_best, lists)), None)) for label, lists in chosen.items()
    )
    return [BriefLine(label, one) for label, one in found if one]


def _best(statements: Sequence[PublishedStatement]) -> PublishedStatement | None:
    """Return the first statement without a doubt, else the first one."""
    return min(statements, key=lambda one: one.is_doubtful, default=None)


def article(case: PublishedCase) -> Iterator[ArticlePart]:
    """Yield the parts of a case in reading order.

    Solutions follow the challenges if any names its challenge, and tools the techniques. Gaps,
    which the editor notices, follow the failures and questions that the authors state.
    """
    below = {}
    if case.is_nested and case.section(Section.CHALLENGES):
        below[Section.CHALLENGES] = Section.SOLUTIONS
    if case.section(Section.TECHNIQUES) and case.section(Section.TOOLS):
        below[Section.TECHNIQUES] = Section.TOOLS
    stated = _LIMITS if case.section(Section.GAPS) else ()
    for section in READING_ORDER:
        found = case.section(section)
        if not found or section in {*stated, *below.values()}:
            continue
        measured = _tabular(found)
        groups = [[s for s in found if s not in measured]]
        if section in below:
            groups.append(case.section(below[section]))
        title = heading(section, [one.origin for one in found], has_both=section in below)
        voices = [Voice("", [block for group in groups for block in _blocks(case, group)])]
        if section is Section.GAPS:
            authors = [b for one in stated for b in _blocks(case, case.section(one))]
            own = Voice(_EDITOR, list(_blocks(case, found)))
            voices = [Voice(_AUTHORS, authors), own] if authors else [own]
            title = "Failures, limits and open questions" if authors else title
        yield ArticlePart(section.value, title, measured, voices)


def _tabular(statements: Sequence[PublishedStatement]) -> Sequence[PublishedStatement]:
    """Return the measured results, unless the columns of a short table would be empty."""
    measured = [one for one in statements if one.is_measured and one.measure]
    details = [one.measure.baseline or one.measure.sample for one in measured if one.measure]
    return measured if len(measured) >= _SEVERAL or any(details) else []


def _blocks(case: PublishedCase, statements: Iterable[PublishedStatement]) -> Iterator[Block]:
    """Yield paragraphs and lists; solutions are in the paragraph of their challenge."""
    found: list[Block] = []
    for one in statements:
        is_list = one.form in {None, Form.ITEM} and one.section is not Section.ABSTRACT
        if not found or found[-1].is_list != is_list or one.form is Form.PARAGRAPH:
            found.append(Block([], is_list))
        found[-1].statements.append(one)
    for block in found:
        yield block if block.is_list else Block(list(_answered(case, block.statements)), False)


def _answered(
    case: PublishedCase, challenges: Iterable[PublishedStatement]
) -> Iterator[PublishedStatement]:
    """Yield each challenge, the sentences that explain it, and its solutions."""
    solutions: list[PublishedStatement] = []
    for one in challenges:
        if own := case.solutions_to(one):
            yield from solutions
            solutions = own
        yield one
    yield from solutions
