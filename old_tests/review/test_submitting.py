"""Sources handed in at the desk, and what becomes of them."""

import asyncio
import time
from pathlib import Path

import pytest
from desk_drafts import DeskClient
from lxml import html

from casebook.extractors.formats import SOURCES, TRANSCRIPTS
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.review import create_app, jobs
from casebook.review.jobs import Job, Jobs
from casebook.review.rendering import environment
from casebook.review.uploads import UPLOAD_BYTES, keep_transcript, safe_name
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.sources import SourceKind, SourceRef


@pytest.fixture
def page_server(httpserver):
    """A site with one page that is not there."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/gone").respond_with_data("no", status=404)
    return httpserver


@pytest.fixture
def local(page_server, tmp_path):
    """A desk that may fetch from the local server."""
    allowed = f"{page_server.host}:{page_server.port}"
    settings = Settings(home=tmp_path, curator="mira", allowed_hosts=allowed)
    with DeskClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def finished(desk, job_id: str):
    """The job's fragment once it no longer polls."""
    for _ in range(200):
        body = desk.get(f"/jobs/{job_id}", headers={"hx-request": "true"}).text
        if "hx-trigger" not in body:
            return html.fromstring(body)
        time.sleep(0.02)
    raise AssertionError(body)


def test_a_failed_fetch_ends_with_its_sentence_and_a_retry(local, page_server, build):
    """Progress is polled, the message says what to do, and the failure waits in the queue."""
    address = page_server.url_for("/gone")
    answer = local.send_form("/submit", htmx=True, addresses=address)
    job = html.fromstring(answer.text)
    assert job.xpath("//section/@hx-trigger")
    shown = finished(local, job.xpath("//section/@id")[0].removeprefix("job-"))
    (failure,) = build.warehouse.open_failures()
    assert failure.failure.kind == "page_missing"
    assert failure.failure.message in shown.text_content()
    assert f"/sources/{failure.failure.source_id}/retry" in shown.xpath("//form/@action")


def test_a_retry_tries_again_and_counts(local, page_server, build):
    """The button of a failure starts a job of the same source."""
    source_id = build.failed(transient=True, message="503", url=page_server.url_for("/gone"))
    answer = local.send_form(f"/sources/{source_id}/retry")
    assert answer.status_code == 303
    finished(local, answer.headers["location"].removeprefix("/jobs/"))
    (failure,) = build.warehouse.open_failures()
    assert failure.failure.source_id == source_id
    assert failure.failure.kind == "page_missing"


def test_several_addresses_make_several_jobs(local, page_server):
    """Each line is a source; the page without htmx lists them."""
    lines = "\n".join(page_server.url_for(path) for path in ("/gone?1", "/gone?2"))
    answer = local.send_form("/submit", addresses=lines)
    assert answer.headers["location"] == "/submit"
    page = html.fromstring(local.get("/submit").text)
    assert len(page.xpath("//section[contains(@class,'job')]")) == 2


def test_an_upload_is_kept_and_worked(local, build, tmp_path):
    """The file lies under the home, and its failure can be tried again from there."""
    answer = local.post(
        "/submit",
        data={"token": local.token(), "origin": "https://talks.example/1"},
        files={"files": ("../../notes one.txt", b"\x00\x01\x02", "text/plain")},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    shown = finished(local, answer.headers["location"].removeprefix("/jobs/"))
    assert "Extract failed" in shown.text_content()
    (kept,) = (tmp_path / "uploads").rglob("*.txt")
    assert kept.name == "notes-one.txt"
    (failure,) = build.warehouse.open_failures()
    assert failure.reference.source == str(kept)
    assert failure.reference.url == "https://talks.example/1"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Nothing was given"),
        ({"addresses": "/etc/passwd"}, "is no web address"),
        ({"addresses": "file:///etc/passwd"}, "is no web address"),
        ({"addresses": "http://user:pw@host.example/"}, "is no web address"),
        ({"origin": "https://talks.example/1"}, "belongs to one file"),
    ],
)
def test_what_is_no_source_is_refused_in_words(desk, settings, fields, said):
    """Paths of this machine above all: the desk reads addresses and uploads only."""
    answer = desk.send_form("/submit", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not settings.warehouse_path.exists()


@pytest.mark.parametrize(("size", "status"), [(0, 422), (UPLOAD_BYTES + 1, 413)])
def test_an_upload_has_a_size(desk, settings, size, status):
    """Empty files and files beyond every cap are refused before anything is kept."""
    answer = desk.post(
        "/submit",
        data={"token": desk.token()},
        files={"files": ("big.txt", b"x" * size, "text/plain")},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == status
    assert not (settings.home / "uploads").exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("talk.vtt", "talk.vtt"),
        ("C:\\Users\\mira\\a b.pdf", "a-b.pdf"),
        ("../../etc/passwd", "passwd"),
        ("...", "upload"),
        ("x" * 300 + ".html", "x" * 75 + ".html"),
    ],
)
def test_names_of_uploads_are_tamed(given, kept):
    """Only the last part stays, without blanks and leading dots, with its suffix."""
    assert safe_name(given) == kept


def outcome(status: Status, **more) -> Outcome:
    return Outcome(source="https://a.example/1", source_id="src1_a", status=status, **more)


def fragment(job: Job):
    rendered = environment().get_template("job.html").render(job=job, token="t")
    return html.fromstring(rendered)


def test_a_running_job_shows_its_stage_and_how_far_it_is():
    """Done stages, the current one and the share within it are told, and it polls on."""
    job = Job("https://a.example/1")
    assert "Waiting for its turn" in fragment(job).text_content()
    job.stage("", "summarize")
    job.step("", 3, 12)
    shown = fragment(job)
    assert [li.get("class") for li in shown.xpath("//li")] == ["done"] * 3 + ["current"]
    assert shown.xpath("//progress/@value") == [f"{(3 + 3 / 12) / 4:.3f}"]
    assert "summarize: 3 of 12" in shown.text_content()
    assert shown.get("hx-trigger")


def test_a_finished_job_leads_to_its_draft():
    """The draft's link, its company and its support are there, and polling ends."""
    job = Job("https://a.example/1")
    job.outcome = outcome(
        Status.DRAFT,
        case_id="case1_a",
        company="Parcelwise",
        statements={"summary": 2},
        support={"supported": 1, "weak": 1},
    )
    shown = fragment(job)
    assert shown.xpath("//a/@href") == ["/cases/case1_a"]
    assert "Parcelwise" in shown.text_content()
    assert "2 statements" in shown.text_content()
    assert shown.get("hx-trigger") is None


def test_a_refused_job_tells_why_and_offers_a_draft():
    """Triage's reason stands beside the button that overrules it."""
    job = Job("https://a.example/1")
    job.outcome = outcome(Status.NOT_A_CASE_STUDY, reason="A company outing.")
    shown = fragment(job)
    assert "A company outing." in shown.text_content()
    assert shown.xpath("//form/@action") == ["/sources/src1_a/retry"]
    assert shown.xpath("//input[@name='force']/@value") == ["yes"]


def test_work_that_could_not_be_recorded_says_so():
    """A warehouse that cannot be used ends the job with its sentence."""
    job = Job("https://a.example/1")
    job.problem = "The warehouse is full: make room."
    assert "The warehouse is full: make room." in fragment(job).text_content()


async def test_old_jobs_are_forgotten_and_running_ones_kept(settings, monkeypatch):
    """The memory of a desk that runs for weeks stays bounded."""
    monkeypatch.setattr(jobs, "_KEPT", 2)
    services = Services(settings)
    kept = Jobs(services)
    started = [kept.submit(SourceRef(source=f"/nothing/{n}")) for n in range(5)]
    assert len(kept.recent()) == 5
    await asyncio.gather(*kept._tasks)
    last = kept.submit(SourceRef(source="/nothing/last"))
    assert kept.recent() == [last, started[-1]]
    await kept.close()
    await services.close()


def test_work_of_an_earlier_desk_says_that_it_stopped(desk):
    """After a restart a job's page tells what to do."""
    answer = desk.get("/jobs/0123")
    assert answer.status_code == 404
    assert "submit the source again" in answer.text


VIDEO = "https://youtu.be/GJLlxj_dtq8"


def test_a_pasted_transcript_stands_for_its_video(local, build, tmp_path):
    """What was pasted is kept, read instead of the address, and tried again from there."""
    pasted = "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHello there."
    answer = local.send_form("/submit", transcript_of=f" {VIDEO} ", transcript=pasted)
    shown = finished(local, answer.headers["location"].removeprefix("/jobs/"))
    assert "Extract failed" in shown.text_content()  # two words are no talk
    (file,) = (tmp_path / "uploads").rglob("pasted.vtt")
    assert file.read_text() == pasted.replace("\r\n", "\n")
    (failure,) = build.warehouse.open_failures()
    assert (failure.reference.source, failure.reference.transcript) == (VIDEO, str(file))


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nHello.", "pasted.vtt"),
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\nHello.", "pasted.srt"),
        ("0:00\nHello.", "pasted.txt"),
    ],
)
async def test_what_is_pasted_is_named_for_what_it_is(pasted, kept, tmp_path):
    """The suffix tells the extractors which kind of transcript it is."""
    ref = await keep_transcript(VIDEO, pasted, None, tmp_path)
    assert Path(ref.transcript).name == kept


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"transcript_of": VIDEO}, "Paste the transcript"),
        ({"transcript": "Hello"}, "is no web address"),
        ({"transcript_of": "/etc/passwd", "transcript": "Hello"}, "is no web address"),
    ],
)
def test_a_transcript_needs_words_and_an_address(desk, settings, fields, said):
    """Half of a form is refused in words, and nothing is kept."""
    answer = desk.send_form("/submit", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not (settings.home / "uploads").exists()


def test_an_uploaded_transcript_is_a_transcript(desk, settings):
    """A picture is refused before it is kept."""
    answer = desk.post(
        "/submit",
        data={"token": desk.token(), "transcript_of": VIDEO},
        files={"transcript_file": ("shot.png", b"\x89PNG", "image/png")},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 422
    assert "shot.png is no transcript" in answer.text
    assert not (settings.home / "uploads").exists()


def test_a_failed_video_asks_for_its_transcript(desk, build):
    """The queue offers the form on a video that failed, and on no page that did."""
    build.failed(message="It has no captions.", url=VIDEO, kind=SourceKind.YOUTUBE)
    build.failed(message="404", url="https://a.example/gone")
    queue = html.fromstring(desk.get("/?status=failed").text)
    assert queue.xpath("//input[@name='transcript_of']/@value") == [VIDEO]
    assert len(queue.xpath("//textarea[@name='transcript']")) == 1


def test_a_page_that_failed_takes_a_copy_that_was_saved(local, page_server, build):
    """Handed in where it is told, it is read in place of the address, and the failure is over."""
    lost, busy = page_server.url_for("/gone"), "https://a.example/busy"
    build.failed(message="503", url=busy, transient=True)
    answer = local.send_form("/submit", addresses=lost)
    told = finished(local, answer.headers["location"].removeprefix("/jobs/"))
    queue = html.fromstring(local.get("/?status=failed").text)
    for shown in (told, queue):
        assert shown.xpath("//input[@name='origin']/@value") == [lost]
    soup = "".join(
        f"<p>Chop {n} carrots, add salt, and stir for {n} minutes.</p>" for n in range(40)
    )
    answer = local.post(
        "/submit",
        data={"token": local.token(), "origin": lost},
        files={"files": ("saved.html", soup.encode(), "text/html")},
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    finished(local, answer.headers["location"].removeprefix("/jobs/"))
    assert [one.failure.message for one in build.warehouse.open_failures()] == ["503"]


def test_the_desk_offers_every_file_that_a_transcript_may_be(desk):
    """The field and the check behind it name the same files."""
    page = desk.get("/submit").text
    assert f'accept="{",".join(TRANSCRIPTS)}"' in page
    assert " ".join(TRANSCRIPTS) in page


def test_the_desk_offers_every_file_that_a_source_may_be(desk):
    """The field names what the registry mounts."""
    assert f'accept="{",".join(SOURCES)}"' in desk.get("/submit").text
