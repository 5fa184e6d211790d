"""Papers: the text of their HTML or PDF, with the metadata of their landing page."""

import re
from collections.abc import Mapping, Sequence

import lxml.html  # type: ignore[import-untyped]  # it ships no types

from extractors import registry
from extractors.blocks import Block, lay_out
from extractors.bundles import BundlePart, unpack
from extractors.dates import stated_day
from extractors.retractions import standing_of
from extractors.text import decode, one_line, unreadable
from extractors.web import reader as web
from schemas.errors import ExtractionError
from schemas.sources import Extracted, Payload, SourceKind, Step

_FORMULA = re.compile(r"<math\b[^>]*?\balttext=\"([^\"]*)\".*?</math>", re.DOTALL)
_REFERENCES = re.compile(r"[\dIVX. ]*(?:references|bibliography|works cited)", re.IGNORECASE)


def read(payload: Payload) -> Extracted:
    """Return a paper without references; raise ExtractionError for a page instead of the PDF."""
    bundle = unpack(payload)
    if bundle.body is None:
        raise unreadable(payload, "was stored without text; fetch it with --refresh", "damaged")
    found, stated = _without_references(_text(bundle.body)), _stated(bundle.landing)
    authors = [" ".join(reversed(name.split(", ", 1))) for name in stated.get("author", ())]
    days = (stated_day(*stated.get(name, [""])[:1]) for name in ("publication_date", "date"))
    retraction = standing_of(payload).retraction
    notes = [Step(method="retraction", outcome=retraction, doubtful=True)] if retraction else []
    changes = {
        "kind": SourceKind.PAPER,
        "title": next(iter(stated.get("title", ())), found.title),
        "authors": authors or found.authors,
        "published": next(filter(None, days), found.published),
        "steps": (*found.steps, *notes),
    }
    return found.model_copy(update=changes)


def _text(body: BundlePart) -> Extracted:
    if body.name == "html":
        markup = decode(body.data, body.charset, markup=True)
        return web.read_markup(_FORMULA.sub(r"\1", markup), body)
    found = registry.read(body)
    if found.kind is SourceKind.PDF:
        return found
    message = f"{body.url} is not the PDF of a paper: save the PDF from a browser and submit it."
    raise ExtractionError(message, "content_mismatch")


def _without_references(found: Extracted) -> Extracted:
    kept = [one for one in found.passages if not any(map(_REFERENCES.fullmatch, one.headings))]
    if len(kept) in {0, len(found.passages)}:
        return found
    blocks: list[Block] = []
    above: tuple[str, ...] = ()
    for one in kept:
        path = tuple(one.headings)
        new = [n for n in range(len(path)) if path[: n + 1] != above[: n + 1]]
        blocks += [Block(path[n], level=n + 1) for n in new]
        blocks.append(Block(found.text[one.start : one.end], page=one.page, verbatim=True))
        above = path
    text, passages = lay_out(blocks, found.language)
    left_out = f"{len(found.passages) - len(kept)} passages left out"
    steps = (*found.steps, Step(method="references", outcome=left_out))
    return found.model_copy(update={"text": text, "passages": passages, "steps": steps})


def _stated(landing: BundlePart | None) -> Mapping[str, Sequence[str]]:
    """Return the ``citation_…`` tags of a landing page (Google Scholar's inclusion guide)."""
    stated: dict[str, list[str]] = {}
    if landing and landing.data.strip():
        markup = decode(landing.data, landing.charset, markup=True)
        for tag in lxml.html.document_fromstring(markup.encode()).xpath("//meta[@content]"):
            name = (tag.get("name") or "").removeprefix("citation_")
            stated.setdefault(name, []).append(one_line(tag.get("content")))
    return stated
