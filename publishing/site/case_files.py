"""The files of a case: its page, and its record in formats for other programs."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from publishing.citations import bibtex, citation, ris
from publishing.entries import CaseEntry
from publishing.files import SiteFiles, key_of
from publishing.plan import PublicationPlan
from publishing.records import CaseRecord, PublishedCase
from publishing.site.cards import card
from publishing.site.case_tags import rarest_first, rarities
from publishing.site.case_texts import case_markdown
from publishing.site.facets import facet_values
from publishing.site.groups import Group, groups
from publishing.site.search_index import page_version
from publishing.site.system_pages import in_time
from publishing.site.writer import PageWriter
from schemas.reviews import Publication
from schemas.synonyms import synonyms

FORMS = ("case.json", "case.md", "case.bib", "case.ris")
CARD = "card.png"
# Tombstones are written only to addresses of case pages, whatever address is stored.
_CASE_PAGE = re.compile(r"cases/[a-z0-9-]+/index\.html")


class CaseFiles:
    """Writes the files of the individual cases."""

    def __init__(self, files: SiteFiles, plan: PublicationPlan) -> None:
        self._files, self._plan, self._settings = files, plan, plan.settings
        self._pages = PageWriter(files, plan)
        self._rarities = rarities(plan.entries.values())

    def write_records(self, entries: Iterable[CaseEntry]) -> Path:
        """Write the record of each case in all formats; return the JSON Lines file of all cases."""
        with self._plan.lines.open(encoding="utf-8") as lines:
            new = {case.case_id for line in lines if (case := self._write_record(line))}
        path = self._files.folder / "data" / "cases.jsonl"
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as records:
            for entry in entries:
                if entry.case_id not in new:
                    for name in (*FORMS, CARD):
                        key = self._plan.keys[entry.case_id]
                        self._files.keep(f"cases/{entry.slug}/{name}", key)
                records.write(self._beside(entry, "case.json").read_bytes())
        return path

    def _write_record(self, line: str) -> PublishedCase:
        case = PublishedCase.model_validate_json(line)
        publisher, address = self._settings.title, self._address(case.slug)
        key, folder = self._plan.keys[case.case_id], f"cases/{case.slug}"
        record = self._record(case)
        # Some parsers also break lines at U+0085 and U+2028, which ASCII does not contain.
        made: Mapping[str, Callable[[], str | bytes]] = {
            "case.json": lambda: record.model_dump_json(ensure_ascii=True) + "\n",
            "case.md": lambda: case_markdown(case, self._same_source(case)),
            "case.bib": lambda: bibtex(case, publisher, address),
            "case.ris": lambda: ris(case, publisher, address),
        }
        for name, make in made.items():
            self._files.put(f"{folder}/{name}", key, make)
        kickers = [one.text for one in case.kickers if not one.mark]
        is_unjudged = case.judging_note and not case.provenance.judge
        kicker = " · ".join(["Not judged", *kickers] if is_unjudged else kickers)
        if self._settings.root and (picture := card(case.title, kicker, publisher)):
            self._files.put(f"{folder}/{CARD}", key, lambda: picture)
        return case

    def write_pages(
        self,
        entries: Sequence[CaseEntry],
        similar: Mapping[str, Sequence[str]],
        on_page: Callable[[int], object],
    ) -> None:
        """Write the page of each case, with its similar cases."""
        known, cited_in = {entry.case_id: entry for entry in entries}, self._cited_in()
        systems = {one.key: one for one in groups(entries)["system"]}
        for n, entry in enumerate(entries, start=1):
            like = [known[one] for one in similar.get(entry.case_id, ())]
            shown = [(one.slug, one.title, one.kickers) for one in like]
            cited = cited_in.get(entry.case_id, ())
            system = systems.get(entry.system.system_id) if entry.system else None
            accounts = [(one.slug, one.title) for one in system.entries] if system else ()
            parts = (
                shown,
                self._plan.menu,
                [self._rarities[tag.slug] for tag in entry.tags],
                *([cited] if cited else ()),
                *([accounts] if accounts else ()),
            )
            key = key_of(self._plan.keys[entry.case_id], *parts)
            self._files.put(entry.address, key, partial(self._page, entry, like, cited, system))
            on_page(n)

    def write_tombstones(self, withdrawn: Iterable[Publication]) -> None:
        """Write a notice to the address of each withdrawn case."""
        for publication in withdrawn:
            page = self._files.folder / publication.address
            if _CASE_PAGE.fullmatch(publication.address) and not page.exists():
                name, key = publication.address, publication.publication_id
                self._pages.put(name, "withdrawn.html", key, publication=publication)

    def _cited_in(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return the name and title of the reports that cite each case, by case id."""
        found: dict[str, list[tuple[str, str]]] = {}
        for report in self._plan.reports:
            for case_id in report.case_ids:
                found.setdefault(case_id, []).append((report.name, report.title))
        return found

    def _page(
        self,
        entry: CaseEntry,
        similar: Sequence[CaseEntry],
        cited: Sequence[tuple[str, str]],
        system: Group | None,
    ) -> str:
        case = CaseRecord.model_validate_json(self._beside(entry, "case.json").read_bytes())
        has_card = self._beside(entry, CARD).exists()
        version = page_version(self._plan.keys[entry.case_id])
        texts = [case.title, *(one.text for one in case.statements)]
        texts += [tag.label for tag in case.tags]
        texts += [text for part in case.prose for text in part.paragraphs]
        values: dict[str, Any] = {"synonyms": synonyms().missing("; ".join(texts))}
        values |= {"similar": similar, "has_card": has_card, "version": version, "cited_in": cited}
        values |= {"ranked_tags": rarest_first(case, self._rarities)}
        values |= {"facet_values": facet_values(entry), "system": system}
        values |= {"report_titles": {one.name: one.title for one in self._plan.reports}}
        values |= {"accounts": in_time(system.entries) if system else ()}
        return self._pages.render("case.html", case=case, beside=self._same_source(case), **values)

    def _same_source(self, case: PublishedCase) -> list[CaseEntry]:
        known = self._plan.entries
        return [known[one] for one in case.same_source if one in known]

    def _beside(self, entry: CaseEntry, name: str) -> Path:
        return (self._files.folder / entry.address).with_name(name)

    def _record(self, case: PublishedCase) -> CaseRecord:
        address = self._address(case.slug)
        return CaseRecord.model_construct(
            **dict(case),
            page=address or case.address,
            licence=self._settings.licence,
            citation=citation(case, self._settings.title, address),
        )

    def _address(self, slug: str) -> str | None:
        """Return the full address of a case's page, None if the site's address is unknown."""
        root = self._settings.root
        return f"{root}cases/{slug}/" if root else None
