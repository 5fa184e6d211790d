"""Records of another database: the meaning of its columns, and the faults of its rows."""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from publishing.records import CaseRecord, Provenance
from publishing.wording import one_line
from schemas.cases import FACT_NAMES, CaseStudy, Fact, Support, SupportLevel, Tag
from schemas.companies import company_key
from schemas.errors import InputError, InvalidDecision
from schemas.frozen import content_id
from schemas.imports import ImportedRecord, ImportProblem, ImportRecord
from schemas.reviews import Case, Decision, Recipe, Review, Revision, case_id_of
from schemas.sources import Document
from schemas.taxonomy import Taxonomy, Term

Row = Mapping[str, Any]

NAMES: Mapping[str, Sequence[str]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text("utf-8")
)
"""Column names used for the fields, most specific first."""

_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*\n(.*)\Z", re.DOTALL)
_IMPORTED = Support(level=SupportLevel.IMPORTED)
_MOST_TAGS = 30
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_COLUMN = re.compile(r"\{(\w+)\}")
_LIST = re.compile(r"\s*[,;|]\s*")


def markdown_row(text: str, name: str) -> Row:
    """Return the front matter of a Markdown file, and its text as ``body``, or InputError."""
    found = _FRONT.match(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if found is None:
        raise InputError(f"{name} has no front matter between two --- lines")
    try:
        head = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        raise InputError(f"the front matter of {name} is not valid YAML: {error}") from error
    if not isinstance(head, dict):
        raise InputError(f"the front matter of {name} has no fields")
    return {"slug": name, **head, "body": found[2]}


def records(
    rows: Iterable[Row], mapping: Mapping[str, str]
) -> tuple[list[ImportedRecord], list[ImportProblem]]:
    """Return the records of valid rows, and the faults of the others.

    ``mapping`` gives the columns of the fields in ``NAMES``; other fields are found by their usual
    names.

    Raises:
        InputError: if ``mapping`` has an unknown field, or no row has a title.
    """
    if unknown := sorted(mapping.keys() - NAMES.keys()):
        message = f"the mapping has the unknown field {unknown[0]}: use {', '.join(NAMES)}"
        raise InputError(message)
    found, broken, now = list[ImportedRecord](), list[ImportProblem](), datetime.now(UTC)
    for n, row in enumerate(rows, start=1):
        record = _record(row, mapping, f"row {n}")
        if problem := _problem(record):
            broken.append(ImportProblem(key=record.key, problem=problem))
        else:
            found.append(record.model_copy(update={"created_at": record.created_at or now}))
    if not found and broken:
        known = ", ".join(NAMES["title"])
        raise InputError(f"no row has a title and a text: map their columns ({known}, …)")
    return found, broken


def mapped_tags(record: ImportedRecord, taxonomy: Taxonomy) -> tuple[list[Term], list[str]]:
    """Return the distinct taxonomy terms of a record's tags, and the unknown tags."""
    terms, unmapped = dict[str, Term](), list[str]()
    for name in record.tags:
        if term := taxonomy.named(name):
            terms[term.slug] = term
        else:
            unmapped.append(name)
    return list(terms.values()), unmapped


def study_of(record: ImportedRecord, taxonomy: Taxonomy) -> CaseStudy:
    """Return the facts and tags of a record; its text goes into the document."""
    industry = taxonomy.industry(record.industry) if record.industry else None
    values: dict[str, str | None] = {
        "title": record.title,
        "company": record.company,
        "industry": industry.slug if industry else record.industry,
        "year": record.year,
    }
    tags, _ = mapped_tags(record, taxonomy)
    return CaseStudy(
        facts=tuple(Fact(name=n, value=v, support=_IMPORTED) for n, v in values.items() if v),
        tags=tuple(
            Tag(slug=one.slug, label=one.label, group=one.group, evidence=(), support=_IMPORTED)
            for one in tags[:_MOST_TAGS]
        ),
    )


def reviewed_case(
    document: Document, record: ImportedRecord, study: CaseStudy, database: str, who: str
) -> tuple[Case, Revision, Review]:
    """Return the case of a record's document, its revision, and an approval by ``who``.

    The revision's id covers the study, so other results of the tag check make another revision.
    """
    case_id, at = case_id_of(document.source_id), record.created_at or datetime.now(UTC)
    parts = study.model_dump(mode="json")
    revision = Revision(
        revision_id=content_id("rev", case_id, document.document_id, parts),
        case_id=case_id,
        document_id=document.document_id,
        basis="imported",
        made_by="import",
        author=database,
        recipe=None,
        study=study,
    )
    case = Case(case_id=case_id, source_id=document.source_id, created_at=at)
    return case, revision, _approval(revision, who)


def restored_case(
    record: CaseRecord, document: Document, study: CaseStudy, origin: ImportRecord
) -> tuple[Case | Revision | Review | ImportRecord, ...]:
    """Return the rows of a case exported by another casebook, approved by who imported it.

    An edited text has two revisions, the import and the edit. The original approval is among the
    hidden texts of its document.
    """
    made, case_id, now = record.provenance, record.case_id, datetime.now(UTC)
    database = origin.database
    revision = Revision(
        revision_id=record.revision_id,
        case_id=case_id,
        document_id=document.document_id,
        basis="imported" if record.prose else record.basis,
        made_by="import",
        author=database,
        recipe=_recipe(made),
        unread=made.unread,
        study=study,
        created_at=record.imported.at if record.imported else now,
    )
    revisions = [revision]
    if made.edited_by:
        first = content_id("rev", record.revision_id, "import")
        person = {"parent_id": first, "made_by": "person", "author": made.edited_by}
        edited = revision.model_copy(update={**person, "created_at": made.edited_at or now})
        revisions = [revision.model_copy(update={"revision_id": first}), edited]
    there = f", where {made.approved_by} approved it" if made.approved_by else ""
    approval = _approval(revision, origin.who, there)
    began = made.drafted_at or record.added_at or now
    case = Case(case_id=case_id, source_id=document.source_id, created_at=began)
    return case, *revisions, approval, origin


def _approval(revision: Revision, who: str, there: str = "") -> Review:
    return Review(
        review_id=content_id("review", revision.revision_id, "import"),
        case_id=revision.case_id,
        revision_id=revision.revision_id,
        decision=Decision.APPROVE,
        reason=f"Imported from {revision.author}{there}.",
        who=who,
        at=datetime.now(UTC),
    )


def _recipe(made: Provenance) -> Recipe | None:
    """Return the published part of a draft's recipe, None if no model made the text."""
    if made.model is None:
        return None
    parts = {"strategy": made.strategy or "", "prompts": made.prompts, "judge": made.judge}
    recipe_id = content_id("rcp", "import", made.model, *parts.values())
    return Recipe(recipe_id=recipe_id, model=made.model, fingerprint="", **parts)


def as_imported(study: CaseStudy) -> CaseStudy:
    """Return an edited study as imported, or raise InvalidDecision if it has statements.

    New facts and tags lose their evidence, which would pass for quotes of the source.
    """
    if study.statements:
        raise InvalidDecision(
            "nothing was changed: the text comes from another database, and statements need quotes "
            "from the source. `casebook rerun CASE` makes a draft from the source"
        )
    update = {"evidence": (), "support": _IMPORTED}

    def imported(part: Any) -> Any:
        is_checked = part.support.level is SupportLevel.IMPORTED
        return part if is_checked else part.model_copy(update=update)

    return study.map_parts(imported)


def with_record(study: CaseStudy, record: CaseStudy) -> CaseStudy:
    """Return a draft of an imported text with the facts and tags that only its record states.

    The record's facts replace refuted ones.
    """
    facts = {one.name: one for one in study.facts if one.support.level is not SupportLevel.REFUTED}
    known = {one.name: one for one in (*study.facts, *record.facts)} | facts
    tags = {one.slug: one for one in (*record.tags, *study.tags)}
    kept = dict.fromkeys(one.slug for one in (*study.tags, *record.tags))
    return study.model_copy(
        update={
            "facts": tuple(known[name] for name in FACT_NAMES if name in known),
            "tags": tuple(tags[slug] for slug in [*kept][:_MOST_TAGS]),
        }
    )


def spellings(found: Iterable[ImportedRecord]) -> tuple[tuple[str, ...], ...]:
    """Return the spellings of each company that has several, most frequent first."""
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    for record in found:
        if record.company and (key := company_key(record.company)):
            by_key[key][record.company] += 1
    several = (tuple(n for n, _ in names.most_common()) for names in by_key.values())
    return tuple(sorted(names for names in several if len(names) > 1))


def _record(row: Row, mapping: Mapping[str, str], place: str) -> ImportedRecord:
    def value(field: str) -> Any:
        if (text := mapping.get(field, "")).startswith("="):  # the same text in each record
            return _COLUMN.sub(lambda found: str(row.get(found[1]) or ""), text[1:])
        names = (mapping[field],) if field in mapping else NAMES[field]
        return next((row[name] for name in names if row.get(name) not in (None, "", [])), None)

    texts = {field: one_line(str(value(field) or "")) for field in ("key", "title", "url")}
    optional = ("company", "industry", "record_url", "licence", "credit")
    names = {field: one_line(str(value(field) or "")) or None for field in optional}
    year, published = _YEAR.search(str(value("year") or "")), _past(value("published"))
    return ImportedRecord(
        key=texts["key"] or place,
        title=texts["title"],
        url=texts["url"] or None,
        **names,
        year=year.group() if year else None,
        published=published.date() if published else None,
        created_at=_past(value("created_at")) or published,
        updated_at=_past(value("updated_at")),
        tags=_names(value("tags")),
        abstract=str(value("abstract") or ""),
        prose=str(value("prose") or ""),
    )


def _problem(record: ImportedRecord) -> str | None:
    if not record.title:
        return "it has no title"
    return None if record.text else "it has no text"


def _past(value: object) -> datetime | None:
    """Return a date or time in UTC, None if it is invalid or in the future."""
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(str(value).strip())
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        return at if at <= datetime.now(UTC) else None
    return None


def _names(value: object) -> tuple[str, ...]:
    given: Sequence[object] = _LIST.split(value) if isinstance(value, str) else ()
    given = value if isinstance(value, list | tuple) else given
    return tuple(dict.fromkeys(name for one in given if (name := one_line(str(one)))))


def read_mapping(file: Path) -> dict[str, str]:
    """Return the column of each mapped field; the file is TOML or JSON.

    A value that begins with = is a text for all records, with the columns in {}.
    """
    text = file.read_text("utf-8")
    try:
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is neither TOML nor JSON: {error}") from error
    if not all(isinstance(value, str) for value in found.values()):
        raise InputError(f'{file}: map each field to the name of a column, e.g. title = "name"')
    return dict(found)
