"""Import of a database that another team published, as approved cases."""

import asyncio
from asyncio import to_thread
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from config.resources import Resources
from extractors import similarity
from extractors.fetch.fetch import SourceIdentity, identify
from publishing.exchange.export import RECORDS, dataset_title
from publishing.exchange.imports import mapped_tags, reviewed_case, spellings, study_of
from review.decisions import reject, withdraw
from schemas.cases import NOT_IN_TEXT, CaseStudy, Evidence, Match, Tag
from schemas.errors import CasebookError, InputError
from schemas.imports import (
    ImportedRecord,
    ImportProblem,
    ImportRecord,
    ImportReport,
    ImportUndone,
)
from schemas.reviews import CaseStatus, Revision, case_id_of
from schemas.sources import IMPORT, IMPORTED, Document, Payload, Source, SourceKind, SourceRef, Step
from schemas.taxonomy import Taxonomy, load_taxonomy
from services.identity import document_from, snapshot_of
from services.import_files import files_hash, parse
from services.restore import reference_to, restore_cases
from summarizer.mentions import mention_of

_AT_ONCE = 40  # records per transaction
_NEAR = 0.8  # minimum similarity of near-copies


async def import_cases(
    path: Path,
    resources: Resources,
    *,
    name: str | None = None,
    mapping: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], object] = lambda *_: None,
) -> ImportReport:
    """Store the records of a file or folder as approved cases, and return a report.

    An import can be repeated: a record whose address already has a case is skipped, except that
    the tags of an import that nobody edited are checked again. An export of a casebook is restored
    with its statements and quotes.

    Args:
        path: A Parquet, CSV, JSON Lines or Markdown file, a folder of Markdown files, or an export.
        resources: The warehouse and workers to use.
        name: The origin shown to readers; by default the title of an export, or the file name.
        mapping: Column names by field, for columns with unusual names.
        on_progress: Called with the number of processed records and their total.

    Raises:
        InputError: if the file cannot be read, or has no record with a title and a text.
        ExtractionError: if parsing needs too much nesting, memory or time.
    """
    name = name or dataset_title(path) or path.stem
    work = partial(parse, path=path, mapping=mapping or {})
    payload = Payload(data=b"", media_type="", name=path.name)
    parsed = await resources.workers.compute(work, payload)
    if isinstance(parsed, Path):
        return await restore_cases(parsed, resources, name, on_progress)
    read, found, broken = parsed
    run = _Import(resources, name, path.name, await to_thread(files_hash, path))
    wanted, duplicates = run.distinct(found)
    known = await to_thread(run.known, [identity.source_id for _, identity in wanted])
    fresh = [(r, identity) for r, identity in wanted if identity.source_id not in known]
    on_progress(0, len(fresh))
    for start in range(0, len(fresh), _AT_ONCE):
        await run.store(fresh[start : start + _AT_ONCE])
        on_progress(min(start + _AT_ONCE, len(fresh)), len(fresh))
    stored = [(r, identity) for r, identity in wanted if identity.source_id in known]
    for start in range(0, len(stored), _AT_ONCE):
        await run.check_again(stored[start : start + _AT_ONCE])
    unread = {one.key for one in run.unread}
    without = (one for one in run.without_address if one.key not in unread)
    industries = Counter(r.industry for r in found if r.industry)
    return ImportReport(
        name=name,
        read=read,
        imported=len(fresh) - len(run.unread),
        known=len(known),
        broken=(*broken, *without, *run.unread),
        duplicates=tuple(duplicates),
        near_copies=tuple(map(tuple, run.near_copies.values())),
        companies=spellings(found),
        unmapped_tags=dict(Counter(n for r in found for n in mapped_tags(r, run.taxonomy)[1])),
        unmapped_industries={k: n for k, n in industries.items() if not run.taxonomy.industry(k)},
        set_aside=dict(run.set_aside.most_common()),
        rechecked=run.rechecked,
    )


def undo_import(path: Path, resources: Resources, who: str) -> ImportUndone:
    """Withdraw the published cases that came from this file, and reject the others.

    Cases that a person decided on or a model drafted since are kept. Importing the file again
    does not bring cases back; reopening and approving them does.

    Raises:
        InputError: if no case came from a file with this content.
    """
    warehouse, files = resources.warehouse, (path, path / RECORDS, path / "data" / RECORDS)
    hashes = [files_hash(file) for file in files if file.exists()]
    withdrawn, rejected, kept = list[str](), list[str](), list[str]()
    for case_id in warehouse.imported_from(hashes):
        view = warehouse.case(case_id)
        if view.status is CaseStatus.REJECTED:
            continue
        reason = f"The import of {path.name} was undone."
        if any(one.made_by != "import" for one in view.revisions) or len(view.reviews) > 1:
            kept.append(case_id)
        elif view.published_revision_id:
            withdraw(warehouse, case_id, reason, who)
            withdrawn.append(case_id)
        else:
            reject(warehouse, case_id, reason, who)
            rejected.append(case_id)
    if not (withdrawn or rejected or kept):
        raise InputError(f"no case came from {path.name} with this content; nothing was changed")
    return ImportUndone(withdrawn=tuple(withdrawn), rejected=tuple(rejected), kept=tuple(kept))


class _Import:
    """The state of one import."""

    def __init__(self, resources: Resources, name: str, file: str, sha256: str) -> None:
        self._resources, self._name, self._file, self._sha256 = resources, name, file, sha256
        self._warehouse, self._who = resources.warehouse, resources.settings.curator
        self._signed: dict[tuple[int, int], list[tuple[str, tuple[int, ...]]]] = {}
        self.taxonomy = load_taxonomy().with_rulings(resources.warehouse.rulings())
        self.near_copies: dict[str, list[str]] = {}
        self.unread: list[ImportProblem] = []
        self.without_address: tuple[ImportProblem, ...] = ()
        self.set_aside, self.rechecked = Counter[str](), 0

    def distinct(
        self, found: Sequence[ImportedRecord]
    ) -> tuple[list[tuple[ImportedRecord, SourceIdentity]], list[ImportProblem]]:
        """Return the first record of each source, and the problems of duplicates."""
        first: dict[str, tuple[ImportedRecord, SourceIdentity]] = {}
        again, lacking = list[ImportProblem](), list[ImportProblem]()
        for one in found:
            record, identity = one, identify(reference_to(one.url, self._name, one.key))
            if identity.canonical_url is None:  # identified by its text, never by a file's path
                record = one.model_copy(update={"url": None})
                identity = identify(SourceRef(source=one.key), self._payload(record))
                problem = f"{one.url} is not a web address" if one.url else "it has no address"
                lacking.append(
                    ImportProblem(key=one.key, problem=f"{problem}; imported without one")
                )
            if same := first.get(identity.source_id):
                what = f"address of {same[0].key}: {identity.canonical_url}"
                problem = f"has the {what if identity.canonical_url else f'text of {same[0].key}'}"
                again.append(ImportProblem(key=record.key, problem=problem))
            else:
                first[identity.source_id] = record, identity
        self.without_address = tuple(lacking)
        return list(first.values()), again

    def known(self, source_ids: Sequence[str]) -> set[str]:
        """Return the sources that already have a case."""
        cases = set(self._warehouse.case_ids())
        return {one for one in source_ids if case_id_of(one) in cases}

    async def store(self, chunk: Sequence[tuple[ImportedRecord, SourceIdentity]]) -> None:
        """Store records in one transaction."""
        payloads = [self._payload(record) for record, _ in chunk]
        reading = map(self._resources.workers.extract, payloads)
        texts = await asyncio.gather(*reading, return_exceptions=True)
        rows, signatures = list[Any](), list[Any]()
        for (record, identity), payload, text in zip(chunk, payloads, texts, strict=True):
            if isinstance(text, CasebookError):
                self.unread.append(ImportProblem(key=record.key, problem=str(text)))
                continue
            if isinstance(text, BaseException):
                raise text
            own = {
                "kind": identity.kind or SourceKind.WEB,
                "extractor": IMPORTED,
                "title": record.title,
                "published": record.published or text.published,
                "site": None,
                "steps": payload.steps,
            }
            snapshot = snapshot_of(payload, identity.source_id, self._resources.blobs)
            made = document_from(
                text.model_copy(update=own), payload, identity.source_id, snapshot.snapshot_id
            )
            signed = similarity.signature(made.text)
            self._note_near(record, signed)
            signatures.append((made.document_id, made.source_id, signed, similarity.bands(signed)))
            source = Source(
                source_id=identity.source_id,
                kind=made.kind,
                canonical_url=identity.canonical_url,
                reference=reference_to(record.url, self._name, record.key),
                submitted_by=self._who,
            )
            rows += source, snapshot, made, *self._reviewed(made, record)
        await self._append(rows)
        await to_thread(self._warehouse.add_signatures, *signatures)

    async def check_again(self, chunk: Sequence[tuple[ImportedRecord, SourceIdentity]]) -> None:
        """Check the tags of known imports against their stored texts.

        A case that a person edited, rejected or reopened stays as it is.
        """
        records = {case_id_of(one.source_id): record for record, one in chunk}
        rows = list[Any]()
        for view in await to_thread(self._warehouse.case_views, [*records]):
            is_own = (view.revision.made_by, view.revision.author) == ("import", self._name)
            is_shown = view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}
            if is_own and is_shown and view.document.is_prose:
                _, *found = self._reviewed(view.document, records[view.case.case_id])
                if found[0].revision_id not in {one.revision_id for one in view.revisions}:
                    rows += found
                    self.rechecked += 1
        await self._append(rows)

    def _reviewed(self, document: Document, record: ImportedRecord) -> tuple[Any, ...]:
        """Return the case, the revision with checked tags, its approval and the record."""
        study = checked_tags(study_of(record, self.taxonomy), document, self.taxonomy)
        case, revision, review = reviewed_case(document, record, study, self._name, self._who)
        origin = ImportRecord(
            case_id=case.case_id,
            document_id=document.document_id,
            database=self._name,
            record=record.key,
            url=record.record_url,
            created=record.created_at,
            updated=record.updated_at,
            licence=record.licence,
            credit=record.credit,
            file_sha256=self._sha256,
            who=self._who,
        )
        return case, revision, review, origin

    async def _append(self, rows: Sequence[Any]) -> None:
        """Store rows, and count the tags that they set aside."""
        await to_thread(self._warehouse.append, *rows)
        tags = (one for row in rows if isinstance(row, Revision) for one in row.study.tags)
        self.set_aside.update(one.label for one in tags if one.is_set_aside)

    def _payload(self, record: ImportedRecord) -> Payload:
        """Return a record's text as a Markdown payload."""
        step = Step(method=IMPORT, outcome=f"{self._name}, {self._file}: {record.key}")
        return Payload(
            data=record.text.encode("utf-8", "replace"),
            media_type="text/markdown",
            charset="utf-8",
            name=f"{record.key[:80]}.md",
            url=record.url,
            steps=(step,),
        )

    def _note_near(self, record: ImportedRecord, signed: tuple[int, ...]) -> None:
        """Add the record to the group of an earlier near-copy, if any."""
        bands = similarity.bands(signed)
        for key, other in (one for band in bands for one in self._signed.get(band, ())):
            if similarity.similarity(signed, other) >= _NEAR:
                self.near_copies.setdefault(key, [key]).append(record.key)
                return
        for band in bands:
            self._signed.setdefault(band, []).append((record.key, signed))


def checked_tags(study: CaseStudy, document: Document, taxonomy: Taxonomy) -> CaseStudy:
    """Return the study with the words of the text that name its tags as their evidence.

    Tags that the text does not name are set aside.
    """

    def checked(tag: Tag) -> Tag:
        term = taxonomy.term(tag.slug)
        if term is None or not (found := mention_of(document.text, term)):
            support = tag.support.model_copy(update={"reason": NOT_IN_TEXT})
            return tag.model_copy(update={"support": support})
        below = (one.n for one in document.passages if one.end > found.start)  # or around it
        evidence = Evidence(
            quote=document.text[found.start : found.end],
            passage=next(below, None),
            start=found.start,
            end=found.end,
            match=Match.EXACT,
            score=1.0,
        )
        return tag.model_copy(update={"evidence": (evidence,)})

    return study.model_copy(update={"tags": tuple(map(checked, study.tags))})
