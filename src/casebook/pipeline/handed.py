"""What is piped in: files, one path a line, among the addresses of a list.

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
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casebook.extractors.gathering.bundles import OUR_TYPES
from casebook.extractors.gathering.fetch import identify, read_file
from casebook.extractors.network.body import FetchLimits
from casebook.extractors.suffixes import SOURCES
from casebook.extractors.urls import is_text, is_web_address, shown
from casebook.pipeline.identity import is_remote
from casebook.pipeline.outcome import Outcome
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import CasebookError, FileUnreadable, InvalidSource
from casebook.schemas.ids import content_id
from casebook.schemas.sources import Alias, AliasReason, Payload, SourceRef
from casebook.warehouse.store import Warehouse

# Markup, and JSON as a whole: their lines are no entries. A file may be called "[draft] talk.md".
_OTHER_FORMS = re.compile(r"\s*(?:<|\[\s*[\[{\"\]])")


@dataclass
class Handed:
    """The files that were named, the list that is left of it, and the lines that name nothing.

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
    lines = _lines(piped)
    files, refused, kept = list[BatchItem](), dict[int, str](), list(lines)
    for at, line in enumerate(lines):
        try:
            if path := _file_of(line.strip()):
                files.append(await asyncio.to_thread(_item, path))
                kept[at] = ""
        except CasebookError as error:
            refused[at], kept[at] = str(error), ""
    for at, line in enumerate(kept if files else ()):
        if _names_nothing(line.strip()):
            refused[at] = (
                f"{shown(line.strip())} is neither a web address nor a file that is there."
            )
            kept[at] = ""
    if not files and not refused:
        return Handed(piped)
    rest = "\n".join(kept).encode(errors="surrogateescape")
    return Handed(rest, files, [f"line {at + 1}: {refused[at]}" for at in sorted(refused)])


def _names_nothing(line: str) -> bool:
    """Tell a line that cannot stand in a list of files and addresses, one on each line."""
    return bool(line) and not line.startswith(("#", "{")) and "://" not in line


def _lines(piped: bytes) -> Sequence[str]:
    """Return the lines of a text, none where it is a list of another form.

    Bytes that are no UTF-8 are kept as they are: a file may be called so.
    """
    marked = piped[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    try:
        text = piped.decode("utf-16" if marked else "utf-8-sig", "surrogateescape")
    except UnicodeDecodeError:  # half of a character in UTF-16
        return ()
    if "\0" in text or _OTHER_FORMS.match(text):
        return ()
    return text.split("\n")


def _file_of(line: str) -> Path | None:
    """Return the file that a line names, None where it is for the list's reader to say.

    Raises:
        InvalidSource: if it names a file in a way that a list may not.
        FileUnreadable: if it is a folder.
    """
    name = _source_in(line) if line.startswith("{") else line
    if not name or name.startswith("#") or "://" in name:
        return None
    path = Path(os.path.expanduser(name))  # noqa: PTH111 Path's raises for an unknown user
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

    So the batch stands as that source does: see ``AliasReason.FILE``.
    """
    known = warehouse.alias(item.source_id)
    own, led_to = worked.source_id == item.source_id, known.same_as if known else item.source_id
    if led_to == worked.source_id or (own and worked.failure is not None):
        return
    warehouse.append(_leading(item.source_id, worked.source_id, item.reference.source))


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


def _leading(source_id: str, same_as: str, path: str) -> Alias:
    now = datetime.now(UTC)
    return Alias(
        alias_id=content_id("alias", source_id, same_as, now.isoformat()),
        source_id=source_id,
        same_as=same_as,
        url=path,
        reason=AliasReason.FILE,
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
