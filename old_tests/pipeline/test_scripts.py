"""A page that is nothing without its scripts, from its address to a draft."""

import pages
import pytest
from lxml import html

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Status
from casebook.runtime.services import Services
from casebook.schemas.sources import SourceRef

SHELL = """<html><head><title>Tickets</title></head><body><div id="root"></div>
<script>fetch("/body.txt").then(r => r.text()).then(text => {
  document.getElementById("root").innerHTML = text; });</script></body></html>"""


@pytest.fixture
def shell(web) -> SourceRef:
    """The case study, put into an empty page by a script."""
    body = html.fromstring(pages.CASE).find(".//body")
    web.expect_request("/shell").respond_with_data(SHELL, content_type="text/html")
    web.expect_request("/body.txt").respond_with_data(
        html.tostring(body, encoding="unicode"), content_type="text/plain"
    )
    return SourceRef(source=web.url_for("/shell"))


@pytest.mark.browser
async def test_a_shell_becomes_a_draft_and_is_read_again_offline(services, web, shell):
    """The rendered page is the snapshot, the path is told, and a rerun asks for nothing."""
    outcome = await ingest(shell, services)
    assert outcome.status is Status.DRAFT
    view = services.warehouse.case(outcome.case_id)
    assert view.document.extraction[0].method == "browser"
    newest = services.warehouse.newest_snapshot(outcome.source_id)
    assert view.document.snapshot_id == newest.snapshot_id
    assert b"<p>" in services.snapshots.get(newest.sha256)
    asked = len(web.log)
    again = await ingest(shell, services)
    assert (again.revision_id, len(web.log)) == (outcome.revision_id, asked)


async def test_without_a_browser_the_failure_says_what_would_help(settings_of, readers, shell):
    """Switched off, the page is a failure that names the cause and the setting."""
    async with Services(settings_of(render=False), busy=True) as services:
        services.__dict__["extractors"] = readers
        outcome = await ingest(shell, services)
        assert outcome.failure.kind == "needs_java_script"
        assert "CASEBOOK_RENDER" in outcome.failure.message


async def test_scripts_of_a_saved_file_are_not_run(services, tmp_path):
    """A local shell stays a failure: its scripts are nobody's page."""
    file = tmp_path / "shell.html"
    file.write_text(SHELL)
    outcome = await ingest(SourceRef(source=str(file), url="https://a.example/"), services)
    assert outcome.failure.kind == "needs_java_script"
