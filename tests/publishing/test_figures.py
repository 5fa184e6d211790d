"""The figures: numbers of charts, axes, and what a page of them may hold."""

import shutil
from pathlib import Path

import pytest
from browsers import PHONE
from case_views import NOON, VERIFIED, a_view
from html_pages import parsed, texts
from jinja2 import ChoiceLoader, DictLoader

from publishing.conversion import published_case
from publishing.plan import SiteSettings
from publishing.records import CaseRecord, PublishedTag
from publishing.site.build import STATIC
from publishing.site.charts import Figure
from publishing.site.figures import figures
from publishing.site.pages import environment
from schemas.cases import Measure, Section
from warehouse.dataset import Dataset

HOSTILE = "<script>alert(1)</script> & \"'{{ 1 }}"
FRAME = (
    '<html lang="en"><meta name="viewport" content="width=device-width"><title>t</title>'
    '<link rel="stylesheet" href="style.css">{% block head %}{% endblock %}'
    '<main id="content">{% block main %}{% endblock %}</main></html>'
)
BASE = CaseRecord.model_construct(
    **dict(published_case(a_view())), markdown="", page="", licence=None, citation=""
)
MEASURED = next(s for s in BASE.statements if s.section is Section.RESULTS)


def a_record(n: int, *tags: tuple[str, str, str], measures=(), **facts: str | None) -> CaseRecord:
    """A case with tags (slug, label, group), the given facts, and (metric, unit, number)."""
    made = [
        PublishedTag(
            support=VERIFIED.level, reason="", quotes=(), slug=slug, label=label, group=group
        )
        for slug, label, group in tags
    ]
    results = [
        MEASURED.model_copy(
            update={"measure": Measure(metric=m, unit=u, number=x, value=str(x)), "n": i}
        )
        for i, (m, u, x) in enumerate(measures, start=1)
    ]
    known = dict.fromkeys(("year", "industry", "stage", "narrator")) | facts
    return BASE.model_copy(
        update={"case_id": f"case_{n}", "tags": tuple(made), "statements": tuple(results), **known}
    )


def twelve_cases() -> list[CaseRecord]:
    """Ten of 2025 and two of 2023, in two industries; a third of them use agents."""
    rag, agents = ("rag", "RAG", "technique"), ("agents", HOSTILE, "technique")
    tools = (("vllm", "vLLM", "tool"), ("redis", HOSTILE, "tool"))
    return [
        a_record(
            n,
            rag,
            *([agents] if n % 3 == 0 else []),
            *(tools if n % 2 else tools[:1]),
            year="2025" if n < 10 else "2023",
            industry="energy" if n < 5 else "legal",
            stage="full production" if n < 8 else "internal tool",
            narrator="vendor" if n < 4 else "builder",
            measures=(
                ("Latency", "seconds", n + 0.5), ("cost", "euros", 1000.0 * n + 1),
                ("accuracy", "percent" if n % 2 else "%", 50.0 + n), (HOSTILE, None, n),
            ),
        )
        for n in range(12)
    ]  # fmt: skip


def drawn(cases: list[CaseRecord], folder: Path) -> tuple[dict[str, Figure], Path]:
    """Return the figures by name and the page of them, with its style beside it."""
    lines = folder / "cases.jsonl"
    lines.write_text("".join(f"{case.model_dump_json()}\n" for case in cases))
    with Dataset(lines) as dataset:
        found = figures(dataset.rows)
        for one in found:
            again = [tuple(row.values()) for row in dataset.rows(one.sql)]
            assert again == list(one.rows), "a reader who runs the SQL finds the same"
    whole = environment(SiteSettings(title="Models at work"))
    made = whole.overlay(loader=ChoiceLoader([DictLoader({"base.html": FRAME}), whole.loader]))
    page = folder / "figures.html"
    page.write_text(
        made.get_template("figures.html").render(
            figures=found, cases_count=len(cases), built_at=NOON, unpublished=None
        )
    )
    for name in ("style.css", "figures.css"):
        shutil.copyfile(STATIC / name, folder / name)
    return {one.name: one for one in found}, page


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    return drawn(twelve_cases(), tmp_path_factory.mktemp("figures"))


def numbers(figure: Figure) -> list[list[str]]:
    return [[mark.text for mark in line.marks] for line in figure.charts[0].lines]


def test_charts_have_the_numbers_of_their_sql(twelve):
    """Bars, cells, points and the page's text show the numbers of the query."""
    found, page = twelve
    assert found["cases-by-year"].rows == ((2023, 2), (2024, 0), (2025, 10))
    assert numbers(found["cases-by-year"]) == [["2"], ["0"], ["10"]]
    assert numbers(found["cases-by-industry"]) == [["7"], ["5"]]
    assert numbers(found["techniques-over-time"]) == [["100"], ["40"]], "too few cases in 2023"
    assert numbers(found["techniques-by-industry"]) == [["100", "100"], ["29", "40"]]
    assert numbers(found["tools-together"]) == [["6", "6"]]
    assert numbers(found["stage-by-narrator"]) == [["4", "0"], ["4", "4"]]
    industries = parsed(page).xpath("//section[@aria-labelledby='cases-by-industry']")[0]
    assert texts(industries, ".//svg/text") == ["7", "5"]
    assert texts(industries, ".//tbody/tr/td") == ["legal", "7", "energy", "5"]
    assert industries.xpath(".//ol//a/@href")[0] == "industries/legal/index.html"
    longest, shorter = (line.marks[0].x for line in found["cases-by-industry"].charts[0].lines)
    assert shorter / longest == pytest.approx(5 / 7, abs=0.001)


def test_one_axis_has_one_unit(twelve):
    """Each unit has a separate axis, per cent is one unit, and results without a unit have another."""
    found, _ = twelve
    axes = {chart.unit: chart for chart in found["results-by-metric"].charts}
    assert sorted(axes) == ["", "%", "euros", "seconds"]
    assert len(axes) == len(found["results-by-metric"].charts)
    (accuracy,) = axes["%"].lines
    assert [mark.text for mark in accuracy.marks] == [str(n) for n in range(50, 62)]
    assert accuracy.of.note == "n = 12, median 55.5, 50 to 61"
    assert accuracy.box == pytest.approx(
        [100 * n / 61 for n in (50, 52.75, 55.5, 58.25, 61)], abs=0.01
    )
    assert axes["euros"].is_logarithmic
    assert not axes["seconds"].is_logarithmic
    assert [tick.label for tick in axes["seconds"].heads] == ["0", "5.75", "11.5"]


def test_labels_are_no_markup(twelve):
    """Tags, tools and metrics named like an HTML element are shown as text."""
    _, path = twelve
    page = parsed(path)
    assert page.xpath("//script | //@style | //@onclick") == []
    assert texts(page, "//ol[@class='trends']/li/p") == ["RAG", HOSTILE]
    assert (
        len(page.xpath("//*[local-name()='svg'][not(@role='img')][not(ancestor::*[@aria-hidden])]"))
        == 0
    )
    (title,) = [t for t in texts(page, "//ol[@class='trends']//title") if "script" in t]
    assert title == f"{HOSTILE}: 40 % in 2025"


def test_a_figure_that_most_cases_cannot_be_in_is_left_out(tmp_path):
    """So is one without data; a list of what exists stays, with the number of its cases."""
    assert [drawn(cases, tmp_path)[0] for cases in ([], [a_record(1)])] == [{}, {}]
    results = [("cost", "euros", 1.0), ("cost", "euros", 2.0), ("cost", "euros", 3.0)]
    facts = {"stage": "full production", "narrator": "vendor", "industry": "energy"}
    cases = [a_record(n, year="2024") for n in range(7)]
    cases += [a_record(n, measures=results, **facts) for n in (7, 8)]
    found, _ = drawn(cases, tmp_path)
    assert [*found] == ["cases-by-year", "results-by-metric"]
    assert "7 of 7 published cases whose year is known" in found["cases-by-year"].lede
    assert "reported in 2 of 9 published cases" in found["results-by-metric"].lede
    found, _ = drawn([*cases, a_record(9, **facts), a_record(10, **facts)], tmp_path)
    assert {"cases-by-industry", "stage-by-narrator"} <= found.keys()


@pytest.mark.browser
def test_a_phone_shows_the_whole_page(twelve, page):
    """At 390 pixels nothing overflows the page, and text has at least 11 pixels."""
    page.set_viewport_size(PHONE)
    page.goto(twelve[1].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    sizes = page.evaluate(
        "[...document.querySelectorAll('main *')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 11
    assert page.messages == []
