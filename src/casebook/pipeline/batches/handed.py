"""What is piped in: files, one path a line or each ended by a NUL, among the addresses of a list.

Only what a person pipes in may name files: a list that is fetched, or lies somewhere, could lead to
any file of this machine. Even so a line names a file only by a suffix that sources have, for a list
from elsewhere may be piped on as it came.
"""

import asyncio
import codecs
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casebook.extractors.formats import OUR_TYPES, SOURCES
from casebook.extractors.gathering.fetch import identify, read_file
from casebook.extractors.network.body import FetchLimits
from casebook.extractors.sniffing import marked
from casebook.extractors.urls import is_text, is_web_address, shown
from casebook.pipeline.ingestion.identity import is_remote
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import CasebookError, FileUnreadable, InvalidSource
from casebook.schemas.ids import content_id
from casebook.schemas.sources import Alias, AliasReason, Payload, SourceRef
from casebook.warehouse.store import Warehouse

# Markup, and JSON as a whole: their lines are no entries. A file may be called "[draft] talk.md".
_OTHER_FORMS = re.compile(r"\s*(?:<|\[\s*[\[{\"\]])")
# Begins as `find -print0` writes: a name, line breaks in it or not, and a NUL. Packed bytes have
# others of the low characters at once, UTF-16 without its mark a NUL at every second place. A list
# of another form may hold a NUL by mistake.
_NAME = re.compile(r"[^\0-\x08\x0e-\x1f]{2,}\0")


@dataclass
class Handed:
    """The files that were named, the list that is left of it, and the entries that name nothing.

    ``rest`` has an empty line in place of each that is dealt with: its others keep their numbers.
    """

    rest: bytes
    files: list[BatchItem] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left to be read as a list."""
        lines = self.rest.removeprefix(codecs.BOM_UTF8).splitlines()
        return all(not line.strip() or line.lstrip().startswith(b"#") for line in lines)


async def handed_over(piped: bytes) -> Handed:
    """Tell the files that ``piped`` names from the rest; they are read, to know who they are.

    That may take a while: it can be cancelled between two files.
    """
    piped = marked(piped)
    text = _decoded(piped)
    by_nul = _ends_by_nul(text)
    entries = text.split("\0") if by_nul else _lines(text)
    files, refused = await _files_of(entries, _called if by_nul else _on_line)
    if not (files or refused or by_nul):
        return Handed(piped)
    names_nothing = _is_no_address if by_nul else _is_no_entry
    for at, entry in enumerate(entries if files or by_nul else ()):
        if at not in files and at not in refused and names_nothing(entry):
            told = shown(entry.strip())
            refused[at] = f"{told} is neither a web address nor a file that is there."
    dealt_with, word = files.keys() | refused.keys(), "name" if by_nul else "line"
    rest = "\n".join("" if at in dealt_with else entry for at, entry in enumerate(entries))
    return Handed(
        rest.encode(errors="surrogateescape"),
        list(files.values()),
        [f"{word} {at + 1}: {refused[at]}" for at in sorted(refused)],
    )


def _ends_by_nul(text: str) -> bool:
    """Tell a list of which a NUL ends each name, the last one, too."""
    named = text.endswith("\0") and _NAME.match(text) is not None
    return named and _OTHER_FORMS.match(text) is None


async def _files_of(
    entries: Sequence[str], file_of: Callable[[str], Path | None]
) -> tuple[dict[int, BatchItem], dict[int, str]]:
    """Return the files that entries name and why others cannot be taken, by their places."""
    files, refused = dict[int, BatchItem](), dict[int, str]()
    for at, entry in enumerate(entries):
        try:
            if path := file_of(entry):
                files[at] = await asyncio.to_thread(_item, path)
        except CasebookError as error:
            refused[at] = str(error)
    return files, refused


def _is_no_entry(line: str) -> bool:
    """Tell a line that cannot stand in a list of files and addresses, one on each line."""
    told = line.strip()
    return bool(told) and not told.startswith(("#", "{")) and "://" not in told


def _is_no_address(name: str) -> bool:
    """Tell a name that cannot stand, as a line, in a list of addresses."""
    return bool(name) and not (is_web_address(name) and name.isprintable())


def _decoded(piped: bytes) -> str:
    """Return the text that was piped in, nothing where it is none.

    Bytes that are no UTF-8 are kept as they are: a file may be called so.
    """
    marked = piped[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    try:
        return piped.decode("utf-16" if marked else "utf-8-sig", "surrogateescape")
    except UnicodeDecodeError:  # half of a character in UTF-16
        return ""


def _lines(text: str) -> Sequence[str]:
    """Return the lines of a text, none where it is a list of another form."""
    return () if "\0" in text or _OTHER_FORMS.match(text) else text.split("\n")


def _on_line(line: str) -> Path | None:
    """Return the file that a line names, None where it is for the list's reader to say.

    Raises:
        InvalidSource: if it names a file in a way that a list may not.
        FileUnreadable: if it is a folder.
    """
    told = line.strip()
    name = _source_in(told) if told.startswith("{") else told
    if not name or name.startswith("#") or "://" in name:
        return None
    return _called(os.path.expanduser(name))  # noqa: PTH111 Path's raises for an unknown user


def _called(name: str) -> Path | None:
    """Return the file of this name, None where no source is called so.

    Raises:
        InvalidSource: if it names a file in a way that a list may not.
        FileUnreadable: if it is a folder.
    """
    if not name or is_web_address(name):
        return None
    path = Path(name)
    is_source, mode = _is_source(name), _mode(path)
    if is_source and not is_text(name):
        raise InvalidSource(f"{shown(name)} is no UTF-8: rename the file, or submit a copy of it.")
    if stat.S_ISDIR(mode):
        raise FileUnreadable(f"{shown(name)} is a folder: name the files in it.")
    if not is_source and stat.S_ISREG(mode):
        raise InvalidSource(
            f"{shown(name)} has none of the suffixes of sources (.pdf, .md, .vtt, …): `casebook "
            "submit` takes it if you mean it."
        )
    return path.absolute() if is_source else None


def _is_source(name: str) -> bool:
    return Path(name).suffix.lower() in SOURCES


def _mode(path: Path) -> int:
    """Return the mode of what is at ``path``, 0 where nothing can be."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _source_in(line: str) -> str | None:
    """Return the path that a JSON object has as its source, None where it is another's to read.

    Raises:
        InvalidSource: if it tells more of a file or a video than a list can.
    """
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("source"), str):
        return None
    # What is called so in lists of other programs is often the name of a blog.
    is_file = _is_source(told["source"]) and not is_web_address(told["source"])
    if (is_file and told.get("url")) or told.get("transcript") or told.get("feed"):
        raise InvalidSource(
            "a transcript, a feed, or a file with the address it came from is for "
            "`casebook submit -`"
        )
    return told["source"] if is_file else None


def kept_bytes(item: BatchItem, warehouse: Warehouse) -> str | None:
    """Return the snapshot of a file as it was handed over, once there is one.

    It may have been changed or moved since: what was begun goes on.
    """
    kept = warehouse.newest_snapshot(item.source_id)
    return kept.snapshot_id if kept else None


def follow(item: BatchItem, worked: Outcome, warehouse: Warehouse) -> None:
    """Let the item lead to the source that was worked for it, where that is another one.

    So the batch stands as that source does: see ``AliasReason``.
    """
    known = warehouse.alias(item.source_id)
    own, led_to = worked.source_id == item.source_id, known.same_as if known else item.source_id
    if led_to == worked.source_id or (own and worked.failure is not None):
        return
    reason = AliasReason.RULE if is_remote(item.reference) else AliasReason.FILE
    warehouse.append(_leading(item.source_id, worked.source_id, item.reference.source, reason))


def own_again(items: Sequence[BatchItem], warehouse: Warehouse) -> list[Alias]:
    """Return what lets files that are handed over, once more, stand for themselves.

    What a path held at another time, or that it held nothing, is not what became of these bytes;
    what was heard in them is.
    """
    files = {item.source_id: item for item in items if not is_remote(item.reference)}
    led = warehouse.leading(list(files)) if files else []
    return [
        _leading(one.source_id, one.source_id, files[one.source_id].reference.source)
        for one in led
        if one.same_as != one.source_id and not _was_heard(one.same_as, warehouse)
    ]


def _was_heard(source_id: str, warehouse: Warehouse) -> bool:
    kept = warehouse.newest_snapshot(source_id)
    return kept is not None and kept.media_type.startswith(OUR_TYPES)


def _leading(
    source_id: str, same_as: str, source: str, reason: AliasReason = AliasReason.FILE
) -> Alias:
    now = datetime.now(UTC)
    return Alias(
        alias_id=content_id("alias", source_id, same_as, now.isoformat()),
        source_id=source_id,
        same_as=same_as,
        url=source,
        reason=reason,
        found_at=now,
    )


def _item(path: Path) -> BatchItem:
    """Return a file as an item of a batch, known by its bytes.

    Raises:
        FetchError: if it cannot be read.
    """
    ref = SourceRef(source=str(path))
    data = read_file(path, FetchLimits())
    payload = Payload(data=data, media_type="application/octet-stream", name=path.name)
    return BatchItem(source_id=identify(ref, payload).source_id, reference=ref)
