"""Captions (.vtt, .srt): cues joined to passages that start at a second and end with a sentence."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from casebook.extractors import versions
from casebook.extractors.characters import count_words, one_line, smuggled
from casebook.extractors.charset import decode
from casebook.extractors.metadata import clean_authors, clean_date, language_of
from casebook.extractors.naming import where
from casebook.extractors.passages import Block, lay_out
from casebook.extractors.plaintext import refuse_empty
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

ENOUGH_WORDS = 60
"""A passage ends at the first sentence end after this many words."""

MOST_WORDS = 90
"""A passage without a sentence end stops here."""

_SPEAKER = re.compile(
    r"^\s*(?:>>\s*)?([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}|[A-Z][A-Z .'’-]{1,40}):\s+"
)
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_NOISE = re.compile(r"^[\[(♪][^\])]{0,60}[\])♪]$")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)]*$")
_NOTE = re.compile(
    r"^(?:NOTE\s+)?(title|date|published|author|authors|speaker|speakers|language|kind|url)\s*:\s*(.{1,300})$",
    re.IGNORECASE | re.MULTILINE,
)
_SILENCE = 8.0


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from ``start`` to ``end``, in seconds, and by whom where the file says it."""

    start: float
    end: float
    text: str
    speaker: str | None = None


def extract(payload: Payload) -> Extracted:
    """Return what is said in a captions file; each passage knows its second and speaker.

    Raises:
        Damaged: if the file is neither WebVTT nor SubRip.
        DocumentEmpty: if nothing is said.
    """
    source, encoding = decode(payload.data, payload.charset)
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n ")
    captions = _parsed(source, payload)
    cues = list(without_repeats(_cues(captions.captions)))
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
        start, end = caption.start_time, caption.end_time
        text = unescape(_TAG.sub("", caption.raw_text))
        seconds = start.in_milliseconds() / 1000, end.in_milliseconds() / 1000
        if cue := spoken_cue(*seconds, text, caption.voice):
            yield cue


def spoken_cue(start: float, end: float, text: str, speaker: str | None = None) -> Cue | None:
    """Return what is said, apart from the speaker's name before it; None for noise ("[Music]")."""
    said = one_line(text.replace("\n", " "))
    if match := _SPEAKER.match(said):
        speaker, said = match[1].strip(), said[match.end() :]
    said = said.removeprefix(">>").strip()
    return Cue(start, end, said, speaker) if said and not _NOISE.match(said) else None


def without_repeats(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues without what rolls on from the one before.

    Live captions show the last line again above the new one; only the new words are kept.
    """
    shown: list[str] = []
    for cue in cues:
        words = cue.text.split()
        fresh = words[_overlap(shown, words) :]
        shown = words
        if fresh:
            yield replace(cue, text=" ".join(fresh))


def _overlap(shown: Sequence[str], words: Sequence[str]) -> int:
    """Return how many first words repeat the last words of what was shown; one alone is chance."""
    for length in range(min(len(shown), len(words)), 1, -1):
        if list(shown[-length:]) == list(words[:length]):
            return length
    return int(list(shown) == list(words))


def to_blocks(cues: Iterable[Cue]) -> Iterator[Block]:
    """Yield blocks of 60 to 90 words that end with a sentence, a speaker, or a long silence."""
    run: list[Cue] = []
    speaker: str | None = None
    for cue in cues:
        if run and ((cue.speaker and cue.speaker != speaker) or cue.start - run[-1].end > _SILENCE):
            yield _block(run, speaker)
            run = []
        speaker = cue.speaker or speaker
        run.append(cue)
        words = sum(count_words(part.text) for part in run)
        if words >= MOST_WORDS or (words >= ENOUGH_WORDS and _SENTENCE_END.search(cue.text)):
            yield _block(run, speaker)
            run = []
    if run:
        yield _block(run, speaker)


def _block(run: Sequence[Cue], speaker: str | None) -> Block:
    return Block(" ".join(cue.text for cue in run), seconds=run[0].start, speaker=speaker)


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
