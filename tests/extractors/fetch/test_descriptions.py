"""Slides that a video's description links."""

import json
from pathlib import Path

import pytest
from datasets import OWN, files

from extractors import registry
from extractors.fetch import ytdlp
from extractors.fetch.descriptions import slides_in
from extractors.fetch.fetch import fetch
from extractors.fetch.network import Network
from extractors.network.guard import NetworkPolicy
from extractors.network.robots import Robots
from extractors.pdf.pages import picture
from schemas.sources import SourceRef

pytestmark = pytest.mark.datasets
DECK = (Path(__file__).parents[3] / "examples" / "claims-copilot.pdf").read_bytes()
ADDRESS = "https://blog.example.com/talks/cranes.pdf"
VIDEO = "https://youtu.be/cRaN3qu3u3s"


@pytest.fixture
def talk(web, monkeypatch):
    """A video whose description is as the test says."""
    (folder,) = (one for one in files("youtube") if OWN in one.parents)
    monkeypatch.setattr(ytdlp, "find_spec", lambda _: None)

    def describe(description):
        player = json.loads((folder / "youtube.innertube.json.static").read_bytes())
        player["videoDetails"]["shortDescription"] = description
        web.answer("www.youtube.com/watch", (folder / "youtube.html.static").read_bytes())
        web.answer("www.youtube.com/youtubei/v1/player", json.dumps(player))
        web.answer("www.youtube.com/api/timedtext", (folder / "transcript.xml.static").read_bytes())
        return web

    return describe


async def test_slides_follow_the_words_with_their_pages(talk, fetched):
    """One document: what was said with seconds, then each page of the PDF under *Slides*."""
    web = talk(f"Our talk.\nSlides: {ADDRESS}")
    web.answer("blog.example.com/talks/", DECK, "application/pdf")
    payload = await fetched(VIDEO)
    video = registry.read(payload)
    said = [one for one in video.passages if one.seconds is not None]
    shown = [one for one in video.passages if one.page]
    assert [one.n for one in (*said, *shown)] == list(range(1, len(video.passages) + 1))
    assert (said[0].n, {one.section is None for one in said}) == (1, {True})
    assert {one.page for one in shown} == {1, 2, 3}
    assert {one.headings[0] for one in shown} == {"Slides"}
    deck_file = payload.model_copy(update={"data": DECK, "media_type": "application/pdf"})
    deck = registry.read(deck_file)
    quoted = [video.text[one.start : one.end] for one in shown]
    assert quoted == [deck.text[one.start : one.end] for one in deck.passages]
    boxes = [(video.text[a.start : a.end], a.page) for one in shown for a in one.lines]
    assert boxes == [(deck.text[a.start : a.end], a.page) for p in deck.passages for a in p.lines]
    assert picture(payload, 3) == picture(deck_file, 3)
    assert video.slides == ADDRESS
    assert [one.method for one in payload.steps] == ["captions en", "slides"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "outcome"),
    [
        (b"no", "text/html", 404, f"{ADDRESS}: page_missing"),
        (b"<html><title>Deck</title>", "text/html", 200, f"{ADDRESS} is not a PDF"),
        (b"%PDF-1.7 broken", "application/pdf", 200, "could not be read: damaged"),
    ],
)
async def test_a_talk_is_complete_without_its_slides(talk, fetched, body, kind, status, outcome):
    """Slides that cannot be fetched or read are a step, never a failure of the talk."""
    web = talk(f"Slides: {ADDRESS}")
    web.answer("blog.example.com/talks/", body, kind, status)
    video = registry.read(await fetched(VIDEO))
    assert video.passages
    assert video.slides is None
    steps = {one.method: one.outcome for one in video.steps}
    assert steps["slides"] == outcome


async def test_a_description_leads_to_no_host_of_the_own_network(talk, web, make_client):
    """Hosts that the operator allowed are for people to submit, not for a description."""
    talk("Slides: https://lists.example.com/deck.pdf")
    async with make_client(NetworkPolicy(frozenset({"lists.example.com:443"}))) as client:
        payload = await fetch(SourceRef(source=VIDEO), Network(client, Robots(client)))
    assert payload.steps[-1].outcome.endswith("redirect_forbidden")
    assert not [one for one in web.addresses if one.startswith("lists.")]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (f"Slides: {ADDRESS}.", ADDRESS),
        (f"Get the slide deck here:\n{ADDRESS}\nMore: https://a.example/", ADDRESS),
        (f"Code https://a.example/code | Slides {ADDRESS}", ADDRESS),
        (f"Folien ({ADDRESS}) und Notizen", ADDRESS),
        ("Paper: https://arxiv.org/pdf/2401.00001", None),
        ("We slide into production. https://a.example/", None),
        ("A landslide of tickets https://a.example/", None),
        ("Slides are not public.\n\nhttps://a.example/", None),
        ("", None),
    ],
)
def test_the_address_beside_the_word_is_that_of_the_slides(description, expected):
    """It stands behind the word on its line, or on the line below."""
    assert slides_in(description) == expected
