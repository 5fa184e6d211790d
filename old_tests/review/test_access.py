"""What keyboards, screen readers and long lists need of the desk's pages."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from desk_drafts import Builder, example_document, example_study, source_of, texts
from lxml import html

from casebook.review import queue_page
from casebook.review.jobs import Job
from casebook.review.rendering import environment
from casebook.schemas.batches import BatchItem, BatchOptions, ListedBatch
from casebook.schemas.cases import Evidence, Origin
from casebook.schemas.copies import NearCopy
from casebook.schemas.sources import SourceRef
from casebook.schemas.terms import TermProposal
from casebook.schemas.watches import Look, Watch

NOW = datetime.now(UTC)


def read(response):
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def name(node) -> str:
    return " ".join(node.text_content().split())


def watched(build: Builder, number: int, **look: object) -> None:
    watch = Watch(
        change_id=f"c{number}",
        watch_id=f"watch1_{number}",
        address=f"https://{number}.example/feed",
        every_seconds=3_600,
        changed_by="mira",
        changed_at=NOW,
    )
    seen = Look(look_id=f"look{number}", watch_id=watch.watch_id, at=NOW, **look)
    build.warehouse.append(watch, seen)


@pytest.fixture
def filled(build: Builder) -> dict[str, str]:
    """Something of everything; the paths of all pages by what they show."""
    case_id, decided = build.draft(), build.draft()
    build.newer(decided)
    failed = [build.failed(message="It is gone.") for _ in range(2)]
    build.refused()
    build.refused("Our spring offsite")
    for number in range(2):
        watched(build, number)
        evidence = [Evidence(quote=f"We use Loomly {number}.", passage=1, start=0, end=9)]
        build.warehouse.append(
            TermProposal(
                proposal_id=f"term1_{number}", key=f"loomly{number}", name=f"Loomly {number}",
                group="tool", document_id="doc1_a", evidence=evidence, proposed_by="model",
                proposed_at=NOW,
            )
        )  # fmt: skip
    items = [BatchItem(source_id=one, reference=SourceRef(source="https://a/")) for one in failed]
    batch = ListedBatch(
        batch_id="batch1_a", origin="https://a/feed", options=BatchOptions(), items=items,
        created_by="mira", created_at=NOW,
    )  # fmt: skip
    build.warehouse.append(batch)
    return {
        "drafts": "/",
        "refused": "/?status=refused",
        "failed": "/?status=failed",
        "case": f"/cases/{case_id}",
        "draft": f"/cases/{case_id}/draft",
        "submit": "/submit",
        "batches": "/batches",
        "batch": "/batches/batch1_a",
        "cause": "/batches/batch1_a/failures/page_missing",
        "watches": "/watches",
        "tags": "/tags",
        "publish": "/publish",
    }


def test_each_page_says_where_one_is(desk, filled):
    """No two titles are alike, each page has one h1, and no heading skips a level."""
    pages = {what: read(desk.get(path)) for what, path in filled.items()}
    titles = [page.findtext(".//title") for page in pages.values()]
    assert len(set(titles)) == len(titles), titles
    for what, page in pages.items():
        levels = [int(node.tag[1]) for node in page.xpath("//h1 | //h2 | //h3 | //h4")]
        shown = [node for node in page.xpath("//h1") if not node.xpath("ancestor::dialog")]
        assert len(shown) == 1, what
        assert levels[0] == 1, what
        assert all(after <= before + 1 for before, after in pairwise(levels)), what


def test_buttons_that_do_the_same_to_different_rows_have_different_names(desk, filled):
    """Whoever hears a list of buttons hears which row each is of."""
    for what in ("refused", "failed", "cause", "watches", "tags", "case"):
        page = read(desk.get(filled[what]))
        found = page.xpath(
            "//button[not(ancestor::details) and not(ancestor::dialog)] | //summary"
            "[not(contains(., 'rubric') or contains(., 'copy'))]"
        )
        names = [node.get("aria-label") or name(node) for node in found]
        assert len(set(names)) == len(names), (what, names)
    assert all(read(desk.get(filled["refused"])).xpath("//meter/@aria-label"))


def test_quotes_and_the_sources_own_words_are_in_its_language(desk, build):
    """A screen reader changes its voice, and Japanese is not drawn with Chinese letters."""
    study = example_study()
    (lesson,) = study.lessons
    own = study.model_copy(
        update={"lessons": [lesson.model_copy(update={"origin": Origin.SOURCE})]}
    )
    case_id = build.draft(own, example_document().model_copy(update={"language": "ja"}))
    page = read(desk.get(f"/cases/{case_id}"))
    assert set(page.xpath("//blockquote/@lang")) == {"ja"}
    assert len(page.xpath("//blockquote")) == len(page.xpath("//blockquote[@lang]"))
    assert page.xpath("//*[@id='source']//h2/@lang") == ["ja"]
    assert page.xpath("//li[@id='s-lessons-0']/p[@class='said']/@lang") == ["ja"]
    assert not page.xpath("//li[@id='s-summary-0']/p/@lang")
    assert page.xpath("//h1/@lang") == ["ja"]  # it is the source's title


def test_long_lists_of_failures_and_refusals_are_paged(desk, build, monkeypatch):
    """Each source is on one page, in the order of before; a page beyond the last is the last."""
    monkeypatch.setattr(queue_page, "PAGE_SIZE", 3)
    cut_off = source_of(500)
    build.warehouse.append(cut_off)
    failed = [build.failed(message="x", transient=n % 2 == 0) for n in range(6)]
    refused = [build.refused(f"Offsite {n}") for n in range(4)]
    for tab, known in (("failed", {cut_off.source_id, *failed}), ("refused", set(refused))):
        seen: list[str] = []
        for number in range(1, -(-len(known) // 3) + 1):
            page = read(desk.get(f"/?status={tab}&page={number}"))
            rows = page.xpath("//li[contains(@class,'row')]/@id")
            assert len(rows) <= 3
            seen += rows
        assert seen == list(dict.fromkeys(seen))
        assert {row.removeprefix("row-") for row in seen} == known
        last = read(desk.get(f"/?status={tab}&page=99"))
        assert last.xpath("//li[contains(@class,'row')]/@id") == rows
        assert not last.xpath("//a[@rel='next']")
    groups = texts(read(desk.get("/?status=failed&page=1")), "//h2[@class='group']")
    assert groups == ["Cut off on the way, or still at work", "May pass by itself"]
    build.draft()
    assert read(desk.get("/?page=99")).xpath("//li[contains(@class,'row')]")


def test_a_job_of_the_desk_before_is_asked_for_once(desk):
    """After a restart its place says so and polls no more; it was asked for each 700 ms."""
    answer = desk.get("/jobs/none", headers={"hx-request": "true"})
    (section,) = html.fragments_fromstring(answer.text)[-1:]
    assert section.get("id") == "job-none"
    assert "The desk was restarted" in section.text_content()
    assert not section.xpath("//@hx-trigger")
    assert desk.get("/jobs/none").status_code == 404


def test_what_changes_by_itself_is_announced_in_few_words(desk, build, filled):
    """A job's stage, not each step; how a batch stands; how much a search found."""
    job = Job("https://a.example/", stage_name="summarize", done=3, total=9)
    made = environment().get_template("job.html").render(job=job, token="t", now=NOW)
    assert texts(html.fromstring(made), "//*[@role='status']") == ["summarize"]
    (stands,) = texts(read(desk.get(filled["batch"])), "//section//*[@role='status']")
    assert stands == "finished"  # what failed is gone for good
    told = "//div[@id='queue']/p[@role='status']"
    assert texts(read(desk.get("/")), told) == [""]
    assert texts(read(desk.get("/?q=Sorting")), told) == ["2 found"]


def test_a_look_that_failed_counts_nothing(desk, build):
    """It read "0 new of 0" before the failure, as if the list had been empty."""
    watched(build, 1, failure="a.example answers 404")
    told = read(desk.get("/watches")).text_content()
    assert "0 new of 0" not in told
    assert "a.example answers 404." in told


def test_many_near_copies_do_not_push_the_case_down(desk, build):
    """Three are named, the others are a line to be opened."""
    cases = [build.draft() for _ in range(6)]
    one, *others = (build.warehouse.case(case_id) for case_id in cases)
    for number, other in enumerate(others):
        copy = NearCopy(
            copy_id=f"copy1_{number}", document_id=one.document.document_id,
            source_id=one.source.source_id, other_document_id=other.document.document_id,
            other_source_id=other.source.source_id, share=0.9, other_share=0.4, found_at=NOW,
        )  # fmt: skip
        build.warehouse.append(copy)
    page = read(desk.get(f"/cases/{cases[0]}"))
    assert len(page.xpath("//p[strong='Near-copy:'][not(ancestor::details)]")) == 3
    assert texts(page, "//details/summary[contains(., 'near-cop')]") == ["and 2 more near-copies"]
