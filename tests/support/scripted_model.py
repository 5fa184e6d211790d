"""A small source, and the answers that a strong model would give about it, for any test."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scripted_endpoint import Reply, completion, schema_name

from schemas.cases import Origin, Section, Statement
from schemas.generations import AnswerStatus, Generation
from schemas.sources import Document, Passage, SourceKind
from summarizer import plans, service
from summarizer.asker import Asker
from summarizer.checks import Checker
from summarizer.drafts import Claim, Draft
from summarizer.profiles import Price, Profile
from summarizer.strategies.short import ShortAnswer
from summarizer.verification import checked_statement

PROFILE = Profile(
    model="scripted",
    context_tokens=128_000,
    output_tokens=4_000,
    price=Price(input=1.0, output=10.0),
)


class MemoryLedger:
    """A ledger in memory, with the protocol of the real one."""

    def __init__(self) -> None:
        self.kept: list[Generation] = []

    def answer(self, question_id: str) -> Generation | None:
        """Return the newest ok answer."""
        found = (g for g in reversed(self.kept) if g.question_id == question_id)
        return next((g for g in found if g.status is AnswerStatus.OK), None)

    def append(self, *rows: Generation, timeout: float) -> None:  # noqa: ARG002 - the protocol's
        """Keep calls."""
        self.kept.extend(rows)


def document_of(*paragraphs: str, kind: SourceKind = SourceKind.WEB, **fields: object) -> Document:
    """Return a document; a paragraph that starts with ``# `` is a heading, ``Name: `` a speaker."""
    text, passages, headings = "", [], ()
    speakers = fields.pop("speakers", {})
    for paragraph in filter(str.strip, paragraphs):
        if paragraph.startswith("# "):
            headings = (paragraph[2:],)
            continue
        start, n = len(text), len(passages) + 1
        text += paragraph
        passages.append(
            Passage(n=n, start=start, end=len(text), headings=headings, speaker=speakers.get(n))
        )
        text += "\n\n"
    given = {"title": "A title", "url": None} | fields
    return Document.model_validate(
        {
            "document_id": "doc1_x",
            "source_id": "src1_x",
            "snapshot_id": "snap1_x",
            "kind": kind,
            "text": text,
            "passages": passages,
            **given,
        }
    )


PARAGRAPHS = tuple(
    """
Kellamoor insures 2 million travellers in nine countries. Since March 2025 an assistant has drafted the answer to every claim, and a clerk checks each draft.

# How it works

Each claim is embedded and matched against 40,000 solved claims in PostgreSQL. The five nearest go into the prompt, and Llama 3.1 8B, served by vLLM, writes the draft.

# What was hard

A third of the claims were photographs of receipts without any text. The first version invented amounts, so it was switched off after two days.

We run every photograph through Tesseract first, and the draft marks amounts that were read with low confidence.

# Results

The median time to the first answer fell from 26 hours to 2 hours in March. Clerks now send 82% of the drafts unchanged. We do not know yet why pencil fails.
""".strip().split("\n\n")
)


def statement(number: int, text: str, *quotes: str, **parts: Any) -> dict[str, Any]:
    """Return a statement; without quotes it is a sentence of the source."""
    return {"id": number, "statement": text, "quotes": list(quotes) or [text[:-1]], **parts}


def _score(score: int) -> dict[str, Any]:
    return {"score": score, "quote": "a clerk checks each draft"}


TRIAGE: dict[str, Any] = {
    name: _score(3) for name in ("technical_detail", "real_use", "iteration", "deployed", "story")
} | {"reason": "Kellamoor explains a system that clerks use."}
REFUSAL: dict[str, Any] = {name: _score(0) for name in TRIAGE if name != "reason"} | {
    "reason": "It advertises a product."
}
CASE_STUDY: dict[str, Any] = {
    "triage": TRIAGE,
    "title": "Kellamoor: an assistant that drafts answers to claims",
    "company": {"value": "Kellamoor", "quote": "Kellamoor insures 2 million travellers"},
    "industry": {"value": "insurance", "quote": "Kellamoor insures 2 million travellers"},
    "year": None,
    "deployment": {"value": "full production", "quote": "drafted the answer to every claim"},
    "narrator": {"value": "builder", "quote": "We run every photograph through Tesseract"},
    "scale": {"value": "2 million travellers", "quote": "Kellamoor insures 2 million travellers"},
    "context": [
        statement(
            1,
            "Kellamoor's assistant drafts the answer to every claim, and a clerk checks each draft.",
            "an assistant has drafted the answer to every claim, and a clerk checks each draft",
        )
    ],
    "architecture": [
        statement(
            2, "Each claim is embedded and matched against 40,000 solved claims in PostgreSQL."
        )
    ],
    "techniques": [],
    "tools": [
        statement(
            3, "vLLM serves Llama 3.1 8B, which writes the draft.", "Llama 3.1 8B, served by vLLM"
        )
    ],
    "challenges": [
        statement(4, "A third of the claims were photographs of receipts without any text.")
    ],
    "solutions": [
        statement(
            5,
            "Photographs go through Tesseract first at Kellamoor.",
            "We run every photograph through Tesseract first",
            answers=4,
        )
    ],
    "lessons": [],
    "observed": [],
    "example": statement(
        10,
        "An amount that is hard to read is marked for the clerk.",
        "the draft marks amounts that were read with low confidence",
    ),
    "gaps": ["No cost per draft is given."],
    "results": [
        statement(
            6,
            "The median time to the first answer fell from 26 to 2 hours.",
            "The median time to the first answer fell from 26 hours to 2 hours in March",
            metric="median time to the first answer",
            value="2",
            unit="hours",
            baseline="26 hours",
            sample="March",
            method=None,
        ),
        statement(
            7,
            "Clerks send more than 92% of the drafts unchanged.",
            "Clerks now send 82% of the drafts unchanged",
            metric="drafts sent unchanged",
            value="more than 92",
            unit="%",
        ),
    ],
    "failures": [
        statement(
            8,
            "The first version invented amounts and was off after two days.",
            "The first version invented amounts, so it was switched off after two days",
        )
    ],
    "open_questions": [
        statement(
            9, "Kellamoor does not know why pencil fails.", "The moon is made of cheese, they said"
        )
    ],
    "tags": [
        {"name": "Postgres", "group": "tool", "quote": "40,000 solved claims in PostgreSQL"},
        {"name": "vLLM", "group": "tool", "quote": "Llama 3.1 8B, served by vLLM"},
        {
            "name": "claim drafting",
            "group": "application",
            "quote": "drafted the answer to every claim",
        },
        {"name": "Kafka", "group": "tool", "quote": "which the source never says at all"},
    ],
    "abstract": [
        {
            "sentence": "Kellamoor has an assistant draft the answer to every claim for a clerk.",
            "rests_on": [1],
        },
        {
            "sentence": "The median first answer takes 2 hours instead of 26, though receipts were hard.",
            "rests_on": [4, 6],
        },
        {"sentence": "Nobody has measured how many clerks it needs.", "rests_on": []},
    ],
}


EMPTY = {name: [] for name in CASE_STUDY if isinstance(CASE_STUDY[name], list)}
REFUSED: dict[str, Any] = {**EMPTY, "triage": REFUSAL}
"""The whole answer about a source that is refused."""


def merge_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Choose every finding of the question in its own field, and the first of each fact."""
    answer: dict[str, Any] = {name: [] for name in EMPTY if name != "tags"}
    answer["title"] = CASE_STUDY["title"]
    for line in str(request["messages"][-1]["content"]).splitlines():
        if found := re.match(r"\((\d+)\) (\w+), passage [^:]*: (.*?)(?: \[.*\])?$", line):
            number = int(found[1])
            chosen = {"id": number, "statement": found[3], "findings": [number]}
            if found[2] == "example":
                answer["example"] = chosen
            else:
                answer[found[2]].append(chosen)
        elif found := re.match(r"\((\d+)\) (\w+): ", line):
            answer.setdefault(found[2], int(found[1]))
    return answer


def judge_of(request: Mapping[str, Any], label: str = "entailed") -> dict[str, Any]:
    """Give every item of the question the same label, but refute the false one."""
    labels = {CASE_STUDY["results"][1]["statement"]: "contrary"}
    return {
        "verdicts": [verdict(n, text, labels.get(text, label)) for n, text in asked_items(request)]
    }


def asked_items(request: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the numbers and texts of the items in a question for the judge."""
    listed = request["messages"][-1]["content"]
    return [(int(n), text) for n, text in re.findall(r"^(\d+), [^:]*: (.*)$", listed, re.MULTILINE)]


def verdict(number: int, text: str, label: str = "entailed") -> dict[str, Any]:
    """Return a verdict with the first words of the item."""
    words = " ".join(text.split()[:6])
    return {"item": number, "first_words": words, "reason": "The words decide.", "label": label}


def answer_of(request: Mapping[str, Any]) -> Reply:
    """Answer any question of the summarizer about the small source."""
    asked = sum(len(message["content"]) for message in request["messages"]) // 4
    answers = {
        "TriageAnswer": lambda: TRIAGE,
        "PartAnswer": lambda: CASE_STUDY,
        "CaseStudyAnswer": lambda: CASE_STUDY,
        "ShortAnswer": lambda: short_of(CASE_STUDY),
        "MergeAnswer": lambda: merge_of(request),
        "JudgeAnswer": lambda: judge_of(request),
        "RepairAnswer": lambda: {"corrections": [], "summary": []},
        "SpeakersAnswer": lambda: {"speakers": [], "company": None, "system": None},
        "WantedAnswer": lambda: {"verdict": "fits", "reason": "It is about claims."},
    }
    answer = answers[schema_name(request)]()
    return completion(answer, prompt_tokens=asked, completion_tokens=len(str(answer)) // 4)


def short_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of a small model that copied the quotes of a whole answer."""
    quoted = {
        name: [quote for one in answer.get(name, ()) for quote in one["quotes"]]
        for name in ShortAnswer.model_fields.keys() - {"title", "company"}
    }
    return {"title": answer["title"], "company": answer["company"]["value"], **quoted}


def case_document(**fields: Any) -> Document:
    """Return the small source."""
    return document_of(*PARAGRAPHS, **fields)


def checked(
    text: str,
    section: Section,
    quotes: Sequence[str],
    document: Document,
    *,
    known: Sequence[str] = (),
    origin: Origin = Origin.CURATOR,
    **claim: Any,
) -> Statement:
    """Return a statement as code alone checks it; ``known`` names need not be in the passage."""
    claimed = Claim(section=section, text=text, quotes=tuple(quotes), origin=origin, **claim)
    return checked_statement(claimed, 0, Checker(document, known))


async def drafted(document: Document, asker: Asker, plan: plans.DraftPlan | None = None) -> Draft:
    """Return the draft of a source after its triage."""
    plan = plan or plans.plan(document, PROFILE)
    verdict = await service.triage(document, asker, plan)
    return await service.summarize(document, asker, plan, verdict)
