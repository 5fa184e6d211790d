"""The strategy for small models: the source's own sentences, chosen by cues."""

from datetime import date

import pytest
from scripted_model import document_of

from schemas.cases import Method, Origin, Section, SupportLevel
from schemas.errors import AnswerInvalid
from schemas.taxonomy import load_taxonomy
from summarizer import plans, service
from summarizer.drafts import Claim, Draft
from summarizer.measures import measure_in, split_qualifier
from summarizer.profiles import Profile, Strategy
from summarizer.sentences import sentences_of
from summarizer.strategies.company import company_of
from summarizer.strategies.cues import has_any, load_cues
from summarizer.strategies.guided import _facts
from summarizer.strategies.ranking import candidates, filled, opening
from summarizer.triage import triage_by_cues
from summarizer.verification import verify

PLAN = plans.usual_plan(1_000, Profile(strategy=Strategy.GUIDED))
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
    found = filled(candidates(sentences_of(document), title))
    return {name.value: [p.excerpt.text for p in picks] for name, picks in found.items() if picks}


async def test_a_guided_draft_is_verbatim(asker_of, endpoint):
    """No model is asked, every statement is a sentence of the source, tags have quotes."""
    document = document_of(*POST, title="Parcelwise: lost parcels")
    draft = await service.summarize(document, asker_of(), PLAN, triage_by_cues(document))
    study = (await verify(draft, document, load_taxonomy())).study
    assert endpoint.requests == []
    assert {s.support.level for s in study.statements} == {SupportLevel.VERBATIM}
    assert {s.origin for s in study.statements} == {Origin.SELECTED}
    assert len({s.text for s in study.statements}) == len(study.statements)
    assert {"abstract", "architecture", "challenges", "results", "tools"} <= {
        s.section.value for s in study.statements
    }
    assert {tag.slug for tag in study.tags} >= {"qdrant"}
    assert all(tag.evidence[0].quote in document.text for tag in study.tags)
    [result] = study.section(Section.RESULTS)
    assert result.measure.baseline == "4 hours 10 minutes"


async def test_a_text_about_something_else_gives_no_draft(asker_of):
    """If no sentence matches a section, an error is raised instead of an empty draft."""
    soup = document_of("Stir the soup. Add the leeks.")
    with pytest.raises(AnswerInvalid):
        await service.summarize(soup, asker_of(), PLAN, triage_by_cues(soup))


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("architecture", "The pipeline consists of a queue, three workers and a vector index."),
        ("challenges", "The biggest problem was that the parser could not read scanned pages."),
        ("solutions", "To stop wrong totals the team added a check that compares every number."),
        ("lessons", "In hindsight we should have started with the test data."),
        ("results", "Handling time fell from 47 minutes to 16 minutes on average."),
        ("results", "The rate went from eleven point eight percent to one point nine."),
        ("tools", "The vectors live in Qdrant."),
        ("context", "Parcelwise runs delivery tracking for about 2,300 online shops."),
        ("evaluation", "Every night a judge scores 200 sampled drafts against the gold set."),
        ("plans", "In the coming months we plan to add delivery notes and credit notes."),
        ("failures", "For three days the index crashed silently and answers were wrong."),
    ],
)
def test_a_sentence_goes_to_the_section_it_speaks_about(section, sentence):
    """Cues are enough, with digits or words, in the first or third person."""
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
        "Why did the biggest problem turn out to be the labels of the tickets?",
        "This post describes how the assistant works and what it replaced.",
        "Three things made the project difficult.",
    ],
)
def test_a_misfit_is_left_out(sentence):
    """Covers chatter, calls to action, quoted speech, table rows, stubs and market figures."""
    assert picked(sentence) == {}


def test_headings_and_announcements_speak_for_what_follows():
    """The same sentence is a lesson under "What we learned", and nothing otherwise."""
    text = "A simple grammar and a small model do well together."
    assert picked(text, heading="What we learned") == {"lessons": [text]}
    assert picked(text) == picked(text, heading="Lessons", title="Lessons") == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "They could not read the scanned pages at all.",
        "This cut the time to a first reply by half.",
        "Therefore a clerk checks each draft before the customer sees a word.",
        "In March it went down for six hours because the index was full.",
        "The parser handles these pages without any trouble.",
        "Fine-tuning alone brought it to 16 percent.",
        "Of all the models we tried, Llama was the only one.",
    ],
)
def test_a_sentence_that_points_back_leans(sentence):
    """Pronouns, demonstratives and conclusions need the previous sentence."""
    assert has_any(load_cues().leaning, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The parsers could not read the scanned pages, but they never failed.",
        "When a query arrives, we embed it and ask both systems.",
        "Finally, a clerk checks each draft.",
        "This year the team moved the index to PostgreSQL.",
        "Those who write the labels should also read the drafts.",
    ],
)
def test_a_sentence_with_its_own_nouns_stands_alone(sentence):
    """A pronoun whose noun precedes it in the sentence is not a reason to skip it."""
    assert not has_any(load_cues().leaning, sentence)


def test_a_leaning_sentence_takes_the_one_before_along():
    """Two adjacent sentences become one statement, unless long or in different paragraphs."""
    first, second = (
        "The biggest problem was the index of the scanned delivery notes.",
        "It could not be rebuilt at night because the disks were too slow.",
    )
    assert picked(f"{first} {second}") == {"challenges": [f"{first} {second}"]}
    assert picked(f"{first}\n{second}") == {"challenges": [first]}
    long = first.replace("delivery notes", "delivery notes" + " of every single depot" * 8)
    assert second not in str(picked(f"{long} {second}"))


def test_a_wrapped_line_is_one_sentence():
    """PDF text has line breaks anywhere."""
    found = picked(
        "A simple grammar and a small model\ndo well together.", heading="Lessons learned"
    )
    assert found == {"lessons": ["A simple grammar and a small model do well together."]}


async def test_two_adjoining_sentences_are_verbatim_too():
    """The level says that both sentences are verbatim."""
    document = document_of("The index is slow. It could not be rebuilt at night. A third one.")
    for text, level in (
        ("The index is slow. It could not be rebuilt at night.", SupportLevel.VERBATIM),
        ("The index is slow. A third one.", SupportLevel.DOUBTFUL),
    ):
        claim = Claim(section=Section.CHALLENGES, text=text, quotes=(text,), origin=Origin.SOURCE)
        draft = Draft(strategy=Strategy.GUIDED, strategy_reason="", claims=(claim,))
        [found] = (await verify(draft, document, load_taxonomy())).study.statements
        assert (found.support.level is SupportLevel.VERBATIM) is (level is SupportLevel.VERBATIM)


def test_a_summary_begins_with_the_system():
    """Problem and design follow in the order of the text; results have a section of their own."""
    document = document_of(
        "Clerks could not keep up with 9,000 letters a week, which was the biggest problem. "
        "Parcelwise built an assistant that answers questions of shops about lost parcels.",
        "The pipeline consists of a queue, three workers and a vector index.",
        "The median time to a reply fell from 6 days to 11 hours.",
        FILLER,
    )
    found = [pick.excerpt.text for pick in opening(candidates(sentences_of(document)))]
    assert [text.split()[0] for text in found] == ["Parcelwise", "Clerks", "The"]
    assert "pipeline" in found[2]


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
    """From by-line, self-description or title, not the publisher, vendor or tool; empty if unsure."""
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
    """Advice says nothing about the stage of the system."""
    assert facts(sentence).get("stage") == value


def test_facts_of_the_page_and_silence():
    """The year is that of the page's date; a text without facts gives none."""
    assert facts("It began in 2019.", published=date(2026, 3, 1)) == {"year": "2026"}
    assert facts("The kettle is on. We will pour it.") == {}


BANK = "The bank checks each loan. A banking app shows it. Fintech rules apply to the bank. "
CLINIC = "The hospital asks each patient. Clinical notes help the doctor. A physician decides. "


def test_an_industry_must_lead_clearly():
    """One that fills the text is named; two alike and passing mentions are not."""
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
        ("A first answer takes about two seconds instead of nine.", "two", "seconds", "nine", "first answer"),
        ("The median reply went from 4 hours 10 minutes to 1 hour 35 minutes.", "1 hour 35 minutes", None, "4 hours 10 minutes", "median reply"),
        ("Caching cut the price per answer from 4 cents to 1 cent.", "1", "cent", "4 cents", "price per answer"),
        ("The cost, licences included, dropped from 1.94 to 0.61 euros.", "0.61", "euros", "1.94", "cost"),
        ("Reading in fell from a median of 47 minutes to 16.", "16", "minutes", "a median of 47 minutes", "Reading in"),
        ("The new index brought the median search down to 1.2 seconds.", "1.2", "seconds", None, "median search"),
        ("A cold start is down to 1.2 seconds.", "1.2", "seconds", None, "cold start"),
    ],
)  # fmt: skip
def test_plain_results_come_in_parts(sentence, value, unit, baseline, metric):
    """Covers "from A to B", "to B from A", "B instead of A", and a single value."""
    read = measure_in(sentence)
    assert (read.value, read.unit, read.baseline, read.metric) == (value, unit, baseline, metric)


@pytest.mark.parametrize(
    "sentence",
    [
        "Latency improved a lot in the second quarter.",
        "We handle 9,000 letters a week with 31 queues.",
        "It saves agents 20 to 30 minutes.",
        "A blank sheet between letters reduced this to 3 percent.",
    ],
)
def test_unclear_results_have_no_parts(sentence):
    """An empty part is better than a guess."""
    assert measure_in(sentence) is None


def test_qualifier_and_method_are_read():
    """The qualifier is separated from the value, and an A/B test is recognised."""
    assert split_qualifier("more than 31") == ("more than", "31")
    assert split_qualifier("31") == (None, "31")
    assert measure_in("Latency fell from 9 s to 2 s in an A/B test.").method is Method.AB_TEST
