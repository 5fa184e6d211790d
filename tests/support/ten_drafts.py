"""A curator's way through ten drafts with the keyboard alone."""

import time
from urllib.parse import urlsplit

from case_views import DOUBTFUL, a_document, a_study
from playwright.sync_api import Page, expect

from schemas.cases import CaseStudy, Fact, SupportLevel

TIMES = 10


def a_draft(title: str) -> CaseStudy:
    """A study with one doubtful statement and nothing refuted, as a good model leaves it."""
    study = a_study(a_document())
    held = {SupportLevel.REFUTED, SupportLevel.DOUBTFUL}
    clear = [s for s in study.statements if s.support.level not in held or s.support.confirmed_by]
    first = clear[3].model_copy(update={"support": DOUBTFUL})
    facts = (Fact(name="title", value=title), *(f for f in study.facts if f.name == "company"))
    tags = tuple(tag for tag in study.tags if tag.support.level not in held)
    statements = tuple(first if one is clear[3] else one for one in clear)
    return CaseStudy(facts=facts, statements=statements, tags=tags)


def review_ten(page: Page, address: str) -> tuple[int, float]:
    """Decide ten drafts of the queue at ``address``; return the keys pressed and the seconds.

    Seven are approved after one look, one is reworded, one rejected, and one approved in the dialog
    after an edit was taken back. No draft is shown twice.
    """
    pressed: list[str] = []

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)
            pressed.append(key)

    page.goto(address)
    page.locator(".row .open").nth(TIMES - 1).wait_for()
    began = time.perf_counter()
    shown: list[str] = []
    press("j", "Enter")
    for n in range(TIMES):
        page.wait_for_url(lambda url: "/cases/" in url and urlsplit(url).path not in shown)
        shown.append(urlsplit(page.url).path)
        match n:
            case 3:
                press("r", "1")
            case 5:
                press("d", "e")
                expect(page.locator(".work textarea").first).to_be_focused()
                press("End", *" again", "Control+Enter")
                expect(page.locator(".work textarea")).to_have_count(0)
                press("y", "A")
            case 7:
                press("d", "x", "u", "a", "y", "A")
            case _:
                press("d", "y", "A")
    page.wait_for_url(lambda url: urlsplit(url).path not in shown)
    press("q")
    page.wait_for_url(f"{address}/?status=draft")
    return len(pressed), time.perf_counter() - began
