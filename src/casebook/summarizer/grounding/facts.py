"""Whether a quote carries a fact: the value stands in it, or it is one that the quote amounts to.

A value that stands in its quote may still be no fact of the case: "we plan to be in production",
"founded in 2015", "our finance team". Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from casebook.schemas.cases import DeploymentStage, Narrator, Support, SupportLevel
from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.grounding.governing import clause_of, readable, reservation
from casebook.summarizer.grounding.quoted import Quoted
from casebook.summarizer.language.wording import stands_in

# Words of one clause that tell of less than production, and those that tell of it all the same.
_LESS = re.compile(
    r"\b(?:pilot\w*|beta|alpha|prototyp\w*|proofs?[\s-]of[\s-]concept|pocs?|demos?|demonstrat\w+|trial\w*"
    r"|experiment\w*|preview|early[\s-]access|canary|hackathon|sandbox|staging|mock-?up|research)\b",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"\b(?:production|(?:went|gone|is|are|been|goes|going)\s+live|roll(?:ed)?\s*-?out|rollout|ship(?:ped|s)"
    r"|(?:generally\s+)?available|released|launched|now|today|since|every\w*)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"(?:\b(?:not(?!\s+(?:just|only|merely))|never|cannot|nor|yet\s+to)|n[’']t)\b(?:\s+\w+){0,3}?\s+"
    r"(?:production|live|deploy\w*|roll\w*|launch\w*|releas\w+|reach\w*|ship\w*|full|everyone|all)\b"
    r"|\b(?:before|without)\s+\w+ing\b",
    re.IGNORECASE,
)
# What else than the day of the text a year may be of; "{}" stands for the year.
_OTHER_YEAR = (
    r"\b(?:found(?:ed|ing)|establish(?:ed|ment)|incorporated|born|history|until|before|by|from|since"
    r"|copyright|©)\W+(?:\w+\W+){{0,3}}?{}\b|\b{}\s*[-–]\s*(?:\d|present|today)"
)
# A department is no line of business.
_DEPARTMENT = (
    r"\b{}\W+(?:teams?|departments?|desk|staff|stack|people|officers?|director|unit|function|reasons?"
    r"|counsel|debt)\b"
)
# Whom a text names beside the company that it is about; "{}" stands for the name.
_BESIDE = (
    r"\b(?:unlike|such\s+as|competitors?|rivals?|vendors?|suppliers?|than)\W+(?:like\W+)?(?:the\W+)?{}\b"
    r"|\b{}\b,?\s+(?:an?|our|the|one\s+of\s+our)\s+(?:\w+\s+)?(?:competitor|rival|vendor|supplier)"
)

Doubt = Callable[[str, Quoted, date | None], tuple[SupportLevel, str] | None]


def judge_fact(
    field: str, value: str, quotes: Sequence[Quoted], text: str, published: date | None
) -> Support:
    """Judge a value by its quotes, by what else their sentences say, and by the text."""
    quoted = " ".join(q.evidence.quote for q in quotes)
    stated = stands_in(value, quoted)
    if stated or (quoted and value.casefold() in terms_of(field)):
        doubt = _doubted(field, value, quotes, published)
        if doubt is not None:
            return doubt
        if stated:
            return _support(SupportLevel.SUPPORTED, "The quote says so.")
        return _support(SupportLevel.WEAK, "Concluded from the quote.")
    if stands_in(value, text):
        return _support(SupportLevel.WEAK, "Stands elsewhere in the source.")
    return _support(SupportLevel.UNSUPPORTED, "The source does not say so.")


def _doubted(
    field: str, value: str, quotes: Sequence[Quoted], published: date | None
) -> Support | None:
    """Return what speaks against a value, if something does in each of its quotes."""
    doubt = _DOUBTS.get(field)
    if doubt is None or not quotes:
        return None
    found = [doubt(value, quote, published) for quote in quotes]
    return _support(*found[0]) if found[0] and all(found) else None


def _stage(value: str, quote: Quoted, _: date | None) -> tuple[SupportLevel, str] | None:
    """A system is in production where nothing says that it is planned, tried, asked or over."""
    if value.casefold() != DeploymentStage.PRODUCTION:
        return None
    for said in readable(quote.sentences):
        near = clause_of(said, quote.alone.start - said.start, len(quote.evidence.quote))
        if denied := _NOT.search(near):
            return SupportLevel.UNSUPPORTED, f"The source says “{denied[0]}” of it."
        if governed := reservation(said, quote.alone.stems):
            weak = governed.kind.reach == "condition"
            level = SupportLevel.WEAK if weak else SupportLevel.UNSUPPORTED
            return level, governed.reason
        if (less := _LESS.search(near)) and not _LIVE.search(near):
            return SupportLevel.UNSUPPORTED, f"The source speaks of a “{less[0]}”."
    return None


def _year(value: str, quote: Quoted, published: date | None) -> tuple[SupportLevel, str] | None:
    if published is not None and value != str(published.year):
        return SupportLevel.WEAK, f"The source is of {published.year}."
    return _by(_OTHER_YEAR, value, quote, "It may be the year of something else")


def _industry(value: str, quote: Quoted, _: date | None) -> tuple[SupportLevel, str] | None:
    return _by(_DEPARTMENT, value, quote, "It may be a part of the company only")


def _company(value: str, quote: Quoted, _: date | None) -> tuple[SupportLevel, str] | None:
    return _by(_BESIDE, value, quote, "It may be another company than the one told of")


def _by(pattern: str, value: str, quote: Quoted, told: str) -> tuple[SupportLevel, str] | None:
    words = re.compile(pattern.format(*[re.escape(value)] * pattern.count("{}")), re.IGNORECASE)
    found = [words.search(said.text) for said in quote.sentences]
    if not found or not all(found):
        return None
    return SupportLevel.WEAK, f"{told}: “{found[0][0] if found[0] else value}”."


_DOUBTS: Mapping[str, Doubt] = {
    "deployment": _stage,
    "year": _year,
    "industry": _industry,
    "company": _company,
}


@cache
def terms_of(field: str) -> frozenset[str]:
    """Return the values that a field is chosen from, in lower case; none where it is free."""
    chosen: dict[str, list[str]] = {
        "industry": [name for i in load_taxonomy().industries for name in (i.slug, i.label)],
        "deployment": [stage.value for stage in DeploymentStage],
        "narrator": list(Narrator),
    }
    return frozenset(name.casefold() for name in chosen.get(field, ()))


def _support(level: SupportLevel, reason: str) -> Support:
    return Support(level=level, reason=reason)
