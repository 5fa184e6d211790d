"""Case studies with a curator's changes.

A curator's text is checked like a model's: quotes are located in the source, and numbers and names
are compared.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from review import arrangement
from review import changes as to
from review.doubts import confirmed_part
from review.evidence import joined, located, new_fact, new_tag, reworded
from review.parts import PartT, part_id, updated
from schemas.cases import (
    FACT_LABELS,
    NARRATORS,
    STAGES,
    CaseStudy,
    Evidence,
    Fact,
    FactName,
    Form,
    Measure,
    Method,
    Origin,
    Part,
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
from summarizer.checks import Checker
from summarizer.quantities import number_of

MOST_TAGS = 30
CHOICES: Mapping[str, tuple[str, ...]] = {
    "stage": STAGES,
    "narrator": NARRATORS,
}
"""The allowed values of facts with a fixed list."""

_YEAR = re.compile(r"(19|20)\d\d")


def apply_changes(
    study: CaseStudy,
    document: Document,
    changes: Sequence[to.Change],
    taxonomy: Taxonomy,
    who: str,
    *,
    earlier: Mapping[str, CaseStudy] = MappingProxyType({}),
) -> CaseStudy:
    """Return ``study`` after ``changes``, which refer to the numbers in ``study``.

    Statements can be restored from ``earlier`` revisions, by id.

    Raises:
        InvalidDecision: if a part is missing, a value not allowed, a text empty, or a quote not in
            the source.
    """
    draft = _Draft(study, document, taxonomy, who, earlier)
    for change in changes:
        if not isinstance(change, to.SetSpeakers):  # it concerns the document
            draft.apply(change)
    return draft.study()


class _Draft:
    """A case study while changes are applied: its parts by id."""

    def __init__(
        self,
        study: CaseStudy,
        document: Document,
        taxonomy: Taxonomy,
        who: str,
        earlier: Mapping[str, CaseStudy],
    ) -> None:
        self._document, self._taxonomy, self._who = document, taxonomy, who
        self._earlier = earlier
        # Company and title need not be in every quote.
        self._checker = Checker(
            document, filter(None, (study.fact("company").value, study.fact("title").value))
        )
        whole: list[Part] = [*study.facts, *study.statements, *study.tags]
        self._parts: dict[str, Part] = {part_id(part): part for part in whole}
        self._texts = {statement.n: statement.text for statement in study.statements}

    def study(self) -> CaseStudy:
        return CaseStudy(
            facts=tuple(self._all(Fact)),
            statements=numbered(map(self._rechecked, self._all(Statement))),
            tags=tuple(self._all(Tag)),
        )

    def _all(self, kind: type[PartT]) -> list[PartT]:
        return [part for part in self._parts.values() if isinstance(part, kind)]

    def _rechecked(self, one: Statement) -> Statement:
        """Return a statement, checked again if the statements that support it were reworded."""
        texts = {n: self._statement(n).text for n in one.rests_on}
        doubted = one.support.level in {SupportLevel.DOUBTFUL, SupportLevel.REFUTED}
        if doubted or all(self._texts.get(n) == text for n, text in texts.items()):
            return one
        return reworded(one, self._checker, one.text, rests_on=[*texts.values()])

    def apply(self, change: to.Change) -> None:
        if isinstance(change, to.Drop):
            self._drop(change.part)
        elif isinstance(change, to.Move | to.Split | to.Merge):
            self._arrange(change)
        else:
            part: Part = getattr(self, f"_{change.action}")(change)
            self._parts[part_id(part)] = part

    def _arrange(self, change: to.Move | to.Split | to.Merge) -> None:
        statements = self._all(Statement)
        match change:
            case to.Move():
                one = self._statement_part(change.part)
                new = (
                    arrangement.reordered(statements, one, change.by)
                    if change.section is None
                    else arrangement.in_section(statements, one, change.section)
                )
            case to.Split():
                new = arrangement.split(statements, *self._halves(change))
            case to.Merge():
                new = arrangement.merged(statements, self._whole(change), change.other)
        others = {name: part for name, part in self._parts.items() if name[0] != "s"}
        self._parts = others | {part_id(one): one for one in new}

    def _halves(self, change: to.Split) -> tuple[Statement, Statement]:
        one, measure = self._statement(change.n), self._statement(change.n).measure
        is_second = bool(measure and measure.value and measure.value in change.rest)
        form = Form.NEXT if one.form is Form.PARAGRAPH else one.form
        rest = updated(one, n=self._new_number(), form=form)
        texts = _not_empty(change.text), _not_empty(change.rest)
        first = self._half(one, texts[0], change.quotes, has_measure=not is_second)
        return first, self._half(rest, texts[1], change.rest_quotes, has_measure=is_second)

    def _half(
        self, one: Statement, text: str, quotes: Sequence[int] | None, *, has_measure: bool
    ) -> Statement:
        numbered_quotes = dict(enumerate(one.evidence, start=1))
        chosen = numbered_quotes if quotes is None else quotes
        if not {*chosen} <= {*numbered_quotes} or not (chosen or one.rests_on):
            raise InvalidDecision("each of the two statements needs at least one of the quotes")
        evidence = tuple(numbered_quotes[n] for n in sorted({*chosen}))
        measure = one.measure if has_measure else None
        half = updated(one, evidence=evidence, measure=measure, origin=Origin.CURATOR)
        return reworded(half, self._checker, text, rests_on=self._texts_below(one))

    def _whole(self, change: to.Merge) -> Statement:
        one, other = self._statement(change.n), self._statement(change.other)
        if one is other or (one.section, one.answers) != (other.section, other.answers):
            raise InvalidDecision("only statements of one section can be merged; move one first")
        if one.measure and other.measure:
            raise InvalidDecision("both have a measurement, which stays apart from others")
        whole = updated(
            one,
            rests_on=tuple(dict.fromkeys((*one.rests_on, *other.rests_on))),
            measure=one.measure or other.measure,
            origin=Origin.CURATOR,
        )
        text = (change.text or "").strip() or f"{one.text} {other.text}"
        texts = self._texts_below(whole)
        return reworded(whole, self._checker, text, other.evidence, rests_on=texts)

    def _confirm(self, change: to.Confirm) -> Part:
        return confirmed_part(self._part(change.part), self._who, change.reason or "")

    def _add_quote(self, change: to.AddQuote) -> Part:
        return self._quoted(self._part(change.part), self._more(change.quote))

    def _drop(self, part: str) -> None:
        """Drop a part and the summary sentences that cite it."""
        gone = self._part(part)
        del self._parts[part]
        if isinstance(gone, Statement):
            for one in self._all(Statement):
                if gone.n in one.rests_on:
                    del self._parts[part_id(one)]

    def _part(self, part: str) -> Part:
        if part not in self._parts:
            kind, _, key = part.partition("-")
            name = {"s": "statement", "f": "fact", "t": "tag"}.get(kind, "part")
            raise InvalidDecision(f"the case has no {name} {key}")
        return self._parts[part]

    def _statement(self, n: int) -> Statement:
        return self._statement_part(f"s-{n}")

    def _statement_part(self, part: str) -> Statement:
        found = self._part(part)
        if not isinstance(found, Statement):
            raise InvalidDecision("only statements can be moved")
        return found

    def _quoted(self, part: Part, more: tuple[Evidence, ...]) -> Part:
        """Return a part with ``more`` quotes, checked again."""
        match part:
            case Statement():
                rests_on = self._texts_below(part)
                return reworded(part, self._checker, part.text, more, rests_on=rests_on)
            case Fact():
                value, document = part.value or "", self._document
                return new_fact(part, value, self._checker, document, who=self._who, more=more)
        evidence = joined(part.evidence, more)
        support = self._checker.quote_support(evidence)
        return part.model_copy(update={"evidence": evidence, "support": support})

    def _drop_quote(self, change: to.DropQuote) -> Part:
        part = self._part(change.part)
        kept = tuple(found for found in part.evidence if found.quote != change.quote)
        is_bare = not kept and not (isinstance(part, Statement) and part.rests_on)
        if is_bare or len(kept) == len(part.evidence):
            raise InvalidDecision("a part needs at least one quote; drop the part instead")
        return self._quoted(part.model_copy(update={"evidence": kept}), ())

    def _put_back(self, change: to.PutBack) -> Statement:
        study = self._earlier.get(change.revision_id, CaseStudy())
        for one in study.statements:
            if one.n == change.n:
                n = self._new_number()
                return one.model_copy(update={"n": n, "answers": None, "rests_on": ()})
        raise InvalidDecision(f"revision {change.revision_id} has no statement {change.n}")

    def _new_number(self) -> int:
        return max((one.n for one in self._all(Statement)), default=0) + 1

    def _more(self, quote: str | None) -> tuple[Evidence, ...]:
        return located(quote, self._checker, self._document) if quote else ()

    def _set_fact(self, change: to.SetFact) -> Fact:
        value = (change.value or "").strip()
        if not value:
            return Fact(name=change.name)
        held = self._parts.get(f"f-{change.name}")
        before = held if isinstance(held, Fact) else Fact(name=change.name)
        value = _allowed(change.name, value, self._taxonomy)
        if value == before.value and not change.quote:
            return before
        more = self._more(change.quote)
        return new_fact(before, value, self._checker, self._document, who=self._who, more=more)

    def _set_statement(self, change: to.SetStatement) -> Statement:
        before = self._statement(change.n)
        text = before.text if change.text is None else _not_empty(change.text)
        base = before.rests_on if change.rests_on is None else tuple(dict.fromkeys(change.rests_on))
        if (text, base) == (before.text, before.rests_on) and not change.quote:
            return before
        below = {self._statement(n).section for n in base}
        if below and (before.section is not Section.ABSTRACT or Section.ABSTRACT in below):
            raise InvalidDecision(
                "only summary sentences can cite statements,"
                " and only statements from other sections"
            )
        before = before.model_copy(update={"rests_on": base})
        more, texts = self._more(change.quote), self._texts_below(before)
        return reworded(before, self._checker, text, more, rests_on=texts)

    def _texts_below(self, one: Statement) -> list[str]:
        """Return the texts of the statements that support a summary sentence."""
        return [self._statement(n).text for n in one.rests_on]

    def _set_measure(self, change: to.SetMeasure) -> Statement:
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

    def _add_statement(self, change: to.AddStatement) -> Statement:
        text, answers = _not_empty(change.text), change.answers
        if change.section is not Section.SOLUTIONS:
            answers = None
        elif answers and self._statement(answers).section is not Section.CHALLENGES:
            raise InvalidDecision(f"statement {answers} is not a challenge")
        new = Statement(
            n=self._new_number(),
            section=change.section,
            text=text,
            evidence=(),
            support=Support(level=SupportLevel.REFUTED),
            origin=Origin.CURATOR,
            answers=answers,
        )
        return reworded(new, self._checker, text, self._more(change.quote))

    def _add_tag(self, change: to.AddTag) -> Tag:
        term = self._taxonomy.term(change.slug.strip()) or self._taxonomy.named(change.slug)
        if term is None:
            raise InvalidDecision(f"the taxonomy has no term {change.slug}")
        if f"t-{term.slug}" in self._parts:
            raise InvalidDecision(f"the case already has the tag {term.slug}")
        if len(self._all(Tag)) >= MOST_TAGS:
            raise InvalidDecision(f"a case has at most {MOST_TAGS} tags; drop one first")
        return new_tag(term, change.quote, self._checker, self._document, self._taxonomy)


def _allowed(name: FactName, value: str, taxonomy: Taxonomy) -> str:
    """Return ``value`` in its stored form."""
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
