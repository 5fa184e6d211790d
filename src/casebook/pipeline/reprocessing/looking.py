"""Looking at one source again: what of the text that is kept is there today. Nothing is stored."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from casebook.extractors.gathering.papers import NAMED_PDF
from casebook.extractors.gathering.sound import TRANSCRIPT_OF_PAGE
from casebook.extractors.sites import canonical_url
from casebook.extractors.urls import is_web_address
from casebook.pipeline.batches.reach import UNANSWERED
from casebook.pipeline.ingestion import reading, sketching
from casebook.pipeline.ingestion.hearing import patiently
from casebook.pipeline.ingestion.identity import canonical_page, document_of, is_remote, payload_of
from casebook.pipeline.ingestion.stages import payload_of_ref
from casebook.pipeline.reprocessing.comparing import difference, standing
from casebook.runtime.services import Services
from casebook.schemas.cases import CaseStudy
from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.documents import Document
from casebook.schemas.errors import (
    CaptionsDisabled,
    CaptionsLocked,
    CaptionsMissing,
    CaptionsUnreadable,
    CasebookError,
    ExtractionError,
    FetchError,
    PageMissing,
    SoftNotFound,
    UnknownId,
    VideoPrivate,
    VideoUnavailable,
    WarehouseError,
)
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.sources import (
    Payload,
    Source,
    SourceKind,
    SourceRef,
)
from casebook.warehouse.store import Warehouse

# What a site alone can say; everything else is our trouble in reaching it.
_GONE = (PageMissing, VideoPrivate, VideoUnavailable, SoftNotFound)
# The video is there; that nobody wrote down what is said in it, we knew.
_UNCAPTIONED = (CaptionsDisabled, CaptionsLocked, CaptionsMissing, CaptionsUnreadable)
_NOT_HEARD = "the address answers; what is said there was not written down again"
_NOT_COMPARED = "the address answers; the text came from {} and was not compared"
_NO_PAPER = "the page answers; the PDF that it names, and which was read, does not"
_LOST = (CheckResult.GONE, CheckResult.UNREACHABLE)


class Known(Frozen):
    """What there is to compare with."""

    source: Source
    document: Document
    case_id: str | None = None
    study: CaseStudy | None = None
    moved_to: str | None = None

    @property
    def came_from(self) -> str | None:
        """What the text was read from, if not from the page at its address."""
        if not is_remote(self.source.reference):
            return "a file"
        return "a feed" if self.source.reference.feed else None

    @property
    def address(self) -> str | None:
        """The web address of the source as it was given, if it has one."""
        given = (self.source.reference.source, self.source.reference.url)
        return next((one for one in given if one and is_web_address(one)), None)

    @property
    def addresses(self) -> set[str | None]:
        """The canonical addresses under which the source is known."""
        shown = {canonical_url(self.document.url)} if self.document.url else set()
        return {self.source.canonical_url, *shown}

    @property
    def was_heard(self) -> bool:
        """Whether the text is what somebody wrote down of what is said there."""
        steps = (step.method for step in self.document.extraction)
        handed_in = self.source.reference.transcript is not None
        return handed_in or any(
            method == TRANSCRIPT_OF_PAGE or method.startswith("transcription ") for method in steps
        )


class Looked(Frozen):
    """What looking at a source gave; nothing where there is no address to look at."""

    known: Known
    check: Check | None = None
    is_unanswered: bool = False


def known_of(source_id: str, warehouse: Warehouse) -> Known:
    """Return what is known of a source.

    Raises:
        UnknownId: if no text of it is kept.
    """
    source = warehouse.source(source_id)
    case = warehouse.case_of_source(source.source_id) if source else None
    view = warehouse.case(case.case_id) if case else None
    document = warehouse.newest_document(source.source_id) if source and not view else None
    document = view.document if view else document
    if source is None or document is None:
        raise UnknownId(f"No text of {source_id} is kept: there is nothing to compare with.")
    seen = warehouse.seen(source.source_id).get(source.source_id)
    return Known(
        source=source,
        document=document,
        case_id=view.case.case_id if view else None,
        study=view.revision.case_study if view else None,
        moved_to=seen.moved_to if seen else None,
    )


async def look(known: Known, services: Services) -> Looked:
    """Fetch a source again, at its own address or where it moved to, and compare."""
    if known.address is None:
        return Looked(known=known)
    seen = [await _check(known, known.address, services)]
    if known.moved_to and seen[0].result in _LOST:
        # Redirects are taken down some day; what they led to is still there.
        seen.append(await _check(known, known.moved_to, services))
    return Looked(
        known=known,
        check=seen[-1] if seen[-1].moved_to else seen[0],
        is_unanswered=all(one.kind in UNANSWERED and one.message != _NO_PAPER for one in seen),
    )


async def _check(known: Known, address: str, services: Services) -> Check:
    if feed := known.source.reference.feed:
        listed = await _looked(known, SourceRef(source=address, feed=feed), services)
        if listed.result not in _LOST:
            return listed  # else the feed goes on without it, or is itself gone
    return await _looked(known, SourceRef(source=address), services)


async def _looked(known: Known, ref: SourceRef, services: Services) -> Check:
    client, robots = await services.network()
    other = None if ref.feed else known.came_from

    async def once() -> Payload:
        return await payload_of_ref(ref, services, client, robots)

    try:
        payload = await patiently(once, services.settings.fetch_attempts)
        if known.was_heard:
            return await _answering(known, payload, services)
        return await _compared(known, payload, other, services)
    except _GONE as error:
        return _row(known, CheckResult.GONE, kind=error.kind(), message=str(error))
    except _UNCAPTIONED as error:
        if known.was_heard:
            return _row(known, CheckResult.SAME, message=_NOT_HEARD)
        return _row(known, CheckResult.UNREACHABLE, kind=error.kind(), message=str(error))
    except (FetchError, ExtractionError) as error:
        return _row(known, CheckResult.UNREACHABLE, kind=error.kind(), message=str(error))


async def _answering(known: Known, payload: Payload, services: Services) -> Check:
    """Tell that an address answers whose text was written down from what is said there.

    Raises:
        SoftNotFound: if a page says that it is gone.
    """
    try:
        await services.extractors.extract(payload)
    except SoftNotFound:
        raise
    except ExtractionError:
        pass  # a recording, or a page with hardly a word of its own
    final = payload.final_url or payload.url or ""
    moved = final if final and canonical_url(final) not in known.addresses else None
    result = CheckResult.MOVED if moved else CheckResult.SAME
    return _row(known, result, moved_to=moved, message=_NOT_HEARD)


async def _compared(known: Known, payload: Payload, other: str | None, services: Services) -> Check:
    """Compare what was fetched with what is kept, which may be from ``other`` than the page.

    Raises:
        ExtractionError: if it holds no usable text.
    """
    try:
        extracted, read = await reading.extract(payload, services, scripts=True)
    except SoftNotFound:
        raise
    except ExtractionError:
        if other:  # because of that wall, probably
            return _row(known, CheckResult.SAME, message=_NOT_COMPARED.format(other))
        raise
    now = document_of(extracted, read, known.source, known.document.snapshot_id)
    if why := _without_paper(known.document, now):
        return _row(known, CheckResult.UNREACHABLE, kind=why, message=_NO_PAPER)
    then = await _as_read_today(known.document, now.extractor, services)
    if other and not sketching.tells_the_same(then.text, now.text):
        return _row(known, CheckResult.SAME, message=_NOT_COMPARED.format(other))
    moved = await _moved_to(known, read, extracted.canonical_url, now, services)
    elsewhere = bool(other)
    return await asyncio.to_thread(_told, known, then, now, moved, elsewhere=elsewhere)


def _told(
    known: Known, then: Document, now: Document, moved: str | None, *, elsewhere: bool
) -> Check:
    """Tell what became of the kept text, which may be from ``elsewhere`` than the page."""
    change = difference(then, now)
    found = standing(known.study, now) if known.study else None
    same = not change.gone and not change.new
    if elsewhere:  # a feed's edition of a text, or a saved one, was never just the page's
        same = not (found and found.lost)
    if same:
        return _row(known, CheckResult.MOVED if moved else CheckResult.SAME, moved_to=moved)
    message = None
    quoted = found is not None and len(found.lost) < found.quotes
    if not quoted and sketching.tells_another(then.text, now.text):
        message = f"another text stands at {moved}" if moved else "another text stands there"
        moved = None
    return _row(
        known,
        CheckResult.CHANGED,
        moved_to=moved,
        message=message,
        quotes=found.quotes if found else None,
        lost=found.lost if found else (),
        kept_share=change.kept_share,
    )


def _without_paper(before: Document, now: Document) -> str | None:
    """Return why the PDF was not had that a page names, where its text is the one that we keep."""
    if before.kind is not SourceKind.PDF:
        return None
    outcomes = (step.outcome for step in now.extraction if step.method == NAMED_PDF)
    return next((o.removeprefix("failed: ") for o in outcomes if o.startswith("failed")), None)


async def _as_read_today(document: Document, extractor: str, services: Services) -> Document:
    """Return the kept text as the extractor reads it that read the new one.

    What a newer extractor reads otherwise is no change of the page.
    """
    if document.extractor == extractor:
        return document
    snapshot = await asyncio.to_thread(services.warehouse.snapshot, document.snapshot_id)
    if snapshot is None:
        return document
    try:
        data = await asyncio.to_thread(services.snapshots.get, snapshot.sha256)
        extracted = await services.extractors.extract(payload_of(snapshot, data))
    except (ExtractionError, WarehouseError):
        return document
    return document.model_copy(update={"text": extracted.text, "passages": extracted.passages})


async def _moved_to(
    known: Known, payload: Payload, canonical: str | None, now: Document, services: Services
) -> str | None:
    """Return the address where the source is found now, if that is another one."""
    before = known.addresses
    final = payload.final_url or payload.url or ""
    if final and canonical_url(final) not in before:
        return final
    try:
        if canonical is None or canonical_url(canonical) in before:
            return None
        page = await canonical_page(canonical, payload, services)
    except CasebookError:
        return None
    return canonical if sketching.tells_the_same(now.text, page.text) else None


def _row(
    known: Known,
    result: CheckResult,
    *,
    moved_to: str | None = None,
    quotes: int | None = None,
    lost: Sequence[str] = (),
    kept_share: float | None = None,
    kind: str | None = None,
    message: str | None = None,
) -> Check:
    now = datetime.now(UTC)
    return Check(
        check_id=content_id("check", known.source.source_id, result.value, now.isoformat()),
        source_id=known.source.source_id,
        document_id=known.document.document_id,
        result=result,
        moved_to=moved_to,
        quotes=quotes,
        lost=lost,
        kept_share=kept_share,
        kind=kind,
        message=message,
        checked_at=now,
    )
