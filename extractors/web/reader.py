"""Read a web page: its main text, what it says about itself, and what it hides."""

from extractors.blocks import Block, lay_out
from extractors.naming import where
from extractors.text import decode
from extractors.web.content import main_blocks
from extractors.web.hidden import strip_hidden
from extractors.web.markup import body_of, parse
from extractors.web.tree_blocks import tree_blocks
from schemas.documents import Extracted, HiddenText
from schemas.errors import DocumentEmpty
from schemas.sources import Payload, SourceKind


def read(payload: Payload) -> Extracted:
    """Return the main text of a web page.

    Raises:
        DocumentEmpty: if the bytes hold no HTML or too few words.
        AccessWall, TemporarilyUnavailable, SourceGone, NeedsJavaScript: see ``walls``.
    """
    return read_markup(decode(payload.data, payload.charset, markup=True), payload)


def read_markup(html: str, payload: Payload) -> Extracted:
    """Return the main text of the page ``html`` that came with, or was made of, ``payload``.

    Raises:
        The errors of ``read``.
    """
    tree = parse(html)
    if tree is None:
        raise DocumentEmpty(f"{where(payload)} holds no HTML elements; check what it is.")
    hidden, _ = strip_hidden(tree)
    blocks = main_blocks(tree, payload.final_url or payload.url)
    text, passages = lay_out(blocks)
    return Extracted(kind=SourceKind.WEB, text=text, passages=passages, hidden=hidden)


def fragment_blocks(html: str) -> tuple[list[Block], list[HiddenText]]:
    """Return all blocks of a fragment of HTML, and what it hides.

    For markup that is nothing but text: a feed's entry, a converted Word document.
    """
    tree = parse(html)
    if tree is None:
        return [], []
    hidden, _ = strip_hidden(tree)
    return tree_blocks(body_of(tree)), hidden
