"""What the style sheets and attributes of one page declare for its elements.

Few rules of a page can hide anything. So ``may_hide`` tells, for each kind of element, whether a
hiding declaration is meant for it; only for those elements, and what they stand in, are all rules
weighed (``style``). What was found out is kept, so that nothing is found out twice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.css_values import CUSTOM, VARIABLE, resolved
from casebook.extractors.visibility.declarations.declared import NOTHING, Declared, Style, declared
from casebook.extractors.visibility.declarations.off_screen import beside
from casebook.extractors.visibility.declarations.shifts import BOXES, moves
from casebook.extractors.visibility.rules import neighbours
from casebook.extractors.visibility.rules.animations import last_frames, left_by
from casebook.extractors.visibility.rules.attributes import by_markup
from casebook.extractors.visibility.rules.hiding import Hiding
from casebook.extractors.visibility.rules.registered import registered
from casebook.extractors.visibility.rules.selectors import ANY, Compound, Counted, Has, Selector
from casebook.extractors.visibility.rules.sheets import (
    Rule,
    Rules,
    joined,
    names_in,
    rules_of,
    sheet_in,
    sheets_of,
)

Kind = tuple[str | None, ...]
"""Tag, class and id of an element, and the names of its attributes."""

_IMPORT = "@import"  # of a sheet that lies elsewhere; others are read
_MOST_WORK = 4_000_000
"""Looks at elements: some seconds. Pages have far less, the most of a sample 0.4 million."""

_MOST_ASKED = 1_000
_MOST_HAVING = 100
_NO_STYLE: Style = {}
_CHECKED = {"input": "checked", "option": "selected"}
_STATE = re.compile(r":(?:checked|target)\b", re.IGNORECASE)


def kind_of(element: Any) -> Kind:
    """Return what decides which rules can be meant for ``element``."""
    get, names = element.get, element.keys()
    return (element.tag, get("class"), get("id"), *names) if names else (element.tag, None, None)


class Cascade:
    """The rules for each element of the page under ``root``.

    ``kinds`` are those of all its elements, ``inline`` the texts of all its style attributes.
    """

    def __init__(self, root: Any, kinds: Sequence[Kind], inline: AbstractSet[str]) -> None:
        self._root = root
        self._begin(frozenset())
        self._names: dict[tuple[str | None, str | None], frozenset[str]] = {}
        self._named: dict[Any, frozenset[str]] = {}
        self._held: dict[Any, int] = {}
        self._meant: dict[Kind, tuple[Rule, ...]] = {}
        self._told: dict[tuple[Any, ...], Style] = {}
        self._varying: set[int] = set()  # of these, by their addresses
        self._places: dict[tuple[Any, bool, bool], dict[Any, int]] = {}
        sheets = [sheet_in(each) for each in sheets_of(root)]
        sheet = joined(sheets, inline)
        self.is_complete = None not in sheets and _IMPORT not in sheet.lower()
        self.turns = _STATE.search(sheet) is not None  # a click may change what rules fit
        self._inline = {text: declared(text) for text in inline}
        own = [part for each in self._inline.values() for part in each if part]
        placed = frozenset(BOXES if any(map(moves, own)) else ()).union(*map(beside, own))
        read = rules_of(sheet, self._present(set(kinds)), placed) if sheet.strip() else {}
        self._rules = self._bounded(read, kinds)
        self._frames = last_frames(sheet)
        self._registered = registered(sheet)
        rules = {id(rule): rule for rules in self._rules.values() for rule in rules}.values()
        asked = {name for rule in rules for name in rule.selector.above}
        self._bits = {name: 1 << bit for bit, name in enumerate(islice(asked, _MOST_ASKED))}
        self._needs = {id(rule): self._mask(rule.selector.above) for rule in rules}
        told = [*(rule.declared for rule in rules), *self._inline.values()]
        ink = colours.BLACK if self.is_complete else None
        hides = Hiding([*told, Declared(self._registered.initial, {})], self._frames, ink)
        bodies = {id(rule.declared): rule.declared for rule in rules}
        hiding = {body for body, declared in bodies.items() if declared in hides}
        self._hiding = {
            key: found
            for key, several in self._rules.items()
            if (found := [rule for rule in several if id(rule.declared) in hiding])
        }
        self._hiding_inline = {text for text in self._inline if self._inline[text] in hides}

    def _begin(self, acted: AbstractSet[Any]) -> None:
        """Forget what was found out of a page on which a reader had clicked at other elements."""
        self._acted = acted
        self._having: dict[Has, AbstractSet[Any]] = {}
        self._above: dict[int, dict[Any, Any]] = {}
        self._raw: dict[Any, Style] = {}
        self._customs: dict[Any, Style] = {}
        self._styles: dict[Any, Style] = {}

    def after(self, acted: AbstractSet[Any]) -> "Cascade":
        """Return the same rules for a page whose boxes and places ``acted`` a reader has turned."""
        turned = copy(self)
        turned._begin(acted)  # noqa: SLF001 - of this class
        return turned

    def hiding(self, kind: Kind) -> tuple[Rule, ...]:
        """Return the rules for elements of ``kind`` that may keep a text from sight."""
        return self._among(self._hiding, kind)

    def fit(self, rules: Iterable[Rule], element: Any) -> bool:
        """Tell whether one of ``rules`` fits ``element``."""
        return next(self._fitting(rules, element), None) is not None

    def hides_itself(self, element: Any) -> bool:
        """Tell whether the element's own style attribute may keep a text from sight."""
        return element.get("style") in self._hiding_inline

    def style(self, element: Any) -> Style:
        """Return what is declared for ``element``: the last value of each property, worked out."""
        found = self._styles.get(element)
        if found is None:
            found = self._declared(element)
            if id(found) in self._varying:
                custom = self._custom(element)
                found = {
                    name: resolved(value, custom) or self._unknown(name, value)
                    for name, value in found.items()
                    if not name.startswith(CUSTOM)
                }
            self._styles[element] = found
        return found

    def _unknown(self, name: str, value: str) -> str:
        """Return what a ground or ink comes to whose variable may be that of a sheet elsewhere."""
        is_paint = name.startswith("background") or name in styles.INKS
        return "" if self.is_complete or not is_paint else value

    def _custom(self, element: Any) -> Style:
        """Return the custom properties of ``element``, those of what it stands in among them."""
        chain = []
        while element is not None and element not in self._customs:
            chain.append(element)
            element = element.getparent()
        known = self._registered.initial if element is None else self._customs[element]
        for one in reversed(chain):
            told = self._declared(one).items()
            own = {name: value for name, value in told if name.startswith(CUSTOM)}
            known = self._registered.handed_down(known)
            known = self._customs[one] = {**known, **own} if own else known
        return known

    def _declared(self, element: Any) -> Style:
        found = self._raw.get(element)
        if found is None:
            meant = self._meant_for(kind_of(element))
            rules = list(self._fitting(meant, element))
            inline = self._inline.get(element.get("style"), NOTHING)
            found = self._raw[element] = self._merged(element, rules, inline)
        return found

    def _merged(self, element: Any, rules: Sequence[Rule], inline: Declared) -> Style:
        """Return the last value of each property; animations win, important ones win over them.

        Many elements are told the same: they have the same style, not only an equal one.
        """
        markup = by_markup(element, is_complete=self.is_complete)
        key = (tuple(map(id, rules)), id(inline), *markup.items())
        if (found := self._told.get(key)) is None:
            found = self._told[key] = self._last_of(rules, markup, inline)
            if any(VARIABLE in value for value in found.values()):
                self._varying.add(id(found))
        return found

    def _last_of(self, rules: Sequence[Rule], markup: Style, inline: Declared) -> Style:
        some = (one for one in rules if one.declared.important)
        urgent = sorted(some, key=lambda rule: rule.urgency)
        told = (value for rule in rules for value in rule.declared.plain.items())
        plain = {**markup, **dict(told), **inline.plain}
        told = (value for rule in urgent for value in rule.declared.important.items())
        important = {**dict(told), **inline.important}
        left = left_by({**plain, **important}, self._frames) if self._frames else _NO_STYLE
        return {**plain, **left, **important}

    def _meant_for(self, kind: Kind) -> tuple[Rule, ...]:
        """Return, in order, the rules whose target has the tag and the names of ``kind``."""
        found = self._meant.get(kind)
        if found is None:
            found = self._meant[kind] = self._among(self._rules, kind)
        return found

    def _among(self, rules: Rules, kind: Kind) -> tuple[Rule, ...]:
        """Return, in order, those of ``rules`` whose target has tag and names of ``kind``."""
        if not rules:
            return ()
        tag, classes, identity, *_ = kind
        keys = [key for key in self._keys_of(kind) if key in rules]
        if not keys:
            return ()
        found = {id(rule): rule for key in keys for rule in rules[key]}
        names = self._names_of(classes, identity)
        fitting = (
            rule
            for rule in found.values()
            if rule.selector.target.tag in {"", tag} and rule.selector.target.names <= names
        )
        return tuple(sorted(fitting, key=lambda rule: rule.order))

    def _keys_of(self, kind: Kind) -> list[str]:
        tag, classes, identity, *attributes = kind
        names = self._names_of(classes, identity)
        return [*names, *(f"[{name}" for name in attributes), tag or "", ANY]

    def _bounded(self, rules: Rules, kinds: Sequence[Kind]) -> Rules:
        """Return ``rules``, of a page that is too much work those of each key that win over others.

        So a rule that shows again what another one hides is not left out before that.
        """
        rules = {
            key: sorted(several, key=lambda rule: rule.strength) for key, several in rules.items()
        }
        work = {key: [rule.selector.work for rule in several] for key, several in rules.items()}
        if sum(map(sum, work.values())) * len(kinds) <= _MOST_WORK:  # as on most pages
            return rules
        held: Counter[str] = Counter()
        for kind, count in Counter(kinds).items():
            held.update(dict.fromkeys(rules.keys() & set(self._keys_of(kind)), count))
        most = max(map(len, rules.values()), default=0)
        while most > 1 and sum(held[key] * sum(work[key][-most:]) for key in work) > _MOST_WORK:
            most = most * 3 // 4
        return {key: several[-most:] for key, several in rules.items()}

    def _present(self, kinds: Iterable[Kind]) -> set[str]:
        """Return the ``.class`` and ``#id`` names of the page."""
        return set().union(*(self._names_of(kind[1], kind[2]) for kind in kinds))

    def _names_of(self, classes: str | None, identity: str | None) -> frozenset[str]:
        found = self._names.get((classes, identity))
        if found is None:
            found = self._names[classes, identity] = frozenset(names_in(classes, identity))
        return found

    def _names_at(self, element: Any) -> frozenset[str]:
        found = self._named.get(element)
        if found is None:
            names = self._names_of(element.get("class"), element.get("id"))
            found = self._named[element] = names
        return found

    def _fitting(self, rules: Iterable[Rule], element: Any) -> Iterator[Rule]:
        """Yield those of ``rules`` that fit ``element``."""
        around = None
        for rule in rules:
            if needs := self._needs[id(rule)]:
                around = self._around(element.getparent()) if around is None else around
                if needs & ~around:
                    continue
            if self._fits(rule.selector, element):
                yield rule

    def _around(self, element: Any) -> int:
        """Return which names that rules ask for ``element`` and those it stands in have."""
        chain = []
        while element is not None and element not in self._held:
            chain.append(element)
            element = element.getparent()
        mask = 0 if element is None else self._held[element]
        for one in reversed(chain):
            mask = self._held[one] = mask | self._mask(self._names_at(one))
        return mask

    def _mask(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= self._bits.get(name, 0)
        return mask

    def _fits(self, selector: Selector, element: Any) -> bool:
        if not self._is(selector.target, element):
            return False
        if not selector.others:
            return True
        standing = [element]
        for number, (joint, compound) in enumerate(selector.others, 1):
            # What stands around the nearest one stands around the others too.
            nearest = number == len(selector.others) or selector.others[number][0] == " "
            if joint == " " and nearest:
                found = self._nearest(standing[0].getparent(), compound)
                standing = [] if found is None else [found]
            else:
                beside = neighbours.around(standing, joint)
                fitting = (one for one in beside if self._is(compound, one))
                standing = list(islice(fitting, 1)) if nearest else list(fitting)
            if not standing:
                return False
        return True

    def _nearest(self, element: Any, compound: Compound) -> Any | None:
        """Return the first of ``element`` and what it stands in that ``compound`` fits.

        What was found is kept: many elements stand in the same ones.
        """
        known = self._above.setdefault(id(compound), {None: None})
        chain = []
        while element not in known:
            chain.append(element)
            if self._is(compound, element):
                known[element] = element
                break
            element = element.getparent()
        found = known[element]
        known.update(dict.fromkeys(chain, found))
        return found

    def _is(self, compound: Compound, element: Any) -> bool:
        if compound.tag and compound.tag != element.tag:
            return False
        if compound.names and not compound.names <= self._names_at(element):
            return False
        return compound.plain or self._is_as_well(compound, element)

    def _is_as_well(self, compound: Compound, element: Any) -> bool:
        """Tell an element that has what ``compound`` asks for beside its tag and names."""
        for attribute in compound.attributes:
            if not attribute.fits(element.get(attribute.name)):
                return False
        for counted in compound.counted:
            if not counted.fits(self._place(element, counted)):
                return False
        for among in compound.among:
            if among.wanted != any(self._fits(one, element) for one in among.selectors):
                return False
        return all(self._has(each, element) for each in compound.has) and all(
            self._stands(state, element) for state in compound.states
        )

    def _stands(self, state: str, element: Any) -> bool:
        """Tell an element in the ``state`` that a page begins with, or a click brings."""
        if state == "root":
            return element.getparent() is None
        if state == "target":
            return element in self._acted
        begins = _CHECKED.get(element.tag, "") in element.keys()  # noqa: SIM118 - of lxml
        return element.tag in _CHECKED and begins != (element in self._acted)

    def _has(self, has: Has, element: Any) -> bool:
        if has not in self._having:
            full = len(self._having) >= _MOST_HAVING
            found = [] if full else [self._holders(selector) for selector in has.selectors]
            self._having[has] = frozenset[Any]().union(*found)
        return element in self._having[has]

    def _holders(self, selector: Selector) -> AbstractSet[Any]:
        """Return all elements that have something that ``selector`` fits: one look at the page."""
        elements = self._root.iter("*")
        standing = {element for element in elements if self._is(selector.target, element)}
        for joint, compound in selector.others:
            around = neighbours.all_around(standing, joint)
            standing = {element for element in around if self._is(compound, element)}
        return standing

    def _place(self, element: Any, counted: Counted) -> int:
        """Return the place of ``element`` among its siblings, from 1."""
        parent = element.getparent()
        if parent is None:
            return 1
        key = parent, counted.of_type, counted.from_end
        if key not in self._places:
            self._places[key] = neighbours.places(*key)
        return self._places[key][element]
