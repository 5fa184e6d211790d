"""Texts of an export: the dataset card for Hugging Face, articles, and a list of changes."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml
from slugify import slugify

from publishing.markdown import escape
from publishing.plan import Exported, SiteSettings
from publishing.records import CaseRecord
from publishing.site.case_texts import case_markdown
from publishing.site.pages import environment
from publishing.wording import one_line, reliability_note
from warehouse import Dataset

_LICENCES = frozenset(
    "apache-2.0 mit cc0-1.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-3.0 cc-by-nc-4.0"
    " cc-by-nd-4.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 pddl odbl odc-by"
    " cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 unlicense".split()
)
_CREATIVE = re.compile(
    r"^https?://creativecommons\.org/(?:licenses/)?(.+?)/?(?:deed\.\w+|legalcode)?$"
)
_SPDX = {"apache-2.0": "Apache-2.0", "mit": "MIT", "unlicense": "Unlicense"}
_ZERO = {"cc-publicdomain-zero-1.0": "cc0-1.0", "cc0": "cc0-1.0"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
_LARGEST = "100K<n<1M"
_MOST_TITLES = 50
_ONE_LINE = 100_000  # characters: some front matter parsers do not support folded values
_TAGS = ("case-studies", "llm", "llmops", "production")


def dataset_card(
    settings: SiteSettings, release: str, rows: Mapping[str, int], tables: Dataset
) -> str:
    """Return the dataset card of a release; ``rows`` are the row counts by table."""
    found = tables.rows(
        "SELECT DISTINCT source_language AS code FROM published_cases ORDER BY code"
    )
    codes = {code.partition("-")[0].lower() for one in found if (code := one["code"])}
    head: dict[str, Any] = {
        "pretty_name": one_line(settings.title),
        **licence(settings.licence),
        "language": sorted(codes) or ["en"],
        "tags": list(_TAGS),
        "size_categories": [next((s for n, s in _SIZES if rows["cases"] < n), _LARGEST)],
        "configs": [
            {"config_name": name, "data_files": f"data/{name}.parquet"}
            | ({"default": True} if name == "cases" else {})
            for name in rows
        ],
    }
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    columns = {name: tables.columns(name) for name in rows}
    page = environment(settings).get_template("card.md")
    sql = "SELECT count(*) AS own FROM published_cases WHERE imported_from IS NULL"
    own = tables.rows(sql)[0]["own"]
    notes = tables.rows(
        "SELECT judging_note AS note, count(*) AS cases FROM published_cases"
        " WHERE judging_note <> '' GROUP BY judging_note ORDER BY judging_note DESC"
    )
    values = {
        "own": own,
        "notes": notes,
        "origins": _origins(tables),
        "reliability_note": reliability_note(own, rows["cases"]),
        "rows": rows,
        "columns": columns,
    }
    return f"---\n{front}---\n\n{page.render(release=release, **values)}"


def citation_file(settings: SiteSettings, release: str) -> str:
    """Return ``CITATION.cff`` (Citation File Format 1.2.0), which repositories show."""
    known = licence(settings.licence)
    title = one_line(settings.title)
    head: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it.",
        "type": "dataset",
        "title": title,
        "authors": [{"name": name} for name in settings.authors or (title,)],
        "version": release,
        "date-released": release.partition(".")[0],
    }
    head |= {"doi": settings.doi} if settings.doi else {}
    head |= {"url": settings.address} if settings.address else {}
    named = known["license"] != "other"
    head |= {"license": _SPDX.get(known["license"], known["license"].upper())} if named else {}
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False)


def zenodo_file(settings: SiteSettings, release: str, card: str) -> str:
    """Return ``.zenodo.json``, the metadata with which Zenodo archives a release."""
    known, title = licence(settings.licence), one_line(settings.title)
    body = card.partition("---\n\n")[2].strip().partition("\n\n")
    found: dict[str, Any] = {
        "title": title,
        "upload_type": "dataset",
        "description": one_line(body[2].partition("\n\n")[0] or title),
        "creators": [{"name": name} for name in settings.authors or (title,)],
        "version": release,
        "publication_date": release.partition(".")[0],
        "keywords": list(_TAGS),
    }
    found |= {"license": known["license"]} if known["license"] != "other" else {}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _origins(tables: Dataset) -> list[dict[str, Any]]:
    """Return the imported databases, each with the folders of its records' pages."""
    return tables.rows(
        "SELECT imported_from AS name, count(*) AS cases,"
        " array_agg(DISTINCT page) FILTER (page <> '') AS pages,"
        " list_sort(array_agg(DISTINCT record_licence) FILTER (record_licence <> '')) AS licences,"
        " list_sort(array_agg(DISTINCT record_credit) FILTER (record_credit <> '')) AS credits"
        " FROM (SELECT * REPLACE (regexp_extract(record_url, '^(https?://.+/)[^/]+/?$', 1) AS page)"
        " FROM published_cases WHERE imported_from <> '')"
        " GROUP BY imported_from ORDER BY cases DESC, name"
    )


def licence(text: str | None) -> dict[str, str]:
    """Return the licence fields of a card: an identifier, or "other" with name and address."""
    words = one_line(text or "")
    address = words if words.startswith(("http://", "https://")) else None
    known = _CREATIVE.sub(lambda found: f"cc {found[1]}", words)
    known = re.sub(r"[\s/]+", "-", known.lower().strip(" ."))
    known = _ZERO.get(known, known)
    if known in _LICENCES:
        return {"license": known}
    found = {"license": "other", "license_name": slugify(words, max_length=60) or "not-stated"}
    return found | ({"license_link": address} if address else {})


def article(record: CaseRecord) -> str:
    """Return a case as Markdown, with front matter for site generators."""
    year = record.year
    head: dict[str, Any] = {
        "title": record.title,
        "description": record.lead,
        "date": record.made_on,
        "slug": record.slug,
        "company": record.company,
        **{name: fact.value for name in ("seller", "builder") if (fact := record.fact(name))},
        "industry": record.industry,
        "year": int(year) if year and year.isdecimal() else year,
        "tags": [tag.slug for tag in record.tags],
        "source": record.source.address,
        "licence": record.licence,
        "imported_from": record.imported.database if record.imported else None,
        "record_url": record.imported.url if record.imported else None,
        "basis": record.basis,
        "case_id": record.case_id,
        "revision_id": record.revision_id,
    }
    doubtful = {fact.name for fact in record.facts if fact.is_doubtful}  # would need a mark
    known = {name: v for name, v in head.items() if v is not None and name not in doubtful}
    front = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=_ONE_LINE)
    return f"---\n{front}---\n\n{case_markdown(record)}"


def change_list(done: Exported, text: str, last: str | None) -> str:
    """Return the list of changes: the release ``done`` above those in ``text`` up to ``last``.

    Entries of an interrupted run, above ``last``, are left out.
    """
    parts = ["# Changes", f"## {done.release}"]
    for what in ("added", "changed", "withdrawn"):
        titles: tuple[str, ...] = getattr(done, what)
        shown = [f"- {escape(title)}" for title in titles[:_MOST_TITLES]]
        if len(titles) > _MOST_TITLES:
            shown.append(f"- and {len(titles) - _MOST_TITLES:,} more")
        parts += [f"{what.capitalize()}:", "\n".join(shown)] if shown else []
    earlier = text.partition(f"\n## {last}\n")[2].strip() if last else ""
    parts += [f"## {last}", earlier] if earlier else []
    return "\n\n".join(parts) + "\n"
