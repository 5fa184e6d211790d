"""Formulas of a Word document (ISO/IEC 29500-1, 22.1) on one line, read as MathML is. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.web.markup.mathml import reading
from casebook.extractors.word.xml import (
    all_in,
    child,
    is_on,
    name_of,
    replace,
    run_of,
    texts,
    value,
)

_TOKENS = re.compile(r"(?P<mn>\d+(?:[.,]\d+)*)|(?P<mtext>\s+|[^\W\d_]{2,})|(?P<mi>\w)|(?P<mo>\S)")
_DEEPEST = 60
# What an element is in MathML, and which of its parts stand there in which order.
_LAYOUTS = {
    "f": ("mfrac", "num", "den"),
    "sSup": ("msup", "e", "sup"),
    "sSub": ("msub", "e", "sub"),
    "sSubSup": ("msubsup", "e", "sub", "sup"),
    "limLow": ("munder", "e", "lim"),
    "limUpp": ("mover", "e", "lim"),
}
_ACCENTS = {
    "\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0305": "¯", "\u0307": "˙", "\u0308": "¨",
    "\u20d7": "→",
}  # fmt: skip


def set_in_text(part: Any) -> None:
    """Say each formula of ``part`` in a run of its own, in place."""
    for formula in all_in(part, "oMath"):
        replace(formula, run_of(part, reading(_as_mathml(formula))))
    for row in all_in(part, "oMathPara"):
        replace(row, *_with_room(row))


def _with_room(row: Any) -> Iterator[Any]:
    for run in row.findall("{*}r"):
        yield run
        yield run_of(row.getparent(), " ")


def _as_mathml(element: Any, depth: int = 0) -> Any:
    """Return what an element of a formula is in MathML."""
    name = name_of(element)
    if depth > _DEEPEST:
        return _made("none")
    if name == "r":
        return _made("mrow", *map(_sign, _TOKENS.finditer("".join(texts(element)))))
    inside = [one for one in element if not name_of(one).endswith("Pr")]
    parts = [(name_of(one), _as_mathml(one, depth + 1)) for one in inside]
    if name in _LAYOUTS:
        layout, *names = _LAYOUTS[name]
        return _made(layout, *(dict(parts)[one] for one in names), **_line(element))
    return _OTHERS.get(name, _row)(element, [part for _, part in parts])


def _row(_: Any, parts: Sequence[Any]) -> Any:
    return _made("mrow", *parts)


def _cells(_: Any, parts: Sequence[Any]) -> Any:
    return _made("mtr", *(_made("mtd", part) for part in parts))


def _table(_: Any, rows: Sequence[Any]) -> Any:
    return _made("mtable", *(row if row.tag == "mtr" else _cells(None, [row]) for row in rows))


def _root(element: Any, parts: Sequence[Any]) -> Any:
    degree, base = parts
    is_square = is_on(_property(element, "degHide")) or not len(degree)
    return _made("msqrt", base) if is_square else _made("mroot", base, degree)


def _above(element: Any, parts: Sequence[Any]) -> Any:
    usual = "¯" if name_of(element) == "bar" else "^"
    sign = value(_property(element, "chr")) or usual
    return _made("mover", *parts, _made("mo", _ACCENTS.get(sign, sign)))


def _summed(element: Any, parts: Sequence[Any]) -> Any:
    below, above, base = parts
    sign = _made("mo", value(_property(element, "chr")) or "∫")
    return _made("mrow", _made("munderover", sign, below, above), base)


def _fenced(element: Any, parts: Sequence[Any]) -> Any:
    """Return what stands in brackets; a bracket that is stated as empty is none."""
    begin, between, end = (
        sign if (stated := _property(element, f"{name}Chr")) is None else value(stated)
        for name, sign in (("beg", "("), ("sep", "|"), ("end", ")"))
    )
    inside = [one for part in parts for one in (part, _made("mo", between))][:-1]
    return _made("mrow", _made("mo", begin), *inside, _made("mo", end))


def _line(element: Any) -> dict[str, str]:
    return {"linethickness": "0"} if value(_property(element, "type")) == "noBar" else {}


def _property(element: Any, name: str) -> Any | None:
    return child(element, f"{name_of(element)}Pr", name)


def _sign(match: re.Match[str]) -> Any:
    return _made(str(match.lastgroup), match[0])


def _made(name: str, *parts: Any, **stated: str) -> Any:
    element = etree.Element(name, stated)
    for part in parts:
        if isinstance(part, str):
            element.text = part
        else:
            element.append(part)
    return element


_OTHERS = {
    "m": _table, "eqArr": _table, "mr": _cells, "d": _fenced, "rad": _root, "nary": _summed,
    "acc": _above, "bar": _above,
}  # fmt: skip
