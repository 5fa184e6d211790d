"""A report to record, and an endpoint that speaks it as tones."""

import io
import wave
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from werkzeug import Request, Response

from schemas.cases import SupportLevel
from schemas.reports import (
    Citation,
    DatasetRelease,
    Report,
    ReportNumber,
    ReportSection,
    ReportSentence,
    Scope,
    SentenceRole,
)

RATE = 16_000
SECONDS_A_LETTER = 0.03


def cite(name: str, part: str = "s1", text: str = "", **more: Any) -> Citation:
    """Return a citation of the case of a company."""
    fields = {
        "case_id": f"case_{name.lower()}",
        "revision_id": "rev1",
        "part": part,
        "text": text or f"{name} keeps a log of {part}.",
        "label": name,
        "title": f"How {name} answers claims",
        "year": "2024",
    }
    return Citation(**(fields | more))


def sentence(n: int, text: str, *citations: Citation, **more: Any) -> ReportSentence:
    """Return a sentence; it is verbatim if it cites one statement."""
    support = SupportLevel.VERBATIM if len(citations) == 1 else SupportLevel.VERIFIED
    fields = {"role": SentenceRole.DID, "support": support if citations else "computed"}
    return ReportSentence(n=n, text=text, citations=citations, **(fields | more))


def report_of(*sections: ReportSection, **more: Any) -> Report:
    """Return a report with these sections, or with two that repeat a statement."""
    fields = {
        "report_id": "rep1_x",
        "name": "retrieval",
        "title": "Retrieval & what <b>40 cases</b> report",
        "template": "theme",
        "scope": Scope(words="retrieval"),
        "release": DatasetRelease(day=date(2026, 11, 3), sha256="0" * 64, cases=40),
        "sections": sections or (RETRIEVAL, COSTS),
        "numbers": (ReportNumber(name="q:share", sql="SELECT 30", value="30", meaning="share"),),
        "created_by": "ann",
        "created_at": datetime(2026, 11, 4, 9, tzinfo=UTC),
    }
    return Report(**(fields | more))


STORES = "Acme stores 40k claims in PostgreSQL."
RETRIEVAL = ReportSection(
    heading="Retrieval",
    tag="rag",
    sentences=(
        sentence(1, "{q:share}% of the cases search before they answer.", role=SentenceRole.COUNTS),
        sentence(2, STORES, cite("Acme", text=STORES)),
        sentence(3, "Two teams rank results again.", cite("Acme", "s2"), cite("Beta", "s4")),
        sentence(4, "Keyword search missed answers.", cite("Beta", "s9"), role=SentenceRole.FAILED),
    ),
)
COSTS = ReportSection(
    heading="Costs",
    sentences=(
        sentence(5, STORES, cite("Acme", text=STORES)),
        sentence(6, "A reply costs $0.03.", cite("Beta", "s5"), role=SentenceRole.RESULTS),
    ),
)


def tones(request: Request) -> Response:
    """Speak a text as a tone whose length is that of the text."""
    form = request.get_json()
    samples = int(RATE * SECONDS_A_LETTER * len(form["input"]))
    pitch = 440 if form["voice"] == "alloy" else 220
    tone = 9_000 * np.sin(2 * np.pi * pitch * np.arange(samples) / RATE)
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone.astype("<i2").tobytes())
    return Response(made.getvalue(), content_type="audio/wav")
