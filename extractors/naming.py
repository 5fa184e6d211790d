"""How messages name the thing that was read."""

from schemas.sources import Payload


def where(payload: Payload) -> str:
    """Return the address that the bytes came from, or else the file's name."""
    return payload.final_url or payload.url or payload.name or "The document"
