"""The cases, and their statements, as flat tables in CSV for spread-sheets. Pure.

The files are RFC 4180 in UTF-8, with the mark at the beginning by which Excel knows UTF-8. A text
that a spread-sheet would take for a formula has an apostrophe before it: `safe`.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from casebook.publishing.records import CitedResult, CitedStatement, PublishedCase
from casebook.publishing.wording import (
    FACTS,
    SECTIONS,
    anchored,
    fact_value,
    is_measured,
    label_of,
    place,
)
from casebook.schemas.cases import SupportLevel

_MARK = "\ufeff"
# The last four are wide forms, which some programs read as the narrow ones.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[ ']*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*\s?%?")


class Terms(NamedTuple):
    """What each row says of its case's use: where it stands, under which licence, how to cite."""

    page: str
    licence: str | None
    citation: str


class Told(NamedTuple):
    """A statement of a case, the section that it stands in, and its id on the case's page."""

    case: PublishedCase
    section: str
    part: CitedResult | CitedStatement
    id: str


Row = TypeVar("Row")


class Column(NamedTuple, Generic[Row]):
    """A column: its name, what it holds, and how it is read from what makes a row."""

    name: str
    told: str
    value: Callable[[Row, Terms], object]


def statements(cases: Iterable[PublishedCase]) -> Iterator[Told]:
    """Yield every statement, case by case, in a reader's order."""
    for case in cases:
        for section in SECTIONS:
            for part, part_id in anchored(case.statements[section], section):
                yield Told(case, section, part, part_id)


def results(cases: Iterable[PublishedCase]) -> list[Told]:
    """Return every result that names a metric or a value."""
    told = statements(cases)
    return [one for one in told if isinstance(one.part, CitedResult) and is_measured(one.part)]


def units(of: Sequence[Told]) -> list[tuple[str, str, int]]:
    """Return the units of ``of``, the most used first: each twice, and how many have it."""
    told = Counter(getattr(one.part, "unit", None) for one in of)
    return [(unit, unit, number) for unit, number in told.most_common() if unit]


def table(columns: Sequence[Column[Row]], rows: Iterable[tuple[Row, Terms]]) -> str:
    """Return ``rows`` as the text of a CSV file."""
    text = io.StringIO(newline="")
    text.write(_MARK)
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    writer.writerows([safe(column.value(*row)) for column in columns] for row in rows)
    return text.getvalue()


def safe(value: object) -> str:
    """Return a cell that no spread-sheet takes for a formula.

    What begins with ``=``, ``+``, ``-`` or ``@`` and is no number gets an apostrophe before it; so
    does what follows a semicolon, a tab or a line's end, where programs that divide by these would
    begin a cell. Blanks and apostrophes before the sign do not hide it, so that taking one
    apostrophe away gives the text back.
    """
    text = "" if value is None else str(value)
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)


def _fact(name: str) -> Callable[[PublishedCase, Terms], str | None]:
    def value(case: PublishedCase, _: Terms) -> str | None:
        told = fact_value(case, name)
        return label_of(name, told) if told else None

    return value


def _weak_facts(case: PublishedCase) -> str:
    weak = SupportLevel.WEAK
    return "; ".join(name for name, fact in case.facts.items() if fact.support.level is weak)


def _overview(case: PublishedCase) -> str:
    weak = SupportLevel.WEAK
    return " ".join(
        f"{part.text}{' (weak support)' if part.support.level is weak else ''}"
        for part in case.statements["summary"]
    )


def _of_result(name: str) -> Callable[[Told, Terms], object]:
    return lambda one, _: getattr(one.part, name, None)


_FACT_TOLD = {
    "company": "Whose system it is.",
    "industry": "Its industry.",
    "year": "The year that the story is about, as the source tells it.",
    "deployment": "How far the system had come.",
    "narrator": "Who tells the story.",
}

CASE_COLUMNS: Sequence[Column[PublishedCase]] = (
    Column("case_id", "The case; stays when its title changes.", lambda case, _: case.case_id),
    Column("title", "Its title.", lambda case, _: case.title),
    *(Column(name, _FACT_TOLD[name], _fact(name)) for name in FACTS),
    Column("weak", "Those of the facts that have weak support.", lambda case, _: _weak_facts(case)),
    Column("overview", "The case in a few sentences.", lambda case, _: _overview(case)),
    Column("tags", "Its tags.", lambda case, _: "; ".join(tag.label for tag in case.tags)),
    Column(
        "statements",
        "How many statements.",
        lambda case, _: sum(map(len, case.statements.values())),
    ),
    Column("results", "How many of them are measured.", lambda case, _: len(results([case]))),
    Column("source_kind", "What the source is.", lambda case, _: case.source.kind.label),
    Column("source_title", "Its own title.", lambda case, _: case.source.title),
    Column("source_authors", "Its authors.", lambda case, _: "; ".join(case.source.authors)),
    Column("source_site", "Where it was published.", lambda case, _: case.source.site),
    Column("source_published", "The day on which it was.", lambda case, _: case.source.published),
    Column("source_language", "Its language (BCP 47).", lambda case, _: case.source.language),
    Column("source_address", "Its address.", lambda case, _: case.source.address),
    Column(
        "approved_at",
        "When a person approved this text (UTC).",
        lambda case, _: (made := case.provenance.approved_at) and made.isoformat(),
    ),
    Column("revision_id", "This text; another text has another.", lambda case, _: case.revision_id),
    Column("page", "The case on this site.", lambda _, terms: terms.page),
    Column("licence", "The licence of text and data.", lambda _, terms: terms.licence),
    Column("citation", "How to cite the case.", lambda _, terms: terms.citation),
)
"""The columns of ``cases.csv``."""

STATEMENT_COLUMNS: Sequence[Column[Told]] = (
    Column("case_id", "The case, as in cases.csv.", lambda one, _: one.case.case_id),
    Column("title", "Its title.", lambda one, _: one.case.title),
    Column("company", "Its company.", lambda one, terms: _fact("company")(one.case, terms)),
    Column("year", "Its year.", lambda one, terms: _fact("year")(one.case, terms)),
    Column("section", "What the statement is about.", lambda one, _: one.section),
    Column("statement", "One sentence.", lambda one, _: one.part.text),
    Column("support", "supported or weak.", lambda one, _: one.part.support.level.value),
    Column("support_reason", "Why, in a sentence.", lambda one, _: one.part.support.reason),
    Column(
        "origin",
        "Whose words: model, source or curator.",
        lambda one, _: one.part.origin.value,
    ),
    Column(
        "metric",
        "What was measured; this and the next six are of results alone.",
        _of_result("metric"),
    ),
    Column("value", "As the source writes it.", _of_result("value")),
    Column("unit", "That of the value.", _of_result("unit")),
    Column("number", "The value where it is one number.", _of_result("number")),
    Column("baseline", "What it was before.", _of_result("baseline")),
    Column("window", "Over what time or sample.", _of_result("window")),
    Column("method", "How it was measured.", _of_result("shown_method")),
    Column(
        "quote",
        "The source's words; several have […] between them.",
        lambda one, _: " […] ".join(quote.quote for quote in one.part.evidence),
    ),
    Column(
        "quote_place",
        "Where they stand: a section, page or second.",
        lambda one, _: "; ".join(filter(None, (place(q.locator) for q in one.part.evidence))),
    ),
    Column(
        "quote_address",
        "What opens the source there; several have a blank between them.",
        lambda one, _: " ".join(quote.link for quote in one.part.evidence if quote.link),
    ),
    Column("source_address", "The source's address.", lambda one, _: one.case.source.address),
    Column("page", "The statement on this site.", lambda one, terms: f"{terms.page}#{one.id}"),
    Column("licence", "The licence of text and data.", lambda _, terms: terms.licence),
    Column("citation", "How to cite the case.", lambda _, terms: terms.citation),
)
"""The columns of ``statements.csv``."""
