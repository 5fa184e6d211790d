"""The cascade layers of a style sheet (CSS Cascading and Inheritance Level 5)."""

import re

Layer = tuple[int, ...]
"""What sorts a rule by its layer, behind those of earlier ones."""

_LAST = 1_000_000_000
_NO_LAYER: Layer = (_LAST,)  # what stands in none wins over what stands in one

_STATED = re.compile(r"@layer\s+([^;{}]{1,2000})", re.IGNORECASE)
_WORD = "@layer"
_DEEPEST = 16  # a deeper layer counts as the one that it stands in


class Place:
    """Where in the layers of a page a rule stands; they count in the order of their first names."""

    def __init__(
        self, layer: Layer = _NO_LAYER, known: dict[tuple[Layer, str], int] | None = None
    ) -> None:
        self.layer = layer
        self._known = {} if known is None else known

    def state(self, text: str) -> None:
        """Note the layers that statements (``@layer base, pages;``) name."""
        for statement in _STATED.finditer(text) if _WORD in text.lower() else ():
            for name in statement[1].split(","):
                self._named(name.strip())

    def within(self, head: str) -> "Place":
        """Return the place within an at-rule with this head, which may open a layer."""
        if not head.lower().startswith(_WORD):
            return self
        name = head[len(_WORD) :].strip()
        return Place(self._named(name or f" {len(self._known)}"), self._known)

    def _named(self, name: str) -> Layer:
        layer = self.layer
        for part in name.split(".", _DEEPEST)[:_DEEPEST]:
            number = self._known.setdefault((layer, part), len(self._known))
            layer = (*layer[:-1], number, _LAST)
        return layer
