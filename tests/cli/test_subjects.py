"""The command ``subjects``, and the other commands for a source with several."""

from pathlib import Path

from cli_runs import Run, lines
from panel import COMPANIES, PANEL, panel_answer
from scripted_endpoint import ScriptedEndpoint


def test_a_curator_changes_the_subjects_of_a_panel(
    run: Run, model: ScriptedEndpoint, tmp_path: Path
) -> None:
    """Subjects are listed, renamed, dropped, drafted again and added; cases keep their ids."""
    model.script = panel_answer
    path = tmp_path / "panel.md"
    path.write_text(PANEL, "utf-8")
    (result,) = lines(run("submit", path, "--json"))
    case_id = result["case_id"]
    assert [one["failure"] for one in result["subjects"]] == [None] * 3
    listed = lines(run("subjects", case_id, "--json"))
    assert [one["company"] for one in listed] == [*COMPANIES]
    again = run("submit", path).stdout
    assert all(f"{name}: an assistant for" in again for name in COMPANIES)

    renamed = run(
        "subjects", case_id, "rename", "Brightkettle", "--company", "Bright", "--system", "mails"
    )
    assert "Bright" in renamed.stdout
    assert run("subjects", case_id, "drop", "mails").exit_code == 0
    (rejected,) = lines(run("list", "--status", "rejected", "--json"))
    assert rejected["case_id"] == listed[1]["case_id"]
    assert run("subjects", case_id, "drop", "Nobody").exit_code == 2

    added = run("subjects", case_id, "add", "--system", "tram alarms", "--company", "Ostrava Lines")
    assert f"`casebook retry {case_id}`" in added.stderr
    assert run("retry", case_id).exit_code == 0
    shown = run("subjects", case_id, "--json")
    assert shown.exit_code == 0, shown.output
    last = lines(shown)[-1]
    assert (last["state"], last["case_id"] is None) == ("confirmed", False)
    assert run("subjects", case_id, "draft", "Bright").exit_code == 0
