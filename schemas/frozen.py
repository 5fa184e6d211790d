"""The base class of all values passed between stages, and ids derived from content."""

import hashlib
import json
from base64 import b32encode
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

NOW: datetime = Field(default_factory=lambda: datetime.now(UTC))
"""Default for a field that stores the creation time of its row."""


class Frozen(BaseModel):
    """An immutable value that rejects unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def content_id(kind: str, *parts: object) -> str:
    """Return an id such as ``doc1_k7q2…``: the kind, a scheme digit, and a hash of JSON values.

    Scheme 1 is the first 80 bits of SHA-256 over compact JSON with sorted keys, in base32.
    """
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()
    return f"{kind}1_{b32encode(digest[:10]).decode().lower()}"


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
