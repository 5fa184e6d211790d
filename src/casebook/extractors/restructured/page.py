"""The page that docutils makes of reStructuredText; nothing is read from disk or fetched for it.

What a file defines (roles, substitutions) ends with it. A file that docutils cannot read, or not in
a bounded time, is told as such.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from docutils import ApplicationError, io, nodes
from docutils.core import publish_doctree, publish_parts
from docutils.parsers.rst import Parser, directives, roles
from docutils.parsers.rst.states import Inliner
from docutils.readers.doctree import Reader
from docutils.transforms import Transform

from casebook.extractors.restructured.directives import directive_for
from casebook.extractors.restructured.roles import LABEL, ROLES, label

# docutils reads some 2,000 paragraphs or cells a second; the longest files that people write, the
# change logs of large projects, have half a million characters, 12,000 lines, 5,000 paragraphs.
_MOST_CHARACTERS = 750_000
_MOST_LINES = 20_000
_MOST_PARAGRAPHS = 15_000
_MOST_EMPTY = 100_000  # cells of tables with a mark between them, whichever it is
# Longer ones cost their square: a line of a table, a word, a paragraph with a mark in each word.
_LONGEST_LINE = 10_000
_LONGEST_WORDS = 10**8
_LONGEST_PARAGRAPH = 50_000
_MOST_FORMULAS = 100_000  # characters of formulas: each letter is several elements
_MOST_SUBSTITUTED = 1_000_000
_A_SUBSTITUTION = 100  # characters that each counts for, for the work of setting it in
_MOST_FAULTS = 2_000
_WARNING = 2

# No file is read and none is written, whatever a document or a configuration of this machine says.
_SETTINGS: Mapping[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "line_length_limit": _LONGEST_LINE,
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "image_loading": "link",
    "math_output": "MathML",
    "syntax_highlight": "none",
    "footnote_backlinks": False,
    "toc_backlinks": False,
    "section_self_link": False,
    "sectsubtitle_xform": False,
    "datestamp": None,
}
# What comes out of docutils for what it was not made to read.
_BROKEN = (
    ApplicationError, RecursionError, AssertionError, LookupError, ValueError, TypeError,
    AttributeError, NotImplementedError, OverflowError, OSError,
)  # fmt: skip
# A header as letters have it: that of PEPs.
_HEADER = re.compile(r"\s*(?:[A-Z][\w-]{0,30}:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+\n")
_TITLE = re.compile(r"^Title:", re.MULTILINE)
_UNREAD = re.compile(
    r"\|([^|]+)\|_{0,2}|`([^`<]+?)\s*(?:<[^<>]*>)?`_{1,2}|\[([^\[\]]+)\]_|([^\s`|]+?)_{1,2}"
)
# Lists within lists on one line: each mark costs what all before it cost. A row of dashes is none.
_NESTED = re.compile(r"^[ \t]*(?:(?:[-*+•]|:\w{1,20}:|\(?\w{1,3}[.)])[ \t]+){8}", re.MULTILINE)
_MOST_NESTED = 20
# The lines between the rows of a table, wider than any page.
_WIDE = re.compile(r"[=+ -]{1000}")
_DRAWN = re.compile(r"\W+")
_ADDRESS = re.compile(r"\s*<[^<>]*>")
_PARAMETER = re.compile(r"(?:param(?:eter)?|arg(?:ument)?|key(?:word)?)\s+(?=\S)")
_TITLED = (nodes.section, nodes.table, nodes.figure, nodes.document)
_UNSEEN = (
    nodes.comment, nodes.docinfo, nodes.decoration, nodes.image, nodes.raw, nodes.meta,
    nodes.system_message,
)  # fmt: skip


class Unreadable(Exception):
    """What docutils does not read; the text says why, to be told beside the document."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its HTML, what the file states of itself, and what it says to nobody."""

    markup: str
    stated: Mapping[str, str]
    comments: tuple[str, ...]


def page_of(source: str) -> Page:
    """Return the page that ``source`` makes.

    Raises:
        Unreadable: if docutils fails, or would take too long.
    """
    _refuse_large(source)
    header = _HEADER.match(source)
    parser = _Parser(rfc2822=bool(header and _TITLE.search(header[0])))
    try:
        with _dialect():
            tree = publish_doctree(source, parser=parser, settings_overrides=dict(_SETTINGS))
            _refuse_formulas(tree)
            page = _settled(tree)
            page.update(markup=_html(tree))
    except _BROKEN as error:
        raise Unreadable(f"failed: {type(error).__name__}") from error
    return Page(**page)


def _refuse_large(source: str) -> None:
    lines = source.split("\n")
    if len(source) > _MOST_CHARACTERS or len(lines) > _MOST_LINES:
        raise Unreadable("longer than docutils reads in half a minute")
    if max(map(len, lines)) > _LONGEST_LINE or _WIDE.search(source):
        raise Unreadable("a line longer than any that people write")
    if "csv-table" in source and max(Counter(source).values()) > _MOST_EMPTY:
        raise Unreadable("tables of more cells than docutils reads in half a minute")
    if sum(1 for _ in _NESTED.finditer(source)) > _MOST_NESTED:
        raise Unreadable("lists nested deeper than any that people write")
    if sum(len(word) ** 2 for word in source.split()) > _LONGEST_WORDS:
        raise Unreadable("words longer than any that people write")


def _refuse_formulas(tree: Any) -> None:
    formulas = tree.findall(lambda one: isinstance(one, nodes.math | nodes.math_block))
    if sum(len(one.astext()) for one in formulas) > _MOST_FORMULAS:
        raise Unreadable("more formulas than docutils reads in half a minute")


@contextmanager
def _dialect() -> Iterator[None]:
    """Have docutils know the dialect of Sphinx, and forget afterwards what a file defined.

    It keeps directives and roles for all documents of a process, and asks its modules for them;
    Sphinx sets them in the same way.
    """
    directive, role, kept = directives.directive, roles.role, roles._roles  # noqa: SLF001

    def any_directive(name: str, *about: Any) -> tuple[Any, list[Any]]:
        return directive_for(name, lambda known: directive(known, *about)[0]), []

    def any_role(name: str, *about: Any) -> tuple[Any, list[Any]]:
        return role(name, *about)[0] or label, []

    directives.directive, roles.role, roles._roles = any_directive, any_role, {**kept, **ROLES}  # noqa: SLF001
    try:
        yield
    finally:
        directives.directive, roles.role, roles._roles = directive, role, kept  # noqa: SLF001


def _inliner() -> Any:
    """Return what reads paragraphs; a long one costs its square, with a mark open in each word.

    Bare addresses become no links: that costs the square of a line, and no word shows it.
    """
    inliner, number = Inliner(), count(1)
    read = inliner.parse

    def bounded(text: str, *about: Any) -> Any:
        if len(text) > _LONGEST_PARAGRAPH:
            raise Unreadable("a paragraph longer than any that people write")
        if next(number) > _MOST_PARAGRAPHS:
            raise Unreadable("more paragraphs than docutils reads in half a minute")
        return read(text, *about)

    inliner.parse = bounded
    inliner.implicit_inline = lambda text, _: [nodes.Text(text)] if text else []
    return inliner


class _Parser(Parser):  # type: ignore[misc]  # docutils ships no types
    """The parser of docutils, which gives a text up that is no reStructuredText."""

    def __init__(self, *, rfc2822: bool) -> None:
        super().__init__(rfc2822=rfc2822, inliner=_inliner())
        self._faults = 0

    def get_transforms(self) -> list[Any]:
        """Return what is done to a tree: ours, too."""
        return [*super().get_transforms(), _Bounded, _Kept]

    def parse(self, inputstring: str, document: Any) -> None:
        """Read ``inputstring`` into ``document``."""
        document.reporter.attach_observer(self._count)
        super().parse(inputstring, document)

    def _count(self, message: Any) -> None:
        self._faults += message["level"] >= _WARNING
        if self._faults > _MOST_FAULTS:
            raise Unreadable("too many faults for reStructuredText")


class _Bounded(Transform):  # type: ignore[misc]  # docutils ships no types
    """Refuses substitutions that grow beyond a book: each may name others, many times."""

    default_priority = 215  # right before they are set in

    def apply(self) -> None:
        """Count what they come to."""
        within: dict[str | None, list[str]] = {}
        for reference in self.document.findall(nodes.substitution_reference):
            around = reference.parent
            while around is not None and not isinstance(around, nodes.substitution_definition):
                around = around.parent
            name = around["names"][0] if around is not None and around["names"] else None
            within.setdefault(name, []).append(reference["refname"])
        sizes: dict[str, int] = {}
        if (
            sum(self._size(name, within, sizes) for name in within.get(None, ()))
            > _MOST_SUBSTITUTED
        ):
            raise Unreadable("substitutions that grow beyond a book")

    def _size(self, name: str, within: dict[str | None, list[str]], sizes: dict[str, int]) -> int:
        known = self.document.substitution_defs
        key = name if name in known else self.document.substitution_names.get(name.lower(), name)
        if key not in sizes:
            sizes[key] = _A_SUBSTITUTION  # where it names itself
            named = sum(self._size(one, within, sizes) for one in within.get(key, ()))
            sizes[key] += named + (len(known[key].astext()) if key in known else 0)
        return sizes[key]


class _Kept(Transform):  # type: ignore[misc]  # docutils ships no types
    """Keeps the words of a table or title that docutils cannot read and puts into a message."""

    default_priority = 800  # before messages are taken out

    def apply(self) -> None:
        """Set them where the message stands."""
        for message in list(self.document.findall(nodes.system_message)):
            block = message.next_node(nodes.literal_block)
            if block is None or block.astext().startswith(".. "):
                continue
            lines = [one for one in block.astext().split("\n") if not _DRAWN.fullmatch(one)]
            text = "\n".join(lines)
            message.replace_self(nodes.literal_block(text, text))


def _settled(tree: Any) -> dict[str, Any]:
    """Leave in ``tree`` what a reader sees; return what else it holds."""
    stated = {name: text for one in tree.findall(nodes.docinfo) for name, text in _stated(one)}
    comments = tuple(one.astext() for one in tree.findall(nodes.comment))
    for note in tree.findall(lambda one: isinstance(one, nodes.footnote | nodes.citation)):
        _begun(note)
    for kind in list(tree.findall(nodes.classifier)):
        kind.parent[0].append(nodes.Text(f" : {kind.astext()}"))
        kind.parent.remove(kind)
    for fields in list(tree.findall(nodes.field_list)):
        fields.replace_self([part for field in fields for part in _told(*field)])
    for place in list(tree.findall(lambda one: isinstance(one, nodes.inline) and LABEL in one)):
        named = _title_at(tree, place[LABEL])
        if named:
            place.replace_self(nodes.inline("", named))
    for fault in list(tree.findall(nodes.problematic)):
        fault.replace_self(nodes.inline("", _as_words(fault.astext())))
    for unseen in list(tree.findall(_is_unseen)):
        unseen.parent.remove(unseen)
    return {"stated": stated, "comments": comments}


def _is_unseen(node: Any) -> bool:
    return isinstance(node, _UNSEEN) and node.get("format") != "html"


def _stated(docinfo: Any) -> Iterator[tuple[str, str]]:
    """Yield what is told of a file in the list of fields on top of it, names in lower case."""
    for one in docinfo:
        if isinstance(one, nodes.field):
            yield one[0].astext().lower(), one[1].astext()
        elif isinstance(one, nodes.authors):
            yield "author", _ADDRESS.sub("", "; ".join(author.astext() for author in one))
        else:
            yield one.tagname, _ADDRESS.sub("", one.astext())


def _begun(note: Any) -> None:
    """Set the mark of a footnote in front of its words."""
    mark, first = note.next_node(nodes.label), note.next_node(nodes.paragraph)
    if mark is not None and first is not None:
        first.insert(0, nodes.Text(f"[{mark.astext()}] "))
        note.remove(mark)


def _told(name: Any, body: Any) -> list[Any]:
    """Return what a field tells: its name in front of its first words."""
    said = f"{_PARAMETER.sub('', name.astext())}: "
    if not body.children or not isinstance(body[0], nodes.paragraph):
        return [nodes.paragraph("", said), *body]
    body[0].insert(0, nodes.Text(said))
    return list(body)


def _title_at(tree: Any, name: str) -> str | None:
    """Return the title of the section, table or figure that is called ``name``."""
    place = tree.ids.get(tree.nameids.get(nodes.fully_normalize_name(name)))
    title = place.next_node(_is_title, descend=True) if isinstance(place, _TITLED) else None
    return str(title.astext()) if title is not None else None


def _is_title(node: Any) -> bool:
    return isinstance(node, nodes.title | nodes.caption)


def _as_words(mark: str) -> str:
    """Return the words of a reference that leads nowhere; a mark without an end is a character."""
    found = _UNREAD.fullmatch(mark)
    return next(filter(None, found.groups())) if found else mark


def _html(tree: Any) -> str:
    parts = publish_parts(
        tree, source_class=io.DocTreeInput, reader=Reader("null"), writer="html5",
        settings_overrides=dict(_SETTINGS),
    )  # fmt: skip
    return str(parts["html_body"])
