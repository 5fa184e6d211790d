"""Measures the published site with 1,182 imported cases: builds, search, similar cases, sizes.

    .venv/bin/python benchmarks/reader.py [--home FOLDER]

The cases come from the shared data, without their short summaries. Known-item queries are made from
these summaries: four of the ten most distinctive words, at random. Chromium runs the site's search
and Pagefind alone, on the same pages without our markup; DuckDB's full-text search ranks title and
text by BM25. The queries in search_queries.jsonl, of four kinds, are run on the cases as they are;
decisions were made on one half of them. A home given with --home is kept.
"""

import argparse
import asyncio
import json
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

import duckdb  # noqa: E402 - after the path
import duckdb_extension_fts  # noqa: E402
from built_sites import serving  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from publishing.plan import Published  # noqa: E402
from review.changes import SetFact  # noqa: E402
from review.decisions import approve, edit  # noqa: E402
from services.imports import import_cases  # noqa: E402
from services.publication import publish_site  # noqa: E402
from warehouse import Dataset  # noqa: E402

DATA = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))
CASES = DATA / "cases" / "llmops_cases.parquet"
KINDS = Path(__file__).with_name("search_queries.jsonl")
GATES = {"known": "0.95", "other words": "0.80", "synonym": "0.95", "typo": "0.90"}
QUERIES, WORDS, OF = 300, 4, 10
SLOW = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}  # 1.6 Mbit/s
PHONE = {"width": 390, "height": 844}
PAGEFIND = """async (query) => {
    const { search } = await import(new URL("./pagefind/pagefind.js", location.href));
    return (await search(query)).results;
}"""
SEARCH = """async (query) => {
    const { findCases } = await import(new URL("./case_search.js", location.href));
    const { results, close } = await findCases(query, { filters: {} }, 1_164);
    let added = [];
    for await (const cases of close()) added = cases;
    return [...results.slice(0, 10), ...added];
}"""
FIND = """async (queries) => {
    const find = %s, found = [];
    for (const query of queries) {
        const first = (await find(query)).slice(0, 10).map((one) => one.data());
        found.push((await Promise.all(first)).map((one) => one.url.match(/cases\\/([^/]+)/)?.[1]));
    }
    return found;
}"""
Find = Callable[[Sequence[str]], Sequence[Sequence[str]]]


class Query(NamedTuple):
    """The words of a query, and the names of the pages to find."""

    words: str
    pages: frozenset[str]


class Line(NamedTuple):
    """A line of the table."""

    measure: str
    value: str
    gate: str = ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=None)
    given = parser.parse_args()
    if not CASES.exists():
        sys.exit(f"{CASES} is missing: set CASEBOOK_DATASETS to the shared data")
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        shutil.rmtree(home / "site", ignore_errors=True)
        settings = Settings(
            home=home, site_address="https://cases.example", site_contact="a@b.example"
        )
        lines = [*asyncio.run(_builds(settings, Path(folder))), *_weights(settings.site_path)]
        lines += [*_similar(settings.site_path), *_searches(settings.site_path, Path(folder))]
        whole = Settings(home=Path(folder) / "whole", site_contact="a@b.example")
        asyncio.run(_published(whole))
        lines += _kinds(whole.site_path)
    print("| measure | value | gate |\n|---|---|---|")
    for line in lines:
        print(f"| {line.measure} | {line.value} | {line.gate} |")


async def _builds(settings: Settings, folder: Path) -> list[Line]:
    """Measure the import, and builds: full, without a change, after one change."""
    table = folder / "cases.parquet"
    duckdb.sql(f"SELECT * EXCLUDE (short_summary) FROM '{CASES}'").write_parquet(str(table))  # noqa: S608
    async with Resources(settings) as resources:
        start = time.perf_counter()
        report = await import_cases(table, resources, name="LLMOps Database")
        imported = time.perf_counter() - start
        full, seconds = await _timed(resources)
        none = (await _timed(resources))[1]
        for case_id in full.added[:1] or full.unchanged[:1]:
            title = resources.warehouse.case(case_id).revision.study.fact("title").value
            change = SetFact(name="title", value=f"{title}: changed")
            edit(resources.warehouse, case_id, [change], "a curator")
            approve(resources.warehouse, case_id, "a curator", leave_out=True)
        one = (await _timed(resources))[1]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1_024
    return [
        Line(f"import of {report.read:,} records", f"{imported:.0f} s ({report.imported:,} cases)"),
        Line("full build", f"{seconds:.1f} s", "< 60 s"),
        Line("build after one change", f"{one:.1f} s", "< 5 s"),
        Line("build without a change", f"{none:.1f} s", "< 2 s"),
        Line("largest process of a build", f"{peak} MB"),
    ]


async def _timed(resources: Resources) -> tuple[Published, float]:
    start = time.perf_counter()
    return await publish_site(resources), time.perf_counter() - start


def _weights(site: Path) -> list[Line]:
    pages = sorted(path.stat().st_size for path in site.rglob("*.html"))
    whole = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    size = {name: sum(p.stat().st_size for p in (site / name).rglob("*") if p.is_file()) for name in
            ("cases", "tags", "pagefind", "data", "duckdb")}  # fmt: skip
    parts = ", ".join(f"{name} {bytes_ / 1e6:.0f}" for name, bytes_ in size.items())
    return [
        Line("site", f"{whole / 1e6:.0f} MB in {len(list(site.rglob('*'))):,} files ({parts})"),
        Line("pages", f"{len(pages):,}, median {pages[len(pages) // 2] / 1_000:.0f} KB"),
        Line("heaviest page", f"{pages[-1] / 1_000:.0f} KB", "100 KB"),
    ]


def _similar(site: Path) -> list[Line]:
    """Measure how often a similar case shares a technique or the industry."""
    with Dataset(site / "data" / "cases.jsonl") as dataset:
        similar = dataset.similar(5)
        rows = dataset.rows(
            "SELECT case_id, industry, list(slug) FILTER (term_group = 'technique') AS techniques "
            "FROM published_cases LEFT JOIN case_tags USING (case_id) GROUP BY ALL"
        )
    known = {row["case_id"]: (set(row["techniques"] or ()), row["industry"]) for row in rows}
    pick = random.Random(7)  # noqa: S311 - a sample
    others = sorted(known)
    chance = {case_id: pick.sample(others, 5) for case_id in similar}
    found = _agreement(known, similar), _agreement(known, chance)
    return [
        Line(f"similar cases: {what}", f"{ours:.0%}, a random case {theirs:.0%}")
        for what, ours, theirs in zip(
            ("a shared technique", "the same industry", "both"), *found, strict=True
        )
    ]


def _agreement(
    known: dict[str, tuple[set[str], str | None]], pairs: dict[str, Sequence[str]]
) -> list[float]:
    same = [
        (bool(known[one][0] & known[other][0]), known[one][1] == known[other][1])
        for one, others in pairs.items()
        for other in others
    ]
    total = len(same)
    shares = (sum(a for a, _ in same), sum(b for _, b in same), sum(a and b for a, b in same))
    return [share / total for share in shares]


def _searches(site: Path, folder: Path) -> Iterator[Line]:
    queries = _queries(site)
    bare = folder / "bare"
    _write_bare(site, bare)
    with serving(site) as ours, serving(bare) as plain, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"),
                                             args=["--no-sandbox"])  # fmt: skip
        page = browser.new_page()
        page.goto(f"{ours}search.html")
        yield _quality("the site’s search", queries, lambda q: page.evaluate(FIND % SEARCH, q))
        page.goto(f"{plain}index.html")
        yield _quality("Pagefind alone", queries, lambda q: page.evaluate(FIND % PAGEFIND, q))
        yield _quality("DuckDB’s full-text search", queries, lambda q: _full_text(site, q))
        yield from _slow_phone(browser.new_context(viewport=PHONE).new_page(), ours)
        browser.close()


def _queries(site: Path) -> list[Query]:
    """Return known-item queries from the summaries, which no page shows."""
    with Dataset(site / "data" / "cases.jsonl") as dataset:
        known = dataset.rows("SELECT url, page FROM published_cases WHERE url IS NOT NULL")
    pages = {row["url"]: row["page"].rstrip("/").rpartition("/")[2] for row in known}
    rows = duckdb.sql(f"SELECT source_url, short_summary FROM '{CASES}' ORDER BY slug").fetchall()  # noqa: S608
    texts = [
        (pages[url], re.findall(r"[a-z]{4,}", text.lower())) for url, text in rows if url in pages
    ]
    spread = Counter(word for _, words in texts for word in set(words))
    pick, made = random.Random(11), list[Query]()  # noqa: S311 - a sample
    for page, words in pick.sample(texts, QUERIES):
        telling = sorted(set(words), key=lambda word: -math.log(len(texts) / spread[word]))
        common = [word for word in telling if spread[word] > 1][:OF]
        drawn = " ".join(pick.sample(common, min(WORDS, len(common))))
        made.append(Query(drawn, frozenset((page,))))
    return made


async def _published(settings: Settings) -> None:
    """Import all cases with their summaries, and publish them."""
    async with Resources(settings) as resources:
        await import_cases(CASES, resources, name="LLMOps Database")
        await publish_site(resources)


def _kinds(site: Path) -> list[Line]:
    """Measure the queries of each kind."""
    with (site / "data" / "cases.jsonl").open() as file:
        cases = [json.loads(line) for line in file]
    pages = {case["imported"]["record"]: case["slug"] for case in cases}
    queries = defaultdict[tuple[str, str], list[Query]](list)
    for row in map(json.loads, KINDS.read_text("utf-8").splitlines()):
        wanted = frozenset(pages[slug] for slug in row["slugs"] if slug in pages)
        queries[row["kind"], row["half"]].append(Query(row["query"], wanted))
    lines = []
    with serving(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"),
                                             args=["--no-sandbox"])  # fmt: skip
        page = browser.new_page()
        page.goto(f"{address}search.html")
        for (kind, half), own in sorted(queries.items()):
            name = f"{kind}, half to {half}"
            line = _quality(name, own, lambda q: page.evaluate(FIND % SEARCH, q))
            lines.append(line._replace(gate=GATES[kind]))
    return lines


def _quality(name: str, queries: Sequence[Query], find: Find) -> Line:
    found = find([query.words for query in queries])
    ranks = [
        next((n for n, page in enumerate(own, start=1) if page in query.pages), 0)
        for query, own in zip(queries, found, strict=True)
    ]
    recall = sum(rank > 0 for rank in ranks) / len(ranks)
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    return Line(f"{name}, {len(queries)}", f"recall@10 {recall:.2f}, MRR {reciprocal:.2f}")


def _write_bare(site: Path, bare: Path) -> None:
    """Write the pages of the cases without our markup, and their Pagefind index."""
    for page in site.glob("cases/*/index.html"):
        place = bare / page.relative_to(site)
        place.parent.mkdir(parents=True)
        place.write_text(re.sub(r'\sdata-pagefind-[a-z]+(="[^"]*")?', "", page.read_text("utf-8")))
    (bare / "index.html").write_text("<!doctype html><title>Bare</title>")
    subprocess.run([sys.executable, "-m", "pagefind", "--site", bare, "--quiet"], check=True)


def _full_text(site: Path, queries: Sequence[str]) -> list[list[str]]:
    with duckdb.connect() as connection:
        (extension,) = Path(duckdb_extension_fts.__file__).parent.rglob("fts.duckdb_extension")
        connection.execute(f"LOAD '{extension}'")
        cases = connection.read_parquet(str(site / "data" / "cases.parquet"))
        cases.project("parse_filename(rtrim(page, '/')) AS slug, title, prose").create("cases")
        connection.execute("PRAGMA create_fts_index('cases', 'slug', 'title', 'prose')")
        ask = (
            "SELECT slug "
            "FROM (SELECT slug, fts_main_cases.match_bm25(slug, $q) AS score FROM cases) "
            "WHERE score IS NOT NULL ORDER BY score DESC LIMIT 10"
        )
        return [[row[0] for row in connection.execute(ask, {"q": q}).fetchall()] for q in queries]


def _slow_phone(page: Page, address: str) -> Iterator[Line]:
    """Measure the first paint of the home page and the first search on a slow phone."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{address}index.html")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    yield Line("first paint of home, 4 × CPU and 1.6 Mbit/s", f"{paint / 1_000:.2f} s", "< 1 s")
    page.goto(f"{address}search.html")
    page.get_by_label("Search", exact=True).focus()
    start = time.perf_counter()
    page.keyboard.type("fraud detection", delay=100)
    typed = time.perf_counter()
    page.locator("#cases mark").first.wait_for()
    shown = time.perf_counter()
    page.get_by_label("Search", exact=True).fill("customer support")
    again = time.perf_counter()
    page.locator("#cases mark", has_text=re.compile("support", re.IGNORECASE)).first.wait_for()
    second = time.perf_counter() - again
    yield Line("first search: after the focus, typing 1.5 s", f"{shown - start:.2f} s")
    yield Line("first search: after the last letter", f"{shown - typed:.2f} s", "1.5 s")
    yield Line("second search", f"{second:.2f} s")


if __name__ == "__main__":
    main()
