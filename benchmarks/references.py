"""Measures drafts of real sources end to end: errors caught, statements kept, costs.

    .venv/bin/python benchmarks/references.py

Reads the probes and reference case studies of the shared data, answers the real prompts with them
through a scripted endpoint, and prints one Markdown table.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from scripted_endpoint import (  # noqa: E402 - from the tests
    Reply,
    ScriptedEndpoint,
    api_error,
    completion,
    schema_name,
)
from scripted_model import EMPTY, TRIAGE  # noqa: E402 - from the tests

from config.resources import Resources  # noqa: E402 - after the path
from config.settings import Settings  # noqa: E402
from flows.ingest import process  # noqa: E402
from review import decisions  # noqa: E402
from schemas.cases import CaseStudy, Match, Method, SupportLevel  # noqa: E402
from schemas.sources import SourceRef  # noqa: E402
from services.publication import publish_site  # noqa: E402
from services.run import Run  # noqa: E402
from summarizer.answers import SECTION_OF  # noqa: E402

SOURCES = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data")) / "sources"
# A current mid-size model, for prices.
MODEL = "gpt-5-mini"
STAGES = {"production": "full production", "production_internal": "internal tool"}
PARTS = ("metric", "qualifier", "value", "unit", "baseline", "sample")
CLAIMS = tuple(SECTION_OF)


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


def verdicts(request: Mapping[str, Any], labels: Mapping[str, str]) -> Reply:
    """Answer as a judge that knows the label of each text."""
    found = re.findall(r"^Statement (\d+): (.*)$", request["messages"][-1]["content"], re.MULTILINE)
    judged = []
    for n, line in found:
        known = (label for text, label in labels.items() if line.startswith(" ".join(text.split())))
        label = next(known, "entailed")
        judged.append({"statement": int(n), "label": label, "reason": "The words decide."})
    return completion({"verdicts": judged})


def settings_of(home: Path, endpoint: ScriptedEndpoint, **changes: Any) -> Settings:
    """Return settings with the scripted endpoint in the role of a current model."""
    return Settings(
        home=home,
        curator="bench",
        llm_base_url=endpoint.base_url,
        llm_model=MODEL,
        **changes,
    )


async def probes(endpoint: ScriptedEndpoint) -> Iterator[Sequence[object]]:
    """Put each probe into a draft of its source, and publish what passes the gate."""
    rows = [json.loads(line) for line in (SOURCES / "reference/probes.jsonl").open()]
    labels = {
        row["statement"]: "contrary" if row["label"] == "false" else "entailed" for row in rows
    }
    levels: dict[str, dict[str, SupportLevel]] = {}
    shown: dict[str, str] = {}
    for judge in ("off", "same"):
        with tempfile.TemporaryDirectory() as home:
            async with Resources(settings_of(Path(home), endpoint, judge=judge)) as resources:
                found: dict[str, SupportLevel] = {}
                for name in sorted({row["source"] for row in rows}):
                    study = await _drafted(endpoint, resources, name, rows, labels)
                    found |= {s.text: s.support.level for s in study.statements}
                levels[judge] = found
                if judge == "same":
                    shown = await _published(resources)
    return _probe_lines(rows, levels, shown)


async def _drafted(
    endpoint: ScriptedEndpoint,
    resources: Resources,
    name: str,
    rows: Iterable[Mapping[str, Any]],
    labels: Mapping[str, str],
) -> CaseStudy:
    own = [row for row in rows if row["source"] == name]
    claims = [
        {"id": n, "statement": row["statement"], "quotes": row["quotes"]} | (row.get("parts") or {})
        for n, row in enumerate(own, 1)
    ]
    field = {n: "results" if row.get("parts") else "lessons" for n, row in enumerate(own, 1)}
    answer = {**EMPTY, "triage": TRIAGE, "title": f"Probes of {name}", "company": _company(name)}
    for kind in ("results", "lessons"):
        answer[kind] = [claim for claim in claims if field[claim["id"]] == kind]
    endpoint.script = lambda request: (
        verdicts(request, labels) if schema_name(request) == "JudgeAnswer" else completion(answer)
    )
    result = await process(Run(SourceRef(source=str(SOURCES / name)), resources))
    if result.case_id is None:
        raise SystemExit(f"{name}: {result.failure}")
    return resources.warehouse.case(result.case_id).revision.study


def _company(name: str) -> dict[str, str] | None:
    reference = SOURCES / "reference" / f"{Path(name).stem}.json"
    fact = json.loads(reference.read_text())["facts"]["company"] if reference.exists() else None
    return {"value": fact["value"], "quote": fact["quote"]} if fact else None


async def _published(resources: Resources) -> dict[str, str]:
    """Approve all cases as they are, publish them, and return the text of each page."""
    for case_id in resources.warehouse.case_ids():
        decisions.approve(resources.warehouse, case_id, "bench", leave_out=True)
    done = await publish_site(resources)
    pages = (done.path / "cases").glob("*/index.html")
    texts = (re.sub(r"<[^>]+>", " ", page.read_text("utf-8")) for page in pages)
    return {str(n): " ".join(unescape(text).split()) for n, text in enumerate(texts)}


def _probe_lines(
    rows: Sequence[Mapping[str, Any]],
    levels: Mapping[str, Mapping[str, SupportLevel]],
    pages: Mapping[str, str],
) -> Iterator[Sequence[object]]:
    stopped = {SupportLevel.DOUBTFUL, SupportLevel.REFUTED}
    kinds = Counter(row["kind"] for row in rows if row["label"] == "false")
    for kind, number in kinds.most_common():
        own = [row["statement"] for row in rows if row["kind"] == kind]
        yield (
            f"false, {kind}: marked by code",
            f"{_hits(own, levels['off'], stopped)} of {number}",
            "",
        )
    for label in ("false", "honest"):
        own = [row["statement"] for row in rows if row["label"] == label]
        marked = _hits(own, levels["off"], stopped)
        gate = "≤ 2 %" if label == "honest" else ""
        yield f"{label}: marked by code alone", f"{marked} of {len(own)}", gate
    text = " ".join(pages.values())
    for label, gate in (("false", "none"), ("honest", "all")):
        own = [" ".join(row["statement"].split()) for row in rows if row["label"] == label]
        on_page = sum(statement in text for statement in own)
        yield f"{label}: on a page, with a judge", f"{on_page} of {len(own)}", gate
    marked = text.count("doubtful, confirmed")
    yield "marks on the pages", marked, "0"


def _hits(
    statements: Iterable[str], found: Mapping[str, SupportLevel], levels: set[SupportLevel]
) -> int:
    return sum(found.get(" ".join(text.split())) in levels for text in statements)


async def references(endpoint: ScriptedEndpoint) -> Iterator[Sequence[object]]:
    """Answer the real prompts with the reference case studies."""
    lines: list[Sequence[object]] = []
    names = sorted(path.stem for path in (SOURCES / "reference").glob("*.json"))
    wanted = arrived = placed = located = tags = tagged = 0
    levels: Counter[str] = Counter()
    sizes: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as home:
        async with Resources(settings_of(Path(home), endpoint)) as resources:
            for name in names:
                reference = json.loads((SOURCES / f"reference/{name}.json").read_text())
                answer = answer_of(reference)
                endpoint.script = lambda request, answer=answer: (
                    verdicts(request, {})
                    if schema_name(request) == "JudgeAnswer"
                    else completion(answer)
                )
                before = len(endpoint.requests)
                source = SOURCES / reference["source"]
                result = await process(Run(SourceRef(source=str(source)), resources))
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
                    if s.section.value != "abstract"
                )
                levels.update(s.support.level.value for s in study.statements)
                tags += len(answer["tags"])
                tagged += len(study.tags)
                sizes[name] = sum(map(_size, endpoint.requests[before:])) / len(view.document.text)
    lines += [
        ("reference statements in the draft", f"{arrived} of {wanted}", "all"),
        ("… in their section, in order", f"{placed} of {wanted}", "all"),
        ("… with all quotes located", f"{located} of {wanted}", "all"),
        ("… by level", ", ".join(f"{n} {level}" for level, n in levels.most_common()), ""),
        ("reference tags kept", f"{tagged} of {tags}", "all"),
    ]
    lines += [
        (f"characters sent per source character: {n}", f"{r:.2f}", "") for n, r in sizes.items()
    ]
    return iter(lines)


async def sizes(endpoint: ScriptedEndpoint) -> Iterator[Sequence[object]]:
    """Return the size of the requests for a draft of 25 statements that one call judges."""
    name = "grab-hubble-data-discovery"
    answer = answer_of(json.loads((SOURCES / f"reference/{name}.json").read_text()))
    ids = [one["id"] for section in SECTION_OF for one in answer[section]]
    kept = set(ids[:: len(ids) // 20][:20])
    for section in SECTION_OF:
        answer[section] = [one for one in answer[section] if one["id"] in kept]
    for sentence in answer["abstract"]:
        sentence["rests_on"] = [n for n in sentence["rests_on"] if n in kept]
    endpoint.script = lambda request: (
        verdicts(request, {}) if schema_name(request) == "JudgeAnswer" else completion(answer)
    )
    with tempfile.TemporaryDirectory() as home:
        async with Resources(settings_of(Path(home), endpoint)) as resources:
            before = len(endpoint.requests)
            source = SourceRef(source=str(SOURCES / f"{name}.md"))
            result = await process(Run(source, resources))
            document = resources.warehouse.case(result.case_id or "").document
            sent = sum(map(_size, endpoint.requests[before:])) / len(document.text)
            lines: list[Sequence[object]] = [
                (f"… for {len(document.text):,} characters, 25 statements", f"{sent:.2f}", "≤ 3.2")
            ]
            examples = [p for p in (ROOT / "examples").iterdir() if p.suffix in {".html", ".vtt"}]
            expected = [resources.forecast(len(p.read_text("utf-8"))) for p in examples]
            calls = sum(one.calls for one in expected)
            price = sum(one.cost_usd or 0.0 for one in expected)
            forecast = f"{calls} calls, ${price:.3f}"
            lines.append((f"forecast for {len(examples)} examples with {MODEL}", forecast, ""))
    return iter(lines)


def _size(request: Mapping[str, Any]) -> int:
    schema = request["response_format"]["json_schema"]["schema"]
    shape = json.dumps(schema, separators=(",", ":"))
    return len(shape) + sum(len(message["content"]) for message in request["messages"])


async def faults(endpoint: ScriptedEndpoint) -> Iterator[Sequence[object]]:
    """Let the endpoint fail in each way, then retry; return outcomes and costs."""
    name = "grab-hubble-data-discovery"
    reference = json.loads((SOURCES / f"reference/{name}.json").read_text())
    good = completion(answer_of(reference), prompt_tokens=5_000, completion_tokens=4_000)
    kinds: dict[str, Reply] = {
        "empty answer at the limit": completion("", finish="length"),
        "refusal": completion(None, refusal="I cannot help with that."),
        "content filter": completion("", finish="content_filter"),
        "invalid answer, twice": completion("nonsense"),
        "429": api_error(429, retry_after="9999"),
        "500": api_error(500),
        "empty lists": completion({**EMPTY, "triage": TRIAGE}),
        "context exceeded": api_error(400, "context_length_exceeded"),
        "judge unavailable": good,
    }
    lines = []
    for kind, reply in kinds.items():
        with tempfile.TemporaryDirectory() as home:
            async with Resources(settings_of(Path(home), endpoint)) as resources:
                first = await _attempt(endpoint, resources, reply, judge=api_error(500))
                again = await _attempt(endpoint, resources, good, judge=None)
        lines.append((kind, f"{first}; retry: {again}", ""))
    return iter(lines)


async def _attempt(
    endpoint: ScriptedEndpoint, resources: Resources, reply: Reply, judge: Reply | None
) -> str:
    def script(request: Mapping[str, Any]) -> Reply:
        if schema_name(request) == "JudgeAnswer":
            return judge or verdicts(request, {})
        return reply

    endpoint.script = script
    before = len(endpoint.requests)
    source = SOURCES / "grab-hubble-data-discovery.md"
    result = await process(Run(SourceRef(source=str(source)), resources))
    what = result.failure.kind if result.failure else result.status.value
    if result.unjudged:
        what += ", unjudged"
    calls = len(endpoint.requests) - before
    return f"{what}, {calls} requests, ${result.cost_usd or 0:.4f}"


async def main() -> None:
    """Print all parts as one table."""
    if not SOURCES.is_dir():
        raise SystemExit(f"the shared data is not at {SOURCES}; set CASEBOOK_DATASETS")
    endpoint = ScriptedEndpoint()
    _print("measure", "found", "gate")
    _print("---", "---", "---")
    for part in (probes, references, sizes, faults):
        for line in await part(endpoint):
            _print(*line)
    endpoint.close()


if __name__ == "__main__":
    asyncio.run(main())
