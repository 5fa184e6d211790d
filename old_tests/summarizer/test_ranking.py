"""Which sentence speaks about which field."""

import json
from pathlib import Path

import pytest
from written_documents import document_of

from casebook.extractors.kinds.html import extract as extract_html
from casebook.extractors.kinds.markdown import extract as extract_markdown
from casebook.schemas.sources import Payload
from casebook.summarizer.drafting.ranking import pick, usable
from casebook.summarizer.drafting.sections import load_cues, settings_of
from casebook.summarizer.language.sentences import sentences_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def picked(text, section=None, title=None):
    """Return {field: texts} of what is picked from ``text``."""
    found = pick(sentences_of(document_of(text, section=section)), title)
    return {field: [p.sentence.text for p in picks] for field, picks in found.items() if picks}


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("architecture", "The pipeline consists of a queue, three workers and a vector index."),
        ("challenges", "The biggest problem was that the parser could not read scanned pages."),
        ("solutions", "To fix this the team added a check that compares every number."),
        ("lessons", "In hindsight we should have started with the test data."),
        ("results", "Handling time fell from 47 minutes to 16 minutes on average."),
        ("results", "The rate went from eleven point eight percent to one point nine."),
        ("tools", "The vectors live in Qdrant."),
        ("summary", "TL;DR: I turned an old server into a search engine for our notes."),
        ("summary", "I built a small server, a port of the old parser to Swift, for our notes."),
        ("failures", "For three days the index crashed silently and answers were wrong."),
    ],
)
def test_a_sentence_goes_to_the_field_it_speaks_about(field, sentence):
    """Cue words are enough, in figures or in words, in the first or the third person."""
    assert picked(sentence) == {field: [sentence]}


@pytest.mark.parametrize(
    "sentence",
    [
        "The garden behind the hut is lovely in spring and in autumn.",
        "Subscribe to our newsletter to learn about the biggest problem of all.",
        "“The hardest part was that nobody believed in the numbers,” says Anna Voss.",
        "Posted untouched | 38 percent | up from 12 percent in the year before",
        "It was too slow.",
        "the biggest problem was that nobody could read the scanned pages.",
        "The biggest problem was that nobody could read the",
        "Analysts expect the market to reach 40 billion dollars by 2032.",
        "But with three hard problems per family instead of the two we could not solve.",
        "You should see a result of 40 percent in the new interface now.",
        "I was expecting the latency to be 4 times faster than before.",
        "A survey found that 60 percent of small businesses could not recover.",
        "Moreover, 30 percent of the adults in this country rely on Facebook for news.",
        "Small businesses in most of these countries often choose Snowflake or BigQuery.",
    ],
)
def test_silence_is_better_than_a_misfit(sentence):
    """Chatter, calls to action, quoted speech, table rows, stubs and market figures are left."""
    assert picked(sentence) == {}


def test_a_heading_speaks_for_what_opens_a_paragraph_below_it():
    """The same sentence is a lesson under "What we learned" and nothing under no heading."""
    text = "A simple grammar and a small model do well together."
    assert picked(text, section="What we learned") == {"lessons": [text]}
    assert picked(text) == {}


def test_the_title_is_no_heading():
    """A post called "Lessons …" does not make a lesson of each paragraph without a heading."""
    text = "A simple grammar and a small model do well together."
    assert picked(text, section="Lessons of a year", title="Lessons of a year") == {}


def test_a_machine_learning_heading_names_no_lessons():
    """The word "learning" is no "learnings"."""
    text = "Cloud platforms have made simple models available to more people."
    assert "lessons" not in picked(text, section="Machine learning integration")


def test_an_announcement_works_as_a_heading_where_there_is_none():
    """In a talk, "what was hard?" says what the next sentences are about."""
    text = "All right, so what was hard? Everybody filters by distance, but nobody drives far."
    fields = [setting.fields for setting in settings_of(sentences_of(document_of(text)))]
    assert [sorted(each) for each in fields] == [[], ["challenges"]]


def test_a_sentence_after_a_run_in_head_opens_like_one():
    """What follows "Noise." in "Noise. Sound levels …" is told as it would be alone."""
    text = "Noise. Sound levels lie between 78 and 85 decibels and squeals cause errors."
    assert list(picked(text, section="What was difficult")) == ["challenges"]


def test_a_sentence_that_leans_on_the_one_before_weighs_less():
    """The word "they" says nothing alone; the same claim with its subject is taken."""
    assert picked("They could not read the scanned pages at all.") == {}
    assert picked("The parsers could not read the scanned pages, but never failed.")


def examples():
    for name in json.loads((EXAMPLES / "expected.json").read_text("utf-8")):
        if (path := EXAMPLES / name).suffix in {".html", ".md"}:
            yield pytest.param(path, id=name)


def read(path):
    kind = "text/html" if path.suffix == ".html" else "text/markdown"
    payload = Payload(
        data=path.read_bytes(), media_type=kind, name=path.name, url=None, final_url=None
    )
    extracted = (extract_html if path.suffix == ".html" else extract_markdown)(payload)
    return document_of("-").model_copy(
        update={name: getattr(extracted, name) for name in ("title", "text", "passages", "site")}
    )


@pytest.mark.parametrize("path", examples())
def test_picks_are_whole_sentences_each_in_one_field_and_few(path):
    """Every pick is a usable sentence of the document; the model is asked thirty times at most."""
    document = read(path)
    found = pick(sentences_of(document), document.title)
    chosen = [p.sentence for picks in found.values() for p in picks]
    assert all(document.text[s.start : s.end] == s.text and usable(s, 5) for s in chosen)
    assert len({s.start for s in chosen}) == len(chosen) <= 30
    assert all(len(picks) <= load_cues().fields[f].keep for f, picks in found.items())


@pytest.mark.parametrize("path", examples())
def test_a_case_study_has_what_a_reader_looks_for(path):
    """The examples speak of architecture, challenges and lessons, and the picks show it."""
    gold = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))[path.name]
    document = read(path)
    found = pick(sentences_of(document), document.title)
    if gold["is_case_study"]:
        assert all(found[field] for field in ("architecture", "challenges", "lessons", "results"))
    else:
        assert not found["architecture"]
        assert not found["results"]


def test_a_text_that_nothing_sums_up_opens_with_its_system():
    """Where no sentence is a summary, the first on the architecture is; the company's trade is none."""
    text = (
        "Brasswell supplies 900 bakeries from 58 mills in two countries.\n\n"
        "A webhook sends each photograph to a queue, and a worker on Kubernetes reads it.\n\n"
        "Each page is stored in PostgreSQL and passed to a vision model behind an API.\n\n"
        "The pipeline consists of three services that exchange messages through Kafka."
    )
    picked = pick(sentences_of(document_of(text)))
    assert [p.sentence.text[:9] for p in picked["summary"]] == ["A webhook"]
    assert picked["architecture"]
    assert picked["summary"][0].sentence not in [p.sentence for p in picked["architecture"]]
