"""The state in which a run ends that left something undone: mostly a failed one, with its cause.

A run that returns what it made is COMPLETED, whatever it made: in Prefect's lists, automations and
notifications a batch that an outage, a key or a budget stopped would look like a finished one, and
a watch whose site is gone like a quiet one. A failed run may be retried, by hand (`prefect flow-run
retry ID`, or Retry in the UI) or by an automation: a backfill then goes on with what is open. The
flows have no retries of their own: a batch has waited for what may pass before it paused, a list
that may be had again has been asked for again, and a key or a budget does not mend itself. What is
scheduled runs again at its next time.

A budget that is spent fails a backfill, which nobody goes on with unasked, and not a run over the
watched lists: it has done what it was to do for the money, and the next look takes up the rest.
That one is COMPLETED, under a name and with a message that say so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

Told = Mapping[str, Any]
"""What a flow tells of a batch or a look: what it was about, what stopped it, its sources."""

# How the state is called, where the message stands in what is told (the cause's name under the same
# name with "_by"), and what it is about. The gravest first.
_WAYS = (
    ("Paused", "paused", "batch_id"),
    ("List unread", "failure", "list"),
    ("Not judged", "trouble", "list"),
    ("Not looked at", "left", "list"),
)


class LeftUndoneError(Exception):
    """``told`` is what would have been returned of it, without any text of a source."""

    def __init__(self, message: str, told: Sequence[Told]) -> None:
        super().__init__(message)
        self.told = told


def state_of(
    worked: Mapping[str, Told], then: str, *, by_itself: str | None = None
) -> State[Any] | None:
    """Return the state that says which batches paused, which lists were not read or judged; why.

    None where nothing was left undone. ``worked`` is what the run would return of each, by its id;
    ``then`` says how it goes on. ``by_itself`` is a cause after which it does so without anybody: a
    run that met no other has not failed.
    """
    undone = [
        (str(told[f"{why}_by"]), name, _said(told[of], told[why]), told)
        for name, why, of in _WAYS
        for told in worked.values()
        if told.get(why)
    ]
    if not undone:
        return None
    message = "; ".join(said.rstrip(".") for _, _, said, _ in undone) + f". {then}"
    failed = [(cause, name) for cause, name, _, _ in undone if cause != by_itself]
    if not failed:
        name = _in_words(undone[0][0]).capitalize()
        return Completed(name=name, message=message, data=worked)
    left = LeftUndoneError(message, [told for *_, told in undone])
    cause, name = failed[0]
    return Failed(name=f"{name}: {_in_words(cause)}", message=message, data=left)


def _in_words(cause: str) -> str:
    return cause.replace("_", " ")


def _said(of: str, why: str) -> str:
    """Return what failed and why; most messages name the address themselves."""
    return why if of in why else f"{of}: {why}"
