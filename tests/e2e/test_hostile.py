"""Text from the web, from models and from people runs nothing in a browser."""

import pytest
from datasets import hostile_strings
from hostile import plant
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.datasets]

TOGETHER, AT_ONCE = 10, 140  # strings in one text, texts in one case
REMEMBER = """
window.executed = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...given) => { window.executed.push([name, ...given]); };
"""
# What a text has put into the page, or run: nothing. The desk's policy is off, as in a browser
# that does not know it.
FOREIGN = """() => [...executed, ...[...document.querySelectorAll("*")].filter((node) =>
  node.matches("script:not([src^='/static/']), iframe, object, embed, base, style, meta[http-equiv], "
    + "form:not([action^='/']), link:not([href^='/static/']), img, video, audio, math, template")
  || [...node.attributes].some(({ name, value }) => /^(on|style$|srcdoc$)/.test(name)
    || (/^(href|src|action|formaction|hx-get|hx-post)$/.test(name) && !node.matches("[data-bookmarklet]")
      && !/^(\\/(?!\\/)|#|https?:)/.test(value)))
).map((node) => node.outerHTML.slice(0, 200))]"""
FILES = [
    {"name": f"{name}.exe", "mimeType": "text/plain", "buffer": b"x"}
    for name in ("<img src=x onerror=alert(1)>", "'\"><script>alert(2)<\\script>", "\u202egpj.js")
]


def test_hostile_strings_run_nothing(build, open_as, address):
    """In any row that a page shows, they cause no script, request or broken page."""
    strings = hostile_strings()
    texts = [" ".join(strings[at : at + TOGETHER]) for at in range(0, len(strings), TOGETHER)]
    cases = [texts[at : at + AT_ONCE] for at in range(0, len(texts), AT_ONCE)]
    paths = [path for n, of_case in enumerate(cases) for path in plant(build, of_case, n)]
    page = open_as(bypass_csp=True)
    page.add_init_script(REMEMBER)
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda it: it.url.startswith(f"{address}/") or seen.append(it.url))

    def look(path: str) -> None:
        page.goto(f"{address}{path}")
        expect(page.locator("header nav[aria-label=Main]")).to_be_visible()
        expect(page.locator("main h1").first).to_be_attached()
        assert page.evaluate(FOREIGN) == [], path

    for path in [*paths, "/batches", "/watches", "/tags", "/publish", "/?status=rejected",
                 "/?status=refused", "/?status=failed"]:  # fmt: skip
        look(path)
    look(paths[0])
    page.keyboard.press("d")
    page.keyboard.press("e")
    expect(page.locator(".work .part-forms")).to_be_visible()
    page.locator(".chosen .to-source").first.click()
    page.locator(".actions [commandfor=approve]").click()
    assert page.evaluate(FOREIGN) == []
    look("/submit")
    page.locator("summary", has_text="upload files").click()
    page.locator("#files").set_input_files(FILES)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#jobs")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.evaluate(FOREIGN) == []
    look("/")
    rows = page.locator(".row.case")
    while page.locator("li.pager").count():
        shown = rows.count()
        page.mouse.wheel(0, 2_000_000)
        rows.nth(shown).wait_for(state="attached")
    page.get_by_role("searchbox").fill("script alert")
    expect(page.locator(".snippet mark").first).to_be_attached()
    assert page.evaluate(FOREIGN) == []
    assert seen == []
    print(f"\n{len(strings)} strings on {len(paths) + 10} pages")
