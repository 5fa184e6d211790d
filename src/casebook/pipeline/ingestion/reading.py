"""Extraction, and before a second try the browser where a page is nothing without its scripts."""

from casebook.runtime.services import Services
from casebook.schemas.documents import Extracted
from casebook.schemas.errors import DocumentEmpty, NeedsJavaScript
from casebook.schemas.sources import Payload


async def extract(
    payload: Payload, services: Services, *, scripts: bool
) -> tuple[Extracted, Payload]:
    """Return what ``payload`` says, and the payload that says it: its own, or as rendered.

    ``scripts`` allows to run the page's scripts; they are no file's that a person saved.

    Raises:
        NeedsJavaScript: if they would have to be run and cannot be.
        BrowserFailed: if running them failed.
        ExtractionError: whatever else is wrong.
    """
    try:
        return await services.extractors.extract(payload), payload
    except NeedsJavaScript as error:
        if not scripts:
            raise
        rendered = await _rendered(payload, services, error)
    try:
        return await services.extractors.extract(rendered), rendered
    except NeedsJavaScript as error:
        raise _stays_empty(payload) from error


async def _rendered(payload: Payload, services: Services, error: NeedsJavaScript) -> Payload:
    from casebook.extractors.gathering.rendering import was_rendered

    if was_rendered(payload):
        raise _stays_empty(payload) from error
    renderer = await services.renderer()
    if renderer is None:
        raise NeedsJavaScript(
            f"{error} casebook runs such scripts itself where the extra [browser] and Chromium are "
            "installed and CASEBOOK_RENDER is on."
        ) from error
    return await renderer.render(payload)


def _stays_empty(payload: Payload) -> DocumentEmpty:
    return DocumentEmpty(
        f"{payload.final_url or payload.url} stays empty though its scripts were run; save the "
        "page from a browser where you see its text and submit the file."
    )
