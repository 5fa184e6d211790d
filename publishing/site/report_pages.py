"""Reports on the site: as pages, Markdown and JSON, with lists and feeds."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from publishing.files import key_of
from publishing.plan import PublicationPlan, SiteSettings
from publishing.reports.checks import cited_parts, current_findings
from publishing.site.pages import environment
from publishing.site.recording_pages import RecordingPages
from publishing.site.report_views import GONE, ReportView, SectionView, view_of
from publishing.site.writer import PageWriter
from schemas.reports import Report
from warehouse import Dataset

DISAGREEMENTS = "disagreements.html"
_HIDDEN = {"dropped", "generation_ids", "created_by", "numbers", "claims"}


class ReportPages:
    """Writes the pages of published reports, newest first, and of their older editions."""

    def __init__(self, pages: PageWriter, tables: Dataset, plan: PublicationPlan) -> None:
        self._pages, recordings = pages, plan.recordings
        every = [*plan.reports, *plan.editions]
        parts, known = cited_parts(every, tables), current_findings(every, tables)
        editions: dict[str, list[Report]] = {}
        for report in every:
            editions.setdefault(report.name, []).append(report)
        views = [view_of(one, parts, known, editions[one.name]) for one in every]
        self.views = views[: len(plan.reports)]
        self._older = views[len(plan.reports) :]
        self._audio = RecordingPages(pages.files, pages)
        # Outdated citations can be marked on a page, but not in a recording.
        stands = {one.report.report_id for one in self.views if not (one.withdrawn or one.changed)}
        self._recordings = {one: path for one, path in recordings.items() if one in stands}

    def write(self, groups: Collection[str]) -> None:
        """Write all pages, linked to ``groups``, and feeds if the site's address is known."""
        for view in (*self.views, *self._older):
            self._write(view, groups)
        self._audio.write_feed()
        recorded = sorted(self._recordings)
        series = sorted({view.report.template for view in self.views})
        key = [[_key(view) for view in self.views], recorded]
        values = {"views": self.views, "series": series, "recordings": recorded}
        values |= {"disagreements": len(self.disagreements)}
        self._pages.put("reports/index.html", "reports.html", key, **values)
        if self.disagreements:
            key = [[_key(view), part.anchor] for view, part in self.disagreements]
            found = {"disagreements": self.disagreements}
            self._pages.put(DISAGREEMENTS, "disagreements.html", key, **found)
        if self._pages.settings.root and self.views:
            self._write_feed("reports/feed.xml", "Reports", self.views)
            for name in series:
                own = [view for view in self.views if view.report.template == name]
                self._write_feed(f"reports/{name}.xml", name.replace("-", " ").capitalize(), own)

    @property
    def disagreements(self) -> list[tuple[ReportView, SectionView]]:
        """The claims with findings on both sides, those with the most against them first."""
        found = [
            (view, part)
            for view in self.views
            for part in view.parts
            if part.claim and part.claim.supporting and part.claim.opposing
        ]
        return sorted(found, key=lambda pair: -len(pair[1].claim.opposing) if pair[1].claim else 0)

    @property
    def addresses(self) -> list[str]:
        """The addresses for the sitemap."""
        found = ["reports/", *([DISAGREEMENTS] if self.disagreements else ())]
        return [*found, *(f"{view.folder}/" for view in (*self.views, *self._older))]

    def _write(self, view: ReportView, groups: Collection[str]) -> None:
        folder, key = view.folder, _key(view)
        path = self._recordings.get(view.report.report_id)
        recording = bool(path and self._audio.write(view.report, path))
        values = {"view": view, "gone": GONE, "alternate": f"{folder}/index"}
        page = {"recording": recording, "groups": groups, **values}
        page |= {"root": "../" * (folder.count("/") + 1)}
        own = [key, recording, sorted(groups)]
        self._pages.put(f"{folder}/index.html", "report.html", own, **page)
        self._pages.put(f"{folder}/index.md", "report.md", key, **values)
        self._pages.put_text(f"{folder}/index.json", key, lambda: report_json(view))

    def _write_feed(self, name: str, title: str, views: Sequence[ReportView]) -> None:
        values = {
            "name": name,
            "title": f"{self._pages.settings.title}: {title}",
            "updated_at": max(view.report.created_at for view in views),
            "views": views,
        }
        self._pages.put(name, "reports.xml", [_key(view) for view in views], **values)


def report_markdown(view: ReportView, settings: SiteSettings) -> str:
    """Return a report as Markdown, with a footnote for each citation."""
    return environment(settings).get_template("report.md").render(view=view, gone=GONE)


def report_json(view: ReportView) -> str:
    """Return a report as JSON, with the states of its citations and without withdrawn cases."""
    made: dict[str, Any] = view.report.model_dump(mode="json", exclude=_HIDDEN)
    made["sections"] = [
        {
            "heading": part.heading,
            "claim": part.claim and part.claim._asdict(),
            "sentences": [
                {
                    "n": one.n,
                    "role": paragraph.role,
                    "text": one.text,
                    "support": one.support,
                    "state": one.state,
                    "citations": [cited.number for cited in one.cited],
                }
                for paragraph in part.paragraphs
                for one in paragraph.sentences
            ],
        }
        for part in view.parts
    ]
    made["citations"] = [cited._asdict() for cited in view.cited]
    made["numbers"] = [one.model_dump(mode="json") for one in view.numbers]
    made["cases"] = [row._asdict() for row in view.cases]
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _key(view: ReportView) -> str:
    """Return a key of everything that the files of a report depend on."""
    return key_of(view.report.report_id, view.parts, view.cases, view.cited)
