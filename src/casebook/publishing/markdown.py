"""A published case as one Markdown text, in a reader's sections, each statement citing its quotes.

CommonMark with two widely read extensions, tables and footnotes (GitHub Flavored Markdown). What a
source or a model wrote is escaped: it cannot become a link, an image, markup or a formula. Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from casebook.publishing.records import (
    CitedFact,
    CitedResult,
    CitedStatement,
    CitedTag,
    PublishedCase,
    Quote,
)
from casebook.publishing.wording import (
    FACTS,
    RESULT_COLUMNS,
    TAG_GROUPS,
    day,
    is_measured,
    label_of,
    listing,
    one_line,
    place,
    silences,
)
from casebook.schemas.cases import Origin, SupportLevel

PARTS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "Overview": ("summary",),
        "Architecture": ("architecture",),
        "Challenges and how they were met": ("challenges", "solutions"),
        "Techniques and tools": ("techniques", "tools"),
        "Results": ("results",),
        "Lessons": ("lessons",),
        "Failures": ("failures",),
        "Open questions": ("open_questions",),
    }
)
"""The sections in a reader's order, with the fields that each is made of."""

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_OPENS_BLOCK = re.compile(r"^([#+=-]|\d+(?=[.)](?:\s|$)))")
# Bare addresses become links by themselves in many readers.
_BARE_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?=@)", re.IGNORECASE)

Cited = CitedStatement | CitedResult | CitedFact | CitedTag


def summary_markdown(case: PublishedCase) -> str:
    """Return what is published of ``case`` as Markdown, with a footnote for every quote."""
    notes = _Notes()
    parts = [
        f"# {plain(case.title)}",
        _told_by(case),
        _facts(case, notes),
        *(
            text
            for heading, fields in PARTS.items()
            if (text := _part(case, heading, fields, notes))
        ),
        _tags(case, notes),
        _silence(case),
        _made(case),
        notes.text(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    """Return ``text`` on one line, with everything that Markdown would read as a mark escaped."""
    line = _SPECIAL.sub(r"\\\1", one_line(text))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _BARE_ADDRESS.sub(r"\\", line)
    return _OPENS_BLOCK.sub(
        lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line
    )


class _Notes:
    """Numbers the quotes of one text in the order in which they are cited; each has one number."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, Quote]] = {}

    def cite(self, part: Cited) -> str:
        """Return the marks that follow a statement: a footnote for each of its quotes."""
        return "".join(f"[^{self._number(quote)}]" for quote in part.evidence)

    def _number(self, quote: Quote) -> int:
        following = len(self._numbers) + 1
        return self._numbers.setdefault(quote.model_dump_json(), (following, quote))[0]

    def text(self) -> str:
        """Return the footnotes."""
        return "\n".join(f"[^{n}]: {_note(quote)}" for n, quote in self._numbers.values())


def _note(quote: Quote) -> str:
    where = place(quote.locator) or (f"passage {quote.passage}" if quote.passage else "")
    told = f"“{plain(quote.quote)}”"
    if quote.link:
        return f"{told} ({_link(where or 'in the source', quote.link)})"
    return f"{told} ({plain(where)})" if where else told


def _link(text: str, address: str) -> str:
    safe = address.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E")
    return f"[{plain(text)}](<{safe}>)"


def _told_by(case: PublishedCase) -> str:
    source = case.source
    told = f"A {source.kind.label}"
    if source.authors:
        told += f" by {plain(listing(source.authors))}"
    if source.site:
        told += f" on {plain(source.site)}"
    if source.published:
        told += f", {day(source.published)}"
    if source.address:
        told += f". {_link('Read the source', source.address)}"
    return f"{told}."


def _facts(case: PublishedCase, notes: _Notes) -> str:
    lines = [
        f"- **{label}:** {plain(label_of(name, str(fact.value)))}{_weak(fact)}{notes.cite(fact)}"
        for name, label in FACTS.items()
        if (fact := case.facts.get(name))
    ]
    return "\n".join(lines)


def _part(case: PublishedCase, heading: str, fields: Sequence[str], notes: _Notes) -> str:
    told = [(name, case.statements[name]) for name in fields if case.statements[name]]
    if not told:
        return ""
    write = _WRITERS.get(fields[0], _bullets)
    blocks = [f"## {heading}"]
    for name, statements in told:
        if len(fields) > 1:
            blocks.append(f"### {_SUBHEADINGS[name]}")
        blocks.append(write(statements, notes))
    return "\n\n".join(blocks)


_SUBHEADINGS = {
    "challenges": "Challenges",
    "solutions": "How they were met",
    "techniques": "Techniques",
    "tools": "Tools",
}
Statements = Sequence[CitedResult | CitedStatement]


def _prose(statements: Statements, notes: _Notes) -> str:
    return " ".join(_sentence(statement, notes) for statement in statements)


def _bullets(statements: Statements, notes: _Notes) -> str:
    return "\n".join(f"- {_sentence(statement, notes)}" for statement in statements)


def _sentence(statement: CitedStatement | CitedResult, notes: _Notes) -> str:
    by_person = " *(edited by a person)*" if statement.origin is Origin.CURATOR else ""
    return f"{plain(statement.text)}{_weak(statement)}{by_person}{notes.cite(statement)}"


def _weak(part: Cited) -> str:
    if part.support.level is not SupportLevel.WEAK:
        return ""
    return f" *(weak support: {plain(part.support.reason.rstrip('.'))})*"


def _results(statements: Statements, notes: _Notes) -> str:
    """Return a table of what was measured, and what is told in words alone below it."""
    measured = [s for s in statements if isinstance(s, CitedResult) and is_measured(s)]
    told = [s for s in statements if s not in measured]
    blocks = [_table(measured, notes)] if measured else []
    return "\n\n".join([*blocks, *([_bullets(told, notes)] if told else [])])


def _table(results: Sequence[CitedResult], notes: _Notes) -> str:
    columns = [
        (key, label) for key, label in RESULT_COLUMNS if any(getattr(r, key) for r in results)
    ]
    rows = [["Result", *(label for _, label in columns)], ["---"] * (len(columns) + 1)]
    for result in results:
        cells = (getattr(result, key) or "" for key, _ in columns)
        rows.append([_sentence(result, notes), *map(plain, cells)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


_WRITERS: Mapping[str, Callable[[Statements, _Notes], str]] = {
    "summary": _prose,
    "results": _results,
}


def _tags(case: PublishedCase, notes: _Notes) -> str:
    lines = list(_tag_lines(case, notes))
    return "\n".join(["## Tags", "", *lines]) if lines else ""


def _tag_lines(case: PublishedCase, notes: _Notes) -> Iterator[str]:
    for group, heading in TAG_GROUPS.items():
        named = [f"{plain(t.label)}{notes.cite(t)}" for t in case.tags if t.group == group]
        if named:
            yield f"- **{heading}:** {', '.join(named)}"


def _silence(case: PublishedCase) -> str:
    if not case.silent:
        return ""
    lines = "\n".join(f"- {name}" for name in silences(case.silent))
    return f"## What the source does not say\n\n{lines}"


def _made(case: PublishedCase) -> str:
    made, lines = case.provenance, []
    if made.drafted_at and made.model:
        lines.append(f"Drafted by {plain(made.model)} on {day(made.drafted_at)}.")
    if made.edited_by and made.edited_at:
        lines.append(f"Edited by {plain(made.edited_by)} on {day(made.edited_at)}.")
    if made.approved_by and made.approved_at:
        lines.append(f"Approved by {plain(made.approved_by)} on {day(made.approved_at)}.")
    lines.append(f"Revision {case.revision_id}.")
    return f"---\n\n{' '.join(lines)}"
