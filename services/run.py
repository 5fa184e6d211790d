"""The run of one source through the stages, its costs and its result."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from config.resources import Resources
from extractors.fetch.fetch import identify
from extractors.urls import is_web_address
from schemas.generations import Generation
from schemas.results import Failure, IngestResult, IngestStatus, SimilarSource
from schemas.reviews import Revision, Triage, case_id_of
from schemas.sources import Alias, Document, Snapshot, SourceRef
from schemas.subjects import SourceSubject, SubjectState
from summarizer.asker import Asker
from summarizer.budget import SourceBudget
from summarizer.plans import CostEstimate

Progress = Callable[[str, str, int, int], object]
"""Called with a source, its stage (empty at the end), and its number of calls: done and total."""


@dataclass
class Run:
    """One source being processed; the pipeline records the results of the stages in it."""

    ref: SourceRef
    resources: Resources
    who: str = ""  # the person who submitted it
    force: bool = False  # draft it even if triage rejects it
    refresh: bool = False  # fetch a known address again
    snapshot: Snapshot | None = None  # stored bytes to start from
    case_id: str = ""  # the case to draft, if the source does not determine it
    imported: Revision | None = None  # whose text is drafted instead of the source
    on_progress: Progress = lambda *_: None
    stage: str = "fetch"
    seconds: dict[str, float] = field(default_factory=dict)
    source_budget: SourceBudget | None = None
    same_as: str | None = None
    near_copies: Sequence[SimilarSource] = ()

    def __post_init__(self) -> None:
        """Make paths absolute, since a retry can start in another folder."""
        self.label, self._askers = self.ref.source, list[Asker]()
        paths = {"source": self.ref.source, "transcript": self.ref.transcript}
        local = {name: Path(path) for name, path in paths.items() if path and "://" not in path}
        anchored = {name: str(path.expanduser().absolute()) for name, path in local.items()}
        self.ref = self.ref.model_copy(update=anchored)
        self.who = self.who or self.resources.settings.curator
        self.source_id = (self.snapshot or identify(self.ref)).source_id

    @property
    def is_remote(self) -> bool:
        """Whether the bytes come from the network."""
        return is_web_address(self.ref.transcript or self.ref.source)

    @property
    def paid(self) -> list[Generation]:
        """The calls of this run, including failed ones."""
        return [generation for asker in self._askers for generation in asker.paid]

    @property
    def generation_ids(self) -> tuple[str, ...]:
        """The ids of the calls whose answers this run used, also of earlier ones."""
        answers = (one for asker in self._askers for one in asker.generations)
        return tuple(dict.fromkeys(one.generation_id for one in answers))

    @property
    def costs(self) -> Mapping[str, Any]:
        """The requests, tokens and cost of this run; the cost is None if a price is unknown."""
        dollars = [call.usage.cost_usd for call in self.paid]
        used = (call.usage.prompt_tokens + call.usage.completion_tokens for call in self.paid)
        return {
            "llm_calls": sum(call.attempts for call in self.paid),
            "tokens": sum(used),
            "cost_usd": None if None in dollars else sum(one or 0.0 for one in dollars),
        }

    def follow(self, alias: Alias) -> None:
        """Continue as the source that the address turned out to be."""
        self.source_id, self.same_as = alias.same_as, alias.url

    def report(self, done: int = 0, total: int = 0) -> None:
        """Report the current stage and its number of calls."""
        self.on_progress(self.label, self.stage, done, total)

    def wanted(self, subjects: Sequence[SourceSubject]) -> list[SourceSubject | None]:
        """Return the subjects to draft among those of the source; None is the only one."""
        confirmed = [one for one in subjects if one.state is SubjectState.CONFIRMED]
        ids = {one: case_id_of(one.source_id, one.subject_id) for one in confirmed}
        return [one for one in confirmed if self.case_id in {"", ids[one]}] if subjects else [None]

    @contextmanager
    def entering(self, stage: str) -> Iterator[None]:
        """Report a stage and measure its time."""
        self.stage, began = stage, time.monotonic()
        self.report()
        try:
            yield
        finally:
            spent = self.seconds.get(stage, 0.0) + time.monotonic() - began
            self.seconds[stage] = round(spent, 3)

    @asynccontextmanager
    async def drafting_slot(
        self, document: Document, expected: CostEstimate | None = None
    ) -> AsyncIterator[None]:
        """Reserve a document and its expected cost (of a draft), or raise BudgetReached."""
        resources = self.resources
        # The whole cost is reserved, so that sources are finished one after the other.
        expected = expected or resources.forecast_of(document)
        async with (
            resources.drafting_slots,
            resources.warehouse.lock(document.document_id),
            resources.budget.source(expected.cost_usd) as self.source_budget,
        ):
            yield

    def asker(self, document: Document) -> Asker:
        """Return an asker for the model; its calls count towards this run."""
        self._askers.append(self.resources.asker(document.document_id, self.source_budget))
        return self._askers[-1]

    def judge(self, document: Document) -> Asker | None:
        """Return an asker for the judge, counted towards this run, or None if the judge is off."""
        judge = self.resources.judge(document.document_id, self.source_budget)
        self._askers += [judge] if judge else []
        return judge


def drafted(
    run: Run, document: Document, triage: Triage | None, draft: Revision, unjudged: object = None
) -> IngestResult:
    """Return the result of a drafted source; ``unjudged`` is the reason for a missing judge."""
    study, year = draft.study, draft.study.fact("year").value
    fields = {
        "status": IngestStatus.DRAFT,
        "case_id": draft.case_id,
        "revision_id": draft.revision_id,
        "title": study.fact("title").value or document.title,
        "company": study.fact("company").value,
        "year": int(year) if year and year.isdigit() else None,
        "statements": study.counts(),
        "support": study.support_counts(),
        "strategy": draft.recipe.strategy if draft.recipe else None,
        "strategy_reason": draft.strategy_reason,
        "unread": draft.unread,
        "unjudged": str(unjudged or run.resources.judge_unfit) or None,
        "model": draft.author,
    }
    return triaged(run, document, triage).model_copy(update=fields)


class Outcome(NamedTuple):
    """The draft of a subject (None: the only one of a source), or the failure to make it."""

    subject: SourceSubject | None
    draft: Revision | None = None
    unjudged: object = None  # the reason for a missing judge
    failure: Failure | None = None


def drafted_all(
    run: Run, document: Document, triage: Triage, outcomes: Sequence[Outcome]
) -> IngestResult:
    """Return the result of a source: that of its first draft, or failed if any subject is."""
    results = [
        drafted(run, document, triage, one.draft, one.unjudged)
        if one.draft
        else ended(run, IngestStatus.FAILED, one.failure)
        for one in outcomes
    ]
    if len(results) == 1 and outcomes[0].subject is None:
        return results[0]
    named = zip(outcomes, results, strict=True)
    each = [result.model_copy(update={"subject": str(one.subject)}) for one, result in named]
    first = next((one for one in results if not one.failure), triaged(run, document, triage))
    failure = next((one.failure for one in outcomes if one.failure), None)
    status = IngestStatus.FAILED if failure else first.status
    changes = {"subjects": tuple(each), "status": status, "failure": failure}
    return first.model_copy(update=changes)


def triaged(run: Run, document: Document, triage: Triage | None) -> IngestResult:
    """Return the result of a source with a verdict, if triage had one, but no draft."""
    year = document.published.year if document.published else None
    read = {"document_id": document.document_id, "kind": document.kind, "title": document.title}
    judged = (
        triage.model_dump(mode="json", include={"verdict", "reason", "model"}) if triage else {}
    )
    fields = {"year": year, **read, **judged}
    return ended(run, IngestStatus.NOT_A_CASE_STUDY).model_copy(update=fields)


def ended(run: Run, status: IngestStatus, failure: Failure | None = None) -> IngestResult:
    """Return the result of a run with its costs."""
    return IngestResult(
        source=run.label,
        source_id=run.source_id,
        same_as=run.same_as,
        near_copies=tuple(run.near_copies),
        status=status,
        **run.costs,
        seconds=dict(run.seconds),
        failure=failure,
    )
