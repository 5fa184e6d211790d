"""Reads of cases and publications."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from schemas.companies import Company, FormerName
from schemas.errors import UnknownId
from schemas.findings import Finding
from schemas.inbox import Message
from schemas.reviews import (
    CaseFilter,
    CaseLine,
    CaseProvenance,
    CaseStatus,
    Publication,
    Revision,
    SavedView,
)
from schemas.rounds import News, Round
from schemas.sources import Speakers
from schemas.systems import Placement, System, SystemDecision, SystemName
from warehouse.case_views import CaseViewReads
from warehouse.rows import Values, decode
from warehouse.schema import queries

IdQuery = Literal[
    "due_for_recheck",
    "undrafted_imports",
    "unstructured_imports",
    "cases_being_judged",
    "revision_ids",
]


class CaseReads(CaseViewReads):
    """Reads of cases and publications."""

    _words: tuple[int, dict[str, int]] = (0, {})

    def draft(self, case_id: str, document_id: str, recipe_id: str) -> Revision | None:
        """Return a case's newest revision by a model from this document with this recipe."""
        made = {"document_id": document_id, "recipe_id": recipe_id, "made_by": "model"}
        return self._newest(Revision, case_id=case_id, **made)

    def corrected_speakers(self, document_id: str) -> Speakers | None:
        """Return the speakers of a document as a person corrected them, unless it was undone."""
        found = self._newest(Revision, document_id=document_id, made_by="person")
        known = found.speakers if found else None
        return known if known and known.roles_by == "person" else None

    def cases(self, wanted: CaseFilter | None = None) -> list[CaseLine]:
        """Return the cases that match the filter, in its order."""
        return self._all(CaseLine, "cases", **(wanted or CaseFilter()).model_dump(mode="json"))

    def count_cases(self, wanted: CaseFilter) -> int:
        """Return the number of cases that match the filter, whatever its limit."""
        values = wanted.model_dump(mode="json") | {"limit": 10_000_000, "offset": 0}
        query = f"SELECT count(*) FROM ({queries()['cases'].rstrip().rstrip(';')})"  # noqa: S608 - a query of ours
        return int(self._read(lambda c: c.execute(query, values).fetchall())[0][0])

    def case_ids(self, status: CaseStatus | None = None) -> list[str]:
        """Return the ids of the cases with this status, or of all, oldest first."""
        return [row["case_id"] for row in self._rows("case_ids", status=status)]

    def attention(self) -> dict[str, int]:
        """Return the number of sources that need a person, by reason."""
        return self._rows("attention")[0]

    def changed_cases(self, since: datetime) -> list[Values]:
        """Return the cases with new rows, and the time of the last; see the query."""
        return self._rows("changed_cases", since=since)

    def index_lines(self, case_ids: Iterable[str]) -> list[Values]:
        """Return the index entries of these cases; see the query for the columns."""
        return self._rows("index_lines", ids=case_ids)

    def near_copy_counts(self) -> dict[str, int]:
        """Return the number of near-copies of each source that has some."""
        return {row["source_id"]: row["copies"] for row in self._rows("near_copy_counts")}

    def saved_views(self, who: str) -> list[SavedView]:
        """Return a person's saved searches of the queue, by name."""
        return self._all(SavedView, "saved_views", who=who)

    def inbox(self, who: str) -> list[Message]:
        """Return the newest messages for a person."""
        return self._all(Message, "inbox", who=who)

    def pace(self, who: str) -> float | None:
        """Return a person's median seconds per recent step of review, None before the first."""
        seconds = self._rows("pace", who=who)[0]["seconds"]
        return None if seconds is None else float(seconds)

    def rounds(self, since: datetime) -> list[Round]:
        """Return the rounds of all curators that began after a time, newest first."""
        return self._all(Round, "rounds", since=since)

    def round(self, round_id: str) -> Round | None:
        """Return a round, or None."""
        return self._newest(Round, round_id=round_id)

    def news(self, who: str) -> News:
        """Return what happened since a person began a round, or else decided something."""
        return News(**self._rows("news", who=who)[0])

    def companies(self) -> list[Company]:
        """Return all companies, those with most cases first."""
        return self._all(Company, "companies")

    def company_keys(self, company_id: str) -> list[Values]:
        """Return a name for each key of a company."""
        return self._rows("company_keys", company_id=company_id)

    def former_names(self) -> list[FormerName]:
        """Return the spellings of companies in all revisions that were ever published."""
        return [FormerName(**row) for row in self._rows("former_names")]

    def systems(self) -> list[System]:
        """Return the systems that cases were ever placed in, by name."""
        return self._all(System, "placed_systems")

    def system_decisions(self) -> list[SystemDecision]:
        """Return the decisions on systems, newest first."""
        return self._all(SystemDecision, "system_decisions")

    def placements(self) -> list[Placement]:
        """Return all placements of cases, oldest first."""
        return self._all(Placement, "placements")

    def system_names(self) -> list[SystemName]:
        """Return the names that systems had, oldest first."""
        return self._all(SystemName, "system_names")

    def account_texts(self, company_id: str | None) -> list[Values]:
        """Return the texts of cases of companies that have several; see the query."""
        return self._rows("account_texts", company_id=company_id)

    def word_frequencies(self) -> tuple[int, dict[str, int]]:
        """Return the number of cases, and of those that contain each word, if more than one.

        They change slowly, so they are counted again only after a tenth more cases.
        """
        total = len(self.case_ids())
        if not self._words[0] <= total <= 1.1 * self._words[0]:
            rows = self._rows("word_frequencies")
            self._words = total, {row["word"]: row["cases"] for row in rows}
        return self._words

    def imported_from(self, hashes: Sequence[str]) -> list[str]:
        """Return the ids of the cases that came from files with these hashes."""
        return [row["case_id"] for row in self._rows("imported_from", ids=hashes)]

    def provenances(self) -> list[CaseProvenance]:
        """Return the provenance of the cases drafted here that have no newer draft."""
        return self._all(CaseProvenance, "provenances")

    def finding_cases(self, **recipe: object) -> list[Values]:
        """Return the cases that readers see, and whether they have findings of a recipe.

        See the query for the columns.
        """
        return self._rows("finding_cases", **recipe)

    def shown_findings(self, case_ids: Sequence[str]) -> dict[str, list[Finding]]:
        """Return the findings for readers by case id, without those that are not entailed."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for row in self._rows("shown_findings", ids=case_ids):
            found[row["case_id"]].append(decode(Finding, row))
        return found

    def with_new_findings(self, since: datetime) -> set[str]:
        """Return the ids of the cases whose findings were made since then."""
        return {row["case_id"] for row in self._rows("with_new_findings", since=since)}

    def publications(self) -> list[Publication]:
        """Return the newest publication per case and target, unless it is a withdrawal."""
        return self._all(Publication, "publications")

    def publishing(self, target: str) -> list[Values]:
        """Return the pending changes at a target: the newest 50 cases of each kind."""
        return self._rows("publishing", target=target)

    def publishable(self, target: str) -> list[Values]:
        """Return the cases that may be published: their ids, and everything their pages depend on.

        ``address`` is the current or previous address of the case at the target.
        """
        return self._rows("publishable", target=target)

    def unarchived(self) -> list[Values]:
        """Return ids and addresses of published sources that a web archive is to copy."""
        return self._rows("unarchived")

    def ids(self, query: IdQuery) -> list[str]:
        """Return the ids that a query lists."""
        return [next(iter(row.values())) for row in self._rows(query)]

    def site_changes(self, target: str) -> list[Values]:
        """Return the additions, changes and withdrawals at a target, newest first."""
        return self._rows("site_changes", target=target)

    def withdrawals(self) -> list[Publication]:
        """Return the withdrawals that are the newest publication of their case and target."""
        return self._all(Publication, "withdrawals")

    def resolve(self, prefix: str) -> str:
        """Return the id of the case, source, revision or batch with this prefix, or UnknownId."""
        return self._one_id("resolve", prefix, "case, source, revision or batch")

    def source_of(self, prefix: str) -> str:
        """Return the source id of a case, revision, document or failure, or raise UnknownId."""
        return self._one_id("source_of", prefix, "case, source, revision, document or failure")

    def _one_id(self, query: str, prefix: str, kinds: str) -> str:
        """Return the owner of the only id with this prefix."""
        wanted = prefix.strip().lower()
        found = self._rows(query, prefix=wanted) if wanted else []
        if len(found) == 1:
            return str(found[0]["owner"])
        if not found:
            hint = "`casebook list`, `casebook retry --dry-run` and `casebook backfill` show them"
            raise UnknownId(f"no {kinds} has an id that starts with {prefix!r}: {hint}")
        shown = ", ".join(row["id"] for row in found[:5])
        raise UnknownId(f"{len(found)} ids start with {prefix!r}: add characters ({shown})")
