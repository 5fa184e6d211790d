"""Whether this machine seems to be cut off from the sites that a batch names. Pure."""

from urllib.parse import urlsplit

from casebook.schemas.errors import DeadlineExceeded, HostUnreachable
from casebook.schemas.failures import Failure

_UNANSWERED = {HostUnreachable.kind(), DeadlineExceeded.kind()}


class Reach:
    """Tells a lost network from dead sites, by sources of several sites in a row without an answer.

    A list of dead sites alone is no lost network: something must have come to another end before.
    """

    SITES = 8
    PAUSE, LONGEST_PAUSE = 60.0, 600.0
    """Seconds between two sources that ask whether the network is back; doubled each time."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.ask_at = 0.0
        self._pause = self.PAUSE
        self._unanswered: set[str] = set()
        self._was_there = False

    @property
    def is_lost(self) -> bool:
        """Tell whether nothing is to be begun but what asks whether it is back."""
        return self.since is not None

    def note(self, address: str, failure: Failure | None, now: float) -> bool:
        """Note how a source ended; return whether it is the lost network that it failed of."""
        if failure is None or failure.kind not in _UNANSWERED:
            self._was_there, self.since = True, None
            self._unanswered.clear()
            return False
        self._unanswered.add(urlsplit(address).netloc)
        if not self._was_there or len(self._unanswered) < self.SITES:
            return False
        if self.since is None:
            self.since, self._pause = now, self.PAUSE
        elif now >= self.ask_at:
            self._pause = min(2 * self._pause, self.LONGEST_PAUSE)
        else:
            return True
        self.ask_at = now + self._pause
        return True
