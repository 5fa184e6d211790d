"""The commands, run as by a person or a script."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Run, lines
from kept_homes import copied
from scripted_endpoint import ScriptedEndpoint, api_error
from scripted_model import PARAGRAPHS
from typer.testing import Result

from cli.main import _GROUPS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def drafted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the draft of ``case_id``, made by the first test that needs it."""
    return tmp_path_factory.mktemp("drafted") / "home"


@pytest.fixture
def case_id(run: Run, model: ScriptedEndpoint, source: Path, drafted_home: Path) -> str:
    """A drafted case."""
    home = source.parent / "home"
    if not copied(drafted_home, home):
        result = run("submit", source, "--json")
        assert result.exit_code == 0, result.output
        copied(home, drafted_home)
    return str(lines(run("list", "--json"))[0]["case_id"])


def test_submit_prints_the_result_as_json(run: Run, model: ScriptedEndpoint, source: Path) -> None:
    """One JSON object per source, with the fields that scripts rely on."""
    result = run("submit", source, "--json")
    (found,) = lines(result)
    assert result.exit_code == 0
    assert found["status"] == "draft"
    for name in ("case_id", "revision_id", "document_id", "title", "company", "year", "verdict",
                 "statements", "support", "llm_calls", "tokens", "cost_usd", "seconds", "failure"):  # fmt: skip
        assert name in found


def test_a_transcript_stands_for_a_recording(
    run: Run, model: ScriptedEndpoint, source: Path, tmp_path: Path
) -> None:
    """``submit talk.wav --transcript FILE`` reads the file, as the earlier failure advises."""
    talk = tmp_path / "talk.wav"
    talk.write_bytes(b"RIFF....WAVE")
    failed = run("submit", talk, "--json")
    assert "--transcript FILE" in lines(failed)[0]["failure"]["message"]
    (found,) = lines(run("submit", talk, "--transcript", source, "--json"))
    assert (found["status"], found["kind"]) == ("draft", "recording")


def test_a_file_gets_its_address_later(run: Run, model: ScriptedEndpoint, source: Path) -> None:
    """Its page links there, and submitting the address finds the case and asks no model."""
    (made,) = lines(run("submit", source, "--json"))
    address = "https://blog.example.com/claims"
    assert lines(run("show", made["case_id"], "--json"))[0]["source"]["canonical_url"] is None
    run("approve", made["case_id"], "--leave-out")
    (site,) = lines(run("publish", "--json"))
    assert f"{address} leads to" in run("edit", made["case_id"], "--url", address).stdout
    assert lines(run("publish", "--json"))[0]["changed"] == [made["case_id"]]
    (page,) = Path(site["path"]).glob("cases/*/index.html")
    assert f'href="{address}' in page.read_text("utf-8")
    assert lines(run("show", made["case_id"], "--json"))[0]["source"]["canonical_url"] == address
    asked = len(model.requests)
    (again,) = lines(run("submit", f"{address}?utm_source=x", "--json"))
    assert (again["case_id"], len(model.requests)) == (made["case_id"], asked)
    listed = lines(run("list", "--json"))
    assert [one["url"] for one in listed] == [address]
    wrong = run("edit", made["case_id"], "--url", "not an address")
    assert wrong.exit_code != 0


def test_a_list_names_transcripts_and_no_unknown_key(
    run: Run, model: ScriptedEndpoint, source: Path, tmp_path: Path
) -> None:
    """Lists have comments, and transcripts that are used; an unknown key is named in an error."""
    listed = tmp_path / "list.jsonl"
    listed.write_text('{"source": "talk.wav", "transcript": "claims.md"}\n', "utf-8")
    assert lines(run("backfill", listed, "--json"))[0]["status"] == "draft"
    assert lines(run("backfill", listed, "--dry-run", "--json"))[0]["open"] == 0
    line = json.dumps({"source": "talk.wav", "transcript": str(source)})
    result = run("submit", "-", "--json", stdin=f"# my sources\n{line}\n")
    assert lines(result)[0]["status"] == "draft"
    for command in ("submit", "backfill"):
        wrong = run(command, "-", stdin='{"source": "talk.wav", "transcipt": "claims.md"}')
        assert "transcipt" in str(wrong.exception)
        assert wrong.exit_code == (2 if command == "submit" else 3)
    assert len(lines(run("list", "--json"))) == 1


def test_a_failed_source_has_its_own_exit_code(run: Run, model: ScriptedEndpoint) -> None:
    """A single failed source exits with its own code; with several sources the code is 3."""
    assert run("submit", "/nowhere.md").exit_code == 3
    assert run("submit", "file:///etc/passwd").exit_code == 3


def test_extract_stores_nothing(run: Run, source: Path, tmp_path: Path) -> None:
    """The text is shown with its passages, and no home is created."""
    result = run("extract", source, "--json")
    (found,) = lines(result)
    assert found["passages"][0]["n"] == 1
    assert found["passages"][0]["locator"] == {}
    assert found["text"].startswith("Kellamoor insures")
    assert found["source"] == str(source)
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()


def test_list_and_doctor_create_nothing(run: Run, tmp_path: Path) -> None:
    """Commands that only read do not create a missing home."""
    assert run("list").exit_code == 0
    run("doctor")
    assert not (tmp_path / "home").exists()


def test_list_and_show_describe_a_case(run: Run, case_id: str) -> None:
    """Support levels are words; the JSON has facts, sections and provenance."""
    listed = lines(run("list", "--json"))[0]
    assert listed["case_id"] == case_id
    assert {"title", "company", "status", "statements", "support", "twins", "waits"} <= set(listed)
    shown = run("show", case_id)
    assert "verified" in shown.stdout
    data = lines(run("show", case_id[:10], "--json"))[0]
    assert data["company"] == "Kellamoor"
    assert data["results"][0]["metric"]
    assert data["provenance"]["generations"]
    assert data["summary"][0]["support"] in {"verbatim", "verified"}


def a_talk(path: Path, voice: str = "") -> Path:
    """Write captions of the source, a minute for each paragraph."""
    cues = [
        f"{n:02}:05.000 --> {n:02}:50.000\n{voice}{words}\n" for n, words in enumerate(PARAGRAPHS)
    ]
    path.write_text("\n".join(["WEBVTT\n", *cues]), "utf-8")
    return path


def test_show_names_the_place_of_a_quote_and_the_parts_of_a_result(
    run: Run, model: ScriptedEndpoint, tmp_path: Path
) -> None:
    """Shows second and speaker of a talk; metric, value, baseline and sample of a result."""
    run("submit", a_talk(tmp_path / "talk.vtt", "<v Ada Berg>"))
    (listed,) = lines(run("list", "--json"))
    assert (listed["kind"], listed["source"]) == ("captions", "talk.vtt")
    assert "talk.vtt" in run("list").stdout
    shown = run("show", listed["case_id"]).stdout
    assert re.search(r"\(passage \d+ · [1-9]:05 · Ada Berg\)", shown)
    data = lines(run("show", listed["case_id"], "--json"))[0]["results"][0]
    for part in ("metric", "value", "baseline", "sample"):
        assert not data[part] or f"{part}: {data[part]}" in shown
    assert data["metric"]


def test_a_talk_without_a_heading_can_be_approved(
    run: Run, model: ScriptedEndpoint, tmp_path: Path
) -> None:
    """The title is proposed from the file name, and marked as inferred."""
    talk = a_talk(tmp_path / "kellamoor-claims-2026.vtt")
    (found,) = lines(run("submit", talk, "--strategy", "guided", "--json"))
    title = lines(run("show", found["case_id"], "--json"))[0]["facts"]["title"]
    assert (title["value"], title["inferred"]) == ("Kellamoor Claims 2026", True)
    approved = run("approve", found["case_id"], "--confirm", "--leave-out")
    assert approved.exit_code == 0, approved.output


def test_a_configured_model_is_asked_whatever_its_name(
    run: Run, model: ScriptedEndpoint, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """README's example writes its draft; `doctor`, `submit` and `show` say how, why and how often."""
    monkeypatch.setenv("CASEBOOK_LLM_MODEL", "qwen2.5")
    monkeypatch.setattr("cli.doctor._answer", lambda _: "not asked")
    (said,) = (one["detail"] for one in lines(run("doctor", "--json")) if one["name"] == "model")
    assert re.search(
        r"(single|map_reduce), \d calls? for 12,000 characters: about .* the context", said
    )
    found = run("submit", source)
    assert re.search(r"; \d model calls,.*\n +(single|map_reduce): about ", found.stdout), (
        found.output
    )
    (listed,) = lines(run("list", "--json"))
    shown = run("show", listed["case_id"]).stdout
    assert re.search(r"made by +qwen2.5, \w+: about \d.*; model calls: \d", shown)
    assert model.requests


def test_show_markdown_is_the_readers_text(run: Run, case_id: str) -> None:
    """--markdown prints the case as an article, without what is refuted."""
    text = run("show", case_id, "--markdown").stdout
    assert text.startswith("# ")
    assert "pencil" not in text


def test_list_all_names_refused_sources_with_the_reason(
    run: Run, model: ScriptedEndpoint, source: Path
) -> None:
    """--all shows the sources that triage rejected, with reasons."""
    from scripted_endpoint import completion
    from scripted_model import REFUSED

    model.enqueue(completion(REFUSED))
    assert lines(run("submit", source, "--json"))[0]["status"] == "not_a_case_study"
    listed = lines(run("list", "--all", "--json"))[0]
    assert listed["status"] == "refused"
    assert listed["triage"]["reason"]
    assert "not a case study" in run("list", "--all").stdout


def test_approve_names_the_id_that_failed_and_continues(run: Run, case_id: str) -> None:
    """Valid ids are approved although another one fails; the exit code is 3."""
    result = run("approve", "case1_nothing", case_id, "--leave-out", "--confirm")
    assert result.exit_code == 3
    assert "case1_nothing" in result.output
    assert lines(run("list", "--status", "approved", "--json"))[0]["case_id"] == case_id


def test_reject_needs_a_reason(run: Run, case_id: str) -> None:
    """The reason of a rejection is stored; approve --reopen reverses the rejection."""
    assert run("reject", case_id).exit_code == 2
    assert run("reject", case_id, "-r", "too thin").exit_code == 0
    assert lines(run("show", case_id, "--json"))[0]["history"][-1]["reason"] == "too thin"
    assert run("approve", case_id, "--reopen").exit_code == 0
    assert lines(run("show", case_id, "--json"))[0]["status"] == "draft"


def test_edit_changes_facts_and_statements(run: Run, case_id: str) -> None:
    """One edit sets a fact, drops a statement, and adds a statement with its quote."""
    result = run(
        "edit", case_id, "--set", "company=Kellamoor Insurance", "--drop", "1",
        "--add", "lessons=A clerk checks each draft.", "--quote", "a clerk checks each draft",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    data = lines(run("show", case_id, "--json"))[0]
    assert data["company"] == "Kellamoor Insurance"
    assert data["lessons"][0]["text"] == "A clerk checks each draft."
    assert run("edit", case_id, "--add", "lessons=x", "--quote", "not in the source").exit_code == 2
    assert run("edit", case_id).exit_code == 2


def test_an_edit_is_judged_before_the_command_ends(
    run: Run, case_id: str, model: ScriptedEndpoint
) -> None:
    """The verdict is printed and stored; without one the edit is kept, and approval refused."""
    done = run("edit", case_id, "--set", "4=A third of the claims were photographs.")
    asked, *verdicts = done.output.splitlines()[1:]
    assert asked == "Asking the judge…"
    assert "verified  A third of the claims were photographs." in verdicts
    assert len(verdicts) == 2, "the sentence of the summary about it is judged, too"
    model.script = lambda _: api_error(401)
    done = run("edit", case_id, "--set", "4=Many claims were photographs.")
    assert done.exit_code == 0
    assert "unverified  Many claims were photographs.\n          Not judged: " in done.output
    refused = run("approve", case_id)
    assert refused.exit_code == 2
    assert "Many claims were photographs." in refused.output
    assert run("edit", case_id, "--confirm", "4").exit_code == 0
    assert "confirmed by" in run("show", case_id).output


def test_a_refuted_statement_is_kept_with_a_reason(run: Run, case_id: str) -> None:
    """Without a reason the command is refused; show names the curator and the reason."""
    shown = run("show", case_id).output
    (number,) = re.findall(r"(\d+)\. refuted +Kellamoor does not know", shown)
    refused = run("edit", case_id, "--confirm", number)
    assert refused.exit_code == 2
    assert "give a reason" in refused.output
    kept = run("edit", case_id, "--confirm", number, "--reason", "They said so.", "--as", "ada")
    assert kept.exit_code == 0, kept.output
    shown = run("show", case_id).output
    assert "They said so." in shown
    assert "kept by ada" in shown


def test_edit_chooses_what_a_summary_sentence_rests_on(run: Run, case_id: str) -> None:
    """By the numbers that show prints; a sentence of another section has no base."""
    given = ("1.rests_on=5, 6", "1.rests_on=99", "6.rests_on=5")
    assert [run("edit", case_id, "--set", one).exit_code for one in given] == [0, 2, 2]
    summary = lines(run("show", case_id, "--json"))[0]["summary"][0]
    assert (summary["n"], summary["rests_on"]) == (1, [5, 6])


@pytest.mark.usefixtures("site_written_here")
def test_a_published_case_is_withdrawn_and_not_rejected(
    run: Run, case_id: str, tmp_path: Path
) -> None:
    """Edits of it can be rejected; only --withdraw removes the case, with a reason."""
    site = tmp_path / "site"
    assert run("reject", case_id, "-r", "x", "--withdraw").exit_code == 2
    run("approve", case_id, "--leave-out", "--confirm")
    assert lines(run("publish", "--to", site, "--json"))[0]["added"] == [case_id]
    refused = run("reject", case_id, "-r", "A number is wrong.")
    assert refused.exit_code == 2
    assert "withdraw the case instead" in " ".join(refused.output.split())
    run("edit", case_id, "--set", "year=2019")
    assert "Readers see an earlier revision" in run("show", case_id).stdout
    assert run("reject", case_id, "-r", "The year is a guess.").exit_code == 0
    shown = lines(run("show", case_id, "--json"))[0]
    assert (shown["status"], shown["published_revision_id"]) == ("published", shown["revision_id"])
    assert run("reject", case_id, "-r", "A number is wrong.", "--withdraw").exit_code == 0
    assert lines(run("publish", "--to", site, "--json"))[0]["withdrawn"] == [case_id]


def test_backfill_forecasts_runs_and_lists(
    run: Run, model: ScriptedEndpoint, source: Path, tmp_path: Path
) -> None:
    """A local list can name local files; --dry-run calls no model; the batch is listed."""
    listed = tmp_path / "list.txt"
    listed.write_text(f"{source}\n", "utf-8")
    planned = run("backfill", listed, "--dry-run", "--json")
    assert lines(planned)[0]["open"] == 1
    assert lines(planned)[0]["source_budget_usd"] == 1.0
    assert model.requests == []
    done = run("backfill", listed, "--json")
    assert done.exit_code == 0, done.output
    assert lines(done)[0]["status"] == "draft"
    assert lines(run("backfill", "--json"))[0]["batch"]["size"] == 1


def test_a_resumed_batch_keeps_its_model(
    run: Run, model: ScriptedEndpoint, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that a wrong key paused goes on with the model that it was started with."""
    prices = {name: {"price": {"input": 1, "output": 4}} for name in ("scripted", "other")}
    monkeypatch.setenv("CASEBOOK_MODELS", json.dumps(prices))
    listed = tmp_path / "list.txt"
    listed.write_text(f"{source}\n", "utf-8")
    answer, model.script = model.script, lambda _: api_error(401)
    assert run("backfill", listed, "--model", "other").exit_code != 0
    (line,) = lines(run("backfill", "--json"))
    model.script = answer
    model.requests.clear()
    done = run("backfill", "--resume", line["batch"]["batch_id"], "--json")
    assert lines(done)[0]["status"] == "draft"
    assert {one["model"] for one in model.requests} == {"other"}


def test_backfill_names_a_bad_line_and_goes_on(
    run: Run, model: ScriptedEndpoint, source: Path
) -> None:
    """A line without an address or file is reported, others are processed; exit code 3."""
    result = run("backfill", "-", "--json", stdin=f"{source}\nfile:///etc/passwd\n")
    assert result.exit_code == 3
    assert lines(result)[0]["status"] == "draft"


def test_retry_lists_failures_with_their_remedy(run: Run, model: ScriptedEndpoint) -> None:
    """--dry-run shows cause, stage and remedy."""
    run("submit", "/nowhere.md")
    assert "file_missing" in run("retry", "--dry-run").stdout
    (found,) = lines(run("retry", "--dry-run", "--json"))
    assert found["failure"]["kind"] == "file_missing"


def test_costs_and_sql_answer_from_the_warehouse(run: Run, case_id: str) -> None:
    """Costs by stage sum up the calls; SQL can read the warehouse, but not write or open files."""
    stages = {line["key"]: line for line in lines(run("costs", "--by", "stage", "--json"))}
    assert stages["summarize"]["calls"] == 1
    assert "cached_tokens" in stages["summarize"]
    query = "SELECT count(*) AS n FROM statements"
    assert lines(run("sql", query, "--json"))[0]["n"] > 5
    assert run("sql", query, "--csv").stdout.splitlines()[0] == "n"
    for hostile in ("DROP TABLE cases", "SELECT * FROM read_text('/etc/passwd')", "ATTACH 'x.db'"):
        assert run("sql", hostile).exit_code == 2


def test_an_eval_whose_sources_are_missing_says_so(
    run: Run, model: ScriptedEndpoint, tmp_path: Path
) -> None:
    """Each missing source is named, the exit code is 3, and no run is stored."""
    gold = tmp_path / "gold"
    gold.mkdir()
    case = {"name": "lost", "source": {"path": "../lost.md", "url": "https://a.example/lost"}}
    (gold / "lost.json").write_text(json.dumps(case), "utf-8")
    result = run("eval", "--gold", gold)
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (3, True)
    assert "lost.md" in result.output
    assert not list((tmp_path / "home").rglob("evals/*.json"))


def test_rerun_shows_what_it_would_do(run: Run, case_id: str) -> None:
    """Nothing is stale right after a draft; a named case is redrafted unless --dry-run is given."""
    assert lines(run("rerun", "--dry-run", "--json")) == []
    assert lines(run("rerun", case_id, "--dry-run", "--json"))[0]["case_id"] == case_id


def test_rerun_judges_known_drafts_anew(
    run: Run, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft of the current judge is current; judging it again costs nothing; a judge is needed."""
    planned = run("rerun", "--judge", "--dry-run")
    assert planned.output.strip() == "0 cases with scripted, about $0.00."
    (judged,) = lines(run("rerun", "--judge", case_id, "--json"))
    assert (judged["status"], judged["llm_calls"]) == ("draft", 0)
    monkeypatch.setenv("CASEBOOK_JUDGE", "off")
    refused = run("rerun", "--judge")
    assert refused.exit_code == 4
    assert "no judge is configured" in str(refused.exception)


def test_escape_sequences_never_reach_the_terminal(
    run: Run, model: ScriptedEndpoint, tmp_path: Path
) -> None:
    """Escape sequences in a file name and a title are removed from the output."""
    path = tmp_path / "a\x1b]0;owned\x07.md"
    path.write_text("x", "utf-8")
    result: Result = run("submit", path)
    assert "\x1b" not in result.output.replace("\x1b[", "")
    assert "\x07" not in result.output


@pytest.mark.parametrize("kind", ["fifo", "/dev/zero", "folder"])
def test_odd_files_get_one_clear_line(run: Run, tmp_path: Path, kind: str) -> None:
    """A FIFO, a device and a folder are rejected immediately, with the path."""
    path = tmp_path / kind.strip("/").replace("/", "-")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path(kind)
    result = run("extract", path)
    assert result.exit_code == 3
    assert str(path.name) in result.output


def test_a_home_that_cannot_be_made_gets_one_clear_line(run: Run, source: Path) -> None:
    """The error names the file; here the folder above the home is a file."""
    result = run("--home", source / "home", "submit", source)
    assert result.exit_code == 1
    assert f"{source}/home/warehouse.duckdb is not usable: " in str(result.exception)


def test_a_home_that_is_only_read_is_not_published(
    run: Run, case_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only home is reported in one line before the site is written."""
    run("approve", case_id, "--leave-out", "--confirm")
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = run("publish", "--to", tmp_path / "site")
    assert result.exit_code == 1
    assert "is read-only" in str(result.exception)
    assert not (tmp_path / "site").exists()


def test_the_first_admin_is_added_from_the_terminal(run: Run) -> None:
    """Reads the password from standard input; a second run resets password and role."""
    for password in ("correct horse battery", "staple of another kind"):
        assert run("review", "--add-admin", "mira", stdin=f"{password}\n").exit_code == 0
    assert run("review", "--add-admin", "mira", stdin="short\n").exit_code == 2
    query = "SELECT name, kind, role, who FROM accounts"
    rows = [{"name": "mira", "kind": "person", "role": "admin", "who": "tester"}] * 2
    assert lines(run("sql", query, "--json")) == rows


def test_wrong_settings_name_the_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value ends with exit code 4 and the setting's name, without the value."""
    monkeypatch.setenv("CASEBOOK_LLM_CONCURRENCY", "many-secret")
    result = run("list")
    assert result.exit_code == 4
    assert "CASEBOOK_LLM_CONCURRENCY" in str(result.exception)
    assert "secret" not in str(result.exception)


def test_a_removed_setting_names_its_successor(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An old value in the environment or in `casebook.toml` stops each command."""
    found = []
    monkeypatch.setenv("CASEBOOK_LLM_TIMEOUT", "600")
    found.append(run("list"))
    monkeypatch.delenv("CASEBOOK_LLM_TIMEOUT")
    (tmp_path / "casebook.toml").write_text("llm_timeout = 600")
    monkeypatch.chdir(tmp_path)
    found.append(run("list"))
    for result in found:
        assert result.exit_code == 4
        assert "not a setting; set `timeout` in a [models] table" in str(result.exception)


def test_help_groups_the_commands() -> None:
    """The help answers quickly and lists every command under its group."""
    shown = subprocess.run(
        [sys.executable, "-m", "cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    for group, commands in _GROUPS.items():
        assert group in shown
        assert all(name in shown for name in commands)
