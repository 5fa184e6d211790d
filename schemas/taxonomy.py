"""The terms and industries of ``taxonomy.toml``, and the additions of curators."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files

from schemas.cases import TermGroup
from schemas.frozen import Frozen

PRODUCTS: frozenset[TermGroup] = frozenset({"tool", "model"})
"""The groups whose tags need to be named in the document."""

# The last part of a model's name, if it is a size, a date, a purpose or a format.
_VARIANT = re.compile(
    r"[\s:@/-]+(?:(?:\d+x)?\d+(?:\.\d+)?[bkm]|v\d+(?:[.:]\d+)*|\d{4}(?:-\d\d-\d\d|\d{4})?|\d-?bit|q\d\w*"
    r"|instruct|chat|base|it|hf|preview|latest|large|small|awq|gptq|gguf|fp8|int8|models?)$",
    re.IGNORECASE,
)


class Term(Frozen):
    """A tag; ``merged`` lists the slugs of other vocabularies with the same meaning.

    The names of a term ``as_written`` are also ordinary words, and are found in their case only.
    """

    slug: str
    label: str
    group: TermGroup
    definition: str
    synonyms: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    as_written: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The label and the synonyms."""
        return self.label, *self.synonyms


class Industry(Frozen):
    """An industry; ``cues`` are words that strongly indicate it."""

    slug: str
    label: str
    definition: str
    cues: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


class TermProposal(Frozen):
    """An unknown tag name proposed by a draft, with its quote; ``key`` is its ``term_key``."""

    key: str
    name: str
    group: TermGroup
    document_id: str
    quote: str
    proposed_at: datetime


Ruling = StrEnum("Ruling", "ACCEPT MAP REFUSE")
"""A curator's decision on a proposed name: a new term, a synonym of a term, or neither."""


class TermRuling(Frozen):
    """A curator's ruling on a name (the newest is in force); ``slug`` is the resulting term."""

    key: str
    name: str
    ruling: Ruling
    slug: str | None = None
    label: str | None = None
    group: TermGroup | None = None
    definition: str | None = None
    reason: str | None = None
    who: str
    at: datetime


class OpenTerm(Frozen):
    """A name without a ruling, with the number of documents that it was proposed for."""

    key: str
    name: str
    group: TermGroup
    documents: int
    quotes: tuple[str, ...]


def term_key(name: str) -> str:
    """Return a term name's form for comparison: letters and digits, without a plural s."""
    key = "".join(character for character in name.casefold() if character.isalnum())
    return key[:-1] if len(key) > 3 and key.endswith("s") and not key.endswith("ss") else key  # noqa: PLR2004 - keeps "AWS"


class Taxonomy(Frozen):
    """A set of terms and industries."""

    version: str
    terms: tuple[Term, ...]
    industries: tuple[Industry, ...]

    def term(self, slug: str) -> Term | None:
        """Return the term with this slug, or the term that it was merged into."""
        return self._terms_by_slug.get(slug)

    def named(self, name: str) -> Term | None:
        """Return the term with ``name`` as its label, synonym or slug.

        A model is also found by the name of a variant ("Llama 3.1 8B Instruct").
        """
        term = self.term(name) or self._terms_by_key.get(term_key(name))
        while term is None and (variant := _VARIANT.search(name)):
            name = name[: variant.start()]
            found = self._terms_by_key.get(term_key(name))
            term = found if found and found.group == "model" else None
        return term

    def industry(self, name: str) -> Industry | None:
        """Return the industry with ``name`` as its slug or label."""
        wanted = term_key(name)
        named = ((i, (i.slug, i.label, *i.merged)) for i in self.industries)
        return next((i for i, names in named if wanted in map(term_key, names)), None)

    def with_rulings(self, rulings: Iterable[TermRuling]) -> "Taxonomy":
        """Return the taxonomy with accepted terms added and mapped names as synonyms.

        ``rulings`` are in chronological order; the newest one for each name counts.
        """
        terms = {term.slug: term for term in self.terms}
        for ruling in {ruling.key: ruling for ruling in rulings}.values():
            known = self.term(ruling.slug) if ruling.slug else None
            if ruling.ruling is Ruling.MAP and known:
                synonyms = (*terms[known.slug].synonyms, ruling.name)
                terms[known.slug] = terms[known.slug].model_copy(update={"synonyms": synonyms})
            elif ruling.ruling is Ruling.ACCEPT and ruling.slug and known is None:
                fields = ruling.model_dump(include={"slug", "label", "group", "definition"})
                terms[ruling.slug] = Term(**fields, synonyms=(ruling.name,))
        return Taxonomy(version=self.version, terms=(*terms.values(),), industries=self.industries)

    @cached_property
    def _terms_by_slug(self) -> Mapping[str, Term]:
        return {slug: t for t in reversed(self.terms) for slug in (*t.merged, t.slug)}

    @cached_property
    def _terms_by_key(self) -> Mapping[str, Term]:
        slugs = [*self._terms_by_slug.items()]
        names = [(name, term) for term in reversed(self.terms) for name in term.names]
        return {term_key(name): term for name, term in slugs + names}


@cache
def load_taxonomy() -> Taxonomy:
    """Return the built-in taxonomy."""
    data = files("schemas").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    return Taxonomy.model_validate(tomllib.loads(data))
