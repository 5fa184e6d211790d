"""Passages as HTML with marked quotes: escaped first, then marked."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from review.quotes import Span


def highlighted(text: str, start: int, end: int, spans: Iterable[Span]) -> Markup:
    """Return ``text[start:end]`` as HTML with the spans marked.

    Spans can overlap: the text is cut at each start and end, and each piece is a ``<mark>`` whose
    ``data-q`` lists its spans. An empty element with a span's id marks its start, for links.
    """
    inside = [span for span in spans if max(span.start, start) < min(span.end, end)]
    edges = {edge for span in inside for edge in span[1:] if start < edge < end}
    pieces = pairwise(sorted({start, end} | edges))
    return Markup().join(_piece(text, left, right, inside) for left, right in pieces)


def _piece(text: str, left: int, right: int, spans: Sequence[Span]) -> Markup:
    words = _escaped(text[left:right])
    covering = [span.id for span in spans if span.start <= left and right <= span.end]
    if not covering:
        return words
    anchors = Markup().join(
        Markup('<span id="{}"></span>').format(span.id) for span in spans if span.start == left
    )
    return Markup('<mark data-q="{}">{}{}</mark>').format(" ".join(covering), anchors, words)


def _escaped(text: str) -> Markup:
    # Browsers turn a bare carriage return into a line feed, which would shift offsets.
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped just before
