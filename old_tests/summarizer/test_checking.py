"""Checking a free summary against its source."""

import time

import pytest

from casebook.schemas.cases import SupportLevel
from casebook.summarizer.grounding.source_text import SourceText
from casebook.summarizer.grounding.summaries import check_sentence, check_summary
from casebook.summarizer.language.quantities import Stated

SUPPORTED, WEAK, UNSUPPORTED = SupportLevel.SUPPORTED, SupportLevel.WEAK, SupportLevel.UNSUPPORTED

SOURCE = """\
Ledgerline books invoices for 1,200 shops in Britain. We moved retrieval from Elasticsearch to \
PostgreSQL with pgvector in March 2024, and nobody had to change a prompt.

- About one third of all invoices are booked without a person; the nightly batch starts at 14:00.
- The rewrite did not improve recall. Latency on the checkout page fell by half to 230 ms.
- The search index holds 1,580,575 documents. GPT-4 answers faster than Claude on our invoices.
The team may move the remaining jobs to Kubernetes next year. Costs are final not before May. Ledgerline books 300 invoices a day.
"""

CHECKED = [
    ("Ledgerline moved retrieval to PostgreSQL in March 2024.", SUPPORTED, ""),
    ("33% of invoices are booked without a person.", SUPPORTED, ""),
    ("The nightly batch starts at 2 pm.", SUPPORTED, ""),
    ("The search index holds over 1.5 million documents.", SUPPORTED, ""),
    ("Ledgerline books invoices for UK shops.", SUPPORTED, ""),
    ("The team moves the remaining jobs to Kubernetes next year.", WEAK, "only with “may”"),
    ("This summary covers the key points of the passage.", SUPPORTED, "states nothing"),
    ("Ledgerline books invoices for 1,300 shops.", UNSUPPORTED, "number 1,300 is not in"),
    ("The search index holds over 2.5 million documents.", UNSUPPORTED, "2.5 million is not"),
    ("Ledgerline moved retrieval to Pinecone.", UNSUPPORTED, "Pinecone is not named"),
    ("Contoso books invoices for shops.", UNSUPPORTED, "Contoso is not named"),
    ("Databricks books invoices for 1,200 shops.", UNSUPPORTED, "Databricks is not named"),
    ("Elastic moved retrieval from Elasticsearch to pgvector.", UNSUPPORTED, "Elastic is not"),
    ("Mistral is in use.", UNSUPPORTED, "Mistral is not named"),
    ("GPT-2 answers faster than Claude on our 2 invoices.", UNSUPPORTED, "GPT-2 is not named"),
    ("Engineers moved retrieval from Elasticsearch to pgvector.", SUPPORTED, ""),
    ("Latency on the checkout page fell by half to 230 seconds.", UNSUPPORTED, "“230 ms”"),
    ("Latency on the checkout page fell to 230 milliseconds.", SUPPORTED, ""),
    ("Ledgerline books 300 invoices a month.", UNSUPPORTED, "“300 invoices a month” where"),
    ("The rewrite did improve recall.", UNSUPPORTED, "affirms what the source negates"),
    ("The search index does not hold 1,580,575 documents.", UNSUPPORTED, "negates what the source"),
    ("Latency on the checkout page rose by half to 230 ms.", UNSUPPORTED, "“rose” where"),
    (
        "We moved retrieval from Elasticsearch to Kubernetes with pgvector in March 2024.",
        UNSUPPORTED,
        "names Kubernetes where the source names PostgreSQL",
    ),
    (
        "The search index holds 1,200 documents.",
        UNSUPPORTED,
        "“1200” where the source says",
    ),
    (
        "PostgreSQL books invoices for 1,200 shops in Britain.",
        UNSUPPORTED,
        "names PostgreSQL where the source names Ledgerline",
    ),
    ("The AI-powered search index holds 1,580,575 documents.", WEAK, "never uses: AI, powered"),
    (
        "The team documents a faster person without moving shops to the checkout index.",
        UNSUPPORTED,
        "speaks of something else",
    ),
    (
        "Penguins dive under thick antarctic ice sheets for krill.",
        UNSUPPORTED,
        "speaks of something else",
    ),
    (
        "Retrieval moved to PostgreSQL because licence fees exploded and auditors complained.",
        WEAK,
        "“because”",
    ),
]


@pytest.mark.parametrize(("text", "level", "reason"), CHECKED, ids=lambda v: str(v)[:40])
def test_each_sentence_has_its_verdict_and_a_reason(text, level, reason):
    """What a source carries, what it does not, and why, without any quote given."""
    found = check_sentence(text, SourceText(SOURCE))
    assert found.support is level, found
    assert reason in found.reason
    assert (found.score >= 0.5) is (level is SUPPORTED)


def test_the_quote_is_the_sources_own_words_at_its_place():
    """The quote can be highlighted: its offsets are those of the source."""
    found = check_summary(SOURCE, "Recall did not improve. Retrieval moved to PostgreSQL.")
    assert [s.text for s in found.sentences] == [
        "Recall did not improve.",
        "Retrieval moved to PostgreSQL.",
    ]
    for sentence in found.sentences:
        assert sentence.quote == SOURCE[sentence.start : sentence.end]
    assert found.sentences[0].quote == "The rewrite did not improve recall."


def test_one_false_sentence_sinks_a_summary():
    """Four true sentences do not outvote an invented number."""
    true = "Ledgerline books invoices. Retrieval moved to PostgreSQL. Recall did not improve. "
    assert check_summary(SOURCE, true).score > 0.7
    assert check_summary(SOURCE, f"{true}The search index holds 77 documents.").score < 0.5


def test_no_sentence_is_no_claim():
    """A summary of punctuation states nothing that could be wrong."""
    assert list(check_summary(SOURCE, " … \n---\n").sentences) == []


def test_odd_texts_are_checked_like_others():
    """Other scripts, unpaired surrogates, one endless line: an answer, no crash."""
    for odd in (
        "我们将检索迁移到了PostgreSQL。",
        "\ud83d broken",
        "word " * 1000,
        "a\x00b 1e999 9" * 9,
    ):
        assert 0 <= check_summary(odd, odd).score <= 1


@pytest.mark.parametrize(
    ("text", "known", "missing"),
    [
        ("about 80 users", "78 users", []),
        ("80 users", "78 users", ["80"]),
        ("nearly 80 users", "85 users", ["80"]),
        ("two thirds", "67%", []),
        ("67%", "two thirds of them", []),
        ("in 2008", "the 2007-08 season", []),
        ("$1.6 million", "$1,580,575", []),
        ("$1.7 million", "$1,580,575", ["1.7 million"]),
        ("at 2 pm", "14:30", []),
        ("120 minutes", "2 hours", []),
        ("121 minutes", "2 hours", ["121"]),
        ("30 minutes", "half an hour", []),
        ("13 percentage points", "from 18% to 31%", []),
        ("92 %", "an accuracy of 0.92", []),
        ("half of them", "a third of them", ["half"]),
        ("on 3 May 2024", "2024-05-03", []),
    ],
)
def test_numbers_are_compared_as_people_restate_them(text, known, missing):
    """Hedges, fractions, ranges, roundings and clocks; everything else must be stated."""
    assert [text[f.start : f.end] for f in Stated(known).strange(text)] == missing


@pytest.mark.parametrize(
    ("text", "known", "missing"),
    [
        ("3 May 2024", "3 March 2025, and May 2024", ["3 May 2024"]),
        ("May 3rd, 2024", "2024-05-03", []),
        ("2024-05-03", "on 3 May 2024", []),
        ("on 05/03/2024", "March 5, 2024", []),
        ("May 2024", "3 May 2024", []),
        ("4 May 2024", "May 2024, and 4 pages", ["4 May 2024"]),
        ("Q2 2024", "in June 2024", []),
        ("Q3 2024", "in June 2024", ["Q3 2024"]),
        ("May 2024", "between May and August 2024", []),
        ("5 May", "3 to 5 May 2024", []),
        ("in May 2024", "It began in May. That was 2024.", []),
        ("version 2.3.1 in May", "nothing", []),
    ],
)
def test_dates_are_compared_as_wholes(text, known, missing):
    """A date must be one date of the source, in any way of writing it; parts of two are none."""
    assert [date.written for date in Stated(known).undated(text)] == missing


FOLLOWED = (
    "The team moved all jobs from Airflow to Dagster before the audit. Latency fell while cost "
    "rose. Ada says the third model may be faster than Grace's. The share went from 18% to 31% "
    "with a review. The board thanked Ada and Grace. Zero Data Retention (ZDR) applies to every request of Contoso."
)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("The team moved all jobs from Dagster to Airflow before the audit.", UNSUPPORTED),
        ("The team moved few jobs from Airflow to Dagster before the audit.", UNSUPPORTED),
        ("The team moved all jobs from Airflow to Dagster after the audit.", UNSUPPORTED),
        ("The team failed to move all jobs from Airflow to Dagster.", UNSUPPORTED),
        ("Latency rose while cost fell.", UNSUPPORTED),
        ("Grace says the third model may be faster than Grace's.", UNSUPPORTED),
        ("Ada says the second model may be faster than Grace's.", UNSUPPORTED),
        ("Ada says the third model may be slower than Grace's.", UNSUPPORTED),
        ("Ada says the third model is faster than Grace's.", WEAK),
        ("The share went from 31% to 18% with a review.", UNSUPPORTED),
        ("The share went from 18% to 31% without a review.", UNSUPPORTED),
        ("The share went from 18% to 31 percentage points with a review.", UNSUPPORTED),
        ("Before the audit, the team moved all jobs from Airflow to Dagster.", SUPPORTED),
        ("While cost rose, latency fell.", SUPPORTED),
        ("ZDR applies to every request of Contoso.", SUPPORTED),
        ("The team moved all jobs from Airflow to Dagster.", SUPPORTED),
    ],
)
def test_a_sentence_that_follows_the_source_is_laid_beside_it(text, level):
    """A word changed, exchanged or denied is told; another order, or less, is no contradiction."""
    found = check_sentence(text, SourceText(FOLLOWED))
    assert found.support is level, found


MODELS = """\
The assistant is built on Claude models and on an AI-powered search. In the pilot 2,400 clerks took part.
Handling of a claim fell from 47 minutes to 16. The bills for hosting rose to 61 dollars a month.
"""


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("In the pilot of the LLM 2,400 clerks took part.", SUPPORTED, ""),
        ("The assistant is built on LLM-based search.", SUPPORTED, ""),
        ("The assistant is built on Gemini models.", UNSUPPORTED, "Gemini"),
        ("The assistant is built on an AI-driven search.", SUPPORTED, ""),
        ("The assistant is there 24/7.", SUPPORTED, ""),
        ("The assistant is there 24 hours.", UNSUPPORTED, "24 is not in"),
        ("Each claim is handled in 16 minutes.", SUPPORTED, ""),
        ("Clerks handle a claim in only 61 minutes now.", WEAK, "states 61, but of something else"),
    ],
)
def test_what_is_said_in_other_words_is_held_against_the_place_of_its_numbers(text, level, reason):
    """The field's own names and idioms are no inventions; a number of something else is doubtful."""
    found = check_sentence(text, SourceText(MODELS))
    assert found.support is level, found
    assert reason in found.reason


def test_a_text_about_anything_else_has_no_llm():
    """Where no model is spoken of, a language model is an invention like any other."""
    source = SourceText("The bakery sells bread to 40 villages and delivers it by van at dawn.")
    assert check_sentence("The bakery sells bread by LLM.", source).support is UNSUPPORTED


def test_a_loose_paraphrase_with_the_number_of_its_place_is_not_foreign():
    """Few of its words are the source's, but a telling number of the same sentence is."""
    text = "Hampered initially by doubts, {} clerks eventually joined during experimental months"
    foreign, anchored = (check_sentence(text.format(n), SourceText(MODELS)) for n in ("", "2,400"))
    assert "something else" in foreign.reason
    assert "something else" not in anchored.reason
    assert anchored.support is WEAK


def test_time_grows_with_the_source_and_not_with_its_square():
    """Six times the dates, amounts and percentages take about six times as long to check."""

    def seconds(lines: int) -> float:
        source = "\n".join(
            f"On {n % 28 + 1} May {1950 + n % 99} the rate was {n % 9973 / 97:.2f} % and cost ${n}."
            for n in range(lines)
        )
        summary = "It rose by 77.7 percentage points on 3 May 2099. Costs were $4 in 120 minutes."
        began = time.process_time()
        checked = check_summary(source, summary)
        took = time.process_time() - began
        assert "3 May 2099" in checked.sentences[0].reason
        return took

    few = min(seconds(1_000) for _ in range(3))
    assert seconds(6_000) < 12 * few
