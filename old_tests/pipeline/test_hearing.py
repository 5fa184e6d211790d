"""Recordings and videos without captions are written down by an endpoint, and paid for once."""

import asyncio
import math
import shutil
import struct
import wave

import pytest
from recordings import HEARD, MP3, PLAYERS, document_of, rechecked, serve_page

from casebook.extractors.gathering import cutting
from casebook.extractors.gathering.sound import Sound
from casebook.pipeline.batches.backfill import BatchRun
from casebook.pipeline.batches.handed import handed_over
from casebook.pipeline.batches.stored import progress, register
from casebook.pipeline.ingestion import hearing, stages
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.run import Run
from casebook.pipeline.reprocessing.retrying import retry
from casebook.runtime.services import Services
from casebook.schemas import errors
from casebook.schemas.batches import BatchOptions, Standing
from casebook.schemas.checks import CheckResult
from casebook.schemas.sources import ExtractionStep, SourceKind, SourceRef

VIDEO = "https://youtu.be/GJLlxj_dtq8"


async def test_a_podcast_enclosure_is_written_down(hearing_services, web, ears):
    """Its passages know their second; the cost, the seconds and each step are on record."""
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    document, run = await document_of(ref, hearing_services)
    assert (document.kind, document.title, document.language) == (
        SourceKind.RECORDING,
        "talk",
        "en",
    )
    assert [p.locator.seconds for p in document.passages] == [0.0, 70.0]
    assert [(s.method, s.outcome) for s in document.extraction] == [
        ("transcription whisper-1", "1.5 minutes, 3 segments"),
        ("cues", "3 spoken"),
    ]
    (asked,) = ears.heard
    assert (asked["file"], asked["bytes"], asked["key"]) == ("talk.mp3", len(MP3), "Bearer sk-ears")
    assert asked["response_format"] == "verbose_json"
    (paid,) = run.paid
    assert paid.usage.cost_usd == pytest.approx(0.009)
    assert paid.parameters["audio_seconds"] == 90.0
    assert hearing_services.warehouse.generation(paid.generation_id) == paid


async def test_a_recording_is_paid_for_once(hearing_services, web, ears, tmp_path):
    """Not again for the same address, a fresh fetch of it, nor for the same bytes in a file."""
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    first, _ = await document_of(ref, hearing_services)
    run = Run(hearing_services, ref.source, refresh=True)
    await stages.fetch(ref, run)
    file = tmp_path / "copy.mp3"
    file.write_bytes(MP3)
    second, _ = await document_of(SourceRef(source=str(file)), hearing_services)
    third, _ = await document_of(SourceRef(source=str(file)), hearing_services)
    assert len(ears.heard) == 1
    assert run.paid == []
    assert first.text == second.text
    assert second.source_id == third.source_id


async def test_a_recording_in_a_batch_is_done_when_what_was_heard_is(
    hearing_services, ears, tmp_path
):
    """The file is handed over by its bytes, the source is what was heard in them: a rerun ends."""
    (tmp_path / "talk.mp3").write_bytes(MP3)
    items = (await handed_over(f"{tmp_path / 'talk.mp3'}".encode())).files
    batch = await register("-", items, BatchOptions(force=True), hearing_services)
    for outcomes in (1, 0):
        done = [o async for o in BatchRun(batch, hearing_services).outcomes()]
        assert len(done) == outcomes
        assert (await progress(batch, hearing_services)).counts == {Standing.KNOWN: 1}
        batch = await register("-", items, BatchOptions(force=True), hearing_services)
    assert len(ears.heard) == 1


async def test_a_crash_after_the_answer_pays_for_nothing_twice(hearing_services, web, ears):
    """The answer is kept before anything is made of it."""
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hearing, "as_payload", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await stages.fetch(ref, Run(hearing_services, ref.source))
    await document_of(ref, hearing_services)
    assert len(ears.heard) == 1


async def test_an_answer_under_way_is_waited_for_and_kept(hearing_services, web, ears):
    """Stopped while the endpoint listens, the next run finds what was heard and asks nothing."""
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    ears.pause = 0.5
    fetching = asyncio.create_task(stages.fetch(ref, Run(hearing_services, ref.source)))
    assert await asyncio.to_thread(ears.asked.wait, 20)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    await document_of(ref, hearing_services)
    assert len(ears.heard) == 1


def without_captions(patch, cause=errors.CaptionsDisabled) -> None:
    async def refused(*_):
        raise cause(f"{VIDEO} has no captions: submit it with a transcript.")

    patch.setattr(stages, "fetch_payload", refused)


@pytest.mark.parametrize("cause", hearing.WITHOUT_CAPTIONS)
async def test_a_video_without_captions_is_listened_to(hearing_services, ears, monkeypatch, cause):
    """Its sound stands in, with title, channel, day and chapters; each step is told."""
    without_captions(monkeypatch, cause)

    async def listen(page, client, robots):
        about = {
            "title": "A talk",
            "channel": "Talks",
            "published": "2025-06-01",
            "chapters": [{"start": 0, "title": "Intro"}, {"start": 65.0, "title": "Results"}],
        }
        step = ExtractionStep(method="sound by yt-dlp", outcome="0.0 MB of m4a")
        return Sound(MP3, "GJLlxj_dtq8.m4a", "audio/m4a", page, about, video=True, tried=(step,))

    monkeypatch.setattr(hearing_services, "listen", listen)
    document, _ = await document_of(SourceRef(source=VIDEO), hearing_services)
    assert (document.kind, document.title, document.authors) == (
        SourceKind.YOUTUBE, "A talk", ["Talks"],
    )  # fmt: skip
    assert str(document.published) == "2025-06-01"
    assert document.url == "https://www.youtube.com/watch?v=GJLlxj_dtq8"
    at = [(p.locator.section, p.locator.seconds) for p in document.passages]
    assert at == [("Intro", 0.0), ("Results", 70.0)]
    methods = [step.method for step in document.extraction]
    assert methods == ["captions", "sound by yt-dlp", "transcription whisper-1", "chapters", "cues"]
    assert document.extraction[0].outcome == f"failed: {cause.kind()}"


async def test_a_video_that_cannot_be_listened_to_keeps_its_cause(hearing_services, monkeypatch):
    """The captions' own error stays, and tells both reasons; a video that is gone is not sought."""
    without_captions(monkeypatch)

    async def deaf(*_):
        raise errors.SoundUnavailable("yt-dlp says: Sign in")

    monkeypatch.setattr(hearing_services, "listen", deaf)
    run = Run(hearing_services, VIDEO)
    with pytest.raises(errors.CaptionsDisabled, match=r"no captions.*either: yt-dlp says: Sign in"):
        await stages.fetch(SourceRef(source=VIDEO), run)
    without_captions(monkeypatch, errors.VideoUnavailable)
    with pytest.raises(errors.VideoUnavailable) as failure:
        await stages.fetch(SourceRef(source=VIDEO), run)
    assert "either" not in str(failure.value)


async def test_a_recording_without_an_endpoint_needs_a_person(services, web, ears):
    """It is not even fetched; the message names the setting and the transcript."""
    outcome = await ingest(SourceRef(source=web.url_for("/talk.mp3")), services)
    assert outcome.failure.kind == "recording_unheard"
    assert not outcome.failure.transient
    assert "CASEBOOK_TRANSCRIPTION_MODEL" in outcome.failure.message
    assert "--transcript" in outcome.failure.message
    assert not [request for request, _ in web.log if request.path == "/talk.mp3"]


ODD = [
    {"start": -0.02, "end": 2.0, "text": "We run it in production since spring."},
    {"start": "2.5", "end": "3.5", "text": "It answers letters."},
    {"start": 4.0, "end": 3.0, "text": None},
]


async def test_odd_segments_are_read_where_they_can_be(hearing_services, web, ears):
    """A start just below zero, numbers as text, no text, a length in words: nothing paid is lost."""
    ears.answers = [(200, {**HEARD, "segments": ODD, "duration": "90 s"})]
    document, _ = await document_of(SourceRef(source=web.url_for("/talk.mp3")), hearing_services)
    assert document.text == "We run it in production since spring. It answers letters."
    assert document.passages[0].locator.seconds == 0.0


@pytest.mark.parametrize("start", [math.nan, math.inf, None, "soon", [1]])
async def test_segments_without_a_time_are_no_answer(hearing_services, web, ears, start):
    """What cannot be a time is never stored as one."""
    segments = [{"start": start, "end": 1.0, "text": "We run it in production since spring."}]
    ears.answers = [(200, {**HEARD, "segments": segments})]
    outcome = await ingest(SourceRef(source=web.url_for("/talk.mp3")), hearing_services)
    assert outcome.failure.kind == "answer_invalid"


@pytest.mark.parametrize("through", ["file", "page"])
async def test_a_recording_that_is_still_there_is_the_same(hearing_services, web, ears, through):
    """It is not listened to again, and neither its sound nor its notes are taken for a change."""
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    ref = ref if through == "file" else serve_page(web, PLAYERS["audio"])
    _, run = await document_of(ref, hearing_services)
    check = await rechecked(run.source_id, hearing_services)
    assert (check.result, check.kind) == (CheckResult.SAME, None)
    assert "not written down again" in check.message
    assert len(ears.heard) == 1


async def test_an_item_of_a_feed_is_compared_with_the_feed(hearing_services, web):
    """What was read from a feed is looked for there, not on the page."""
    text = "We measured the queue again and wrote down what we found of it. " * 30
    feed = (
        f"<rss><channel><item><title>One</title><link>{web.url_for('/post')}</link>"
        f"<description>{text}</description></item></channel></rss>"
    )
    web.expect_request("/feed").respond_with_data(feed, content_type="application/rss+xml")
    ref = SourceRef(source=web.url_for("/post"), feed=web.url_for("/feed"))
    _, run = await document_of(ref, hearing_services)
    check = await rechecked(run.source_id, hearing_services)
    assert (check.result, check.kind) == (CheckResult.SAME, None)


BAD = [
    ([(401, {"error": {"message": "no"}})], "key_rejected", 1),
    ([(500, {"error": {"message": "no"}}), (200, HEARD)], None, 2),
    ([(200, {"text": "no times at all"})], "answer_invalid", 1),
    ([(200, {**HEARD, "segments": []})], "recording_silent", 1),
]


@pytest.mark.parametrize(("answers", "kind", "asked"), BAD, ids=[str(b[1]) for b in BAD])
async def test_an_endpoint_that_fails(hearing_services, web, ears, answers, kind, asked):
    """Its fault is a failure of the fetch, never a document; what may pass is asked again."""
    ears.answers += answers
    outcome = await ingest(SourceRef(source=web.url_for("/talk.mp3")), hearing_services)
    assert (outcome.failure.kind if outcome.failure else None) == kind
    assert len(ears.heard) == asked
    if kind:
        assert outcome.failure.stage == "fetch"
        assert "sk-ears" not in outcome.failure.message
        assert hearing_services.warehouse.newest_snapshot(outcome.source_id) is None
        again = await retry(outcome.source_id, hearing_services)
        assert (again.failure is None) == (kind != "recording_silent")


@pytest.fixture
def capped(settings_of, web, ears):
    """Settings with a cap on each run that one recording of its size just may reach, or not."""

    def make(cap: float, model: str = "whisper-1"):
        return settings_of(
            transcription_base_url=web.url_for("/v1"),
            transcription_model=model,
            transcription_api_key="sk-ears",
            budget_run=cap,
            llm_price_input=0,
            llm_price_output=0,
        )

    return make


@pytest.mark.parametrize(
    ("cap", "model", "kind"),
    [
        (0.0001, "whisper-1", "budget_reached"),
        (1.0, "unheard-of", "price_unknown"),
        (1.0, "whisper-1", None),
    ],
)
async def test_a_cap_stops_a_recording_before_it_is_sent(
    capped, web, ears, readers, cap, model, kind
):
    """What might pass the cap, or has no price to compare with it, is not sent at all."""
    async with Services(capped(cap, model), busy=True) as services:
        services.__dict__["extractors"] = readers
        outcome = await ingest(SourceRef(source=web.url_for("/talk.mp3")), services)
        assert (outcome.failure.kind if outcome.failure else None) == kind
        assert len(ears.heard) == (kind is None)
        if kind is None:
            assert services.budget.spent == pytest.approx(0.009)


async def test_what_was_heard_in_vain_is_on_record(hearing_services, web, ears):
    """An answer without times is paid for all the same; refused requests are counted."""
    ears.answers += [(200, {"text": "no times at all", "duration": 120.0})]
    await ingest(SourceRef(source=web.url_for("/talk.mp3")), hearing_services)
    (line,) = hearing_services.warehouse.costs("model")
    assert (line.key, line.calls, line.wasted_calls) == ("whisper-1", 1, 1)
    assert line.cost_usd == pytest.approx(0.012)


async def test_a_recording_too_large_asks_for_a_tool(hearing_services, web, monkeypatch):
    """Without ffmpeg the error says what to install."""
    monkeypatch.setattr(hearing, "MOST_BYTES", 1_000)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    ref = SourceRef(source=web.url_for("/talk.mp3"))
    with pytest.raises(errors.RecordingTooLong, match="install ffmpeg"):
        await stages.fetch(ref, Run(hearing_services, ref.source))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_a_long_recording_is_cut(hearing_services, ears, tmp_path, monkeypatch):
    """Each piece is heard by itself, and its seconds count from the beginning of the whole."""
    monkeypatch.setattr(hearing, "MOST_BYTES", 100_000)
    monkeypatch.setattr(cutting, "SECONDS", 5)
    file = tmp_path / "long.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        tone = [int(9_000 * math.sin(n / 9)) for n in range(8_000)]
        sound.writeframes(struct.pack("<8000h", *tone) * 12)
    said = [{"start": 1.0, "end": 4.0, "text": "We ran it. " * 21}]
    ears.answers += [(200, {**HEARD, "segments": said})] * 3
    document, run = await document_of(SourceRef(source=str(file)), hearing_services)
    assert len(ears.heard) == len(run.paid) == 3
    assert all(int(heard["bytes"]) < 100_000 for heard in ears.heard)
    assert [p.locator.seconds for p in document.passages] == [1, 6, 11]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_ffmpeg_follows_no_playlist(tmp_path, monkeypatch):
    """A file that only pretends to be a recording makes ffmpeg open nothing else."""
    secret = tmp_path / "secret.wav"
    with wave.open(str(secret), "wb") as sound:
        sound.setparams((1, 2, 8_000, 8_000, "NONE", ""))
        sound.writeframes(bytes(16_000))
    playlist = f"ffconcat version 1.0\nfile '{secret}'\n".encode()
    with pytest.raises(errors.RecordingTooLong, match="cannot cut it"):
        await cutting.pieces(Sound(playlist, "a.mp3", "audio/mpeg"), 10)
