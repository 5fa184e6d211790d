"""A case as readers get it.

Pages, Markdown, citations and data are written from the same record, so they cannot disagree.
"""

import json
from datetime import date, datetime

from publishing.wording import fact_text, first_sentence
from schemas.cases import FactName, Match, Measure, Origin, Section, SupportLevel, TermGroup
from schemas.frozen import Frozen, sha256_hex
from schemas.reviews import Unread
from schemas.sources import CheckResult, SourceKind

_KICKERS: tuple[FactName, ...] = ("company", "industry", "year")

HELD_BACK = "the database held back what the source says of it"
"""Why a part is among the hidden texts of an import: the source is not silent about it."""
APPROVED_AT, APPROVED_BY = "approved there on", "approved there by"
"""Why what the database says of a case's approval is among the hidden texts of an import."""


class PublishedQuote(Frozen):
    """Words of the source, where they stand, and the address that opens the source there.

    ``start`` and ``end`` are offsets in the document's text; ``place`` is for people.
    """

    quote: str
    start: int
    end: int
    match: Match
    page: int | None
    seconds: float | None
    speaker: str | None
    place: str
    link: str | None


class _Supported(Frozen):
    """What facts, statements and tags share; ``reason`` says why one was doubtful."""

    support: SupportLevel
    reason: str
    quotes: tuple[PublishedQuote, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether readers see a mark: a doubt that a curator confirmed."""
        return self.support is SupportLevel.DOUBTFUL


class PublishedFact(_Supported):
    """A fact with its quotes."""

    name: FactName
    value: str
    inferred: bool


class PublishedTag(_Supported):
    """A tag with the quotes that earn it."""

    slug: str
    label: str
    group: TermGroup


class PublishedStatement(_Supported):
    """A statement with its quotes.

    ``anchor`` is its id on the case's page. It comes from the words, so that links to it stay when
    other statements come or go.
    """

    anchor: str
    n: int
    section: Section
    text: str
    origin: Origin
    answers: int | None
    rests_on: tuple[int, ...]
    measure: Measure | None

    @property
    def is_measured(self) -> bool:
        """Whether a result has a metric or a value, and so makes a row of a table."""
        return self.measure is not None and bool(self.measure.value or self.measure.metric)

    @property
    def is_quote(self) -> bool:
        """Whether the statement is its own only quote."""
        return len(self.quotes) == 1 and self.quotes[0].quote == self.text


class Kicker(Frozen):
    """A fact above a title, in words; ``is_doubtful`` is a doubt that a curator confirmed."""

    text: str
    is_doubtful: bool = False


class SourceCard(Frozen):
    """Where the account was published; ``address`` is None for a file without a web address.

    ``line`` is all of it in words. ``checked`` is what a later fetch found on ``checked_at``;
    ``lost`` of ``quotes`` quotes are missing from a changed source.
    """

    kind: SourceKind
    line: str
    address: str | None
    title: str | None
    site: str | None
    authors: tuple[str, ...]
    published: date | None
    language: str | None
    accessed: date | None  # None for an imported text: nobody here read the source
    checked_at: datetime | None = None
    checked: CheckResult | None = None
    moved_to: str | None = None
    quotes: int | None = None
    lost: int = 0


class ImportOrigin(Frozen):
    """The database that a text was taken over from, its record there, and when."""

    database: str
    record: str
    at: datetime


class ProsePart(Frozen):
    """Text of an imported case below the same ``heading``: its paragraphs."""

    heading: str | None
    paragraphs: tuple[str, ...]


class Provenance(Frozen):
    """Who and what made the text, who approved it, and how many parts were held back."""

    document_id: str
    extractor: str
    model: str | None
    strategy: str | None
    prompts: tuple[str, ...]
    judge: str | None
    drafted_at: datetime | None
    unread: tuple[Unread, ...]
    edited_by: str | None
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    statements_held_back: int
    facts_held_back: int
    tags_held_back: int

    @property
    def made_on(self) -> date | None:
        """The day on which the text became what it is."""
        moment = self.approved_at or self.edited_at or self.drafted_at
        return moment.date() if moment else None


class CaseDescription(Frozen):
    """How a case is called and filed, on its page and in lists."""

    case_id: str
    slug: str
    title: str
    company: str | None
    company_key: str | None
    industry: str | None
    year: str | None
    stage: str | None
    narrator: str | None

    @property
    def address(self) -> str:
        """The page's path, relative to the site's root."""
        return f"cases/{self.slug}/index.html"


class PublishedCase(CaseDescription):
    """One case as readers get it. ``silent`` names what the source says nothing about.

    ``added_at`` is when a person approved it first, or its database got it.

    ``prose`` is the text of an ``imported`` case: it has no quotes.
    """

    revision_id: str
    facts: tuple[PublishedFact, ...]
    statements: tuple[PublishedStatement, ...]
    tags: tuple[PublishedTag, ...]
    silent: tuple[str, ...]
    added_at: datetime | None = None
    prose: tuple[ProsePart, ...] = ()
    imported: ImportOrigin | None = None
    source: SourceCard
    provenance: Provenance

    @property
    def updated_at(self) -> datetime | None:
        """When a person approved it, or else when it was imported."""
        return self.provenance.approved_at or (self.imported.at if self.imported else None)

    @property
    def made_on(self) -> date | None:
        """The day on which the text became what it is here."""
        return self.provenance.made_on or (self.imported.at.date() if self.imported else None)

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything that the page says, except the day of an unchanged check."""
        source = self.source.model_copy(update={"checked_at": None})
        content = self.model_copy(update={"source": source}).model_dump(mode="json")
        return sha256_hex(json.dumps(content, separators=(",", ":")).encode())

    def fact(self, name: FactName) -> PublishedFact | None:
        """Return a fact, None where the source is silent."""
        return next((fact for fact in self.facts if fact.name == name), None)

    def section(self, section: Section) -> list[PublishedStatement]:
        """Return the statements of a section, without solutions that stand below a challenge."""
        return [s for s in self.statements if s.section is section and s.answers is None]

    def solutions_to(self, challenge: PublishedStatement) -> list[PublishedStatement]:
        """Return the solutions that answer a challenge."""
        return [s for s in self.statements if s.answers == challenge.n]

    def summed_up(self, sentence: PublishedStatement) -> list[PublishedStatement]:
        """Return the statements that a sentence of the abstract rests on."""
        return [s for s in self.statements if s.n in sentence.rests_on]

    @property
    def kickers(self) -> list[Kicker]:
        """The facts that stand above the title, those that are known."""
        found = [fact for name in _KICKERS if (fact := self.fact(name))]
        return [Kicker(text=fact_text(f.name, f.value), is_doubtful=f.is_doubtful) for f in found]

    @property
    def is_nested(self) -> bool:
        """Whether solutions stand below challenges."""
        return any(s.answers is not None for s in self.statements)

    @property
    def lead(self) -> str:
        """The first sentence without a doubt, for where no mark can be shown; else the title."""
        abstract = self.section(Section.ABSTRACT)
        sentence = next((s.text for s in abstract if not s.is_doubtful), None)
        if sentence is None and self.prose:
            sentence = first_sentence(self.prose[0].paragraphs[0])
        return sentence or self.title


class CaseRecord(PublishedCase):
    """A case as data.

    ``page`` is its address, or the path on a site without one. ``licence`` is that of text and
    data; quotes belong to their sources. ``citation`` is how to cite the case.
    """

    page: str
    licence: str | None
    citation: str


def link_key(start: int | None, end: int | None) -> str:
    """Return the reason by which a document of an import keeps the link to a quote."""
    return f"link to characters {start} to {end}"
