"""The name under which a draft's company is kept, of all names that cases have."""

from itertools import product

from casebook.pipeline.curation.companies import with_known_company
from casebook.schemas.cases import CaseStudy, Fact
from casebook.warehouse.words import Words

USED = [
    *("DoorDash", "DoorDash", "Doordash, Inc.", "Door", "Nestlé S.A.", "Nestle", "Nestlé", "AG"),
    *(
        "Robert Bosch GmbH & Co. KG",
        "Co-op",
        "Coop",
        "3M",
        "日立製作所",
        "株式会社日立製作所",
        "!!!",
    ),
    *("ＡＣＭＥ", "Acme", "Ärzte & Co", "STRASSE 1", "Straße 1", "Kelvin K", "İstanbul", "a'b"),
]
ASKED = [
    *USED,
    "doordash",
    "NESTLE SA",
    "Robert Bosch",
    "acme GmbH",
    "!!!  ",
    "hitachi",
    "Doo",
    "%",
]


def test_a_draft_finds_the_name_that_all_names_would_give_it(warehouse, new_story):
    """Whatever the script, marks and legal form; edits count, what they took the place of not."""
    rows = []
    for number, (name, edited) in enumerate(product(USED, (None, "Quite Another"))):
        story = new_story(f"s{number}")
        document = story.document()
        rows += [story.source(), document, story.case(), story.revision(document, company=name)]
        if edited and number % 3 == 1:
            rows.append(story.revision(document, 2, company=edited))
    warehouse.append(*rows)
    all_names = warehouse.company_names()
    assert {n: warehouse.known_company(n) for n in ASKED} == {
        n: all_names.resolve(n) for n in ASKED
    }


def test_a_draft_does_not_read_the_names_of_all_cases(file_warehouse, new_story, monkeypatch):
    """They are as many as cases, and each draft asks: 4.6 MB and 0.17 s each with 10,000."""
    story = new_story("a")
    document = story.document()
    rows = [story.source(), document, story.case(), story.revision(document, company="Initech")]
    file_warehouse.append(*rows)
    monkeypatch.delattr(Words, "company_names")
    study = CaseStudy(title=Fact(value="t"), company=Fact(value="INITECH, Inc."))
    assert with_known_company(study, file_warehouse).company.value == "Initech"
