"""The content of a case's page, before it becomes HTML."""

from case_views import VERIFIED, a_study, an_approval, an_article
from desk_client import read, texts

from desk.case_page import case_page, halves
from review import decisions
from review.arrangement import neighbours
from review.changes import Drop, SetFact
from review.history import changed_history, history
from schemas.cases import Fact, Section, Support, SupportLevel


def texts_of(page, name):
    items = next(items for section, _, items in page.sections if section == name)
    return [item.part.text for item in items]


def test_statements_are_in_the_order_in_which_readers_will_see_them(warehouse, case_id):
    """Doubtful statements keep their place, so that statements can be rearranged."""
    study = warehouse.case(case_id).revision.study
    challenges = [one.text for one in study.statements if one.section is Section.CHALLENGES]
    assert "DOUBTFUL-STATEMENT" in challenges[1:]
    assert texts_of(case_page(warehouse.case(case_id)), "challenges") == challenges


def test_a_statement_is_merged_with_the_next_one_or_cut_in_the_middle(warehouse, case_id):
    """Only statements of the same section, from the next one on; halves are whole sentences."""
    study = warehouse.case(case_id).revision.study
    near = [one for one in study.statements if one.section is Section.RESULTS]
    assert len(near) > 1
    assert neighbours(study.statements, near[1]) == [*near[2:], near[0]]
    assert halves("One. Two is longer. Three.") == ("One. Two is longer.", "Three.")
    assert halves("It saves 3.5 hours") == ("It saves 3.5 hours", "")


def test_solutions_stand_below_the_challenge_that_they_answer(warehouse, case_id):
    """A solution without a challenge has a separate section."""
    page = case_page(warehouse.case(case_id))
    challenges = next(items for name, _, items in page.sections if name == "challenges")
    nested = {item.part.text: [s.part.text for s in item.solutions] for item in challenges}
    assert nested["Scanned tariff tables became unreadable text."] == [
        "They wrote every rate out as a sentence."
    ]
    assert texts_of(page, "solutions") == ["An officer checks each answer."]


def test_every_located_quote_is_marked_once_and_missing_ones_nowhere(build, warehouse):
    """Quote ids are unique and have an anchor in the source; missing quotes have no id."""
    study = a_study()
    lost = study.statements[0].evidence[0].model_copy(update={"start": None, "end": None})
    first = study.statements[0].model_copy(update={"evidence": (lost,)})
    study = study.model_copy(update={"statements": (first, *study.statements[1:])})
    page = case_page(warehouse.case(build.draft(study)))
    source = "".join(passage.html for passage in page.passages)
    items = [*page.facts, *(item for _, _, items in page.sections for item in items)]
    quotes = [quote for item in items for quote in item.quotes]
    ids = [quote.id for quote in quotes if quote.id]
    assert len(ids) == len(set(ids)) > 10
    assert all(source.count(f'id="{each}"') == 1 for each in ids)
    assert [quote.words for quote in quotes if quote.id is None] == [lost.quote]


def test_history_shows_who_did_what_and_which_parts_changed(warehouse, case_id):
    """Drafts, edits with their fields, and decisions are in one list, newest first."""
    changes = [SetFact(name="company", value="Fjordline"), Drop(part="s-13")]
    decisions.edit(warehouse, case_id, changes, "ada", note="typo")
    decisions.assign(warehouse, case_id, "ada", "ada")
    decisions.reject(warehouse, case_id, "thin", "mira")
    events = changed_history(warehouse.case(case_id))
    assert [(e.who, e.what, e.why) for e in events] == [
        ("mira", "rejected", "thin"),
        ("ada", "assigned it to ada", None),
        ("ada", "edited", "typo"),
        ("SmolLM2-135M-Instruct", "drafted (guided)", None),
    ]
    assert [field.name for field in events[2].changes] == ["company", "tools"]
    old, new, _ = events[2].changes[0].lines[0]
    assert [piece for piece, differs in new.pieces if not differs] == ["Fjordline"]
    assert old.pieces[0][0] == "Harbourline"


def test_history_says_why_and_with_how_many_calls_a_draft_was_made(warehouse, case_id):
    """A curator sees whether the model wrote the draft or code selected its sentences."""
    drafted = warehouse.case(case_id).revision
    made = {"strategy_reason": "it fits", "generation_ids": ("gen1_a", "gen1_b"), "dropped": ("x",)}
    view = warehouse.case(case_id).model_copy(
        update={"revisions": (drafted.model_copy(update=made),)}
    )
    assert [event.why for event in history(view)] == [
        "it fits; model calls: 2; dropped as repeated or copied from the prompt: 1"
    ]


def test_what_readers_would_not_see_is_named_on_top(warehouse, case_id):
    """Lists statements, facts and tags, except confirmed doubtful ones."""
    page = case_page(warehouse.case(case_id))
    assert [(d.part_id, d.text) for d in page.refuted] == [
        ("s-10", "REFUTED-STATEMENT"),
        ("f-narrator", "Account by: REFUTED-FACT"),
        ("t-made-up", "Tag: REFUTED-TAG"),
    ]
    assert [d.text for d in page.doubtful] == ["DOUBTFUL-STATEMENT"]
    assert page.silent == ["scale", "lessons"]


def test_prose_keeps_its_order_and_the_description_is_passage_0(build, warehouse):
    """Doubts do not move sentences; a quote of the page's description is marked in it."""
    view = an_article()
    first, *rest = view.revision.study.statements
    last = rest[4].model_copy(update={"support": Support(level=SupportLevel.DOUBTFUL)})
    study = view.revision.study.model_copy(
        update={"statements": (first, *rest[:4], last, *rest[5:])}
    )
    page = case_page(warehouse.case(build.draft(study, view.document)))
    assert texts_of(page, "challenges")[-1] == last.text
    assert (page.passages[0].n, page.passages[1].n) == (0, 1)
    (quote,) = next(items for name, _, items in page.sections if name == "context")[0].quotes
    mark = f'<mark data-q="{quote.id}"><span id="{quote.id}"></span>letters arrive at night</mark>'
    assert f"Half of all {mark}." in page.passages[0].html


def test_the_company_shows_its_other_spellings_and_a_differing_industry(build, desk, warehouse):
    """A draft keeps its own industry, beside that of the company's first approved case."""

    def study(company: str, industry: str):
        values = {"title": company, "company": company, "industry": industry}
        facts = (Fact(name=name, value=value, support=VERIFIED) for name, value in values.items())
        return a_study().model_copy(update={"facts": (*facts,)})

    first = warehouse.case(build.draft(study("Klarna Bank AB", "finance")))
    warehouse.append(an_approval(first.revision))
    case_id = build.draft(study("Klarna", "tech"))
    desk.get("/")  # the desk reads companies from time to time, not for each page
    page = read(desk.get(f"/cases/{case_id}"))
    hints = [" ".join(text.split()) for text in texts(page, "//dd/p[@class='hint']")]
    assert hints == [
        "Also written as Klarna Bank AB",
        "Differs: pages show Finance and banking, the industry of Klarna Bank AB.",
    ]
