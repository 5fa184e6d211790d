"""Companies, and keys of their names that do not depend on the spelling."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from schemas.frozen import NOW, Frozen

# Legal forms at the end of a name do not distinguish companies.
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc(?:orporated)?|llc|l\.l\.c|llp|ltd|limited|plc|pbc|corp(?:oration)?|co|company|"
    r"gmbh|mbh|ag|se|kg|kgaa|& co|e\.v|ug|s\.?a|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|sp\. z o\.o|"
    r"s\.?a\.? de c\.?v|ltda|b\.?v|n\.?v|a/?b|a\.?s|a/s|asa|aps|oy|oyj|pty|pte|pvt|private|bhd|sdn|"
    r"k\.?k|holdings?)\.?$",
    re.IGNORECASE,
)
_TWO_NAMES = re.compile(r"(?P<first>[^()]+?)\s*\((?P<second>[^()]+)\)")
_AND = re.compile(r"\s(?:and|&)\s", re.IGNORECASE)
_ARTICLE = re.compile(r"^the\s+(?=\S+\s)", re.IGNORECASE)  # "The" stays before a single word
_EARLIER_NAME = re.compile(r"(?:formerly|previously|ex)\b", re.IGNORECASE)


CompanyKind = Literal["runs systems", "sells tools", "builds for customers", "research"]


class Company(Frozen):
    """A company with its other spellings, and the number of its cases."""

    company_id: str
    name: str
    kind: str | None = None
    industry: str | None = None
    website: str | None = None
    aliases: tuple[str, ...] = ()
    cases: int = 0


class FormerName(NamedTuple):
    """A spelling under which a case was published at any time, and its company now."""

    name: str
    company_id: str


class CompanyChange(Frozen):
    """A curator's change to a company; None leaves a value."""

    company_id: str
    name: str | None = None
    kind: str | None = None
    industry: str | None = None
    website: str | None = None
    decision_id: str | None = None
    who: str | None
    at: datetime = NOW


class CompanyName(Frozen):
    """A spelling of a company; the newest row of a key decides for all spellings with that key."""

    name: str
    key: str
    company_id: str
    origin: Literal["rule", "list", "curator"]
    state: Literal["confirmed"] = "confirmed"
    decision_id: str | None = None
    who: str | None = None
    at: datetime = NOW


def resolved(names: Iterable[str], placed: Mapping[str, str]) -> list[CompanyName]:
    """Return the rows of new spellings; ``placed`` is the company id of each known key."""
    keys = [(name, company_key(name)) for name in names]
    return [
        CompanyName(name=name, key=key, company_id=placed.get(key, key), origin=key_origin(name))
        for name, key in keys
        if key
    ]


def company_key(name: str) -> str | None:
    """Return the key by which companies are compared, None for no single company ("Various").

    All spellings of a company have the same key: legal forms, punctuation and case do not count, an
    acronym beside its expansion is dropped, and ``companies.toml`` lists other names.
    """
    aliases, unnamed = _names()
    bare = spelling_key(_without_acronym(name))
    first_word = re.split(r"[\W_]+", name.casefold().strip(), maxsplit=1)[0]
    if not bare or first_word in unnamed["first"] or bare in unnamed["whole"]:
        return None
    return aliases.get(bare, bare)


def key_origin(name: str) -> Literal["rule", "list"]:
    """Return whether rules decided the key of a name, or the list of aliases."""
    return "list" if spelling_key(_without_acronym(name)) in _names()[0] else "rule"


def spelling_key(name: str) -> str:
    """Return the letters and digits of a name without its legal form, "and" and a leading "The"."""
    bare = _ARTICLE.sub("", without_legal_form(name))
    return letters(_AND.sub(" ", bare)) or name.strip().casefold()


def earlier_keys(name: str) -> set[str]:
    """Return the keys that this or an earlier version could give a name, without aliases."""
    return {letters(name), letters(without_legal_form(name)), spelling_key(name)} - {""}


def letters(name: str) -> str:
    """Return the letters and digits of a name in lower case."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in decomposed if one.isalnum())


def without_legal_form(name: str) -> str:
    """Return a name without legal forms at its end."""
    bare = " ".join(unicodedata.normalize("NFKD", name).split())
    while (shorter := _LEGAL_FORM.sub("", bare).rstrip(" ,&")) != bare and shorter:
        bare = shorter
    return bare


def _without_acronym(name: str) -> str:
    """Return the expansion of "Amazon Web Services (AWS)", or "Meta" of "Meta (ex Facebook)"."""
    if found := _TWO_NAMES.fullmatch(name.strip()):
        if _EARLIER_NAME.match(found["second"]):
            return found["first"]
        for long, short in (found.groups(), found.groups()[::-1]):
            if _abbreviates(short, long):
                return str(long)
    return name


def _abbreviates(short: str, long: str) -> bool:
    """Return whether ``short`` has the initials of the words, or the capitals, of ``long``."""
    words = re.split(r"[\W_]+", long)
    initials = "".join(word[:1] for word in words)
    capitals = "".join(one for one in long if one.isupper())
    of_names = "".join(word[:1] for word in words if word[:1].isupper())
    wanted = short.strip().replace(".", "").casefold()
    return len(wanted) > 1 and wanted in {one.casefold() for one in (initials, capitals, of_names)}


@cache
def _names() -> tuple[Mapping[str, str], Mapping[str, frozenset[str]]]:
    """Return the key of each listed alias, and the words of names that are of no company."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    aliases = {
        spelling_key(alias): spelling_key(name)
        for name, others in listed["aliases"].items()
        for alias in others
    }
    return aliases, {kind: frozenset(words) for kind, words in listed["unnamed"].items()}
