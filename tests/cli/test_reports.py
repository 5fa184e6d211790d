"""The commands ``report`` and ``ask``, on cases of the embedded kind."""

import json
import shutil
from pathlib import Path

import pytest
from case_views import rows
from claim_cases import bakeries_with_findings
from claims_model import ClaimsModel
from cli_runs import Run, lines
from report_cases import bakeries
from scripted_endpoint import ScriptedEndpoint

from config.settings import Settings
from warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("site_written_here")

TITLE = "Dough plans by retrieval"
NAME = "dough-plans-by-retrieval"
YEAR = ("--from-year", "2024")


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with four published cases, made by the first test that needs it."""
    return tmp_path_factory.mktemp("published") / "home"


@pytest.fixture
def home(tmp_path: Path, run: Run, published_home: Path) -> Path:
    """A copy of that home."""
    home = tmp_path / "home"
    if not published_home.exists():
        with Warehouse(Settings(home=home).home / "warehouse.duckdb") as warehouse:
            for view in bakeries():
                warehouse.append(*rows(view))
        assert run("publish").exit_code == 0
        home.rename(published_home)
    shutil.copytree(published_home, home)
    return home


def test_a_report_is_made_read_checked_published_and_withdrawn(run: Run, home: Path) -> None:
    """Each step prints its result and the next step; a failed check has its own exit code."""
    planned = run("report", "new", TITLE, *YEAR, "--dry-run")
    assert (planned.exit_code, run("report", "list").stdout) == (0, "")
    assert "3 cases" in planned.stdout
    made = run("report", "new", TITLE)
    assert f"casebook report publish {NAME}" in made.stdout
    shown = run("report", "show", NAME)
    assert shown.stdout.startswith(f"# {TITLE}")
    assert "Bakers trusted the dough plan" in shown.stdout
    assert "ok" in run("report", "check", NAME).stdout
    done = run("report", "publish", NAME)
    assert done.exit_code == 0
    page = home / "site" / "reports" / NAME / "index.html"
    assert str(page) in done.stdout
    assert page.is_file()
    (listed,) = lines(run("report", "list", "--json"))
    assert (listed["name"], listed["model"]) == (NAME, None)
    assert listed["published_at"]
    assert run("report", "withdraw", NAME).exit_code == 0
    assert not page.exists()


def test_a_site_in_another_folder_is_what_is_published(
    run: Run, home: Path, tmp_path: Path
) -> None:
    """After ``publish --to``, reports, answers and exports read that site, and write to it."""
    shutil.rmtree(home / "site")
    gone = run("ask", "How do bakers plan dough?")
    assert "`casebook publish --to " in str(gone.exception)
    folder = tmp_path / "public"
    assert run("publish", "--to", folder).exit_code == 0
    assert "Ottokar" in run("ask", "Did bakers trust the dough plan?").stdout
    assert lines(run("export", tmp_path / "export", "--json"))[0]["cases"] == 4
    assert run("report", "new", TITLE).exit_code == 0
    page = folder / "reports" / NAME / "index.html"
    assert str(page) in run("report", "publish", NAME).stdout
    assert page.is_file()
    assert not (home / "site").exists()
    shutil.rmtree(folder)
    assert f"casebook publish --to {folder}" in str(run("report", "check", NAME).exception)


def test_a_report_is_withdrawn_from_each_site(run: Run, home: Path, tmp_path: Path) -> None:
    """A preview in another folder does not count as the report's publication."""
    run("report", "new", TITLE)
    assert run("report", "publish", NAME).exit_code == 0
    run("publish", "--to", tmp_path / "preview")
    assert (tmp_path / "preview" / "reports" / NAME).is_dir()
    assert run("report", "withdraw", NAME).exit_code == 0
    assert not (home / "site" / "reports" / NAME).exists()
    assert not (tmp_path / "preview" / "reports" / NAME).exists()


def test_the_site_written_last_is_what_is_published(run: Run, home: Path, tmp_path: Path) -> None:
    """A case withdrawn from the site after a preview was written is not exported."""
    run("publish", "--to", tmp_path / "preview")
    case_id = lines(run("list", "--json"))[0]["case_id"]
    assert run("reject", case_id, "--withdraw", "--reason", "wrong").exit_code == 0
    run("publish")
    run("export", tmp_path / "export")
    assert case_id not in (tmp_path / "export" / "cases.jsonl").read_text("utf-8")


def test_a_report_that_no_longer_holds_is_not_published(run: Run, home: Path) -> None:
    """The check fails and describes the problem, and publishing is refused."""
    run("report", "new", TITLE)
    case_id = lines(run("list", "--json"))[0]["case_id"]
    assert run("reject", case_id, "--withdraw", "--reason", "wrong").exit_code == 0
    run("publish")
    checked = run("report", "check", NAME)
    assert checked.exit_code == 3
    assert "was withdrawn" in checked.stdout
    assert run("report", "publish", NAME).exit_code == 3
    assert not (home / "site" / "reports" / NAME).exists()


@pytest.mark.usefixtures("home")
def test_a_question_gets_the_nearest_statements(run: Run) -> None:
    """With the embedded model it consists of them and their cases; without a common word of none."""
    found = run("ask", "Who disagreed with the judge model?")
    assert "head baker disagreed" in found.stdout
    assert "Knusperhaus, 2024" in found.stdout
    (answer,) = lines(run("ask", "Who disagreed with the judge model?", "--json"))
    assert answer["outcome"] == "statements"
    (silent,) = lines(run("ask", "Satellites glaciers?", "--json"))
    assert silent["outcome"] == "silent"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("report", "show", "none"), 2, "there is no report none"),
        (("report", TITLE), 2, f"casebook report new '{TITLE}'"),
        (("report", "new", TITLE, *YEAR, "--added-since", "2024-01-01"), 2, "either --from-year"),
        (("report", "new", TITLE, "--tag", "zymurgy"), 2, "there is no tag zymurgy"),
        (
            ("report", "new", TITLE, "--outline", "/dev/null", "--template", "industry"),
            2,
            "--outline",
        ),
        (("ask", " "), 2, "ask a question"),
    ],
)
def test_bad_input_says_what_to_do(
    run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Prints a clear error and exits with a non-zero code."""
    found = run(*arguments)
    assert found.exit_code == code
    assert message in str(found.exception)


def test_a_plan_is_written_to_a_file_and_then_becomes_a_report(
    run: Run, tmp_path: Path, model_endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is never overwritten; the report has its claims; nothing new means no edition."""
    home, file = tmp_path / "home", tmp_path / "plan.toml"
    model_endpoint.script = ClaimsModel(("retrieval",))
    prices = {"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}}
    monkeypatch.setenv("CASEBOOK_LLM_BASE_URL", model_endpoint.base_url)
    monkeypatch.setenv("CASEBOOK_LLM_MODEL", "scripted")
    monkeypatch.setenv("CASEBOOK_MODELS", json.dumps(prices))
    with Warehouse(Settings(home=home).home / "warehouse.duckdb") as warehouse:
        warehouse.append(*bakeries_with_findings())
    assert run("publish").exit_code == 0
    order = ("What bakers learned", "--template", "grand-summary", "--out", file)
    assert "24 findings" in run("report", "plan", *order, "--dry-run").stdout
    assert not file.exists()
    planned = run("report", "plan", *order)
    assert "Work on retrieval pays" in planned.stdout
    assert "8 companies for it, 0 against it" in planned.stdout
    assert f"casebook report new --plan {file}" in planned.stdout
    assert "move it" in str(run("report", "plan", *order).exception)
    both = run("report", "new", "A title", "--plan", file)
    assert "either a title or --plan" in str(both.exception)
    assert run("report", "new", "--plan", file).exit_code == 0
    assert "## Work on retrieval pays" in run("report", "show", "what-bakers-learned").stdout
    again = run("report", "renew", "what-bakers-learned")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "nothing to do" in again.stderr
