"""Signatures find texts that are much alike, and only those."""

import random

import pytest

from extractors.similarity import BINS, bands, signature, similarity


def article(words: int, seed: int) -> list[str]:
    chosen = random.Random(seed)  # noqa: S311 - a text, not a secret
    return [f"word{chosen.randrange(140)}" for _ in range(words)]


def edited(words: list[str], seed: int) -> str:
    """Change a tenth of the words: about half of the runs of three remain."""
    chosen = random.Random(seed)  # noqa: S311 - likewise
    return " ".join(w if chosen.random() > 0.1 else f"new{chosen.random()}" for w in words)


def rows(text: str) -> set[tuple[int, int]]:
    return set(bands(signature(text)))


@pytest.mark.parametrize("words", [150, 1_500])
def test_texts_that_share_half_of_their_runs_are_found(words):
    """They share a band, also with the database's types; unrelated texts rarely do."""
    texts = [article(words, n) for n in range(30)]
    stored = [rows(" ".join(text)) for text in texts]
    found = sum(bool(row & rows(edited(text, n))) for n, (row, text) in enumerate(zip(stored, texts, strict=True)))  # fmt: skip
    met = sum(bool(stored[i] & stored[j]) for i in range(30) for j in range(i))
    assert found / 30 > 0.95
    assert met / 435 < 0.05
    assert sorted(number for number, _ in stored[0]) == list(range(42))
    assert all(-(2**63) <= value < 2**63 for one in stored for _, value in one)


def test_similarity_estimates_the_shared_runs():
    """Equal texts give 1, a tenth of the words changed about .57, unrelated texts 0."""
    text = article(2_000, 1)
    same, other = signature(" ".join(text)), signature(" ".join(article(2_000, 2)))
    assert similarity(same, signature(" ".join(text).upper())) == 1
    assert similarity(same, signature(edited(text, 3))) == pytest.approx(0.57, abs=0.12)
    assert similarity(same, other) < 0.1


def test_short_and_odd_texts_have_a_signature_or_none():
    """They cause no error, and empty texts are not similar."""
    for text in ("", "...", "one", "two words", "私たちは本番環境でモデルを動かす", "\ud800 x y z"):
        mine = signature(text)
        assert len(mine) in {0, BINS}
        assert similarity(mine, mine) == (1.0 if mine else 0.0)


def test_signatures_stay_the_same():
    """Stored signatures are compared with new ones, so constants must not change."""
    assert sum(signature("we moved the router to a small model in March")) == 256485544872085354901
