"""Commands that messages, templates and documents name exist."""

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tomllib import loads

import pytest
from typer import BadParameter, Context
from typer.core import TyperGroup
from typer.main import get_command

from cli.main import _GROUPS, app
from flows.registry import SERVED

ROOT = Path(__file__).parents[2]
COMMANDS = "|".join(name for commands in _GROUPS.values() for name in commands)
KINDS = (".py", ".html", ".md", ".toml", ".js", ".yaml", "Makefile")
# In backticks, in <code>, in an indented block, or on a line of its own in a message.
HINT = re.compile(
    rf"(?m)(?:[`>]|\.venv/bin/|^    |^(?=casebook (?:{COMMANDS}) ))casebook ([a-z][^`<>\n#…]*)"
)
# Bare words that may follow a command; any other is taken for a command that does not exist.
WORDS = {"schedule": {*SERVED}, "subjects": {"add", "rename", "draft", "drop"}}


def texts_of(path: Path) -> Iterator[str]:
    """Yield the strings of a module, with "X" for what is filled in; of another file its text."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield re.sub(r"\{\{.*?\}\}", "X", text)
        return
    nodes = list(ast.walk(ast.parse(text)))
    filled = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for several in filled for part in several}
    whole = [[one] for one in nodes if isinstance(one, ast.Constant) and id(one) not in parts]
    for several in (*filled, *whole):
        values = [one.value if isinstance(one, ast.Constant) else "X" for one in several]
        yield re.sub("(?m)^ +", "", "".join(map(str, values)))


def files() -> list[str]:
    """Return the files of the program and its documents."""
    listed = subprocess.run(
        ["git", "ls-files"], check=True, cwd=ROOT, capture_output=True, text=True
    )
    own = [one for one in listed.stdout.split() if one.endswith(KINDS)]
    return [one for one in own if not one.startswith("tests/") and "/vendor/" not in one]


def hints() -> set[tuple[str, str]]:
    """Return each command that is named, with the file that names it."""
    texts = ((one, text) for one in files() for text in texts_of(ROOT / one))
    return {(one, hint.strip()) for one, text in texts for hint in HINT.findall(text)}


def problem_of(hint: str) -> str | None:
    """Return the error in a command of a hint, or None if it can be run."""
    name, *words = shlex.split(hint)
    command = get_command(app).commands.get(name)
    while words and isinstance(command, TyperGroup):
        command = command.commands.get(words.pop(0))
    if command is None:
        return f"there is no such command: {hint}"
    try:
        with Context(command, info_name=name) as context:
            given, rest, _ = command.make_parser(context).parse_args(words)
    except BadParameter.__base__ as error:
        return str(error)
    arguments = [given.get(one.name) for one in command.params if one.param_type_name == "argument"]
    named = [one for one in [*arguments, *rest] if isinstance(one, str)]
    bare = [one for one in named if re.fullmatch("[a-z]+", one) and not (ROOT / one).exists()]
    return next((f"{name} {one}" for one in bare if one not in WORDS.get(name, ())), None)


def test_every_command_that_a_hint_names_can_be_run() -> None:
    """Commands, options and actions in hints exist."""
    found = hints()
    assert len(found) > 60
    assert {(place, hint, wrong) for place, hint in found if (wrong := problem_of(hint))} == set()


@pytest.mark.parametrize("hint", ["failures", "backfill list", "retry --all", "report drop X"])
def test_a_command_that_does_not_exist_is_found(hint: str) -> None:
    """An unknown command, option or action is reported."""
    assert problem_of(hint)


def test_extras_are_installed_from_the_checkout() -> None:
    """On the package index, the name "casebook" belongs to another project."""
    project = loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] != "casebook"
    assert version(project["name"]) == project["version"]
    texts = [text for place in files() for text in texts_of(ROOT / place)]
    installed = [one for text in texts for one in re.findall(r"pip install (?!-)(\S+)", text)]
    extras = [re.fullmatch(r'"\.\[([a-z,]+)\]"[`),]*', one) for one in installed]
    assert len(installed) >= 6
    named = {extra for one in extras for extra in (one[1].split(",") if one else ["a package"])}
    assert named <= {*project["optional-dependencies"]}
