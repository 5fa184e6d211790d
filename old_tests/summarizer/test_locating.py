"""Finding quotes."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_documents import document_of

from casebook.schemas.cases import Match
from casebook.summarizer.grounding.locating import QuoteFinder, evidence_at

TEXT = (
    "“We moved off Redis,” says Ana—our lead. It’s the\u00a0first\noffice workﬂow of 1,200 users.\n\n"
    "In March 2024 the share of tickets solved without an agent went from 18% to 31%. "
    "The median answer took 12 seconds instead of 19, and nobody complained about the tone.\n\n"
    "The café did not improve recall of the retriever on scanned delivery notes.\n\n"
    "Costs fell by 14 percent of the budget, and p95 latency by 4.5 seconds on an H100."
)
DOCUMENT = document_of(TEXT)
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
        ("The cafe did not improve", "The café did not improve"),
        ("the share of\u200b tickets sol\u00adved", "the share of tickets solved"),
        ("took 12 seconds instead of 19.", "took 12 seconds instead of 19"),
        ("'recall of the retriever'", "recall of the retriever"),
    ],
)
def test_a_quote_is_found_through_other_typography(quote, written):
    """Quotation marks, dashes, spaces, ligatures, accents and case differ; words do not."""
    [found] = FINDER.find(quote)
    assert (found.match, found.score) == (Match.EXACT, 1.0)
    assert found.quote.strip("“") == written
    assert TEXT[found.start : found.end] == found.quote


def test_a_decomposed_accent_stays_on_its_letter():
    """The slice ends behind the combining mark, not before it."""
    text = unicodedata.normalize("NFD", "They met in the café.")
    [found] = QuoteFinder(document_of(text)).find("in the café")
    assert found.quote == unicodedata.normalize("NFD", "in the café")


WORDS = st.lists(
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8)
    | st.sampled_from(
        "the model 1,200 “so” ﬁne Straße e\u0301t (GPT-4), 3.5% café; then… —x".split()
    ),
    min_size=2,
    max_size=40,
)


@given(st.data(), WORDS, st.sampled_from([" ", "\n", "\n\n", "\u00a0", " \n "]))
def test_any_slice_of_whole_words_is_found_as_it_stands(data, spelled, space):
    """A verbatim quote of two or more words is exact, and its slice reads as the quote does."""
    text = space.join(spelled)
    begin = data.draw(st.integers(0, len(spelled) - 2))
    end = data.draw(st.integers(begin + 2, len(spelled)))
    quote = space.join(spelled[begin:end])
    [found] = QuoteFinder(document_of(text)).find(quote)
    assert (found.match, found.score) == (Match.EXACT, 1.0)
    assert found.quote == text[found.start : found.end]
    assert _letters(found.quote) == _letters(quote)


def _letters(text):
    return re.sub(r"[^\w]", "", unicodedata.normalize("NFKD", text).casefold())


@pytest.mark.datasets
def test_real_sentences_are_found_exactly(datasets):
    """Every run of five or more words of twenty real pages is found at its own wording."""
    for path in sorted((datasets / "web" / "truth").glob("*.json"))[:20]:
        text = json.loads(path.read_text("utf-8"))["main_content"]
        finder = QuoteFinder(document_of(text))
        runs = list(re.finditer(r"(?:\S+\s+){5,12}\S+", text))[::7]
        for run in runs:
            [found] = finder.find(run[0])
            assert found.match is Match.EXACT, run[0]
            assert _letters(found.quote) == _letters(run[0])


@pytest.mark.parametrize(
    ("quote", "starts", "least"),
    [
        ("the share of ticket solved without any agent went from 18% to 31%", "the share of", 0.93),
        ("The café did not improve the recall of a retriever", "The café did not", 0.87),
        ("nobody complained about their tone. The café did not improve", "nobody complained", 0.87),
    ],
)
def test_a_near_quote_is_found_with_its_score(quote, starts, least):
    """A copy with small slips is fuzzy, in whole words of the source, across passages too."""
    [found] = FINDER.find(quote)
    assert found.match is Match.FUZZY
    assert least <= found.score < 1
    assert found.quote.startswith(starts)
    assert TEXT[found.start : found.end] == found.quote
    assert re.fullmatch(r"\W*", TEXT[found.end : found.end + 1])


@pytest.mark.parametrize(
    "quote",
    [
        "the share of tickets solved without an agent went from 18% to 37%",
        "the share of tickets solved without an agent went from 31% to 18%",
        "The median answer took 2 seconds instead of 19",
        "2 seconds instead of 19",
        "The median answer took 12 seconds instead of 1",
        "Costs fell by 4 percent of the budget",
        "4 percent of the budget",
        "office workflow of 1",
        "200 users",
        "p99 latency by 4.5 seconds on an H100",
        "latency by 4.5 seconds on an H200",
        "latency by 5 seconds on an",
        "The café did improve recall of the retriever on scanned delivery notes",
        "we rewrote the whole service in a weekend and told nobody",
    ],
)
def test_a_changed_or_invented_quote_is_missing(quote):
    """Another number, order of numbers, model name or polarity is never found; nor invention."""
    [found] = FINDER.find(quote)
    assert (found.match, found.start, found.passage, found.quote) == (
        Match.MISSING,
        None,
        None,
        quote,
    )


@pytest.mark.parametrize("dots", ["…", "...", " [...] ", " […] "])
def test_a_quote_with_an_ellipsis_is_found_in_parts(dots):
    """Each part has evidence of its own; a changed part is missing beside the found one."""
    found = FINDER.find(f"the share of tickets{dots}went from 18% to 31%")
    assert [e.quote for e in found] == ["the share of tickets", "went from 18% to 31%"]
    found = FINDER.find(f"the share of tickets{dots}went from 18% to 37%")
    assert [e.match for e in found] == [Match.EXACT, Match.MISSING]
    [found] = FINDER.find(f"{dots}the share of tickets{dots}")
    assert found.quote == "the share of tickets"


def test_an_ellipsis_of_the_source_itself_is_quoted_whole():
    """Where the document has the dots, the quote stands in one piece."""
    finder = QuoteFinder(document_of("He paused … and then it worked."))
    assert [e.quote for e in finder.find("paused … and then")] == ["paused … and then"]


@pytest.mark.parametrize("quote", ["", "  ", "Redis", "the", "…", '""', "a…b", "31%"])
def test_an_empty_or_one_word_quote_proves_nothing(quote):
    """It would be found anywhere, so it is found nowhere."""
    [found] = FINDER.find(quote)
    assert found.match is Match.MISSING


def test_a_script_without_spaces_can_be_quoted():
    """Chinese has no spaces between words: a run of characters is a quote."""
    text = "我们把所有的工单都写入了数据库。然后我们用它训练了一个模型。"
    [found] = QuoteFinder(document_of(text)).find("所有的工单都写入了数据库")
    assert found.match is Match.EXACT
    [missing] = QuoteFinder(document_of(text)).find("数据")
    assert missing.match is Match.MISSING


def test_evidence_knows_its_passage():
    """A quote has the number of the passage it starts in, or none between passages."""
    [found] = FINDER.find("took 12 seconds instead")
    assert found.passage == 2
    between = TEXT.index("\n\n")
    assert evidence_at(DOCUMENT, between, between + 1).passage is None


def test_an_empty_document_holds_no_quote():
    """Without text or passages every quote is missing."""
    [found] = QuoteFinder(document_of("")).find("any words at all")
    assert found.match is Match.MISSING
