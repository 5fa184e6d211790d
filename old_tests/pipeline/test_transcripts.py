from pathlib import Path

import pytest
from written_word import document, paragraph

from casebook.pipeline.ingestion import stages
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.run import Run
from casebook.pipeline.reprocessing.retrying import retry
from casebook.schemas.sources import SourceKind, SourceRef

VIDEO = "https://youtu.be/GJLlxj_dtq8"
SAID = (
    "We built a retrieval assistant for the support team, and it has run in production for a year."
)


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    """A transcript that somebody copied from the page."""
    file = tmp_path / "said.vtt"
    file.write_text(
        f"WEBVTT\n\n00:00:05.000 --> 00:00:09.000\n{SAID}\n\n"
        "00:01:00.000 --> 00:01:04.000\nIt answers nine of ten questions without a person.\n"
    )
    return file


async def test_a_transcript_stands_for_its_video(services, transcript):
    """The file's bytes are the snapshot; identity, kind of source and link are the video's."""
    ref = SourceRef(source=VIDEO, transcript=str(transcript))
    run = Run(services, VIDEO)
    document = await stages.document_of(
        await stages.extract(await stages.fetch(ref, run), run), run
    )
    source = services.warehouse.source(document.source_id)
    assert (source.kind, source.canonical_url) == (
        SourceKind.YOUTUBE,
        "https://youtube.com/watch?v=GJLlxj_dtq8",
    )
    assert source.reference == ref
    assert document.url == VIDEO
    assert document.passages[0].locator.seconds == 5
    assert services.snapshots.get(services.warehouse.newest_snapshot(source.source_id).sha256) == (
        transcript.read_bytes()
    )


async def test_a_word_document_may_be_the_transcript(services, tmp_path):
    """With who speaks and when, kept as it is, and read again from there."""
    file = tmp_path / "said.docx"
    turns = [("Ada Berg", "0:05"), ("Joel Lind", "1:15"), ("Ada Berg", "2:05")]
    lines = (paragraph(f"{who}   {at}", "<w:r><w:br/></w:r>", SAID) for who, at in turns)
    file.write_bytes(document(*lines))
    run = Run(services, VIDEO)
    raw = await stages.fetch(SourceRef(source=VIDEO, transcript=str(file)), run)
    document_ = await stages.document_of(await stages.extract(raw, run), run)
    places = [passage.locator for passage in document_.passages]
    assert [(at.speaker, at.seconds) for at in places] == [
        ("Ada Berg", 5), ("Joel Lind", 75), ("Ada Berg", 125),
    ]  # fmt: skip
    kept = services.warehouse.newest_snapshot(document_.source_id)
    assert services.snapshots.get(kept.sha256) == file.read_bytes()


async def test_a_transcript_is_found_again_under_the_video(services, transcript):
    """Submitting the address later finds what the transcript gave, without the network."""
    first = await ingest(SourceRef(source=VIDEO, transcript=str(transcript)), services, force=True)
    again = await ingest(SourceRef(source=VIDEO), services, force=True)
    assert first.failure is None
    assert (again.source_id, again.case_id) == (first.source_id, first.case_id)


async def test_a_better_transcript_replaces_the_first(services, transcript):
    """A new file is read although the video is known."""
    ref = SourceRef(source=VIDEO, transcript=str(transcript))
    first = await ingest(ref, services, force=True)
    transcript.write_text(transcript.read_text().replace("nine of ten", "all"))
    await ingest(ref, services, force=True)
    newest = services.warehouse.newest_snapshot(first.source_id)
    assert b"all questions" in services.snapshots.get(newest.sha256)


async def test_a_transcript_that_is_not_there_can_be_retried(services, transcript):
    """The failure belongs to the video, and is answered once the file is there."""
    said = transcript.read_text()
    transcript.unlink()
    failed = await ingest(SourceRef(source=VIDEO, transcript=str(transcript)), services)
    assert failed.failure.kind == "file_missing"
    transcript.write_text(said)
    done = await retry(failed.source_id, services, force=True)
    assert done.failure is None
    assert services.warehouse.open_failures() == []
