import gzip
import json

import pytest
from recorded_videos import ADDRESS, NEEDED, PLAYER, TEXT, WATCH, recorded

from casebook.extractors.gathering.bundles import VIDEO, Part, pack, unpack
from casebook.extractors.gathering.gather import gather
from casebook.extractors.gathering.youtube import ranked
from casebook.extractors.kinds.youtube import Chapter, chapters_of
from casebook.extractors.network.robots import Robots
from casebook.extractors.registry import extract
from casebook.schemas import errors
from casebook.schemas.sources import ExtractionStep, Payload, SourceKind

pytestmark = NEEDED


async def test_a_video_is_read_with_all_that_is_known_of_it(tube, gathered):
    """Title, channel, date, language and the seconds come from the recorded answers."""
    tube()
    payload = await gathered(ADDRESS)
    video = extract(payload)
    assert payload.final_url == "https://www.youtube.com/watch?v=GJLlxj_dtq8"
    assert (video.kind, video.site, video.language) == (SourceKind.YOUTUBE, "YouTube", "en")
    assert video.title == "Surface Go Review - It’s Awesome"
    assert video.authors == ("Dave2D",)
    assert str(video.published) == "2018-08-02"
    assert video.text == (
        "Hey, this is just a test this is not the original transcript "
        "just something shorter, I made up for testing"
    )
    assert video.passages[0].locator.seconds == 0
    assert [(s.method, s.outcome) for s in video.extraction] == [
        ("captions en", "3 cues"),
        ("chapters", "10 listed on the page"),
        ("cues", "3 spoken"),
    ]


async def test_manual_captions_in_the_spoken_language_are_taken(tube, gathered):
    """Of nine languages and a generated track, YouTube is asked for one: English, by a person."""
    sites = tube()
    await gathered(ADDRESS)
    asked = [a for a in sites.addresses if a.startswith(TEXT)]
    assert len(asked) == 1
    assert "lang=en" in asked[0]
    assert "kind=asr" not in asked[0]
    assert "tlang" not in asked[0]


async def test_passages_follow_the_chapters(tube, sites, gathered):
    """What is said in a chapter stands under its title, with the second at which it begins."""
    sites.tell(TEXT, b'<transcript><text start="2" dur="3">hello to all of you</text>'
               b'<text start="40" dur="2">it is built quite well</text>'
               b'<text start="67" dur="2">and the screen is good</text></transcript>')  # fmt: skip
    sites.tell(WATCH, recorded("youtube.html"))
    sites.tell(PLAYER, recorded("youtube.innertube.json"))
    video = extract(await gathered(ADDRESS))
    told = [(p.locator.section, p.locator.seconds) for p in video.passages]
    assert told == [(None, 2), ("Build Quality", 40), ("Screen", 67)]


async def test_a_snapshot_is_read_again_without_the_network(tube, gathered):
    """The bundle holds the raw answers; reading it twice gives one document."""
    tube()
    payload = await gathered(ADDRESS)
    assert extract(payload) == extract(payload)
    parts = {part.name: part for part in unpack(payload).parts}
    assert set(parts) == {"watch", "player", "captions"}
    assert parts["watch"].data == recorded("youtube.html")
    assert b"key=AIza" not in payload.data


CAUSES = [
    ("youtube_age_restricted.innertube.json", errors.VideoAgeRestricted, False),
    ("youtube_request_blocked.innertube.json", errors.VideoBlocked, True),
    ("youtube_transcripts_disabled.innertube.json", errors.CaptionsDisabled, False),
    ("youtube_transcripts_disabled2.innertube.json", errors.CaptionsDisabled, False),
    ("youtube_unplayable.innertube.json", errors.VideoUnplayable, False),
    ("youtube_video_unavailable.innertube.json", errors.VideoUnavailable, False),
]


@pytest.mark.parametrize(("player", "cause", "passes"), CAUSES, ids=[c[0] for c in CAUSES])
async def test_each_cause_has_its_own_error(player, cause, passes, tube, gathered):
    """What YouTube's player says becomes one class, one line, and what to do."""
    tube(player=player)
    with pytest.raises(errors.FetchError) as failure:
        await gathered(ADDRESS)
    assert type(failure.value) is cause
    assert failure.value.transient is passes
    message = str(failure.value)
    assert "\n" not in message
    assert "casebook submit https://www.youtube.com/watch?v=GJLlxj_dtq8 --transcript" in message


async def test_locked_captions_give_way_to_the_next_track(tube, gathered):
    """Where a PO token guards the manual track, the generated one is read, and that is told."""
    tube(player="youtube_po_token_required.innertube.json")
    steps = [(s.method, s.outcome) for s in (await gathered(ADDRESS)).tried]
    assert steps == [
        ("captions en", "failed: captions_locked"),
        ("captions en, generated", "3 cues"),
    ]


async def test_captions_that_are_all_locked_need_a_person(tube, sites, gathered):
    """Without a track that is given out, the curator is asked for a transcript."""
    tube()
    locked = recorded("youtube.innertube.json").replace(b"&fmt=srv3", b"&exp=xpe")
    locked = locked.replace(b"\\u0026fmt=srv3", b"\\u0026exp=xpe")
    sites.pages[PLAYER] = [(200, "application/json", locked)]
    with pytest.raises(errors.CaptionsLocked, match="--transcript") as failure:
        await gathered(ADDRESS)
    assert not failure.value.transient


async def test_the_reason_of_an_unplayable_video_is_told(tube, gathered):
    """YouTube's own words reach the curator."""
    tube(player="youtube_unplayable.innertube.json")
    with pytest.raises(errors.VideoUnplayable, match=r"Custom Reason.*Sub Reason 1"):
        await gathered(ADDRESS)


async def test_too_many_requests_pass_by_themselves(tube, sites, gathered):
    """A CAPTCHA in place of the page, or a 429, is YouTube's limit for this address."""
    tube(page="youtube_too_many_requests.html")
    with pytest.raises(errors.VideoRateLimited):
        await gathered(ADDRESS)
    sites.pages[WATCH] = [(429, "text/html", b"slow down")]
    with pytest.raises(errors.VideoRateLimited) as failure:
        await gathered(ADDRESS)
    assert failure.value.transient


async def test_consent_is_given_once(sites, tube, gathered):
    """The consent page is answered by a cookie that only YouTube sees."""
    sites.tell(WATCH, recorded("youtube_consent_page.html"))
    tube()
    assert extract(await gathered(ADDRESS)).title
    cookies = [a.headers.get("cookie") for a in sites.asked if a.target.startswith("/watch")]
    assert cookies == [None, "consent=yes+cb.20210328-17-p0.de+fx+119"]


@pytest.mark.parametrize("page", ["youtube_consent_page.html", "youtube_consent_page_invalid.html"])
async def test_consent_that_cannot_be_given_needs_a_person(page, tube, gathered):
    """A consent page that stays, or that lacks its form, is an error of its own."""
    tube(page=page)
    with pytest.raises(errors.VideoConsent):
        await gathered(ADDRESS)


@pytest.mark.parametrize(
    ("part", "body"),
    [(TEXT, b""), (TEXT, b"<html>"), (WATCH, b"<html>"), (PLAYER, b"[]"), (PLAYER, b"{")],
)
async def test_answers_that_make_no_sense_are_tried_later(part, body, tube, sites, gathered):
    """An empty, cut or foreign answer is neither an empty document nor a crash."""
    tube()
    sites.pages[part] = [(200, "text/plain", body)]
    with pytest.raises(errors.CaptionsUnreadable) as failure:
        await gathered(ADDRESS)
    assert failure.value.transient


async def test_captions_without_words_are_missing(tube, sites, gathered):
    """Tracks that hold nothing are tried in turn; then the curator is asked."""
    tube()
    sites.pages[TEXT] = [(200, "text/xml", b'<transcript><text start="1"> </text></transcript>')]
    with pytest.raises(errors.CaptionsMissing):
        await gathered(ADDRESS)
    assert len([a for a in sites.addresses if a.startswith(TEXT)]) == 3


async def test_a_broadcast_to_come_is_no_broken_video(tube, sites, gathered):
    """A premiere that has not begun is tried again."""
    tube()
    status = {"status": "LIVE_STREAM_OFFLINE", "reason": "Premieres in 2 hours {x}"}
    sites.pages[PLAYER] = [(200, "x/json", json.dumps({"playabilityStatus": status}).encode())]
    with pytest.raises(errors.VideoUpcoming, match=r"Premieres in 2 hours \(x\)") as failure:
        await gathered(ADDRESS)
    assert failure.value.transient


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/playlist?list=PLabc",
        "https://www.youtube.com/watch?list=PLabc",
        "https://www.youtube.com/embed?listType=playlist&list=PLabc",
        "https://youtube.com/@somebody/videos",
        "https://m.youtube.com/channel/UCabc",
    ],
)
async def test_a_playlist_is_a_list_of_sources(address, gathered, sites):
    """It is refused without a request, and the message names the command for lists."""
    with pytest.raises(errors.SourceIsList, match="casebook links"):
        await gathered(address)
    assert sites.asked == []


LOST = """
    www.youtube.com/watch?v= www.youtube.com/watch?v=GJLlxj_dtq www.youtube.com/shorts/
    www.youtube.com/watch?v=GJLlxj_dtq8x&t=1 youtu.be/GJLlxj_dtq www.youtube.com/
    www.youtube.com/clip/UgkxU2HSeGLVrR_ABC www.youtube.com/results?search_query=llm
    www.youtube.com/embed/live_stream?channel=UC1 www.youtube.com/post/Ugkx_1
""".split()


@pytest.mark.parametrize("lost", LOST)
async def test_an_address_without_a_whole_id_is_no_page(lost, gathered, sites):
    """YouTube's page about nothing, a clip or a search is not read as a web page."""
    with pytest.raises(errors.InvalidUrl, match="eleven characters"):
        await gathered(f"https://{lost}")
    assert sites.asked == []


async def test_a_link_that_leads_to_a_video_is_the_video(tube, gathered):
    """A short link of another site is followed to the captions, not to the page."""
    tube().tell("blog.example.com/s", "https://youtu.be/GJLlxj_dtq8", status=302)
    tube().tell("youtu.be/", "https://www.youtube.com/watch?v=GJLlxj_dtq8&t=9", status=302)
    payload = await gathered("https://blog.example.com/s")
    assert extract(payload).kind is SourceKind.YOUTUBE
    assert (payload.url, payload.final_url[-11:]) == ("https://blog.example.com/s", "GJLlxj_dtq8")


@pytest.mark.parametrize("path", ["shorts/", "live/", "embed/", "watch?list=PLabc&v="])
async def test_every_form_of_a_video_is_the_video(path, tube, gathered):
    """Shorts, broadcasts, embeds, and a video within a playlist."""
    tube()
    payload = await gathered(f"https://www.youtube.com/{path}GJLlxj_dtq8")
    assert payload.url == "https://www.youtube.com/watch?v=GJLlxj_dtq8"


async def test_robots_are_asked_for_the_page(tube, sites, gathered):
    """A watch page that robots.txt forbids is not fetched."""
    tube()
    sites.tell("www.youtube.com/robots.txt", "User-agent: casebook\nDisallow: /watch\n")
    with pytest.raises(errors.RobotsForbid):
        await gathered(ADDRESS)
    assert sites.addresses == []


class Track:
    """A track as the library lists it."""

    def __init__(self, name: str) -> None:
        self.language_code, _, kind = name.partition(" ")
        self.is_generated = kind == "asr"
        self.name = name


@pytest.mark.parametrize(
    ("tracks", "default", "best"),
    [
        ("de|en|en asr", None, "en"),
        ("de|en asr", "de", "en asr"),
        ("en|de|fr", "de", "de"),
        ("fr|en", None, "fr"),
        ("en-GB|en asr", None, "en-GB"),
        ("de asr", "xx", "de asr"),
        ("en asr|de asr", "de", "de asr"),
    ],
)
def test_the_original_language_comes_first(tracks, default, best):
    """The spoken language wins over a person's translation, a person's captions over generated."""
    listed = [Track(name) for name in tracks.split("|")]
    assert ranked(listed, default)[0].name == best


def test_chapters_are_read_from_the_description():
    """Three times from 0:00 on are chapters; two, or others, are not."""
    description = "Talk!\n0:00 Intro\n(1:05) - The stack\n1:02:03 Questions?\nAt 4:00 we eat"
    assert chapters_of("", description)[0] == [
        Chapter(0, "Intro"),
        Chapter(65, "The stack"),
        Chapter(3723, "Questions?"),
    ]
    assert chapters_of("", "0:00 a\n1:00 b") == ([], "")
    assert chapters_of("", "Doors 10:30\nTalk at 11:30, 12:00 noon\n0:0 x") == ([], "")
    assert chapters_of("", "0:10 a\n1:00 b\n2:00 c") == ([], "")
    listed = chapters_of("", "0:00 a\n1:00 b\n2:00 c\nA new talk each day at 9:00")[0]
    assert [chapter.title for chapter in listed] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "form",
    [
        *("{t} {n}", "[{t}] {n}", "• {t} {n}", "⏰ {t} - {n}", "{i}. {t} {n}", "{n} - {t}"),
        *(
            "{n} ({t})",
            "{n} {t}",
            "{t} - 2:10:00 {n}",
            "{t}–2:10:00 {n}",
            "({t} to 2:10:00) {n}",
            "{t} → {n}",
        ),
    ],
)
def test_chapters_are_read_however_they_are_set(form):
    """Points, pictures and numbers before the time, ends behind it, and times after the title."""
    told = [("00:00", "Intro"), ("01:05", "The stack"), ("1:02:03", "Questions")]
    lines = (form.format(t=t, n=n, i=i) for i, (t, n) in enumerate(told, start=1))
    found, _ = chapters_of("", "A talk\r\n" + "\r\n".join(lines))
    assert found == [Chapter(0, "Intro"), Chapter(65, "The stack"), Chapter(3723, "Questions")]


def test_a_title_in_parts_is_a_title():
    """YouTube writes texts in two ways."""
    title = '{"runs":[{"text":"The "},{"text":"stack"}]}'
    marker = f'{{"title":{title},"onTap":{{"watchEndpoint":{{"startTimeSeconds":65}}}}}}'
    page = f'<script>var ytInitialData = {{"macroMarkersListItemRenderer":{marker}}};</script>'
    assert chapters_of(page, "") == ([Chapter(65, "The stack")], "listed on the page")


@pytest.mark.parametrize(
    "data",
    [b"{}", b"[]", b"", gzip.compress(b"x", mtime=0), b"[" * 100_000, b'{"parts":[{"name":1}]}'],
)
def test_a_bundle_that_is_none_is_damaged(data):
    """Bytes under our own media type that are no bundle give one clear error."""
    with pytest.raises(errors.ExtractionError):
        extract(Payload(data=data, media_type=VIDEO))


NEVER = '{"cues": [{"start": NaN, "duration": 1, "text": "some words that are said"}]}'


@pytest.mark.parametrize("said", ["[]", "{", '{"cues": [{"start": "x"}]}', '{"cues": 1}', NEVER])
def test_captions_that_are_none_are_damaged(said):
    """A bundle whose captions cannot be read is damaged, not empty."""
    part = Part(name="captions", url="x", media_type="x/y", data=said.encode())
    with pytest.raises(errors.Damaged, match="--refresh"):
        extract(Payload(data=pack([part]), media_type=VIDEO))


@pytest.mark.parametrize("player_calls", [True, False])
async def test_robots_are_asked_for_the_players_calls_if_wanted(player_calls, tube, visitor):
    """By default for the page alone; an operator may have every call asked about."""
    sites = tube()
    sites.tell("www.youtube.com/robots.txt", "User-agent: *\nDisallow: /youtubei/\nDisallow: /api/")
    robots = Robots(visitor, player_calls=player_calls)
    if not player_calls:
        assert (await gather(ADDRESS, visitor, robots)).data
        return
    with pytest.raises(errors.RobotsForbid, match="/youtubei/"):
        await gather(ADDRESS, visitor, robots)
    assert all(address.startswith(WATCH) for address in sites.addresses)


@pytest.mark.parametrize(
    ("player", "title", "channel"),
    [
        ("youtube_altered_user_agent", "Surface Go Review - It’s Awesome", "Dave2D"),
        (
            "youtube_ww1_nl_en",
            "The Tide Is Turning - Russian Civil War Fall 1919 I THE GREAT WAR 1919",
            "The Great War",
        ),
    ],
)
async def test_other_answers_of_the_player(player, title, channel, tube, gathered):
    """Answers to other programs and in other countries are read alike."""
    sites = tube(player=f"{player}.innertube.json")
    video = extract(await gathered(ADDRESS))
    assert (video.title, video.authors) == (title, (channel,))
    assert len([a for a in sites.addresses if a.startswith(TEXT)]) == 1
    assert video.extraction[0] == ExtractionStep(method="captions en", outcome="3 cues")
