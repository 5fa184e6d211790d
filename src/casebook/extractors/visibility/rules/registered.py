"""Custom properties that a style sheet registers (``@property``): what they are at first. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from casebook.extractors.visibility.declarations.colours import colour
from casebook.extractors.visibility.declarations.css_values import NUMBER
from casebook.extractors.visibility.declarations.declared import Style, declared
from casebook.extractors.visibility.rules.sheets import in_force

_RULE = re.compile(r"@property\s+(--[\w-]{1,80})\s*\{([^{}]{0,600})\}", re.IGNORECASE)
_ANY = ("*", "<custom-ident>")


@dataclass(frozen=True, slots=True)
class Registered:
    """What custom properties are where nothing declares them: ``initial``.

    ``alone`` are those that no element hands down, with None for one that is nothing at first.
    """

    initial: Style = field(default_factory=dict)
    alone: Mapping[str, str | None] = field(default_factory=dict)

    def handed_down(self, known: Style) -> Style:
        """Return what an element inherits from one whose custom properties are ``known``."""
        if all(known.get(name) == value for name, value in self.alone.items()):
            return known
        kept = {**known, **self.alone}
        return {name: value for name, value in kept.items() if value is not None}


def registered(sheet: str) -> Registered:
    """Return what a style sheet registers; rules that browsers drop are none."""
    if "@property" not in sheet.lower():
        return Registered()
    rules = {name: said for name, said in _rules(in_force(sheet)) if _is_valid(said)}
    initial = {
        name: said["initial-value"] for name, said in rules.items() if "initial-value" in said
    }
    apart = (name for name, said in rules.items() if said["inherits"] == "false")
    return Registered(initial, {name: initial.get(name) for name in apart})


def _rules(sheet: str) -> Iterator[tuple[str, Style]]:
    yield from ((found[1], declared(found[2]).plain) for found in _RULE.finditer(sheet))


def _is_valid(said: Style) -> bool:
    """Tell whether all is said that must be, and the first value is of its kind as far as seen."""
    if not {"syntax", "inherits"} <= said.keys():
        return False
    kind, value = said["syntax"].strip("\"' "), said.get("initial-value")
    if value is None or kind.startswith(_ANY) or "<" not in kind:
        return value is not None or kind == "*"
    return (colour(value) is not None) if "<color>" in kind else NUMBER.match(value) is not None
