"""Decisions on systems: which cases describe the same deployment. All can be undone."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from schemas.errors import InputError, InvalidDecision, UnknownId
from schemas.frozen import content_id
from schemas.systems import Placement, System, SystemAction, SystemDecision, SystemName
from warehouse import Warehouse


def find_system(warehouse: Warehouse, wanted: str) -> System:
    """Return the system with this id, its beginning or this name, or raise UnknownId."""
    systems = [one for one in warehouse.systems() if one.accounts]
    exact = [one for one in systems if wanted == one.system_id]
    named = [one for one in systems if wanted.casefold() == one.name.casefold()]
    found = exact or named or [one for one in systems if wanted and wanted in one.system_id]
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(one.system_id for one in found[:5])
        raise UnknownId(f"{len(found)} systems are meant by {wanted!r}: give an ID ({shown})")
    raise UnknownId(f"there is no system {wanted!r}; `casebook system list` shows all")


def join(
    warehouse: Warehouse,
    one: str,
    other: str,
    who: str,
    *,
    name: str | None = None,
    alone: bool = False,
) -> System:
    """Make two cases accounts of the same system, and return it.

    All accounts of the second case's system come along, unless it moves ``alone``. A new system
    needs a ``name``; the system of the first case keeps its own.

    Raises:
        InputError: if a new system has no name.
        InvalidDecision: if the cases already describe the same system.
    """
    systems = {i: system for system in warehouse.systems() for i in system.case_ids}
    target, source = systems.get(one), systems.get(other)
    if target is None and source is not None and not alone:
        target, source, one, other = source, None, other, one
    if one == other or (target and target == source):
        raise InvalidDecision("both cases already describe the same system", cause="already_joined")
    placed = {row.case_id: row.system_id for row in warehouse.placements()}
    whole = source.system_id if source and not alone else None
    moved = [case_id for case_id, place in placed.items() if place == whole] or [other]
    decision = _decision("join", who, case_ids=[*moved, *([] if target else [one])])
    rows: list[Any] = []
    if target is None:
        if not (name or "").strip():
            raise InputError("give the system a name, such as the product's")
        decision = decision.model_copy(
            update={"system_id": content_id("sys", decision.decision_id)}
        )
        rows.append(_named(decision, name or ""))
    else:
        decision = decision.model_copy(update={"system_id": target.system_id})
    rows += _placed(decision, dict.fromkeys(decision.case_ids, decision.system_id or ""))
    warehouse.append(decision, *rows)
    return find_system(warehouse, decision.system_id or "")


def leave(warehouse: Warehouse, case_id: str, who: str) -> None:
    """Let a case stand alone, as a system of its own; InvalidDecision if it already does."""
    if not any(case_id in one.case_ids for one in warehouse.systems()):
        raise InvalidDecision(f"case {case_id} already stands alone", cause="already_alone")
    decision = _decision("leave", who, case_ids=[case_id])
    warehouse.append(decision, *_placed(decision, {case_id: case_id}))


def rename(warehouse: Warehouse, system_id: str, name: str, who: str) -> System:
    """Rename a system, and return it; its page keeps its address."""
    if not name.strip():
        raise InputError("give the system a name, such as the product's")
    found = find_system(warehouse, system_id)
    decision = _decision("rename", who, system_id=found.system_id, reason=name.strip())
    warehouse.append(decision, _named(decision, name))
    return find_system(warehouse, found.system_id)


def refuse(warehouse: Warehouse, one: str, other: str, who: str) -> None:
    """Store that two cases describe different systems, so that it is not proposed again.

    Raises:
        InvalidDecision: if somebody joined them in the meantime.
    """
    if any({one, other} <= {*system.case_ids} for system in warehouse.systems()):
        raise InvalidDecision("both cases describe the same system now", cause="case_changed")
    warehouse.append(_decision("refuse", who, case_ids=sorted((one, other))))


def undo(warehouse: Warehouse, decision_id: str, who: str) -> None:
    """Undo a decision on systems: its cases and names are as they were before.

    Raises:
        InvalidDecision: if it was undone already, or a later decision placed one of its cases.
        UnknownId: if there is no such decision.
    """
    decisions = warehouse.system_decisions()
    found = next((one for one in decisions if one.decision_id == decision_id), None)
    if found is None:
        raise UnknownId(f"there is no decision {decision_id} on systems")
    if found.action == "undo" or any(one.undoes == decision_id for one in decisions):
        raise InvalidDecision("this was already undone", cause="already_undone")
    undone = _decision("undo", who, undoes=decision_id, case_ids=found.case_ids)
    gone = {i for one in decisions if one.undoes for i in (one.decision_id, one.undoes)}
    placements = [row for row in warehouse.placements() if row.decision_id not in gone]
    before = dict[str, str]()
    for case_id in found.case_ids if found.action in {"join", "leave"} else ():
        history = [row for row in placements if row.case_id == case_id]
        if history[-1].decision_id != decision_id:
            raise InvalidDecision(
                f"case {case_id} was placed again since; undo that first", cause="case_changed"
            )
        before[case_id] = history[-2].system_id if len(history) > 1 else case_id
    rows: list[Any] = [*_placed(undone, before)]
    if found.action == "rename" and found.system_id:
        first, *later = (
            one for one in warehouse.system_names() if one.system_id == found.system_id
        )
        names = [first, *(one for one in later if one.decision_id not in gone)]
        if names[-1].decision_id != decision_id:
            raise InvalidDecision("the system was renamed again since", cause="case_changed")
        rows.append(
            _named(undone.model_copy(update={"system_id": found.system_id}), names[-2].name)
        )
    warehouse.append(undone, *rows)


def newest_decision(warehouse: Warehouse) -> str:
    """Return the id of the newest decision that was not undone, or raise InvalidDecision."""
    decisions = warehouse.system_decisions()
    undone = {one.undoes for one in decisions}
    for one in decisions:
        if one.action != "undo" and one.decision_id not in undone:
            return one.decision_id
    raise InvalidDecision("there is no decision on systems to undo", cause="nothing_to_undo")


def refused_pairs(warehouse: Warehouse) -> set[tuple[str, str]]:
    """Return the pairs of cases that describe different systems, each in the order of its ids."""
    decisions = warehouse.system_decisions()
    undone = {one.undoes for one in decisions}
    return {
        (one.case_ids[0], one.case_ids[1])
        for one in decisions
        if one.action == "refuse" and one.decision_id not in undone
    }


def _decision(
    action: SystemAction, who: str, *, case_ids: Iterable[str] = (), **more: str | None
) -> SystemDecision:
    now = datetime.now(UTC)
    ids = tuple(case_ids)
    new_id = content_id("sysdec", action, ids, who, now.isoformat())
    return SystemDecision(decision_id=new_id, action=action, case_ids=ids, who=who, at=now, **more)


def _placed(decision: SystemDecision, systems: dict[str, str]) -> list[Placement]:
    own = decision.model_dump(include={"decision_id", "who", "at"})
    return [Placement(case_id=one, system_id=system, **own) for one, system in systems.items()]


def _named(decision: SystemDecision, name: str) -> SystemName:
    own = decision.model_dump(include={"decision_id", "who", "at"})
    return SystemName(system_id=decision.system_id or "", name=name.strip(), **own)
