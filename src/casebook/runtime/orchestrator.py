"""Finds what runs for this home: a Prefect server (without importing Prefect), a desk."""

import contextlib
import http.client
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

_HEALTH_SECONDS = 0.5
_RECORD = "orchestrator.json"
_DESK = "desk"


def record_server(home: Path, api_url: str) -> None:
    """Remember the server that ``casebook up`` started for this home."""
    (home / "run").mkdir(parents=True, exist_ok=True)
    (home / "run" / _RECORD).write_text(json.dumps({"api_url": api_url}), "utf-8")


def forget_server(home: Path) -> None:
    """Forget it when it is stopped."""
    (home / "run" / _RECORD).unlink(missing_ok=True)


def record_desk(home: Path, url: str) -> None:
    """Remember where the desk of this home is open, where the home can be written."""
    with contextlib.suppress(OSError):
        (home / "run").mkdir(parents=True, exist_ok=True)
        (home / "run" / _DESK).write_text(url, "utf-8")


def forget_desk(home: Path) -> None:
    """Forget it when it is closed."""
    with contextlib.suppress(OSError):
        (home / "run" / _DESK).unlink(missing_ok=True)


def open_desk(home: Path) -> str | None:
    """Return where the desk of this home was opened last, if it was not closed since."""
    try:
        return (home / "run" / _DESK).read_text("utf-8") or None
    except OSError:
        return None


def running_server(home: Path) -> str | None:
    """Return the API address of a server that answers, or None.

    ``PREFECT_API_URL`` is asked first, then what ``casebook up`` recorded for this home.
    """
    named = os.environ.get("PREFECT_API_URL")
    return named if named and healthy(named) else own_server(home)


def is_named_in_vain(found: str | None) -> bool:
    """Tell whether ``PREFECT_API_URL`` names another server than the one that was found."""
    named = os.environ.get("PREFECT_API_URL")
    return bool(named) and named != found


def own_server(home: Path) -> str | None:
    """Return the API address of the server that ``casebook up`` runs for this home, or None."""
    api_url = _recorded(home)
    return api_url if api_url and healthy(api_url) else None


def _recorded(home: Path) -> str | None:
    try:
        return str(json.loads((home / "run" / _RECORD).read_text("utf-8"))["api_url"])
    except (OSError, ValueError, KeyError):
        return None


def healthy(api_url: str) -> bool:
    """Tell whether a Prefect server answers at ``api_url``."""
    try:
        address = urlsplit(api_url)
        secure = address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=_HEALTH_SECONDS)
        connection.request("GET", f"{address.path.rstrip('/')}/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, ValueError, http.client.HTTPException):
        return False
