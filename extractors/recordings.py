"""Videos and recordings: the text of their bundles, with times and speakers."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from extractors import registry
from extractors.blocks import document
from extractors.bundles import GENERATED, Bundle, BundlePart, unpack
from extractors.captions import Cue, cue_blocks
from extractors.dates import stated_day
from extractors.sites import kind_of_url
from extractors.text import name_of
from schemas.errors import ExtractionError
from schemas.sources import Extracted, Heard, LineBox, Passage, Payload, SourceKind, Step

_SLIDES = "Slides"


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
    return _with_slides(found.model_copy(update=changes), bundle.slides)


def _with_slides(found: Extracted, part: BundlePart | None) -> Extracted:
    """Return a talk followed by its slides, under their own heading and with their pages."""
    if part is None:
        return found
    try:
        slides = registry.read(part)
    except ExtractionError as error:
        step = Step(method="slides", outcome=f"could not be read: {error.kind}", doubtful=True)
        return found.model_copy(update={"steps": (*found.steps, step)})
    before = f"{found.text}\n\n{_SLIDES}\n\n"
    shift, last = len(before), len(found.passages)

    def moved(one: Passage | LineBox) -> dict[str, object]:
        return {"start": one.start + shift, "end": one.end + shift}

    passages = []
    for one in slides.passages:
        lines = tuple(line.model_copy(update=moved(line)) for line in one.lines)
        changes = {"n": one.n + last, "headings": (_SLIDES, *one.headings), "lines": lines}
        passages.append(one.model_copy(update=moved(one) | changes))
    step = Step(method="slides", outcome=f"{len(passages)} passages of {name_of(part)}")
    return found.model_copy(
        update={
            "text": before + slides.text,
            "passages": [*found.passages, *passages],
            "slides": part.final_url,
            "steps": (*found.steps, step),
            "hidden": (*found.hidden, *slides.hidden),
        }
    )


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
