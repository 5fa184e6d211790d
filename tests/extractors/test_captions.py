"""Captions become paragraphs that know their second and their speaker."""

import re
from datetime import date
from pathlib import Path

import pytest
from datasets import files

from extractors.captions import Cue, cue_blocks, parse_cues, read
from schemas.errors import ExtractionError
from schemas.sources import Payload

TALK = (Path(__file__).parent / "samples/talk.vtt").read_text("utf-8")


def captions(source: str):
    return read(Payload(data=source.encode(), media_type="", name="talk.vtt"))


def passages(found):
    return [(p.seconds, p.speaker, found.text[p.start : p.end]) for p in found.passages]


def said(*cues):
    return [(block.seconds, block.speaker, block.text) for block in cue_blocks(cues)]


def test_webvtt_gives_seconds_speakers_and_its_notes():
    """Tags, entities and sounds are removed; voices and capitals give speakers, NOTE the notes."""
    found = captions(TALK)
    assert (found.title, found.authors) == ("Agents on call", ["Ada Example"])
    assert found.published == date(2025, 5, 6)
    assert passages(found) == [
        (1.0, "Ada Example", "We put an agent on call & learned a lot from it."),
        (3610.25, "BO LI", "How often did it page you?"),
    ]


WORDS = ["We moved the router.", "It held all summer.", "The bill fell by half."]


CUES = {
    "webvtt": ("00:00:0{}.500 --> 00:00:0{}.900", "", "\n"),
    "srt": ("00:00:0{},500 --> 00:00:0{},900", "{}\n", "\n"),
    "no gaps": ("00:00:0{},500 --> 00:00:0{},900", "{}\n", ""),
    "sloppy": ("0:0{}.5 -> 0:0{}.9", "{}\n", "\n"),
    "settings": ("00:0{}.500 --> 00:0{}.900 X1:40 align:start", "", "\n"),
}


@pytest.mark.parametrize("program", CUES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_cues_are_read_however_programs_write_them(program, newline):
    """Numbers, hours, fractions and empty lines can be missing; no word is lost."""
    times, number, gap = CUES[program]
    source = gap.join(
        f"{number.format(n)}{times.format(n, n + 1)}\n{text}\n" for n, text in enumerate(WORDS, 1)
    )
    found = captions(source.replace("\n", newline))
    assert found.text == " ".join(WORDS)
    assert found.passages[0].seconds == 1.5


def test_rolling_captions_are_said_once_and_repeated_words_twice():
    """Lines repeated by live captions are dropped; repeated speech is kept."""
    moved = "we moved the router"
    rolling = [moved, moved, f"{moved}\nto a small", "to a small\nmodel"]
    talk = [
        "Yeah.",
        "Yeah.",
        *WORDS,
        *"It is one.|two three|four five|Six seven.|Eight.".split("|"),
    ]
    for lines, words in ((rolling, f"{moved} to a small model"), (talk, " ".join(talk))):
        assert said(*(Cue(n, n + 1, text) for n, text in enumerate(lines)))[0][2] == words


def test_each_voice_of_a_cue_is_heard():
    """Two voices in a cue are two speakers; so is ">>", which names nobody."""
    found = said(
        Cue(1, 3, "<v.loud Ada Berg>It held.</v>\n<v Bo Li>For how long?"),
        Cue(3, 5, "Or so we hope. >> Since the spring."),
    )
    assert found == [
        (1, "Ada Berg", "It held."),
        (1, "Bo Li", "For how long? Or so we hope."),
        (3, None, "Since the spring."),
    ]


@pytest.mark.parametrize("label", ["NOTE", "The answer", "Q", "ROUTERS", "https", "Ada"])
def test_a_label_that_comes_once_is_not_a_speaker(label):
    """Speech can contain colons; only a repeated name is a speaker."""
    text = f"{label}: small routers are cheap to run."
    assert said(Cue(1, 3, text)) == [(1, None, text)]
    talk = ("Ada: Hello.", "Bo: Hello.", "Ada: So?", "Bo: Yes.")
    named = said(*(Cue(n, n + 1, text) for n, text in enumerate(talk)))
    assert [speaker for _, speaker, _ in named] == ["Ada", "Bo", "Ada", "Bo"]


@pytest.mark.parametrize(
    "sound", ["[Music]", "[ Applause ]", "(laughter)", "♪ la la ♪", "[Musik]", "*sighs*"]
)
def test_sounds_are_not_said(sound):
    """Cues of noise are left out, and so are sounds among words."""
    assert said(Cue(0, 1, sound), Cue(1, 2, "It held.")) == [(1, None, "It held.")]
    assert said(Cue(0, 2, "It [Applause] held."))[0][2] == "It held."


def test_a_long_talk_is_cut_where_sentences_or_pauses_are():
    """Paragraphs have 60 to 100 words, even if sentences end inside cues."""
    stream = ("This one sentence has nine words in it, no more. " * 200).split()
    found = said(*(Cue(n, n + 1, " ".join(stream[7 * n : 7 * n + 7])) for n in range(250)))
    assert all(60 <= len(text.split()) <= 100 for _, _, text in found[:-1])
    assert all(text.startswith("This") and text.endswith(".") for _, _, text in found[:-1])
    ends = [3 * n + (1.5 if n % 10 == 9 else 3) for n in range(60)]
    unpunctuated = said(
        *(Cue(3 * n, end, f"six words that do not end{n}") for n, end in enumerate(ends))
    )
    assert all(len(text.split()) == 60 for _, _, text in unpunctuated)


def test_chapters_are_headings():
    """A chapter starts at its time, even in the middle of a sentence."""
    blocks = cue_blocks(
        [Cue(0, 5, "We begin"), Cue(5, 9, "and go on.")], [(0, "Intro"), (5, "More")]
    )
    found = [(block.level, block.text) for block in blocks]
    assert found == [(2, "Intro"), (0, "We begin"), (2, "More"), (0, "and go on.")]


@pytest.mark.parametrize(
    "source", ["Just some prose.", "WEBVTT\n\n", "WEBVTT\n\n00:0x --> 00:0y\nLost\n"]
)
def test_what_holds_no_cue_says_what_to_do(source):
    """Prose with a captions suffix is refused, with advice."""
    with pytest.raises(ExtractionError, match=r"talk\.vtt.*\.srt"):
        captions(source)


@pytest.mark.datasets
@pytest.mark.parametrize("file", files("sources/*.vtt"), ids=lambda file: file.stem)
def test_a_whole_talk_loses_no_word(file):
    """A talk's captions give paragraphs with ascending seconds and all of the words."""
    source = file.read_text("utf-8")
    found = captions(source)
    seconds = [passage.seconds for passage in found.passages]
    assert seconds == sorted(seconds)
    spoken = re.sub("<v [^>]*>", "", " ".join(cue.text for cue in parse_cues(source)))
    assert found.text.split() == spoken.split()
