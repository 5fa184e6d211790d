"""Words for facts, sections, sources and numbers on pages, in Markdown and at the desk."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from schemas.cases import (
    FACT_LABELS,
    ONLY_HEARD,
    CaseStudy,
    FactName,
    Measure,
    Method,
    Origin,
    Section,
    Support,
    SupportLevel,
    TermGroup,
)
from schemas.reviews import EARLIER_JUDGE, Recipe
from schemas.sources import FROM_BROWSER, QUOTED_IMPORT, Document, SourceKind
from schemas.taxonomy import load_taxonomy

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SPOKEN = frozenset({SourceKind.VIDEO, SourceKind.CAPTIONS, SourceKind.RECORDING})
_MOST_NAMES = 4
_OPTIONAL = {"seller", "builder"}  # most systems have neither
_MAY_BE_EMPTY = {Section.ABSTRACT, Section.QUESTIONS, Section.PLANS, Section.EXAMPLE}
# A source is not silent on a section if it tells as much in one of these.
_RELATED: Mapping[Section, Sequence[Section]] = {
    Section.FAILURES: (Section.CHALLENGES,),
    Section.TECHNIQUES: (Section.ARCHITECTURE,),
    Section.TOOLS: (Section.ARCHITECTURE,),
    Section.EVALUATION: (Section.RESULTS,),
}
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]”\"][.!?])\s+(?=[A-Z0-9“\"])")
_KILO, _MEGA = 1_000, 1_000_000

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
SUPPORT_MEANINGS: Mapping[SupportLevel, str] = {
    SupportLevel(level): meaning for level, meaning in _TEXTS["support"].items()
}
NARRATORS: Mapping[str, str] = _TEXTS["narrators"]
FACT_WORDS: Mapping[FactName, str] = _TEXTS["facts"]
TAG_GROUPS: Mapping[TermGroup, str] = _TEXTS["tags"]
RESULT_COLUMNS: Sequence[tuple[str, str]] = tuple(_TEXTS["results"].items())
_MARKS: Mapping[str, str] = _TEXTS["marks"]
_BOTH = {
    Section.CHALLENGES: "Challenges and how they were met",
    Section.TECHNIQUES: "Techniques and tools",
}
_SOURCES = [{Origin.SOURCE}, {Origin.SELECTED}, {Origin.SOURCE, Origin.SELECTED}]
_JUDGING: Mapping[str, str] = _TEXTS["judging"]
CHECKED: str = _JUDGING["checked"]
GRADE_PARTS: Mapping[str, str] = _TEXTS["grade"]
AUDITED_OR_TESTED = (Method.AB_TEST, Method.AUDITED)
_PROJECTED = re.compile(
    r"\b(?:project(?:ed|s|ing)|expect(?:ed|s)?|forecast|estimated? to|will)\b", re.IGNORECASE
)


def byline(document: Document) -> str:
    """Return a description of the source: ``A blog post by Ada Berg on Example, 4 May 2026``."""
    if document.extractor == QUOTED_IMPORT and document.description:
        return one_line(document.description)
    kind = kind_name(document.kind, document.url)
    line = f"{'An' if kind[0] in 'aeiou' else 'A'} {kind}"
    if (known := document.speakers) and known.guests:
        line = "A conversation with" if known.hosts else f"{line} by"
        line += f" {listing(known.guests, _MOST_NAMES)}"
        line += f" of {one_line(known.guests_company)}" if known.guests_company else ""
        line += f", hosted by {listing(known.hosts, _MOST_NAMES)}" if known.hosts else ""
    elif authors := [name for author in document.authors if (name := one_line(author))]:
        # The author of a talk is its channel or podcast.
        line += f" {'from' if document.kind in SPOKEN else 'by'} {listing(authors, _MOST_NAMES)}"
    if document.site:
        line += f"{',' if known and known.hosts else ''} on {one_line(document.site)}"
    line += f", {day(document.published)}" if document.published else ""
    return f"{line}, as a curator’s browser showed it" if FROM_BROWSER in document.steps else line


def kind_name(kind: SourceKind, address: str | None = None) -> str:
    """Return the everyday name of a kind of source; a web page on a blog is a blog post."""
    is_post = kind is SourceKind.WEB and "blog" in (address or "").casefold()
    return "blog post" if is_post else kind.label


def fact_text(name: str, value: str) -> str:
    """Return a fact's value for readers: an industry's label, a narrator in words."""
    if name == "industry":
        return _industry_label(value)
    return NARRATORS.get(value, value) if name == "narrator" else value


@cache
def _industry_label(value: str) -> str:
    industry = load_taxonomy().industry(value)
    return industry.label if industry else value


def silent_parts(study: CaseStudy) -> list[str]:
    """Return the labels of facts and sections missing from the source.

    Empty if the study states itself what the source leaves open.
    """
    filled = {statement.section for statement in study.statements}
    if Section.GAPS in filled:
        return []
    known = {fact.name for fact in study.facts if fact.value is not None} | _OPTIONAL
    sections = [one for one in Section if one not in filled | _MAY_BE_EMPTY | {Section.GAPS}]
    return [label for name, label in FACT_LABELS.items() if name not in known] + [
        one.heading for one in sections if not filled.intersection(_RELATED.get(one, ()))
    ]


def silence_phrases(labels: Iterable[str]) -> list[str]:
    """Return labels of ``silent_parts`` worded to follow "The source does not say: …"."""
    words = {
        FACT_LABELS["narrator"]: "who gives the account",
        FACT_LABELS["stage"]: "how far it is deployed",
    }
    return [words.get(label, label.lower()) for label in labels]


def support_label(
    level: SupportLevel, origin: Origin = Origin.MODEL, *, heard: bool = False
) -> str:
    """Return the note beside a statement: ``verified``, ``verified, a curator's words``.

    ``heard`` is whether its quotes are a machine's transcript, which *verbatim* then means.
    """
    whose = {Origin.CURATOR: ", a curator’s words", Origin.SELECTED: ", chosen by code"}
    how = ", as a machine heard it" if heard and level is SupportLevel.VERBATIM else ""
    return f"{level.value}{how}{whose.get(origin, '')}"


def support_mark(support: Support) -> str:
    """Return the mark beside a part that a curator confirmed despite a doubt, else empty."""
    if support.is_unjudged:
        return _MARKS["unjudged"]
    if support.level is SupportLevel.DOUBTFUL and support.reason.startswith(ONLY_HEARD):
        return _MARKS["heard"]
    return _MARKS.get(support.level, "")


def judging_note(recipe: Recipe | None) -> str:
    """Return a note on a draft if no judge, or only an earlier one, was asked; else empty."""
    if recipe is None:
        return ""
    if recipe.judge is None:
        return _JUDGING["selected" if recipe.strategy == "guided" else "none"]
    return _JUDGING["earlier"] if EARLIER_JUDGE in recipe.prompts else ""


def shown_value(measure: Mapping[str, Any]) -> str:
    """Return the value of a result with its qualifier and unit."""
    names = ("value", "unit", "qualifier")
    return Measure(**{name: measure[name] for name in names}).shown_value or ""


def result_source(result: Mapping[str, Any]) -> str:
    """Return the author and method of a result: ``the team's own, A/B test``.

    ``result`` has ``narrator``, ``method``, ``text`` and ``qualifier``.
    """
    source = _TEXTS["whose"].get(result["narrator"] or "", "as stated in the source")
    how = result["method"] if result["method"] in AUDITED_OR_TESTED else None
    projected = "projected" if is_projected(result["text"], result["qualifier"]) else None
    return ", ".join(filter(None, (source, how, projected)))


def is_projected(text: str, qualifier: str | None) -> bool:
    """Return whether a result is expected rather than measured, according to its words."""
    return bool(_PROJECTED.search(f"{qualifier or ''} {text}"))


def support_summary(levels: Iterable[SupportLevel]) -> list[tuple[str, str]]:
    """Return the number of statements per level (``8 verified``), with the level's meaning."""
    found = list(levels)
    return [
        (f"{found.count(level)} {level.value}", SUPPORT_MEANINGS[level])
        for level in SupportLevel
        if level in found
    ]


def heading(section: Section, origins: Iterable[Origin] = (), *, has_both: bool = False) -> str:
    """Return the heading of a section with statements of these origins.

    A summary of the source's own sentences is called otherwise. ``has_both`` is whether solutions
    are shown with the challenges, or tools with the techniques.
    """
    if section is Section.ABSTRACT and {*origins} in _SOURCES:
        return "Key sentences"
    return _BOTH[section] if has_both else section.heading


def reliability_note(own: int, total: int) -> str:
    """Return a note on the reliability of the cases; ``own`` of them were not imported."""
    if own == total:
        return "Each statement links to its evidence, and a curator approved each case."
    unchecked = "imported from other databases and not compared with"
    if not own:
        return f"The cases were {unchecked} their sources."
    have = "has" if own == 1 else "have"
    return (
        f"{own:,} of {count(total, 'case')} {have} quotes found in the source and a curator’s "
        f"approval; the rest was {unchecked} its sources."
    )


def one_line(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def first_sentence(text: str) -> str:
    """Return ``text`` up to the end of its first sentence."""
    return _SENTENCE.split(one_line(text), maxsplit=1)[0]


def day(moment: date | datetime) -> str:
    """Return a date as ``24 November 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 case``, ``2,000 cases``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Return bytes as ``900 bytes``, ``12 kB``, ``1.4 MB``."""
    if number < _KILO:
        return count(number, "byte")
    kilobytes = round(number / _KILO)
    return f"{kilobytes} kB" if kilobytes < _KILO else f"{number / _MEGA:,.1f} MB"


def listing(names: Sequence[str], most: int | None = None) -> str:
    """Return ``a, b and c``; of more than ``most``, the first and ``12 others``."""
    shown = list(names)
    if most and len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} others"]
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
