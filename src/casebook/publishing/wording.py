"""How pages name things: sections in the reader's order, places, dates, counts. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from casebook.publishing.records import PublishedCase
from casebook.schemas.cases import Result, Statement, SupportLevel
from casebook.schemas.documents import Locator
from casebook.schemas.ids import sha256_hex
from casebook.schemas.taxonomy import load_taxonomy

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "summary": "Overview",
        "architecture": "Architecture",
        "challenges": "Challenges",
        "solutions": "Solutions",
        "lessons": "Lessons",
        "results": "Results",
        "techniques": "Techniques",
        "tools": "Tools",
        "failures": "Failures",
        "open_questions": "Open questions",
    }
)
"""Statement fields in the order in which one reads about a system, with their headings."""

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "company": "Company",
        "industry": "Industry",
        "year": "Year",
        "deployment": "Stage",
        "narrator": "Told by",
    }
)
"""Facts beside the title, with their labels."""

TAG_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "application": "Applications",
        "technique": "Techniques",
        "tool": "Tools",
        "concern": "Concerns",
    }
)

FIGURES: Mapping[str, str] = MappingProxyType(
    {"industry": "Industry", "year": "Year", "kind": "Source", "tag": "Tag"}
)
"""What cases are counted by, with headings; the index is narrowed by the same."""

RESULT_COLUMNS: Sequence[tuple[str, str]] = (
    ("metric", "Metric"),
    ("shown_value", "Value"),
    ("baseline", "Before"),
    ("window", "Over"),
    ("shown_method", "Method"),
)
"""What a result names beside its sentence: the attribute and its heading."""


Part = TypeVar("Part", bound=Statement)


def one_line(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def is_measured(result: Result) -> bool:
    """Tell whether a result names a metric or a value, and so makes a row of a table."""
    return bool(result.value or result.metric)


def filters() -> dict[str, Callable[..., object]]:
    """Return the functions that templates call as filters."""
    return {
        "anchored": anchored,
        "approved": attrgetter("provenance.approved_at"),
        "choices": choices,
        "count": count,
        "day": day,
        "fact": fact_value,
        "having": lambda cases, name: sum(any(_values(case, name)) for case in cases),
        "kicker": kicker,
        "kind": attrgetter("label"),
        "lead": lead,
        "listing": listing,
        "place": place,
        "silences": silences,
        "size": size,
        "xml": lambda text: _NOT_IN_XML.sub("\ufffd", text),
        "label_of": lambda value, name: label_of(name, str(value)),
    }


def anchored(parts: Sequence[Part], name: str) -> list[tuple[Part, str]]:
    """Return each statement with the id by which its place on the page is cited.

    It goes by what is said, so that it stays when other statements come or go.
    """
    said = [sha256_hex(part.text.encode("utf-8", "replace"))[:8] for part in parts]
    again = [said[:at].count(one) for at, one in enumerate(said)]
    ids = [f"{name}-{one}{f'-{n + 1}' if n else ''}" for one, n in zip(said, again, strict=True)]
    return list(zip(parts, ids, strict=True))


def clock(seconds: float) -> str:
    """Return a second of a video as players show it: ``1:02:05``, ``0:07``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 case``, ``2,000 cases``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def day(moment: date | datetime) -> str:
    """Return a date as ``24 November 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def money(dollars: float | None) -> str:
    """Return dollars as people write them; an unknown price is said, not zero."""
    if dollars is None:
        return "price not known"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def duration(seconds: float | None) -> str:
    """Return seconds as ``1 h 05 min``, ``6 h``, ``4 min`` or ``12 s``."""
    if seconds is None:
        return "—"
    if seconds < 90:  # noqa: PLR2004 - under a minute and a half, seconds tell more
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"


def size(number: int) -> str:
    """Return bytes as ``900 bytes``, ``12 kB``, ``1.4 MB``."""
    if number < 1000:  # noqa: PLR2004 - the step from one unit to the next
        return count(number, "byte")
    return f"{number / 1000:.0f} kB" if number < 999_500 else f"{number / 1e6:,.1f} MB"  # noqa: PLR2004


def listing(names: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def place(locator: Locator) -> str:
    """Return where a passage stands, in words; empty where the source has no such place."""
    if locator.seconds is not None:
        where = f"at {clock(locator.seconds)}"
    elif locator.page is not None:
        where = f"page {locator.page}"
    else:
        where = f"under “{locator.section}”" if locator.section else ""
    return ", ".join(part for part in (where, locator.speaker) if part)


def silences(names: Iterable[str]) -> list[str]:
    """Return what a reader calls the facts and sections of these ``names``, in lower case."""
    labels = {"title": "Title", **FACTS, **SECTIONS, "narrator": "Who tells it"}
    silent = set(names)
    return [label.lower() for name, label in labels.items() if name in silent]


def fact_value(case: PublishedCase, name: str) -> str | None:
    """Return what the case says of ``name``, or None where it is silent."""
    fact = case.facts.get(name)
    return fact.value if fact else None


def kicker(case: PublishedCase) -> list[tuple[str, bool]]:
    """Return the facts that stand above a title, those that are known, and whether each is weak."""
    facts = ((name, case.facts.get(name)) for name in ("company", "industry", "year"))
    return [
        (label_of(name, fact.value), fact.support.level is SupportLevel.WEAK)
        for name, fact in facts
        if fact and fact.value
    ]


def lead(case: PublishedCase) -> str:
    """Return one sentence of a case, for where no mark can say that it is weak; else its title."""
    told = (s.text for s in case.statements["summary"] if s.support.level is SupportLevel.SUPPORTED)
    return next(told, case.title)


def label_of(name: str, value: str) -> str:
    """Return the value of the fact ``name`` as a reader reads it: an industry by its label."""
    industry = load_taxonomy().industry(value) if name == "industry" else None
    return industry.label if industry else value


class Choice(NamedTuple):
    """A value that narrows the index, what a reader calls it, and how many cases have it."""

    value: str
    label: str
    cases: int


def choices(cases: Sequence[PublishedCase], name: str) -> list[Choice]:
    """Return the values that cases have of ``name``: years newest first, others by label."""
    found = [dict(_values(case, name)) for case in cases]
    labels = {value: label for one in found for value, label in one.items()}
    counted = Counter(value for one in found for value in one)
    told = [Choice(value, label, counted[value]) for value, label in labels.items()]
    return sorted(told, key=lambda one: one.label.casefold(), reverse=name == "year")


def _values(case: PublishedCase, name: str) -> Iterator[tuple[str, str]]:
    """Yield the value and label of each ``tag`` of a case, its ``kind``, or its one fact."""
    if name == "tag":
        yield from ((tag.slug, tag.label) for tag in case.tags)
    elif name == "kind":
        yield case.source.kind.value, case.source.kind.label
    elif value := fact_value(case, name):
        yield value, label_of(name, value)
