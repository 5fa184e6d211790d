"""Captions (.vtt, .srt): cues joined to passages that start at a second and end with a sentence."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from casebook.extractors import versions
from casebook.extractors.kinds.plaintext import refuse_empty
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
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

_VOICE = re.compile(r"<v(?:\.[^\s>]{1,40})*\s+([^<>\n]{0,100})>")
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_NOTE = re.compile(
    r"^(?:NOTE\s+)?(title|date|published|author|authors|speaker|speakers|language|kind|url)\s*:\s*(.{1,300})$",
    re.IGNORECASE | re.MULTILINE,
)


def extract(payload: Payload) -> Extracted:
    """Return what is said in a captions file; each passage knows its second and speaker.

    Raises:
        Damaged: if the file is neither WebVTT nor SubRip.
        DocumentEmpty: if nothing is said.
    """
    source, encoding = decode(payload.data, payload.charset)
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n ")
    captions = _parsed(source, payload)
    cues = list(with_names(without_repeats(_cues(captions.captions))))
    notes = _notes([captions.header_text, *captions.metadata, *captions.header_comments])
    spoken = " ".join(cue.text for cue in cues)
    language = language_of(notes.get("language"), spoken)
    text, passages = lay_out(to_blocks(cues), language)
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.CAPTIONS,
        extractor=versions.CAPTIONS,
        title=notes.get("title") or one_line(captions.header_text).lstrip("-–—: ") or None,
        authors=clean_authors(_people(notes)),
        published=clean_date(notes.get("date") or notes.get("published")),
        language=language,
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="charset", outcome=encoding),
            ExtractionStep(method="webvtt", outcome=f"{len(captions)} cues, {len(cues)} spoken"),
        ],
        hidden_text=smuggled(source)[:20],
    )


def _parsed(source: str, payload: Payload) -> webvtt.WebVTT:
    form = "vtt" if source.startswith("WEBVTT") else "srt"
    try:
        return webvtt.from_buffer(io.StringIO(source), format=form)
    except (MalformedFileError, MalformedCaptionError, ValueError) as error:
        raise Damaged(
            f"{where(payload)} is neither WebVTT nor SubRip; export it again as .vtt or .srt."
        ) from error


def _cues(captions: Iterable[webvtt.Caption]) -> Iterator[Cue]:
    for caption in captions:
        start = caption.start_time.in_milliseconds() / 1000
        end = caption.end_time.in_milliseconds() / 1000
        for voice, said in _voices(caption.raw_text):
            yield from spoken_cues(start, end, unescape(_TAG.sub("", said)), voice)


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
