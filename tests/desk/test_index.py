"""The index of cases: brought up to date, counted, ordered and searched."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from case_views import a_study

from desk.facets import QueueQuery
from desk.index import MARKS, Index
from desk.search import Search
from review import decisions
from review.changes import SetFact
from schemas.cases import Fact
from schemas.errors import InputError
from schemas.reviews import Verdict


@pytest.fixture
def index(settings, warehouse) -> Index:
    return Index(settings.home / "index.sqlite", warehouse)


def named(company: str, year: str = "2026"):
    facts = [
        Fact(name="title", value=f"How {company} answers"),
        Fact(name="company", value=company),
    ]
    facts.append(Fact(name="year", value=year))
    return a_study().model_copy(update={"facts": tuple(facts)})


def clear(study):
    """The study without what is doubtful or refuted."""
    kept = tuple(s for s in study.statements if s.support.level not in {"doubtful", "refuted"})
    return study.model_copy(update={"statements": kept, "tags": ()})


def test_it_follows_what_was_stored_since(build, index, warehouse):
    """Each refresh returns what changed, decisions and edits included, and nothing twice."""
    first, second = build.draft(named("Acme")), build.draft(named("Beta"))
    assert set(index.refresh()) == {first, second}
    assert index.refresh() == []
    decisions.edit(warehouse, first, [SetFact(name="company", value="Acme Ltd")], "ada")
    decisions.comment(warehouse, second, "Look at the number.", "mira")
    decisions.assign(warehouse, second, "mira", "mira")
    assert set(index.refresh()) == {first, second}
    assert index.line(first)["company"] == "Acme Ltd"
    assert index.line(second)["assignee"] == "mira"
    assert index.counts(QueueQuery())["flag"] == {"open comments": 1}
    comment = warehouse.case(second).reviews[0]
    decisions.resolve(warehouse, second, comment.review_id, "ada")
    index.refresh()
    assert index.counts(QueueQuery())["flag"] == {}


def test_two_processes_share_the_file(build, index, settings, warehouse):
    """Both see the entries of either one, and a restart reads them from the file."""
    case_id = build.draft(named("Acme"))
    other = Index(settings.home / "index.sqlite", warehouse)
    assert other.statuses() == {}
    index.refresh()
    assert other.refresh() == [case_id]
    assert Index(settings.home / "index.sqlite", warehouse).line(case_id) is not None


@pytest.mark.parametrize("damage", [b"not a database", b"", None])
def test_a_file_that_is_damaged_missing_or_old_is_made_anew(
    build, index, settings, warehouse, damage
):
    """The index is derived data: nothing is lost, and the desk sees no error."""
    case_id = build.draft(named("Acme"))
    index.refresh()
    if damage is None:  # an unknown schema
        with sqlite3.connect(settings.home / "index.sqlite") as connection:
            connection.execute("PRAGMA user_version = 7")
    else:
        for file in settings.home.glob("index.sqlite*"):
            file.unlink()
        (settings.home / "index.sqlite").write_bytes(damage)
    fresh = Index(settings.home / "index.sqlite", warehouse)
    assert fresh.refresh() == [case_id]


def test_many_may_make_it_at_once(build, index, settings, warehouse):
    """Threads and processes that create the index concurrently do not conflict."""
    case_id = build.draft()
    others = [Index(settings.home / "index.sqlite", warehouse) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda one: one.refresh(), others))
    assert all(ids in ([case_id], []) for ids in found)
    assert all(one.line(case_id) for one in others)


def test_a_facet_counts_what_fits_all_the_others(build, index):
    """Choosing a company narrows the counts of all facets except the company facet."""
    for company, year in (("Acme", "2025"), ("Acme", "2026"), ("Beta", "2026")):
        build.draft(clear(named(company, year)))
    build.draft(named("Beta"), verdict=Verdict.UNSURE)
    index.refresh()
    counts = index.counts(QueueQuery(company="Acme"))
    assert counts["company"] == {"Acme": 2, "Beta": 2}
    assert counts["doubt"] == {"nothing doubtful": 2}
    assert counts["status"] == {"draft": 2}
    counts = index.counts(QueueQuery(doubt="doubtful"))
    assert counts["company"] == {"Beta": 1}
    assert counts["flag"] == {"triage was unsure": 1}
    assert counts["age"] == {"this month": 1, "this week": 1, "this year": 1, "today": 1}


def test_the_most_doubtful_come_first_and_orders_are_fixed(build, index):
    """Cases with equal keys keep the order in which they were stored."""
    ids = [build.draft(clear(named("B"))), build.draft(named("A")), build.draft(clear(named("C")))]
    index.refresh()
    assert index.ids(QueueQuery()) == [ids[1], ids[0], ids[2]]
    assert index.ids(QueueQuery(order="newest")) == ids[::-1]
    assert index.ids(QueueQuery(order="title")) == [ids[1], ids[0], ids[2]]
    assert index.ids(QueueQuery(status="all", company="C")) == [ids[2]]


def test_search_finds_words_in_every_text_and_marks_them(build, index):
    """Titles rank before statements and source text; the last word may be incomplete."""
    titled = build.draft(clear(named("Brackenholt")))
    index.refresh()
    assert index.refresh_texts() == 1
    assert index.refresh_texts() == 0
    for words in ("brackenholt", "BRACKENH", "word soup", '"made up rates"', "tariff"):
        assert index.matches(Search(words)) == [titled], words
    assert index.matches(Search("nowhere brackenholt")) == []
    snippet = index.snippets([titled], Search("soup"))[titled]
    assert f"{MARKS[0]}soup{MARKS[1]}" in snippet
    _, hits = index.statements("rates", published=False)
    assert hits
    assert all(hit.case_id == titled for hit in hits)
    assert index.statements("rates")[1] == []  # nothing is published


@pytest.mark.parametrize(
    "words", ['"', "* ^ :", "a AND (b", "NEAR(", "title: x", "-x", "", "\0", "a\0b"]
)
def test_no_search_is_an_error(build, index, words):
    """Any input is searched for as words."""
    build.draft()
    index.refresh()
    index.refresh_texts()
    assert len(index.matches(Search(words))) <= 1
    assert len(index.ids(QueueQuery(q=words))) <= 1


@pytest.mark.parametrize(
    ("words", "searched"),
    [
        ("c", '"c"'),
        ("ca", '"ca"*'),
        ("cats b", '"cats" AND "b"'),
        ("cats bi", '"cats" AND "bi"*'),
        ("“R”", '"R"'),
        ('"hitl"', '"hitl"'),
        ("hitl b", '("hitl" OR "human in the loop") AND "b"'),
        ("cats\0bi", '"cats" AND "bi"*'),
        ("gpt-4", '"gpt 4"'),
        ("the cats", '"cats"*'),
    ],
)
def test_words_become_a_query_with_their_synonyms(words, searched):
    """Phrases are exact, function words are left out, and two letters begin a word.

    One letter would match nearly all texts.
    """
    assert Search(words).match == searched


def test_synonyms_find_the_same_cases(build, index):
    """Abbreviations, expansions and spellings of a term lead to the same drafts."""
    names = ("Human in the loop at Acme", "HITL at Beta", "Loops at Gamma")
    ids = [build.draft(clear(named(name))) for name in names]
    index.refresh()
    index.refresh_texts()
    for words in ("HITL", "human-in-the-loop", "humans in the loop"):
        assert {*index.ids(QueueQuery(status="all", q=words))} == {*ids[:2]}, words
    assert index.ids(QueueQuery(status="all", q='"HITL"')) == [ids[1]]


def test_a_search_without_results_is_tried_in_other_ways(build, index):
    """First with corrected spelling, then for cases with at least half of the words."""
    first, other = build.draft(clear(named("Brackenholt"))), build.draft(clear(named("Fjord")))
    index.refresh()
    index.refresh_texts()
    search = index.search("brackenhlot")
    assert (search.corrected, search.uncorrected) == ("brackenholt", '"brackenhlot"')
    assert index.ids(QueueQuery(status="all", q="brackenhlot")) == [first]
    assert index.search('"brackenhlot"').corrected is None
    assert index.search("bracken").corrected is None
    search = index.search("how brackenholt answers zebras")
    assert not search.every_word
    found = index.ids(QueueQuery(status="all", q="how brackenholt answers zebras"))
    assert found[0] == first
    assert index.search("zebra").every_word
    assert other in index.ids(QueueQuery(status="all", q="answers"))


def test_a_query_is_read_from_its_address():
    """The address contains the whole query; any other address is refused."""
    query = QueueQuery(company="A & B", order="title", q='"x y"')
    assert QueueQuery.of_address(query.address()) == query
    assert QueueQuery.of_address("/?page=3&unknown=1") == QueueQuery()
    with pytest.raises(InputError, match="open the queue again"):
        QueueQuery.of_address("/?order=sideways")
