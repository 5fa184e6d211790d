"""Places for bytes behind an address: object storage and whatever else fsspec reaches."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from casebook.schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_PROBE = ".probe"
# Whoever begins is told in seconds where no server is. Afterwards one that is there, and slow or
# away for a moment, gets all the time and all the tries that its implementation gives it.
_ANSWER_SECONDS = 10.0
_AT_FIRST: dict[str, dict[str, Any]] = {
    "s3": {"config_kwargs": {"retries": {"total_max_attempts": 2, "mode": "standard"}}}
}

T = TypeVar("T")


def file_system(protocol: str, *, at_first: bool = False) -> "AbstractFileSystem":
    """Return fsspec's file system for ``protocol`` (``s3``, ``gs``, ``memory``, …).

    Keys come from where its implementation looks for them, never from the address. ``at_first``
    one gives up soon where nobody listens.

    Raises:
        ConfigurationError: if fsspec, or the package that speaks this protocol, is missing.
    """
    try:
        import fsspec

        return fsspec.filesystem(protocol, **(_AT_FIRST.get(protocol, {}) if at_first else {}))
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"CASEBOOK_DATA is on {protocol}://, which cannot be reached: {error}"
        ) from error


def for_duckdb(address: str) -> "tuple[AbstractFileSystem, str]":
    """Return the file system of ``address``, and what DuckDB calls the address once it has it.

    DuckDB asks for an extension of its own where an address begins with ``s3://``, ``gs://`` or
    ``az://``, whatever is registered for it: what lies in a bucket gets a protocol's name of its
    own (``s3.our-bucket://casebook/lake/``). It names the bucket, for a lake notes the address and
    refuses another. No folder is made in a bucket, which needs none: ``s3fs`` would make the
    bucket, too.

    Raises:
        ConfigurationError: as ``file_system``, or if ``address`` names no bucket.
    """
    protocol, _, path = address.partition("://")
    bucket, _, inside = path.partition("/")
    if not bucket:
        raise ConfigurationError(f"CASEBOOK_DATA is on {protocol}:// and names no bucket there")
    system = file_system(protocol)
    from fsspec.implementations.dirfs import DirFileSystem

    name = f"{protocol}.{bucket}"
    kind = type("Bucket", (DirFileSystem,), {"protocol": name, "mkdir": lambda *_: None})
    return kind(path=bucket, fs=system), f"{name}://{inside}"


def check_writable(address: str) -> None:
    """Refuse an address where nothing could be written, before anything that matters is.

    A bucket may be hidden from keys that may write to it: where it does not show, a file is written
    there and removed.

    Raises:
        ConfigurationError: if its bucket is not there, or refuses the keys, or no server answers.
    """
    folder = ObjectFolder(address, at_first=True)
    try:
        if _in_time(folder.is_seen):
            return
        _in_time(lambda: folder.write(_PROBE, b""))
    except OSError as error:
        raise ConfigurationError(
            f"CASEBOOK_DATA leads to {address}, where nothing can be written: {error.strerror}."
            " Make the bucket or correct its name (casebook makes none), or check the keys to it."
        ) from error
    with contextlib.suppress(OSError):  # one that is left is empty, and in nobody's way
        _in_time(lambda: folder.remove(_PROBE))


def _in_time(ask: Callable[[], T]) -> T:
    """Return what ``ask`` returns, in a thread that nobody waits for where it takes too long.

    Implementations have limits of their own, for each of many tries: of s3fs, in all, seven minutes
    before a server that takes connections and says nothing.

    Raises:
        OSError: if there is no answer in time, or whatever ``ask`` raises.
    """
    told: Future[T] = Future()

    def work() -> None:
        try:
            told.set_result(ask())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            told.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return told.result(_ANSWER_SECONDS)
    except TimeoutError:
        message = f"there was no answer in {_ANSWER_SECONDS:g} seconds"
        raise OSError(None, message) from None


class ObjectFolder:
    """Bytes by key under an address; an object appears whole, as object storage has it."""

    remedy = "Check CASEBOOK_DATA and the keys to it"

    def __init__(self, address: str, *, at_first: bool = False) -> None:
        protocol, _, root = address.partition("://")
        self._root = root.rstrip("/")
        self._bucket = self._root.partition("/")[0] or "/"
        self._address = f"{protocol}://{self._root}"
        self._system = file_system(protocol, at_first=at_first)

    def shown(self, key: str) -> str:
        """Return the object's address."""
        return f"{self._address}/{key}"

    def read(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            FileNotFoundError: if there is none.
            OSError: if it cannot be read, whatever the implementation raised.
        """
        try:
            return bytes(self._system.cat_file(f"{self._root}/{key}"))
        except FileNotFoundError:
            raise
        except Exception as error:  # each implementation has errors of its own
            raise OSError(None, _told(error)) from error

    def write(self, key: str, data: bytes) -> None:
        """Store ``data`` in one request; folders are made where there are such, a bucket never.

        Raises:
            OSError: if it cannot be written, whatever the implementation raised.
        """
        path = f"{self._root}/{key}"
        try:
            try:
                self._system.pipe_file(path, data)
            except FileNotFoundError:
                if not self._system.exists(self._bucket):
                    raise OSError(None, f"there is no bucket {self._bucket!r}") from None
                self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._system.pipe_file(path, data)
        except Exception as error:
            raise OSError(None, _told(error)) from error

    def remove(self, key: str) -> None:
        """Remove an object; whoever may not remove it leaves it."""
        with contextlib.suppress(Exception):  # each implementation has errors of its own
            self._system.rm_file(f"{self._root}/{key}")

    def is_seen(self) -> bool:
        """Tell whether the bucket can be seen; False says nothing yet."""
        with contextlib.suppress(Exception):  # likewise
            self._system.info(self._bucket)
            return True
        return False


def _told(error: Exception) -> str:
    """Return the reason, which the system's own errors state; a bucket's may have none there."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.rstrip(".")
    line = str(error).partition("\n")[0].rstrip(".")
    return f"{type(error).__name__}: {line}"
