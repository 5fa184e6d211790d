"""Reads, checks and renders prompt files: YAML front matter, then messages opened by their role.

Assistant messages are worked examples. Variables are Jinja expressions; values are inserted once
and never rendered, so ``{{ … }}`` in a source stays text.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

import yaml
from jinja2 import StrictUndefined, meta
from jinja2.sandbox import SandboxedEnvironment

from prompts.lock import FOLDER
from schemas.errors import ConfigurationError
from schemas.frozen import Frozen

_FILE = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_ROLE_LINE = re.compile(r"^\[(system|user|assistant)\]$", re.MULTILINE)
_FIELDS = {"name", "version", "purpose", "variables"}
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_template = cache(_ENVIRONMENT.from_string)  # to compile one takes longer than to render it


class Message(Frozen):
    """One chat message, as template or rendered."""

    role: Literal["system", "user", "assistant"]
    content: str


class Prompt(Frozen):
    """One version of one prompt; ``hash`` is the SHA-256 of the file's bytes."""

    name: str
    version: int
    purpose: str
    variables: tuple[str, ...]
    messages: tuple[Message, ...]
    hash: str

    def render(self, values: Mapping[str, object]) -> list[Message]:
        """Return the messages with ``values`` in place of the variables.

        Raises:
            ConfigurationError: if ``values`` are not exactly the declared variables.
        """
        if set(values) != set(self.variables):
            raise ConfigurationError(
                f"prompt {self.name} v{self.version} takes {sorted(self.variables)}, "
                f"not {sorted(values)}"
            )
        return [
            Message(role=m.role, content=_template(m.content).render(values)) for m in self.messages
        ]


def parse(raw: str) -> Prompt:
    """Return the prompt in a file's text.

    Raises:
        ConfigurationError: if front matter or messages are missing, or the declared variables are
            not the used ones.
    """
    found = _FILE.match(raw)
    if not found:
        raise ConfigurationError("a prompt file starts with YAML front matter between --- lines")
    header = yaml.safe_load(found["header"])
    if missing := _FIELDS - set(header if isinstance(header, dict) else ()):
        raise ConfigurationError(f"a prompt's front matter lacks {', '.join(sorted(missing))}")
    before, *parts = _ROLE_LINE.split(found["body"])
    if before.strip() or not parts:
        raise ConfigurationError(f"prompt {header['name']}: the first line opens a message")
    messages = tuple(
        Message.model_validate({"role": role, "content": content.strip()})
        for role, content in zip(parts[::2], parts[1::2], strict=True)
    )
    trees = [_ENVIRONMENT.parse(message.content) for message in messages]
    used = set().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    if used != set(header["variables"]):
        raise ConfigurationError(
            f"prompt {header['name']}: declares {sorted(header['variables'])}, uses {sorted(used)}"
        )
    fields = {name: header[name] for name in _FIELDS}
    return Prompt(**fields, messages=messages, hash=hashlib.sha256(raw.encode()).hexdigest())


@cache
def load(name: str, version: int | None = None) -> Prompt:
    """Return prompt ``name`` in ``version``, or in its newest version.

    Raises:
        ConfigurationError: if there is no such prompt, or its file is malformed.
    """
    folder = FOLDER.joinpath(*name.split("/"))
    versions = sorted(int(path.stem[1:]) for path in folder.glob("v[1-9]*.md"))
    if not versions:
        names = sorted({str(p.parent.relative_to(FOLDER)) for p in FOLDER.rglob("v*.md")})
        raise ConfigurationError(f"there is no prompt {name}; there are {', '.join(names)}")
    wanted = version or versions[-1]
    if wanted not in versions:
        raise ConfigurationError(f"prompt {name} has no version {wanted}, only {versions}")
    return parse((folder / f"v{wanted}.md").read_text("utf-8"))
