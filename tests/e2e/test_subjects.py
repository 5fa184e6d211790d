"""A panel of three companies at the desk: three cases, and changes to the subjects."""

from pathlib import Path

import pytest
from browsers import PHONE
from panel import COMPANIES, PANEL, panel_answer
from playwright.sync_api import Page, expect
from scripted_endpoint import ScriptedEndpoint

from config.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, model_endpoint: ScriptedEndpoint) -> Settings:
    """A desk whose model knows the panel."""
    model_endpoint.script = panel_answer
    return Settings(
        home=tmp_path,
        curator="mira",
        llm_base_url=model_endpoint.base_url,
        llm_model="scripted",
        models={"scripted": {"price": {"input": 1, "output": 4}, "context_tokens": 64_000}},
    )


def _sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_a_panel_at_the_desk(page: Page, address: str, tmp_path: Path) -> None:
    """Its cases lead to each other; a subject is renamed, dropped and added by hand."""
    file = tmp_path / "panel.md"
    file.write_text(PANEL, "utf-8")
    page.goto(f"{address}/submit")
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="Submit").click()
    job = page.locator(".job")
    expect(job).to_contain_text("The source covers 3 subjects")
    for company in COMPANIES:
        expect(job.get_by_role("link", name=f"{company}: an assistant")).to_be_visible()
    job.get_by_role("link", name="Brightkettle: an assistant").click()

    told = page.locator("#subjects")
    expect(told).to_contain_text("This source covers 3 subjects")
    expect(told.get_by_role("strong")).to_have_text("Brightkettle: mail sorting")
    told.get_by_role("link", name="Ostrava Lines: driver answers").click()
    expect(page.locator("h1")).to_contain_text("Ostrava Lines")
    told.get_by_role("button", name="Drop Brightkettle").click()
    expect(told).to_contain_text("dropped")
    told.get_by_text("Rename Kellamoor").click()
    told.locator("[name=system]").first.fill("drafts of answers")
    told.get_by_role("button", name="Save").first.click()
    expect(told.get_by_role("link", name="Kellamoor: drafts of answers")).to_be_visible()
    page.screenshot(path=tmp_path / "subjects.png")

    told.get_by_text("Add a subject").click()
    page.locator("#subject-new-company").fill("Kellamoor")
    page.locator("#subject-new-system").fill("fraud alarms")
    page.get_by_role("button", name="Add and draft it").click()
    expect(page.locator(".job")).to_contain_text("The source covers 3 subjects")
    page.goto(f"{address}/log")
    log = page.locator(".log")
    for line in ("dropped subject Brightkettle", "renamed subject", "added subject"):
        expect(log).to_contain_text(line)
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/")
    page.get_by_role("link", name="Ostrava Lines: an assistant").first.click()
    expect(told).to_contain_text("This source covers 3 subjects")
    page.wait_for_load_state()  # styles as well
    assert _sideways(page) <= 0
    page.screenshot(path=tmp_path / "subjects-phone.png")
