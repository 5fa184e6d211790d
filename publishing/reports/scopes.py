"""The scope of a report, as SQL and in words."""

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
    parts = [f"list_contains(tags, {literal(tag)})" for tag in scope.tags]
    if scope.industry:
        parts.append(f"industry = {literal(scope.industry)} AND {SURE.format('industry')}")
    if scope.company:
        parts.append(f"company_key = {literal(scope.company)} AND {SURE.format('company')}")
    if scope.since:
        parts.append(f"year >= {literal(scope.since)} AND {SURE.format('year')}")
    if scope.added_since:
        parts.append(f"approved_at >= {literal(scope.added_since)} + INTERVAL 1 DAY")
    return " AND ".join(parts) or "true"


def cases_sql(scope: Scope) -> str:
    """Return the SQL that selects the ids of a scope's cases."""
    return f"SELECT case_id FROM published_cases WHERE {condition(scope)}"  # noqa: S608 - literals


def in_words(scope: Scope, company: str = "") -> str:
    """Return a scope as words that follow "published cases", empty for all cases.

    ``company`` is the name of the scope's company.
    """
    taxonomy = load_taxonomy()
    terms = [(taxonomy.term(tag), tag) for tag in scope.tags]
    labels = [term.label if term else tag for term, tag in terms]
    parts = [f"with the tag{'s' * (len(labels) > 1)} {listing(labels)}"] if labels else []
    if scope.industry:
        parts.append(f"in {fact_text('industry', scope.industry)}")
    if scope.company:
        parts.append(f"of {company or scope.company}")
    if scope.since:
        parts.append(f"since {scope.since}")
    if scope.added_since:
        parts.append(f"added or changed after {scope.added_since.isoformat()}")
    return "".join(f" {part}" for part in parts)
