"""The templates of the site with the words and functions that they use."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from publishing import wording
from publishing.facets import FACETS, choices, having, measured, units
from publishing.records import PublishedCase, PublishedFact
from publishing.tables import CASE_COLUMNS, STATEMENT_COLUMNS
from schemas.cases import FactName, Section

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KICKER: tuple[FactName, ...] = ("company", "industry", "year")


def environment(title: str, address: str | None, licence: str | None) -> Environment:
    """Return an environment that escapes every value and knows what the templates use.

    ``address`` is the site's root with a slash at the end, None where it is not known.
    """
    made = Environment(
        loader=PackageLoader("publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        choices=choices,
        count=wording.count,
        day=wording.day,
        fact_text=lambda value, name: wording.fact_text(name, value),
        having=having,
        kicker=kicker,
        listing=wording.listing,
        measured=measured,
        silences=wording.silences,
        size=wording.size,
        support_summary=wording.support_summary,
        units=units,
        xml=lambda text: _NOT_IN_XML.sub("\ufffd", text),
    )
    made.globals.update(
        site_title=title,
        site_address=address,
        site_licence=licence,
        sections=tuple(Section),
        heading=wording.heading,
        assurance=wording.assurance,
        fact_words=wording.FACT_WORDS,
        result_columns=wording.RESULT_COLUMNS,
        tag_groups=wording.TAG_GROUPS,
        support_meanings=wording.SUPPORT_MEANINGS,
        facets=FACETS,
        case_columns=CASE_COLUMNS,
        statement_columns=STATEMENT_COLUMNS,
    )
    return made


def kicker(case: PublishedCase) -> list[PublishedFact]:
    """Return the facts that stand above a title, those that are known."""
    return [fact for name in _KICKER if (fact := case.fact(name))]
