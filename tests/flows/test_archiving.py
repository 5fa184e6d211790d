"""A web archive is asked for copies of published sources."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_client import PLACE, Builder
from local_site import Site
from lxml import html

from config.resources import Resources
from config.settings import Settings
from review.decisions import approve
from schemas.errors import InputError
from schemas.reviews import CaseView
from schemas.sources import ArchivedCopy, SourceKind
from services.publication import publish_site

PAGE = f"{PLACE}/claims-assistant"  # of the builder's documents


@pytest.fixture
def archive_file(settings: Settings) -> Path:
    """The place of ``archive.toml``."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings.home / "archive.toml"


@pytest.fixture
def archive(archive_file: Path, site: Site) -> Site:
    """An archive on this machine that ``archive.toml`` names."""
    archive_file.write_text(f'save = "{site.server.url_for("/save/")}"')
    return site


@pytest.fixture
def approved(resources: Resources) -> str:
    """An approved case from a public page."""
    case_id = Builder(resources.warehouse).draft()
    approve(resources.warehouse, case_id, "tester", leave_out=True)
    return case_id


def copies(resources: Resources) -> list[ArchivedCopy]:
    """Return the stored answers."""
    _, rows = resources.warehouse.sql("SELECT * EXCLUDE (stored_at) FROM archived_copies")
    return [ArchivedCopy(**dict(zip(ArchivedCopy.model_fields, row, strict=True))) for row in rows]


async def test_a_copy_is_asked_for_once_and_shown_to_readers(
    resources: Resources, archive: Site, approved: str
) -> None:
    """The next publication has the link; a copy that exists is not asked for again."""
    copy = archive.put(f"/web/20261203101112/{PAGE}", "the copy", "text/html")
    archive.put(f"/save/{PAGE}", status=302, headers={"Location": copy})
    done = await publish_site(resources)
    assert [one.url for one in copies(resources)] == [copy]
    again = await publish_site(resources)
    assert len(copies(resources)) == 1
    assert again.unchanged == (approved,)
    (publication,) = resources.warehouse.publications()
    page = html.parse(done.path / publication.address)
    rows = {dt.text: dt.getnext().text_content() for dt in page.iter("dt")}
    assert copy in rows["Archived copy"]


async def test_an_archive_may_name_the_copy_in_a_header(
    resources: Resources, archive: Site, approved: str
) -> None:
    """A ``Content-Location`` counts as well; an answer without either is no copy."""
    headers = {"Content-Location": f"/web/20261203101112/{PAGE}"}
    archive.put(f"/save/{PAGE}", "saved", "text/html", headers=headers)
    await publish_site(resources)
    (found,) = copies(resources)
    assert found.url == archive.server.url_for(f"/web/20261203101112/{PAGE}")


async def test_an_archive_that_fails_stops_nothing(
    resources: Resources, archive: Site, approved: str
) -> None:
    """The site is published, the cause stored, and the archive left alone for a week."""
    archive.put(f"/save/{PAGE}", status=503, headers={"Retry-After": "0"})
    assert (await publish_site(resources)).added == (approved,)
    await publish_site(resources)
    (found,) = copies(resources)
    assert (found.url, "503" in (found.message or "")) == (None, True)
    assert resources.warehouse.unarchived() == []


async def test_a_source_without_a_copy_is_named_again_after_a_week(
    resources: Resources, approved: str
) -> None:
    """An old failure does not count; a copy does, however old it is."""
    await publish_site(resources)
    (due,) = resources.warehouse.unarchived()
    long_ago = datetime.now(UTC) - timedelta(days=8)
    failed = ArchivedCopy(source_id=due["source_id"], address=PAGE, asked_at=long_ago)
    resources.warehouse.append(failed)
    assert resources.warehouse.unarchived() == [due]
    early = long_ago - timedelta(days=90)
    resources.warehouse.append(failed.model_copy(update={"asked_at": early, "url": f"{PAGE}/copy"}))
    assert resources.warehouse.unarchived() == []


async def test_pages_of_the_own_network_are_not_named(
    resources: Resources, archive: Site, case: CaseView
) -> None:
    """Hosts that the operator allowed, files and talks stay unknown to the archive."""
    build = Builder(resources.warehouse)
    talk = build.rows(url="https://youtu.be/cRaN3qu3u3s")
    talk[1] = talk[1].model_copy(update={"kind": SourceKind.VIDEO})
    resources.warehouse.append(*talk)
    for case_id in (case.case.case_id, talk[-1].case_id):
        approve(resources.warehouse, case_id, "tester", leave_out=True)
    await publish_site(resources)
    assert copies(resources) == []


async def test_without_the_file_nobody_is_asked(resources: Resources, approved: str) -> None:
    """It is off by default."""
    await publish_site(resources)
    assert copies(resources) == []


@pytest.mark.parametrize("text", ["save", "save = 1", 'save = "web.archive.org"', "[save]"])
async def test_a_file_that_is_not_right_stops_the_publication(
    text: str, resources: Resources, archive_file: Path, approved: str
) -> None:
    """The message has the form of the line."""
    archive_file.write_text(text)  # noqa: ASYNC240
    with pytest.raises(InputError, match=r"archive.toml.*write the line save = "):
        await publish_site(resources)
    assert resources.warehouse.publications() == []
