"""A strong model whose answers a reader wrote by hand, for 60 of the shared cases.

``written_findings.jsonl`` has the statements and findings of each case in own words, with the
numbers of the sentences behind them; ``written_report.jsonl`` the answers of a writer and a judge
about a report, with the lines of the question that each number stands for.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from findings_model import asked_findings
from scripted_endpoint import Reply, completion, schema_name
from scripted_model import asked_items, verdict
from sentencex import segment

FOLDER = Path(__file__).parents[2] / "benchmarks"
_FIELDS = (
    "context architecture techniques evaluation challenges solutions results failures lessons plans"
)

_SCORES = "technical_detail real_use iteration deployed story"


class WrittenModel:
    """Answers with what was written; ``cases`` is the parquet file with the texts."""

    def __init__(self, cases: Path) -> None:
        lines = (FOLDER / "written_findings.jsonl").read_text("utf-8").splitlines()
        self.cases = {one["slug"]: one for one in map(json.loads, lines)}
        rows = duckdb.execute(
            "SELECT slug, title, company, full_summary FROM read_parquet(?) "
            "WHERE slug IN (SELECT unnest(?))",
            [str(cases), [*self.cases]],
        ).fetchall()
        report = (FOLDER / "written_report.jsonl").read_text("utf-8").splitlines()
        self._answers = [json.loads(line) for line in report]
        self._texts = {slug: _sentences(text) for slug, _, _, text in rows}
        self.titles = {slug: title for slug, title, _, _ in rows}
        self._companies = {slug: company for slug, _, company, _ in rows}

    def __call__(self, request: Mapping[str, Any]) -> Reply:
        """Return the reply to a request."""
        made = {
            "CaseStudyAnswer": self._case_study,
            "JudgeAnswer": lambda request: {
                "verdicts": [verdict(*one, "entailed") for one in asked_items(request)]
            },
            "FindingsAnswer": self._findings,
            "FindingsJudgeAnswer": lambda request: {
                "verdicts": [verdict(*one, "entailed") for one in asked_findings(request)]
            },
        }.get(schema_name(request), self._report)(request)
        asked = sum(len(one["content"]) for one in request["messages"])
        asked += len(str(request.get("response_format", "")))
        return completion(made, prompt_tokens=asked // 4, completion_tokens=len(str(made)) // 4)

    def _case(self, request: Mapping[str, Any]) -> str:
        """Return the slug of the case whose first statement or sentence a question shows."""
        shown = " ".join(one["content"] for one in request["messages"])
        return next(
            slug
            for slug, case in self.cases.items()
            if case["statements"][0]["text"] in shown or self._texts[slug][2] in shown
        )

    def _case_study(self, request: Mapping[str, Any]) -> dict[str, Any]:
        slug = self._case(request)
        texts, found = self._texts[slug], dict[str, Any]((name, []) for name in _FIELDS.split())
        for n, one in enumerate(self.cases[slug]["statements"], start=1):
            quotes = [texts[i] for i in one["sentences"]]
            part = {"id": n, "statement": one["text"], "quotes": quotes}
            found[one["section"]].append(part)
        scores = {name: {"score": 3, "quote": texts[2][:80]} for name in _SCORES.split()}
        triage = scores | {"reason": "A team explains its system."}
        company = self._companies[slug]
        named = next((text for text in texts.values() if company in text), None)
        facts = {"company": {"value": company, "quote": named} if named else None}
        return {"case_study": found | facts | {"triage": triage, "title": self.titles[slug]}}

    def _findings(self, request: Mapping[str, Any]) -> dict[str, Any]:
        slug = self._case(request)
        shown = request["messages"][-1]["content"]
        listed = {
            text: int(n) for n, text in re.findall(r"^\[(\d+)\] [^:]+: (.+)$", shown, re.MULTILINE)
        }
        texts = {n: one["text"] for n, one in enumerate(self.cases[slug]["statements"], start=1)}
        return {
            "findings": [
                one | {"statements": [listed[texts[n]] for n in one["statements"]]}
                for one in self.cases[slug]["findings"]
            ]
        }

    def _report(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to the most similar question, with the numbers of this one."""
        lines = lines_of(request["messages"][-1]["content"])
        own = [one for one in self._answers if one["schema"] == schema_name(request)]
        best = max(own, key=lambda one: len(lines.keys() & one["lines"].values()))
        known = {name: lines[text] for name, text in best["lines"].items() if text in lines}
        answer: dict[str, Any] = _renumbered(best["answer"], known)
        return answer


_LINE = re.compile(r"^(Sentence )?(\d+)(?: \([^)]*\))?[.:] (.+?)(?: \(value: .*\))?$", re.MULTILINE)


def lines_of(prompt: str) -> dict[str, tuple[str, int]]:
    """Return the number of each finding, statement or sentence of a question by its text.

    The number of a sentence is preceded by ``s``, that of another line by ``n``.
    """
    return {text: ("s" if kind else "n", int(n)) for kind, n, text in _LINE.findall(prompt)}


def _renumbered(answer: Any, known: Mapping[str, tuple[str, int]]) -> Any:
    """Return an answer with other numbers; items about a line that is not there are left out."""
    if isinstance(answer, list):
        found = [_renumbered(one, known) for one in answer]
        return [one for one in found if one is not None]
    if not isinstance(answer, dict):
        return answer
    made: dict[str, Any] = {}
    for name, value in answer.items():
        if name in {"supporting", "opposing", "cites"}:
            made[name] = [known[f"n{n}"][1] for n in value if f"n{n}" in known]
        elif name in {"finding", "sentence"}:
            key = f"{'n' if name == 'finding' else 's'}{value}"
            if key not in known:
                return None
            made[name] = known[key][1]
        else:
            made[name] = _renumbered(value, known)
    return made


def _sentences(text: str) -> dict[int, str]:
    """Return the sentences of a text by number, as the reader saw them."""
    lines = filter(None, map(str.strip, text.split("\n")))
    found = (one.strip() for line in lines for one in segment("en", line))
    return dict(enumerate(filter(None, found), start=1))
