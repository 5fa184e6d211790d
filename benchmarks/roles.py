"""Measures how often hosts, guests and their company are found in conversations.

    .venv/bin/python benchmarks/roles.py

Prints one Markdown table about ``evals/roles``, with CASEBOOK_DATASETS also about four published
podcasts. A person or company that is missing is unknown; one in the wrong role is wrong. The last
columns are with a scripted model that gives the expected answer whenever it is asked, so they show
what code settles wrongly without asking.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from roles import EXPECTED, FOLDER, read_source  # noqa: E402 - after the path
from scripted_endpoint import ScriptedEndpoint, completion  # noqa: E402

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from schemas.sources import Document, Speakers  # noqa: E402
from summarizer.speakers import by_words, settled  # noqa: E402

HOSTS = ["Daniel Whitenack", "Chris Benson"]
PODCASTS: dict[str, Any] = {
    "practical-ai-215.md": ("rules", HOSTS, ["Bryan McCann"], "You.com"),
    "practical-ai-274.md": ("rules", HOSTS, ["Denis Yarats"], "Perplexity"),
    "practical-ai-231.md": (
        "report",
        ["Chris Benson"],
        ["Varun Mohan", "Anshul Ramachandran"],
        "Codeium",
    ),
    "talk-python-440-jupyter-ai.vtt": ("report", ["Michael Kennedy"], ["David Kui"], "Jupyter AI"),
}


def sources() -> dict[Path, Any]:
    """Return the transcripts with their expected speakers."""
    found: dict[Path, Any] = {FOLDER / name: expected for name, expected in EXPECTED.items()}
    if datasets := os.environ.get("CASEBOOK_DATASETS"):
        names = ("half", "hosts", "guests", "company")
        folder = Path(datasets) / "sources"
        found |= {folder / one: dict(zip(names, PODCASTS[one], strict=True)) for one in PODCASTS}
    return found


def outcomes(found: Speakers | None, expected: Any) -> Counter[str]:
    """Count the right, wrong and unknown people, and the same for the company."""
    found, counts = found or Speakers(), Counter[str]()
    for role, other in (("hosts", "guests"), ("guests", "hosts")):
        named, wanted = set(getattr(found, role)), set(expected[role])
        counts["right"] += len(named & wanted)
        counts["wrong"] += len(named - wanted)
        counts["unknown"] += len(wanted - named - set(getattr(found, other)))
    company = found.guests_company
    is_right = company == expected["company"]
    counts["company right"] += is_right
    counts["company wrong"] += bool(company) and not is_right
    counts["company unknown"] += not company and not is_right
    return counts


def answer(expected: Any, document: Document) -> dict[str, Any]:
    """Return the expected speakers as a model gives them."""
    labels = {passage.speaker for passage in document.passages if passage.speaker}

    def one(shown: str, role: str) -> dict[str, Any]:
        name, _, label = shown.removesuffix(")").partition(" (")
        label = label or (name if name in labels else "")
        return {"label": label or None, "name": name, "role": role}

    people = [one(name, role[:-1]) for role in ("hosts", "guests") for name in expected[role]]
    return {"speakers": people, "company": expected["company"], "system": None}


async def main() -> None:
    """Print the table."""
    endpoint = ScriptedEndpoint()
    totals: dict[str, list[Counter[str]]] = {}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=home, llm_base_url=endpoint.base_url, llm_model="gpt-5-mini")
        async with Resources(settings) as resources:
            for file, expected in sources().items():
                document = read_source(file)
                reply = answer(expected, document)
                endpoint.script = lambda _, reply=reply: completion(reply)
                asker = resources.asker(document.document_id)
                alone, both = by_words(document)[0], await settled(document, asker)
                counts = totals.setdefault(expected["half"], [Counter(), Counter(), Counter()])
                counts[0] += outcomes(alone, expected)
                counts[1] += outcomes(both, expected)
                counts[2].update(sources=1, asked=len(asker.paid))
                sys.stderr.write(f"{file.name}: {json.dumps(outcomes(alone, expected))}\n")
    endpoint.close()
    print("| half | sources | people, by code | companies | asked | people | companies |")
    print("|---|---|---|---|---|---|---|")
    for half, (alone, both, calls) in totals.items():
        cells = [
            ", ".join(str(one[f"{kind}{outcome}"]) for outcome in ("right", "wrong", "unknown"))
            for one in (alone, both)
            for kind in ("", "company ")
        ]
        cells.insert(2, str(calls["asked"]))
        print("|", " | ".join((half, str(calls["sources"]), *cells)), "|")


if __name__ == "__main__":
    asyncio.run(main())
