"""From a reader's report to a correction on the site, in its feed and data, and in reports."""

import json
from datetime import UTC, datetime

import pytest
from lxml import etree, html
from made_reports import a_report

from config.resources import Resources
from publishing.plan import Published
from publishing.reports.checks import check, cited_parts
from publishing.site.report_views import view_of
from review.changes import Drop, SetStatement
from review.decisions import approve, edit, withdraw
from schemas.reports import Citation, Report
from schemas.reviews import CaseView
from services.mistakes import decide_mistake, report_mistake, shown_case
from services.publication import publish_site
from warehouse import Dataset

WHAT = "The source says <b>half</b> & not all."
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def resources(resources: Resources) -> Resources:
    """Resources of a site with an address, so that it has feeds."""
    own = resources.settings.model_copy(
        update={"site_address": "https://cases.example", "desk_address": "https://desk.example"}
    )
    resources.settings = own
    return resources


async def published(resources: Resources, case: CaseView) -> Published:
    """Approve and publish a case."""
    approve(resources.warehouse, case.case.case_id, "mira", leave_out=True)
    return await publish_site(resources)


def pages(done: Published, case_id: str, resources: Resources):
    """The page of a case, the page of corrections, and the entries of the feed."""
    places = dict(resources.warehouse.sql("SELECT case_id, address FROM publications")[1])
    place = places[case_id]
    case = html.fromstring((done.path / place).read_bytes())
    every = html.fromstring((done.path / "corrections.html").read_bytes())
    feed = etree.parse(done.path / "corrections.xml").findall("a:entry", ATOM)
    return case, every, [[part.text for part in one] for one in feed]


async def test_a_correction_is_shown_until_and_after_it_is_mended(
    resources: Resources, case: CaseView
) -> None:
    """Readers see what was wrong at once; the mended case keeps the entry, without a new change."""
    warehouse, case_id = resources.warehouse, case.case.case_id
    done = await published(resources, case)
    page, every, entries = pages(done, case_id, resources)
    assert not page.xpath("//*[@id='corrections']")
    assert "No mistake was reported yet" in every.text_content()
    assert entries == []
    assert page.xpath(f"//a[@href='https://desk.example/mistake?case={case_id}']")

    statement = shown_case(warehouse, case_id).statements[-1]
    made = report_mistake(warehouse, case_id, "It says half.", anchor=statement.anchor, name="Ida")
    assert (await publish_site(resources)).changed == ()  # moderated
    decide_mistake(warehouse, made.mistake_id, "accept", "mira", what=WHAT, found_by="Ida")
    assert (await publish_site(resources)).changed == (case_id,)
    page, every, entries = pages(done, case_id, resources)
    assert "is being corrected: " + WHAT in " ".join(page.text_content().split())
    assert statement.text in page.text_content()
    assert entries[0][1].startswith("Being corrected: ")
    assert WHAT in entries[0]

    n = next(
        s.n for s in warehouse.case(case_id).revision.study.statements if s.text == statement.text
    )
    edit(warehouse, case_id, [Drop(part=f"s-{n}")], "mira")
    approve(warehouse, case_id, "mira", leave_out=True)
    assert (await publish_site(resources)).changed == (case_id,)
    assert (await publish_site(resources)).changed == ()
    page, every, entries = pages(done, case_id, resources)
    (shown,) = page.xpath("//section[@aria-labelledby='corrections']//li")
    words = " ".join(shown.text_content().split())
    for part in (WHAT, statement.text, "Corrected on", "by Ida", "published since"):
        assert part in words
    assert not shown.xpath(".//b")
    assert WHAT in every.text_content()
    assert entries[0][1].startswith("Corrected: ")
    (mistake,) = warehouse.mistakes()
    assert mistake.since < mistake.at < mistake.mended_at
    (row,) = json.loads((done.path / "corrections.json").read_text())
    assert (row["kind"], row["what"], row["found_by"]) == ("correction", WHAT, "Ida")
    with Dataset(done.path / "data" / "cases.jsonl") as tables:
        (row,) = tables.rows("SELECT what, text, found_by, mended_at FROM corrections")
    assert (row["what"], row["text"], row["found_by"]) == (WHAT, statement.text, "Ida")
    assert row["mended_at"] is not None
    assert (done.path / "data" / "corrections.csv").exists()
    numbers = json.loads((done.path / "how-right.json").read_text())["numbers"]
    assert (numbers["mistakes"], numbers["corrections"]) == (1, 1)


async def test_a_withdrawal_is_in_the_same_feed_with_its_reason(
    resources: Resources, case: CaseView
) -> None:
    """The page at the case's address gives the reason too; the title is not repeated."""
    done = await published(resources, case)
    title = shown_case(resources.warehouse, case.case.case_id).title
    withdraw(resources.warehouse, case.case.case_id, "The company <i>asked</i> us to.", "mira")
    await publish_site(resources)
    page, every, entries = pages(done, case.case.case_id, resources)
    for text in (page.text_content(), every.text_content(), str(entries)):
        assert "The company <i>asked</i> us to." in text
        assert title not in text
    assert entries[0][1] == "A case was withdrawn"


async def test_a_report_that_cites_a_corrected_statement_is_marked(
    resources: Resources, case: CaseView
) -> None:
    """`report check` names the correction; a report made after the mend is not marked."""
    warehouse, case_id = resources.warehouse, case.case.case_id
    done = await published(resources, case)
    shown = shown_case(warehouse, case_id)
    with Dataset(done.path / "data" / "cases.jsonl") as tables:
        row = tables.citable_parts([case_id])[0]
    statement = next(one for one in shown.statements if one.text in row["text"])
    cited = Citation(
        case_id=case_id, revision_id=shown.revision_id, part=row["part"], text=statement.text,
        label=row["company"] or row["title"], title=row["title"], year=row["year"],
    )  # fmt: skip
    old = a_report([cited], 1, created_at=datetime.now(UTC))
    made = report_mistake(warehouse, case_id, "It says half.", anchor=statement.anchor)
    decide_mistake(warehouse, made.mistake_id, "accept", "mira", what="Only half.")
    await publish_site(resources)
    assert problems(old, done) == [("corrected", "was corrected: Only half.")]
    study = warehouse.case(case_id).revision.study
    n = next(one.n for one in study.statements if one.text == statement.text)
    edit(warehouse, case_id, [SetStatement(n=n, text=f"{statement.text} But only half.")], "mira")
    approve(warehouse, case_id, "mira", leave_out=True, confirm=True)
    await publish_site(resources)
    assert problems(old, done) == [("corrected", "was corrected: Only half.")]
    with Dataset(done.path / "data" / "cases.jsonl") as tables:
        row = tables.citable_parts([case_id])[0]
    now = cited.model_copy(update={"text": row["text"], "part": row["part"]})
    new = a_report([now], 1, created_at=datetime.now(UTC))
    assert problems(new, done) == []


def problems(report: Report, done: Published) -> list[tuple[str, str]]:
    """The kind and the end of the message of each lost citation, and that its page says so."""
    with Dataset(done.path / "data" / "cases.jsonl") as tables:
        found = check(report, tables).lost
        view = view_of(report, cited_parts([report], tables))
    states = {one.state for one in view.cited}
    assert ("corrected" in states) == bool(found) == bool(view.changed)
    return [(one.kind, one.message.partition(f"{view.cited[0].title} ")[2]) for one in found]
