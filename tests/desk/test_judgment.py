"""A curator's edits take the path of a model's statements: quotes, code, then the judge."""

import re

import pytest
from desk_client import KEY, Builder, DeskClient
from scripted_endpoint import api_error, completion, schema_name
from scripted_model import asked_items, judge_of

from config.resources import Resources
from config.settings import Settings
from desk.app import create_app
from schemas.cases import SupportLevel


@pytest.fixture
def settings(tmp_path, model_endpoint) -> Settings:
    endpoint = {"llm_base_url": model_endpoint.base_url, "llm_model": "scripted"}
    return Settings(home=tmp_path, curator="mira", **endpoint)


@pytest.fixture
def desk(resources: Resources):
    with DeskClient(create_app(resources, KEY)) as client:
        yield client


def edited(desk, build: Builder, warehouse, text: str):
    """Reword a statement on the architecture in the desk, and return it as it is then."""
    case_id = build.draft()
    view = warehouse.case(case_id)
    before = next(s for s in view.revision.study.statements if s.section.value == "architecture")
    answer = desk.change(case_id, "set_statement", n=str(before.n), text=text)
    assert answer.status_code < 400
    return next(s for s in warehouse.case(case_id).revision.study.statements if s.text == text)


@pytest.mark.parametrize(
    ("label", "level"),
    [("entailed", SupportLevel.VERIFIED), ("contrary", SupportLevel.REFUTED)],
)
def test_an_edit_is_judged_at_once(desk, build, warehouse, model_endpoint, label, level):
    """The saved statement has the judge's level; only changed statements were judged."""
    asked = []

    def judge(request):
        assert schema_name(request) == "JudgeAnswer"
        asked.extend(asked_items(request))
        return completion(judge_of(request, label))

    model_endpoint.script = judge
    statement = edited(desk, build, warehouse, "The parts work together as the source says.")
    assert statement.support.level is level
    assert len(asked) == 1


def test_without_a_judge_an_edit_is_saved(desk, build, warehouse, model_endpoint):
    """If the endpoint fails, the edit is saved as unverified."""
    model_endpoint.script = lambda _: api_error(401)
    statement = edited(desk, build, warehouse, "The parts work together as the source says.")
    assert statement.support.level is SupportLevel.UNVERIFIED
    assert model_endpoint.requests


def test_what_a_curator_confirms_is_not_judged_again(desk, build, warehouse, model_endpoint):
    """A confirmation is final, so the judge cannot reverse it."""
    case_id = build.draft()
    statements = warehouse.case(case_id).revision.study.statements
    n = next(s.n for s in statements if s.text == "DOUBTFUL-STATEMENT")
    assert desk.change(case_id, "confirm", part=f"s-{n}").status_code < 400
    after = next(s for s in warehouse.case(case_id).revision.study.statements if s.n == n)
    assert after.support.confirmed_by == "mira"
    assert not model_endpoint.requests


def test_a_summary_sentence_is_judged_by_its_statements_and_its_quotes(
    desk, build, warehouse, model_endpoint
):
    """The ticked statements and the added quote both reach the judge."""
    case_id, asked = build.draft(), []

    def judge(request):
        asked.append(request["messages"][-1]["content"])
        return completion(judge_of(request))

    model_endpoint.script = judge
    base = {"rests_on": ["", "4", "13"], "quote": "Officers now change 18 % of the drafts"}
    desk.change(case_id, "set_statement", n="1", text="Officers change drafts.", **base)
    one = warehouse.case(case_id).revision.study.statements[0]
    assert (one.rests_on, one.support.level) == ((4, 13), SupportLevel.VERIFIED)
    shown = asked[0].partition("Item 1, summary: ")[2]
    assert "rests on “It answers about 4,000 claims a week.”, “vLLM serves" in shown
    assert re.findall(r"quote from \[(\d)\]", shown) == ["2", "7"]
