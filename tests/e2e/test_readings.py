"""A second reading in the browser, by keys, mouse and touch, until the difference is settled."""

import pytest
from browsers import PHONE, violations
from playwright.sync_api import expect
from read_twice import APPROVER, READER, all_read_twice, publish, reworded

from review import readings

pytestmark = pytest.mark.browser


@pytest.fixture
def case_id(build, resources) -> str:
    """A published case: one statement of its draft was reworded, one dropped, two left out."""
    made = build.draft()
    all_read_twice(resources.warehouse)
    reworded(resources.warehouse, made)
    publish(resources.warehouse, made)
    return made


def test_a_case_is_read_again_and_the_difference_settled(case_id, open_as, address, resources):
    """Marks show at once and survive a reload and another device; the first reader decides."""
    warehouse = resources.warehouse
    page = open_as(READER)
    page.goto(f"{address}/insight")
    page.goto(f"{address}/readings")
    page.locator("a.open").click()
    marked, items = page.locator("#progress strong"), page.locator("#reading .item")
    expect(items.first).to_have_class("statement item chosen")
    for key in "rrw":
        page.keyboard.press(key)
    expect(marked).to_have_text("3")
    assert violations(page) == []
    page.keyboard.press("c")
    page.keyboard.type("Only one of two machines.")
    page.keyboard.press("Enter")
    expect(marked).to_have_text("4")
    page.get_by_role("button", name="Right").nth(6).click()
    expect(marked).to_have_text("5")
    page.wait_for_load_state("networkidle")

    phone = open_as(READER, viewport=PHONE, has_touch=True)
    phone.goto(f"{address}/readings/{case_id}")
    expect(phone.locator("#progress strong")).to_have_text("5")
    assert violations(phone) == []
    phone.route("**/readings/*", lambda route: route.abort())
    left = phone.locator(".item:not([data-mark])")
    left.first.get_by_role("button", name="Wrong").tap()
    expect(phone.locator("#notice")).to_contain_text("does not answer")
    expect(phone.locator("#progress strong")).to_have_text("5")
    phone.unroute("**/readings/*")
    unmarked = [int(one.get_attribute("id")[2:]) for one in left.all()]
    for n in unmarked[1:]:
        readings.mark(warehouse, case_id, n, READER, is_right=True)
    phone.reload()
    left.get_by_role("button", name="Right").tap()
    expect(phone.locator("#end")).to_be_visible()
    phone.get_by_role("link", name="Done").tap()
    expect(phone.locator(".empty")).to_contain_text("1 case read so far")
    expect(phone.get_by_role("button", name="It is right")).to_have_count(0)

    found = {one.n: one for one in warehouse.second_readings()}
    assert len(found) == 17
    assert [one.note for one in found.values() if one.note] == ["Only one of two machines."]
    differences = [one for one in found.values() if one.is_difference]

    first = open_as(APPROVER)
    first.goto(f"{address}/readings")
    expect(first.locator(".difference-of")).to_have_count(len(differences))
    assert violations(first) == []
    first.get_by_role("button", name="It is right").first.click()
    expect(first.locator("summary", has_text="1 difference decided")).to_be_visible()
    settled = [one for one in warehouse.second_readings() if one.decided_by == APPROVER]
    assert [one.decided_right for one in settled] == [True]
