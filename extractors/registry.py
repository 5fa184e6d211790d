"""Choose the reader for a payload: by media type, then by suffix, then by the first bytes.

The first bytes have a veto: a picture called page.html is refused, and a PDF that a server calls
HTML is read as a PDF. Readers load when first used.
"""

from importlib import import_module

from extractors.formats import DOCUMENTS, FORMATS, OUR_TYPES, Format, format_of
from extractors.signatures import ENCRYPTED, PDF, WORD, binary_kind, has_tags, text_form
from extractors.text import count_words, name_of, unreadable
from schemas import errors
from schemas.sources import Extracted, Payload, SourceKind, Step

_FEWEST_WORDS = 5
_UNTYPED = {"", "application/octet-stream", "binary/octet-stream"}
_VAGUE = {*_UNTYPED, "text/plain", "application/xml", "text/xml"}
_TABLES = {"text/csv", "text/tab-separated-values"}
_FILES = {PDF: "pdf", WORD: "word"}
_PROSE = {"text", "markdown"}


def read(payload: Payload) -> Extracted:
    """Return the text of ``payload``, read by the reader of its kind.

    Raises ExtractionError if no reader supports this kind, the bytes contradict their type, or the
    text has under five words; FetchError for a list of addresses; and the errors of the reader.
    """
    chosen, note = choose_format(payload)
    found: Extracted = import_module(chosen.module).read(payload)
    if count_words(found.text) < _FEWEST_WORDS:
        problem = "contains no text; check that it is the right one"
        raise unreadable(payload, problem, "document_empty")
    noted = [Step(method="registry", outcome=note)] if note else []
    title = (found.title or "")[:500].rstrip()  # lists and prompts show it
    steps = (*payload.steps, *noted, *found.steps)
    changes = {"extractor": chosen.version, "title": title or None, "steps": steps}
    return found.model_copy(update=changes)


def choose_format(payload: Payload) -> tuple[Format, str | None]:
    """Return the format, and a note if the bytes overruled the header; raise as ``read`` does."""
    if not payload.data.strip(b"\0 \t\r\n\f"):
        raise unreadable(payload, "is empty; check that it is the right one", "document_empty")
    media_type = payload.media_type.partition(";")[0].strip().lower()
    of_header = (one for one in FORMATS if media_type in one.media_types)
    # The suffix refines a vague header.
    named = format_of(payload.name) if media_type in _VAGUE else None
    declared = named or next(of_header, None)
    if declared and payload.media_type.startswith(OUR_TYPES):
        return declared, None  # we wrote these bytes ourselves
    if found := binary_kind(payload.data):
        if found in _FILES:
            return _overruled(payload, declared, _FILES[found])
        raise _unsupported(payload, declared, found)
    return _choose_text(payload, declared)


def _choose_text(payload: Payload, declared: Format | None) -> tuple[Format, str | None]:
    """Return the declared format, unless the start of the text clearly shows another."""
    form, named = text_form(payload.data), format_of(payload.name)
    kind = declared.kind if declared else None
    if form == "list" or payload.name.endswith((".csv", ".tsv")) or payload.media_type in _TABLES:
        advice = "submit the addresses in it, or run `casebook backfill` with it"
        message = f"{name_of(payload)} is a list of sources: {advice}."
        raise errors.FetchError(message, "source_is_list")
    if kind in _FILES.values() or (form == "json" and kind != "captions"):
        raise _unsupported(payload, declared, "JSON" if form == "json" else "a text")
    if form == "captions" and kind in {"text", None}:
        return _overruled(payload, declared, "captions")
    if form == "page" and kind in {*_PROSE, None}:
        return _overruled(payload, declared, "web")
    if kind == "web" and not has_tags(payload.data) and named and named.kind in _PROSE:
        return _overruled(payload, declared, named.kind)
    if declared:
        return declared, None
    if "." not in payload.name and payload.media_type in _UNTYPED:
        return _overruled(payload, None, "text")  # README
    raise _unsupported(payload, None, payload.media_type or "a file of unknown type")


def _overruled(payload: Payload, declared: Format | None, kind: str) -> tuple[Format, str | None]:
    chosen = next(one for one in FORMATS if one.kind == kind)
    note = f"{SourceKind(kind).label}, served as {payload.media_type or payload.name}"
    return chosen, None if declared in (None, chosen) else note


def _unsupported(payload: Payload, declared: Format | None, found: str) -> errors.ExtractionError:
    advice = f"open it and save it as one of {' '.join(DOCUMENTS)}"
    if found == ENCRYPTED:
        problem = f"is {found}: remove the password, save it and submit it again"
        return unreadable(payload, problem, "encrypted")
    if declared is None:
        problem = f"is {found}, which casebook does not support; {advice}"
        return unreadable(payload, problem, "kind_unsupported")
    label = SourceKind(declared.kind).label
    problem = f"is named or served as {label} but is {found}; {advice}"
    return unreadable(payload, problem, "content_mismatch")
