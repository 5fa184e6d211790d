"""Documents and cases as the JSON that other programs read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from publishing.wording import silent_parts
from schemas.cases import FACT_NAMES, Fact, Section, Statement, Tag
from schemas.errors import CasebookError, FetchError
from schemas.findings import FindingsResult
from schemas.frozen import Frozen
from schemas.generations import Generation
from schemas.results import IngestResult, SimilarSource
from schemas.reviews import CaseLine, CaseView
from schemas.sources import Check, Document, Passage

Json = dict[str, Any]

# Names of facts and sections in JSON that differ from the types'.
_NAMES: Mapping[str, str] = {
    "abstract": "summary",
    "questions": "open_questions",
    "stage": "deployment",
}
_LOCATOR = ("section", "page", "seconds", "speaker")
_FAILURE = {"failure_id", "stage", "kind", "transient", "message"}
_OF_VIEW = {"status", "published_revision_id", "source", "triage", "published"}
_OF_REVISION = set("made_by author basis strategy_reason recipe unread speakers left_out".split())
_OF_OTHER_REVISIONS = {"revision_id", "parent_id", "made_by", "author"}


def document_json(document: Document) -> Json:
    """Return the document as ``casebook extract --json`` prints it."""
    data = document.model_dump(mode="json", exclude={"snapshot_id", "passages", "steps", "hidden"})
    return data | {"passages": [*map(_passage, document.passages)], **_extraction(document)}


def result_json(result: IngestResult | FindingsResult) -> Json:
    """Return an outcome as JSON; a failure is described by stage, kind and message."""
    data = result.model_dump(mode="json")
    if result.failure is not None:
        data["failure"] = result.failure.model_dump(mode="json", include=_FAILURE)
    return data


def failure_json(error: CasebookError) -> Json:
    """Return a failure of ``extract``, which has no id: failures of ``extract`` are not stored."""
    return {
        "failure_id": None,
        "stage": "fetch" if isinstance(error, FetchError) else "extract",
        "kind": error.kind,
        "transient": error.transient,
        "message": str(error),
    }


def line_json(line: CaseLine) -> Json:
    """Return a line of ``casebook list --json``."""
    data = line.model_dump(mode="json")
    return {**data, "twins": line.near_copies, "waits": line.newer_draft}


def case_json(
    view: CaseView,
    generations: Sequence[Generation],
    near_copies: Sequence[SimilarSource],
    check: Check | None,
) -> Json:
    """Return the case as ``casebook show --json`` prints it."""
    revision, document, study = view.revision, view.document, view.revision.study
    facts = {_NAMES.get(name, name): _part(study.fact(name)) for name in FACT_NAMES}
    return {
        "case_id": view.case.case_id,
        "revision_id": revision.revision_id,
        "url": document.url,
        **view.model_dump(mode="json", include=_OF_VIEW),
        **{name: fact["value"] for name, fact in facts.items()},
        "facts": facts,
        **{_NAMES.get(one.value, one.value): [*map(_part, study.section(one))] for one in Section},
        "tags": [*map(_part, study.tags)],
        "silent": silent_parts(study),
        "provenance": {
            "document_id": document.document_id,
            "extractor": document.extractor,
            **_extraction(document),
            **revision.model_dump(mode="json", include=_OF_REVISION),
            "strategy": revision.recipe.strategy if revision.recipe else None,
            "recipe_id": revision.recipe.recipe_id if revision.recipe else None,
            "generations": _dumped(generations),
        },
        "history": _dumped(view.reviews),
        "revisions": [
            one.model_dump(mode="json", include=_OF_OTHER_REVISIONS)
            | {"created_at": one.created_at.isoformat()}
            for one in view.revisions
        ],
        "newer_draft": view.newer.revision_id if view.newer else None,
        "near_copies": _dumped(near_copies),
        "check": check.model_dump(mode="json") if check else None,
    }


def _dumped(records: Iterable[Frozen]) -> list[Json]:
    return [record.model_dump(mode="json") for record in records]


def _extraction(document: Document) -> Json:
    return {"extraction": _dumped(document.steps), "hidden_text": _dumped(document.hidden)}


def _passage(passage: Passage) -> Json:
    locator = {name: getattr(passage, name) for name in _LOCATOR}
    known = {name: value for name, value in locator.items() if value is not None}
    fields = passage.model_dump(mode="json", include={"n", "start", "end", "headings"})
    return fields | {"locator": known}


def _part(part: Fact | Statement | Tag) -> Json:
    """Return a part with its support and measure as plain fields."""
    data = part.model_dump(mode="json", exclude={"support", "measure"})
    measure = part.measure if isinstance(part, Statement) else None
    support = part.support.model_dump(mode="json", exclude={"level"})
    level = {"support": part.support.level.value}
    return data | (measure.model_dump(mode="json") if measure else {}) | level | support
