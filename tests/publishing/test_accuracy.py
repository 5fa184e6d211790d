"""The page "How right is this?": computed figures, and none from too few cases."""

import json

from case_views import a_short_view
from html_pages import parsed, texts, words
from whole_site import ACCURACY, COUNTED, FOUND

ROWS = [dict(zip(COUNTED, row, strict=True)) for row in FOUND]


def test_the_page_and_its_json_have_the_counted_numbers(publish):
    """Each figure has its interval; sources are those of the page on the collection."""
    target, _ = publish(a_short_view("Case"), collection=ROWS, accuracy=ACCURACY)
    page = parsed(target / "how-right.html")
    rows = {row[0]: row[1:] for row in map(cells, page.xpath("//tbody/tr")) if len(row) > 1}
    found = sum(row["number"] for row in ROWS if row["counted"] == "source")
    assert rows["Sources found"] == [f"{found:,}"]
    assert rows["Sources refused"] == ["35"]
    assert rows["Statements drafted"] == ["2,410"]
    assert rows["All judged parts"] == [
        "210", "76 % (70 to 82)", "118", "4", "71 % (49 to 86)",
    ]  # fmt: skip
    assert rows["Results"][1] == "73 % (58 to 84)"
    assert "Cohen’s κ is 0.67" in words(page)
    assert "of 138 statements in 5 cases, both call 118 right and 11 wrong, and differ on 9" in (
        words(page)
    )
    data = json.loads((target / "how-right.json").read_text())
    assert data["agreement"] == ACCURACY["agreement"]
    assert data["numbers"]["found"] == found
    assert [row["value"] for row in data["judge"]] == [one["value"] for one in ACCURACY["judge"]]


def test_a_chart_has_a_dot_and_an_interval_for_each_group_with_enough_cases(publish):
    """The titles of its marks say what the table says."""
    target, _ = publish(a_short_view("Case"), accuracy=ACCURACY)
    page = parsed(target / "how-right.html")
    titles = texts(page, "//ol[contains(@class, 'intervals')]//title")
    assert titles == [
        "Results: 73 % (58 to 84)", "Facts: 55 % (34 to 74)", "Results: 80 % (40 to 97)",
    ]  # fmt: skip


def test_too_few_cases_make_no_figure(publish):
    """The page says how many there are; a judge's name is text."""
    target, _ = publish(a_short_view("Case"), accuracy=ACCURACY)
    page = parsed(target / "how-right.html")
    rows = {row[0]: row[1:] for row in map(cells, page.xpath("//tbody/tr")) if len(row) > 1}
    few = ["7", "too few yet (7)", "0", "0", "too few yet (0)"]
    assert rows["another <judge>"] == few
    assert rows["Median time until a mistake is mended"] == ["too few yet (1)"]


def test_a_collection_without_judge_and_readers_says_so(publish):
    """Nothing is computed from nothing; the front page and each case link to the page."""
    target, _ = publish(a_short_view("Case"))
    page = parsed(target / "how-right.html")
    assert "Cohen’s κ: too few yet (0)" in words(page)
    assert "No curator has settled a judge’s flag yet." in words(page)
    for file in ("index.html", next(target.glob("cases/*/index.html"))):
        assert [a for a in parsed(target / file).xpath("//a/@href") if "how-right.html" in a]


def cells(row):
    """The texts of a row's cells."""
    return [words(cell) for cell in row]
