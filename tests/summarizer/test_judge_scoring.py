"""Labelled items that measure a judge."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from labelled_judge import judged

from extractors.registry import read
from schemas.cases import NOT_JUDGED, CaseStudy, Match, Support, SupportLevel
from schemas.errors import InputError
from schemas.judges import JudgeMeasurement, KindScore, Share
from schemas.sources import Document, Payload
from schemas.taxonomy import load_taxonomy
from services.identity import document_from
from summarizer.judge_scoring import JudgeCase, newest, read_judge_cases, scored, store
from summarizer.quotes import QuoteFinder

FOLDER = Path(__file__).parents[2] / "evals" / "judge"
CASES = read_judge_cases(FOLDER)
ITEMS = [item for case in CASES for item in case.items]
KINDS = frozenset(
    "dropped_not dropped_but dropped_condition wrong_actor reversed_comparison changed_number "
    "changed_unit changed_name exchanged_baseline invented_cause added_consequence plan_as_done "
    "possibility_as_fact widened_scope merged_facts heading misplaced_verbatim wrong_pairing "
    "refuting_words_far_away empty_quote derived_number host_only corrected_later old_as_present "
    "title fact tag".split()
)


def document_at(case: JudgeCase) -> Document:
    """Return the document that the extractors make of a case's source."""
    path = Path(case.source.path or "")
    payload = Payload(data=path.read_bytes(), media_type="", name=path.name, url=case.source.url)
    return document_from(read(payload), payload, "src1_x")


DOCUMENTS = [document_at(case) for case in CASES]


@cache
def studies() -> list[CaseStudy]:
    """Return the study of each case, as code checks it."""
    return [asyncio.run(c.study(d)) for c, d in zip(CASES, DOCUMENTS, strict=True)]


def test_every_kind_of_falsehood_is_there():
    """At least three false items of each kind, 90 false ones in all, and 60 true ones."""
    false = Counter(item.kind for item in ITEMS if not item.label)
    assert false.keys() == KINDS
    assert min(false.values()) >= 3
    assert false.total() >= 90
    assert len(ITEMS) - false.total() >= 60
    assert all(item.why for item in ITEMS if not item.label)


@pytest.mark.parametrize("n", range(len(CASES)), ids=lambda n: CASES[n].name)
def test_the_study_has_every_item_with_located_quotes(n):
    """Code drops no item, finds every quote exactly, and refutes nothing itself."""
    case, study = CASES[n], studies()[n]
    finder = QuoteFinder(DOCUMENTS[n])
    found = [finder.find(quote) for item in case.items for quote in item.quotes]
    assert {tuple(e.match for e in one) for one in found} == {(Match.EXACT,)}
    texts = {s.text for s in study.statements} | {fact.value for fact in study.facts}
    slugs = {tag.slug for tag in study.tags}
    tags = {item.text for item in case.items if item.item == "tag"}
    assert texts == {item.text for item in case.items} - tags
    assert slugs == {load_taxonomy().named(name).slug for name in tags}
    parts = (*study.statements, *study.facts, *study.tags)
    assert len(parts) == len(case.items)
    assert SupportLevel.REFUTED not in {part.support.level for part in parts}


def test_references_between_statements_are_kept():
    """Solutions answer the challenge, and the abstract rests on the statements, that items name."""
    for case, study in zip(CASES, studies(), strict=True):
        by_n = {s.n: s.text for s in study.statements}
        texts = {item.id: item.text for item in case.items if item.id}
        by_text = {item.text: item for item in case.items}
        for statement in study.statements:
            item = by_text[statement.text]
            assert by_n.get(statement.answers) == texts.get(item.answers)
            assert {by_n[n] for n in statement.rests_on} == {texts[one] for one in item.rests_on}


@pytest.mark.parametrize(
    "change",
    [{"label": "perhaps"}, {"section": "gossip"}, {"answers": "nobody"}, {"labels": True}],
    ids=lambda change: next(iter(change)),
)
def test_invalid_items_are_refused_with_their_file(tmp_path, change):
    """A wrong value, an unknown reference or field, and an empty folder are errors of the input."""
    item = {"label": True, "kind": "verbatim", "item": "statement", "text": "x"} | change
    with pytest.raises(InputError, match="no labelled items"):
        read_judge_cases(tmp_path)
    (tmp_path / "one.json").write_text(json.dumps({"source": {"path": "a.md"}, "items": [item]}))
    with pytest.raises(InputError, match=r"one\.json has invalid items"):
        read_judge_cases(tmp_path)


VERIFIED = Support(level=SupportLevel.VERIFIED)
REFUTED = Support(level=SupportLevel.REFUTED, reason="no")
UNJUDGED = Support(level=SupportLevel.UNVERIFIED, reason=f"{NOT_JUDGED}: no answer")


def measured(verdict: Callable[[bool], Support]) -> JudgeMeasurement:
    """Return the measurement of a judge that gives this verdict to items of each label."""
    found = [judged(case, study, verdict) for case, study in zip(CASES, studies(), strict=True)]
    kinds = scored(CASES, found)
    return JudgeMeasurement(model="m", prompt=2, at=datetime.now(UTC), kinds=kinds)


def test_a_judge_that_knows_the_labels_has_no_problem():
    """It stops every false item of every kind, flags none, and the rows add up."""
    found = measured(lambda label: VERIFIED if label else REFUTED)
    false = sum(not item.label for item in ITEMS)
    assert found.stopped == (false, false)
    assert found.flagged == (0, len(ITEMS) - false)
    assert all(kind.stopped == kind.false and not kind.unjudged for kind in found.kinds)
    assert (found.problem, found.is_unfit) == ("", False)
    *rows, total, _ = found.rows()
    assert [sum(row[n].whole for row in rows) for n in (1, 2)] == [total[1].whole, total[2].whole]


def test_a_judge_that_nods_is_unfit():
    """It stops nothing, and even the upper bound is below the limit."""
    found = measured(lambda _: VERIFIED)
    assert (found.stopped.part, found.flagged.part) == (0, 0)
    assert found.is_unfit
    assert "90%" in found.problem


def test_a_judge_that_refuses_everything_flags_too_much():
    """It is no default to switch off, but its flags are a problem."""
    found = measured(lambda _: REFUTED)
    assert not found.is_unfit
    assert "at most 5%" in found.problem


def test_items_without_a_verdict_count_apart():
    """They are neither stopped nor flagged, and a judge without verdicts proves nothing."""
    found = measured(lambda _: UNJUDGED)
    assert sum(kind.unjudged for kind in found.kinds) == len(ITEMS)
    assert found.stopped == found.flagged == (0, 0)
    assert (found.is_unfit, bool(found.problem)) == (False, True)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (9, 10, 0.5958, 0.9821),
        (81, 263, 0.2553, 0.3662),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilson_intervals(part, whole, low, high):
    """Values from the literature, and the limits."""
    assert Share(part, whole).interval == pytest.approx((low, high), abs=0.0001)


def test_a_share_is_shown_with_its_interval():
    """Part and whole, and the bounds in per cent; a dash without items."""
    assert (str(Share(9, 10)), Share(9, 10).percent) == ("9 of 10", "60–98 %")
    assert str(Share(0, 0)) == "—"


def test_the_newest_measurement_of_a_model_and_prompt_is_found(tmp_path):
    """Other models, other versions of the prompt, and damaged lines are skipped."""
    assert newest(tmp_path, "a", 2) is None
    for model, prompt, stopped in [("a", 2, 1), ("a", 2, 2), ("b", 2, 3), ("a", 3, 4)]:
        kind = KindScore(kind="title", false=4, stopped=stopped)
        at = datetime.now(UTC)
        path = store(JudgeMeasurement(model=model, prompt=prompt, at=at, kinds=(kind,)), tmp_path)
    with path.open("a") as file:
        file.write('{"model": "a", "prom')
    assert newest(tmp_path, "a", 2).stopped == (2, 4)
    assert newest(tmp_path, "c", 2) is None
