"""Sites built from cases, and the web server that comes with Python."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from publishing.conversion import published_case
from publishing.entries import entry_of
from publishing.files import key_of
from publishing.plan import PublicationPlan, SiteSettings
from publishing.site.build import build
from publishing.slugs import slug_of
from schemas.reviews import CaseView, Publication
from services import publication


@pytest.fixture
def site_written_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites are written by this process and without a search index, which take a second."""

    def build_here(on_page: Any, *given: Any) -> None:
        build(*given, on_page)

    monkeypatch.setattr(publication, "build_in_process", build_here)
    monkeypatch.setattr("publishing.site.build.indexing", lambda *_: nullcontext())


def a_plan(
    views: Sequence[CaseView], lines: Path, *, withdrawn: Sequence[Publication] = (), **more: Any
) -> PublicationPlan:
    """Return the plan of a site with the current revisions of these cases, all of them new."""
    checks = more.pop("checks", {})
    changes, collection = more.pop("changes", ()), more.pop("collection", ())
    accuracy = more.pop("accuracy", {})
    settings = SiteSettings(**({"title": "Models at work"} | more))
    earlier = {p.case_id: p.address for p in withdrawn}
    earlier |= {v.case.case_id: v.published.address for v in views if v.published}
    entries, texts, taken = {}, [], set[str]()
    for view in views:
        case = published_case(view, check=checks.get(view.source.source_id))
        slug = slug_of(case.case_id, case.title, earlier.get(case.case_id), taken)
        taken.add(slug)
        case = case.model_copy(update={"slug": slug})
        entries[case.case_id] = entry_of(case)
        texts.append(case.model_dump_json() + "\n")
    lines.write_text("".join(texts), "utf-8")
    version = key_of(settings.model_dump())
    keys = {case_id: key_of(version, one.digest) for case_id, one in entries.items()}
    return PublicationPlan(
        lines=lines,
        entries=entries,
        keys=keys,
        withdrawn=withdrawn,
        changes=changes,
        accuracy=accuracy,
        settings=settings,
        version=version,
        fingerprint=key_of(keys),
        collection=collection,
    )


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder with ``python -m http.server``; yield its address."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as server:  # fmt: skip
        try:
            line = server.stdout.readline()
            yield f"http://127.0.0.1:{line.split(' port ')[1].split()[0]}/"
        finally:
            server.terminate()
