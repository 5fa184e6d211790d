"""The templates of the site, with their filters and global values."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)

from publishing import wording
from publishing.layout import article, brief
from publishing.markdown import escape
from publishing.plan import MENU, SiteSettings
from publishing.site.groups import group_address

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@lru_cache(maxsize=4)
def environment(settings: SiteSettings) -> Environment:
    """Return an environment with the filters and globals of the templates.

    Values are escaped, except in Markdown and text templates, which use the filter ``md``.
    """
    made = Environment(
        loader=PackageLoader("publishing.site"),
        autoescape=select_autoescape(
            ("html", "xml"), default=True, disabled_extensions=("md", "txt")
        ),
        undefined=StrictUndefined,
        bytecode_cache=FileSystemBytecodeCache(),  # each publication starts a new process
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        article,
        brief,
        *(wording.count, wording.day, wording.listing, wording.silence_phrases, wording.size),
        wording.support_summary,
    )
    made.filters |= {one.__name__: one for one in filters}
    made.filters.update(
        fact_text=lambda value, name: wording.fact_text(name, value),
        md=escape,
        group_page=lambda key, kind: group_address(kind, key),
        xml=lambda text: _NOT_IN_XML.sub("\ufffd", text),
    )
    made.globals.update(
        site_title=settings.title,
        site_address=settings.root,
        site_licence=settings.licence,
        site_doi=settings.doi,
        site_contact=settings.contact,
        site_form=settings.form,
        report_titles={},
        site_path=urlsplit(settings.root or "/").path,
        base=settings.root or "",
        support_label=wording.support_label,
        fact_words=wording.FACT_WORDS,
        result_columns=wording.RESULT_COLUMNS,
        grade_meanings=wording.GRADE_PARTS,
        tag_groups=wording.TAG_GROUPS,
        checked_note=wording.CHECKED,
        support_meanings=wording.SUPPORT_MEANINGS,
        menu=MENU,
        facet_values={},
        unpublished=None,
        has_card=False,
        version="",
        similar=(),
        ranked_tags=None,
        most_tags=6,
        synonyms=(),
        cited_in=(),
        system=None,
        path="",
        part_of="",
        alternate="",
    )
    return made
