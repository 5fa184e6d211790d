"""Take out of a page the text that no reader sees, and tell what it was.

One walk over the tree with the inherited state (font size, visibility, colours) on a stack, so the
time is linear in the page. Three things look hidden in the bytes and are not: what a control on the
page opens (``aria-controls``), what React streams in behind its place and moves there, and a page
that waits for its scripts (most of its text is hidden at once). They stay.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors import sheets, styles
from casebook.extractors.characters import one_line, smuggled
from casebook.schemas.documents import HiddenKind, HiddenText

MOST_REPORTED = 20
LONGEST_REPORT = 300
FEWEST_WORDS = 4

# The names that front-end frameworks give to "for screen readers only" and "not shown".
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only "
    "screenreader-only screen-reader a11y-hidden hidden-visually visually-hide "
    "u-visually-hidden u-hiddenvisually assistive-text "
    "element-invisible is-visually-hidden vh show-for-sr "
    "visually-hidden-focusable sr-only-focusable "
    "d-none hidden is-hidden invisible display-none u-hidden hide".split()
)
# `hidden md:block` and `d-none d-lg-flex` are shown on a wide screen.
_SHOWN_WIDER = re.compile(r"(?:^|\s)(?:\w+:[\w-]+|d-(?:sm|md|lg|xl|xxl)-(?!none)\w+|show)(?=\s|$)")
_NOT_TEXT = frozenset({"script", "style", "head", "noscript", "svg", "math"})
_HIDING_TAGS = frozenset({"template", "dialog", "noframes"})
_BARE_HEX = re.compile(r"^([0-9a-f]{6})$")
_HEADED = "descendant-or-self::h1|descendant-or-self::main|descendant-or-self::article"
_FADED = "opacity: 0"
_PALE = "text in the colour of its background"
_MOST = 0.5
_PAGE_WORDS = 50
_THEME = 0.3


@dataclass(frozen=True, slots=True)
class _State:
    """What an element inherits: ``unseen`` is the reason why its text is not visible."""

    small: bool = False
    invisible: bool = False
    clear: bool = False
    colour: styles.Colour | None = None
    ground: styles.Colour | None = styles.WHITE

    def reason(self) -> str | None:
        if self.small:
            return "font-size: 0"
        if self.invisible:
            return "visibility: hidden"
        if self.clear:
            return "transparent text"
        if self.colour and self.ground and styles.same_colour(self.colour, self.ground):
            return _PALE
        return None


@dataclass(slots=True)
class _Find:
    """One hidden stretch: a whole element, or text nodes of it (element, is_tail)."""

    kind: HiddenKind
    reason: str
    element: Any
    whole: bool
    texts: list[str] = field(default_factory=list)
    nodes: list[tuple[Any, bool]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.texts))


def show_scriptless(root: Any) -> None:
    """Turn a ``<noscript>`` that holds more text than the rest of the page into a part of it.

    Forums such as Discourse serve their posts there and build the same page with scripts. Other
    ones (tracking pixels, "enable JavaScript") are emptied: a browser shows nothing of them.
    """
    seen: int | None = None
    for element in list(root.iter("noscript")):
        text = "".join(element.itertext())
        if seen is None and len(text.split()) >= _PAGE_WORDS:
            seen = sum(map(len, visible_text(root)))
        if seen is not None and len(text.split()) >= _PAGE_WORDS and len(text) > seen:
            element.tag = "div"
        else:
            element.clear(keep_tail=True)


def strip_hidden(root: Any) -> list[HiddenText]:
    """Remove from the lxml tree ``root``, in place, what no reader sees; return what to report.

    At most 20 pieces of at most 300 characters, each of at least four words.
    """
    walk = _Walk(root)
    gone = _without_waiting(walk.finds, walk.total)
    for find in gone:
        _remove(find)
    return report((find.kind, " ".join(find.texts), find.reason) for find in gone)


def report(
    found: Iterable[tuple[HiddenKind, str, str]], *, fewest: int = FEWEST_WORDS
) -> list[HiddenText]:
    """Return the pieces worth a curator's look: ``fewest`` words, no repetition, bounded."""
    pieces: dict[str, HiddenText] = {}
    for kind, text, reason in found:
        for piece in smuggled(text):
            pieces.setdefault(piece.text, piece)
        line = one_line(text)[:LONGEST_REPORT]
        if len(line.split()) >= fewest:
            pieces.setdefault(line, HiddenText(kind=kind, text=line, reason=reason))
    return list(pieces.values())[:MOST_REPORTED]


class _Walk:
    """One walk: ``finds`` are the hidden stretches in order, ``total`` all characters of text."""

    def __init__(self, root: Any) -> None:
        self.finds: list[_Find] = []
        self.total = 0
        self._cascade = sheets.Cascade(
            sheets.rules_of("\n".join(s.text or "" for s in root.iter("style")))
        )
        self._brought_up = _brought_up(root)
        self._stack = [_State()]
        self._whole: _Find | None = None
        self._partial: dict[str, _Find] = {}
        self._skipped = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                self._enter(element)
                self._judge(element.text, element, is_tail=False)
            else:
                self._leave(element)
                self._judge(None if element is root else element.tail, element, is_tail=True)

    def _enter(self, element: Any) -> None:
        self._skipped += element.tag in _NOT_TEXT
        told = element.get("style")
        style = self._cascade.enter(element, styles.declared(told) if told else styles.NOTHING)
        if element.attrib and (old := _old_attributes(element)):
            style = {**old, **style}
        self._stack.append(_inherit(self._stack[-1], style))
        if self._whole or self._skipped or element.get("id") in self._brought_up:
            return
        bare = not element.attrib and not style and element.tag not in _HIDING_TAGS
        if not bare and (cause := _cause(element, style)):
            self._whole = _Find(*cause, element, whole=True)
            self.finds.append(self._whole)

    def _leave(self, element: Any) -> None:
        self._stack.pop()
        self._cascade.leave()
        self._skipped -= element.tag in _NOT_TEXT
        if self._whole is not None and self._whole.element is element:
            self._whole = None

    def _judge(self, text: str | None, element: Any, *, is_tail: bool) -> None:
        if self._skipped or not text or not text.strip():
            return
        self.total += len(text)
        if self._whole is not None:
            self._whole.texts.append(text)
        elif reason := self._stack[-1].reason():
            find = self._stretch(reason, element)
            find.texts.append(text)
            find.nodes.append((element, is_tail))
        else:
            self._partial.clear()

    def _stretch(self, reason: str, element: Any) -> _Find:
        """Return the stretch that a hidden text node continues, or a new one."""
        if reason not in self._partial:
            self._partial[reason] = _Find(HiddenKind.STYLE, reason, element, whole=False)
            self.finds.append(self._partial[reason])
        return self._partial[reason]


def _brought_up(root: Any) -> frozenset[str]:
    """Return the ids of what a reader's click or the page's own streaming brings into sight."""
    opened = root.xpath("//@aria-controls | //@data-target | //@data-bs-target | //@popovertarget")
    ids = {name.removeprefix("#") for value in opened for name in value.split()}
    tabs = set(root.xpath("//*[@role='tab']/@id"))
    panels = root.xpath("//*[@role='tabpanel'][@id][@aria-labelledby]")
    ids.update(panel.get("id") for panel in panels if panel.get("aria-labelledby") in tabs)
    # React streams <div hidden id="S:1"> behind the page and moves it to <template id="B:1">.
    places = root.xpath("//template[starts-with(@id, 'B:') or starts-with(@id, 'P:')]/@id")
    return frozenset(ids | {f"S:{place[2:]}" for place in places})


def _old_attributes(element: Any) -> dict[str, str]:
    """Return what ``<font color>`` and ``bgcolor`` declare."""
    told = {"background-color": element.get("bgcolor")}
    if element.tag == "font":
        told["color"] = element.get("color")
    return {
        name: _BARE_HEX.sub(r"#\1", value.strip().lower()) for name, value in told.items() if value
    }


def _inherit(state: _State, style: Mapping[str, str]) -> _State:
    if not style:
        return state
    size = styles.text_size(style)
    small = state.small if size is None else styles.is_unreadably_small(size)
    visibility = style.get("visibility")
    invisible = visibility in {"hidden", "collapse"} if visibility else state.invisible
    return replace(
        state,
        small=small,
        invisible=invisible,
        clear=_is_clear(state, style),
        colour=_ink(state, style),
        ground=_ground(state, style),
    )


def _is_clear(state: _State, style: Mapping[str, str]) -> bool:
    if "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return False
    value = style.get("-webkit-text-fill-color", style.get("color", "inherit"))
    return state.clear if value == "inherit" else styles.is_transparent(value)


def _ink(state: _State, style: Mapping[str, str]) -> styles.Colour | None:
    # Gradient headings are transparent text over a clipped background: seen, though "white".
    if "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return None
    value = style.get("-webkit-text-fill-color", style.get("color", "inherit"))
    return state.colour if value == "inherit" else styles.colour(value)


def _ground(state: _State, style: Mapping[str, str]) -> styles.Colour | None:
    """Return the background, None where it is a picture or a colour that we cannot tell."""
    value = (
        style.get("background-color") or style.get("background") or style.get("background-image")
    )
    if not value or value in {"none", "transparent", "inherit", "initial"}:
        return state.ground
    return None if "url(" in value or "gradient" in value else styles.colour(value)


def _cause(element: Any, style: Mapping[str, str]) -> tuple[HiddenKind, str] | None:
    """Say why the whole element is not seen, or None."""
    if element.tag in {"template", "noframes"}:
        return HiddenKind.TEMPLATE, f"In a <{element.tag}>, which is not shown."
    if attribute := _closed(element):
        return HiddenKind.ATTRIBUTE, attribute
    if style and (reason := styles.removes_element(style)):
        return HiddenKind.STYLE, f"The style hides it: {reason}."
    names = (element.get("class") or "").lower()
    unseen = _UNSEEN_CLASSES.intersection(names.split())
    if unseen and not _SHOWN_WIDER.search(names):
        return HiddenKind.CLASS, f"The class {min(unseen)} keeps it from sight."
    return None


def _closed(element: Any) -> str | None:
    """Say by which attribute, or lack of one, an element is closed."""
    if element.get("hidden") not in {None, "until-found"}:
        return "The element has the hidden attribute."
    if element.tag == "dialog" and element.get("open") is None:
        return "In a dialog that is not open."
    return None if element.get("popover") is None else "In a popover that is not open."


def _without_waiting(finds: list[_Find], total: int) -> list[_Find]:
    """Keep what is most of the page: it waits for scripts, or a dark theme is set elsewhere."""
    inherited: Counter[str] = Counter()
    faded = 0
    for find in finds:
        inherited[find.reason] += 0 if find.whole else find.size
        faded += find.size if find.whole and _FADED in find.reason else 0
    # Pages that fade in part by part as they are scrolled.
    faded_in = faded > _THEME * total
    return [
        find
        for find in finds
        if not (faded_in and find.whole and _FADED in find.reason)
        and not (_is_the_page(find, total) if find.whole else _is_theme(find, inherited, total))
    ]


def _is_the_page(find: _Find, total: int) -> bool:
    if find.size <= _MOST * total:
        return False
    return bool(find.element.xpath(_HEADED))


def _is_theme(find: _Find, inherited: Mapping[str, int], total: int) -> bool:
    share = _THEME if find.reason == _PALE else _MOST
    return inherited[find.reason] > share * total


def _remove(find: _Find) -> None:
    if find.whole:
        # Emptied, not taken out: moving tails around would be quadratic.
        find.element.clear(keep_tail=True)
    for element, is_tail in find.nodes:
        setattr(element, "tail" if is_tail else "text", None)


def visible_text(root: Any) -> Iterator[str]:
    """Yield the text nodes of ``root`` outside scripts, styles and the head."""
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        counts = isinstance(element.tag, str)
        if event == "start":
            skipped += counts and element.tag in _NOT_TEXT
            text = element.text if counts else None
        else:
            skipped -= counts and element.tag in _NOT_TEXT
            text = element.tail
        if text and not skipped:
            yield text
