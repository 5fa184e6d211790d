"""Conversations are kept apart from prose; each passage of one knows who says it and when."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from datasets import files

from extractors.blocks import Block
from extractors.registry import read
from extractors.speakers import with_speakers
from schemas.sources import Payload

TABLE = tomllib.loads((Path(__file__).parent / "samples/speakers.toml").read_text("utf-8"))
TALKS = files("sources/*talk*.md", "sources/practical-ai-*.md")
SAID, FORMS = TABLE["said"], TABLE["forms"]
TALK = [(("Ada Berg", "Bo Li")[n % 2], 62 * n, text) for n, text in enumerate(SAID)]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def turns(form: str, bold: bool = False) -> list[str]:
    text = FORMS.get(form, form).replace("{name}", "**{name}**") if bold else FORMS.get(form, form)
    return [text.format(name=n, clock=clock(s), said=t) for n, s, t in TALK]


def heard(source: str, media_type: str):
    found = read(Payload(data=source.encode(), media_type=media_type, name="talk"))
    return [(p.speaker, p.seconds, found.text[p.start : p.end]) for p in found.passages]


@pytest.mark.parametrize("form", FORMS)
def test_turns_have_speaker_and_second(form):
    """The usual formats are recognised, with or without empty lines, and in bold."""
    said = [(name, second if "clock" in FORMS[form] else None, text) for name, second, text in TALK]
    assert heard("\n\n".join(turns(form)), "text/plain") == said
    assert heard("\n".join(turns(form)), "text/plain") == said
    assert heard("\n\n".join(turns(form, bold=True)), "text/markdown") == said


@pytest.mark.parametrize("form", ["{clock}\n{said}", "[{clock}] {said}", "{clock} - {said}"])
def test_times_without_names_give_seconds(form):
    """Short lines, as in YouTube's transcripts, are joined."""
    (_, first, text), (_, second, _) = heard("\n".join(turns(form)), "text/plain")
    assert (first, second, text) == (0, 248, " ".join(SAID[:4]))


@pytest.mark.parametrize(
    "names", [("swyx", "Alessio Fanelli"), ("田中", "Bo Li"), ("SPEAKER_00", "SPEAKER_01")]
)
def test_unusual_names_speak_where_a_time_stands_beside_them(names):
    """Covers handles, scripts without capitals, and numbered speakers."""
    lines = [f"{names[n % 2]} [{clock(s)}]: {text}" for n, (_, s, text) in enumerate(TALK)]
    assert [speaker for speaker, _, _ in heard("\n\n".join(lines), "text/plain")] == list(names) * 3


def test_a_turn_goes_on_over_paragraphs_and_ends():
    """Unlabelled paragraphs belong to the last speaker, up to a heading or a limit."""
    blocks = [Block(text) for text in turns("colon")]
    blocks.insert(1, Block("[00:31] A second paragraph of the first turn."))
    blocks += [Block("One more of the last turn."), Block("Subscribe to our letter.")]
    blocks += [Block("About", level=2), Block("The show is made in Oslo.")]
    found = [(block.speaker, block.seconds, block.text) for block in with_speakers(blocks)]
    assert found[1] == ("Ada Berg", 31.0, "A second paragraph of the first turn.")
    assert [speaker for speaker, _, _ in found[-4:]] == ["Bo Li", None, None, None]


def test_a_name_that_comes_once_takes_no_words_of_another():
    """It stays in the text, and the speaker is unknown."""
    lines = turns("colon")
    lines.insert(3, "Maria Cole: May I ask something from the audience?")
    found = [(one.speaker, one.text) for one in with_speakers([Block(line) for line in lines])]
    assert found[3] == (None, lines[3])
    assert found[4][0] == "Bo Li"


WORDS = "This paragraph describes at some length what was done about it, and how it was done."
PROSE = {
    "notes": [WORDS, f"Note: {WORDS}", WORDS, f"Warning: {WORDS}", f"Note: {WORDS}"] * 2,
    "questions": [f"{'QA'[n % 2]}: {WORDS}" for n in range(10)],
    "problem and solution": [f"{('Problem', 'Solution')[n % 2]}: {WORDS}" for n in range(10)],
    "a dialogue with a bot": [f"{('User', 'Assistant')[n % 2]}: {WORDS}" for n in range(10)],
    "terms": [f"{('Vector Search', 'Keyword Search')[n % 2]}: {WORDS}" for n in range(10)],
    "an agenda": [f"{9 + n}:00 Ada Berg: a keynote about routers" for n in range(8)],
    "chapters": [f"{n}:00 A part of it" for n in range(5)] + [WORDS] * 12,
    "an example in an article": [WORDS] * 20
    + [f"{('Ada Berg', 'Bo Li')[n % 2]}: Hello there." for n in range(6)],
    "a glossary": [f"{term}: {WORDS}" for term in ("Retrieval", "Reranking", "Chunking", "Agents")],
    "one name": [f"Ada Berg: {WORDS} I said so." for _ in range(6)],
}  # fmt: skip


@pytest.mark.parametrize("kind", PROSE)
def test_prose_is_not_a_conversation(kind):
    """Text that only looks like labels stays text."""
    blocks = [Block(text) for text in PROSE[kind]]
    assert with_speakers(blocks) == blocks


@pytest.mark.parametrize("text", ["View\t" * 100_000, "We moved.\n" * 50_000, "0:07 " * 50_000])
def test_long_lines_and_many_lines_are_looked_at_once(text):
    """The time of patterns is linear in the length."""
    assert with_speakers([Block(text)])


@pytest.mark.datasets
@pytest.mark.parametrize("file", TALKS, ids=lambda file: file.stem)
def test_a_whole_conversation_has_its_speakers(file):
    """Everything in a podcast except an aside has a speaker, and stated times are kept."""
    found = heard(file.read_text("utf-8"), "text/markdown")
    speakers = Counter(speaker for speaker, _, _ in found)
    assert len(speakers) in {3, 4}
    assert speakers[None] <= 1
    assert sum(second is not None for _, second, _ in found) >= 10
