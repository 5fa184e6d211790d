"""The index of the site's search, written by Pagefind."""

import subprocess
import sys
from collections.abc import Sequence

from publishing.files import SiteFiles, key_of
from publishing.records import Entry
from schemas.errors import PublishError

FOLDER = "pagefind"
_SECONDS = 600


def write_search_index(files: SiteFiles, entries: Sequence[Entry]) -> None:
    """Index the pages of all cases, or keep the index where none of them changed.

    Raises:
        PublishError: if Pagefind fails.
    """
    if not entries:
        return
    key = key_of([(one.address, files.key(one.address)) for one in entries])
    if files.keep_folder(FOLDER, key):
        return
    command = [sys.executable, "-m", "pagefind", "--site", str(files.folder), "--output-subdir"]
    options = [FOLDER, "--glob", "cases/*/index.html", "--quiet"]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *options], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise PublishError(f"The search index could not be written: {done.stderr.strip()[-300:]}")
    files.add_folder(FOLDER, key)
