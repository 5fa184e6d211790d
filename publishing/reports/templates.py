"""Templates of reports: how each groups statements, and its counts."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reports import Scope

_FOLDER = Path(__file__).parent / "templates"


class Template(Frozen):
    """A kind of report with ``most`` themes, which are tags of these ``groups`` for some kinds.

    One with ``claims`` is written around claims if there are findings, else around themes.
    ``sentences`` and ``charts`` are names in ``numbers.toml``.
    """

    name: str
    purpose: str
    themes: Literal["tags", "likeness", "cases", "outline"]
    groups: tuple[str, ...] = ()
    most: int
    claims: bool = False
    sentences: tuple[str, ...]
    charts: tuple[str, ...]


@cache
def templates() -> dict[str, Template]:
    """Return all templates by name."""
    files = sorted(_FOLDER.glob("*.toml"))
    read = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in files}
    return {name: Template.model_validate({"name": name} | own) for name, own in read.items()}


def template_for(name: str | None, scope: Scope, outline: str | None) -> Template:
    """Return the template with this name, else the one that fits the scope and outline.

    Raises:
        InputError: if the template does not exist, or needs another option.
    """
    chosen = name or _usual(scope, outline)
    if chosen not in templates():
        raise InputError(f"unknown template {chosen}; choose from {', '.join(templates())}")
    missing = {
        "annotated-guide": "" if outline else "--outline, a file with its chapters",
        "company": "" if scope.company else "--company",
        "industry": "" if scope.industry else "--industry",
        "what-changed": "" if scope.added_since else "--added-since, the day of an earlier release",
    }.get(chosen)
    if outline is not None and chosen != "annotated-guide":
        raise InputError(f"the template {chosen} does not use --outline")
    if missing:
        raise InputError(f"the template {chosen} needs {missing}")
    return templates()[chosen]


def _usual(scope: Scope, outline: str | None) -> str:
    if outline is not None:
        return "annotated-guide"
    if scope.added_since:
        return "what-changed"
    if scope.company:
        return "company"
    return "industry" if scope.industry and not scope.tags else "technique"
