"""Cases and statements as flat rows, and rows as CSV.

CSV files are RFC 4180 in UTF-8, with the mark at the beginning by which Excel knows UTF-8. A text
that a spreadsheet would take for a formula has an apostrophe before it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from publishing.records import CaseRecord, PublishedStatement
from publishing.wording import fact_text
from schemas.cases import Measure, Section, SupportLevel

Row = Mapping[str, object]

CASE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case_id": "The case; it stays when the title changes.",
        "title": "The title.",
        "company": "Whose system it is.",
        "company_key": "The company to group by: the same for every spelling of a name.",
        "industry": "The industry.",
        "year": "The year of the account.",
        "stage": "How far the system had come.",
        "narrator": "Who gives the account.",
        "doubtful": "Those of the facts that a check doubted and a curator confirmed.",
        "abstract": "The case in a few sentences.",
        "tags": "The tags.",
        "statements": "The number of statements.",
        "results": "The number of measured results.",
        "source_kind": "What the source is.",
        "source_title": "The source's own title.",
        "source_authors": "The source's authors.",
        "source_site": "Where the source was published.",
        "source_published": "The day on which it was.",
        "source_language": "The source's language (BCP 47).",
        "source_address": "The source's address.",
        "approved_at": "When a person approved this text (UTC).",
        "revision_id": "This text; another text has another id.",
        "page": "The case on this site.",
        "licence": "The licence of text and data.",
        "citation": "How to cite the case.",
    }
)
"""The columns of ``cases.csv`` and their meaning."""

STATEMENT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case_id": "The case, as in cases.csv.",
        "n": "The number of the statement in the case.",
        "title": "The case's title.",
        "company": "The case's company.",
        "company_key": "The company to group by.",
        "industry": "The case's industry.",
        "year": "The case's year.",
        "tags": "The case's tags.",
        "section": "The part of the case.",
        "text": "The statement, one sentence.",
        "answers": "For a solution, the number of the challenge that it answers.",
        "support": "verbatim, verified, unverified or doubtful, as explained above.",
        "reason": "Why it was doubtful before a curator confirmed it.",
        "origin": "Whose words: model, source or curator.",
        "metric": "What was measured; this and the next seven are of results only.",
        "qualifier": "Words such as more than or up to before the value.",
        "value": "The value as the source writes it.",
        "number": "The value where it is one number.",
        "unit": "The unit of the number.",
        "baseline": "What it was before.",
        "sample": "The time or the cases that it was measured over.",
        "method": "How it was measured.",
        "quotes": "The source's words; in CSV several have […] between them.",
        "quote_places": "Where they stand: a page, a time or a heading.",
        "quote_links": "What opens the source there; in CSV several have a blank between them.",
        "source_address": "The source's address.",
        "page": "The statement on this site.",
        "licence": "The licence of text and data.",
        "citation": "How to cite the case.",
    }
)
"""The columns of ``statements.csv`` and ``statements.parquet`` and their meaning."""

_MARK = "\ufeff"
_JOINTS = {"quotes": " […] ", "quote_links": " "}
# The last four are wide forms, which some programs read as the narrow ones.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[ ']*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*\s?%?")


def case_row(case: CaseRecord) -> Row:
    """Return the case as a row of `CASE_COLUMNS`."""
    source, approved_at = case.source, case.provenance.approved_at
    row = {
        **_shared(case),
        "stage": case.stage,
        "narrator": case.narrator,
        "doubtful": [fact.name for fact in case.facts if fact.is_doubtful],
        "abstract": _abstract(case),
        "statements": len(case.statements),
        "results": sum(statement.is_measured for statement in case.statements),
        "source_kind": source.kind.label,
        "source_title": source.title,
        "source_authors": list(source.authors),
        "source_site": source.site,
        "source_published": source.published.isoformat() if source.published else None,
        "source_language": source.language,
        "approved_at": approved_at.isoformat() if approved_at else None,
        "revision_id": case.revision_id,
        "page": case.page,
    }
    return {name: row[name] for name in CASE_COLUMNS}


def statement_rows(case: CaseRecord) -> Iterable[Row]:
    """Yield the statements of a case as rows of `STATEMENT_COLUMNS`."""
    shared = _shared(case)
    for statement in case.statements:
        row = {**shared, **_statement(statement), "page": f"{case.page}#{statement.anchor}"}
        yield {name: row[name] for name in STATEMENT_COLUMNS}


def csv_text(columns: Iterable[str], rows: Iterable[Row]) -> str:
    """Return ``rows`` as the text of a CSV file."""
    text = io.StringIO(newline="")
    text.write(_MARK)
    writer = csv.writer(text)
    names = list(columns)
    writer.writerow(names)
    writer.writerows([safe_cell(_cell(name, row[name])) for name in names] for row in rows)
    return text.getvalue()


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    A text that begins with ``=``, ``+``, ``-`` or ``@`` and is not a number gets an apostrophe
    before it, also after a semicolon, a tab or a line end, where some programs would begin a cell.
    Taking one apostrophe away gives the text back.
    """
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)


def _shared(case: CaseRecord) -> dict[str, object]:
    """Return what a row of a case and those of its statements have in common."""
    return {
        "case_id": case.case_id,
        "title": case.title,
        "company": case.company,
        "company_key": case.company_key,
        "industry": fact_text("industry", case.industry) if case.industry else None,
        "year": case.year,
        "tags": [tag.label for tag in case.tags],
        "source_address": case.source.address,
        "licence": case.licence,
        "citation": case.citation,
    }


def _statement(statement: PublishedStatement) -> dict[str, object]:
    quotes = statement.quotes
    return {
        "n": statement.n,
        "section": statement.section.value,
        "text": statement.text,
        "answers": statement.answers,
        "support": statement.support.value,
        "reason": statement.reason or None,
        "origin": statement.origin.value,
        **(statement.measure or Measure()).model_dump(mode="json"),
        "quotes": [quote.quote for quote in quotes],
        "quote_places": [quote.place for quote in quotes],
        "quote_links": [quote.link for quote in quotes if quote.link],
    }


def _abstract(case: CaseRecord) -> str:
    return " ".join(
        f"{s.text} (doubtful)" if s.support is SupportLevel.DOUBTFUL else s.text
        for s in case.section(Section.ABSTRACT)
    )


def _cell(name: str, value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _JOINTS.get(name, "; ").join(map(str, filter(None, value)))
    return "" if value is None else str(value)
