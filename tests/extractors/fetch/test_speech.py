"""Speech recognition on this machine, with a voice that reads a text written here."""

import json
import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from extractors.fetch.recognition import lines_of
from extractors.fetch.speech import NAME, SpeechRecognizer, is_installed
from publishing.audio.sound import encode, silence
from publishing.audio.voices import HibariVoice
from schemas.errors import ConfigurationError, FetchError

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra [speech] is not installed")

SENTENCES = (
    "An assistant has drafted the answer to every claim.",
    "Each claim is matched against forty thousand solved claims.",
    "A clerk checks each draft before it is sent.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the model is joined once."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="module")
def talk(folder: Path) -> bytes:
    """Three sentences, read by an offline voice with pauses between them."""
    spoken = [HibariVoice().speak(one) for one in SENTENCES]
    pause = silence(1.2, spoken[0].rate)
    encode(folder / "talk.mp3", "mp3", [s for one in spoken for s in (one, pause)], pause.rate)
    return (folder / "talk.mp3").read_bytes()


def words(text: str) -> list[str]:
    """Return the words of a text, with numbers in digits."""
    return re.findall(r"\w+", text.lower().replace("forty thousand", "40000").replace(",", ""))


async def test_a_talk_is_heard_with_its_times(talk: bytes, folder: Path) -> None:
    """The words, seconds and confidences of a talk come from the model in the packages."""
    seen: list[tuple[str, int, int]] = []
    recognizer = SpeechRecognizer(folder, on_heard=lambda *one: seen.append(one))
    found = await recognizer.transcribe(talk, "talk.mp3", "audio/mpeg")
    said, heard = words(" ".join(SENTENCES)), words(" ".join(text for _, _, text in found.cues))
    assert len(set(said) - set(heard)) <= 4
    starts = [start for start, _, _ in found.cues]
    assert starts == sorted(starts)
    assert found.cues[-1][1] < 20
    assert len(found.confidences) == len(found.cues)
    assert all(0.4 < one <= 1 for one in found.confidences)
    assert seen
    assert seen[0][0] == "talk.mp3"
    assert not list((folder / "heard").iterdir())  # what was heard is stored with the source


async def test_an_interrupted_talk_is_continued(talk: bytes, folder: Path) -> None:
    """What was heard before an interruption is kept; a line that was cut is heard again."""
    place = folder / "heard" / f"{NAME}-{sha256(talk).hexdigest()[:32]}"
    place.mkdir(parents=True)
    first = {"start": 0.0, "end": 3.4, "text": "KEPT FROM BEFORE", "confidence": 0.9}
    lines = [
        json.dumps({"seconds": 13.0, "language": "en"}),
        json.dumps(first),
        '{"start": 3.4, "e',
    ]
    (place / "journal.jsonl").write_text("\n".join(lines), "utf-8")
    found = await SpeechRecognizer(folder).transcribe(talk, "talk.mp3", "audio/mpeg")
    assert found.cues[0] == (0.0, 3.4, "KEPT FROM BEFORE")
    assert all(start >= 3.4 for start, _, _ in found.cues[1:])
    rest = words(" ".join(text for _, _, text in found.cues[1:]))
    assert {"claim", "draft", "sent"} <= set(rest)
    assert "drafted" not in rest


async def test_sound_without_words_and_broken_files_are_failures(folder: Path) -> None:
    """Silence is no transcript, and a damaged file says so."""
    encode(folder / "silent.mp3", "mp3", [silence(3.0, 22_050)], 22_050)
    recognizer = SpeechRecognizer(folder)
    with pytest.raises(FetchError, match=r"silent\.mp3 contains no speech") as caught:
        await recognizer.transcribe((folder / "silent.mp3").read_bytes(), "silent.mp3", "")
    assert caught.value.kind == "recording_silent"
    with pytest.raises(FetchError, match="cannot be heard") as caught:
        await recognizer.transcribe(BytesIO(b"ID3 no sound").read(), "broken.mp3", "audio/mpeg")
    assert caught.value.kind == "audio_unavailable"


async def test_another_model_is_a_folder(talk: bytes, folder: Path, tmp_path: Path) -> None:
    """A path names another model; a folder without one is an error with its name."""
    other = SpeechRecognizer(tmp_path, folder / "models" / NAME)
    assert (await other.transcribe(talk, "talk.mp3", "audio/mpeg")).cues
    with pytest.raises(ConfigurationError, match=r"has no model\.bin"):
        await SpeechRecognizer(tmp_path, tmp_path).transcribe(talk, "talk.mp3", "audio/mpeg")


def test_a_cut_line_of_a_journal_is_dropped(tmp_path: Path) -> None:
    """Only complete lines count, and the next line starts on its own."""
    journal = tmp_path / "journal.jsonl"
    journal.write_text('{"a": 1}\n{"b"', "utf-8")
    assert lines_of(journal) == [{"a": 1}]
    assert journal.read_text("utf-8") == '{"a": 1}\n'
