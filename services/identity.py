"""The identity of sources, and their stored snapshots, documents and drafts."""

from asyncio import to_thread
from datetime import UTC, datetime
from typing import NamedTuple

from config.resources import Resources
from extractors import similarity
from extractors.fetch.fetch import identify, read_rendered
from extractors.registry import choose_format
from extractors.urls import is_web_address, parse_web_url, shown
from schemas.errors import InputError, UnknownId
from schemas.frozen import content_id, sha256_hex
from schemas.reviews import Revision, Triage, case_id_of
from schemas.sources import Alias, Document, Extracted, Payload, Snapshot, Source, SourceRef
from schemas.subjects import SourceSubject
from services.run import Outcome, Run
from services.subjects import named_subjects
from summarizer import plans
from summarizer.profiles import Strategy
from warehouse import BlobStore, Warehouse

_SAME_TEXT = 0.9  # minimum similarity of two addresses with the same page


class Extraction(NamedTuple):
    """The document of a source, with the alias if its address turned out to be a known source."""

    document: Document
    alias: Alias | None = None


def known_alias(run: Run) -> Alias | None:
    """Return the alias of an address that was found to be another source's."""
    looks_up = run.is_remote and not run.refresh and run.snapshot is None
    return run.resources.warehouse.alias(run.source_id) if looks_up else None


def known_snapshot(run: Run) -> Snapshot | None:
    """Return the stored bytes to use instead of fetching, if any.

    Files are always read again, and so are addresses whose bytes had no usable text, since the
    page may have been repaired. Imported bytes are not the source's.
    """
    warehouse = run.resources.warehouse
    if run.snapshot or run.refresh or not run.is_remote:
        return run.snapshot
    snapshot = warehouse.newest_snapshot(run.source_id)
    if snapshot and snapshot.is_imported:
        return None
    failed = snapshot and warehouse.open_failure(run.source_id)
    return None if failed and failed.failure.stage == "extract" else snapshot


def stored_file(warehouse: Warehouse, ref: SourceRef, source_id: str) -> Snapshot | None:
    """Return the stored bytes of a source that was a file, since the desk reads no files."""
    is_file = not is_web_address(ref.transcript or ref.source)
    found = warehouse.newest_snapshot(source_id) if is_file else None
    return None if found and found.is_imported else found


def store_payload(run: Run, payload: Payload) -> Snapshot:
    """Store bytes, source and snapshot; a file without an address is identified by its bytes."""
    warehouse, source = run.resources.warehouse, source_row(run, payload)
    source_id = source.source_id
    kept = warehouse.newest_snapshot(source_id)
    if kept and not run.is_remote and kept.sha256 == sha256_hex(payload.data):
        return kept
    snapshot = snapshot_of(payload, source_id, run.resources.blobs, datetime.now(UTC).isoformat())
    warehouse.append(source, snapshot)
    by_path = identify(run.ref).source_id  # the id of a file that could not be read earlier
    if by_path != source_id and warehouse.source(by_path):
        found = Alias(source_id=by_path, same_as=source_id, url=payload.name, reason="file")
        warehouse.append(found)
    return snapshot


def snapshot_of(payload: Payload, source_id: str, blobs: BlobStore, *fetch: str) -> Snapshot:
    """Store a payload and return its snapshot; ``fetch`` makes its id unique to a fetch."""
    sha256 = blobs.put(payload.data)
    return Snapshot(
        snapshot_id=content_id("snap", source_id, sha256, *fetch),
        source_id=source_id,
        sha256=sha256,
        size=len(payload.data),
        **payload.model_dump(exclude={"data"}),
    )


async def read_document(run: Run, snapshot: Snapshot) -> Extraction:
    """Return the stored document of a snapshot, or extract and store it."""
    resources = run.resources
    payload = await payload_of(snapshot, resources)
    find, version = resources.warehouse.document_of, choose_format(payload)[0].version
    if known := await to_thread(find, snapshot.snapshot_id, version):
        return Extraction(known)
    network, workers = resources.network if run.is_remote else None, resources.workers
    extracted, rendered = await read_rendered(payload, workers, network)
    if rendered is not payload:
        snapshot = await to_thread(store_payload, run, rendered)
    return await to_thread(_store_document, run, snapshot, rendered, extracted)


def document_from(
    extracted: Extracted, payload: Payload, source_id: str, snapshot_id: str = ""
) -> Document:
    """Return the document of an extracted text; its id covers everything a draft depends on."""
    fields = {name: getattr(extracted, name) for name in Extracted.model_fields}
    parts = extracted.model_dump(mode="json", exclude={"steps", "hidden", "passages"})
    return Document(
        document_id=content_id("doc", source_id, parts),
        source_id=source_id,
        snapshot_id=snapshot_id,
        url=payload.final_url or payload.url,
        **fields,
    )


def known_triage(run: Run, document: Document, used: Strategy | None = None) -> Triage | None:
    """Return the stored verdict for the model and the plan's rubric, or that of ``used``."""
    resources, plan = run.resources, run.resources.plan(document)
    rubric = plans.rubric_id(plan.model_copy(update={"strategy": used or plan.strategy}))
    return resources.warehouse.triage_of(document.document_id, rubric, resources.profile.model)


def subjects_of(run: Run, document: Document, verdict: Triage | None = None) -> list[SourceSubject]:
    """Return the subjects of a document's source, stored before or named by a ``verdict``."""
    warehouse, most = run.resources.warehouse, run.resources.settings.subjects
    if document.is_prose:  # it describes one case
        return []
    if verdict:
        return named_subjects(document, verdict, warehouse, most)
    return warehouse.subjects(document.source_id)


def known_drafts(run: Run, document: Document) -> tuple[Triage, list[Outcome]] | None:
    """Return the stored verdict on a document and its drafts, if all its subjects have one."""
    subjects = run.wanted(subjects_of(run, document))
    found = [known_draft(run, document, one) for one in subjects]
    pairs = zip(subjects, filter(None, found), strict=False)
    drafts = [Outcome(subject, draft) for subject, (_, draft) in pairs]
    return (found[0][0], drafts) if found and all(found) and found[0] else None


def known_draft(
    run: Run, document: Document, subject: SourceSubject | None = None
) -> tuple[Triage, Revision] | None:
    """Return the stored verdict and a subject's draft, unless judging it failed.

    A case drafted by its id gets a new draft if its subject was renamed.
    """
    warehouse, resources = run.resources.warehouse, run.resources
    recipe_id = resources.recipe(resources.plan(document)).recipe_id
    subject_id = subject.subject_id if subject else None
    case_id = run.case_id or case_id_of(document.source_id, subject_id)
    draft = warehouse.draft(case_id, document.document_id, recipe_id)
    if draft is None or draft.recipe is None:
        return None
    verdict = known_triage(run, document, Strategy(draft.recipe.strategy))
    failed = warehouse.open_failure(document.source_id, subject_id)
    is_judged = failed is None or failed.failure.stage != "verify"
    is_renamed = run.case_id and subject and subject.at > draft.created_at
    return (verdict, draft) if verdict and is_judged and not is_renamed else None


async def payload_of(snapshot: Snapshot, resources: Resources) -> Payload:
    """Return the stored bytes of a snapshot as input for an extractor."""
    data = await to_thread(resources.blobs.get, snapshot.sha256)
    fields = Payload.model_fields.keys() - {"data"}
    return Payload(data=data, **{name: getattr(snapshot, name) for name in fields})


def source_named(name: str, warehouse: Warehouse) -> str:
    """Return the source id for an address or id prefix, or raise UnknownId."""
    if not is_web_address(name):
        return warehouse.source_of(name)
    source_id = identify(SourceRef(source=name.strip())).source_id
    if alias := warehouse.alias(source_id):
        return alias.same_as
    if warehouse.source(source_id) is None:
        raise UnknownId(
            f"{shown(name)} was never submitted; `casebook list --all` lists all sources."
        )
    return source_id


def attach_address(warehouse: Warehouse, source_id: str, url: str) -> Alias:
    """Give the source of a file an address: readers get it, and a later submission finds the case.

    Raises:
        InvalidUrl: if it is not a web address.
        InputError: if the source has an address, or the address is another source's.
    """
    stated = identify(SourceRef(source=str(parse_web_url(url))))
    source = warehouse.source(source_id)
    if source and source.canonical_url:
        raise InputError(f"the source has an address already: {source.canonical_url}")
    known = warehouse.alias(stated.source_id)
    if (known and known.same_as != source_id) or warehouse.newest_document(stated.source_id):
        raise InputError(f"{shown(url)} is another source: `casebook list --all` lists it")
    address = stated.canonical_url or url
    alias = Alias(source_id=stated.source_id, same_as=source_id, url=address, reason="stated")
    warehouse.append(alias)
    return alias


def source_row(run: Run, payload: Payload | None = None) -> Source:
    """Return the row of a source; its kind is None if no extractor reads the bytes."""
    identity = identify(run.ref, payload)
    by_bytes = payload is not None and run.same_as is None
    return Source(
        source_id=identity.source_id if by_bytes else run.source_id,
        kind=identity.kind,
        canonical_url=identity.canonical_url,
        reference=run.ref,
        submitted_by=run.who,
    )


def _store_document(
    run: Run, snapshot: Snapshot, payload: Payload, extracted: Extracted
) -> Extraction:
    """Store the document, unless the address turned out to be the page of a known source."""
    warehouse = run.resources.warehouse
    document = document_from(extracted, payload, snapshot.source_id, snapshot.snapshot_id)
    if twin := _same_page(run, payload, document):
        return twin
    warehouse.append(document)
    signed = similarity.signature(document.text)
    ids, bands = (document.document_id, document.source_id), similarity.bands(signed)
    warehouse.add_signatures((*ids, signed, bands))
    return Extraction(document)


def _same_page(run: Run, payload: Payload, document: Document) -> Extraction | None:
    """Return the document of a known source with the same page, and the alias to it."""
    warehouse, source_id = run.resources.warehouse, document.source_id
    if not run.is_remote or warehouse.newest_document(source_id):
        return None
    for reason, address in (("redirect", payload.final_url), ("canonical", document.canonical_url)):
        url = identify(SourceRef(source=address)).canonical_url if address else None
        known = url and warehouse.newest_document(content_id("src", url))
        if not url or not known or known.source_id == source_id:
            continue
        signatures = map(similarity.signature, (known.text, document.text))
        if similarity.similarity(*signatures) >= _SAME_TEXT:
            alias = Alias(source_id=source_id, same_as=known.source_id, url=url, reason=reason)
            warehouse.append(alias)
            return Extraction(known, alias)
    return None
