"""Answers that scripts put under their questions, from the page's own data (JSON-LD, schema.org).

Some pages write the line of a question and leave its answer to a script; it then stands in
``FAQPage`` alone, which is for search engines. It is read where a reader would come to it: under a
question that is shown, that looks like one to click, and that nothing stands under. What the data
say beyond that is what no reader sees.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import islice, pairwise
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.characters import one_line
from casebook.extractors.text.linked_data import of_types, things_of
from casebook.extractors.web.markup.parsing import parse
from casebook.schemas.documents import ExtractionStep

Texts = Callable[[Any], Iterable[str]]
"""What gives the texts of a page, outside its scripts."""

_FROM_DATA = "under their questions, from the page's JSON-LD: its markup lacks them"
_OPENED = "aria-expanded"
_QUESTIONS = frozenset({"Question"})
_FEWEST, _MOST, _LONGEST = 2, 100, 20_000
"""Questions of a page, and characters of the markup of an answer."""

_LINES = "button summary a h2 h3 h4 h5 h6 dt div span p li details label".split()
_HEADS = frozenset("span button a summary h2 h3 h4 h5 h6 p dt strong b label".split())
_LARGEST, _DEEP, _NEAR = 16, 8, 3
"""Elements of a line, elements around one of the same words, and around it that tell a control."""

_UNREAD = frozenset({"script", "template"})
_CONTROLS = frozenset({"button", "summary"})
_HERE = re.compile(r"\s*(?:#|javascript:|\Z)", re.IGNORECASE)
"""Where the link of a control leads: no reader of this page sees what stands on another."""

_FOLDING = re.compile(r"faq|accordion|collaps|expand|toggle|question", re.IGNORECASE)
_SIGN = 2
"""Characters of the sign beside a line that says that it opens."""


def told_by_machine(tree: Any, texts: Texts) -> dict[str, str]:
    """Return the questions that the page under ``tree`` states as data, with their answers.

    Without those whose answers stand in its markup, shown or not.
    """
    asked = list(islice(of_types(things_of(tree), _QUESTIONS), _MOST))
    told = dict(filter(None, map(_asked, asked)))
    if not told:
        return {}
    written = _squeezed(" ".join(texts(tree)))
    return {
        question: answer
        for question, answer in told.items()
        if (said := _squeezed(_said(answer, texts))) and said not in written
    }


def put_under(
    tree: Any, told: Mapping[str, str], strip: Callable[[Any], object], texts: Texts
) -> list[str]:
    """Put the answers of ``told`` under their questions, in place; return what they say.

    ``tree`` is what a reader sees; ``strip`` takes out of an answer what none would. Nothing where
    something stands under a question already: then the data say it in other words.
    """
    lines = _lines(tree, told) if len(told) >= _FEWEST else {}
    found = list(lines.values())
    if len(found) < _FEWEST or not all(map(_is_clicked, found)) or not _are_bare(tree, found):
        return []
    answers = [_answer(told[question], strip) for question in lines]
    for line, answer in zip(found, answers, strict=True):
        line.addnext(answer)
        line.set(_OPENED, "true")
    return [_squeezed(" ".join(texts(answer))) for answer in answers]


def noted(put: Sequence[str], read: Iterable[str]) -> list[ExtractionStep]:
    """Return the step that says how many of the answers that were ``put`` in place are ``read``."""
    text = _squeezed(" ".join(read)) if put else ""
    count = sum(said in text for said in put)
    return [ExtractionStep(method="answers", outcome=f"{count} {_FROM_DATA}")] if count else []


def _asked(thing: Mapping[str, Any]) -> tuple[str, str] | None:
    answer = thing.get("acceptedAnswer")
    answer = answer[0] if isinstance(answer, list) and answer else answer
    text = answer.get("text") if isinstance(answer, dict) else None
    question = thing.get("name")
    if not (isinstance(text, str) and isinstance(question, str)):
        return None
    if not text.strip() or len(text) > _LONGEST:
        return None
    return one_line(unescape(question)), text


def _said(answer: str, texts: Texts) -> str:
    tree = parse(answer)
    return " ".join(texts(tree)) if tree is not None else ""


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _lines(tree: Any, told: Mapping[str, str]) -> dict[str, Any]:
    """Return the element of the line of each question that is shown, in reading order."""
    found: dict[str, Any] = {}
    for element in tree.iter(*_LINES):
        if len(list(islice(element.iter(), _LARGEST))) < _LARGEST:
            question = one_line(" ".join(element.itertext())).strip("+–-−×▾▼⌄› ")
            if question in told and question not in found:
                found[question] = _line(element, question)
    return found


def _line(element: Any, question: str) -> Any:
    """Return what of ``element`` is the line: its own frame may hold the place of the answer."""
    inner = element
    while inner.tag not in _HEADS and not _is_control(inner):
        parts = [each for each in inner if question in one_line(" ".join(each.itertext()))]
        if not parts:
            break
        inner = parts[0]
    return inner


def _is_clicked(line: Any) -> bool:
    around = list(islice(line.iterancestors(), _NEAR))
    if any(map(_leads_away, (*islice(line.iter("a"), _LARGEST), *around))):
        return False
    if any(map(_is_control, (line, *islice(line.iter("*"), _LARGEST), *around))):
        return True
    return any(_FOLDING.search(f"{one.get('class')} {one.get('id')}") for one in (line, *around))


def _leads_away(element: Any) -> bool:
    return element.tag == "a" and not _HERE.match(element.get("href") or "")


def _is_control(element: Any) -> bool:
    is_button = element.tag in _CONTROLS or element.get("role") == "button"
    return is_button or element.get(_OPENED) is not None


def _are_bare(tree: Any, lines: Sequence[Any]) -> bool:
    """Tell lines between which nothing else is said."""
    places = {line: n for n, line in enumerate(lines)}
    said: list[tuple[int | None, str]] = list(_runs(tree, places))
    first = next((at for at, (n, _) in enumerate(said) if n == 0), 0)
    last = max((at for at, (n, _) in enumerate(said) if n == len(lines) - 1), default=0)
    order = [n for n, _ in said[first : last + 1] if n is not None]
    others = (text for n, text in said[first : last + 1] if n is None)
    return all(a <= b for a, b in pairwise(order)) and not any(
        len(text.strip()) > _SIGN for text in others
    )


def _runs(tree: Any, places: Mapping[Any, int]) -> Iterator[tuple[int | None, str]]:
    """Yield each text of the body, with the number of the line that it is a part of."""
    unread = 0
    for event, element in etree.iterwalk(next(tree.iter("body"), tree), events=("start", "end")):
        is_tail = event == "end"
        unread += (element.tag in _UNREAD) * (-1 if is_tail else 1)
        text = element.tail if is_tail else element.text
        holder = element.getparent() if is_tail else element
        if text and not unread and holder is not None and not text.isspace():
            chain = (holder, *islice(holder.iterancestors(), _DEEP))
            yield next((places[one] for one in chain if one in places), None), text


def _answer(markup: str, strip: Callable[[Any], object]) -> Any:
    """Return a part of a page that shows an answer as a script would put it there."""
    tree: Any = parse(f"<html><body>{markup}</body></html>")
    strip(tree)
    body = next(tree.iter("body"))
    body.tag, body.tail = "div", None
    return body
