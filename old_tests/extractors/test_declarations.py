"""What a page declares of itself is read in seconds, however much of it there is."""

import json
from itertools import islice, product

import pytest

from casebook.extractors.kinds.html import prepare
from casebook.extractors.text.metadata import stated_of
from casebook.extractors.web.markup.parsing import parse
from casebook.extractors.worker import ExtractorPool, Limits
from casebook.schemas.sources import Payload

BODY = "<body><article><h1>How we run it</h1>" + "<p>The team runs it in production.</p>" * 20
LD = '<script type="application/ld+json">{}</script>'
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = ["Ann " + "".join(letters).title() for letters in islice(product(LETTERS, repeat=4), 9_000)]
PERSONS = [{"@type": "Person", "name": name} for name in NAMES]
ARTICLE = {"@context": "https://schema.org", "@type": "Article"}


def page(head: str) -> Payload:
    markup = f"<html lang=en><head><title>How we run it</title>{head}</head>{BODY}"
    return Payload(data=markup.encode(), media_type="text/html", url="https://example.org/a")


@pytest.fixture(scope="module")
def pool():
    with ExtractorPool(workers=1, limits=Limits(cpu_seconds=20)) as pool:
        yield pool


@pytest.mark.parametrize(
    "head",
    [
        LD.format('{"author":"x",' + '"author":"x",' * 100_000),
        LD.format("{" + '"Person" ' * 120_000),
        LD.format("{" + '"publisher": 1 ' * 90_000),
        LD.format('{"a": "' + '\\"' * 500_000),
        LD.format('{"a": "' + "< " * 500_000),
        LD.format(json.dumps({**ARTICLE, "author": PERSONS})),
        LD.format(json.dumps({**ARTICLE, "author": "; ".join(NAMES)})),
        LD.format(json.dumps({"@context": "https://schema.org", "@graph": PERSONS})),
        "".join(LD.format(json.dumps({**ARTICLE, **person})) for person in PERSONS),
        "".join(f'<meta name="author" content="{name}">' for name in NAMES),
        f'<meta name="author" content="{"; ".join(NAMES)}">',
        f'<meta property="og:title" content="{"< " * 1_000_000}">',
    ],
)
async def test_no_declaration_takes_long(pool, head):
    """Broken JSON-LD, authors without end and long meta elements cost seconds, not the page."""
    found = await pool.extract(page(head))
    assert found.title == "How we run it"
    assert "The team runs it" in found.text
    assert not [step for step in found.extraction if step.method == "metadata"]


@pytest.mark.parametrize(
    "told",
    [
        json.dumps({**ARTICLE, "articleBody": "word " * 20_000, "author": PERSONS[0]}),
        json.dumps({**ARTICLE, "author": PERSONS[:1], "comment": PERSONS}),
        '{"@type":"Article","author":{"@type":"Person","name":"Ann Aaaa"},' + "x" * 90_000,
        json.dumps({**ARTICLE, "author": {**PERSONS[0], "bio": "\ud800\x01"}, "x": "y" * 30_000}),
    ],
)
def test_what_long_json_says_of_the_page_is_still_read(told):
    """The author stands in JSON of 100 KB as in a short one, in a broken one at its beginning."""
    tree = parse(page(LD.format(told)).data.decode())
    prepare(tree)
    assert stated_of(tree, None, signed=False).author == "Ann Aaaa"


def test_odd_meta_elements_are_read():
    """Characters and names of attributes that XML forbids end nothing."""
    odd = f'<meta "x" name="author" content="Ann &#1; Bo; {"y" * 3_000}"><meta name="title">'
    tree = parse(page(odd).data.decode())
    assert (stated_of(tree, None, signed=False).author or "").startswith("Ann")
