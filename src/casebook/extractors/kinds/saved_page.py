"""A page that a browser saved as one file (MHTML, RFC 2557): the HTML in it, read as a web page."""

import email
import email.policy
import re
from email.message import Message

from casebook.extractors.kinds import html
from casebook.extractors.naming import where
from casebook.extractors.urls import is_web_address
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

_PAGES = {"text/html", "application/xhtml+xml"}
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_OF_FIELD = re.compile(rb"[ \t]|[!-9;-~]+:|From ")


def extract(payload: Payload) -> Extracted:
    """Return the main text of the page that was saved.

    Raises:
        Damaged: if the file holds no page.
        ExtractionError: as for any web page.
    """
    saved = email.message_from_bytes(_whole(payload.data), policy=email.policy.compat32)
    page = next((part for part in saved.walk() if part.get_content_type() in _PAGES), None)
    data = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(data, bytes):
        raise Damaged(f"{where(payload)} holds no page: save it again, as a web page.")
    address = payload.final_url or payload.url or _address(saved, page)
    told = {"data": data, "media_type": "text/html", "charset": page.get_content_charset()}
    read = html.extract(payload.model_copy(update={**told, "url": address, "final_url": address}))
    step = ExtractionStep(method="saved page", outcome=f"{len(data):,} bytes of HTML")
    return read.model_copy(update={"extraction": (step, *read.extraction)})


def _whole(data: bytes) -> bytes:
    """Return a file whose head holds fields alone: a title of two lines would end it."""
    end = _END_OF_HEAD.search(data)
    head = data[: end.start() if end else len(data)]
    lines = (line for line in head.splitlines(keepends=True) if _OF_FIELD.match(line))
    return b"".join(lines) + data[len(head) :]


def _address(saved: Message, page: Message) -> str | None:
    """Return the address from which the browser saved the page, as it notes it."""
    noted = (saved.get("Snapshot-Content-Location"), page.get("Content-Location"))
    return next((str(one) for one in noted if one and is_web_address(str(one))), None)
