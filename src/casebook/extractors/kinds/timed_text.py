"""Captions as XML: TTML, which was called DFXP (W3C Timed Text Markup Language 1 and 2). Pure.

The libraries that read it (pysubs2, ttconv, pycaption) know nobody who speaks, and few know frames
and ticks or the older namespaces.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import groupby
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.kinds.said import Said
from casebook.extractors.kinds.timed_sight import Sight, Styles
from casebook.extractors.speech.spoken import SOMEBODY
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.xml import defines_entities, escaped, plain

_NAMESPACE = r"http://www\.w3\.org/(?:ns/ttml|20\d\d/\d\d/ttaf1)"
_START = re.compile(rb"\s*(?:<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>\s*)?<(?:[\w.-]+:)?tt[\s>]")
# Files in no namespace: HTML's own "tt" has nothing that begins.
_TIMED_PART = re.compile(r"<(?:body|div|p)\s(?:[^<>]{0,300}\s)?begin=[\"']")
# Numbers of more digits than a year of ticks has are no times.
_CLOCK = re.compile(r"(\d{1,9}):(\d\d):(\d\d(?:\.\d{1,20})?)(?::(\d{1,9})(?:\.\d{1,20})?)?")
_OFFSET = re.compile(r"(\d{1,18}(?:\.\d{1,20})?)(h|m|s|ms|f|t)")
_COUNT, _RATIO = re.compile(r"\d{1,18}"), re.compile(r"(\d{1,9})[ :](\d{1,9})")
_SECONDS = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_CONTAINERS = {"body", "div", "p", "span"}
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FOREIGN = "It is in an element that no player knows."
_HEAD = 4_096
_FRAMES = 30.0  # a second, where the file does not say (TTML2, 7.2.5)


class NotTimedText(Exception):
    """It cannot be read; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a file says: its cues, how many times could not be read, its title and language."""

    said: Sequence[Said]
    unread: int
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Text between two marks, from when to when, the id of who says it, why it is not seen."""

    start: float
    end: float
    agent: str
    unseen: str
    text: str


def is_timed_text(source: str) -> bool:
    """Tell TTML by its root, and its namespace or a part that begins at a time."""
    head = source[:_HEAD]
    is_told = re.search(_NAMESPACE, head) or _TIMED_PART.search(head)
    return bool(is_told and _START.match(plain(head.encode())))


def read_timed_text(source: str) -> Transcript:
    """Return what is said in TTML.

    Raises:
        NotTimedText: if it is no XML that can be read, defines entities, or says nothing of its
            text.
    """
    data = source.encode()
    if defines_entities(data):
        raise NotTimedText("defines XML entities, as attacks do and captions do not")
    # Programs that join files give an id twice, which players take.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        collect_ids=False,
    )  # fmt: skip
    try:
        tree = etree.fromstring(escaped(data), parser)
    except etree.XMLSyntaxError as error:
        raise NotTimedText(f"is broken XML ({error.msg})") from error
    clock = _Clock(tree)
    body = next(_named(tree, "body"), None)
    runs = (
        [] if body is None else list(_Walk(clock, Styles(tree)).runs(body, 0.0, None, "", Sight()))
    )
    said = list(_cues(runs, _names(tree)))
    if not said and body is not None and _text(body):
        raise NotTimedText("is TTML in which nothing is said")
    return Transcript(
        said=said,
        unread=clock.unread,
        title=next((_text(title) for title in _named(tree, "title")), ""),
        language=tree.get(_XML_LANG, ""),
    )


class _Clock:
    """Reads times as the head of the file defines frames and ticks; counts those it cannot."""

    def __init__(self, tree: Any) -> None:
        told = {etree.QName(name).localname: value for name, value in tree.attrib.items()}
        rate, ticks = (_positive(told.get(name)) for name in ("frameRate", "tickRate"))
        several = _RATIO.fullmatch(told.get("frameRateMultiplier", "").strip())
        times = int(several[1]) / max(1, int(several[2])) if several else 1.0
        self._frames = (rate or _FRAMES) * (times or 1.0)
        self._ticks = ticks or (self._frames if rate else 1.0)
        self.unread = 0

    def seconds(self, element: Any, name: str) -> float | None:
        """Return what the attribute ``name`` says in seconds, None where it says no time."""
        told = element.get(name)
        if told is None:
            return None
        if clock := _CLOCK.fullmatch(told.strip()):
            hours, minutes, seconds, frames = clock.groups()
            whole = 3_600 * float(hours) + 60 * int(minutes) + float(seconds)
            return whole + int(frames or 0) / self._frames
        if offset := _OFFSET.fullmatch(told.strip()):
            units = _SECONDS | {"f": 1 / self._frames, "t": 1 / self._ticks}
            return float(offset[1]) * units[offset[2]]
        self.unread += 1
        return None


class _Walk:
    """Goes through the body as time does: what is inside begins counting where its parent does."""

    def __init__(self, clock: _Clock, styles: Styles) -> None:
        self._clock = clock
        self._styles = styles

    def runs(
        self, element: Any, base: float, limit: float | None, agent: str, around: Sight
    ) -> Iterator[_Run]:
        """Yield the text of an element that is counted from ``base`` and ends with ``limit``."""
        start, end = self._times(element, base, limit)
        agent = next((v for k, v in element.attrib.items() if k.endswith("}agent")), agent)
        sight = self._styles.within(around, element)
        run = partial(_Run, start, end or start, agent, sight.unseen)
        tag, at = _local(element), start
        said = tag in {"p", "span"}
        if said and element.text:
            yield run(element.text)
        for child in element:
            if _local(child) in _CONTAINERS and _is_foreign(child, element):
                yield replace(run("".join(child.itertext())), unseen=_FOREIGN)
            elif _local(child) in _CONTAINERS:
                yield from self.runs(child, at, end, agent, sight)
            if element.get("timeContainer") == "seq" and _local(child) in _CONTAINERS:
                at = self._times(child, at, end)[1] or at
            if said:
                yield run("\n" * (_local(child) == "br") + (child.tail or ""))
        if tag == "p":
            yield run("\n")

    def _times(self, element: Any, base: float, limit: float | None) -> tuple[float, float | None]:
        begin, end, lasts = (self._clock.seconds(element, name) for name in ("begin", "end", "dur"))
        start = base + (begin or 0.0)
        if lasts is not None:
            return start, start + lasts
        return start, limit if end is None else base + end


def _cues(runs: Sequence[_Run], names: Mapping[str, str]) -> Iterator[Said]:
    """Yield what is said at the same time by the same person as one cue, what is unseen apart."""
    last = ""
    for (start, end, agent), together in groupby(runs, lambda run: (run.start, run.end, run.agent)):
        parts: dict[str, str] = {"": ""}
        for run in together:
            parts[run.unseen] = parts.get(run.unseen, "") + run.text
        for unseen, text in parts.items():
            if text.strip():
                named = " and ".join(names[one] for one in agent.split() if one in names)
                nobody = None if agent == last else SOMEBODY
                yield Said(start, end, escape(text, quote=False), named or nobody, unseen)
                last = last if unseen else agent


def _names(tree: Any) -> Mapping[str, str]:
    """Return how those who speak are called, by their ids: by their full name where it is told."""
    found: dict[str, str] = {}
    for agent in _named(tree, "agent"):
        names = sorted(_named(agent, "name"), key=lambda name: name.get("type") != "full")
        if names and _text(names[0]):
            found[agent.get(_XML_ID, "")] = _text(names[0])
    return found


def _is_foreign(element: Any, around: Any) -> bool:
    """Tell an element of another vocabulary than the one around it, and than TTML."""
    space = etree.QName(element).namespace
    return space != etree.QName(around).namespace and not re.match(_NAMESPACE, space or "")


def _positive(number: str | None) -> float:
    return float(number) if number and _COUNT.fullmatch(number.strip()) else 0.0


def _named(tree: Any, name: str) -> Iterator[Any]:
    return tree.iter(f"{{*}}{name}")  # type: ignore[no-any-return]


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: Any) -> str:
    return one_line("".join(element.itertext()))
