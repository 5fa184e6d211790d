"""Reads, checks and renders prompt files.

A prompt file is YAML front matter between ``---`` lines, then messages, each opened by a line
``[system]``, ``[user]`` or ``[assistant]``. Assistant messages are worked examples. Variables are
Jinja expressions; the declared ones must be exactly the used ones. Values are inserted once and
never rendered themselves, so a source that contains ``{{ … }}`` stays text.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

import yaml
from jinja2 import StrictUndefined, Template, meta
from jinja2.sandbox import SandboxedEnvironment

from casebook.prompts.lock import released_hashes
from casebook.schemas.errors import ConfigurationError
from casebook.schemas.frozen import Frozen

Role = Literal["system", "user", "assistant"]

_FRONT_MATTER = re.compile(r"\A---\n(?P<meta>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_VERSION_FILE = re.compile(r"v([1-9]\d*)\.md")
_ROLE_LINE = re.compile(r"^\[(system|user|assistant)\]$", re.MULTILINE)
_HEADER = {"name", "version", "purpose", "variables"}
_ENVIRONMENT = SandboxedEnvironment(
    undefined=StrictUndefined, keep_trailing_newline=False, autoescape=False
)


class Message(Frozen):
    """One chat message, as template or rendered."""

    role: Role
    content: str


class Prompt(Frozen):
    """One released version of one prompt. ``hash`` is the SHA-256 of the file's bytes."""

    name: str
    version: int
    purpose: str
    variables: Sequence[str]
    messages: Sequence[Message]
    hash: str

    def render(self, values: Mapping[str, object]) -> list[Message]:
        """Return the messages with ``values`` in place of the variables.

        Raises:
            ConfigurationError: if ``values`` are not exactly the declared variables.
        """
        if set(values) != set(self.variables):
            raise ConfigurationError(
                f"prompt {self.name} v{self.version} takes {sorted(self.variables)}, "
                f"but was given {sorted(values)}"
            )
        return [
            Message(role=m.role, content=_template(m.content).render(values)) for m in self.messages
        ]


@cache
def _template(content: str) -> Template:
    """Return a message of a prompt file compiled; jinja2 keeps none that came as a string."""
    return _ENVIRONMENT.from_string(content)


def parse_prompt(raw: str) -> Prompt:
    """Read one prompt file's text.

    Raises:
        ConfigurationError: if front matter or messages are missing, or the declared variables are
            not the used ones.
    """
    matched = _FRONT_MATTER.match(raw)
    if not matched:
        raise ConfigurationError("a prompt file starts with YAML front matter between --- lines")
    header = _header(matched["meta"])
    parts = _ROLE_LINE.split(matched["body"])
    if parts[0].strip():
        raise ConfigurationError(f"prompt {header['name']}: text stands before the first message")
    messages = [
        Message(role=cast("Role", role), content=content.strip())
        for role, content in zip(parts[1::2], parts[2::2], strict=True)
    ]
    declared, used = set(header["variables"]), _used_variables(messages)
    if not messages or declared != used:
        raise ConfigurationError(
            f"prompt {header['name']}: declares {sorted(declared)} but uses {sorted(used)}"
        )
    return Prompt(
        name=header["name"],
        version=header["version"],
        purpose=header["purpose"],
        variables=header["variables"],
        messages=messages,
        hash=hashlib.sha256(raw.encode()).hexdigest(),
    )


def _header(raw: str) -> dict[str, Any]:
    header = yaml.safe_load(raw)
    missing = _HEADER - set(header if isinstance(header, dict) else ())
    if missing:
        raise ConfigurationError(f"a prompt's front matter lacks {', '.join(sorted(missing))}")
    return cast("dict[str, Any]", header)


def _used_variables(messages: Sequence[Message]) -> set[str]:
    trees = (_ENVIRONMENT.parse(message.content) for message in messages)
    return set().union(*(meta.find_undeclared_variables(tree) for tree in trees))


@cache
def load_prompt(name: str, version: int | None = None) -> Prompt:
    """Return prompt ``name`` in ``version``, or in its newest version.

    Raises:
        ConfigurationError: if there is no such prompt, or its file is malformed.
    """
    folder = files(__package__).joinpath(*name.split("/"))
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    versions = sorted(int(found[1]) for n in names if (found := _VERSION_FILE.fullmatch(n)))
    if not versions:
        there = ", ".join(sorted({prompt.rpartition("/")[0] for prompt in released_hashes()}))
        raise ConfigurationError(f"there is no prompt {name}; there are {there}")
    wanted = version if version is not None else versions[-1]
    if wanted not in versions:
        raise ConfigurationError(f"prompt {name} has no version {wanted}, only {versions}")
    return parse_prompt(folder.joinpath(f"v{wanted}.md").read_text("utf-8"))
