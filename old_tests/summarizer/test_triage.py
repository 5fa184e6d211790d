"""Is it a case study? By cues and by the rule."""

import json
import re

import pytest
from written_documents import document_of

from casebook.schemas.triage import Verdict
from casebook.summarizer.triage import triage_by_cues, verdict_of

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
RECIPE = "Wash the leeks and cut them into rings. Serve the soup with fresh bread and butter. "


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
    """A system in use is one, told in the third person too; a system alone is for the curator."""
    assert triage_by_cues(document_of(text)).verdict is verdict


def test_a_verdict_shows_what_it_rests_on():
    """Each criterion names how many sentences speak of it, and quotes of them."""
    document = document_of((SYSTEM + USE) * 4)
    for criterion in triage_by_cues(document).criteria[:-1]:
        assert bool(criterion.evidence) == (criterion.score > 0)
        assert all(document.text[e.start : e.end] == e.quote for e in criterion.evidence)


@pytest.mark.parametrize(
    ("technical", "used", "deployed", "verdict"),
    [
        (0.0, 1.0, 1.0, Verdict.NOT_A_CASE_STUDY),
        (0.35, 0.0, 0.0, Verdict.NOT_A_CASE_STUDY),
        (1.0, 0.0, 0.0, Verdict.UNSURE),
        (1.0, 0.5, 0.5, Verdict.UNSURE),
        (1.0, 0.6, 0.6, Verdict.CASE_STUDY),
        (0.5, 1.0, 1.0, Verdict.UNSURE),
    ],
)
def test_the_rule(technical, used, deployed, verdict):
    """The same scores give the same verdict, whoever gave them."""
    scores = {"technical_detail": technical, "real_use": used, "iteration": 0, "deployed": deployed}
    assert verdict_of(scores)[0] is verdict


@pytest.mark.parametrize(
    ("telling", "real_use", "verdict"),
    [
        (0.0, 0.33, Verdict.NOT_A_CASE_STUDY),
        (0.0, 1.0, Verdict.UNSURE),
        (0.33, 0.0, Verdict.NOT_A_CASE_STUDY),
        (1.0, 1.0, Verdict.CASE_STUDY),
    ],
)
def test_a_list_or_tutorial_is_refused_unless_it_shows_real_use(telling, real_use, verdict):
    """However technical it is and whatever deployments it names in passing."""
    scores = {"technical_detail": 1.0, "iteration": 0, "deployed": 1.0}
    assert verdict_of(scores | {"telling": telling, "real_use": real_use})[0] is verdict


SYSTEMS = (SYSTEM + "It runs in production. ") * 6


@pytest.mark.parametrize(
    ("title", "text", "score"),
    [
        ("Top 24 tools for data analysis", SYSTEMS, 0),
        ("Getting started with retrieval", SYSTEMS, 0),
        ("12 lessons from our support agents in production", SYSTEMS, 1),
        ("How Parcelwise answers shops", SYSTEMS, 1),
        ("Answers", "You can store your vectors in an index of your own. " * 9 + SYSTEM, 0),
        ("Answers", "We tell you what our agents do, and you may doubt our numbers. " * 9, 1),
        ("Servers", "The cluster restarts its servers when a disk of the database fails. " * 9, 0),
    ],
)
def test_what_lists_or_advises_is_told_by_title_address_and_subject(title, text, score):
    """A title of a list, a text that speaks to its reader, and one about no language model."""
    told = triage_by_cues(document_of(text, title=title)).criteria[-1]
    assert (told.name, told.score) == ("telling", score), told


def plain(text):
    return document_of(re.sub(r"\n+", "\n\n", text))


@pytest.mark.datasets
def test_published_case_studies_are_not_refused(datasets):
    """Of published case studies most are accepted, and none is refused."""
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.execute(
        "select full_summary from read_parquet(?) where length(full_summary) > 3000 "
        "order by slug limit 40",
        [str(datasets / "cases" / "llmops_cases.parquet")],
    ).fetchall()
    verdicts = [triage_by_cues(plain(text)).verdict for (text,) in rows]
    assert Verdict.NOT_A_CASE_STUDY not in verdicts
    assert verdicts.count(Verdict.CASE_STUDY) >= 0.7 * len(verdicts)


@pytest.mark.datasets
@pytest.mark.parametrize("page", ["0008", "0012", "0164", "0236", "0227", "4660"])
def test_pages_about_other_things_are_refused(datasets, page):
    """Photography, interiors, finance tips, renovation, gardening: no system is described."""
    truth = json.loads((datasets / "web" / "truth" / f"{page}.json").read_text("utf-8"))
    content = (truth.get("ground_truth") or truth)["main_content"]
    assert triage_by_cues(plain(content)).verdict is Verdict.NOT_A_CASE_STUDY
