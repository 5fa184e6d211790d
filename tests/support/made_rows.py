"""Rows for tests; each has plausible values for the fields that a test does not name."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from schemas.frozen import Frozen, content_id
from schemas.results import Failure
from schemas.reviews import Criterion, Decision, Publication, Recipe, Review, Triage, Verdict
from schemas.sources import Source, SourceKind, SourceRef

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

_REASON = "It is technical, but describes little of a real deployment."
_CRITERION = Criterion(name="real_deployment", score=0.4, reason="Two sentences.")
_RUBRIC = {"rubric": "triage/v1", "model": "rules", "reason": _REASON, "criteria": (_CRITERION,)}
_VALUES: dict[type[Frozen], dict[str, Any]] = {
    Source: {"kind": SourceKind.WEB, "submitted_by": "ada", "submitted_at": NOON},
    Failure: {"stage": "fetch", "transient": False, "gone": False, "exit_code": 3, "at": NOON},
    Triage: {"verdict": Verdict.CASE_STUDY, "generation_ids": (), "decided_at": NOON, **_RUBRIC},
    Recipe: {"model": "SmolLM2-135M-Instruct", "strategy": "guided", "fingerprint": "0" * 16},
    Review: {"decision": Decision.APPROVE, "reason": None, "at": NOON},
    Publication: {"target": "site", "content_hash": "0" * 64, "at": NOON},
}
R = TypeVar("R", bound=Frozen)


def a_row(kind: type[R], /, **given: Any) -> R:
    """Return a row of this kind with the given fields."""
    return kind.model_validate(_VALUES[kind] | given)


def a_source(address: str | None, **given: Any) -> Source:
    """Return the source at an address, or a file."""
    reference = SourceRef(source=address or "a file")
    about = {"source_id": content_id("src", address), "reference": reference}
    return a_row(Source, **({"canonical_url": address} | about | given))
