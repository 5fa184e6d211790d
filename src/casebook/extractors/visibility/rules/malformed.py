"""Lists of selectors that browsers drop whole, with their rule (Selectors Level 4, 3.9). Pure.

One selector in it that no browser knows is enough; but for those within ``:is()`` and ``:where()``.
"""

import re

_PLAIN = re.compile(r"\s*[.#]?[a-zA-Z_][\w-]*(?:(?:[.#]|\s+[.#]?)[a-zA-Z_][\w-]*)*\s*")
_QUIET = re.compile(r"\"[^\"]*\"|'[^']*'|\\.")
_INSIDE = re.compile(r"\([^()]*\)")
_ATTRIBUTE = re.compile(
    r"\[\s*[\w|*-]+\s*(?:[~^$*|]?=\s*(?:[\w-]+|_)\s*[is]?\s*)?\]", re.IGNORECASE
)
_WRONG = re.compile(
    r"\A\s*\Z|\A\s*[>+~]|[>+~]\s*[>+~]|[>+~]\s*\Z|[.#](?![\w\-\u0080-\U0010ffff])|[.#]-?\d"
    r"|:{3}|:(?![\w:-])|[\[\]$%!?/@=^]"
)
_PSEUDO = re.compile(r"(::?)(-?[a-z][a-z-]*)", re.IGNORECASE)
_OPEN = ":"
_LONGEST = 2_000
"""Characters of a selector that is looked at: brackets in brackets take the square of them."""

_CLASSES = frozenset(
    "active any-link autofill buffering checked closed default defined dir disabled empty enabled "
    "first first-child first-of-type focus focus-visible focus-within fullscreen future has "
    "has-slotted host host-context hover in-range indeterminate invalid is lang last-child "
    "last-of-type left link local-link matches modal muted not nth-child nth-last-child "
    "nth-last-of-type nth-of-type only-child only-of-type open optional out-of-range past paused "
    "picture-in-picture placeholder-shown playing popover-open read-only read-write required right "
    "root scope seeking stalled state target target-current target-within user-invalid user-valid "
    "valid visited volume-locked where -webkit-any -webkit-any-link -webkit-autofill "
    "-webkit-full-screen before after first-line first-letter heading active-view-transition "
    "active-view-transition-type current blank".split()
)
_ELEMENTS = frozenset(
    "after backdrop before checkmark column cue cue-region details-content file-selector-button "
    "first-letter first-line grammar-error highlight marker part picker picker-icon placeholder "
    "scroll-button scroll-marker scroll-marker-group search-text selection slotted spelling-error "
    "target-text view-transition view-transition-group view-transition-image-pair "
    "view-transition-new view-transition-old".split()
)


def is_malformed(selector: str) -> bool:
    """Tell a selector, as it stands in a list, that no browser knows."""
    if len(selector) > _LONGEST or _PLAIN.fullmatch(selector):  # most are plain
        return False
    text = _QUIET.sub("_", selector)
    while (shorter := _INSIDE.sub("", text)) != text:
        text = shorter
    if _WRONG.search(_ATTRIBUTE.sub("*", text)):
        return True
    return _OPEN in text and not all(map(_is_known, _PSEUDO.findall(text)))


def _is_known(pseudo: tuple[str, str]) -> bool:
    colons, name = pseudo[0], pseudo[1].lower()
    if colons == _OPEN:
        return name in _CLASSES
    return name in _ELEMENTS or name.startswith("-webkit-")
