"""Transcripts as JSON: the names that each program has for the same."""

import json
import re

import pytest

from casebook.extractors.registry import extract
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

SAID = (
    "So we had this assistant in production for about six months.",
    "Latency went from nine seconds to two point one, with a cache.",
    "And did you measure what it makes up?",
)
TIMES = ((0, 4), (5, 9), (10, 12))
WHO = ("Maria Lopez", "Maria Lopez", "Tom Baker")


def cues(text, start, end, speaker=None, unit=1):
    """The three cues under these names; ``speaker`` is a field, and what it holds of each."""
    told = []
    for said, (begin, stop), n in zip(SAID, TIMES, (0, 0, 1), strict=True):
        cue = {text: said, start: begin * unit, end: stop * unit}
        told.append(cue | ({speaker[0]: speaker[1][n]} if speaker else {}))
    return told


WORDS = [{"word": w, "start": 0.1, "end": 0.2} for w in " ".join(SAID).split()]
NAMES = ("Maria Lopez", "Tom Baker")
OFFSETS = [
    {"offsets": {"from": 1000 * a, "to": 1000 * b}, "text": f" {said}"}
    for said, (a, b) in zip(SAID, TIMES, strict=True)
]
PARAGRAPHS = [
    {"sentences": cues("text", "start", "end")[:2], "speaker": 0, "start": 0, "end": 9},
    {"sentences": cues("text", "start", "end")[2:], "speaker": 1, "start": 10, "end": 12},
]
WHOLE = " ".join(SAID)

FORMS = {
    "WhisperX": {
        "segments": cues("text", "start", "end", ("speaker", ("SPEAKER_00", "SPEAKER_01"))),
        "word_segments": WORDS,
    },
    "Deepgram": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": WHOLE,
                            "words": WORDS,
                            "paragraphs": {"transcript": WHOLE, "paragraphs": PARAGRAPHS},
                        }
                    ]
                }
            ]
        }
    },
    "AssemblyAI": {
        "text": WHOLE,
        "words": [{"text": w, "start": 9, "end": 12, "speaker": "A"} for w in WHOLE.split()],
        "utterances": cues("text", "start", "end", ("speaker", "AB"), unit=1000),
    },
    "Amazon Transcribe": {
        "results": {
            "transcripts": [{"transcript": WHOLE}],
            "audio_segments": [
                one | {"start_time": f"{one['start_time']}.0"}
                for one in cues("transcript", "start_time", "end_time")
            ],
        }
    },
    "Fireflies": cues("text", "start_time", "end_time", ("speaker_name", NAMES)),
    "Podcasting 2.0": {
        "version": "1.0.0",
        "segments": cues("body", "startTime", "endTime", ("speaker", NAMES)),
    },
    "whisper.cpp": {"result": {"language": "en"}, "transcription": OFFSETS},
}
SPEAKERS = {
    "WhisperX": ("SPEAKER_00", "SPEAKER_01"),
    "Deepgram": ("Speaker 0", "Speaker 1"),
    "AssemblyAI": ("Speaker A", "Speaker B"),
    "Fireflies": NAMES,
    "Podcasting 2.0": NAMES,
}


def read(value):
    return extract(Payload(data=json.dumps(value).encode(), media_type="", name="talk.json"))


@pytest.mark.parametrize("program", FORMS)
def test_a_transcript_is_read_whatever_program_wrote_it(program):
    """Each sentence once, with its second; those who speak are told apart where they are known."""
    found = read(FORMS[program])
    assert " ".join(found.text.split()) == WHOLE
    first, last = found.passages[0].locator, found.passages[-1].locator
    assert first.seconds == 0
    if program in SPEAKERS:
        assert (first.speaker, last.speaker) == SPEAKERS[program]
        assert last.seconds == 10
    assert "without" not in found.extraction[1].outcome


@pytest.mark.parametrize("name", ["text", "word", "punctuated_word"])
@pytest.mark.parametrize("unit", ["{}", "{}s"], ids=["figures", "seconds"])
def test_words_are_read_where_there_are_no_sentences(name, unit):
    """Deepgram, Google and OpenAI give words alone, unless they are asked for more."""
    told = WHOLE.split()
    words = [
        {"word": w.lower(), name: w, "startTime": unit.format(n), "endTime": unit.format(n + 0.5)}
        for n, w in enumerate(told)
    ]
    found = read({"transcript": WHOLE, "words": words})
    assert found.text == WHOLE
    assert found.passages[0].locator.seconds == 0


def _pieces():
    """Each word, and each point as a piece of its own."""
    return re.findall(r"[\w]+|[.,?]", WHOLE)


def _piece(n, said):
    """A word as Amazon writes it, or a point, which has no time."""
    times = {"start_time": f"{n}.0", "end_time": f"{n}.5"} if said[0].isalnum() else {}
    kind = "pronunciation" if times else "punctuation"
    return times | {"alternatives": [{"confidence": "0.9", "content": said}], "type": kind}


def _element(n, said):
    """The same as Rev writes it; blanks between words are points, too."""
    word = said[0].isalnum()
    times = {"ts": n, "end_ts": n + 0.5} if word else {}
    return times | {"type": "text" if word else "punct", "value": said}


@pytest.mark.parametrize(
    "value",
    [
        {"results": {"transcripts": [{"transcript": WHOLE}], "items": [
            _piece(n, said) for n, said in enumerate(_pieces())]}},
        {"monologues": [{"speaker": 0, "elements": [
            _element(n, said) for n, said in enumerate(_pieces())]}]},
        {"combinedPhrases": [{"text": WHOLE}], "phrases": [
            {"offsetMilliseconds": 1000 * begin, "durationMilliseconds": 900, "text": said}
            for said, (begin, _) in zip(SAID, TIMES, strict=True)]},
        {"words": [{"text": said, "start": n, "end": n + 0.5, "speaker_id": "speaker_0"}
                   for n, said in enumerate(WHOLE.split())]},
    ],
    ids=["Amazon", "Rev", "Azure", "ElevenLabs"],
)  # fmt: skip
def test_points_stand_behind_their_words_and_readings_are_read_once(value):
    """Programs that hear words give points as entries of their own, and words in readings."""
    found = read(value)
    assert " ".join(found.text.split()) == WHOLE
    assert found.passages[0].locator.seconds == 0
    assert "without" not in found.extraction[1].outcome


def test_messages_that_state_a_day_are_no_transcript():
    """As a chat's export has them; its "ts" counts from 1970."""
    said = [{"type": "message", "text": text, "ts": "1355517523.000005"} for text in SAID]
    with pytest.raises(Damaged):
        read(said)


def test_a_clock_in_json_is_a_time():
    """Hours and minutes, as an editor of captions exports them."""
    found = read([{"text": SAID[0], "start": "00:01:05,500", "end": "00:01:09,000"}])
    assert found.passages[0].locator.seconds == 65.5


def test_a_transcript_that_is_served_as_json_is_read():
    """So podcasts give theirs out; nothing in its address tells more."""
    said = cues("body", "startTime", "endTime", ("speaker", WHO))
    data = json.dumps({"version": "1.0.0", "segments": said}).encode()
    found = extract(Payload(data=data, media_type="application/json", url="https://pod.example/1"))
    assert found.passages[0].locator.speaker == "Maria Lopez"
