"""Sources submitted at the desk, and their results."""

import asyncio
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from case_views import NOON
from desk_client import KEY, DeskClient, texts
from lxml import html

from desk import submit
from desk.app import create_app
from desk.jobs import Job, Jobs
from desk.rendering import environment
from desk.submit import keep_transcript, safe_name
from extractors.formats import SOURCES, TRANSCRIPTS
from schemas.errors import SourceGone, WarehouseError
from schemas.results import Failure, IngestResult, IngestStatus, SimilarSource
from schemas.sources import SourceKind, SourceRef

VIDEO = "https://youtu.be/GJLlxj_dtq8"
PAGE = "https://a.example/post"


def result(status: IngestStatus, **more) -> IngestResult:
    return IngestResult(**({"source": PAGE, "source_id": "src1_a", "status": status} | more))


def failure(stage="fetch", kind="page_missing") -> Failure:
    error = SourceGone(f"{PAGE} answers 404: check the address.", cause=kind)
    return Failure.of(error, "src1_a", stage, NOON)


@pytest.fixture
def runs() -> list:
    """The runs that the desk started, in order."""
    return []


@pytest.fixture
def desk(resources, runs, monkeypatch):
    """A desk whose stages end at once: each source fails as missing."""

    async def process(run):
        runs.append(run)
        return result(IngestStatus.FAILED, source=run.label, failure=failure())

    monkeypatch.setattr("desk.jobs.process", process)
    with DeskClient(create_app(resources, KEY)) as client:
        yield client


def finished(desk, job_id: str):
    """The job's fragment once it no longer polls."""
    for _ in range(200):
        body = desk.get(f"/jobs/{job_id}", headers={"hx-request": "true"}).text
        if "hx-trigger" not in body:
            return html.fromstring(body)
        time.sleep(0.01)
    raise AssertionError(body)


def test_an_address_is_processed_and_its_end_is_polled(desk, runs):
    """Without JavaScript the response leads to the job's page, which shows the failure."""
    answer = desk.send_form("/submit", addresses=PAGE)
    assert answer.status_code == 303
    shown = finished(desk, answer.headers["location"].removeprefix("/jobs/"))
    assert "answers 404: check the address." in shown.text_content()
    assert "/sources/src1_a/retry" in shown.xpath("//form/@action")
    assert [(run.ref.source, run.who, run.force) for run in runs] == [(PAGE, "mira", False)]


def test_one_bad_line_is_named_and_does_not_keep_the_others_back(desk, runs):
    """Valid lines start; the page reports the bad line with a reason."""
    lines = f"{PAGE}/1\n/etc/passwd\n\n {PAGE}/2  {PAGE}/1\nftp://b.example/"
    answer = desk.send_form("/submit", htmx=True, addresses=lines)
    found = html.fromstring(answer.text)
    assert len(found.xpath("//section[contains(@class,'job')]")) == 2
    problems = texts(found, "//div[@class='caution bad']//li")
    assert [line.partition(":")[0] for line in problems] == ["Line 2", "Line 5"]
    assert "“/etc/passwd” is not a web address" in problems[0]
    page = desk.send_form("/submit", addresses=lines)
    assert page.status_code == 200
    assert "2 entries were skipped; the others have started." in page.text
    assert {run.ref.source for run in runs} == {f"{PAGE}/1", f"{PAGE}/2"}


def test_a_bad_line_is_one_problem_that_quotes_it(desk, runs):
    """The line can have any number of words; two addresses on a line are both used."""
    lines = f"{PAGE}/1 {PAGE}/2\nplease look at {PAGE}/3 and tell me\n" + "x " * 300
    problems = submit.addresses(lines).problems
    assert [line.partition(" is not")[0] for line in problems] == [
        f"Line 2: “please look at {PAGE}/3 and tell me”",
        f"Line 3: “{'x ' * 100}”",
    ]
    desk.send_form("/submit", addresses=lines)
    assert [run.ref.source for run in runs] == [f"{PAGE}/1", f"{PAGE}/2"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Paste an address or choose a file"),
        ({"addresses": "/etc/passwd"}, "Line 1: “/etc/passwd” is not a web address"),
        ({"addresses": "file:///etc/passwd"}, "is not a web address"),
        ({"addresses": "uploads/../secret.md"}, "is not a web address"),
        ({"addresses": " /etc/passwd\t"}, "is not a web address"),
        ({"addresses": "http://user:pw@host.example/"}, "is not a web address"),
        ({"origin": "https://talks.example/1"}, "belongs to one file"),
        ({"transcript_of": VIDEO}, "Paste the transcript"),
        ({"transcript": "Hello"}, "Give the address of the video"),
        ({"transcript_of": "/etc/passwd", "transcript": "Hello"}, "is not a web address"),
    ],
)
def test_nothing_usable_is_refused_in_words(desk, settings, runs, fields, message):
    """In particular paths, because the desk reads only addresses and uploads."""
    answer = desk.send_form("/submit", **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert runs == []
    assert not (settings.home / "uploads").exists()


def test_an_upload_is_kept_under_a_tame_name_with_its_origin(desk, runs, settings):
    """It is stored in the home, so that it can be read again."""
    files = {"files": ("../../notes one.txt", b"words", "text/plain")}
    desk.send_form("/submit", origin="https://talks.example/1", files=files)
    (kept,) = (settings.home / "uploads").rglob("*.txt")
    assert kept.name == "notes-one.txt"
    assert (runs[0].ref.source, runs[0].ref.url) == (str(kept), "https://talks.example/1")


def captured(words=b"<p>Words behind a log-in.</p>", **fields) -> dict:
    """The fields of a page sent by the bookmarklet."""
    return {"captured": "yes", "files": {"files": ("page.html", words, "text/html")}} | fields


def test_a_page_from_the_browser_is_known_by_its_address(desk, runs, build, warehouse):
    """It is stored as a marked file and identified by its address, with the selection."""
    build.failed(url=PAGE)
    desk.send_form("/submit", **captured(origin=PAGE, hint=" What matters. "))
    (run,) = runs
    assert (run.ref.url, run.ref.captured, run.who) == (PAGE, True, "mira")
    assert Path(run.ref.source).read_bytes() == b"<p>Words behind a log-in.</p>"
    (kept,) = warehouse.selections(run.source_id)
    assert (kept.text, kept.who) == ("What matters.", "mira")
    (job,) = desk.app.state.desk.jobs.recent()
    assert job.label == PAGE


@pytest.mark.parametrize(
    "fields",
    [
        captured(),
        captured(origin="javascript:alert(1)"),
        {"captured": "yes", "origin": PAGE, "addresses": PAGE},
        {"addresses": f"{PAGE}/1 {PAGE}/2", "hint": "Of which?"},
    ],
)
def test_a_page_or_a_selection_without_its_source_is_refused(desk, runs, fields):
    """A page needs its web address, and a selection needs exactly one source."""
    assert desk.send_form("/submit", **fields).status_code == 422
    assert runs == []


def test_a_link_fills_in_the_form_and_starts_nothing(desk, runs):
    """Address and selection are treated as text, whatever they contain."""
    attack = '"></textarea><script>alert(1)</script>'
    page = html.fromstring(desk.get("/submit", params={"url": attack, "hint": attack}).text)
    assert [field.text for field in page.xpath("//textarea[@id='addresses' or @id='hint']")] == [
        attack,
        attack,
    ]
    assert runs == []


def test_the_bookmarklet_names_this_desk(desk):
    """Only this link is a script; it contains the desk's own address and no input."""
    page = html.fromstring(desk.get("/submit?url=javascript:alert(1)").text)
    (link,) = page.xpath("//a[starts-with(@href, 'javascript:')]/@href")
    assert '"http://127.0.0.1"' in unquote(link)
    assert "alert" not in unquote(link)


def test_one_bad_file_does_not_keep_the_others_back(desk, runs, monkeypatch):
    """An empty and an oversized file are reported; the third is processed."""
    monkeypatch.setattr(submit, "FILE_BYTES", 10)
    files = [
        ("files", ("empty.txt", b"", "text/plain")),
        ("files", ("big.txt", b"x" * 11, "text/plain")),
        ("files", ("good.txt", b"words", "text/plain")),
    ]
    answer = desk.send_form("/submit", htmx=True, files=files)
    problems = texts(html.fromstring(answer.text), "//div[@class='caution bad']//li")
    assert "empty.txt is empty" in problems[0]
    assert "big.txt is larger than" in problems[1]
    assert [Path(run.ref.source).name for run in runs] == ["good.txt"]


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
    """Keeps only the last part of the path with its suffix, without spaces or leading dots."""
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHello.", "pasted.vtt"),
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\nHello.", "pasted.srt"),
        ("0:00\nHello.", "pasted.txt"),
    ],
)
def test_a_pasted_transcript_is_named_by_its_format(pasted, kept, tmp_path):
    """The suffix tells the extractors the transcript's format."""
    ref = asyncio.run(keep_transcript(VIDEO, pasted, None, tmp_path))
    path = Path(ref.transcript)
    assert (ref.source, path.name) == (VIDEO, kept)
    assert path.read_text() == pasted.replace("\r\n", "\n")


def test_a_picture_is_not_a_transcript(desk, settings):
    """It is refused before it is stored."""
    files = {"transcript_file": ("shot.png", b"\x89PNG", "image/png")}
    answer = desk.send_form("/submit", transcript_of=VIDEO, files=files)
    assert answer.status_code == 422
    assert "shot.png is not a transcript" in answer.text
    assert not (settings.home / "uploads").exists()


def test_a_retry_starts_from_what_was_submitted(desk, build, runs):
    """A known source keeps its reference; ``force`` drafts a rejected one."""
    failed, refused = build.failed(), build.refused()
    desk.send_form(f"/sources/{failed}/retry")
    desk.send_form(f"/sources/{refused}/retry", htmx=True, force="yes")
    deadline = time.monotonic() + 10
    while len(runs) < 2 and time.monotonic() < deadline:  # jobs start after their answer
        time.sleep(0.01)
    assert [run.force for run in runs] == [False, True]
    assert [run.source_id for run in runs] == [failed, refused]
    assert desk.send_form("/sources/src1_nope/retry").status_code == 404


def test_a_failed_video_asks_for_its_transcript_and_a_lost_page_for_a_copy(desk, build):
    """Each kind of failure has its form, with the address filled in."""
    build.failed(
        "It has no captions.", url=VIDEO, source_kind=SourceKind.VIDEO, kind="captions_missing"
    )
    build.failed("404", url="https://a.example/gone", gone=True)
    build.failed("503", url="https://a.example/busy", transient=True)
    page = html.fromstring(desk.get("/?status=failed").text)
    assert page.xpath("//input[@name='transcript_of']/@value") == [VIDEO]
    assert page.xpath("//input[@name='origin']/@value") == ["https://a.example/gone"]


def test_the_forms_offer_the_files_that_are_read(desk):
    """The file fields accept the formats that the extractors read."""
    page = desk.get("/submit").text
    for suffixes in (SOURCES, TRANSCRIPTS):
        assert f'accept="{",".join(suffixes)}"' in page


def fragment(job: Job):
    return html.fromstring(environment().get_template("job_body.html").render(job=job, token="t"))


def test_a_running_job_shows_its_stage_and_how_far_it_is():
    """Shows finished stages and the progress of the current one, and keeps polling."""
    job = Job(SourceRef(source=PAGE), PAGE)
    assert "Waiting for a free slot" in fragment(job).text_content()
    job.on_progress(PAGE, "summarize", 3, 12)
    job.on_progress(PAGE, "", 0, 0)
    shown = fragment(job)
    states = [li.get("class") for li in shown.xpath("//li")]
    assert states == ["done"] * 4 + ["current"] + ["ahead"] * 2
    assert shown.xpath("//progress/@value") == [f"{(4 + 3 / 12) / 7:.3f}"]
    assert "summarize: 3 of 12" in shown.text_content()
    assert texts(shown, "//*[@role='status']") == ["summarize"]
    assert shown.get("hx-trigger")


def test_a_finished_job_leads_to_its_draft():
    """Shows a link, the company, the support in words, and notes for the curator."""
    copy = SimilarSource(
        source_id="src1_b", case_id="case1_b", title="The same", url=None, similarity=0.93
    )
    job = Job(SourceRef(source=PAGE), PAGE)
    job.result = result(
        IngestStatus.DRAFT,
        case_id="case1_a",
        company="Harbourline",
        statements={"abstract": 2},
        support={"verified": 1, "doubtful": 1},
        same_as="https://b.example/post",
        near_copies=(copy,),
        unjudged="the judge did not answer",
    )
    shown = fragment(job)
    assert shown.xpath("//a/@href") == ["/cases/case1_b", "/cases/case1_a"]
    words = " ".join(shown.text_content().split())
    for expected in ("Harbourline", "2 statements", "1 verified", "leads to https://b.example/post",
                     "93%", "the judge did not answer"):  # fmt: skip
        assert expected in words
    assert shown.get("hx-trigger") is None
    job.result = result(IngestStatus.NOT_A_CASE_STUDY, reason="A company outing.")
    assert "A company outing." in fragment(job).text_content()
    assert fragment(job).xpath("//input[@name='force']/@value") == ["yes"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WarehouseError("The disk is full: make room."), "The disk is full: make room."),
        (RuntimeError("secret"), "Something unexpected went wrong"),
    ],
)
async def test_work_that_could_not_be_stored_says_so(resources, error, words, monkeypatch):
    """A job always ends with a message; internals are only logged."""

    async def process(_run):
        raise error

    monkeypatch.setattr("desk.jobs.process", process)
    kept = Jobs(resources)
    job = kept.start(SourceRef(source=PAGE))
    await asyncio.gather(*kept._tasks)
    shown = fragment(job).text_content()
    assert words in shown
    assert "secret" not in shown


async def test_a_bounded_number_of_jobs_runs_at_once(resources, monkeypatch):
    """Other jobs wait for a free slot; closing the desk stops all."""
    running, most, gate = 0, 0, asyncio.Event()

    async def process(_run):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await gate.wait()

    monkeypatch.setattr("desk.jobs.process", process)
    kept = Jobs(resources)
    for n in range(5):
        kept.start(SourceRef(source=f"{PAGE}/{n}"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (most, len(kept.running())) == (resources.parallel, 5)
    await kept.close()
    assert kept._tasks == set()


def test_a_job_of_an_earlier_desk_says_that_it_stopped(desk):
    """Its page is a 404 with advice; the polled fragment says so once and stops polling."""
    answer = desk.get("/jobs/0123")
    assert answer.status_code == 404
    assert "Submit the source again" in " ".join(answer.text.split())
    fragment = desk.get("/jobs/0123", headers={"hx-request": "true"})
    assert fragment.status_code == 200
    assert "hx-trigger" not in fragment.text
