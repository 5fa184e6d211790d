"""The search index of the site: of words, written by Pagefind, and of meaning.

Indexing all cases is slow, so the main index is kept while only few cases have changed. These get
a second index, which the page's script merges. It filters out the earlier versions of their pages
by a list, and their texts are removed.
"""

import gzip
import json
import shutil
import sys
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from publishing.files import SiteFiles, key_of, link
from publishing.site.meaning_files import write_meaning
from schemas.errors import PublishError

_ALL, _RECENT = "pagefind", "pagefind-recent"
_STATE, _PAGES = f"{_ALL}/state.json", f"{_ALL}/pages.json"
_MOST_RECENT = 40  # if more cases have changed, all are indexed again


def page_version(key: str) -> str:
    """Return a short version that identifies superseded pages; ``key`` is that of the case."""
    return b64encode(bytes.fromhex(key)[:6]).decode()[:6]  # short, since readers load all of them


@contextmanager
def indexing(files: SiteFiles, keys: Mapping[str, str], lines: Path) -> Iterator[None]:
    """Index pages while the block runs.

    ``keys`` are by address; ``lines`` is the JSON Lines file of all records, in the same order.

    Raises:
        PublishError: if Pagefind fails.
    """
    earlier = files.earlier_json(_PAGES)
    indexed: dict[str, str] = earlier.get("keys", {})
    recent = {address: key for address, key in keys.items() if indexed.get(address) != key}
    gone = {address: key for address, key in indexed.items() if keys.get(address) != key}
    is_kept = bool(indexed) and len(recent) + len(gone) <= _MOST_RECENT
    is_kept = is_kept and files.keep_folder(_ALL, key_of(indexed))
    if not is_kept:
        indexed, recent, gone = dict(keys), {}, {}
    wanted, output = (recent, _RECENT) if is_kept else (indexed, _ALL)
    if not wanted or (is_kept and files.keep_folder(_RECENT, key_of(recent))):
        yield
    else:
        with _running(files.folder, wanted, output):
            yield
        files.add_folder(output, key_of(wanted))
    texts = earlier["texts"] if is_kept else _texts(files.folder)
    for address in gone:  # texts of withdrawn cases must not remain readable
        (files.folder / _ALL / texts.get(address, "none")).unlink(missing_ok=True)
    state = {"recent": bool(recent), "superseded": sorted(map(page_version, gone.values()))}
    for name, value in ((_STATE, state), (_PAGES, {"keys": indexed, "texts": texts})):
        files.replace(name, json.dumps(value, separators=(",", ":")))
    write_meaning(files, lines, [*map(page_version, keys.values())])


def _texts(site: Path) -> dict[str, str]:
    """Return the index file with the text of each page, by address."""
    found = {}
    for file in (site / _ALL / "fragment").glob("*.pf_fragment"):
        text = gzip.decompress(file.read_bytes())
        url = json.loads(text[text.index(b"{") :])["url"]
        found[f"{url.strip('/')}/index.html"] = f"fragment/{file.name}"
    return found


@contextmanager
def _running(site: Path, addresses: Collection[str], output: str) -> Iterator[None]:
    """Run Pagefind on some pages of a site while the block runs."""
    pages = site / ".pages"  # inside the new site, so that a failure removes it too
    for address in addresses:
        (pages / address).parent.mkdir(parents=True)
        link(site / address, pages / address)
    options = ["--site", str(pages), "--output-path", str(site / output), "--quiet"]
    command = [sys.executable, "-m", "pagefind", *options]
    with Popen(command, stdout=DEVNULL, stderr=PIPE, text=True) as work:  # noqa: S603 - ours
        try:
            yield
        except BaseException:
            work.kill()
            raise
        _, problem = work.communicate()
    shutil.rmtree(pages)
    if work.returncode:
        raise PublishError(f"The search index could not be written: {problem.strip()[-300:]}")
