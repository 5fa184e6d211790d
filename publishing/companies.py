"""Keys of companies that do not depend on the spelling of their names."""

import re
import unicodedata

# Legal forms at the end of a name do not distinguish companies.
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc(?:orporated)?|llc|l\.l\.c|ltd|limited|plc|corp(?:oration)?|co|company|gmbh|ag|se|"
    r"kg|kgaa|e\.v|ug|s\.?a|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a/?b|a\.?s|aps|oy|oyj|"
    r"pty|pte|pvt|k\.?k|holdings?)\.?$",
    re.IGNORECASE,
)


def company_key(name: str) -> str:
    """Return the key by which companies are compared: letters and digits, no legal form.

    "Doordash" and "DoorDash, Inc." have the same key.
    """
    bare = " ".join(unicodedata.normalize("NFKD", name).split())
    while (shorter := _LEGAL_FORM.sub("", bare)) != bare and shorter:
        bare = shorter
    return "".join(c for c in bare.casefold() if c.isalnum()) or name.strip().casefold()
