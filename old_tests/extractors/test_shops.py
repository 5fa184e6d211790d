"""The page of a thing that is sold gives the offer, whatever shop system laid it out."""

import re
from collections import Counter

import pytest
import trafilatura
from shop_pages import DATA, DESCRIPTION, OPINIONS, OTHERS, PAGES, WANTED

from casebook.extractors.kinds.html import extract
from casebook.schemas.sources import Payload


def read(shop: str) -> str:
    """Return our text of the page of ``shop``."""
    url, markup = PAGES[shop]
    return extract(Payload(data=markup.encode(), media_type="text/html", final_url=url)).text


def f1(text: str) -> float:
    """Return the word F1 of ``text`` against what a reader of these pages came for."""
    found, wanted = (Counter(re.findall(r"\w+", part.lower())) for part in (text, WANTED))
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


@pytest.mark.parametrize("shop", PAGES)
def test_the_offer_is_read_and_what_stands_beside_it_is_not(shop):
    """Description and data are there once; no buyer's opinion and none of the other goods is."""
    text = read(shop)
    for said in (*DESCRIPTION, *(value for _, value in DATA)):
        assert text.count(said) == 1
    assert not [said for _, said in OPINIONS if said in text]
    assert not [name for name in OTHERS if name in text]


def test_offers_are_read_better_than_by_the_best_single_extractor():
    """On average over the shop systems, by the word F1 of the benchmark."""
    ours = [f1(read(shop)) for shop in PAGES]
    plain = [trafilatura.extract(markup, fast=True) or "" for _, markup in PAGES.values()]
    assert sum(ours) / len(ours) > sum(map(f1, plain)) / len(plain) + 0.1
    assert min(ours) > 0.8
