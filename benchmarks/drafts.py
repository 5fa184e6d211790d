"""Measures drafts and their judge: errors caught, statements kept, faults of endpoints, costs.

    .venv/bin/python benchmarks/drafts.py
    .venv/bin/python benchmarks/drafts.py --prompts FOLDER  # write the judge's prompts for readers
    .venv/bin/python benchmarks/drafts.py --answers FOLDER  # with a table of the readers' answers

Puts the probes and reference case studies of the shared data, and the labelled items of
``evals/judge``, through the real prompts with a scripted endpoint, and prints one Markdown table.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

from judge_readers import documents, readers, write_prompts  # noqa: E402 - after the path
from scripted_endpoint import (  # noqa: E402 - from the tests
    Reply,
    ScriptedEndpoint,
    api_error,
    completion,
    schema_name,
)
from scripted_model import TRIAGE, asked_items, verdict  # noqa: E402 - from the tests

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from flows.ingest import process  # noqa: E402
from publishing.gate import readable  # noqa: E402
from review import decisions  # noqa: E402
from review.parts import parts_of, text_of  # noqa: E402
from schemas.cases import Match, Measure, Method, Section, Support  # noqa: E402
from schemas.errors import InvalidDecision  # noqa: E402
from schemas.generations import Usage  # noqa: E402
from schemas.results import IngestResult  # noqa: E402
from schemas.sources import SourceRef  # noqa: E402
from services.run import Run  # noqa: E402
from summarizer.answers import SECTION_OF  # noqa: E402
from summarizer.judge import judge_study  # noqa: E402
from summarizer.judge_scoring import JudgeCase, JudgeItem, read_judge_cases  # noqa: E402
from summarizer.rendering import estimate_tokens  # noqa: E402
from summarizer.scoring import GoldSource  # noqa: E402

SOURCES = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data")) / "sources"
# A current mid-size model, for prices.
MODEL = "gpt-5-mini"
POST = "grab-hubble-data-discovery"  # of about 12,000 characters
STAGES = {"production": "full production", "production_internal": "internal tool"}
PARTS = ("metric", "qualifier", "value", "unit", "baseline", "sample")
PARTLY = (5, 20, 39)  # items of the post that a judge accepts in part; the last is its summary's
SPOILS = ("missing", "out of order", "doubled", "counted from 1 when asked again", "empty")
Line = tuple[object, object, object]


def _print(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def answer_of(reference: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a prompt that yields a reference case study."""
    answer: dict[str, Any] = {name: [] for name in SECTION_OF}
    for one in reference["statements"]:
        name = "evaluation" if one["section"] == "operations" else one["section"]
        item = {"id": _id(one["id"]), "statement": one["text"], "quotes": one["quotes"]}
        if name == "solutions":
            item["answers"] = _id(one["answers"]) if one["answers"] else None
        if name == "results":
            item |= {part: one.get(part) for part in PARTS}
            item["method"] = one["method"] if one["method"] in list(Method) else None
        answer[name].append(item)
    for name, fact in reference["facts"].items():
        value = fact["value"] and STAGES.get(fact["value"], fact["value"])
        answer[name] = {"value": value, "quote": fact["quote"] or ""} if value else None
    tags = [
        {"name": t["name"], "group": "technique", "quote": t["quote"]} for t in reference["tags"]
    ]
    abstract = [
        {"sentence": one["sentence"], "rests_on": [_id(s) for s in one["rests_on"]]}
        for one in reference["abstract"]
    ]
    triage = {**TRIAGE, "reason": reference["triage"]["reason"]}
    title = reference["title"]
    return answer | {"triage": triage, "title": title, "tags": tags, "abstract": abstract}


def _id(name: str) -> int:
    return int(name.removeprefix("s"))


def _id(name: str) -> int:
    return int(name.removeprefix("s"))


def reference_of(name: str) -> dict[str, Any]:
    """Return a reference case study."""
    found: dict[str, Any] = json.loads((SOURCES / f"reference/{name}.json").read_text())
    return found


@asynccontextmanager
async def resources_of(endpoint: ScriptedEndpoint, **changes: Any) -> AsyncIterator[Resources]:
    """Yield resources with the scripted endpoint in the role of a current model."""
    with tempfile.TemporaryDirectory() as home:
        model = {"llm_base_url": endpoint.base_url, "llm_model": MODEL}
        settings = Settings(home=Path(home), curator="bench", judge=MODEL, **model, **changes)
        async with Resources(settings) as resources:
            yield resources


def judge_that_knows(labels: Mapping[str, bool], spoil: str = "") -> Callable[..., Reply]:
    """Return the script of a judge that knows the labels, with one verdict in 20 spoilt."""

    def script(request: Mapping[str, Any]) -> Reply:
        found = [
            verdict(n, text, "entailed" if labels.get(text, True) else "contrary")
            for n, text in asked_items(request)
        ]
        spoilt = [one for one in found if is_spoilt(one["first_words"])]
        good = [one for one in found if one not in spoilt]
        match spoil:
            case "missing":
                found = good
            case "out of order":
                found = found[::-1]
            case "doubled":
                found = [*found, *(one | {"label": "entailed"} for one in spoilt)]
            case "empty":
                found = [*good, *({"item": one["item"]} for one in spoilt), {}]
            case "counted from 1 when asked again" if good:
                found = good
            case "counted from 1 when asked again":
                found = [one | {"item": n, "label": "entailed"} for n, one in enumerate(found, 1)]
        return completion({"verdicts": found})

    return script


def is_spoilt(text: str) -> bool:
    """Return whether the verdict on an item with these first words is one of the spoilt."""
    words = " ".join(text.split()[:6])
    return int(hashlib.sha256(words.encode()).hexdigest(), 16) % 20 == 0


def probe_cases() -> list[JudgeCase]:
    """Return the probes of the shared data as labelled items."""
    items: dict[str, list[JudgeItem]] = {}
    for line in (SOURCES / "reference/probes.jsonl").open():
        row = json.loads(line)
        parts = row.get("parts")
        item = JudgeItem(
            label=row["label"] == "honest",
            kind=row["kind"],
            item="statement",
            text=" ".join(row["statement"].split()),
            quotes=tuple(row["quotes"]),
            section=Section.RESULTS if parts else Section.LESSONS,
            measure=Measure(**parts) if parts else None,
        )
        items.setdefault(row["source"], []).append(item)
    return [
        JudgeCase(name=name, source=GoldSource(path=str(SOURCES / name)), items=tuple(several))
        for name, several in sorted(items.items())
    ]


async def falsehoods(endpoint: ScriptedEndpoint) -> list[Line]:
    """Put probes and labelled items through code, a judge that knows them, and the gate."""
    lines: list[Line] = []
    for name, cases in (
        ("probes", probe_cases()),
        ("evals/judge", read_judge_cases(ROOT / "evals/judge")),
    ):
        labels = {item.text: item.label for case in cases for item in case.items}
        kinds = {item.text: item.kind for case in cases for item in case.items}
        async with resources_of(endpoint) as resources:
            found = await documents(cases, resources)
            studies = [(document, await case.study(document)) for case, document in found]
            by_code = _supports(study for _, study in studies)
            stopped = {text for text, one in by_code.items() if not one.is_publishable}
            stopped |= labels.keys() - by_code.keys()  # dropped tags and repetitions
            lines += _by_kind(name, labels, kinds, stopped)
            found_in: dict[str, tuple[str, str]] = {}
            for spoil in ("", *SPOILS):
                endpoint.script = judge_that_knows(labels, spoil)
                judged = []
                for document, study in studies:
                    asker = resources.judge(f"{document.document_id} {spoil}")
                    if asker is None:
                        raise SystemExit("the judge is off")
                    asker.ledger = Forgetful()
                    judged.append((await judge_study(study, document, asker))[0])
                found_in[spoil] = _published(labels, judged)
            lines += _by_spoil(name, found_in)
    return lines


class Forgetful:
    """A ledger that keeps nothing, so that every run asks."""

    def answer(self, question_id: str) -> None:
        """Return no answer."""

    def append(self, *rows: object, timeout: float) -> None:
        """Keep nothing."""


def _supports(studies: Iterable[Any]) -> dict[str, Support]:
    return {text_of(part): part.support for study in studies for part in parts_of(study)}


def _by_kind(
    name: str, labels: Mapping[str, bool], kinds: Mapping[str, str], stopped: set[str]
) -> Iterator[Line]:
    false = Counter(kinds[text] for text, is_true in labels.items() if not is_true)
    caught = Counter(kinds[text] for text in stopped if not labels[text])
    shown = ", ".join(
        f"{kind} {caught[kind]}/{number}" for kind, number in false.most_common() if caught[kind]
    )
    flagged = sum(labels[text] for text in stopped)
    honest = len(labels) - false.total()
    yield f"{name}, code alone: false stopped", f"{caught.total()} of {false.total()}: {shown}", ""
    yield f"{name}, code alone: honest withheld", f"{flagged} of {honest}", ""


def _published(labels: Mapping[str, bool], judged: Sequence[Any]) -> tuple[str, str]:
    """Return the counts of false texts that readers see, and of honest ones that they do not."""
    shown = _supports(readable(study).study for study in judged)
    published = sum(not labels.get(text, True) for text in shown)
    false = sum(not is_true for is_true in labels.values())
    # By its own level: a summary with one false sentence is held back as a whole.
    doubted = (text for text, support in _supports(judged).items() if not support.is_publishable)
    honest = [text for text in doubted if labels.get(text, True)]
    others = sum(not is_spoilt(text) for text in honest)
    more = f", {others} not spoilt" if others else ""
    return f"{published} of {false}", f"{len(honest)} of {len(labels) - false}{more}"


def _by_spoil(name: str, found: Mapping[str, tuple[str, str]]) -> Iterator[Line]:
    published, withheld = found[""]
    yield f"{name}, a judge that knows the labels: false published", published, "0"
    yield f"{name}, the same: honest withheld", withheld, "0"
    spoilt = {spoil: pair for spoil, pair in found.items() if spoil}
    shown = "; ".join(f"{spoil} {published}" for spoil, (published, _) in spoilt.items())
    yield f"{name}, one verdict in 20 spoilt: false published", shown, "0"
    shown = "; ".join(f"{spoil} {withheld}" for spoil, (_, withheld) in spoilt.items())
    yield f"{name}, the same: honest withheld", shown, "only the spoilt"


async def arrivals(endpoint: ScriptedEndpoint) -> list[Line]:
    """Answer the real prompts with the reference case studies."""
    wanted = arrived = placed = located = tags = tagged = 0
    levels: Counter[str] = Counter()
    sizes: dict[str, float] = {}
    async with resources_of(endpoint) as resources:
        for path in sorted((SOURCES / "reference").glob("*.json")):
            reference = reference_of(path.stem)
            answer = answer_of(reference)
            endpoint.script = drafting(answer)
            before = len(endpoint.requests)
            source = str(SOURCES / reference["source"])
            result = await process(Run(SourceRef(source=source), resources))
            view = resources.warehouse.case(result.case_id or "")
            study = view.revision.study
            asked = [(s, one["statement"]) for s in SECTION_OF for one in answer[s]]
            got = [(s.section, s.text) for s in study.statements]
            wanted += len(asked)
            arrived += len({text for _, text in asked} & {text for _, text in got})
            kept = [(SECTION_OF[s], text) for s, text in asked]
            placed += sum(pair in got for pair in kept if [p for p in got if p in kept] == kept)
            located += sum(
                all(e.match is Match.EXACT for e in s.evidence)
                for s in study.statements
                if s.section is not Section.ABSTRACT
            )
            levels.update(s.support.level.value for s in study.statements)
            tags += len(answer["tags"])
            tagged += len(study.tags)
            sizes[path.stem] = sum(map(_size, endpoint.requests[before:])) / len(view.document.text)
    shown = ", ".join(f"{size:.2f}" for size in sizes.values())
    return [
        ("reference statements in the draft", f"{arrived} of {wanted}", "all"),
        ("… in their section, in order", f"{placed} of {wanted}", "all"),
        ("… with all quotes located", f"{located} of {wanted}", "all"),
        ("… by level", ", ".join(f"{n} {level}" for level, n in levels.most_common()), ""),
        ("reference tags kept", f"{tagged} of {tags}", "all"),
        ("characters sent per source character", shown, ""),
    ]


def drafting(answer: Mapping[str, Any], judge: Reply | None = None) -> Callable[..., Reply]:
    """Return a script that drafts ``answer``, and judges all as entailed or replies ``judge``."""

    def script(request: Mapping[str, Any]) -> Reply:
        match schema_name(request):
            case "JudgeAnswer":
                return judge or judge_that_knows({})(request)
            case "RepairAnswer":
                return completion({"corrections": [], "summary": []})
            case _:
                asked = _size(request) // 4
                return completion(answer, prompt_tokens=asked, completion_tokens=4_000)

    return script


def _size(request: Mapping[str, Any]) -> int:
    schema = request["response_format"]["json_schema"]["schema"]
    shape = json.dumps(schema, separators=(",", ":"))
    return len(shape) + sum(len(message["content"]) for message in request["messages"])


async def sizes(endpoint: ScriptedEndpoint) -> list[Line]:
    """Return requests, characters and price of judging a post of 12,000 characters."""
    endpoint.script = drafting(answer_of(reference_of(POST)))
    async with resources_of(endpoint) as resources:
        before = len(endpoint.requests)
        result = await process(Run(SourceRef(source=str(SOURCES / f"{POST}.md")), resources))
        length = len(resources.warehouse.case(result.case_id or "").document.text)
        draft, *judging = endpoint.requests[before:]
        examples = [p for p in (ROOT / "examples").iterdir() if p.suffix in {".html", ".vtt"}]
        expected = [resources.forecast(len(p.read_text("utf-8"))) for p in examples]
        profile = resources.profile
    parts, size = len(asked_items(judging[0])), _size(judging[0])
    texts = ["".join(m["content"] for m in one["messages"]) for one in (draft, judging[0])]
    alike = size - len(texts[1]) + _alike(*texts)
    answered = estimate_tokens(
        judge_that_knows({})(judging[0]).body["choices"][0]["message"]["content"]
    )
    usage = Usage(prompt_tokens=size // 4, completion_tokens=answered)
    prices = [
        profile.priced(usage.model_copy(update={"cached_tokens": cached})).cost_usd or 0
        for cached in (0, alike // 4)
    ]
    calls = sum(one.calls for one in expected)
    price = sum(one.cost_usd or 0.0 for one in expected)
    return [
        (
            f"judging {parts} parts of a post of {length:,} characters",
            f"{len(judging)} request, {size:,} characters, ${prices[0]:.4f}",
            "1 request",
        ),
        ("… with the draft's beginning cached", f"{alike:,} of them, ${prices[1]:.4f}", ""),
        (f"forecast for {len(examples)} examples with {MODEL}", f"{calls} calls, ${price:.3f}", ""),
    ]


async def repair_size(endpoint: ScriptedEndpoint) -> list[Line]:
    """Return the characters sent for a post where two statements and the summary are repaired."""
    script, before = drafting(answer_of(reference_of(POST))), len(endpoint.requests)

    def repairing(request: Mapping[str, Any]) -> Reply:
        if schema_name(request) == "CaseStudyAnswer":
            return script(request)
        items = asked_items(request)
        if schema_name(request) == "JudgeAnswer":
            is_first = len(items) > len(PARTLY)
            labels = {n: "partly" if is_first and n in PARTLY else "entailed" for n, _ in items}
            return completion({"verdicts": [verdict(n, text, labels[n]) for n, text in items]})
        given = {"quotes": ["With over 200,000 tables in our data lake"]}
        corrections = [{"id": n, "statement": t, **given} for n, t in items if n in PARTLY]
        summary = [{"sentence": "HubbleIQ finds datasets at Grab.", "rests_on": [1]}]
        return completion({"corrections": corrections, "summary": summary})

    endpoint.script = repairing
    async with resources_of(endpoint) as resources:
        result = await process(Run(SourceRef(source=str(SOURCES / f"{POST}.md")), resources))
        length = len(resources.warehouse.case(result.case_id or "").document.text)
    asked = endpoint.requests[before:]
    texts = ["".join(m["content"] for m in one["messages"]) for one in asked]
    shape = _size(asked[0]) - len(texts[0])
    total, alike = sum(map(_size, asked)), len(asked) * (shape + _alike(*texts[:2]))
    return [
        (
            "characters per source character, with a repair",
            f"{total / length:.2f} in {len(asked)} requests",
            "7.5 in 4",
        ),
        ("… after the shared beginning", f"{(total - alike) / length:.2f}", "3"),
    ]


def _alike(one: str, other: str) -> int:
    """Return the number of characters with which both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


async def faults(endpoint: ScriptedEndpoint) -> list[Line]:
    """Let the endpoint fail in each way; return outcome, cost, retry, approval and page."""
    answer = answer_of(reference_of(POST))
    good = drafting(answer)
    lines: list[Line] = []
    for name, reply in BROKEN.items():
        for stage in ("judge",) if name in _JUDGED_ONLY else ("draft", "judge"):
            async with resources_of(endpoint, models={MODEL: {"timeout": 1.0}}) as resources:
                first = await _attempt(endpoint, resources, _failing(good, reply, stage))
                state = _state(resources, first)
                again = await _attempt(endpoint, resources, good)
            paid = f"retry: {again.llm_calls} requests, ${again.cost_usd or 0:.3f}"
            found = f"{_outcome(first)}; {state}; {paid}"
            lines.append((f"{stage}: {name}", found, ""))
    return lines


def _cut(reply: Reply) -> Reply:
    text = reply.body["choices"][0]["message"]["content"]
    return completion(text[: len(text) // 2], finish="length", completion_tokens=4_000)


def _changed(reply: Reply, change: Callable[[str], str]) -> Reply:
    return completion(change(reply.body["choices"][0]["message"]["content"]))


def _half(reply: Reply, label: str = "") -> Reply:
    """Return an answer with every second verdict left out, or doubled with ``label``."""
    answer = json.loads(reply.body["choices"][0]["message"]["content"])
    if not (found := answer.get("verdicts")):
        return reply
    more = [one | {"label": label} for one in found[1::2]] if label else []
    return completion({"verdicts": [*(found if label else found[::2]), *more]})


def _renumbered(reply: Reply) -> Reply:
    answer = json.loads(reply.body["choices"][0]["message"]["content"])
    found = [one | {"item": n} for n, one in enumerate(answer.get("verdicts", ())[1:], 1)]
    return completion(answer | {"verdicts": found}) if found else reply


BROKEN: Mapping[str, Callable[[Reply], Reply]] = {
    "cut off at the output limit": _cut,
    "nothing but thinking": lambda _: completion("", finish="length", completion_tokens=4_000),
    "time-out": lambda _: Reply(hold=threading.Event()),
    "fenced JSON": lambda good: _changed(good, "```json\n{}\n```".format),
    "a sentence before it": lambda good: _changed(good, "Here is the answer:\n{}".format),
    "null": lambda _: completion("null"),
    "refusal": lambda _: completion(None, refusal="I cannot help with that."),
    "content filter": lambda _: completion("", finish="content_filter"),
    "no JSON": lambda _: completion("nonsense"),
    "429": lambda _: api_error(429, retry_after="9999"),
    "500": lambda _: api_error(500),
    "every second verdict left out": _half,
    "verdicts doubled, half of them lower": lambda good: _half(good, "partly"),
    "verdicts numbered one too low": _renumbered,
}
_JUDGED_ONLY = tuple(BROKEN)[-3:]


def _failing(
    good: Callable[..., Reply], change: Callable[[Reply], Reply], stage: str
) -> Callable[..., Reply]:
    def script(request: Mapping[str, Any]) -> Reply:
        is_judging = schema_name(request) == "JudgeAnswer"
        return change(good(request)) if is_judging == (stage == "judge") else good(request)

    return script


async def _attempt(
    endpoint: ScriptedEndpoint, resources: Resources, script: Callable[..., Reply]
) -> IngestResult:
    endpoint.script = script
    return await process(Run(SourceRef(source=str(SOURCES / f"{POST}.md")), resources))


def _outcome(result: IngestResult) -> str:
    what = result.failure.kind if result.failure else result.status.value
    levels = ", ".join(f"{n} {level}" for level, n in result.support.items() if n)
    paid = f"{result.llm_calls} requests, ${result.cost_usd or 0:.3f}"
    return f"{what}{f': {levels}' if levels else ''}; {paid}"


def _state(resources: Resources, result: IngestResult) -> str:
    """Return the answer of approve, and the number of statements that readers would see."""
    if result.case_id is None:
        return "nothing to approve"
    study = resources.warehouse.case(result.case_id).revision.study
    shown = len(readable(study).study.statements)
    try:
        decisions.approve(resources.warehouse, result.case_id, "bench")
        said = "approve: yes"
    except InvalidDecision as error:
        said = f"approve: “{str(error).partition(':')[0]}”"
    return f"{said}; on the page: {shown} of {len(study.statements)}"


async def main() -> None:
    """Print all parts as one table, or write the prompts for readers."""
    asked = argparse.ArgumentParser(description="Measure drafts and their judge.")
    asked.add_argument("--prompts", type=Path, help="folder for the judge's prompts")
    asked.add_argument("--answers", type=Path, help="folder with the readers' answers")
    given = asked.parse_args()
    if given.prompts:
        await write_prompts(ROOT / "evals/judge", given.prompts)
        return
    if not SOURCES.is_dir():
        raise SystemExit(f"the shared data is not at {SOURCES}; set CASEBOOK_DATASETS")
    endpoint = ScriptedEndpoint()
    _print("measure", "found", "gate")
    _print("---", "---", "---")
    for part in (falsehoods, arrivals, sizes, repair_size, faults):
        for line in await part(endpoint):
            _print(*line)
    for line in await readers(ROOT / "evals/judge", given.answers) if given.answers else ():
        _print(*line)
    endpoint.close()


if __name__ == "__main__":
    asyncio.run(main())
