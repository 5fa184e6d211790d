"""The files of a new site; unchanged files are taken from the previous site."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from schemas.frozen import sha256_hex

_MANIFEST = ".casebook-manifest.json"


class SiteFiles:
    """Fills ``folder``; files whose key is the same as in ``earlier`` are kept.

    Kept files are hard links, so that a site only takes space and time for its changes.
    """

    def __init__(self, folder: Path, earlier: Path) -> None:
        self.folder, self._earlier = folder, earlier
        self._keys: Mapping[str, str] = _json(earlier / _MANIFEST).get("files", {})
        self._new: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, name: str, key: str, make: Callable[[], str | bytes]) -> None:
        """Write the file with the result of ``make``, or keep the earlier one."""
        if not self.keep(name, key):
            self._new[name] = key
            made = make()
            data = made if isinstance(made, bytes) else made.encode()
            Path(self._path(name)).write_bytes(data)

    def keep(self, name: str, key: str) -> bool:
        """Keep the earlier file if its key is the same; return whether it was kept."""
        if not key or self._keys.get(name) != key:
            return False
        try:
            self._link(f"{self._earlier}/{name}", name)
        except FileNotFoundError:
            return False
        self._new[name] = key
        return True

    def keep_folder(self, name: str, key: str) -> bool:
        """Keep an earlier folder if its key is the same; return whether it was kept."""
        before = self._earlier / name
        if self._keys.get(f"{name}/") != key or not before.is_dir():
            return False
        for path in before.rglob("*"):
            if path.is_file():
                self._link(str(path), str(path.relative_to(self._earlier)))
        self.add_folder(name, key)
        return True

    def add_folder(self, name: str, key: str) -> None:
        """Record the key of a folder that was filled by other means."""
        self._new[f"{name}/"] = key

    def earlier(self, name: str) -> bytes:
        """Return the content of an earlier file, empty if it is missing."""
        path = self._earlier / name
        return path.read_bytes() if path.is_file() else b""

    def earlier_json(self, name: str) -> Mapping[str, Any]:
        """Return the content of an earlier JSON file, empty if it is missing."""
        return _json(self._earlier / name)

    def replace(self, name: str, text: str) -> None:
        """Write a file without a key, possibly in place of a kept one."""
        path = Path(self._path(name))
        path.unlink(missing_ok=True)  # writing through the hard link would change the earlier site
        path.write_text(text, "utf-8")
        self.note(name)

    def note(self, name: str) -> None:
        """Record a file of the site that was written by other means."""
        self._new[name] = ""

    def close(self, notes: Mapping[str, Any]) -> None:
        """Write the manifest with notes for the next publication."""
        text = json.dumps({"files": self._new, "notes": notes}, separators=(",", ":"))
        (self.folder / _MANIFEST).write_text(text, encoding="utf-8")

    def _link(self, before: str, name: str) -> None:
        link(before, self._path(name))

    def _path(self, name: str) -> str:
        """Return the path of a file, after creating its folder."""
        parent = name.rpartition("/")[0]
        if parent not in self._folders:
            (self.folder / parent).mkdir(parents=True, exist_ok=True)
            self._folders.add(parent)
        return f"{self.folder}/{name}"


def notes_of(site: Path) -> Mapping[str, Any]:
    """Return the notes of a site, empty if its manifest or one of its files is missing."""
    found = _json(site / _MANIFEST)
    is_whole = all((site / name).exists() for name in found.get("files", {}))
    return found.get("notes", {}) if is_whole else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def link(file: str | Path, place: str | Path) -> None:
    """Link a file to another path, or copy it if links are not supported."""
    try:
        os.link(file, place)
    except FileNotFoundError:
        raise
    except OSError:  # the file system has no hard links
        shutil.copyfile(file, place)


def key_of(*parts: object) -> str:
    """Return the key of a file that depends on these values (JSON, else by ``str``)."""
    text = json.dumps(parts, default=str, sort_keys=True, separators=(",", ":"))
    return sha256_hex(text.encode())[:24]
