"""Attack strings, planted wherever a case, a source or a list has text."""

import json
import os
from pathlib import Path

import pytest
from case_views import NOON, a_document
from desk import PLACE, Builder

from schemas.batches import Batch, BatchItem, Look, Watch
from schemas.cases import (
    FACT_NAMES,
    CaseStudy,
    Evidence,
    Fact,
    Measure,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.sources import Document, HiddenText, Passage, Selection, SourceRef, Step

DATASETS = Path(os.environ.get("CASEBOOK_DATASETS", Path(__file__).parents[2] / "shared" / "data"))
TEMPLATES = [
    "{{ 7*7 }}",
    "{% raise %}",
    "${7*7}",
    "<hx-partial hx-get='/x'>",
    "\" hx-get='/x' x=\"",
]


def attack_strings() -> list[str]:
    """All of the shared attack and naughty strings; skips where they are absent."""
    folder = DATASETS / "security"
    if not folder.exists():
        pytest.skip(f"the attack strings are not at {folder}; set CASEBOOK_DATASETS")
    lines = (folder / "xss.txt").read_text(errors="replace").splitlines()
    naughty = json.loads((folder / "naughty_strings.json").read_text())
    return [text for text in dict.fromkeys([*TEMPLATES, *lines, *naughty]) if text.strip()]


def a_hostile_study(text: str, evidence: Evidence) -> CaseStudy:
    """A case study in which every text is ``text``."""
    support = Support(level=SupportLevel.DOUBTFUL, reason=text)
    both = (evidence, Evidence(quote=text))
    measure = Measure(metric=text, value=text, unit=text, baseline=text, sample=text)
    sections = (Section.ABSTRACT, Section.CHALLENGES, Section.SOLUTIONS, Section.RESULTS)
    return CaseStudy(
        facts=tuple(Fact(name=n, value=text, evidence=both, support=support) for n in FACT_NAMES),
        statements=tuple(
            Statement(
                n=n, section=section, text=text, evidence=both, support=support, measure=measure,
                answers=2 if section is Section.SOLUTIONS else None,
            )
            for n, section in enumerate(sections, start=1)
        ),
        tags=(Tag(slug=text, label=text, group="tool", evidence=both, support=support),),
    )  # fmt: skip


def a_hostile_document(texts: list[str]) -> Document:
    """A document whose passages, headings and description are the strings."""
    passages, text = [], ""
    for n, line in enumerate(texts, start=1):
        end = len(text) + len(line)
        passages.append(Passage(n=n, start=len(text), end=end, headings=(line,), speaker=line))
        text += line + "\n\n"
    joined = " ".join(texts)
    return a_document(
        text,
        url=f"{PLACE}?q=%22%3E%3Cscript%3E",
        passages=passages,
        title=joined,
        authors=tuple(texts),
        site=joined,
        language=texts[0],
        steps=(Step(method=joined, outcome=joined, doubtful=True),),
        hidden=(HiddenText(text=joined, reason=joined),),
    )


def plant(build: Builder, text: str, n: int) -> list[str]:
    """Store cases, a failure, a proposed tag, a batch and a watch of ``text``; return the pages."""
    document = a_hostile_document([text, "A second passage."])
    first = document.passages[0]
    quote = Evidence(quote=text, passage=1, start=first.start, end=first.end)
    case_id = build.draft(a_hostile_study(text, quote), document)
    source_id = build.warehouse.case(case_id).source.source_id
    build.warehouse.append(Selection(source_id=source_id, text=text, who=text))
    failed = build.failed(text, url=f"https://x.example/{n}/{text}", kind=f"cause_{n}")
    build.proposed(f"a{n} {text}", text, case_id)
    batch = Batch(batch_id=f"batch1_{n}", origin=text, size=1, created_by=text, created_at=NOON)
    item = BatchItem(source_id=failed, reference=SourceRef(source=text))
    build.warehouse.add_batch(batch, [item])
    watch = Watch(
        watch_id=f"watch1_{n}", address=text, every_seconds=3600, words=(text,), rubric=text,
        changed_by=text, changed_at=NOON,
    )  # fmt: skip
    build.warehouse.append(watch, Look(watch_id=watch.watch_id, at=NOON, failure=text))
    return [f"/cases/{case_id}", f"/batches/batch1_{n}", f"/batches/batch1_{n}/failures/cause_{n}"]
