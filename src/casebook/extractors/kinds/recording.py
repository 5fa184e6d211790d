"""Recordings that were written down: what is said, by second, from the bundle that was kept."""

from casebook.extractors.gathering.bundles import unpack
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.kinds.youtube import cues_in, json_in
from casebook.extractors.speech.spoken import to_blocks, with_names
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.metadata import clean_date, language_of
from casebook.extractors.text.passages import lay_out
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.sources import Payload, SourceKind


def extract(payload: Payload) -> Extracted:
    """Return what is said in a recording; each passage knows its second.

    Raises:
        Damaged: if the bundle holds no transcript.
        DocumentEmpty: if nothing is said.
    """
    bundle = unpack(payload)
    said = json_in(bundle, "captions")
    cues = list(with_names(cues_in(said, payload)))
    spoken = " ".join(cue.text for cue in cues)
    language = language_of(str(said.get("language", "")), spoken)
    text, passages = lay_out(to_blocks(cues), language)
    refuse_empty(text, payload)
    about = json_in(bundle, "about")
    return Extracted(
        kind=SourceKind.RECORDING,
        title=one_line(str(about.get("title") or "")) or None,
        published=clean_date(str(about.get("published") or "")),
        site=one_line(str(about.get("site") or "")) or None,
        language=language,
        text=text,
        passages=passages,
        extraction=[ExtractionStep(method="cues", outcome=f"{len(cues)} spoken")],
    )
