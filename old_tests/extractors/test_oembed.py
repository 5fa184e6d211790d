"""A transcript that is handed in for a video gets the video's title, where YouTube tells it."""

import json

import pytest

from casebook.extractors.gathering.fetch import fetch
from casebook.extractors.network.robots import Robots
from casebook.extractors.registry import extract
from casebook.schemas.sources import SourceKind, SourceRef

VIDEO = "https://youtu.be/GJLlxj_dtq8"
OEMBED = "www.youtube.com/oembed"
SAID = "0:00\nwe built a retrieval assistant\n0:04\nfor the support team\n1:10\nit runs for a year now\n"


@pytest.fixture
def pasted(tmp_path):
    file = tmp_path / "pasted.txt"
    file.write_text(SAID)
    return SourceRef(source=VIDEO, transcript=str(file))


async def test_the_title_is_asked_for(pasted, sites, visitor):
    """Title and channel stand above the words; one request is made, and each step is told."""
    sites.tell(OEMBED, json.dumps({"title": "A talk", "author_name": "Talks"}), "application/json")
    talk = extract(await fetch(pasted, visitor, Robots(visitor)))
    assert (talk.title, talk.authors, talk.kind) == ("A talk", ("Talks",), SourceKind.TEXT)
    assert talk.passages[0].locator.seconds == 0
    assert talk.extraction[0].outcome == "title and channel"
    (asked,) = sites.addresses
    assert asked.startswith(f"{OEMBED}?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DGJLlxj_dtq8")


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"title": 1}', "<html>"])
async def test_a_transcript_needs_no_title(pasted, sites, visitor, answer):
    """What YouTube does not tell, or not well, costs nothing but the title."""
    sites.tell(OEMBED, answer)
    talk = extract(await fetch(pasted, visitor, Robots(visitor)))
    assert talk.title is None
    assert "retrieval assistant" in talk.text
    assert talk.extraction[0].outcome == "failed: unreadable"


async def test_a_forbidden_title_is_not_asked_for(pasted, sites, visitor):
    """robots.txt holds for this page as for any other."""
    sites.tell("www.youtube.com/robots.txt", "User-agent: *\nDisallow: /oembed\n")
    talk = extract(await fetch(pasted, visitor, Robots(visitor)))
    assert talk.extraction[0].outcome == "failed: robots_forbid"
    assert sites.addresses == []


async def test_only_videos_have_such_titles(pasted, sites, visitor):
    """For a recording elsewhere nothing is asked, and the bytes stay as they are."""
    ref = pasted.model_copy(update={"source": "https://pod.example/1.mp3"})
    assert (await fetch(ref, visitor, Robots(visitor))).data == SAID.encode()
    assert sites.asked == []
