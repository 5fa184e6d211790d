"""Evaluates drafts of gold cases, and the judge on labelled items."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.resources import Resources
from flows.ingest import extract, fetch, speakers, summarize, triage, verify
from schemas.cases import CaseStudy
from schemas.errors import AnswerInvalid, ConfigurationError, InputError, ModelError
from schemas.judges import JudgeMeasurement
from schemas.sources import Document, SourceRef
from services import identity
from services.run import Run
from summarizer.asker import all_of
from summarizer.judge import PROMPT, judge_study
from summarizer.judge_scoring import JudgeCase, scored
from summarizer.scoring import CaseScore, GoldCase, GoldSource, score
from summarizer.speakers import by_words


async def draft_score(file: Path, case: GoldCase, resources: Resources) -> CaseScore:
    """Draft the source of a gold case, and return the draft's score."""
    run, document = await _read(file.parent, case.source, resources)
    document = await speakers(run, document)
    verdict = await triage(run, document)
    if verdict.refused:
        return score(case, verdict.verdict, None, document)
    if known := identity.known_draft(run, document):
        return score(case, verdict.verdict, known[1].study, document)
    async with run.drafting_slot(document):
        verified = await verify(run, await summarize(run, document, verdict), document)
    return score(case, verdict.verdict, verified.study, document)


def earlier_run(file: Path | None, runs: Path) -> dict[str, Any]:
    """Return the stored scores in a file, by default those of the newest run.

    Raises:
        InputError: if the file is not a run.
    """
    files = [file] if file else sorted(runs.glob("*.json"))[-1:]
    try:
        found = json.loads(files[0].read_text("utf-8")) if files else {"model": "no earlier run"}
    except (OSError, ValueError) as error:
        raise InputError(f"{files[0]} is not a run of `casebook eval`: {error}") from None
    return {"shares": {}, **found}


async def measure_judge(
    cases: Sequence[JudgeCase], resources: Resources
) -> tuple[JudgeMeasurement, ModelError | None]:
    """Return the quality of the configured judge, and an error if verdicts are missing.

    Raises:
        ConfigurationError: if no judge is configured.
        ModelError: if the judge could not be asked about everything, or gave no verdict at all.
    """
    judge = resources.judge("", measuring=True)
    if judge is None:
        raise ConfigurationError("the judge is off; see CASEBOOK_JUDGE")
    outcomes = await all_of(_judged(case, resources) for case in cases)
    errors = sorted(filter(None, (e for _, e in outcomes)), key=lambda e: type(e) is AnswerInvalid)
    found = JudgeMeasurement(
        model=judge.profile.model,
        prompt=judge.prompt(PROMPT).version,
        at=datetime.now(UTC),
        kinds=scored(cases, [study for study, _ in outcomes]),
    )
    if errors and not (found.stopped.whole and isinstance(errors[0], AnswerInvalid)):
        raise errors[0]
    return found, errors[0] if errors else None


async def _judged(case: JudgeCase, resources: Resources) -> tuple[CaseStudy, ModelError | None]:
    _, document = await _read(Path(), case.source, resources)
    judge, study = resources.judge(document.document_id, measuring=True), await case.study(document)
    return await judge_study(study, document, judge) if judge else (study, None)


async def _read(folder: Path, source: GoldSource, resources: Resources) -> tuple[Run, Document]:
    """Return the run and the document of a source whose path is relative to a folder."""
    if source.path is None:
        raise InputError(f"a case in {folder} has no source.path")
    path = str((folder / source.path).resolve())
    run = Run(SourceRef(source=path, url=source.url), resources)
    document = (await extract(run, await fetch(run))).document
    return run, document.spoken_by(by_words(document)[0])
