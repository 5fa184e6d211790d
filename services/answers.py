"""Answers to questions from published cases; each sentence has citations."""

from asyncio import to_thread
from collections.abc import Sequence

from config.resources import Resources
from publishing.reports.checks import cited_row, parts_by_case
from publishing.reports.material import nearest, passages
from publishing.reports.writer import ReportWriter
from schemas.errors import InputError
from schemas.frozen import content_id
from schemas.reports import (
    Citation,
    CitedAnswer,
    Material,
    Outcome,
    RelatedStatement,
    ReportSentence,
)
from services.report import model_writes, open_dataset
from warehouse import Dataset

_READ, _PER_CASE, _SHOWN = 40, 6, 5


async def answer(question: str, resources: Resources) -> CitedAnswer:
    """Return an answer of at most eight checked sentences, or none if the cases have no answer.

    With the embedded model, the answer is the closest sentences of statements and imported texts.

    Raises:
        InputError: if the question is empty, or no case is published.
        ModelError: if the model or the judge does not answer.
    """
    if not question.strip():
        raise InputError("ask a question, as in: casebook ask 'How do teams test agents?'")
    with open_dataset(resources) as tables:
        found = await to_thread(passages, tables, question, _READ, _PER_CASE)
        closest = await to_thread(nearest, tables, question, _SHOWN)
        addresses = await to_thread(_addresses, [*found, *closest], tables)
        names = await to_thread(tables.companies)
    near = tuple(
        RelatedStatement(citation=o.citation, address=addresses[o.citation]) for o in closest
    )
    if not model_writes(resources):
        # Shared words do not show whether a sentence answers a question.
        outcome = Outcome.STATEMENTS if near else Outcome.SILENT
        return CitedAnswer(question=question, outcome=outcome, statements=near)
    sentences: tuple[ReportSentence, ...] = ()
    failed = False
    if found:
        about = content_id("ask", question)
        writer = ReportWriter("", "", resources.asker(about), resources.judge(about), names)
        written = await writer.answer(question, found)
        sentences = tuple(s.model_copy(update={"n": n}) for n, s in enumerate(written.sentences, 1))
        failed = bool(written.dropped)
    # A failed check says nothing about the cases.
    without_sentences = Outcome.STATEMENTS if failed and near else Outcome.SILENT
    cited = dict.fromkeys(one for sentence in sentences for one in sentence.citations)
    shown = tuple(RelatedStatement(citation=one, address=addresses[one]) for one in cited) or near
    return CitedAnswer(
        question=question,
        outcome=Outcome.ANSWERED if sentences else without_sentences,
        sentences=sentences,
        statements=shown,
        model=resources.profile.model,
    )


def _addresses(found: Sequence[Material], tables: Dataset) -> dict[Citation, str]:
    parts = parts_by_case({one.citation.case_id for one in found}, tables)
    rows = ((one.citation, cited_row(one.citation, parts)) for one in found)
    return {one: f"cases/{row['slug']}/index.html#{row['anchor']}" for one, row in rows if row}
