"""The kinds of reports: how each groups what cases state, and what it counts."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reports import Scope

_FOLDER = Path(__file__).parent / "templates"


class Template(Frozen):
    """A kind of report. ``groups`` are those of the tags that become themes, ``most`` of them.

    ``sentences`` and ``charts`` are named as in ``numbers.toml``.
    """

    name: str
    purpose: str
    themes: Literal["tags", "likeness", "cases", "outline"]
    groups: tuple[str, ...] = ()
    most: int
    sentences: tuple[str, ...]
    charts: tuple[str, ...]


@cache
def templates() -> dict[str, Template]:
    """Return all templates by name."""
    files = sorted(_FOLDER.glob("*.toml"))
    read = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in files}
    return {name: Template.model_validate({"name": name} | own) for name, own in read.items()}


def template_for(name: str | None, scope: Scope, outline: str | None) -> Template:
    """Return the template of that name, else the one that fits what a report is about.

    Raises:
        InputError: if there is no such template, or it lacks what it is about.
    """
    chosen = name or _usual(scope, outline)
    if chosen not in templates():
        raise InputError(f"there is no template {chosen}; there are {', '.join(templates())}")
    missing = {
        "annotated-guide": "" if outline else "--outline, a file with its chapters",
        "company": "" if scope.company else "--company",
        "industry": "" if scope.industry else "--industry",
        "what-changed": "" if scope.added_since else "--added-since, the day of an earlier release",
    }.get(chosen)
    if outline is not None and chosen != "annotated-guide":
        raise InputError(f"a report by the template {chosen} takes no --outline")
    if missing:
        raise InputError(f"a report by the template {chosen} needs {missing}")
    return templates()[chosen]


def _usual(scope: Scope, outline: str | None) -> str:
    if outline is not None:
        return "annotated-guide"
    if scope.added_since:
        return "what-changed"
    if scope.company:
        return "company"
    return "industry" if scope.industry and not scope.tags else "technique"
