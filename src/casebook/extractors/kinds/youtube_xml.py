"""Captions as YouTube's player gets them in XML, in its first form (srv1) or third (srv3). Pure."""

import re
from html import escape
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.kinds.said import Said
from casebook.extractors.text.xml import defines_entities, escaped

_START = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:transcript|timedtext)[\s>]")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


def is_youtube_xml(source: str) -> bool:
    """Tell YouTube's captions by the root of their XML."""
    return bool(_START.match(source))


def read_youtube_xml(source: str) -> tuple[list[Said], int]:
    """Return the cues, and how many had no time; nothing where it is no XML that can be read."""
    data = source.encode()
    if defines_entities(data):
        return [], 0
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        tree = etree.fromstring(escaped(data), parser)
    except etree.XMLSyntaxError:
        return [], 0
    told = [(one, "".join(one.itertext())) for one in tree.iter("text", "p")]
    cues = [_said(one, text) for one, text in told if text.strip()]
    return [cue for cue in cues if cue], sum(cue is None for cue in cues)


def _said(element: Any, text: str) -> Said | None:
    """Return a cue: seconds under ``start`` and ``dur``, milliseconds under ``t`` and ``d``."""
    for start, lasts, unit in (("start", "dur", 1.0), ("t", "d", 1_000.0)):
        if (begin := _number(element.get(start))) is not None:
            end = begin + (_number(element.get(lasts)) or 0.0)
            # In its first form the text is escaped twice.
            return Said(begin / unit, end / unit, escape(text, quote=False) if unit > 1 else text)
    return None


def _number(told: str | None) -> float | None:
    return float(told) if told and _NUMBER.fullmatch(told.strip()) else None
