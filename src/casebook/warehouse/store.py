"""The warehouse: what may be asked of all that was ever stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import duckdb

from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.documents import Document, Reading
from casebook.schemas.errors import (
    AmbiguousId,
    InvalidDecision,
    UnknownId,
)
from casebook.schemas.generations import Generation, Waste
from casebook.schemas.listings import (
    CaseFilter,
    CaseSummary,
    CaseView,
    CostKey,
    CostLine,
    NewerDraft,
    OpenFailure,
    RefusedSource,
)
from casebook.schemas.recipes import Making, Recipe
from casebook.schemas.reviews import Case, CaseStatus, Publication, Review, Revision
from casebook.schemas.sources import Alias, Snapshot, Source
from casebook.schemas.triage import Triage
from casebook.warehouse import reading
from casebook.warehouse.copies import Copies
from casebook.warehouse.lists import Lists
from casebook.warehouse.records import TABLES, Row, decode
from casebook.warehouse.words import Words

_HISTORY: Mapping[str, type[Revision | Review | Publication]] = {
    TABLES[kind].name: kind for kind in (Revision, Review, Publication)
}
_NAMED_MATCHES = 5


class Warehouse(Copies, Lists, Words):
    """All rows of one casebook, in one DuckDB file or in a lake that many machines share.

    Each method is one transaction, and may raise what any of these does. Objects may be shared
    between threads; several may name one database, in one process or in many. "Newest" means stored
    last. What is read equals what was stored, but for sequences, which come back as lists, and lone
    surrogates, which come back as U+FFFD.
    """

    def decide(self, case_id: str, seen: tuple[str, CaseStatus], *rows: Row) -> None:
        """Store ``rows`` if the case is still at the revision and status that were ``seen``.

        Raises:
            InvalidDecision: if it is not; nothing is stored.
        """

        def work(connection: duckdb.DuckDBPyConnection) -> None:
            found = reading.rows(connection, "standing", case_id=case_id)
            if [(row["revision_id"], row["status"]) for row in found] != [seen]:
                raise InvalidDecision(
                    "nothing was changed: the case was changed meanwhile; look at it again before "
                    "deciding"
                )
            self._append(connection, rows)

        self._in_one(work)

    def check(self, source_id: str) -> Check | None:
        """Return what fetching a source again showed last."""
        return self._first(Check, "checked", source_id=source_id)

    def checks(self, source_id: str) -> list[Check]:
        """Return that, and if it was not reached what was seen of it before, if not the same."""
        last = self.check(source_id)
        if last is None or last.result is not CheckResult.UNREACHABLE:
            return [last] if last else []
        seen = self.seen(source_id).values()
        return [last, *(check for check in seen if check.result is not CheckResult.SAME)]

    def seen(self, *source_ids: str) -> dict[str, Check]:
        """Return, by source id, the newest checks that reached these sources or found them gone."""
        checks = self._all(Check, "seen", source_ids=list(source_ids))
        return {check.source_id: check for check in checks}

    def last_checks(self) -> dict[str, datetime]:
        """Return, by source id, when sources were fetched again last, reached or not."""
        return {row["source_id"]: row["checked_at"] for row in self.read("last_checks")}

    def source(self, source_id: str) -> Source | None:
        """Return the source with this id."""
        return self._first(Source, "source", source_id=source_id)

    def stored(self, source_ids: Sequence[str]) -> set[str]:
        """Return those of the ids under which there is a source."""
        return {row["source_id"] for row in self.read("stored", ids=list(source_ids))}

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot with this id."""
        return self._first(Snapshot, "snapshot", snapshot_id=snapshot_id)

    def snapshots(self, ids: Sequence[str]) -> list[Snapshot]:
        """Return the snapshots with these ids in their order; unknown ones are absent."""
        return self._placed(Snapshot, "snapshots", ids=list(ids))

    def newest_snapshot(self, source_id: str) -> Snapshot | None:
        """Return the newest snapshot of a source."""
        return self._first(Snapshot, "newest_snapshot", source_id=source_id)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id."""

        def work(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
            asked = partial(reading.stored, connection, document_id=document_id)
            return asked(Document, "document"), asked(Reading, "newest_reading")

        found, readings = self._in_one(work, read_only=True)
        return next((reading.document(body, *readings) for body in found), None)

    def document_of(self, snapshot_id: str, *extractors: str) -> Document | None:
        """Return the document that one of these versions of extractors read in a snapshot last."""
        return self._found("document_of", snapshot_id=snapshot_id, extractors=list(extractors))

    def newest_document(self, source_id: str) -> Document | None:
        """Return the document that was read last in any snapshot of a source."""
        return self._found("newest_document", source_id=source_id)

    def alias(self, source_id: str) -> Alias | None:
        """Return where an address leads whose page is that of another source."""
        return self._first(Alias, "alias", source_id=source_id)

    def leading(self, source_ids: Sequence[str]) -> list[Alias]:
        """Return the newest alias of each of these sources that has one."""
        return self._all(Alias, "leading", source_ids=list(source_ids))

    def triage(self, triage_id: str) -> Triage | None:
        """Return the verdict with this id."""
        return self._first(Triage, "triage", triage_id=triage_id)

    def triage_of(self, document_id: str, rubric: str) -> Triage | None:
        """Return the newest triage of a document by this rubric."""
        return self._first(Triage, "triage_of", document_id=document_id, rubric=rubric)

    def generation(self, generation_id: str) -> Generation | None:
        """Return the generation with this id."""
        return next(iter(self.generations([generation_id])), None)

    def generations(self, ids: Sequence[str]) -> list[Generation]:
        """Return the generations with these ids in their order; unknown ones are absent."""
        return self._placed(Generation, "generations", ids=list(ids))

    def waste_of(self, question_id: str) -> Waste | None:
        """Return the newest waste of a question."""
        return self._first(Waste, "waste_of", question_id=question_id)

    def spent_since(self, moment: datetime) -> float:
        """Return what all calls since ``moment`` cost, in US dollars as far as prices are known."""
        return float(self.read("spent_since", since=moment)[0]["cost_usd"])

    def taken(
        self, document_ids: Sequence[str], stage: str, model: str, topic: str
    ) -> dict[str, int]:
        """Return how often ``model`` took a stage's question of a topic about these and left it."""
        rows = self.read("taken", ids=list(document_ids), stage=stage, model=model, topic=topic)
        return {row["document_id"]: row["times"] for row in rows}

    def costs(self, by: CostKey, since: datetime | None = None) -> list[CostLine]:
        """Return what calls cost: days in order, models, stages, cases or sources dearest first."""
        return [CostLine.model_validate(row) for row in self.read("costs", by=by, since=since)]

    def case_of_source(self, source_id: str) -> Case | None:
        """Return the case that a source tells."""
        return self._first(Case, "case_of_source", source_id=source_id)

    def draft(self, document_id: str, recipe_id: str) -> Revision | None:
        """Return the newest revision that a model made of this document by this recipe."""
        return self._first(Revision, "draft", document_id=document_id, recipe_id=recipe_id)

    def revision(self, revision_id: str) -> Revision | None:
        """Return the revision with this id."""
        return self._first(Revision, "revision", revision_id=revision_id)

    def cases(self, wanted: CaseFilter = CaseFilter()) -> list[CaseSummary]:  # noqa: B008 - frozen
        """Return a line for each case that fits, the last changed first.

        ``company`` is any spelling or alias of it, ``text`` a part of the title or the company.
        """
        values = wanted.model_dump(mode="json", exclude={"company"})
        same = self.company_names().same_as(wanted.company) if wanted.company else None
        rows = self.read("cases", **values, companies=same)
        return [reading.case_summary(row) for row in rows]

    def case_counts(self, text: str | None = None) -> dict[CaseStatus, int]:
        """Return how many cases there are of each status; ``text`` as in ``cases``."""
        rows = self.read("case_counts", text=text)
        return {CaseStatus(row["status"]): row["cases"] for row in rows}

    def attention(self) -> dict[str, int]:
        """Return how many sources are ``refused``, ``failed`` and ``unfinished``."""
        return dict(self.read("attention")[0])

    def next_draft(self, case_id: str) -> str | None:
        """Return the draft that follows a case in the list, else the first other one, if any."""
        return next((row["case_id"] for row in self.read("next_draft", case_id=case_id)), None)

    def case(self, case_id: str) -> CaseView:
        """Return everything about one case.

        Raises:
            UnknownId: if there is no such case.
        """
        return self.case_views([case_id])[0]

    def case_views(self, case_ids: Sequence[str]) -> list[CaseView]:
        """Return everything about these cases, in their order, as they stand at one moment.

        One transaction: to open the file takes longer than to read a case.

        Raises:
            UnknownId: if one of them is not there.
        """
        names = ("case", "case_revisions", "case_reviews")

        def work(connection: duckdb.DuckDBPyConnection) -> list[list[list[reading.Found]]]:
            return [[reading.rows(connection, n, case_id=one) for n in names] for one in case_ids]

        told = self._in_one(work, read_only=True)
        for case_id, (found, *_) in zip(case_ids, told, strict=True):
            if not found:
                raise UnknownId(
                    f"There is no case {case_id}: `casebook list` shows the ones there are."
                )
        return [reading.case_view(found[0], *history) for found, *history in told]

    def recipe(self, recipe_id: str) -> Recipe | None:
        """Return the recipe with this id; drafts of older versions have none stored."""
        return self._first(Recipe, "recipe", recipe_id=recipe_id)

    def makings(self, case_ids: Sequence[str] | None = None) -> list[Making]:
        """Return how the current revision of each case was made, of these cases or of all."""
        wanted = None if case_ids is None else list(case_ids)
        return [reading.making(row) for row in self.read("makings", case_ids=wanted)]

    def newer_drafts(self) -> list[NewerDraft]:
        """Return the cases beside which a newer draft waits, but for rejected ones, by title."""
        return [NewerDraft.model_validate(row) for row in self.read("newer_drafts")]

    def history(self, case_id: str) -> list[Revision | Review | Publication]:
        """Return what happened to a case, withdrawals included, in the order of storing."""
        rows = self.read("case_history", case_id=case_id)
        return [decode(_HISTORY[row["name"]], row["body"]) for row in rows]

    def open_failures(self) -> list[OpenFailure]:
        """Return each source's newest failure that no later success answered, the oldest first.

        The view ``failure_open`` states the rule.
        """
        return [reading.open_failure(row) for row in self.read("open_failures")]

    def open_failure(self, source_id: str) -> OpenFailure | None:
        """Return one source's newest failure, if no later success answered it."""

        def work(connection: duckdb.DuckDBPyConnection) -> list[reading.Found]:
            failed = reading.rows(connection, "failed", source_id=source_id)
            return reading.rows(connection, "open_failure", source_id=source_id) if failed else []

        return next(map(reading.open_failure, self._in_one(work, read_only=True)), None)

    def unfinished(self) -> list[Source]:
        """Return the sources that no run has brought to an end: cut off, or still at work."""
        return self._all(Source, "unfinished")

    def refused(self) -> list[RefusedSource]:
        """Return the sources that triage judged not to be case studies and that have no case."""
        return [reading.refused_source(row) for row in self.read("refused")]

    def publications(self) -> list[Publication]:
        """Return the publications in force: the newest of each case and target, not withdrawn."""
        return self._all(Publication, "publications")

    def withdrawals(self) -> list[Publication]:
        """Return the newest publication of each case and target that is a withdrawal."""
        return self._all(Publication, "withdrawals")

    def resolve(self, prefix: str) -> str:
        """Return the one id of a case, source, revision or batch that begins with ``prefix``.

        The tag before the underscore may be left out. A whole id is taken as itself, whatever
        longer ones begin with it.

        Raises:
            UnknownId: if none does.
            AmbiguousId: if several do.
        """
        return str(self._one_id("resolve", prefix, "case, source, revision or batch")["id"])

    def source_of(self, prefix: str) -> str:
        """Return the source that the one id beginning with ``prefix`` belongs to.

        It may be of a case, source, revision, document or failure; else as ``resolve``.

        Raises:
            UnknownId: if none does.
            AmbiguousId: if several do.
        """
        kinds = "case, source, revision, document or failure"
        return str(self._one_id("source_of", prefix, kinds)["source_id"])

    def _one_id(self, query: str, prefix: str, kinds: str) -> reading.Found:
        wanted = prefix.strip().lower()
        found = self.read(query, prefix=wanted) if wanted else []
        if not found:
            raise UnknownId(
                f"No {kinds} has an id that begins with {prefix!r}; see `casebook list`, "
                "`casebook backfill list` or `casebook failures`"
            )
        if len(found) > 1:
            ids = [row["id"] for row in found]
            named = ", ".join(ids[:_NAMED_MATCHES]) + ", …" * (len(ids) > _NAMED_MATCHES)
            raise AmbiguousId(f"{prefix!r} fits {len(ids)} ids; give more of one: {named}")
        return found[0]

    def counts(self) -> dict[str, int]:
        """Return the number of rows in each table."""
        return {row["name"]: row["rows"] for row in self.read("counts")}

    def _found(self, name: str, **values: object) -> Document | None:
        """Return the document whose id a query gives."""
        found = self.read(name, **values)
        return self.document(found[0]["document_id"]) if found else None
