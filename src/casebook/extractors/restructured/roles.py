"""Roles of reStructuredText as a built site shows them: what they say, not where they lead.

Sphinx and its extensions know hundreds; nearly all of them show their own words, or the title in
front of a target in angle brackets.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from docutils import nodes
from docutils.utils import unescape

LABEL = "label"
"""The attribute of a node that shows the name of a place for want of the place's own title."""

_TITLED = re.compile(r"(?s)(.*?\S)\s*<[^<>]*>")
_BRACES = re.compile(r"\{([^{}]*)\}")
_EXPLAINED = re.compile(r"(?s)(.*?\S)\s*\(.*\)")
# Icons of sphinx-design, Font Awesome and Material: their names are no words of the text.
_ICON = re.compile(r"octicon|fa[bsrl]?|fa-\w+|material-[\w-]+|iconify")
_OBJECTS = frozenset(
    "func meth class mod obj attr exc data const any type member macro var struct enum enumerator "
    "function method property deco decorator".split()
)
_CALLED = frozenset("func meth function method".split())
_PLACES = frozenset("ref numref".split())


def label(
    name: str, rawtext: str, text: str, *_: object, **__: object
) -> tuple[list[Any], list[Any]]:
    """Return what the role ``name`` shows of ``text``, and no messages."""
    kind = name.lower().rpartition(":")[2]
    said = unescape(text)
    if _ICON.fullmatch(kind):
        return [], []
    if titled := _TITLED.fullmatch(said):
        return [nodes.inline(rawtext, titled[1])], []
    shown = nodes.inline(rawtext, _untitled(kind, said))
    if kind in _PLACES:
        shown[LABEL] = said
    return [shown], []


def _untitled(kind: str, said: str) -> str:
    """Return what a role shows that gives a target and no title for it."""
    if kind in _OBJECTS:
        return _object(kind, said)
    return _SHOWN[kind](said) if kind in _SHOWN else said.removeprefix("!")


def _object(kind: str, said: str) -> str:
    name = said.removeprefix("!")
    if name.startswith("~"):
        name = name.rpartition(".")[2].removeprefix("~")
    name = name.removeprefix(".")
    return f"{name}()" if kind in _CALLED and not name.endswith(")") else name


def _filled(said: str) -> str:
    return _BRACES.sub(r"\1", said)


def _short(said: str) -> str:
    explained = _EXPLAINED.fullmatch(said)
    return explained[1] if explained else said


def _cited(said: str) -> str:
    return f"[{said}]"


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "abbr": _short,
    "file": _filled,
    "samp": _filled,
    "menuselection": lambda said: said.replace("-->", "\u2023"),
    "guilabel": lambda said: re.sub(r"&(?=\w)", "", said),
    "pep": lambda said: f"PEP {said.partition('#')[0]}",
    "rfc": lambda said: f"RFC {said.partition('#')[0]}",
    "cite": _cited,
    "p": _cited,
    "t": _cited,
    "footcite": _cited,
}


def silent(*_: object, **__: object) -> tuple[list[Any], list[Any]]:
    """Return what a role shows that is written for one maker of pages: nothing."""
    return [], []


silent.options = {"format": str}  # type: ignore[attr-defined]  # docutils looks for it there

ROLES: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys("abbr abbreviation index pep pep-reference rfc rfc-reference".split(), label),
    "raw": silent,
}
"""The roles that docutils knows in another way, and what stands for them."""
