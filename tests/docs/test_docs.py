"""The documentation agrees with the code."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import _GROUPS
from config.settings import Settings
from schemas import errors
from summarizer.profiles import Profile

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md"))),
]
COMMANDS = [name for commands in _GROUPS.values() for name in commands]


def test_the_settings_page_is_current() -> None:
    """docs/settings.md is what docs/generate.py writes."""
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    subprocess.run(
        [sys.executable, "docs/generate.py"], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    assert (ROOT / "docs/settings.md").read_text("utf-8") == page


def test_what_a_model_can_be_described_with_is_documented() -> None:
    """docs/settings.md shows every field of a model's profile."""
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    fields = Profile.model_fields.keys() - {"model"}
    assert {name for name in fields if f"\n    {name} = " not in page} == set()


def test_no_block_to_copy_turns_a_check_off() -> None:
    """The README's example leaves the judge on, and the text states its value."""
    readme = (ROOT / "README.md").read_text("utf-8")
    copied = [line for line in readme.splitlines() if line.startswith("    ")]
    assert any("CASEBOOK_LLM_MODEL" in line for line in copied)
    assert not any("CASEBOOK_JUDGE" in line for line in copied)
    assert "151 passed without the judge and none with it" in readme


def test_there_are_few_settings() -> None:
    """A new setting has to replace another one."""
    assert len(Settings.model_fields) <= 33


def test_the_picture_of_the_packages_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/architecture.md shows the imports as they are, and names files that exist."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert importlib.import_module("generate_architecture").page(text) == text
    named = re.findall(r"`([a-z_]+/[a-z_/.]+)`", text)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists() and name != "snapshots/"] == []


def test_the_image_and_its_services_are_valid() -> None:
    """The linter accepts the Dockerfile, and compose.yaml follows its schema."""
    programs = Path(sys.executable).parent
    schema = ("--quiet", "--builtin-schema", "vendor.compose-spec", "compose.yaml")
    for command in (("hadolint", "Dockerfile"), ("check-jsonschema", *schema)):
        subprocess.run([programs / command[0], *command[1:]], check=True, cwd=ROOT)


def test_the_example_reads_a_case() -> None:
    """examples/read_a_case.py prints the statements of the example with their quotes."""
    command = [sys.executable, "examples/read_a_case.py"]
    run = subprocess.run(
        command, check=True, cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.stdout.startswith("Sorting 11,000 support tickets")
    assert run.stdout.count("[verbatim]") > 10
    assert run.stdout.count("“") >= run.stdout.count("[verbatim]")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_in_the_readme(command: str) -> None:
    """The README names every command."""
    assert re.search(rf"`{command}`|casebook {command}\b", (ROOT / "README.md").read_text("utf-8"))


def test_each_cause_of_a_failure_has_a_remedy_in_the_docs() -> None:
    """docs/sources.md explains every cause that the errors list."""
    page = (ROOT / "docs/sources.md").read_text("utf-8")
    listed: set[str] = set()
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(
            error, errors.FetchError | errors.ExtractionError
        ):
            listed |= set(re.findall(r"``([a-z]+_[a-z_]+)``", error.__doc__ or ""))
    assert {cause for cause in listed if f"`{cause}`" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Relative links and pictures of the documentation exist."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
