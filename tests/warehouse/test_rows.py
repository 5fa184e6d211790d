"""Rows of any content are read back unchanged."""

import random

import pytest
from warehouse_rows import Story

from schemas.generations import AnswerStatus
from schemas.sources import CheckResult, Document, Passage
from warehouse.rows import TABLES, _fields


@pytest.fixture
def story() -> Story:
    """The source called ``a``."""
    return Story()


def test_stages_of_a_source(warehouse, story):
    """Source, snapshot, document, triage, call and check are equal to what was stored."""
    source, snapshot = story.source(), story.snapshot()
    document = story.document(snapshot.snapshot_id)
    triage = story.triage(document.document_id)
    generation = story.generation(document.document_id)
    check = story.check(CheckResult.CHANGED)
    alias = story.alias("src1_b")
    warehouse.append(source, snapshot, document, triage, generation, check, alias)
    assert warehouse.source("src1_a") == source
    assert warehouse.alias("src1_a") == alias
    assert warehouse.snapshot(snapshot.snapshot_id) == snapshot
    assert warehouse.newest_snapshot("src1_a") == snapshot
    assert warehouse.document(document.document_id) == document
    assert warehouse.document_of(snapshot.snapshot_id, "html/1") == document
    assert warehouse.newest_document("src1_a") == document
    assert warehouse.triage_of(document.document_id, "triage/v1", "small") == triage
    assert warehouse.answer("q1_x") == generation
    assert warehouse.last_checks(["src1_a"]) == {"src1_a": check}


def test_case_with_everything(warehouse, story):
    """The view of a case has all of its rows in the order of storing."""
    rows = story.rows("draft 1, edit 2, approve 2, publish 2, draft 3")
    source, document, case, draft, edit, *reviews, publication, newer = rows
    first, second = story.triage(document.document_id), story.triage(document.document_id)
    warehouse.append(*rows, first, second)
    view = warehouse.case("case1_a")
    assert (view.source, view.document, view.case, view.triage) == (source, document, case, second)
    assert view.revisions == (draft, edit, newer)
    assert (view.revision, view.newer) == (edit, newer)
    assert view.reviews == tuple(reviews)
    assert view.published == publication
    assert warehouse.draft(newer.case_id, document.document_id, "rec1_x") == newer


def test_a_row_is_stored_once(warehouse, story):
    """Storing an id again changes nothing, including its parts, in one append or two."""
    rows = story.rows("draft 1, approve 1")
    warehouse.append(*rows, *rows)
    counts = warehouse.counts()
    warehouse.append(*rows, rows[3].model_copy(update={"author": "another"}))
    assert warehouse.counts() == counts
    assert (counts["revisions"], counts["statements"], counts["passages"]) == (1, 4, 2)
    assert warehouse.case("case1_a").revision == rows[3]


def test_all_or_none(warehouse, story):
    """An append that fails halfway stores nothing."""
    broken = story.snapshot().model_copy(update={"size": 2**70})
    with pytest.raises(Exception, match="is not usable"):
        warehouse.append(story.source(), broken)
    assert warehouse.counts()["sources"] == 0


def test_answers_and_generations(warehouse, story):
    """Only usable answers are found again; generations come in the order of the ids."""
    ok = story.generation("doc1_a")
    cut = story.generation("doc1_a", AnswerStatus.TRUNCATED)
    warehouse.append(ok, cut)
    assert warehouse.answer("q1_x") == ok
    assert warehouse.answer("q1_y") is None
    ids = [cut.generation_id, "gen1_none", ok.generation_id]
    assert warehouse.generations(ids) == [cut, ok]


def _document(number: int, rng: random.Random) -> Document:
    text = "".join(rng.choices("ab \n\x00ü🜁\"'", k=rng.randint(0, 40)))
    cuts = sorted(rng.sample(range(len(text) + 1), k=min(rng.randint(0, 4), len(text)) // 2 * 2))
    spans = enumerate(zip(cuts[::2], cuts[1::2], strict=True), start=1)
    return Document(
        document_id=f"doc1_{number}",
        source_id="src1_a",
        snapshot_id="snap1_a",
        url=None,
        kind="web",
        text=text,
        passages=tuple(Passage(n=n, start=start, end=end) for n, (start, end) in spans),
    )


def test_documents_with_any_text(warehouse):
    """Text can be cut into passages anywhere, with or without text between them."""
    rng = random.Random(1)  # noqa: S311 - no secret
    documents = [_document(number, rng) for number in range(60)]
    assert len({len(document.passages) for document in documents}) > 2
    warehouse.append(*documents)
    assert [warehouse.document(one.document_id) for one in documents] == documents


@pytest.mark.parametrize(
    "text", ["a\x00b", 'quote " and \\', "🜁\u2028", "'; DROP TABLE sources;--"]
)
def test_awkward_characters(warehouse, story, text):
    """NUL, quotes, backslashes and SQL are stored unchanged."""
    document = story.document(text=f"# {text * 3}\n\nTwo {text}\n")
    warehouse.append(document)
    assert warehouse.document(document.document_id) == document


def test_lone_surrogates_become_question_marks(warehouse, story):
    """A lone surrogate, which UTF-8 cannot encode, does not prevent storing a row."""
    warehouse.append(story.failure().model_copy(update={"message": "half \udc00 a character"}))
    _, rows = warehouse.sql("SELECT message FROM failures")
    assert rows == [("half ? a character",)]


def test_columns_are_fields(warehouse):
    """Every table has a column for each field of its type."""
    columns = {table["name"]: {c["name"] for c in table["columns"]} for table in warehouse.tables()}
    apart = {"passages", "text", "study", "sections", "numbers", "findings"}
    for kind, (table, key) in TABLES.items():
        fields = {
            column for name, column, inner in _fields(kind) if not inner and name not in apart
        }
        assert fields | {*key.split(", "), "stored_at"} <= columns[table], table


def test_every_table_is_counted(warehouse):
    """The counts include every table."""
    tables = {table["name"] for table in warehouse.tables() if table["kind"] == "table"}
    assert warehouse.counts().keys() == tables - {"migrations"}
    assert set(warehouse.counts().values()) == {0}
