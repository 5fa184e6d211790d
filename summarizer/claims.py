"""Converts the answers of capable models, and page metadata, into claims."""

from collections.abc import Mapping, Sequence

from schemas.cases import FACT_NAMES, NARRATORS, STAGES, FactName, Measure, Section
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.answers import SECTION_OF, AbstractAnswer, FactAnswer, PartAnswer, ResultAnswer
from summarizer.drafts import Claim, FactClaim, TagClaim
from summarizer.measures import split_qualifier
from summarizer.quantities import number_of

_CHOSEN: tuple[FactName, ...] = ("industry", "stage", "narrator")


def claims_of(answer: PartAnswer) -> tuple[Claim, ...]:
    """Return the claims of an answer: its statements, then the sentences of its abstract."""
    given = [(place, item) for name, place in SECTION_OF.items() for item in getattr(answer, name)]
    given += [(Section.EXAMPLE, answer.example)] if answer.example else []
    found = [
        (
            item.id,
            Claim(
                section=section,
                text=item.statement,
                quotes=tuple(item.quotes),
                translations=tuple(item.translations),
                form=None if section is Section.EXAMPLE else item.form,
                measure=measure_of(item) if isinstance(item, ResultAnswer) else None,
                answers=getattr(item, "answers", None),
            ),
        )
        for section, item in given
        if item.statement.strip()
    ]
    return linked(found, answer.abstract) + gaps_of(answer.gaps)


def gaps_of(gaps: Sequence[str]) -> tuple[Claim, ...]:
    """Return the claims that the source leaves questions open."""
    return tuple(Claim(section=Section.GAPS, text=gap) for gap in gaps if gap.strip())


def linked(
    claims: Sequence[tuple[int, Claim]], abstract: Sequence[AbstractAnswer]
) -> tuple[Claim, ...]:
    """Return claims that refer to each other by index instead of id, then those of the abstract.

    A repeated id refers to its first claim; a solution can only refer to a challenge.
    """
    places: dict[int | None, int] = {n: place for place, (n, _) in reversed([*enumerate(claims)])}
    challenges = {
        n: place for n, place in places.items() if claims[place][1].section is Section.CHALLENGES
    }
    solved = [c.model_copy(update={"answers": challenges.get(c.answers)}) for _, c in claims]
    sentences = [
        Claim(
            section=Section.ABSTRACT,
            text=one.sentence,
            rests_on=tuple(places[n] for n in dict.fromkeys(one.rests_on) if n in places),
        )
        for one in abstract
        if one.sentence.strip()
    ]
    return (*solved, *sentences)


def facts_of(answer: PartAnswer) -> tuple[FactClaim, ...]:
    """Return the facts of an answer; values chosen from a list count as inferred."""
    title = [FactClaim(name="title", value=answer.title, inferred=True)] if answer.title else []
    fields = {name: "deployment" if name == "stage" else name for name in FACT_NAMES[1:]}
    given: dict[FactName, FactAnswer | None] = {n: getattr(answer, f) for n, f in fields.items()}
    found = [
        FactClaim(name=name, value=fact.value, quotes=(fact.quote,), inferred=name in _CHOSEN)
        for name, fact in given.items()
        if fact and is_allowed(name, fact.value)
    ]
    return (*title, *found)


def tags_of(answer: PartAnswer) -> tuple[TagClaim, ...]:
    """Return the tags of an answer."""
    return tuple(
        TagClaim(name=tag.name, group=tag.group, quotes=(tag.quote,))
        for tag in answer.tags
        if tag.name.strip()
    )


def stated_by(document: Document) -> list[FactClaim]:
    """Return the facts in the page's metadata, which take precedence over a model's."""
    title = document.title.strip() if document.title else ""
    facts = [FactClaim(name="title", value=title)] if title else []
    if document.published:
        facts.append(FactClaim(name="year", value=str(document.published.year)))
    return facts


def with_stated(facts: Sequence[FactClaim], document: Document) -> tuple[FactClaim, ...]:
    """Return ``facts``, with the page's year instead of a model's, and its title if none is given.

    The model's title names the company and the system; the page's own is shown with the source.
    """
    titled = any(fact.name == "title" for fact in facts)
    stated = {fact.name: fact for fact in stated_by(document) if fact.name != "title" or not titled}
    return (*stated.values(), *(fact for fact in facts if fact.name not in stated))


def is_allowed(name: FactName, value: str) -> bool:
    """Return whether a fact can have this value; some are chosen from a list."""
    if name == "industry":
        return load_taxonomy().industry(value) is not None
    choices: Mapping[str, tuple[str, ...]] = {"stage": STAGES, "narrator": NARRATORS}
    return bool(value.strip()) and (name not in choices or value in choices[name])


def measure_of(answer: ResultAnswer) -> Measure:
    """Return the parts of a result."""
    qualifier, value = split_qualifier(answer.value)
    parts = answer.model_dump(include={"metric", "unit", "baseline", "sample", "method"})
    qualifier = answer.qualifier or qualifier
    return Measure(**parts, qualifier=qualifier, value=value, number=number_of(value))
