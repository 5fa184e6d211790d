"""What a page declares of itself, for trafilatura: cut to what it reads within seconds.

It compares each author with all the others at each new one, and looks for the parts of JSON-LD that
is broken from each place to the end: 1.2 MB of such a page took it three minutes.
"""

import json
import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.characters import visible

DATA = frozenset({"application/ld+json", "application/settings+json"})
"""The types of scripts that are data and hold what a page says of itself."""

_AUTHORS = re.compile(r"author|creator|byl", re.IGNORECASE)
_INVERTED = re.compile(r"\s*([^,;]+?)\s*,\s*([^,;]+?)\s*")
# What stands behind the name of a person or a firm.
_BEHIND_A_NAME = re.compile(
    r"(?:inc|llc|ltd|gmbh|ag|corp|plc|co|jr|sr|ii|iii|iv|m\.?d|ph\.?\s?d|m\.?sc|b\.?sc|mba|esq)\.?",
    re.IGNORECASE,
)
_BY_FAMILY = frozenset(
    "dc.creator dc.contributor.author dcterms.creator eprints.creators_name".split()
)
_LONGEST_META, _MOST_OF_METAS, _MOST_OF_AUTHORS = 4_000, 200_000, 2_000
_MOST_OF_JSON, _LONGEST_LIST, _LONGEST_TEXT = 20_000, 50, 500
# What trafilatura reads of JSON-LD (process_parent in its json_metadata).
_READ = frozenset(
    "@context @graph @type additionalName alternateName articleSection author familyName givenName "
    "headline legalName liveBlogUpdate name publisher".split()
)


def declarations_of(tree: Any) -> Any:
    """Return a page that has the meta elements and the JSON-LD of ``tree``, and no more of them.

    Up to 4,000 characters of each meta element, 2,000 of authors and 20,000 of JSON: what is longer
    loses its ends and what nobody reads of it.
    """
    page = etree.Element("html")
    head = etree.SubElement(page, "head")
    head.extend(_metas(tree))
    head.extend(_scripts(tree))
    return page


def _metas(tree: Any) -> Iterator[Any]:
    left, left_of_authors = _MOST_OF_METAS, _MOST_OF_AUTHORS
    for meta in tree.iterfind(".//head/meta[@content]"):
        content = meta.get("content")
        most = _LONGEST_META
        if _is_of_authors(meta):
            most = min(most, left_of_authors)
            left_of_authors -= min(most, len(content))
        left -= min(most, len(content))
        if left < 0:
            return
        told = copy(meta)
        if (inverted := _INVERTED.fullmatch(content)) and _is_of_one(meta, inverted):
            told.set("content", f"{inverted[2]} {inverted[1]}")
        if len(content) > most:
            told.set("content", visible(content[:most]))
        yield told


def _is_of_authors(meta: Any) -> bool:
    return any(_AUTHORS.search(meta.get(name, "")) for name in ("property", "name", "itemprop"))


def _is_of_one(meta: Any, inverted: re.Match[str]) -> bool:
    """Tell one author by the family's name, as libraries write them, from a list of two."""
    if _BEHIND_A_NAME.fullmatch(inverted[2]):
        return False
    name = meta.get("name", "").lower()
    one_word = any(" " not in part for part in inverted.groups())
    return name == "citation_author" or (name in _BY_FAMILY and one_word)


def _scripts(tree: Any) -> Iterator[Any]:
    left = _MOST_OF_JSON
    for script in tree.iter("script"):
        if script.get("type") in DATA and script.text:
            told = copy(script)
            if len(script.text) > left:
                told.text = _shortened(script.text, left)
            left -= len(told.text)
            yield told


def _shortened(text: str, most: int) -> str:
    """Return what is read of the JSON ``text``, or the beginning of one that cannot be read."""
    try:
        told = json.dumps(_pruned(json.loads(text, strict=False)))
    except (ValueError, RecursionError):
        return text[:most]
    return told if len(told) <= most else "{}"


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(value[name]) for name in value if name in _READ}
    if isinstance(value, list):
        return [_pruned(part) for part in value[:_LONGEST_LIST]]
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value
