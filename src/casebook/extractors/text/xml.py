"""XML as strangers write it: made safe and whole before a parser sees it. Pure."""

import re

_CLOSED_BY = {b"<!--": b"-->", b"<?": b"?>"}
_ASIDE = re.compile(b"|".join(map(re.escape, _CLOSED_BY)))
_ELEMENT = re.compile(rb"<[A-Za-z_]")
# One that nothing closes goes to the end: looking for the end of each of many takes their square.
_CDATA = rb"(<!\[CDATA\[(?:.*?\]\]>|.*))"
_AMPERSAND = re.compile(
    _CDATA + rb"|&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z]\w{1,31};)", re.DOTALL
)


def plain(data: bytes) -> bytes:
    """Return the markup that matters: one byte a character, no comments and instructions."""
    data = data.replace(b"\0", b"")
    kept, at, unclosed = [], 0, set[bytes]()
    for aside in _ASIDE.finditer(data):
        if aside.start() < at or aside[0] in unclosed:
            continue
        end = data.find(_CLOSED_BY[aside[0]], aside.end())
        if end < 0:  # nor does anything close a later one: it is looked for once
            unclosed.add(aside[0])
            continue
        kept.append(data[at : aside.start()])
        at = end + len(_CLOSED_BY[aside[0]])
    return b"".join([*kept, data[at:]])


def defines_entities(data: bytes) -> bool:
    """Tell whether its document type defines entities, as attacks do and lists do not."""
    bare = plain(data)
    first = _ELEMENT.search(bare)
    return b"<!ENTITY" in bare[: first.start() if first else None]


def escaped(data: bytes) -> bytes:
    """Return XML whose ampersands that begin no reference stand for themselves."""
    return _AMPERSAND.sub(lambda match: match[1] or b"&amp;", data)
