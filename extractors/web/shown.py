"""A page as the rules about walls look at it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.text import count_words
from extractors.web.page import Page
from extractors.web.patterns import WALLS

FEWEST_WORDS = 50  # fewer say nothing that could be summarised
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(
    r"“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|«(?<![\w.,!?…]«)[^«»\n]{1,300}»"
    r"|\"(?<![^\s(]\")(?=\S)[^\"\n]{1,300}(?<=\S)\"(?!\w)"
)


@dataclass(frozen=True)
class Shown:
    """What the rules look at.

    ``text`` is what extraction gave, ``seen`` all that a reader sees, ``html`` the source,
    ``titles`` what the page is called by machine and in its first heading.
    """

    text: str
    seen: str
    html: str
    titles: Sequence[str]
    page: Page

    @cached_property
    def is_article(self) -> bool:
        """Whether the page says by machine that it is an article."""
        return self.page.declares_article

    @cached_property
    def words(self) -> int:
        """How many words the text has."""
        return count_words(self.text)

    @cached_property
    def bare(self) -> bool:
        """Whether next to nothing was extracted, from a page that does not call it an article."""
        return self.words < FEWEST_WORDS and not self.is_article

    @cached_property
    def own_text(self) -> str:
        """The text below its title, without what it quotes."""
        return _without_quotations(self.text.removeprefix(next(iter(self.titles), "")))

    @cached_property
    def own_seen(self) -> str:
        """All that is seen, without what it quotes."""
        return _without_quotations(self.seen)

    @cached_property
    def said(self) -> str:
        """The own text, or all that is seen of a bare page."""
        return self.own_seen if self.bare else self.own_text

    @cached_property
    def awaits_scripts(self) -> bool:
        """Whether a script puts the text into an empty element."""
        has_script = "<script" in self.html.lower()
        return has_script and bool(WALLS["needs_java_script"].markup.search(self.html))


def _without_quotations(text: str) -> str:
    """Blot quotations out: an article quotes what other pages say."""
    return _QUOTED.sub(lambda quoted: _WORD.sub("so", quoted[0]), text)
