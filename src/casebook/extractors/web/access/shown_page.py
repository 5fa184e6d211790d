"""A page as the rules that tell walls look at it: what it shows, and what it says by machine."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from casebook.extractors.web.access import wall_phrases as phrases

# A straight mark opens behind a space and closes before one, so that it is told which it does.
# Each begins with its mark, for which a text is searched far faster than for what is before one.
_QUOTED = re.compile(
    r"“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|«(?<![\w.,!?…]«)[^«»\n]{1,300}»"
    r"|\"(?<![^\s(]\")(?=\S)[^\"\n]{1,300}(?<=\S)\"(?!\w)"
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Page:
    """What the rules look at.

    ``text`` is what extraction gave, of so many ``words``; ``see`` gathers all text a reader sees,
    ``markup`` is the HTML source, ``called`` what else than ``title`` it is called: for machines,
    or by its headings. What the page says by machine: whether it ``is_article``, and how many words
    it has (``claimed``, 0 where it says nothing).
    """

    markup: str
    text: str
    words: int
    see: Callable[[], str]
    title: str
    url: str
    is_article: bool = False
    claimed: int = 0
    called: Sequence[str] = ()

    @property
    def seen(self) -> str:
        """Return all text a reader sees, which a long text needs nobody to gather."""
        return self.see()

    @cached_property
    def is_sold(self) -> bool:
        """Tell whether the page says by machine that its text is not for free."""
        named = "isAccessibleForFree" in self.markup  # found in a tenth of the pattern's time
        return named and bool(phrases.SOLD.search(self.markup))

    @cached_property
    def has_paywall(self) -> bool:
        """Tell a page with something named "paywall"; most have not the word: quick to see."""
        named = "paywall" in self.markup.lower()
        return named and bool(phrases.PAYWALL_MARKUP.search(self.markup))

    def unquoted(self) -> "Page":
        """Return the page with other words in place of those that it quotes, as many as they are.

        What an article quotes is what another page says.
        """
        return replace(self, text=_unquoted(self.text), see=cache(lambda: _unquoted(self.seen)))


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda found: _WORD.sub("so", found[0]), text)
