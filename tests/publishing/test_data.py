"""The cases as data: whole, the same each time, and harmless in a spreadsheet."""

import csv
import json
import re
from pathlib import Path

import duckdb
import jsonschema
import pytest
from case_views import ADDRESS, TITLE, a_short_view, a_view, an_article, write_lines
from html_pages import parsed

from publishing.exchange.restore import document_of, restored_study
from publishing.records import CaseRecord
from schemas.sources import Step
from warehouse import Dataset

HOME = "https://x.example/casebook/"
TABLES = ("cases", "statements", "evidence", "results", "tags")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def records(target: Path) -> list[dict]:
    return [json.loads(line) for line in (target / "data/cases.jsonl").read_text().splitlines()]


def test_the_json_leads_back_to_the_source(publish):
    """Offsets point at the quote in the document, and each line is valid by its schema."""
    view = a_view()
    target, built = publish(view)
    page = target / built.hashes[view.case.case_id][0]
    case = json.loads(page.with_name("case.json").read_text())
    assert records(target) == [case]
    jsonschema.validate(case, json.loads((target / "data/cases.schema.json").read_text()))
    assert (case["company"], case["source"]["address"]) == ("Harbourline", ADDRESS)
    quotes = [q for statement in case["statements"] for q in statement["quotes"]]
    assert len(quotes) == 15
    for quote in quotes:
        assert view.document.text[quote["start"] : quote["end"]] == quote["quote"]
    (answered,) = [s for s in case["statements"] if s["answers"]]
    assert case["statements"][6]["n"] == answered["answers"]


def test_the_tables_hold_what_the_lines_hold(publish):
    """Each statement, quote, result and tag is a row that leads back to its case."""
    target, _ = publish(a_view(), a_short_view("b"))
    data, whole = target / "data", records(target)
    tables = {name: duckdb.read_parquet(str(data / f"{name}.parquet")) for name in TABLES}
    statements, evidence, tags = tables["statements"], tables["evidence"], tables["tags"]
    results = duckdb.sql(
        "SELECT company, number, unit FROM statements WHERE section = 'results' AND number > 2 "
        "AND list_contains(tags, 'vllm') ORDER BY number"
    ).fetchall()
    assert results == [("Harbourline", 3.0, "hours"), ("Harbourline", 18.0, "%")]
    assert len(tables["results"]) == len(results)
    expected = [s["text"] for record in whole for s in record["statements"]]
    assert sorted(text for (text,) in statements.project("text").fetchall()) == sorted(expected)
    quotes = [
        quote["quote"]
        for record in whole
        for name in ("facts", "statements", "tags")
        for part in record[name]
        for quote in part["quotes"]
    ]
    assert sorted(quote for (quote,) in evidence.project("quote").fetchall()) == sorted(quotes)
    assert len(tags) == sum(len(record["tags"]) for record in whole)
    keys = duckdb.sql("SELECT count(*) FROM evidence ANTI JOIN statements USING (revision_id)")
    assert keys.fetchall() == [(0,)]


def test_an_article_stays_one_in_data(publish):
    """Layout, translations, the seller and quotes of the description are exported and restored."""
    target, _ = publish(an_article())
    (case,) = rows(target / "data/cases.csv")
    assert (case["seller"], case["builder"]) == ("Clausewise", "")
    forms = [row["form"] for row in rows(target / "data/statements.csv")]
    assert forms == [s.form or "" for s in an_article().revision.study.statements]
    record = CaseRecord.model_validate(records(target)[0])
    document = document_of(record, "src1_a", "snap1_a", Step(method="import", outcome="x"))
    restored = restored_study(record, document, "x").statements
    for one, same in zip(an_article().revision.study.statements, restored, strict=True):
        assert (one.form, one.text) == (same.form, same.text)
        for quote, copy in zip(one.evidence, same.evidence, strict=True):
            assert (quote.quote, quote.translation) == (copy.quote, copy.translation)
            assert copy.is_found
            assert (quote.passage == 0) == (copy.passage == 0)


def test_the_same_cases_give_the_same_files(publish):
    """The order of the cases does not affect the files."""
    names = ["cases.jsonl", *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet"))]
    target, _ = publish(a_view(), a_short_view("b"), a_short_view("c"))
    before = [(target / "data" / name).read_bytes() for name in names]
    publish(a_short_view("c"), a_view(), a_short_view("b"))
    assert [(target / "data" / name).read_bytes() for name in names] == before


def test_each_row_stands_alone(publish):
    """A statement's row has its quote, its place here, licence and citation."""
    view = a_view()
    target, built = publish(view, licence="CC BY 4.0", address=HOME)
    (case,), statements = (rows(target / "data" / f"{n}.csv") for n in ("cases", "statements"))
    assert (case["company"], case["narrator"]) == ("Harbourline", "")
    assert (int(case["statements"]), int(case["results"])) == (len(statements), 2)
    (result,) = [row for row in statements if row["baseline"] == "26 hours"]
    assert result["quotes"].startswith("Median time to a first answer")
    place, _, anchor = result["page"].removeprefix(HOME).partition("#")
    assert place == built.hashes[view.case.case_id][0].removesuffix("index.html")
    assert parsed(target / place / "index.html").get_element_by_id(anchor) is not None
    for row in (case, *statements):
        assert row["licence"] == "CC BY 4.0"
        assert row["citation"].startswith(f"“{TITLE}”, Models at work, 24 November 2026, revision ")
        assert row["citation"].endswith(f"Harbourline Engineering, 4 May 2026, {ADDRESS}")


CELLS = {
    "=1+1": "'=1+1", "+49 30": "'+49 30", "-12 %": "-12 %", "+3.5": "+3.5", "- a list": "'- a list",
    "@SUM(A1)": "'@SUM(A1)", "  =1": "'  =1", "'=1": "''=1", "＝1": "'＝1", "a;=1;b": "a;'=1;b",
    "a\n-b\t=c\r+d": "a\n'-b\t'=c\r'+d", "a = b, c - d": "a = b, c - d", "'tis": "'tis",
}  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """The tables of one case."""
    lines = write_lines([a_view()], tmp_path_factory.mktemp("lines") / "cases.jsonl")
    with Dataset(lines) as opened:
        yield opened


@pytest.mark.parametrize(("text", "cell"), CELLS.items())
def test_no_cell_is_a_formula(dataset, text, cell):
    """Text that a spreadsheet would evaluate stays text; numbers stay numbers."""
    assert dataset.rows("SELECT cell($text) AS cell", text=text) == [{"cell": cell}]
    assert re.sub(r"(^|[;\t\r\n])'(?=[ ']*[=+\-@＝＋－＠])", r"\1", cell) == text


def test_every_column_has_a_meaning(dataset, publish):
    """The data page explains each column of each file, and counts the rows."""
    target, _ = publish(a_view(), a_short_view("b"))
    page = parsed(target / "data.html")
    for name in TABLES:
        columns = dataset.columns(name)
        assert all(column.meaning for column in columns), name
        listed = rows(target / "data" / f"{name}.csv")
        assert list(listed[0]) == [column.name for column in columns]
        table, _ = dataset.about(name)
        shown = page.xpath(f"//dl[@id='{table}']//dt/code/text()")
        assert shown == [column.name for column in columns]
        (row,) = page.xpath(f"//tbody/tr[th/a='{name}']")
        assert row.xpath("string(td)") == str(len(listed))
