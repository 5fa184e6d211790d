"""The room's door."""

import pytest
from written_documents import document_of

from casebook.schemas.cases import CaseStudy
from casebook.summarizer import recipes, service
from casebook.summarizer.drafting import answers, single
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.profiles import Strategy, profile_of
from casebook.summarizer.proposals import Claim, Proposal

PROFILE = profile_of("some-model")


def unasked():
    raise AssertionError("no model may be started here")


@pytest.fixture
def asker():
    """An asker whose model must not be asked."""
    return Asker(unasked, "some-model", profile_of("some-model"), object(), "doc1_test")


def test_a_recipe_is_the_same_for_the_same_inputs():
    """A draft is found again under the id of how it is made."""
    first, second = (service.recipe("m", Strategy.SINGLE, PROFILE) for _ in range(2))
    assert first == second


def test_a_recipe_changes_with_whatever_shapes_a_draft(monkeypatch):
    """Model, strategy, limits, prompt, schema and version of the checks each make a new recipe."""
    seen = [
        service.recipe("m", Strategy.SINGLE, PROFILE),
        service.recipe("other", Strategy.SINGLE, PROFILE),
        service.recipe("m", Strategy.GUIDED, PROFILE),
        service.recipe("m", Strategy.MAP_REDUCE, PROFILE),
        service.recipe("m", Strategy.SINGLE, PROFILE.model_copy(update={"output_tokens": 9})),
        service.recipe("m", Strategy.SINGLE, PROFILE, {"case_study": 1}),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(recipes, "GROUNDING_VERSION", recipes.GROUNDING_VERSION + 1)
        seen.append(service.recipe("m", Strategy.SINGLE, PROFILE))
    with monkeypatch.context() as patch:
        patch.setattr(single, "PROMPT", "triage")
        seen.append(service.recipe("m", Strategy.SINGLE, PROFILE))
    with monkeypatch.context() as patch:
        patch.setattr(answers, "CaseStudyAnswer", answers.StatementAnswer)
        seen.append(service.recipe("m", Strategy.SINGLE, PROFILE))
    assert len({recipe.recipe_id for recipe in seen}) == len(seen)


def test_the_rubric_names_the_model_only_where_one_judges(asker):
    """A verdict by cues is the same under every model."""
    assert "some-model" in service.rubric(asker, Strategy.SINGLE)
    assert "some-model" not in service.rubric(asker, Strategy.GUIDED)


async def test_a_small_model_gives_no_verdict_whatever_makes_the_draft(asker):
    """Asked for one call, the model that has to be guided still does not judge: it cannot."""
    small = profile_of("some-model").model_copy(update={"strategy": Strategy.GUIDED})
    asker = Asker(unasked, "some-model", small, object(), "doc1_test")
    for strategy in Strategy:
        assert (await service.triage(document_of("A recipe."), asker, strategy)).criteria
        assert "some-model" not in service.rubric(asker, strategy)
        assert service.plan_triage(document_of("A recipe."), small, strategy).calls == 0


async def test_triage_of_the_guided_strategy_asks_no_model(asker):
    """It judges by cues: the verdict has the rubric's name and no generation."""
    verdict = await service.triage(document_of("A recipe for soup."), asker, Strategy.GUIDED)
    assert verdict.rubric == service.rubric(asker, Strategy.GUIDED)
    assert not verdict.generation_ids


def test_grounding_is_pure():
    """The same proposal about the same document gives the same case study."""
    document = document_of("We moved all retrieval to PostgreSQL last spring.")
    claim = Claim(text="Retrieval moved to PostgreSQL.", quotes=["moved all retrieval to"])
    proposal = Proposal(statements={"architecture": [claim]})
    first, second = service.ground(document, proposal), service.ground(document, proposal)
    assert first == second
    assert first.counts()["architecture"] == 1


def test_an_empty_proposal_is_an_empty_case_study():
    """Nothing claimed, nothing said."""
    study = service.ground(document_of("Words of no weight."), Proposal())
    assert study.counts() == CaseStudy().counts()
    assert study.title.value is None
