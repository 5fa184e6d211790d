"""Sources that were met before, changed since, or cut off: what the desk says of them."""

from datetime import timedelta

import pytest
from desk_drafts import NOON, Builder, source_of, texts
from lxml import html

from casebook.pipeline.ingestion.outcome import Outcome, SamePage, Status
from casebook.review.jobs import Job
from casebook.review.rendering import environment
from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.copies import NearCopy
from casebook.schemas.ids import content_id
from casebook.schemas.sources import AliasReason


def near_copies(build: Builder) -> list[str]:
    """Two cases whose texts are near-copies of one another."""
    cases = [build.draft(), build.draft()]
    one, other = (build.warehouse.case(case_id) for case_id in cases)
    copy = NearCopy(
        copy_id=content_id("copy", *cases),
        document_id=one.document.document_id,
        source_id=one.source.source_id,
        other_document_id=other.document.document_id,
        other_source_id=other.source.source_id,
        share=0.92,
        other_share=0.4,
        found_at=NOON,
    )
    build.warehouse.append(copy)
    return cases


def checked(build: Builder, case_id: str, result: CheckResult, **more) -> None:
    view = build.warehouse.case(case_id)
    check = Check(
        check_id=content_id("check", case_id, result.value),
        source_id=view.source.source_id,
        document_id=view.document.document_id,
        result=result,
        checked_at=NOON + timedelta(hours=1),
        **more,
    )
    build.warehouse.append(check)


def test_a_near_copy_is_told_from_both_sides(desk, build):
    """Each case names the other with the share and links to it; the queue marks both."""
    one, other = near_copies(build)
    for case_id, twin in ((one, other), (other, one)):
        page = html.fromstring(desk.get(f"/cases/{case_id}").text)
        (told,) = page.xpath("//p[strong='Near-copy:']")
        assert told.xpath("a/@href")[0] == f"/cases/{twin}"
        assert "92 %" in told.text_content()
    queue = html.fromstring(desk.get("/").text)
    assert texts(queue, "//span[@class='mark weak']") == ["near-copy", "near-copy"]


def test_publishing_two_near_copies_warns(desk, build):
    """Both go out as approved, and the page says that they are near-copies of one another."""
    cases = near_copies(build)
    for case_id in cases:
        desk.decide(case_id, "approve", leave_out_unsupported="1")
    shown = html.fromstring(desk.send_form("/publish", htmx=True).text)
    (warning,) = shown.xpath("//p[starts-with(strong, 'Near-copies')]")
    assert sorted(warning.xpath("a/@href")) == sorted(f"/cases/{c}" for c in cases)


@pytest.mark.parametrize(
    ("result", "more", "told", "published"),
    [
        (CheckResult.SAME, {}, "The source was the same", "as it is told here"),
        (
            CheckResult.CHANGED,
            {"quotes": 3, "lost": ["drafts <b>most</b>"]},
            "2 of 3 quotes still stand",
            "2 of 3 quotes still stand",
        ),
        (CheckResult.GONE, {"message": "It answers 404."}, "is gone", "the source is gone"),
    ],
)
def test_what_fetching_again_showed_is_told(desk, build, result, more, told, published):
    """The case says it with what is lost, the queue marks it, the public page has "Checked"."""
    case_id = build.draft()
    checked(build, case_id, result, **more)
    page = desk.get(f"/cases/{case_id}").text
    said = " ".join(html.fromstring(page).xpath("//article//header")[0].text_content().split())
    assert told in said
    assert all(lost in said for lost in more.get("lost", ()))
    marked = f"source {result.value}" in desk.get("/").text
    assert marked is (result is not CheckResult.SAME)
    desk.decide(case_id, "approve", leave_out_unsupported="1")
    desk.send_form("/publish")
    (publication,) = build.warehouse.publications()
    public = html.fromstring(desk.get(f"/site/{publication.address}").text)
    (line,) = public.xpath("//div[dt='Checked']")
    assert published in " ".join(line.text_content().split())


def test_an_outage_does_not_hide_what_was_seen(desk, build):
    """The case tells both, and the queue what the site said."""
    case_id = build.draft()
    checked(build, case_id, CheckResult.GONE, message="It answers 404.")
    checked(build, case_id, CheckResult.UNREACHABLE, message="It answers 503.")
    said = desk.get(f"/cases/{case_id}").text
    assert said.index("It answers 503.") < said.index("It answers 404.")
    queue = desk.get("/").text
    assert "source gone" in queue
    assert "source unreachable" not in queue


def test_what_was_not_compared_is_not_called_the_same(desk, build):
    """The desk says why, and readers are told nothing of a text that nobody looked at."""
    case_id = build.draft()
    checked(build, case_id, CheckResult.SAME, message="the address answers; not compared")
    said = " ".join(html.fromstring(desk.get(f"/cases/{case_id}").text).text_content().split())
    assert "ago: the address answers; not compared." in said
    assert "The source was the same" not in said
    desk.decide(case_id, "approve", leave_out_unsupported="1")
    desk.send_form("/publish")
    (publication,) = build.warehouse.publications()
    public = html.fromstring(desk.get(f"/site/{publication.address}").text)
    assert public.xpath("//div[dt='Checked']") == []


def test_a_source_that_was_cut_off_waits_with_a_way_to_go_on(desk, build):
    """A source without case, verdict or failure stands among the failures and can be gone on."""
    source = source_of(7)
    build.warehouse.append(source)
    page = html.fromstring(desk.get("/?status=failed").text)
    assert texts(page, "//h2[@class='group']") == ["Cut off on the way, or still at work"]
    (row,) = page.xpath("//li[@class='row']")
    assert row.xpath(".//form/@action") == [f"/sources/{source.source_id}/retry"]
    assert "Go on" in row.text_content()


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (AliasReason.REDIRECT, "redirects to"),
        (AliasReason.CANONICAL, "is another address of"),
        (AliasReason.MOVED, "is the new address of"),
    ],
)
def test_a_job_says_which_source_an_address_turned_out_to_be(reason, told):
    """Two addresses of one page make one case, and the job says so."""
    job = Job("https://a.example/short")
    job.outcome = Outcome(
        source="https://a.example/short",
        source_id="src1_a",
        case_id="case1_a",
        status=Status.DRAFT,
        same_as=SamePage(url="https://a.example/long", reason=reason),
    )
    fragment = environment().get_template("job.html").render(job=job, token="t")
    said = " ".join(html.fromstring(fragment).text_content().split())
    assert f"https://a.example/short {told} https://a.example/long: one source, one case" in said
