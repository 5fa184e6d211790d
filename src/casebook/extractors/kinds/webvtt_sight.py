"""Which text of a WebVTT cue its file's own style sheets hide (WebVTT, 7 and 8). Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from casebook.extractors.visibility.declarations import styles
from casebook.extractors.visibility.declarations.declared import declared
from casebook.extractors.visibility.painting.sight import Sight, inherit

UNSEEN = "The file's style sheet hides it."

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CUE = re.compile(r"::cue(?:\(\s*([a-z]{0,4})((?:\.[\w-]{1,60}){0,9})\s*\))?", re.IGNORECASE)
_SPAN = re.compile(r"(<[^<>\n]{0,200}>)")
_START = re.compile(r"<([a-z]{1,4})((?:\.[^\s.<>]{1,60}){0,9})[\s>]")
_LONGEST_SHEET = 100_000
_MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """What is ``declared`` for spans of ``tag`` (any, if empty) with all ``names``."""

    tag: str | None
    names: frozenset[str]
    declared: Mapping[str, str]


def rules_of(sheets: Iterable[str]) -> Sequence[Rule]:
    """Return the rules for cues, the general ones first; more special ones overrule them."""
    text = _COMMENT.sub("", "\n".join(sheets)[:_LONGEST_SHEET])
    rules: list[Rule] = []
    for block in text.split("}")[:_MOST_RULES]:
        selectors, _, body = block.partition("{")
        told = declared(body)
        said = {**told.plain, **told.important}
        for tag, names in (match.groups() for match in _CUE.finditer(selectors)):
            named = frozenset((names or "").split(".")) - {""}
            rules.append(Rule(tag if names is not None else None, named, said))
    rules.sort(key=lambda rule: (rule.tag is not None, len(rule.names)))
    return rules


def parts_of(cue: str, rules: Sequence[Rule]) -> tuple[str, str]:
    """Return of the text of a cue what is shown, with its marks, and what is not."""
    if not rules:
        return cue, ""
    around = [_within((False, Sight(ground=None)), None, frozenset(), rules)]
    shown: list[str] = []
    unseen: list[str] = []
    for n, part in enumerate(_SPAN.split(cue)):
        gone, sight = around[-1]
        if n % 2 == 0:
            (unseen if gone or sight.reason() else shown).append(part)
            continue
        shown.append(part)
        if part.startswith("</"):
            del around[max(1, len(around) - 1) :]
        elif start := _START.match(part):
            around.append(_within(around[-1], start[1], frozenset(start[2].split(".")), rules))
    return "".join(shown), "".join(unseen)


def _within(
    around: tuple[bool, Sight], tag: str | None, names: frozenset[str], rules: Sequence[Rule]
) -> tuple[bool, Sight]:
    style: dict[str, str] = {}
    for rule in rules:
        fits = rule.tag in {"", tag} if tag is not None else rule.tag is None
        if fits and rule.names <= names:
            style |= rule.declared
    gone, sight = around
    return gone or styles.removes_element(style) is not None, inherit(sight, style)
