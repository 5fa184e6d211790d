"""Rows go in once and come out as they were."""

import re

import pytest

from casebook.schemas.documents import Document, Passage
from casebook.schemas.errors import WarehouseError
from casebook.schemas.triage import Verdict
from casebook.warehouse.records import TABLES

NAUGHTY = [
    "Robert'); DROP TABLE sources;--",
    "$source_id ? {0} %s",
    "\x00 null, \x07 bell, \ufeff mark, \u202e turned \u202c",
    "👩🏽‍🚀 İstanbul e\u0301 ﷽ 中文",
    '"quotes" \\back\\slashes\\ \n new line',
    "",
]


def test_each_type_comes_back_as_it_went_in(warehouse, story):
    """Every kind of row that has a reader of its own is read as the object that was stored."""
    source, snapshot, document = story.source(), story.snapshot(), story.document()
    triage, generation, case = story.triage(document), story.generation(), story.case()
    revision = story.revision(document)
    rows = [source, snapshot, document, triage, generation, case, revision]
    assert warehouse.append(*rows) == 7
    assert [
        warehouse.source(source.source_id),
        warehouse.newest_snapshot(source.source_id),
        warehouse.document(document.document_id),
        warehouse.triage_of(document.document_id, "v1"),
        warehouse.generation(generation.generation_id),
        warehouse.case_of_source(source.source_id),
        warehouse.revision(revision.revision_id),
    ] == [type(row).model_validate_json(row.model_dump_json()) for row in rows]


def test_reviews_publications_and_failures_come_back(warehouse, story):
    """The kinds that are read through lists are stored whole too."""
    rows = story.told("draft 1, approve 1, publish 1")
    failure = story.failure("publish")
    warehouse.append(*rows, failure)
    assert warehouse.case("case1_a").reviews == rows[-2:-1]
    assert warehouse.publications() == rows[-1:]
    assert [found.failure for found in warehouse.open_failures()] == [failure]


def test_what_is_not_there_is_none(new_warehouse):
    """Reading where there is no file yet finds nothing and fails nowhere."""
    warehouse = new_warehouse
    assert warehouse.source("src1_x") is None
    assert warehouse.newest_snapshot("src1_x") is None
    assert warehouse.document("doc1_x") is None
    assert warehouse.document_of("snap1_x", "e") is None
    assert warehouse.triage_of("doc1_x", "v1") is None
    assert warehouse.generation("gen1_x") is None
    assert warehouse.case_of_source("src1_x") is None
    assert warehouse.draft("doc1_x", "recipe1_x") is None
    assert warehouse.revision("rev1_x") is None
    assert [warehouse.cases(), warehouse.open_failures(), warehouse.refused()] == [[], [], []]


def test_a_row_is_stored_once(warehouse, story):
    """A row whose id exists is left as it is, in one call as over several."""
    first = story.source()
    changed = first.model_copy(update={"submitted_by": "eve"})
    assert warehouse.append(first, changed) == 1
    assert warehouse.append(changed) == 0
    assert warehouse.source(first.source_id) == first
    assert warehouse.counts()["sources"] == 1


def test_an_append_is_all_or_nothing(warehouse, story):
    """When one row cannot be stored, none of its call is."""
    oversized = story.snapshot().model_copy(update={"size": 2**70})
    with pytest.raises(WarehouseError, match=r"The warehouse .* failed"):
        warehouse.append(story.source(), oversized)
    assert set(warehouse.counts().values()) == {0}


def test_counts_name_every_table(warehouse, story):
    """The counts are the rows of each table that holds a stored type."""
    warehouse.append(*story.told("draft 1, edit 2, approve 2"))
    counts = warehouse.counts()
    assert set(counts) == {table.name for table in TABLES.values()}
    assert (counts["revisions"], counts["reviews"], counts["failures"]) == (2, 2, 0)


def test_rows_of_every_table_count_for_the_next_place(warehouse):
    """The log that gives a row its place knows each table, so that no place is given twice."""
    warehouse.migrate()
    with warehouse._database.transaction(read_only=True) as connection:
        (sql,) = connection.execute(
            "SELECT sql FROM duckdb_views() WHERE view_name = 'log'"
        ).fetchall()[0]
    assert {table.name for table in TABLES.values()} <= set(re.findall(r"\w+", sql))


@pytest.mark.parametrize("title", NAUGHTY)
def test_a_naughty_title_is_only_a_title(warehouse, story, title):
    """Whatever a title holds, it comes back unchanged and can be searched and listed."""
    document = story.document(title=title)
    warehouse.append(story.source(), document, story.case(), story.revision(document, title=title))
    assert warehouse.document(document.document_id).title == title
    assert [case.title for case in warehouse.cases()] == [title]


def test_lone_surrogates_become_visible(warehouse, story):
    """What no UTF-8 can hold is replaced one for one, so that offsets stay true."""
    text = "a\ud800b \udc00\udfff"
    document = story.document(title=text).model_copy(
        update={"text": text, "passages": [Passage(n=1, start=4, end=6)]}
    )
    warehouse.append(document)
    stored = warehouse.document(document.document_id)
    assert (stored.title, stored.text) == ("a\ufffdb \ufffd\ufffd",) * 2
    assert stored.passage_text(stored.passages[0]) == "\ufffd\ufffd"


def test_the_newest_is_the_one_stored_last(warehouse, story):
    """Order of storing decides, not the clock in the row."""
    late, early = story.snapshot(), story.snapshot()
    early = early.model_copy(update={"fetched_at": late.fetched_at.replace(year=2020)})
    warehouse.append(late)
    warehouse.append(early)
    assert warehouse.newest_snapshot(late.source_id) == early


def test_documents_are_found_by_snapshot_and_extractor(warehouse, story):
    """Another extractor's, and another snapshot's, document is not taken for this one's."""
    first, second = story.document("snap1_x"), story.document("snap1_x")
    other = story.document("snap1_x").model_copy(update={"extractor": "trafilatura/2"})
    warehouse.append(first, second, other, story.document("snap1_y"))
    assert warehouse.document_of("snap1_x", "trafilatura/1") == second


def test_triage_is_found_by_rubric(warehouse, story):
    """The newest verdict by the asked rubric is found, whatever other rubrics said since."""
    document = story.document()
    first = story.triage(document, Verdict.UNSURE)
    second = story.triage(document)
    warehouse.append(first, second, story.triage(document, Verdict.UNSURE, rubric="v2"))
    assert warehouse.triage_of(document.document_id, "v1") == second


def test_a_draft_is_a_models(warehouse, story):
    """A person's edit is no draft, even under the recipe of the draft it came from."""
    document = story.document()
    edit = story.revision(document, 2, made_by="person")
    warehouse.append(
        story.revision(document, 1), edit.model_copy(update={"recipe_id": "recipe1_x"})
    )
    assert warehouse.draft(document.document_id, "recipe1_x").revision_id == "rev1_a1"
    assert warehouse.draft(document.document_id, "recipe1_y") is None


def test_generations_keep_the_asked_order(warehouse, story):
    """Generations come in the order of the ids; an unknown id is passed over."""
    first, second, third = story.generation(), story.generation(), story.generation()
    warehouse.append(first, second, third)
    wanted = [third.generation_id, "gen1_unknown", first.generation_id]
    assert warehouse.generations(wanted) == [third, first]
    assert warehouse.generations([]) == []


def test_times_are_stored_in_utc(warehouse, story):
    """A time given in another zone is the same instant in the column and in the object."""
    source = story.source().model_validate(
        story.source().model_dump() | {"submitted_at": "2026-07-01T01:30:00+02:00"}
    )
    warehouse.append(source)
    with warehouse._database.connection() as connection:
        rows = connection.execute("SELECT epoch_ms(submitted_at) FROM sources").fetchall()
    assert rows == [(int(source.submitted_at.timestamp() * 1000),)]
    assert warehouse.source("src1_a").submitted_at == source.submitted_at


def test_a_body_that_no_longer_fits_is_named(warehouse, story):
    """A stored object that this version cannot read is an error that says which, not a crash."""
    document = story.document()
    warehouse.append(document)
    with warehouse._database.connection() as connection:
        connection.execute("""UPDATE documents SET body = '{"document_id": "doc1_old"}'""")
    with pytest.raises(WarehouseError, match=rf"stored {Document.__name__} does not fit.*doc1_old"):
        warehouse.document(document.document_id)
