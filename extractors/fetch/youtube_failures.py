"""Why a video cannot be read: one cause for each reason that YouTube gives."""

import re

from youtube_transcript_api import _errors as theirs

from extractors.urls import shown
from schemas.errors import (
    CaptionsMissing,
    FetchError,
    SourceGone,
    Unreachable,
    VideoBlocked,
    VideoRestricted,
)

_FAILURES: dict[str, tuple[type[FetchError], str]] = {
    "video_unavailable": (SourceGone, "was removed or never existed"),
    "video_private": (SourceGone, "is private"),
    "video_age_restricted": (VideoRestricted, "is shown to signed-in adults only"),
    "video_for_members": (VideoRestricted, "is shown to those who pay for it"),
    "video_not_in_country": (VideoRestricted, "is not shown in this country"),
    "video_consent": (VideoRestricted, "is behind a consent page that could not be answered"),
    "video_unplayable": (VideoRestricted, "is not shown"),
    "video_blocked": (VideoBlocked, "was refused: YouTube takes this machine for a bot"),
    "video_rate_limited": (VideoBlocked, "was refused: too many requests; retry in some hours"),
    "video_upcoming": (VideoBlocked, "has not begun: retry afterwards"),
    "video_live": (VideoBlocked, "is a broadcast that is not over: retry afterwards"),
    "captions_disabled": (CaptionsMissing, "has no captions"),
    "captions_missing": (CaptionsMissing, "lists captions that hold no words"),
    "captions_locked": (CaptionsMissing, "gives its captions to YouTube's own player only"),
    "captions_unreadable": (Unreachable, "was answered in an unknown form: retry later"),
}
BY_ERROR = {
    theirs.VideoUnavailable: "video_unavailable",
    theirs.IpBlocked: "video_rate_limited",
    theirs.RequestBlocked: "video_blocked",
    theirs.AgeRestricted: "video_age_restricted",
    theirs.TranscriptsDisabled: "captions_disabled",
    theirs.FailedToCreateConsentCookie: "video_consent",
}
"""The causes of the library's errors, subclasses first."""

_THING = r"\b(?:video|clip|recording|(?:live )?stream|(?:live )?event|content)\b"
# What YouTube says of a video that the library calls unplayable; the first that fits decides.
_BY_WORDS = {
    r"not a bot|unusual traffic|something went wrong|needs to be reloaded": "video_blocked",
    r"try again later|rate.?limited|too many requests": "video_rate_limited",
    r"administrator|restricted mode|google apps account": "video_unplayable",
    r"your (?:country|region|location)|this (?:country|region)\b": "video_not_in_country",
    rf"{_THING} (?:has been|was|is) (?:removed|deleted|terminated)": "video_unavailable",
    r"\bage\b|age-restricted|inappropriate for some|\bgraphic": "video_age_restricted",
    rf"\bprivate {_THING}|{_THING} is private": "video_private",
    r"members|join this channel|payment|purchase|\brent|premium": "video_for_members",
    rf"recording is not available|{_THING} does not exist": "video_unavailable",
    r"^video unavailable this video isn.t available any ?more$": "video_unavailable",
    r"has ended": "video_live",
    r"premieres?\b|begins?\b|starts?\b|scheduled|waiting for|processing": "video_upcoming",
    r"sign in$": "video_blocked",
}


def cause_in_words(reason: str) -> str:
    """Return the cause that YouTube's own words mean."""
    found = (cause for words, cause in _BY_WORDS.items() if re.search(words, reason, re.IGNORECASE))
    return next(found, "video_unplayable")


def failure(page: str, cause: str, reason: str = "") -> FetchError:
    """Return the error of a cause, with YouTube's reason and what to do."""
    kind, text = _FAILURES[cause]
    quoted = f" (YouTube says: {shown(reason)})" if reason else ""
    return kind(
        f"{page} {text}{quoted}. With a transcript of it (.vtt, .srt, .txt) run "
        f"`casebook submit {page} --transcript FILE`.",
        cause,
    )
