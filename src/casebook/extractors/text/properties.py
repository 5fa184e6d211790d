"""Titles and authors that a program writes into a file where its user wrote none. Pure."""

import re

_NO_TITLE = re.compile(
    r"^(\(?(?:untitled|anonymous|unspecified)\)?|untitled\b.*|title|model|document\d*|"
    r"microsoft (word|powerpoint) - .*|sheet\d*|slide \d+|layout \d+|"
    r"(?:powerpoint[ -])?pr[eä]sentation\d*|présentation powerpoint|white ?paper|report|no title given|(?:https?|file)://\S*|"
    r".*\.(docx?|pptx?|xlsx?|tex|dvi|pdf|indd|odt|qxd|html?))$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"^(?:(?:windows )?user|admin(?:istrator)?|owner|author|unknown|root|latex|"
    r"\(?(?:anonymous|unspecified)\)?|microsoft.*|python-docx|openpyxl|apache poi)$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*[;,]\s*|\s+and\s+|\s*&\s*")
_FEWEST_TITLE = 4


def is_title(stated: str) -> bool:
    """Tell a title from a file's name and from what stands there by itself."""
    return len(stated) >= _FEWEST_TITLE and not _NO_TITLE.match(stated)


def authors_in(stated: str) -> list[str]:
    """Return the names that a property states, without those of programs and accounts."""
    return [name for name in _BETWEEN.split(stated) if not _NO_AUTHOR.match(name.strip())]
