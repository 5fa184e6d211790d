"""A case as Markdown: each statement cites its quotes in footnotes.

CommonMark with two common extensions, tables and footnotes (GitHub Flavored Markdown).
"""

from collections.abc import Iterable

from publishing.conversion import published_case
from publishing.entries import CaseEntry
from publishing.plan import SiteSettings
from publishing.records import PublishedCase, PublishedQuote
from publishing.site.pages import environment
from schemas.reviews import CaseView


def to_markdown(view: CaseView) -> str:
    """Return the readable part of a case as Markdown."""
    return case_markdown(published_case(view))


def case_markdown(case: PublishedCase, beside: Iterable[CaseEntry] = ()) -> str:
    """Return a published case as Markdown, with links to those ``beside`` it."""
    template = environment(SiteSettings(title="")).get_template("case.md")
    return template.render(case=case, beside=beside, notes=_Footnotes()).strip() + "\n"


class _Footnotes:
    """Numbers quotes in the order of citation; repeated quotes share a number."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[PublishedQuote, ...], int] = {}

    def mark(self, quotes: Iterable[PublishedQuote]) -> str:
        """Return the footnote mark for some quotes, empty if there are none."""
        key = tuple(dict.fromkeys(quotes))
        return f"[^{self.numbers.setdefault(key, len(self.numbers) + 1)}]" if key else ""
