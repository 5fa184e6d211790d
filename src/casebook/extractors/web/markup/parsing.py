"""From the markup of a page to its tree, whatever tags it leaves out. Pure."""

import re
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

from casebook.extractors.web.markup.endings import as_opened, keep_open, name_again

_TAG = re.compile(r"<[A-Za-z]")
_NO_CHARACTERS = "\ufffe\uffff\ufdd0\ufdd1"
# The last two as references, which libxml2 makes into what casebook marks struck text with.
_REFERENCE = re.compile(r"&#(?:x0*fdd[01](?![\da-f])|0*6497[67](?!\d));?", re.IGNORECASE)
# Characters that XML forbids, at which libxml2's reading would end early.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_OF_HEADS = frozenset("title meta link base style script noscript template".split())

_TEXTLESS = "script style textarea title xmp iframe noembed noframes plaintext template select svg"
_MORE_TEXTLESS = "math noscript object video audio canvas head frameset datalist dialog"
_SWALLOWING = [
    *(
        (re.compile(rf"<{tag}\b[^>]*>?", re.IGNORECASE), re.compile(f"</{tag}", re.IGNORECASE))
        for tag in f"{_TEXTLESS} {_MORE_TEXTLESS}".split()
    ),
    (re.compile(r"<!--|<!\[CDATA\[|<\?|<!(?=[A-Za-z])"), re.compile(r"-->|\]\]>|\?>")),
]


def parse(markup: str) -> Any | None:
    """Return the tree of ``markup``, or None where it holds no element.

    Not ``trafilatura.load_html``: that takes a parser out of memory for an empty page.

    Raises:
        MemoryError: if libxml2 runs out of memory.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True
    )
    # One class for all elements, not one looked up for each in Python: a tenth of all time.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    for forbidden in _NO_CHARACTERS:
        markup = markup.replace(forbidden, "")
    # A form feed stands between attributes as a space does.
    opened = as_opened(_REFERENCE.sub("", markup.replace("\f", " ")))
    markup = keep_open(opened)
    source = markup.encode("utf-8", "replace").translate(None, _CONTROLS)
    try:
        root = lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        # It recovers from any markup, so "empty" with a whole tag in it means that memory ran out.
        tag = _TAG.search(markup)
        if tag and ">" in markup[tag.end() :]:
            raise MemoryError(str(error)) from error
        return None
    if markup is not opened:
        name_again(root)
    return _with_body(root)


def closed(markup: str) -> str:
    """Return ``markup`` without openings, of comments or textless elements, that nothing closes.

    Sites that show what people write clean it: one ``<script>`` without an end loses nothing.
    """
    for opening, closing in _SWALLOWING:
        ends = [match.end() for match in closing.finditer(markup)]
        last = ends[-1] if ends else 0
        markup = markup[:last] + opening.sub(" ", markup[last:])
    return markup


def _with_body(root: Any) -> Any:
    """Return a page with what belongs into its body there, where it writes no ``<body>``.

    The parser knows few elements that end a head: it leaves ``<main>`` in it.
    """
    head = root.find("head")
    strays = [one for one in head if one.tag not in _OF_HEADS] if head is not None else []
    if strays:
        body = root.find("body")
        if body is None:
            body = etree.SubElement(root, "body")
        text, body.text = body.text, None
        strays[-1].tail = f"{strays[-1].tail or ''}{text or ''}"
        for stray in reversed(strays):
            body.insert(0, stray)
    return root
