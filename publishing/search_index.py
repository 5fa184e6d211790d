"""The index of the site's search, written by Pagefind.

Indexing every case takes long, so the index of all stays while few cases changed. Those have a
second index, which the page's script merges, and the earlier versions of their pages are listed,
which it filters out.
"""

import json
import sys
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory

from publishing.files import SiteFiles, key_of, link
from schemas.errors import PublishError

_ALL, _RECENT = "pagefind", "pagefind-recent"
_STATE = f"{_ALL}/state.json"
_MOST_RECENT = 40  # cases that changed before all are indexed anew


def page_version(key: str) -> str:
    """Return what a page is filtered by that may be superseded; ``key`` is that of its case."""
    return b64encode(bytes.fromhex(key)[:6]).decode()[:6]  # short: readers load all of them


@contextmanager
def indexing(files: SiteFiles, keys: Mapping[str, str]) -> Iterator[None]:
    """Index the pages at these addresses, which depend on these keys, while the block runs.

    Raises:
        PublishError: if Pagefind fails.
    """
    indexed = dict(files.earlier_json(f"{_ALL}/indexed.json"))
    recent = {address: key for address, key in keys.items() if indexed.get(address) != key}
    superseded = [key for address, key in indexed.items() if keys.get(address) != key]
    is_kept = bool(indexed) and len(recent) + len(superseded) <= _MOST_RECENT
    if is_kept:
        files.keep_folder(_ALL, key_of(indexed))
        wanted, output = recent, _RECENT
    else:
        indexed, recent, superseded = dict(keys), {}, []
        wanted, output = indexed, _ALL
    if not wanted or (is_kept and files.keep_folder(_RECENT, key_of(recent))):
        yield
    else:
        with _running(files.folder, wanted, output):
            yield
        files.add_folder(output, key_of(wanted))
    state = {"recent": bool(recent), "superseded": sorted(map(page_version, superseded))}
    _write(files.folder / _STATE, state)
    _write(files.folder / _ALL / "indexed.json", indexed)


@contextmanager
def _running(site: Path, addresses: Collection[str], output: str) -> Iterator[None]:
    """Run Pagefind on some pages of a site beside the block."""
    with TemporaryDirectory(dir=site.parent) as folder:
        for address in addresses:
            page = Path(folder) / address
            page.parent.mkdir(parents=True)
            link(site / address, page)
        options = ["--site", folder, "--output-path", str(site / output), "--quiet"]
        command = [sys.executable, "-m", "pagefind", *options]
        with Popen(command, stdout=DEVNULL, stderr=PIPE, text=True) as work:  # noqa: S603 - ours
            try:
                yield
            except BaseException:
                work.kill()
                raise
            _, problem = work.communicate()
    if work.returncode:
        raise PublishError(f"The search index could not be written: {problem.strip()[-300:]}")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)  # it may be the earlier site's own file
    path.write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")
