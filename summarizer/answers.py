"""The answer schemas for capable models.

Prompts describe the fields, so schemas have no descriptions. Omitted fields count as empty, and an
unknown choice is ignored, so that one slip does not waste a whole call.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from typing_extensions import TypeAliasType

from schemas.cases import NARRATORS, STAGES, Form, Method, Section, TermGroup
from schemas.taxonomy import load_taxonomy

A = TypeVar("A", bound="Answer")
_MOST_SCORE = 3

FIELD_OF: Mapping[Section, str] = {
    section: "open_questions" if section is Section.QUESTIONS else section.value
    for section in Section
    if section not in {Section.ABSTRACT, Section.EXAMPLE, Section.GAPS}
}
"""The answer fields for lists of statements with quotes, by section."""

SECTION_OF: Mapping[str, Section] = {name: section for section, name in FIELD_OF.items()} | {
    "observed": Section.RESULTS
}


class Answer(BaseModel):
    """An answer with a strict schema: all fields are required, and no others are allowed."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the schema in the form required for ``strict``, without titles and defaults.

        Its name is that of the class below ``Answer``, so that subclasses with further rules have
        the same schema.
        """
        schema = _inlined(_bare(super().model_json_schema(*args, **kwargs)))
        return schema | {"title": cls.__mro__[cls.__mro__.index(Answer) - 1].__name__}


def _bare(part: Any) -> Any:
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return {"$ref": part["$ref"].removesuffix("Answer")}
    kept = {
        name: {key.removesuffix("Answer"): _bare(one) for key, one in value.items()}
        if name in {"properties", "$defs"}
        else _bare(value)
        for name, value in part.items()
        if name not in {"title", "default", "description", "minimum", "maximum"}
    }
    if "properties" in kept:
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    several = kept.get("anyOf", ())
    if several and all(set(one) == {"type"} for one in several):
        return {"type": [one["type"] for one in several]}
    return kept


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with definitions that are used once in their place, since it is shorter."""
    uses = Counter(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    shapes = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, list):
            return [inlined(one) for one in part]
        if not isinstance(part, dict):
            return part
        name = part.get("$ref", "").rpartition("/")[2]
        if uses[name] == 1:
            return inlined(shapes[name])
        return {key: inlined(value) for key, value in part.items()}

    kept = {name: inlined(shape) for name, shape in shapes.items() if uses[name] > 1}
    shape: dict[str, Any] = inlined(schema)
    return shape | ({"$defs": kept} if kept else {})


def _one_of(values: Iterable[str]) -> Any:
    return Field(json_schema_extra={"enum": list[Any](values)})


def _method(value: object) -> object:
    return value if value in list(Method) else None


def _form(value: object) -> object:
    return value if value in list(Form) else Form.PARAGRAPH


Nullable = Annotated[str | None, Field(default=None)]


class ScoreAnswer(Answer):
    """One line of the rubric."""

    score: int = Field(ge=0, le=_MOST_SCORE)
    quote: str = ""


class SubjectAnswer(Answer):
    """A system described in the source, and the company that runs it."""

    company: Nullable
    system: str


class TriageAnswer(Answer):
    """The scores of one source."""

    technical_detail: ScoreAnswer
    real_use: ScoreAnswer
    iteration: ScoreAnswer
    deployed: ScoreAnswer
    story: ScoreAnswer
    subjects: list[SubjectAnswer] = Field(default_factory=list)
    reason: str


class FactAnswer(Answer):
    """A value with its quote."""

    value: str
    quote: str


class IndustryAnswer(FactAnswer):
    """The company's industry."""

    value: str = _one_of(industry.slug for industry in load_taxonomy().industries)


class DeploymentAnswer(FactAnswer):
    """The deployment stage of the system when the source was written."""

    value: str = _one_of(STAGES)


class NarratorAnswer(FactAnswer):
    """The author of the account."""

    value: str = _one_of(NARRATORS)


class StatementAnswer(Answer):
    """One checkable statement."""

    id: int = 0
    form: Annotated[Form, BeforeValidator(_form)] = Form.PARAGRAPH
    statement: str
    quotes: list[str]
    translations: list[str] = Field(default_factory=list)


class SolutionAnswer(StatementAnswer):
    """A solution, and the id of the challenge that it solves."""

    answers: int | None = None


class ResultAnswer(StatementAnswer):
    """One measured result."""

    metric: Nullable
    qualifier: Nullable
    value: Nullable
    unit: Nullable
    baseline: Nullable
    sample: Nullable
    method: Annotated[Method | None, BeforeValidator(_method)] = None


class TagAnswer(Answer):
    """A topic or product proposed as a tag."""

    name: str
    group: TermGroup
    quote: str


class AbstractAnswer(Answer):
    """A sentence of the abstract, and the ids of the statements that it summarizes."""

    sentence: str
    rests_on: list[int]


# Types with a name of their own are written once in the schema.
FactOrNull = TypeAliasType("FactOrNull", FactAnswer | None)
Statements = TypeAliasType("Statements", list[StatementAnswer])
Listed = Annotated[Statements, Field(default_factory=list)]


class PartAnswer(Answer):
    """The scores and the content of a text; an empty list or null means that it says nothing."""

    triage: TriageAnswer | None = None
    title: Nullable
    company: FactOrNull = None
    industry: IndustryAnswer | None = None
    year: FactOrNull = None
    deployment: DeploymentAnswer | None = None
    narrator: NarratorAnswer | None = None
    scale: FactOrNull = None
    seller: FactOrNull = None
    builder: FactOrNull = None
    results: list[ResultAnswer] = Field(default_factory=list)
    observed: Listed
    context: Listed
    architecture: Listed
    challenges: Listed
    solutions: list[SolutionAnswer] = Field(default_factory=list)
    techniques: Listed
    tools: Listed
    evaluation: Listed
    lessons: Listed
    failures: Listed
    plans: Listed
    open_questions: Listed
    example: StatementAnswer | None = None
    gaps: list[str] = Field(default_factory=list)
    tags: list[TagAnswer] = Field(default_factory=list)
    abstract: list[AbstractAnswer] = Field(default_factory=list)


Label = Literal["entailed", "partly", "not", "contrary"]
"""How far a source carries an item, from the highest to the lowest."""


class VerdictAnswer(Answer):
    """The judge's verdict on one item; the reason comes first, so that it decides the label."""

    item: int
    first_words: str
    reason: str
    label: Label


def readable(kind: type[A]) -> Callable[[object], list[A]]:
    """Return the function that reads a list of ``kind`` without its malformed items.

    So one slip does not cost the other items.
    """

    def read(items: object) -> list[A]:
        found = []
        for one in items if isinstance(items, list) else ():
            with suppress(ValidationError):
                found.append(kind.model_validate(one))
        return found

    return read


def _listed(value: object) -> object:
    return [] if value is None else value


class SourceAnswer(Answer):
    """The answer to any task about one source; each task names the fields that it fills in.

    Drafting, judging and repair have this schema in common, since providers can only reuse a cached
    document if everything before it is the same.
    """

    case_study: PartAnswer | None = None
    verdicts: Annotated[list[VerdictAnswer], BeforeValidator(readable(VerdictAnswer))] = []
    mismatches: Annotated[list[StatementAnswer], BeforeValidator(readable(StatementAnswer))] = []
    corrections: Annotated[list[ResultAnswer], BeforeValidator(_listed)] = []
    summary: Annotated[list[AbstractAnswer], BeforeValidator(_listed)] = []


class PartDraftAnswer(SourceAnswer):
    """The case study of one part of a source."""

    @model_validator(mode="before")
    @classmethod
    def _nested(cls, data: Any) -> Any:
        """Accept a case study that is not nested, as some endpoints ignore the schema."""
        is_flat = isinstance(data, dict) and "case_study" not in data
        return {"case_study": data} if is_flat and data.keys() & PartAnswer.model_fields else data

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """Reject JSON without any known field, which is not an answer to this prompt."""
        if not self.draft.model_fields_set:
            raise ValueError("names none of the fields asked for")
        return self

    @property
    def draft(self) -> PartAnswer:
        """The case study, empty if the answer has none."""
        return self.case_study or PartAnswer.model_validate({})


class DraftAnswer(PartDraftAnswer):
    """The scores of a whole source, and its case study if it belongs in the collection."""

    @model_validator(mode="after")
    def _has_statements(self) -> Self:
        """Reject missing scores, and a missing case study if the scores call for one.

        One with several subjects has none: each is asked about alone.
        """
        scores = self.draft.triage
        if scores is None:
            raise ValueError("has no scores in triage")
        is_story = scores.story.score > 1 or scores.real_use.score > 1
        is_wanted = scores.technical_detail.score > 1 and is_story and len(scores.subjects) <= 1
        if is_wanted and not any(getattr(self.draft, name) for name in SECTION_OF):
            raise ValueError("has no statement in any field")
        return self
