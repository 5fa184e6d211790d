"""A case as BibTeX: an entry for the case as it is published, one for its source. Pure."""

import re

from casebook.publishing.records import PublishedCase

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Programs that read BibTeX count braces, those behind a backslash too.
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
# What ends a field or escapes in it is written as addresses write it.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def bibtex(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the entries; ``address`` is the case's page, where the site's address is known."""
    made, source = case.provenance, case.source
    day = made.approved_at or made.edited_at or made.drafted_at
    told = {
        "title": _kept(case.title),
        "author": f"{{{_text(publisher)}}}",
        "year": f"{day.year}" if day else "",
        "date": f"{day.date().isoformat()}" if day else "",
        "url": _address(address),
        "note": _text(f"Revision {case.revision_id}"),
    }
    entries = [_entry(f"casebook-{_key(case)}", told)]
    if source.address or source.title:
        day_told = source.published.isoformat() if source.published else ""
        fetched = source.fetched_at.date().isoformat() if source.fetched_at else ""
        original = {
            "title": _kept(source.title) if source.title else "",
            "author": " and ".join(map(_name, source.authors)),
            "organization": _text(source.site or ""),
            "year": day_told[:4],
            "date": day_told,
            "url": _address(source.address),
            "urldate": fetched,
        }
        entries.append(_entry(f"source-{_key(case)}", original))
    return "\n".join(entries)


def _entry(key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def _key(case: PublishedCase) -> str:
    """Return the part of the id that tells one case from another: letters and digits alone."""
    return re.sub(r"[^A-Za-z0-9]", "", case.case_id.partition("_")[2] or case.case_id)


def _text(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split()).translate(_ESCAPED)


def _kept(title: str) -> str:
    """Return a title whose capitals no style turns into small letters."""
    return f"{{{_text(title)}}}"


def _name(author: str) -> str:
    """Return a name; one that BibTeX would take apart at a comma or an "and" is kept whole."""
    name = _text(author)
    return f"{{{name}}}" if "," in name or re.search(r"\band\b", name, re.IGNORECASE) else name


def _address(address: str | None) -> str:
    return (address or "").translate(_IN_ADDRESS)
