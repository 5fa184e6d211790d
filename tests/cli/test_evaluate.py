"""`eval --judge`, and the effect of its measurement on `doctor` and on drafts."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cli_runs import Run, lines
from labelled_judge import FOLDER, answer_as
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, schema_name
from scripted_model import answer_of

from summarizer.judge_scoring import read_judge_cases


@pytest.fixture(autouse=True)
def endpoint(model: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> ScriptedEndpoint:
    """Judges answer by their names, and `doctor` does not ask the model."""

    def answer(request: Mapping[str, Any]) -> Reply:
        is_judge = schema_name(request) == "JudgeAnswer"
        return answer_as(request) if is_judge else answer_of(request)

    model.script = answer
    monkeypatch.setattr("cli.doctor._answer", lambda _: "not asked")
    return model


def about_judge(run: Run) -> tuple[str, str]:
    """Return the state and the detail of `doctor` about the judge."""
    (found,) = (one for one in lines(run("doctor", "--json")) if one["name"] == "judge")
    return found["state"], found["detail"]


def test_a_judge_that_nods_is_named_and_not_asked(run, source, monkeypatch):
    """The default judge is off after the measurement; an explicitly named one is still asked."""
    assert about_judge(run) == ("warn", "scripted is not measured; run `casebook eval --judge`")
    found = run("eval", "--judge")
    assert found.exit_code == 0, found.output
    assert "0 of 127" in found.stdout
    assert "0–3 %" in found.stdout
    state, detail = about_judge(run)
    assert (state, "scripted stops 0 of 127" in detail) == ("warn", True)
    assert "CASEBOOK_JUDGE" in detail
    (result,) = lines(run("submit", source, "--json"))
    assert result["unjudged"] == detail
    assert not lines(run("sql", "SELECT * FROM generations WHERE stage = 'judge'", "--json"))
    monkeypatch.setenv("CASEBOOK_JUDGE", "scripted")
    state, detail = about_judge(run)
    assert (state, "it should stop 90%" in detail) == ("warn", True)
    assert lines(run("rerun", "--dry-run", "--json")), "the draft lacks its judge"


def test_a_judge_that_knows_the_labels_gives_no_warning(run, endpoint, monkeypatch):
    """The figures apply to this model only; measuring again asks nothing, and shows no labels."""
    monkeypatch.setenv("CASEBOOK_JUDGE", "knows")
    (found,) = lines(run("eval", "--judge", "--json"))
    assert found["model"] == "knows"
    assert found["intervals"]["stopped"][0] > 0.95
    asked = len(endpoint.requests)
    assert lines(run("eval", "--judge", "--json"))[0]["kinds"] == found["kinds"]
    assert len(endpoint.requests) == asked
    sent = json.dumps(endpoint.requests, ensure_ascii=False)
    items = [item for case in read_judge_cases(FOLDER) for item in case.items]
    assert not [one.why for one in items if one.why and one.why in sent]
    assert not [one.kind for one in items if "_" in one.kind and one.kind in sent]
    state, detail = about_judge(run)
    assert (state, "knows stops 127 of 127" in detail) == ("ok", True)
    assert "flags 0 of 98" in detail
    monkeypatch.setenv("CASEBOOK_JUDGE", "another")
    assert about_judge(run)[0] == "warn"
    monkeypatch.setenv("CASEBOOK_JUDGE", "off")
    assert about_judge(run) == ("ok", "off: only code checks statements")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("down", "rejects the key"), ("off", "the judge is off"), ("knows", "rejects the key")],
)
def test_a_judge_without_verdicts_is_not_measured(
    run, endpoint, tmp_path, monkeypatch, name, reason
):
    """Also if some are missing, the command fails with the reason, and stores no measurement."""
    monkeypatch.setenv("CASEBOOK_JUDGE", name)
    endpoint.enqueue(*[api_error(401)] * (name == "knows"))
    found = run("eval", "--judge")
    assert found.exit_code == 4
    assert reason in str(found.exception)
    assert not list(tmp_path.rglob("judge.jsonl"))


def test_a_small_model_judges_only_after_it_was_measured(run, monkeypatch):
    """`doctor` names its size as the reason until `eval --judge` has measured it."""
    monkeypatch.setenv("CASEBOOK_MODELS", '{"scripted": {"small": true}}')
    state, detail = about_judge(run)
    assert (state, "scripted is too small to judge unmeasured" in detail) == ("warn", True)
    assert run("eval", "--judge").exit_code == 0
    state, detail = about_judge(run)
    assert (state, "scripted stops 0 of" in detail) == ("warn", True)
