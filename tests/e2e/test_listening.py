"""A talk that a machine heard, from the sound file to a confirmed doubt, in a real Chromium."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsers import PHONE, begin_round
from playwright.sync_api import expect
from scripted_model import PARAGRAPHS, answer_of

from config import resources as configuration
from config.resources import Resources
from config.settings import Settings
from extractors.bundles import Recognized
from flows.ingest import process
from publishing.audio.sound import encode, silence
from review.parts import part_id, parts_of
from schemas.cases import SupportLevel
from schemas.sources import SourceRef
from services.run import Run

pytestmark = pytest.mark.browser

SPOKEN = [line.strip() for line in PARAGRAPHS if line.strip() and not line.startswith("# ")]
COUNT_PLAYS = """
  window.played = [];
  HTMLMediaElement.prototype.play = function () {
    window.played.push(this.currentTime); return Promise.resolve();
  };
"""


class Ears:
    """A recognizer that hears one paragraph every twenty seconds."""

    model = "ears"

    async def transcribe(self, *_):
        """Return the paragraphs."""
        cues = tuple((20.0 * n, 20.0 * n + 15, text) for n, text in enumerate(SPOKEN))
        return Recognized(cues, (0.9,) * len(cues))


@pytest.fixture
def talk(settings, resources, model_endpoint, monkeypatch) -> str:
    """The case of a sound file, drafted by the pipeline."""
    monkeypatch.setattr(configuration, "_transcriber", lambda *_: Ears())
    encode(settings.home / "talk.mp3", "mp3", [silence(30.0, 22_050)] * 10, 22_050)
    model_endpoint.script = answer_of
    drafting = Settings(
        home=settings.home,
        curator="mira",
        llm_base_url=model_endpoint.base_url,
        llm_model="scripted",
        models={"scripted": {"context_tokens": 64_000}},
    )

    resources.warehouse.close()

    async def draft():
        async with Resources(drafting) as own:
            return await process(Run(SourceRef(source=str(settings.home / "talk.mp3")), own))

    with ThreadPoolExecutor(1) as pool:  # the browser has an event loop here
        result = pool.submit(lambda: asyncio.run(draft())).result()
    assert result.case_id, result.failure
    return result.case_id


def test_a_curator_listens_before_confirming(talk, page, address, resources):
    """A number that a machine heard is a doubt; one key plays its seconds, another confirms it."""
    study = resources.warehouse.case(talk).revision.study
    held = [one for one in study.statements if "listen" in one.support.reason]
    assert held
    assert all(one.support.level is SupportLevel.DOUBTFUL for one in held)
    page.add_init_script(COUNT_PLAYS)
    begin_round(page, address)
    card = page.locator(".round-card:visible")
    while "listen" not in card.locator(".judged").inner_text():
        page.keyboard.press("y")
    with page.expect_response("**/sound") as answered:
        page.keyboard.press("l")
    assert answered.value.status in {200, 206}
    assert answered.value.headers["content-type"] == "audio/mpeg"
    (second,) = page.evaluate("window.played")
    assert second == float(card.locator("[data-listen]").first.get_attribute("data-from"))
    part = card.locator("input[name=part]").first.get_attribute("value")
    with page.expect_response(lambda one: one.request.method == "POST") as answered:
        page.keyboard.press("y")
    assert answered.value.ok
    parts = {part_id(one): one for one in parts_of(resources.warehouse.case(talk).revision.study)}
    assert parts[part].support.confirmed_by == "mira"


def test_listening_on_a_phone_and_without_the_file(talk, open_as, address, settings):
    """The button works by touch; a file that changed is refused, and the page says so."""
    page = open_as(viewport=PHONE, has_touch=True)
    page.add_init_script(COUNT_PLAYS)
    begin_round(page, address)
    card = page.locator(".round-card:visible")
    while "listen" not in card.locator(".judged").inner_text():
        card.get_by_role("button", name="Confirm").tap()
    with page.expect_response("**/sound") as answered:
        card.locator("[data-listen]").first.tap()
    assert answered.value.ok
    here = page.url
    page.goto("about:blank")  # the browser stops reading the first file
    (settings.home / "new.mp3").write_bytes(b"ID3 another file")
    (settings.home / "new.mp3").replace(settings.home / "talk.mp3")
    page.goto(here)
    with page.expect_response("**/sound") as answered:
        card.locator("[data-listen]").first.tap()
    assert answered.value.status == 404
    expect(page.locator("#notice")).to_contain_text("cannot be played")
    assert json.loads(page.evaluate("JSON.stringify(window.played)")) != []
