"""A formula in MathML, on one line as a person writes it: ``x_i² ≤ (a + b)/√(2π)``. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

_DEEPEST = 60
_NEAR = 80  # characters in which a word, or a script, ends
_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_TEXTS = frozenset({"mtext", "ms"})
_STYLED = frozenset("ℎℝℕℤℚℂℙ")
_NOT_SHOWN = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})
_OF_FIRST = frozenset({"semantics", "maction"})
_RELATIONS = frozenset("=<>≤≥≠≈≡∼≃≅∝∈∉⊂⊆⊃⊇→←↔⇒⇐⇔↦≪≫≔≜⟶⟹⟺∧∨")
_SIGNS = frozenset("+-−±∓×⋅·∗∘⊙⊗⊕∪∩")
_BESIDE = _RELATIONS | _SIGNS | frozenset("([{,;/|∣ ")
_JOINERS = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064\u200b"))
_ACCENTS = {
    "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "¯": "\u0304", "‾": "\u0304",
    "ˉ": "\u0304", "―": "\u0304", "˙": "\u0307", ".": "\u0307", "¨": "\u0308", "→": "\u20d7",
    "⃗": "\u20d7", "_": "\u0304",
}  # fmt: skip
_BRACES = frozenset("⏞⏟︷︸")
_RAISED = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"[-−+]?\d+")
_SIMPLE = re.compile(
    r"\d+(?:\.\d+)?|\.\d+|[√∂∇Δ]?[^\W\d_](?:_\w)?[⁰¹²³⁴⁵⁶⁷⁸⁹]*|[^\s\w]|(?:√|[^\W\d_]+)?\([^()]*\)[⁰¹²³⁴⁵⁶⁷⁸⁹]*"
)
_SCRIPTED = re.compile(r"[_^](?:\w+|\S|\{[^{}]*\})$")
_AROUND = re.compile(r"(?<=\S) ([^\w\s]) (?=\S)")
_PHRASE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_THOUSANDS = re.compile(r"(?<=\d), (?=\d{3}(?!\d))")
_LOOSE = re.compile(r"(?<=[(\[{√]) +| +(?=[)\]},;])")
_WIDE = re.compile(r"(?:0?\.[5-9]|[1-9])\d*+(?:\.\d*+)?em")


def reading(formula: Any) -> str:
    """Return what a ``<math>`` element shows, without what it says for machines."""
    return _THOUSANDS.sub(",", _tight(_read(formula, 0)))


def symbols(texts: Iterable[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the letters and the numbers of a formula, sorted: its parts may stand in any order."""
    told = [unicodedata.normalize("NFKC", text) for text in texts]
    letters = (sign for text in told for sign in text if sign.isalpha())
    return sorted(letters), sorted(number for text in told for number in _DIGITS.findall(text))


def shown(formula: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts that an element of a formula shows, in no order to be read in."""
    if not isinstance(formula.tag, str) or formula.tag in _NOT_SHOWN or depth > _DEEPEST:
        return
    yield formula.text or ""
    for one in list(formula)[: 1 if formula.tag in _OF_FIRST else None]:
        yield from shown(one, depth + 1)
        yield one.tail or ""


def _read(element: Any, depth: int) -> str:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NOT_SHOWN or depth > _DEEPEST:
        return ""
    if tag in _TOKENS:
        return _token(element)
    parts = [_read(one, depth + 1) for one in element if isinstance(one.tag, str)]
    if tag in _OF_FIRST:
        return "".join(parts[:1])
    if tag == "mspace":
        return " " if _WIDE.match(element.get("width") or "") else ""
    made = _LAYOUTS.get(tag)
    expected = _PARTS.get(tag, len(parts))
    return made(element, parts) if made and len(parts) == expected else _row(element, parts)


def _token(element: Any) -> str:
    whole = "".join(shown(element)).translate(_JOINERS)
    text = " ".join(whole.split())
    if element.tag in _TEXTS:
        text = f"{' ' if whole[:1].isspace() else ''}{text}{' ' if whole[-1:].isspace() else ''}"
    return "".join(map(_unstyled, text))


def _tight(text: str) -> str:
    return _LOOSE.sub("", " ".join(text.split()))


def _unstyled(sign: str) -> str:
    """Return a letter as its likes are, where it is drawn in another style: slanted, doubled."""
    is_styled = "\U0001d400" <= sign <= "\U0001d7ff" or sign in _STYLED
    return unicodedata.normalize("NFKC", sign) if is_styled else sign


def _row(_: Any, parts: Sequence[str]) -> str:
    """Return parts that follow each other, with room where words would touch."""
    line: list[str] = []
    end = ""
    for part in filter(None, parts):
        bare, before = part.strip(), end.rstrip()[-1:]
        if bare in _RELATIONS or (bare in _SIGNS and before and before not in _BESIDE):
            line.append(f" {bare} ")
        elif bare in {",", ";"}:
            line.append(f"{bare} ")
        elif _touch(end, part):
            line.append(f" {part}")
        else:
            line.append(part.lstrip() if before in _SIGNS and not end[-1:].isspace() else part)
        end = (end + line[-1])[-_NEAR:]
    return "".join(line)


def _touch(end: str, part: str) -> bool:
    """Tell a word that begins right behind another one, or what does behind a script."""
    if not part[:1].isalnum():
        return False
    if _SCRIPTED.search(end):
        return True
    if not end[-1:].isalnum():
        return False
    last, first = re.findall(r"\w+", end)[-1], re.findall(r"\w+", part[:_NEAR])[0]
    return any(len(word) > 1 and word.isalpha() for word in (last, first))


def _grouped(text: str) -> str:
    text = _tight(text)
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _base(text: str) -> str:
    """Return what a script belongs to, in brackets where that is several things."""
    return _grouped(text) if " " in text.strip() and not _PHRASE.fullmatch(text.strip()) else text


def _script(sign: str, text: str) -> str:
    text = _AROUND.sub(r"\1", _tight(text))
    if not text:
        return ""
    if sign == "^" and _NUMBER.fullmatch(text):
        return text.translate(_RAISED)
    if sign == "^" and not text.strip("′″'"):
        return text
    return f"{sign}{text}" if len(text) == 1 or text.isdigit() else f"{sign}{{{text}}}"


def _fraction(element: Any, parts: Sequence[str]) -> str:
    above, below = parts
    if (element.get("linethickness") or "").startswith("0"):
        return f" {_grouped(above)} choose {_grouped(below)} "
    return f" {_grouped(above)}/{_grouped(below)} "


def _raised(_: Any, parts: Sequence[str]) -> str:
    return f"{_base(parts[0])}{_script('^', parts[1])}"


def _lowered(_: Any, parts: Sequence[str]) -> str:
    return f"{_base(parts[0])}{_script('_', parts[1])}"


def _both(_: Any, parts: Sequence[str]) -> str:
    return f"{_base(parts[0])}{_script('_', parts[1])}{_script('^', parts[2])}"


def _over(element: Any, parts: Sequence[str]) -> str:
    base, over = parts[0], parts[1].strip()
    if over in _BRACES:
        return base
    if over in _ACCENTS and len(base.strip()) == 1:
        return unicodedata.normalize("NFC", base.strip() + _ACCENTS[over])
    return _raised(element, parts)


def _under(_: Any, parts: Sequence[str]) -> str:
    return parts[0] if parts[1].strip() in _BRACES else _lowered(_, parts)


def _root(_: Any, parts: Sequence[str]) -> str:
    return f" √{_grouped(_row(_, parts))} "


def _nth_root(_: Any, parts: Sequence[str]) -> str:
    base, index = parts[0], parts[1].strip()
    if _NUMBER.fullmatch(index):
        return f" {index.translate(_RAISED)}√{_grouped(base)} "
    return f"{_grouped(base)}^{{1/{_grouped(index)}}}"


def _fenced(element: Any, parts: Sequence[str]) -> str:
    inside = ", ".join(part.strip() for part in parts)
    return f"{element.get('open', '(')}{inside}{element.get('close', ')')}"


def _table(_: Any, parts: Sequence[str]) -> str:
    return "; ".join(row for part in parts if (row := part.strip(" ,")))


def _table_row(element: Any, parts: Sequence[str]) -> str:
    """Return the cells of a row; what begins with a sign goes on with the one before."""
    line = ""
    for part in parts[1 if element.tag == "mlabeledtr" else 0 :]:
        cell = part.strip()
        goes_on = cell[:1] in _RELATIONS or not line
        line += f" {cell}" if goes_on else f", {cell}" if cell else ""
    return line


_LAYOUTS: dict[str, Callable[[Any, Sequence[str]], str]] = {
    "mfrac": _fraction, "msup": _raised, "msub": _lowered, "msubsup": _both, "munderover": _both,
    "mover": _over, "munder": _under, "msqrt": _root, "mroot": _nth_root, "mfenced": _fenced,
    "mtable": _table, "mtr": _table_row, "mlabeledtr": _table_row,
}  # fmt: skip
_PARTS = {
    "mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munderover": 3, "mover": 2, "munder": 2,
    "mroot": 2,
}  # fmt: skip
