"""Videos and recordings: the text of their bundles, with times and speakers."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from extractors import registry
from extractors.blocks import document
from extractors.bundles import GENERATED, Bundle, unpack
from extractors.captions import Cue, cue_blocks
from extractors.dates import stated_day
from extractors.sites import kind_of_url
from schemas.sources import Extracted, Heard, Passage, Payload, SourceKind, Step


def read(payload: Payload) -> Extracted:
    """Return the text of the captions or transcript; raise ExtractionError if it is missing."""
    bundle = unpack(payload)
    found = registry.read(bundle.body) if bundle.body else _of_cues(bundle)
    heard = None if bundle.body else heard_by(payload.steps)
    changes: dict[str, object] = {
        "kind": kind_of_url(payload.final_url or "") or SourceKind.RECORDING,
        "title": bundle.about.title or found.title,
        "authors": found.authors or bundle.about.authors,
        "site": bundle.about.site,
    }
    if bundle.body and bundle.about.chapters:
        changes["passages"] = _in_chapters(found.passages, bundle.about.chapters)
    elif heard:
        changes["passages"] = list(_heard(found.passages, heard, bundle))
    return found.model_copy(update=changes)


def heard_by(steps: Sequence[Step]) -> Heard | None:
    """Return the machine that heard the words, as the step says that fetched them."""
    for step in reversed(steps):
        if step.method.startswith("transcription by "):
            return "recognized"
        if step.method.startswith("captions "):
            return "generated" if step.method.endswith(GENERATED) else None
    return None


def _heard(passages: Sequence[Passage], heard: Heard, bundle: Bundle) -> Iterator[Passage]:
    """Yield passages with the machine that heard them and its least confidence in each."""
    starts = [one.seconds or 0.0 for one in passages]
    sure = [
        (start, confidence)
        for (start, *_), confidence in zip(bundle.cues, bundle.confidences, strict=False)
    ]
    for passage, (start, end) in zip(passages, pairwise([*starts, inf]), strict=True):
        inside = [confidence for at, confidence in sure if start <= at < end]
        least = round(min(inside), 3) if inside else None
        yield passage.model_copy(update={"heard": heard, "confidence": least})


def _in_chapters(
    passages: Sequence[Passage], chapters: Sequence[tuple[float, str]]
) -> list[Passage]:
    """Return passages with the title of the chapter in which they begin as their heading."""

    def heading(second: float | None) -> tuple[str, ...]:
        begun = [title for at, title in chapters if second is not None and at <= second]
        return tuple(begun[-1:])

    return [one.model_copy(update={"headings": heading(one.seconds)}) for one in passages]


def _of_cues(bundle: Bundle) -> Extracted:
    about, kind = bundle.about, SourceKind.RECORDING
    blocks = cue_blocks([Cue(*cue) for cue in bundle.cues], about.chapters)
    step = Step(method="cues", outcome=f"{len(bundle.cues)} in {len(about.chapters)} chapters")
    published = stated_day(about.published)
    return document(kind, blocks, about.language, published=published, steps=[step])
