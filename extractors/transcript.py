"""A transcript that stands for a video or recording, under its title and channel."""

from extractors.bundles import unpack
from extractors.naming import where
from extractors.sites import kind_of_url
from schemas.documents import Extracted
from schemas.errors import Unreadable
from schemas.sources import Payload, SourceKind


def read(payload: Payload) -> Extracted:
    """Return what the transcript says, read as the captions or the text that it is.

    Raises:
        ExtractionError: as the transcript's own reader does.
    """
    from extractors import registry  # it lists this reader

    bundle = unpack(payload)
    if bundle.body is None:
        raise Unreadable(f"{where(payload)}: no transcript was kept; submit it again.", "damaged")
    found, about = registry.read(bundle.body.payload()), bundle.about
    changes = {
        "kind": kind_of_url(payload.url or "") or SourceKind.RECORDING,
        "title": about.title or found.title,
        "authors": found.authors or about.authors,
        "site": about.site,
    }
    return found.model_copy(update=changes)
