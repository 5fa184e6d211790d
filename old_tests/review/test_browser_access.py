"""The desk by keyboard alone, by colours of the reader's own, without script, on a phone."""

import pytest
from desk_drafts import Builder, rewritten
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 760}
CONTRAST = """() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => {
    const alpha = top[3] + below[3] * (1 - top[3]);
    const mix = (n) => (top[n] * top[3] + below[n] * below[3] * (1 - top[3])) / (alpha || 1);
    return [mix(0), mix(1), mix(2), alpha];
  };
  const light = (colour) => colour.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const faint = [];
  const look = (element, colour, words) => {
    let ground = [0, 0, 0, 0], opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      ground = over(ground, rgba(getComputedStyle(at).backgroundColor));
      opacity *= getComputedStyle(at).opacity;
    }
    const ink = rgba(colour);
    ink[3] *= opacity;
    const [a, b] = [light(over(ink, ground)), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className}: ${words.slice(0, 30)}`);
  };
  for (const details of document.querySelectorAll("details")) details.open = true;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && element.checkVisibility() && !element.closest(".unseen"))
      look(element, getComputedStyle(element).color, texts.currentNode.data);
  }
  for (const field of document.querySelectorAll("[placeholder]")) {
    const style = getComputedStyle(field, "::placeholder");
    const [r, g, b, a] = rgba(style.color);
    look(field, `rgb(${r} ${g} ${b} / ${a * style.opacity})`, field.placeholder);
  }
  return faint;
}"""


def test_the_focus_stays_where_one_works(address, build: Builder, page):
    """After each action it is on what was changed or the nearest to it, never lost."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    focused = page.locator(":focus")

    page.locator("#comment summary").press("Enter")
    page.get_by_label("Comment", exact=True).fill("Looks right.")
    page.get_by_role("button", name="Comment").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Comment kept")
    expect(focused).to_have_text("Leave a comment")

    page.locator("#s-lessons-0 details > summary").press("Enter")
    page.locator("#s-lessons-0-text").fill("Citations make people less careful.")
    page.locator("#s-lessons-0 details").get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#s-lessons-0 a.choose")).to_be_focused()

    page.locator(".tag button").first.press("Enter")
    expect(page.locator("#h-tags")).to_be_focused()

    page.locator("[data-opens=approve]").press("Enter")
    page.get_by_role("button", name="Approve without it").press("Enter")
    expect(page.locator(".status").first).to_have_text("approved")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Enter")  # pressed once more: nothing stands in the button's place

    page.goto(f"{address}/publish")
    page.get_by_role("button", name="Publish 1 approved case").press("Enter")
    expect(focused).to_contain_text("The site is written")
    assert page.said == []
    assert len(build.warehouse.case(case_id).reviews) == 4


def test_keys_are_turned_off_for_good_and_decide_nothing_when_held_down(
    address, build: Builder, page
):
    """Who dictates approves nothing by a letter; who leans on "n" is not sent through the queue."""
    case_id = build.draft()
    build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.evaluate("""document.body.dispatchEvent(new KeyboardEvent(
        "keydown", { key: "r", repeat: true, bubbles: true }))""")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("Letters and arrows are keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("r", "j", "a"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".chosen")).to_have_count(0)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Letters and arrows are keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".chosen")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(address, build: Builder, page, desk, scheme):
    """At 4.5 to 1 or more: placeholders, keys, numbers of passages, fields that stay as well."""
    case_id = build.draft()
    desk.decide(case_id, "edit", action="set_fact", field="industry", value="travel-logistics")
    build.newer(case_id, **rewritten())
    build.failed(message="It is gone.")
    page.emulate_media(color_scheme=scheme)
    paths = ("/", "/?status=failed", f"/cases/{case_id}", f"/cases/{case_id}/draft", "/watches")
    for path in paths:
        page.goto(f"{address}{path}")
        assert page.evaluate(CONTRAST) == [], path


def test_a_page_older_than_the_desk_sends_again_what_was_typed(address, build: Builder, page):
    """The first try is told to have failed; the second is kept, and the first's words go."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    page.evaluate("document.querySelectorAll('[name=token]').forEach((t) => (t.value = 'old'))")
    page.locator("#comment summary").click()
    page.get_by_label("Comment", exact=True).fill("Ten minutes of careful words.")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing was done")
    expect(page.locator("#comment [name=token]")).not_to_have_value("old")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".history")).to_contain_text("Ten minutes of careful words.")
    expect(page.locator("#notice")).not_to_contain_text("Nothing was done")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_another_sites_page_reads_no_token_and_decides_nothing(
    address, build: Builder, page, desk, httpserver, host
):
    """Not even one that knows the token: a browser says where a form comes from."""
    case_id = build.draft()
    page.goto(f"{address}/cases/{case_id}")
    token = page.locator("[name=token]").first.input_value()
    httpserver.expect_request("/other").respond_with_data("<body>", content_type="text/html")
    page.goto(f"http://{host}:{httpserver.port}/other")
    read = (
        """(ask) => fetch(ask.url, { mode: ask.mode }).then((it) => it.text(), () => "refused")"""
    )
    for mode in ("cors", "no-cors"):
        told = page.evaluate(read, {"url": f"{address}/api/token", "mode": mode})
        assert told in {"refused", ""}
    form = """([url, token]) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: url });
      const fields = { token, decision: "reject", reason: "forged" };
      for (const [name, value] of Object.entries(fields))
        form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    }"""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.evaluate(form, [f"{address}/cases/{case_id}/decisions", token])
    assert answer.value.status == 403
    assert desk.get(f"/api/cases/{case_id}").json()["status"] == "draft"


def test_without_script_a_case_is_approved_and_rejected(address, build: Builder, page):
    """Dialogs that no script opens stand below the case, and do not draw the page down to them."""
    case_id = build.draft()
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/cases/{case_id}")
    expect(plain.locator("h1")).to_be_in_viewport()
    plain.get_by_role("button", name="Approve without it").click()
    expect(plain.locator(".status").first).to_have_text("approved")
    plain.get_by_label("Why? It is kept in the history.").fill("Told elsewhere.")
    plain.get_by_role("button", name="Reject", exact=True).click()
    expect(plain.locator(".ruling")).to_contain_text("Told elsewhere.")
    context.close()


def test_on_a_phone_the_current_tab_is_in_sight(address, build: Builder, page):
    """The row of tabs scrolls sideways, and the last ones lay beyond its edge."""
    build.failed(message="It is gone.")
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/?status=failed")
    expect(page.locator(".tab[aria-current]")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
