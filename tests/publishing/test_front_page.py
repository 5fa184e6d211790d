"""What opens the front page: the rules that choose it, and the blocks that it leaves out."""

from pathlib import Path
from typing import Any

import pytest
from case_views import CONFIRMED, UNVERIFIED, a_view, with_study, write_lines
from html_pages import parsed
from made_reports import a_citation, a_report
from report_cases import bakeries

from publishing.conversion import published_case
from publishing.records import CaseRecord
from publishing.reports.checks import cited_parts
from publishing.site.front_page import Opening, best_sentence, opening
from publishing.site.measured import baseline_number
from publishing.site.report_views import view_of
from schemas.cases import Measure, Section, SupportLevel
from schemas.findings import Finding
from warehouse import Dataset

BASE = CaseRecord.model_construct(
    **dict(published_case(a_view())), markdown="", page="", licence=None, citation=""
)
WAIT = next(one for one in BASE.statements if one.measure and one.measure.baseline == "26 hours")
TEXT = "Drafts that officers check cut the wait for a first answer from 26 to 3 hours."
KNOWN = {"n": 1, "text": TEXT, "done": "drafts", "effect": "better", "number": 3, "unit": "hours"}
FINDING = Finding(
    **KNOWN, theme="drafting", statements=(WAIT.n,), made_by="model", label="entailed"
)


def a_record(name: str, **changes: Any) -> CaseRecord:
    """A case of a company of this name with one measured result."""
    own = {"case_id": name, "slug": name, "company": name, "company_key": name, "findings": ()}
    return BASE.model_copy(update={**own, "statements": (WAIT,), **changes})


def opened(folder: Path, *records: CaseRecord) -> Opening:
    lines = folder / "cases.jsonl"
    lines.write_text("".join(f"{one.model_dump_json()}\n" for one in records))
    with Dataset(lines) as tables:
        return opening(tables, [])


@pytest.mark.parametrize(
    ("baseline", "unit", "number"),
    [
        ("a median of 47 minutes", "minutes", 47), ("1,200.5", "requests", 1200.5),
        ("about 90", None, 90), ("$4.20", "$", 4.2), ("61 percent in the pilot", "%", 61),
        ("3.1 cents", "US cents", 3.1), ("GPT-4", "hours", None), ("version 2", "hours", None),
        ("4 hours 10 minutes", "minutes", None), ("2 days", "hours", None), ("rules", "%", None),
    ],
)  # fmt: skip
def test_a_baseline_is_a_number_of_the_same_unit(baseline, unit, number):
    """Names with numbers, several numbers and other units are no baselines for a chart."""
    assert baseline_number(baseline, unit) == number


def test_an_entailed_finding_comes_before_newer_results(tmp_path):
    """Then the newest result that is sound; doubtful ones and unclear baselines never."""
    doubtful = WAIT.model_copy(update={"support": CONFIRMED.level, "mark": "doubtful"})
    vague = WAIT.model_copy(
        update={"measure": Measure(number=3, value="3", unit="hours", baseline="GPT-4")}
    )
    unfit = [a_record("a", statements=(doubtful,)), a_record("b", statements=(vague,))]
    unjudged = FINDING.model_copy(update={"label": "not judged"})
    results = [a_record("c", findings=(unjudged,)), a_record("d")]
    first = opened(tmp_path, *unfit, *results, a_record("e", findings=(FINDING,))).finding
    assert (first["company"], first["text"]) == ("e", FINDING.text)
    before, after = (line.marks[0] for line in first["chart"].lines)
    assert (before.text, after.text) == ("26 hours", "3 hours")
    assert after.x / before.x == pytest.approx(3 / 26, abs=0.001)
    second = opened(tmp_path, *unfit, *results).finding
    assert (second["company"], second["text"]) == ("c", WAIT.text)
    assert opened(tmp_path, *unfit).finding is None


def test_lessons_are_of_three_companies_and_themes(tmp_path):
    """The newest sound ones that make sense alone; imported ones only come last."""
    rows = "f agents, a caching, a routing, b caching, c routing, d routing, e prompts".split(", ")
    support = {"c": SupportLevel.UNVERIFIED, "f": SupportLevel.IMPORTED}
    records = []
    for n, (name, theme) in enumerate(row.split() for row in rows):
        first = "This lesson" if name == "e" else f"Lesson {n}"
        text = f"{first} of a length that says something to somebody who was not there."
        lesson = {"n": 7, "section": Section.LESSONS, "text": text}
        lesson |= {"support": support.get(name, SupportLevel.VERIFIED)}
        finding = FINDING.model_copy(update={"theme": theme, "statements": (7,), "text": text})
        own = {"company": name, "company_key": name, "findings": (finding,)}
        records.append(a_record(str(n), statements=(WAIT.model_copy(update=lesson),), **own))
    found = [row["text"][:8] for row in opened(tmp_path, *records).lessons]
    assert found == ["Lesson 1", "Lesson 5", "Lesson 0"]


def test_the_best_sentence_cites_most_cases_and_nothing_weak(tmp_path):
    """A changed case, an unjudged sentence or a weak statement makes room for the next best."""
    views = bakeries()[:3]
    report = a_report([a_citation(one, one.revision.study.statements[-1].n) for one in views], 3)

    def best(changed: list) -> str:
        with Dataset(write_lines(changed, tmp_path / "cases.jsonl")) as tables:
            found = best_sentence(view_of(report, cited_parts([report], tables)))
        return found.text if found else ""

    assert best(views) == "Teams differ: 3 cases say so."
    *others, last = (study := views[0].revision.study).statements
    weak = (*others, last.model_copy(update={"support": UNVERIFIED}))
    views[0] = with_study(views[0], study.model_copy(update={"statements": weak}))
    assert best(views) == "Waste fell from 30 % to 21 % of all trays."
    assert best([views[0], views[2]]) == "Waste at closing time fell by 18 % in three months."


def test_a_page_without_statements_shows_only_cases(publish):
    """Blocks without content are left out; a result, if any, comes before the cases."""
    target, _ = publish(a_view())
    page = parsed(target / "index.html")
    (link,) = page.xpath("//h2[@id='finding']/a/@href")
    assert link.endswith(f"#{WAIT.anchor}")
    bare = a_view()
    study = bare.revision.study.model_copy(update={"statements": ()})
    target, _ = publish(with_study(bare, study))
    page = parsed(target / "index.html")
    assert not page.xpath("//h2[@id='finding' or @id='report' or @id='lessons']")
    assert page.xpath("//h2[@id='new']")
