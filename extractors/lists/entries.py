"""The entries of a list in any format."""

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
from extractors.formats import SOURCES, TRANSCRIPTS
from extractors.sites import canonical_url
from extractors.text import name_of, one_line, unreadable
from extractors.urls import is_web_address
from schemas.errors import ExtractionError, InvalidUrl, TooLarge
from schemas.frozen import Frozen
from schemas.sources import Candidate, Payload, SourceRef

COLUMNS: Mapping[str, Sequence[str]] = table("lists")["columns"]
_KNOWN = {"", "id", "transcript"}.union(*COLUMNS.values())
_MOST_CANDIDATES = 50_000  # the limit of the sitemap protocol
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|“”„«»\\]+", re.IGNORECASE)
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_AROUND = f".,;:!?)]}}’*_{_UNSEEN}"
_TAG = re.compile(r"<[^<>]*>")
_ENTITIES = re.compile(r"(?i)<!doctype[^>\[]{0,500}\[|<!entity")
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,20};)")
_MOST_BYTES = 50 * 2**20  # decompressed, as in the sitemap protocol

# A source, a nested list, or a sentence about an entry without a source.
ListEntry = Candidate | SourceRef | str


class SourceList(Frozen):
    """The sources and ``nested`` lists of a list; a sentence for each ``missed`` entry."""

    form: str
    candidates: Sequence[Candidate] = ()
    nested: Sequence[str] = ()
    missed: Sequence[str] = ()


class Location(NamedTuple):
    """The address of a list, and the folder of a local list, which can name files."""

    base: str = ""
    folder: Path | None = None

    def join(self, address: str) -> str:
        """Return ``address`` relative to the list, or unchanged if it cannot be joined."""
        try:
            return urljoin(self.base, address.strip())
        except ValueError:
            return address

    def joined(self, address: str) -> str | None:
        """Return a web address in full, None for anything else."""
        whole = self.join(address) if address.strip() else ""
        return whole if is_web_address(whole) else None

    def source(self, value: str) -> str | None:
        """Return the address or local file in a field, None for anything else."""
        value = value.strip()
        if is_web_address(value):
            return value
        if self.folder and is_file_name(value):
            return str(self.folder / Path(value).expanduser())
        if value.startswith("/") and is_web_address(self.base):
            return self.join(value)
        return next(iter(addresses_in(value)), None)


def missed(name: str, text: str, reason: str = "no address") -> str:
    """Return a sentence about an entry ("line 3") without a source."""
    return f"{name}: {reason}: “{one_line(text)[:80]}”"


def is_file_name(text: str) -> bool:
    """Return whether ``text`` looks like the name of a supported file."""
    return not re.search(r"\n|://", text) and PurePath(text).suffix.lower() in SOURCES


def addresses_in(text: str) -> list[str]:
    """Return the web addresses in a text, without trailing punctuation."""
    return [_bare(match[0]) for match in _ADDRESS.finditer(text)]


def candidate(
    url: str, title: object = None, published: object = None, summary: object = None
) -> Candidate:
    """Return a candidate with tidy fields; its date may come from the path of the address."""
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
    location: Location,
    *,
    strict: bool = True,
) -> ListEntry:
    """Return the candidate in a table row or JSON object, or a sentence if it is missing.

    If ``source`` is a local file, ``url`` is its origin. ``name`` and ``text`` describe the entry.
    If ``strict``, raises ExtractionError for an unknown field, which may be a typo.
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
    transcript = str(fields.get("transcript") or "").strip()
    words = transcript if is_web_address(transcript) else None
    if not words and location.folder and PurePath(transcript).suffix.lower() in TRANSCRIPTS:
        words = str(location.folder / Path(transcript).expanduser())
    if transcript and not words:
        return missed(name, text, "transcript files are allowed only in local lists")
    kinds = (COLUMNS[kind] for kind in ("titles", "dates", "summaries"))
    rest = (next((fields[name] for name in names if fields.get(name)), None) for names in kinds)
    origin = next(filter(is_web_address, found), None)
    named = candidate(found[0], *rest)
    origin = None if origin == found[0] else origin
    return named.model_copy(update={"origin": origin, "transcript": words})


def unique(candidates: Iterable[Candidate], *, local: bool) -> tuple[list[Candidate], list[str]]:
    """Return distinct sources, with files if ``local``, and sentences about bad addresses."""
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
    """Return XML as UTF-8; bare ampersands, a common error, are escaped.

    Raises ExtractionError if it defines entities: XML bombs need them, lists do not.
    """
    if _ENTITIES.search(text):
        problem = "defines XML entities, a known attack; put its addresses into a text file"
        raise unreadable(payload, problem, "damaged")
    plain = _BARE_AMPERSAND.sub("&amp;", _XML_DECLARATION.sub("", text))
    return plain.encode("utf-8", "replace")


def unpacked(payload: Payload) -> bytes:
    """Return the decompressed bytes of a list; raise TooLarge over 50 MB, else ExtractionError."""
    if not payload.data.startswith(b"\x1f\x8b"):
        return payload.data
    inflater, data = zlib.decompressobj(wbits=31), b""
    with suppress(zlib.error):
        data = inflater.decompress(payload.data, _MOST_BYTES)
    if inflater.unconsumed_tail:
        raise TooLarge(f"{name_of(payload)} unpacks to over 50 MB; give a smaller list.")
    if not inflater.eof:
        raise unreadable(payload, "is a damaged gzip file; download it again", "damaged")
    return data


def _bare(address: str) -> str:
    """Return ``address`` without trailing punctuation; "…/Foo_(bar)" keeps its bracket."""
    surplus = address.count(")") - address.count("(")
    end = len(address)
    while end and address[end - 1] in _AROUND and (address[end - 1] != ")" or surplus > 0):
        surplus -= address[end - 1] == ")"
        end -= 1
    return address[:end]
