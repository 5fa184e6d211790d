"""Which products a sentence names."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.summarizer.drafting.ranking import pick
from casebook.summarizer.language.products import products
from casebook.summarizer.language.sentences import sentences_of


def named(text, own=()):
    return [(p.name, p.used) for p in products(text, own)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("We use Fennimore with our own rules for account numbers.", "Fennimore"),
        ("Scanned pages are first read by TurboScan, which yields words.", "TurboScan"),
        ("Logs are kept in three regions and shipped via Quillpipe every minute.", "Quillpipe"),
        ("Zarquon parses the changed files before anybody looks at them.", "Zarquon"),
        ("The texts then go to a fine-tuned model served by fastLLM on two cards.", "fastLLM"),
        ("A Marblestone workflow carries each document through five steps.", "Marblestone"),
        ("The scripts are written in Gleam and tested on every change.", "Gleam"),
        ("We switched to Brindle 2 when the old queue fell over.", "Brindle 2"),
        ("It runs on glow.cpp with a window of six seconds.", "glow.cpp"),
    ],
)
def test_a_name_that_stands_where_a_product_does_is_one(text, name):
    """No list has these: how they are spoken of tells them."""
    assert (name, True) in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "We use AI and an LLM with RAG behind a REST API on GPUs.",
        "We use English and German texts, and it runs on Mondays.",
        "We adopted it in March 2024 and deployed on 3 May 2024.",
        "It is based on an LLM-powered approach and a GenAI-driven workflow.",
        "Everything parses the same, and nobody indexes the rest.",
        "Validation detects most of the wrong totals.",
        "When the CSR uses OES, a ticket is written.",
        "Results are in Table 3, we chose Option B, and based on Figure 2 we use Section 4.",
        "They use This and That to serve the Most.",
    ],
)
def test_what_the_trade_calls_things_is_no_product(text):
    """Generic words, languages, days, dates, openers and bare abbreviations are none."""
    assert named(text) == []


def test_a_product_of_the_taxonomy_is_named_wherever_it_stands_and_used_where_it_is_said_so():
    """What is done with it is told apart from a mention in passing."""
    assert named("PostgreSQL was discussed at length.") == [("PostgreSQL", False)]
    assert named("We use PostgreSQL for everything.") == [("PostgreSQL", True)]


def test_the_companys_own_name_is_no_tool():
    """Whose system it is does not count among what it is built with."""
    text = "Clerks use Hollmann Desk and SQLite every day."
    assert [name for name, _ in named(text, own={"hollmann"})] == ["SQLite"]


@given(st.text(max_size=200))
def test_a_product_is_a_stretch_of_the_sentence(text):
    """Nothing is made up: each is cut from the text, in order, no two at one place."""
    found = products(f"We use Fennimore and {text}")
    assert all(f"We use Fennimore and {text}"[p.start : p.end] == p.name for p in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_each_sentence_on_tools_names_another_one():
    """Two sentences on one tool take one place; five tools take five."""
    tools = "Fennimore Quillpipe Marblestone Brindle Zarquon".split()
    text = " ".join(f"We use {tool} on our own machines for part of the work." for tool in tools)
    text += " We use Fennimore with care on all of the other machines too."
    picks = pick(sentences_of(document_of(text.replace(". ", ".\n\n"))))["tools"]
    assert sorted(name for p in picks for name in p.named) == sorted(t.casefold() for t in tools)
