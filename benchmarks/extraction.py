r"""Web pages read by us and by other extractors, side by side, scored as WCXB scores.

    .venv/bin/python benchmarks/extraction.py            # all of it
    .venv/bin/python benchmarks/extraction.py --speed 3  # only ours and plain trafilatura's, thrice

Reads CASEBOOK_DATASETS/web. Words are runs of ``\w``, lower case, compared as multisets with the
reviewed ``main_content`` of each page (WCXB's ``evaluate.py``); figures are means over pages. Our
model of blocks is fitted on the same pages, so each page is read with one that was fitted on the
other four fifths, hosts kept together (``train_blocks.py``). An extractor that is not installed is
named and left out. Speed is CPU time, each page read by one right after the other. Prints Markdown.
"""

import gzip
import json
import os
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from typing import Any

import lxml.html
import trafilatura
import train_blocks

from casebook.extractors.kinds.html import extract
from casebook.extractors.text.charset import decode
from casebook.extractors.web.blocks import block_model
from casebook.extractors.web.choice import DOUBTFUL
from casebook.schemas.documents import Extracted
from casebook.schemas.errors import CasebookError
from casebook.schemas.sources import Payload

WEB = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared/data")) / "web"
OURS, PLAIN = "casebook", "trafilatura"
UNSEEN: list[block_model.Trees] = []
"""For each fold the trees that have not seen it; set before the workers start."""
_BAD = 0.7
_FIELDS = ("title", "author", "date")


@dataclass(frozen=True, slots=True)
class Read:
    """One page read by one extractor: its text, CPU seconds, and what it says of the page."""

    text: str
    seconds: float
    meta: dict[str, str]
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its truth, and each extractor's reading."""

    truth: dict[str, Any]
    reads: dict[str, Read]

    @property
    def kind(self) -> str:
        """Return the page type as the data set states it."""
        stated = self.truth["page_type"]
        return str(stated if isinstance(stated, str) else stated["primary"])


Extractor = Callable[[bytes, str], Any]


def by_casebook(data: bytes, url: str) -> Extracted | None:
    """Return our reading, None where we refuse the page."""
    try:
        return extract(Payload(data=data, media_type="text/html", url=url, final_url=url))
    except CasebookError:
        return None


def by_trafilatura(**options: bool) -> Extractor:
    """Return trafilatura with ``options`` set and comments off."""
    return lambda data, url: trafilatura.extract(
        data, url=url or None, include_comments=False, **options
    )


def by_readability(data: bytes, url: str) -> str:
    """Return the text of readability-lxml's summary."""
    del url
    from readability import Document

    summary = Document(decode(data, None, markup=True)[0]).summary()
    return str(lxml.html.fromstring(summary).text_content())


def by_resiliparse(data: bytes, url: str) -> str:
    """Return resiliparse's main content, without signs that it adds."""
    del url
    from resiliparse.extract.html2text import extract_plain_text

    markup = decode(data, None, markup=True)[0]
    return str(extract_plain_text(markup, main_content=True, alt_texts=False, list_bullets=False))


def by_justext(data: bytes, url: str) -> str:
    """Return justext's paragraphs, English stop words."""
    del url
    import justext

    paragraphs = justext.justext(data, justext.get_stoplist("English"))
    return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)


def by_rs_trafilatura(data: bytes, url: str) -> str:
    """Return rs-trafilatura's text."""
    import rs_trafilatura

    return str(rs_trafilatura.extract(decode(data, None, markup=True)[0], url=url).main_content)


EXTRACTORS: dict[str, tuple[str, Extractor]] = {
    OURS: ("casebook", by_casebook),
    PLAIN: ("trafilatura", by_trafilatura()),
    "trafilatura favor_recall": ("trafilatura", by_trafilatura(favor_recall=True)),
    "trafilatura fast": ("trafilatura", by_trafilatura(fast=True)),
    "readability-lxml": ("readability", by_readability),
    "resiliparse main content": ("resiliparse", by_resiliparse),
    "justext": ("justext", by_justext),
    "rs-trafilatura": ("rs_trafilatura", by_rs_trafilatura),
}


def installed() -> list[str]:
    """Return the names of the extractors that can run here."""
    return [name for name, (module, _) in EXTRACTORS.items() if find_spec(module)]


def read_page(truth_file: Path) -> Page:
    """Read one page with every extractor."""
    truth = json.loads(truth_file.read_text())
    data = gzip.decompress((WEB / "html" / f"{truth_file.stem}.html.gz").read_bytes())
    url = truth["url"] or ""
    unseen = UNSEEN[train_blocks.fold_of(url, truth_file.stem)]
    setattr(block_model, "shipped", lambda: unseen)  # noqa: B010 - an honest model for this page
    return Page(truth, {name: _timed(name, data, url) for name in installed()})


def _timed(name: str, data: bytes, url: str) -> Read:
    started = time.process_time()
    try:
        found = EXTRACTORS[name][1](data, url)
    except Exception:  # noqa: BLE001 - a crash of theirs scores as nothing read
        found = None
    seconds = time.process_time() - started
    if isinstance(found, Extracted):
        said = next(s.outcome for s in found.extraction if s.method == "confidence")
        stated = (found.title, " ".join(found.authors), found.published)
        return Read(found.text, seconds, _meta(*stated), float(said.split(";")[0]))
    return Read(found or "", seconds, _plain_meta(data, url) if name == PLAIN else {})


def _plain_meta(data: bytes, url: str) -> dict[str, str]:
    meta = trafilatura.extract_metadata(data, default_url=url or None)
    return _meta(meta.title, meta.author, meta.date) if meta else {}


def _meta(*values: object) -> dict[str, str]:
    return {field: str(value or "") for field, value in zip(_FIELDS, values, strict=True)}


def score(text: str, truth: str) -> tuple[float, float, float]:
    """Return precision, recall and F1 over words, as WCXB defines them."""
    found, wanted = (Counter(words(part)) for part in (text, truth))
    both = (found & wanted).total()
    if not wanted or not both:
        return (float(not found and not wanted),) * 3
    precision, recall = both / found.total(), both / wanted.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def words(text: str) -> list[str]:
    """Return the lower-case words of ``text``."""
    return re.findall(r"\w+", text.lower())


def scores(pages: Iterable[Page], name: str) -> list[tuple[float, float, float]]:
    """Return the score of each page as ``name`` read it."""
    return [score(p.reads[name].text, p.truth["main_content"]) for p in pages]


def snippets(pages: Sequence[Page], name: str, which: str) -> float:
    """Return the mean share of a page's ``which`` (with, without) snippets in its text."""
    shares = [
        mean(snippet.lower() in page.reads[name].text.lower() for snippet in page.truth[which])
        for page in pages
        if page.truth[which]
    ]
    return mean(shares) if shares else 0.0


def auc(values: Sequence[float], bad: Sequence[bool]) -> float:
    """Return how often a bad page's value lies under a good one's (area under the ROC curve)."""
    low = [value for value, is_bad in zip(values, bad, strict=True) if is_bad]
    high = [value for value, is_bad in zip(values, bad, strict=True) if not is_bad]
    if not low or not high:
        return 0.5
    return mean((a < b) + (a == b) / 2 for a in low for b in high)


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row)
        print("| " + " | ".join(cells) + " |")


def print_overall(pages: Sequence[Page]) -> None:
    """Print one row for each extractor over ``pages``."""
    rows = []
    for name in installed():
        found = scores(pages, name)
        kept, let_in = (snippets(pages, name, which) for which in ("with", "without"))
        rate = len(pages) / sum(page.reads[name].seconds for page in pages)
        means = [mean(s[part] for s in found) for part in range(3)]
        rows.append([name, *means, kept, 1 - let_in, f"{rate:.1f}"])
    head = ["extractor", "precision", "recall", "F1", "with kept", "without avoided", "pages/CPU-s"]
    print_table(head, rows)


def print_kinds(pages: Sequence[Page]) -> None:
    """Print precision, recall and F1 by page type, best single extractor beside ours."""
    print("\n**F1 by page type** (ours: precision / recall / F1)")
    kinds = [kind for kind, _ in Counter(page.kind for page in pages).most_common()]
    groups = {kind: [page for page in pages if page.kind == kind] for kind in kinds}
    rows = []
    for name in installed():
        cells = []
        for group in groups.values():
            parts = [mean(s[part] for s in scores(group, name)) for part in range(3)]
            shown = parts if name == OURS else parts[2:]
            cells.append(" / ".join(f"{part:.3f}" for part in shown))
        rows.append([name, *cells])
    print_table(["extractor", *(f"{kind} ({len(groups[kind])})" for kind in kinds)], rows)


def print_metadata(pages: Sequence[Page]) -> None:
    """Print how often title, author and date are those of the truth, where it states them."""
    print("\n**Metadata equal to the truth's, where that states it** (words, any order; same day)")
    rows = []
    keys = {"title": "title", "author": "author", "date": "publish_date"}
    for name in (OURS, PLAIN):
        cells = []
        for field, key in keys.items():
            known = [page for page in pages if page.truth.get(key)]
            right = [_same(p.reads[name].meta.get(field, ""), p.truth[key], field) for p in known]
            cells.append(f"{mean(right):.3f} of {len(known)}")
        rows.append([name, *cells])
    print_table(["extractor", *keys], rows)


def _same(found: str, truth: str, field: str) -> bool:
    return found[:10] == truth[:10] if field == "date" else set(words(found)) == set(words(truth))


def print_flags(pages: Sequence[Page]) -> None:
    """Print how often a bad reading of ours was flagged, and how well the signal tells it."""
    good = {id(p): s[2] >= _BAD for p, s in zip(pages, scores(pages, OURS), strict=True)}
    shown = [page for page in pages if page.reads[OURS].agreement is not None]
    values = [page.reads[OURS].agreement or 0.0 for page in shown]
    bad = [not good[id(page)] for page in shown]
    flagged = [value < DOUBTFUL for value in values]
    caught = sum(f and b for f, b in zip(flagged, bad, strict=True))
    row: list[object] = [
        len(pages) - len(shown),
        sum(bad),
        caught,
        sum(flagged) - caught,
        sum(not b for b in bad),
        auc(values, bad),
    ]
    head = ["refused with a reason", f"F1 < {_BAD}", "of these flagged"]
    print_table([*head, "good ones flagged", "good ones", "AUC"], [row])


def print_speed(files: Sequence[Path], rounds: int) -> None:
    """Print, for each round over ``files``, our pages per second and plain trafilatura's."""
    rows = []
    for number in range(rounds):
        spent = Counter[str]()
        for file in files:
            url = json.loads(file.read_text())["url"] or ""
            data = gzip.decompress((WEB / "html" / f"{file.stem}.html.gz").read_bytes())
            for name in (OURS, PLAIN):
                started = time.process_time()
                EXTRACTORS[name][1](data, url)
                spent[name] += time.process_time() - started
        rates = [f"{len(files) / spent[name]:.1f}" for name in (OURS, PLAIN)]
        rows.append([number + 1, *rates, spent[PLAIN] / spent[OURS]])
    print_table(["round", f"{OURS}, pages/CPU-s", f"{PLAIN}, pages/CPU-s", "ratio"], rows)


def main() -> None:
    """Read every page and print the tables."""
    files = sorted((WEB / "truth").glob("*.json"))
    if not files:
        sys.exit(f"no pages at {WEB}; set CASEBOOK_DATASETS")
    if sys.argv[1:2] == ["--speed"]:
        print_speed(files, int(sys.argv[2]))
        return
    for name in EXTRACTORS:
        if name not in installed():
            print(f"not installed, left out: {name}\n")
    trees = train_blocks.fits(train_blocks.load_all())
    UNSEEN.extend(block_model.trees_of(train_blocks.stored(one)) for one in trees)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        pages = list(pool.map(read_page, files, chunksize=8))
    day = datetime.now(UTC).date()
    print(f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}, {len(pages)} pages")
    print_overall(pages)
    print_kinds(pages)
    print_metadata(pages)
    print(f"\n**Bad readings flagged** (expected F1 under {DOUBTFUL})")
    print_flags(pages)


if __name__ == "__main__":
    main()
