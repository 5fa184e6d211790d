"""A curator's edits, as values, and what a case study becomes by them. Pure.

Whatever a person writes is checked like the model's words: a changed statement keeps its quotes
and is judged anew; an added one brings its own quote.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from casebook.schemas.cases import (
    FACT_FIELDS,
    STATEMENT_FIELDS,
    CaseStudy,
    DeploymentStage,
    Evidence,
    Fact,
    Match,
    Method,
    Narrator,
    Origin,
    Result,
    Statement,
    Tag,
)
from casebook.schemas.documents import Document
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.frozen import Frozen
from casebook.schemas.taxonomy import Taxonomy, load_taxonomy
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.grounding.tagging import MAX_TAGS, tag_for
from casebook.summarizer.language.numerals import number_of
from casebook.summarizer.proposals import Claim

Measure = Literal["metric", "value", "unit", "baseline", "window", "method"]


class SetFact(Frozen):
    """Give a fact field a value, or none."""

    action: Literal["set_fact"] = "set_fact"
    field: str
    value: str | None


class SetStatement(Frozen):
    """Reword statement ``index`` (from 0) of a field; a given quote replaces its quotes."""

    action: Literal["set_statement"] = "set_statement"
    field: str
    index: int
    text: str
    quote: str | None = None


class SetMeasures(Frozen):
    """Say what result ``index`` (from 0) measures; parts that are not named stay as they are."""

    action: Literal["set_measures"] = "set_measures"
    index: int
    measures: Mapping[Measure, str | None]


class DropStatement(Frozen):
    """Remove statement ``index`` (from 0) of a field."""

    action: Literal["drop_statement"] = "drop_statement"
    field: str
    index: int


class AddStatement(Frozen):
    """Append a statement with a quote of the source."""

    action: Literal["add_statement"] = "add_statement"
    field: str
    text: str
    quote: str


class AddTag(Frozen):
    """Add a term of the taxonomy that the text names, behind the tags there are."""

    action: Literal["add_tag"] = "add_tag"
    slug: str


class DropTag(Frozen):
    """Remove a tag."""

    action: Literal["drop_tag"] = "drop_tag"
    slug: str


Edit = Annotated[
    SetFact | SetStatement | SetMeasures | DropStatement | AddStatement | AddTag | DropTag,
    Field(discriminator="action"),
]


def apply_edits(
    study: CaseStudy,
    document: Document,
    edits: Sequence[Edit],
    taxonomy: Taxonomy | None = None,
) -> CaseStudy:
    """Return ``study`` after ``edits``. Indexes count in the study as it is given.

    Raises:
        InvalidDecision: if an edit names a field, statement or tag that is not there, or empties
            a statement.
    """
    grounder = Grounder.of(document, study)
    fields: dict[str, list[Statement | None]] = {
        name: list(getattr(study, name)) for name in STATEMENT_FIELDS
    }
    facts = dict(study.facts())
    tags = list(study.tags)
    for edit in edits:
        match edit:
            case SetFact():
                facts[_known(edit.field, FACT_FIELDS)] = _fact(edit.field, edit.value, grounder)
            case SetStatement():
                before = _at(fields, edit.field, edit.index)
                fields[edit.field][edit.index] = _reworded(before, edit, grounder)
            case SetMeasures():
                before = _at(fields, "results", edit.index)
                fields["results"][edit.index] = _measured(before, edit, grounder)
            case DropStatement():
                _at(fields, edit.field, edit.index)
                fields[edit.field][edit.index] = None
            case AddStatement():
                fields[_known(edit.field, STATEMENT_FIELDS)].append(_added(edit, grounder))
            case AddTag():
                tags.append(_tag(edit.slug, tags, document, taxonomy or load_taxonomy()))
            case DropTag():
                if edit.slug not in {tag.slug for tag in tags}:
                    raise InvalidDecision(f"the case has no tag {edit.slug}")
                tags = [tag for tag in tags if tag.slug != edit.slug]
    kept = {name: [s for s in statements if s is not None] for name, statements in fields.items()}
    return CaseStudy.model_validate({**facts, **kept, "tags": tags})


def _known(field: str, allowed: Sequence[str]) -> str:
    if field not in allowed:
        raise InvalidDecision(f"there is no field {field!r}; fields are {', '.join(allowed)}")
    return field


def _at(fields: dict[str, list[Statement | None]], field: str, index: int) -> Statement:
    statements = fields[_known(field, STATEMENT_FIELDS)]
    found = statements[index] if 0 <= index < len(statements) else None
    if found is None:
        raise InvalidDecision(f"{field} has no statement {index + 1}, only {len(statements)}")
    return found


def _fact(field: str, value: str | None, grounder: Grounder) -> Fact:
    if not value or not value.strip():
        return Fact()
    choices: dict[str, tuple[str, ...]] = {
        "deployment": tuple(DeploymentStage),
        "narrator": tuple(Narrator),
    }
    allowed = choices.get(field)
    if allowed and value.strip() not in allowed:
        raise InvalidDecision(f"{field} is one of: {', '.join(allowed)}")
    if field == "year" and not re.fullmatch(r"(19|20)\d\d", value.strip()):
        raise InvalidDecision(f"{value!r} is no year; write it with four digits")
    if field == "industry":
        value = _industry(value)
    return grounder.curators_fact(field, value.strip())


def _industry(name: str) -> str:
    taxonomy = load_taxonomy()
    found = taxonomy.industry_named(name)
    if found is None:
        slugs = ", ".join(industry.slug for industry in taxonomy.industries)
        raise InvalidDecision(f"industry is one of: {slugs}")
    return found.slug


def _reworded(before: Statement, edit: SetStatement, grounder: Grounder) -> Statement:
    text = _not_empty(edit.text)
    if edit.quote:
        evidence: Sequence[Evidence] = grounder.statement(_claim(text, edit.quote)).evidence
    else:
        evidence = before.evidence
    return before.model_copy(
        update={
            "text": text,
            "evidence": evidence,
            "support": grounder.judge(text, evidence, _measured_in(before)),
            "origin": Origin.CURATOR,
        }
    )


def _measured_in(statement: Statement) -> Result | None:
    """Return the statement where it is a result, whose parts must hold too."""
    return statement if isinstance(statement, Result) else None


def _measured(before: Statement, edit: SetMeasures, grounder: Grounder) -> Result:
    given = {name: (said or "").strip() or None for name, said in edit.measures.items()}
    if given.get("method", Method.NONE) not in {None, *Method}:
        raise InvalidDecision(f"method is one of: {', '.join(Method)}")
    noted = {"method_note": None} if "method" in given else {}
    changed = Result.model_validate({**before.model_dump(), **given, **noted})
    return changed.model_copy(
        update={
            "number": number_of(changed.value),
            "support": grounder.judge(changed.text, changed.evidence, changed),
            "origin": Origin.CURATOR,
        }
    )


def _tag(slug: str, tags: Sequence[Tag], document: Document, taxonomy: Taxonomy) -> Tag:
    term = taxonomy.term(slug.strip()) or taxonomy.named(slug)
    if term is None:
        raise InvalidDecision(f"the taxonomy has no term {slug}")
    if term.slug in {tag.slug for tag in tags}:
        raise InvalidDecision(f"the case has the tag {term.slug} already")
    if len(tags) >= MAX_TAGS:
        raise InvalidDecision(f"a case has at most {MAX_TAGS} tags; drop one first")
    if (made := tag_for(term, document, taxonomy)) is None:
        raise InvalidDecision(f"the source names {term.label} nowhere: a tag needs its words")
    return made


def _added(edit: AddStatement, grounder: Grounder) -> Statement:
    made = grounder.statement(
        _claim(_not_empty(edit.text), edit.quote), result=edit.field == "results"
    )
    if all(e.match is Match.MISSING for e in made.evidence):
        raise InvalidDecision("the quote is not in the source; copy it from the text beside")
    return made


def _claim(text: str, quote: str) -> Claim:
    return Claim(text=text, quotes=[quote], origin=Origin.CURATOR)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise InvalidDecision("a statement cannot be empty; drop it instead")
    return text.strip()
