"""One name for one company, however it is written. Pure.

Case, marks, spaces and legal forms do not tell companies apart ("Doordash", "DoorDash Inc."), and
a curator may say that two names are one ("Facebook" is Meta). Which spelling is used: the
curator's, else the one that most cases have.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from casebook.schemas.frozen import Frozen

# Legal forms at the end of a name; they say nothing about who it is.
_LEGAL = re.compile(
    r"[\s,]+(?:inc(?:orporated)?|llc|l\.l\.c|ltd|limited|plc|corp(?:oration)?|co|company|gmbh|ag|se|"
    r"kg|kgaa|e\.v|ug|s\.?a|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a/?b|a\.?s|aps|oy|oyj|"
    r"pty|pte|pvt|k\.?k|holdings?)\.?$",
    re.IGNORECASE,
)
# A web ending or "AI" after the name, which people leave out: "Booking.com", "Cleric AI".
_TAIL = re.compile(r"(?:\.(?:com|ai|io|net|org|co|tt|dev|app)|\s+AI)$")


class CompanyAlias(Frozen):
    """A curator's word that ``alias`` is ``name``; None takes an earlier one back."""

    alias_id: str
    alias: str
    name: str | None
    who: str
    made_at: datetime


def company_key(name: str) -> str:
    """Return the form in which companies are compared: letters and digits, no legal form."""
    bare = " ".join(unicodedata.normalize("NFKD", name).split())
    while (shorter := _LEGAL.sub("", bare)) != bare and shorter:
        bare = shorter
    return "".join(c for c in bare.casefold() if c.isalnum()) or name.strip().casefold()


def kin_key(name: str) -> str:
    """Return a looser form, to look for a company by: without a web ending or "AI" behind."""
    return company_key(_TAIL.sub("", name.strip()))


class CompanyNames:
    """Resolves names by the curator's aliases and by the spellings that are in use.

    Args:
        used: the companies of the cases there are, one entry a case.
        aliases: the curator's, in the order in which they were made; later ones count.
    """

    def __init__(self, used: Iterable[str], aliases: Sequence[CompanyAlias] = ()) -> None:
        self._aliases: dict[str, str] = {}
        for alias in aliases:
            if alias.name is None:
                self._aliases.pop(company_key(alias.alias), None)
            else:
                self._aliases[company_key(alias.alias)] = alias.name
        self._used = Counter(name.strip() for name in used if name.strip())
        spelled: dict[str, Counter[str]] = {}
        for name, count in self._used.items():
            spelled.setdefault(company_key(name), Counter())[name] = count
        self._spelled = {key: names.most_common(1)[0][0] for key, names in spelled.items()}

    def resolve(self, name: str) -> str:
        """Return the name under which ``name`` is kept: itself where nothing speaks for another."""
        key, seen = company_key(name), set[str]()
        while key in self._aliases and key not in seen:
            seen.add(key)
            name = self._aliases[key]
            key = company_key(name)
        return name if seen else self._spelled.get(key, name.strip())

    def same_as(self, name: str) -> list[str]:
        """Return every spelling in use that means the company ``name``, for a filter.

        Where none does, those that differ by a web ending or by "AI" alone.
        """
        wanted = company_key(self.resolve(name))
        exact = [used for used in self._used if company_key(self.resolve(used)) == wanted]
        return exact or [used for used in self._used if kin_key(used) == kin_key(name)]
