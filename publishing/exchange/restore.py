"""Import of records published by a casebook, as cases with their statements and quotes."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError

from publishing.anchors import link_to_quote, web_address
from publishing.records import (
    APPROVED_AT,
    APPROVED_BY,
    FIRST_IMPORT,
    HELD_BACK,
    CaseRecord,
    PublishedFact,
    PublishedQuote,
    PublishedStatement,
    PublishedTag,
    SetAsideTag,
    link_key,
)
from publishing.wording import one_line, silent_parts
from schemas.cases import (
    NOT_IN_TEXT,
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.frozen import content_id
from schemas.imports import ImportProblem
from schemas.overruling import overruled
from schemas.sources import IMPORTED, QUOTED_IMPORT, Document, HiddenText, Passage, Step

_KEYS = ("case_id", "revision_id", "statements", "facts")
_ID = re.compile(r"[a-z]+\d_[a-z0-9]{1,40}")
_MOST_CHARACTERS = 5_000_000
_MOST_TAGS, _MOST_NUMBER = 30, 2**31
_Published = PublishedFact | PublishedStatement | PublishedTag
StudyPart = TypeVar("StudyPart", Fact, Statement, Tag)


def is_record(line: bytes) -> bool:
    """Return whether a line of JSON Lines is a case published by a casebook."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and all(key in found for key in _KEYS)


def read_record(line: bytes, key: str) -> CaseRecord | ImportProblem:
    """Return the record in a line, or its fault, named by ``key``."""
    try:
        record = CaseRecord.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return ImportProblem(key=key, problem=f"it is not a published case: {place} {first['msg']}")
    if problem := _problem(record):
        return ImportProblem(key=f"{key}, {record.slug}", problem=problem)
    source = record.source  # a path instead of an address would be read from this disk
    source = source.model_copy(update={"address": web_address(source.address)})
    return record.model_copy(update={"source": source})


def _problem(record: CaseRecord) -> str | None:
    """Return the fault that makes a record unusable, None if it is valid."""
    quotes, numbers = list(_quotes(record)), {one.n for one in record.statements}
    tags = [one.slug for one in record.tags] + [one.slug for one in record.tags_set_aside]
    names = {("fact", one.name) for one in record.facts} | {("tag", slug) for slug in tags}
    made = record.provenance
    is_approved = made.approved_by and made.approved_at and made.approved_at <= datetime.now(UTC)
    ids, paragraphs = (record.case_id, record.revision_id), [one.paragraphs for one in record.prose]
    is_mixed = bool(record.statements) == bool(record.prose) or (record.prose and quotes)
    problems = {
        "its ids are not casebook ids": not all(map(_ID.fullmatch, ids)),
        "its facts do not include a title": not record.fact("title"),
        "it needs either statements, or an imported text without quotes": is_mixed,
        "it has an empty paragraph": not all(one and all(one) for one in paragraphs),
        "two of its statements have the same number": len(numbers) < len(record.statements),
        f"it has more than {_MOST_TAGS} tags": len(tags) > _MOST_TAGS,
        "the length of a quote does not match its offsets": not all(
            map(_has_valid_offsets, quotes)
        ),
        "one of its numbers is too large": not _has_small_numbers(record, quotes),
        "one of its facts or tags is repeated": len(names) < len(record.facts) + len(tags),
        "it contains a refuted part that nobody kept": any(
            one.support is SupportLevel.REFUTED and not one.kept_by for one in _parts(record)
        ),
        "its statements were not approved": not (record.prose or is_approved),
    }
    return next((problem for problem, is_found in problems.items() if is_found), None)


def _has_small_numbers(record: CaseRecord, quotes: Iterable[PublishedQuote]) -> bool:
    whole = [n for s in record.statements for n in (s.n, s.answers or 0, *s.rests_on)]
    whole += [one.page or 0 for one in quotes]
    found = [s.measure.number for s in record.statements if s.measure]
    found += [one.seconds for one in quotes]
    is_small = all(0 <= n < _MOST_NUMBER for n in whole)
    return is_small and all(math.isfinite(n) for n in found if n is not None)


def _has_valid_offsets(quote: PublishedQuote) -> bool:
    if quote.start is None or quote.end is None:  # of the page's description
        return quote.start is quote.end and quote.match is not Match.MISSING
    fits = 0 <= quote.start < quote.end <= _MOST_CHARACTERS
    return fits and len(quote.quote) == quote.end - quote.start and quote.match is not Match.MISSING


def _quotes(record: CaseRecord) -> Iterator[PublishedQuote]:
    for part in _parts(record):
        yield from part.quotes


def _parts(record: CaseRecord) -> tuple[_Published, ...]:
    return (*record.facts, *record.statements, *record.tags)


def document_of(record: CaseRecord, source_id: str, snapshot_id: str, step: Step) -> Document:
    """Return the document of a record: its prose, or its quotes at their offsets in the source.

    Spaces fill the gaps between quotes. Other parts of the record that a page needs become hidden
    texts: the labels of unpublished parts, the approval, and links that depend on context.
    """
    text, passages = _prose(record) if record.prose else _quoted([*_quotes(record)])
    source = record.source
    document = Document(
        document_id=content_id("doc", snapshot_id, record.case_id),
        source_id=source_id,
        snapshot_id=snapshot_id,
        extractor=IMPORTED if record.prose else QUOTED_IMPORT,
        title=record.title if record.prose else source.title,
        description=None if record.prose else source.line,
        url=source.address,
        text=text,
        passages=passages,
        steps=(step,),
        **source.model_dump(include={"kind", "authors", "published", "language", "site"}),
    )
    kept = () if document.is_prose else tuple(_hidden_texts(record, document))
    return document.model_copy(update={"hidden": kept})


def _hidden_texts(record: CaseRecord, document: Document) -> Iterator[HiddenText]:
    """Yield the approval, unpublished parts, an earlier import, and links that need context."""
    made = record.provenance
    if record.first_import:
        yield HiddenText(text=record.first_import.model_dump_json(), reason=FIRST_IMPORT)
    if made.approved_by and made.approved_at:
        yield HiddenText(text=made.approved_by, reason=APPROVED_BY)
        yield HiddenText(text=made.approved_at.isoformat(), reason=APPROVED_AT)
    for label in silent_parts(restored_study(record, document, "")):
        if label not in record.silent:
            yield HiddenText(text=label, reason=HELD_BACK)
    for (start, end), quote in {(one.start, one.end): one for one in _quotes(record)}.items():
        if quote.link != link_to_quote(document, _evidence(quote, document)):
            yield HiddenText(text=quote.link or "", reason=link_key(start, end))


def _quoted(quotes: Sequence[PublishedQuote]) -> tuple[str, Sequence[Passage]]:
    """Return the quotes at their offsets, and a passage for each, up to the next quote."""
    spans = [(one.start, one.end, one) for one in quotes if one.start is not None and one.end]
    starts = sorted({start for start, _, _ in spans})
    signs, end = [" "] * max((end for _, end, _ in spans), default=0), 0
    for start, stop, one in spans:
        signs[start:stop] = one.quote
    passages = []
    for n, (start, following) in enumerate(zip(starts, [*starts[1:], len(signs)], strict=True), 1):
        here = [(stop, one) for at, stop, one in spans if at == start]
        end, first = max(end, *(stop for stop, _ in here)), here[0][1]
        place = first.place.removesuffix(f", {one_line(first.speaker or '')}")
        headings = (place.removeprefix("§ "),) if place.startswith("§ ") else ()
        where = {"headings": headings, "seconds": first.seconds, "speaker": first.speaker}
        passages.append(Passage(n=n, start=start, end=min(end, following), **where))
    return "".join(signs), passages


def _prose(record: CaseRecord) -> tuple[str, Sequence[Passage]]:
    """Return the paragraphs as one text, and a passage for each, with its heading."""
    passages, start = list[Passage](), 0
    for part in record.prose:
        headings = (part.heading,) if part.heading else ()
        for text in part.paragraphs:
            n, end = len(passages) + 1, start + len(text)
            passages.append(Passage(n=n, start=start, end=end, headings=headings))
            start = end + 2
    return "\n\n".join(text for part in record.prose for text in part.paragraphs), passages


def restored_study(record: CaseRecord, document: Document, database: str) -> CaseStudy:
    """Return the facts, statements and tags as published; doubtful ones stay confirmed."""

    def made(kind: type[StudyPart], parts: Iterable[_Published]) -> Iterator[StudyPart]:
        for part in parts:
            same = part.model_dump(include=kind.model_fields.keys() - {"support"})
            support = Support(level=part.support, reason=part.reason)
            if part.kept_by:
                support = overruled(support, part.kept_by, part.kept_because)
            elif support.is_doubtful:
                support = support.model_copy(update={"confirmed_by": database})
            evidence = tuple(_evidence(one, document) for one in part.quotes)
            yield kind(**same, support=support, evidence=evidence)

    return CaseStudy(
        facts=tuple(made(Fact, record.facts)),
        statements=tuple(made(Statement, record.statements)),
        tags=(*made(Tag, record.tags), *map(_set_aside, record.tags_set_aside)),
    )


def _set_aside(tag: SetAsideTag) -> Tag:
    support = Support(level=SupportLevel.IMPORTED, reason=NOT_IN_TEXT)
    return Tag(**tag.model_dump(), evidence=(), support=support)


def _evidence(quote: PublishedQuote, document: Document) -> Evidence:
    found = quote.model_dump(exclude={"place", "link"})
    passage = None if quote.start is None else document.passage_at(quote.start)
    n = 0 if quote.start is None else passage.n if passage else None
    score = 1.0 if quote.match is Match.EXACT else 0.0  # the real score is not published
    return Evidence(**found, passage=n, score=score)
