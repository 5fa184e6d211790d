"""``casebook backfill``: what it takes for a list, and how a batch goes on."""

import gc
import io
import re
import subprocess
import sys
import weakref
from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest
from rich.console import Console
from scripted_endpoint import api_error

from casebook.cli.board import print_batches
from casebook.pipeline.batches.planning import select as planning_select
from casebook.schemas.batches import (
    BatchEvent,
    BatchItem,
    BatchOptions,
    BatchStep,
    BatchSummary,
    ListedBatch,
)
from casebook.schemas.sources import SourceRef
from casebook.warehouse.store import Warehouse


def test_a_dry_run_tells_what_a_list_names_twice_and_begins_nothing(casebook, tmp_path, endpoint):
    """A source under another spelling of its address is a duplicate, told as such."""
    listed = tmp_path / "list.csv"
    listed.write_text(
        "url\nhttps://a.example/1\nhttps://a.example/1?utm_source=x\nhttps://a.example/2\n"
    )
    (told,) = casebook("backfill", listed, "--dry-run", "--json").lines
    assert (told["standings"], told["duplicates"]) == ({"new": 2}, 1)
    assert casebook("backfill", "list", "--json").lines == []
    assert endpoint.requests == []


def test_what_asks_the_model_is_loaded_beside_the_list_where_it_will_be_asked(
    casebook, tmp_path, monkeypatch
):
    """It takes a second: a dry run and a list that is not there are told without waiting for it."""
    loaded, listed = [], tmp_path / "list.csv"
    monkeypatch.setattr("casebook.runtime.loading.load_client", lambda: loaded.append(True))
    monkeypatch.setattr("casebook.cli.backfilling.work_batch", AsyncMock(return_value=0))
    listed.write_text("url\nhttps://a.example/1\n")
    casebook("backfill", listed, "--dry-run")
    casebook("backfill", tmp_path / "none.csv")
    assert loaded == []
    casebook("backfill", listed)
    assert loaded == [True]


def test_while_a_batch_is_worked_its_list_is_held_no_more(casebook, tmp_path, monkeypatch):
    """Neither its sources nor its entries: both are there once, for as long as it is stored."""
    lists, held = [], []

    def noted(entries, **choice):
        chosen = planning_select(entries, **choice)
        lists.extend(map(weakref.ref, [chosen, *chosen.items, *entries]))
        return chosen

    async def worked(*_, **__):
        gc.collect()
        held.append(sum(one() is not None for one in lists))
        return 0

    monkeypatch.setattr("casebook.pipeline.batches.planning.select", noted)
    monkeypatch.setattr("casebook.cli.backfilling.work_batch", worked)
    listed = tmp_path / "list.csv"
    listed.write_text("url\nhttps://a.example/1\nhttps://a.example/2\n")
    assert casebook("backfill", listed).code == 0
    assert (len(lists), held) == (5, [0])


def test_the_parsers_are_loaded_while_a_batch_that_goes_on_is_looked_up(casebook, monkeypatch):
    """The first page would wait for them, and with it all else; a dry run reads none."""
    started = []
    monkeypatch.setattr(
        "casebook.extractors.worker.start_server", lambda *, many: started.append(many)
    )
    casebook("backfill", "--resume", "batch1_none", "--dry-run")
    assert started == []
    casebook("backfill", "--resume", "batch1_none")
    assert started == [True]


@pytest.mark.parametrize("command", ["backfill", "submit"])
def test_a_closed_standard_input_is_bad_usage(command, environment):
    """A scheduler may start programs without one: the message says so, in place of a traceback."""
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "casebook"]
    ran = subprocess.run(
        [*closed, command, "-"], capture_output=True, text=True, env=environment, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "standard input is closed" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["backfill", "links"])
def test_standard_input_without_an_end_is_given_up(command, environment):
    """Before it fills the memory, as a file that is too large is."""
    endless = subprocess.Popen(["yes", "https://a.example/1"], stdout=subprocess.PIPE)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "casebook", command, "-"],
            stdin=endless.stdout,
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
            check=False,
        )
    finally:
        endless.kill()
        endless.wait()
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "more than the 50 MB that a list may have: split it" in ran.stderr


def test_standard_input_takes_addresses_and_what_links_prints(casebook):
    """Both name the same sources; a title that comes along is what words are looked for in."""
    lines = (
        'https://a.example/1\n# a remark\n\n{"source": "https://a.example/2", "title": "Our RAG"}'
    )
    (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=lines).lines
    assert told["standings"] == {"new": 2}
    (told,) = casebook("backfill", "-", "--dry-run", "--json", "--word", "rag", stdin=lines).lines
    assert told["standings"] == {"new": 1}


FEED = (
    "<rss version='2.0'><channel><title>t</title><item><title>a</title>"
    "<link>https://a.example/1</link></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("piped", "new", "code", "said"),
    [
        ("url,title\nhttps://a.example/1,One\nhttps://a.example/2,Two\n", 2, 0, ""),
        ("\ufeffhttps://a.example/1\r\nhttps://a.example/1\r\n", 1, 0, ""),
        (FEED, 1, 0, ""),
        ("".join(f"{sign}\0" for sign in "https://a.example/1\n"), 1, 0, ""),
        ("https://a.example/1\nnotes\n", 1, 3, "1 entry of standard input"),
        ("", None, 3, "standard input is empty; give a feed"),
        ("\n", None, 3, "standard input is empty; give a feed"),
        ("# none today\n", None, 3, "standard input names no web addresses"),
        ("notes\n", None, 3, "standard input names no web addresses"),
        ('{"source": 5}\n', None, 3, "standard input names no web addresses"),
        ("\udcff\udcfe\n", None, 3, "standard input names no web addresses"),
    ],
)
def test_standard_input_is_read_as_a_file_of_the_same_bytes_is(casebook, piped, new, code, said):
    """A header is no source, a BOM is no other address, and what is no list is told, not stored."""
    ran = casebook("backfill", "-", "--dry-run", "--json", stdin=piped)
    assert (ran.code, said in ran.err) == (code, True)
    assert [line["standings"] for line in ran.lines] == ([{"new": new}] if new else [])
    assert "Traceback" not in ran.err


def test_a_batch_goes_on_as_it_was_begun(casebook, site, endpoint):
    """A dry run of a stored batch pays nothing, and options that would be ignored are refused.

    An outage outranks the failure of a source in the exit code, whichever came first.
    """
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}", "CASEBOOK_LLM_ATTEMPTS": "1"}
    answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(401)
    lines = f"{site.url_for('/gone')}\n{site.url_for('/case')}"
    assert casebook("backfill", "-", stdin=lines, **allowed).code == 4
    endpoint.fallback = answer
    (batch,) = casebook("backfill", "list", "--json").lines
    asked = len(endpoint.requests)
    resumed = ("backfill", "--resume", batch["batch_id"])
    (told,) = casebook(*resumed, "--dry-run", "--json", **allowed).lines
    assert (told["standings"], told["estimate"]["sources"]) == (
        {"failed_gone": 1, "failed_setup": 1},
        1,
    )
    assert casebook(*resumed, "--limit", "1", **allowed).code == 2
    assert len(endpoint.requests) == asked
    (outcome,) = casebook(*resumed, "--json", **allowed).lines
    assert outcome["status"] == "draft"
    assert outcome["near_copies"] is None  # an empty list would say that there are none


def test_a_budget_that_is_reached_says_how_to_go_on(casebook, site):
    """The batch pauses before it spends more; its page says so and why, and the list stays short."""
    priced = {
        "CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}",
        "CASEBOOK_LLM_PRICE_INPUT": "1",
        "CASEBOOK_LLM_PRICE_OUTPUT": "4",
    }
    ran = casebook("backfill", "-", "--budget", "0.01", stdin=site.url_for("/case"), **priced)
    (batch,) = casebook("backfill", "list", "--json").lines
    assert ran.code == 4
    assert f"--resume {batch['batch_id']} --budget MORE" in ran.err
    planned = casebook("backfill", "--resume", batch["batch_id"], "--dry-run", **priced)
    assert "a setting, a key or a budget: would be tried again" in planned.out
    assert "1 source with scripted" in planned.out
    shown = casebook("backfill", "show", batch["batch_id"])
    assert "the cap of $0.01" in shown.out.splitlines()[-2]
    listed = casebook("backfill", "list").out.splitlines()
    assert [line.strip() for line in listed[1:]] == ["standard input"]
    assert f"{batch['batch_id']}  paused" in listed[0]
    more = ("backfill", "--resume", batch["batch_id"], "--budget", "1", "--json")
    assert [line["status"] for line in casebook(*more, **priced).lines] == ["draft"]


def test_a_batch_whose_model_nobody_knows_is_begun_anew(casebook, site, endpoint):
    """It keeps the model that it was begun with, so to resume it is no advice; it cost nothing."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(404, "model_not_found")
    ran = casebook("backfill", "-", "--model", "typo", stdin=site.url_for("/case"), **allowed)
    assert ran.code == 4
    assert "does not know typo" in ran.err
    assert "another --model" in ran.err
    assert "--resume" not in ran.err
    assert "1 call, 0 tokens, $0.00" in ran.out
    endpoint.fallback = answer
    again = casebook("backfill", "-", "--model", "right", stdin=site.url_for("/case"), **allowed)
    assert again.code == 0


def test_a_limit_of_the_endpoint_is_told_without_a_terminal(casebook, site, endpoint, monkeypatch):
    """A log in which nothing is done for hours says why."""
    from casebook.cli import board

    monkeypatch.setattr(board, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(board, "_TELL_SECONDS", 0.1)
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    endpoint.enqueue(api_error(429, retry_after="1"))
    ran = casebook("backfill", "-", stdin=site.url_for("/case"), **allowed)
    assert ran.code == 0
    assert re.search(r"0 of 1 done; endpoint: \d calls? open, about \d+ a minute allowed", ran.err)


def test_an_endpoint_that_refuses_without_end_pauses_the_batch(casebook, site, endpoint):
    """As an outage does: it says so, no verdict is stored, and what goes on asks once."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(429)
    impatient = allowed | {"CASEBOOK_OUTAGE_PATIENCE": "0.5"}
    ran = casebook("backfill", "-", stdin=site.url_for("/case"), **impatient)
    assert ran.code == 5
    assert re.search(r"paused +the endpoint has refused every request for \d+ s", ran.err)
    (batch,) = casebook("backfill", "list", "--json").lines
    assert (batch["step"], batch["refused"], batch["cases"]) == ("paused", 0, 0)
    endpoint.fallback = answer
    resumed = casebook("backfill", "--resume", batch["batch_id"], "--json", **allowed)
    assert (resumed.code, [line["status"] for line in resumed.lines]) == (0, ["draft"])


def test_a_list_that_is_read_in_part_ends_as_some_failed(casebook, site):
    """What could not be read is told on standard error and in the dry run, and the code is 3."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    outline = "".join(
        f"<outline xmlUrl='{site.url_for(f'/{name}')}'/>" for name in ("feed", "gone")
    )
    site.expect_request("/all.opml").respond_with_data(
        f"<opml version='2.0'><body>{outline}</body></opml>", content_type="text/x-opml"
    )
    item = f"<item><title>t</title><link>{site.url_for('/case')}</link></item>"
    site.expect_request("/feed").respond_with_data(
        f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>",
        content_type="application/rss+xml",
    )
    listed = ("backfill", site.url_for("/all.opml"), "--json")
    planned = casebook(*listed, "--dry-run", **allowed)
    assert (planned.code, planned.lines[0]["standings"]) == (3, {"new": 1})
    assert "/gone" in planned.lines[0]["missed"][0]
    ran = casebook(*listed, **allowed)
    assert (ran.code, [line["status"] for line in ran.lines]) == (3, ["draft"])
    assert "not read:" in ran.err


def test_what_is_tried_again_later_is_told_while_it_waits(casebook, site, monkeypatch):
    """Without a terminal, a batch that only waits says for what and for how long."""
    from casebook.cli import board
    from casebook.pipeline.batches import backfill

    monkeypatch.setattr(board, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(board, "_TELL_SECONDS", 0.1)
    monkeypatch.setattr(
        backfill.BatchRun.__init__,
        "__kwdefaults__",
        {**backfill.BatchRun.__init__.__kwdefaults__, "delays": (2.0,)},
    )
    site.expect_request("/busy").respond_with_data("busy", status=503)
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    ran = casebook(
        "backfill", "-", stdin=site.url_for("/busy"), CASEBOOK_FETCH_ATTEMPTS="1", **allowed
    )
    assert ran.code == 3
    assert re.search(r"0 of 1 done; 1 to be tried again, the next in [12] s", ran.err)


def test_failures_are_told_without_cutting_or_repeating_an_address(casebook, site):
    """Each has its cause, id and tries in one line, and what happened whole in the next."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    gone = site.url_for("/gone")
    assert casebook("backfill", "-", stdin=gone, **allowed).code == 3
    first, second = casebook("failures").out.splitlines()
    assert first.startswith("page_missing  src1_")
    assert "fetch, 1 try, gone" in first
    assert second.strip().startswith(f"{gone} answers 404")
    assert second.count(gone) == 1


def test_a_dry_run_tells_that_the_budget_will_not_do(casebook):
    """Before anything is paid: with a price that it is too little, without one that it is none."""
    plan, listed = ("backfill", "-", "--dry-run"), "https://a.example/1"
    priced = {"CASEBOOK_LLM_PRICE_INPUT": "1", "CASEBOOK_LLM_PRICE_OUTPUT": "4"}
    poor = casebook(*plan, "--budget", "0.01", stdin=listed, **priced)
    assert (poor.code, "more than the budget of $0.01" in poor.out) == (0, True)
    assert "budget" not in casebook(*plan, "--budget", "1", stdin=listed, **priced).out
    assert "price is not known" in casebook(*plan, "--budget", "1", stdin=listed).out


def test_a_dry_run_quotes_the_judge_beside_the_model(casebook):
    """The bill has both: each by its own price, and the budget is held against their sum."""
    plan, listed = ("backfill", "-", "--dry-run"), "https://a.example/1"
    priced = {"CASEBOOK_LLM_PRICE_INPUT": "1", "CASEBOOK_LLM_PRICE_OUTPUT": "4"}
    judged = {**priced, "CASEBOOK_JUDGE_MODEL": "gpt-4o"}
    (told,) = casebook(*plan, "--json", stdin=listed, **judged).lines
    assert (told["judge"]["model"], told["judge"]["calls"]) == ("gpt-4o", 1)
    total = told["estimate"]["cost_usd"] + told["judge"]["cost_usd"]
    ran = casebook(*plan, "--budget", f"{total - 0.001:.4f}", stdin=listed, **judged)
    assert "Their drafts judged by gpt-4o: about 1 calls" in " ".join(ran.out.split())
    assert "more than the budget" in ran.out
    assert casebook(*plan, "--json", stdin=listed, **priced).lines[0]["judge"] is None
    unknown = {**priced, "CASEBOOK_JUDGE_MODEL": "our-judge"}
    told = " ".join(casebook(*plan, "--budget", "9", stdin=listed, **unknown).out.split())
    assert "no draft would be judged, since the price of our-judge is not known" in told


def test_what_makes_no_sense_is_said_so(casebook, site, two_feeds, endpoint, tmp_path):
    """A list without a source that is wanted says why; an interval without end stops no watch."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    listed = tmp_path / "list.csv"
    listed.write_text("url,date\nhttps://a.example/1,2026-01-02\nhttps://a.example/2,2026-01-03\n")
    ran = casebook("backfill", listed, "--since", "2030-01-01")
    assert (ran.code, ran.err) == (0, "Nothing to work: 2 older than --since.\n")
    assert "names no model" in casebook("backfill", listed, "--model", " ").err
    feed, _ = two_feeds()
    for every in ("9" * 20 + "w", "99w", "١h"):
        refused = casebook("watch", "add", feed, "--every", every, **allowed)
        assert (refused.code, "Traceback" in refused.err) == (2, False)
    assert casebook("watch", "add", feed, "--every", "52w", **allowed).code == 0
    again = casebook("watch", "add", feed, "--every", "1h", "--all", **allowed)
    assert f"`casebook backfill {feed}` works all of it" in again.err
    assert "Nothing is due" in casebook("watch", "run", **allowed).err
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "command",
    [
        ("backfill", "https://a.example/list"),
        ("watch", "add", "https://a.example/feed"),
    ],
)
@pytest.mark.parametrize("word", ["", " "])
def test_an_empty_word_is_refused(casebook, command, word):
    """A variable that was never set would have all of a list worked, and paid."""
    ran = casebook(*command, "--word", "LLM", "--word", word)
    assert (ran.code, "--word is empty" in ran.err) == (2, True)


@pytest.mark.parametrize(("since", "code"), [("2026-11-2", 0), ("01.02.2024", 2), ("soon", 2)])
def test_a_day_is_told_by_an_example(casebook, since, code):
    """Not by the letters that programs format days with."""
    listed = "https://a.example/1"
    ran = casebook("backfill", "-", "--since", since, "--dry-run", stdin=listed)
    told = f"'{since}' is no day: write 2026-11-24"
    assert (ran.code, told in ran.err) == (code, bool(code))
    ran = casebook("costs", "--since", since)
    assert (ran.code, told in ran.err) == (code, bool(code))


def test_since_says_for_how_many_the_list_tells_no_day(casebook):
    """They are kept, and a whole list whose days cannot be read would be paid for unseen."""
    days = ("Q2 24", "2026-11-20", "2026-11", "Oct 2026")
    listed = "url,date\n" + "".join(f"https://a.example/{day[-2:]},{day}\n" for day in days)
    ran = casebook("backfill", "-", "--since", "2026-11-02", "--dry-run", "--json", stdin=listed)
    (told,) = ran.lines
    counted = {name: told[name] for name in ("standings", "undated", "around", "older")}
    assert counted == {"standings": {"new": 3}, "undated": 1, "around": 1, "older": 1}
    assert "keeps 1 source for which the list tells no more than the month or year" in ran.err
    assert "--since keeps 1 source for which the list tells no day that can be read" in ran.err
    assert casebook("backfill", "-", "--dry-run", stdin=listed).err == ""


def test_a_table_with_whole_texts_in_it_is_a_list(casebook, tmp_path):
    """A database that is saved as CSV has its summaries with it: more than a page may have."""
    table = tmp_path / "cases.csv"
    rows = (f"https://a.example/{n},{'word ' * 2_000}\n" for n in range(1_100))
    table.write_text("url,text\n" + "".join(rows))
    assert table.stat().st_size > 10_000_000
    (told,) = casebook("backfill", table, "--dry-run", "--json").lines
    assert told["standings"] == {"new": 1_100}


def test_a_list_of_batches_cuts_no_word_at_eighty_columns(tmp_path):
    """Ids and addresses stay whole, to be copied."""
    told = BatchSummary(
        batch_id="batch1_" + "a" * 16,
        origin="https://a.example/" + "long/" * 20,
        size=9,
        cases=5,
        refused=1,
        failed=3,
        created_at=datetime(2026, 11, 24, tzinfo=UTC),
        changed_at=datetime(2026, 11, 24, tzinfo=UTC),
        created_by="ada",
        step=BatchStep.STARTED,
        reason=None,
    )
    console = Console(width=80, file=io.StringIO())
    print_batches([told], console)
    first, second, third = console.file.getvalue().splitlines()
    assert [*first.split(), *second.split()][
        -9:
    ] == "5 drafts, 1 not a case study, 3 failed".split()
    assert third.strip() == told.origin


@pytest.mark.parametrize(
    "every", ["999999w", "53w", "367d", "0m", "0w", "-5m", "1.5h", "", "9" * 20 + "w"]
)
@pytest.mark.parametrize("command", [("watch", "add"), ("schedule", "add")])
def test_an_interval_is_from_a_minute_to_a_year(casebook, command, every):
    """Others are refused with what is allowed, before a list is read or a server is asked."""
    flow = "publish" if command[0] == "schedule" else "https://a.example/feed"
    refused = casebook(*command, flow, f"--every={every}")
    assert (refused.code, "is no interval" in refused.err) == (2, True)


@pytest.mark.parametrize(("at_once", "code"), [("0", 2), ("-1", 2), ("100000", 2), ("256", 0)])
def test_calls_at_once_are_bounded_wherever_they_are_given(casebook, at_once, code):
    """One bound for the option, the environment and the file; the message names what is allowed."""
    lines = "https://a.example/1"
    planned = casebook("backfill", "-", "--dry-run", "--concurrency", at_once, stdin=lines)
    allowed = "less than or equal to 256" if int(at_once) > 256 else "greater than or equal to 1"
    assert (planned.code, allowed in planned.err) == (code, bool(code))
    for name in ("CASEBOOK_LLM_CONCURRENCY", "CASEBOOK_CONCURRENCY"):
        ran = casebook("backfill", "-", "--dry-run", stdin=lines, **{name: at_once})
        assert (ran.code, allowed in ran.err) == (4 if code else 0, bool(code))


@pytest.mark.parametrize("budget", ["inf", "nan", "-1", "1e400"])
def test_a_budget_is_an_amount(casebook, budget):
    """Without an end it is none, and no JSON could tell it."""
    for command in (("backfill",), ("submit",), ("watch", "run")):
        assert casebook(*command, "https://a.example/1", "--budget", budget).code == 2
    assert casebook("list", CASEBOOK_BUDGET_RUN=budget).code == 4


def test_a_batch_that_was_killed_is_not_told_to_be_at_work_for_certain(casebook, tmp_path):
    """Rows cannot tell a process that works from one that was killed; both are said."""
    warehouse = Warehouse(tmp_path / "home" / "warehouse.duckdb")
    now = datetime.now(UTC)
    item = BatchItem(source_id="src1_a", reference=SourceRef(source="https://a.example/1"))
    batch = ListedBatch(
        batch_id="batch1_a", origin="-", options=BatchOptions(), items=[item], created_by="ada",
        created_at=now,
    )  # fmt: skip
    started = BatchEvent(
        event_id="bevent1_a", batch_id="batch1_a", step=BatchStep.STARTED, reason=None, at=now
    )
    warehouse.append(batch, started)
    assert "batch1_a  at work, or cut off" in casebook("backfill", "list").out
    assert "at work, or cut off" in casebook("backfill", "show", "batch1_a").out
    assert casebook("backfill", "show", "batch1_a", "--json").lines[0]["step"] == "started"


def test_a_dry_run_over_what_is_done_says_so(casebook, site):
    """No estimate of nothing."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    casebook("backfill", "-", stdin=site.url_for("/case"), **allowed)
    told = casebook("backfill", "-", "--dry-run", stdin=site.url_for("/case"), **allowed).out
    assert "Nothing is left to work" in told
    assert "0 sources" not in told
