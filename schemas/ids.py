"""Ids derived from content, so that the same inputs find the same row again.

An id is a kind, a scheme digit, an underscore and 16 characters: ``doc1_k7q2…``. Scheme 1 is the
first 80 bits of SHA-256 over the parts as compact JSON with sorted keys, in lower-case base32
(RFC 4648).
"""

import hashlib
import json
from base64 import b32encode

_SCHEME = "1"
_BITS = 80


def content_id(kind: str, *parts: object) -> str:
    """Return the id of ``kind`` for ``parts``, which must be JSON values.

    Raises:
        TypeError: if a part is not a JSON value.
    """
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()
    return f"{kind}{_SCHEME}_{b32encode(digest[: _BITS // 8]).decode().lower()}"


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
