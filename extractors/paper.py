"""Papers: the text of their HTML or PDF, with what the landing page says about them."""

import re
from collections.abc import Mapping, Sequence

import lxml.html  # type: ignore[import-untyped]  # it ships no types

from extractors import registry
from extractors.bundles import Part, unpack
from extractors.dates import stated_day
from extractors.naming import where
from extractors.text import decode, one_line
from extractors.web import reader as web
from schemas.documents import Extracted
from schemas.errors import KindUnsupported, Unreadable
from schemas.sources import Payload, SourceKind

# LaTeXML's list of references, and formulas, which are read as their TeX.
_BIBLIOGRAPHY = re.compile(r"<section[^>]*\bltx_bibliography\b.*?</section>", re.DOTALL)
_FORMULA = re.compile(r"<math\b[^>]*?\balttext=\"([^\"]*)\".*?</math>", re.DOTALL)


def read(payload: Payload) -> Extracted:
    """Return the text of a paper.

    Raises:
        KindUnsupported: if a page stands where the PDF should be.
        ExtractionError: as the reader of its HTML or PDF does.
    """
    bundle = unpack(payload)
    if bundle.body is None:
        raise Unreadable(f"{where(payload)}: no text was kept; fetch it with --refresh.", "damaged")
    found, stated = _text(bundle.body), _stated(bundle.landing)
    authors = [" ".join(reversed(name.split(", ", 1))) for name in stated.get("author", ())]
    days = (stated_day(*stated.get(name, [""])[:1]) for name in ("publication_date", "date"))
    changes = {
        "kind": SourceKind.PAPER,
        "title": next(iter(stated.get("title", ())), found.title),
        "authors": authors or found.authors,
        "published": next(filter(None, days), found.published),
    }
    return found.model_copy(update=changes)


def _text(body: Part) -> Extracted:
    if body.name == "html":
        markup = decode(body.data, body.charset, markup=True)
        markup = _FORMULA.sub(r"\1", _BIBLIOGRAPHY.sub("", markup))
        return web.read_markup(markup, body.payload())
    found = registry.read(body.payload())
    if found.kind is not SourceKind.PDF:
        raise KindUnsupported(
            f"{body.url} is not the PDF of a paper: open it in a browser, save the PDF, and submit "
            "the file.",
            "content_mismatch",
        )
    return found


def _stated(landing: Part | None) -> Mapping[str, Sequence[str]]:
    """Return the ``citation_…`` tags of a landing page (Google Scholar's inclusion guide)."""
    stated: dict[str, list[str]] = {}
    if landing and landing.data.strip():
        markup = decode(landing.data, landing.charset, markup=True)
        for tag in lxml.html.document_fromstring(markup.encode()).xpath("//meta[@content]"):
            name = (tag.get("name") or "").removeprefix("citation_")
            stated.setdefault(name, []).append(one_line(tag.get("content")))
    return stated
