"""Places for bytes behind an address: object storage and whatever else fsspec reaches."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from casebook.schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_PROBE = ".probe"
# Whoever begins is told in seconds where no server is. Afterwards one that is there, and slow or
# away for a moment, gets more: 50 MB, the most that a source may have, at 4 Mbit/s.
_ANSWER_SECONDS = 10.0
_LONGEST_SECONDS = 120.0
# What of a file system, and of a file, asks the server.
_ASKS = frozenset(
    "cat_file pipe_file info exists isfile isdir size created modified glob ls find"
    " makedirs mkdir mv rm rm_file open read readinto write flush close".split()
)
NO_ANSWER = "there was no answer"
# What no server answered, as the implementations (s3fs, gcsfs, adlfs) and the libraries below them
# call it: by name, for which of them is installed is nobody's business here.
_UNANSWERED = frozenset(
    "TimeoutError ConnectionError gaierror"  # Python
    " ClientConnectionError ClientPayloadError"  # aiohttp, under all three
    " HTTPClientError IncompleteReadError"  # botocore
    " ServiceRequestError ServiceResponseError".split()  # azure.core
)
# The server is too busy (Slow Down), or broken, or what stands before it is.
_NOT_NOW = (429, 500, 502, 503, 504)
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
    return kind(path=bucket, fs=_InTime(system)), f"{name}://{inside}"


def check_writable(address: str) -> None:
    """Refuse an address where nothing could be written, before anything that matters is.

    A bucket may be hidden from keys that may write to it: where it does not show, a file is written
    there and removed.

    Raises:
        ConfigurationError: if its bucket is not there, or refuses the keys, or no server answers.
    """
    folder = ObjectFolder(address, at_first=True)
    try:
        if _in_time(folder.is_seen, _ANSWER_SECONDS):
            return
        _in_time(lambda: folder.write(_PROBE, b""), _ANSWER_SECONDS)
    except OSError as error:
        raise ConfigurationError(
            f"CASEBOOK_DATA leads to {address}, where nothing can be written: {error.strerror}."
            " Make the bucket or correct its name (casebook makes none), or check the keys to it."
        ) from error
    with contextlib.suppress(OSError):  # one that is left is empty, and in nobody's way
        _in_time(lambda: folder.remove(_PROBE), _ANSWER_SECONDS)


def _in_time(ask: Callable[[], T], seconds: float) -> T:
    """Return what ``ask`` returns, in a thread that nobody waits for where it takes too long.

    Implementations have limits of their own, for each of many tries: of s3fs, in all, seven minutes
    before a server that takes connections and says nothing.

    Raises:
        TimeoutError: if there is no answer in so many ``seconds``.
        Exception: whatever ``ask`` raises.
    """
    told: Future[T] = Future()

    def work() -> None:
        try:
            told.set_result(ask())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            told.set_exception(error)

    Thread(target=work, daemon=True).start()
    try:
        return told.result(seconds)
    except TimeoutError:
        if told.done():  # it is the implementation's own, or the answer came just now
            return told.result()
        raise TimeoutError(None, f"{NO_ANSWER} in {seconds:g} seconds") from None


def _serves_not_now(error: BaseException | None) -> bool:
    """Tell that no server was reached, or that it cannot serve now: the same may work later.

    What it answered about a key or a bucket is told at the surface; what nobody answered may lie
    below the implementation's own error.
    """
    if isinstance(error, FileNotFoundError | PermissionError):
        return False
    while error is not None:
        names = {kind.__name__ for kind in type(error).__mro__}
        if names & _UNANSWERED or _status(error) in _NOT_NOW:
            return True
        error = error.__cause__ or error.__context__
    return False


def _status(error: BaseException) -> object:
    """Return the HTTP status that an error tells: of botocore, of azure.core, of gcsfs."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return getattr(error, "status_code", getattr(error, "code", None))


class _InTime:
    """A file system, or a file of one, whose server answers in time or is given up.

    One that refuses, after all tries of the implementation, is as one that is silent.
    """

    def __init__(self, asked: Any) -> None:
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._asked, name)
        return partial(self._ask, found) if name in _ASKS else found

    def _ask(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        try:
            answer = _in_time(partial(call, *given, **named), _LONGEST_SECONDS)
        except Exception as error:
            if not _serves_not_now(error) or NO_ANSWER in str(error):
                raise
            raise TimeoutError(None, f"{NO_ANSWER}: {_told(error)}") from error
        return _InTime(answer) if hasattr(answer, "read") else answer


class ObjectFolder:
    """Bytes by key under an address; an object appears whole, as object storage has it."""

    remedy = "Check CASEBOOK_DATA and the keys to it"

    def __init__(self, address: str, *, at_first: bool = False) -> None:
        protocol, _, root = address.partition("://")
        self._root = root.rstrip("/")
        self._bucket = self._root.partition("/")[0] or "/"
        self._address = f"{protocol}://{self._root}"
        self._system: Any = _InTime(file_system(protocol, at_first=at_first))

    def shown(self, key: str) -> str:
        """Return the object's address."""
        return f"{self._address}/{key}"

    def read(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            FileNotFoundError: if there is none.
            TimeoutError: if the server does not answer in time, or refuses.
            OSError: if it cannot be read, whatever the implementation raised.
        """
        try:
            return bytes(self._system.cat_file(f"{self._root}/{key}"))
        except (FileNotFoundError, TimeoutError):
            raise
        except Exception as error:  # each implementation has errors of its own
            raise OSError(None, _told(error)) from error

    def write(self, key: str, data: bytes) -> None:
        """Store ``data`` in one request; folders are made where there are such, a bucket never.

        Raises:
            TimeoutError: if the server does not answer in time, or refuses.
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
        except TimeoutError:
            raise
        except Exception as error:
            raise OSError(None, _told(error)) from error

    def remove(self, key: str) -> None:
        """Remove an object; whoever may not remove it leaves it."""
        with contextlib.suppress(Exception):  # each implementation has errors of its own
            self._system.rm_file(f"{self._root}/{key}")

    def keys(self) -> list[str]:
        """Return the keys right under the address, none where they cannot be listed."""
        with contextlib.suppress(Exception):  # likewise
            found = self._system.ls(self._root, detail=False, refresh=True)
            return [str(path).rstrip("/").rpartition("/")[2] for path in found]
        return []

    def free(self) -> int | None:
        """Return None: a bucket tells no bounds."""
        return None

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
