"""Filters typed into the search box, and undoing one action on many cases."""

from datetime import UTC, datetime, timedelta

import pytest
from case_views import DOUBTFUL, a_study
from desk_client import read, texts

from desk.facets import first_day
from desk.typed_filters import has_filter, typed_filters
from schemas.cases import CaseStudy, Fact

VALUES = {
    "company": {"Harbourline": "Harbourline", "Ramp": "Ramp", "Ramp Labs": "Ramp Labs"},
    "kind": {"web": "Web page", "video": "Video"},
    "tag": {"rag": "rag", "rag-evaluation": "rag-evaluation"},
    "person": {"ada": "ada"},
    "flag": {"newer draft": "newer draft"},
}


@pytest.mark.parametrize(
    ("typed", "words", "chosen"),
    [
        ("company:ramp", "", {"company": "Ramp"}),
        ('answers company:"ramp l" letters', "answers letters", {"company": "Ramp Labs"}),
        ("KIND:video tag:rag", "", {"kind": "video", "tag": "rag"}),
        ("assigned:me", "", {"person": "mira"}),
        ("doubt:>3", "", {"doubt": "more than 3"}),
        ("doubt:>=3", "", {"doubt": "more than 2"}),
        ("doubt:>0", "", {"doubt": "doubtful"}),
        ("doubt:>900", "", {"doubt": "more than 20"}),
        ("doubt:0", "", {"doubt": "nothing doubtful"}),
        ("since:thu", "", {"age": "thursday"}),
        ("since:week", "", {"age": "this week"}),
        ("since:2026-11-26", "", {"age": "2026-11-26"}),
        ("is:newer-draft", "", {"flag": "newer draft"}),
        ("is:imported is:approved", "", {"flag": "imported", "status": "approved"}),
        ("https://a.example/x 10:30", "https://a.example/x 10:30", {}),
    ],
)
def test_filters_become_facets_and_the_rest_is_searched(typed, words, chosen):
    """The closest value is chosen; addresses and times are no filters."""
    found = typed_filters(typed, VALUES, "mira")
    assert (found.words, found.chosen, found.problems) == (words, chosen, [])
    assert has_filter(typed) is bool(chosen)


@pytest.mark.parametrize(
    ("typed", "words", "reason"),
    [
        ("firm:ramp", "firm:ramp", "“firm:” is not a filter but searched as text."),
        ("company:rampp", "", "no case has it; similar are “Ramp”"),
        ("company:zebra", "", "no case has it; there are “Harbourline”, “Ramp” and “Ramp Labs”"),
        ("batch:any", "", "no case has it."),
        ("doubt:many", "", "use >3, >=3, 0 or any"),
        ("since:someday", "", "use today, week"),
    ],
)
def test_what_does_not_fit_is_explained(typed, words, reason):
    """A filter without a match narrows nothing, and the message names close values."""
    found = typed_filters(typed, VALUES, "mira")
    assert (found.words, found.chosen) == (words, {})
    assert reason in found.problems[0]


def test_a_weekday_is_the_last_one_before_today():
    """Since Thursday on a Thursday means a week; a date stands for itself."""
    today = datetime.now(UTC)
    for days in range(1, 8):
        day = today - timedelta(days=days)
        assert first_day(f"{day:%A}".casefold()) == day.date().isoformat()
    assert first_day("2026-11-26") == "2026-11-26"


def doubtful(company: str, doubts: int) -> CaseStudy:
    """Return a study with this number of doubtful statements."""
    statements = [one for one in a_study().statements[4:10] if not one.answers]
    held = [one.model_copy(update={"support": DOUBTFUL}) for one in statements[:doubts]]
    facts = (Fact(name="title", value=company), Fact(name="company", value=company))
    return CaseStudy(facts=facts, statements=(*held, *statements[doubts:]))


def test_the_queue_shows_typed_filters_as_its_chips(desk, build):
    """The list, the chips and the links have the filter; what does not fit is explained."""
    for company, doubts in (("Ramp", 3), ("Ramp Labs", 1), ("Harbourline", 3)):
        build.draft(doubtful(company, doubts))
    page = read(desk.get("/", params={"q": "company:ramp doubt:>2"}))
    assert texts(page, "//li//h2/a") == ["Ramp"]
    chips = texts(page, "//details[contains(@class, 'chip on')]/summary")
    assert chips == ["Doubt: more than 2", "Company: Ramp"]
    assert page.xpath("//input[@id='q']/@value") == [""]
    page = read(desk.get("/", params={"q": "company:zebra"}))
    assert len(texts(page, "//li//h2/a")) == 3
    assert "“company:zebra” was ignored: no case has it" in page.text_content()
    page = read(desk.get("/", params={"q": "company:ramp is:rejected"}))
    assert "Rejected: no matches with Company: Ramp." in " ".join(page.text_content().split())
    page = read(desk.get("/", params={"q": "company:ramp", "status": "failed"}))
    assert "this list is only searched" in page.text_content()


def test_a_peek_shows_summary_doubts_and_facts(desk, build):
    """In the row with script, as a page without."""
    case_id = build.draft()
    page = read(desk.get(f"/cases/{case_id}/peek"))
    shown = " ".join(page.text_content().split())
    for words in ("Officers check each draft", "DOUBTFUL-STATEMENT", "full production"):
        assert words in shown
    part = desk.get(f"/cases/{case_id}/peek", headers={"hx-request": "true"}).text
    assert part.lstrip().startswith('<div class="peeked">')


def test_the_palette_lists_saved_views_and_cases(desk, build):
    """A view by its name, a case by its words; nothing is searched for one letter."""
    build.draft(doubtful("Ramp", 1))
    desk.send_form("/views", name="Ramps only", query="?company=Ramp")
    page = desk.get("/palette", params={"typed": "ramp"}, headers={"hx-request": "true"}).text
    assert 'href="/?company=Ramp"' in page
    desk.app.state.desk.live.index.refresh_texts()
    page = desk.get("/palette", params={"typed": "ramp"}, headers={"hx-request": "true"}).text
    assert 'href="/cases/' in page
    assert 'href="/cases/' not in desk.get("/palette", params={"typed": "r"}).text
