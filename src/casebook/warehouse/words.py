"""Names: what may be asked of those proposed for the taxonomy, and of companies'."""

import duckdb

from casebook.schemas.companies import CompanyAlias, CompanyNames, company_key
from casebook.schemas.terms import TermDecision, TermProposal
from casebook.warehouse import reading
from casebook.warehouse.transactions import Transactions


class Words(Transactions):
    """The part of a warehouse that knows the rulings on names."""

    def term_proposals(self) -> list[TermProposal]:
        """Return the names that were proposed for the taxonomy, in the order of storing."""
        return self._all(TermProposal, "term_proposals")

    def term_decisions(self) -> list[TermDecision]:
        """Return the rulings on proposed names, in the order of storing."""
        return self._all(TermDecision, "term_decisions")

    def company_aliases(self) -> list[CompanyAlias]:
        """Return the curator's aliases, in the order of storing."""
        return self._all(CompanyAlias, "company_aliases")

    def company_names(self) -> CompanyNames:
        """Return what resolves companies: the aliases, and the spellings that cases have now."""
        used = [row["company"] for row in self.read("companies")]
        return CompanyNames(used, self.company_aliases())

    def known_company(self, name: str) -> str:
        """Return the name under which the company ``name`` is kept.

        As ``company_names`` resolves it, by those alone that are the same: there is a name for each
        case, and each draft asks. Two statements, for of one DuckDB would look up all cases.
        """
        key = company_key(name)

        def work(connection: duckdb.DuckDBPyConnection) -> list[str]:
            found = reading.rows(connection, "companies_like", key=key)
            alike = [row for row in found if company_key(row["company"]) == key]
            case_ids = sorted({row["case_id"] for row in alike})
            newest = reading.rows(connection, "current_of", case_ids=case_ids) if alike else []
            current = {row["revision_id"] for row in newest}
            return [row["company"] for row in alike if row["revision_id"] in current]

        used = self._in_one(work, read_only=True)
        return CompanyNames(used, self.company_aliases()).resolve(name)
