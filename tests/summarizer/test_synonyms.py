import pytest

from schemas.synonyms import Synonyms, synonyms


@pytest.mark.parametrize(
    ("query", "also"),
    [
        ("HITL", "human in the loop"),
        ("human-in-the-loop", "hitl"),
        ("k8s", "kubernetes"),
        ("guard rails", "guardrail"),
        ("Text2SQL", "text to sql"),
        ("LLMs", "large language model"),
        ("RLHF", "reinforcement learning from human feedback"),
    ],
)
def test_abbreviations_and_spellings_have_synonyms(query, also):
    """Initials, numeronyms, spellings and listed phrases lead to each other, in any case."""
    ((given, *others),) = synonyms().split(query)
    assert given == query.replace("-", " ")
    assert also in others


def test_narrower_terms_are_not_synonyms():
    """A term's names that mean a part of it are left apart, so that its search stays exact."""
    assert synonyms().split("HNSW") == [("HNSW",)]
    assert synonyms().split("golden set") == [("golden",), ("set",)]


def test_a_query_is_split_into_its_longest_phrases():
    """The other words of a query stay words of their own, in their order."""
    known = Synonyms([["llm", "large language model"], ["llm judge", "judge model"]])
    assert known.split("an LLM judge, our LLM") == [
        ("an",), ("LLM judge", "judge model"), ("our",), ("LLM", "large language model"),
    ]  # fmt: skip


def test_a_text_lacks_the_synonyms_of_what_it_mentions():
    """A text gets the names that it does not use itself, and none for what it does not mention."""
    known = Synonyms([["k8s", "kubernetes"], ["hitl", "human in the loop"], ["kg", "graph"]])
    assert known.missing("Kubernetes (K8s) with a human in the loop") == ["hitl"]


def test_sets_that_share_a_phrase_are_one():
    """Sets of the taxonomy and of the list that share a phrase are joined."""
    known = Synonyms([["a", "b"], ["c", "d"], ["b", "c"]])
    assert sorted(known.split("a")[0]) == ["a", "b", "c", "d"]
