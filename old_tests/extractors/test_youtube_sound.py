"""A video's sound comes by the real yt-dlp over recorded answers, through the guarded client only."""

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("yt_dlp", reason="the extra [media] is not installed")

from casebook.extractors.gathering.sound import choose_format
from casebook.extractors.gathering.youtube_sound import PIECE, fetch_sound
from casebook.extractors.network.robots import Robots
from casebook.schemas import errors

ROOT = Path(__file__).parents[2]
RECORDED = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data")) / "youtube"
WATCH = "https://www.youtube.com/watch?v=GJLlxj_dtq8"
SOUND = b"\x1aE\xdf\xa3" + bytes(5_000)

recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded answers in {RECORDED}")


def player(base: str) -> bytes:
    """The player's answer, with the sound at ``base``."""
    told = json.loads((RECORDED / "youtube_altered_user_agent.innertube.json.static").read_bytes())
    for given in (*told["streamingData"]["formats"], *told["streamingData"]["adaptiveFormats"]):
        given["url"] = f"{base}{given['itag']}"
    return json.dumps(told).encode()


@pytest.fixture
def tube(sites):
    """YouTube as recorded."""

    def play(base="https://www.youtube.com/videoplayback/"):
        page = (RECORDED / "youtube.html.static").read_bytes()
        sites.tell("www.youtube.com/watch", page)
        sites.tell("www.youtube.com/youtubei/v1/player", player(base), "application/json")
        sites.tell("www.youtube.com/videoplayback/", SOUND, "audio/webm", 206)
        return sites

    return play


@recorded
@pytest.mark.datasets
async def test_the_sound_is_found_and_fetched(tube, visitor):
    """yt-dlp finds the smallest good format, its title and channel; the bytes come in ranges."""
    sites = tube()
    sound = await fetch_sound(WATCH, visitor, Robots(visitor))
    assert sound.data == SOUND
    assert (sound.media_type, sound.url, sound.video) == ("audio/m4a", WATCH, True)
    assert sound.about["title"] == "Surface Go Review - It’s Awesome"
    assert sound.about["channel"] == "Dave2D"
    assert [step.method for step in sound.tried] == ["sound by yt-dlp"]
    (asked,) = [a for a in sites.asked if "videoplayback" in a.target]
    assert asked.headers["range"] == f"bytes=0-{PIECE - 1}"


@recorded
@pytest.mark.datasets
@pytest.mark.parametrize(
    "base", ["http://169.254.169.254/latest/", "https://[::1]/", "file:///etc/"]
)
async def test_yt_dlp_leads_to_no_private_address(tube, visitor, base):
    """What YouTube's answer names is judged like any address, wherever it leads."""
    sites = tube(base)
    with pytest.raises(errors.FetchError):
        await fetch_sound(WATCH, visitor, Robots(visitor))
    assert {a.host for a in sites.asked} == {"www.youtube.com"}


async def test_what_yt_dlp_cannot_read_is_told(sites, visitor):
    """A page that is none gives one line, and nothing of yt-dlp reaches the terminal."""
    sites.tell("www.youtube.com/watch", "<html>")
    with pytest.raises(errors.SoundUnavailable) as failure:
        await fetch_sound(WATCH, visitor, Robots(visitor))
    assert "\n" not in str(failure.value)


def form(rate: float, *, video: str = "none", protocol: str = "https", sound: str = "opus"):
    return {"abr": rate, "vcodec": video, "protocol": protocol, "acodec": sound, "url": "https://x"}


@pytest.mark.parametrize(
    ("formats", "best"),
    [
        ([form(130), form(50), form(32)], form(50)),
        ([form(24), form(32)], form(32)),
        ([form(50, protocol="m3u8_native"), form(130)], form(130)),
        ([form(90, video="avc1"), form(0, sound="none", video="avc1")], form(90, video="avc1")),
        ([form(50, sound="none")], None),
        ([], None),
    ],
)
def test_the_smallest_good_format_is_chosen(formats, best):
    """Speech needs little; sound alone goes before sound with pictures, one file before pieces."""
    assert choose_format(formats) == best
