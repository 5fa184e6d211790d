"""What is asked for wrongly ends with exit code 2 or 4, and a line that says what may be asked."""

import pytest


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ("recheck --all case1_x", 2, "not both"),
        ("show case1_x --json --markdown", 2, "not both"),
        ("show nope", 2, "see `casebook list`"),
        ("retry nope", 2, "`casebook failures`"),
        ("backfill --resume nope", 2, "`casebook backfill list`"),
        ("edit case1_x", 2, "--set, --drop, --add with --quote, or --tag"),
        ("rerun --prompt nope --yes", 4, "there are case_study, "),
    ],
)
def test_what_may_be_asked_is_said(casebook, asked, code, said):
    """In one line, on standard error alone."""
    ran = casebook(*asked.split())
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert said in ran.err


def test_a_list_without_a_case_says_why(casebook, site):
    """A filter that nothing fits is no empty casebook; a list that was cut says so."""
    assert "No cases yet" in casebook("list").err
    ours = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    assert casebook("submit", site.url_for("/case"), **ours).code == 0
    assert "No case is so" in casebook("list", "--kind", "pdf").err
    assert casebook("list").err == ""
    assert "The newest 1;" in casebook("list", "--limit", "1").err
