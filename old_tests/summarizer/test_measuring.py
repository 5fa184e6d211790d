"""The parts of a result that a sentence's form leaves no doubt about."""

import pytest

from casebook.schemas.cases import Method
from casebook.summarizer.drafting.measuring import measures_of


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "baseline", "metric"),
    [
        ("The median time to a reply fell from 6 days to 11 hours.", "11", "hours", "6 days",
         "median time to a reply"),
        ("Our share of solved tickets went from 18% to 31%.", "31", "%", "18%",
         "share of solved tickets"),
        ("Cost per ticket has dropped to 1.1 cents, down from 3.1 cents.", "1.1", "cents",
         "3.1 cents", "Cost per ticket"),
        ("A first answer takes about two seconds instead of nine.", "about two", "seconds", "nine",
         "A first answer"),
        ("The median reply went from 4 hours 10 minutes to 1 hour 35 minutes.",
         "1 hour 35 minutes", None, "4 hours 10 minutes", "median reply"),
        ("Caching cut the price per answer from 4 cents to 1 cent.", "1", "cent", "4 cents",
         "price per answer"),
        ("Spending fell from $12,000 to $9,500 a month.", "$9,500", None, "$12,000", "Spending"),
    ],
)  # fmt: skip
def test_the_forms_are_read(sentence, value, unit, baseline, metric):
    """From one amount to another, changed so by somebody, and one instead of another; value and unit come apart."""
    told = measures_of(sentence)
    assert (told["value"], told.get("unit"), told["baseline"], told["metric"]) == (
        value, unit, baseline, metric,
    )  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "Latency improved a lot in the second quarter.",
        "We handle 9,000 letters a week with 31 queues.",
        "We moved from two data centres to one.",
        "It saves agents 20 to 30 minutes.",
    ],
)
def test_what_is_unclear_keeps_its_sentence_alone(sentence):
    """No part is guessed."""
    assert measures_of(sentence) == {}


def test_the_method_is_read_where_the_sentence_says_it():
    """An A/B test, or that somebody measured; else nothing is said."""
    fell = "Latency fell from 9 s to 2 s"
    assert measures_of(f"{fell} in an A/B test.")["method"] is Method.AB_TEST
    assert measures_of(f"{fell}, measured over six weeks.")["method"] is Method.SELF_REPORTED
    assert measures_of(f"{fell}.")["method"] is Method.NONE
