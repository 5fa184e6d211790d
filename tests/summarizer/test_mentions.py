"""Names of taxonomy terms in texts."""

import pytest

from schemas.cases import TermGroup
from schemas.taxonomy import Term
from summarizer.mentions import is_named, names_of


def term(slug: str, *names: str, group: TermGroup = "tool", as_written: bool = False) -> Term:
    """A term whose first name is its label."""
    label, *synonyms = names
    definition = f"About {label}."
    return Term(
        slug=slug,
        label=label,
        group=group,
        definition=definition,
        synonyms=tuple(synonyms),
        as_written=as_written,
    )


MODEL = term("gpt-4", "GPT-4", "gpt-4", group="model")
RAY = term("ray", "Ray", "Ray Serve", as_written=True)
LLAMA = term("llama-3", "Llama 3", "Llama 3.1", group="model")


@pytest.mark.parametrize(
    ("text", "name", "known", "named"),
    [
        ("We run GPT-4.", "GPT-4", MODEL, True),
        ("We run GPT‑4 and gpt4-0613.", "GPT-4", MODEL, True),
        ("We run GPT-4o, GPT-4.1 and GPT-45.", "GPT-4", MODEL, False),
        ("We run Llama-3-8B-Instruct.", "Llama 3", LLAMA, True),
        ("We run Llama 3.1.", "Llama 3 8B", LLAMA, True),
        ("We run Llama 3.3.", "Llama 3", LLAMA, False),
        ("Our Ray-based service", "ray", RAY, True),
        ("A ray of light, an array, an X-Ray", "Ray", RAY, False),
        ("Two Gizmos and a Vector\u00a0Garden", "vector garden", None, True),
        ("Two Gizmos and a VectorGarden", "Gizmo", None, True),
        ("It saps our strength", "SAP", None, False),
        ("It has no regex (yet) for C++", "C++", None, True),
    ],
)
def test_products_are_named_as_whole_words(text, name, known, named):
    """Separators, plurals and compounds are accepted; versions and parts of words are others."""
    assert is_named(text, name, known) is named


def test_mentions_are_the_longest_names():
    """A technique's name in a compound is none; ordinary words need their capital."""
    chaining = term("chains", "Prompt chain", "chaining", group="technique")
    index = names_of([MODEL, RAY, chaining, term("mini", "GPT-4 Turbo")])
    text = "GPT-4-turbo, GPT-4s, a chaining-free ray, prompt‑chains and Ray  Serve on Ray Serve"
    found = [(text[start:end], slug) for slug, start, end in index.mentions(text)]
    assert found == [
        ("GPT-4-turbo", "mini"),
        ("GPT-4s", "gpt-4"),
        ("prompt‑chains", "chains"),
        ("Ray", "ray"),
        ("Ray Serve", "ray"),
    ]
