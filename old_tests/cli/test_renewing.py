"""``stale``, ``rerun``, ``diff`` and ``adopt`` as people and scripts use them."""

import pages


def test_a_case_is_renewed_from_the_terminal(casebook, tmp_path):
    """An older model's case is listed, quoted, drafted anew beside the edit, compared, adopted."""
    page = tmp_path / "case.html"
    page.write_text(pages.CASE)
    (made,) = casebook("submit", page, "--json", CASEBOOK_LLM_MODEL="older").lines
    case_id = made["case_id"]
    casebook("edit", case_id, "--set", "company=Kettlebrook Ltd")
    (stale,) = casebook("stale", "--json").lines
    assert [change["told"] for change in stale["changes"]] == ["model older → scripted"]

    priced = {"CASEBOOK_LLM_PRICE_INPUT": "1", "CASEBOOK_LLM_PRICE_OUTPUT": "1"}
    (quoted,) = casebook("rerun", "--stale", "--dry-run", "--json", **priced).lines
    assert (quoted["estimate"]["sources"], quoted["estimate"]["calls"]) == (1, 1)
    assert quoted["estimate"]["cost_usd"] > 0
    assert casebook("rerun", "--stale", "--prompt", "x").code == 2
    unasked = casebook("rerun", "--stale")
    assert (unasked.code, "--yes" in unasked.err) == (2, True)

    (again,) = casebook("rerun", "--stale", "--yes", "--json").lines
    assert (again["is_new"], again["is_current"], again["calls"]) == (True, False, 1)
    (compared,) = casebook("diff", case_id, "--json").lines
    assert [d["field"] for d in compared["differences"]] == ["company"]
    assert "Kettlebrook Ltd" in casebook("diff", case_id).out
    taken = casebook("adopt", case_id)
    assert "keeping what was edited: company" in taken.out
    (shown,) = casebook("show", case_id, "--json").lines
    assert shown["company"] == "Kettlebrook Ltd"
    assert casebook("stale", "--json").out == ""
    assert casebook("adopt", case_id).code == 2


def test_a_prompt_that_there_is_not_is_no_list_of_no_cases(casebook):
    """A misspelt name is an error; a known one that made no case says that there is nothing to do."""
    ran = casebook("rerun", "--prompt", "case_studi", "--yes")
    assert (ran.code, "no prompt case_studi" in ran.err) == (4, True)
    ran = casebook("rerun", "--prompt", "case_study", "--yes")
    assert (ran.code, "No case is to be made anew" in ran.err) == (0, True)
