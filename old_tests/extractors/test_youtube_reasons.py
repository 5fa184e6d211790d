"""Why a video is not read: each cause by its name, and what may pass told from what does not."""

import json
from dataclasses import replace

import pytest
from recorded_videos import ADDRESS, NEEDED, PLAYER, TEXT, WATCH, recorded

from casebook.extractors.gathering.gather import gather
from casebook.extractors.network.robots import Robots
from casebook.extractors.registry import extract
from casebook.schemas import errors

pytestmark = NEEDED


def refused(status: str, reason: str, *further: str) -> bytes:
    """What YouTube's player answers about a video that it does not show."""
    runs = [{"text": text} for text in further]
    screen = {"playerErrorMessageRenderer": {"subreason": {"runs": runs}}}
    told = {"status": status, "reason": reason, "errorScreen": screen}
    return json.dumps({"playabilityStatus": told}).encode()


SOLD = "Join this channel to get access to members-only content like this video."
WORKSPACE = (
    "This video is restricted. Please check the Google Workspace administrator and/or the network "
    "administrator restrictions."
)
REFUSALS = [
    (errors.VideoAgeRestricted, "LOGIN_REQUIRED", "Sign in to confirm your age"),
    (errors.VideoAgeRestricted, "AGE_VERIFICATION_REQUIRED", ""),
    (errors.VideoBlocked, "LOGIN_REQUIRED", "Sign in to confirm you're not a bot"),
    (errors.VideoBlocked, "LOGIN_REQUIRED", "Please sign in"),
    (errors.VideoPrivate, "LOGIN_REQUIRED", "This video is private"),
    (errors.VideoPrivate, "ERROR", "Video unavailable", "This video is private."),
    (errors.VideoForMembers, "UNPLAYABLE", SOLD),
    (errors.VideoForMembers, "UNPLAYABLE", "This video requires payment to watch"),
    (
        errors.VideoNotInCountry,
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
    (
        errors.VideoNotInCountry,
        "ERROR",
        "This video is unavailable",
        "It is blocked in your country on copyright grounds",
    ),
    (
        errors.VideoRateLimited,
        "UNPLAYABLE",
        "Video unavailable",
        "This content isn't available, try again later.",
    ),
    (errors.VideoBlocked, "ERROR", "Something went wrong"),
    (errors.VideoBlocked, "UNPLAYABLE", "The page needs to be reloaded."),
    (errors.VideoUnavailable, "ERROR", "This video has been removed by the uploader"),
    (
        errors.VideoUnavailable,
        "ERROR",
        "This video has been removed for violating YouTube's policy on violent or graphic content",
    ),
    (errors.VideoUnavailable, "UNPLAYABLE", "The account of this video has been terminated."),
    (errors.VideoUnavailable, "LIVE_STREAM_OFFLINE", "This live stream recording is not available"),
    (errors.VideoUpcoming, "LIVE_STREAM_OFFLINE", "Live stream offline"),
    (errors.VideoUpcoming, "UNPLAYABLE", "Premieres in 3 hours"),
    (errors.VideoUpcoming, "UNPLAYABLE", "We're processing this video. Check back later."),
    (errors.VideoRunning, "LIVE_STREAM_OFFLINE", "This live event has ended."),
    (errors.VideoRestricted, "ERROR", "Video unavailable", WORKSPACE),
    (
        errors.VideoRestricted,
        "ERROR",
        "This video is restricted. Try signing in with a Google Apps account.",
    ),
    (
        errors.VideoRestricted,
        "UNPLAYABLE",
        "This video is unavailable with Restricted Mode enabled.",
        "To view this video, you will need to disable Restricted Mode.",
    ),
    (
        errors.VideoNotInCountry,
        "ERROR",
        "Video unavailable",
        "This content is not available on this country domain due to a legal complaint.",
    ),
    (errors.VideoUnavailable, "ERROR", "Video unavailable"),
    (errors.VideoUnavailable, "ERROR", "This video does not exist."),
    (errors.VideoUnavailable, "ERROR", "Video unavailable", "This video isn't available anymore"),
    (
        errors.VideoUnplayable,
        "ERROR",
        "This video is unavailable",
        "Watch on the latest version of YouTube.",
    ),
    (errors.VideoUnplayable, "UNPLAYABLE", "Video unavailable"),
    (errors.VideoUnplayable, "ERROR", "The following content is not available on this app."),
    (
        errors.VideoUnplayable,
        "UNPLAYABLE",
        "Video unavailable",
        "This video contains content from Example Music, who has blocked it on copyright grounds",
    ),
    (errors.VideoUnplayable, "ERROR", "This video is no longer available on this device"),
    (errors.VideoUnplayable, "ERROR", "This version of YouTube is no longer available."),
    (errors.VideoUnplayable, "UNPLAYABLE", "Your session has been terminated. Sign in again."),
    (errors.VideoBlocked, "LOGIN_REQUIRED", "Private browsing is not supported"),
    (errors.VideoUnplayable, "CONTENT_CHECK_REQUIRED", "Viewer discretion is advised"),
    (errors.VideoUnplayable, "UNPLAYABLE", "Some words that nobody here knows"),
    (errors.VideoUnplayable, "ERROR", "Some words that nobody here knows"),
]
LATER = {
    errors.VideoBlocked,
    errors.VideoRateLimited,
    errors.VideoRunning,
    errors.VideoUpcoming,
}
GONE = {errors.VideoPrivate, errors.VideoUnavailable}


@pytest.mark.parametrize(
    ("cause", "status", "reasons"), [(one, two, rest) for one, two, *rest in REFUSALS]
)
async def test_what_the_player_says_is_told_apart(cause, status, reasons, tube, sites, gathered):
    """One status has many causes: the words say which, and whether it passes, is gone, or waits."""
    tube()
    sites.pages[PLAYER] = [(200, "x/json", refused(status, *reasons))]
    with pytest.raises(errors.FetchError, match="--transcript") as failure:
        await gathered(ADDRESS)
    told = type(failure.value)
    assert (told, told.transient, told.gone) == (cause, cause in LATER, cause in GONE)


@pytest.mark.parametrize(
    "told",
    [
        {"messages": ["This is a private video. Please sign in to verify that you may see it."]},
        {
            "errorScreen": {
                "playerErrorMessageRenderer": {"reason": {"simpleText": "Private video"}}
            }
        },
    ],
)
async def test_what_is_said_elsewhere_than_as_the_reason_counts(told, tube, sites, gathered):
    """A private video's words stand in a list of messages; it would be tried again for ever."""
    tube()
    status = {"status": "LOGIN_REQUIRED", **told}
    sites.pages[PLAYER] = [(200, "x/json", json.dumps({"playabilityStatus": status}).encode())]
    with pytest.raises(errors.VideoPrivate):
        await gathered(ADDRESS)


@pytest.mark.parametrize("sign", ["isLive", "isPostLiveDvr"])
@pytest.mark.parametrize("listed", [True, False])
async def test_a_broadcast_that_is_not_over_is_tried_later(sign, listed, tube, sites, gathered):
    """What is said by now is not the talk, and captions that are not made yet are not missing."""
    tube()
    answer = json.loads(recorded("youtube.innertube.json"))
    answer["videoDetails"][sign] = True
    if not listed:
        del answer["captions"]
    sites.pages[PLAYER] = [(200, "x/json", json.dumps(answer).encode())]
    with pytest.raises(errors.VideoRunning) as failure:
        await gathered(ADDRESS)
    assert failure.value.transient


FORM = '<html><form action="https://consent.youtube.com/save" method="POST"><button>Reject all'


@pytest.mark.parametrize("where", ["consent.youtube.com/m", WATCH])
async def test_a_consent_page_of_today_is_answered_once(where, tube, sites, gathered):
    """It stands at an address of its own, or in place of the page; then the page comes."""
    if where != WATCH:
        sites.tell(WATCH, "https://consent.youtube.com/m?continue=x", status=302)
    sites.tell(where, FORM)
    tube()
    assert extract(await gathered(ADDRESS)).title
    cookies = [a.headers.get("cookie") for a in sites.asked if a.target.startswith("/watch")]
    assert cookies == [None, "socs=cai"]


@pytest.mark.parametrize("where", ["consent.youtube.com/m", WATCH])
async def test_a_consent_page_that_stays_needs_a_person(where, tube, sites, gathered):
    """It is not taken for an answer that makes no sense, which would be tried again for ever."""
    tube()
    if where != WATCH:
        sites.pages[WATCH] = [(302, "text/html", b"https://consent.youtube.com/m?continue=x")]
    sites.pages[where] = [(200, "text/html", FORM.encode())]
    with pytest.raises(errors.VideoConsent):
        await gathered(ADDRESS)


async def test_a_call_that_is_refused_or_missing_does_not_make_a_video_gone(tube, sites, gathered):
    """A 403 is YouTube's guard against bots, a 404 of captions its trouble: both pass."""
    tube()
    for status, cause in ((403, errors.VideoBlocked), (404, errors.CaptionsUnreadable)):
        sites.pages[TEXT] = [(status, "text/html", b"no")]
        with pytest.raises(cause) as failure:
            await gathered(ADDRESS)
        assert failure.value.transient


async def test_captions_lead_to_no_host_of_the_own_network(tube, sites, visitor):
    """What the operator named is for people to submit, not for an answer to name."""
    tube()
    lists = recorded("youtube.innertube.json").replace(b"www.youtube.com/api", b"lists.example.com")
    sites.pages[PLAYER] = [(200, "x/json", lists)]
    policy = replace(visitor.policy, allowed_hosts=frozenset({"lists.example.com:443"}))
    visitor.policy = policy
    with pytest.raises(errors.RedirectForbidden, match="your own network"):
        await gather(ADDRESS, visitor, Robots(visitor))
    assert not [asked for asked in sites.addresses if asked.startswith("lists.")]


UNREADABLE = [
    b"",
    b"<timedtext><p t='1'>a</p></timedtext>",
    b'<t><a start="x">a</a></t>',
]


@pytest.mark.parametrize("answer", UNREADABLE)
async def test_a_track_that_cannot_be_read_gives_way_to_the_next(answer, tube, sites, gathered):
    """One answer that is empty, or of another form, does not lose the captions given out."""
    tube()
    sites.pages[TEXT] = [(200, "text/xml", answer), (200, "text/xml", recorded("transcript.xml"))]
    steps = [(s.method, s.outcome) for s in (await gathered(ADDRESS)).tried]
    assert steps == [
        ("captions en", "failed: captions_unreadable"),
        ("captions en, generated", "3 cues"),
    ]
