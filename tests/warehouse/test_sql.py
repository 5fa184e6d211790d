"""Analysts read everything with SQL and can neither write nor open files."""

import pytest
from case_views import (
    DOUBTFUL,
    KEPT,
    UNJUDGED,
    a_kept_study,
    a_publication,
    a_statement,
    a_view,
    rows,
)
from warehouse_rows import Story

from publishing.gate import readable
from schemas.cases import CaseStudy, Section
from schemas.errors import InputError


@pytest.fixture
def published(warehouse):
    """A warehouse with one published case."""
    warehouse.append(*Story().rows("draft 1, approve 1, publish 1"))
    return warehouse


def test_one_reading_statement(published):
    """Returns columns and at most the requested number of rows."""
    query = "SELECT company, text FROM published_statements WHERE section = 'lessons'"
    assert published.sql(query) == (["company", "text"], [("Initech", "Measure.")])
    assert published.sql("FROM statements", limit=2)[1][0][1] == 1
    assert len(published.sql("FROM statements", limit=2)[1]) == 2
    assert ("sources",) in published.sql("SHOW TABLES")[1]
    assert published.sql("EXPLAIN SELECT 1")[0] == ["explain_key", "explain_value"]


def with_summary(**first) -> CaseStudy:
    """A study with two sentences of a summary; ``first`` changes the first of them."""
    lesson = a_kept_study().statements[-1].model_copy(update={"n": 3})
    quoted = a_statement(2, "In short.", *lesson.evidence)
    resting = a_statement(1, "It rests.").model_copy(update={"rests_on": (3,)} | first)
    return CaseStudy(facts=a_kept_study().facts, statements=(resting, quoted, lesson))


@pytest.mark.parametrize(
    "study",
    [
        a_kept_study(),
        with_summary(),
        with_summary(rests_on=()),
        with_summary(rests_on=(9,)),
        with_summary(support=DOUBTFUL),
        with_summary(support=UNJUDGED.model_copy(update={"confirmed_by": None})),
        with_summary(support=KEPT),
        with_summary(section=Section.EXAMPLE),
        with_summary(section=Section.GAPS, rests_on=()),
    ],
)
def test_readers_see_in_sql_what_they_see_on_the_site(warehouse, study):
    """Statements, facts and tags of the views are those of the gate."""
    view = a_view(study)
    seen = {"revision_id": view.revision.revision_id}
    published = a_publication(view.case.case_id, "cases/a/index.html").model_copy(update=seen)
    warehouse.append(*rows(view), published)
    shown = readable(study).study
    _, statements = warehouse.sql("SELECT n, text FROM published_statements ORDER BY n")
    assert statements == [(one.n, one.text) for one in shown.statements]
    _, found = warehouse.sql("SELECT company, stage, narrator, tags FROM published_cases")
    names = ("company", "stage", "narrator")
    facts = tuple(shown.fact(name).value for name in names)
    assert found == [(*facts, [tag.slug for tag in shown.tags])]


REFUSED = """
DELETE FROM sources
INSERT INTO cases VALUES ('a', 'b', now(), now())
EXPLAIN ANALYZE DELETE FROM sources
DROP VIEW published_cases
SELECT 1; DELETE FROM sources
SET enable_external_access = true
ATTACH '/tmp/x.duckdb'
COPY sources TO '/tmp/x.csv'
EXPORT DATABASE '/tmp/x'
INSTALL httpfs
LOAD httpfs
SELECT * FROM force_checkpoint()
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM glob('/etc/*')
FROM '/etc/passwd.csv'
FROM statements_of_python
SELEC 1
SELECT no_such_column FROM sources
SELECT 'x'::INTEGER
"""


def test_refused(published):
    """Statements that write, open a file or are invalid are the caller's error and do nothing."""
    counts = published.counts()
    statements_of_python = [1, 2]  # noqa: F841 - SQL must not see it
    for query in REFUSED.split("\n"):
        with pytest.raises(InputError):
            published.sql(query)
    assert published.counts() == counts


def test_every_view_and_column_is_described(published):
    """Tables and views have comments, and every view can be read."""
    tables = published.tables()
    assert {table["kind"] for table in tables} == {"table", "view"}
    assert [table["name"] for table in tables if not table["comment"]] == []
    for table in tables:
        assert published.sql(f"FROM {table['name']}", limit=1)[0] == [
            c["name"] for c in table["columns"]
        ]
