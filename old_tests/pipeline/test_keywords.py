"""The words by which a list's items are chosen."""

import pytest

from casebook.pipeline.batches.keywords import naming

NAMED = [
    ("größe", "GRÖSSENORDNUNGEN https://a.example/1"),
    ("Zu\u0308rich", "Zürich https://a.example/1"),
    ("größe", " https://a.example/gr%C3%B6%C3%9Fe-der-modelle"),
    ("machine learning", " https://a.example/2026/machine-learning-at-scale"),
    ("fine-tuning", "Fine tuning at scale https://a.example/1"),
    ("GPT-4", "What GPT\u20114 costs https://a.example/1"),
    ("OpenAI's", "OpenAI\u2019s new model https://a.example/1"),
    ("modell", "Sprachmodelle im Betrieb https://a.example/1"),
    ("模型", "我们的大模型实践 https://a.example/1"),
    ("AI", "Our AI-based desk https://a.example/1"),
    ("AI", "GenAI in production https://a.example/1"),
    ("RAG", "GraphRAG, measured https://a.example/1"),
    ("rag", " https://a.example/rag_in_production"),
    ("ML", "MLOps for three https://a.example/1"),
    ("LLM", "What our LLMs do https://a.example/1"),
    ("AI", "AI’s bill https://a.example/1"),
    ("GPT", "GPT4 at work https://a.example/1"),
    ("C++", "C++17 in the loop https://a.example/1"),
    ("o1", "Reasoning with o1. https://a.example/1"),
]
NOT_NAMED = [
    ("AI", "How we maintain our email domain https://a.example/training"),
    ("RAG", "Fragments of storage https://a.example/average-leverage"),
    ("LLM", "Skillman's ballmill https://a.example/1"),
    ("ИИ", "Комиссии и миссии https://a.example/1"),
    ("o1", "Stereo16 https://a.example/1"),
    ("T5", "GPT5 https://a.example/1"),
]


@pytest.mark.parametrize(("word", "text"), NAMED)
def test_a_word_is_found_however_it_is_written(word, text):
    """Sitemaps tell addresses alone, with hyphens for blanks and escapes for umlauts."""
    assert naming(["nowhere", word])(text)


@pytest.mark.parametrize(("word", "text"), NOT_NAMED)
def test_a_short_word_is_no_part_of_another(word, text):
    """Who asks for "AI" would get, and pay for, nearly every English title."""
    assert not naming([word])(text)
