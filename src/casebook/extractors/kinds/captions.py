"""Captions (.vtt, .srt, .ttml, .ass, .json, …): cues joined to passages that start at a second."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import groupby

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from casebook.extractors.kinds import webvtt_sight
from casebook.extractors.kinds.caption_forms import read_timed, with_times
from casebook.extractors.kinds.json_captions import is_json, read_json
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.kinds.said import COMMENT, Said
from casebook.extractors.kinds.substation import is_script, parts_of, read_script
from casebook.extractors.kinds.timed_text import NotTimedText, is_timed_text, read_timed_text
from casebook.extractors.kinds.youtube_xml import is_youtube_xml, read_youtube_xml
from casebook.extractors.naming import where
from casebook.extractors.speech.spoken import (
    SOMEBODY,
    Cue,
    spoken_cues,
    to_blocks,
    with_names,
    without_repeats,
)
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line, smuggled
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import clean_date, language_of
from casebook.extractors.text.passages import lay_out
from casebook.extractors.visibility.reporting import MOST_REPORTED, report
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind, HiddenText
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

_VOICE = re.compile(r"<v(?:\.[^\s>]{1,40})*\s+([^<>\n]{0,100})>")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,100}\}")
_NOTE = re.compile(
    r"^(?:NOTE\s+)?(title|date|published|author|authors|speaker|speakers|language|kind|url)\s*:\s*(.{1,300})$",
    re.IGNORECASE | re.MULTILINE,
)


def extract(payload: Payload) -> Extracted:
    """Return what is said in a captions file; each passage knows its second and speaker.

    Raises:
        Damaged: if the file is no captions that can be read.
        DocumentEmpty: if nothing is said.
    """
    markup = b"<?xml" in payload.data[:64]
    source, encoding = decode(payload.data, payload.charset, markup=markup)
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n ")
    read = _read(source, payload)
    cues = list(with_names(without_repeats(_cues(read.shown))))
    notes = _notes(read.notes)
    spoken = " ".join(cue.text for cue in cues)
    language = language_of(notes.get("language"), spoken)
    text, passages = lay_out(to_blocks(cues), language)
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.CAPTIONS,
        title=notes.get("title") or one_line(read.header).lstrip("-–—: ") or None,
        authors=clean_authors(_people(notes)),
        published=clean_date(notes.get("date") or notes.get("published")),
        language=language,
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="charset", outcome=encoding),
            ExtractionStep(method=read.form, outcome=_outcome(read, len(cues))),
        ],
        hidden_text=_hidden(read.said, source),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in a file: its cues, how many there are that cannot be read, and its header."""

    form: str
    said: Sequence[Said]
    unread: int
    header: str = ""
    notes: Sequence[str] = ()

    @property
    def shown(self) -> list[Said]:
        """The cues that a viewer sees."""
        return [cue for cue in self.said if not cue.unseen]


def _hidden(said: Iterable[Said], source: str) -> list[HiddenText]:
    """Return what no viewer sees; what follows on each other is told as one piece."""
    told = [cue for cue in said if cue.text.strip()]
    runs = ((why, list(cues)) for why, cues in groupby(told, key=lambda cue: cue.unseen))
    unseen = [
        (_kind(why), unescape(" ".join(cue.text for cue in cues)), why) for why, cues in runs if why
    ]
    found = {piece.text: piece for piece in [*report(unseen), *smuggled(source)]}
    return list(found.values())[:MOST_REPORTED]


def _kind(unseen: str) -> HiddenKind:
    return HiddenKind.TEMPLATE if unseen == COMMENT else HiddenKind.STYLE


def _read(source: str, payload: Payload) -> _Read:
    if source.startswith("WEBVTT"):
        return _webvtt(source, payload)
    if is_timed_text(source):
        return _timed_text(source, payload)
    if is_script(source):
        form, (said, unread) = "SubStation Alpha", read_script(source)
    elif is_youtube_xml(source):
        form, (said, unread) = "YouTube's XML", read_youtube_xml(source)
    elif is_json(source):
        form, (said, unread) = "JSON", read_json(source)
    else:
        form, (said, unread) = "srt", read_timed(source)
        said = [part for cue in said for part in _overridden(cue)]
    if not said:
        raise Damaged(
            f"{where(payload)} is no captions that can be read: neither WebVTT, SubRip, "
            "SubStation Alpha, TTML nor a transcript as JSON. Export it again as .vtt or .srt."
        )
    notes = [line for line in source.split("\n") if line.startswith("Title:")]
    return _Read(form, said, unread, notes=notes if is_script(source) else ())


def _overridden(cue: Said) -> Iterator[Said]:
    """Yield what SubStation Alpha's overrides in a cue show of it, and what they do not."""
    for text, unseen in parts_of(cue.text):
        yield replace(cue, text=text, unseen=unseen)


def _timed_text(source: str, payload: Payload) -> _Read:
    try:
        found = read_timed_text(source)
    except NotTimedText as error:
        raise Damaged(
            f"{where(payload)} {error}; export it again, as .vtt or .srt if need be."
        ) from error
    notes = [f"title: {found.title}", f"language: {found.language}"]
    return _Read("TTML", found.said, found.unread, notes=notes)


def _webvtt(source: str, payload: Payload) -> _Read:
    timed, unread = with_times(source)
    try:
        parsed = webvtt.from_buffer(io.StringIO(timed), format="vtt")
    except (MalformedFileError, MalformedCaptionError, ValueError) as error:
        raise Damaged(
            f"{where(payload)} begins as WebVTT and is none; export it again as .vtt or .srt."
        ) from error
    rules = webvtt_sight.rules_of(style.text for style in parsed.styles)
    said = [cue for caption in parsed.captions for cue in _parts(caption, rules)]
    notes = [parsed.header_text, *parsed.metadata, *parsed.header_comments]
    unread += max(0, source.count("-->") - len(parsed.captions))
    return _Read("webvtt", said, unread, parsed.header_text, notes)


def _parts(caption: webvtt.Caption, rules: Sequence[webvtt_sight.Rule]) -> Iterator[Said]:
    """Yield what is shown of a cue, and what the file's own style sheets hide of it."""
    start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
    shown, unseen = webvtt_sight.parts_of(caption.raw_text, rules)
    yield Said(start, end, shown)
    if unseen.strip():
        yield Said(start, end, unseen, unseen=webvtt_sight.UNSEEN)


def _outcome(read: _Read, spoken: int) -> str:
    lost = f"; {read.unread} without a time that can be read" if read.unread else ""
    return f"{len(read.shown)} cues, {spoken} spoken{lost}"


def _cues(said: Iterable[Said]) -> Iterator[Cue]:
    for cue in said:
        for voice, words in _voices(cue.text):
            plain = unescape(_TAG.sub("", words))
            who = cue.speaker if voice is None else voice
            yield from spoken_cues(cue.start, cue.end, plain, who)


def _voices(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield who says which part of a cue: WebVTT marks each by a ``<v Name>`` before it."""
    before, *spoken = _VOICE.split(text)
    yield None, before
    for name, said in zip(spoken[::2], spoken[1::2], strict=True):
        yield one_line(unescape(name)) or SOMEBODY, said


def _notes(comments: Iterable[str]) -> Mapping[str, str]:
    """Return what the header says in the form ``title: …``."""
    found = (match for comment in comments for match in _NOTE.finditer(comment))
    return {match[1].lower(): one_line(match[2]) for match in found}


def _people(notes: Mapping[str, str]) -> str | None:
    """Return who is named; behind one speaker's name stand only role and employer."""
    if several := notes.get("authors") or notes.get("speakers"):
        return several.replace(",", ";")
    one = notes.get("author") or notes.get("speaker")
    return one.partition(",")[0] if one else None
