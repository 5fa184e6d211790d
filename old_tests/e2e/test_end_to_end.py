"""Everything real: a web server, llama.cpp, Prefect, the desk, a Chromium, a published page."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import scripted_curator
import urllib3
from commands import Ran, run_here
from playwright.sync_api import Page, expect, sync_playwright
from pytest_httpserver import HTTPServer
from scripted_endpoint import api_error

from casebook.flows import FLOWS
from casebook.schemas.errors import ConfigurationError, HostUnreachable, PageMissing

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

_ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.browser,
    pytest.mark.prefect,
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def site() -> Iterator[HTTPServer]:
    """The example pages, served as a site would."""
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/robots.txt").respond_with_data("User-agent: *\nAllow: /\n")
        for name in ("support-triage", "team-offsite", "code-review-agent"):
            page = (EXAMPLES / f"{name}.html").read_text()
            server.expect_request(f"/{name}").respond_with_data(page, content_type="text/html")
        yield server


@pytest.fixture(scope="module")
def environment(site: HTTPServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No key, no endpoint: the embedded model. Only the local site is exempt from the guard."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))}
    clean.pop("OPENAI_API_KEY", None)
    return clean | {
        "CASEBOOK_HOME": str(tmp_path_factory.mktemp("home")),
        "CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}",
        "CASEBOOK_CURATOR": "ada",
        # Runs that are asked for begin within a second, in place of ten.
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }


@pytest.fixture(scope="module")
def machine(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """``casebook up`` in a process of its own; yields the addresses it prints."""
    command = [
        sys.executable,
        "-m",
        "casebook",
        "up",
        "--port",
        "0",
        "--prefect-port",
        "0",
    ]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        addresses: dict[str, str] = {}
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.match(r"(prefect|the desk)\s+(http://[\d.:]+)", line):
                addresses[found[1]] = found[2]
            if "the desk" in addresses:
                break
        assert set(addresses) == {"prefect", "the desk"}, process.stderr.read()
        children = psutil.Process(process.pid).children(recursive=True)
        yield addresses
        process.send_signal(signal.SIGINT)
        process.wait(60)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == [], "Ctrl-C left processes behind"


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """A page in a real Chromium."""
    options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*options, "--disable-sync"]
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(20_000)
        yield page
        chromium.close()


def program(environment: dict[str, str], *arguments: str) -> list[dict]:
    """Run the command as a program of its own, which takes seconds; return its lines."""
    done = subprocess.run(
        [sys.executable, "-m", "casebook", *arguments, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def casebook(environment: dict[str, str], tmp_path: Path) -> Callable[..., list[dict]]:
    """Run the command in this process; return its lines."""

    def run(*arguments: str) -> list[dict]:
        done = run_here(environment, tmp_path, *arguments, "--json")
        assert done.code == 0, done.err
        return done.lines

    return run


@pytest.fixture
def schedule(
    machine: dict[str, str], environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., Ran]]:
    """Run ``casebook schedule`` in this process."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: f"{machine['prefect']}/api"}):
        yield partial(run_here, environment, tmp_path, "schedule")


def test_a_curator_takes_a_page_from_its_address_to_a_reader(machine, browser_page, casebook, site):
    """Submit in the desk, watch it become a draft, see a quote marked, approve, publish, read."""
    desk, page = machine["the desk"], browser_page
    page.goto(f"{desk}/submit")
    expect(page.get_by_label("Web addresses")).to_be_focused()
    page.get_by_label("Web addresses").fill(site.url_for("/code-review-agent"))
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name="Read the draft").click(timeout=180_000)
    expect(page.get_by_text("Marlowe Grid").first).to_be_visible()
    (case,) = casebook("list")
    (shown,) = casebook("show", case["case_id"])
    statement = shown["results"][0]
    page.locator("a.choose", has_text=statement["text"]).click()
    expect(page.locator("mark.on").first).to_be_in_viewport()
    marked = " ".join(page.locator("mark.on").all_inner_texts())
    assert marked.split() == statement["evidence"][0]["quote"].split()
    page.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(page.get_by_text("approved", exact=True).first).to_be_visible()
    page.goto(f"{desk}/publish")
    page.get_by_role("button", name="Publish 1 approved case").click()
    page.get_by_role("link", name="Read the site").click()
    page.get_by_role("link", name=shown["title"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown["title"])
    expect(page.get_by_text(statement["text"]).first).to_be_visible()
    (published,) = casebook("list", "--status", "published")
    assert published["case_id"] == case["case_id"]


def test_a_draft_of_the_embedded_model_is_grounded(machine, environment, casebook, site):
    """Whole sentences, located quotes, no repeats; through the Prefect server it is made once.

    The page is the curator's, whose draft it is where that test came first.
    """
    page, before = site.url_for("/code-review-agent"), len(_flow_runs(machine["prefect"], "ingest"))
    (made,) = program(environment, "submit", page)
    (shown,) = casebook("show", made["case_id"])
    making = shown["provenance"]
    assert (making["made_by"], making["author"]) == ("model", "smollm2-135m-instruct")
    assert len(making["generations"]) > 5
    document = _call(machine["the desk"], "GET", f"/api/cases/{made['case_id']}")["document"]
    texts = []
    for field in ("architecture", "challenges", "lessons", "solutions", "results"):
        for statement in shown[field]:
            texts.append(statement["text"])
            assert statement["text"][-1] in ".!", statement["text"]
            for evidence in statement["evidence"]:
                quoted = document["text"][evidence["start"] : evidence["end"]]
                assert quoted == evidence["quote"] != ""
    assert all(shown[field] for field in ("architecture", "challenges", "lessons"))
    assert len(texts) == len(set(texts)) > 8
    (again,) = program(environment, "submit", page)
    assert (again["llm_calls"], again["revision_id"]) == (0, made["revision_id"])
    runs = _flow_runs(machine["prefect"], "ingest")
    assert len(runs) == before + 2
    assert {run["state_type"] for run in runs} == {"COMPLETED"}


def test_a_list_is_worked_by_its_flow_and_flows_run_by_the_clock(
    machine, environment, casebook, schedule, site
):
    """A batch ends with an artifact; a schedule is kept by the server, paused and removed.

    One with which every run would fail is refused, and so is an id that is none.
    """
    listed = site.url_for("/team-offsite")
    site.expect_request("/list.csv").respond_with_data(f"url\n{listed}\n", content_type="text/csv")
    prefect = machine["prefect"]
    deployment = _wait(prefect, "/api/deployments/name/backfill/backfill", lambda d: "id" in d)
    given = {"parameters": {"source": site.url_for("/list.csv"), "budget": 0.5}}
    run = _call(prefect, "POST", f"/api/deployments/{deployment['id']}/create_flow_run", given)
    run = _wait(prefect, f"/api/flow_runs/{run['id']}", lambda r: r["state_type"] in _ENDED)
    assert run["state_type"] == "COMPLETED", run["state"]
    artifacts = _call(prefect, "POST", "/api/artifacts/filter", {})
    (told,) = (a["data"] for a in artifacts if (a["key"] or "").startswith("batch1-"))
    assert "| Not a case study | 1 |" in told
    (batch,) = casebook("backfill", "list")
    assert (batch["size"], batch["step"]) == (1, "finished")
    (shown,) = casebook("backfill", "show", batch["batch_id"])
    assert shown["options"]["budget_usd"] == 0.5

    weekly = ("schedule", "add", "recheck", "--cron", "0 6 * * 1")
    (made,) = program(environment, *weekly)
    kept, watching = sorted(schedule("list", "--json").lines, key=lambda s: s["flow"])
    assert (watching["flow"], kept["when"]) == ("watch", "cron 0 6 * * 1 (UTC)")
    for given, told in (
        (("nonsense=3",), "no parameter 'nonsense'"),
        (("limit=5",), "-p source=LIST"),
        (("source=x", "budget=lots"), "parameter budget"),
    ):
        asked = [part for one in given for part in ("-p", one)]
        refused = schedule("add", "backfill", "--every", "1d", *asked)
        assert (refused.code, told in refused.err) == (2, True), refused.err
    hexdigits = "0123456789abcdef"
    both = {kept["schedule_id"][0], watching["schedule_id"][0]}
    no_ones = next(digit for digit in hexdigits if digit not in both)
    assert "names 0 schedules" in schedule("remove", no_ones).err
    for word in ("pause", "remove"):
        assert schedule(word, made["schedule_id"]).code == 0
    assert [s["flow"] for s in schedule("list", "--json").lines] == ["watch"]


def _wait(prefect: str, path: str, ready: Callable[[dict], bool]) -> dict:
    """Ask until the answer is ready, for two minutes at the most."""
    for _ in range(240):
        if ready(answer := _call(prefect, "GET", path)):
            break
        time.sleep(0.5)
    return answer


def test_a_batch_that_pauses_is_no_completed_run_and_a_retry_goes_on(
    machine, environment, casebook, site, endpoint
):
    """A rejected key: the run's state names it, whoever looks at Prefect alone; nothing is lost.

    With the key mended, a retry of the same run drafts the source and is completed.
    """
    mended, endpoint.fallback = scripted_curator.answer, lambda _: api_error(401)
    listed, prefect = site.url_for("/support-triage?edition=2"), machine["prefect"]
    page = (EXAMPLES / "support-triage.html").read_text()
    site.expect_request("/support-triage", query_string="edition=2").respond_with_data(
        page, content_type="text/html"
    )
    site.expect_request("/two.csv").respond_with_data(f"url\n{listed}\n", content_type="text/csv")
    configured = Path(environment["CASEBOOK_HOME"]) / "casebook.toml"
    configured.write_text(f'llm_base_url = "{endpoint.base_url}"\nllm_model = "scripted"\n')
    try:
        deployment = _call(prefect, "GET", "/api/deployments/name/backfill/backfill")
        given = {"parameters": {"source": site.url_for("/two.csv")}}
        run = _call(prefect, "POST", f"/api/deployments/{deployment['id']}/create_flow_run", given)
        where = f"/api/flow_runs/{run['id']}"
        run = _wait(prefect, where, lambda r: r["state_type"] in _ENDED)
        assert (run["state_type"], run["state_name"]) == ("FAILED", "Paused: key rejected")
        (batch,) = (b for b in casebook("backfill", "list") if b["open"])
        assert batch["batch_id"] in run["state"]["message"]
        assert (batch["step"], batch["cases"]) == ("paused", 0)

        endpoint.fallback = mended
        again = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}}
        assert _call(prefect, "POST", f"{where}/set_state", again)["status"] == "ACCEPT"
        run = _wait(prefect, where, lambda r: r["state_type"] == "COMPLETED")
        assert run["state_type"] == "COMPLETED", run["state"]
        told = {b["batch_id"]: b for b in casebook("backfill", "list")}
        assert (told[batch["batch_id"]]["step"], told[batch["batch_id"]]["cases"]) == (
            "finished",
            1,
        )
    finally:
        configured.unlink()


def test_a_watch_whose_list_is_gone_is_no_completed_run(
    machine, environment, casebook, site, tmp_path
):
    """The state names the cause, its message the list; the schedule goes on; a retry looks again."""
    prefect, feed = machine["prefect"], site.url_for("/feed.xml")
    item = f"<item><link>{site.url_for('/support-triage')}</link></item>"
    rss = f"<rss version='2.0'><channel><title>Feed</title>{item}</channel></rss>"
    site.expect_oneshot_request("/feed.xml").respond_with_data(rss, content_type="application/xml")
    given = ("--every", "5m", "--all", "--word", "zebra")
    (added,) = casebook("watch", "add", feed, *given)
    site.expect_request("/feed.xml").respond_with_data("gone", status=410)
    deployment = _wait(prefect, "/api/deployments/name/watch/watch", lambda d: "id" in d)
    run = _call(prefect, "POST", f"/api/deployments/{deployment['id']}/create_flow_run", {})
    run = _wait(prefect, f"/api/flow_runs/{run['id']}", lambda r: r["state_type"] in _ENDED)
    assert (run["state_type"], run["state_name"]) == ("FAILED", "List unread: page missing")
    assert feed in run["state"]["message"]
    (line,) = casebook("watch", "list")
    assert (line["look"]["failure_by"], line["state"]) == ("page_missing", "active")
    planned = [r for r in _flow_runs(prefect, "watch") if r["state_type"] == "SCHEDULED"]
    assert planned

    site.expect_oneshot_request("/feed.xml").respond_with_data(rss, content_type="application/xml")
    again = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}}
    where = f"/api/flow_runs/{run['id']}"
    assert _call(prefect, "POST", f"{where}/set_state", again)["status"] == "ACCEPT"
    _wait(prefect, where, lambda r: r["state_type"] == "COMPLETED")
    (line,) = casebook("watch", "list")
    assert (line["look"]["failure_by"], line["look"]["found"]) == (None, 0)
    assert run_here(environment, tmp_path, "watch", "remove", added["watch_id"]).code == 0


async def test_a_list_is_asked_for_again_where_the_cause_may_pass(machine, monkeypatch):
    """Once more, by Prefect; a page that is gone is not."""
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_LOGGING_TO_API_ENABLED,
        temporary_settings,
    )

    from casebook.flows import backfill

    asked = list[str]()

    async def read(*errors: Exception) -> str:
        asked.append("once")
        if len(asked) <= len(errors):
            raise errors[len(asked) - 1]
        return "the list"

    monkeypatch.setattr(backfill, "_LIST_DELAYS", (0.1,))
    down, gone = HostUnreachable("down"), PageMissing("gone")
    own = {PREFECT_API_URL: f"{machine['prefect']}/api", PREFECT_LOGGING_TO_API_ENABLED: False}
    with temporary_settings(own):
        told = await backfill.read_as_task("https://a.example/{feed}", lambda: read(down))
        assert (told, len(asked)) == ("the list", 2)
        for errors, times in (((gone,), 1), ((down, down, down), 2)):
            asked.clear()
            with pytest.raises(type(errors[0])):
                await backfill.read_as_task("feed", partial(read, *errors))
            assert len(asked) == times


async def test_all_workers_share_the_servers_limit(machine, monkeypatch):
    """`up` makes the limit; no more than it allows are in at once; none at all is an error."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from casebook.flows import limits

    inside: list[int] = []
    most = 0

    async def one(number: int) -> None:
        nonlocal most
        async with limits.llm_slot():
            inside.append(number)
            most = max(most, len(inside))
            await asyncio.sleep(0.2)
            inside.remove(number)

    with temporary_settings({PREFECT_API_URL: f"{machine['prefect']}/api"}):
        async with get_client() as client, asyncio.timeout(120):
            # The flows' process makes it while it starts; the desk is open before that.
            while not await client.read_global_concurrency_limits():  # noqa: ASYNC110 - not ours
                await asyncio.sleep(0.2)
            assert (await client.read_global_concurrency_limit_by_name("llm")).limit > 0
        monkeypatch.setattr(limits, "LLM", "two")
        with pytest.raises(ConfigurationError, match="prefect gcl create two"):
            await one(0)
        await limits.ensure_llm_limit(2)
        await limits.ensure_llm_limit(9)  # one that is there is left as it is
        await asyncio.gather(*map(one, range(4)))
    assert most == 2


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_parameter_that_a_flow_does_not_have_is_refused(machine, flow):
    """By name, and before there is a run; it was a run whose process crashed without a reason."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: f"{machine['prefect']}/api"}):
        async with get_client() as client, asyncio.timeout(120):
            deployment = None
            while deployment is None:  # the desk is open before all are served
                with contextlib.suppress(ObjectNotFound):
                    deployment = await client.read_deployment_by_name(f"{flow}/{flow}")
                await asyncio.sleep(0.2)
            known = deployment.parameter_openapi_schema["properties"]
            given = {"sorce": "x"} | ({"source": "none.csv"} if "source" in known else {})
            with pytest.raises(PrefectHTTPStatusError, match="'sorce'"):
                await client.create_flow_run_from_deployment(deployment.id, parameters=given)


def test_schedules_outlive_the_process_that_serves_the_flows(schedule):
    """Serving again, as the next ``up`` does, keeps what was added, and a pause of the watches."""
    from casebook.flows.serving import deployments

    async def serve_again() -> None:
        for deployment in await deployments():
            await deployment.aapply()

    (watching,) = schedule("list", "--json").lines
    given = ("--every", "1d", "-p", "source=https://a.example/feed")
    assert schedule("add", "backfill", *given).code == 0
    assert schedule("add", "watch", "--cron", "0 6 * * 1").code == 0
    assert schedule("pause", watching["schedule_id"]).code == 0
    before = schedule("list", "--json").lines
    asyncio.run(serve_again())
    assert schedule("list", "--json").lines == before
    assert sorted((line["flow"], line["active"]) for line in before) == [
        ("backfill", True),
        ("watch", False),
        ("watch", True),
    ]


def _flow_runs(prefect: str, flow: str) -> list[dict]:
    return _call(prefect, "POST", "/api/flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})


def _call(prefect: str, method: str, path: str, body: dict | None = None) -> Any:
    """Ask the server, again where it says 503, as its own client does: its SQLite was locked."""
    again = urllib3.Retry(10, status_forcelist=[503], allowed_methods=None, backoff_factor=0.2)
    answer = urllib3.request(method, prefect + path, json=body or {}, retries=again, timeout=30)
    assert answer.status < 500, (path, answer.status, answer.data)
    return answer.json()


def test_a_page_in_the_curators_browser_gives_prefect_no_command(machine, site, browser_page):
    """A deployment may name any program: a page of another origin reads, changes and makes none."""
    site.expect_request("/foreign").respond_with_data("<p>hello", content_type="text/html")
    browser_page.goto(site.url_for("/foreign"))
    api = f"{machine['prefect']}/api"
    read = browser_page.evaluate(
        """async api => {
          const body = JSON.stringify({name: "from-elsewhere"});
          await fetch(api + "/flows/", {method: "POST", mode: "no-cors", body: new Blob([body])});
          const socket = new WebSocket(api.replace("http", "ws") + "/events/out", ["prefect"]);
          const opened = await new Promise(tell => {
            socket.onopen = () => tell(true); socket.onerror = () => tell(false);
          });
          const asked = await fetch(api + "/deployments/filter", {
            method: "POST", body: "{}", headers: {"content-type": "application/json"},
          }).then(() => true, () => false);
          return {opened, asked};
        }""",
        api,
    )
    flows = _call(machine["prefect"], "POST", "/api/flows/filter", {})
    assert read == {"opened": False, "asked": False}
    assert "from-elsewhere" not in {flow["name"] for flow in flows}
