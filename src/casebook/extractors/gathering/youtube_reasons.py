"""Why a video is not shown, by what YouTube's player says of it. Pure.

The player tells a status and, in English as we ask for it, a reason. Statuses mix causes
("UNPLAYABLE" is a video for members as well as a session with too many requests), so the words
decide, and the status where the words are none that are known. Gone for good is a video of which
the words say so; one that is not shown for a reason nobody here knows waits for a person.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from casebook.schemas.errors import (
    FetchError,
    VideoAgeRestricted,
    VideoBlocked,
    VideoForMembers,
    VideoNotInCountry,
    VideoPrivate,
    VideoRateLimited,
    VideoRestricted,
    VideoRunning,
    VideoUnavailable,
    VideoUnplayable,
    VideoUpcoming,
)

Cause = tuple[type[FetchError], str]
"""An error, and what it says behind the video's address: {said} is YouTube's reason."""

UNAVAILABLE: Cause = (
    VideoUnavailable,
    "was removed or never was: look for a copy elsewhere, or submit it {instead}",
)
RATE_LIMITED: Cause = (
    VideoRateLimited,
    (
        "was refused, as YouTube had too many requests from this address: retry in some hours, or "
        "submit it {instead}"
    ),
)
BLOCKED: Cause = (
    VideoBlocked,
    (
        "was refused, as YouTube takes this machine for a bot: retry later or from another network,"
        " or submit it {instead}"
    ),
)
AGE_RESTRICTED: Cause = (
    VideoAgeRestricted,
    "is shown to signed-in adults only: submit it {instead}",
)
_PRIVATE: Cause = (VideoPrivate, "is private ({said}): ask its owner, or submit it {instead}")
_FOR_MEMBERS: Cause = (
    VideoForMembers,
    "is shown to those who pay for it ({said}): if you do, submit it {instead}",
)
_NOT_IN_COUNTRY: Cause = (
    VideoNotInCountry,
    "is not shown in this country ({said}): submit it {instead}",
)
_RESTRICTED: Cause = (
    VideoRestricted,
    (
        "is kept back by this network or who runs it ({said}): submit it from another network, or "
        "{instead}"
    ),
)
_UPCOMING: Cause = (
    VideoUpcoming,
    "has not begun ({said}): retry afterwards, or submit it {instead}",
)
_RUNNING: Cause = (
    VideoRunning,
    "is a broadcast that is not over: retry afterwards, or submit it {instead}",
)
_UNPLAYABLE: Cause = (VideoUnplayable, "is not shown ({said}): submit it {instead}")

_VIDEO = r"\b(?:video|clip|recording|(?:live )?stream|(?:live )?event|content)\b"
_TO_ALL = r"(?! (?:on|in|to|for|with|from)\b)"
# The first that fits gives the cause; sessions and accounts are terminated too.
_BY_WORDS: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
    (re.compile(words, re.IGNORECASE), cause)
    for words, cause in (
        (r"not a bot|unusual traffic", BLOCKED),
        (r"try again later|rate.?limited|too many requests", RATE_LIMITED),
        (r"something went wrong|needs to be reloaded|error occurred", BLOCKED),
        (r"administrator|restricted mode|google apps account", _RESTRICTED),
        (r"your (?:country|region|location)|this (?:country|region)\b", _NOT_IN_COUNTRY),
        (rf"{_VIDEO} (?:has been|was|is) (?:removed|deleted|terminated)", UNAVAILABLE),
        (r"\bage\b|age-restricted|inappropriate for some|\bgraphic", AGE_RESTRICTED),
        (rf"\bprivate {_VIDEO}|{_VIDEO} is private", _PRIVATE),
        (r"members|join this channel|payment|purchase|\brent|premium", _FOR_MEMBERS),
        (rf"recording is not available|{_VIDEO} is no longer available{_TO_ALL}", UNAVAILABLE),
        (rf"{_VIDEO} does not exist", UNAVAILABLE),
        (r"has ended", _RUNNING),
        (r"premieres?\b|begins?\b|starts?\b|scheduled|waiting for|processing", _UPCOMING),
    )
)
# What is said, at times twice, of an address that has no video; further words tell another cause.
_NO_VIDEO = re.compile(
    r"(?:(?:this )?video (?:is )?(?:un|isn[’']t |not )available(?: any ?more)?[.\s]*)+",
    re.IGNORECASE,
)
_BY_STATUS: Mapping[str, Cause] = {
    "AGE_CHECK_REQUIRED": AGE_RESTRICTED,
    "AGE_VERIFICATION_REQUIRED": AGE_RESTRICTED,
    "LIVE_STREAM_OFFLINE": _UPCOMING,
    "LOGIN_REQUIRED": BLOCKED,
}
_LONGEST = 200  # characters of a reason that are repeated


def cause_of(player: Any) -> Cause | None:
    """Return why the video of a ``player``'s answer is not shown, or None where it is.

    A broadcast that runs, or has just ended, is shown; its captions are not all there yet.
    """
    status = _part(player, "playabilityStatus").get("status")
    if status is None or status == "OK":
        about = _part(player, "videoDetails")
        return _RUNNING if about.get("isLive") or about.get("isPostLiveDvr") else None
    said = said_by(player)
    by_words = (cause for words, cause in _BY_WORDS if words.search(said))
    gone = status == "ERROR" and _NO_VIDEO.fullmatch(said)
    return next(by_words, UNAVAILABLE if gone else _BY_STATUS.get(str(status), _UNPLAYABLE))


def said_by(player: Any) -> str:
    """Return the reason that a ``player`` gives, in one line and without curly brackets."""
    said = " ".join(_words(_part(player, "playabilityStatus"))) or "no reason given"
    return " ".join(said.replace("{", "(").replace("}", ")").split())[:_LONGEST]


def _words(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield the reason, or what stands in for one that is missing, and what explains it."""
    screen = _part(_part(status, "errorScreen"), "playerErrorMessageRenderer")
    messages = status.get("messages")
    told = [status.get("reason"), *(messages if isinstance(messages, list) else ())]
    if not any(told):
        told += _runs(_part(screen, "reason"))
    told += _runs(_part(screen, "subreason"))
    yield from (each for each in told if isinstance(each, str) and each)


def _runs(text: Mapping[str, Any]) -> Iterator[Any]:
    runs = text.get("runs")
    listed = runs if isinstance(runs, list) else ()
    yield from (run.get("text") for run in listed if isinstance(run, dict))
    yield text.get("simpleText")


def _part(whole: Any, name: str) -> Mapping[str, Any]:
    part = whole.get(name) if isinstance(whole, dict) else None
    return part if isinstance(part, dict) else {}
