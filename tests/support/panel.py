"""A panel of three companies, and the answers that a strong model would give about it."""

import re
from collections.abc import Mapping
from typing import Any

from scripted_endpoint import Reply, completion, schema_name
from scripted_model import EMPTY, TRIAGE, answer_of, statement

COMPANIES = ("Kellamoor", "Brightkettle", "Ostrava Lines")
TURNS = """
Kellamoor insures travellers, and its assistant drafts the answer to every claim. A clerk checks each draft before it leaves the house, which takes a minute.

Brightkettle sells kitchen goods, and its assistant sorts 9,000 mails a day into twelve queues. Before that, a team of six people read every mail.

Ostrava Lines runs trams, and its assistant answers drivers' questions from 300 manuals. At Ostrava Lines the answers quote the page of the manual.

Kellamoor sends 82% of its drafts unchanged since March. At Brightkettle, 94% of the mails reach the right queue at once.
""".strip()
PANEL = f"---\ntitle: Assistants of Kellamoor, Brightkettle and Ostrava Lines\n---\n\n{TURNS}\n"
SYSTEMS = dict(zip(COMPANIES, ("claim drafts", "mail sorting", "driver answers"), strict=True))
SUBJECTS = [{"company": name, "system": system} for name, system in SYSTEMS.items()]
SCORES: dict[str, Any] = TRIAGE | {
    name: {"score": 3, "quote": "its assistant drafts the answer to every claim"}
    for name in TRIAGE
    if name != "reason"
}
_SAID = {
    "Kellamoor": ["Kellamoor sends 82% of its drafts unchanged since March."],
    "Brightkettle": [
        "At Brightkettle, 94% of the mails reach the right queue at once.",
        "Kellamoor sends 82% of its drafts unchanged since March.",
    ],
    "Ostrava Lines": ["At Ostrava Lines the answers quote the page of the manual."],
}


def study_of(company: str) -> dict[str, Any]:
    """Return the case study of a company; that of Brightkettle has a sentence about another."""
    system = SYSTEMS[company]
    lead = next(turn for turn in TURNS.split("\n\n") if turn.startswith(company)).split(". ")[0]
    context, title = f"{lead}.", f"{company}: an assistant for {system}"
    said = enumerate(_SAID[company], start=2)
    abstract = f"{company} has an assistant for {system} in use."
    return EMPTY | {
        "title": title,
        "company": {"value": company, "quote": lead},
        "context": [statement(1, context)],
        "observed": [statement(n, text) for n, text in said],
        "abstract": [{"sentence": abstract, "rests_on": [1]}],
    }


def asked_about(request: Mapping[str, Any]) -> str | None:
    """Return the company that a question is about, None for the whole source."""
    task = str(request["messages"][-1]["content"])
    found = re.search(r"Listed below .*\n.*\n1\. (.*?): ", task)
    return found[1] if found else None


def panel_answer(request: Mapping[str, Any]) -> Reply:
    """Answer any question about the panel: the whole with scores alone, each subject with a case."""
    whole = SCORES | {"subjects": SUBJECTS}
    if schema_name(request) not in {"TriageAnswer", "CaseStudyAnswer", "PartAnswer"}:
        return answer_of(request)
    if company := asked_about(request):
        answer = study_of(company)
    else:
        answer = whole if schema_name(request) == "TriageAnswer" else EMPTY | {"triage": whole}
    return replied(request, answer)


def replied(request: Mapping[str, Any], answer: object) -> Reply:
    """Return an answer that reports the size of its question, as providers do."""
    asked = sum(len(message["content"]) for message in request["messages"]) // 4
    return completion(answer, prompt_tokens=asked, completion_tokens=len(str(answer)) // 4)
