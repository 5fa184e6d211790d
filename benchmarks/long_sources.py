"""Long sources through map_reduce: calls as planned and as made, seconds, and memory at its peak.

    .venv/bin/python benchmarks/long_sources.py [PDF]

A three-hour transcript, written here as captions of some 9,400 words an hour, and a long PDF (the
one given, else a book of 240 pages written here) are each submitted in a fresh home, in a process
of its own, against a scripted endpoint in another process that answers from the passages it is
shown. The figures are of casebook alone: what a real model takes comes on top.
"""

import asyncio
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

HOURS, LINE_SECONDS = 3, 4
PAGES = 240
SUBJECTS = (
    "the retrieval service|our triage model|the nightly job|the evaluation set|the desk team|\
the ranking step|the cache|the claims pipeline|the transcript index|the fallback path".split("|")
)
VERBS = "reads|rewrites|scores|compares|queues|summarizes|routes|samples|replays|checks".split("|")
OBJECTS = "every letter of the day|the last five tickets|scanned delivery notes|answers of the old \
model|long calls from the depot|invoices without a number|questions nobody had asked|the policy \
record|two thousand labelled drafts|the weekly report".split("|")
TAILS = "before a person sees them|because the first version invented numbers|and keeps what two \
clerks agreed on|which cut the wait from {a} to {b} minutes|after we had lost {a} of them in \
March|so that {b} percent need no second look|although it costs {a} dollars a day|and that took us \
{b} weeks to get right".split("|")


def sentences(seed: int) -> Iterator[str]:
    """Yield sentences without end, all different enough to be findings of their own."""
    chance = random.Random(seed)  # noqa: S311 - text for a benchmark
    while True:
        tail = chance.choice(TAILS).format(a=chance.randint(20, 90), b=chance.randint(2, 19))
        words = (chance.choice(SUBJECTS), chance.choice(VERBS), chance.choice(OBJECTS), tail)
        yield " ".join(words).capitalize() + "."


def transcript(path: Path) -> Path:
    """Write captions of three hours."""
    told = sentences(1)
    lines = ["WEBVTT", ""]
    for start in range(0, HOURS * 3600, LINE_SECONDS):
        end = start + LINE_SECONDS
        lines += [f"{_clock(start)} --> {_clock(end)}", next(told), ""]
    path.write_text("\n".join(lines))
    return path


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"


def book(path: Path) -> Path:
    """Write a PDF of many pages with chapters."""
    from fpdf import FPDF

    told, pdf = sentences(2), FPDF()
    for page in range(PAGES):
        pdf.add_page()
        if page % 12 == 0:
            pdf.set_font("helvetica", "B", 16)
            pdf.cell(0, 12, f"{page // 12 + 1} {next(told)[:50]}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        for _ in range(6):
            pdf.multi_cell(0, 5, " ".join(next(told) for _ in range(5)))
            pdf.ln(3)
    pdf.output(str(path))
    return path


def serve(address: "multiprocessing.Queue[str]") -> None:
    """Answer for ever, in a process of its own."""
    import scripted_curator
    from scripted_endpoint import ScriptedEndpoint

    endpoint = ScriptedEndpoint()
    endpoint.fallback = scripted_curator.answer
    address.put(endpoint.base_url)
    while True:
        time.sleep(3600)


async def submit(source: Path, base_url: str, home: Path) -> dict[str, object]:
    """Submit one source and return the figures."""
    from casebook.pipeline.ingestion.ingest import ingest
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings
    from casebook.schemas.cases import Match
    from casebook.schemas.sources import SourceRef
    from casebook.summarizer import service
    from casebook.summarizer.models.profiles import Strategy

    settings = Settings.load(
        home=home,
        llm_base_url=base_url,
        llm_model="gpt-4o-mini",
        llm_strategy="map_reduce",
        extract_timeout=300,
    )
    async with Services(settings) as services:
        outcome = await ingest(SourceRef(source=str(source)), services, force=True)
        if outcome.case_id is None:
            return {"failure": outcome.failure.message if outcome.failure else outcome.status}
        view = services.warehouse.case(outcome.case_id)
        plan = service.plan(view.document, services.profile, Strategy.MAP_REDUCE)
        found = [s.evidence for _, s in view.revision.case_study.statements()]
        return {
            "words": len(view.document.text.split()),
            "passages": len(view.document.passages),
            "planned calls": plan.calls,
            "calls": outcome.llm_calls - len(view.triage.generation_ids if view.triage else ()),
            "planned $": round(plan.price or 0, 4),
            "statements": len(found),
            "located": sum(all(e.match is Match.EXACT for e in several) for several in found),
            "seconds": {k: round(v, 1) for k, v in outcome.seconds.items()},
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def main() -> None:
    """Run both sources, each in a process of its own."""
    if os.environ.get("LONG_SOURCE"):
        with tempfile.TemporaryDirectory() as folder:
            told = asyncio.run(submit(Path(os.environ["LONG_SOURCE"]), sys.argv[1], Path(folder)))
        print(json.dumps(told))
        return
    address: multiprocessing.Queue[str] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(address,), daemon=True)
    server.start()
    base_url = address.get()
    with tempfile.TemporaryDirectory() as folder:
        given = Path(sys.argv[1]) if len(sys.argv) > 1 else book(Path(folder) / "book.pdf")
        for source in (transcript(Path(folder) / "talk.vtt"), given):
            environment = os.environ | {"LONG_SOURCE": str(source)}
            subprocess.run([sys.executable, __file__, base_url], env=environment, check=True)
    server.terminate()


if __name__ == "__main__":
    main()
