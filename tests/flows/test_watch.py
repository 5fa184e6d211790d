"""Watched lists: items that are new since the last check become a batch."""

from datetime import UTC, datetime, timedelta

import pytest
from claims_article import article
from local_site import Site
from scripted_endpoint import ScriptedEndpoint, api_error, completion, schema_name
from scripted_model import answer_of

from config.resources import Resources
from config.settings import Settings
from flows.backfill import BatchRun
from schemas.batches import SourceState, Watch, WatchState
from schemas.errors import ConfigurationError, FetchError, InputError, UnknownId
from schemas.reviews import CaseView
from services.watches import add_watch, change_watch, due_watches, find_watch, look

HOUR = 3_600


@pytest.fixture
async def watch(resources: Resources, site: Site) -> Watch:
    """A watched feed of two items."""
    line = await add_watch(site.feed("one", "two"), resources, every_seconds=HOUR)
    return line.watch


async def test_the_first_look_knows_what_is_there(
    resources: Resources, watch: Watch, model_endpoint: ScriptedEndpoint
) -> None:
    """Adding a watch drafts nothing; its current items count as known."""
    line = await find_watch(watch.address, resources)
    assert line.look is not None
    assert (line.look.found, line.look.new) == (2, 0)
    states = [item.state for item in resources.warehouse.watched_items(watch.watch_id)]
    assert states == ["known", "known"]

    seen, batch = await look(watch, resources)
    assert (seen.new, batch) == (0, None)
    assert model_endpoint.requests == []


async def test_a_new_item_becomes_a_batch(resources: Resources, site: Site, watch: Watch) -> None:
    """The next check takes only the new item, and the one after that nothing."""
    site.put("/three.md", article())
    site.feed("three", "one", "two")
    seen, batch = await look(watch, resources)
    assert (seen.found, seen.new) == (3, 1)
    assert batch is not None
    assert seen.batch_id == batch.batch_id
    assert batch.origin == f"watch {watch.address}"

    progress = await BatchRun(batch, resources, second_try_seconds=0).finish()
    assert progress.counts[SourceState.DRAFTED] == 1

    again, none = await look(watch, resources)
    assert (again.new, none) == (0, None)


async def test_everything_that_is_listed_can_be_taken(resources: Resources, site: Site) -> None:
    """If a watch includes everything, its first check takes all items."""
    line = await add_watch(
        site.feed("one", "two"), resources, every_seconds=HOUR, everything=True, budget_usd=2
    )
    seen, batch = await look(line.watch, resources)
    assert seen.new == 2
    assert batch is not None
    assert (batch.size, batch.budget_usd) == (2, 2)


async def test_a_source_that_is_known_already_is_not_taken(
    case: CaseView, resources: Resources, site: Site, watch: Watch
) -> None:
    """An item whose page has a case is not drafted a second time."""
    site.feed("claims", "one", "two")
    seen, batch = await look(watch, resources)
    assert (seen.found, seen.new, batch) == (3, 0, None)


async def test_words_leave_out_what_does_not_mention_them(resources: Resources, site: Site) -> None:
    """Title, summary or address must contain one of the words, in upper or lower case."""
    line = await add_watch(
        site.feed("one"), resources, every_seconds=HOUR, words=["LLM"], everything=True
    )
    site.feed("one", "our-offsite", "llm-search")
    _, batch = await look(line.watch, resources)
    assert batch is not None
    (item,) = resources.warehouse.batch_items(batch.batch_id)
    assert item.title == "llm-search"


async def test_a_rubric_refuses_with_a_reason_and_is_asked_once(
    resources: Resources, site: Site, model_endpoint: ScriptedEndpoint
) -> None:
    """The model judges each new item once by the curator's rubric."""

    def script(request):
        fits = "wanted-item" in str(request["messages"])
        verdict = "fits" if fits else "does not fit"
        return completion({"reason": f"It {verdict}.", "verdict": verdict})

    model_endpoint.script = script
    line = await add_watch(
        site.feed("old"), resources, every_seconds=HOUR, rubric="only posts about claims"
    )
    site.feed("old", "wanted-item", "other-item")
    seen, batch = await look(line.watch, resources)
    await look(line.watch, resources)

    assert (seen.new, seen.refused) == (1, 1)
    assert batch is not None
    assert batch.size == 1
    items = resources.warehouse.watched_items(line.watch.watch_id)
    (refused,) = [item for item in items if item.state == "refused"]
    assert (refused.title, refused.reason) == ("other-item", "It does not fit.")
    assert [schema_name(request) for request in model_endpoint.requests] == ["WantedAnswer"] * 2


async def test_an_outage_of_the_judge_refuses_nothing(
    resources: Resources, site: Site, model_endpoint: ScriptedEndpoint
) -> None:
    """Without a verdict an item is taken and marked undecided; triage decides later."""
    model_endpoint.script = lambda _: api_error(401, "invalid_api_key", "wrong key")
    line = await add_watch(site.feed("old"), resources, every_seconds=HOUR, rubric="claims")
    site.feed("old", "new")
    seen, batch = await look(line.watch, resources)

    assert (seen.new, seen.refused) == (1, 0)
    assert batch is not None
    items = resources.warehouse.watched_items(line.watch.watch_id)
    (item,) = [item for item in items if item.state == "undecided"]
    assert "key" in (item.reason or "")


async def test_a_list_that_cannot_be_read_is_a_look_with_a_failure(
    resources: Resources, site: Site, watch: Watch
) -> None:
    """The failure says why, nothing is lost, and the next look continues."""
    del site.pages["/feed.xml"]
    seen, batch = await look(watch, resources)
    assert batch is None
    assert watch.address in (seen.failure or "")
    line = await find_watch(watch.watch_id, resources)
    assert line.look == seen

    site.feed("one", "two", "three")
    seen, _ = await look(watch, resources)
    assert (seen.new, seen.failure) == (1, None)


async def test_a_list_that_cannot_be_read_is_not_watched(resources: Resources, site: Site) -> None:
    """A wrong address is refused immediately, and no watch is stored."""
    with pytest.raises(FetchError, match="missing"):
        await add_watch(site.server.url_for("/missing.xml"), resources, every_seconds=HOUR)
    assert resources.warehouse.watches() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every_seconds": 60}, "not a valid interval"),
        ({"every_seconds": HOUR, "rubric": "  "}, "a rubric has 1 to"),
        ({"every_seconds": HOUR, "rubric": "x" * 2_001}, "a rubric has 1 to"),
    ],
)
async def test_a_wrong_interval_or_rubric_is_refused(
    options: dict[str, object], message: str, resources: Resources, site: Site
) -> None:
    """The message lists the valid values."""
    with pytest.raises(InputError, match=message):
        await add_watch(site.feed("one"), resources, **options)


async def test_a_rubric_needs_a_capable_model(settings: Settings, site: Site) -> None:
    """The embedded model cannot judge by a rubric, and the message says what to do."""
    small = settings.model_copy(update={"llm_base_url": None, "llm_model": None})
    async with Resources(small) as resources:
        with pytest.raises(ConfigurationError, match="--word"):
            await add_watch(site.feed("one"), resources, every_seconds=HOUR, rubric="claims")


async def test_a_watch_is_due_after_its_interval_unless_it_is_paused(
    resources: Resources, watch: Watch
) -> None:
    """Paused watches are skipped, named ones are always checked, removed ones are unknown."""
    assert await due_watches(resources) == []
    assert await due_watches(resources, watch.watch_id[:12]) == [watch]
    line = await find_watch(watch.address, resources)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert line.is_due(later)

    paused = await change_watch(watch.address, WatchState.PAUSED, resources)
    assert paused.state is WatchState.PAUSED
    assert not (await find_watch(watch.address, resources)).is_due(later)

    await change_watch(watch.address, WatchState.REMOVED, resources)
    with pytest.raises(UnknownId, match="no watch"):
        await find_watch(watch.address, resources)


async def test_adding_a_watch_again_changes_it(
    resources: Resources, site: Site, watch: Watch, model_endpoint: ScriptedEndpoint
) -> None:
    """New options apply; items that are new since the last check stay new."""
    model_endpoint.script = answer_of
    again = await add_watch(
        site.feed("one", "two", "three"), resources, every_seconds=2 * HOUR, words=["three"]
    )
    assert again.watch.watch_id == watch.watch_id
    assert (again.watch.every_seconds, again.watch.words) == (2 * HOUR, ("three",))
    seen, _ = await look(again.watch, resources)
    assert seen.new == 1
