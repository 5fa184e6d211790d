"""Statements whose quotes were cut so that they seem to hold, and what stands beside a sentence."""

import pytest
from written_documents import document_of

from casebook.schemas.cases import CaseStudy, Fact, Method, Result, Support, SupportLevel
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.grounding.locating import QuoteFinder
from casebook.summarizer.proposals import Claim

SUPPORTED, WEAK, UNSUPPORTED = SupportLevel.SUPPORTED, SupportLevel.WEAK, SupportLevel.UNSUPPORTED
TEXT = """\
The reader is not used for contracts above one million euros; a lawyer reads those. We hope to open \
the router to motor claims next year. Marlowe Cycles told at a conference that it reached 95 percent.

Before the switch clerks sorted about 9,200 claims a week by hand. Nightly jobs cost 1.9 cents a \
claim. In a randomised comparison clerks with drafts closed more claims. We keep vectors in Qdrant.
"""
DOCUMENT = document_of(TEXT)
CUT = [
    (
        "The reader is used for contracts above one million euros.",
        "used for contracts",
        UNSUPPORTED,
    ),
    ("The reader is not used for such contracts.", "used for contracts", SUPPORTED),
    ("A lawyer reads those contracts.", "a lawyer reads those", SUPPORTED),
    ("The router is open to motor claims.", "open the router to motor claims", WEAK),
    ("The team hopes to open the router.", "open the router to motor claims", SUPPORTED),
    ("Orrin reached 95 percent.", "it reached 95 percent", WEAK),
    ("Marlowe Cycles reached 95 percent.", "it reached 95 percent", SUPPORTED),
]


@pytest.mark.parametrize(("text", "quote", "level"), CUT)
def test_a_quote_is_read_with_its_whole_sentence(text, quote, level):
    """What a cut quote leaves out, a negation, a hope, another company, counts; a clause holds."""
    support = Grounder(DOCUMENT, "Orrin").statement(Claim(text=text, quotes=[quote])).support
    assert support.level is level, support.reason


def test_the_sentences_of_a_quote_are_whole():
    """A quote across a full stop has both sentences, each from its beginning to its end."""
    finder = QuoteFinder(DOCUMENT)
    (found,) = finder.find("cost 1.9 cents a claim. In a randomised comparison")
    said = [sentence.text for sentence in finder.sentences(found)]
    assert said == [
        "Nightly jobs cost 1.9 cents a claim.",
        "In a randomised comparison clerks with drafts closed more claims.",
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Clerks sorted 9,200 claims every week by hand.", SUPPORTED),
        ("Clerks sorted 9,200 claims weekly by hand.", SUPPORTED),
        ("Clerks sorted 9,200 claims by hand.", SUPPORTED),
        ("Clerks sorted 9,200 claims a day by hand.", UNSUPPORTED),
        ("Clerks sorted 9,200 claims monthly by hand.", UNSUPPORTED),
    ],
)
def test_how_often_is_part_of_a_number(text, level):
    """A number a day is none a week; where one of them says no time, nothing is compared."""
    claim = Claim(text=text, quotes=["clerks sorted about 9,200 claims a week by hand"])
    assert Grounder(DOCUMENT).statement(claim).support.level is level


def test_cents_are_no_dollars():
    """A sum in another coin is another sum; the same sum may be told in either."""
    quotes = ["Nightly jobs cost 1.9 cents a claim"]
    for sum_, level in {"1.9 dollars": UNSUPPORTED, "0.019 dollars": SUPPORTED}.items():
        claim = Claim(text=f"Nightly jobs cost {sum_} a claim.", quotes=quotes)
        assert Grounder(DOCUMENT).statement(claim).support.level is level


def test_a_unit_is_no_name():
    """22 TB told as 22,000 GB names nothing that the source would have to name."""
    document = document_of("The database had grown to 22TB of data by then.")
    claim = Claim(
        text="The database had grown to 22,000 GB of data.", quotes=["had grown to 22TB of data"]
    )
    assert Grounder(document).statement(claim).support.level is SUPPORTED


def test_a_product_in_small_letters_is_a_name():
    """A product of the taxonomy that the source does not name is refused however it is spelled."""
    for product, level in {"qdrant": SUPPORTED, "weaviate": UNSUPPORTED}.items():
        claim = Claim(text=f"Vectors are kept in {product}.", quotes=["We keep vectors in Qdrant"])
        assert Grounder(DOCUMENT).statement(claim).support.level is level


BESIDE = Claim(
    text="Clerks with drafts closed more claims.", quotes=["clerks with drafts closed more claims"]
)


@pytest.mark.parametrize(
    "part",
    [
        {"metric": "claims lost at Contoso"},
        {"metric": "claims, 77 of them"},
        {"baseline": "clerks with Contoso"},
        {"window": "all claims of Contoso"},
        {"unit": "77 claims"},
    ],
)
def test_each_part_of_a_result_is_checked(part):
    """A reader sees a metric, a baseline and a window beside the sentence: none is invented."""
    made = Grounder(DOCUMENT).statement(BESIDE.model_copy(update=part), result=True)
    assert made.support.level is UNSUPPORTED


def test_a_method_that_nobody_tells_of_is_left_out():
    """A result called "audited" is a claim of its own; "randomised" tells of a comparison."""
    told = {Method.AB_TEST: Method.AB_TEST, Method.AUDITED: Method.NONE}
    for claimed, kept in told.items():
        claim = BESIDE.model_copy(update={"method": claimed})
        made = Grounder(DOCUMENT).statement(claim, result=True)
        assert isinstance(made, Result)
        assert (made.method, made.support.level) == (kept, SUPPORTED)


def test_an_invented_company_lends_no_name():
    """A company that the source does not name may not be named by an edited statement either."""
    invented = Support(level=UNSUPPORTED, reason="The source does not say so.")
    study = CaseStudy(company=Fact(value="Contoso", support=invented))
    claim = Claim(text="Contoso keeps vectors in Qdrant.", quotes=["We keep vectors in Qdrant"])
    assert Grounder.of(DOCUMENT, study).statement(claim).support.level is UNSUPPORTED
    assert Grounder(DOCUMENT, "Contoso").statement(claim).support.level is SUPPORTED
