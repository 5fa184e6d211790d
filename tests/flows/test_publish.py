"""From approved cases to the site, and back."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from claims_article import article
from local_site import Site

from config.resources import Resources
from flows.ingest import process
from publishing.exchange.export import export
from publishing.plan import Published
from review.changes import SetFact
from review.decisions import approve, edit, reject, reopen, withdraw
from review.revisions import edited, keep
from schemas.cases import CaseStudy
from schemas.errors import InputError, InvalidDecision
from schemas.reviews import CaseStatus, CaseView, Decision
from schemas.sources import SourceRef
from services.publication import publish_site, site_settings
from services.run import Run


@pytest.fixture
def approved(resources: Resources, case: CaseView) -> str:
    """An approved case."""
    approve(resources.warehouse, case.case.case_id, "tester", leave_out=True)
    return case.case.case_id


def outcome(done: Published) -> dict[str, tuple[str, ...]]:
    """Return the outcome without what is empty."""
    parts = {name: getattr(done, name) for name in ("added", "changed", "unchanged", "withdrawn")}
    return {name: ids for name, ids in parts.items() if ids}


async def test_an_approved_case_is_added_and_then_unchanged(
    resources: Resources, approved: str
) -> None:
    """The first publication adds the page; the next finds that nothing changed."""
    done = await publish_site(resources)
    assert outcome(done) == {"added": (approved,)}
    assert done.path == resources.settings.site_path
    (publication,) = resources.warehouse.publications()
    page = (done.path / publication.address).read_text("utf-8")
    assert "Kellamoor" in page
    assert "Clerks send more than 92%" not in page  # the number is not in its quote
    assert resources.warehouse.case(approved).status is CaseStatus.PUBLISHED

    assert outcome(await publish_site(resources)) == {"unchanged": (approved,)}
    assert resources.warehouse.publications() == [publication]


async def test_drafts_and_rejected_cases_stay_out(resources: Resources, case: CaseView) -> None:
    """Only what a person approved is published; an empty site can be written, and counts them."""
    done = await publish_site(resources)
    assert outcome(done) == {}
    assert (done.path / "index.html").exists()

    def left_out() -> list[str]:
        steps = json.loads((done.path / "collection.json").read_text("utf-8"))
        return [one["title"] for step in steps for one in step["left"]]

    assert left_out() == ["Waiting for a curator"]
    reject(resources.warehouse, case.case.case_id, "not ours", "tester")
    assert outcome(await publish_site(resources)) == {}
    assert left_out() == ["Rejected by a curator"]


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.*")}


async def test_an_edit_leaves_the_approved_revision_published(
    resources: Resources, approved: str, tmp_path: Path
) -> None:
    """Until approval, site, export and views show the published revision in every folder."""
    done = await publish_site(resources)
    page = done.path / resources.warehouse.publications()[0].address
    before, query = page.read_bytes(), "SELECT * FROM published_statements ORDER BY n"
    rows, day = resources.warehouse.sql(query), date(2026, 11, 30)
    exported = tmp_path / "data"
    export(done.path, exported, site_settings(resources.settings), day)
    released = files(exported)

    edit(resources.warehouse, approved, [SetFact(name="title", value="Unseen until now")], "tester")
    assert resources.warehouse.case(approved).status is CaseStatus.DRAFT
    assert outcome(await publish_site(resources)) == {"unchanged": (approved,)}
    assert page.read_bytes() == before
    assert resources.warehouse.sql(query) == rows
    export(done.path, exported, site_settings(resources.settings), day)
    assert files(exported) == released
    second = await publish_site(resources, tmp_path / "second")
    assert outcome(second) == {"added": (approved,)}
    targets = {one.target for one in resources.warehouse.publications()}
    assert targets == {str(done.path), str(second.path)}
    assert "Unseen until now" not in "".join(
        text.decode("utf-8", "replace") for text in files(second.path).values()
    )

    approve(resources.warehouse, approved, "tester", leave_out=True)
    assert outcome(await publish_site(resources)) == {"changed": (approved,)}
    assert "Unseen until now" in page.read_text("utf-8")


async def test_a_site_written_again_has_what_is_published_and_no_edit(
    resources: Resources, approved: str
) -> None:
    """Also if the edit cites another text of the source and the folder was deleted."""
    done = await publish_site(resources)
    view = resources.warehouse.case(approved)
    text = "Another text, of one sentence."
    passage = view.document.passages[0].model_copy(update={"start": 0, "end": len(text)})
    changes = {"document_id": "doc1_new", "text": text, "passages": (passage,)}
    new = edited(view.revision, CaseStudy(facts=view.revision.study.facts), "tester")
    new = new.model_copy(update={"document_id": "doc1_new"})
    resources.warehouse.append(view.document.model_copy(update=changes))
    keep(resources.warehouse, view, Decision.EDIT, "tester", None, new=new)
    before = {name: data for name, data in files(done.path).items() if name.startswith("cases/")}
    shutil.rmtree(done.path)
    assert outcome(await publish_site(resources)) == {"unchanged": (approved,)}
    after = files(done.path)
    assert {name: after.get(name) for name in before} == before


async def test_a_rejected_edit_leaves_the_case_published(
    resources: Resources, approved: str
) -> None:
    """The published revision is current again; it can only be withdrawn, not rejected."""
    warehouse = resources.warehouse
    await publish_site(resources)
    before = warehouse.case(approved).revision
    for take_back in (
        reopen,
        lambda *given: edit(*given[:2], [SetFact(name="year", value="2021")], given[2]),
    ):
        take_back(warehouse, approved, "tester")
        if take_back is reopen:
            with pytest.raises(InvalidDecision, match="withdraw the case instead"):
                reject(warehouse, approved, "wrong", "tester")
    reject(warehouse, approved, "the year is a guess", "tester")
    after = warehouse.case(approved)
    assert (after.revision, after.status) == (before, CaseStatus.PUBLISHED)
    assert outcome(await publish_site(resources)) == {"unchanged": (approved,)}
    with pytest.raises(InvalidDecision, match="withdraw the case instead"):
        reject(warehouse, approved, "wrong", "tester")
    edit(warehouse, approved, [SetFact(name="year", value="2022")], "tester")
    assert warehouse.case(approved).revision.parent_id == before.revision_id


async def test_a_withdrawal_that_was_thought_over_is_published_again(
    resources: Resources, approved: str
) -> None:
    """If the case is approved again before the next publication, its page stays."""
    warehouse = resources.warehouse
    await publish_site(resources)
    withdraw(warehouse, approved, "A number is wrong.", "tester")
    reopen(warehouse, approved, "tester")
    assert warehouse.case(approved).next_revision_id is None, "reopening alone takes nothing back"
    approve(warehouse, approved, "tester", leave_out=True)
    assert outcome(await publish_site(resources)) == {"changed": (approved,)}
    edit(warehouse, approved, [SetFact(name="year", value="2022")], "tester")
    assert outcome(await publish_site(resources)) == {"unchanged": (approved,)}


async def test_a_withdrawn_case_leaves_a_page_with_the_reason(
    resources: Resources, approved: str
) -> None:
    """A notice replaces the page; approving the case again restores it."""
    for act in (withdraw, reject):
        with pytest.raises(InvalidDecision, match="reason"):
            act(resources.warehouse, approved, " ", "tester")
    with pytest.raises(InvalidDecision, match="nothing to withdraw"):
        withdraw(resources.warehouse, approved, "Not published yet.", "tester")
    await publish_site(resources)
    (before,) = resources.warehouse.publications()
    withdraw(resources.warehouse, approved, "Its <b>author</b> asked for it.", "tester")

    done = await publish_site(resources)
    assert outcome(done) == {"withdrawn": (approved,)}
    assert resources.warehouse.case(approved).status is CaseStatus.REJECTED
    assert resources.warehouse.publications() == []
    tombstone = (done.path / before.address).read_text("utf-8")
    assert "withdrawn" in tombstone.lower()
    assert "Its &lt;b&gt;author&lt;/b&gt; asked for it." in tombstone
    assert "Kellamoor" not in tombstone
    changes = json.loads((done.path / "changes.json").read_text("utf-8"))
    assert [(one["what"], one["title"]) for one in changes] == [
        ("withdrawn", None),
        ("added", None),
    ]
    assert outcome(await publish_site(resources)) == {}
    assert (done.path / before.address).read_text("utf-8") == tombstone, "and it stays one"

    reopen(resources.warehouse, approved, "tester")
    assert outcome(await publish_site(resources)) == {}
    approve(resources.warehouse, approved, "tester", leave_out=True)
    assert outcome(await publish_site(resources)) == {"added": (approved,)}
    assert resources.warehouse.publications()[0].address == before.address


async def test_what_may_not_be_published_is_kept_back_and_the_rest_is(
    resources: Resources, site: Site, approved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that the gate blocks is named with its reason; the others are published."""
    address = site.put("/other.md", article("Another report"))
    result = await process(Run(SourceRef(source=address), resources))
    other = result.case_id or ""
    edit(resources.warehouse, other, [SetFact(name="title", value="Blocked")], "tester")
    approve(resources.warehouse, other, "tester", leave_out=True)
    # To approve such a case is refused as well: the gate is the second line of defence.
    monkeypatch.setattr(
        "services.publication.blocked_by",
        lambda view: "No!" if view.revision.study.fact("title").value == "Blocked" else None,
    )

    done = await publish_site(resources)
    assert outcome(done) == {"added": (approved,)}
    (kept,) = done.blocked
    assert (kept.case_id, kept.title, kept.reason) == (other, "Blocked", "No!")


async def test_saved_searches_are_a_file_in_the_home(resources: Resources, approved: str) -> None:
    """Each is on the search page; a broken file is named, and only publishing needs it."""
    file = resources.settings.home / "searches.toml"
    for broken in ("Agents", '[searches]\nAgents = "tag=agents"\n'):
        file.write_text(broken)
        with pytest.raises(InputError, match=r"searches\.toml: .*; write lines such as") as raised:
            await publish_site(resources)
        assert "\n" not in str(raised.value)
        assert site_settings(resources.settings).title == "casebook"
    assert not resources.settings.site_path.exists()
    file.write_text('"Agents in finance" = "tag=agents&industry=finance"\n')
    done = await publish_site(resources)
    assert outcome(done) == {"added": (approved,)}
    assert "Agents in finance" in (done.path / "search.html").read_text("utf-8")
