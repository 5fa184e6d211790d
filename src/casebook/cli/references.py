"""From what was typed or piped in to the sources it names."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casebook.schemas.errors import InvalidSource

if TYPE_CHECKING:
    from casebook.schemas.sources import SourceRef


def read_refs(sources: Sequence[str]) -> list[SourceRef]:
    """Return what to work on: each argument, and for ``-`` each line of standard input.

    Raises:
        InvalidSource: if a line is no JSON object with a source.
    """
    from casebook.schemas.sources import SourceRef

    refs: list[SourceRef] = []
    for source in sources:
        refs += read_lines(sys.stdin) if source == "-" else [SourceRef(source=source)]
    return list(dict.fromkeys(refs))


def with_transcript(refs: Sequence[SourceRef], transcript: Path) -> SourceRef:
    """Return the one source to which the transcript belongs.

    Raises:
        InvalidSource: if there is not exactly one, or it is no web address.
    """
    from casebook.extractors.urls import is_web_address

    if len(refs) != 1 or not is_web_address(refs[0].source):
        raise InvalidSource(
            f"--transcript {transcript} belongs to one video: name its web address and no other."
        )
    return refs[0].model_copy(update={"transcript": str(transcript)})


def _ref_of(told: dict[str, Any]) -> SourceRef:
    """Return the source of a JSON line; what `casebook links` tells beside it is left out."""
    from casebook.schemas.sources import SourceRef

    beside = {"title", "published"}
    return SourceRef.model_validate({k: v for k, v in told.items() if k not in beside})


def read_lines(lines: Iterable[str], folder: Path | None = None) -> list[SourceRef]:
    """Return the sources of JSON Lines; a relative path counts from ``folder``.

    Raises:
        InvalidSource: naming the first line that is no JSON object with a source.
    """
    refs = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            ref = _ref_of(json.loads(line))
        except ValueError:
            raise InvalidSource(
                f'line {number} is not {{"source": "path or URL"}} (and perhaps "url")'
            ) from None
        local = folder and "://" not in ref.source
        refs.append(
            ref.model_copy(update={"source": str(folder / ref.source)}) if folder and local else ref
        )
    return refs
