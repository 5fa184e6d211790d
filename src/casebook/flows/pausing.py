"""The state in which a run ends whose batch paused: a failed one, named after what paused it.

A run that returns what it made is COMPLETED, whatever it made: in Prefect's lists, automations and
notifications a batch that an outage, a key or a budget stopped would look like a finished one. A
failed run may be retried, by hand (`prefect flow-run retry ID`, or Retry in the UI) or by an
automation: a backfill then goes on with what is open. The flows have no retries of their own: the
batch has waited for what may pass before it paused, and a key or a budget does not mend itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Failed

Told = Mapping[str, Any]
"""What a flow tells of a batch: its id, why it paused (``paused``, ``paused_by``), its sources."""


class BatchPausedError(Exception):
    """A batch paused; ``told`` is what would have been returned, without any text of a source."""

    def __init__(self, message: str, told: Sequence[Told]) -> None:
        super().__init__(message)
        self.told = told


def paused_state(batches: Sequence[Told], then: str) -> State[Any] | None:
    """Return the state that says which of the batches paused and why, None where none did.

    ``then`` says how they go on.
    """
    paused = [told for told in batches if told.get("paused")]
    if not paused:
        return None
    message = "; ".join(f"{told['batch_id']}: {told['paused']}" for told in paused)
    message = f"{message.rstrip('.')}. {then}"
    cause = str(paused[0]["paused_by"]).replace("_", " ")
    return Failed(name=f"Paused: {cause}", message=message, data=BatchPausedError(message, paused))
