"""The terms and industries that cases are filed under. The data is ``taxonomy.toml``."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

from schemas.cases import TermGroup
from schemas.frozen import Frozen
from schemas.terms import Ruling, TermRuling


class Term(Frozen):
    """A tag. ``merged`` are the slugs of other vocabularies that mean this one."""

    slug: str
    label: str
    group: TermGroup
    definition: str
    synonyms: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


class Industry(Frozen):
    """A line of business; ``cues`` are words that speak strongly for it."""

    slug: str
    label: str
    definition: str
    cues: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


class Mention(NamedTuple):
    """``text[start:end]`` names the term or industry with this slug."""

    slug: str
    start: int
    end: int


def term_key(name: str) -> str:
    """Return the form in which names of terms are compared: letters and digits, no plural s."""
    key = "".join(character for character in name.casefold() if character.isalnum())
    return key[:-1] if len(key) > 3 and key.endswith("s") and not key.endswith("ss") else key  # noqa: PLR2004 - "AWS" is no plural


class Taxonomy(Frozen):
    """All terms and industries."""

    version: str
    terms: tuple[Term, ...]
    industries: tuple[Industry, ...]

    def term(self, slug: str) -> Term | None:
        """Return the term with this slug, or the one that it was merged into."""
        return next((t for t in self.terms if slug == t.slug or slug in t.merged), None)

    def named(self, name: str) -> Term | None:
        """Return the term that ``name`` is a slug, label or synonym of."""
        return self._terms_by_key.get(term_key(name))

    def industry(self, name: str) -> Industry | None:
        """Return the industry that ``name`` is the slug or label of."""
        wanted = term_key(name)
        return next(
            (i for i in self.industries if wanted in map(term_key, (i.slug, i.label, *i.merged))),
            None,
        )

    def mentions(self, text: str) -> list[Mention]:
        """Return where ``text`` names terms, in order and not overlapping."""
        return list(_found(self._term_pattern, self._slug_of_key, text))

    def industry_mentions(self, text: str) -> list[Mention]:
        """Return the cues of industries in ``text``, in order."""
        return list(_found(self._cue_pattern, self._slug_of_cue_key, text))

    def with_rulings(self, rulings: Iterable[TermRuling]) -> "Taxonomy":
        """Return the taxonomy with accepted terms added and mapped names as synonyms.

        ``rulings`` are in order of time; the newest of a name counts.
        """
        terms = {term.slug: term for term in self.terms}
        for ruling in {ruling.key: ruling for ruling in rulings}.values():
            known = self.term(ruling.slug) if ruling.slug else None
            if ruling.ruling is Ruling.MAP and known:
                synonyms = (*terms[known.slug].synonyms, ruling.name)
                terms[known.slug] = terms[known.slug].model_copy(update={"synonyms": synonyms})
            elif ruling.ruling is Ruling.ACCEPT and ruling.slug and known is None:
                terms[ruling.slug] = Term(
                    slug=ruling.slug,
                    label=ruling.label or ruling.name,
                    group=ruling.group or "technique",
                    definition=ruling.definition or "",
                    synonyms=(ruling.name,),
                )
        return Taxonomy(
            version=self.version, terms=tuple(terms.values()), industries=self.industries
        )

    @cached_property
    def _terms_by_key(self) -> Mapping[str, Term]:
        found: dict[str, Term] = {}
        for term in self.terms:
            for name in (term.slug, term.label, *term.synonyms, *term.merged):
                found.setdefault(term_key(name), term)
        return found

    @cached_property
    def _slug_of_form(self) -> Mapping[str, str]:
        return _by_form((t.slug, (t.label, *t.synonyms)) for t in self.terms)

    @cached_property
    def _slug_of_cue(self) -> Mapping[str, str]:
        return _by_form((i.slug, i.cues) for i in self.industries)

    @cached_property
    def _slug_of_key(self) -> Mapping[str, str]:
        return _by_key(self._slug_of_form)

    @cached_property
    def _slug_of_cue_key(self) -> Mapping[str, str]:
        return _by_key(self._slug_of_cue)

    @cached_property
    def _term_pattern(self) -> re.Pattern[str]:
        return _pattern(self._slug_of_form)

    @cached_property
    def _cue_pattern(self) -> re.Pattern[str]:
        return _pattern(self._slug_of_cue)


def _by_form(entries: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Return slugs by form; a form in capitals is kept as written, any other in lower case."""
    found: dict[str, str] = {}
    for slug, forms in entries:
        for form in forms:
            found.setdefault(form if form.isupper() else form.lower(), slug)
    return found


def _pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern for all forms, the longest first; forms in capitals match as written."""
    ordered = sorted(forms, key=len, reverse=True)
    parts = [_escaped(form) if form.isupper() else f"(?i:{_escaped(form)})" for form in ordered]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})s?(?![\w-])")


def _escaped(form: str) -> str:
    return re.escape(form).replace(r"\ ", r"[ -]").replace(r"\-", r"[ -]")


def _by_key(slugs: Mapping[str, str]) -> Mapping[str, str]:
    return {term_key(form): slug for form, slug in slugs.items()}


def _found(pattern: re.Pattern[str], slugs: Mapping[str, str], text: str) -> Iterator[Mention]:
    for match in pattern.finditer(text):
        yield Mention(slugs[term_key(match[0])], *match.span())


@cache
def load_taxonomy() -> Taxonomy:
    """Return the taxonomy that casebook carries."""
    data = files("schemas").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    return Taxonomy.model_validate(tomllib.loads(data))
