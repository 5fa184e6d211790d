"""``casebook watch``: what each list's look tells, and what it leaves alone."""

import json
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pages
import pytest
from scripted_endpoint import api_error, completion
from werkzeug import Response

from casebook.schemas.watches import WatchState
from casebook.warehouse.store import Warehouse

HOUR = timedelta(hours=1)
_PRICES = {"CASEBOOK_LLM_PRICE_INPUT": "1", "CASEBOOK_LLM_PRICE_OUTPUT": "4"}


def test_every_watch_is_worked_though_one_before_it_failed(casebook, site, two_feeds):
    """A failure in the first list's batch keeps nobody from the second's."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    for feed in two_feeds("gone", "case"):
        assert casebook("watch", "add", feed, "--every", "1h", "--all", **allowed).code == 0
    site.expect_request("/old").respond_with_data("gone", status=404)
    ran = casebook("watch", "run", "--json", **allowed)
    assert ran.code == 3
    assert "draft" in [line["status"] for line in ran.lines]
    idle = casebook("watch", "run", **allowed)
    assert (idle.code, idle.out) == (0, "")
    assert "Nothing is due" in idle.err


def test_the_lists_of_one_run_are_due_together_again(casebook, site, two_feeds):
    """Whoever runs it each day at six has the last list looked at daily, too.

    Its look came later, for the lists before it had to be worked: the next day it was not yet due.
    """
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    site.expect_request("/old").respond_with_data("gone", status=404)
    for feed in two_feeds():
        assert casebook("watch", "add", feed, "--every", "1d", "--all", **allowed).code == 0
    casebook("watch", "run", **allowed)
    assert len({line["look"]["at"] for line in casebook("watch", "list", "--json").lines}) == 1


@pytest.fixture
def paused_by(site, environment):
    """Return what has a list paused by whoever asks for a page, before it is answered."""
    warehouse = Warehouse(Path(environment["CASEBOOK_HOME"]) / "warehouse.duckdb")

    def at(page: str, address: str, answer: Response) -> None:
        def pause(_: object) -> Response:
            (watch,) = (one.watch for one in warehouse.watches() if one.watch.address == address)
            paused = {"change_id": "paused", "state": WatchState.PAUSED}
            warehouse.append(watch.model_copy(update=paused))
            return answer

        site.expect_request(page).respond_with_handler(pause)

    return at


def test_a_watch_that_is_paused_while_others_are_worked_is_left_alone(
    casebook, site, two_feeds, paused_by
):
    """Nothing is paid for what nobody wants any more; asked for by its name, it is looked at."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    first, second = two_feeds("gone", "case")
    for feed in (first, second):
        assert casebook("watch", "add", feed, "--every", "1h", "--all", **allowed).code == 0
    paused_by("/old", second, Response("gone", status=404))
    ran = casebook("watch", "run", **allowed)
    assert (first in ran.err, second in ran.err) == (True, False)
    assert second in casebook("watch", "run", second, **allowed).err


def test_once_its_budget_is_spent_a_run_looks_at_no_further_list(casebook, site, two_feeds):
    """A list that was not looked at stays due, and is told; a batch says how it goes on.

    It is no failure: the exit code is that of a run that did all it was to do.
    """
    priced = _PRICES | {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    site.expect_request("/old").respond_with_data(pages.CASE, content_type="text/html")
    first, second = two_feeds("case")
    for feed in (first, second):
        assert casebook("watch", "add", feed, "--every", "1h", "--all", **priced).code == 0
    poor = casebook("watch", "run", "--budget", "0.001", **priced)
    assert (poor.code, "the cap of $0.001 a run" in poor.err, second in poor.err) == (
        0,
        True,
        False,
    )
    assert "budget is spent: 1 list, still due" in poor.err
    looked = [bool(line["look"]) for line in casebook("watch", "list", "--json").lines]
    assert sorted(looked) == [False, True]
    rich = casebook("watch", "run", "--json", "--budget", "1", **priced)
    assert (rich.code, {line["status"] for line in rich.lines}) == (0, {"draft"})
    assert (second in rich.err, "not looked at" in rich.err) == (True, False)


def test_of_the_lists_that_a_budget_leaves_those_that_were_paused_are_not_told(
    casebook, site, two_feeds, paused_by
):
    """Nobody wants to know of them, and they are not due."""
    priced = _PRICES | {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    first, second = two_feeds()
    for feed in (first, second):
        assert casebook("watch", "add", feed, "--every", "1h", "--all", **priced).code == 0
    paused_by("/old", second, Response(pages.CASE, content_type="text/html"))
    ran = casebook("watch", "run", "--budget", "0.001", **priced)
    assert (ran.code, "a run" in ran.err, "not looked at" in ran.err) == (0, True, False)


def test_a_budget_is_kept_with_a_watch_and_holds_for_each_look(casebook, site, two_feeds):
    """It is shown, met, told as no failure, and changed by adding the watch again."""
    priced = _PRICES | {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    site.expect_request("/old").respond_with_data(pages.CASE, content_type="text/html")
    first, second = two_feeds("case")
    poor = ("--every", "1h", "--all", "--budget", "0.001")
    assert casebook("watch", "add", first, *poor, "--word", "o", **priced).code == 0
    assert casebook("watch", "add", second, "--all", "--word", "nowhere", **priced).code == 0
    assert "every 1 h, at most $0.0010 a look, only with o" in casebook("watch", "list").out
    assert casebook("watch", "list", "--json").lines[0]["budget_usd"] == 0.001
    ran = casebook("watch", "run", **priced)
    assert (ran.code, "the cap of $0.001 a look" in ran.err) == (0, True)
    assert "the next look goes on with the rest" in ran.err
    assert second in ran.err  # the run has no cap: the next list is looked at
    again = casebook("watch", "add", first, "--every", "1h", "--budget", "1", **priced)
    assert "no longer has its words" in again.err
    assert "budget" not in again.err
    ran = casebook("watch", "run", first, "--json", **priced)
    assert (ran.code, {line["status"] for line in ran.lines}) == (0, {"draft"})
    dropped = casebook("watch", "add", first, "--every", "1h", **priced)
    assert "no longer has its budget" in dropped.err
    unpriced = casebook("watch", "add", first, "--budget", "1", CASEBOOK_ALLOWED_HOSTS="")
    assert (unpriced.code, "CASEBOOK_LLM_PRICE_INPUT" in unpriced.err) == (4, True)


def test_a_watched_list_that_is_read_in_part_ends_as_some_failed(
    casebook, site, two_feeds, endpoint
):
    """As with ``backfill`` and ``links``; a rejected key outranks it, whichever list came first."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}", "CASEBOOK_LLM_ATTEMPTS": "1"}
    _, feed = two_feeds("case")
    outlines = "".join(f"<outline xmlUrl='{url}'/>" for url in (feed, site.url_for("/gone")))
    for name in ("/one.opml", "/two.opml"):
        site.expect_request(name).respond_with_data(
            f"<opml version='2.0'><body>{outlines}</body></opml>", content_type="text/x-opml"
        )
    often = ("--every", "1h", "--all")
    one, two = (site.url_for(name) for name in ("/one.opml", "/two.opml"))
    casebook("watch", "add", one, *often, "--word", "nowhere", **allowed)
    ran = casebook("watch", "run", **allowed)
    assert (ran.code, "0 new of 0; 1 part of the list not read" in ran.err) == (3, True)
    casebook("watch", "add", two, *often, "--word", "nowhere", **allowed)
    casebook("watch", "add", feed, *often, "--word", "case", **allowed)
    endpoint.fallback = lambda _: api_error(401)
    ran = casebook("watch", "run", **allowed)
    assert (ran.code, "1 part of the list not read" in ran.err) == (4, True)


@pytest.fixture
def own_clock(monkeypatch):
    """Put the clock of this process back when the test is over."""
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("own_clock")
def test_a_watched_list_that_cannot_be_read_is_told_by_the_exit_code(
    casebook, site, two_feeds, monkeypatch
):
    """``watch run`` ends with 3, and ``watch list`` tells it in lines that cut no address.

    Times are those of the reader's clock, and say so.
    """
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    feed, _ = two_feeds()
    added = casebook("watch", "add", feed, "--every", "1h", "--word", "LLM", "--json", **allowed)
    site.handlers[:] = [h for h in site.handlers if "feed" not in str(h.matcher.uri)]
    site.expect_request("/feed-gone").respond_with_data("gone", status=404)
    ran = casebook("watch", "run", feed, **allowed)
    assert (ran.code, "answers 404" in ran.err) == (3, True)
    first, second, third = casebook("watch", "list").out.splitlines()
    watch_id = added.lines[0]["watch_id"]
    assert first == f"{watch_id}  active, every 1 h, only with LLM"
    assert second.strip() == feed
    assert "answers 404" in third
    looked, again = re.search(
        r"looked at ([\d: -]+) JST, again at ([\d: -]+ JST): ", third
    ).groups()
    looked, then = (datetime.fromisoformat(at.removesuffix(" JST")) for at in (looked, again))
    assert (then - looked).total_seconds() == 3_600
    assert abs(datetime.now(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None) - looked) < HOUR
    assert "fails since" not in third
    casebook("watch", "run", feed, **allowed)
    assert "(fails since " in casebook("watch", "list").out
    told = "1 watched list could not be read at the last looks"
    assert told in casebook("failures").err
    assert f"Nothing is due before {again}; " in casebook("watch", "run", **allowed).err
    casebook("watch", "pause", watch_id)
    assert "again at" not in casebook("watch", "list").out


def test_a_watch_by_a_rubric_from_the_command_line(casebook, site, two_feeds, endpoint):
    """What is wanted is told in the list; what was refused is listed with the reason."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    answer = json.dumps({"reason": "It is an old post.", "verdict": "does not fit"})
    endpoint.fallback = lambda _: completion(answer)
    feed, _ = two_feeds()
    wanted = ("--rubric", "News  only", "--every", "1h", "--all")
    assert casebook("watch", "add", feed, *wanted, **allowed).code == 0
    assert casebook("watch", "refused", feed).err == "Nothing was refused by a rubric.\n"
    endpoint.fallback = lambda _: api_error(401)
    unjudged = casebook("watch", "run", feed, **allowed)
    assert (unjudged.code, "1 to be judged at the next look" in unjudged.err) == (3, True)
    endpoint.fallback = lambda _: completion(answer)
    ran = casebook("watch", "run", feed, **allowed)
    assert (ran.code, "0 new of 1; 1 not what is wanted" in ran.err) == (0, True)
    assert "       wanted: News only" in casebook("watch", "list").out.splitlines()
    (told,) = casebook("watch", "refused", feed, "--json").lines
    assert (told["title"], told["reason"]) == ("o", "It is an old post.")
    assert "not wanted: It is an old post." in casebook("watch", "refused", feed).out
    (watch,) = casebook("watch", "list", "--json").lines
    (line,) = casebook("costs", "--by", "source", "--json").lines
    assert (line["key"], line["label"]) == (watch["watch_id"], feed)
    assert "/feed-gone" in casebook("costs", "--by", "source").out
    assert casebook("watch", "undecided", feed).err == "Nothing was taken without a verdict.\n"
    two_feeds("gone")
    endpoint.fallback = lambda _: completion("I would rather not say.")
    assert "taken without a verdict: http" in casebook("watch", "run", feed, **allowed).err
    (told,) = casebook("watch", "undecided", feed, "--json").lines
    assert "does not fit the schema" in told["reason"]
    assert "no verdict: scripted gave" in casebook("watch", "undecided", feed).out
    assert casebook("watch", "add", feed, "--rubric", " ", **allowed).code == 2
    embedded = {"CASEBOOK_LLM_BASE_URL": "", "CASEBOOK_LLM_MODEL": ""}
    refused = casebook("watch", "add", feed, "--rubric", "News", **allowed, **embedded)
    assert (refused.code, "filter by words" in refused.err) == (4, True)
