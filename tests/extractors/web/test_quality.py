"""Our pages are read as well as they were; ``data/web/figures.toml`` has the figures."""

import json
import tomllib
from functools import cache
from statistics import mean

import pytest
from datasets import OWN

from benchmarks.web import compared, kind_of, word_f1
from extractors.web.reader import read
from schemas.sources import Extracted, Payload

pytestmark = pytest.mark.datasets

WEB = OWN / "web"
TRUTHS = {
    file.stem: json.loads(file.read_text("utf-8")) for file in sorted(WEB.glob("truth/*.json"))
}
FIGURES = tomllib.loads((WEB / "figures.toml").read_text("utf-8"))
POINT = 0.01


@cache
def page(name: str) -> Extracted:
    url, data = TRUTHS[name]["url"], (WEB / f"html/{name}.html").read_bytes()
    return read(Payload(data=data, media_type="text/html", url=url, final_url=url))


@pytest.mark.parametrize(("kind", "figure"), FIGURES["f1"].items())
def test_pages_of_a_kind_keep_their_f1(kind, figure):
    """The mean word F1 per kind (see benchmarks/web.py) has not dropped by a point."""
    names = [name for name, truth in TRUTHS.items() if kind_of(truth) == kind]
    scores = {name: word_f1(page(name).text, TRUTHS[name]["main_content"]) for name in names}
    assert mean(scores.values()) > figure - POINT, scores


@pytest.mark.parametrize("name", TRUTHS)
def test_a_page_has_its_sentences_and_no_others(name):
    """The page's own sentences are read, those of menus and banners not, except known faults."""
    truth, text = TRUTHS[name], " ".join(page(name).text.split())
    faults = [sentence for sentence in truth["with"] if sentence not in text]
    faults += [sentence for sentence in truth["without"] if sentence in text]
    assert [one for one in faults if one not in FIGURES["faults"].get(name, ())] == []


@pytest.mark.parametrize("name", TRUTHS)
def test_a_page_has_its_title_author_and_day(name):
    """Each stated field is found."""
    found = page(name)
    fields = compared(TRUTHS[name], found.title, " ".join(found.authors), found.published)
    assert all(fields.values()), fields
