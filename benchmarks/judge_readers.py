"""The judge's prompts for careful readers who have not seen the labels, and their answers.

There are four variants: as the judge gets them, with the label before the reason, with the cited
passages and their neighbours in place of the whole document, and both.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.resources import Resources
from config.settings import Settings
from flows.ingest import extract, fetch
from prompts.loader import load
from schemas.sources import Document, SourceRef
from services.run import Run
from summarizer.answers import SourceAnswer
from summarizer.items import Item, items_of, readings, rendered
from summarizer.judge import PROMPT, usable
from summarizer.judge_scoring import JudgeCase, read_judge_cases
from summarizer.profiles import Profile
from summarizer.rendering import source_values

VARIANTS = {
    "whole": "whole document, reason before label",
    "whole-again": "the same, another reader",
    "label-first": "whole document, label before reason",
    "passages": "cited passages and neighbours, reason before label",
}
_REASON = "reason, the deciding words of the source with their passage, at most 25 words"
_PROFILE = Profile(context_tokens=200_000, output_tokens=32_000)


async def documents(
    cases: Sequence[JudgeCase], resources: Resources
) -> list[tuple[JudgeCase, Document]]:
    """Return each case with its extracted document."""
    found = []
    for case in cases:
        run = Run(SourceRef(source=case.source.path or "", url=case.source.url), resources)
        found.append((case, (await extract(run, await fetch(run))).document))
    return found


async def _listed(folder: Path) -> list[tuple[JudgeCase, Document, list[Item], str]]:
    """Return each case with its document, its numbered items, and their text in the prompt."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), llm_base_url=None, llm_model=None)
        async with Resources(settings) as resources:
            found = await documents(read_judge_cases(folder), resources)
    listed = []
    for case, document in found:
        study = await case.study(document)
        items = items_of(study, document, lambda _: True)
        (reading,) = readings(items, study, document, load(PROMPT), _PROFILE)
        listed.append((case, document, items, rendered(reading, study, document)))
    return listed


async def write_prompts(folder: Path, target: Path) -> None:
    """Write the prompt about each case in each variant, as text."""
    for case, document, items, text in await _listed(folder):
        for variant in VARIANTS:
            shown = _source(document, items, variant)
            messages = load(PROMPT).render({**shown, "items": text})
            whole = "\n\n".join(f"[{one.role}]\n{one.content}" for one in messages)
            if variant == "label-first":
                whole = whole.replace(f"{_REASON}; then label", f"label; then {_REASON}")
            path = target / variant / f"{case.name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(whole, "utf-8")


def _source(document: Document, items: Sequence[Item], variant: str) -> Mapping[str, object]:
    if variant != "passages":
        return source_values(document)
    cited = {e.passage for item in items for e in item.evidence if e.passage}
    near = {n for passage in cited for n in (passage - 1, passage, passage + 1)}
    values = source_values(document, [p for p in document.passages if p.n in near])
    bare = re.sub(r"^# .*\n", "", str(values["passages"]), flags=re.MULTILINE)
    return {**values, "passages": bare}


async def readers(folder: Path, answers: Path) -> list[tuple[object, object, object]]:
    """Return the lines of the table: stopped and flagged in each variant, and the missed kinds."""
    listed = await _listed(folder)
    return [
        line
        for variant, meaning in VARIANTS.items()
        if (answers / variant).is_dir()
        for line in _scored(listed, answers / variant, meaning)
    ]


def _scored(
    listed: Sequence[tuple[JudgeCase, Document, list[Item], str]], answers: Path, meaning: str
) -> Iterator[tuple[object, object, object]]:
    counts: Counter[tuple[bool, bool]] = Counter()
    wrong: Counter[tuple[bool, str]] = Counter()
    unread = 0
    for case, _, items, _ in listed:
        given = SourceAnswer.model_validate(json.loads((answers / f"{case.name}.json").read_text()))
        verdicts = usable(given.verdicts, {one.number: one.text for one in items})
        labels = {" ".join(one.text.split()): one for one in case.items}
        for item in items:
            if (known := labels.get(item.text)) is None:
                continue  # a tag is shown by its label
            if (verdict := verdicts.get(item.number)) is None:
                unread += 1
                continue
            is_kept = verdict.label == "entailed"
            counts[known.label, is_kept] += 1
            if is_kept is not known.label:
                wrong[known.label, known.kind] += 1
    stopped, false = counts[False, False], counts[False, False] + counts[False, True]
    flagged, honest = counts[True, False], counts[True, False] + counts[True, True]
    for is_true, name, found in (
        (False, "stopped", f"{stopped} of {false}; missed"),
        (True, "flagged", f"{flagged} of {honest}"),
    ):
        kinds = [f"{kind} {n}" for (label, kind), n in wrong.most_common() if label is is_true]
        yield f"readers, {meaning}: {name}", f"{found}: {', '.join(kinds) or 'none'}", ""
    yield f"readers, {meaning}: unusable verdicts", unread, ""
