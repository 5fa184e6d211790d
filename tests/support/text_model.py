"""A scripted strong model that drafts, judges and corrects whatever text it is shown.

Its statements are sentences of the text, put into fields by their words. It misquotes some, as
models do.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from scripted_endpoint import Reply, completion, schema_name
from scripted_model import asked_items, verdict

_FIELDS: Mapping[str, str] = {
    "results": r"\d.*%|% |\d+x\b|reduc\w+ .*\d|from \d.* to \d",
    "challenges": r"challeng|difficult|struggl|problem",
    "solutions": r"address|solv|mitigat|to handle|overcome",
    "failures": r"fail|limitation|hallucinat",
    "lessons": r"lesson|learned|insight|takeaway",
    "evaluation": r"evaluat|monitor|test|metric",
    "plans": r"plan|future|roadmap",
    "tools": r"GPT|Claude|LangChain|AWS|OpenAI|PostgreSQL|vLLM",
    "architecture": r"pipeline|model|system|embedding|retriev|prompt",
    "context": r"",
}
_PER_FIELD = 5
_EACH_MISQUOTED, _EACH_PARTLY = 9, 12  # one of so many
_ANY = dict.fromkeys("technical_detail real_use iteration deployed story".split(), 3)
_NAMES = re.compile(r"\b(?:RAG|GPT-4|Claude|LangChain|PostgreSQL|Pinecone|Kubernetes|vLLM|Llama)\b")


def text_answer(request: Mapping[str, Any]) -> Reply:
    """Answer a drafting, judging or correcting question about any text."""
    asked = str(request["messages"][-1]["content"])
    answers = {
        "CaseStudyAnswer": lambda: {"case_study": _case_study(_passages(asked))},
        "JudgeAnswer": lambda: {"verdicts": [_verdict(*one) for one in asked_items(request)]},
        "RepairAnswer": lambda: {"corrections": [*_corrections(asked)]},
    }
    answer = answers[schema_name(request)]()
    size = sum(len(one["content"]) for one in request["messages"]) + len(
        str(request.get("response_format", ""))
    )
    tokens = {"prompt_tokens": size // 4, "completion_tokens": len(str(answer)) // 4}
    return completion(answer, **tokens)


def _passages(asked: str) -> list[str]:
    """Return the passages of a question, without their headings."""
    (shown,) = re.findall(r"^(=====source-\w+=====)\n(.*?)\n\1$", asked, re.DOTALL | re.MULTILINE)[
        :1
    ]
    parts = re.split(r"^\[\d+[^\]\n]*\] ", shown[1], flags=re.MULTILINE)
    return [re.sub(r"\n# .*\Z", "", part) for part in parts[1:]]


def _sentences(passages: list[str]) -> Iterator[str]:
    for passage in passages:
        for one in re.split(r"(?<=[a-z0-9)][.!?])\s+(?=[A-Z])|\n+", passage):
            if len(one.split()) in range(8, 36) and one.endswith((".", "!")):
                yield one.lstrip("*- ")


def _case_study(passages: list[str]) -> dict[str, Any]:
    """Return a case study of the text, with the statements numbered from 1."""
    answer: dict[str, Any] = {field: [] for field in _FIELDS}
    for one in _sentences(passages):
        fitting = (f for f, cue in _FIELDS.items() if re.search(cue, one, re.IGNORECASE))
        if field := next((f for f in fitting if len(answer[f]) < _PER_FIELD), None):
            number = sum(map(len, answer.values())) + 1
            answer[field].append(_statement(number, one, field))
    for one in answer["solutions"]:
        earlier = [other["id"] for other in answer["challenges"] if other["id"] < one["id"]]
        one["answers"] = earlier[-1] if earlier else None
    told = [one for field in answer.values() for one in field]
    whole = "\n".join(passages)
    names = Counter(re.findall(r"(?<=[a-z,] )[A-Z][A-Za-z]{3,}", whole)).most_common(1)
    company = names[0][0] if names else None
    quote = next((one for one in _sentences(passages) if company and company in one), "")
    summed = [one for one in told if one["id"] % 4 == 1][:5]
    return answer | {
        "triage": {
            name: {"score": n, "quote": _words(told[0]["statement"])} for name, n in _ANY.items()
        }
        | {"reason": "A team explains its system."},
        "title": f"{company}: a system with language models",
        "company": {"value": company, "quote": _words(quote)} if company and quote else None,
        "abstract": [{"sentence": s["statement"], "rests_on": [s["id"]]} for s in summed],
        "gaps": ["The size of the team is not given."],
        "tags": [
            {"name": name, "group": "tool", "quote": _around(whole, name)}
            for name in sorted(set(_NAMES.findall(whole)))
        ],
    }


def _statement(number: int, sentence: str, field: str) -> dict[str, Any]:
    """Return a sentence as a statement; a result has its number and unit as parts."""
    quote = _words(sentence)
    if _hash(sentence) % _EACH_MISQUOTED == 0:
        middle = quote.split()
        quote = " ".join([*middle[:2], "never", *reversed(middle[2:])])
    one: dict[str, Any] = {"id": number, "statement": sentence, "quotes": [quote]}
    if field == "results" and (
        found := re.search(r"(\d[\d.,]*\d|\d)\s?(%|x\b|hours|minutes)?", quote)
    ):
        one |= {"metric": "outcome", "value": found[1], "unit": found[2]}
    return one


def _verdict(number: int, text: str) -> dict[str, Any]:
    is_partly = _hash(text) % _EACH_PARTLY == 0 and not text.endswith("reportedly.")
    return verdict(number, text, "partly" if is_partly else "entailed")


def _corrections(asked: str) -> Iterator[dict[str, Any]]:
    """Yield each item to correct as a weaker statement."""
    for number, text in re.findall(
        r"^(\d+), [^:]*: (.*\.)$", asked.partition("To correct:")[2], re.MULTILINE
    ):
        yield {"id": int(number), "statement": f"{text.rstrip('.')}, reportedly.", "quotes": []}


def _around(text: str, name: str) -> str:
    """Return the words from a name on."""
    return _words(text[text.index(name) :].partition("\n")[0])


def _words(text: str) -> str:
    return " ".join(text.split(" ")[:25])


def _hash(text: str) -> int:
    return sha256(text.encode()).digest()[0]
