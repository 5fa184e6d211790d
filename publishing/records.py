"""A published case.

Pages, Markdown, citations and data are written from this record, so they always agree.
"""

import json
from datetime import date, datetime
from typing import Any, Literal

from publishing.grades import GradePart
from publishing.wording import fact_text, first_sentence
from schemas.cases import FactName, Form, Match, Measure, Origin, Section, SupportLevel, TermGroup
from schemas.findings import Finding
from schemas.frozen import Frozen, sha256_hex
from schemas.imports import RecordOrigin
from schemas.mistakes import Correction
from schemas.reviews import Unread
from schemas.sources import CheckResult, Heard, SourceKind
from schemas.systems import CaseSystem

_KICKERS: tuple[FactName, ...] = ("company", "industry", "year")
_NOT_ON_PAGE: dict[str, Any] = {
    **dict.fromkeys(
        ("company_name", "company_kind", "account_date", "system", "same_source", "findings"), True
    ),
    "corrections": {"__all__": {"mended_at"}},  # its statement is gone
    "statements": {"__all__": {"grade_parts"}},  # derived from the rest
}

HELD_BACK = "the database held back what the source says of it"
"""Marks a hidden text of an import: the source states this part, but the database hid it."""
APPROVED_AT, APPROVED_BY = "approved there on", "approved there by"
"""Mark the hidden texts of an import that record its approval in the original database."""
FIRST_IMPORT = "first imported from"
"""Marks the hidden text of an import with the record from which the database imported it."""


class PublishedQuote(Frozen):
    """Words of the source, with their location and the link that opens it.

    ``start`` and ``end`` are offsets in the document's text, None in the page's own description,
    which is outside of it; ``place`` is the location in words.
    """

    quote: str
    translation: str | None = None  # if the case study is in another language
    start: int | None
    end: int | None
    match: Match
    page: int | None
    seconds: float | None
    speaker: str | None
    heard: Heard | None = None  # the machine that heard the words
    place: str
    link: str | None


class _Supported(Frozen):
    """Support of a fact, statement or tag.

    ``mark`` and ``reason`` are those of a doubt despite which a curator confirmed it. A refutation
    was overruled by ``kept_by``, who gave readers the reason ``kept_because``.
    """

    support: SupportLevel
    reason: str
    mark: str = ""
    kept_by: str | None = None
    kept_because: str = ""
    quotes: tuple[PublishedQuote, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether readers see a mark."""
        return bool(self.mark)

    @property
    def is_heard(self) -> bool:
        """Whether it rests on words that a machine heard."""
        return any(quote.heard for quote in self.quotes)

    @property
    def doubts(self) -> list[str]:
        """The sentences about a doubt, for readers."""
        found = [self.reason] if self.mark and self.reason else []
        if not self.kept_by:
            return found
        who = "A judge model" if self.quotes or self.is_without_quotes else "A check"
        why = f": {self.kept_because}" if self.kept_because else "."
        return [f"{who} refuted this; {self.kept_by} kept it{why}", *found]

    @property
    def is_without_quotes(self) -> bool:
        """Whether the part needs no quote, such as a title."""
        return False


class PublishedFact(_Supported):
    """A fact with its quotes."""

    name: FactName
    value: str
    inferred: bool

    @property
    def is_without_quotes(self) -> bool:
        """Whether the fact is a title, which is the casebook's own."""
        return self.name == "title"


class PublishedTag(_Supported):
    """A tag with its quotes."""

    slug: str
    label: str
    group: TermGroup


class SetAsideTag(Frozen):
    """A tag of an imported case that its text does not name; it is not counted."""

    slug: str
    label: str
    group: TermGroup


class PublishedStatement(_Supported):
    """A statement with its quotes.

    ``anchor`` is its id on the case's page. It is derived from the words, so links to it survive
    changes of other statements. ``form`` is its layout, None in older drafts, which are lists.
    ``grade_parts`` are the questions of `publishing.grades` that a measured result answers.
    """

    anchor: str
    n: int
    section: Section
    text: str
    origin: Origin
    answers: int | None
    rests_on: tuple[int, ...]
    measure: Measure | None
    form: Form | None = None
    grade_parts: tuple[GradePart, ...] = ()

    @property
    def is_without_quotes(self) -> bool:
        """Whether the statement summarizes others or names what the source leaves open."""
        return bool(self.rests_on) or self.section is Section.GAPS

    @property
    def is_measured(self) -> bool:
        """Whether a result has a metric or a value, and therefore a row in the table."""
        return self.measure is not None and bool(self.measure.value or self.measure.metric)

    @property
    def is_quote(self) -> bool:
        """Whether the statement is identical to its only quote."""
        return len(self.quotes) == 1 and self.quotes[0].quote == self.text


class Kicker(Frozen):
    """A fact above a title, in words, with the mark of a doubt, if any."""

    text: str
    mark: str = ""


class SourceCard(Frozen):
    """The source of a case; ``address`` is None for a file without a web address.

    ``line`` describes it in words. ``checked`` is the result of a later fetch on ``checked_at``;
    ``lost`` of its ``quotes`` are missing from a changed source.
    """

    kind: SourceKind
    line: str
    address: str | None
    title: str | None
    site: str | None
    authors: tuple[str, ...]
    published: date | None
    language: str | None
    accessed: date | None  # None for an imported text, whose source was not fetched
    checked_at: datetime | None = None
    checked: CheckResult | None = None
    moved_to: str | None = None
    archived_copy: str | None = None  # the address of a copy in a web archive
    quotes: int | None = None
    lost: int = 0


class ImportOrigin(RecordOrigin):
    """The record that a text was imported from, and the time of the import."""

    at: datetime


class ProsePart(Frozen):
    """The paragraphs of an imported text below one ``heading``."""

    heading: str | None
    paragraphs: tuple[str, ...]


class Provenance(Frozen):
    """Authors, models and approvers of the text, and the number of parts held back."""

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
        """The day of the last approval, edit or draft."""
        moment = self.approved_at or self.edited_at or self.drafted_at
        return moment.date() if moment else None


class CaseDescription(Frozen):
    """Names and categories of a case, on its page and in lists."""

    case_id: str
    slug: str
    title: str
    company: str | None
    company_key: str | None  # the company's id, the same for all spellings
    company_name: str | None = None
    industry: str | None
    year: str | None
    stage: str | None
    narrator: str | None
    account_date: date | None = None  # None if the source has no date
    system: CaseSystem | None = None  # that a curator placed it in

    @property
    def address(self) -> str:
        """The page's path, relative to the site's root."""
        return f"cases/{self.slug}/index.html"


class PublishedCase(CaseDescription):
    """One published case.

    ``silent`` lists the facts and sections missing from the source. ``added_at`` is the time of the
    first approval, or of the record in its database. A case whose ``basis`` is imported rests on
    the text of a database instead of its source: on ``prose``, or on statements drafted from it.
    ``first_import`` is the record that such a text came from if the case now rests on its source.
    ``judging_note`` is empty if a judge was asked about everything. ``same_source`` are case ids.
    ``findings`` are data only, without those that the judge did not find entailed. ``corrections``
    are mistakes that readers or curators found after the publication, newest first.
    """

    revision_id: str
    facts: tuple[PublishedFact, ...]
    statements: tuple[PublishedStatement, ...]
    tags: tuple[PublishedTag, ...]
    tags_set_aside: tuple[SetAsideTag, ...] = ()
    findings: tuple[Finding, ...] = ()
    corrections: tuple[Correction, ...] = ()
    silent: tuple[str, ...]
    added_at: datetime | None = None
    prose: tuple[ProsePart, ...] = ()
    imported: ImportOrigin | None = None
    basis: Literal["imported"] | None = None
    first_import: ImportOrigin | None = None
    judging_note: str = ""
    company_kind: str | None = None
    same_source: tuple[str, ...] = ()
    source: SourceCard
    provenance: Provenance

    @property
    def updated_at(self) -> datetime | None:
        """The time of its approval, or else of its import."""
        return self.provenance.approved_at or (self.imported.at if self.imported else None)

    @property
    def made_on(self) -> date | None:
        """The day of the last approval, edit or draft, or else of the import."""
        return self.provenance.made_on or (self.imported.at.date() if self.imported else None)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the page's content, without what other cases say of the company and system.

        The time of the last source check and the findings are left out too.
        """
        source = self.source.model_copy(update={"checked_at": None, "archived_copy": None})
        content = self.model_copy(update={"source": source}).model_dump(
            mode="json",
            exclude=_NOT_ON_PAGE,
        )
        later = {
            "tags_set_aside": self.tags_set_aside,
            "corrections": self.corrections,
            "basis": self.basis and not self.prose,
            "first_import": self.first_import,
        }
        for name in (name for name, value in later.items() if not value):
            del content[name]  # fields of later versions leave earlier hashes alone
        if self.imported:
            content["imported"] = self.imported.model_dump(mode="json", exclude_none=True)
        return sha256_hex(json.dumps(content, separators=(",", ":")).encode())

    @property
    def evidence(self) -> str:
        """What its statements rest on, for filters: "quotes", "structured" or "imported"."""
        if self.imported and not self.statements:
            return "imported"
        return "structured" if self.basis else "quotes"

    @property
    def basis_note(self) -> str:
        """The text that the case rests on, in words; empty if it is the source."""
        if self.basis is None or self.imported is None:
            return ""
        return f"from the text published by {self.imported.database}, not from the source"

    def fact(self, name: FactName) -> PublishedFact | None:
        """Return a fact, None if the source does not state it."""
        return next((fact for fact in self.facts if fact.name == name), None)

    def section(self, section: Section) -> list[PublishedStatement]:
        """Return the statements of a section, without solutions listed below a challenge."""
        return [s for s in self.statements if s.section is section and s.answers is None]

    def solutions_to(self, challenge: PublishedStatement) -> list[PublishedStatement]:
        """Return the solutions to a challenge."""
        return [s for s in self.statements if s.answers == challenge.n]

    def summed_up(self, sentence: PublishedStatement) -> list[PublishedStatement]:
        """Return the statements that a sentence of the abstract summarizes."""
        return [s for s in self.statements if s.n in sentence.rests_on]

    @property
    def kickers(self) -> list[Kicker]:
        """The known facts among those shown above the title."""
        found = [(name, getattr(self, name), self.fact(name)) for name in _KICKERS]
        return [
            Kicker(
                text=fact_text(name, value),
                mark=fact.mark if fact and fact.value == value else "",
            )
            for name, value, fact in found
            if value
        ]

    @property
    def is_nested(self) -> bool:
        """Whether solutions are listed below their challenges."""
        return any(s.answers is not None for s in self.statements)

    @property
    def lead(self) -> str:
        """The first sentence without a doubt, else the title: lists have no room for marks."""
        abstract = self.section(Section.ABSTRACT)
        sentence = next((s.text for s in abstract if not s.is_doubtful), None)
        if sentence is None and self.prose:
            sentence = first_sentence(self.prose[0].paragraphs[0])
        return sentence or self.title


class CaseRecord(PublishedCase):
    """A case as data.

    ``page`` is its address, or its path if the site's address is unknown. ``licence`` covers text
    and data; quotes belong to their sources. ``citation`` is the citation of the case in words.
    """

    page: str
    licence: str | None
    citation: str


def link_key(start: int | None, end: int | None) -> str:
    """Return the reason of the hidden text that stores a quote's link in an import."""
    return f"link to characters {start} to {end}"
