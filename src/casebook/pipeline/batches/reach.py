"""Whether this machine seems to be cut off from the sites that a batch names. Pure."""

from urllib.parse import urlsplit

from casebook.schemas.errors import DeadlineExceeded, HostUnreachable
from casebook.schemas.failures import Failure

UNANSWERED = {HostUnreachable.kind(), DeadlineExceeded.kind()}
"""The causes for which a site may be away, or all of them."""

OFFLINE = (
    "no site answers any more: this machine seems to be offline; see to its network, then go on"
)


class Reach:
    """Tells a lost network from dead sites, by sources in a row without an answer.

    It is likely lost where several sites give none, and something came to another end before: a
    list of dead sites alone is no lost network. It is lost for ``is_sure`` where this machine,
    looked at once a few sources have none, reaches nothing else; one site that is away is no lost
    network.
    """

    SITES = 8
    FEW = 4
    PAUSE, LONGEST_PAUSE = 60.0, 600.0
    """Seconds between two sources that ask whether the network is back; doubled each time. Whether
    a lost one is back is looked at each ``PAUSE``, without a source."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.ask_at = 0.0
        self.is_sure = False
        self.last = ""
        """The address that had no answer last."""
        self._pause = self.PAUSE
        self._in_a_row = 0
        self._look_at = 0.0
        self._unanswered: set[str] = set()
        self._was_there = False

    @property
    def is_lost(self) -> bool:
        """Tell whether nothing is to be begun but what asks whether it is back."""
        return self.since is not None

    @property
    def _is_likely(self) -> bool:
        return self._was_there and len(self._unanswered) >= self.SITES

    def note(self, address: str, failure: Failure | None, now: float) -> bool:
        """Note how a source ended; return whether it got no answer."""
        if failure is None or failure.kind not in UNANSWERED:
            self._was_there, self.since, self.is_sure = True, None, False
            self._in_a_row = 0
            self._unanswered.clear()
            return False
        self._in_a_row += 1
        self.last = address
        self._unanswered.add(urlsplit(address).netloc)
        if self.is_sure or self._is_likely:
            self._lose(now)
        return True

    def is_doubtful(self, now: float) -> bool:
        """Tell whether it is to be looked now what else this machine reaches."""
        return self._in_a_row >= self.FEW and now >= self._look_at

    def told(self, is_online: bool, now: float) -> None:
        """Note whether this machine reaches anything else."""
        self.is_sure = not is_online
        if self.is_sure:
            self._lose(now)
        elif not self._is_likely:
            self.since = None
        self._look_at = self.ask_at if self.is_sure else now + self.PAUSE

    def _lose(self, now: float) -> None:
        """Note that the network is lost, or lost still when it was asked for."""
        if self.since is None:
            self.since, self._pause = now, self.PAUSE
        elif now >= self.ask_at:
            self._pause = self.PAUSE if self.is_sure else min(2 * self._pause, self.LONGEST_PAUSE)
        else:
            return
        self.ask_at = now + self._pause
