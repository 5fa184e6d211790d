"""The style sheets that others import, where the address holds the sheet itself. Pure."""

import base64
import re
from urllib.parse import unquote

from casebook.extractors.visibility.rules import source
from casebook.extractors.visibility.rules.media import media_hold

_DEEPEST = 5
_DATA = re.compile(r"data:text/css[^,]{0,80}?(;base64)?,", re.IGNORECASE)
# Imports stand before all rules; what comes later is none, nor is what a comment says.
_BEFORE = re.compile(
    r"\s+|/\*.*?(?:\*/|\Z)|<!--|-->|@charset\b[^;{}]{0,200};|@layer\b[^;{}]{0,2000};",
    re.IGNORECASE | re.DOTALL,
)
_IMPORT = re.compile(
    r"@import\s*+(?:url\(\s*+(?:\"([^\"]*)\"|'([^']*)'|([^)\"'\s]*+))\s*+\)|\"([^\"]*)\"|'([^']*)')"
    r"([^;{}]{0,500})(?:;|\Z)",
    re.IGNORECASE,
)
_LAYER = re.compile(r"\s*layer(?:\(\s*([\w.-]+)\s*\)|(?![\w(-]))", re.IGNORECASE)
_SUPPORTS = re.compile(r"\s*supports\([^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE)


def with_imports(sheet: str, depth: int = 0) -> str:
    """Return ``sheet`` with those that it imports and that their address holds, in their layers.

    Those for another medium are none; those that lie elsewhere stay as they are.
    """
    sheet, at, parts = sheet[: source.LONGEST], 0, list[str]()
    while found := _IMPORT.match(sheet, at) or _BEFORE.match(sheet, at):
        is_import = found.re is _IMPORT
        parts.append(_imported(found, depth) if is_import else found[0])
        at = found.end()
    return "".join([*parts, sheet[at:]]) if at else sheet


def held_by(address: str, depth: int = 0) -> str | None:
    """Return the sheet that an address is itself ("data:text/css,…"), None for another address."""
    address = address.strip()[: source.LONGEST]
    match = _DATA.match(address)
    if match is None or depth > _DEEPEST:
        return None
    told = unquote(address[match.end() :])
    try:
        sheet = base64.b64decode(f"{told}===").decode("utf-8", "replace") if match[1] else told
    except ValueError:
        return ""
    return source.alone(with_imports(sheet, depth))


def _imported(found: re.Match[str], depth: int) -> str:
    address = next((told for told in found.groups()[:-1] if told is not None), "")
    sheet = held_by(address, depth + 1)
    if sheet is None:
        return found[0]
    layer = _LAYER.match(found[6])
    media = _SUPPORTS.sub("", found[6][layer.end() if layer else 0 :], count=1)
    if not sheet or not media_hold(media.strip().lower()):
        return f"@layer {layer[1]};" if layer and layer[1] else ""
    return f"@layer {layer[1] or ''}{{{sheet}}}" if layer else sheet
