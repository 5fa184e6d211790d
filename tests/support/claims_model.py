"""A scripted strong model that plans and writes reports by claims."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from report_model import ReportModel, judged, statements_of
from scripted_endpoint import Reply, completion, schema_name

_FINDING = re.compile(r"^(\d+)\. (.+?) \((better|worse|none|unknown)\): (.+)$", re.MULTILINE)


class ClaimsModel(ReportModel):
    """Claims that each theme helps, unless a finding says otherwise.

    ``themes`` are words; a finding with one of them is for its claim if its effect is better, and
    against it if it is worse. ``others`` are those of its second proposal, by default the same.
    """

    def __init__(self, themes: Sequence[str]) -> None:
        super().__init__(mistaken=False)
        self.themes = themes
        self.others: Sequence[str] = ()
        self.asked: list[str] = []

    def __call__(self, request: Mapping[str, Any]) -> Reply:
        """Return the reply to a request."""
        kind, prompt = schema_name(request), request["messages"][-1]["content"]
        self.asked.append(kind)
        if kind not in (own := self._answers()):
            return super().__call__(request)
        made = own[kind](prompt)
        tokens = sum(len(message["content"]) for message in request["messages"]) // 4
        return completion(made, prompt_tokens=tokens, completion_tokens=len(str(made)) // 4)

    def _answers(self) -> Mapping[str, Any]:
        return {
            "ClaimsAnswer": self._claims,
            "EvidenceAnswer": self._evidence,
            "ClaimAnswer": self._section,
            "SentenceVerdicts": judged,
        }

    def _claims(self, prompt: str) -> dict[str, Any]:
        claims = []
        is_first = "weighed before: none" in prompt
        for theme in self.themes if is_first else self.others or self.themes:
            sides: dict[str, list[int]] = {"supporting": [], "opposing": []}
            for n, _, effect, text in _FINDING.findall(prompt):
                if theme in text.lower():
                    sides["opposing" if effect == "worse" else "supporting"].append(int(n))
            about = {"claim": f"Work on {theme} pays", "theme": theme, "condition": None}
            claims.append(about | sides)
        return {"claims": claims}

    def _evidence(self, prompt: str) -> dict[str, Any]:
        claim = re.search(r"^Claim: Work on (.+) pays$", prompt, re.MULTILINE)
        theme = claim[1] if claim else "?"
        found = []
        for n, _, effect, text in _FINDING.findall(prompt):
            side = "against" if effect == "worse" else "for"
            side = side if theme in text.lower() else "neither"
            found.append({"finding": int(n), "reason": "its words", "side": side})
        return {"findings": found}

    def _section(self, prompt: str) -> dict[str, Any]:
        for_it, _, against = prompt.partition("Against the claim:")
        roles = {"evidence": for_it, "against": against}
        sentences = [
            {
                "role": role,
                "text": f"{one['label']} reports this: {one['text']}",
                "cites": [one["n"]],
            }
            for role, part in roles.items()
            for one in statements_of(part)[:4]
        ]
        cites = sentences[0]["cites"]
        advice = sentences[0]["text"]
        return {"sentences": [*sentences, {"role": "advice", "text": advice, "cites": cites}]}
