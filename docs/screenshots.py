"""Take screenshots of the desk and the published site for docs/img.

    .venv/bin/python docs/screenshots.py [HOME]

Without a home with drafts, the examples are drafted with the embedded model first. The site has
all of them, approved as they are.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

from built_sites import serving  # noqa: E402 - after the path

IMAGES = ROOT / "docs" / "img"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
VIEWS = (
    ("", {"viewport": DESKTOP}),
    ("-phone", {"viewport": PHONE}),
    ("-dark", {"viewport": DESKTOP, "color_scheme": "dark"}),
)
TITLE, REPORT = "What the cases show", "what-the-cases-show"
SITE = {
    "home": "index.html", "search": "search.html?q=model+reviews", "tag": "tags/embeddings/index.html",
    "figures": "figures.html#cases-by-year", "data": "data.html?question=7",
    "results": "results.html", "attribution": "attribution.html", "report": f"reports/{REPORT}/",
    "listen": f"reports/{REPORT}/transcript.html", "ask": "ask.html?question=What+did+reviewers+miss",
}  # fmt: skip
PAGES = {
    "queue": "/", "refused": "/?status=refused", "failures": "/?status=failed",
    "submit": "/submit", "batches": "/batches", "watches": "/watches", "tags": "/tags",
    "publish": "/publish", "insight": "/insight", "accounts": "/accounts", "log": "/log",
}  # fmt: skip


@contextmanager
def desk(home: str) -> Iterator[str]:
    """Yield the address of a desk over a home."""
    command = [sys.executable, "-m", "cli", "review", "--port", "0", "--no-browser"]
    env = os.environ | {"CASEBOOK_HOME": home, "CASEBOOK_CURATOR": "mira"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as run:
        try:
            lines = iter(run.stdout.readline, "") if run.stdout else iter(())
            found = (re.search(r"http://\S+[?]key=\S+", line) for line in lines)
            yield next(match.group() for match in found if match)
        finally:
            run.terminate()


def keep(page: Page, name: str) -> None:
    """Save a screenshot of the page as a small picture."""
    page.wait_for_timeout(700)  # fonts and transitions
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(128).save(IMAGES / f"{name}.png", optimize=True)


def take(address: str) -> None:
    """Take all screenshots: pages in light mode, the queue and a case also dark and on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        base = address.partition("/?")[0]
        for view, options in VIEWS:
            page = browser.new_context(**options).new_page()
            page.goto(address)
            page.locator(".row .open").first.wait_for()
            case = page.locator(".row .open").first.get_attribute("href")
            for name, path in PAGES.items():
                if not view or name == "queue":
                    page.goto(f"{base}{path}")
                    keep(page, f"desk-{name}{view}")
            page.goto(f"{base}{case}")
            page.keyboard.press("j")
            page.locator(".statement .choose").nth(3).click()
            keep(page, f"desk-case{view}")
            if not view:
                for name in ("history", "preview"):
                    page.goto(f"{base}{case}/{name}")
                    keep(page, f"desk-{name}")
        browser.close()


def take_site(folder: Path) -> None:
    """Take screenshots of the site in a folder: light mode, dark mode, and on a phone."""
    case = next(folder.glob("cases/the-wavy-mirror*/index.html")).relative_to(folder)
    with serving(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for view, options in VIEWS:
            page = browser.new_context(**options).new_page()
            for name, path in (*SITE.items(), ("case", str(case))):
                page.goto(f"{address}{path}")
                if name != "listen":  # its recording never finishes loading
                    page.wait_for_load_state("networkidle")
                if name == "data":
                    page.locator("#ask-result tr").first.wait_for()
                keep(page, f"site-{name}{view}")
        browser.close()


def publish(home: str) -> Path:
    """Approve every draft as it is, and publish; return the site's folder."""
    env = os.environ | {"CASEBOOK_HOME": home, "CASEBOOK_CURATOR": "mira"}
    command = [sys.executable, "-m", "cli"]
    found = subprocess.run(
        [*command, "list", "--json"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for case_id in dict.fromkeys(re.findall(r"case1_\w+", found.stdout)):
        decision = ["approve", case_id, "--leave-out"]
        subprocess.run([*command, *decision], cwd=ROOT, env=env, check=False)
    about = ("--template", "grand-summary")
    for words in (("publish",), ("report", "new", TITLE, *about), ("report", "audio", REPORT),
                  ("report", "publish", REPORT)):  # fmt: skip
        subprocess.run([*command, *words], cwd=ROOT, env=env, check=True)
    return Path(home, "site")


def prepare(folder: str, home: str) -> None:
    """Draft the examples with the embedded model, approve one, and submit a page that is gone."""
    shutil.copytree(ROOT / "examples", Path(folder, "examples"))
    env = os.environ | {"CASEBOOK_HOME": home, "CASEBOOK_CURATOR": "mira"}
    sources = (ROOT / "examples/sources.jsonl").read_text() + "https://gone.example/\n"

    def run(*words: str, given: str = "") -> str:
        command = [sys.executable, "-m", "cli", *words]
        done = subprocess.run(
            command,
            cwd=folder,
            env=env,
            input=given,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        return done.stdout

    run("submit", "-", given=sources)
    run("approve", *re.findall(r"case1_\w+", run("list", "--json"))[:1])


def main() -> None:
    """Prepare a home unless one is given, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = sys.argv[1] if len(sys.argv) > 1 else f"{folder}/home"
        if len(sys.argv) == 1:
            prepare(folder, home)
        with desk(home) as address:
            take(address)
        take_site(publish(home))


if __name__ == "__main__":
    main()
