r"""Compares our reader of web pages with plain trafilatura, by the scores of WCXB.

    .venv/bin/python benchmarks/web.py            # both halves, one table each
    .venv/bin/python benchmarks/web.py --half 0   # the half for choosing rules

Reads CASEBOOK_DATASETS/web. Words are runs of ``\w``, lower case, compared as multisets with the
reviewed ``main_content`` of each page. Titles and authors are compared as sets of words, and dates
as days, if the truth has them. Figures are means over pages; a refused page counts as empty text.
Speed is CPU time in one process, where the two readers alternate. A hash of the host assigns a page
to a half: half 0 is for choosing rules, half 1 only for reporting. Prints Markdown.
"""

import argparse
import gzip
import hashlib
import json
import logging
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

import trafilatura

from extractors.web.reader import read
from schemas.errors import CasebookError
from schemas.sources import Extracted, Payload

WEB = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared/data")) / "web"
KINDS = ("article", "documentation", "service")
HALVES = ("the half for choosing rules", "the half for reporting")
BAD = 0.7
"""Word F1 under which a text is of no use."""


@dataclass(frozen=True)
class Result:
    """A page as read by one program."""

    kind: str
    f1: float
    seconds: float
    fields: dict[str, bool]
    agreement: float | None = None
    is_flagged: bool = False
    refusal: str | None = None


def pages(half: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the truth and the bytes of each page of a half; a host belongs to one half."""
    for file in sorted((WEB / "truth").glob("*.json")):
        truth = json.loads(file.read_text())
        host = (urlsplit(truth["url"] or "").hostname or file.stem).removeprefix("www.")
        if half == int(hashlib.sha256(host.encode()).hexdigest(), 16) % 2:
            yield truth, gzip.decompress((WEB / "html" / f"{file.stem}.html.gz").read_bytes())


def by_casebook(truth: dict[str, Any], data: bytes) -> Result:
    """Read a page with our reader."""
    url = truth["url"] or None
    started = time.process_time()
    found: Extracted | None = None
    refusal = None
    try:
        found = read(Payload(data=data, media_type="text/html", url=url, final_url=url))
    except CasebookError as error:
        refusal = error.kind
    seconds = time.process_time() - started
    stated = (found.title, " ".join(found.authors), found.published) if found else (None,) * 3
    steps = found.steps if found else ()
    confidence = next((step for step in steps if step.method == "confidence"), None)
    return Result(
        kind=kind_of(truth),
        f1=word_f1(found.text if found else "", truth["main_content"]),
        seconds=seconds,
        fields=compared(truth, *stated),
        agreement=float(confidence.outcome.split(";")[0]) if confidence else None,
        is_flagged=bool(confidence and confidence.doubtful),
        refusal=refusal,
    )


def by_trafilatura(truth: dict[str, Any], data: bytes) -> Result:
    """Read a page with trafilatura's default call; excludes the time for metadata."""
    url = truth["url"] or None
    started = time.process_time()
    text = trafilatura.extract(data, url=url, include_comments=False) or ""
    seconds = time.process_time() - started
    meta = trafilatura.extract_metadata(data, default_url=url)
    stated = (meta.title, meta.author, meta.date) if meta else (None,) * 3
    f1 = word_f1(text, truth["main_content"])
    return Result(kind_of(truth), f1, seconds, compared(truth, *stated))


def kind_of(truth: dict[str, Any]) -> str:
    """Return the page type that the data set states."""
    stated = truth["page_type"]
    return str(stated if isinstance(stated, str) else stated["primary"])


def words(text: object) -> list[str]:
    """Return the lower-case words of a text."""
    return re.findall(r"\w+", str(text or "").lower())


def word_f1(text: str, truth: str) -> float:
    """Return the F1 over words as multisets, 1 if both are empty."""
    found, wanted = Counter(words(text)), Counter(words(truth))
    both = (found & wanted).total()
    if not both:
        return float(not found and not wanted)
    return 2 * both / (found.total() + wanted.total())


def compared(truth: dict[str, Any], title: object, author: object, day: object) -> dict[str, bool]:
    """Return whether each field of the truth was found."""
    found = {
        "title": set(words(title)) == set(words(truth["title"])),
        "author": set(words(author)) == set(words(truth["author"])),
        "date": str(day or "")[:10] == str(truth["publish_date"])[:10],
    }
    stated = {"title": "title", "author": "author", "date": "publish_date"}
    return {name: is_right for name, is_right in found.items() if truth[stated[name]]}


def row(name: str, results: Sequence[Result]) -> list[str]:
    """Return the figures of one program."""
    values = [[one.f1 for one in results]]
    values += [[one.f1 for one in results if one.kind == kind] for kind in KINDS]
    for field in ("title", "author", "date"):
        values.append([float(one.fields[field]) for one in results if field in one.fields])
    rate = len(results) / sum(one.seconds for one in results)
    return [name, *(f"{mean(some):.3f}" for some in values), f"{rate:.1f}"]


def auc(results: Sequence[Result]) -> float:
    """Return how often the agreement of a bad page is below that of a good one."""
    judged = [(one.agreement, one.f1 < BAD) for one in results if one.agreement is not None]
    low = [value for value, is_bad in judged if is_bad]
    high = [value for value, is_bad in judged if not is_bad]
    if not low or not high:
        return 0.5
    return mean((a < b) + (a == b) / 2 for a in low for b in high)


def main() -> None:
    """Read the pages and print a table for each half."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--half", type=int, choices=(0, 1))
    half = parser.parse_args().half
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    for one in (0, 1) if half is None else (half,):
        report(one)


def report(half: int) -> None:
    """Read the pages of a half and print their table."""
    read_pages = list(pages(half))
    if not read_pages:
        sys.exit(f"no pages at {WEB}; set CASEBOOK_DATASETS")
    for reader in (by_trafilatura, by_casebook):
        reader(*read_pages[0])  # load everything that is loaded once
    pairs = [(by_trafilatura(*one), by_casebook(*one)) for one in read_pages]
    plain, ours = zip(*pairs, strict=True)
    counts = Counter(one.kind for one in ours)
    heads = [f"all ({len(ours)})", *(f"{kind} ({counts[kind]})" for kind in KINDS)]
    print(f"\n{HALVES[half]}:\n")
    print("| | " + " | ".join(heads) + " | title | author | date | pages/CPU-s |")
    print("|" + "---|" * 9)
    for name, results in (("trafilatura", plain), ("casebook", ours)):
        print("| " + " | ".join(row(name, results)) + " |")
    bad = [one for one in ours if one.f1 < BAD and not one.refusal]
    good = sum(one.f1 >= BAD for one in ours)
    flagged = sum(one.is_flagged for one in ours)
    caught = sum(one.is_flagged for one in bad)
    refused = Counter(one.refusal for one in ours if one.refusal)
    ratio = sum(one.seconds for one in plain) / sum(one.seconds for one in ours)
    print(
        f"\nSpeed: {ratio:.2f} of trafilatura's pages. Of {len(bad)} texts under F1 {BAD} {caught}"
    )
    print(f"are flagged, of {good} others {flagged - caught}; AUC {auc(ours):.2f}.")
    print(f"Refused: {dict(refused)}.")


if __name__ == "__main__":
    main()
