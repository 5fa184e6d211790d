"""Captions as SubStation Alpha (.ssa, .ass): events whose fields a line of their own names. Pure.

pysubs2 takes the fields in one order alone, and gives up a file at its first odd one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from casebook.extractors.kinds.clocks import CLOCK, seconds_of
from casebook.extractors.kinds.said import COMMENT, Said
from casebook.extractors.kinds.substation_sight import UNSEEN, Ink, ink_of, overridden, shows_later

_START = re.compile(r"(?:[;!].*\n\s*)*\[(?:script info|v4\+? styles|events)\]", re.IGNORECASE)
# A page of links or notes may begin with "[Events]" as well.
_SAYS = re.compile(
    r"^[ \t]*(?:ScriptType[ \t]*:|(?:Format|Style|Dialogue)[ \t]*:[^\n]*,)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(
    r"\s*(Format(?=\s*:)|Style(?=\s*:)|Dialogue(?=\s*:)|Comment(?=\s*:)|\[events\])\s*:?\s*(.*)",
    re.IGNORECASE,
)
_TIME = re.compile(CLOCK)
_FIELDS = "layer start end style name marginl marginr marginv effect text".split()
_OVERRIDE = re.compile(r"\{([^{}\n]*)\}")
# Players of SubRip know these, and show braces around anything else.
_OVERRIDE_ALONE = re.compile(r"\{(\\[^{}\n]*)\}")
_DRAWING = re.compile(r"\\p(\d{1,4})")


def is_script(source: str) -> bool:
    """Tell SubStation Alpha by how it begins and a line that only it has."""
    return bool(_START.match(source) and _SAYS.search(source))


def read_script(source: str) -> tuple[list[Said], int]:
    """Return the cues of SubStation Alpha in the order of time, and how many have no times.

    Those get the times of the cue before. What is drawn is not said; what is set aside as a
    comment, or leaves no mark on the screen, is unseen.
    """
    cues: list[Said] = []
    inks: dict[str, Ink] = {}
    named, fields, unread, last = _FIELDS, _FIELDS, 0, 0.0
    for match in filter(None, map(_LINE.match, source.split("\n"))):
        kind = match[1].lower()
        if kind.startswith("["):
            fields = _FIELDS  # those before were of styles
        elif kind == "format":
            named = fields = [name.strip().lower() for name in match[2].split(",")]
        elif kind == "style":
            told = _told(named, match[2])
            inks[told.get("name", "").lstrip("*")] = ink_of(told)
        else:
            event = _told(fields, match[2])
            start, end = _time(event.get("start")), _time(event.get("end"))
            is_said = kind == "dialogue"
            unread += is_said and start is None
            last = start if is_said and start is not None else last
            at = last if start is None else start
            who = event.get("name", event.get("actor", "")).strip() or None
            for text, unseen in _parts(event, inks) if is_said else _comment(event):
                cues.append(Said(at, end or at, text, who, unseen))
    return sorted(cues, key=lambda cue: cue.start), unread


def _told(fields: Sequence[str], line: str) -> Mapping[str, str]:
    return dict(zip(fields, line.split(",", len(fields) - 1), strict=False))


def _time(field: str | None) -> float | None:
    match = _TIME.fullmatch((field or "").strip())
    return seconds_of(match.groups()) if match else None


def _comment(event: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield _plain(_OVERRIDE.sub("", event.get("text", ""))), COMMENT


def _parts(event: Mapping[str, str], inks: Mapping[str, Ink]) -> Iterator[tuple[str, str]]:
    style = inks.get(event.get("style", "").strip().lstrip("*"), Ink())
    for text, unseen in _split(_OVERRIDE.split(event.get("text", "")), style, inks):
        yield _plain(text), unseen


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield of the text of a SubRip cue what its overrides show, and what not, each with why."""
    yield from _split(_OVERRIDE_ALONE.split(text), Ink(), {})


def _split(pieces: Sequence[str], style: Ink, inks: Mapping[str, Ink]) -> Iterator[tuple[str, str]]:
    """Yield what a line shows, then what it does not, each with why: no reason for what is seen.

    Every other one of ``pieces`` is the inside of a pair of braces.
    """
    ink, drawing = style, False
    parts: dict[str, list[str]] = {"": []}
    later = any(map(shows_later, pieces[1::2]))
    for n, piece in enumerate(pieces):
        if n % 2:
            scales = _DRAWING.findall(piece)
            drawing = int(scales[-1]) > 0 if scales else drawing
            ink = overridden(ink, style, inks, piece)
            if "\\" not in piece:
                parts.setdefault(COMMENT, []).append(piece)
        elif not drawing:
            parts.setdefault("" if later or ink.is_seen else UNSEEN, []).append(piece)
    for unseen, said in parts.items():
        yield "".join(said), unseen


def _plain(text: str) -> str:
    shown = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return escape(shown, quote=False)
