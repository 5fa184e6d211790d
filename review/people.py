"""The people whom a case can be assigned to."""

from publishing.wording import listing
from schemas.errors import InvalidDecision
from warehouse import Warehouse


def known_people(warehouse: Warehouse, who: str) -> list[str]:
    """Return the names of the people with an account, or only ``who`` if there are none."""
    accounts = (one for one in warehouse.accounts() if one.kind == "person" and one.active)
    return sorted(one.name for one in accounts) or [who]


def known_person(warehouse: Warehouse, name: str, who: str) -> str:
    """Return a person's name as it is stored; raise InvalidDecision if nobody has it."""
    people = known_people(warehouse, who)
    for one in people:
        if one.casefold() == name.casefold():
            return one
    raise InvalidDecision(f"nobody here is called {name[:60]!r}; choose {listing(people)}")
