"""The built-in taxonomy: names that mean one term, models, and the field's vocabulary."""

import json
from collections import defaultdict

import pytest
from datasets import shared

from schemas.taxonomy import load_taxonomy, term_key

TAXONOMY = load_taxonomy()


def test_each_name_means_one_term():
    """No label or synonym is one of another term, in any spelling."""
    slugs = defaultdict(set)
    for term in TAXONOMY.terms:
        for name in term.names:
            slugs[term_key(name)].add(term.slug)
    assert not {key: found for key, found in slugs.items() if len(found) > 1}
    assert len({term.slug for term in TAXONOMY.terms}) == len(TAXONOMY.terms)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("data governance", "data-governance"),
        ("Rate limits", "rate-limiting"),
        ("multilingual", "multilingual"),
        ("Semantic Kernel", "semantic-kernel"),
        ("OpenAI", "openai"),
        ("GPT-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("GPT-35-turbo", "gpt-3-5"),
        ("Claude", "claude"),
        ("claude-3-5-sonnet-20241022", "claude-3-5"),
        ("Llama 3.1 8B Instruct", "llama-3"),
        ("llama3.1:8b", "llama-3"),
        ("Meta Llama", "llama"),
        ("meta-llama", "meta-llama"),
        ("Mistral-7B-Instruct-v0.2", "mistral-7b"),
        ("Whisper large-v3", "whisper"),
        ("PHI", "data-privacy"),
        ("microsoft", "microsoft"),
        ("google", "google"),
        ("meta", "meta-llama"),
        ("Kafka small", None),
        ("Llama 9", None),
        ("8B", None),
    ],
)
def test_a_name_gives_the_term_that_it_means(name, slug):
    """A model has a term of its own, also for its sizes and dates; imported slugs keep theirs."""
    term = TAXONOMY.named(name)
    assert (term and term.slug) == slug


def test_vendors_and_models_are_apart():
    """A vendor's term has no model among its names."""
    models = {term_key(n) for term in TAXONOMY.terms if term.group == "model" for n in term.names}
    for slug in (
        "openai",
        "anthropic",
        "google",
        "google-cloud",
        "meta-llama",
        "mistral",
        "cohere",
    ):
        assert not models & {term_key(name) for name in TAXONOMY.term(slug).names}


@pytest.mark.datasets
def test_the_vocabulary_of_a_database_is_known():
    """All of its tags have a term, except one that is an industry."""
    path = shared("cases/vocabulary.json")
    tags = json.loads(path.read_text("utf-8"))["tags"]
    assert [tag for tag in tags if TAXONOMY.named(tag) is None] == ["healthcare"]
