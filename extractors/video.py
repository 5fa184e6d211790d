"""Videos: their words, by chapter, second and speaker, from the bundle that was fetched."""

from extractors.blocks import lay_out
from extractors.bundles import unpack
from extractors.captions import Cue, cue_blocks
from extractors.dates import stated_day
from extractors.language import language_of
from schemas.documents import Extracted
from schemas.sources import Payload, SourceKind, Step


def read(payload: Payload, kind: SourceKind = SourceKind.VIDEO) -> Extracted:
    """Return the words of a video or recording; each passage has its second.

    Raises:
        Unreadable: if the bundle is damaged.
    """
    bundle = unpack(payload)
    about = bundle.about
    blocks = cue_blocks([Cue(*cue) for cue in bundle.cues], about.chapters)
    language = language_of(" ".join(block.text for block in blocks), about.language)
    text, passages = lay_out(blocks, language)
    counts = f"{len(bundle.cues)} in {len(about.chapters)} chapters"
    return Extracted(
        kind=kind,
        title=about.title,
        authors=about.authors,
        published=stated_day(about.published),
        language=language,
        site=about.site,
        text=text,
        passages=passages,
        steps=[Step(method="cues", outcome=counts)],
    )
