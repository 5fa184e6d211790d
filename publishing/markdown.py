"""Escaping of text for Markdown: it cannot become a link, an image, markup or a formula."""

import re

from publishing.wording import one_line

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_OPENS_BLOCK = re.compile(r"^([#+=-]|\d+(?=[.)](?:\s|$)))")
# Many renderers turn bare addresses into links.
_BARE_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?=@)", re.IGNORECASE)


def escape(text: str) -> str:
    """Return ``text`` on one line, with all Markdown syntax escaped."""
    line = _SPECIAL.sub(r"\\\1", one_line(text))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "//" in line or "@" in line or "www" in line.casefold():
        line = _BARE_ADDRESS.sub(r"\\", line)
    return _OPENS_BLOCK.sub(
        lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line
    )
