"""Mistakes that readers report: stored, decided by a curator, and answered.

The address of a reader who wants an answer is a file of its own, deleted with the decision.
"""

import re
from pathlib import Path
from typing import Literal

from publishing.conversion import published_case
from publishing.records import PublishedCase
from schemas.errors import InputError, InvalidDecision, UnknownId
from schemas.frozen import content_id
from schemas.mistakes import MOST_NAME, MOST_WORDS, CurrentMistake, Mistake, MistakeRuling
from warehouse import Warehouse

MOST_OPEN = 200
"""More undecided reports than this are not accepted."""

_MOST_ADDRESS = 200
_ADDRESS = re.compile(r"""[^\s@<>"'?&%,;:/]+@[^\s@<>"'?&%,;:/]+""")  # as a mailto link
_ID = re.compile(r"[a-z0-9_]+")


def shown_case(warehouse: Warehouse, case_id: str) -> PublishedCase:
    """Return a case as readers see it, or raise UnknownId."""
    found = warehouse.shown_views([case_id], "published_revision_id")
    if not found:
        raise UnknownId("There is no published case at this address.")
    return published_case(found[0])


def report_mistake(
    warehouse: Warehouse,
    case_id: str,
    message: str,
    *,
    anchor: str = "",
    name: str = "",
    channel: Literal["form", "desk"] = "form",
) -> Mistake:
    """Store a report about a published case, or about its statement at ``anchor``.

    Raises:
        InputError: if the message is empty, or message or name are too long.
        InvalidDecision: if too many reports are waiting.
        UnknownId: if the case is not published, or has no such statement.
    """
    message, name = message.strip(), " ".join(name.split())
    if not message:
        raise InputError("Say what is wrong.")
    if len(message) > MOST_WORDS or len(name) > MOST_NAME:
        raise InputError(f"Use at most {MOST_WORDS:,} characters, and {MOST_NAME} for the name.")
    if warehouse.undecided_mistakes() >= MOST_OPEN:
        raise InvalidDecision("too many reports are waiting; try again in a few days")
    case = shown_case(warehouse, case_id)
    texts = {one.anchor: one.text for one in case.statements}
    if anchor and anchor not in texts:
        raise UnknownId("The case no longer has this statement: open the form again.")
    made = Mistake(
        mistake_id="", case_id=case_id, revision_id=case.revision_id,
        text=texts.get(anchor), message=message, name=name or None, channel=channel,
    )  # fmt: skip
    made = made.model_copy(update={"mistake_id": content_id("mis", made.model_dump(mode="json"))})
    warehouse.append(made)
    return made


def decide_mistake(
    warehouse: Warehouse,
    mistake_id: str,
    ruling: Literal["accept", "refuse"],
    who: str,
    *,
    what: str,
    found_by: str = "",
) -> CurrentMistake:
    """Accept a report as a correction, with ``what`` was wrong for readers, or refuse it.

    Raises:
        InputError: if ``what`` is missing or too long.
        UnknownId: if there is no such report.
    """
    what, found_by = what.strip(), " ".join(found_by.split())
    if not what:
        raise InputError("Say what was wrong." if ruling == "accept" else "Give a reason.")
    if len(what) > MOST_WORDS or len(found_by) > MOST_NAME:
        raise InputError(f"Use at most {MOST_WORDS:,} characters, and {MOST_NAME} for the name.")
    find_mistake(warehouse, mistake_id)
    row = MistakeRuling(
        mistake_id=mistake_id, ruling=ruling, what=what, found_by=found_by or None, who=who
    )
    warehouse.append(row)
    return find_mistake(warehouse, mistake_id)


def find_mistake(warehouse: Warehouse, wanted: str) -> CurrentMistake:
    """Return the report with this id or its beginning, or raise UnknownId."""
    found = [one for one in warehouse.mistakes() if one.mistake_id.startswith(wanted or "-")]
    if len(found) != 1:
        raise UnknownId(f"there is no report {wanted}; `casebook corrections list` shows all")
    return found[0]


class Addresses:
    """The mail addresses of readers who want an answer, each in a file of its own."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "run" / "reporters"

    def keep(self, mistake_id: str, address: str) -> None:
        """Keep an address until the report is decided; raise InputError if it is not valid."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(mistake_id)
        path.touch(mode=0o600)
        path.write_text(checked_address(address), "utf-8")

    def find(self, mistake_id: str) -> str | None:
        """Return the address of a reader, None if they gave none or it was deleted."""
        try:
            return self._path(mistake_id).read_text("utf-8")
        except OSError:
            return None

    def delete(self, mistake_id: str) -> None:
        """Delete the address with a report's decision."""
        self._path(mistake_id).unlink(missing_ok=True)

    def _path(self, mistake_id: str) -> Path:
        if not _ID.fullmatch(mistake_id):
            raise UnknownId("There is no such report.")
        return self._folder / mistake_id


def checked_address(given: str) -> str:
    """Return a mail address without spaces around it; raise InputError if it is not one."""
    address = given.strip()
    if len(address) > _MOST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise InputError("This is not a mail address; leave the field empty for no answer.")
    return address
