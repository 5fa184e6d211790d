"""The cases as Parquet and CSV: whole, the same each time, and no danger to a spread-sheet."""

import csv
import json
import re
from pathlib import Path

import duckdb
import pytest
from lxml import html

from casebook.publishing.records import CaseRecord
from casebook.publishing.tables import CASE_COLUMNS, STATEMENT_COLUMNS, safe
from casebook.schemas.errors import PublishError
from casebook.warehouse.parquet import write_parquet

HOME = "https://x.example/casebook/"
DATA = ("cases.parquet", "cases.jsonl", "cases.csv", "statements.csv")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_written(cell: str) -> str:
    """A cell without the apostrophes that keep it from being a formula."""
    return re.sub(r"(^|[;\t\r\n])'(?=[ ']*[=+\-@＝＋－＠])", r"\1", cell)


def nested(path: Path) -> list[dict[str, object]]:
    """The records of a Parquet file as JSON has them."""
    found = duckdb.sql("SELECT to_json(c) FROM read_parquet($1) c", params=[str(path)]).fetchall()
    return [json.loads(line) for (line,) in found]


def described(out: Path) -> list[tuple[str, str]]:
    """The columns of the Parquet file with their types."""
    read = duckdb.read_parquet(str(out / "cases.parquet"))
    return list(zip(read.columns, map(str, read.types), strict=True))


def bare(value: object) -> object:
    """What JSON and Parquet have in common: days and times are compared to the day."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items()}
    if isinstance(value, list):
        return [bare(one) for one in value]
    return (
        value[:10] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]", value) else value
    )


def test_parquet_has_what_json_lines_have(publish, full_case, make_case):
    """Field for field, with every quote; types are the schema's, so that no case at all fits too."""
    out, _ = publish(full_case, make_case("b"), licence="CC BY 4.0", address=HOME)
    lines = [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines()]
    assert bare(nested(out / "cases.parquet")) == bare(lines)
    columns = described(out)
    publish()
    assert nested(out / "cases.parquet") == []
    assert described(out) == columns


def test_data_that_cannot_be_written_are_told(publish, tmp_path):
    """A folder that is away, as a full disk, ends publishing with its own error."""
    out, _ = publish()
    with pytest.raises(PublishError, match=r"a\.parquet could not be written"):
        write_parquet(out / "cases.jsonl", tmp_path / "away" / "a.parquet", CaseRecord)


def test_the_same_cases_give_the_same_files(publish, full_case, make_case):
    """Neither the day of building nor the order in which cases come changes a byte of the data."""
    out, _ = publish(full_case, make_case("b"), make_case("c"))
    before = [(out / name).read_bytes() for name in DATA]
    publish(make_case("c"), full_case, make_case("b"), built_at=full_case.case.created_at)
    assert [(out / name).read_bytes() for name in DATA] == before


def test_each_row_stands_alone(publish, full_case):
    """A statement's row has its quote, what opens the source there, licence and citation."""
    out, (page,) = publish(full_case, licence="CC BY 4.0", address=HOME)
    (case,), told = rows(out / "cases.csv"), rows(out / "statements.csv")
    assert list(case) == [column.name for column in CASE_COLUMNS]
    assert list(told[0]) == [column.name for column in STATEMENT_COLUMNS]
    assert (case["company"], case["weak"], case["narrator"]) == ("Harbourline", "title; year", "")
    assert (int(case["statements"]), int(case["results"])) == (len(told), 2)
    study = full_case.revision.case_study
    (result,) = [row for row in told if row["number"] or row["baseline"] == "26 hours"]
    assert result["quote"] == study.results[0].evidence[0].quote
    assert result["quote_address"].startswith(f"{full_case.document.url}#:~:text=")
    assert result["quote_place"] == "under “What we built”"
    target, _, place = result["page"].partition("#")
    assert target == f"{HOME}cases/{page.slug}/"
    assert html.fromstring((out / page.address).read_bytes()).get_element_by_id(place) is not None
    for row in (case, *told):
        assert row["licence"] == "CC BY 4.0"
        assert row["citation"] == (
            "“A claims assistant that drafts, and officers who decide”, Models at work, 24 November "
            f"2026, revision {page.revision_id}, {HOME}cases/{page.slug}/. Source: Ines Okafor, "
            "“How we built the claims assistant”, Harbourline Engineering, 4 May 2026, "
            f"{full_case.document.url}"
        )
    assert {row["support"] for row in told} == {"supported", "weak"}
    assert "UNSUPPORTED" not in (out / "statements.csv").read_text()


def test_several_quotes_are_in_one_row(publish, full_case):
    """None of the quotes of a statement is lost, nor are their addresses run together."""
    study = full_case.revision.case_study
    first, second = study.summary
    both = first.model_copy(update={"evidence": [*first.evidence, *second.evidence]})
    revision = full_case.revision.model_copy(
        update={"case_study": study.model_copy(update={"summary": [both]})}
    )
    out, _ = publish(full_case.model_copy(update={"revision": revision}))
    told = rows(out / "statements.csv")[0]
    assert told["quote"].split(" […] ") == [one.quote for one in both.evidence]
    assert len(told["quote_address"].split()) == 2


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-12 %", "-12 %"),
        ("+3.5", "+3.5"),
        ("- a list", "'- a list"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("'=1", "''=1"),
        ("＝1", "'＝1"),
        ("a;=1;b", "a;'=1;b"),
        ("a\n-b\t=c\r+d", "a\n'-b\t'=c\r'+d"),
        ("a = b, c - d", "a = b, c - d"),
        ("'tis", "'tis"),
        (None, ""),
        (12.0, "12.0"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(text, cell):
    """What a spread-sheet would compute is a text; numbers stay numbers; nothing is lost."""
    assert safe(text) == cell
    assert as_written(cell) == ("" if text is None else str(text))


@pytest.mark.datasets
def test_hostile_strings_come_back_from_csv(publish, hostile_packs):
    """Each string is read again as it was, by Python and by DuckDB, and none begins a formula."""
    out, _ = publish(*hostile_packs)
    expected = sorted(s.text for view in hostile_packs for s in view.revision.case_study.lessons)
    told = rows(out / "statements.csv")
    assert sorted(as_written(row["statement"]) for row in told) == expected
    assert not [
        row for row in told if any(re.match(r"[=+@-](?![\d.,]+ ?%?$)", c) for c in row.values())
    ]
    read = duckdb.read_csv(str(out / "statements.csv"), all_varchar=True).select("statement")
    assert sorted(as_written(text) for (text,) in read.fetchall()) == expected
    assert len(nested(out / "cases.parquet")) == len(hostile_packs)


def test_the_data_page_lists_the_files(publish, full_case, make_case):
    """With rows and size, each column in words, and for search engines where the address is known."""
    out, _ = publish(full_case, make_case("b"), address=HOME, licence="</script><b>CC BY 4.0")
    page = html.fromstring((out / "data.html").read_bytes())
    told = {
        row.xpath("string(th)"): row.xpath("td/text()")[:2]
        for row in page.xpath("//table/tbody/tr")
    }
    assert {name: int(rows) for name, (rows, _) in told.items()} == {
        **dict.fromkeys(DATA, 2), "statements.csv": len(rows(out / "statements.csv")),
    }  # fmt: skip
    assert re.fullmatch(r"\d+ kB", told["statements.csv"][1])
    named = page.xpath("//dt/code/text()")
    assert named == [column.name for column in (*CASE_COLUMNS, *STATEMENT_COLUMNS)]
    (known,) = page.xpath("//script[@type='application/ld+json']/text()")
    data = json.loads(known)
    assert data["license"] == "</script><b>CC BY 4.0"
    assert [one["contentUrl"] for one in data["distribution"]] == [HOME + name for name in DATA]
    assert {one["contentSize"] for one in data["distribution"]} == {
        f"{(out / name).stat().st_size} B" for name in DATA
    }
    publish(full_case)
    assert "ld+json" not in (out / "data.html").read_text()
