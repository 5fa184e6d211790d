"""A report is recorded from the settings: which voices, which keys, and nothing paid twice."""

import pytest
from audio_report import report_of, tones
from pytest_httpserver import HTTPServer
from report_model import judged
from scripted_endpoint import ScriptedEndpoint, completion, schema_name

from config.resources import Resources
from config.settings import OPENAI_ENDPOINT, Settings
from publishing.audio.recording import read_recording
from schemas.errors import ConfigurationError, InputError
from services.report_audio import record, voices_of

pytest.importorskip("av", reason="the extra [audio] is missing")
REPORT = report_of()
LINES = {
    "lines": [
        {"voice": "host", "text": "What did they build?", "gives": []},
        {"voice": "guest", "text": "Acme stores 40k claims in PostgreSQL.", "gives": [2]},
    ]
}


@pytest.fixture
def settings(settings: Settings, httpserver: HTTPServer) -> Settings:
    """Settings with a speech endpoint on this machine."""
    httpserver.expect_request("/v1/audio/speech").respond_with_handler(tones)
    address = httpserver.url_for("/v1")
    return settings.model_copy(update={"speech_base_url": address, "speech_model": "tts-1"})


async def test_one_voice_reads_and_progress_is_reported(
    resources: Resources, httpserver: HTTPServer, tmp_path, model_endpoint: ScriptedEndpoint
) -> None:
    """The first voice reads all lines, no model is asked, and the result is stored."""
    steps = []
    made = await record(REPORT, resources, tmp_path / "out", on_progress=lambda *n: steps.append(n))
    assert made == read_recording(tmp_path / "out")
    assert (made.voices, made.model) == (("tts-1 alloy",), None)
    assert steps == [(n, len(made.cues)) for n in range(1, len(made.cues) + 1)]
    assert {request.get_json()["voice"] for request, _ in httpserver.log} == {"alloy"}
    assert model_endpoint.requests == []


async def test_a_conversation_is_asked_and_spoken_once(
    resources: Resources, httpserver: HTTPServer, tmp_path, model_endpoint: ScriptedEndpoint
) -> None:
    """A second recording reuses the conversation and the speech."""
    model_endpoint.script = lambda asked: completion(
        judged(asked["messages"][-1]["content"])
        if schema_name(asked) == "SentenceVerdicts"
        else LINES
    )
    first = await record(REPORT, resources, tmp_path / "out", model=True)
    asked, spoken = len(model_endpoint.requests), len(httpserver.log)
    assert asked > len(REPORT.sections)  # each is worded, and its lines are judged
    assert (first.voices, first.model) == (("tts-1 alloy", "tts-1 onyx"), "scripted")
    assert len(first.generation_ids) == asked
    assert [n for cue in first.cues for n in cue.sentences] == [2, 1, 3, 4, 6]
    guest = {cue.text for cue in first.cues if cue.voice == 1}
    assert "Acme stores 40 thousand claims in PostgreSQL." in guest
    again = await record(REPORT, resources, tmp_path / "out", model=True)
    assert again.cues == first.cues
    assert (len(model_endpoint.requests), len(httpserver.log)) == (asked, spoken)


async def test_the_embedded_model_words_no_conversation(settings: Settings, tmp_path) -> None:
    """The embedded model is too small, and the message says what to do."""
    small = settings.model_copy(update={"llm_base_url": None, "llm_model": None})
    async with Resources(small) as resources:
        with pytest.raises(ConfigurationError, match="CASEBOOK_LLM_MODEL"):
            await record(REPORT, resources, tmp_path / "out", model=True)
    assert not (tmp_path / "out").exists()


async def test_a_conversation_needs_two_voices(resources: Resources, tmp_path) -> None:
    """A conversation with only one voice is refused."""
    with pytest.raises(InputError, match="two voices"):
        await record(REPORT, resources, tmp_path / "out", model=True, voices=["alloy"])


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [(OPENAI_ENDPOINT, "secret"), ("http://drafts.example/v1", "secret"), ("http://b.example", "none")],
)  # fmt: skip
def test_the_key_goes_to_its_own_endpoint_and_to_openai(endpoint: str, key: str) -> None:
    """Other endpoints that only speak do not get the key."""
    settings = Settings(
        llm_base_url="http://drafts.example/v1",
        llm_model="m",
        openai_api_key="secret",
        speech_base_url=endpoint,
        speech_model="tts-1",
    )
    [voice, _] = voices_of(settings)
    assert voice._headers == {"Authorization": f"Bearer {key}"}


def test_without_an_endpoint_the_offline_voices_speak() -> None:
    """Without settings nothing is sent, and the names are those of the offline voices."""
    assert [one.name for one in voices_of(Settings())] == ["hibari heart", "piper joe"]
    assert [one.name for one in voices_of(Settings(), ["joe"])] == ["piper joe"]
    with pytest.raises(InputError, match="hibari and joe"):
        voices_of(Settings(), ["alloy"])


def test_an_endpoint_needs_a_model() -> None:
    """A speech endpoint without a model is refused."""
    with pytest.raises(ConfigurationError, match="CASEBOOK_SPEECH_MODEL"):
        voices_of(Settings(speech_base_url="http://b.example"))
