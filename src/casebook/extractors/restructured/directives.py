"""Directives of reStructuredText as a built site shows them, those that docutils does not know too.

A directive says what it holds: a tab, a card or a note of a theme is its title and its text. What
only steers the page, or takes in what lies elsewhere, says nothing. What is wrong in an option
costs no word of the text.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, DirectiveError
from docutils.parsers.rst.directives.tables import Table
from docutils.statemachine import StringList

_SILENT = frozenset(
    "toctree include literalinclude mdinclude meta index highlight highlightlang contents "
    "local-toc currentmodule module program sectionauthor codeauthor moduleauthor default-domain "
    "namespace namespace-push namespace-pop tabularcolumns testsetup testcleanup thumbnail "
    "video youtube vimeo iframe inheritance-diagram todolist date header footer "
    "bibliography footbibliography minigallery gallery nbgallery postlist post tags click argparse "
    "swagger swagger-plugin openapi redoc doxygenfile program-output command-output "
    "restructuredtext-test-directive".split()
)  # fmt: skip
# What they tell is written by a program, from a program.
_MADE = re.compile(r"auto(?!mata)\w+|doxygen\w+|exhale|apidoc")
_VERBATIM = frozenset(
    "code code-block sourcecode code-tab prompt doctest testcode testoutput ipython "
    "jupyter-execute mermaid graphviz digraph graph uml plantuml plot productionlist terminal "
    "termynal console exec-code pyodide runblock cmdblock ditaa blockdiag seqdiag altair-plot "
    "bokeh-plot".split()
)
# What describes a thing of a program: its signature is shown, and what is told of it.
_OBJECTS = frozenset(
    "function method attribute data exception property decorator decoratormethod staticmethod "
    "classmethod coroutinefunction coroutinemethod awaitablefunction awaitablemethod option "
    "cmdoption envvar confval setting describe object opcode token type member macro var struct "
    "enum enumerator union concept alias pdbcommand fixture django-admin templatetag "
    "templatefilter fieldlookup".split()
)
_VERSIONS = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
}
_HEADED = {"seealso": "See also"}
# Their arguments steer the page, and their text is shown.
_STEERED = frozenset(
    "only ifconfig grid grid-item tab-set tab-set-code tabs container div class rst-class cssclass "
    "button-ref button-link card-carousel carousel code-group hlist cond".split()
)
_UNSHOWN = frozenset({"todo"})
# An expression of `only` for other makers than that of HTML.
_ELSEWHERE = re.compile(r"(?:latex|man|texinfo|epub|pdf|text)(?:\s+(?:or|and)\s+\w+)*|not\s+html")
_SIGNATURE = re.compile(r"[A-Z.(]")
_PATH = re.compile(r"(?:\.{0,2}/|\w+://)\S+|\S+/\S*\.\w{1,5}|[\W\d_]*")


class _AnyOption(dict[str, Callable[[str], str]]):
    """Options that nobody declared, each as it is written."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str | None], str]:
        return lambda value: value or ""


class _Spoken(Directive):  # type: ignore[misc]  # docutils ships no types
    """A directive that shows its title and its text."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = _AnyOption()

    def run(self) -> list[Any]:
        """Return what the page shows of it."""
        title = [nodes.paragraph("", self.options["title"])] if self.options.get("title") else []
        return [*title, *self._argument(), *self._parsed(self.content)]

    def _argument(self) -> list[Any]:
        said = self._said()
        if self._begins_below:
            return self._parsed(StringList(said.split("\n"), source=""))
        return [] if _PATH.fullmatch(said) else self._line(said)

    @property
    def _begins_below(self) -> bool:
        """Whether what docutils takes for an argument is the first paragraph of the text."""
        return str(self.block_text).partition("\n")[0].rstrip().endswith("::")

    def _said(self) -> str:
        return str(self.arguments[0]) if self.arguments else ""

    def _line(self, text: str) -> list[Any]:
        """Return a paragraph of ``text``, or nothing for nothing."""
        if not text.strip():
            return []
        inline, messages = self.state.inline_text(text, self.lineno)
        return [nodes.paragraph(text, "", *inline), *messages]

    def _parsed(self, content: Any, *, titles: bool = False) -> list[Any]:
        if not content:
            return []
        holder = nodes.Element()
        holder.document = self.state.document
        self.state.nested_parse(content, self.content_offset, holder, match_titles=titles)
        return list(holder.children)


class _Silent(_Spoken):
    """A directive that shows nothing."""

    def run(self) -> list[Any]:
        """Return what is taken out later: a substitution must stand for something."""
        return [nodes.raw("", "", format="none")]


class _Raw(_Spoken):
    """Markup of one maker's pages: that of HTML is what a reader sees."""

    def run(self) -> list[Any]:
        """Return it as it is; no file and no address is read for it."""
        if "html" not in self._said().lower().split():
            return [nodes.raw("", "", format="none")]
        text = "\n".join(self.content)
        return [nodes.raw("", text, format="html")]


class _Unshown(_Spoken):
    """A note among authors, which is told as hidden."""

    def run(self) -> list[Any]:
        """Return it as a comment."""
        said = "\n".join([self._said(), *self.content])
        return [nodes.comment(said, said)]


class _Steered(_Spoken):
    """A directive whose argument is for the page, and whose text is shown."""

    def run(self) -> list[Any]:
        """Return its text."""
        if self.name == "only" and _ELSEWHERE.match(self._said()):
            return []
        below = self._argument() if self._begins_below else []
        said = [] if below else self._said().split("\n")[1:]
        more = self._parsed(StringList(said, source=""))
        return [*below, *more, *self._parsed(self.content, titles=True)]


class _Verbatim(_Spoken):
    """A program, or the source of a picture: as it is written."""

    def run(self) -> list[Any]:
        """Return its lines, under its caption."""
        said = self._said().split("\n") if self.arguments else []
        lines = [*said[0 if self._begins_below else 1 :], *self.content]
        text = "\n".join(lines)
        caption = self._line(self.options.get("caption", ""))
        return [*caption, nodes.literal_block(text, text)] if text.strip() else caption


class _Object(_Spoken):
    """A thing of a program: its signature in a line, and what is told of it."""

    def run(self) -> list[Any]:
        """Return its signatures and its text."""
        signed = re.sub(r"\\\n\s*", " ", self._said()).split("\n")
        lines = [nodes.paragraph(one, "", nodes.literal(one, one)) for one in signed if one.strip()]
        return [*lines, *self._parsed(self.content)]


class _Class(_Object):
    """In Sphinx a class of a program, in docutils one for the style of what follows."""

    def run(self) -> list[Any]:
        """Return what is told of it; a name of a style is not shown."""
        named = self._said()
        return super().run() if _SIGNATURE.search(named) else self._parsed(self.content)


class _Version(_Spoken):
    """Since when something is so."""

    def run(self) -> list[Any]:
        """Return the version in words, and what is told of it."""
        version, _, told = self._said().partition(" ")
        named = f"{_VERSIONS[self.name]} {version}"
        said = self._line(f"{named}: {told}" if told.strip() else f"{named}.")
        return [*said, *self._parsed(self.content)]


class _Headed(_Spoken):
    """A box that has a title of its own accord."""

    def run(self) -> list[Any]:
        """Return the title and the text."""
        title = nodes.paragraph("", _HEADED[self.name])
        said = self._said().split("\n") if self.arguments else []
        return [title, *self._parsed(StringList(said, source="")), *self._parsed(self.content)]


def _is_message(node: Any) -> bool:
    return isinstance(node, nodes.system_message)


@cache
def _forgiving(known: Any) -> type[Any]:
    """Return a directive of docutils that passes over the options it does not know."""

    class Forgiving(known):  # type: ignore[misc]  # docutils ships no types
        option_spec = _AnyOption()

        def run(self) -> list[Any]:
            understood = dict(_understood(known.option_spec or {}, self.options))
            self.options.clear()
            self.options.update(understood)
            try:
                made = list(super().run())
            except DirectiveError:
                return _Spoken._parsed(self, self.content)  # noqa: SLF001
            if not (self.content and issubclass(known, Table) and all(map(_is_message, made))):
                return made
            titled = _Spoken._line(self, " ".join(self.arguments))  # noqa: SLF001
            return [*titled, *_Spoken._parsed(self, self.content)]  # noqa: SLF001

    return Forgiving


def _understood(spec: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the options that ``spec`` knows, as it reads them."""
    for name, value in options.items():
        if name not in spec:
            continue
        try:
            yield name, spec[name](value or None) if isinstance(value, str) else value
        except (ValueError, TypeError):
            continue


def directive_for(name: str, known: Callable[[str], Any]) -> type[Any]:
    """Return what reads the directive ``name``; ``known`` finds those of docutils."""
    said = name.lower()
    own = said.rpartition(":")[2]
    if own in _SILENT or _MADE.fullmatch(own):
        return _Silent
    if own in _UNSHOWN:
        return _Unshown
    if own == "class":
        return _Object if ":" in said else _Class
    for names, reader in _READERS:
        if own in names:
            return reader
    if ":" in said:
        return _Object
    found = known("list-table" if said == "flat-table" else said)
    return _Spoken if found is None else _forgiving(found) if isinstance(found, type) else found


_READERS: tuple[tuple[Any, type[Any]], ...] = (
    (_VERBATIM, _Verbatim),
    (_OBJECTS, _Object),
    (_VERSIONS, _Version),
    (_HEADED, _Headed),
    (frozenset({"raw"}), _Raw),
    (_STEERED, _Steered),
)
