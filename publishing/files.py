"""The files of a new site: those that would be the same are taken from the site before."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from schemas.frozen import sha256_hex

StrPath = str | Path
Make = Callable[[], str | bytes]
_MANIFEST = ".casebook-manifest.json"


class SiteFiles:
    """Fills ``folder``; each file has a key, and one with the key that it had in ``earlier`` stays.

    Files that stay are hard links, so that a site costs the space and time of what changed.
    """

    def __init__(self, folder: Path, earlier: Path) -> None:
        self.folder, self._earlier = folder, earlier
        self._keys: Mapping[str, str] = _json(earlier / _MANIFEST).get("files", {})
        self._new: dict[str, str] = {}
        self._folders: set[str] = set()

    def put(self, name: str, key: str, make: Make) -> None:
        """Write the file of that name with what ``make`` returns, or keep the earlier one."""
        if not self.keep(name, key):
            self._new[name] = key
            made = make()
            data = made if isinstance(made, bytes) else made.encode()
            Path(self._path(name)).write_bytes(data)

    def keep(self, name: str, key: str) -> bool:
        """Keep the earlier file of that name if its key is the same; return whether it was."""
        if not key or self._keys.get(name) != key:
            return False
        try:
            self._link(f"{self._earlier}/{name}", name)
        except FileNotFoundError:
            return False
        self._new[name] = key
        return True

    def keep_folder(self, name: str, key: str) -> bool:
        """Keep all files of an earlier folder that has the same key; return whether it had."""
        before = self._earlier / name
        if self._keys.get(f"{name}/") != key or not before.is_dir():
            return False
        for path in before.rglob("*"):
            if path.is_file():
                self._link(str(path), str(path.relative_to(self._earlier)))
        self.add_folder(name, key)
        return True

    def add_folder(self, name: str, key: str) -> None:
        """Note the key of a folder that something else filled."""
        self._new[f"{name}/"] = key

    def earlier_json(self, name: str) -> Mapping[str, Any]:
        """Return what a JSON file of the site before has, nothing where it is not there."""
        return _json(self._earlier / name)

    def replace(self, name: str, text: str) -> None:
        """Write a file that has no key; it may take the place of one that was kept."""
        path = Path(self._path(name))
        path.unlink(missing_ok=True)  # else the earlier site's own file would change
        path.write_text(text, "utf-8")
        self.note(name)

    def note(self, name: str) -> None:
        """Note a file that something else wrote, and that belongs to the site."""
        self._new[name] = ""

    def close(self, notes: Mapping[str, Any]) -> None:
        """Write the manifest, with notes for the next site."""
        text = json.dumps({"files": self._new, "notes": notes}, separators=(",", ":"))
        (self.folder / _MANIFEST).write_text(text, encoding="utf-8")

    def _link(self, before: str, name: str) -> None:
        link(before, self._path(name))

    def _path(self, name: str) -> str:
        """Return where a file of that name belongs; its folder is there."""
        parent = name.rpartition("/")[0]
        if parent not in self._folders:
            (self.folder / parent).mkdir(parents=True, exist_ok=True)
            self._folders.add(parent)
        return f"{self.folder}/{name}"


def notes_of(site: Path) -> Mapping[str, Any]:
    """Return the notes of a site, none where one of its files is missing or the manifest is."""
    found = _json(site / _MANIFEST)
    is_whole = all((site / name).exists() for name in found.get("files", {}))
    return found.get("notes", {}) if is_whole else {}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def link(file: StrPath, place: StrPath) -> None:
    """Make a file appear in another place, without copying it where possible."""
    try:
        os.link(file, place)
    except FileNotFoundError:
        raise
    except OSError:  # the file system knows no hard links
        shutil.copyfile(file, place)


def key_of(*parts: object) -> str:
    """Return the key of a file that shows these values (JSON, or what has ``str``)."""
    text = json.dumps(parts, default=str, sort_keys=True, separators=(",", ":"))
    return sha256_hex(text.encode())[:24]
