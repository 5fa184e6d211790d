"""Systems: deployments of a company, each described by one or more cases."""

from datetime import date, datetime
from typing import Literal

from schemas.frozen import NOW, Frozen

SystemAction = Literal["join", "leave", "rename", "refuse", "undo"]


class Account(Frozen):
    """A case about a system, and the date of its source."""

    case_id: str
    title: str | None
    account_date: date


class FormerSystem(Frozen):
    """A system that a case was placed in before; its page leads to where the case is now."""

    system_id: str
    first_name: str


class CaseSystem(FormerSystem):
    """The system that a case was placed in, with those before."""

    name: str
    earlier: tuple[FormerSystem, ...] = ()


class System(Frozen):
    """A deployment of one company, with its accounts in the order of time.

    ``first_name`` is part of its page's address. ``moved_to`` is the system of the case that left
    an empty one last, or that case.
    """

    system_id: str
    first_name: str
    name: str
    company_id: str | None = None
    accounts: tuple[Account, ...] = ()
    moved_to: str | None = None

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The ids of its cases."""
        return tuple(one.case_id for one in self.accounts)


class Placement(Frozen):
    """A case in a system; with its own id, it stands alone again."""

    case_id: str
    system_id: str
    decision_id: str
    who: str
    at: datetime = NOW


class SystemName(Frozen):
    """The name of a system for readers."""

    system_id: str
    name: str
    decision_id: str
    who: str
    at: datetime = NOW


class SystemDecision(Frozen):
    """A decision on cases of a system, on a pair of cases that is not one, or its undoing."""

    decision_id: str
    action: SystemAction
    system_id: str | None = None
    case_ids: tuple[str, ...] = ()
    reason: str | None = None
    undoes: str | None = None
    who: str
    at: datetime = NOW
