"""Sites built from cases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsers import browser, defenceless, page  # noqa: F401 - fixtures
from case_views import NOON
from hostile_strings import hostile_strings  # noqa: F401 - a fixture

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
        return target, build(views, settings=settings, target=target, **options)

    return publish
