"""Sources fetched again on a machine that lost its network, or only its model's endpoint."""

from unittest.mock import AsyncMock

import pages
import pytest

from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.reprocessing import checking, looking
from casebook.schemas.checks import CheckResult
from casebook.schemas.errors import DeadlineExceeded, HostUnreachable, Offline
from casebook.schemas.sources import SourceRef

POSTS = "https://site-{}.example/story"
HERE, AWAY = CheckResult.SAME, CheckResult.UNREACHABLE


@pytest.fixture
async def post(services, web):
    """A source with a case: its id."""
    web.expect_request("/post").respond_with_data(pages.CASE, content_type="text/html")
    outcome = await ingest(SourceRef(source=web.url_for("/post")), services)
    return outcome.source_id


@pytest.fixture
def network(monkeypatch, services, post):
    """Look at sources, one after another, of which ``dead`` have no answer; each by its address."""
    known = looking.known_of(post, services.warehouse)
    services.settings = services.settings.model_copy(update={"concurrency": 1})

    async def look_at(addresses, dead, *, way_out=True):
        def one_of(address, _):
            reference = known.source.reference.model_copy(update={"source": address, "url": None})
            source = {"source_id": address, "reference": reference, "canonical_url": address}
            return known.model_copy(update={"source": known.source.model_copy(update=source)})

        async def same(one, _):
            is_dead = one.source.source_id in dead
            check = looking._row(one, AWAY if is_dead else HERE)
            return looking.Looked(known=one, check=check, is_unanswered=is_dead)

        monkeypatch.setattr(checking, "known_of", one_of)
        monkeypatch.setattr(checking, "look", same)
        monkeypatch.setattr(checking, "has_way_out", lambda: way_out)
        monkeypatch.setattr(checking, "is_online", AsyncMock(return_value=False))
        return {c.address: c.check.result async for c in checking.recheck(addresses, services)}

    return look_at


def kept(services, addresses):
    """Return those of which something was stored."""
    return {a for a in addresses if services.warehouse.check(a)}


@pytest.mark.parametrize("cause", [HostUnreachable, DeadlineExceeded])
async def test_a_lost_network_says_nothing_about_a_source(services, post, monkeypatch, cause):
    """It ends the look, and nothing is stored of a source that could not be asked."""
    services.settings = services.settings.model_copy(update={"allowed_hosts": ()})
    monkeypatch.setattr(checking, "has_way_out", lambda: True)
    monkeypatch.setattr(looking, "payload_of_ref", AsyncMock(side_effect=cause("nobody answers")))
    monkeypatch.setattr(checking, "is_online", AsyncMock(return_value=False))
    with pytest.raises(Offline, match="see to its network"):
        _ = [one async for one in checking.recheck([post], services)]
    assert services.warehouse.check(post) is None
    monkeypatch.setattr(checking, "is_online", AsyncMock(return_value=True))
    (checked,) = [one async for one in checking.recheck([post], services)]
    assert checked.check.result is services.warehouse.check(post).result is AWAY


@pytest.mark.parametrize("dead", [(0,), (4,), (1, 2, 3), (2, 3, 4)])
async def test_where_others_answer_a_dead_site_is_dead_though_the_endpoint_is_away(
    services, network, dead
):
    """No model is asked here: with its server off, one dead site ended each look at all of them."""
    addresses = [POSTS.format(n) for n in range(5)]
    away = {addresses[n] for n in dead}
    found = await network(addresses, away)
    assert found == {a: AWAY if a in away else HERE for a in addresses}
    assert kept(services, addresses) == set(addresses)


async def test_a_site_of_many_sources_that_is_away_is_no_lost_network(services, network):
    """It is one site; another one answered."""
    addresses = [POSTS.format(0), *(f"{POSTS.format(1)}/{n}" for n in range(9))]
    found = await network(addresses, set(addresses[1:]))
    assert list(found.values()) == [HERE, *[AWAY] * 9]
    assert kept(services, addresses) == set(addresses)


@pytest.mark.parametrize("way_out", [True, False])
async def test_a_host_of_the_own_network_tells_nothing_of_the_internet(
    services, network, web, post, way_out
):
    """It answers where the internet is away, and is away by its own fault."""
    here, away = web.url_for("/here"), web.url_for("/away")
    sites = [POSTS.format(n) for n in range(3)]
    with pytest.raises(Offline, match=r"site-\d"):
        await network([away, sites[0], here, *sites[1:], here], {away, *sites}, way_out=way_out)
    assert kept(services, [away, here, *sites]) >= {away}
    assert not kept(services, sites)
    assert await network([away], {away}, way_out=way_out) == {away: AWAY}


@pytest.mark.parametrize(("way_out", "asked"), [(True, 4), (False, 1)])
async def test_a_network_that_is_lost_on_the_way_ends_the_look(services, network, way_out, asked):
    """At once where no way leads out, else by several sites in a row; what was seen is kept."""
    addresses = [POSTS.format(n) for n in range(9)]
    with pytest.raises(Offline, match=POSTS.format(1 + asked)):
        await network(addresses, set(addresses[2:]), way_out=way_out)
    assert kept(services, addresses) == set(addresses[:2])


async def test_a_page_without_its_paper_answered(services, post, monkeypatch):
    """So did what a dead address once led to: neither is a source without an answer."""
    known = looking.known_of(post, services.warehouse)
    silent = looking._row(known, AWAY, kind=HostUnreachable.kind())
    page = silent.model_copy(update={"message": looking._NO_PAPER})
    other = looking._row(known, CheckResult.CHANGED)
    moved = known.model_copy(update={"moved_to": POSTS})
    for one, seen, is_unanswered in (
        (known, [silent], True),
        (known, [page], False),
        (moved, [silent, silent], True),
        (moved, [silent, other], False),
    ):
        monkeypatch.setattr(looking, "_check", AsyncMock(side_effect=seen))
        assert (await looking.look(one, services)).is_unanswered is is_unanswered
