"""Fixtures that drive a real Chromium; a conftest imports those that its tests use."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect, sync_playwright

PHONE = {"width": 390, "height": 844}
# Chromium's address bar and its spare process take more processor time than our pages. The switch
# replaces Playwright's: the last four are from there.
_DISABLED = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "HttpsUpgrades",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
]
OPTIONS = ["--no-sandbox", "--disable-gpu", f"--disable-features={','.join(_DISABLED)}"]
_REMEMBER_DIALOGS = """
window.executed = [];
for (const name of ["alert", "confirm", "prompt", "print"])
  window[name] = (...given) => { window.executed.push([name, ...given]); };
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system, else Playwright's own."""
    expect.set_options(timeout=20_000)  # the machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=OPTIONS,
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that records console messages and script errors in ``page.messages``."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.messages = []
    page.on("console", lambda message: page.messages.append(message.text))
    page.on("pageerror", lambda error: page.messages.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def defenceless(browser: Browser) -> Iterator[Page]:
    """A phone's page without content security policy that records dialogs in ``executed``."""
    context = browser.new_context(bypass_csp=True, viewport=PHONE)
    context.add_init_script(_REMEMBER_DIALOGS)
    yield context.new_page()
    context.close()


def violations(page: Page, part: str = ":root", **options: Any) -> list[str]:
    """Return the accessibility problems that axe finds in a part, with their rules and elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "(options) => axe.run(options)", {"resultTypes": ["violations"]} | options
    )
    rules = found["violations"]
    return [f"{rule['id']}: {node['html'][:150]}" for rule in rules for node in rule["nodes"]]


def hold(page: Page) -> None:
    """Let no decision reach the desk until ``window.release`` is called."""
    page.evaluate(
        """() => {
          const send = window.fetch;
          const free = new Promise((resolve) => (window.release = resolve));
          window.fetch = async (address, options) => {
            if (options?.method === "POST") await free;
            return send(address, options);
          };
        }"""
    )


def begin_round(page: Page, address: str) -> None:
    """Start a round from the queue by key."""
    page.goto(address)
    page.locator(".round-line").wait_for()
    page.keyboard.press("R")
    expect(page.get_by_role("button", name="Start")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rounds/*")
