"""Which source some bytes belong to: the one that was named, or one whose page it turns out to be.

An address that redirects is the source where the redirect ends. A page that names another address
of its own site as its canonical one is that source, but only after that address was read and told
the same: a page cannot give itself out for another one, nor can a careless template merge a
hundred posts into the front page.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from casebook.extractors.formats import OUR_TYPES
from casebook.extractors.gathering.fetch import fetch, identify
from casebook.extractors.registry import choose
from casebook.extractors.sites import canonical_url
from casebook.extractors.urls import is_web_address, parse_web_url, shown
from casebook.pipeline.ingestion import sketching
from casebook.pipeline.ingestion.former import recognise
from casebook.pipeline.ingestion.run import Run
from casebook.runtime.services import Services
from casebook.schemas.documents import Document, Extracted, Reading
from casebook.schemas.errors import (
    BucketSilent,
    ExtractionError,
    FetchError,
    RedirectForbidden,
    UnknownId,
)
from casebook.schemas.ids import content_id
from casebook.schemas.sources import (
    Alias,
    AliasReason,
    Payload,
    Snapshot,
    Source,
    SourceKind,
    SourceRef,
)
from casebook.warehouse.store import Warehouse


def led(ref: SourceRef, run: Run) -> SourceRef:
    """Return what is read for ``ref``: itself, or the source that its address is known to lead to.

    The run gets the source's id. Asked for afresh, an address is looked at itself again.
    """
    alias = _known(ref, run)
    if alias is None or run.refresh or not is_remote(ref):
        return ref
    run.alias, run.source_id = alias, alias.same_as
    return SourceRef(source=alias.url)


def _known(ref: SourceRef, run: Run) -> Alias | None:
    """Return where the address of ``ref`` leads; the run gets the id that its source is stored as.

    Of a new one that is today's.
    """
    warehouse = run.services.warehouse
    run.source_id = today = identify(ref).source_id
    recognise([ref], warehouse)
    alias = warehouse.alias(today)
    if alias is None or alias.reason is not AliasReason.RULE:
        return alias
    run.stored_as[today] = run.source_id = alias.same_as
    return warehouse.alias(alias.same_as)


def named(name: str, warehouse: Warehouse) -> str:
    """Return the source that an address leads to, or that an id beginning with ``name`` belongs to.

    Raises:
        UnknownId: if there is none.
        AmbiguousId: if several ids begin so.
    """
    if not is_web_address(name):
        return warehouse.source_of(name)
    ref = SourceRef(source=name.strip())
    source_id = identify(ref).source_id
    recognise([ref], warehouse)
    if alias := warehouse.alias(source_id):
        return alias.same_as
    if warehouse.source(source_id) is None:
        raise UnknownId(f"{shown(name)} was not submitted: it is no address of a known source.")
    return source_id


def is_remote(ref: SourceRef) -> bool:
    """Tell whether the network is asked; a transcript is a file, wherever its video lies."""
    return ref.transcript is None and ref.source.strip().lower().startswith(("http://", "https://"))


def source_of(ref: SourceRef, run: Run, payload: Payload | None = None) -> Source:
    """Return the source that ``ref`` names; a file without an address is known by its bytes."""
    identity = identify(ref, payload)
    kind = identity.kind or (_kind_of(payload) if payload else SourceKind.WEB)
    return Source(
        source_id=run.stored_as.get(identity.source_id, identity.source_id),
        kind=kind,
        canonical_url=identity.canonical_url,
        reference=ref,
        submitted_by=run.who or run.services.settings.curator,
        submitted_at=datetime.now(UTC),
    )


def _kind_of(payload: Payload) -> SourceKind:
    """Return what the bytes are; bytes that nothing reads are a failure of the next stage."""
    try:
        return choose(payload)[0].kind
    except ExtractionError:
        return SourceKind.WEB


def keep_bytes(data: bytes, source: Source, run: Run) -> str:
    """Store the bytes of a source and return their hash.

    Raises:
        BucketSilent: if their place does not answer; the source is stored, to be tried later.
        WarehouseError: if they cannot be stored.
    """
    try:
        return run.services.snapshots.put(data)
    except BucketSilent:
        run.services.warehouse.append(source)
        raise


def snapshot_of(source_id: str, payload: Payload, sha256: str) -> Snapshot:
    """Return the snapshot that ``payload``, kept under ``sha256``, is of a source."""
    now = datetime.now(UTC)
    told = payload.model_dump(exclude={"data"})
    return Snapshot(
        snapshot_id=content_id("snap", source_id, sha256, now.isoformat()),
        source_id=source_id,
        sha256=sha256,
        size=len(payload.data),
        fetched_at=now,
        **told,
    )


def payload_of(snapshot: Snapshot, data: bytes) -> Payload:
    """Return the kept bytes on their way to an extractor."""
    told = {name: getattr(snapshot, name) for name in Payload.model_fields if name != "data"}
    return Payload(data=data, **told)


def document_of(
    extracted: Extracted, payload: Payload, source: Source, snapshot_id: str
) -> Document:
    """Give what was extracted its identity."""
    parts = {name: getattr(extracted, name) for name in type(extracted).model_fields}
    parts.pop("canonical_url")
    return Document(
        document_id=content_id("doc", source.canonical_url or source.source_id, extracted.text),
        source_id=source.source_id,
        snapshot_id=snapshot_id,
        url=payload.final_url or payload.url,
        **parts,
    )


def reading_of(document: Document) -> Reading:
    """Return the row that says that ``document`` was read now."""
    now = datetime.now(UTC)
    told = {n: getattr(document, n) for n in Reading.model_fields if n in Document.model_fields}
    parts = (document.document_id, document.snapshot_id, document.extractor, now.isoformat())
    return Reading(reading_id=content_id("read", *parts), read_at=now, **told)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was read, and how an address led to it."""

    address: str
    reason: AliasReason
    payload: Payload
    extracted: Extracted


async def settle(
    source: Source, snapshot: Snapshot, payload: Payload, extracted: Extracted, run: Run
) -> str:
    """Store what was read under the source that it belongs to; return the document's id."""
    page = await _led_to(source, payload, extracted, run)
    if page is not None:
        return await asyncio.to_thread(_lead, source, page, run)
    return await asyncio.to_thread(_keep, extracted, payload, source, snapshot, run)


async def _led_to(source: Source, payload: Payload, extracted: Extracted, run: Run) -> _Page | None:
    """Return the page of another source that the fetch of ``source`` led to, if it did."""
    landed = await asyncio.to_thread(_landed, source, payload, run)
    if landed is None:
        return None
    if canonical := await _canonical(landed, payload, extracted, run):
        return canonical
    address = payload.final_url or landed
    moved = landed != identify(source.reference).canonical_url
    return _Page(address, AliasReason.REDIRECT, payload, extracted) if moved else None


def _landed(source: Source, payload: Payload, run: Run) -> str | None:
    """Return the canonical address where the fetch of an address ended.

    None where it is not asked: a file, a source with a text of its own already, a page that was
    sought on several paths. A redirect to a site's front page tells that a page is gone, not
    which page it is.
    """
    if source.canonical_url is None or not is_remote(source.reference):
        return None
    if payload.tried and not payload.media_type.startswith(OUR_TYPES):
        return None
    if run.services.warehouse.newest_document(source.source_id) is not None:
        return None
    final = parse_web_url(payload.final_url or source.canonical_url)
    front = final.path == "/" and final.query is None and not final.route
    return canonical_url(source.canonical_url if front else str(final))


async def _canonical(landed: str, payload: Payload, extracted: Extracted, run: Run) -> _Page | None:
    """Return the page that a page calls its canonical one, read, where it tells the same.

    The extractor passes on addresses of the page's own site alone.
    """
    address = extracted.canonical_url
    try:
        if address is None or canonical_url(address) == landed:
            return None
        read, told = await _read_canonical(address, payload, run.services)
    except (FetchError, ExtractionError):
        return None
    same = sketching.tells_the_same(extracted.text, told.text)
    return _Page(address, AliasReason.CANONICAL, read, told) if same else None


async def canonical_page(address: str, payload: Payload, services: Services) -> Extracted:
    """Return what stands at the address that the page in ``payload`` calls its canonical one.

    Raises:
        FetchError: if it cannot be had, or leads elsewhere.
        ExtractionError: if it holds no usable text.
    """
    return (await _read_canonical(address, payload, services))[1]


async def _read_canonical(
    address: str, payload: Payload, services: Services
) -> tuple[Payload, Extracted]:
    client, robots = await services.network()
    if payload.final_url:
        client.policy.check_hop(parse_web_url(payload.final_url), parse_web_url(address))
    read = await fetch(SourceRef(source=address), client, robots)
    if canonical_url(read.final_url or address) != canonical_url(address):
        raise RedirectForbidden(f"{address} leads on to {read.final_url}: it is no canonical one.")
    return read, await services.extractors.extract(read)


def _lead(source: Source, page: _Page, run: Run) -> str:
    """Store that ``source`` leads to ``page``; return the id of that source's document."""
    warehouse = run.services.warehouse
    payload = page.payload
    _known(SourceRef(source=page.address), run)
    target = source_of(SourceRef(source=page.address), run, payload)
    # Stored before a rule for its site was there, an address leads on under both of its ids.
    today = identify(source.reference).source_id
    aliases = [_leading(of, target, page) for of in dict.fromkeys((today, source.source_id))]
    run.alias, run.source_id = aliases[-1], target.source_id
    known = warehouse.newest_document(target.source_id)
    if known is not None and not run.refresh:
        warehouse.append(*aliases)
        return known.document_id
    digest = keep_bytes(payload.data, target, run)
    snapshot = snapshot_of(target.source_id, payload, digest)
    warehouse.append(target, snapshot)
    document_id = _keep(page.extracted, payload, target, snapshot, run)
    warehouse.append(*aliases)
    return document_id


def _leading(source_id: str, target: Source, page: _Page) -> Alias:
    return Alias(
        alias_id=content_id("alias", source_id, target.source_id, page.reason.value),
        source_id=source_id,
        same_as=target.source_id,
        url=page.address,
        reason=page.reason,
        found_at=datetime.now(UTC),
    )


def _keep(
    extracted: Extracted, payload: Payload, source: Source, snapshot: Snapshot, run: Run
) -> str:
    document = document_of(extracted, payload, source, snapshot.snapshot_id)
    run.services.warehouse.append(document, reading_of(document))
    return document.document_id
