"""Take out of a page the text that no reader sees, or reads as withdrawn, and tell what it was.

Each element is looked at once; only those that something could hide are weighed, with what they
inherit (font size, visibility, colours), so the time is linear in the page. Five things look
hidden in the bytes and are not: what a control on the page opens (``aria-controls``), what rules
show once a box is checked or a link followed (``:checked``, ``:target``), the part of an accordion
under its line or its question, or above its "Read more", what React streams in behind its place and
moves there, and a page that waits for its scripts (most of its text is hidden at once). They stay.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.visibility import programs
from casebook.extractors.visibility.causes import cause_of, closed_by, is_telling
from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.finds import (
    MOST,
    Find,
    fades_in,
    remove,
    together,
    without_waiting,
)
from casebook.extractors.visibility.markup import opened, turning
from casebook.extractors.visibility.markup.handles import is_blank
from casebook.extractors.visibility.markup.texts import NOT_TEXT, visible_text, with_smuggled
from casebook.extractors.visibility.painting.covering import COVERED, Lid, covered, lids_at
from casebook.extractors.visibility.painting.settled import settled
from casebook.extractors.visibility.painting.sides import as_placed
from casebook.extractors.visibility.painting.sight import PALE, STRUCK, Inherited, Sight, inherit
from casebook.extractors.visibility.reporting import report
from casebook.extractors.visibility.rules.cascade import Cascade, Kind, kind_of
from casebook.extractors.visibility.rules.sheets import Rule
from casebook.schemas.documents import HiddenKind, HiddenText

_INDENTED = "off screen (text-indent)"
_MOST_ROUNDS = 8
_MOST_LIDS = 20
_MOST_CONTROLLED = 500

_Weighed = tuple[bool, Sequence[Rule], bool]
"""Of a kind of elements: whether it tells by itself, rules that may hide it, and own styles."""


def strip_hidden(root: Any, struck: Callable[[Find], None] = remove) -> list[HiddenText]:
    """Remove from the lxml tree ``root``, in place, what no reader sees; return what to report.

    At most 20 pieces of at most 300 characters, each of at least four words. ``struck`` is done to
    what is struck out: ``mark`` leaves it where a page is judged by how it is laid out.
    """
    looked = _Looked(root)
    gone = _gone(looked)
    for find in gone:
        (struck if find.reason == STRUCK else remove)(find)
    for element in looked.opened:
        opened.show(element)
    opened.mark(looked.lines)
    opened.head(looked.handles, frozenset(looked.opened))
    finds = ((find.kind, " ".join(find.texts), find.reason) for find in gone)
    told = report(finds, telling={STRUCK})
    return with_smuggled(told, root)


def _gone(looked: "_Looked") -> Sequence[Find]:
    """Return what is hidden, also within what only waits for the page's scripts to show it."""
    gone: Sequence[Find] = []
    faded_in = False

    def total() -> int:  # few pages need it
        return looked.total

    for _ in range(_MOST_ROUNDS):
        finds = looked.finds()
        faded_in = faded_in or fades_in(finds, total)
        gone = without_waiting(finds, total, faded_in=faded_in)
        stay = {id(find) for find in gone}
        waiting = [find.element for find in finds if find.whole and id(find) not in stay]
        if not waiting:
            break
        looked.look_into(waiting)
    return gone


class _Looked:
    """A look over a page; ``opened`` is what a click brings into sight."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._elements = list(root.iter("*"))
        self._kinds = [kind_of(element) for element in self._elements]
        pairs = zip(self._elements, self._kinds, strict=True)
        inline = {element.get("style") for element, kind in pairs if "style" in kind}
        self._cascade = Cascade(root, self._kinds, inline - {None, ""})
        self._known = list(map(cache(self._weighed), self._kinds))
        self._states: dict[Any, Sight] = {}
        self._inherited = Inherited()
        self._cascades: dict[Any, Cascade] = {}  # of what is within parts that a click has turned
        self._wholes: dict[Any, Find] = {}
        self._places: dict[Any, tuple[int, int]] = {}
        self.opened: list[Any] = []
        self.handles: list[Any] = []
        self.lines: list[Any] = []
        self._inheriting: set[Any] = set()
        self._lids: list[Lid] = []
        self._covered: set[Any] = set()
        self._look(0, len(self._elements))
        self._open()

    def finds(self) -> list[Find]:
        """Return the hidden stretches, as far as the look goes."""
        for find in self._wholes.values():
            find.texts = [text for text in visible_text(find.element) if text.strip()]
        lids = [one for one in self._lids if one.box is None or self._is_in_sight(one.box, {})]
        self._covered = {one for lid in lids for one in covered(lid, self._style)}
        self._inheriting |= {lid.around for lid in lids}
        return [*self._stretches(), *self._wholes.values()]

    def look_into(self, waiting: Iterable[Any]) -> None:
        """Look into hidden elements as into seen ones."""
        for element in waiting:
            self._uncover(element)
        self._open()

    @cached_property
    def total(self) -> int:
        """Return the characters of all text, hidden or not."""
        return sum(len(text) for text in visible_text(self._root) if text.strip())

    @cached_property
    def _page(self) -> Sight:
        """Return what the page hands down; its ink is not told if a style sheet lies elsewhere."""
        stated = self._root.xpath("//meta[@name='color-scheme'][1]/@content")
        canvas = styles.canvas(self._cascade.style(self._root), *stated[:1])
        is_told = self._cascade.is_complete and canvas == colours.WHITE
        return Sight(ground=canvas, unstated=colours.BLACK if is_told else None)

    def _look(self, at: int, end: int) -> None:
        """Note the elements that are hidden whole, and those that hand down what hides a text."""
        while at < end:
            if (known := self._known[at]) is None:
                at += 1
                continue
            element = self._elements[at]
            gone = element.tag in NOT_TEXT
            if not gone and self._is_suspect(element, known):
                gone = self._is_whole(element)
                if not gone and self._state(element).reason():
                    self._inheriting.add(element)
                if not gone and len(self._lids) < _MOST_LIDS:
                    self._lids.extend(lids_at(element, self._style(element), self._style))
            after = at + 1 + (sum(1 for _ in element.iterdescendants("*")) if gone else 0)
            if element in self._wholes:
                self._places[element] = (at, after)
            at = after

    def _open(self) -> None:
        """Open what a control in sight opens, round by round: there may be controls within."""
        wholes = self._wholes
        unseen = any(self._state(one).invisible for one in self._inheriting)
        telling = self._telling() if wholes or unseen else []
        controls = opened.controls_of(self._root, telling, wholes) if wholes or unseen else {}
        rows = opened.rows_of_tabs(telling)
        turned = turning.turned_by(self._root) if wholes and self._cascade.turns else {}
        folding: dict[Any, list[Any]] = {}
        for _ in range(_MOST_ROUNDS):
            covered: dict[Any, bool] = {}
            in_sight = partial(self._is_in_sight, covered=covered)
            offers = cache(partial(self._offers, in_sight=in_sight))
            acts = partial(self._acts, in_sight=in_sight)
            ids = {name for name, several in controls.items() if any(map(acts, several))}
            for whole in self._wholes.keys() - folding.keys():
                folds = opened.is_folded(self._wholes[whole].reason, self._style(whole))
                folding[whole] = list(opened.unfolding(whole, rows)) if folds else []
            shown = [
                whole
                for whole in self._wholes
                if whole.get("id") in ids or any(map(offers, folding[whole]))
            ]
            self.lines += (line for whole in shown for line in folding[whole] if offers(line))
            for whole in shown:
                if not self._state(whole.getparent()).invisible:
                    self._states[whole] = self._state(whole)._replace(invisible=False)
                self._show(whole)
            acted = [one for one, several in turned.items() if any(map(offers, several))]
            states = turning.states(self._root, acted, len(self._elements))
            after = () if shown else map(self._cascade.after, states)
            if not (shown or sum(map(self._turn, after))):
                self.handles = [handle for one in acted for handle in turned[one]]
                self._reveal(controls)
                return

    def _reveal(self, controls: Mapping[str, Sequence[Any]]) -> None:
        """Show what a control opens that hides its type in place of itself (``visibility``)."""
        if not any(self._state(one).invisible for one in self._inheriting):
            return
        acts = partial(self._acts, in_sight=partial(self._is_in_sight, covered={}))
        named = (one for one in self._elements if one.get("id") in controls)
        for element in islice(named, _MOST_CONTROLLED):
            state = self._state(element)
            if state.invisible and any(map(acts, controls[element.get("id")])):
                for one in element.iterdescendants("*"):
                    self._states.pop(one, None)
                self._states[element] = state._replace(invisible=False)
                self.opened.append(element)

    def _turn(self, after: Cascade) -> bool:
        """Show what rules show once a reader has clicked; tell whether there was any."""
        styled = ((whole, self._cascade.style(whole), after.style(whole)) for whole in self._wholes)
        shown = {
            whole: turned
            for whole, rest, turned in styled
            if turned != rest
            and not (
                closed_by(whole) or styles.removes_element(as_placed(whole, turned, after.style))
            )
            and (
                self._wholes[whole].kind is not HiddenKind.CLASS
                or turned.get("display") != rest.get("display")
            )
        }
        for whole, style in shown.items():
            self._states[whole] = inherit(self._state(whole.getparent()), style, whole.tag)
            self._cascades[whole] = after
            self._show(whole)
        return bool(shown)

    def _acts(self, control: Any, in_sight: Callable[[Any], bool]) -> bool:
        """Tell a control in sight of which there is something to be seen."""
        return in_sight(control) and not is_blank(control, self._state, self._style(control))

    def _offers(self, handle: Any, in_sight: Callable[[Any], bool]) -> bool:
        """Tell a label or a link of which a reader sees a word or a sign."""
        return any(
            one not in self._wholes and in_sight(one) and self._state(one).unseen() is None
            for one in turning.parts_of(handle)
        )

    def _telling(self) -> list[Any]:
        """Return what may control an element; to ask each for its attributes takes longer."""
        pairs = zip(self._elements, self._kinds, strict=True)
        return [element for element, kind in pairs if not opened.TELLING.isdisjoint(kind)]

    def _show(self, whole: Any) -> None:
        """Look into what a reader can open as into any other part."""
        self.opened.append(whole)
        self._uncover(whole)

    def _uncover(self, whole: Any) -> None:
        del self._wholes[whole]
        if self._state(whole).reason():
            self._inheriting.add(whole)
        at, after = self._places[whole]
        self._look(at + 1, after)

    def _is_in_sight(self, control: Any, covered: dict[Any, bool]) -> bool:
        """Tell a control that a reader can click; one that is an icon has its text off screen.

        ``covered`` is what was found of other elements: whether they are in hidden ones.
        """
        find = self._wholes.get(control)
        start = control.getparent() if find and _INDENTED in find.reason else control
        chain, one = [], start
        while one is not None and one not in covered and one not in self._wholes:
            chain.append(one)
            one = one.getparent()
        is_covered = one is not None and covered.get(one, True)
        covered.update(dict.fromkeys(chain, is_covered))
        return not is_covered and not self._state(control).invisible

    def _weighed(self, kind: Kind) -> _Weighed | None:
        """Return what may hide an element of ``kind`` or all that it holds, None where nothing."""
        telling, rules, styled = is_telling(kind), self._cascade.hiding(kind), "style" in kind
        harmless = not (telling or rules or styled or kind[0] in NOT_TEXT)
        return None if harmless else (telling, rules, styled)

    def _is_suspect(self, element: Any, known: _Weighed) -> bool:
        """Tell whether anything about ``element``, as its kind is ``known``, may hide a text."""
        telling, rules, styled = known
        return (
            telling
            or bool(rules and self._cascade_of(element).fit(rules, element))
            or (styled and self._cascade.hides_itself(element))
        )

    def _is_whole(self, element: Any) -> bool:
        style = self._style(element)
        cause = cause_of(element, as_placed(element, style, self._style)) or self._shut(element)
        known = self._cascade.is_complete
        cause = settled(cause, element, style, self._state, self._style, is_complete=known)
        if cause is not None:
            self._wholes[element] = Find(*cause, element, whole=True)
        return cause is not None

    def _shut(self, element: Any) -> tuple[HiddenKind, str] | None:
        """Say that no reader can open the details that ``element`` is, or None."""
        closed = element.tag == "details" and element.get("open") is None
        summary = element.find("summary") if closed else None
        if summary is None:
            return None
        cause = cause_of(summary, self._style(summary))
        gone = cause is not None and _INDENTED not in cause[1]
        if not gone and not self._state(summary).invisible:
            return None
        return HiddenKind.ATTRIBUTE, "In closed details whose summary is not shown."

    def _state(self, element: Any) -> Sight:
        """Return what the text right in ``element`` looks like."""
        chain = []
        while element is not None and element not in self._states:
            chain.append(element)
            element = element.getparent()
        state = self._page if element is None else self._states[element]
        for one in reversed(chain):
            state = self._states[one] = self._inherited(state, self._style(one), one.tag)
        return state

    def _style(self, element: Any) -> Style:
        return self._cascade_of(element).style(element)

    def _cascade_of(self, element: Any) -> Cascade:
        """Return the rules for ``element``: those after the click that brought it into sight."""
        if not self._cascades:
            return self._cascade
        chain = []
        while element is not None and element not in self._cascades:
            chain.append(element)
            element = element.getparent()
        found = self._cascade if element is None else self._cascades[element]
        self._cascades.update(dict.fromkeys(chain, found))
        return found

    def _stretches(self) -> list[Find]:
        """Return the runs of text that what it stands in hides, each up to the next seen text."""
        finds: list[Find] = []
        running: dict[str, Find] = {}
        for element, is_tail, text, reason in self._judged() if self._inheriting else ():
            if reason is None:
                running.clear()
                continue
            if reason not in running:
                running[reason] = Find(HiddenKind.STYLE, reason, element, whole=False)
                finds.append(running[reason])
            running[reason].texts.append(text)
            running[reason].nodes.append((element, is_tail))
        return list(self._with_programs(finds))

    def _with_programs(self, finds: Sequence[Find]) -> Iterator[Find]:
        """Yield ``finds`` without the words of programs in colours that are only theirs.

        The single words that are hidden all over one program are one find.
        """
        within: dict[Any, list[Find]] = {}
        for find in finds:
            program = None
            if find.reason == PALE and find.words <= programs.MOST_WORDS:
                around = {programs.program_around(holder) for holder in find.holders}
                program = around.pop() if len(around) == 1 else None
            if program is None:
                yield find
            else:
                within.setdefault(program, []).append(find)
        for program, inside in within.items():
            if not self._is_seen(program, inside):
                yield together(inside)

    def _is_seen(self, program: Any, unseen: Sequence[Find]) -> bool:
        """Tell a program whose ink and ground are at odds only in a few ``unseen`` words."""
        ground = self._state(unseen[0].holders[0]).ground
        total = sum(map(len, visible_text(program)))
        few = sum(find.size for find in unseen) < MOST * total
        return (
            few
            and ground is not None
            and programs.is_highlighted(program, self._style, ground)
            and not programs.reads_as_prose([text for find in unseen for text in find.texts])
        )

    def _judged(self) -> Iterator[tuple[Any, bool, str, str | None]]:
        """Yield each text outside elements that are hidden whole, with what hides it."""
        unread = inside = 0
        for event, element in etree.iterwalk(self._root, events=("start", "end")):
            is_tail = event == "end"
            step = -1 if is_tail else 1
            unread += step * (element.tag in NOT_TEXT or element in self._wholes)
            inside += step * (element in self._inheriting)
            holder = element.getparent() if is_tail else element
            text = element.tail if is_tail else element.text
            if text and not unread and holder is not None and not text.isspace():
                yield element, is_tail, text, self._reason(holder) if inside else None

    def _reason(self, holder: Any) -> str | None:
        """Say why the text right in ``holder`` is not seen, or None."""
        return self._state(holder).reason() or (COVERED if holder in self._covered else None)
