"""Documents and cases as the JSON that other programs read."""

from collections.abc import Mapping, Sequence
from typing import Any

from publishing.wording import silent_parts
from schemas.cases import FACT_NAMES, Section
from schemas.errors import CasebookError, FetchError
from schemas.generations import Generation
from schemas.results import IngestResult, SimilarSource
from schemas.reviews import CaseLine, CaseView
from schemas.sources import Check, Document, Passage

# Names of facts and sections in JSON that differ from the types'.
_NAMES: Mapping[str, str] = {
    "abstract": "summary",
    "questions": "open_questions",
    "stage": "deployment",
}


def document_json(document: Document) -> dict[str, Any]:
    """Return the document as ``casebook extract --json`` prints it."""
    data = document.model_dump(mode="json", exclude={"snapshot_id", "passages", "steps", "hidden"})
    return {
        **data,
        "passages": [_passage_json(passage) for passage in document.passages],
        "extraction": [step.model_dump() for step in document.steps],
        "hidden_text": [hidden.model_dump() for hidden in document.hidden],
    }


def result_json(result: IngestResult) -> dict[str, Any]:
    """Return what became of a source; a failure is described by stage, kind and message."""
    data = result.model_dump(mode="json")
    if result.failure is not None:
        wanted = {"failure_id", "stage", "kind", "transient", "message"}
        data["failure"] = result.failure.model_dump(mode="json", include=wanted)
    return data


def _passage_json(passage: Passage) -> dict[str, Any]:
    locator = {
        "section": passage.section,
        "page": passage.page,
        "seconds": passage.seconds,
        "speaker": passage.speaker,
    }
    return {
        "n": passage.n,
        "start": passage.start,
        "end": passage.end,
        "headings": passage.headings,
        "locator": {name: value for name, value in locator.items() if value is not None},
    }


def failure_json(error: CasebookError) -> dict[str, Any]:
    """Return a failure of ``extract``; nothing is stored, so it has no id to retry by."""
    return {
        "failure_id": None,
        "stage": "fetch" if isinstance(error, FetchError) else "extract",
        "kind": error.kind,
        "transient": error.transient,
        "message": str(error),
    }


def line_json(line: CaseLine) -> dict[str, Any]:
    """Return a line of ``casebook list --json``."""
    data = line.model_dump(mode="json")
    return {**data, "twins": line.near_copies, "waits": line.newer_draft}


def case_json(
    view: CaseView,
    generations: Sequence[Generation],
    near_copies: Sequence[SimilarSource],
    check: Check | None,
) -> dict[str, Any]:
    """Return the case as ``casebook show --json`` prints it."""
    study, revision, document = view.revision.study, view.revision, view.document
    facts = {_NAMES.get(name, name): study.fact(name) for name in FACT_NAMES}
    recipe = revision.recipe
    return {
        "case_id": view.case.case_id,
        "status": view.status.value,
        "revision_id": revision.revision_id,
        "published_revision_id": view.published_revision_id,
        "source": view.source.model_dump(mode="json"),
        "url": document.url,
        **{name: fact.value for name, fact in facts.items()},
        "facts": {name: _with_level(fact.model_dump(mode="json")) for name, fact in facts.items()},
        **{
            _NAMES.get(section.value, section.value): [
                _with_level(s.model_dump(mode="json")) for s in study.section(section)
            ]
            for section in Section
        },
        "tags": [_with_level(tag.model_dump(mode="json")) for tag in study.tags],
        "silent": silent_parts(study),
        "triage": view.triage.model_dump(mode="json") if view.triage else None,
        "provenance": {
            "document_id": document.document_id,
            "extractor": document.extractor,
            "extraction": [step.model_dump() for step in document.steps],
            "hidden_text": [hidden.model_dump() for hidden in document.hidden],
            "made_by": revision.made_by,
            "author": revision.author,
            "strategy": recipe.strategy if recipe else None,
            "strategy_reason": revision.strategy_reason,
            "recipe": recipe.model_dump(mode="json") if recipe else None,
            "recipe_id": recipe.recipe_id if recipe else None,
            "unread": [unread.model_dump() for unread in revision.unread],
            "generations": [g.model_dump(mode="json") for g in generations],
        },
        "history": [review.model_dump(mode="json") for review in view.reviews],
        "revisions": [
            r.model_dump(mode="json", include={"revision_id", "parent_id", "made_by", "author"})
            | {"created_at": r.created_at.isoformat()}
            for r in view.revisions
        ],
        "newer_draft": view.newer.revision_id if view.newer else None,
        "published": view.published.model_dump(mode="json") if view.published else None,
        "near_copies": [copy.model_dump(mode="json") for copy in near_copies],
        "check": check.model_dump(mode="json") if check else None,
    }


def _with_level(data: dict[str, Any]) -> dict[str, Any]:
    """Return a part with the level and its reason as plain fields."""
    support = data.pop("support")
    measure = data.pop("measure", None) or {}
    return {**data, **measure, "support": support["level"], "reason": support["reason"]}
