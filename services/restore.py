"""Import of cases that a casebook published, with their ids, statements and quotes."""

from asyncio import to_thread
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from config.resources import Resources
from extractors.fetch.fetch import SourceIdentity, identify
from publishing.exchange.imports import restored_case
from publishing.exchange.restore import document_of, restored_study
from publishing.records import CaseRecord, ImportOrigin
from schemas.companies import CompanyChange, CompanyName, company_key
from schemas.frozen import content_id
from schemas.imports import ImportProblem, ImportRecord, ImportReport
from schemas.reviews import case_id_of
from schemas.sources import IMPORT, Document, Payload, Source, SourceRef, Step
from schemas.systems import CaseSystem, Placement, SystemName
from services.identity import snapshot_of
from services.import_files import files_hash, parse_lines

_AT_ONCE = 40  # records per transaction


async def restore_cases(
    file: Path, resources: Resources, name: str, on_progress: Callable[[int, int], object]
) -> ImportReport:
    """Store the cases of a file that do not exist yet, and return a report."""
    run = _Restore(resources, name, file, await to_thread(resources.warehouse.case_ids))
    seen, read, broken = 0, 0, list[ImportProblem]()
    with file.open("rb") as lines:
        total = sum(bool(line.strip()) for line in lines)
        lines.seek(0)
        while chunk := await to_thread(lambda: [*islice(lines, _AT_ONCE)]):
            payload = Payload(data=b"".join(chunk), media_type="application/json", name=file.name)
            parse = partial(parse_lines, first=seen + 1)
            found, seen = await resources.workers.compute(parse, payload), seen + len(chunk)
            broken += [one for _, one in found if isinstance(one, ImportProblem)]
            rows = [
                row
                for line, one in found
                if isinstance(one, CaseRecord)
                for row in run.rows(one, line)
            ]
            broken += run.clashes
            run.clashes = []
            await to_thread(resources.warehouse.append, *rows)
            read += len(found)
            on_progress(read, total)
    imported, known = run.imported, read - len(broken) - run.imported
    return ImportReport(name=name, read=read, imported=imported, known=known, broken=tuple(broken))


class _Restore:
    """The state of one import."""

    def __init__(self, resources: Resources, name: str, file: Path, cases: list[str]) -> None:
        self._blobs, self._who = resources.blobs, resources.settings.curator
        self._name, self._file, self._sha256 = name, file.name, files_hash(file)
        self._home, self._cases, self._sources = frozenset(cases), set(cases), set[str]()
        self._revisions = set(resources.warehouse.ids("revision_ids"))
        known = resources.warehouse.companies()
        self._companies = {one.company_id for one in known}
        self._spellings = {name for one in known for name in (one.name, *one.aliases)}
        self.clashes: list[ImportProblem] = []
        self.imported = 0

    def rows(self, record: CaseRecord, line: bytes) -> Iterator[Any]:
        """Yield the rows of a record, none if the case or its address already exists."""
        database = record.imported.database if record.imported else self._name
        key = record.imported.record if record.imported else record.slug
        step = Step(method=IMPORT, outcome=f"{database}, {self._file}: {key}")
        payload = Payload(
            data=line,
            media_type="application/json",
            charset="utf-8",
            name=f"{record.slug[:80]}.json",
            url=record.source.address,
            steps=(step,),
        )
        reference = reference_to(record.source.address, self._name, record.slug)
        identity = self._identity(reference, payload)
        by_address = case_id_of(identity.source_id)
        if record.case_id in self._cases or by_address in self._home:
            return
        if record.revision_id in self._revisions:
            problem = f"another case already has its revision {record.revision_id}"
            self.clashes.append(ImportProblem(key=record.slug, problem=problem))
            return
        self._revisions.add(record.revision_id)
        self._cases.add(record.case_id)
        self._sources.add(identity.source_id)
        self.imported += 1
        snapshot = snapshot_of(payload, identity.source_id, self._blobs)
        document = document_of(record, identity.source_id, snapshot.snapshot_id, step)
        yield _source(record, identity, reference, self._who)
        yield from (snapshot, document)
        study = restored_study(record, document, database)
        yield from restored_case(record, document, study, self._origin(record, document))
        yield from self._company(record)
        yield from self._system(record)

    def _company(self, record: CaseRecord) -> Iterator[CompanyName | CompanyChange]:
        """Yield the other curators' changes to the record's company, unless it is known here."""
        spelling = record.company or ""
        key = company_key(spelling)
        if key is None or record.company_key is None:
            return
        if key != record.company_key and spelling not in self._spellings:
            self._spellings.add(spelling)
            yield CompanyName(
                name=spelling,
                key=key,
                company_id=record.company_key,
                origin="curator",
                who=self._who,
            )
        name = record.company_name if record.company_name != spelling else None
        if (name or record.company_kind) and record.company_key not in self._companies:
            self._companies.add(record.company_key)
            yield CompanyChange(
                company_id=record.company_key, name=name, kind=record.company_kind, who=self._who
            )

    def _system(self, record: CaseRecord) -> Iterator[SystemName | Placement]:
        """Yield the systems that the case was placed in: their addresses lead on here too."""
        for one in (*record.system.earlier, record.system) if record.system else ():
            names = dict.fromkeys(
                (one.first_name, one.name if isinstance(one, CaseSystem) else one.first_name)
            )
            for name in names:
                decision = content_id("sysdec", "import", one.system_id, name)
                yield SystemName(
                    system_id=one.system_id, name=name, decision_id=decision, who=self._who
                )
            yield Placement(
                case_id=record.case_id,
                system_id=one.system_id,
                decision_id=content_id("sysdec", "import", one.system_id, record.case_id),
                who=self._who,
            )

    def _origin(self, record: CaseRecord, document: Document) -> ImportRecord:
        """Return where a record comes from: the database that it was first imported from."""
        first = record.imported or ImportOrigin(
            database=self._name,
            record=record.slug,
            at=datetime.now(UTC),
            url=record.page,
            created=record.added_at,
            updated=record.updated_at,
            licence=record.licence,
        )
        return ImportRecord(
            **first.model_dump(exclude={"at"}),
            case_id=record.case_id,
            document_id=document.document_id,
            file_sha256=self._sha256,
            who=self._who,
        )

    def _identity(self, reference: SourceRef, payload: Payload) -> SourceIdentity:
        """Return the source of a record; the second one with an address gets its own source."""
        found = identify(reference, payload)
        if found.source_id in self._sources:
            found = identify(reference_to(None, self._name, payload.name), payload)
        return found


def reference_to(address: str | None, database: str, key: str) -> SourceRef:
    """Return a record's web address, or a name that cannot be mistaken for a path."""
    return SourceRef(source=address or f"{database}: {key}".replace("/", "∕"))


def _source(record: CaseRecord, identity: SourceIdentity, reference: SourceRef, who: str) -> Source:
    read_on, now = record.source.accessed, datetime.now(UTC)
    return Source(
        source_id=identity.source_id,
        kind=record.source.kind,
        canonical_url=identity.canonical_url,
        reference=reference,
        submitted_by=who,
        submitted_at=datetime.combine(read_on, time(), UTC) if read_on else now,
    )
