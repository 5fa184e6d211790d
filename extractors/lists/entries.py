"""What a list names, whatever form it has."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from html import unescape
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import urljoin

from extractors.data import table
from extractors.dates import day_in_address, stated_date
from extractors.formats import SOURCES
from extractors.sites import canonical_url
from extractors.text import one_line, where
from extractors.urls import is_web_address
from schemas.errors import ExtractionError, InvalidUrl, TooLarge
from schemas.frozen import Frozen
from schemas.sources import Candidate, Payload, SourceRef

COLUMNS: Mapping[str, Sequence[str]] = table("lists")["columns"]
_KNOWN = {"", "id", "transcript"}.union(*COLUMNS.values())
_MOST_CANDIDATES = 50_000  # the sitemap protocol's own limit
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|“”„«»\\]+", re.IGNORECASE)
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_AROUND = f".,;:!?)]}}’*_{_UNSEEN}"
_TAG = re.compile(r"<[^<>]*>")
_ENTITIES = re.compile(r"(?i)<!doctype[^>\[]{0,500}\[|<!entity")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,20};)")
_MOST_BYTES = 50 * 2**20  # of a sitemap after decompression, by its protocol


# What a reader of one form of list yields: a source, a further list, or what was missed and why.
ListEntry = Candidate | SourceRef | str


class SourceList(Frozen):
    """Sources and ``nested`` lists that a list names; a sentence for each entry that was missed."""

    form: str
    candidates: Sequence[Candidate] = ()
    nested: Sequence[str] = ()
    missed: Sequence[str] = ()


class ListLocation(NamedTuple):
    """Where a list is: its address, and the folder of a local one, which may name files in it."""

    base: str = ""
    folder: Path | None = None

    def join(self, address: str) -> str:
        """Return ``address`` as counted from the list, or as it is if it cannot be joined."""
        try:
            return urljoin(self.base, address.strip())
        except ValueError:
            return address

    def source(self, value: str) -> str | None:
        """Return the address or local file that a field names, None for anything else."""
        value = value.strip()
        if is_web_address(value):
            return value
        if self.folder and is_file_name(value):
            return str(self.folder / Path(value).expanduser())
        if value.startswith("/") and is_web_address(self.base):
            return self.join(value)
        return next(iter(addresses_in(value)), None)


def missed(name: str, text: str, reason: str = "no address") -> str:
    """Return a sentence about an entry ("line 3") that names no source."""
    return f"{name}: {reason}: “{one_line(text)[:80]}”"


def is_file_name(text: str) -> bool:
    """Return whether ``text`` looks like the name of a file that casebook reads."""
    return not re.search(r"\n|://", text) and PurePath(text).suffix.lower() in SOURCES


def addresses_in(text: str) -> list[str]:
    """Return the web addresses that a text mentions, without the marks that end its sentences."""
    return [_bare(match[0]) for match in _ADDRESS.finditer(text)]


def candidate(
    url: str, title: object = None, published: object = None, summary: object = None
) -> Candidate:
    """Return a candidate with tidy fields; an address with a day in its path is of that day."""
    plain = one_line(unescape(_TAG.sub(" ", str(summary or "")[:6_000])))
    return Candidate(
        url=url.strip(f" \t\r\n{_UNSEEN}").replace(" ", "%20") if is_web_address(url) else url,
        title=one_line(str(title or ""))[:300] or None,
        published=stated_date(published) or day_in_address(url),
        summary=plain[:600] or None,
    )


def from_fields(
    name: str,
    text: str,
    entry: Mapping[str, object],
    location: ListLocation,
    *,
    strict: bool = True,
) -> ListEntry:
    """Return the candidate that a table's row or a JSON object names, or what was missed.

    Beside a ``source`` that is a local file, ``url`` is where that came from. ``name`` and ``text``
    describe the entry. Where ``strict``, an unknown field is an ExtractionError: it was mistyped.
    """
    fields = {re.sub(r"[\s-]+", "_", str(name).strip().lower()): entry[name] for name in entry}
    stated = (fields.get(name) for name in (*COLUMNS["urls"], "id"))
    found = [one for value in stated if isinstance(value, str) if (one := location.source(value))]
    if not found:
        return missed(name, text)
    if unknown := [one for one in fields if strict and one not in _KNOWN]:
        message = f"the list has unknown columns or keys: {one_line(', '.join(unknown))[:200]}"
        advice = "remove them, or rename them to url, title, date, summary or transcript"
        raise ExtractionError(f"{message}; {advice}.", cause="unknown_column")
    said = str(fields.get("transcript") or "").strip()
    if said and not (location.folder and is_file_name(said)):
        return missed(name, text, "a transcript is a file, which only a local list may name")
    kinds = (COLUMNS[kind] for kind in ("titles", "dates", "summaries"))
    rest = (next((fields[name] for name in names if fields.get(name)), None) for names in kinds)
    origin = next(filter(is_web_address, found), None)
    named = candidate(found[0], *rest)
    origin = None if origin == found[0] else origin
    transcript = location.source(said) if said else None
    return named.model_copy(update={"origin": origin, "transcript": transcript})


def deduplicated(
    candidates: Iterable[Candidate], *, local: bool
) -> tuple[list[Candidate], list[str]]:
    """Return each source deduplicated, and what was left out: broken addresses, and too many.

    ``local`` lets files pass beside web addresses.
    """
    chosen: dict[str, Candidate] = {}
    left: list[str] = []
    for one in candidates:
        try:
            identity = one.url if local and is_file_name(one.url) else canonical_url(one.url)
        except InvalidUrl as error:
            left.append(str(error))
            continue
        if (known := chosen.setdefault(identity, one)).title is None:
            chosen[identity] = known.model_copy(update={"title": one.title})
    if (beyond := len(chosen) - _MOST_CANDIDATES) > 0:
        left.append(f"{beyond:,} addresses beyond the first {_MOST_CANDIDATES:,}: split the list")
    return list(chosen.values())[:_MOST_CANDIDATES], left


def xml_of(text: str, payload: Payload) -> bytes:
    """Return XML as UTF-8; bare ampersands, not well-formed and common, stand for themselves.

    Raises ExtractionError if it defines entities: bombs need them, lists do not.
    """
    if _ENTITIES.search(text):
        message = f"{where(payload)} defines XML entities, as attacks do and lists do not"
        advice = "put its addresses into a text file instead"
        raise ExtractionError(f"{message}; {advice}.", cause="damaged")
    plain = _BARE_AMPERSAND.sub("&amp;", _XML_DECLARATION.sub("", text))
    return plain.encode("utf-8", "replace")


def unpacked(payload: Payload) -> bytes:
    """Return the bytes of a list without gzip; raise TooLarge over 50 MB, else ExtractionError."""
    if not payload.data.startswith(b"\x1f\x8b"):
        return payload.data
    inflater, data = zlib.decompressobj(wbits=31), b""
    with suppress(zlib.error):
        data = inflater.decompress(payload.data, _MOST_BYTES)
    if inflater.unconsumed_tail:
        raise TooLarge(f"{where(payload)} unpacks to over 50 MB; give a smaller list.")
    if not inflater.eof:
        message = f"{where(payload)} is a damaged gzip file; download it again."
        raise ExtractionError(message, cause="damaged")
    return data


def _bare(address: str) -> str:
    """Return ``address`` without what stands behind it; "…/Foo_(bar)" keeps its bracket."""
    surplus = address.count(")") - address.count("(")
    end = len(address)
    while end and address[end - 1] in _AROUND and (address[end - 1] != ")" or surplus > 0):
        surplus -= address[end - 1] == ")"
        end -= 1
    return address[:end]
