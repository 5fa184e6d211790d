"""What the markup of a page shows, told without parsing it: pages are parsed in processes apart."""

import re

_NOT_SEEN = re.compile(
    r"<(script|style|title)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)


def words_shown(markup: str) -> int:
    """Return about how many words a page shows, those of its menus among them."""
    return len(_NOT_SEEN.sub(" ", markup).split())
