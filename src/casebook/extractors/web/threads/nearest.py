"""What the nearest element around another one tells. Pure."""

from collections.abc import Callable
from typing import Any, TypeVar

Told = TypeVar("Told")


def of_nearest(
    element: Any,
    known: dict[Any, Told],
    otherwise: Told,
    tell: Callable[[Any], tuple[Told] | None] = lambda _: None,
) -> Told:
    """Return what ``known`` or ``tell`` says of ``element`` or the nearest one around it.

    ``otherwise`` where nothing is said of any. It is noted in ``known`` for all on the way, so that
    asking for every element of a tree takes one look at each.
    """
    way, found = [], otherwise
    while element is not None:
        if element in known:
            found = known[element]
            break
        way.append(element)
        if (told := tell(element)) is not None:
            found = told[0]
            break
        element = element.getparent()
    known.update(dict.fromkeys(way, found))
    return found
