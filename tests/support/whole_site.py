"""A site with a page of every kind: withdrawn and imported cases, reports, a recording."""

from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

from built_sites import a_plan
from case_views import (
    NOON,
    a_document,
    a_publication,
    a_short_view,
    a_statement,
    a_view,
    with_study,
)
from made_reports import COUNT, a_citation, a_report

from publishing.audio.recording import ChapterMark, Recording, TranscriptCue
from publishing.plan import SiteChange
from publishing.site.build import build
from schemas.cases import Section
from schemas.reports import Report, ReportNumber
from schemas.reviews import CaseView
from schemas.sources import IMPORT, IMPORTED, Check, CheckResult, Step

DATABASE = "Their database"
REPORT = "what-they-show"
PROSE = "Acme answers tickets with a model.\n\nTwo people read each answer."
KINDS = {
    "home": "index.html",
    "withdrawn": "cases/gone/index.html",
    "case": "cases/a-claims-*/index.html",
    "imported case": "cases/rag-at-acme*/index.html",
    "tag": "tags/vllm/index.html",
    "industry": "industries/energy/index.html",
    "company": "companies/harbourline/index.html",
    "second page of a group": "years/2024/1.html",
    "statements": "lessons.html",
    "results": "results.html",
    "browse": "browse.html",
    "search": "search.html",
    "ask": "ask.html",
    "attribution": "attribution.html",
    "figures": "figures.html",
    "data": "data.html",
    "changes": "changes.html",
    "collection": "collection.html",
    "accuracy": "how-right.html",
    "corrections": "corrections.html",
    "reports": "reports/index.html",
    "report": f"reports/{REPORT}/index.html",
    "recording": f"reports/{REPORT}/transcript.html",
    "not found": "404.html",
}
"""A page of each kind."""

COUNTED = ("counted", "origin", "outcome", "reason", "number")
FOUND = (
    ("source", "imported", "case", "", 1),
    ("source", "listed", "duplicate", "redirect", 12),
    ("source", "listed", "duplicate", "file", 1),
    ("source", "listed", "unwanted", "", 1_204),
    ("source", "listed", "failed", "gone", 7),
    ("source", "listed", "failed", "fetch", 9),
    ("source", "submitted", "refused", "story", 31),
    ("source", "submitted", "refused", "technical_detail", 4),
    ("source", "submitted", "waiting", "", 2),
    ("source", "submitted", "case", "", 48),
    ("case", "", "shown", "", 43),
    ("case", "", "rejected", "", 4),
    ("case", "", "review", "", 5),
    ("case", "", "withdrawn", "", 1),
)
"""Sources and cases by origin, outcome and reason, as the warehouse counts them."""

_JUDGED = (
    "side value flags right_flags precision precision_low precision_high "
    "read missed recall recall_low recall_high"
).split()
ACCURACY = {
    "numbers": {
        "drafted": 2_410, "flagged": 230, "approved": 1_900, "corrected": 171, "read_twice": 140,
        "differences": 9, "mistakes": 3, "corrections": 2, "mended": 1, "median_days": 2.5,
    },
    "agreement": {
        "statements": 138, "cases": 5, "both_right": 118, "first_only": 6, "second_only": 3,
        "both_wrong": 11, "kappa": 0.673, "low": 0.47, "high": 0.87,
    },
    "judge": [
        dict(zip(_JUDGED, row, strict=True))
        for row in (
            ("all", "", 210, 160, 0.762, 0.7, 0.815, 118, 4, 0.71, 0.49, 0.86),
            ("judge", "a-judge", 203, 155, 0.764, 0.7, 0.817, 118, 4, 0.7, 0.48, 0.85),
            ("judge", "another <judge>", 7, 5, 0.714, 0.36, 0.92, 0, 0, None, None, None),
            ("part", "results", 41, 30, 0.732, 0.58, 0.843, 22, 1, 0.8, 0.4, 0.97),
            ("part", "facts", 20, 11, 0.55, 0.342, 0.742, 0, 0, None, None, None),
            ("source", "web", 210, 160, 0.762, 0.7, 0.815, 118, 4, 0.71, 0.49, 0.86),
        )
    ],
}  # fmt: skip
"""What readers, judges and curators said, as the warehouse counts it."""


def an_imported_view(**changes: str) -> CaseView:
    """A case whose text is another database's."""
    step = Step(method=IMPORT, outcome=f"{DATABASE}, cases.jsonl: rag-at-acme")
    known = {"extractor": IMPORTED, "steps": (step,), "site": None, "authors": (), "title": "x"}
    document = a_document(PROSE, url="https://acme.example/rag", **known)
    facts = a_short_view("RAG at Acme", **changes).revision.study.facts
    study = a_short_view("RAG at Acme").revision.study.model_copy(
        update={"facts": facts, "statements": ()}
    )
    made = {"made_by": "import", "author": DATABASE, "recipe": None, "unread": ()}
    return a_view(study, document, revision=made)


def a_lesson(view: CaseView, n: int) -> CaseView:
    """The view with a lesson beside its first statement."""
    study = view.revision.study
    lesson = a_statement(90, f"Lesson {n}.", *study.statements[0].evidence, section=Section.LESSONS)
    statements = (*study.statements, lesson)
    return with_study(view, study.model_copy(update={"statements": statements}))


def a_charted_report(views: list[CaseView]) -> Report:
    """A report whose charts lead to pages of groups; it is of the newest edition."""
    made = a_report([a_citation(one, 90) for one in views[:2]], len(views))
    keys = {"years": "2024", "industries": "energy", "tools": "vllm", "techniques": "gone"}
    counted = {"sql": COUNT, "value": "1", "meaning": "cases"}
    series = [
        ReportNumber(name=f"q:{name}_x", series=name, label=key.title(), key=key, **counted)
        for name, key in keys.items()
    ]
    return made.model_copy(update={"numbers": (*made.numbers, *series)})


def a_recording(folder: Path, report: Report, case_id: str) -> Path:
    """The folder of a recording of a report in two voices; its sound is silence."""
    folder.mkdir()
    for name in ("audio.mp3", "audio.opus", "transcript.vtt"):
        (folder / name).write_bytes(b"")
    marks = (
        ChapterMark(start=0, title="Opening"),
        ChapterMark(start=9.5, title="A", case_id=case_id),
    )
    lines = (("Welcome.", 0, ()), ("Second.", 1, ()), ("Letters.", 1, (2,)))
    cues = tuple(
        TranscriptCue(start=n, end=n + 1, voice=voice, text=text, sentences=said, chapter=min(n, 1))
        for n, (text, voice, said) in enumerate(lines)
    )
    sizes = {"seconds": 12.0, "mp3_bytes": 10, "opus_bytes": 10}
    made = Recording(
        report_id=report.report_id, voices=("a", "b"), chapters=marks, cues=cues, **sizes
    )
    (folder / "recording.json").write_text(made.model_dump_json())
    return folder


def whole_site(folder: Path) -> Path:
    """Build the site in a folder; return where it is."""
    complete = a_view()
    shorts = [a_short_view(f"Case {n}", industry="energy", year="2024") for n in range(40)]
    views = [*(a_lesson(one, n) for n, one in enumerate(shorts)), complete, an_imported_view()]
    moved = Check(
        source_id=complete.source.source_id,
        document_id=complete.document.document_id,
        result=CheckResult.MOVED,
        moved_to="https://new.example/a",
        checked_at=NOON.replace(microsecond=123456),
    )
    plan = a_plan(
        views,
        folder / "cases.jsonl",
        withdrawn=[a_publication("case1_gone", "cases/gone/index.html", withdrawn=True)],
        checks={complete.source.source_id: moved},
        address="https://cases.example/",
        licence="CC BY 4.0",
        contact="desk@cases.example",
    )
    report = a_charted_report(views)
    recording = a_recording(folder / "recording", report, shorts[0].case.case_id)
    entries = [*plan.entries.values()]
    found = ("added", entries[0]), ("changed", entries[1]), ("imported", entries[-1])
    changes = [
        SiteChange(
            at=NOON, what=what, title=one.title, address=one.address, origin=one.imported_from
        )
        for what, one in found
    ]
    changes.append(
        SiteChange(at=NOON, what="withdrawn", title=None, address="cases/gone/index.html")
    )
    plan = plan._replace(
        reports=[report],
        recordings={report.report_id: recording},
        changes=changes,
        collection=[dict(zip(COUNTED, row, strict=True)) for row in FOUND],
        accuracy=ACCURACY,
    )
    with patch("publishing.site.build.indexing", lambda *_: nullcontext()):
        build(plan, folder / "site")
    return folder / "site"
