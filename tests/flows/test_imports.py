"""A published database becomes approved cases that say where they come from."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from case_views import a_document, a_view, rows
from claims_article import article
from html_pages import parsed, texts
from local_site import Site

from config.resources import Resources
from desk.near_copies import near_copies
from desk.rendering import environment
from extractors.workers import Limits, WorkerPool
from flows.ingest import process
from flows.rerun import imported, redraft, reread
from review.changes import AddStatement, SetFact
from review.decisions import approve, edit
from schemas.cases import Section, SupportLevel
from schemas.errors import ExtractionError, InputError, InvalidDecision, UnknownId
from schemas.imports import ImportReport
from schemas.results import IngestStatus
from schemas.reviews import CaseStatus, CaseView
from schemas.sources import SourceRef
from schemas.taxonomy import Ruling, TermRuling
from services.imports import import_cases
from services.publication import export_dataset, publish_site
from services.recheck import recheck_case
from services.run import Run
from warehouse import Dataset

PROSE = " ".join(f"The team changed part {n} of the pipeline in week {n}." for n in range(16))
UNREAD = "f.md contains no text; check that it is the right one."
OTHER = " ".join(f"Somebody else measured latency of stage {n} twice." for n in range(20))
FIRST = {
    "slug": "a", "title": "RAG at Acme", "company": "Acme", "industry": "tech", "year": 2024,
    "source_url": "https://acme.example/rag?utm_source=x", "tags": ["rag", "fastapi", "unheard-of"],
    "short_summary": "Acme answers tickets with RAG.", "full_summary": f"## Overview\n\n{PROSE}",
}  # fmt: skip
ROWS = [
    FIRST,
    FIRST | {"slug": "b", "source_url": "https://www.acme.example/rag"},
    FIRST | {"slug": "c", "title": "Again", "source_url": "https://other.example/x", "company": "ACME"},
    {"slug": "d", "title": "", "full_summary": "x"},
    {"slug": "f", "title": "Short", "full_summary": "."},
    {"slug": "e", "title": "No address", "full_summary": OTHER, "source_url": "nonsense"},
]  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file of another team."""
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture
async def report(database: Path, resources: Resources) -> ImportReport:
    return await import_cases(database, resources, name="Their database")


async def test_the_report_names_what_is_wrong(report: ImportReport) -> None:
    """Covers duplicates, near-copies, unusable rows, spellings, and names without a mapping."""
    assert (report.read, report.imported, report.known) == (6, 3, 0)
    assert [(f.key, f.problem) for f in report.broken] == [
        ("d", "it has no title"), ("e", "nonsense is not a web address; imported without one"),
        ("f", UNREAD)]  # fmt: skip
    assert [f.key for f in report.duplicates] == ["b"]
    assert report.near_copies == (("a", "c"),)
    assert report.companies == (("Acme", "ACME"),)
    assert report.unmapped_tags == {"unheard-of": 3}


async def test_cases_are_approved_and_never_verified(
    report: ImportReport, resources: Resources
) -> None:
    """Facts and tags are imported, there are no statements, and the prose is the text."""
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    (view,) = [v for v in views if v.source.canonical_url == "https://acme.example/rag"]
    assert view.status is CaseStatus.APPROVED
    assert (view.revision.made_by, view.revision.author) == ("import", "Their database")
    study = view.revision.study
    assert study.statements == ()
    assert {part.support.level for part in (*study.facts, *study.tags)} == {SupportLevel.IMPORTED}
    assert [tag.slug for tag in study.tags] == ["rag", "fastapi"]
    assert PROSE in view.document.text


async def test_readers_see_that_it_was_imported(report: ImportReport, resources: Resources) -> None:
    """The page shows the text, names the database, and claims no support."""
    published = await publish_site(resources)
    assert len(published.added) == 3
    pages = [page.read_text() for page in published.path.glob("cases/*/index.html")]
    (page,) = [page for page in pages if "RAG at Acme</h1>" in page]
    assert "From <bdi>Their database</bdi>, record <bdi>a</bdi>, without quotes." in page
    assert PROSE in page
    assert "verified" not in page
    assert "Approved" not in page
    assert "Accessed" not in page
    texts = [file.read_text() for file in published.path.glob("cases/*/case.md")]
    assert any(PROSE in text for text in texts)
    assert all("*From Their database, record " in text for text in texts)
    record = json.loads((published.path / "data/cases.jsonl").read_text().splitlines()[0])
    assert record["imported"]["database"] == "Their database"


def case_of(resources: Resources, url: str = "https://acme.example/rag") -> CaseView:
    """The case of an address."""
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    return next(view for view in views if view.source.canonical_url == url)


async def test_a_tag_counts_if_the_text_names_it(
    report: ImportReport, resources: Resources
) -> None:
    """Its evidence is the words; others are set aside, reported, and in no count or facet."""
    rag, fastapi = case_of(resources).revision.study.tags
    assert (rag.is_set_aside, fastapi.is_set_aside) == (False, True)
    (found,) = rag.evidence
    assert case_of(resources).document.text[found.start : found.end] == found.quote == "RAG"
    assert fastapi.evidence == ()
    assert report.set_aside == {"FastAPI": 2}
    published = await publish_site(resources)
    assert not (published.path / "tags/fastapi").exists()
    sql = "SELECT tags, tags_set_aside FROM published_cases WHERE title = 'RAG at Acme'"
    assert resources.warehouse.sql(sql)[1] == [(["rag"], ["fastapi"])]
    with Dataset(published.path / "data/cases.jsonl") as tables:
        (row,) = tables.rows(sql)
        assert tables.rows("SELECT DISTINCT slug FROM case_tags") == [{"slug": "rag"}]
        assert tables.rows("FROM evidence") == []
    assert row == {"tags": ["rag"], "tags_set_aside": ["fastapi"]}
    page = parsed(next(published.path.glob("cases/rag-at-acme*/index.html")))
    assert texts(page, "//section[@aria-labelledby='tags']/p") == [
        "Not found in the text, and not counted: FastAPI"]  # fmt: skip


async def test_tags_of_an_earlier_import_are_checked_again(
    report: ImportReport, database: Path, resources: Resources
) -> None:
    """An accepted term is found by importing again; cases that a person changed stay as they are."""
    edited = case_of(resources, "https://other.example/x").case.case_id
    edit(resources.warehouse, edited, [SetFact(name="company", value="Acme Corp.")], "ada")
    approve(resources.warehouse, edited, "ada")
    kept = resources.warehouse.case(edited).revision
    synonym = {"key": "pipeline", "name": "pipeline", "ruling": Ruling.MAP, "slug": "fastapi"}
    ruling = TermRuling(**synonym, who="ada", at=datetime.now(UTC))
    resources.warehouse.append(ruling)
    again = await import_cases(database, resources, name="Their database")
    assert (again.imported, again.known, again.rechecked) == (0, 3, 1)
    view = case_of(resources)
    assert view.status is CaseStatus.APPROVED
    assert not any(tag.is_set_aside for tag in view.revision.study.tags)
    assert resources.warehouse.case(edited).revision == kept
    assert kept.study.tags[1].is_set_aside
    assert (await import_cases(database, resources, name="Their database")).rechecked == 0


async def test_no_page_of_the_menu_is_empty(report: ImportReport, resources: Resources) -> None:
    """Without statements, reports and numbers, the menu and the data page offer what there is."""
    folder = (await publish_site(resources)).path
    assert "0" not in texts(parsed(folder / "index.html"), "//span[@class='n']")
    menus = {tuple(texts(parsed(page), "//header//nav/a")) for page in folder.glob("**/index.html")}
    assert menus == {("Search", "Browse", "Ask", "In figures", "Data")}
    data = parsed(folder / "data.html")
    assert texts(data, "//section[@aria-labelledby='files']//tbody//th") == [
        "cases", "companies", "systems", "accounts", "tags"]  # fmt: skip
    assert texts(data, "//ol[@id='ask-questions']/li") == [
        "Techniques, by year", "Companies with the most cases"]  # fmt: skip
    resources.warehouse.append(*rows(a_view()))
    await publish_site(resources)
    (first,) = parsed(folder / "index.html").xpath("//header//nav/a[.='Across cases']/@href")
    assert (folder / first).is_file()


async def test_the_record_of_a_case_is_kept_and_shown(resources: Resources, tmp_path: Path) -> None:
    """Its page, dates, licence and credit are on the page, in Markdown, JSON and the dataset."""
    path, out = tmp_path / "one.jsonl", tmp_path / "out"
    path.write_text(json.dumps(FIRST | {"license": "MIT", "updated": "2025-02-03"}))
    mapping = {"record_url": "=https://db.example/cases/{slug}", "credit": "=Theirs, 2025."}
    await import_cases(path, resources, name="Their database", mapping=mapping)
    published = await publish_site(resources)
    folder = next(published.path.glob("cases/*/"))
    page = parsed(folder / "index.html")
    (note,) = page.xpath("//div[@class='story']/p[@role='note']")
    assert " ".join(note.text_content().split()).startswith(
        "From Their database, record a, licence MIT, without quotes. This text was"
    )
    assert note.text_content().endswith("Theirs, 2025.")
    assert note.xpath("a/@href") == ["https://db.example/cases/a"]
    text = (folder / "case.md").read_text()
    assert (
        "*From [Their database, record a](<https://db.example/cases/a>), licence MIT, without quotes."
        in text
    )
    origin = json.loads((folder / "case.json").read_text())["imported"]
    assert (origin["licence"], origin["credit"]) == ("MIT", "Theirs, 2025.")
    assert origin["updated"] == "2025-02-03T00:00:00Z"
    export_dataset(resources, out, date(2026, 1, 1))
    card = (out / "README.md").read_text()
    assert "1 case: from [Their database](<https://db.example/cases/>), licence MIT." in card
    with Dataset(out / "cases.jsonl") as tables:
        (row,) = tables.rows("SELECT record_key, record_licence FROM published_cases")
    assert row == {"record_key": "a", "record_licence": "MIT"}
    (stored,) = resources.warehouse.sql("FROM import_records")[1]
    assert sha256(path.read_bytes()).hexdigest() in stored


async def test_imported_words_are_never_taken_for_the_sources(
    resources: Resources, site: Site, tmp_path: Path
) -> None:
    """Submitting or redrafting the address fetches the source, and the draft quotes it."""
    url = site.put("/claims", article())
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(FIRST | {"source_url": url}))
    await import_cases(path, resources, name="Their database")
    (case_id,) = await imported(resources)
    result = await redraft(case_id, resources)
    assert result.status is IngestStatus.DRAFT, result
    view = resources.warehouse.case(case_id)
    assert view.newer is not None
    assert PROSE not in resources.warehouse.document(view.newer.document_id).text
    assert await imported(resources) == {}
    again = await process(Run(SourceRef(source=url), resources))
    assert again.document_id == view.newer.document_id


async def test_a_folder_without_markdown_is_an_error(resources: Resources, tmp_path: Path) -> None:
    """So is a file that is not a table; nothing is stored."""
    (tmp_path / "x.csv.gz").write_bytes(b"\x1f\x8bnot gzip")
    for path in (tmp_path, tmp_path / "x.csv.gz"):
        with pytest.raises(InputError, match=r"no Markdown files|cannot be read"):
            await import_cases(path, resources, name="x")


async def test_a_curator_cannot_quote_imported_words(
    report: ImportReport, resources: Resources
) -> None:
    """Facts can be corrected and stay imported; statements need a quote from the source."""
    (view,) = [v for v in resources.warehouse.case_views(resources.warehouse.case_ids())
               if v.source.canonical_url == "https://acme.example/rag"]  # fmt: skip
    case_id = view.case.case_id
    edit(resources.warehouse, case_id, [SetFact(name="company", value="Acme Corp.")], "ada")
    study = resources.warehouse.case(case_id).revision.study
    assert study.fact("company").value == "Acme Corp."
    assert study.fact("company").support.level is SupportLevel.IMPORTED
    said = AddStatement(section=Section.RESULTS, text="The team changed part 3.", quote=PROSE[:60])
    with pytest.raises(InvalidDecision, match="comes from another database"):
        edit(resources.warehouse, case_id, [said], "ada")
    approve(resources.warehouse, case_id, "ada")
    assert resources.warehouse.case(case_id).status is CaseStatus.APPROVED


async def test_no_check_compares_imported_words_with_the_source(
    report: ImportReport, database: Path, resources: Resources
) -> None:
    """Recheck skips the case or gives a reason; extracting again makes no document."""
    await publish_site(resources)
    assert resources.warehouse.ids("due_for_recheck") == []
    for view in resources.warehouse.case_views(resources.warehouse.case_ids()):
        with pytest.raises(UnknownId, match="imported text"):
            await recheck_case(view, resources)
        with pytest.raises(UnknownId, match="submit it first"):
            await reread(view.source.source_id, resources)


async def test_a_record_without_an_address_is_known_by_its_text(
    report: ImportReport, database: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imported again in another folder, nothing is stored twice; the case cannot be redrafted."""
    before = resources.warehouse.counts()
    monkeypatch.chdir(database.parent)
    again = await import_cases(database, resources, name="Their database")
    assert (again.imported, again.known) == (0, 3)
    assert resources.warehouse.counts() == before
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    (view,) = [one for one in views if one.source.canonical_url is None]
    assert view.case.case_id not in await imported(resources)
    with pytest.raises(UnknownId, match="without a web address"):
        await redraft(view.case.case_id, resources)


BOMB = "\n".join(
    [f"a0: &a0 {'boom' * 20_000}"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 8)]
)


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("bomb.md", f"---\n{BOMB}\ntitle: *a7\n---\nText.\n", "parser_out_of_memory"),
        ("deep.md", f"---\ntitle: {'[' * 9_000}\n---\nText.\n", "damaged"),
        ("deep.jsonl", f'{{"title": {"[" * 90_000}{"]" * 90_000}}}\n', "damaged"),
    ],
)
async def test_a_hostile_file_costs_a_worker(
    resources: Resources, database: Path, name: str, text: str, cause: str
) -> None:
    """Expanding or deeply nested input is refused with a reason; the next import works."""
    resources.workers = WorkerPool(1, Limits(memory_bytes=900 * 2**20))
    hostile = database.with_name(name)
    hostile.write_text(text)
    with pytest.raises(ExtractionError, match=name) as refused:
        await import_cases(hostile, resources, name="x")
    assert refused.value.kind == cause
    assert (await import_cases(database, resources, name="x")).imported == 3
    resources.workers.close()


async def test_a_file_that_is_too_large_is_refused(
    resources: Resources, database: Path, tmp_path: Path
) -> None:
    """The size is checked before reading; the test file is sparse."""
    large = tmp_path / "large.jsonl"
    with large.open("wb") as file:
        file.truncate(501 * 10**6)
    with pytest.raises(InputError, match="larger than 500 MB"):
        await import_cases(large, resources, name="x")


async def test_copies_are_found_by_their_titles(report: ImportReport, resources: Resources) -> None:
    """A native case with the title of an imported one, in other order and case, is its copy."""
    view = a_view(document=a_document(title="An Address? No!", url="https://x.example/a"))
    resources.warehouse.append(*rows(view))
    assert resources.warehouse.near_copies(view.source.source_id) == [], "too short a title"
    imported_case = case_of(resources)
    titled = {"document_id": "doc_title", "title": "the tickets of Acme, by RAG"}
    mine = imported_case.document.model_copy(update=titled)
    other = view.document.model_copy(
        update={"document_id": "doc_other", "title": "RAG by the Tickets of Acme"}
    )
    resources.warehouse.append(mine, other)
    (found,) = resources.warehouse.near_copies(view.source.source_id)
    assert (found.case_id, found.same_title) == (imported_case.case.case_id, True)
    copies = near_copies(view, resources.warehouse)
    page = environment().get_template("copies_body.html").render(copies=copies)
    assert "the same title as" in page


async def test_near_copies_are_reported_as_groups(resources: Resources, tmp_path: Path) -> None:
    """Each member is listed once; a different text is in no group."""
    path = tmp_path / "copies.jsonl"
    copies = [
        FIRST | {"slug": f"r{n}", "source_url": f"https://acme.example/{n}"} for n in range(60)
    ]
    other = FIRST | {"slug": "o", "source_url": "https://o.example/", "full_summary": OTHER}
    path.write_text("".join(json.dumps(row) + "\n" for row in (*copies, other)))
    found = await import_cases(path, resources, name="x")
    assert found.near_copies == (tuple(f"r{n}" for n in range(60)),)


async def test_no_imported_source_is_a_file(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are dropped as addresses, and names of records are not used as paths."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "db").mkdir()
    (tmp_path / "secret.md").write_text("SECRET")
    path = tmp_path / "rows.jsonl"
    names = ("/etc/passwd", "file:///etc/passwd", "../secret.md", None)
    rows = [
        FIRST | {"slug": f"../secret.md#{n}", "source_url": name, "full_summary": f"{n} {OTHER}"}
        for n, name in enumerate(names)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    await import_cases(path, resources, name="db")
    views = resources.warehouse.case_views(resources.warehouse.case_ids())
    assert len(views) == len(names)
    for view in views:
        assert (view.source.canonical_url, view.document.url) == (None, None)
        assert "/" not in view.source.reference.source
        assert view.source.reference.url is None


async def test_the_dates_of_the_database_are_kept(resources: Resources, tmp_path: Path) -> None:
    """The newest of its cases is the first; the source has its own day, and no date is to come."""
    path = tmp_path / "dated.jsonl"
    dates = {
        "old": {"created_at": "2024-11-21T13:46:26.342Z", "published": "2024-05-04"},
        "new": {"created_at": "2025-12-08T11:43:05+02:00", "published": ""},
        "none": {"created_at": "soon", "published": "2999-01-01"},
    }
    rows = [
        FIRST | {"slug": name, "title": name, "source_url": f"https://x.example/{name}"} | more
        for name, more in dates.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = datetime.now(UTC)
    await import_cases(path, resources, name="x")
    published = await publish_site(resources)
    lines = (published.path / "data/cases.jsonl").read_text().splitlines()
    records = {one["title"]: one for one in map(json.loads, lines)}
    assert list(records) == ["none", "new", "old"]
    assert datetime.fromisoformat(records["none"]["added_at"]) >= before
    assert records["new"]["added_at"] == "2025-12-08T09:43:05Z"
    days = [records[name]["source"]["published"] for name in dates]
    assert days == ["2024-05-04", None, None]


async def test_the_list_of_changes_has_a_line_for_an_import(
    report: ImportReport, resources: Resources
) -> None:
    """Imported cases are summarized in one line instead of being listed as added."""
    view = a_view()
    resources.warehouse.append(*rows(view))
    done = await publish_site(resources)
    page = parsed(done.path / "changes.html")
    assert texts(page, "//section/p") == [
        "3 cases imported from Their database", "1 case added"]  # fmt: skip
    assert texts(page, "//section//li") == [view.revision.study.fact("title").value]


async def test_an_import_is_the_act_of_who_ran_it(
    report: ImportReport, resources: Resources
) -> None:
    """Approvals name the importer, the database and the time of the import."""
    entries = resources.warehouse.audit_log(None, 100)
    assert {one.who for one in entries} == {"tester"}
    approvals = [one for one in entries if one.what == "approve"]
    assert {one.detail for one in approvals} == {"Imported from Their database."}
