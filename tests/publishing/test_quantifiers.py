"""Words such as "most", "several" and "rarely", and the kinds of sentences."""

import pytest

from publishing.reports.quantifiers import kinds, unsupported_amount
from schemas.reports import ReportNumber

NUMBERS = {
    name: ReportNumber(name=name, sql="", value=value, meaning="companies")
    for name, value in {
        "q:for_1": "4", "q:against_1": "5", "q:both_1": "9",
        "q:for_2": "12", "q:both_2": "14", "q:cases": "40", "q:agents": "31", "q:share": "38",
    }.items()
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "statements", "companies", "words"),
    [
        ("Most companies keep a person in the loop.", "A person checks.", 5, "Most companies"),
        ("Most companies ({q:for_2} of {q:both_2}) keep a person.", "", 1, ""),
        ("Of {q:both_2} companies, most keep a person: {q:for_2}.", "", 1, ""),
        ("Most companies ({q:for_1} of {q:both_1}) keep a person.", "", 1, "Most companies"),
        ("Most companies keep a person ({q:for_2}).", "", 1, ""),
        ("Most cases use agents: {q:agents} of {q:cases}.", "", 1, ""),
        ("Most cases are in production, {q:share} %.", "", 1, "Most cases"),
        ("Most teams use agents.", "Most teams at Ottokar use agents.", 1, ""),
        ("Most teams use agents.", "Most trays are blocked.", 1, "Most teams"),
        ("Few companies ({q:for_2} of {q:both_2}) keep a person.", "", 1, "Few companies"),
        ("All food companies bake.", "We bake.", 4, "All food companies"),
        ("No company bakes by hand.", "We bake by machine.", 4, "No company"),
        ("All three companies bake.", "We bake.", 3, ""),
        ("Several companies block trays.", "We block trays.", 2, "Several companies"),
        ("Several companies block trays.", "We block trays.", 3, ""),
        ("Three companies block trays.", "We block trays.", 2, "Three companies"),
        ("Two companies block trays.", "We block trays.", 2, ""),
        ("At Ottokar two teams block trays.", "The baking team and the shops do.", 1, ""),
        ("Most bakers ignore the plan.", "Some bakers ignore the plan.", 1, "Most"),
        ("Most bakers ignore the plan.", "Bakers in 30 of 40 shops ignore it.", 1, ""),
        ("Most bakers ignore the plan.", "60 % of the bakers ignore it.", 1, ""),
        ("Most bakers ignore the plan.", "20 % of the bakers ignore it.", 1, "Most"),
        ("Bakers usually keep the plan.", "Bakers rarely change the plan.", 1, ""),
        ("Bakers rarely change the plan.", "Bakers change the plan.", 1, "rarely"),
        ("It is the most useful plan, and at most a day old.", "The plan is useful.", 1, ""),
        ("In each case the plan is used for several use cases.", "The plan is used.", 1, ""),
    ],
)
def test_an_amount_needs_a_count_companies_or_a_statement(
    text: str, statements: str, companies: int, words: str
) -> None:
    """Counts must fit the word, and an amount within one company is none of all companies."""
    found = unsupported_amount(text, statements, companies, NUMBERS)
    assert found == words if not words else found.startswith(words)


@pytest.mark.parametrize(
    ("text", "is_general", "found"),
    [
        ("Ottokar blocks trays.", False, ["report"]),
        ("Ottokar blocks 40 trays, fewer than Brotmann.", False, ["count", "comparison"]),
        ("Waste fell because trays are blocked.", True, ["cause", "generalisation"]),
        ("Bakers usually block trays.", False, ["generalisation"]),
    ],
)
def test_the_kinds_of_a_sentence(text: str, is_general: bool, found: list[str]) -> None:
    """A sentence can be of several kinds, and only reports if it is of no other."""
    assert kinds(text, is_general=is_general) == found
