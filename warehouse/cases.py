"""Reads of cases: lists, and everything about some of them."""

from collections.abc import Iterable, Sequence

from schemas.errors import UnknownId
from schemas.reviews import (
    Case,
    CaseFilter,
    CaseLine,
    CaseStatus,
    CaseView,
    Making,
    Publication,
    Review,
    Revision,
)
from schemas.sources import Document
from warehouse import storage
from warehouse.lake import Connection
from warehouse.rows import T, Values, decode
from warehouse.storage import Reader


class CaseReads(Reader):
    """What can be asked about cases."""

    def case_of_source(self, source_id: str) -> Case | None:
        """Return the case of a source."""
        return self._newest(Case, source_id=source_id)

    def draft(self, document_id: str, recipe_id: str) -> Revision | None:
        """Return the newest revision that a model made of this document by this recipe."""
        return self._newest(Revision, document_id=document_id, recipe_id=recipe_id, made_by="model")

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with this id."""
        return self._newest(Revision, revision_id=revision_id)

    def cases(self, wanted: CaseFilter | None = None) -> list[CaseLine]:
        """Return a line for each case that fits the filter, in its order."""
        return self._all(CaseLine, "cases", **(wanted or CaseFilter()).model_dump(mode="json"))

    def case_counts(self, text: str | None = None) -> dict[CaseStatus, int]:
        """Return the number of cases of each status that has any; ``text`` as in ``CaseFilter``."""
        rows = self._rows("case_counts", text=text)
        return {CaseStatus(row["status"]): row["cases"] for row in rows}

    def case_ids(self, status: CaseStatus | None = None) -> list[str]:
        """Return the ids of the cases with this status, or of all, the oldest first."""
        return [row["case_id"] for row in self._rows("case_ids", status=status)]

    def attention(self) -> dict[str, int]:
        """Return how many sources wait for a person, by why."""
        return self._rows("attention")[0]

    def next_draft(self, case_id: str) -> str | None:
        """Return the draft after this case in the list of drafts, or else the first other one."""
        return next((row["case_id"] for row in self._rows("next_draft", case_id=case_id)), None)

    def case(self, case_id: str) -> CaseView:
        """Return everything about one case, or raise UnknownId."""
        return self.case_views([case_id])[0]

    def case_views(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return everything about these cases in their order, or raise UnknownId."""
        found = self._read(lambda c: _views(c, case_ids))
        if missing := [case_id for case_id in case_ids if case_id not in found]:
            raise UnknownId(f"there is no case {missing[0]}: `casebook list` shows all")
        return [found[case_id] for case_id in case_ids]

    def makings(self, case_ids: Sequence[str] | None = None) -> list[Making]:
        """Return how the current revision of each of these cases, or of all, was made."""
        return self._all(Making, "makings", ids=case_ids)

    def publications(self) -> list[Publication]:
        """Return the publications in force: the newest per case and target, not withdrawn."""
        return self._all(Publication, "publications")

    def withdrawals(self) -> list[Publication]:
        """Return the newest publication of each case and target that is a withdrawal."""
        return self._all(Publication, "withdrawals")

    def resolve(self, prefix: str) -> str:
        """Return the case, source, revision or batch that begins like this, or raise UnknownId."""
        return self._one_id("resolve", prefix, "case, source, revision or batch")

    def source_of(self, prefix: str) -> str:
        """Return the source of a case, revision, document or failure, or raise UnknownId."""
        return self._one_id("source_of", prefix, "case, source, revision, document or failure")

    def _one_id(self, query: str, prefix: str, kinds: str) -> str:
        """Return what the one id that begins with ``prefix`` belongs to."""
        wanted = prefix.strip().lower()
        found = self._rows(query, prefix=wanted) if wanted else []
        if len(found) == 1:
            return str(found[0]["owner"])
        if not found:
            hint = "`casebook list`, `casebook failures` and `casebook backfill list` show them"
            raise UnknownId(f"no {kinds} has an id that begins with {prefix!r}: {hint}")
        shown = ", ".join(row["id"] for row in found[:5])
        raise UnknownId(f"{len(found)} ids begin with {prefix!r}: give more of it ({shown})")


def _views(connection: Connection, case_ids: Sequence[str]) -> dict[str, CaseView]:
    """Return the views of these cases by id, in one query per table."""

    def fetch(kind: type[T], query: str, ids: Iterable[str]) -> list[T]:
        return storage.objects(connection, kind, storage.fetch(connection, query, ids=ids))

    rows = storage.fetch(connection, "case_views", ids=case_ids)
    revisions = {one.revision_id: one for one in fetch(Revision, "case_revisions", case_ids)}
    reviews = fetch(Review, "case_reviews", case_ids)
    published = {one.case_id: one for one in fetch(Publication, "case_publications", case_ids)}
    used = [revisions[row["current_id"]].document_id for row in rows]
    documents = {one.document_id: one for one in fetch(Document, "case_documents", used)}

    def view(row: Values) -> CaseView:
        case_id, revision = row["case_id"], revisions[row["current_id"]]
        return decode(
            CaseView,
            row,
            document=documents[revision.document_id],
            revision=revision,
            newer=revisions.get(row["newer_id"]),
            revisions=[one for one in revisions.values() if one.case_id == case_id],
            reviews=[review for review in reviews if review.case_id == case_id],
            published=published.get(case_id),
        )

    return {row["case_id"]: view(row) for row in rows}
