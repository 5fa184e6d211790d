"""``casebook backfill``: what it takes for a list, and how a batch goes on."""

import pages
import pytest
from pytest_httpserver import HTTPServer
from scripted_endpoint import api_error


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A site with a case study and a page that is gone."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/case").respond_with_data(pages.CASE, content_type="text/html")
    httpserver.expect_request("/gone").respond_with_data("gone", status=404)
    return httpserver


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


def test_standard_input_takes_addresses_and_what_links_prints(casebook):
    """Both name the same sources; a title that comes along is what words are looked for in."""
    lines = (
        'https://a.example/1\n# a remark\n\n{"source": "https://a.example/2", "title": "Our RAG"}'
    )
    (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=lines).lines
    assert told["standings"] == {"new": 2}
    (told,) = casebook("backfill", "-", "--dry-run", "--json", "--word", "rag", stdin=lines).lines
    assert told["standings"] == {"new": 1}
    refused = casebook("backfill", "-", "--dry-run", stdin='{"address": "https://a.example/3"}')
    assert refused.code == 2
    assert casebook("backfill", "-", stdin="\n").code == 0
    assert casebook("backfill", "list", "--json").lines == []


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
        {"failed_gone": 1, "failed_you": 1},
        1,
    )
    assert casebook(*resumed, "--limit", "1", **allowed).code == 2
    assert len(endpoint.requests) == asked
    (outcome,) = casebook(*resumed, "--json", **allowed).lines
    assert outcome["status"] == "draft"
