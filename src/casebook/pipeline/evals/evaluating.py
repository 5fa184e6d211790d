"""Runs the summarizer over gold cases, in a home of its own, and keeps what came out.

The home holds a ledger: an eval that was cut off goes on without paying twice, and one that is
repeated with the same model and prompts asks nothing. The curator's warehouse is only read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from casebook import __version__
from casebook.pipeline.evals.gold import GoldFile, text_sha256
from casebook.pipeline.evals.scoring import scored
from casebook.pipeline.ingestion.ingest import extract_only
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.documents import Document
from casebook.schemas.errors import CasebookError, InvalidSource, UnknownId
from casebook.schemas.evals import CaseScore, EvalRun
from casebook.schemas.failures import Failure
from casebook.schemas.ids import content_id
from casebook.schemas.recipes import Recipe
from casebook.schemas.sources import SourceRef
from casebook.schemas.triage import Verdict
from casebook.summarizer import service
from casebook.summarizer.models.asking import Asker, total_usage
from casebook.summarizer.models.budget import Budget
from casebook.warehouse.store import Warehouse

Progress = Callable[[str, int, int], None]


def scratch_settings(settings: Settings) -> Settings:
    """Return settings whose home is the eval's own: nothing of it reaches the curator's rows."""
    return settings.model_copy(update={"home": settings.home / "evals" / "ledger", "lake": None})


def budget(settings: Settings, *ledgers: Warehouse) -> Budget:
    """Return the caps of the settings, with what all of ``ledgers`` spent today counted."""

    def spent_today() -> float:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return sum(ledger.spent_since(midnight) for ledger in ledgers)

    return Budget(settings.budget_run, settings.budget_day, spent_today)


class Evaluation:
    """One run over gold files. ``services`` are those of the scratch home."""

    def __init__(self, files: Sequence[GoldFile], services: Services, curated: Warehouse) -> None:
        self._files = files
        self._services = services
        self._curated = curated
        self._recipes: dict[str, Recipe] = {}
        self.exits: list[int] = []

    async def scores(self, on_progress: Progress) -> AsyncIterator[CaseScore]:
        """Yield the score of each gold case; a failure is told as one, and scores nothing."""
        for file in self._files:
            try:
                yield await self._score(file, on_progress)
            except CasebookError as error:
                self.exits.append(error.exit_code)
                failure = Failure.of(error, file.case.name, "eval", datetime.now(UTC))
                yield CaseScore(name=file.case.name, gold_sha256=file.sha256, failure=failure)

    async def _score(self, file: GoldFile, on_progress: Progress) -> CaseScore:
        services, gold = self._services, file.case
        document = await self._document(file)
        strategy = service.choose(document, services.profile, services.wanted_strategy).strategy
        asker = services.asker(document.document_id)
        judge = services.judge(document.document_id)
        triage = await service.triage(document, asker, strategy)
        refused = triage.verdict is Verdict.NOT_A_CASE_STUDY
        told: dict[str, object] = {"verdict_right": gold.is_case_study is not refused}
        if gold.is_case_study:
            recipe = services.recipe(strategy)
            self._recipes[recipe.recipe_id] = recipe
            proposal = await service.propose(
                document,
                asker,
                strategy,
                lambda done, total: on_progress(gold.name, done, total),
                fall_back=services.wanted_strategy is None,
            )
            async with services.grounding.turn(len(document.text)):
                grounded = await asyncio.to_thread(service.ground, document, proposal)
                doubtful = service.doubtful
                doubted = await asyncio.to_thread(doubtful, grounded, document) if judge else ()
            study, trouble = await service.judged(grounded, doubted, document, judge)
            if trouble is not None:
                raise trouble
            told |= await asyncio.to_thread(scored, gold, study, document)
        return CaseScore.model_validate(
            {"name": gold.name, "gold_sha256": file.sha256, **told, **_spent(asker, judge)}
        )

    async def _document(self, file: GoldFile) -> Document:
        """Return the text of a gold case: its file read by today's extractors, or as it is kept.

        Raises:
            InvalidSource: if it names neither, or its file is missing.
            UnknownId: if the document is not in the warehouse, or another text.
        """
        source = file.case.source
        if file.text_path is not None:
            ref = SourceRef(source=str(file.text_path), url=source.url)
            return await extract_only(ref, self._services)
        if source.document_id is None:
            raise InvalidSource(f"{file.path} names neither a file nor a document to read")
        found = await asyncio.to_thread(self._curated.document, source.document_id)
        if found is None or source.text_sha256 not in {None, text_sha256(found)}:
            raise UnknownId(
                f"{file.path}: the warehouse has no document {source.document_id} with that text; "
                "submit its source again and `casebook gold add` the case anew"
            )
        return found

    def run(self, cases: Sequence[CaseScore]) -> EvalRun:
        """Return the run that ``cases`` make."""
        services, now = self._services, datetime.now(UTC)
        recipes = list(self._recipes.values())
        ids = [recipe.recipe_id for recipe in recipes]
        names = [[case.name, case.gold_sha256] for case in cases]
        return EvalRun(
            run_id=content_id("eval", ids, names, now.isoformat()),
            made_at=now,
            version=__version__,
            endpoint="embedded" if services.settings.embedded else services.settings.endpoint,
            strategy=", ".join(dict.fromkeys(recipe.strategy for recipe in recipes)),
            recipes=recipes,
            gold=[str(folder) for folder in dict.fromkeys(f.path.parent for f in self._files)],
            cases=cases,
        )


def _spent(*askers: Asker | None) -> Mapping[str, object]:
    asked = [g for asker in askers if asker for g in asker.generations]
    paid = [g for asker in askers if asker for g in asker.paid]
    usage = total_usage([g.usage for g in asked])
    return {
        "calls": sum(g.attempts for g in asked),
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": usage.cost_usd,
        "paid_usd": total_usage([g.usage for g in paid]).cost_usd,
        "seconds": round(sum(g.seconds for g in asked), 1),
    }


def runs_folder(settings: Settings) -> Path:
    """Return where runs are kept."""
    return settings.home / "evals" / "runs"


def keep(run: EvalRun, settings: Settings) -> Path:
    """Store a run as JSON; return its file."""
    folder = runs_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.run_id}.json"
    path.write_text(run.model_dump_json(indent=1) + "\n", "utf-8")
    return path


def runs(settings: Settings) -> list[EvalRun]:
    """Return the kept runs, the newest first."""
    found = [_read(path) for path in runs_folder(settings).glob("*.json")]
    return sorted(found, key=lambda run: run.made_at, reverse=True)


def named(name: str, settings: Settings) -> EvalRun:
    """Return the run that ``name`` is: a file, an id or its beginning, or ``last``.

    Raises:
        UnknownId: if there is none, or several begin so.
    """
    if (path := Path(name)).is_file():
        return _read(path)
    kept = runs(settings)
    if not kept:
        raise UnknownId("there is no run yet: `casebook eval` makes one")
    fits = kept[:1] if name == "last" else [r for r in kept if _begins(r.run_id, name)]
    if len(fits) != 1:
        many = "several runs begin" if fits else "no run begins"
        raise UnknownId(f"{many} with {name!r}: `casebook eval list` shows the ones there are")
    return fits[0]


def _begins(run_id: str, name: str) -> bool:
    return run_id.startswith(name) or run_id.partition("_")[2].startswith(name)


def _read(path: Path) -> EvalRun:
    try:
        return EvalRun.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidSource(f"{path} is no eval run of this version of casebook") from error
