"""An export of one casebook is imported by another without loss."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from case_views import (
    NOON,
    a_document,
    a_kept_study,
    a_quote,
    a_statement,
    a_study,
    a_view,
    rows,
    with_study,
)

from config.resources import Resources
from config.settings import Settings
from desk.case_page import case_page
from extractors.fetch.fetch import identify
from flows.rerun import imported, stale
from publishing.conversion import published_case
from publishing.exchange.export import RECORDS, dataset_title, export
from publishing.records import CaseRecord
from review.changes import SetFact
from review.decisions import approve, edit, reopen
from schemas.cases import CaseStudy, Section
from schemas.errors import InvalidDecision
from schemas.imports import ImportReport
from schemas.reviews import CaseStatus, CaseView
from schemas.sources import Document, Passage, SourceKind, SourceRef
from services.imports import import_cases
from services.publication import publish_site, site_settings
from warehouse import Dataset
from warehouse.dataset import TABLES

ARTICLE, REPORT = "https://one.example/post", "https://two.example/report.pdf"
PAGE = "https://three.example/page"
TALK = "https://youtube.com/watch?v=abcdefghijk"
SPOKEN = "We cache prompts, since tokens are dear. Yes: we cache prompts.\n\nSo what did it cost?"
PROSE = {
    "slug": "a", "title": "RAG at Acme", "company": "Acme", "industry": "tech", "year": 2024,
    "source_url": "https://acme.example/rag", "tags": ["rag"],
    "full_summary": "First words.\n\n## Overview\n\nThey changed a part.\n\nAnd another.",
}  # fmt: skip


def source_of(url: str) -> dict[str, Any]:
    """The id that a submitted address has."""
    return {"url": url, "source_id": identify(SourceRef(source=url)).source_id}


def an_article() -> CaseView:
    """A page below headings, with every kind of part; some of it is held back from readers."""
    document = a_document(**source_of(ARTICLE))
    return a_view(a_study(document), document)


def a_report() -> CaseView:
    """A PDF with a page for each passage, which no judge saw; a curator kept refuted parts."""
    plain = a_document()
    pages = [one.model_copy(update={"page": one.n, "headings": ()}) for one in plain.passages]
    document = a_document(**source_of(REPORT), kind=SourceKind.PDF, passages=pages)
    view = a_view(a_kept_study(document), document)
    recipe = view.revision.recipe and view.revision.recipe.model_copy(update={"judge": None})
    return placed(a_view(a_kept_study(document), document, revision={"recipe": recipe}))


def a_talk() -> CaseView:
    """A talk: quotes overlap, one repeats words from before, and one is cut inside a word."""
    end = SPOKEN.index("\n\n")
    passages = [
        Passage(n=1, start=0, end=end, seconds=62.5, speaker="Ada Berg"),
        Passage(n=2, start=end + 2, end=len(SPOKEN), seconds=80.0, speaker="Host"),
    ]
    kind = {"kind": SourceKind.VIDEO, "title": "A talk"}
    document = a_document(SPOKEN, **source_of(TALK), passages=passages, **kind)
    return placed(a_view(words_of(document), document))


def a_page() -> CaseView:
    """A page whose links name words around the quotes."""
    document = a_document(SPOKEN, **source_of(PAGE))
    return a_view(words_of(document), document)


def a_file() -> CaseView:
    """A file without an address."""
    document = a_document(SPOKEN, url=None)
    return a_view(words_of(document), document)


def words_of(document: Document) -> CaseStudy:
    """A study with quotes that are alike, overlap, and begin inside a word."""
    quotes = (
        ("prompts, since", "since"),
        ("we cache prompts",),
        ("kens are dear. Yes: we", "So what did it cost?"),
    )
    statements = [
        a_statement(n, f"No. {n}.", *(a_quote(document, q) for q in found), section=Section.CONTEXT)
        for n, found in enumerate(quotes, start=1)
    ]
    return CaseStudy(facts=a_study().facts[:1], statements=tuple(statements))


def placed(view: CaseView) -> CaseView:
    """The view with page, second and speaker at each quote, as its passage has them."""

    def moved(part: Any) -> Any:
        evidence = (
            one.model_copy(
                update={
                    name: getattr(view.document.passages[one.passage - 1], name)
                    for name in ("page", "seconds", "speaker")
                }
            )
            for one in part.evidence
        )
        return part.model_copy(update={"evidence": tuple(evidence)})

    study = view.revision.study
    parts: dict[str, Any] = {
        name: tuple(map(moved, getattr(study, name))) for name in ("facts", "statements", "tags")
    }
    return with_study(view, CaseStudy(**parts))


async def release(resources: Resources, folder: Path) -> Path:
    """Publish and export what a home has."""
    settings = resources.settings
    done = await publish_site(resources)
    assert done.blocked == ()
    export(settings.site_path, folder, site_settings(settings), NOON.date())
    return folder


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of the six tables of an export, those of a case together."""
    with Dataset(folder / RECORDS) as found:
        ordered = {
            name: "rowid" if name in {"companies", "systems"} else "case_id, rowid"
            for name in TABLES
        }
        query = "FROM {} ORDER BY {}"
        return {name: found.rows(query.format(t, ordered[name])) for name, t in TABLES.items()}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site with a name and an address."""
    about = {"site_title": "Models at work", "site_address": "https://cases.example"}
    return settings.model_copy(update=about)


@pytest.fixture(scope="session")
def export_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the first test that needs it fills."""
    return tmp_path_factory.mktemp("exported") / "export"


@pytest.fixture
async def exported(resources: Resources, export_folder: Path, tmp_path: Path) -> Path:
    """The export of a home with cases of all kinds, one of them imported and one edited."""
    if dataset_title(export_folder):
        return export_folder
    for view in (an_article(), a_report(), a_talk(), a_page(), a_file()):
        resources.warehouse.append(*rows(view))
    case_id = a_file().case.case_id
    reopen(resources.warehouse, case_id, "Mira Lindqvist")
    edit(resources.warehouse, case_id, [SetFact(name="company", value="Harbourline")], "Jo")
    approve(resources.warehouse, case_id, "Mira Lindqvist", leave_out=True)
    prose = tmp_path / "prose.jsonl"
    prose.write_text(json.dumps(PROSE))
    await import_cases(prose, resources, name="Their database")
    return await release(resources, export_folder)


@pytest.fixture
async def other(settings: Settings, tmp_path: Path) -> AsyncIterator[Resources]:
    """Another home with the same settings."""
    async with Resources(settings.model_copy(update={"home": tmp_path / "other"})) as made:
        yield made


@pytest.fixture
async def report(exported: Path, other: Resources) -> ImportReport:
    """The report of the import of the export into that home."""
    return await import_cases(exported, other, name=dataset_title(exported) or "?")


async def test_the_tables_are_the_same(
    exported: Path, report: ImportReport, other: Resources, tmp_path: Path
) -> None:
    """After import and export, all rows are equal except for their origin."""
    assert (report.name, report.read, report.imported) == ("Models at work", 6, 6)
    assert "5 of 6 cases have quotes" in (exported / "README.md").read_text("utf-8")
    assert (report.known, report.broken) == (0, ())
    before, after = tables(exported), tables(await release(other, tmp_path / "again"))
    assert [name for name, found in before.items() if not found] == ["findings", "corrections"]
    assert {row["kept_by"] for row in before["statements"]} == {None, "Mira Lindqvist"}
    assert [row["judge"] for row in before["cases"]].count(None) == 2
    origins = {row.pop("imported_from") for row in after["cases"]}
    assert origins == {"Models at work", "Their database"}
    for row in (*before["cases"], *after["cases"]):
        for name in [one for one in row if one.startswith(("imported_", "record_"))]:
            del row[name]
    assert after == before


async def test_links_name_words_that_only_the_source_has(
    report: ImportReport, other: Resources
) -> None:
    """The document has only the quotes, and links are unchanged."""
    view = other.warehouse.case(a_page().case.case_id)
    words = "prompts, since kens are dear. Yes: we cache prompts So what did it cost?"
    assert " ".join(view.document.text.split()) == words
    links = [one.link for part in published_case(view).statements for one in part.quotes]
    assert links == [
        f"{PAGE}#:~:text=prompts%2C%20since",
        f"{PAGE}#:~:text=since",
        f"{PAGE}#:~:text=are%20dear.%20Yes%3A-,we%20cache%20prompts",
        f"{PAGE}#:~:text=are%20dear.%20Yes%3A%20we",  # "kens" is no word of the page
        f"{PAGE}#:~:text=So%20what%20did%20it%20cost%3F",
    ]


async def test_a_page_says_where_the_quotes_come_from(
    report: ImportReport, other: Resources
) -> None:
    """Approval, model and edit are shown as before, never "without quotes"."""
    case_id = a_file().case.case_id
    made = published_case(other.warehouse.case(case_id)).provenance
    assert (made.model, made.judge, made.drafted_at) == ("SmolLM2-135M-Instruct", "a-judge", NOON)
    assert (made.edited_by, made.approved_by) == ("Jo", "Mira Lindqvist")
    done = await publish_site(other)
    pages = [page.read_text("utf-8") for page in done.path.glob("cases/*/index.html")]
    (page,) = [one for one in pages if ARTICLE in one and "Imported" in one]
    assert "from Models at work (" in page
    assert "Approved" in page
    assert "Drafted" in page
    assert "without quotes" not in page
    assert sum("without quotes" in one for one in pages) == 1  # the prose of their database
    silent = published_case(other.warehouse.case(an_article().case.case_id)).silent
    assert "Account by" not in silent  # the first home held it back
    assert "Lessons" in silent


async def test_an_approval_elsewhere_is_nobodys_act_here(
    exported: Path, report: ImportReport, other: Resources
) -> None:
    """The importer approves it; the page names the reviewers of both casebooks."""
    entries = other.warehouse.audit_log(None, 100)
    assert {one.who for one in entries} == {"tester"}
    case_id = an_article().case.case_id
    view = other.warehouse.case(case_id)
    (approval,) = view.reviews
    assert (approval.who, approval.reason) == (
        "tester", "Imported from Models at work, where Mira Lindqvist approved it.")  # fmt: skip
    assert {s.support.confirmed_by for s in view.revision.study.statements} == {
        None, "Models at work"}  # fmt: skip
    done = await publish_site(other)
    (page,) = [p for p in done.path.glob("cases/*/index.html") if ARTICLE in p.read_text("utf-8")]
    assert "by Mira Lindqvist in Models at work," in page.read_text("utf-8")
    markdown = page.with_name("case.md").read_text("utf-8")
    assert "Approved by Mira Lindqvist in " in markdown
    reopen(other.warehouse, case_id, "ada")
    approve(other.warehouse, case_id, "ada", leave_out=True)
    made = published_case(other.warehouse.case(case_id))
    assert made.provenance.approved_by == "ada"
    assert made.added_at == NOON


async def test_nothing_takes_the_quotes_for_the_source(
    report: ImportReport, other: Resources
) -> None:
    """Checks and reruns skip them, and edits are refused; the desk shows them in context."""
    case_id = an_article().case.case_id
    assert case_id not in {
        *other.warehouse.ids("due_for_recheck"),
        *await stale(other),
        *await imported(other),
    }
    page = case_page(other.warehouse.case(case_id))
    assert {one.place for fact in page.facts for one in fact.quotes} == {"", "§ What we built"}
    with pytest.raises(InvalidDecision, match="comes from another database"):
        edit(other.warehouse, case_id, [SetFact(name="company", value="Acme")], "ada")
    assert other.warehouse.case(case_id).status is CaseStatus.APPROVED


async def test_an_import_can_be_repeated(
    exported: Path, report: ImportReport, other: Resources
) -> None:
    """Existing cases are left unchanged, including those made in this home."""
    before = other.warehouse.counts()
    again = await import_cases(exported / RECORDS, other, name="again")
    assert (again.imported, again.known) == (0, 6)
    assert other.warehouse.counts() == before


async def test_a_broken_line_is_reported(other: Resources, tmp_path: Path) -> None:
    """The others are imported; a link that is not a web address is dropped."""
    record = CaseRecord(
        **dict(published_case(an_article(), "a")), page="x", licence=None, citation="x"
    )
    good = record.model_dump(mode="json")
    longer, hostile = json.loads(json.dumps(good)), json.loads(json.dumps(good))
    longer["statements"][0]["quotes"][0]["quote"] += " and more"
    hostile |= {"case_id": "case1_aaaa", "revision_id": "rev1_aaaa"}
    hostile["source"]["address"] = "javascript:alert(1)"
    hostile["statements"][0]["quotes"][0]["link"] = "javascript:alert(1)"
    file = tmp_path / "cases.jsonl"
    found = [good | {"case_id": "../x"}, longer, good | {"facts": []}, hostile, good]
    file.write_text("{\n" + "".join(json.dumps(one) + "\n" for one in found))

    report = await import_cases(file, other, name="x")
    assert (report.read, report.imported) == (6, 2)
    assert [(one.key, one.problem.partition(":")[0]) for one in report.broken] == [
        ("line 1", "it is not a published case"),
        ("line 2, a", "its ids are not casebook ids"),
        ("line 3, a", "the length of a quote does not match its offsets"),
        ("line 4, a", "its facts do not include a title"),
    ]
    shown = published_case(other.warehouse.case("case1_aaaa"))
    assert "javascript" not in shown.model_dump_json()
