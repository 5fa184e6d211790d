"""Drafts against gold cases."""

from pathlib import Path

import pytest
from scripted_model import checked, document_of

from schemas.cases import CaseStudy, Fact, Section
from schemas.errors import InputError
from schemas.reviews import Verdict
from summarizer.scoring import GoldCase, read_gold, score, shares

GOLD = Path(__file__).parents[2] / "evals" / "gold"
DOCUMENT = document_of(
    "Each claim is matched against 40,000 solved claims.",
    "Receipts were photographs.",
    "It costs 2 cents.",
)
CASE = GoldCase.model_validate(
    {
        "name": "claims",
        "source": {"path": "claims.md"},
        "facts": {"company": "Kellamoor", "year": None},
        "statements": {
            "architecture": [{"text": "x", "quotes": ["Each claim is matched against 40,000"]}],
            "challenges": [{"text": "y", "quotes": ["Receipts were photographs"]}],
            "results": [{"text": "z", "quotes": ["It costs 2 cents"]}],
        },
    }
)


def test_the_gold_set_can_be_read():
    """Every gold file of the repository names sections that exist."""
    cases = read_gold(GOLD)
    assert len(cases) == 7
    for _, case in cases:
        score(case, Verdict.UNSURE, None, DOCUMENT)


def test_a_draft_is_compared_by_what_it_quotes():
    """Covers statements in the right or wrong section or missing, quotes, and facts."""
    statements = (
        checked("Each claim is matched against 40,000 solved claims.", Section.ARCHITECTURE, ["Each claim is matched against 40,000 solved claims."], DOCUMENT),
        checked("Photographs are hard.", Section.LESSONS, ["Receipts were photographs"], DOCUMENT),
        checked("All is well.", Section.LESSONS, ["which it never says anywhere"], DOCUMENT),
    )  # fmt: skip
    study = CaseStudy(facts=(Fact(name="company", value="kellamoor"),), statements=statements)
    result = score(CASE, Verdict.CASE_STUDY, study, DOCUMENT)
    assert (result.gold, result.right_section, result.elsewhere) == (3, 1, 1)
    assert (result.drafted, result.located, result.restated, result.refuted) == (3, 2, 2, 1)
    assert (result.facts_right, result.facts, result.verdict_right) == (2, 2, True)


def test_shares_add_up_over_cases():
    """Counts of all cases are summed before dividing."""
    one = score(CASE, Verdict.CASE_STUDY, None, DOCUMENT)
    two = score(CASE, Verdict.NOT_A_CASE_STUDY, None, DOCUMENT)
    found = shares([one, two])
    assert found["verdict right"] == (1, 2)
    assert found["gold covered in its section"] == (0, 6)


def test_bad_gold_is_named(tmp_path):
    """An empty folder and an invalid gold file are reported with their path."""
    with pytest.raises(InputError, match="no gold cases"):
        read_gold(tmp_path)
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(InputError, match=r"a\.json is not a gold case"):
        read_gold(tmp_path)
