"""``gold`` and ``eval`` as people and scripts use them."""

import json

import pages


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
