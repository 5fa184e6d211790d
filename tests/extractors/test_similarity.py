"""Signatures find texts that are much alike, and only those."""

import random

import pytest

from extractors.similarity import BINS, bands, signature, similarity


def article(words: int, seed: int) -> list[str]:
    chosen = random.Random(seed)  # noqa: S311 - a text, not a secret
    return [f"word{chosen.randrange(140)}" for _ in range(words)]


def edited(words: list[str], share: float, seed: int) -> str:
    chosen = random.Random(seed)  # noqa: S311 - likewise
    return " ".join(w if chosen.random() > share else f"new{chosen.random()}" for w in words)


def rows(text: str) -> set[tuple[int, int]]:
    return set(bands(signature(text)))


@pytest.mark.parametrize("words", [150, 600, 1_500])
def test_texts_that_share_half_of_their_runs_are_found(words):
    """With a tenth of the words changed about half of the runs of three remain."""
    texts = [article(words, n) for n in range(40)]
    found = sum(
        bool(rows(" ".join(text)) & rows(edited(text, 0.1, n))) for n, text in enumerate(texts)
    )
    assert found / len(texts) > 0.95


def test_similarity_estimates_the_shared_runs():
    """Equal texts have 1, a text with every tenth word changed about .57, others nothing."""
    text = article(2_000, 1)
    same, other = signature(" ".join(text)), signature(" ".join(article(2_000, 2)))
    assert similarity(same, signature(" ".join(text).upper())) == 1
    assert similarity(same, signature(edited(text, 0.1, 3))) == pytest.approx(0.57, abs=0.12)
    assert similarity(same, other) < 0.1


def test_bands_are_rows_for_a_database_and_unrelated_texts_share_few():
    """42 numbered hashes that fit into a signed 64-bit column."""
    found = [bands(signature(" ".join(article(800, n)))) for n in range(40)]
    assert [number for number, _ in found[0]] == list(range(42))
    assert all(-(2**63) <= value < 2**63 for one in found for _, value in one)
    met = sum(bool(set(found[i]) & set(found[j])) for i in range(40) for j in range(i))
    assert met / 780 < 0.05


@pytest.mark.parametrize(
    "text", ["", "...", "one", "two words", "私たちは本番環境でモデルを動かす", "\ud800 x y z"]
)
def test_short_and_odd_texts_have_a_signature_or_none(text):
    """Nothing fails, and empty texts are not alike."""
    mine = signature(text)
    assert len(mine) in {0, BINS}
    assert similarity(mine, mine) == (1.0 if mine else 0.0)


def test_signatures_stay_the_same():
    """Stored ones are compared with new ones: a changed constant needs another METHOD."""
    assert sum(signature("we moved the router to a small model in March")) == 256485544872085354901
