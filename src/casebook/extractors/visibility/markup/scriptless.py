"""What a page shows to a browser that runs no scripts, where that is the page's text."""

from typing import Any

from casebook.extractors.visibility.markup.texts import visible_text

_TEMPLATES = frozenset({"text/template", "text/x-template", "text/html"})
_PAGE_WORDS = 50


def show_scriptless(root: Any) -> None:
    """Turn a ``<noscript>`` that says what the page's scripts would into a part of the page.

    That is one which holds more text than the rest of the page (forums such as Discourse serve
    their posts there), or stands beside a template of the same text (Google's blogs). Other ones
    (tracking pixels, "enable JavaScript") are emptied: a browser shows nothing of them.
    """
    seen: int | None = None
    for element in list(root.iter("noscript")):
        text = "".join(element.itertext())
        long = len(text.split()) >= _PAGE_WORDS
        if long and seen is None:
            seen = sum(map(len, visible_text(root)))
        if long and (len(text) > (seen or 0) or _says_the_template(element)):
            element.tag = "div"
        else:
            element.clear(keep_tail=True)


def _says_the_template(noscript: Any) -> bool:
    """Tell whether a script before ``noscript`` is a template, which scripts put on the page."""
    before = noscript.getprevious()
    return before is not None and before.tag == "script" and before.get("type") in _TEMPLATES
