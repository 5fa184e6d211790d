"""Reads, checks and renders prompt files: YAML front matter, then messages after role lines.

Assistant messages are worked examples. Variables are Jinja expressions; inserted values are not
rendered, so ``{{ … }}`` in a source remains text.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

import yaml
from jinja2 import StrictUndefined, meta
from jinja2.sandbox import SandboxedEnvironment

from prompts.lock import FOLDER
from schemas.errors import ConfigurationError
from schemas.frozen import Frozen, sha256_hex

_FILE = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_ROLE_LINE = re.compile(r"^\[(system|user|assistant)\]$", re.MULTILINE)
_FIELDS = {"name", "version", "purpose", "variables"}
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_template = cache(_ENVIRONMENT.from_string)  # compiling takes longer than rendering


class Message(Frozen):
    """One chat message, rendered or as a template."""

    role: Literal["system", "user", "assistant"]
    content: str


class Prompt(Frozen):
    """One version of a prompt; ``hash`` is the SHA-256 hash of the file."""

    name: str
    version: int
    purpose: str
    variables: tuple[str, ...]
    messages: tuple[Message, ...]
    hash: str

    @property
    def label(self) -> str:
        """The name and version, as in ``judge/v2``."""
        return f"{self.name}/v{self.version}"

    def render(self, values: Mapping[str, object]) -> list[Message]:
        """Return the messages with the variables replaced by ``values``.

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
    """Return the prompt parsed from the text of a file.

    Raises:
        ConfigurationError: if front matter, messages or declarations of variables are wrong.
    """
    found = _FILE.match(raw)
    if not found:
        raise ConfigurationError("a prompt file starts with YAML front matter between --- lines")
    header = yaml.safe_load(found["header"])
    if missing := _FIELDS - set(header if isinstance(header, dict) else ()):
        names = ", ".join(sorted(missing))
        raise ConfigurationError(f"the front matter of a prompt is missing {names}")
    before, *parts = _ROLE_LINE.split(found["body"])
    if before.strip() or not parts:
        raise ConfigurationError(f"prompt {header['name']}: the first line must be a role line")
    messages = tuple(
        Message.model_validate({"role": role, "content": content.strip()})
        for role, content in zip(parts[::2], parts[1::2], strict=True)
    )
    trees = [_ENVIRONMENT.parse(message.content) for message in messages]
    used = set().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    if used != set(header["variables"]):
        raise ConfigurationError(
            f"prompt {header['name']} declares {sorted(header['variables'])}, uses {sorted(used)}"
        )
    fields = {name: header[name] for name in _FIELDS}
    return Prompt(**fields, messages=messages, hash=sha256_hex(raw.encode()))


@cache
def load(name: str, version: int | None = None) -> Prompt:
    """Return a version of the prompt ``name``, by default the newest.

    Raises:
        ConfigurationError: if it does not exist, or its file is malformed.
    """
    folder = FOLDER.joinpath(*name.split("/"))
    versions = sorted(int(path.stem[1:]) for path in folder.glob("v[1-9]*.md"))
    if not versions:
        names = sorted({str(p.parent.relative_to(FOLDER)) for p in FOLDER.rglob("v*.md")})
        raise ConfigurationError(f"there is no prompt {name}; the prompts are {', '.join(names)}")
    wanted = version or versions[-1]
    if wanted not in versions:
        raise ConfigurationError(f"prompt {name} has no version {wanted}, only {versions}")
    return parse((folder / f"v{wanted}.md").read_text("utf-8"))
