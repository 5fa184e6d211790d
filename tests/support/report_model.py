"""A scripted model that writes reports and answers, and a scripted judge.

The writer rephrases statements and makes one mistake per section on request. The judge calls a
sentence entailed if nearly all of its words are in its citations.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scripted_endpoint import Reply, completion, schema_name

from publishing.similarity import TextSimilarity, stems

_LINE = re.compile(
    r"^(?P<n>\d+)\. (?P<label>.+?)(?:, (?P<year>\d{4}))? \[(?P<section>\w+)\]: (?P<text>.+?)"
    r"(?: \(value: (?P<value>\{s:\d+\})\))?$",
    re.MULTILINE,
)
_ROLES = {"challenges": "challenges", "lessons": "worked", "failures": "failed"}
_ASKED = re.compile(r"^Sentence (\d+) \([^)]*\): (.+?) ((?:\[[^\]]+\])*)$", re.MULTILINE)
_CITED = re.compile(r"^\[([^\]]+)\] (.+)$", re.MULTILINE)
_ENTAILED = 0.65
MISTAKES: Sequence[tuple[str, Callable[[str], str]]] = (
    ("a number", lambda text: f"{text.rstrip('.')}, which saved 97 % of the cost."),
    ("a claim", lambda text: f"{text.rstrip('.')}, because regulators across Europe forbade it."),
    ("a name", lambda text: f"{text.rstrip('.')}, as Zorblatt Industries did before."),
    ("a company", lambda text: f"Netflix reports: {text}"),
)


def statements_of(prompt: str) -> list[dict[str, Any]]:
    """Return the numbered statements that a prompt shows."""
    return [found.groupdict() | {"n": int(found["n"])} for found in _LINE.finditer(prompt)]


class ReportModel:
    """Answers as a model that writes reports; ``mistakes`` counts those that it made, by kind."""

    def __init__(self, *, mistaken: bool = True, silent: bool = False) -> None:
        self.mistaken, self.silent = mistaken, silent
        self.mistakes: list[str] = []
        self.sections = 0

    def __call__(self, request: Mapping[str, Any]) -> Reply:
        """Return the reply to a request."""
        prompt = request["messages"][-1]["content"]
        made = {
            "OutlineAnswer": self._outline,
            "SectionAnswer": self._section,
            "RewriteAnswer": lambda _: {"sentences": []},
            "CitingAnswer": self._cited,
            "SentenceVerdicts": judged,
        }[schema_name(request)](prompt)
        tokens = sum(len(message["content"]) for message in request["messages"]) // 4
        return completion(made, prompt_tokens=tokens, completion_tokens=len(str(made)) // 4)

    @staticmethod
    def _outline(prompt: str) -> dict[str, Any]:
        found = re.findall(r"^(\d+)\. (.+) \(\d+ statements\)$", prompt, re.MULTILINE)
        return {"sections": [{"heading": h, "themes": [int(n)]} for n, h in found]}

    def _section(self, prompt: str) -> dict[str, Any]:
        found, taken = statements_of(prompt), dict[str, int]()
        sentences = []
        for one in found:
            role = "results" if one["value"] else _ROLES.get(one["section"], "did")
            taken[role] = taken.get(role, 0) + 1
            if taken[role] <= 3:
                text = _restated(one)
                text += f" The value was {one['value']}." if one["value"] else ""
                sentences.append({"role": role, "text": text, "cites": [one["n"]]})
        if self.mistaken and sentences:
            kind, change = MISTAKES[self.sections % len(MISTAKES)]
            sentences.append(sentences[0] | {"text": change(sentences[0]["text"])})
            self.mistakes.append(kind)
        self.sections += 1
        return {"sentences": sentences}

    def _cited(self, prompt: str) -> dict[str, Any]:
        if "Sum up the sentences" in prompt:
            found = re.findall(r"^(\d+)\. (.+)$", prompt, re.MULTILINE)
            return {"sentences": [{"text": text, "cites": [int(n)]} for n, text in found[::9][:6]]}
        question = re.search(r"^Question: (.+)$", prompt, re.MULTILINE)
        found = statements_of(prompt)
        likeness = TextSimilarity(one["text"] for one in found)
        asked = question[1] if question else ""
        near = [one for one in found if likeness.share(asked, one["text"]) >= 0.5]
        shown = [] if self.silent else near[:3]
        return {"sentences": [{"text": _restated(o), "cites": [o["n"]]} for o in shown]}


def _restated(one: Mapping[str, Any]) -> str:
    return f"{one['label']} reports this: {one['text']}"


def is_carried(text: str, cited: str) -> bool:
    """Return whether nearly all words of a sentence are in its citations."""
    asked = stems(text)
    return len(asked & stems(cited)) >= _ENTAILED * len(asked)


def judged(prompt: str) -> dict[str, Any]:
    """Return the verdicts of a judge that compares words."""
    cited = dict(_CITED.findall(prompt))
    verdicts = []
    for number, text, marks in _ASKED.findall(prompt):
        own = " ".join(cited.get(name, "") for name in re.findall(r"\[([^\]]+)\]", marks))
        label = "entailed" if is_carried(text, own) else "partly"
        reason = "" if label == "entailed" else "More than the statements have."
        verdicts.append({"sentence": int(number), "reason": reason, "label": label})
    return {"verdicts": verdicts}
