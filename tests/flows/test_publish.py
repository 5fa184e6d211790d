"""From approved cases to the site, and back."""

import json
from pathlib import Path

import pytest
from claims_article import article
from local_site import Site

from config.services import Services
from flows.ingest import process
from flows.run import Run
from flows.site import publish_site
from publishing.plan import Published
from review.changes import SetFact
from review.decisions import approve, edit, reject, reopen
from schemas.errors import PublishError
from schemas.reviews import CaseStatus, CaseView
from schemas.sources import SourceRef


@pytest.fixture
def approved(services: Services, case: CaseView) -> str:
    """An approved case."""
    approve(services.warehouse, case.case.case_id, "tester", leave_out=True)
    return case.case.case_id


def outcome(done: Published) -> dict[str, tuple[str, ...]]:
    """Return the outcome without what is empty."""
    parts = {name: getattr(done, name) for name in ("added", "changed", "unchanged", "withdrawn")}
    return {name: ids for name, ids in parts.items() if ids}


async def test_an_approved_case_is_added_and_then_unchanged(
    services: Services, approved: str
) -> None:
    """The first publication adds the page; the next finds that nothing changed."""
    done = await publish_site(services)
    assert outcome(done) == {"added": (approved,)}
    assert done.path == services.settings.site_path
    (publication,) = services.warehouse.publications()
    page = (done.path / publication.address).read_text("utf-8")
    assert "Kellamoor" in page
    assert "Clerks send more than 92%" not in page  # the number is not in its quote
    assert services.warehouse.case(approved).status is CaseStatus.PUBLISHED

    assert outcome(await publish_site(services)) == {"unchanged": (approved,)}
    assert services.warehouse.publications() == [publication]


async def test_drafts_and_rejected_cases_stay_out(services: Services, case: CaseView) -> None:
    """Only what a person approved is published; an empty site can be written."""
    done = await publish_site(services)
    assert outcome(done) == {}
    assert (done.path / "index.html").exists()
    reject(services.warehouse, case.case.case_id, "not ours", "tester")
    assert outcome(await publish_site(services)) == {}


async def test_an_edited_and_approved_case_is_changed_at_its_address(
    services: Services, approved: str
) -> None:
    """The page keeps its address though the title is another one."""
    await publish_site(services)
    (before,) = services.warehouse.publications()
    edit(services.warehouse, approved, [SetFact(name="title", value="Claims, anew")], "tester")
    approve(services.warehouse, approved, "tester", leave_out=True)

    done = await publish_site(services)
    assert outcome(done) == {"changed": (approved,)}
    (after,) = services.warehouse.publications()
    assert after.address == before.address
    assert "Claims, anew" in (done.path / after.address).read_text("utf-8")


async def test_a_reopened_case_is_withdrawn_and_its_page_says_so(
    services: Services, approved: str
) -> None:
    """A tombstone stays at the address; an approved case comes back to it."""
    await publish_site(services)
    (before,) = services.warehouse.publications()
    reopen(services.warehouse, approved, "tester")

    done = await publish_site(services)
    assert outcome(done) == {"withdrawn": (approved,)}
    assert services.warehouse.publications() == []
    tombstone = (done.path / before.address).read_text("utf-8")
    assert "withdrawn" in tombstone.lower()
    assert "Kellamoor" not in tombstone
    changes = json.loads((done.path / "changes.json").read_text("utf-8"))
    assert [(one["what"], one["title"]) for one in changes] == [
        ("withdrawn", None),
        ("added", None),
    ]
    assert outcome(await publish_site(services)) == {}
    assert (done.path / before.address).read_text("utf-8") == tombstone, "and it stays one"

    approve(services.warehouse, approved, "tester", leave_out=True)
    assert outcome(await publish_site(services)) == {"added": (approved,)}
    assert services.warehouse.publications()[0].address == before.address


async def test_what_may_not_be_published_is_kept_back_and_the_rest_is(
    services: Services, site: Site, approved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that the gate blocks is named with its reason; the others are published."""
    address = site.put("/other.md", article("Another report"))
    result = await process(Run(SourceRef(source=address), services))
    other = result.case_id or ""
    edit(services.warehouse, other, [SetFact(name="title", value="Blocked")], "tester")
    approve(services.warehouse, other, "tester", leave_out=True)
    # To approve such a case is refused as well: the gate is the second line of defence.
    monkeypatch.setattr(
        "flows.site.blocked_by",
        lambda view: "No!" if view.revision.study.fact("title").value == "Blocked" else None,
    )

    done = await publish_site(services)
    assert outcome(done) == {"added": (approved,)}
    (kept,) = done.blocked
    assert (kept.case_id, kept.title, kept.reason) == (other, "Blocked", "No!")


async def test_two_sites_do_not_know_each_other(
    services: Services, approved: str, tmp_path: Path
) -> None:
    """A publication belongs to the folder that it was written to."""
    await publish_site(services)
    second = await publish_site(services, tmp_path / "second")
    assert outcome(second) == {"added": (approved,)}
    assert {p.target for p in services.warehouse.publications()} == {
        str(services.settings.site_path),
        str(tmp_path / "second"),
    }


async def test_a_folder_of_others_is_not_replaced(
    services: Services, approved: str, tmp_path: Path
) -> None:
    """The files there stay, and nothing is stored as published."""
    (tmp_path / "letters").mkdir()
    letter = tmp_path / "letters" / "dear.txt"
    letter.write_text("mine")
    with pytest.raises(PublishError, match="did not write"):
        await publish_site(services, tmp_path / "letters")
    assert letter.read_text() == "mine"
    assert services.warehouse.publications() == []
