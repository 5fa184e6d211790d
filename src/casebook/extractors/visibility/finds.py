"""What was found hidden on a page: a whole element, or a run of texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from casebook.extractors.text.characters import count_words
from casebook.schemas.documents import HiddenKind


@dataclass(slots=True)
class Find:
    """One hidden stretch: a whole element, or text nodes of it (element, is_tail)."""

    kind: HiddenKind
    reason: str
    element: Any
    whole: bool
    texts: list[str] = field(default_factory=list)
    nodes: list[tuple[Any, bool]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The characters of its texts."""
        return sum(map(len, self.texts))

    @property
    def words(self) -> int:
        """The words of its texts."""
        return count_words(" ".join(self.texts))

    @property
    def holders(self) -> list[Any]:
        """The elements right around the text nodes."""
        return [one.getparent() if is_tail else one for one, is_tail in self.nodes]


def together(finds: Sequence[Find]) -> Find:
    """Return the first of ``finds`` with all that the others hold."""
    first, *others = finds
    for find in others:
        first.texts += find.texts
        first.nodes += find.nodes
    return first


def remove(find: Find) -> None:
    """Take out of the page what was found, in place."""
    if find.whole:
        # Emptied, not taken out: moving tails around would be quadratic.
        find.element.clear(keep_tail=True)
    for element, is_tail in find.nodes:
        setattr(element, "tail" if is_tail else "text", None)
