"""The cases as data: whole, the same each time, and harmless in a spreadsheet."""

import csv
import json
import re
from pathlib import Path

import duckdb
import jsonschema
import pytest
from case_views import ADDRESS, TITLE, a_short_view, a_view
from html_pages import parsed

from publishing.companies import company_key
from publishing.tables import CASE_COLUMNS, STATEMENT_COLUMNS, safe_cell

HOME = "https://x.example/casebook/"


def write_parquet(rows: list[dict], path: Path) -> None:
    """Write rows as the warehouse does, by way of JSON."""
    lines = path.with_suffix(".lines")
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with duckdb.connect() as connection:
        connection.read_json(str(lines), format="newline_delimited").to_parquet(str(path))
    lines.unlink()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def records(target: Path) -> list[dict]:
    return [json.loads(line) for line in (target / "cases.jsonl").read_text().splitlines()]


def as_written(cell: str) -> str:
    """A cell without the apostrophes that keep it from being a formula."""
    return re.sub(r"(^|[;\t\r\n])'(?=[ ']*[=+\-@＝＋－＠])", r"\1", cell)


def test_the_json_leads_back_to_the_source(publish):
    """Offsets point at the quote in the document, and each line of the data fits its schema."""
    view = a_view()
    target, built = publish(view)
    page = target / built.hashes[view.case.case_id][0]
    case = json.loads(page.with_name("case.json").read_text())
    assert records(target) == [case]
    jsonschema.validate(case, json.loads((target / "cases.schema.json").read_text()))
    assert (case["company"], case["source"]["address"]) == ("Harbourline", ADDRESS)
    quotes = [q for statement in case["statements"] for q in statement["quotes"]]
    assert len(quotes) == 15
    for quote in quotes:
        assert view.document.text[quote["start"] : quote["end"]] == quote["quote"]
    (answered,) = [s for s in case["statements"] if s["answers"]]
    assert case["statements"][6]["n"] == answered["answers"]


def test_parquet_can_be_queried(publish):
    """Statements are a table with their case and measures; cases hold the same as JSON Lines."""
    target, _ = publish(a_view(), a_short_view("b"), write_parquet=write_parquet)
    statements = duckdb.read_parquet(str(target / "statements.parquet"))
    assert statements.columns == list(STATEMENT_COLUMNS)
    found = duckdb.sql(
        "SELECT company, number, unit FROM statements WHERE section = 'results' AND number > 2 "
        "AND list_contains(tags, 'vLLM') ORDER BY number"
    ).fetchall()
    assert found == [("Harbourline", 3.0, "hours"), ("Harbourline", 18.0, "%")]
    cases = duckdb.read_parquet(str(target / "cases.parquet"))
    texts = duckdb.sql("SELECT s.text FROM (SELECT unnest(statements) s FROM cases)").fetchall()
    expected = [s["text"] for record in records(target) for s in record["statements"]]
    assert sorted(text for (text,) in texts) == sorted(expected)
    assert set(cases.columns) == set(records(target)[0])


def test_the_same_cases_give_the_same_files(publish):
    """Neither the day of building nor the order in which cases come changes a byte."""
    names = ("cases.jsonl", "cases.csv", "statements.csv", "cases.parquet", "words.js")
    target, _ = publish(a_view(), a_short_view("b"), a_short_view("c"))
    before = [(target / name).read_bytes() for name in names]
    publish(a_short_view("c"), a_view(), a_short_view("b"), built_at=None)
    assert [(target / name).read_bytes() for name in names] == before


def test_each_row_stands_alone(publish):
    """A statement's row has its quote, the link to it, its place here, licence and citation."""
    view = a_view()
    target, built = publish(view, licence="CC BY 4.0", address=HOME)
    (case,), statements = rows(target / "cases.csv"), rows(target / "statements.csv")
    assert list(case) == list(CASE_COLUMNS)
    assert list(statements[0]) == list(STATEMENT_COLUMNS)
    assert (case["company"], case["doubtful"], case["narrator"]) == ("Harbourline", "year", "")
    assert (int(case["statements"]), int(case["results"])) == (len(statements), 2)
    (result,) = [row for row in statements if row["baseline"] == "26 hours"]
    assert result["quotes"].startswith("Median time to a first answer")
    assert result["quote_links"].startswith(f"{ADDRESS}#:~:text=")
    assert result["quote_places"] == "§ What we built"
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


@pytest.mark.parametrize(("text", "cell"), CELLS.items())
def test_no_cell_is_a_formula(text, cell):
    """A text that a spreadsheet would compute stays a text; numbers stay numbers."""
    assert safe_cell(text) == cell
    assert as_written(cell) == text


def test_the_data_page_lists_the_files(publish):
    """With their rows, and the meaning of each column."""
    target, _ = publish(a_view(), a_short_view("b"))
    page = parsed(target / "data.html")
    listed = {row.xpath("string(th)"): row.xpath("string(td)") for row in page.xpath("//tbody/tr")}
    statements = str(len(rows(target / "statements.csv")))
    assert listed == {
        "cases.parquet": "2", "statements.parquet": statements, "cases.jsonl": "2",
        "cases.csv": "2", "statements.csv": statements,
    }  # fmt: skip
    assert page.xpath("//dt/code/text()") == [*CASE_COLUMNS, *STATEMENT_COLUMNS]


def test_the_words_of_cases_are_one_text(publish):
    """All words of the cases, compared as the page compares them, in a script that is one string."""
    hostile = a_short_view("z", "Start.", '"; alert(1); // </script>\u2028')
    target, _ = publish(a_view(), hostile)
    script = (target / "words.js").read_text(encoding="ascii")
    lines = json.loads(re.fullmatch(r'const caseWords = ("(?:[^"\\]|\\.)*");\n', script)[1])
    found = dict(line.split(" ", 1) for line in lines.split("\n"))
    assert {found[word] for word in ("officers", "vllm", "self", "hours")} == {"0"}
    assert found["built"] == "0 1", "the second case is one further than the first"
    assert not {"refuted-statement", "refuted"} & set(found)


@pytest.mark.parametrize("name", ["Doordash, Inc.", "door dash", "DOORDASH INC", "Dóordash"])
def test_spellings_of_a_company_have_one_key(name):
    """Case, spaces, accents and legal forms do not distinguish companies."""
    assert company_key(name) == company_key("DoorDash") == "doordash"
