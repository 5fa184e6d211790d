"""Elements of WordprocessingML (ISO/IEC 29500-1), found by their names in any edition of it. Pure.

A document says by the namespace of its elements which edition of the standard it follows.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_OFF = frozenset({"0", "false", "off"})
_WHOLE = re.compile(r"[-+]?\d{1,9}(?=\.\d+|\Z|pt)")


def name_of(element: Any) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def space_of(element: Any) -> str:
    """Return the namespace of an element in braces, as its tag begins."""
    space, found, _ = str(element.tag).rpartition("}")
    return space + found


def value(element: Any | None, name: str = "val") -> str:
    """Return an attribute in the namespace of its element, or in none; empty where there is none.

    Drawings state theirs in none.
    """
    if element is None:
        return ""
    return str(element.get(f"{space_of(element)}{name}") or element.get(name) or "")


def number(element: Any | None, name: str = "val") -> int | None:
    """Return an attribute that is a number, without what follows its whole part."""
    match = _WHOLE.match(value(element, name))
    return int(match[0]) if match else None


def is_on(element: Any | None) -> bool:
    """Tell a property that is stated, and not as off."""
    return element is not None and value(element).lower() not in _OFF


def child(element: Any | None, *path: str) -> Any | None:
    """Return the first element at the end of a path of names, None where there is none."""
    return None if element is None else element.find("/".join(f"{{*}}{name}" for name in path))


def all_in(part: Any, *names: str) -> list[Any]:
    """Return the elements of these names, in the order of the document."""
    return list(part.iter(*(f"{{*}}{name}" for name in names)))


def around(element: Any, name: str) -> Any | None:
    """Return the nearest element of this name that is around another."""
    return next(element.iterancestors(f"{{*}}{name}"), None)


def made(part: Any, name: str, *, text: str = "", **stated: str) -> Any:
    """Return a new element in the namespace of ``part``, with attributes in it."""
    space = space_of(part)
    element = etree.Element(f"{space}{name}", nsmap=part.nsmap)
    for key, told in stated.items():
        element.set(f"{space}{key}", told)
    element.text = text or None
    return element


def run_of(part: Any, text: str) -> Any:
    """Return a new run that says ``text``."""
    run = made(part, "r")
    run.append(made(part, "t", text=text))
    return run


def drop(element: Any) -> None:
    """Take an element out of its tree."""
    if (above := element.getparent()) is not None:
        above.remove(element)


def replace(element: Any, *others: Any) -> None:
    """Set ``others`` in the place of an element."""
    for other in others:
        element.addprevious(other)
    drop(element)


def texts(element: Any) -> Iterator[str]:
    """Yield what an element says."""
    yield from element.itertext("{*}t")
