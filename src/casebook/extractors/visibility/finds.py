"""Hidden stretches of a page, and which of them only wait for its scripts."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casebook.extractors.text.characters import count_words
from casebook.extractors.visibility.painting.sight import PALE
from casebook.schemas.documents import HiddenKind

MOST = 0.5
# Around what is struck out; no character of a page, whose reading takes them out of its markup.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_MARKED = re.compile(f"{_BEGIN}[^{_BEGIN}{_END}]*{_END}")
_THEME = 0.3
_HEADED = ("h1", "main", "article")
# A page that fades in, or is uncovered, part by part as it is scrolled.
_FADED = re.compile("opacity: 0|clipped away")


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
        """The characters of its text."""
        return sum(map(len, self.texts))

    @property
    def words(self) -> int:
        """How many words it has."""
        return count_words(" ".join(self.texts))

    @property
    def holders(self) -> list[Any]:
        """The elements right around the text nodes."""
        return [one.getparent() if is_tail else one for one, is_tail in self.nodes]


def together(finds: Sequence[Find]) -> Find:
    """Return ``finds`` as one."""
    first, *others = finds
    for find in others:
        first.texts += find.texts
        first.nodes += find.nodes
    return first


def fades_in(finds: Sequence[Find], total: Callable[[], int]) -> bool:
    """Tell a page much of which scripts fade in; ``total`` counts the characters of its text."""
    faded = sum(find.size for find in finds if _is_faded(find))
    return faded > 0 and faded > _THEME * total()


def without_waiting(
    finds: Sequence[Find], total: Callable[[], int], *, faded_in: bool
) -> list[Find]:
    """Keep what is most of the page: it waits for scripts, or a dark theme is set elsewhere."""
    inherited: Counter[str] = Counter()
    for find in finds:
        inherited[find.reason] += 0 if find.whole else find.size
    return [
        find
        for find in finds
        if not (faded_in and _is_faded(find))
        and not (_is_the_page(find, total) if find.whole else _is_theme(find, inherited, total))
    ]


def _is_faded(find: Find) -> bool:
    return find.whole and _FADED.search(find.reason) is not None


def _is_the_page(find: Find, total: Callable[[], int]) -> bool:
    is_headed = next(find.element.iter(*_HEADED), None) is not None
    return is_headed and find.size > MOST * total()


def _is_theme(find: Find, inherited: Mapping[str, int], total: Callable[[], int]) -> bool:
    share = _THEME if find.reason == PALE else MOST
    return inherited[find.reason] > share * total()


def remove(find: Find) -> None:
    """Take out of the page what was found, in place."""
    if find.whole:
        # Emptied, not taken out: moving tails around would be quadratic.
        find.element.clear(keep_tail=True)
    for element, is_tail in find.nodes:
        setattr(element, "tail" if is_tail else "text", None)


def mark(find: Find) -> None:
    """Mark what was found, text by text, for ``without_marked`` to take out of what is read."""
    for element, is_tail in find.nodes:
        name = "tail" if is_tail else "text"
        setattr(element, name, f"{_BEGIN}{getattr(element, name)}{_END}")


def without_marked(text: str) -> str:
    """Return ``text`` without what was marked in it."""
    return _MARKED.sub("", text) if _BEGIN in text else text
