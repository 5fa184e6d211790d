"""The strategy for small models: what may stand as a restatement."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_endpoint import completion
from written_documents import document_of

from casebook.schemas.cases import Origin
from casebook.summarizer.drafting.guided import faithful, propose, tidy
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.client import OpenAICompatible
from casebook.summarizer.models.profiles import profile_of

TARGET = (
    "On Black Friday Kafka lagged behind Redis for 40 minutes, and 212 shoppers did not get a "
    "reply; nobody noticed."
)


@pytest.mark.parametrize(
    "answer",
    [
        TARGET,
        (
            "On Black Friday, Kafka lagged behind Redis for 40 minutes, and 212 shoppers did not get "
            "a reply; nobody noticed."
        ),
    ],
)
def test_a_restatement_may_change_what_says_nothing(answer):
    """Punctuation and function words are free."""
    assert faithful(answer, TARGET, TARGET)


def test_a_last_clause_may_be_left_out():
    """What stands before it is still said, whole."""
    target = "Measure until the support agent can act; model latency is a part of it."
    assert faithful("Measure until the support agent can act.", target, target)


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("changed number", TARGET.replace("212", "221")),
        ("left-out number", TARGET.replace("212 ", "")),
        ("swapped order", TARGET.replace("Kafka", "#").replace("Redis", "Kafka").replace("#", "Redis")),
        ("dropped negation", TARGET.replace("did not get", "got")),
        ("added name", TARGET.replace("Kafka", "Kafka and Spark")),
        ("added fact", TARGET.replace("nobody noticed", "nobody noticed the costly outage")),
        ("lost subject", TARGET.replace("212 shoppers did", "212 did")),
        ("few-shot leakage", "Retries made it worse for 40 minutes and 212 shoppers did not reply."),
        ("stutter", "On Black Friday Kafka lagged behind Redis, on Black Friday Kafka lagged behind."),
        ("changed amount", TARGET.replace("212 shoppers", "most of 212 shoppers")),
        ("stub", "On Black Friday."),
        ("cut", TARGET[:-1].removesuffix(" noticed") + ","),
        ("second sentence", TARGET + " The queue was corrected."),
        ("added reservation", TARGET.replace("lagged", "might have lagged")),
    ],
)  # fmt: skip
def test_an_unfaithful_answer_is_refused(fault, answer):
    """Each way in which small models go astray is seen."""
    assert answer != TARGET, fault
    assert not faithful(answer, TARGET, TARGET), fault


@given(st.text(alphabet="abc xyz 0123456789.,", max_size=60))
def test_what_adds_words_is_never_faithful(extra):
    """Nothing with a content word more than the target passes, whatever the word."""
    answer = f"{TARGET[:-1]} with zebra{extra.replace('.', '')}."
    assert not faithful(answer, TARGET, TARGET)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("But the index failed.", "The index failed."),
        ("Finally, a model should point.", "A model should point."),
        ("Secondary indexes failed.", "Secondary indexes failed."),
    ],
)
def test_a_connective_is_taken_off_the_sources_sentence(sentence, expected):
    """What tied it to the sentence before goes; words that only begin alike stay."""
    assert tidy(sentence) == expected


class Memory(dict):
    """A ledger in memory."""

    find = dict.get

    def keep(self, generation):
        """Store it under its id."""
        self[generation.generation_id] = generation

    def write_off(self, _):
        """Forget what was lost."""

    def wasted(self, _):
        """Know of no loss."""


CHALLENGE = "The biggest problem was that the parser could not read scanned pages."
PAGE = f"{CHALLENGE} It rained on the first evening of the trip."


@pytest.mark.parametrize(
    ("answer", "text", "origin"),
    [
        (
            "The biggest problem was the parser could not read scanned pages.",
            "The biggest problem was the parser could not read scanned pages.",
            Origin.MODEL,
        ),
        ("The vendor API often timed out during peak hours.", CHALLENGE, Origin.SOURCE),
    ],
)
async def test_the_source_speaks_where_the_model_is_not_faithful(endpoint, answer, text, origin):
    """A faithful answer becomes the statement, any other gives way to the sentence itself."""
    endpoint.fallback = lambda _: completion(json.dumps({"statement": answer}))
    model = OpenAICompatible("m", endpoint.base_url, "key")
    asker = Asker(lambda: model, "m", profile_of("m"), Memory(), "doc1_test")
    steps = []
    proposal = await propose(document_of(PAGE), asker, lambda *step: steps.append(step))
    (claim,) = proposal.statements["challenges"]
    assert (claim.text, claim.origin, list(claim.quotes)) == (text, origin, [CHALLENGE])
    assert steps == [(1, 1)]
    assert sum(len(claims) for claims in proposal.statements.values()) == 1
