"""What a case study becomes with a curator's changes.

Words of a person are checked by the same code as a model's: quotes are located in the source,
numbers and names compared.
"""

import re
from collections.abc import Mapping, Sequence

from review import changes as to
from review.doubts import confirmed_part
from review.evidence import new_fact, new_tag, reworded
from schemas.cases import (
    FACT_LABELS,
    NARRATORS,
    STAGES,
    CaseStudy,
    Fact,
    FactName,
    Measure,
    Method,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
    numbered,
)
from schemas.errors import InvalidDecision
from schemas.sources import Document
from schemas.taxonomy import Taxonomy
from summarizer.agreement import number_of
from summarizer.checks import Checker

MOST_TAGS = 30
CHOICES: Mapping[str, tuple[str, ...]] = {
    "stage": STAGES,
    "narrator": NARRATORS,
}
"""The values of facts that are chosen from a list."""

_YEAR = re.compile(r"(19|20)\d\d")


def apply_changes(
    study: CaseStudy,
    document: Document,
    changes: Sequence[to.Change],
    taxonomy: Taxonomy,
    who: str,
) -> CaseStudy:
    """Return ``study`` after ``changes``, whose numbers are those of ``study`` as given.

    Raises:
        InvalidDecision: if a change names a part that is not there, a value that is not allowed,
            an empty text, or a quote that is not in the source.
    """
    draft = _Draft(study, document, taxonomy, who)
    for change in changes:
        draft.apply(change)
    return draft.study()


class _Draft:
    """A case study under change: its parts by name, number and slug."""

    def __init__(self, study: CaseStudy, document: Document, taxonomy: Taxonomy, who: str) -> None:
        self._document, self._taxonomy, self._who = document, taxonomy, who
        # Company and title need not stand in each quoted passage.
        self._checker = Checker(
            document, filter(None, (study.fact("company").value, study.fact("title").value))
        )
        self._facts = {fact.name: fact for fact in study.facts}
        self._statements = {statement.n: statement for statement in study.statements}
        self._texts = {statement.n: statement.text for statement in study.statements}
        self._tags = {tag.slug: tag for tag in study.tags}

    def study(self) -> CaseStudy:
        return CaseStudy(
            facts=tuple(self._facts.values()),
            statements=numbered(map(self._rechecked, self._statements.values())),
            tags=tuple(self._tags.values()),
        )

    def _rechecked(self, one: Statement) -> Statement:
        """Return a sentence of the abstract, checked again if what it rests on has other words."""
        texts = {n: self._statements[n].text for n in one.rests_on}
        doubted = one.support.level in {SupportLevel.DOUBTFUL, SupportLevel.REFUTED}
        if doubted or one.evidence or all(self._texts[n] == text for n, text in texts.items()):
            return one
        support = self._checker.abstract_support(one.text, [*texts.values()])
        return one.model_copy(update={"support": support})

    def apply(self, change: to.Change) -> None:
        match change:
            case to.SetFact():
                self._facts[change.name] = self._new_fact(change)
            case to.SetStatement():
                self._statements[change.n] = self._reworded(change)
            case to.SetMeasure():
                self._statements[change.n] = self._measured(change)
            case to.AddStatement():
                n = max(self._statements, default=0) + 1
                self._statements[n] = self._added(n, change)
            case to.DropStatement():
                self._drop(change.n)
            case to.AddTag():
                tag = self._new_tag(change)
                self._tags[tag.slug] = tag
            case to.DropTag():
                del self._tags[self._tag(change.slug).slug]
            case to.Confirm():
                self._confirm(change)

    def _drop(self, n: int) -> None:
        """Drop a statement, and the sentences of the abstract that rest on it."""
        del self._statements[self._statement(n).n]
        for one in list(self._statements.values()):
            if n in one.rests_on:
                del self._statements[one.n]

    def _confirm(self, change: to.Confirm) -> None:
        if change.n is not None:
            self._statements[change.n] = confirmed_part(self._statement(change.n), self._who)
        elif change.name in self._facts:
            self._facts[change.name] = confirmed_part(self._facts[change.name], self._who)
        else:
            tag = self._tag(change.slug or "")
            self._tags[tag.slug] = confirmed_part(tag, self._who)

    def _statement(self, n: int) -> Statement:
        if n not in self._statements:
            raise InvalidDecision(f"the case has no statement {n}")
        return self._statements[n]

    def _tag(self, slug: str) -> Tag:
        if slug not in self._tags:
            raise InvalidDecision(f"the case has no tag {slug}")
        return self._tags[slug]

    def _new_fact(self, change: to.SetFact) -> Fact:
        value = (change.value or "").strip()
        if not value:
            return Fact(name=change.name)
        before = self._facts.get(change.name, Fact(name=change.name))
        value = _allowed(change.name, value, self._taxonomy)
        if value == before.value and not change.quote:
            return before
        checker, document = self._checker, self._document
        return new_fact(before, value, checker, document, who=self._who, quote=change.quote)

    def _reworded(self, change: to.SetStatement) -> Statement:
        before, text = self._statement(change.n), _not_empty(change.text)
        if text == before.text and not change.quote:
            return before
        rests_on = [self._statement(n).text for n in before.rests_on]
        return reworded(before, self._checker, text, change.quote, rests_on=rests_on)

    def _measured(self, change: to.SetMeasure) -> Statement:
        before = self._statement(change.n)
        given = {name: (value or "").strip() or None for name, value in change.parts.items()}
        if given.get("method") not in {None, *Method}:
            raise InvalidDecision(f"method is one of: {', '.join(Method)}")
        parts = (before.measure or Measure()).model_dump(exclude={"number"})
        if parts | given == parts:
            return before
        measure = Measure.model_validate(parts | given)
        measure = measure.model_copy(update={"number": number_of(measure.value)})
        return reworded(before, self._checker, before.text, measure=measure)

    def _added(self, n: int, change: to.AddStatement) -> Statement:
        text, answers = _not_empty(change.text), change.answers
        if change.section is not Section.SOLUTIONS:
            answers = None
        elif answers and self._statement(answers).section is not Section.CHALLENGES:
            raise InvalidDecision(f"statement {answers} is not a challenge")
        empty = Support(level=SupportLevel.REFUTED)
        new = Statement(
            n=n, section=change.section, text=text, evidence=(), support=empty, answers=answers
        )
        return reworded(new, self._checker, text, change.quote)

    def _new_tag(self, change: to.AddTag) -> Tag:
        term = self._taxonomy.term(change.slug.strip()) or self._taxonomy.named(change.slug)
        if term is None:
            raise InvalidDecision(f"the taxonomy has no term {change.slug}")
        if term.slug in self._tags:
            raise InvalidDecision(f"the case has the tag {term.slug} already")
        if len(self._tags) >= MOST_TAGS:
            raise InvalidDecision(f"a case has at most {MOST_TAGS} tags; drop one first")
        return new_tag(term, change.quote, self._checker, self._document, self._taxonomy)


def _allowed(name: FactName, value: str, taxonomy: Taxonomy) -> str:
    """Return ``value`` as it is stored."""
    choices = CHOICES.get(name)
    if choices and value not in choices:
        raise InvalidDecision(f"{FACT_LABELS[name]} is one of: {', '.join(choices)}")
    if name == "year" and not _YEAR.fullmatch(value):
        raise InvalidDecision(f"{value!r} is not a year; use four digits, such as 2026")
    if name != "industry":
        return value
    if industry := taxonomy.industry(value):
        return industry.slug
    slugs = ", ".join(one.slug for one in taxonomy.industries)
    raise InvalidDecision(f"Industry is one of: {slugs}")


def _not_empty(text: str) -> str:
    if not text.strip():
        raise InvalidDecision("a statement cannot be empty; drop it instead")
    return text.strip()
