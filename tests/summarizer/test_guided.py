"""The strategy for small models: the source's own sentences, chosen by cues."""

from datetime import date

import pytest
from scripted_model import document_of

from schemas.cases import Method, Origin, Section, SupportLevel
from schemas.errors import AnswerInvalid
from schemas.taxonomy import load_taxonomy
from summarizer import service
from summarizer.profiles import Profile, Strategy
from summarizer.results import measure_in, parted
from summarizer.sentences import sentences_of
from summarizer.strategies.company import company_of
from summarizer.strategies.guided import _facts
from summarizer.strategies.ranking import pick

PLAN = service.usual_plan(1_000, Profile(strategy=Strategy.GUIDED))
POST = (
    "Parcelwise built an assistant that answers questions of shops about lost parcels.",
    "# How it works",
    (
        "Each ticket is embedded and stored in PostgreSQL, and a small service in Go answers queries. "
        "We fine-tuned a classifier on 4,000 labelled tickets."
    ),
    "# Our stack",
    "The vectors live in Qdrant.",
    "# What was hard",
    "The biggest problem was that the parser could not read scanned delivery notes at all.",
    "# Results",
    "Median time to first reply went from 4 hours 10 minutes to 1 hour 35 minutes.",
)


def picked(text, heading=None, title=None):
    """Return {section: texts} of what is picked from ``text``."""
    document = document_of(*([f"# {heading}"] if heading else []), text)
    found = pick(sentences_of(document), title)
    return {name.value: [p.sentence.text for p in picks] for name, picks in found.items() if picks}


async def test_a_guided_draft_is_verbatim(asker_of, endpoint):
    """No model is asked, every statement is the source's own sentence, tags have their quotes."""
    document = document_of(*POST, title="Parcelwise: lost parcels")
    draft = await service.summarize(document, asker_of(), PLAN)
    study = (await service.verify(draft, document, load_taxonomy())).study
    assert endpoint.requests == []
    assert {s.support.level for s in study.statements} == {SupportLevel.VERBATIM}
    assert {s.origin for s in study.statements} == {Origin.SOURCE}
    assert {"abstract", "architecture", "challenges", "results", "tools"} <= {
        s.section.value for s in study.statements
    }
    assert {tag.slug for tag in study.tags} >= {"qdrant"}
    assert all(tag.evidence[0].quote in document.text for tag in study.tags)
    [result] = study.section(Section.RESULTS)
    assert result.measure.baseline == "4 hours 10 minutes"


async def test_a_text_about_something_else_gives_no_draft(asker_of):
    """Where no sentence speaks of any section there is an error, not an empty draft."""
    with pytest.raises(AnswerInvalid):
        await service.summarize(document_of("Stir the soup. Add the leeks."), asker_of(), PLAN)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("architecture", "The pipeline consists of a queue, three workers and a vector index."),
        ("challenges", "The biggest problem was that the parser could not read scanned pages."),
        ("solutions", "To fix this the team added a check that compares every number."),
        ("lessons", "In hindsight we should have started with the test data."),
        ("results", "Handling time fell from 47 minutes to 16 minutes on average."),
        ("results", "The rate went from eleven point eight percent to one point nine."),
        ("tools", "The vectors live in Qdrant."),
        ("abstract", "TL;DR: I turned an old server into a search engine for our notes."),
        ("failures", "For three days the index crashed silently and answers were wrong."),
    ],
)
def test_a_sentence_goes_to_the_section_it_speaks_about(section, sentence):
    """Cue words are enough, in figures or in words, in the first or the third person."""
    assert picked(sentence) == {section: [sentence]}


@pytest.mark.parametrize(
    "sentence",
    [
        "The garden behind the hut is lovely in spring and in autumn.",
        "Subscribe to our newsletter to learn about the biggest problem of all.",
        "“The hardest part was that few believed in the numbers,” says Anna Voss.",
        "Posted untouched | 38 percent | up from 12 percent in the year before",
        "It was too slow.",
        "the biggest problem was that we could not read the scanned pages.",
        "Analysts expect the market to reach 40 billion dollars by 2032.",
        "You should see a result of 40 percent in the new interface now.",
        "A survey found that 60 percent of small businesses could not recover.",
    ],
)
def test_a_misfit_is_left_out(sentence):
    """Chatter, calls to action, quoted speech, table rows, stubs and market figures stay out."""
    assert picked(sentence) == {}


def test_headings_and_announcements_speak_for_what_follows():
    """The same sentence is a lesson under "What we learned", and nothing without a heading."""
    text = "A simple grammar and a small model do well together."
    assert picked(text, heading="What we learned") == {"lessons": [text]}
    assert picked(text) == picked(text, heading="Lessons", title="Lessons") == {}


def test_a_sentence_that_leans_on_the_one_before_weighs_less():
    """The word "they" says nothing alone; the same claim with its subject is taken."""
    assert picked("They could not read the scanned pages at all.") == {}
    assert picked("The parsers could not read the scanned pages, but never failed.")


def test_a_text_that_nothing_sums_up_opens_with_its_system():
    """Where no sentence is a summary, the first on the architecture is."""
    found = picked(
        "A webhook sends each photograph to a queue, and a worker on Kubernetes reads it. "
        "Each page is stored in PostgreSQL and passed to a vision model behind an API. "
        "The pipeline consists of three services that exchange messages through Kafka."
    )
    assert found["abstract"][0].startswith("A webhook")
    assert found["architecture"]


FILLER = "It took a year in all. The index is rebuilt at night. Few mind. " * 3


@pytest.mark.parametrize(
    ("expected", "text", "fields"),
    [
        (
            "Kellamoor Logistics",
            (
                "Ruben Achterberg, Warehouse Systems, Kellamoor Logistics.\n\nThe voice assistant is "
                f"described here.\n\nKellamoor operates eleven warehouses. {FILLER}"
            ),
            {},
        ),
        (
            "Parcelwise",
            f"Parcelwise runs tracking for shops. At Parcelwise we sort tickets. {FILLER}",
            {"site": "Parcelwise Engineering"},
        ),
        (
            "Hollmann Reiter Group",
            (
                "Hollmann Reiter Group supplies roofers from 58 branches. Tallyforge built the reading "
                f"pipeline. {FILLER} Hollmann Reiter Group is extending it. We at Tallyforge agree."
            ),
            {
                "title": "Hollmann Reiter Group: four out of five invoices posted untouched",
                "site": "Tallyforge",
            },
        ),
        (
            "Marlowe Grid",
            f"Sanne leads productivity at Marlowe Grid. {FILLER} Marlowe Grid has 420 engineers.",
            {"title": "Recap: Marlowe Grid's review agent", "site": "Patchnotes"},
        ),
        (None, FILLER, {}),
        (None, "Additionally, a company should test its backups. " + FILLER, {}),
        (None, "PostgreSQL runs everywhere. PostgreSQL handles most of it. " + FILLER, {}),
        (None, "Acme built a bot. Globex built a bot. Acme runs it. Globex runs it. " + FILLER, {}),
        (None, f"The news team at large wrote this. {FILLER}", {"site": "Daily Herald"}),
    ],
)
def test_the_company_is_the_one_whose_system_it_is(expected, text, fields):
    """By-line, self-description, title: not the publisher, vendor or tool; none rather than wrong."""
    document = document_of(*text.split("\n\n"), **({"title": None} | fields))
    found = company_of(document, sentences_of(document))
    assert (found.value if found else None) == expected
    assert found is None or found.quotes[0] in document.text


def facts(text, **fields):
    """Return the facts of a text by name."""
    document = document_of(text, **({"title": None} | fields))
    return {fact.name: fact.value for fact in _facts(document, sentences_of(document))}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("full production", "It has been live for every shop since September."),
        ("limited production", "It is live at three sites since May."),
        ("internal tool", "They wrote an internal code-review agent."),
        ("proof of concept", "So far it is still a prototype."),
        (None, "Test any provider by a proof-of-concept before you commit."),
    ],
)
def test_the_stage_is_that_of_the_system_itself(value, sentence):
    """Advice says nothing about how far the system has come."""
    assert facts(sentence).get("stage") == value


def test_facts_of_the_page_and_silence():
    """The page's date is the year; a text that says nothing has no facts."""
    assert facts("It began in 2019.", published=date(2026, 3, 1)) == {"year": "2026"}
    assert facts("The kettle is on. We will pour it.") == {}


BANK = "The bank checks each loan. A banking app shows it. Fintech rules apply to the bank. "
CLINIC = "The hospital asks each patient. Clinical notes help the doctor. A physician decides. "


def test_an_industry_must_lead_clearly():
    """One that fills the text is named; of two alike none is, nor one mentioned in passing."""
    filler = "The kettle is on and we will pour it for all of us at noon. "
    assert facts(BANK * 3)["industry"] == "finance"
    assert "industry" not in facts((BANK + CLINIC) * 3)
    assert "industry" not in facts(BANK + filler * 200)
    text = "Hospital Bank Weekly met in the hills. Hospital Bank Weekly sang. " * 5
    assert "industry" not in facts(text, site="Hospital Bank Weekly")


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "baseline", "metric"),
    [
        ("The median time to a reply fell from 6 days to 11 hours.", "11", "hours", "6 days", "median time to a reply"),
        ("Our share of solved tickets went from 18% to 31%.", "31", "%", "18%", "share of solved tickets"),
        ("Cost per ticket has dropped to 1.1 cents, down from 3.1 cents.", "1.1", "cents", "3.1 cents", "Cost per ticket"),
        ("A first answer takes about two seconds instead of nine.", "two", "seconds", "nine", "A first answer"),
        ("The median reply went from 4 hours 10 minutes to 1 hour 35 minutes.", "1 hour 35 minutes", None, "4 hours 10 minutes", "median reply"),
        ("Caching cut the price per answer from 4 cents to 1 cent.", "1", "cent", "4 cents", "price per answer"),
    ],
)  # fmt: skip
def test_plain_results_come_in_parts(sentence, value, unit, baseline, metric):
    """Three forms are read: from A to B, to B from A, and B instead of A."""
    read = measure_in(sentence)
    assert (read.value, read.unit, read.baseline, read.metric) == (value, unit, baseline, metric)


@pytest.mark.parametrize(
    "sentence",
    [
        "Latency improved a lot in the second quarter.",
        "We handle 9,000 letters a week with 31 queues.",
        "It saves agents 20 to 30 minutes.",
    ],
)
def test_unclear_results_have_no_parts(sentence):
    """A part that is guessed is worse than none."""
    assert measure_in(sentence) is None


def test_qualifier_and_method_are_read():
    """The qualifier is apart from the value, and an A/B test is recognised."""
    assert parted("more than 31") == ("more than", "31")
    assert parted("31") == (None, "31")
    assert measure_in("Latency fell from 9 s to 2 s in an A/B test.").method is Method.AB_TEST
