"""Captions as YouTube and Whisper write them: lines that roll, sounds, times in brackets."""

import pytest

from casebook.extractors.registry import extract
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

# As yt-dlp saves what YouTube's machines hear: between two cues stands one of 10 ms.
ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.470 align:start position:0%
it ran in production for
six<00:00:00.400><c> months</c>

00:00:02.470 --> 00:00:02.480 align:start position:0%
six months


00:00:02.480 --> 00:00:05.030 align:start position:0%
six months
today

00:00:05.030 --> 00:00:05.040 align:start position:0%
today


00:00:05.040 --> 00:00:07.990 align:start position:0%
today
[Music] we<00:00:05.400><c> moved [Applause] it to a</c>

00:00:07.990 --> 00:00:08.000 align:start position:0%
[Music] we moved [Applause] it to a


00:00:08.000 --> 00:00:10.000 align:start position:0%
[Music] we moved [Applause] it to a
smaller [ __ ] model [and we mean it]
"""


def read(source, name, media_type=""):
    return extract(Payload(data=source.encode(), media_type=media_type, name=name))


def test_a_line_of_one_word_rolls_on_once():
    """It stood three times, for one word alone that comes again may be said again."""
    assert read(ROLLING, "talk.en.vtt").text.startswith(
        "it ran in production for six months today we moved it"
    )


def test_sounds_in_the_midst_of_a_line_are_not_said():
    """What is left out for decency was said, and so is what a person set in brackets."""
    text = read(ROLLING, "talk.en.vtt").text
    assert text.endswith("we moved it to a smaller [ __ ] model [and we mean it]")


def test_a_word_that_is_said_again_stays():
    """Between cues of their own length one word alone is chance."""
    lines = ["very", "very good, and that was", "was it?"]
    cues = "\n\n".join(
        f"{n}\n00:00:0{2 * n},000 --> 00:00:0{2 * n + 1},000\n{line}"
        for n, line in enumerate(lines, start=1)
    )
    assert read(cues, "talk.srt").text == "very very good, and that was was it?"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("talk.json", '[{{"start": 1, "text": "{}"}}, {{"start": 4, "text": "{}"}}]'),
        ("talk.xml", '<transcript><text start="1">{}</text><text start="4">{}</text></transcript>'),
    ],
)
def test_a_file_that_tells_no_ends_does_not_roll(name, form):
    """Its cues last no time, which those of a moment between two lines nearly do."""
    source = form.format("we found that", "that was not so for the others")
    assert read(source, name).text == "we found that that was not so for the others"


def test_what_a_person_sets_in_brackets_was_said():
    """Music is a sound, "music and podcasts" is what somebody sells."""
    told = "It sorts all that we have (music and podcasts) for us."
    cue = f"1\n00:00:01,000 --> 00:00:03,000\n{told} [music and applause]\n"
    assert read(cue, "talk.srt").text == told


def test_long_cues_are_compared_at_once():
    """No more than a few lines roll on; each length of a long one was tried."""
    cues = "".join(f"\n00:0{n}.000 --> 00:0{n + 1}.000\n{'a ' * 50_000}{n}\n" for n in range(3))
    assert read(f"WEBVTT\n{cues}", "talk.vtt").text.split().count("a") > 149_000


def test_what_whisper_prints_is_a_transcript():
    """Its times stand in brackets before each line, with hours or without."""
    for hours in ("", "00:"):
        lines = [
            f"[{hours}00:0{n}.000 --> {hours}00:0{n + 4}.000]  We moved it to a smaller model {n}."
            for n in (0, 5)
        ]
        found = read("\n".join(lines), "talk.txt", "text/plain")
        assert found.kind is SourceKind.CAPTIONS
        assert found.passages[0].locator.seconds == 0
        assert found.text == " ".join(f"We moved it to a smaller model {n}." for n in (0, 5))


YOUTUBE_XML = {
    "srv1": '<?xml version="1.0" encoding="utf-8" ?><transcript><text start="1.5" dur="3">we don'
    '&amp;#39;t</text><text start="5" dur="2">&amp;lt;mind&amp;gt; &amp;amp; you know why</text></transcript>',
    "srv3": '<?xml version="1.0" encoding="utf-8" ?><timedtext format="3"><head><ws id="0"/></head>'
    '<body><w t="0" id="1"/><p t="1500" d="3000" w="1"><s ac="0">we</s><s t="240"> don&#39;t</s></p>'
    '<p t="4490" d="10" w="1" a="1">\n</p><p t="5000" d="2000">&lt;mind&gt; &amp; you know why</p></body></timedtext>',
}


@pytest.mark.parametrize("form", YOUTUBE_XML)
def test_youtubes_own_xml_is_a_transcript(form):
    """As a browser's tools save what the player gets."""
    found = read(YOUTUBE_XML[form], "timedtext.xml")
    assert (found.kind, found.text) == (SourceKind.CAPTIONS, "we don't <mind> & you know why")
    assert found.passages[0].locator.seconds == 1.5
    assert "without" not in found.extraction[1].outcome


@pytest.mark.parametrize("broken", ["<transcript><text>a</text>", "<timedtext></timedtext>"])
def test_youtubes_xml_that_is_none_is_damaged(broken):
    """Cut off, or without a word."""
    with pytest.raises(Damaged):
        read(broken, "timedtext.xml")
