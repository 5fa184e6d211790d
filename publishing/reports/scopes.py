"""The scope of a report, as SQL and in words."""

from collections.abc import Iterator
from datetime import date

from publishing.wording import fact_text, listing
from schemas.reports import Scope
from schemas.taxonomy import load_taxonomy

SURE = "NOT list_contains(doubtful, '{}')"
"""The SQL condition for a fact without a doubt: doubtful facts are not counted."""


def literal(value: str | int | date) -> str:
    """Return a value as an SQL literal."""
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def condition(scope: Scope) -> str:
    """Return the SQL condition on ``published_cases`` for the cases of a scope."""
    return " AND ".join(sql for sql, _ in _parts(scope)) or "true"


def cases_sql(scope: Scope) -> str:
    """Return the SQL that selects the ids of a scope's cases."""
    return f"SELECT case_id FROM published_cases WHERE {condition(scope)}"  # noqa: S608 - literals


def in_words(scope: Scope, company: str = "") -> str:
    """Return a scope as words that follow "published cases", empty for all cases.

    ``company`` is the name of the scope's company.
    """
    return "".join(f" {words}" for _, words in _parts(scope, company))


def _parts(scope: Scope, company: str = "") -> Iterator[tuple[str, str]]:
    """Yield each part of a scope as an SQL condition and in words."""
    if scope.tags:
        terms = {tag: load_taxonomy().term(tag) for tag in scope.tags}
        labels = [term.label if term else tag for tag, term in terms.items()]
        sql = " AND ".join(f"list_contains(tags, {literal(tag)})" for tag in scope.tags)
        yield sql, f"with the tag{'s' * (len(labels) > 1)} {listing(labels)}"
    if scope.industry:
        sql = f"industry = {literal(scope.industry)} AND {SURE.format('industry')}"
        yield sql, f"in {fact_text('industry', scope.industry)}"
    if scope.company:
        sql = f"company_id = {literal(scope.company)} AND {SURE.format('company')}"
        yield sql, f"of {company or scope.company}"
    if scope.since:
        sql = f"year >= {literal(scope.since)} AND {SURE.format('year')}"
        yield sql, f"since {scope.since}"
    if day := scope.added_since:
        yield f"approved_at >= {literal(day)} + INTERVAL 1 DAY", f"added or changed after {day}"
