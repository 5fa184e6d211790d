"""Answers that were paid for and that the warehouse has not taken yet."""

import errno
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from casebook.schemas.errors import BucketSilent, DiskFull
from casebook.warehouse.places import SPARE_BYTES, place_at

_SUFFIX = ".json"
# Of a file that is not there; a bucket's refusals have no number, and may mean the same.
_ABSENT = {None, errno.ENOENT, errno.ENOTDIR}


class Unstored:
    """JSON by name, in one or more places that hold the same.

    Args:
        roots: the folder of this machine, then what all machines of a shared warehouse reach.
    """

    def __init__(self, *roots: Path | str) -> None:
        self._places = [place_at(root) for root in roots]

    def check_room(self) -> None:
        """Refuse where one more answer may find no place: it would be paid for twice.

        Raises:
            DiskFull: if all places are on disks that are as good as full.
        """
        free = [place.free() for place in self._places]
        if all(left is not None and left < SPARE_BYTES for left in free):
            raise DiskFull(
                f"The disk of {self._places[0].shown('')} is as good as full: nothing is asked of a"
                f" model while it has less than {SPARE_BYTES // 2**20} MB for the answers. Make"
                " room, then give the same command again; what was stored stands."
            )

    def put(self, name: str, text: str) -> None:
        """Keep ``text`` wherever it can be written; nowhere, if the disk is full, is no news."""
        for place in self._places:
            with suppress(OSError):
                place.write(name + _SUFFIX, text.encode())

    def get(self, name: str) -> bytes | None:
        """Return what was kept, None where nothing was.

        Raises:
            BucketSilent: if a place does not answer: what was paid for may be there.
        """
        for place in self._places:
            try:
                return place.read(name + _SUFFIX)
            except OSError as error:
                if not isinstance(error, TimeoutError) and error.errno in _ABSENT:
                    continue
                raise BucketSilent(
                    f"Whether {place.shown(name + _SUFFIX)} holds an answer that was paid for"
                    f" cannot be told: {error.strerror or error}. See whether its folder, or the"
                    " bucket's server, is there; `casebook retry` tries again."
                ) from error
        return None

    def drop(self, name: str) -> None:
        """Forget what the warehouse has."""
        for place in self._places:
            place.remove(name + _SUFFIX)

    def names(self) -> Sequence[str]:
        """Return what is kept anywhere, in order."""
        keys = {key for place in self._places for key in place.keys()}  # noqa: SIM118 - no dict
        return sorted(key.removesuffix(_SUFFIX) for key in keys if key.endswith(_SUFFIX))
