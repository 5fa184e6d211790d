"""Videos and recordings: the words of the bundle that was made of one, by second and speaker."""

from extractors.blocks import lay_out
from extractors.bundles import Bundle, unpack
from extractors.captions import Cue, cue_blocks
from extractors.dates import stated_day
from extractors.language import language_of
from extractors.sites import kind_of_url
from schemas.documents import Extracted
from schemas.sources import Payload, SourceKind, Step


def read(payload: Payload) -> Extracted:
    """Return what captions, a transcription or a transcript say; raise ExtractionError for none."""
    from extractors import registry  # it lists this reader

    bundle = unpack(payload)
    found = registry.read(bundle.body.payload()) if bundle.body else _of_cues(bundle)
    changes = {
        "kind": kind_of_url(payload.final_url or "") or SourceKind.RECORDING,
        "title": bundle.about.title or found.title,
        "authors": found.authors or bundle.about.authors,
        "site": bundle.about.site,
    }
    return found.model_copy(update=changes)


def _of_cues(bundle: Bundle) -> Extracted:
    about = bundle.about
    blocks = cue_blocks([Cue(*cue) for cue in bundle.cues], about.chapters)
    language = language_of(" ".join(block.text for block in blocks), about.language)
    text, passages = lay_out(blocks, language)
    counts = f"{len(bundle.cues)} in {len(about.chapters)} chapters"
    return Extracted(
        kind=SourceKind.RECORDING,
        published=stated_day(about.published),
        language=language,
        text=text,
        passages=passages,
        steps=[Step(method="cues", outcome=counts)],
    )
