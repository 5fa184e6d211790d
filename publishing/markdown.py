"""A case as one Markdown text, each statement citing its quotes in footnotes.

CommonMark with two common extensions, tables and footnotes (GitHub Flavored Markdown). Text
from sources and models is escaped: it cannot become a link, an image, markup or a formula.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from publishing.conversion import published_case
from publishing.records import PublishedCase, PublishedFact, PublishedQuote, PublishedStatement
from publishing.wording import (
    FACT_WORDS,
    RESULT_COLUMNS,
    TAG_GROUPS,
    day,
    fact_text,
    heading,
    listing,
    one_line,
    silence_phrases,
    support_summary,
)
from schemas.cases import Section
from schemas.reviews import CaseView

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_OPENS_BLOCK = re.compile(r"^([#+=-]|\d+(?=[.)](?:\s|$)))")
# Many renderers turn bare addresses into links.
_BARE_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?=@)", re.IGNORECASE)


def to_markdown(view: CaseView) -> str:
    """Return the readable part of the case as Markdown."""
    return case_markdown(published_case(view))


def case_markdown(case: PublishedCase) -> str:
    """Return a published case as Markdown."""
    notes = _Footnotes()
    parts = [
        f"# {escape(case.title)}",
        _source(case),
        _facts(case, notes),
        *(_section(case, section, notes) for section in Section),
        _prose(case),
        _tags(case),
        _silence(case),
        _provenance(case),
        notes.text(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """Return ``text`` on one line, with all Markdown syntax escaped."""
    line = _SPECIAL.sub(r"\\\1", one_line(text))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "//" in line or "@" in line or "www" in line.casefold():
        line = _BARE_ADDRESS.sub(r"\\", line)
    return _OPENS_BLOCK.sub(
        lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line
    )


def _prose(case: PublishedCase) -> str:
    """Return the text of an imported case, below a line with its origin."""
    if case.imported is None or not case.prose:
        return ""
    lines = [f"*Imported from {escape(case.imported.database)}, without quotes.*"]
    for part in case.prose:
        lines += [f"## {escape(part.heading)}"] if part.heading else []
        lines += ["  \n".join(map(escape, one.split("\n"))) for one in part.paragraphs]
    return "\n\n".join(lines)


class _Footnotes:
    """Numbers quotes in the order of citation; repeated quotes share a number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[PublishedQuote, ...], int] = {}

    def cite(self, part: PublishedStatement | PublishedFact) -> str:
        """Return the footnote marks of a statement, one per quote."""
        return "".join(self.cite_all([quote]) for quote in part.quotes)

    def cite_all(self, quotes: Iterable[PublishedQuote]) -> str:
        """Return one mark for several quotes."""
        key = tuple(dict.fromkeys(quotes))
        return f"[^{self._numbers.setdefault(key, len(self._numbers) + 1)}]" if key else ""

    def text(self) -> str:
        """Return the footnotes."""
        return "\n".join(
            f"[^{n}]: {'; '.join(map(_footnote, quotes))}" for quotes, n in self._numbers.items()
        )


def _footnote(quote: PublishedQuote) -> str:
    words = f"“{escape(quote.quote)}”"
    if quote.link:
        return f"{words} ({_link(quote.place or 'in the source', quote.link)})"
    return f"{words} ({escape(quote.place)})" if quote.place else words


def _link(text: str, address: str) -> str:
    safe = address.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E")
    return f"[{escape(text)}](<{safe}>)"


def _source(case: PublishedCase) -> str:
    line = f"{escape(case.source.line)}."
    return (
        f"{line} {_link('Read the source', case.source.address)}." if case.source.address else line
    )


def _facts(case: PublishedCase, notes: _Footnotes) -> str:
    return "\n".join(
        f"- **{label}:** {escape(fact_text(name, fact.value))}{_marks(fact)}{notes.cite(fact)}"
        for name, label in FACT_WORDS.items()
        if (fact := case.fact(name))
    )


def _section(case: PublishedCase, section: Section, notes: _Footnotes) -> str:
    statements = case.section(section)
    if not statements:
        return ""
    if section is Section.ABSTRACT:
        body = " ".join(
            _sentence(one, notes) + notes.cite_all(q for s in case.summed_up(one) for q in s.quotes)
            for one in statements
        )
    elif section is Section.RESULTS:
        body = _results(statements, notes)
    else:
        body = "\n".join(_bullets(case, statements, notes))
    return f"## {heading(section, nested=case.is_nested)}\n\n{body}"


def _bullets(
    case: PublishedCase, statements: Sequence[PublishedStatement], notes: _Footnotes
) -> Iterator[str]:
    """Yield list items, with solutions indented below their challenges."""
    for statement in statements:
        yield f"- {_sentence(statement, notes)}"
        for solution in case.solutions_to(statement):
            yield f"  - {_sentence(solution, notes)}"


def _sentence(statement: PublishedStatement, notes: _Footnotes) -> str:
    return f"{escape(statement.text)}{_marks(statement)}{notes.cite(statement)}"


def _marks(part: PublishedStatement | PublishedFact) -> str:
    inferred = " *(inferred)*" if isinstance(part, PublishedFact) and part.inferred else ""
    if not part.is_doubtful:
        return inferred
    reason = f": {escape(part.reason.rstrip('.'))}" if part.reason else ""
    return f"{inferred} *(doubtful, confirmed by a curator{reason})*"


def _results(statements: Sequence[PublishedStatement], notes: _Footnotes) -> str:
    """Return a table of the measured results, followed by a list of the others."""
    measured = [s for s in statements if s.is_measured]
    others = "\n".join(f"- {_sentence(s, notes)}" for s in statements if not s.is_measured)
    table = _table(measured, notes) if measured else ""
    return "\n\n".join(filter(None, (table, others)))


def _table(results: Sequence[PublishedStatement], notes: _Footnotes) -> str:
    columns = [
        (key, label)
        for key, label in RESULT_COLUMNS
        if any(getattr(result.measure, key) for result in results)
    ]
    rows = [["Result", *(label for _, label in columns)], ["---"] * (len(columns) + 1)]
    for result in results:
        cells = (escape(getattr(result.measure, key) or "") for key, _ in columns)
        rows.append([_sentence(result, notes), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _tags(case: PublishedCase) -> str:
    lines = [
        f"- **{label}:** {', '.join(named)}"
        for group, label in TAG_GROUPS.items()
        if (named := [escape(t.label) for t in case.tags if t.group == group])
    ]
    return "\n".join(["## Tags", "", *lines]) if lines else ""


def _silence(case: PublishedCase) -> str:
    if not case.silent:
        return ""
    lines = "\n".join(f"- {name}" for name in silence_phrases(case.silent))
    return f"## Not stated by the source\n\n{lines}"


def _provenance(case: PublishedCase) -> str:
    made, origin, approved_by = case.provenance, case.imported, case.provenance.approved_by
    if origin and approved_by and made.approved_at and made.approved_at < origin.at:
        approved_by += f" in {origin.database}"  # not by a curator of this casebook
    steps = (
        ("Drafted", made.model, made.drafted_at),
        ("Edited", made.edited_by, made.edited_at),
        ("Approved", approved_by, made.approved_at),
    )
    lines = [f"{verb} by {escape(who)} on {day(at)}." for verb, who, at in steps if who and at]
    if case.imported and not case.prose:
        lines.insert(0, f"Imported from {escape(case.imported.database)} with its quotes.")
    levels = [levels for levels, _ in support_summary(s.support for s in case.statements)]
    if levels:
        lines.append(f"Statements: {listing(levels)}.")
    return f"---\n\n{' '.join([*lines, f'Revision {case.revision_id}.'])}"
