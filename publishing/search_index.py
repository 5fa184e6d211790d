"""The index of the site's search, written by Pagefind.

Indexing every case takes long, so the index of all stays while few cases changed. Those have a
second index, which the page's script merges, and the earlier versions of their pages are listed,
which it filters out.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from publishing.files import SiteFiles, key_of, link
from schemas.errors import PublishError

_ALL, _RECENT = "pagefind", "pagefind-recent"
_STATE = f"{_ALL}/state.json"
_MOST_RECENT = 40  # cases that changed before all are indexed anew
_SECONDS = 900


def page_version(key: str) -> str:
    """Return what a page is filtered by that may be superseded; ``key`` is that of its case."""
    return key[:10]


def write_search_index(files: SiteFiles, keys: Mapping[str, str]) -> None:
    """Index the pages at these addresses, which depend on these keys.

    Raises:
        PublishError: if Pagefind fails.
    """
    indexed: Mapping[str, str] = files.earlier_json(f"{_ALL}/indexed.json")
    recent = {address: key for address, key in keys.items() if indexed.get(address) != key}
    superseded = [key for address, key in indexed.items() if keys.get(address) != key]
    if not keys or (indexed and len(recent) + len(superseded) <= _MOST_RECENT):
        files.keep_folder(_ALL, key_of(indexed))
    else:
        indexed, recent, superseded = keys, {}, []
        _index(files.folder, keys, files.folder / _ALL)
        files.add_folder(_ALL, key_of(indexed))
    if recent and not files.keep_folder(_RECENT, key_of(recent)):
        _index(files.folder, recent, files.folder / _RECENT)
        files.add_folder(_RECENT, key_of(recent))
    state = {"recent": bool(recent), "superseded": sorted(map(page_version, superseded))}
    _write(files.folder / _STATE, state)
    _write(files.folder / _ALL / "indexed.json", indexed)


def _index(site: Path, addresses: Collection[str], output: Path) -> None:
    """Index some pages of a site."""
    with TemporaryDirectory(dir=site.parent) as folder:
        for address in addresses:
            page = Path(folder) / address
            page.parent.mkdir(parents=True)
            link(site / address, page)
        command = [sys.executable, "-m", "pagefind", "--site", folder, "--output-path", str(output)]
        done = subprocess.run(  # noqa: S603 - our own arguments
            [*command, "--quiet"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    if done.returncode:
        raise PublishError(f"The search index could not be written: {done.stderr.strip()[-300:]}")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)  # it may be the earlier site's own file
    path.write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")
