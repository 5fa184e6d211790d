"""Captions (WebVTT, SubRip): cues are joined into paragraphs with a start time."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from extractors.blocks import Block, document
from extractors.data import table
from extractors.dates import stated_day
from extractors.speakers import CLOCK, is_name, seconds_of
from extractors.text import count_words, decode, hidden_in, one_line, unreadable
from schemas.sources import Extracted, Payload, SourceKind, Step

JSON_CUES = "application/x-podcast-transcript+json"
"""Our name for the JSON transcripts of podcasts, which are served as any JSON."""

_ENOUGH_WORDS = 60  # afterwards a paragraph ends at the first sentence end or pause
_MOST_WORDS = 100  # a paragraph without a sentence end is cut here
_UNNAMED = ""  # a new speaker whose name is unknown
_SILENCE, _PAUSE = 8.0, 1.0  # seconds; the first ends any paragraph, the second a long one
_ROLLING = 0.2  # minimum share of cues that repeat the previous one in rolling captions
_MOST_ROLLED = 60  # words that stay on screen when captions roll: a few lines

_TIMES = re.compile(rf"^[ \t]*({CLOCK})[ \t]*-{{1,3}}>[ \t]*({CLOCK})[^\n]*(?:\n|\Z)", re.MULTILINE)
_NUMBER_BELOW = re.compile(r"\n[ \t]*\d+\s*\Z")
_NOTE = re.compile(r"(?im)^(?:NOTE\s+)?(title|date|authors?|speakers?|language)\s*:\s*(.{1,300})$")
_VOICE = re.compile(r"<v(?:\.[^\s>]{1,40})*\s+([^<>\n]{0,100})>")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,100}\}")
_CHANGE = re.compile(r"(?:^|(?<=\s))>>+\s*")
_LABEL = re.compile(r"([^\W\d_][^\n:<>]{1,44}):\s+(?=\S)")
_NOISE = re.compile(r"\[[^\]]{0,60}\]|\([^)]{0,60}\)|[♪♫][^♪♫]{0,200}[♪♫]?|[*][^*]{1,40}[*]")
_SOUND = re.compile(table("captions")["sound"])
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’)」』]*$")
_WITHIN = re.compile(r"(?<=[^\W\d_][^\W\d_][.!?…])[\"”’)]*\s+(?=[\"“(]?[^\W\d_a-z])|(?<=[。！？])")


class Cue(NamedTuple):
    """Words between two times in seconds; ``speaker`` is None if the speaker has not changed."""

    start: float
    end: float
    text: str
    speaker: str | None = None


def read(payload: Payload) -> Extracted:
    """Return the text of a captions file and its NOTEs; raise ExtractionError without cues."""
    source = re.sub(r"\r\n?", "\n", decode(payload.data, payload.charset))
    is_json = payload.media_type == JSON_CUES
    cues = parse_segments(source) if is_json else parse_cues(source)
    if not cues:
        known = "segments with times" if is_json else "lines with two times and an arrow"
        problem = f"has no {known}; export it again as .vtt or .srt"
        raise unreadable(payload, problem, "damaged")
    header = "" if is_json else _TIMES.split(source, maxsplit=1)[0]
    notes = {name.lower().rstrip("s"): one_line(value) for name, value in _NOTE.findall(header)}
    speaker = notes.get("speaker", "").partition(",")[0]  # then come role and company
    return document(
        SourceKind.CAPTIONS,
        cue_blocks(cues),
        notes.get("language"),
        title=notes.get("title"),
        authors=[name.strip() for name in notes.get("author", speaker).split(",") if name],
        published=stated_day(notes.get("date")),
        steps=[Step(method="captions", outcome=f"{len(cues)} cues")],
        hidden=hidden_in(source),
    )


def parse_segments(source: str) -> list[Cue]:
    """Return the cues of a podcast's transcript in JSON; none if it is not one."""
    try:
        stated = json.loads(source)["segments"]
        timed = ((float(one["startTime"]), one) for one in stated)
        return [
            Cue(at, float(one.get("endTime", at)), str(one["body"]), one.get("speaker") or None)
            for at, one in timed
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []


def parse_cues(source: str) -> list[Cue]:
    """Return the cues of WebVTT or SubRip, tags included; hours and numbers are optional."""
    _, *parts = _TIMES.split(source)
    cues = []
    for start, end, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        text, gap, _ = ("\n", "", "") if rest.startswith("\n") else rest.partition("\n\n")
        text = text if gap else _NUMBER_BELOW.sub("", text)
        cues.append(Cue(seconds_of(start), seconds_of(end), text))
    return cues


def cue_blocks(cues: Sequence[Cue], chapters: Sequence[tuple[float, str]] = ()) -> list[Block]:
    """Return paragraphs of 60 to 100 words that end with a sentence, a speaker or a pause.

    Lines that rolling captions repeat and sounds such as [Music] are left out. Speakers come from
    ``<v Name>``, "NAME:" and ">>". ``chapters`` (second and title) become headings.
    """
    voices = [part for cue in cues for part in _voices(cue) if part.text]
    said = _named(list(_without_repeats(voices)))
    return list(_paragraphs((part for cue in said for part in _at_sentences(cue)), chapters))


def _voices(cue: Cue) -> Iterator[Cue]:
    """Yield a cue for each of its voices, as plain text."""
    before, *voices = _VOICE.split(cue.text)
    names = [cue.speaker, *(one_line(unescape(name)) or _UNNAMED for name in voices[::2])]
    for speaker, words in zip(names, [before, *voices[1::2]], strict=True):
        first, *others = _CHANGE.split(one_line(unescape(_TAG.sub("", words))))
        yield cue._replace(text=first.strip(), speaker=speaker)
        yield from (cue._replace(text=other.strip(), speaker=_UNNAMED) for other in others)


def _without_repeats(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield cues without sounds and without the words that rolling captions repeat."""
    words = [cue.text.split() for cue in cues]
    known = [_overlap(shown, said) for shown, said in pairwise([[], *words])]
    rolls = sum(length > 1 for length in known) >= _ROLLING * len(cues)
    for cue, said, length in zip(cues, words, known, strict=True):
        text = one_line(_SOUND.sub(" ", " ".join(said[length if rolls else 0 :])))
        if text and not _NOISE.fullmatch(text):
            yield cue._replace(text=text)


def _overlap(shown: Sequence[str], said: Sequence[str]) -> int:
    """Return how many words at the start repeat the last words shown."""
    lengths = range(min(len(shown), len(said), _MOST_ROLLED), 0, -1)
    return next((length for length in lengths if shown[-length:] == said[:length]), 0)


def _named(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield cues with "NAME:" moved to their speaker, if it is in capitals or repeated."""
    labels = [_LABEL.match(cue.text) for cue in cues]
    counts = Counter(label[1] for label in labels if label and is_name(label[1]))
    for cue, label in zip(cues, labels, strict=True):
        name = label[1] if label else ""
        if label and (counts[name] > 1 or (counts[name] and " " in name and name.isupper())):
            yield cue._replace(text=cue.text[label.end() :], speaker=name)
        else:
            yield cue


def _at_sentences(cue: Cue) -> Iterator[Cue]:
    """Yield a cue cut after its sentences; start times are interpolated."""
    ends = [match.end() for match in _WITHIN.finditer(cue.text)]
    for start, end in pairwise([0, *ends, len(cue.text)]):
        if text := cue.text[start:end].strip():
            begins = cue.start + start / len(cue.text) * max(0.0, cue.end - cue.start)
            yield Cue(round(begins, 3), cue.end, text, None if start else cue.speaker)


def _paragraphs(cues: Iterable[Cue], chapters: Sequence[tuple[float, str]]) -> Iterator[Block]:
    run: list[Cue] = []
    speaker: str | None = None
    ahead = sorted(chapters)
    for cue in cues:
        begun = [title for second, title in ahead if second <= cue.start]
        ahead = ahead[len(begun) :]
        if run and (begun or _is_break(run, cue, speaker)):
            yield _paragraph(run, speaker)
            run = []
        yield from (Block(title, level=2) for title in begun)
        speaker = speaker if cue.speaker is None else cue.speaker
        run.append(cue)
    if run:
        yield _paragraph(run, speaker)


def _is_break(run: Sequence[Cue], cue: Cue, speaker: str | None) -> bool:
    words, pause = sum(count_words(one.text) for one in run), cue.start - run[-1].end
    if cue.speaker == _UNNAMED or cue.speaker not in {None, speaker}:
        return True
    if pause > _SILENCE or words + count_words(cue.text) > _MOST_WORDS:
        return True
    return words >= _ENOUGH_WORDS and (pause > _PAUSE or bool(_SENTENCE_END.search(run[-1].text)))


def _paragraph(run: Sequence[Cue], speaker: str | None) -> Block:
    return Block(" ".join(cue.text for cue in run), seconds=run[0].start, speaker=speaker or None)
