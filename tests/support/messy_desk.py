"""A desk with data as messy as real: rows in every state, long and odd texts, many doubts."""

from collections.abc import Iterator
from itertools import cycle

from case_views import DOUBTFUL, TEXT, a_document, a_publication, a_quote, a_statement, a_study
from desk_client import Builder
from hostile import plant

from config.resources import Resources
from desk.state import DeskState
from publishing.plan import Published
from review import decisions
from review.changes import Drop
from schemas.batches import BatchEvent, Watch, WatchState
from schemas.cases import CaseStudy, Fact, Section
from schemas.reviews import Role
from schemas.sources import SourceKind
from services.mistakes import decide_mistake, report_mistake

WORDS = ["en", "Retrieval runs on a vector store.", "y" * 200, "Officers check each answer."]


def untitled() -> CaseStudy:
    """The complete study without a title, with three doubts in one section."""
    study = a_study()
    facts = tuple(fact for fact in study.facts if fact.name != "title")
    statements = (
        one.model_copy(update={"support": DOUBTFUL} if one.section is Section.RESULTS else {})
        for one in study.statements
    )
    return study.model_copy(update={"facts": facts, "statements": tuple(statements)})


def two_hundred(every: int = 7) -> CaseStudy:
    """Two hundred statements, every seventh of them doubtful by default."""
    document, lines, sections = a_document(), cycle(TEXT.split("\n\n")), cycle(Section)
    statements = [
        a_statement(
            n, f"Sentence {n} of two hundred.", a_quote(document, next(lines)),
            section=next(sections), **{} if n % every else {"support": DOUBTFUL},
        )
        for n in range(1, 201)
    ]  # fmt: skip
    return CaseStudy(facts=(Fact(name="title", value="Long"),), statements=statements)


def pages(build: Builder, resources: Resources, state: DeskState) -> Iterator[str]:
    """Store the rows; yield the desk's pages, that of the messiest case first."""
    warehouse, site = resources.warehouse, str(resources.settings.site_path)
    case_id, long, approved, published, rejected = [
        build.draft(study) for study in (untitled(), two_hundred(), a_study(), a_study(), a_study())
    ]
    decisions.comment(warehouse, case_id, "Is it so?", "ada", part="s-5")
    decisions.comment(warehouse, case_id, "Is all of it so?", "ada")
    decisions.edit(warehouse, case_id, [Drop(part="s-14")], "ada")
    for one in (approved, published):
        decisions.approve(warehouse, one, "mira", leave_out=True)
    decisions.reject(warehouse, rejected, "Advertising.", "mira")
    revision = warehouse.case(published).revision.revision_id
    changes = {"target": site, "revision_id": revision}
    publication = a_publication(published, "cases/a/").model_copy(update=changes)
    rows = [
        row
        for n in range(20)
        for row in build.rows(CaseStudy(facts=(Fact(name="company", value=f"Company {n}"),)))
    ]
    watch = Watch(watch_id="watch1_p", address="https://paused.example/", every_seconds=3600,
                  state=WatchState.PAUSED, changed_by="ada")  # fmt: skip
    warehouse.append(publication, watch, *rows)
    for n in range(2):
        build.failed(transient=True, kind="server_busy", url=f"https://busy.example/{n}")
    build.failed(kind="captions_missing", source_kind=SourceKind.VIDEO)
    build.failed(kind="login_wall")
    build.failed(gone=True)
    build.unfinished()
    for words in WORDS:
        mistake = report_mistake(warehouse, published, words, name=words[:80])
    decide_mistake(warehouse, mistake.mistake_id, "accept", "mira", what=WORDS[2])
    build.proposed("Kestrel", "served with vLLM", case_id)
    planted = plant(build, WORDS)
    warehouse.append(BatchEvent(batch_id="batch1_0", step="paused", reason="The budget."))
    state.accounts.add("Script", Role.READER, "mira")
    path, history = resources.settings.site_path, f"/cases/{case_id}/history"
    old, new = (one.revision_id for one in warehouse.case(case_id).revisions)
    state.publishing.result = Published(
        path=path, added=(published,), changed=(approved,), unchanged=(), withdrawn=(), blocked=()
    )
    yield f"/cases/{case_id}"
    yield "/round"
    yield f"/cases/{case_id}/parts/s-15"
    yield f"{history}?old={old}&new={new}"
    yield from (f"/cases/{one}" for one in (long, published, rejected))
    tabs = ("draft", "approved", "published", "rejected", "refused", "failed")
    yield from (f"/?status={status}" for status in tabs)
    yield from ("/?q=claims", "/?q=nothing+fits+this", *planted)
    yield from ("/submit", "/submit?url=https://a.example/&hint=So.", "/submit/page", "/batches")
    yield from ("/watches", "/tags", "/publish", "/insight", "/accounts?made=a-token", "/account")
    yield from ("/readings", f"/mistakes?case={published}")
    yield from ("/log", "/login", "/cases/none", "/jobs/none")
