"""Health and counters for programs, and the request log."""

import re
import shutil
from collections import namedtuple

import structlog
from desk_client import KEY
from fastapi.testclient import TestClient

from desk import monitoring, security
from desk.app import create_app
from schemas.generations import Order, OrderEvent


def test_deep_health_needs_a_key_and_names_the_cause(desk, resources, monkeypatch):
    """A stranger learns only that the desk runs; a full disk makes the deep answer fail."""
    with TestClient(create_app(resources, KEY), base_url="http://127.0.0.1") as stranger:
        assert stranger.get("/healthz").json() == {"status": "ok"}
        assert stranger.get("/healthz?deep").status_code == 401
        assert stranger.get("/metrics").status_code == 401
    found = desk.get("/healthz?deep")
    assert (found.status_code, found.json()["status"]) == (200, "ok")
    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 5, 5)  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = desk.get("/healthz?deep")
    assert found.status_code == 503
    assert found.json()["disk"] == "only 0 MB are free"
    assert found.json()["warehouse"] == "ok"


def test_counters_are_in_the_format_of_prometheus(desk, build, resources):
    """Sources, failures, drafts, cost and orders are counted, each with help and type."""
    build.draft()
    build.draft()
    build.failed(kind='a "quoted" kind')
    order = Order(order_id="order1_a", endpoint="e", model="m", line_ids=("a",))
    resources.warehouse.append(order, OrderEvent(order_id="order1_a", step="placed"))
    answer = desk.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'casebook_sources{state="drafted"} 2' in lines
    assert r'casebook_failures{kind="a \"quoted\" kind"} 1' in lines
    assert "casebook_drafts 2" in lines
    assert "casebook_cost_usd_today 0" in lines
    assert 'casebook_orders{step="placed"} 1' in lines
    values = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"casebook_\w+(\{.+\})? [\d.e+]+", line) for line in values)
    names = {re.match(r"\w+", line)[0] for line in values}
    for kind in ("HELP", "TYPE"):
        assert {line.split()[2] for line in lines if line.startswith(f"# {kind}")} == names
    assert names <= {f"casebook_{name}" for name in monitoring._HELP}


def test_requests_are_logged_with_the_person(desk, build, monkeypatch):
    """The log says who asked for which page, without the words of a search."""
    case_id = build.draft()
    capture = structlog.testing.LogCapture()
    monkeypatch.setattr(
        security,
        "log",
        structlog.wrap_logger(
            None, processors=[capture], wrapper_class=structlog.stdlib.BoundLogger
        ),
    )
    desk.get(f"/cases/{case_id}?q=secret")
    desk.get("/static/desk.css")
    (line,) = capture.entries
    assert (line["path"], line["status"], line["who"]) == (f"/cases/{case_id}", 200, "mira")
    assert "secret" not in str(line)
