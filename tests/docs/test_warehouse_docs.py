"""docs/warehouse.md lists every table, and its queries answer what they promise."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from case_views import write_lines
from warehouse_rows import QUOTE, VERIFIED, Story, study

from publishing.site.questions import Question, questions
from schemas.cases import Statement, Tag
from services.systems import join
from warehouse import Warehouse
from warehouse.dataset import Dataset

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/warehouse.md").read_text("utf-8")
CURATORS = [
    Question(*found)
    for found in re.findall(
        r"\n([^\n]+):\n\n```sql\n(.*?);\n```",
        PAGE.partition("## Questions for curators")[2],
        re.DOTALL,
    )
]
QUESTIONS = [*questions(), *CURATORS]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a home with published cases, two of one system, a draft and a failure."""
    path = tmp_path_factory.mktemp("home") / "warehouse.duckdb"
    tools = tuple(
        Tag(slug=name.lower(), label=name, group="tool", evidence=(QUOTE,), support=VERIFIED)
        for name in ("FAISS", "LangChain")
    )
    with Warehouse(path) as warehouse:
        cases = {}
        for name, company, year, stage in (
            ("a", "a", 2023, "full production"),
            ("b", "b", 2024, "full production"),
            ("c", "c", 2025, "internal tool"),
            ("c2", "c", 2026, "full production"),
            ("c3", "c", 2026, "full production"),
            ("c4", "c", 2026, "full production"),
        ):
            story = Story(name)
            source, document, case, _, *decisions = story.rows("draft 1, approve 1, publish 1")
            document = document.model_copy(update={"published": date(year, 2, 3)})
            made = study(year=str(year), company=f"Company {company}", stage=stage)
            failed = Statement(
                n=5, section="failures", text="Stale.", evidence=(QUOTE,), support=VERIFIED
            )
            sure = (one.model_copy(update={"support": VERIFIED}) for one in made.statements)
            more = {"tags": made.tags + tools, "statements": (*sure, failed)}
            made = made.model_copy(
                update=more if len(name) == 1 else {"statements": (), "tags": ()}
            )
            generation = story.generation(document.document_id)
            ids = (generation.generation_id,)
            draft = story.revision(document.document_id, study=made, generation_ids=ids)
            warehouse.append(source, document, case, draft, generation, *decisions)
            cases[name] = case.case_id
        join(warehouse, cases["c"], cases["c2"], "ada", name="Quay")
        warehouse.append(*Story("d").rows("draft 1"), Story("e").source(), Story("e").failure())
    return path


def test_the_page_is_current():
    """The generated part is what docs/generate_warehouse.py writes."""
    program = (
        "import sys; sys.path.insert(0, 'docs'); import generate_warehouse as g;"
        " sys.exit(g.page(text := g.PAGE.read_text('utf-8')) != text)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0, "run docs/generate_warehouse.py"


@pytest.fixture(scope="module")
def dataset(home: Path) -> Iterator[Dataset]:
    """The tables that readers download, of the cases that are published from this home."""
    with Warehouse(home) as warehouse:
        _, rows = warehouse.sql("SELECT case_id FROM published_cases")
        views = warehouse.case_views([case_id for (case_id,) in rows])
    lines = write_lines(views, home.with_name("cases.jsonl"))
    with Dataset(lines) as dataset:
        yield dataset


def test_number_of_questions():
    """Readers ask thirteen questions, and curators four more."""
    assert (len(questions()), len(CURATORS)) == (13, 4)


@pytest.mark.parametrize("question", QUESTIONS, ids=[one.title[:40] for one in QUESTIONS])
def test_each_question_has_an_answer(home, question):
    """Each query runs in `casebook sql` and finds rows, with a value in every column."""
    with Warehouse(home) as warehouse:
        columns, rows = warehouse.sql(question.sql)
    assert rows, question.title
    filled = {
        column
        for row in rows
        for column, value in zip(columns, row, strict=True)
        if value is not None
    }
    assert {*columns} - filled <= {"qualifier", "sample", "method", "page"}


@pytest.mark.parametrize("question", questions(), ids=[one.title[:40] for one in questions()])
def test_readers_get_the_same_answer(home, dataset, question):
    """The tables of the site answer each question as the warehouse does."""
    with Warehouse(home) as warehouse:
        columns, rows = warehouse.sql(question.sql)
    assert [tuple(row.items()) for row in dataset.rows(question.sql)] == [
        tuple(zip(columns, row, strict=True)) for row in rows
    ]


def test_in_a_plain_duckdb(home):
    """A plain DuckDB gives the same answers from the file."""
    program = (
        "import sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "for query in sys.argv[2:]: print(len(connection.execute(query).fetchall()))"
    )
    queries = [question.sql for question in QUESTIONS]
    command = [sys.executable, "-c", program, str(home), *queries]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    with Warehouse(home) as warehouse:
        expected = [len(warehouse.sql(query)[1]) for query in queries]
    assert [int(number) for number in printed] == expected


def test_lessons_about_rag_by_year(home):
    """The first question's answer is correct, newest first."""
    with Warehouse(home) as warehouse:
        _, rows = warehouse.sql(QUESTIONS[0].sql)
    assert [row[:3] for row in rows] == [
        (2025, "Company c", "Measure."),
        (2024, "Company b", "Measure."),
        (2023, "Company a", "Measure."),
    ]
