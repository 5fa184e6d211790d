"""Sites built from cases."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from browsers import browser, defenceless, page  # noqa: F401 - fixtures
from hostile_strings import hostile_strings  # noqa: F401 - a fixture

from publishing.conversion import published_case
from publishing.files import key_of
from publishing.plan import Plan, SiteSettings
from publishing.records import entry_of
from publishing.site import build
from publishing.slugs import slug_of
from schemas.reviews import CaseView, Publication
from warehouse import Dataset


class Built(NamedTuple):
    """What was written: by case id its address and its content hash."""

    hashes: Mapping[str, tuple[str, str]]


def a_plan(
    views: Sequence[CaseView], lines: Path, *, withdrawn: Sequence[Publication] = (), **more: Any
) -> Plan:
    """Return the plan of a site with the current revisions of these cases, all of them new."""
    checks = more.pop("checks", {})
    changes = more.pop("changes", ())
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
    keys = {case_id: key_of(one.digest) for case_id, one in entries.items()}
    return Plan(
        lines=lines,
        entries=entries,
        keys=keys,
        blocked={},
        withdrawn=withdrawn,
        changes=changes,
        settings=settings,
        version=key_of(settings.model_dump()),
        whole=key_of(keys),
    )


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, Built]]:
    """Build a site of the given cases; return its folder and what was built.

    Only with ``search=True`` its pages are indexed, which takes a second.
    """

    def publish(*views: CaseView, search: bool = False, **more: Any) -> tuple[Path, Built]:
        plan = a_plan(views, tmp_path / "cases.jsonl", **more)
        with monkeypatch.context() as patch:
            if not search:
                patch.setattr("publishing.site.indexing", lambda *_: nullcontext())
            build(plan, tmp_path / "site", Dataset)
        hashes = {case_id: (one.address, one.digest) for case_id, one in plan.entries.items()}
        return tmp_path / "site", Built(hashes)

    return publish
