"""``casebook retry``: what is tried again, with which model, and for how much."""

import pages
import pytest
from scripted_endpoint import api_error


@pytest.fixture
def allowed(site):
    """The settings with which the site is reached, and one request is all there is."""
    return {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}", "CASEBOOK_LLM_ATTEMPTS": "1"}


@pytest.fixture
def fails(casebook, site, endpoint, allowed):
    """Run a command over a page whose model refuses the key, once."""

    def run(page, *command):
        answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(401)
        assert casebook(*command, "-", stdin=site.url_for(page), **allowed).code == 4
        endpoint.fallback = answer
        endpoint.requests.clear()

    return run


def models_of(endpoint):
    return {request["model"] for request in endpoint.requests}


def test_a_source_of_a_batch_is_tried_with_the_batchs_model(
    casebook, site, endpoint, allowed, fails
):
    """A batch has one model, whichever is configured; what belongs to none is asked of that."""
    late = pages.CASE.replace("Kettlebrook", "Larkmoor")
    site.expect_request("/late").respond_with_data(late, content_type="text/html")
    fails("/case", "backfill", "--model", "other")
    fails("/late", "submit")
    ran = casebook("retry", "--json", **allowed)
    assert {line["source"]: line["model"] for line in ran.lines} == {
        site.url_for("/case"): "other",
        site.url_for("/late"): "scripted",
    }
    assert models_of(endpoint) == {"other", "scripted"}
    assert "1 source is tried with other, as its batch was begun" in ran.err


def test_a_retry_may_name_the_model(casebook, endpoint, allowed, fails):
    """It outweighs the batch's and the configured one, and none is told to be the batch's."""
    fails("/case", "backfill", "--model", "other")
    ran = casebook("retry", "--model", "third", "--json", **allowed)
    assert ([line["model"] for line in ran.lines], models_of(endpoint)) == (["third"], {"third"})
    assert "batch" not in ran.err
    assert "names no model" in casebook("retry", "--model", " ").err


def test_what_a_batch_was_to_draft_in_any_case_is_drafted_by_a_retry(
    casebook, site, allowed, fails
):
    """A batch that was begun with --force goes on so; a retry ended as refused."""
    site.expect_request("/cake").respond_with_data(pages.RECIPE, content_type="text/html")
    fails("/cake", "backfill", "--force")
    assert [line["status"] for line in casebook("retry", "--json", **allowed).lines] == ["draft"]


def test_a_retry_has_a_budget_of_its_own(casebook, site, endpoint):
    """Whoever is told to raise the budget and retry need not do so without any."""
    priced = {
        "CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}",
        "CASEBOOK_LLM_PRICE_INPUT": "1",
        "CASEBOOK_LLM_PRICE_OUTPUT": "4",
    }
    listed = site.url_for("/case")
    assert casebook("backfill", "-", "--budget", "0", stdin=listed, **priced).code == 4
    retry = ("retry", "--cause", "budget-reached", "--json", "--budget")
    (poor,) = casebook(*retry, "0.001", **priced).lines
    assert "the cap of $0.001 a run" in poor["failure"]["message"]
    assert endpoint.requests == []
    assert [line["status"] for line in casebook(*retry, "1", **priced).lines] == ["draft"]


def test_a_retry_of_named_sources_heeds_the_cause(casebook, site):
    """What failed of something else, or will not pass by itself, is left alone though named."""
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    site.expect_request("/binary").respond_with_data(b"\x7fELF", content_type="application/x-elf")
    lines = f"{site.url_for('/gone')}\n{site.url_for('/binary')}"
    assert casebook("backfill", "-", stdin=lines, **allowed).code == 3
    failures = casebook("failures", "--json").lines
    failed = {f["failure"]["kind"]: f["failure"]["source_id"] for f in failures}
    named = ("retry", *failed.values(), "--json")
    (tried,) = casebook(*named, "--cause", "page-missing", **allowed).lines
    assert tried["source_id"] == failed["page_missing"]
    assert casebook(*named, "--later", **allowed).lines == []
    assert len(casebook(*named, **allowed).lines) == 2
