"""Is it a case study? By the rule, by cues, and by a model's scores."""

import json
from pathlib import Path
from tomllib import loads

import pytest
from datasets import OWN, shared
from scripted_endpoint import completion
from scripted_model import CASE_STUDY, PROFILE, TRIAGE, document_of

from extractors.registry import read
from schemas.cases import Section
from schemas.errors import ProviderUnavailable
from schemas.reviews import Verdict
from schemas.sources import Document, Payload, SourceKind
from summarizer import plans, service
from summarizer.mentions import terms_in
from summarizer.profiles import Profile, Strategy
from summarizer.strategies.guided import propose
from summarizer.triage import triage_by_cues, verdict_of

TEXTS = loads(Path(__file__).with_name("samples").joinpath("triage.toml").read_text("utf-8"))[
    "texts"
]
SYSTEM = (
    "The system reads each document through a queue and a vector database. "
    "A language model on two GPUs writes the summary. "
    "Embeddings are stored in PostgreSQL behind an API. "
)
USE = (
    "The bank deployed the assistant in March and rolled it out to all branches. "
    "The team measured latency for six weeks in production. "
    "Handling time fell from 47 minutes to 16 minutes. "
    "The assistant now handles 900 queries per day. "
)


def read_text(text: str) -> Document:
    """Return a Markdown text as the extractors read it."""
    found = read(Payload(data=text.encode(), media_type="text/markdown", name="text.md"))
    ids = {"document_id": "doc1_a", "source_id": "src1_a", "snapshot_id": "snap1_a", "url": None}
    return Document(**ids, **{name: getattr(found, name) for name in type(found).model_fields})


RECIPE = "Wash the leeks and cut them into rings. Serve the soup with fresh bread and butter. "
SYSTEMS = (SYSTEM + "It runs in production. ") * 6


@pytest.mark.parametrize(
    ("technical", "used", "deployed", "story", "verdict"),
    [
        (0.0, 1.0, 1.0, 1.0, Verdict.NOT_A_CASE_STUDY),
        (0.35, 0.0, 0.0, 1.0, Verdict.NOT_A_CASE_STUDY),
        (1.0, 0.0, 0.0, 1.0, Verdict.UNSURE),
        (1.0, 0.5, 0.5, 1.0, Verdict.UNSURE),
        (1.0, 0.6, 0.6, 1.0, Verdict.CASE_STUDY),
        (0.5, 1.0, 1.0, 1.0, Verdict.UNSURE),
        (1.0, 0.33, 1.0, 0.0, Verdict.NOT_A_CASE_STUDY),
        (1.0, 1.0, 1.0, 0.0, Verdict.UNSURE),
    ],
)
def test_the_rule(technical, used, deployed, story, verdict):
    """Equal scores give equal verdicts; lists are rejected unless they show real use."""
    scores = {"technical_detail": technical, "real_use": used, "iteration": 0}
    assert verdict_of(scores | {"deployed": deployed, "story": story})[0] is verdict


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (Verdict.CASE_STUDY, (SYSTEM + USE) * 4),
        (Verdict.UNSURE, SYSTEM * 6),
        (Verdict.NOT_A_CASE_STUDY, RECIPE * 20),
        (Verdict.NOT_A_CASE_STUDY, RECIPE * 40 + SYSTEM),
        (Verdict.NOT_A_CASE_STUDY, "Hello."),
    ],
)
def test_verdict_by_cues(verdict, text):
    """A system in use is accepted, a mere system is unsure, a recipe is rejected."""
    triage = triage_by_cues(document_of(text))
    assert triage.verdict is verdict
    for criterion in triage.criteria[:-1]:
        assert bool(criterion.evidence) == (criterion.score > 0)


@pytest.mark.parametrize(
    ("title", "text", "score"),
    [
        ("Top 24 tools for data analysis", SYSTEMS, 0),
        ("Getting started with retrieval", SYSTEMS, 0),
        ("12 lessons from our support agents in production", SYSTEMS, 1),
        ("How Parcelwise answers shops", SYSTEMS, 1),
        ("Answers", "You can store your vectors in an index of your own. " * 9 + SYSTEM, 0),
        ("Answers", "We say what our agents do, and you may doubt our numbers. " * 9, 1),
        ("Servers", "The cluster restarts its servers when a disk of the database fails. " * 9, 0),
    ],
)
def test_lists_guides_and_other_subjects(title, text, score):
    """Covers titles of lists, texts that address the reader, and other subjects."""
    criterion = triage_by_cues(document_of(text, title=title)).criteria[-1]
    assert (criterion.name, criterion.score) == ("story", score)


@pytest.mark.parametrize("text", [t for t in TEXTS if t["half"] == "a"], ids=lambda t: t["name"])
def test_plain_accounts_are_not_refused_and_other_texts_are(text):
    """These texts were used to choose the cues: plain words, English and German."""
    assert triage_by_cues(read_text(text["text"])).refused is not text["account"]


def test_texts_that_chose_no_cue_are_judged_alike():
    """No account is refused; of the others, one of six became a draft when first measured."""
    texts = [text for text in TEXTS if text["half"] == "b"]
    found = [(t["account"], triage_by_cues(read_text(t["text"])).refused) for t in texts]
    assert found.count((True, False)) == 5
    assert (True, True) not in found
    assert found.count((False, True)) >= 5


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("README about examples", "of its sentences name files"),
        ("recipe", "mentions no language models"),
        ("news of an AI law", "quote other people"),
        ("job advertisement", "announces a list"),
        ("tips, German", "address the reader"),
    ],
)
def test_a_refusal_says_what_was_found(name, reason):
    """The counts of the cues, not the claim that there is no system."""
    (text,) = (text for text in TEXTS if text["name"] == name)
    assert reason in triage_by_cues(read_text(text["text"])).reason


def test_a_readme_about_the_examples_is_refused():
    """Our examples' README mentions agents and pipelines in every row of its table."""
    readme = Path(__file__).parents[2] / "examples/README.md"
    assert triage_by_cues(read_text(readme.read_text("utf-8"))).refused


def test_a_german_account_is_drafted_without_a_model():
    """Its sentences are quoted in the matching sections."""
    accounts = [read_text(text["text"]) for text in TEXTS if text["account"]]
    german = [account for account in accounts if account.language == "de"]
    assert len(german) == 4
    for account in german:
        sections = {claim.section for claim in propose(account, "").claims}
        assert Section.ARCHITECTURE in sections
        assert len(sections) >= 2


def test_a_short_name_of_a_term_may_have_a_plural():
    """The word "Q&As" ended triage with a traceback."""
    assert [term.slug for term in terms_in("Two Q&As and a RAG")] == ["question-answering", "rag"]


def test_speakers_may_say_you():
    """In a talk "you" can mean anybody, so it is not a guide."""
    text = "You can store your vectors in an index of your own. " * 9 + SYSTEM
    talk = document_of(text, title="Answers", kind=SourceKind.VIDEO)
    assert triage_by_cues(talk).criteria[-1].score == 1


@pytest.mark.datasets
@pytest.mark.parametrize("page", ["article-wordpress", "article-ghost", "service-webflow"])
def test_our_case_studies_are_not_refused(page):
    """An account of a deployment and its results is accepted, or left to a person."""
    truth = json.loads((OWN / f"web/truth/{page}.json").read_text("utf-8"))
    document = document_of(*truth["main_content"].split("\n"))
    assert triage_by_cues(document).verdict is not Verdict.NOT_A_CASE_STUDY


@pytest.mark.datasets
def test_published_case_studies_are_not_refused():
    """Cues accept most of the published case studies, and refuse none."""
    duckdb = pytest.importorskip("duckdb")
    file = shared("cases/llmops_cases.parquet")
    rows = duckdb.execute(
        "select full_summary from read_parquet(?) where length(full_summary) > 3000 "
        "order by slug limit 10",
        [str(file)],
    ).fetchall()
    verdicts = [triage_by_cues(document_of(*text.split("\n"))).verdict for (text,) in rows]
    assert Verdict.NOT_A_CASE_STUDY not in verdicts
    assert verdicts.count(Verdict.CASE_STUDY) >= 0.7 * len(verdicts)


@pytest.mark.datasets
@pytest.mark.parametrize("page", ["0008", "0012", "0164", "0236"])
def test_pages_about_other_things_are_refused(page):
    """Photography, interiors, finance tips and renovation describe no system."""
    truth = json.loads(shared(f"web/truth/{page}.json").read_text("utf-8"))
    content = (truth.get("ground_truth") or truth)["main_content"]
    document = document_of(*filter(str.strip, content.split("\n")))
    assert triage_by_cues(document).verdict is Verdict.NOT_A_CASE_STUDY


async def test_a_model_scores_the_whole_source(endpoint, asker_of):
    """A source that fits the context is shown completely, and quotes of scores are located."""
    document = document_of(*[f"Paragraph {n} a clerk checks each draft." for n in range(900)])
    endpoint.enqueue(completion(CASE_STUDY))
    plan = plans.plan(document, PROFILE)
    triage = await service.triage(document, asker_of(), plan)
    assert "Paragraph 450" in endpoint.requests[0]["messages"][-1]["content"]
    assert triage.verdict is Verdict.CASE_STUDY
    assert triage.criteria[0].evidence[0].passage == 1
    assert len(triage.generation_ids) == 1


async def test_a_source_too_long_for_one_call_is_sampled(endpoint, asker_of):
    """Before windows are read, a separate question shows a fair sample with gaps marked."""
    document = document_of(*[f"Paragraph {n} a clerk checks each draft." for n in range(900)])
    profile = Profile(model="scripted", context_tokens=9_000, output_tokens=2_000)
    endpoint.enqueue(completion(TRIAGE))
    plan = plans.plan(document, profile)
    triage = await service.triage(document, asker_of(profile), plan)
    assert triage.rubric == plans.rubric_id(plan) == "triage/v3"
    asked = endpoint.requests[0]["messages"][-1]["content"]
    assert "Paragraph 899" in asked
    assert "are left out)" in asked


async def test_triage_of_a_reasoning_model_has_no_small_limit(endpoint, asker_of):
    """Reasoning counts as output, so the limit is that of the profile."""
    endpoint.enqueue(completion(CASE_STUDY))
    profile = Profile(
        model="scripted", context_tokens=128_000, output_tokens=32_000, reasoning_effort="medium"
    )
    document = document_of("A clerk checks each draft.")
    await service.triage(document, asker_of(profile), plans.plan(document, profile))
    assert endpoint.requests[0]["max_completion_tokens"] == 32_000


async def test_an_outage_is_never_a_verdict(endpoint, asker_of):
    """If the endpoint fails, an error is raised instead of a rejection."""
    document = document_of("Text.")
    with pytest.raises(ProviderUnavailable):
        await service.triage(document, asker_of(), plans.plan(document, PROFILE))


async def test_small_models_do_not_judge(endpoint, asker_of):
    """For a guided model cues decide, and the rubric's name says so."""
    profile = Profile(strategy=Strategy.GUIDED)
    document = document_of((SYSTEM + USE) * 4)
    plan = plans.plan(document, profile)
    triage = await service.triage(document, asker_of(profile), plan)
    assert (triage.rubric, triage.model) == (plans.rubric_id(plan), "cues")
    assert endpoint.requests == []
