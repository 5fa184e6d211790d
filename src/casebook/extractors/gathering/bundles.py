"""Several answers kept as one: what a video or a paper was read from, for reading it again offline.

A bundle is a JSON object under a media type of our own, so that it is stored as one Snapshot and
mounted in the registry like any file.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, ValidationError

from casebook.extractors.formats import OUR_TYPES
from casebook.extractors.naming import where
from casebook.schemas.errors import Damaged
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Payload

if TYPE_CHECKING:  # readers of bundles need no network
    from casebook.extractors.network.client import Fetched

VIDEO = f"{OUR_TYPES}youtube+json"
RECORDING = f"{OUR_TYPES}recording+json"
TRANSCRIPT = f"{OUR_TYPES}transcript+json"
ARXIV = f"{OUR_TYPES}arxiv+json"
PAPER = f"{OUR_TYPES}paper+json"


class Part(Frozen):
    """One answer as it came, named for what it is to the source ("html", "captions")."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    name: str
    url: str
    media_type: str
    charset: str | None = None
    data: bytes

    @classmethod
    def of(cls, name: str, page: "Fetched") -> "Part":
        """Return a fetched page as a part."""
        return cls(
            name=name,
            url=page.final_url,
            media_type=page.media_type,
            charset=page.charset,
            data=page.data,
        )

    def payload(self) -> Payload:
        """Return the part as an extractor takes it."""
        return Payload(
            data=self.data,
            media_type=self.media_type,
            charset=self.charset,
            url=self.url,
            final_url=self.url,
        )


class Bundle(Frozen):
    """The parts of one source, each name once."""

    parts: Sequence[Part]

    def find(self, name: str) -> Part | None:
        """Return the part of this name, or None."""
        return next((part for part in self.parts if part.name == name), None)


def pack(parts: Iterable[Part]) -> bytes:
    """Return the bytes of a bundle."""
    return Bundle(parts=tuple(parts)).model_dump_json().encode()


def pack_transcript(said: Payload, about: Mapping[str, Any], told_at: str) -> bytes:
    """Return the bytes of a transcript with what ``told_at`` tells of what it was said in."""
    transcript = Part(
        name="transcript",
        url=said.final_url or said.url or "",
        media_type=said.media_type,
        charset=said.charset,
        data=said.data,
    )
    told = json.dumps(dict(about)).encode()
    return pack(
        [transcript, Part(name="about", url=told_at, media_type="application/json", data=told)]
    )


def unpack(payload: Payload) -> Bundle:
    """Return the bundle that ``pack`` wrote.

    Raises:
        Damaged: if it is none.
    """
    try:
        return Bundle.model_validate_json(payload.data)
    except ValidationError as error:
        raise Damaged(
            f"{where(payload)}: what was kept of it cannot be read; fetch it again with --refresh."
        ) from error
