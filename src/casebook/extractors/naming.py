"""How messages call the thing that was read."""

from urllib.parse import unquote

from casebook.extractors.formats import OUR_TYPES
from casebook.schemas.sources import Payload


def where(payload: Payload) -> str:
    """Return the address that the bytes came from, else the file's name.

    A file that was handed in for an address is named beside it.
    """
    address = payload.final_url or payload.url
    if not address or payload.media_type.startswith(OUR_TYPES):
        return address or payload.name or "The document"
    named = payload.name and not unquote(address).rstrip("/").endswith(payload.name)
    return f"{payload.name} (for {address})" if named and not payload.headers else address
