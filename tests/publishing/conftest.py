"""Sites built from cases, hostile strings, and a browser."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from case_views import NOON
from playwright.sync_api import Browser, Page, expect, sync_playwright

from publishing.site import Built, SiteSettings, build
from schemas.views import CaseView

ROOT = Path(__file__).parents[2]
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="session")
def hostile_strings() -> list[str]:
    """Attack strings and naughty strings that a reader could see."""
    folder = Path(os.environ.get("CASEBOOK_DATASETS", ROOT.parent / "shared" / "data")) / "security"
    if not (folder / "xss.txt").is_file():
        pytest.skip("no attack strings; set CASEBOOK_DATASETS to the folder of data sets")
    attacks = (folder / "xss.txt").read_text(encoding="utf-8").splitlines()
    naughty = json.loads((folder / "naughty_strings.json").read_text(encoding="utf-8"))
    return [text for text in dict.fromkeys([*attacks, *naughty]) if re.search(r"\S", text)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system, else Playwright's own."""
    expect.set_options(timeout=20_000)  # the machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that keeps messages of the console and of failing scripts in ``page.messages``."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.messages = []
    page.on("console", lambda message: page.messages.append(message.text))
    page.on("pageerror", lambda error: page.messages.append(str(error)))
    yield page
    context.close()
