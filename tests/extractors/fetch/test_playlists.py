"""Playlists and channels of YouTube, over a server that continues them as YouTube does."""

import json

import pytest

from extractors.fetch.fetch import fetch_list
from extractors.lists.walk import walk
from schemas.sources import SourceRef

LISTS = {
    "playlist?list=PL1": "www.youtube.com/playlist",
    "@harbour/videos": "www.youtube.com/@harbour",
}
BROWSE = "www.youtube.com/youtubei/v1/browse"


def video(n: int) -> dict[str, object]:
    return {
        "playlistVideoRenderer": {"videoId": f"{n:011}", "title": {"runs": [{"text": f"T{n}"}]}}
    }


def item(n: int) -> dict[str, object]:
    """A video of a channel, in the layout of today."""
    title = {"lockupMetadataViewModel": {"title": {"content": f"T{n}"}}}
    return {
        "richItemRenderer": {
            "content": {"lockupViewModel": {"contentId": f"{n:011}", "metadata": title}}
        }
    }


def continued(token: str, *, executed: bool = False) -> dict[str, object]:
    """Return the marker of a list that continues, in either of two forms."""
    command = {
        "continuationCommand": {"token": token, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}
    }
    several = {
        "commandExecutorCommand": {"commands": [{"playlistVotingRefreshPopupCommand": {}}, command]}
    }
    return {
        "continuationItemRenderer": {
            "trigger": "X",
            "continuationEndpoint": several if executed else command,
        }
    }


def page(*videos: object, token: str = "", head: object = None, beside: bool = False) -> str:
    """A page whose menus have other tokens, which do not continue the list of videos."""
    chips = [
        {
            "chipCloudChipRenderer": {
                "navigationEndpoint": {"continuationCommand": {"token": "oldest"}}
            }
        }
    ]
    about = [{"itemSectionRenderer": {"contents": [continued("about")]}}]
    more = [continued(token, executed=beside)] if token else []
    inner = {"playlistVideoListRenderer": {"contents": [*videos, *([] if beside else more)]}}
    outer = [{"itemSectionRenderer": {"contents": [inner]}}, *(more if beside else [])]
    data = {
        "contents": {"richGridRenderer": {"contents": outer, "header": chips}},
        "header": [about, head],
    }
    start = (
        '<!DOCTYPE html><script>ytcfg.set({"INNERTUBE_CLIENT_VERSION":"2.20261130.00"});</script>'
    )
    return f"{start}<script>var ytInitialData = {json.dumps(data, separators=(',', ':'))};</script>"


def answer(*videos: object, token: str = "") -> str:
    items = [*videos, *([continued(token)] if token else [])]
    action = {"appendContinuationItemsAction": {"continuationItems": items}}
    return json.dumps({"responseContext": {}, "onResponseReceivedActions": [action]})


@pytest.fixture
def listed(network):
    """Return the numbers of the videos that a list names, and what was missed."""

    async def read(path: str):
        async def compute(function, payload):
            return function(payload)

        async def fetch(ref: SourceRef):
            return await fetch_list(ref, network)

        found = await walk(SourceRef(source=f"https://www.youtube.com/{path}"), fetch, compute)
        return [int(one.url[-11:]) for one in found.candidates], list(found.missed)

    return read


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("beside", [False, True])
async def test_a_list_is_followed_to_its_end(path, beside, web, listed):
    """Each request uses the continuation of the previous answer and the page's client."""
    one = item if path.startswith("@") else video
    web.answer(LISTS[path], page(*map(one, range(100)), token="t1", beside=beside), "text/html")
    web.answer(BROWSE, answer(*map(one, range(100, 200)), token="t2"), "application/json")
    web.answer(BROWSE, answer(*map(one, range(200, 237))), "application/json")
    assert await listed(path) == (list(range(237)), [])
    asked = [json.loads(one.body) for one in web.asked if one.address.startswith(BROWSE)]
    assert [one["continuation"] for one in asked] == ["t1", "t2"]
    client = {"clientName": "WEB", "clientVersion": "2.20261130.00"}
    assert all(one["context"]["client"] == client for one in asked)
    assert all(one.headers["cookie"] == "SOCS=CAI" for one in web.asked if one.method == "POST")


async def test_a_list_without_a_continuation_is_whole(web, listed):
    """Tokens of menus do not continue the list."""
    web.answer(LISTS["@harbour/videos"], page(item(1), item(2)), "text/html")
    assert await listed("@harbour/videos") == ([1, 2], [])
    assert not [one for one in web.addresses if one.startswith(BROWSE)]


RUNS = {"numVideosText": {"runs": [{"text": "1,237"}, {"text": " videos"}]}}
HEADS = [
    (RUNS, "1,137 of 1,237 videos are missing: YouTube listed only 100"),
    ({"metadataParts": [{"text": {"content": "237 videos"}}]}, "137 of 237 videos are missing"),
    ({"metadataParts": [{"text": {"content": "1.2K videos"}}]}, "an unknown number of videos"),
]
FAILURES = [(b"{}", 200), (b"<html>", 200), (b'{"error": {"code": 400}}', 400), (b"", 429)]


@pytest.mark.parametrize(("head", "message"), HEADS)
@pytest.mark.parametrize(("body", "status"), FAILURES)
async def test_what_youtube_does_not_list_is_counted(head, message, body, status, web, listed):
    """Listed videos are used; the number of missing ones is reported."""
    path = "playlist?list=PL1"
    web.answer(LISTS[path], page(*map(video, range(100)), token="t1", head=head), "text/html")
    web.answer(BROWSE, body, "application/json", status, Retry_After="0")
    found, missed = await listed(path)
    assert found == list(range(100))
    assert [one[: len(message)] for one in missed] == [message]
