"""Sites built from cases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsers import browser, defenceless, page  # noqa: F401 - fixtures
from case_views import NOON
from hostile_strings import hostile_strings  # noqa: F401 - a fixture

from publishing.conversion import published_case
from publishing.site import Built, SiteSettings, build
from schemas.reviews import CaseView


def write_json(rows: list[dict[str, Any]], path: Path) -> None:
    """Stand in for the warehouse's writer of Parquet where no test reads the file."""
    path.write_text(json.dumps(rows))


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., tuple[Path, Built]]:
    """Build a site of the given cases; return its folder and what was built."""

    def publish(*views: CaseView, **more: Any) -> tuple[Path, Built]:
        names = ("title", "address", "licence")
        given = {name: more.pop(name) for name in names if name in more}
        settings = SiteSettings(**({"title": "Models at work"} | given))
        options = {"withdrawn": (), "write_parquet": write_json, "built_at": NOON} | more
        target = tmp_path / "site"
        checks, ended = options.pop("checks", {}), options["withdrawn"]
        cases = [published_case(v, check=checks.get(v.source.source_id)) for v in views]
        addresses = {p.case_id: p.address for p in ended}
        addresses |= {v.case.case_id: v.published.address for v in views if v.published}
        return target, build(
            cases, addresses=addresses, settings=settings, target=target, **options
        )

    return publish
