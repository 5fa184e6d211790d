"""A page about a recording leads to it, or to what its site has written down of it."""

import pytest
from recordings import HEARD, LONG, NOTES, PLAYERS, TALK, document_of, rechecked, serve_page

from casebook.extractors.gathering.fetch import fetch as fetch_payload
from casebook.pipeline.ingestion import hearing
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.run import Run
from casebook.schemas import errors
from casebook.schemas.checks import CheckResult
from casebook.schemas.sources import SourceKind, SourceRef


@pytest.mark.parametrize("player", PLAYERS)
async def test_a_page_of_a_recording_leads_to_it(hearing_services, web, ears, player):
    """A player, Open Graph, JSON-LD or the feed names the recording; the page stays the source."""
    ref = serve_page(web, PLAYERS[player])
    document, _ = await document_of(ref, hearing_services)
    assert (document.kind, document.title) == (SourceKind.RECORDING, "How letters are answered")
    assert (document.url, str(document.published)) == (ref.source, "2025-06-01")
    assert [step.method for step in document.extraction] == [
        "recording of the page", "transcription whisper-1", "cues",
    ]  # fmt: skip
    assert len(ears.heard) == 1


VTT = "WEBVTT\n\n" + "".join(
    f"00:{n:02}:05.000 --> 00:{n:02}:50.000\n<v {('Ada Berg', 'Bo Li')[n % 2]}>In week {n} we "
    "moved one more queue to the small model and looked at it for days.\n\n"
    for n in range(6)
)
WRITTEN = {
    "track": PLAYERS["audio"] + '<video><track kind="captions" src="/talk.vtt"></video>',
    "link": PLAYERS["audio"] + '<a href="/talk.vtt">Transcript</a>',
    "feed": PLAYERS["feed"],
}


def serve_transcript(web, status: int = 200) -> None:
    """Podcasting 2.0 names transcripts in the feed; there is one for the page at /podcast/42."""
    web.expect_request("/talk.vtt").respond_with_data(VTT, status, content_type="text/vtt")
    base = web.url_for("").rstrip("/")
    feed = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace'
        f'/1.0"><channel><item><title>One</title><link>{base}/podcast/42</link>'
        f'<podcast:transcript url="{base}/talk.vtt" type="text/vtt"/>'
        f'<enclosure url="{base}/talk.mp3" type="audio/mpeg" length="9"/></item></channel></rss>'
    )
    web.expect_oneshot_request("/feed.xml").respond_with_data(feed, content_type="text/xml")


@pytest.mark.parametrize("named", WRITTEN)
async def test_a_transcript_that_the_site_gives_is_read(services, web, named):
    """Nobody has to hear the recording: its speakers and seconds are those of the site's own."""
    serve_transcript(web)
    ref = serve_page(web, WRITTEN[named])
    document, run = await document_of(ref, services)
    assert (document.title, document.url) == ("How letters are answered", ref.source)
    assert (str(document.published), document.site) == ("2025-06-01", None)
    first = document.passages[0].locator
    assert (first.speaker, first.seconds) == ("Ada Berg", 5)
    assert document.extraction[0].outcome == f"read from {web.url_for('/talk.vtt')}"
    check = await rechecked(run.source_id, services)
    assert check.result is CheckResult.SAME


async def test_an_item_of_a_feed_leads_to_its_transcript(services, web):
    """The feed names it beside the recording; the item's own address is the source."""
    serve_transcript(web)
    page = web.url_for("/podcast/42")
    ref = SourceRef(source=page, feed=web.url_for("/feed.xml"))
    document, _ = await document_of(ref, services)
    assert (document.title, document.url) == ("One", page)
    assert document.passages[1].locator.speaker == "Bo Li"


@pytest.mark.parametrize(("status", "kind"), [(404, "recording_unheard"), (503, "server_failed")])
async def test_a_transcript_that_cannot_be_had(services, web, ears, status, kind):
    """One that is gone leaves the recording; one that may come back is waited for."""
    serve_transcript(web, status)
    outcome = await ingest(serve_page(web, WRITTEN["link"]), services)
    assert outcome.failure.kind == kind


@pytest.mark.parametrize("away", ["/talk.vtt", "/feed.xml"])
async def test_a_recording_is_heard_while_its_transcript_is_away(hearing_services, web, ears, away):
    """What was tried is told; the transcript may be had by reading the source again, later."""
    web.expect_oneshot_request(away).respond_with_data("busy", 503)
    serve_transcript(web)
    named = {"/talk.vtt": WRITTEN["link"], "/feed.xml": PLAYERS["audio"] + PLAYERS["feed"]}
    document, _ = await document_of(serve_page(web, named[away]), hearing_services)
    assert document.kind is SourceKind.RECORDING
    assert [(step.method, step.outcome) for step in document.extraction][:2] == [
        ("transcript of the page", "failed: server_failed"),
        ("recording of the page", f"read from {web.url_for('/talk.mp3')}"),
    ]
    assert len(ears.heard) == 1


@pytest.mark.parametrize(
    ("player", "heard"),
    [
        ('<audio src="/gone.mp3"></audio>', 0),
        (PLAYERS["audio"], 1),
        ("", 0),
        (PLAYERS["feed"], 0),
    ],
    ids=["recording gone", "nothing heard", "no recording", "feed away"],
)
async def test_show_notes_never_stand_for_a_transcript_that_is_away(
    hearing_services, web, ears, player, heard
):
    """They would be kept for good: where nothing can be heard either, it is tried again later."""
    web.expect_request("/talk.vtt").respond_with_data("busy", 503)
    web.expect_oneshot_request("/feed.xml").respond_with_data("busy", 503)
    web.expect_request("/gone.mp3").respond_with_data("", 404)
    ears.answers = [(200, {**HEARD, "segments": []})]
    link = "" if player == PLAYERS["feed"] else '<a href="/talk.vtt">Transcript</a>'
    outcome = await ingest(serve_page(web, player + link), hearing_services)
    assert (outcome.failure.kind, outcome.failure.transient) == ("server_failed", True)
    assert len(ears.heard) == heard


@pytest.mark.parametrize(
    "link",
    [
        '<a rel="nofollow ugc" href="/other.vtt">mine</a>',
        '<ol class="commentlist"><li><p>Nice! <a href="/other.vtt">mine</a></p></li></ol>',
    ],
    ids=["marked", "comments"],
)
async def test_what_a_visitor_links_to_is_no_transcript(services, web, ears, link):
    """Else whoever may comment on a page would say what was said in its recording."""
    web.expect_request("/other.vtt").respond_with_data(VTT, content_type="text/vtt")
    outcome = await ingest(serve_page(web, PLAYERS["audio"], NOTES + link), services)
    assert outcome.failure.kind == "recording_unheard"


@pytest.mark.parametrize("named", ["track", "link"])
async def test_a_page_in_place_of_a_transcript_is_none(services, web, ears, named):
    """A site may answer with another of its pages, and say that all is well."""
    web.expect_request("/talk.vtt").respond_with_data(
        f"<!doctype html><title>All talks</title><main>{LONG}</main>", content_type="text/html"
    )
    outcome = await ingest(serve_page(web, WRITTEN[named]), services)
    assert outcome.failure.kind == "recording_unheard"


async def test_a_page_in_which_they_speak_is_a_transcript(services, web):
    """Podcasting 2.0 knows transcripts in HTML, too."""
    web.expect_request("/talk.vtt").respond_with_data(
        f"<!doctype html><title>One</title><main>{TALK}</main>", content_type="text/html"
    )
    document, _ = await document_of(serve_page(web, WRITTEN["link"]), services)
    assert document.passages[0].locator.speaker == "Ada Berg"


SAMPLES = "".join(f'<audio src="/sample{n}.mp3"></audio>' for n in range(5))


@pytest.mark.parametrize(
    ("body", "player", "path"),
    [
        (LONG, PLAYERS["audio"], "/podcast/42"),
        (TALK, PLAYERS["audio"], "/podcast/42"),
        (NOTES, SAMPLES, "/shop/7"),
    ],
    ids=["article", "transcript", "samples"],
)
async def test_a_page_with_a_text_of_its_own_is_read(
    hearing_services, web, ears, body, player, path
):
    """An article that is read aloud, a transcript beside its player, and samples are not sent."""
    document, _ = await document_of(serve_page(web, player, body, path), hearing_services)
    assert document.kind is SourceKind.WEB
    assert ears.heard == []


async def test_an_item_of_a_feed_leads_to_its_recording(hearing_services, web, ears):
    """A podcast's feed has a teaser and an enclosure; the item's own address is the source."""
    page = serve_page(web, "")
    ref = SourceRef(source=page.source, feed=web.url_for("/feed.xml"))
    document, _ = await document_of(ref, hearing_services)
    assert (document.kind, document.title, document.url) == (
        SourceKind.RECORDING, "One", page.source,
    )  # fmt: skip


@pytest.mark.parametrize("player", ["audio", "open graph", "feed"])
async def test_no_page_leads_to_a_recording_in_the_operators_network(
    hearing_services, web, ears, player
):
    """A host that people may submit is not for a page of the internet to have listened to."""
    page = serve_page(web, PLAYERS[player].replace('="/', f'="{web.url_for("/")}'))
    client, robots = await hearing_services.network()
    inside = await fetch_payload(page, client, robots)
    web.clear_log()
    outside = inside.model_copy(update={"final_url": "http://public.example/podcast/42"})

    async def read():
        return outside

    run = Run(hearing_services, "http://public.example/podcast/42")
    ref = SourceRef(source="http://public.example/podcast/42")
    if player == "feed":
        assert await hearing.fetch(ref, run, read) == outside
    else:
        with pytest.raises(errors.RecordingUnheard, match="your own network"):
            await hearing.fetch(ref, run, read)
    assert (web.log, ears.heard) == ([], [])


async def test_no_feed_leads_to_a_file_in_the_operators_network(services, web, ears, monkeypatch):
    """Neither for an item that it says is at an address there, nor for a page there that names it.

    What an item's feed says of itself is as much the internet's as the feed is.
    """
    serve_transcript(web)
    page = serve_page(web, PLAYERS["feed"])
    client, robots = await services.network()
    inside = await fetch_payload(page, client, robots)
    feed = await fetch_payload(SourceRef(source=web.url_for("/feed.xml")), client, robots)
    item = inside.model_copy(
        update={
            "data": inside.data + WRITTEN["link"].replace('="/', f'="{web.url_for("/")}').encode()
        }
    )
    web.clear_log()
    public = "http://public.example/feed.xml"
    fetch = hearing._fetched

    async def fetched(address, teller, run):
        if address.endswith("feed.xml"):
            return feed.model_copy(update={"final_url": public})
        return await fetch(address, teller, run)

    monkeypatch.setattr(hearing, "_fetched", fetched)

    async def read():
        return payload

    payload, told = inside, Run(services, page.source)
    assert await hearing.fetch(page, told, read) == inside
    payload, ref = item, SourceRef(source=page.source, feed=public)
    with pytest.raises(errors.RecordingUnheard):
        await hearing.fetch(ref, told, read)
    assert web.log == []


async def test_a_page_of_a_recording_that_nobody_can_hear(services, hearing_services, web, ears):
    """Without an endpoint, or where the recording is gone, a transcript is asked for."""
    outcome = await ingest(serve_page(web, PLAYERS["audio"]), services)
    assert outcome.failure.kind == "recording_unheard"
    assert "is about a recording" in outcome.failure.message
    assert "--transcript FILE" in outcome.failure.message
    web.expect_request("/gone.mp3").respond_with_data("", 404)
    lost = serve_page(web, '<audio src="/gone.mp3"></audio>', path="/podcast/43")
    outcome = await ingest(lost, hearing_services)
    assert outcome.failure.kind == "recording_unheard"
    assert "cannot be had" in outcome.failure.message
    assert ears.heard == []
