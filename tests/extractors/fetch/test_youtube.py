"""Videos, over answers of YouTube: written by us in its forms, and recorded if they are there."""

import asyncio
import json
import tomllib
from base64 import b64encode
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from datasets import OWN, files

from extractors import registry
from extractors.bundles import Recognized
from extractors.fetch import ytdlp
from extractors.fetch.access import YouTubeAccess, read_access
from extractors.fetch.fetch import fetch
from extractors.fetch.network import Network
from extractors.fetch.youtube import chapters_in, ranked
from extractors.network.guard import NetworkPolicy
from extractors.network.robots import Robots
from schemas.errors import (
    AccessDenied,
    CasebookError,
    ConfigurationError,
    FetchError,
    InvalidUrl,
)
from schemas.sources import SourceKind, SourceRef

SAMPLES = Path(__file__).parents[1] / "samples"
pytestmark = pytest.mark.datasets
WATCH, PLAYER, TEXT, SOUND = (
    f"www.youtube.com/{path}"
    for path in ("watch", "youtubei/v1/player", "api/timedtext", "videoplayback/")
)


@dataclass(frozen=True)
class Recording:
    """A folder of YouTube's answers about one video, and facts of that video."""

    folder: Path
    video: str
    title: str
    channel: str
    day: str
    opening: str

    def __getitem__(self, name: str) -> bytes:
        return (self.folder / f"{name}.static").read_bytes()

    @property
    def address(self) -> str:
        return f"https://youtu.be/{self.video}?si=x"

    @property
    def page(self) -> str:
        return f"https://www.youtube.com/watch?v={self.video}"


VIDEOS = {
    True: ("cRaN3qu3u3s", "Two cranes, one queue – what our planner learned", "Gantry Platform",
           "2025-06-12", "Good morning, we run two cranes"),
    False: ("GJLlxj_dtq8", "Surface Go Review - It’s Awesome", "Dave2D",
            "2018-08-02", "Hey, this is just a test"),
}  # fmt: skip
RECORDINGS = [Recording(folder, *VIDEOS[OWN in folder.parents]) for folder in files("youtube")]


@pytest.fixture(params=RECORDINGS, ids=lambda one: one.video)
def recorded(request) -> Recording:
    """Answers of YouTube, our own and those that were recorded."""
    return request.param


@pytest.fixture
def tube(web, monkeypatch, recorded):
    """YouTube as recorded, or with another page, player's answer or captions; without yt-dlp."""
    monkeypatch.setattr(ytdlp, "find_spec", lambda _: None)

    def play(page=None, player=None, text=None):
        web.pages.clear()
        web.answer(WATCH, page or recorded["youtube.html"], "text/html")
        web.answer(PLAYER, player or recorded["youtube.innertube.json"], "application/json")
        web.answer(TEXT, recorded["transcript.xml"] if text is None else text, "text/xml")
        return web

    return play


@pytest.fixture
def failure(fetched, recorded):
    """Fetch the video and return the error, one printable line that says what to do."""

    async def failure() -> CasebookError:
        with pytest.raises(FetchError, match=r"casebook submit .* --transcript FILE") as failed:
            await fetched(recorded.address)
        assert str(failed.value).isprintable()
        return failed.value

    return failure


async def test_a_video_is_read_with_all_that_is_known_of_it(tube, fetched, recorded):
    """Has title, channel, date, times, and human English captions; also when read offline."""
    web = tube()
    payload = await fetched(recorded.address)
    video = registry.read(payload)
    assert video == registry.read(payload)
    assert payload.final_url == recorded.page
    assert (video.kind, video.site, video.language) == (SourceKind.VIDEO, "YouTube", "en")
    assert (video.title, list(video.authors)) == (recorded.title, [recorded.channel])
    assert str(video.published) == recorded.day
    assert video.text.startswith(recorded.opening)
    assert video.passages[0].seconds == 0
    assert [(s.method, s.outcome) for s in payload.steps] == [("captions en", "3 cues")]
    (asked,) = (address for address in web.addresses if address.startswith(TEXT))
    assert "lang=en" in asked
    assert not any(sign in asked for sign in ("kind=asr", "tlang"))


async def test_passages_follow_the_chapters(tube, fetched, recorded):
    """The words of a chapter are under its title, with the start in seconds."""
    answer = json.loads(recorded["youtube.innertube.json"])
    answer["videoDetails"]["shortDescription"] = "0:00 Intro\n0:30 Build\n1:05 - Screen"
    text = (
        '<transcript><text start="2" dur="3">hello to all of you</text>'
        '<text start="40" dur="2">it is built quite well</text>'
        '<text start="67" dur="2">and the screen is good</text></transcript>'
    )
    tube(player=json.dumps(answer).encode(), text=text)
    found = [
        (p.section, p.seconds) for p in registry.read(await fetched(recorded.address)).passages
    ]
    assert found == [("Intro", 2), ("Build", 40), ("Screen", 67)]


def test_chapters_are_read_from_the_description():
    """Three or more times starting at 0:00 are chapters; anything else is not."""
    listed = "Talk!\n0:00 Intro\n(1:05) - The stack\n1:02:03 Questions?\nAt 4:00 we eat"
    assert chapters_in(listed) == ((0, "Intro"), (65, "The stack"), (3723, "Questions?"))
    assert chapters_in("0:00 a\n1:00 b") == chapters_in("0:10 a\n1:00 b\n2:00 c") == ()


def test_the_original_language_comes_first():
    """The spoken language wins over a translation, a person's captions over generated ones."""
    for tracks in (
        "en, de en en-asr",
        "fr, de fr fr-asr",
        "en-GB, en-GB en-asr",
        "en, de en fr",
        "de, de fr",
    ):
        best, _, names = tracks.partition(", ")
        listed = [
            SimpleNamespace(language_code=name.removesuffix("-asr"), is_generated="asr" in name)
            for name in names.split()
        ]
        assert ranked(listed)[0].language_code == best


RECORDED = {
    "youtube_age_restricted": "video_age_restricted",
    "youtube_request_blocked": "video_blocked",
    "youtube_transcripts_disabled": "captions_disabled",
    "youtube_transcripts_disabled2": "captions_disabled",
    "youtube_unplayable": "video_unplayable",
    "youtube_video_unavailable": "video_unavailable",
}


@pytest.mark.parametrize("player", RECORDED)
async def test_each_recorded_refusal_has_its_cause(player, tube, failure, recorded):
    """An answer of YouTube's player becomes a cause and a one-line message with advice."""
    tube(player=recorded[f"{player}.innertube.json"])
    error = await failure()
    assert (error.kind, error.transient) == (RECORDED[player], error.kind == "video_blocked")
    if error.kind == "video_unplayable":
        stated = json.loads(recorded[f"{player}.innertube.json"])["playabilityStatus"]
        why = stated["errorScreen"]["playerErrorMessageRenderer"]["subreason"]["runs"]
        assert stated["reason"] in str(error)
        assert all(run["text"].strip() in str(error) for run in why)


REFUSALS = tomllib.loads((SAMPLES / "youtube.toml").read_text("utf-8"))["refusals"]
LATER = {"video_blocked", "video_rate_limited", "video_live", "video_upcoming"}
GONE = {"video_private", "video_unavailable"}


@pytest.mark.parametrize(("kind", "status", "reasons"), [(a, b, c) for a, b, *c in REFUSALS])
async def test_the_words_of_the_player_decide(kind, status, reasons, tube, failure):
    """A status has several causes; the player's message decides which one it is."""
    runs = [{"text": text} for text in reasons[1:]]
    screen = {"playerErrorMessageRenderer": {"subreason": {"runs": runs}}}
    refusal = {"status": status, "reason": reasons[0], "errorScreen": screen}
    tube(player=json.dumps({"playabilityStatus": refusal}))
    error = await failure()
    assert (error.kind, error.transient, error.gone) == (kind, kind in LATER, kind in GONE)


async def test_a_broadcast_that_is_not_over_is_tried_later(tube, failure, recorded):
    """Captions of a running broadcast are not the whole talk."""
    for sign in ("isLive", "isPostLiveDvr"):
        answer = json.loads(recorded["youtube.innertube.json"])
        answer["videoDetails"][sign] = True
        tube(player=json.dumps(answer))
        assert (await failure()).kind == "video_live"


async def test_locked_captions_give_way_to_the_next_track(tube, fetched, failure, recorded):
    """If the manual track needs a token, the generated one is read, else a person is asked."""
    tube(player=recorded["youtube_po_token_required.innertube.json"])
    payload = await fetched(recorded.address)
    assert [step.outcome for step in payload.steps] == ["failed: captions_locked", "3 cues"]
    assert {one.heard for one in registry.read(payload).passages} == {"generated"}
    locked = recorded["youtube.innertube.json"].replace(b"fmt=srv3", b"exp=xpe")
    tube(player=locked.replace(b"\\u0026exp", b"&exp"))
    assert (await failure()).kind == "captions_locked"


async def test_too_many_requests_pass(tube, web, failure, recorded):
    """A CAPTCHA page, a 429 and a 403 mean that YouTube limits this machine."""
    tube(page=recorded["youtube_too_many_requests.html"])
    assert (await failure()).kind == "video_rate_limited"
    for address, status, kind in [
        (TEXT, 403, "video_blocked"),
        (TEXT, 404, "captions_unreadable"),
        (WATCH, 404, "video_unavailable"),
        (WATCH, 429, "video_rate_limited"),
    ]:
        tube()
        web.pages.pop(address)
        web.answer(address, b"no", status=status, Retry_After="0")
        assert (await failure()).kind == kind


async def test_consent_is_given_by_a_cookie_that_only_youtube_gets(
    tube, web, fetched, failure, recorded
):
    """Consent is given once; a consent page that stays or lacks its form needs a person."""
    tube()
    web.pages[WATCH].clear()
    web.answer(WATCH, recorded["youtube_consent_page.html"])
    web.answer(WATCH, recorded["youtube.html"])
    assert registry.read(await fetched(recorded.address)).title
    cookies = [one.headers["cookie"] for one in web.asked if one.address.startswith(WATCH)]
    assert cookies[0] == "SOCS=CAI"
    assert "CONSENT=YES+cb" in cookies[1]
    form = b'<html><form action="https://consent.youtube.com/save" method="POST">'
    for page in ("youtube_consent_page.html", "youtube_consent_page_invalid.html", form):
        tube(page=page if isinstance(page, bytes) else recorded[page])
        assert (await failure()).kind == "video_consent"


async def test_answers_that_make_no_sense_are_tried_later(tube, failure):
    """Empty, truncated and unrelated answers give neither an empty document nor a crash."""
    for part, body in ("text", b"<html>"), ("text", b""), ("page", b"<"), ("player", b"[]"):
        tube(**{part: body})
        error = await failure()
        assert (error.kind, error.transient) == ("captions_unreadable", True)
    web = tube(text='<transcript><text start="1"> </text></transcript>')
    assert (await failure()).kind == "captions_missing"
    assert len([a for a in web.addresses if a.startswith(TEXT)]) == 9  # three tracks each time


async def test_pages_of_youtube_that_are_not_a_video_are_not_read(fetched, web):
    """For lists the message names the command for lists; other pages are refused."""
    for path in "playlist?list=PL1 watch?list=PL1 @name/videos channel/U1".split():
        with pytest.raises(FetchError, match="casebook backfill"):
            await fetched(f"https://www.youtube.com/{path}")
    for path in "watch?v= watch?v=short shorts/ clip/UgkxU2HSeG results".split():
        with pytest.raises(InvalidUrl, match="eleven characters"):
            await fetched(f"https://www.youtube.com/{path}")
    assert web.asked == []


async def test_a_link_that_leads_to_a_video_is_the_video(tube, fetched, recorded):
    """A short link on another site leads to the captions, not to the page."""
    web = tube()
    web.redirect("blog.example.com/s", f"https://youtu.be/{recorded.video}")
    web.redirect("youtu.be/", f"{recorded.page}&t=9")
    payload = await fetched("https://blog.example.com/s")
    assert registry.read(payload).kind is SourceKind.VIDEO
    assert (payload.url, payload.final_url) == ("https://blog.example.com/s", recorded.page)


@pytest.mark.parametrize("rule", ["/youtubei/\nDisallow: /api/", "/watch"])
async def test_robots_are_asked_for_the_watch_page_only(rule, tube, fetched, recorded):
    """Pages forbidden by robots.txt are not fetched; further calls belong to the page's player."""
    web = tube()
    web.answer("www.youtube.com/robots.txt", f"User-agent: *\nDisallow: {rule}\n")
    if rule == "/watch":
        with pytest.raises(AccessDenied):
            await fetched(recorded.address)
        assert web.addresses == []
    else:
        assert (await fetched(recorded.address)).data


async def test_captions_lead_to_no_host_of_the_own_network(tube, web, make_client, recorded):
    """Hosts allowed by the operator are for people to submit, not for an answer to name."""
    lists = recorded["youtube.innertube.json"].replace(b"www.youtube.com/api", b"lists.example.com")
    tube(player=lists)
    async with make_client(NetworkPolicy(frozenset({"lists.example.com:443"}))) as client:
        with pytest.raises(FetchError, match="a host in your network"):
            await fetch(SourceRef(source=recorded.address), Network(client, Robots(client)))
    assert not [address for address in web.addresses if address.startswith("lists.")]


VTT = "WEBVTT\n\n00:01.000 --> 00:05.000\nWe built a small model that sorts our letters.\n"


def with_media(recorded: Recording, base: str) -> bytes:
    """The player's answer with captions that are locked to the library, and its media at ``base``."""
    answer = json.loads(recorded["youtube.innertube.json"])
    media = answer["streamingData"]
    for one in (*media["formats"], *media["adaptiveFormats"]):
        one["url"] = f"{base}{one['itag']}"
    return json.dumps(answer).encode()


class Ears:
    """A transcriber that returns one cue and keeps what it got."""

    model = "ears"
    heard: bytes = b""

    async def transcribe(self, data, *_):
        """Return one cue."""
        self.heard = data
        return Recognized(((0.0, 5.0, "We built a small model that sorts our letters."),))


async def test_captions_come_by_yt_dlp_where_the_library_fails(
    tube, monkeypatch, fetched, recorded
):
    """The real yt-dlp reads captions from recorded answers, under the same title."""
    pytest.importorskip("yt_dlp", reason="the extra [media] is not installed")
    web = tube(player=with_media(recorded, "https://www.youtube.com/videoplayback/"))
    web.pages[TEXT].clear()
    for text in (*[b"<html>"] * 3, VTT):
        web.answer(TEXT, text)
    monkeypatch.setattr(ytdlp, "find_spec", lambda _: True)
    payload = await fetched(recorded.address)
    video = registry.read(payload)
    assert (video.title, list(video.authors)) == (recorded.title, [recorded.channel])
    assert video.text == "We built a small model that sorts our letters."
    assert [step.method for step in payload.steps] == ["captions", "captions by yt-dlp"]
    assert [one.heard for one in video.passages] == [None]


async def test_sound_is_transcribed_where_there_are_no_captions(
    tube, monkeypatch, network, recorded
):
    """The smallest good format is fetched through the guarded client, even from other hosts."""
    pytest.importorskip("yt_dlp", reason="the extra [media] is not installed")
    answer = json.loads(with_media(recorded, "https://www.youtube.com/videoplayback/"))
    del answer["captions"]
    web = tube(player=json.dumps(answer))
    web.answer(SOUND, b"\x1aE\xdf\xa3sound", "audio/webm")
    monkeypatch.setattr(ytdlp, "find_spec", lambda _: True)
    ears = Ears()
    hearing = Network(network.client, network.robots, transcriber=ears)
    payload = await fetch(SourceRef(source=recorded.address), hearing)
    assert ears.heard == b"\x1aE\xdf\xa3sound"
    assert registry.read(payload).passages[0].seconds == 0
    assert payload.steps[-1].method == "transcription by ears"
    for base in ("http://169.254.169.254/latest/", "https://[::1]/", "file:///etc/"):
        moved = json.dumps(answer).replace("https://www.youtube.com/videoplayback/", base)
        tube(player=moved)
        monkeypatch.setattr(ytdlp, "find_spec", lambda _: True)
        with pytest.raises(FetchError):
            await fetch(SourceRef(source=recorded.address), hearing)


COOKIES = """# Netscape HTTP Cookie File
.youtube.com\tTRUE\t/\tTRUE\t0\tLOGIN_INFO\tsigned-in
#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t4102444800\tSAPISID\tsecret
.example.com\tTRUE\t/\tTRUE\t4102444800\tELSEWHERE\tprivate
"""


@pytest.fixture
def access(tmp_path, make_client):
    """Write ``youtube.toml`` and read it, with the test's web behind each proxy."""

    def write(text, cookies=COOKIES):
        (tmp_path / "cookies.txt").write_text(cookies)
        (tmp_path / "youtube.toml").write_text(text)
        return read_access(tmp_path / "youtube.toml", lambda proxy: make_client(proxy=proxy))

    return write


async def test_cookies_of_ones_own_browser_go_to_youtube_only(tube, network, access, recorded):
    """The file's cookies for YouTube are sent there, those of other sites and to others never."""
    web = tube()
    tracks = recorded["youtube.innertube.json"].replace(
        b"www.youtube.com/api", b"lists.example.com"
    )
    web.answer(PLAYER, tracks, "application/json")
    web.pages[PLAYER].pop(0)
    web.answer("lists.example.com", recorded["transcript.xml"], "text/xml")
    signed_in = replace(network, youtube=access('cookies = "cookies.txt"'))
    await fetch(SourceRef(source=recorded.address), signed_in)
    sent = {one.address.partition("?")[0]: one.headers.get("cookie") for one in web.asked}
    assert sent["www.youtube.com/watch"] == "LOGIN_INFO=signed-in; SAPISID=secret; SOCS=CAI"
    assert "LOGIN_INFO=signed-in" in sent[PLAYER]
    elsewhere = {one: cookie for one, cookie in sent.items() if "youtube.com" not in one}
    assert set(elsewhere.values()) == {None}
    assert elsewhere


async def test_yt_dlp_is_signed_in_by_the_same_cookies(
    tube, monkeypatch, network, access, recorded
):
    """Its requests carry the cookies and their signature; the file of cookies stays as it is."""
    pytest.importorskip("yt_dlp", reason="the extra [media] is not installed")
    web = tube(player=with_media(recorded, "https://www.youtube.com/videoplayback/"))
    web.pages[TEXT].clear()
    for text in (*[b"<html>"] * 3, VTT):
        web.answer(TEXT, text)
    settings = json.dumps({"INNERTUBE_CONTEXT": {"client": {"clientName": "WEB"}}})
    web.answer("www.youtube.com/embed/", f"<script>ytcfg.set({settings});</script>", "text/html")
    monkeypatch.setattr(ytdlp, "find_spec", lambda _: True)
    allowed = access('cookies = "cookies.txt"')
    await fetch(SourceRef(source=recorded.address), replace(network, youtube=allowed))
    signed = [one for one in web.asked if "authorization" in one.headers]
    assert signed
    assert all("secret" not in one.headers["authorization"] for one in signed)
    assert allowed.cookies.read_text() == COOKIES


async def carry(reader, writer, ports, seen):
    """Answer one CONNECT of a proxy: refuse it unless its ports are given."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    seen.append(head)
    if ports is None:
        writer.write(b"HTTP/1.1 502 Down\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    there, out = await asyncio.open_connection("127.0.0.1", ports[443])
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    async def pump(source, sink):
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    await asyncio.gather(pump(reader, out), pump(there, writer), return_exceptions=True)


async def test_proxies_take_turns_for_youtube_only(tube, dialer, network, access, recorded):
    """A dead proxy is passed over, each video starts with the next one, other sites go direct."""
    web, dead, alive = tube(), [], []
    web.answer("blog.example.com/", b"A page about our own small cranes.", "text/plain")
    down = partial(carry, ports=None, seen=dead)
    through = partial(carry, ports=web.ports, seen=alive)
    async with (
        await asyncio.start_server(down, "127.0.0.1", 0) as first,
        await asyncio.start_server(through, "127.0.0.1", 0) as second,
    ):
        for port, server in ((3001, first), (3002, second)):
            web.ports[port] = server.sockets[0].getsockname()[1]
        listed = '"http://me:p%40ss@9.9.9.9:3001", "http://9.9.9.9:3002"'
        routed = replace(network, youtube=access(f"proxies = [{listed}]"))
        for _ in range(2):
            payload = await fetch(SourceRef(source=recorded.address), routed)
            assert registry.read(payload).title == recorded.title
        await fetch(SourceRef(source="https://blog.example.com/"), routed)
    assert len(dead) == 1
    assert b64encode(b"me:p@ss").decode() in dead[0]
    assert {head.split()[1] for head in alive} == {"www.youtube.com:443"}
    direct = [port for _, port in dialer.connects if port == 443]
    assert len(direct) == 3  # robots.txt of both sites, and the page


async def test_a_video_that_youtube_refuses_is_tried_by_each_proxy(tube, network, access, recorded):
    """All of them refused it: the cause is YouTube's, so that a batch waits."""
    tube(player=recorded["youtube_request_blocked.innertube.json"])
    clients = (network.client, network.client)
    with pytest.raises(FetchError) as failed:
        await fetch(
            SourceRef(source=recorded.address),
            replace(network, youtube=YouTubeAccess(clients=clients)),
        )
    assert failed.value.kind == "video_blocked"
    refused = tube().asked
    assert len([one for one in refused if one.address.startswith(PLAYER)]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "proxies = [",
        'proxies = "http://me:s3cret@h:1"',
        'proxies = ["socks5://me:s3cret@h:1"]',
        'proxies = ["http://me:s3cret@h"]',
        'cookie = "cookies.txt"',
        'cookies = "missing.txt"',
    ],
)
def test_a_file_that_is_not_right_is_named_without_its_secrets(text, access):
    """The message names the file and the form of its lines, never a password."""
    with pytest.raises(ConfigurationError, match=r"(youtube.toml|missing.txt) .*; ") as failed:
        access(text)
    assert "s3cret" not in str(failed.value)


def test_a_file_of_cookies_in_another_form_is_refused(access):
    """A JSON export is named as the problem, with what to do."""
    with pytest.raises(ConfigurationError, match="Netscape"):
        access('cookies = "cookies.txt"', cookies='[{"name": "SID"}]')
