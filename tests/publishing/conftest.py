"""Sites built from cases."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from asker_fixtures import asker_of, client_of, endpoint, ledger, waits  # noqa: F401 - fixtures
from browsers import browser, defenceless, page  # noqa: F401 - fixtures
from built_sites import a_plan

from publishing.site.build import build
from schemas.reviews import CaseView


class Built(NamedTuple):
    """The built cases by case id: address and content hash, key, and title."""

    hashes: Mapping[str, tuple[str, str]]
    keys: Mapping[str, str]
    titles: Mapping[str, str]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, Built]]:
    """Build a site of the given cases; return its folder and what was built.

    Only with ``search=True`` its pages are indexed, which takes a second.
    """

    def publish(*views: CaseView, search: bool = False, **more: Any) -> tuple[Path, Built]:
        plan = a_plan(views, tmp_path / "cases.jsonl", **more)
        with monkeypatch.context() as patch:
            if not search:
                patch.setattr("publishing.site.build.indexing", lambda *_: nullcontext())
            build(plan, tmp_path / "site")
        hashes = {case_id: (one.address, one.digest) for case_id, one in plan.entries.items()}
        titles = {case_id: one.title for case_id, one in plan.entries.items()}
        return tmp_path / "site", Built(hashes, plan.keys, titles)

    return publish
