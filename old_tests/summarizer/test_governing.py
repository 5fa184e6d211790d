"""What a sentence says over the words that a claim takes of it, and what a claim adds to them."""

import pytest
from written_documents import document_of

from casebook.schemas.cases import SupportLevel
from casebook.summarizer.grounding import placing
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.grounding.governing import governing
from casebook.summarizer.grounding.source_text import SourceSentence, tokens
from casebook.summarizer.grounding.summaries import check_summary
from casebook.summarizer.proposals import Claim, FactClaim

SUPPORTED, WEAK, UNSUPPORTED = SupportLevel.SUPPORTED, SupportLevel.WEAK, SupportLevel.UNSUPPORTED


def judged(source, quotes, text, **measured):
    claim = Claim(text=text, quotes=quotes, **measured)
    return Grounder(document_of(source), "Orrin").statement(claim, result=bool(measured)).support


GOVERNED = [
    (
        "We stopped using Redis for session data.",
        "using Redis for session data",
        "Session data is kept in Redis.",
        "The team gave up Redis for session data.",
        UNSUPPORTED,
    ),
    (
        "The voice bot for tenants was switched off.",
        "The voice bot for tenants",
        "A voice bot for tenants answered at night.",
        "The voice bot for tenants is turned off.",
        WEAK,
    ),
    (
        "The lab never let the agent order reagents.",
        "let the agent order reagents",
        "The agent orders reagents.",
        "The agent was never allowed to order reagents.",
        WEAK,
    ),
    (
        "If the pilot works, the grid operator automates outage notices.",
        "the grid operator automates outage notices",
        "The grid operator automates outage notices.",
        "Outage notices are automated if the pilot works.",
        WEAK,
    ),
    (
        "Critics say that the assistant invents citations.",
        "the assistant invents citations",
        "The assistant invents citations.",
        "Critics say the assistant invents citations.",
        WEAK,
    ),
    (
        "The vendor promised that the model reads handwriting without errors.",
        "the model reads handwriting without errors",
        "The model reads handwriting without errors.",
        "The vendor promised a model that reads handwriting without errors.",
        WEAK,
    ),
    (
        "We considered Weaviate for storing clauses but chose Postgres.",
        "Weaviate for storing clauses",
        "Clauses are stored in Weaviate.",
        "Weaviate was considered for storing clauses.",
        WEAK,
    ),
    (
        "Until the migration, embeddings sat in a file.",
        "embeddings sat in a file",
        "Embeddings sit in a file.",
        "Embeddings sat in a file.",
        WEAK,
    ),
    (
        "Ideally, the assistant would cite the paragraph.",
        "cite the paragraph",
        "The assistant cites the paragraph.",
        "The assistant would ideally cite the paragraph.",
        WEAK,
    ),
    (
        "A move of all tenants is planned for May.",
        "move of all tenants",
        "All tenants moved.",
        "The move of all tenants is planned for May.",
        WEAK,
    ),
    (
        "Does the router save money on calls?",
        "the router save money on calls",
        "The router saves money on calls.",
        "The talk asks whether the router saves money on calls.",
        WEAK,
    ),
    (
        "Our largest competitor reduced storage with quantized vectors.",
        "reduced storage with quantized vectors",
        "Storage was reduced with quantized vectors.",
        "The largest competitor reduced storage with quantized vectors.",
        WEAK,
    ),
]


@pytest.mark.parametrize(("source", "quote", "false", "true", "level"), GOVERNED)
def test_what_governs_a_clause_is_part_of_it(source, quote, false, true, level):
    """An end, a condition, a hope or another's words count, also where the quote leaves them out.

    The same quote carries a claim that says so.
    """
    assert judged(source, [quote], false).level is level
    assert judged(source, [quote], true).level is SUPPORTED


@pytest.mark.parametrize(
    ("source", "quote", "text"),
    [
        ("If urgent, a clerk reads the letter.", "a clerk reads", "A clerk reads urgent letters."),
        (
            "We stopped crawling and moved all feeds to Kafka.",
            "moved all feeds to Kafka",
            "All feeds moved to Kafka.",
        ),
        ("The model is used to tag invoices.", "used to tag invoices", "It tags invoices."),
        (
            "The planner, which we hope to sell, schedules ferries.",
            "schedules ferries",
            "The planner schedules ferries.",
        ),
        ("“Costs fell,” says Jana Weiss.", "Costs fell", "Costs fell."),
        (
            "The model does not guess; it quotes the manual.",
            "it quotes the manual",
            "The model quotes the manual.",
        ),
        (
            "We have not connected the model to the till.",
            "connected the model to the till",
            "The model has not been connected to the till.",
        ),
        (
            "Unlike competitors, the app works offline.",
            "the app works offline",
            "It works offline.",
        ),
    ],
)
def test_such_words_govern_no_other_clause(source, quote, text):
    """A condition that the claim has, another clause, an aside and who speaks change nothing."""
    support = judged(source, [quote], text)
    assert support.level is SUPPORTED, support.reason


def test_one_quote_that_says_so_plainly_is_enough():
    """Where another sentence says the same without reservation, the claim holds."""
    source = "We hope to index the rulings of courts. The rulings of courts are indexed since May."
    quotes = ["index the rulings of courts", "The rulings of courts are indexed"]
    assert judged(source, quotes[:1], "Rulings of courts are indexed.").level is WEAK
    assert judged(source, quotes, "Rulings of courts are indexed.").level is SUPPORTED


def test_a_row_without_end_is_no_sentence():
    """What is longer than any sentence is not searched for what governs it."""
    row = SourceSentence("We would index rulings, would " * 5_000, 0, 0, 0)
    assert governing("Rulings are indexed.", [row]) is None


def test_what_a_claim_counts_is_read_once(monkeypatch):
    """However many numbers it has: else a long row of them takes the square of its length."""
    text, read = "12 cats, 13 dogs, " * 20, list[str]()
    monkeypatch.setattr(placing, "tokens", lambda said: read.append(said) or tokens(said))
    said = SourceSentence("22 boats, 23 cars, " * 20, 0, 0, 0)
    assert placing.other_things(text, [said]) is None
    assert (read.count(text), read.count(said.text)) == (1, 1)


def test_summaries_are_held_against_what_governs():
    """``casebook ground`` marks a sentence that its source says was given up."""
    source = "We stopped using Redis for session data. The kettle is on."
    (check,) = check_summary(source, "Session data is kept in Redis.").sentences
    assert (check.support, check.reason) == (
        WEAK,
        "The source says that this ended: “stopped”.",
    )


@pytest.mark.parametrize(
    ("source", "text", "level"),
    [
        ("The checker reads answers.", "The checker reads all answers.", WEAK),
        ("The checker reads each answer.", "The checker reads every answer.", SUPPORTED),
        ("No answer leaves unread.", "All answers are read.", SUPPORTED),
        ("It sends 1,400 queries a week.", "It sends 1,400 queries every week.", SUPPORTED),
        ("The port runs a planner.", "The port runs the largest planner.", WEAK),
        ("Complaints fell during the trial.", "The trial led to fewer complaints.", WEAK),
        ("With caching, the bill fell by half.", "The bill fell because of caching.", SUPPORTED),
        ("It covers 340,000 households.", "It covers millions of households.", UNSUPPORTED),
        ("It covers 340,000 households.", "It covers thousands of households.", SUPPORTED),
        ("It covers 340,000 households.", "It covers 340,000 vehicles.", WEAK),
        ("Editors save 25 minutes per article.", "Editors save 25 minutes per day.", UNSUPPORTED),
    ],
)
def test_nothing_is_added_to_a_quote(source, text, level):
    """A total, a superlative, a cause or another size is the source's own, or marked."""
    support = judged(source, [source], text)
    assert support.level is level, support.reason


@pytest.mark.parametrize(
    ("source", "false", "true"),
    [
        (
            "Latency fell to 200 ms and cost by 30 %.",
            "Latency went down by 30 %.",
            "Cost went down by 30 %.",
        ),
        (
            "The router answers in 90 ms, the drafter in 1,400 ms.",
            "It takes the drafter 90 ms to answer.",
            "An answer of the drafter takes 1,400 ms.",
        ),
        (
            "There are 14 nurses and 230 doctors on the ward.",
            "The ward has 230 nurses.",
            "The ward has 230 doctors.",
        ),
        (
            "Training took 9 days on 16 cards.",
            "It was trained for 16 days on 9 cards.",
            "It was trained for 9 days on 16 cards.",
        ),
    ],
)
def test_a_number_belongs_to_its_part_of_the_sentence(source, false, true):
    """Numbers that change places within a sentence are marked, in the writer's own words, too."""
    assert judged(source, [source], false).level is WEAK
    assert judged(source, [source], true).level is SUPPORTED


def test_a_metric_has_its_own_value():
    """A result whose metric or baseline has the other number's place is marked."""
    source = "Refunds dropped by 18 percent and complaints by 7 percent, from 9 percent."
    text = "Complaints dropped by 7 percent."
    right = {"metric": "complaints", "value": "7", "unit": "percent", "baseline": "9 percent"}
    assert judged(source, [source], text, **right).level is SUPPORTED
    assert judged(source, [source], text, **right | {"value": "18"}).level is WEAK
    swapped = right | {"value": "9", "baseline": "7 percent"}
    assert judged(source, [source], text, **swapped).level is WEAK


FAR = "\n\n".join(["Somebody will pour the tea for all the guests of the garden. " * 18] * 3)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("The classifier costs 1.9 cents a claim.", WEAK),
        ("A classifier does the routing; nightly jobs cost 1.9 cents a claim.", SUPPORTED),
    ],
)
def test_two_far_quotes_make_no_third_fact(text, level):
    """What one passage says of its subject is not said of another passage's."""
    source = f"Routing is done by a classifier.\n\n{FAR}\n\nNightly jobs cost 1.9 cents a claim."
    quotes = ["Routing is done by a classifier", "Nightly jobs cost 1.9 cents a claim"]
    assert judged(source, quotes, text).level is level


@pytest.mark.parametrize(
    ("field", "value", "source", "quote", "level"),
    [
        ("deployment", "full production", "We plan to go live.", "go live", UNSUPPORTED),
        (
            "deployment",
            "full production",
            "It has not reached full production.",
            "full production",
            UNSUPPORTED,
        ),
        ("deployment", "full production", "We run a pilot.", "We run a pilot", UNSUPPORTED),
        ("deployment", "full production", "We tested the bot.", "tested the bot", UNSUPPORTED),
        ("deployment", "full production", "After a pilot it went live.", "it went live", WEAK),
        (
            "deployment",
            "full production",
            "It moved from prototype to full production.",
            "from prototype to full production",
            SUPPORTED,
        ),
        ("deployment", "limited production", "We run a pilot.", "We run a pilot", WEAK),
        ("year", "2015", "Orrin was founded in 2015.", "founded in 2015", WEAK),
        ("year", "2025", "It went live in 2025.", "went live in 2025", SUPPORTED),
        ("industry", "finance", "Our finance team asks it.", "Our finance team", WEAK),
        ("company", "Contoso", "Unlike Contoso, we log it.", "Unlike Contoso, we log", WEAK),
        ("company", "Contoso", "Contoso logs each prompt.", "Contoso logs each", SUPPORTED),
    ],
)
def test_a_fact_is_no_plan_and_nobody_elses(field, value, source, quote, level):
    """A value may stand in its quote and be none of the case: a plan, a founding, a department."""
    fact = Grounder(document_of(source)).fact(FactClaim(value=value, quotes=[quote]), field)
    assert fact.support.level is level, fact.support.reason
