"""Captions become passages of about a minute that know their second and their speaker."""

import json
import math
import re
from datetime import date

import pytest
from written_word import document, paragraph

from casebook.extractors import registry
from casebook.extractors.formats import TRANSCRIPTS
from casebook.extractors.gathering.fetch import MEDIA_TYPES
from casebook.extractors.kinds.captions import extract
from casebook.schemas.errors import Damaged, DocumentEmpty
from casebook.schemas.sources import Payload, SourceKind

TALK = """WEBVTT

NOTE
title: Agents on call
speaker: Ada Example, Head of Search, Harbour
date: 2025-05-06

1
00:00:01.000 --> 00:00:04.000 align:start
<v Ada Example>We put an <i>agent</i> on call &amp; learned</v>

00:00:04.000 --> 00:00:07.500
a lot from it.

00:00:07.500 --> 00:00:09.000
[Music]

01:00:10.250 --> 01:00:12.000
BO LI: How often did it page you?
"""
ROLLING = """WEBVTT

00:00:01.000 --> 00:00:02.000
we moved the router

00:00:02.000 --> 00:00:03.000
we moved the router
to a small model

00:00:03.000 --> 00:00:04.000
to a small model
and it held
"""


def read(source: str, name: str = "talk.vtt"):
    return extract(Payload(data=source.encode(), media_type="", name=name))


def passages(found):
    return [
        (p.locator.seconds, p.locator.speaker, found.text[p.start : p.end]) for p in found.passages
    ]


def test_vtt_gives_seconds_speakers_and_header():
    """Tags and entities go, noises go, voices and capitals name the speaker, NOTE the talk."""
    found = read(TALK)
    assert found.title == "Agents on call"
    assert list(found.authors) == ["Ada Example"]
    assert found.published == date(2025, 5, 6)
    assert passages(found) == [
        (1.0, "Ada Example", "We put an agent on call & learned a lot from it."),
        (3610.25, "BO LI", "How often did it page you?"),
    ]


def test_srt_is_read_too():
    """SubRip's commas and numbers are understood."""
    found = read("1\r\n00:00:02,500 --> 00:00:04,000\r\nHello to all of you.\r\n", "a.srt")
    assert passages(found) == [(2.5, None, "Hello to all of you.")]


WORDS = ["We moved the router.", "It held.", "Nobody noticed it at all."]
CLOCKS = [("00:00:01", "00:00:02"), ("00:00:03", "00:00:04"), ("00:00:05", "00:00:06")]


def srt(times: str = "{}.500 --> {}.900", between: str = "\n", numbers: bool = True) -> str:
    return between.join(
        f"{n}\n" * numbers + times.format(*clock) + f"\n{words}\n"
        for n, (clock, words) in enumerate(zip(CLOCKS, WORDS, strict=True), start=1)
    )


CUES = [
    {"text": w, "start": s, "duration": 0.4} for w, s in zip(WORDS, (1.5, 3.5, 5.5), strict=True)
]
SEGMENTS = [{"text": c["text"], "start": c["start"], "end": 9.0} for c in CUES]
EVENTS = [
    {"tStartMs": 1000 * c["start"], "dDurationMs": 400, "segs": [{"utf8": c["text"]}]} for c in CUES
]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("commas.srt", srt("{},500 --> {},900")),
        ("numberless.srt", srt(numbers=False)),
        ("gapless.srt", srt(between="")),
        ("arrow.srt", srt("{},500 -> {},900")),
        ("youtube.sbv", srt("{}.500,{}.900", numbers=False)),
        ("named.txt", srt()),
        ("named.vtt", srt()),
        ("api.json", json.dumps(CUES)),
        ("several.json", json.dumps([CUES])),
        ("printed.txt", str([CUES])),
        ("whisper.json", json.dumps({"text": " ".join(WORDS), "segments": SEGMENTS})),
        ("player.json3", json.dumps({"events": [*EVENTS, {"tStartMs": 1}]})),
        ("json.txt", json.dumps(CUES)),
    ],
)
def test_transcripts_are_read_in_all_their_forms(name, source):
    """However a program wrote it and a person named it, what is said has its seconds."""
    media_type = "text/plain" if name.endswith(".txt") else "application/octet-stream"
    found = registry.extract(Payload(data=source.encode(), media_type=media_type, name=name))
    assert found.kind is SourceKind.CAPTIONS
    assert found.text == " ".join(WORDS)
    assert found.passages[0].locator.seconds == 1.5


def test_times_without_fractions_are_times():
    """Whole seconds are enough."""
    assert passages(read(srt("{} --> {}"), "a.srt"))[0][0] == 1.0


@pytest.mark.parametrize("broken", ["-00:00:03,500 --> 00:00:03,900", "00:0x:03,500 --> 00:00:03"])
def test_a_time_that_cannot_be_read_loses_no_word(broken):
    """What stands below it is kept with the cue before it, and the curator is told."""
    found = read(srt("{},500 --> {},900").replace("00:00:03,500 --> 00:00:04,900", broken), "a.srt")
    assert found.text == " ".join(WORDS)
    assert "1 without a time" in found.extraction[1].outcome


@pytest.mark.parametrize("place", ["00:00:01.500", "00:00:03.500", "00:00:05.500"])
def test_a_broken_time_in_webvtt_loses_no_word_either(place):
    """The library passes over such a cue: it gets the times of the one before, and is told."""
    found = read("WEBVTT\n\n" + srt(numbers=False).replace(place, "00:00:0x"))
    assert found.text == " ".join(WORDS)
    assert "1 without a time" in found.extraction[1].outcome


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("4200", srt("{}.500,{}.900", numbers=False)),
        ("4200", srt(numbers=False)),
        ("10:00, 11:00 and at noon", srt()),
        ("10:00, 11:00", srt()),
    ],
)
def test_figures_and_hours_that_are_said_are_neither_numbers_nor_times_of_cues(said, source):
    """Only what counts the cues, or stands right above their times, is their number."""
    found = read(source.replace(WORDS[1], said), "a.srt")
    assert found.text == " ".join([WORDS[0], said, WORDS[2]])


def test_what_stands_behind_the_times_is_said_unless_it_places_the_cue():
    """Some programs write a cue in one line; others say there where it is shown."""
    behind = srt("{},500 --> {},900 and we").replace(",900 and we", ",900 X1:40 align:start", 1)
    said = [WORDS[0], f"and we {WORDS[1]}", f"and we {WORDS[2]}"]
    assert read(behind, "a.srt").text == " ".join(said)


def test_an_agenda_is_no_captions():
    """Two times with a comma between begin many a text."""
    agenda = "09:00, 10:30 Keynote on models in production\n\n" + "We spoke of many things. " * 5
    found = registry.extract(Payload(data=agenda.encode(), media_type="text/plain", name="a.txt"))
    assert found.kind is SourceKind.TEXT


def test_odd_numbers_in_json_are_no_times():
    """A start with hundreds of digits is that of no cue; nesting without end is no transcript."""
    odd = {"text": "lost", "start": 10**400}
    assert "1 without a time" in read(json.dumps([odd, *CUES]), "a.json").extraction[1].outcome
    with pytest.raises(Damaged):
        read("['a'," + "-" * 100_000 + "1]", "a.json")


@pytest.mark.parametrize(
    "source", ["[]", "{}", '[{"text": null, "start": "x"}]', '[{"text": "a", "start": NaN}]', "[[["]
)
def test_json_that_is_no_transcript_is_damaged(source):
    """The message names the file that was handed in, not the video."""
    payload = Payload(
        data=source.encode(),
        media_type="application/octet-stream",
        name="talk.json",
        url="https://www.youtube.com/watch?v=x",
    )
    with pytest.raises(Damaged, match=r"talk\.json .*watch.*is no captions"):
        registry.extract(payload)


def test_rolling_captions_are_said_once():
    """Lines that live captions repeat appear once, in order."""
    assert read(ROLLING).text == "we moved the router to a small model and it held"


def test_long_talk_is_cut_at_sentence_ends():
    """Passages hold 60 to 90 words and end where a sentence ends."""
    cues = "".join(
        f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\n"
        f"cue number {n} has exactly seven words{'.' if n % 3 == 2 else ''}\n\n"
        for n in range(300)
    )
    found = read("WEBVTT\n\n" + cues)
    counts = [len(text.split()) for _, _, text in passages(found)]
    assert all(60 <= count <= 90 for count in counts[:-1])
    assert all(text.endswith(".") for _, _, text in passages(found))


def test_what_is_no_captions_file_is_damaged():
    """Prose under a captions name is refused with a way on."""
    with pytest.raises(Damaged, match=r"talk\.vtt.*\.srt"):
        read("Just some prose that is nobody's captions.")


def test_silent_captions_are_empty():
    """A file of noises alone holds no text."""
    with pytest.raises(DocumentEmpty):
        read("WEBVTT\n\n00:01.000 --> 00:02.000\n[Applause]\n")


def test_each_voice_of_a_cue_is_heard():
    """Two voices in one cue, and ">>" within a line, are two speakers; ">>" does not say who."""
    found = read(
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v.loud Ada Berg>It held.</v>\n<v Bo Li>For how long?\n\n"
        "00:03.000 --> 00:05.000\nOr so we hope. >> Since the spring.\n"
    )
    assert passages(found) == [
        (1.0, "Ada Berg", "It held."),
        (1.0, "Bo Li", "For how long? Or so we hope."),
        (3.0, None, "Since the spring."),
    ]


@pytest.mark.parametrize("label", ["NOTE", "Remember", "The answer", "Q", "Step 2", "ROUTERS"])
def test_a_colon_alone_makes_no_speaker(label):
    """What is said may hold colons too, and is left whole."""
    found = read(f"WEBVTT\n\n00:01.000 --> 00:03.000\n{label}: small routers are cheap to run.\n")
    assert passages(found) == [(1.0, None, f"{label}: small routers are cheap to run.")]


TIMED = """<?xml version="1.0" encoding="UTF-8"?>
<!-- written by hand -->
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="en"
    ttp:frameRate="25" ttp:tickRate="10000000">
  <head><metadata><ttm:title>Agents on call</ttm:title>
    <ttm:agent xml:id="a1" type="person"><ttm:name type="alias">AE</ttm:name>
      <ttm:name type="full">Ada Example</ttm:name></ttm:agent>
    <ttm:agent xml:id="b1" type="person"><ttm:name>Bo Li</ttm:name></ttm:agent>
  </metadata></head>
  <body><div begin="10s">
    <p begin="00:00:01.500" end="00:00:03:05" ttm:agent="a1">We put an <span>agent</span><br/>on call,
      with R&D &amp; a &lt;div&gt;.</p>
    <p begin="150f" dur="2s" ttm:agent="b1">How often did it page you?</p>
    <p begin="80000000t" ttm:agent="b1"><span ttm:agent="a1">Twice.</span></p>
  </div></body>
</tt>
"""


@pytest.mark.parametrize("name", ["talk.ttml", "talk.dfxp", "talk.xml", "talk.txt", "talk"])
def test_timed_text_has_seconds_speakers_title_and_language(name):
    """Times count from their parent, in clocks, frames and ticks; agents are called by name."""
    media_type = "text/plain" if name.endswith(".txt") else "application/octet-stream"
    found = registry.extract(Payload(data=TIMED.encode(), media_type=media_type, name=name))
    assert found.kind is SourceKind.CAPTIONS
    assert (found.title, found.language) == ("Agents on call", "en")
    assert passages(found) == [
        (11.5, "Ada Example", "We put an agent on call, with R&D & a <div>."),
        (16.0, "Bo Li", "How often did it page you?"),
        (18.0, "Ada Example", "Twice."),
    ]


@pytest.mark.parametrize(
    "namespace", ["http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1"]
)
def test_older_namespaces_and_prefixes_are_timed_text_too(namespace):
    """DFXP was TTML's name before it was done; broadcasters write every element with a prefix."""
    source = (
        f'<tt:tt xmlns:tt="{namespace}"><tt:body timeContainer="seq"><tt:div dur="4s"/>'
        '<tt:div><tt:p begin="1s">Yes, it held all summer.</tt:p></tt:div></tt:body></tt:tt>'
    )
    assert passages(read(source, "talk.xml")) == [(5.0, None, "Yes, it held all summer.")]


def test_who_speaks_without_a_name_is_nobody_known():
    """An agent that the head does not name takes no words of the one before."""
    source = TIMED.replace("Bo Li", "").replace('ttm:agent="b1"><span', 'ttm:agent="x"><span')
    assert [speaker for _, speaker, _ in passages(read(source))] == [
        "Ada Example",
        None,
        "Ada Example",
    ]


def test_timed_text_loses_no_word_to_a_broken_time():
    """It stands where its parent begins, and the curator is told."""
    found = read(TIMED.replace('"150f"', '"soon"'))
    assert "How often did it page you?" in found.text
    assert "1 without a time" in found.extraction[1].outcome


@pytest.mark.parametrize(
    "told",
    [
        f'begin="{"9" * 400}h"',
        f'begin="{"9" * 400}:00:01"',
        f'begin="00:00:01:{"9" * 5_000}"',
        f'begin="{"9" * 400}f" ttp:frameRate="{"9" * 400}"',
        f'begin="1f" ttp:frameRateMultiplier="{"9" * 5_000} 1"',
    ],
)
def test_times_without_end_are_none(told):
    """A number too large for a second is no time: what is said is read, at a place that is one."""
    root = 'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    begin, _, rest = told.partition(" ")
    said = f"<body><div><p {begin}>Yes, it held all summer.</p></div></body>"
    ((second, _, text),) = passages(read(f"<tt {root} {rest}>{said}</tt>", "talk.ttml"))
    assert text == "Yes, it held all summer."
    assert math.isfinite(second)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE tt [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">%s]>
<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s">&b;</p></div></body></tt>
"""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BOMB % "", "defines XML entities"),
        (BOMB % '<!ENTITY c SYSTEM "file:///etc/passwd">', "defines XML entities"),
        (TIMED.replace("</span>", "", 1), r"is broken XML \(.*line 1[0-9]"),
        (TIMED[:-60], "is broken XML"),
        (TIMED.replace("<p ", "<q ").replace("</p>", "</q>"), "TTML"),
        ('<tt xmlns="http://www.w3.org/ns/ttml">' + "<div>" * 5_000, "is broken XML"),
    ],
)
@pytest.mark.parametrize("name", ["talk.ttml", "talk.xml"])
def test_timed_text_that_cannot_be_read_says_why(name, source, reason):
    """Bombs, files that were cut off and files without a cue are refused, each with its reason."""
    payload = Payload(data=source.encode(), media_type="application/octet-stream", name=name)
    with pytest.raises(Damaged, match=rf"talk\.\w+ .*{reason}.*\.srt"):
        registry.extract(payload)


@pytest.mark.parametrize(
    "source",
    [
        TIMED.replace('xmlns="http://www.w3.org/ns/ttml"', ""),
        re.sub(r"<p ", '<p xml:id="one" ', TIMED),
    ],
    ids=["no namespace", "one id for all"],
)
def test_timed_text_that_breaks_the_standard_as_programs_do_is_read(source):
    """Players show it, so its words are there."""
    assert passages(read(source, "talk.ttml")) == passages(read(TIMED, "talk.ttml"))


@pytest.mark.parametrize("body", ["", "<body/>", '<body><div begin="1s"><p/></div></body>'])
def test_timed_text_of_pictures_alone_is_empty(body):
    """It can be read, and has no words."""
    with pytest.raises(DocumentEmpty, match=r"talk\.ttml holds no text"):
        read(f'<tt xmlns="http://www.w3.org/ns/ttml">{body}</tt>', "talk.ttml")


SCRIPT = r"""; Script generated by Aegisub
[Script Info]
Title: Agents on call
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,1:00:03.00,1:00:04.00,Default,Bo Li,0,0,0,,How often, then?
Comment: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,ask for a better cut
Dialogue: 0,0:00:01.50,0:00:02.90,Default,Ada Example,0,0,0,,{\i1}We{\i0} put it\Non call, and{\p1}m 0 0 l 9 9{\p0} <b>\hit held.
"""


@pytest.mark.parametrize("name", ["talk.ass", "talk.ssa", "talk.txt", "talk"])
def test_substation_alpha_has_seconds_and_speakers(name):
    """Overrides, drawings and comments are not said; lines are heard in the order of time."""
    media_type = "text/plain" if name.endswith(".txt") else "application/octet-stream"
    found = registry.extract(Payload(data=SCRIPT.encode(), media_type=media_type, name=name))
    assert found.kind is SourceKind.CAPTIONS
    assert found.title == "Agents on call"
    assert passages(found) == [
        (1.5, "Ada Example", "We put it on call, and <b> it held."),
        (3603.0, "Bo Li", "How often, then?"),
    ]


def test_substation_alpha_in_another_order_of_fields():
    """The line of names says which field is which; encoders wrote four fields once."""
    source = "[Events]\nFormat: Layer, Start, End, Text\nDialogue: 0,0:00:02.00,0:00:03.00,Yes, it held all summer.\n"
    assert passages(read(source, "talk.ass")) == [(2.0, None, "Yes, it held all summer.")]


def test_substation_alpha_whose_fields_only_its_styles_name():
    """The names of the styles' fields are not those of what is said; nor are scales without end."""
    source = SCRIPT.replace(
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n", ""
    )
    source = source.replace(r"{\p1}", r"{\p1%s}" % ("0" * 5_000))
    assert passages(read(source, "talk.ass"))[1] == (3603.0, "Bo Li", "How often, then?")


@pytest.mark.parametrize(
    "first", ["[Events]", "[Events](https://site.example/events) | [Blog](/b)"]
)
def test_a_text_that_begins_with_events_in_brackets_is_no_script(first):
    """A text, and a page of Markdown under links, are read as what they are called."""
    for name in ("notes.txt", "notes.md", "notes"):
        data = f"{first}\n\nThe router sends each ticket to the team that can answer it.\n" * 8
        found = registry.extract(Payload(data=data.encode(), media_type="text/plain", name=name))
        assert found.kind is not SourceKind.CAPTIONS


def test_substation_alpha_loses_no_word_to_a_broken_time():
    """A line without a time stands with the one before it, and the curator is told."""
    found = read(SCRIPT.replace("0:00:01.50", "0:00:0x"), "talk.ass")
    assert "put it on call" in found.text
    assert "1 without a time" in found.extraction[1].outcome


def test_a_script_without_a_line_is_damaged():
    """A file of styles alone is refused."""
    with pytest.raises(Damaged, match=r"talk\.ass.*\.srt"):
        read(SCRIPT.partition("[Events]")[0], "talk.ass")


@pytest.mark.parametrize("suffix", TRANSCRIPTS)
def test_every_transcript_that_the_desk_offers_is_read(suffix):
    """What the field for transcripts names is read, whatever of it is handed in."""
    forms = {".json": json.dumps(CUES), ".json3": json.dumps({"events": EVENTS}), ".vtt": ROLLING}
    forms |= dict.fromkeys([".ttml", ".dfxp", ".xml"], TIMED) | dict.fromkeys(
        [".ass", ".ssa"], SCRIPT
    )
    lines = [f"0:{n * 7:02d} We moved the router in week {n}." for n in range(6)]
    is_word = suffix == ".docx"
    data = document(*map(paragraph, lines)) if is_word else forms.get(suffix, srt()).encode()
    media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
    found = registry.extract(Payload(data=data, media_type=media_type, name=f"talk{suffix}"))
    assert found.kind is (SourceKind.WORD if is_word else SourceKind.CAPTIONS)
    assert found.passages[0].locator.seconds is not None
