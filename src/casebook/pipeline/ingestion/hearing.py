"""Fetching, and listening where nobody has written down what is said.

A video whose captions cannot be had, a recording, and the recording that a page is about are
transcribed by an endpoint where one is configured. The answer is kept before anything else
happens: it is paid for once.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from casebook.extractors.gathering.gather import fetched
from casebook.extractors.gathering.routes import Way
from casebook.extractors.gathering.sound import (
    Sound,
    as_payload,
    may_lead_to_sound,
    named_as_recording,
    sound_in,
    with_transcript,
    without_transcript,
)
from casebook.extractors.urls import is_web_address, parse_web_url
from casebook.extractors.worker import talk_in_feed, talk_of
from casebook.pipeline.ingestion.run import Run
from casebook.schemas.errors import (
    CaptionsDisabled,
    CaptionsLocked,
    CaptionsMissing,
    CaptionsUnreadable,
    CasebookError,
    ExtractionError,
    ExtractorUnavailable,
    FetchError,
    RecordingSilent,
    RecordingUnheard,
    VideoBlocked,
    VideoRateLimited,
)
from casebook.schemas.ids import sha256_hex
from casebook.schemas.sources import ExtractionStep, Payload, SourceRef
from casebook.summarizer.models.transcripts import MOST_BYTES

if TYPE_CHECKING:
    from casebook.extractors.links.talk_page import Talk

WITHOUT_CAPTIONS = (
    CaptionsDisabled,
    CaptionsLocked,
    CaptionsMissing,
    CaptionsUnreadable,
    VideoBlocked,
    VideoRateLimited,
)
"""What keeps captions from us, and perhaps not the sound."""


T = TypeVar("T")


async def fetch(ref: SourceRef, run: Run, read: Callable[[], Awaitable[Payload]]) -> Payload:
    """Return what ``read`` fetches, or what is heard in the recording or video that it is.

    Raises:
        RecordingUnheard: if it is a recording and no endpoint is configured.
        RecordingTooLong, RecordingSilent: see there.
        FetchError: as ``read``; a video's own cause, where its sound cannot be had either.
        ModelError: if the endpoint fails.
    """
    if run.services.transcriber is None and _is_named_recording(ref):
        raise _unheard(ref)
    try:
        payload = await read()
    except WITHOUT_CAPTIONS as error:
        if run.services.transcriber is None:
            raise
        return await _heard(await _sound_instead(ref, error, run), ref, run)
    if sound := sound_in(payload):
        return await _heard(sound, ref, run)
    if not is_web_address(ref.source) or ref.transcript or not may_lead_to_sound(payload):
        return payload
    return await _behind(payload, ref, run) or payload


async def patiently(once: Callable[[], Awaitable[T]], attempts: int) -> T:
    """Repeat a fetch whose failure may pass."""
    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts),
        wait=wait_exponential_jitter(initial=0.5, max=5.0, jitter=0.5),
        retry=retry_if_exception(lambda e: isinstance(e, CasebookError) and e.transient),
        reraise=True,
    )
    return await retrying(once)


async def _behind(payload: Payload, ref: SourceRef, run: Run) -> Payload | None:
    """Return what is said in the recording that a page is about, None where it has its own text.

    What the site has written down goes before what an endpoint hears. Where that, or the feed
    that may name it, is away for now, the recording is heard, which tells as much. The page's
    show notes never stand in: they would be kept for good, with less in them than a try a minute
    later gives; so where nothing can be heard either, the source waits for that try.

    Raises:
        RecordingUnheard: if no endpoint is configured, or the recording cannot be had.
        FetchError, ExtractionError: if that may pass.
        ModelError: if the endpoint fails.
    """
    talk = await run.services.extractors.compute(talk_of, payload)
    if talk is None:
        return None
    try:
        talk = await _told_whole(payload.final_url or ref.source, talk, run)
        if written := await _written_down(payload, talk, ref, run):
            return written
    except ExtractorUnavailable:
        raise  # it is ours, and would have a recording paid for
    except (FetchError, ExtractionError) as away:
        if run.services.transcriber is None or talk.sound is None:
            raise
        return await _heard_instead(away, payload, talk, ref, run)
    return await _recorded(payload, talk, ref, run)


async def _heard_instead(
    away: CasebookError, payload: Payload, talk: "Talk", ref: SourceRef, run: Run
) -> Payload:
    """Return what is heard in a recording whose transcript is away.

    Raises:
        FetchError, ExtractionError: ``away``, where the recording cannot be heard either.
        ModelError: if the endpoint fails.
    """
    try:
        heard = await _recorded(without_transcript(payload, type(away).kind()), talk, ref, run)
    except FetchError as deaf:
        raise type(away)(f"{away} Its recording could not be heard either: {deaf}") from deaf
    if heard is None:
        raise away
    return heard


async def _recorded(payload: Payload, talk: "Talk", ref: SourceRef, run: Run) -> Payload | None:
    """Return what is heard in the recording of a page, None where there is none.

    Raises:
        RecordingUnheard: if no endpoint is configured, or the recording cannot be had.
        RecordingTooLong, RecordingSilent: see there.
        FetchError: if that may pass.
        ModelError: if the endpoint fails.
    """
    if not talk.sound:
        return None
    if run.services.transcriber is None:
        raise _unheard(ref, talk.sound)
    try:
        found = await _fetched(talk.sound, _teller(payload, ref), run)
    except FetchError as error:
        if error.transient:
            raise
        raise RecordingUnheard(
            f"{payload.final_url or ref.source} is about a recording that cannot be had ({error}): "
            "submit the page with a transcript (.vtt, .srt, .txt or .docx): --transcript FILE."
        ) from error
    sound = sound_in(found)
    if sound is None:
        return None
    about = {"title": talk.title, "published": talk.published, "site": talk.site}
    step = ExtractionStep(method="recording of the page", outcome=f"read from {talk.sound}")
    tried = (*payload.tried, step)
    whole = Sound(sound.data, sound.name, sound.media_type, payload.url, about, tried=tried)
    return await _heard(whole, ref, run)


def _teller(payload: Payload, ref: SourceRef) -> str:
    """Return who names a page's recording: an item's address is what its feed says that it is."""
    return ref.feed or payload.final_url or ref.source


async def _told_whole(page: str, talk: "Talk", run: Run) -> "Talk":
    """Return ``talk`` with what the page's feed names for it where the page does not.

    Raises:
        FetchError, ExtractionError: if the feed cannot be had now, and may be later.
    """
    if talk.feed is None or (talk.sound and talk.transcript):
        return talk
    try:
        feed = await _fetched(talk.feed, page, run)
        told = await run.services.extractors.compute(partial(talk_in_feed, page), feed)
        client, _ = await run.services.network()
        for address in filter(None, (told.sound, told.transcript)):
            client.policy.check_hop(
                parse_web_url(feed.final_url or talk.feed), parse_web_url(address)
            )
    except (FetchError, ExtractionError) as error:
        if error.transient:
            raise
        return talk
    found = {
        "sound": talk.sound or told.sound,
        "transcript": talk.transcript or told.transcript,
    }
    return talk.model_copy(update=found)


async def _written_down(payload: Payload, talk: "Talk", ref: SourceRef, run: Run) -> Payload | None:
    """Return the transcript that a page or its feed names, if it can be had and read.

    Raises:
        FetchError, ExtractionError: if it cannot be had now, and may be later.
    """
    if talk.transcript is None:
        return None
    about = {"title": talk.title, "published": talk.published, "site": talk.site}
    try:
        found = await _fetched(talk.transcript, _teller(payload, ref), run)
        whole = with_transcript(payload, found, about)
        await run.services.extractors.extract(whole)
    except (FetchError, ExtractionError) as error:
        if error.transient:
            raise
        return None
    return whole


async def _fetched(address: str, page: str, run: Run) -> Payload:
    """Return the bytes of what ``page`` leads to.

    Raises:
        FetchError: one subclass per cause, after the retries that a passing one allows.
    """
    client, robots = await run.services.network()
    url = parse_web_url(address)
    client.policy.check_hop(parse_web_url(page), url)
    once = partial(fetched, url, Way("recording", url), client, robots)
    return await patiently(once, run.services.settings.fetch_attempts)


def _is_named_recording(ref: SourceRef) -> bool:
    if ref.transcript is not None:
        return False
    remote = is_web_address(ref.source)
    try:
        return named_as_recording(parse_web_url(ref.source).name if remote else ref.source)
    except FetchError:
        return False


def _unheard(ref: SourceRef, sound: str | None = None) -> RecordingUnheard:
    what = f"is about a recording ({sound}) and has no transcript of it" if sound else ""
    return RecordingUnheard(
        f"{ref.source} {what or 'is a recording'}: set CASEBOOK_TRANSCRIPTION_MODEL (and "
        "CASEBOOK_TRANSCRIPTION_BASE_URL where it is not OpenAI's) to have it written down, or "
        "submit it with a transcript (.vtt, .srt, .txt or .docx): --transcript FILE."
    )


async def _sound_instead(ref: SourceRef, error: FetchError, run: Run) -> Sound:
    """Return the sound of the video whose captions are not to be had.

    Raises:
        FetchError: the captions' own cause, with why the sound cannot be had.
    """
    client, robots = await run.services.network()
    page = _watch_page(ref.source)
    try:
        sound = await run.services.listen(page, client, robots)
    except FetchError as deaf:
        raise type(error)(f"{error} Its sound could not be had either: {deaf}.") from deaf
    step = ExtractionStep(method="captions", outcome=f"failed: {type(error).kind()}")
    return Sound(
        sound.data,
        sound.name,
        sound.media_type,
        page,
        sound.about,
        video=True,
        tried=(step, *sound.tried),
    )


def _watch_page(address: str) -> str:
    from casebook.extractors.copies import original_of
    from casebook.extractors.sites import video_id

    return f"https://www.youtube.com/watch?v={video_id(original_of(parse_web_url(address)))}"


async def _heard(sound: Sound, ref: SourceRef, run: Run) -> Payload:
    """Return the transcript of a recording, from the ledger or the endpoint.

    Raises:
        RecordingUnheard: if no endpoint is configured.
        RecordingTooLong: if it would have to be cut and no tool is there.
        RecordingSilent: if no words are heard.
        ModelError: if the endpoint fails.
    """
    from casebook.extractors.gathering.cutting import pieces

    transcriber = run.services.transcriber
    if transcriber is None:
        raise _unheard(ref)
    cues: list[dict[str, Any]] = []
    languages: list[str] = []
    seconds = 0.0
    async with run.services.alone(sha256_hex(sound.data)):
        parts = await pieces(sound, MOST_BYTES)
        for n, part in enumerate(parts):
            transcript, generation, paid = await transcriber.transcribe(
                part.data, part.name, part.media_type, run.source_id, part.most_seconds
            )
            run.paid += [generation] if paid else []
            run.step(n + 1, len(parts))
            seconds += transcript.seconds
            languages.append(transcript.language)
            cues += [
                {
                    "start": part.start + segment.start,
                    "duration": max(0.0, segment.end - segment.start),
                    "text": segment.text,
                }
                for segment in transcript.segments
            ]
    if not any(cue["text"].strip() for cue in cues):
        raise RecordingSilent(
            f"{sound.url or sound.name}: {transcriber.model} hears no words in it; check that it "
            "is the right one, or submit it with --transcript FILE."
        )
    outcome = f"{seconds / 60:.1f} minutes, {len(cues)} segments"
    return as_payload(sound, cues, languages[0], transcriber.model, outcome)
