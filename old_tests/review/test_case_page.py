"""What a case's page shows, before it is HTML."""

import asyncio

from desk_drafts import Builder

from casebook.pipeline.curation import decisions
from casebook.pipeline.curation.editing import DropStatement, SetFact
from casebook.review.case_page import case_page
from casebook.runtime.services import Services


def test_the_doubtful_come_first_and_keep_their_place_in_the_field(build: Builder):
    """Unsupported statements lead their section, and edits still count from the draft's order."""
    page = case_page(build.warehouse.case(build.draft()))
    architecture = next(s for s in page.sections if s.name == "architecture")
    assert architecture.lines[0].statement.support.level.value == "unsupported"
    assert sorted(line.index for line in architecture.lines) == [0, 1, 2, 3]
    for line in architecture.lines:
        assert page.study.architecture[line.index] == line.statement


def test_every_located_quote_is_marked_once_and_missing_ones_nowhere(build: Builder):
    """Ids of quotes are unique, each has an anchor in the source; a missing quote has no id."""
    page = case_page(build.warehouse.case(build.draft()))
    source = "".join(passage.html for passage in page.passages)
    lines = [*page.facts, *(line for s in page.sections for line in s.lines)]
    quotes = [quote for line in lines for quote in line.quotes]
    ids = [quote.id for quote in quotes if quote.id]
    assert ids
    assert len(ids) == len(set(ids))
    assert all(source.count(f'id="{each}"') == 1 for each in ids)
    assert [q.words for q in quotes if q.id is None] == [
        "All drafts are archived in Elasticsearch."
    ]


def test_history_tells_who_did_what_and_which_parts_changed(build: Builder, settings):
    """Drafts, edits with their fields, and decisions stand in one list, the newest first."""
    case_id = build.draft()
    services = Services(settings)
    edits = [
        SetFact(field="company", value="Parcelwise BV"),
        DropStatement(field="lessons", index=0),
    ]
    asyncio.run(decisions.edit(case_id, services, edits, who="ada", reason="typo"))
    asyncio.run(decisions.reject(case_id, services, who="mira", reason="thin"))
    events = case_page(build.warehouse.case(case_id)).history
    assert [(e.who, e.what, e.why) for e in events[:2]] == [
        ("mira", "rejected", "thin"),
        ("ada", "edited", "typo"),
    ]
    assert events[1].parts == ["company", "lessons"]
    assert (events[2].who, events[2].what) == ("SmolLM2-135M-Instruct", "drafted (guided)")


def test_a_decision_that_no_longer_holds_is_not_shown_as_the_ruling(build: Builder, settings):
    """After reopening, the page shows no ruling though the history has one."""
    case_id = build.draft()
    services = Services(settings)
    asyncio.run(decisions.reject(case_id, services, who="mira", reason="thin"))
    assert case_page(build.warehouse.case(case_id)).decision.reason == "thin"
    asyncio.run(decisions.reopen(case_id, services, who="mira"))
    assert case_page(build.warehouse.case(case_id)).decision is None
