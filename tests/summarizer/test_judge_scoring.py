"""Labelled items that measure a judge."""

import json
from collections import Counter
from pathlib import Path

import pytest

from extractors.registry import read
from schemas.cases import Match, SupportLevel
from schemas.errors import InputError
from schemas.sources import Document, Payload
from schemas.taxonomy import load_taxonomy
from services.identity import document_from
from summarizer.judge_scoring import JudgeCase, read_judge_cases
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


DOCUMENTS = {case.name: document_at(case) for case in CASES}


def test_every_kind_of_falsehood_is_there():
    """At least three false items of each kind, 90 false ones in all, and 60 true ones."""
    false = Counter(item.kind for item in ITEMS if not item.label)
    assert false.keys() == KINDS
    assert min(false.values()) >= 3
    assert false.total() >= 90
    assert len(ITEMS) - false.total() >= 60
    assert all(item.why for item in ITEMS if not item.label)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_study_has_every_item_with_located_quotes(case):
    """Code drops no item, finds every quote exactly, and refutes nothing itself."""
    finder = QuoteFinder(DOCUMENTS[case.name])
    found = [finder.find(quote) for item in case.items for quote in item.quotes]
    assert {tuple(e.match for e in one) for one in found} == {(Match.EXACT,)}
    study = await case.study(DOCUMENTS[case.name])
    texts = {s.text for s in study.statements} | {fact.value for fact in study.facts}
    slugs = {tag.slug for tag in study.tags}
    tags = {item.text for item in case.items if item.item == "tag"}
    assert texts == {item.text for item in case.items} - tags
    assert slugs == {load_taxonomy().named(name).slug for name in tags}
    parts = (*study.statements, *study.facts, *study.tags)
    assert len(parts) == len(case.items)
    assert SupportLevel.REFUTED not in {part.support.level for part in parts}


async def test_references_between_statements_are_kept():
    """Solutions answer the challenge, and the abstract rests on the statements, that items name."""
    for case in CASES:
        study = await case.study(DOCUMENTS[case.name])
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
