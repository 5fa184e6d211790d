"""Measures a judge on labelled items: how many false ones it stops, how many true ones it flags."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from schemas.cases import CaseStudy, FactName, Measure, Section, Support, TermGroup
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.judges import JudgeMeasurement, KindScore
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.drafts import Claim, Draft, FactClaim, TagClaim
from summarizer.profiles import Strategy
from summarizer.scoring import GoldSource
from summarizer.verification import verify

_MEASURED = "judge.jsonl"


class JudgeItem(Frozen):
    """A labelled part of a case study; the judge sees neither ``label`` nor ``kind`` nor ``why``.

    It is true if its quotes, read with the passages around them, support it in its place.
    """

    label: bool
    kind: str  # of falsehood, or of difficulty for a true one
    item: Literal["statement", "title", "fact", "tag"]
    text: str
    quotes: tuple[str, ...] = ()
    section: Section = Section.ABSTRACT  # of a statement
    id: str | None = None  # for references by other statements of the case
    answers: str | None = None
    rests_on: tuple[str, ...] = ()
    measure: Measure | None = None
    name: FactName = "title"  # of a fact
    inferred: bool = False
    group: TermGroup = "tool"  # of a tag
    why: str = ""  # the reason for the label


class JudgeCase(Frozen):
    """The labelled items of one source; facts and tags occur once, texts are unique."""

    name: str
    source: GoldSource
    items: tuple[JudgeItem, ...]

    async def study(self, document: Document) -> CaseStudy:
        """Return the items as a case study, located and checked by code like a draft."""
        return (await verify(self._draft(), document, load_taxonomy())).study

    def _draft(self) -> Draft:
        items = sorted(self.items, key=lambda one: one.text)  # an order unrelated to labels
        statements = [one for one in items if one.item == "statement"]
        places = {one.id: place for place, one in enumerate(statements) if one.id}
        claims = [
            Claim(
                section=one.section,
                text=one.text,
                quotes=one.quotes,
                measure=one.measure,
                answers=None if one.answers is None else places[one.answers],
                rests_on=tuple(places[name] for name in one.rests_on),
            )
            for one in statements
        ]
        facts = [
            FactClaim(
                name=one.name,
                value=one.text,
                quotes=one.quotes,
                inferred=one.inferred or one.item == "title",
            )
            for one in items
            if one.item in {"title", "fact"}
        ]
        tags = [
            TagClaim(name=one.text, group=one.group, quotes=one.quotes)
            for one in items
            if one.item == "tag"
        ]
        return Draft(
            strategy=Strategy.SINGLE,
            strategy_reason="labelled items",
            facts=tuple(facts),
            claims=tuple(claims),
            tags=tuple(tags),
        )


def read_judge_cases(folder: Path) -> list[JudgeCase]:
    """Return the cases in a folder, sorted by name, with the absolute paths of their sources.

    Raises:
        InputError: if there are none, or one is invalid.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(f"there are no labelled items (*.json) in {folder}")
    return [_read(file) for file in files]


def _read(file: Path) -> JudgeCase:
    try:
        case = JudgeCase.model_validate({"name": file.stem} | json.loads(file.read_text("utf-8")))
        case._draft()  # noqa: SLF001 - its references
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} has invalid items ({reason}); see evals/README.md") from error
    path = str((file.parent / (case.source.path or "")).resolve())
    return case.model_copy(update={"source": case.source.model_copy(update={"path": path})})


def scored(cases: Sequence[JudgeCase], studies: Sequence[CaseStudy]) -> tuple[KindScore, ...]:
    """Return the counts of the judged ``studies`` of ``cases`` by kind, sorted by name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case, study in zip(cases, studies, strict=True):
        for item in case.items:
            counts[item.kind].update(_outcome(item, _support(item, study)))
    return tuple(KindScore(kind=kind, **counts[kind]) for kind in sorted(counts))


def _outcome(item: JudgeItem, support: Support | None) -> list[str]:
    if support is None or support.is_unjudged:
        return ["unjudged"]
    whole, part = ("true", "flagged") if item.label else ("false", "stopped")
    return [whole] if support.is_publishable else [whole, part]


def _support(item: JudgeItem, study: CaseStudy) -> Support | None:
    """Return the support of an item, None if code dropped it from the study."""
    if item.item == "statement":
        return next((one.support for one in study.statements if one.text == item.text), None)
    if item.item == "tag":
        term = load_taxonomy().named(item.text)
        return next((one.support for one in study.tags if term and one.slug == term.slug), None)
    return study.fact(item.name).support


def store(measurement: JudgeMeasurement, folder: Path) -> Path:
    """Append a measurement to the file of measurements in a folder, and return its path."""
    path = folder / _MEASURED
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{measurement.model_dump_json()}\n")
    return path


def newest(folder: Path, model: str, prompt: int) -> JudgeMeasurement | None:
    """Return the newest stored measurement of a model with this version of the judge's prompt."""
    path = folder / _MEASURED
    found = None
    for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else ():
        with suppress(ValidationError):  # of another version of casebook, or cut off
            one = JudgeMeasurement.model_validate_json(line)
            found = one if (one.model, one.prompt) == (model, prompt) else found
    return found
