"""`eval --judge`, and the effect of its measurement on `doctor` and on drafts."""

from pathlib import Path

import pytest
from cli_runs import Run, lines
from labelled_judge import judged
from scripted_endpoint import ScriptedEndpoint

from schemas.cases import NOT_JUDGED, Support, SupportLevel
from schemas.errors import ProviderUnavailable
from summarizer.judge_scoring import read_judge_cases

FOLDER = Path(__file__).parents[2] / "evals" / "judge"
REFUTED = Support(level=SupportLevel.REFUTED, reason="no")
UNJUDGED = Support(level=SupportLevel.UNVERIFIED, reason=NOT_JUDGED)
CASES = {case.items[0].text: case for case in read_judge_cases(FOLDER)}


@pytest.fixture(autouse=True)
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge ``knows`` gives right verdicts, ``down`` none, and all others nod."""

    async def judge(study, _document, asker, **_):
        name = asker.profile.model
        values = {fact.value for fact in study.facts}
        case = next(case for case in CASES.values() if case.items[0].text in values)

        def verdict(label: bool) -> Support:
            nods = name != "knows" or label
            return UNJUDGED if name == "down" else Support(level="verified") if nods else REFUTED

        error = ProviderUnavailable("down does not answer") if name == "down" else None
        return judged(case, study, verdict), error

    monkeypatch.setattr("flows.evaluation.judge_study", judge)
    monkeypatch.setattr("cli.doctor._answer", lambda _: "not asked")


def about_judge(run: Run) -> tuple[str, str]:
    """Return the state and the detail of `doctor` about the judge."""
    (found,) = (one for one in lines(run("doctor", "--json")) if one["name"] == "judge")
    return found["state"], found["detail"]


def test_a_judge_that_nods_is_named_and_not_asked(
    run: Run, model: ScriptedEndpoint, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default judge is off after the measurement; an explicitly named one is still asked."""
    assert about_judge(run) == ("warn", "scripted is not measured; run `casebook eval --judge`")
    found = run("eval", "--judge")
    assert found.exit_code == 0, found.output
    assert "0 of 127 (0–3 %)" in found.stdout
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


def test_a_judge_that_knows_the_labels_gives_no_warning(
    run: Run, model: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures are shown, and apply to this model only."""
    monkeypatch.setenv("CASEBOOK_JUDGE", "knows")
    (found,) = lines(run("eval", "--judge", "--json"))
    assert found["model"] == "knows"
    assert found["intervals"]["stopped"][0] > 0.95
    state, detail = about_judge(run)
    assert (state, "knows stops 127 of 127" in detail) == ("ok", True)
    monkeypatch.setenv("CASEBOOK_JUDGE", "another")
    assert about_judge(run)[0] == "warn"


def test_a_judge_that_is_down_or_off_is_not_measured(
    run: Run, model: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The command fails with the reason, and stores no measurement."""
    for name, reason in [("down", "down does not answer"), ("off", "the judge is off")]:
        monkeypatch.setenv("CASEBOOK_JUDGE", name)
        found = run("eval", "--judge")
        assert found.exit_code in {4, 5}
        assert reason in str(found.exception)
    assert not list(tmp_path.rglob("judge.jsonl"))
    assert about_judge(run) == ("ok", "off: only code checks statements")


def test_a_small_model_is_no_judge_of_itself(
    run: Run, model: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor` names the profile as the reason."""
    monkeypatch.setenv("CASEBOOK_MODELS", '{"scripted": {"strategy": "guided"}}')
    state, detail = about_judge(run)
    assert (state, "too small to judge" in detail) == ("warn", True)
