"""A video's captions and what YouTube says of it, fetched by youtube-transcript-api through us.

robots.txt is asked about the page that the person submitted. The calls that this page makes of its
own site to show captions are made like a player makes them, and asked about if the operator wants
so (docs/adr/0010).
"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from xml.etree.ElementTree import ParseError

from youtube_transcript_api import FetchedTranscript, Transcript, YouTubeTranscriptApi
from youtube_transcript_api import _errors as theirs

from casebook.extractors.gathering import youtube_reasons as reasons
from casebook.extractors.gathering.bundles import VIDEO, Part, pack
from casebook.extractors.gathering.youtube_reasons import Cause
from casebook.extractors.gathering.youtube_session import CONSENT, GuardedSession
from casebook.extractors.network.client import Fetched, GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.urls import parse_web_url
from casebook.schemas.errors import (
    CaptionsDisabled,
    CaptionsLocked,
    CaptionsMissing,
    CaptionsUnreadable,
    FetchError,
    PageForbidden,
    PageMissing,
    ServerBusy,
    VideoConsent,
)
from casebook.schemas.sources import ExtractionStep, Payload

_MOST_TRACKS = 3
_PLAYER = "/youtubei/"
_CONSENT_FORM = re.compile(rb"<form[^>]{0,300}action=\"https://consent\.(?:youtube|google)\.com/")


async def fetch_video(video: str, client: GuardedClient, robots: Robots) -> Payload:
    """Return the bundle of a video: its watch page, its player's answer, and its captions.

    Manual captions are taken before generated ones, in the language that is spoken; nothing is
    translated.

    Raises:
        FetchError: one subclass per cause, with what to do about it.
    """
    page = _page(video)
    await robots.check(parse_web_url(page))
    admit = robots.check if robots.player_calls else None
    session = GuardedSession(client, asyncio.get_running_loop(), admit)
    try:
        captions, tried = await asyncio.to_thread(_read_captions, session, video)
    finally:
        session.close()
    return Payload(
        data=pack(_parts(session.answers, captions, page)),
        media_type=VIDEO,
        name=f"{video}.json",
        url=page,
        final_url=page,
        tried=tried,
    )


def _page(video: str) -> str:
    return f"https://www.youtube.com/watch?v={video}"


def _parts(answers: Sequence[Fetched], captions: FetchedTranscript, page: str) -> Iterator[Part]:
    """Yield what is worth keeping: the last watch page (one before may ask for consent)."""
    pages = [answer for answer in answers if "/watch" in answer.url]
    players = [answer for answer in answers if _PLAYER in answer.url]
    yield from (Part.of("watch", answer) for answer in pages[-1:])
    # The address holds the key of YouTube's own player, which is nothing to keep.
    for answer in players[-1:]:
        yield Part.of("player", answer).model_copy(update={"url": answer.url.partition("?")[0]})
    said = {
        "language": captions.language_code,
        "generated": captions.is_generated,
        "cues": captions.to_raw_data(),
    }
    yield Part(
        name="captions", url=page, media_type="application/json", data=json.dumps(said).encode()
    )


def _read_captions(
    session: GuardedSession, video: str
) -> tuple[FetchedTranscript, tuple[ExtractionStep, ...]]:
    """Return the best captions that are given out. Runs in a thread."""
    tried: list[ExtractionStep] = []
    with _translated(video, session):
        tracks = _tracks(session, video)
        if running := reasons.cause_of(_player(session.answers)):
            raise _told(_page(video), *running)
        failed: Exception | None = None
        for track in ranked(tracks, _default_language(session.answers))[:_MOST_TRACKS]:
            method = f"captions {track.language_code}{', generated' * track.is_generated}"
            try:
                captions = track.fetch()
            except (theirs.PoTokenRequired, ParseError, LookupError, ValueError) as error:
                failed = error
                locked = isinstance(error, theirs.PoTokenRequired)
                why = CaptionsLocked if locked else CaptionsUnreadable
                tried.append(ExtractionStep(method=method, outcome=f"failed: {why.kind()}"))
                continue
            if any(cue.text.strip() for cue in captions):
                outcome = f"{len(captions)} cues"
                return captions, (*tried, ExtractionStep(method=method, outcome=outcome))
            tried.append(ExtractionStep(method=method, outcome="empty"))
        raise failed or _told(_page(video), *_SILENT)


def _tracks(session: GuardedSession, video: str) -> list[Transcript]:
    """Return the tracks that a video lists; a consent page unknown to the library is answered once.

    Raises:
        FailedToCreateConsentCookie: if it stays.
    """
    library = YouTubeTranscriptApi(http_client=cast("Any", session))
    try:
        return list(library.list(video))
    except theirs.YouTubeDataUnparsable:
        if not _asks_for_consent(session.answers):
            raise
    session.cookies.set(*CONSENT)
    try:
        return list(library.list(video))
    except theirs.YouTubeDataUnparsable as error:
        if _asks_for_consent(session.answers):
            raise theirs.FailedToCreateConsentCookie(video) from error
        raise


def _asks_for_consent(answers: Sequence[Fetched]) -> bool:
    """Tell whether the last page is a form about cookies, or led to one."""
    if not answers:
        return False
    page = answers[-1]
    return parse_web_url(page.final_url).host.startswith("consent.") or bool(
        _CONSENT_FORM.search(page.data)
    )


def ranked(tracks: Iterable[Transcript], default: str | None) -> list[Transcript]:
    """Return the tracks, best first: in the spoken language, by a person, as they are listed.

    The spoken language is that of the generated captions, else of YouTube's default track, else
    the first one's. A video that is dubbed has generated captions in several.
    """
    listed = list(tracks)
    heard = [track.language_code for track in listed if track.is_generated]
    first = [track.language_code for track in listed]
    if default and _bare(default) in map(_bare, heard):
        heard = [default]
    spoken = _bare([*heard, *([default] if default else []), *first, ""][0])
    return sorted(
        listed, key=lambda track: (_bare(track.language_code) != spoken, track.is_generated)
    )


def _bare(language: str) -> str:
    return language.partition("-")[0].lower()


def _default_language(answers: Sequence[Fetched]) -> str | None:
    """Return the language of the track that YouTube's player would show first."""
    player = _player(answers)
    try:
        listing = player["captions"]["playerCaptionsTracklistRenderer"]
        audio = listing["audioTracks"][listing.get("defaultAudioTrackIndex", 0)]
        language = listing["captionTracks"][audio["defaultCaptionTrackIndex"]]["languageCode"]
    except (KeyError, IndexError, TypeError):
        return None
    return language if isinstance(language, str) else None


def _player(answers: Sequence[Fetched]) -> Any:
    for answer in reversed(answers):
        if _PLAYER in answer.url:
            try:
                return json.loads(answer.data)
            except ValueError:
                return {}
    return {}


# --- What went wrong -----------------------------------------------------------------------------

_INSTEAD = (
    "with a transcript of it (.vtt, .srt, .json or .docx): "
    "`casebook submit {page} --transcript FILE`"
)
_CAUSES: dict[type[Exception], Cause] = {
    theirs.VideoUnavailable: reasons.UNAVAILABLE,
    theirs.IpBlocked: reasons.RATE_LIMITED,
    theirs.RequestBlocked: reasons.BLOCKED,
    theirs.AgeRestricted: reasons.AGE_RESTRICTED,
    theirs.TranscriptsDisabled: (CaptionsDisabled, "has no captions: submit it {instead}"),
    theirs.PoTokenRequired: (
        CaptionsLocked,
        (
            "gives its captions to YouTube's own player only: copy the transcript that the page "
            "shows and submit it {instead}"
        ),
    ),
    theirs.FailedToCreateConsentCookie: (
        VideoConsent,
        "is behind a consent page that could not be answered: submit it {instead}",
    ),
    theirs.CouldNotRetrieveTranscript: (
        CaptionsUnreadable,
        (
            "was answered by YouTube in a form that casebook does not know: retry later, or "
            "submit it {instead}"
        ),
    ),
}
_SILENT = CaptionsMissing, "lists captions, and none of them holds words: submit it {instead}"
_UNREADABLE = _CAUSES[theirs.CouldNotRetrieveTranscript]


@contextmanager
def _translated(video: str, session: GuardedSession) -> Iterator[None]:
    """Turn the library's errors, and those of reading YouTube's answers, into ours.

    What the player says of a video is read here: the library knows three of its reasons.
    """
    page = _page(video)
    try:
        yield
    except theirs.CouldNotRetrieveTranscript as error:
        cause = next(known for known in type(error).__mro__ if known in _CAUSES)
        shown = reasons.cause_of(_player(session.answers))
        raise _told(page, *(shown or _CAUSES[cause]), session.answers) from error
    except ServerBusy as error:
        raise _told(page, *reasons.RATE_LIMITED) from error
    except PageForbidden as error:
        raise _told(page, *reasons.BLOCKED) from error
    except PageMissing as error:
        # Of a video that is there, a call of the player's is missing.
        gone = _UNREADABLE if session.answers else reasons.UNAVAILABLE
        raise _told(page, *gone) from error
    except (ParseError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _told(page, *_UNREADABLE) from error


def _told(
    page: str, kind: type[FetchError], text: str, answers: Sequence[Fetched] = ()
) -> FetchError:
    instead = _INSTEAD.format(page=page)
    return kind(f"{page} {text.format(instead=instead, said=reasons.said_by(_player(answers)))}.")
