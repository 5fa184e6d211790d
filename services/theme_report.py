"""Texts of reports by theme: written by a model, or statements word for word."""

from asyncio import to_thread
from collections.abc import Sequence
from typing import NamedTuple

from config.resources import Resources
from prompts.loader import load
from publishing.reports import verbatim
from publishing.reports import writer as writing
from publishing.reports.material import material
from publishing.reports.themes import by_case, by_likeness, by_outline, by_tag
from publishing.reports.writer import Written
from schemas.claims import Claim
from schemas.errors import InputError
from schemas.frozen import content_id
from schemas.reports import DroppedSentence, ReportSection, Theme, with_numbers
from schemas.taxonomy import load_taxonomy
from services.publication import Progress
from services.report_selection import Selection, nothing
from summarizer.asker import Asker
from warehouse import Dataset

IN_SHORT = "In short"
ALWAYS = ("cases", "all_cases", "share", "companies", "first_year", "last_year", "production")
_OVERALL = ("techniques", "concerns", "industries")


class ReportText(NamedTuple):
    """The sections of a report without its numbers, and who wrote them."""

    opening: tuple[ReportSection, ...]  # before the numbers
    sections: tuple[ReportSection, ...]
    claims: tuple[Claim, ...] = ()
    dropped: tuple[DroppedSentence, ...] = ()
    model: str | None = None
    judge: str | None = None
    prompts: tuple[str, ...] = ()
    generation_ids: tuple[str, ...] = ()


def themes(selection: Selection, tables: Dataset) -> list[Theme]:
    """Return the themes that have material.

    Raises:
        InputError: if there are none.
    """
    found = [one for one in _themes(selection, tables) if one.material]
    if not found:
        raise nothing(selection)
    return found


def _themes(selection: Selection, tables: Dataset) -> Sequence[Theme]:
    order, template, scope = selection.order, selection.template, selection.scope
    if template.themes == "outline":
        return by_outline(tables, scope, order.outline or "", template.most)
    if template.themes == "cases":
        return by_case(tables, scope, template.most)
    if template.themes == "tags":
        return by_tag(tables, scope, template.groups, template.most)
    words = subject(selection)
    return by_likeness(material(tables, scope, words), template.most, words)


def subject(selection: Selection) -> str:
    """Return the words that rank what a report can use: its title, and the names of its tags."""
    scope = selection.scope
    terms = [term for tag in scope.tags if (term := load_taxonomy().term(tag))]
    return " ".join([scope.words, *(n for term in terms for n in (term.label, *term.synonyms))])


def quoted_text(selection: Selection, found: Sequence[Theme]) -> ReportText:
    """Return the best statements of each theme, word for word."""
    sections = tuple(verbatim.section(selection.counts, theme) for theme in found)
    return ReportText(opening=(), sections=sections)


async def written_text(
    selection: Selection, found: Sequence[Theme], resources: Resources, on_progress: Progress
) -> ReportText:
    """Return a section on each theme, and a summary of them.

    Raises:
        InputError: if no sentence passes the checks.
        ModelError: if the model does not answer.
    """
    counts, (writer, ask, judge) = selection.counts, writer_of(selection, resources)
    numbers = await to_thread(lambda: list(map(counts.count, ALWAYS)))
    if selection.template.themes == "likeness":
        found = await writer.outline(found, selection.template.most)
    total = len(found) + 2
    on_progress(1, total)
    own = [
        (one, [*numbers, *(counts.of_tag(one.tag, one.heading) if one.tag else ())])
        for one in found
    ]
    made = await writing.at_once(
        (writer.section(*pair) for pair in own), lambda n: on_progress(1 + n, total)
    )
    sections = [
        ReportSection(
            heading=theme.heading,
            tag=theme.tag,
            sentences=(*verbatim.about_theme(counts, theme), *written.sentences),
        )
        for theme, written in zip(found, made, strict=True)
        if written.sentences
    ]
    await to_thread(counts.measured, [m for theme in found for m in theme.material])
    short = await summary(selection, writer, sections)
    on_progress(total, total)
    text = ReportText(opening=(_opening(short),), sections=tuple(sections))
    return with_provenance(text, writing.PROMPTS, (*made, short), ask, judge)


def writer_of(
    selection: Selection, resources: Resources
) -> tuple[writing.ReportWriter, Asker, Asker | None]:
    """Return the writer of a report with its model and its judge."""
    about = content_id("rep", selection.order.model_dump(mode="json"))
    ask, judge = resources.asker(about), resources.judge(about)
    title, aim = selection.order.title, selection.template.purpose
    names, words = selection.companies, selection.words
    return writing.ReportWriter(title, aim, ask, judge, names, words), ask, judge


async def summary(
    selection: Selection, writer: writing.ReportWriter, sections: Sequence[ReportSection]
) -> Written:
    """Return the summary of written sections, whose numbers are known.

    Raises:
        InputError: if there are no sections.
        ModelError: if the model does not answer.
    """
    if not sections:
        raise InputError(
            f"no sentence about “{selection.order.title}” passed the checks; try a wider title"
        )
    for name in _OVERALL:
        selection.counts.series(name)
    known = selection.counts.numbers
    values = {name: one for name, one in known.items() if name.startswith("s:")}
    overall = [one for name, one in known.items() if name not in values]
    return await writer.summary(sections, overall, lambda one: with_numbers(one.text, values))


def _opening(short: Written) -> ReportSection:
    return ReportSection(heading=IN_SHORT, sentences=short.sentences)


def with_provenance(
    text: ReportText,
    prompts: Sequence[str],
    made: Sequence[Written],
    ask: Asker,
    judge: Asker | None,
) -> ReportText:
    """Return a text with its models, prompts and calls, and the sentences left out of it."""
    generations = [*ask.generations, *(judge.generations if judge else ())]
    return text._replace(
        dropped=tuple(one for part in made for one in part.dropped),
        model=ask.profile.model,
        judge=judge.profile.model if judge else None,
        prompts=tuple(load(name).label for name in prompts),
        generation_ids=tuple(dict.fromkeys(one.generation_id for one in generations)),
    )
