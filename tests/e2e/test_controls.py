"""Every visible control of every page works: by mouse at 1280 px and by touch at 390 px.

The preview of a case has the controls of the published site.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import messy_desk
import pytest
from playwright.sync_api import Page, expect

from schemas.reviews import Role

pytestmark = pytest.mark.browser

Press = Callable[[float, float], None]

SCRIPT = Path(__file__).with_name("controls.js")
SELECT = """
document.getElementById("pane-source").checked = true;
document.querySelector(".statement .choose").click();
getSelection().selectAllChildren(document.querySelector("#source .passage > p"));
"""
READERS = (
    "/?status=draft",
    "/?q=claims",
    "/?status=refused",
    "/?status=failed",
    "/tags",
    "/publish",
)


class Explorer:
    """Clicks a control of each kind on a page, and on what a click reveals; keeps what is wrong."""

    def __init__(self, page: Page, press: Press) -> None:
        self.page, self._press, self.wrong = page, press, list[str]()
        self.looked, self.clicked = 0, 0
        self._known: set[str] = set()
        page.add_init_script(path=SCRIPT)

    def explore(self, address: str, setup: str = "") -> None:
        """Look at all controls of the page at ``address``, and click one of each new kind.

        ``setup`` is a script that makes more of them visible.
        """
        self.page.goto(address)
        self.page.wait_for_function("probe.ready()")
        expect(self.page.locator(".htmx-request")).to_have_count(0)  # parts loaded after the page
        self.page.evaluate("(setup) => probe.begin(setup)", setup)
        self._visit(address, ())
        self.page.evaluate("probe.unfold()")
        self._visit(address, ())

    def _visit(self, where: str, way: tuple[str, ...]) -> None:
        """Click one control of each kind that is new on the page after the clicks on ``way``."""
        for kind in self._new_kinds(where):
            at = self.page.evaluate("([kind, way]) => probe.aim(kind, way)", [kind, way])
            if at is None:
                self.wrong.append(f"{where}: {kind} is gone")
                continue
            self._press(*at)
            self.clicked += 1
            if not self.page.evaluate("probe.effects()"):
                self.wrong.append(f"{where}: a {self._press.__name__} on {kind} does nothing")
            self._visit(f"{where} after {kind}", (*way, kind))

    def _new_kinds(self, where: str) -> list[str]:
        found = self.page.evaluate("probe.scan()")
        self.wrong += [f"{where}: {problem}" for problem in found["covered"]]
        self.looked += found["count"]
        new = [kind for kind in found["kinds"] if kind not in self._known]
        self._known.update(new)
        return new


@pytest.fixture
def pages(build, resources, app, pdf_case) -> list[str]:
    """The pages of a desk full of rows; those of a PDF are near the top."""
    messiest, *others = messy_desk.pages(build, resources, app.state.desk)
    return [messiest, f"/cases/{pdf_case}/pages/2", *others]


def sent(page: Page, address: str) -> list[str]:
    """Pages that come after a form: of an action on many cases, of a list and of a source."""
    page.goto(address)
    token = page.locator("[name=token]").first.input_value()
    case_id = page.locator(".pick input").first.input_value()

    def path(to: str, **fields: str) -> str:
        form: Mapping[str, str] = {"token": token} | fields
        answer = page.context.request.post(f"{address}{to}", form=form, headers={"Origin": address})
        return answer.url.removeprefix(address)

    refused = "http://10.0.0.1/private"
    return [
        path("/bulk", act="approve", case=case_id),
        path("/batches/estimate", addresses=f"{refused}\n{refused}/2"),
        path("/submit", addresses=refused),
    ]


def test_every_control_works(pages, open_as, address):
    """At its centre is the control itself, and a click on it sends a request or changes the page.

    A reader sees no control without an effect.
    """
    explorers = []
    for name, width in (("mira", 1280), ("mira", 390), ("rolf", 390)):
        size = {"width": width, "height": 850}
        page = open_as(name, Role.READER, viewport=size, has_touch=True, reduced_motion="reduce")
        press = page.mouse.click if width == 1280 else page.touchscreen.tap
        explorers.append(explorer := Explorer(page, press))
        for path in [pages[0], *READERS] if name == "rolf" else [*pages, *sent(page, address)]:
            explorer.explore(f"{address}{path}")
        if name == "mira":
            explorer.explore(f"{address}{pages[0]}", SELECT)
        print(f"\n{name}, {width} px: {explorer.looked} controls, {explorer.clicked} clicks")
    assert "\n".join(problem for one in explorers for problem in one.wrong) == ""
