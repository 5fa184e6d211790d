"""``gold`` and ``eval`` as people and scripts use them."""

import json

import pages

from casebook.summarizer.recipes import GROUNDING_VERSION


def test_gold_grows_and_runs_are_compared(casebook, tmp_path):
    """An approved case becomes gold; two prompts are measured on it, side by side, with a chart."""
    page = tmp_path / "case.html"
    page.write_text(pages.CASE)
    (made,) = casebook("submit", page, "--json").lines
    casebook("approve", made["case_id"])
    assert casebook("gold", "add", made["case_id"]).code == 0

    ran = casebook("eval", "--json")
    (told,) = ran.lines
    assert (ran.code, "too few" in ran.err) == (0, True)
    shares = {line["name"]: line["bars"][0]["value"] for line in told["measures"]}
    assert shares["all covered"] == shares["facts right"] == 1.0
    html = tmp_path / "eval.html"
    older = casebook("eval", "--prompt", "case_study=1", "--against", "last", "--html", html)
    assert older.code == 0
    assert "case_study v2" in older.out
    assert "case_study v1" in older.out
    assert f"v{GROUNDING_VERSION}" in older.out
    assert "<svg" in html.read_text()
    runs = casebook("eval", "list", "--json").lines
    assert len(runs) == 2


def test_a_broken_gold_file_is_named(casebook, tmp_path):
    """A file that fits no schema is a usage error that names it."""
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "bad.json").write_text(json.dumps({"name": "bad"}))
    ran = casebook("eval", "--gold", folder)
    assert (ran.code, "bad.json" in ran.err) == (2, True)


def test_a_chart_that_cannot_be_written_is_refused_before_anything_is_asked(
    casebook, tmp_path, endpoint
):
    """A folder, or a file in a folder that is not there: no call is paid for, nothing is kept."""
    for place in (tmp_path, tmp_path / "none" / "eval.html"):
        ran = casebook("eval", "--html", place)
        assert (ran.code, "--html" in ran.err) == (2, True)
    assert not endpoint.requests
    assert casebook("eval", "list", "--json").out == ""


def test_the_last_of_no_runs_is_told(casebook):
    """Nobody is sent to look for a run whose name begins with "last"."""
    ran = casebook("eval", "show", "last")
    assert (ran.code, "no run yet" in ran.err) == (2, True)
