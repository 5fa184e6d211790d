"""Several responses stored as one JSON object, so that a video or paper can be reread offline."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, ConfigDict, ValidationError

from extractors.formats import OUR_TYPES
from extractors.text import one_line, unreadable
from schemas.frozen import Frozen
from schemas.sources import Payload

VIDEO, PAPER, RECORDING, TRANSCRIPT = (
    f"{OUR_TYPES}{name}+json" for name in ("video", "paper", "recording", "transcript")
)
GENERATED = ", generated"  # ends the step that fetched captions made by a machine
Cues = tuple[tuple[float, float, str], ...]  # start and end in seconds, and the words between


class Recognized(NamedTuple):
    """What a recognizer heard, and how certain it is of each cue, up to 1; empty if unknown."""

    cues: Cues
    confidences: tuple[float, ...] = ()


_OneLine = Annotated[str, AfterValidator(one_line)]


class About(Frozen):
    """Metadata of a source as its site states it; ``chapters`` are seconds and titles."""

    title: _OneLine | None = None
    authors: Sequence[_OneLine] = ()
    published: str | None = None
    language: str | None = None
    site: str | None = None
    chapters: Sequence[tuple[float, _OneLine]] = ()
    description: str | None = None  # below a video


class BundlePart(Payload):
    """One response as received, in a form that can be written as JSON."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Bundle(Frozen):
    """The responses of one source: ``body`` is a paper or transcript, ``landing`` its web page."""

    about: About = About()
    cues: Cues = ()
    confidences: tuple[float, ...] = ()  # of a recognizer in each cue, up to 1
    sound: str | None = None  # SHA-256 of the file that was heard
    body: BundlePart | None = None
    landing: BundlePart | None = None
    slides: BundlePart | None = None  # the PDF of a talk

    def pack(self) -> bytes:
        """Return the bundle as JSON."""
        return self.model_dump_json().encode()


def unpack(payload: Payload) -> Bundle:
    """Return the bundle that ``pack`` wrote; raise ExtractionError if it is not one."""
    try:
        return Bundle.model_validate_json(payload.data)
    except ValidationError as error:
        problem = "has a stored copy that cannot be read; fetch it with --refresh"
        raise unreadable(payload, problem, "damaged") from error
