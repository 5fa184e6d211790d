"""Money on the command line."""

import json

import pages
import pytest
from scripted_endpoint import completion

PRICED = {"CASEBOOK_LLM_PRICE_INPUT": "1", "CASEBOOK_LLM_PRICE_OUTPUT": "4"}


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "case.html"
    path.write_text(pages.CASE)
    return path


def test_costs_are_summed_failed_calls_included(casebook, page, endpoint):
    """Two useless answers and two good ones: the table and the JSON tell all four."""
    assert casebook("costs").err == "No calls to a model yet.\n"
    endpoint.enqueue(completion("nonsense"), completion("nonsense"))
    assert casebook("submit", page, **PRICED).code == 3
    (made,) = casebook("retry", "--json", **PRICED).lines
    assert made["status"] == "draft"
    by_stage = {line["key"]: line for line in casebook("costs", "--by", "stage", "--json").lines}
    assert (by_stage["triage"]["calls"], by_stage["triage"]["wasted_calls"]) == (3, 2)
    assert by_stage["summarize"]["wasted_calls"] == 0
    assert made["cost_usd"] > by_stage["summarize"]["cost_usd"] > 0
    shown = casebook("costs", "--by", "case")
    assert made["case_id"] in shown.out
    assert "█" in shown.out
    assert casebook("costs", "--since", "2090-01-01", "--json").out == ""
    assert "since 2090-01-01" in casebook("costs", "--since", "2090-01-01").err
    assert casebook("costs", "--by", "colour").code == 2


def test_a_budget_stops_before_the_call_and_a_retry_goes_on(casebook, page, endpoint):
    """Exit code 4, no request, a failure that names the cap; with more money, a draft."""
    poor = casebook("submit", page, "--budget", "0.001", "--json", **PRICED)
    assert (poor.code, poor.lines[0]["failure"]["kind"]) == (4, "budget_reached")
    assert "--budget" in poor.lines[0]["failure"]["message"]
    assert (endpoint.requests, poor.lines[0]["llm_calls"]) == ([], 0)
    capped = casebook("retry", "--json", CASEBOOK_BUDGET_DAY="0.001", **PRICED)
    assert capped.lines[0]["failure"]["kind"] == "budget_reached"
    (made,) = casebook("retry", "--json", CASEBOOK_BUDGET_DAY="5", **PRICED).lines
    assert made["status"] == "draft"


def test_a_budget_on_a_model_without_a_price_is_refused(casebook, page, endpoint):
    """What cannot be held against a cap is not asked."""
    ran = casebook("submit", page, "--budget", "5", "--json")
    assert (ran.code, ran.lines[0]["failure"]["kind"]) == (4, "price_unknown")
    assert "CASEBOOK_LLM_PRICE_INPUT" in ran.lines[0]["failure"]["message"]
    assert endpoint.requests == []


def test_the_strategy_can_be_asked_for(casebook, page, endpoint):
    """The option outweighs the settings, and the draft says so."""
    (made,) = casebook("submit", page, "--strategy", "map_reduce", "--json").lines
    assert (made["strategy"], made["strategy_reason"]) == ("map_reduce", "asked for")
    (shown,) = casebook("show", made["case_id"], "--json").lines
    assert shown["provenance"]["strategy_reason"] == "asked for"
    assert casebook("submit", page, "--strategy", "clever").code == 4
    assert json.dumps(shown["provenance"]["unread"]) == "[]"
