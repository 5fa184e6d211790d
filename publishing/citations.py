"""Citations of a case in BibTeX, RIS and words.

BibTeX and RIS contain one entry for the published case and one for its source.
"""

import re
from collections.abc import Iterator
from datetime import date

from publishing.records import PublishedCase
from publishing.wording import day, listing, one_line
from schemas.sources import SourceKind

# BibTeX parsers count braces even after a backslash.
_ESCAPED = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "#$%&_"},
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
# Characters that would end a field or escape others are percent-encoded in addresses.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
_RIS_TYPES = {
    SourceKind.WEB: "ELEC",
    SourceKind.MARKDOWN: "ELEC",
    SourceKind.CAPTIONS: "VIDEO",
    SourceKind.VIDEO: "VIDEO",
    SourceKind.RECORDING: "SOUND",
    SourceKind.PAPER: "UNPB",
}


def citation(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the citation in words; ``address`` is the case's page, if known."""
    source, made_on = case.source, case.made_on
    own = [
        f"“{case.title}”",
        publisher,
        day(made_on) if made_on else "",
        f"revision {case.revision_id}",
        case.basis_note,
        address or "",
    ]
    original = [
        listing(source.authors),
        f"“{source.title}”" if source.title else "",
        source.site or "",
        day(source.published) if source.published else "",
        source.address or "",
    ]
    parts = (", ".join(filter(None, part)) for part in (own, original))
    return one_line(". Source: ".join(filter(None, parts)))


def bibtex(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the entries for the case and its source; ``address`` as in `citation`."""
    source, made_on = case.source, case.made_on
    own = {
        "title": _title(case.title),
        "author": f"{{{_text(publisher)}}}",
        "year": f"{made_on.year}" if made_on else "",
        "date": made_on.isoformat() if made_on else "",
        "url": _address(address),
        "note": _text(_note(case)),
    }
    entries = [_entry(f"casebook-{_key(case)}", own)]
    if source.address or source.title:
        published = source.published.isoformat() if source.published else ""
        original = {
            "title": _title(source.title) if source.title else "",
            "author": " and ".join(map(_name, source.authors)),
            "organization": _text(source.site or ""),
            "year": published[:4],
            "date": published,
            "url": _address(source.address),
            "urldate": source.accessed.isoformat() if source.accessed else "",
        }
        entries.append(_entry(f"source-{_key(case)}", original))
    return "\n".join(entries)


def ris(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the entries for reference managers; ``address`` as in `citation`."""
    source = case.source
    lines = [
        ("TY", "ELEC"),
        ("ID", f"casebook-{_key(case)}"),
        ("TI", case.title),
        ("AU", publisher),
        *_ris_dates(case.made_on),
        ("UR", address),
        ("N1", _note(case)),
        ("ER", ""),
    ]
    if source.address or source.title:
        lines += [
            ("TY", _RIS_TYPES.get(source.kind, "GEN")),
            ("ID", f"source-{_key(case)}"),
            ("TI", source.title),
            *(("AU", author) for author in source.authors),
            ("T2", source.site),
            *_ris_dates(source.published),
            ("LA", source.language),
            ("UR", source.address),
            ("Y2", f"{source.accessed:%Y/%m/%d}" if source.accessed else None),
            ("ER", ""),
        ]
    flat = ((tag, one_line(value or "")) for tag, value in lines)
    return "".join(f"{tag}  - {value}\r\n" for tag, value in flat if value or tag == "ER")


def _note(case: PublishedCase) -> str:
    return ", ".join(filter(None, (f"Revision {case.revision_id}", case.basis_note)))


def _ris_dates(known: date | None) -> Iterator[tuple[str, str]]:
    if known:
        yield "PY", f"{known:%Y}"
        yield "DA", f"{known:%Y/%m/%d}"


def _entry(key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def _key(case: PublishedCase) -> str:
    """Return the letters and digits of the case's id, without its kind."""
    return re.sub(r"[^A-Za-z0-9]", "", case.case_id.partition("_")[2] or case.case_id)


def _text(text: str) -> str:
    return one_line(text).translate(_ESCAPED)


def _title(title: str) -> str:
    """Return a title in braces, so that styles keep its capital letters."""
    return f"{{{_text(title)}}}"


def _name(author: str) -> str:
    """Return a name, in braces if BibTeX would split it at a comma or "and"."""
    name = _text(author)
    return f"{{{name}}}" if "," in name or re.search(r"\band\b", name, re.IGNORECASE) else name


def _address(address: str | None) -> str:
    return (address or "").translate(_IN_ADDRESS)
