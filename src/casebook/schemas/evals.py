"""Gold cases, and what a run of the summarizer over them showed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from casebook.schemas.cases import FACT_FIELDS, STATEMENT_FIELDS
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.recipes import Recipe


class GoldSource(Frozen):
    """The text that a gold case is about: a file, or a document of the curator's warehouse.

    ``path`` counts from the gold file; ``url`` is the address that the file came from. A text of
    the warehouse is named by ``document_id``. ``text_sha256`` is of the extracted text where it
    was noted: of a document it must agree, of a file it may move as extraction gets better.
    """

    path: str | None = None
    url: str | None = None
    document_id: str | None = None
    text_sha256: str | None = None


class GoldStatement(Frozen):
    """What a draft should tell, in our words, with the words of the source that say it."""

    text: str
    quotes: Sequence[str] = ()


class GoldCase(Frozen):
    """What a careful reader notes of one source; one JSON file.

    ``facts`` and ``statements`` name the fields that are judged: None and an empty list say that
    the source is silent there; a field that is not named is not judged. So with ``tags``.
    ``added_by`` and ``revision_id`` tell where a case of the curator's comes from.
    """

    name: str
    source: GoldSource
    is_case_study: bool = True
    facts: Mapping[str, str | None] = {}
    statements: Mapping[str, Sequence[GoldStatement]] = {}
    tags: Sequence[str] | None = None
    added_by: str | None = None
    added_at: datetime | None = None
    revision_id: str | None = None

    def unknown_fields(self) -> list[str]:
        """Return the names that are no field of a case study."""
        strange = [name for name in self.facts if name not in FACT_FIELDS]
        return strange + [name for name in self.statements if name not in STATEMENT_FIELDS]


class FactScore(StrEnum):
    """How a fact compares with gold; ``extra`` where gold says that the source is silent."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"
    EXTRA = "extra"


class FieldScore(Frozen):
    """One field of one draft. ``covered`` of ``gold`` statements are told in the same field.

    ``elsewhere`` are told in another one. ``extra`` of ``drafted`` statements match no gold one:
    gold is not complete, so they are to be read, not wrong. ``supported`` of ``drafted`` are.
    """

    gold: int
    covered: int
    elsewhere: int
    drafted: int
    extra: int
    supported: int


class CaseScore(Frozen):
    """What the draft of one gold case came to; with a ``failure`` there is none to score.

    ``seconds`` and ``cost_usd`` are those of the calls that the draft rests on, also where they
    were made in an earlier run; ``paid_usd`` is what this run paid, None without a price.
    """

    name: str
    gold_sha256: str
    verdict_right: bool | None = None
    facts: Mapping[str, FactScore] = {}
    fields: Mapping[str, FieldScore] = {}
    tags: FieldScore | None = None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    paid_usd: float | None = None
    seconds: float = 0.0
    failure: Failure | None = None


class EvalRun(Frozen):
    """One run over a gold set, with what it was made by: stored as JSON under its id."""

    run_id: str
    made_at: datetime
    version: str
    endpoint: str
    strategy: str
    recipes: Sequence[Recipe]
    gold: Sequence[str]
    cases: Sequence[CaseScore]
