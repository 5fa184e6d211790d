"""The desk reads web addresses and uploads, and no other file of the server."""

import asyncio
import gzip
import json
import time
from hashlib import sha256
from pathlib import Path

import pytest
from desk_client import read
from made_rows import a_row, a_source

from flows.ingest import fetch
from schemas.batches import Batch, BatchItem
from schemas.results import Failure, IngestResult, IngestStatus
from schemas.sources import SourceKind, SourceRef
from services.batches import read_list
from services.run import Run
from services.selection import open_items

WORDS = "The keys of the vault are under the third stone, and nobody else shall read it.\n"
PAGE = "https://public.example/post"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the server, beside the folder of uploads."""
    path = tmp_path / "secret.md"
    path.write_text(WORDS * 20, "utf-8")
    return path


@pytest.fixture
def is_read(warehouse, secret):
    """Return whether the secret was stored as a snapshot, or is part of a response."""
    digest = sha256(secret.read_bytes()).hexdigest()

    def check(*answers) -> bool:
        shown = any("third stone" in answer.text for answer in answers)
        return shown or (digest,) in warehouse.sql("SELECT sha256 FROM snapshots")[1]

    return check


def until_idle(desk) -> list[str]:
    """Wait for all started work; return the messages of its failures."""
    state = desk.app.state.desk
    for _ in range(1_000):
        if not state.jobs.running() and not state.batches.active():
            break
        time.sleep(0.01)
    results = [job.result for job in state.jobs.recent()]
    return [one.failure.message for one in results if one and one.failure]


def a_batch_of(warehouse, path: Path) -> list[BatchItem]:
    """Store a batch of a file."""
    items = [BatchItem(source_id="src1_secret", reference=SourceRef(source=str(path)))]
    batch = Batch(batch_id="batch1_files", origin="files", size=1, created_by="mira")
    warehouse.add_batch(batch, items)
    return items


def failed_file(warehouse, path: Path) -> None:
    """Store a file that the terminal submitted and that could not be read."""
    about = {"kind": SourceKind.MARKDOWN, "reference": SourceRef(source=str(path))}
    source = a_source(None, source_id="src1_secret", **about)
    missing = {"source_id": source.source_id, "kind": "file_missing", "message": "It is gone."}
    warehouse.append(source, a_row(Failure, failure_id="fail1_secret", gone=True, **missing))


async def test_the_terminal_may_name_any_file(resources, secret, tmp_path, is_read):
    """A list on this machine can name files beside it, which are read."""
    listed = tmp_path / "list.txt"
    listed.write_text(f"secret.md\n{PAGE}\n", "utf-8")
    found = await read_list(SourceRef(source=str(listed)), resources)
    assert [one.url for one in found.candidates] == [str(secret), PAGE]
    await fetch(Run(found.candidates[0].reference, resources))
    assert is_read()


def lists_of(path: str) -> dict[str, bytes]:
    """A list in each format, which names a file and a page."""
    feed = f"<item><link>{path}</link></item><item><link>{PAGE}</link></item>"
    outline = f'<outline type="rss" xmlUrl="{path}"/>'
    entries = [{"url": path}, {"url": PAGE}, {"source": path, "url": f"{PAGE}/2"}]
    entries.append({"url": f"{PAGE}/3", "transcript": path})
    atom = f'<entry><link href="{path}"/></entry><entry><link href="{PAGE}"/></entry>'
    texts = {
        "list.txt": f"{path}\nfile://{path}\n{PAGE}\n",
        "list.md": f"- [one]({path})\n- [two]({PAGE})\n- {path}\n",
        "list.csv": f"source,transcript\n{path},\n{PAGE},{path}\n{PAGE}/2,\n",
        "list.tsv": f"source\ttitle\n{path}\tA\n{PAGE}\tB\n",
        "list.json": json.dumps(entries),
        "list.jsonl": "\n".join(map(json.dumps, entries)),
        "list.html": f"<html><a href='{path}'>one two three</a><a href='{PAGE}'>four</a></html>",
        "list.opml": f'<opml version="2.0"><body>{outline}</body></opml>',
        "list.rss": f'<rss version="2.0"><channel>{feed}</channel></rss>',
        "list.atom": f'<feed xmlns="http://www.w3.org/2005/Atom">{atom}</feed>',
        "list.xml": f"<urlset><url><loc>{path}</loc></url><url><loc>{PAGE}</loc></url></urlset>",
    }
    lists = {name: text.encode() for name, text in texts.items()}
    return lists | {"list.txt.gz": gzip.compress(lists["list.txt"])}


def estimated(desk, **fields) -> list[str]:
    """Ask for the price of a list; return the sources that would be processed."""
    answer = desk.send_form("/batches/estimate", htmx=True, **fields)
    if answer.status_code != 200:
        return []
    estimates = map(
        desk.app.state.desk.batches.estimate, read(answer).xpath("//input[@name='estimate']/@value")
    )
    refs = [item.reference for estimate in estimates for item in estimate.selection.items]
    return [name for ref in refs for name in (ref.source, ref.transcript) if name]


def test_a_pasted_list_names_no_path(desk, secret, is_read):
    """Absolute and relative paths are left out, and the page reports them."""
    lines = f"{secret}\n../../secret.md\n~/.ssh/notes.md\nfile://{secret}\n{PAGE}\n"
    assert estimated(desk, addresses=lines) == [PAGE]
    answer = desk.send_form("/batches/estimate", htmx=True, addresses=str(secret))
    assert (answer.status_code, "contains no sources" in answer.text) == (422, True)
    assert not is_read(answer)


@pytest.mark.parametrize("name", lists_of(""))
def test_an_uploaded_list_names_no_path(desk, secret, is_read, name):
    """In every list format only the web addresses are used."""
    data = lists_of(str(secret))[name]
    found = estimated(desk, files={"file": (name, data, "application/octet-stream")})
    assert all(one.startswith("https://public.example") for one in found)
    assert not is_read()


def test_a_batch_of_files_waits_for_the_terminal(desk, resources, warehouse, secret, is_read):
    """Resumed at the desk, its files fail and say where to resume; resumed there, all succeed."""
    items = a_batch_of(warehouse, secret)
    desk.send_form("/batches/batch1_files/resume")
    until_idle(desk)
    assert warehouse.batch("batch1_files").step == "finished"
    (failed,) = warehouse.open_failures()
    assert "the desk reads only addresses and uploads" in failed.failure.message
    assert "in the terminal" in failed.failure.message
    assert asyncio.run(open_items(items, resources)) == items
    assert not is_read(desk.get("/batches/batch1_files"))


@pytest.mark.parametrize(
    "address",
    [
        "/sources/src1_secret/retry",
        "/failures/file_missing/retry",
        "/batches/batch1_files/failures/file_missing",
    ],
)
def test_a_retry_reads_no_file(desk, warehouse, secret, is_read, address):
    """Neither a retry of one source nor of all with the same cause, also of a batch, reads it."""
    failed_file(warehouse, secret)
    a_batch_of(warehouse, secret)
    desk.send_form(address)
    (message,) = until_idle(desk)
    assert "the desk reads only addresses and uploads" in message
    assert not is_read(desk.get("/submit"), desk.get("/?status=failed"))


def test_a_retry_takes_a_file_as_it_is_stored(desk, resources, secret, monkeypatch):
    """The stored bytes of a file from the terminal are used, not the file itself."""
    snapshot = asyncio.run(fetch(Run(SourceRef(source=str(secret)), resources)))
    secret.write_text("Now it holds something else.", "utf-8")
    seen = []

    async def process(run):
        seen.append((run.snapshot, run.source_id))
        return IngestResult(source="a", source_id="b", status=IngestStatus.FAILED)

    monkeypatch.setattr("desk.jobs.process", process)
    desk.send_form(f"/sources/{snapshot.source_id}/retry", force="1")
    until_idle(desk)
    assert seen == [(snapshot, snapshot.source_id)]


def test_a_handed_over_page_names_no_file(desk, secret, is_read):
    """Neither as its origin nor as the video of a transcript; an upload's name is not a path."""
    page = {"files": ("page.html", b"<p>words</p>", "text/html")}
    words = {"transcript_file": ("talk.txt", b"Good evening.", "text/plain")}
    given = (
        {"captured": "yes", "origin": str(secret), "files": page},
        {"transcript_of": str(secret), "files": words},
    )
    answers = [desk.send_form("/submit", **fields) for fields in given]
    assert {answer.status_code for answer in answers} == {422}
    named = {"files": (str(secret), b"Harmless words of an upload.", "text/plain")}
    desk.send_form("/submit", files=named)
    until_idle(desk)
    assert not is_read(*answers)


def test_uploads_are_read(desk, warehouse, settings):
    """The folder of uploads is the only one whose files the desk reads."""
    files = {"files": ("notes.md", WORDS.encode(), "text/markdown")}
    desk.send_form("/submit", files=files)
    messages = until_idle(desk)
    assert not any("the desk reads only" in message for message in messages)
    digest = sha256(WORDS.encode()).hexdigest()
    assert warehouse.sql("SELECT sha256 FROM snapshots")[1] == [(digest,)]
