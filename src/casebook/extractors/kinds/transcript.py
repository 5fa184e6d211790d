"""A transcript of a video or recording, with what is known of that beside it."""

from collections.abc import Callable

from casebook.extractors.gathering.bundles import unpack
from casebook.extractors.kinds.youtube import json_in
from casebook.extractors.naming import where
from casebook.extractors.speech.speakers import is_spoken
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.metadata import clean_date
from casebook.schemas.documents import Extracted
from casebook.schemas.errors import ContentMismatch, Damaged
from casebook.schemas.sources import Payload, SourceKind


def extract(payload: Payload, read: Callable[[Payload], Extracted]) -> Extracted:
    """Return what the transcript says, under the title and channel of the video, or of the page.

    Args:
        payload: the bundle of both.
        read: reads the transcript itself, as the captions or the text that it is.

    Raises:
        Damaged: if the bundle holds no transcript.
        ContentMismatch: if a web page in which nobody speaks is in its place.
        ExtractionError: as the transcript's own extractor.
    """
    bundle = unpack(payload)
    part = bundle.find("transcript")
    if part is None:
        raise Damaged(f"{where(payload)}: its transcript was not kept; hand it in again.")
    said = read(part.payload().model_copy(update={"name": payload.name}))
    if said.kind is SourceKind.WEB and not is_spoken(said.passages):
        raise ContentMismatch(f"{part.url} is a web page in which nobody speaks: no transcript.")
    about = json_in(bundle, "about")
    title, channel = (one_line(str(about.get(name) or "")) for name in ("title", "channel"))
    return said.model_copy(
        update={
            "title": title or said.title,
            "authors": said.authors or ((channel,) if channel else ()),
            "published": said.published or clean_date(about.get("published")),
            "site": about.get("site", "YouTube"),
        }
    )
