"""From what a person submitted to bytes and an identity."""

import json
import os
import tracemalloc

import pytest

from extractors import registry
from extractors.fetch.fetch import fetch, fetch_list, identify, read_file
from extractors.fetch.network import Network
from extractors.fetch.transcription import Transcriber
from extractors.network.limits import FetchLimits
from extractors.registry import read
from schemas import errors
from schemas.sources import FROM_BROWSER, Payload, SourceKind, SourceRef

SITE = "http://public.example"
STORY = (
    "The claims team reads four hundred letters a day with one small model that it tests weekly. "
)


async def test_a_page_becomes_a_payload(web, fetched):
    """The payload has bytes, type, charset, both addresses and the last part of the path."""
    web.redirect("public.example/old", "/docs/caf%C3%A9.html?x=1")
    web.answer("public.example/docs/caf", b"<p>hi", "text/html; charset=utf-8")
    payload = await fetched(f" {SITE}/old#part ")
    assert (payload.data, payload.media_type, payload.charset) == (b"<p>hi", "text/html", "utf-8")
    assert payload.name == "café.html"
    assert (payload.url, payload.final_url) == (f"{SITE}/old", f"{SITE}/docs/caf%C3%A9.html?x=1")
    assert payload.headers["content-length"] == "5"


async def test_robots_are_asked_before_the_page(web, fetched):
    """A forbidden page is never requested."""
    web.answer("public.example/robots.txt", "User-agent: *\nDisallow: /\n")
    with pytest.raises(errors.AccessDenied):
        await fetched(f"{SITE}/page")
    assert web.addresses == []


async def test_other_schemes_are_refused(fetched, dialer):
    """file:// does not bypass the checks on files."""
    for source in ("file:///etc/passwd", "FTP://example.com/x", "ldap://](#ldap"):
        with pytest.raises(errors.InvalidUrl, match="http"):
            await fetched(source)
    assert dialer.connects == []


async def test_a_front_page_is_not_the_page_that_was_asked_for(web, fetched):
    """Some sites redirect missing pages to their front page."""
    web.answer("www.public.example/", b"<p>all that we have", "text/html")
    for shown in ("/", "/index.html", "/de/", "http://www.public.example/"):
        web.pages.pop("public.example/2025", None)
        web.redirect("public.example/2025", shown)
        web.answer(f"public.example{shown}", b"<p>all that we have", "text/html")
        with pytest.raises(errors.SourceGone) as gone:
            await fetched(f"{SITE}/2025/post")
        assert gone.value.kind == "soft_not_found"


async def test_a_page_that_moved_is_the_page(web, fetched):
    """Redirects between names of a front page and to new addresses are followed."""
    web.answer("docs.public.example/", b"<p>moved")
    for asked, shown in (
        ("/index.html", "/"),
        ("/de", "/en/"),
        ("/2025", "/blog/2"),
        ("/p", "/?p=12"),
        ("/docs", "http://docs.public.example/"),
    ):
        web.redirect(f"public.example{asked}", shown)
        web.answer(f"public.example{shown}", b"<p>moved")
        assert (await fetched(f"{SITE}{asked}")).data == b"<p>moved"


async def test_a_file_in_a_repository_is_read_raw(web, fetched):
    """Links open the page around the file; if the raw file is missing, the page is read."""
    web.answer("raw.githubusercontent.com/o/r/main/a.md", b"# Raw", "text/plain")
    web.answer("github.com/o/r/blob/main/b.md", b"<p>page", "text/html")
    payload = await fetched("https://github.com/o/r/blob/main/a.md")
    assert (payload.data, payload.final_url) == (b"# Raw", "https://github.com/o/r/blob/main/a.md")
    assert (await fetched("https://github.com/o/r/blob/main/b.md")).data == b"<p>page"


async def test_a_list_is_fetched_as_it_is(web, network, tmp_path):
    """A feed can be large; a front page is as good a list."""
    web.answer("public.example/feed.xml", b"<rss>" + b" " * 12_000_000, "application/rss+xml")
    ref = SourceRef(source=f"{SITE}/feed.xml")
    assert len((await fetch_list(ref, network)).data) > 12_000_000
    (tmp_path / "links.txt").write_bytes(b"https://example.com\n")
    local = await fetch_list(SourceRef(source=str(tmp_path / "links.txt")), network)
    assert local.data == b"https://example.com\n"


TYPES = {
    "a.html": "text/html",
    "a.MD": "text/markdown",
    "a.pdf": "application/pdf",
    "a.bin": "application/octet-stream",
    "a": "application/octet-stream",
}


async def test_a_file_becomes_a_payload(tmp_path, fetched):
    """A file's type comes from its suffix; it has no address unless one is given."""
    for name, media_type in TYPES.items():
        (tmp_path / name).write_bytes(b"bytes")
        payload = await fetched(tmp_path / name)
        assert payload == Payload(data=b"bytes", media_type=media_type, name=name)


async def test_a_file_may_say_where_it_came_from(tmp_path, fetched, dialer):
    """The address is checked and stored, and nothing is fetched from it."""
    (tmp_path / "talk.txt").write_bytes(b"words")
    payload = await fetched(tmp_path / "talk.txt", url="https://example.com/talk")
    assert payload.url == payload.final_url == "https://example.com/talk"
    with pytest.raises(errors.InvalidUrl):
        await fetched(tmp_path / "talk.txt", url="javascript:alert(1)")
    assert dialer.connects == []


async def test_a_page_from_a_browser_is_marked_and_is_utf_8(tmp_path, fetched):
    """The browser provides UTF-8, so the encoding stated in the markup is ignored."""
    page = "<meta charset=latin-1><p>" + "Fünf Wörter stehen hier. " * 20
    (tmp_path / "page.html").write_text(page, "utf-8")
    payload = await fetched(tmp_path / "page.html", url="https://example.com/post", captured=True)
    found = read(payload)
    assert "Fünf Wörter" in found.text
    assert FROM_BROWSER in found.steps


async def test_a_missing_file_is_missing(tmp_path, monkeypatch, fetched):
    """Covers missing files, files used as folders, and impossible paths."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"x")
    for source in ("nowhere.txt", "a.txt/b", "null\0byte", "~nobody-here/x.md"):
        with pytest.raises(errors.SourceGone, match="There is no file") as gone:
            await fetched(source)
        assert (gone.value.kind, str(gone.value).isprintable()) == ("file_missing", True)


async def test_what_is_not_a_regular_file_cannot_be_read(tmp_path, fetched):
    """Covers a folder, an endless device, a blocking pipe, and an overlong path."""
    os.mkfifo(tmp_path / "pipe.txt")
    for source in (tmp_path, "/dev/zero", tmp_path / "pipe.txt"):
        with pytest.raises(errors.AccessDenied, match="folder or device"):
            await fetched(source)
    with pytest.raises(errors.AccessDenied, match="too long") as failed:
        await fetched("a" * 5000)
    assert len(str(failed.value)) < 300


async def test_a_file_of_200_mb_is_refused_unread(tmp_path, fetched):
    """The size is checked before reading; the limit depends on the suffix."""
    with (tmp_path / "huge.html").open("wb") as file:
        file.truncate(200_000_000)  # sparse: takes no space
    tracemalloc.start()
    with pytest.raises(errors.TooLarge, match="10 MB"):
        await fetched(tmp_path / "huge.html")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    (tmp_path / "a.pdf").write_bytes(bytes(15))
    assert read_file(tmp_path / "a.pdf", FetchLimits(text_bytes=10, file_bytes=20)) == bytes(15)


def test_one_page_is_one_source():
    """All addresses of a page, typed or given for a file, have the same id before any fetch."""
    refs = [
        SourceRef(source="https://www.example.com/post/?utm_source=x"),
        SourceRef(source="http://example.com/post#top"),
        SourceRef(source="saved.html", url="https://example.com/post"),
    ]
    (identity,) = {identify(ref) for ref in refs}
    assert identity.source_id.startswith("src1_")
    assert (identity.canonical_url, identity.kind) == ("https://example.com/post", None)


def test_a_file_is_known_by_its_bytes_or_else_by_its_path(tmp_path, monkeypatch):
    """Equal bytes are one source; an unreadable file is identified by its absolute path."""
    one, two = SourceRef(source="a.md"), SourceRef(source="b.md")
    text = Payload(data=b"text", media_type="text/markdown")
    other = Payload(data=b"other", media_type="text/markdown")
    assert identify(one, text) == identify(two, text)
    assert identify(one, text) != identify(one, other)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    absolute = identify(SourceRef(source=str(tmp_path / "a.md")))
    assert identify(one) == identify(SourceRef(source="~/a.md")) == absolute != identify(two)


def test_what_is_not_an_address_still_has_an_identity():
    """Identifying never fails, because a failure has to be stored for a source."""
    for source in ("http://](#http", "file:///etc/passwd", "http://a:b@c/", "\0"):
        assert identify(SourceRef(source=source)).canonical_url is None


MP3 = b"ID3\x04" + bytes(2_000)
SEGMENTS = [
    {"start": -0.01, "end": 6.5, "text": f" {STORY}"},
    {"start": 70.0, "end": 74.0, "text": " It answers nine of ten letters without a person."},
]


@pytest.fixture
def heard(httpserver, network):
    """A network with a transcription endpoint that answers as the test says."""

    def answer(body: object, status: int = 200) -> Network:
        served = httpserver.expect_request("/v1/audio/transcriptions", method="POST")
        served.respond_with_data(json.dumps(body), status=status)
        transcriber = Transcriber(httpserver.url_for("/v1"), "key", "whisper-1")
        return Network(network.client, network.robots, transcriber=transcriber)

    return answer


async def test_a_recording_is_transcribed(heard, web, httpserver):
    """Each passage has its time; the endpoint gets the file and the key."""
    web.answer("public.example/why-we_moved.mp3", MP3, "audio/mpeg")
    ref = SourceRef(source=f"{SITE}/why-we_moved.mp3")
    payload = await fetch(ref, heard({"segments": SEGMENTS}))
    document = registry.read(payload)
    assert (document.kind, document.title) == (SourceKind.RECORDING, "why we moved")
    assert [passage.seconds for passage in document.passages] == [0.0, 70.0]
    assert {passage.heard for passage in document.passages} == {"recognized"}
    assert payload.steps[-1].method == "transcription by whisper-1"
    (request, _), *_ = httpserver.log
    assert request.headers["Authorization"] == "Bearer key"
    assert request.files["file"].read() == MP3
    assert request.form["response_format"] == "verbose_json"


FAILURES = {
    401: "key_rejected",
    404: "not_an_endpoint",
    413: "recording_too_long",
    429: "rate_limited",
    500: "provider_unavailable",
    200: "answer_invalid",
}


@pytest.mark.parametrize(("status", "kind"), FAILURES.items())
async def test_each_failure_of_the_endpoint_has_its_cause(status, kind, heard, tmp_path):
    """Temporary failures are retried; those that need a setting or another file are not."""
    (tmp_path / "talk.mp3").write_bytes(MP3)
    with pytest.raises(errors.CasebookError, match=r"\.$|_…") as failed:
        await fetch(SourceRef(source=str(tmp_path / "talk.mp3")), heard({"text": "Hi"}, status))
    assert failed.value.kind == kind
    assert failed.value.transient is (status in {429, 500})


async def test_silence_is_not_a_transcript(heard, tmp_path):
    """The curator gets the message that the recording has no speech."""
    (tmp_path / "talk.mp3").write_bytes(MP3)
    silent = {"segments": [{"start": 0, "end": 1, "text": " "}]}
    with pytest.raises(errors.FetchError) as failed:
        await fetch(SourceRef(source=str(tmp_path / "talk.mp3")), heard(silent))
    assert failed.value.kind == "recording_silent"


async def test_a_recording_without_an_endpoint_needs_a_person(tmp_path, fetched):
    """The message names the setting, and the alternative without one."""
    (tmp_path / "talk.mp3").write_bytes(MP3)
    with pytest.raises(errors.FetchError, match="--transcript FILE") as failed:
        await fetched(tmp_path / "talk.mp3")
    assert failed.value.kind == "transcription_not_configured"


VTT = f"WEBVTT\n\n00:05.000 --> 00:09.000\n{STORY}\n"
OEMBED = "www.youtube.com/oembed"


@pytest.mark.parametrize(
    ("stated", "title"),
    [('{"title": "A talk", "author_name": "Talks"}', "A talk"), ("[]", None), ("<html>", None)],
)
async def test_a_transcript_stands_for_its_video(stated, title, web, fetched, tmp_path):
    """It is read with the video's title and channel, if YouTube states them."""
    (tmp_path / "pasted.vtt").write_text(VTT)
    web.answer(OEMBED, stated, "application/json")
    ref = SourceRef(source="https://youtu.be/GJLlxj_dtq8", transcript=str(tmp_path / "pasted.vtt"))
    payload = await fetched(ref.source, transcript=ref.transcript)
    talk = registry.read(payload)
    assert (talk.kind, talk.title, payload.url) == (SourceKind.VIDEO, title, ref.source)
    assert list(talk.authors) == (["Talks"] if title else [])
    assert (talk.text, talk.passages[0].seconds) == (STORY.strip(), 5.0)
    assert len(web.addresses) == 1
    assert web.addresses[0].endswith("url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DGJLlxj_dtq8")


async def test_a_transcript_of_a_recording_elsewhere_asks_nothing(web, fetched, tmp_path):
    """A title is only requested for YouTube videos."""
    (tmp_path / "pasted.txt").write_text(STORY)
    payload = await fetched("https://pod.example/1.mp3", transcript=str(tmp_path / "pasted.txt"))
    talk = registry.read(payload)
    assert (talk.kind, talk.text, web.asked) == (SourceKind.RECORDING, STORY.strip(), [])


EPISODE, WORDS, PARTS = (
    f"https://public.example/1{end}" for end in ("", ".json", "-chapters.json")
)
SPOKEN = {
    "version": "1.0.0",
    "segments": [
        {"speaker": "Ana", "startTime": 0.5, "endTime": 4.0, "body": "How did you begin with it?"},
        {"speaker": "Ben", "startTime": 65.0, "endTime": 69.0, "body": "We wrote each rate out."},
    ],
}
CHAPTERS = {
    "chapters": [
        {"startTime": 60, "title": "Tables"},
        {"startTime": 0, "title": "Hello"},
        {"startTime": 61, "title": "A picture", "toc": False},
    ]
}


async def test_an_episode_is_read_from_the_transcript_that_its_feed_names(web, fetched):
    """With speakers, seconds and chapters; the sound is not fetched."""
    web.answer(WORDS.removeprefix("https://"), json.dumps(SPOKEN), "application/json")
    web.answer(PARTS.removeprefix("https://"), json.dumps(CHAPTERS), "application/json")
    payload = await fetched(EPISODE, transcript=WORDS, chapters=PARTS)
    talk = registry.read(payload)
    assert (talk.kind, payload.url) == (SourceKind.RECORDING, EPISODE)
    said = [(one.speaker, one.seconds, one.section) for one in talk.passages]
    assert said == [("Ana", 0.5, "Hello"), ("Ben", 65.0, "Tables")]
    assert [one.method for one in payload.steps] == ["transcript", "chapters"]
    assert not any(address.rstrip("/") == EPISODE for address in web.addresses)


async def test_missing_chapters_are_noted_and_a_missing_transcript_is_an_error(web, fetched):
    """The words count; a page of our own network is refused for both."""
    web.answer(WORDS.removeprefix("https://"), json.dumps(SPOKEN), "application/json")
    web.answer(PARTS.removeprefix("https://"), "[]", "application/json")
    payload = await fetched(EPISODE, transcript=WORDS, chapters=PARTS)
    assert payload.steps[-1].doubtful
    assert [one.section for one in registry.read(payload).passages] == [None, None]
    payload = await fetched(EPISODE, transcript=WORDS, chapters="http://10.0.0.1/1.json")
    assert "10.0.0.1" in payload.steps[-1].outcome
    with pytest.raises(errors.FetchError, match=r"10\.0\.0\.1"):
        await fetched(EPISODE, transcript="http://10.0.0.1/1.vtt")
    web.answer("public.example/2.json", '{"segments": [{"body": 1}]}', "application/json")
    with pytest.raises(errors.ExtractionError, match="no segments with times"):
        registry.read(await fetched(EPISODE, transcript="https://public.example/2.json"))


@pytest.mark.parametrize("kind", ["video", "paper", "recording", "transcript"])
def test_a_bundle_that_is_not_one_has_a_clear_error(kind):
    """Bytes with our media types that we did not write give a one-line error."""
    for data in (b"{}", b"[]", b"", b"\x1f\x8b", b"[" * 100_000, b'{"cues": 1}'):
        with pytest.raises(errors.ExtractionError, match=r"\w"):
            registry.read(Payload(data=data, media_type=f"application/vnd.casebook.{kind}+json"))
