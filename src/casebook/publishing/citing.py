"""How a case is cited, as BibTeX, RIS and in words, and the dataset, as CITATION.cff. Pure.

BibTeX and RIS have an entry for the case as it is published, and one for its source.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

import yaml

from casebook.publishing.records import PublishedCase
from casebook.publishing.wording import count, day, listing, one_line
from casebook.schemas.sources import SourceKind

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
_RIS_TYPES = {
    SourceKind.WEB: "ELEC",
    SourceKind.MARKDOWN: "ELEC",
    SourceKind.RESTRUCTURED: "ELEC",
    SourceKind.CAPTIONS: "VIDEO",
    SourceKind.YOUTUBE: "VIDEO",
    SourceKind.RECORDING: "SOUND",
    SourceKind.ARXIV: "UNPB",
}
# Licences of data as SPDX names them; CITATION.cff takes no other names.
_SPDX = re.compile(r"CC-BY(-NC)?(-SA|-ND)?-\d\.\d|CC0-1\.0|(ODbL|ODC-By|PDDL)-1\.0|Apache-2\.0|MIT")


def bibtex(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the entries; ``address`` is the case's page, where the site's address is known."""
    source, made = case.source, _day_of(case)
    told = {
        "title": _kept(case.title),
        "author": f"{{{_text(publisher)}}}",
        "year": f"{made.year}" if made else "",
        "date": made.isoformat() if made else "",
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


def ris(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return the entries as Zotero, EndNote and Mendeley read them; ``address`` as in `bibtex`."""
    source = case.source
    lines = [
        ("TY", "ELEC"),
        ("ID", f"casebook-{_key(case)}"),
        ("TI", case.title),
        ("AU", publisher),
        *_ris_days(_day_of(case)),
        ("UR", address),
        ("N1", f"Revision {case.revision_id}"),
        ("ER", ""),
    ]
    if source.address or source.title:
        lines += [
            ("TY", _RIS_TYPES.get(source.kind, "GEN")),
            ("ID", f"source-{_key(case)}"),
            ("TI", source.title),
            *(("AU", author) for author in source.authors),
            ("T2", source.site),
            *_ris_days(source.published),
            ("LA", source.language),
            ("UR", source.address),
            ("Y2", f"{source.fetched_at:%Y/%m/%d}" if source.fetched_at else None),
            ("ER", ""),
        ]
    told = ((tag, one_line(value or "")) for tag, value in lines)
    return "".join(f"{tag}  - {value}\r\n" for tag, value in told if value or tag == "ER")


def _ris_days(told: date | None) -> Iterator[tuple[str, str]]:
    if told:
        yield "PY", f"{told:%Y}"
        yield "DA", f"{told:%Y/%m/%d}"


def citation(case: PublishedCase, publisher: str, address: str | None) -> str:
    """Return how the case is cited in words, with its source."""
    source, made = case.source, _day_of(case)
    told = [f"“{case.title}”", publisher, day(made) if made else "", f"revision {case.revision_id}"]
    original = [
        listing(source.authors),
        f"“{source.title}”" if source.title else "",
        source.site or "",
        day(source.published) if source.published else "",
        source.address or "",
    ]
    parts = (", ".join(filter(None, some)) for some in ([*told, address or ""], original))
    return one_line(". Source: ".join(filter(None, parts)))


def citation_file(
    publisher: str,
    cases: Sequence[PublishedCase],
    version: str,
    *,
    address: str | None,
    licence: str | None,
) -> str:
    """Return the dataset's CITATION.cff (Citation File Format 1.2.0).

    Args:
        publisher: The site's title, which is the author and the name of the dataset.
        cases: What is in it; the newest tells the day of its release.
        version: What tells this state of the data from others.
        address: Where the site is open, if that is known.
        licence: That of the data, in words or as an address.
    """
    spdx = (licence or "").replace(" ", "-")
    named = {"license": spdx} if _SPDX.fullmatch(spdx) else {}
    if licence and not named and licence.startswith("https://"):
        named = {"license-url": licence}
    told = f"Licence: {licence}. " if licence and not named else ""
    fields: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": f"{told}Each case has a citation of its own, with its source.",
        "type": "dataset",
        "title": publisher,
        "abstract": (
            f"{count(len(cases), 'case study', 'case studies')} of language models in production, "
            "each statement with the words of its source."
        ),
        "authors": [{"name": publisher}],
        "version": version,
        "date-released": max(filter(None, map(_day_of, cases)), default=None),
        "url": address,
        **named,
    }
    kept = {name: value for name, value in fields.items() if value}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)


def _day_of(case: PublishedCase) -> date | None:
    """Return the day on which the case became what it is."""
    made = case.provenance
    moment = made.approved_at or made.edited_at or made.drafted_at
    return moment.date() if moment else None


def _entry(key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def _key(case: PublishedCase) -> str:
    """Return the part of the id that tells one case from another: letters and digits alone."""
    return re.sub(r"[^A-Za-z0-9]", "", case.case_id.partition("_")[2] or case.case_id)


def _text(text: str) -> str:
    return one_line(text).translate(_ESCAPED)


def _kept(title: str) -> str:
    """Return a title whose capitals no style turns into small letters."""
    return f"{{{_text(title)}}}"


def _name(author: str) -> str:
    """Return a name; one that BibTeX would take apart at a comma or an "and" is kept whole."""
    name = _text(author)
    return f"{{{name}}}" if "," in name or re.search(r"\band\b", name, re.IGNORECASE) else name


def _address(address: str | None) -> str:
    return (address or "").translate(_IN_ADDRESS)
