"""Measures a round by keyboard: ten drafts, 20 doubts, the default order, and a batch running.

    .venv/bin/python benchmarks/desk_round.py

Prints keys, seconds, the doubts that were met, and the time from each key to the paint of the next
card. The batch is another process that stores drafts as a backfill does.
"""

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from browsers import OPTIONS  # noqa: E402 - after the path
from case_views import DOUBTFUL  # noqa: E402
from desk_client import KEY, Builder  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from ten_drafts import a_draft  # noqa: E402

from config.resources import Resources  # noqa: E402
from config.settings import Settings  # noqa: E402
from desk import server  # noqa: E402
from schemas.cases import CaseStudy  # noqa: E402

DOUBTS = (3, 3, 3, 3, 2, 2, 2, 1, 1, 0)  # in ten drafts
THINKING = 250.0  # milliseconds before each key
_PAINTED = """
addEventListener("keydown", (event) => {
  if (!["y", "x", "a"].includes(event.key) || event.target.matches("textarea")) return;
  const began = event.timeStamp, before = document.querySelector(".round-card:not([hidden])");
  const look = () => {
    const now = document.querySelector(".round-card:not([hidden])");
    if (now !== before && now) {
      const painted = JSON.parse(sessionStorage.getItem("painted") ?? "[]");
      sessionStorage.setItem("painted", JSON.stringify([...painted, performance.now() - began]));
    }
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
}, true);
"""
_BATCH = """
import sys, time
sys.path[:0] = [{root!r}, {support!r}]
from config.settings import Settings
from config.resources import Resources
from desk_client import Builder
from ten_drafts import a_draft
warehouse = Resources(Settings(home={home!r})).warehouse
build = Builder(warehouse)
build._made = 1000
while True:
    warehouse.append(*(row for n in range(4) for row in build.rows(a_draft(f"Batch {{n}}"))))
    warehouse.close()
    time.sleep(0.2)
"""


def with_doubts(title: str, doubts: int) -> CaseStudy:
    """Return a draft with so many doubtful statements, spread over its sections."""
    study = a_draft(title)
    clear = [one for one in study.statements if one.support.level.value == "verified"]
    held = {one.n for one in clear[1 :: max(1, len(clear) // 4)][:doubts]}
    statements = (
        one.model_copy(update={"support": DOUBTFUL if one.n in held else clear[0].support})
        for one in study.statements
    )
    return study.model_copy(update={"statements": tuple(statements)})


@contextmanager
def desk(home: Path) -> Iterator[tuple[str, Resources]]:
    """Yield the address of a desk with the ten drafts."""
    resources, loop = Resources(Settings(home=home, curator="mira")), asyncio.new_event_loop()
    build = Builder(resources.warehouse)
    for n, doubts in enumerate(DOUBTS):
        build.draft(with_doubts(f"Draft {n}", doubts))
    found, ready = list[str](), threading.Event()
    serving = server.serve(resources, 0, KEY, on_ready=lambda a: (found.append(a), ready.set()))
    task = loop.create_task(serving)
    thread = threading.Thread(target=_run, args=(loop, task))
    thread.start()
    ready.wait(60)
    yield found[0], resources
    loop.call_soon_threadsafe(task.cancel)
    thread.join()


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[object]") -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        loop.close()


@contextmanager
def batch(home: Path) -> Iterator[None]:
    """Store drafts in another process."""
    code = _BATCH.format(root=str(ROOT), support=str(ROOT / "tests/support"), home=str(home))
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        yield
        process.terminate()


def decide(page: Page) -> tuple[int, list[str]]:
    """Settle each doubt and approve each draft; return the keys, and the cards that were met."""
    keys, met = 0, list[str]()
    while page.locator(".totals").count() == 0:
        card = page.locator(".round-card:visible")
        refusal = page.locator(".round-card:visible .refusal")
        if refusal.count():
            print("refused:", refusal.text_content())
            page.reload()
            met.pop()
        if card.count() == 0 or (name := card.get_attribute("data-card")) in met:
            page.wait_for_timeout(20)
            continue
        met.append(name or "")
        page.wait_for_timeout(THINKING)
        page.keyboard.press("a" if (name or "").endswith(":look") else "xy"[len(met) % 5 > 0])
        keys += 1
    return keys, met


def main() -> None:
    """Measure, and print the figures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        with desk(home) as (address, resources):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=OPTIONS
            )
            page = browser.new_page()
            page.goto(address)
            page.wait_for_selector(".round-line")
            with batch(home):
                page.goto(f"{address.partition('/?')[0]}/round?minutes=40")
                page.keyboard.press("Enter")
                page.wait_for_url("**/rounds/*")
                page.evaluate(_PAINTED)
                time.sleep(2)  # the batch is running
                began = time.perf_counter()
                keys, met = decide(page)
                seconds = time.perf_counter() - began
                times = sorted(page.evaluate("JSON.parse(sessionStorage.getItem('painted'))"))
            rows = resources.warehouse.counts()["cases"] - len(DOUBTS)
            browser.close()
    doubts = sum(not one.endswith(":look") for one in met)
    p95 = times[int(0.95 * len(times))]
    print(f"key to next card: {statistics.median(times):.0f} ms, p95 {p95:.0f} ms of {len(times)}")
    print(f"{keys} keys, {seconds:.1f} s, {doubts} of {sum(DOUBTS)} doubts, {rows} drafts stored")


if __name__ == "__main__":
    main()
