"""Finding quotes: through other typography, with small slips, or not at all."""

import json
import re
import unicodedata

import pytest
from datasets import files
from hypothesis import given
from hypothesis import strategies as st
from scripted_model import document_of

from schemas.cases import Match
from summarizer.quotes import QuoteFinder, evidence_at

DOCUMENT = document_of(
    "“We moved off Redis,” says Ana—our lead. It’s the\u00a0first\noffice workﬂow of 1,200 users.",
    "In March 2024 the share of tickets solved without an agent went from 18% to 31%. "
    "The median answer took 12 seconds instead of 19, and few complained about the tone.",
    "The café did not improve recall of the retriever on scanned delivery notes.",
    speakers={2: "Ana Voss"},
)
FINDER = QuoteFinder(DOCUMENT)


@pytest.mark.parametrize(
    ("quote", "written"),
    [
        ('"We moved off Redis," says Ana', "We moved off Redis,” says Ana"),
        ("says Ana-our lead", "says Ana—our lead"),
        ("It's the first office workflow of", "It’s the\u00a0first\noffice workﬂow of"),
        ("the   first\toffice", "the\u00a0first\noffice"),
        ("IN MARCH 2024 THE SHARE", "In March 2024 the share"),
        ("The cafe\u0301 did not improve", "The café did not improve"),
        ("the share of\u200b tickets sol\u00adved", "the share of tickets solved"),
        ("took 12 seconds instead of 19.", "took 12 seconds instead of 19"),
        ("'recall of the retriever'", "recall of the retriever"),
    ],
)
def test_a_quote_is_found_through_other_typography(quote, written):
    """Differences in quotation marks, dashes, spaces, ligatures, accents and case are ignored."""
    [found] = FINDER.find(quote)
    assert (found.match, found.score) == (Match.EXACT, 1.0)
    assert found.quote.strip("“") == written
    assert DOCUMENT.text[found.start : found.end] == found.quote


PRINTED = document_of(
    "• Retrieval cut the hand- offs by 1.5 points [12], see the work flow¹ of *Ana*.",
    "- We route 1,200 tickets to GPT-4o (the smal- ler model failed); cost fell from $18 to $3.",
    "1. In 2023² the team grew from 4 to 10⁶ users, 3-5 of them “power users”.",
)


@pytest.mark.parametrize(
    ("quote", "written"),
    [
        ("Retrieval cut the handoffs by 1.5 points, see", "Retrieval cut the hand- offs by 1.5 points [12], see"),
        ("see the workflow of Ana", "see the work flow¹ of *Ana"),
        ("see the work flow", "see the work flow"),
        ("1.5 points [3, 4] see the workflow.", "1.5 points [12], see the work flow"),
        ("work flow of Ana. We route 1,200 tickets", "work flow¹ of *Ana*.\n\n- We route 1,200 tickets"),
        ("tickets to GPT 4o: the smaller model failed, cost", "tickets to GPT-4o (the smal- ler model failed); cost"),
        ("grew from 4 to 10⁶ users; 3–5 of them", "grew from 4 to 10⁶ users, 3-5 of them"),
        ("users, 3-5 of them power users", "users, 3-5 of them “power users"),
        ("* Retrieval cut **the hand-offs**", "Retrieval cut the hand- offs"),
    ],
)  # fmt: skip
def test_typography_and_footnote_marks_are_no_difference(quote, written):
    """Such a quote is exact and takes the source's own words."""
    [found] = QuoteFinder(PRINTED).find(quote)
    assert (found.match, found.score, found.quote) == (Match.EXACT, 1.0, written)


@pytest.mark.parametrize(
    "quote",
    [
        "Retrieval cut the hand-offs by 15 points, see",
        "We route 1200 tickets to GPT-4o",
        "We route 1.200 tickets to GPT-4o",
        "We route 1,200 tickets to GPT-4: the smaller model failed",
        "cost fell from 18 to 3: in",
        "cost fell from €18 to €3 in",
        "the team grew from 4, to 10 users",
        "grew from 4 to 106 users; 35 of them",
        "route of the work",
        "trieval cut the handoffs",
        "see the workflow of An",
    ],
)
def test_other_numbers_and_parts_of_words_are_differences(quote):
    """A number with another separator, sign or unit is another number; words are whole."""
    assert all(found.match is not Match.EXACT for found in QuoteFinder(PRINTED).find(quote))


WORDS = st.lists(
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8)
    | st.sampled_from("the 1,200 “so” ﬁne Straße e\u0301t (GPT-4), 3.5% café; then… —x".split()),
    min_size=2,
    max_size=30,
)


@given(st.data(), WORDS, st.sampled_from([" ", "\n", "\u00a0", " \n "]))
def test_any_slice_of_whole_words_is_found_as_it_stands(data, spelled, space):
    """A verbatim quote of two or more words is found exactly."""
    begin = data.draw(st.integers(0, len(spelled) - 2))
    end = data.draw(st.integers(begin + 2, len(spelled)))
    quote = space.join(spelled[begin:end])
    text = space.join(spelled)
    [found] = QuoteFinder(document_of(text)).find(quote)
    assert found.match is Match.EXACT
    assert _letters(found.quote) == _letters(quote)


def _letters(text):
    return re.sub(r"[^\w]", "", unicodedata.normalize("NFKD", text).casefold())


@pytest.mark.datasets
def test_sentences_of_pages_are_found_exactly():
    """Every seventh run of words of real pages is found at its place."""
    for path in files("web/truth/*.json")[:22]:
        finder = QuoteFinder(document_of(json.loads(path.read_text("utf-8"))["main_content"]))
        for run in list(re.finditer(r"(?:\S+\s+){5,12}\S+", finder._document.text))[::7]:
            [found] = finder.find(run[0])
            assert found.match is Match.EXACT, run[0]


@pytest.mark.parametrize(
    ("quote", "starts"),
    [
        ("the share of ticket solved without any agent went from 18% to 31%", "the share of"),
        ("The café did not improve the recall of a retriever", "The café did not"),
        ("few complained about their tone. The café did not improve", "few complained"),
    ],
)
def test_a_near_quote_is_found_with_its_score(quote, starts):
    """A copy with small errors is found as whole words, also across passages."""
    [found] = FINDER.find(quote)
    assert found.match is Match.CLOSE
    assert 0.87 <= found.score < 1
    assert found.quote.startswith(starts)
    assert DOCUMENT.text[found.start : found.end] == found.quote


@pytest.mark.parametrize(
    "quote",
    [
        "we rewrote the whole service in a weekend without a test",
        "",
        "Redis",
        "…",
        "31%",
        "the number of tickets closed without an agent rose from 18% to 31%",
        "the share of requests handled without any human grew from 18% to 31%",
        "The café did improve the precision of the retriever",
    ],
)
def test_inventions_paraphrases_and_single_words_are_missing(quote):
    """Invented words, similar letters in other words, and very common words prove nothing."""
    [found] = FINDER.find(quote)
    assert (found.match, found.start, found.quote) == (Match.MISSING, None, quote)


@pytest.mark.parametrize(
    "quote", ["office workflow of 1", "200 users", "2 seconds instead of 1", "went from 18% to 3"]
)
def test_a_quote_that_cuts_a_number_is_never_exact(quote):
    """Part of a number is a different number."""
    assert all(found.match is not Match.EXACT for found in FINDER.find(quote))


@pytest.mark.parametrize("dots", ["…", "...", " [...] "])
def test_a_quote_with_an_ellipsis_is_found_in_parts(dots):
    """Each part has separate evidence."""
    found = FINDER.find(f"the share of tickets{dots}went from 18% to 31%")
    assert [e.quote for e in found] == ["the share of tickets", "went from 18% to 31%"]


def test_a_script_without_spaces_can_be_quoted():
    """In Chinese a run of characters is a quote, a single word is not."""
    finder = QuoteFinder(
        document_of("我们把所有的工单都写入了数据库。然后我们用它训练了一个模型。")
    )
    assert finder.find("所有的工单都写入了数据库")[0].match is Match.EXACT
    assert finder.find("数据")[0].match is Match.MISSING


def test_an_accent_belongs_to_the_last_letter():
    """A quote without accents gets the whole letter of the source."""
    [found] = QuoteFinder(document_of("They met in the cafe\u0301 at noon.")).find("in the cafe")
    assert found.quote == "in the cafe\u0301"


def test_evidence_knows_passage_and_speaker():
    """A quote has the number and speaker of the passage where it starts; text between passages has neither."""
    [found] = FINDER.find("took 12 seconds instead")
    assert (found.passage, found.speaker) == (2, "Ana Voss")
    between = DOCUMENT.text.index("\n\n")
    assert evidence_at(DOCUMENT, between, between + 1).passage is None


def test_an_empty_document_holds_no_quote():
    """In an empty document every quote is missing."""
    [found] = QuoteFinder(document_of()).find("any words at all")
    assert found.match is Match.MISSING
