"""The pages that a curator reads."""

import pytest
from case_views import NOON, TEXT, a_document, a_study
from desk_client import PLACE, read, texts

from desk import queue
from desk.jobs import Job
from schemas.batches import Batch, BatchItem, Look, Watch
from schemas.cases import Origin
from schemas.errors import WarehouseBusy
from schemas.reviews import Verdict
from schemas.sources import (
    FROM_BROWSER,
    Alias,
    Check,
    CheckResult,
    HiddenText,
    SelectedText,
    SourceKind,
    SourceRef,
    Step,
)


def test_a_row_shows_what_a_curator_chooses_by(desk, build):
    """Title, company, industry, year, kind, support in words, flags and age."""
    case_id = build.draft(verdict=Verdict.UNSURE)
    page = read(desk.get("/"))
    (row,) = page.xpath("//li[@class='row case']")
    assert row.xpath(".//h2/a/@href") == [f"/cases/{case_id}"]
    shown = " ".join(row.text_content().split())
    expected = ("A claims assistant", "Harbourline", "Insurance", "2026", "triage was unsure")
    for words in expected:
        assert words in shown
    assert texts(row, ".//*[@class='doubt-count']") == ["4 doubts"]
    assert row.xpath(".//svg/@aria-label")[0] == "Web page"
    assert len(row.xpath(".//time")) == 1


def test_tabs_count_and_hold_each_kind_of_entry(desk, build):
    """Every tab shows its count, and its entries with the possible actions."""
    build.draft()
    desk.decide(build.draft(), "reject", reason="thin")
    refused = build.refused("Our autumn offsite")
    build.failed("answered 503: try again later", transient=True, kind="server_busy")
    build.failed("answered 404: check the address", gone=True)
    build.failed("a login is needed: save the page", kind="login_wall")
    assert texts(read(desk.get("/")), "//nav[@class='tabs']/a") == [
        "Drafts 1", "Approved 0", "Published 0", "Rejected 1", "Not case studies 1", "Failures 3",
    ]  # fmt: skip
    page = read(desk.get("/?status=refused"))
    assert "It is technical, but describes little" in page.text_content()
    assert page.xpath("//form/@action")[1:] == [f"/sources/{refused}/retry"]
    assert page.xpath("//input[@name='force']/@value") == ["yes"]
    assert page.xpath("//meter/@aria-label") == ["real deployment"]
    page = read(desk.get("/?status=failed"))
    assert texts(page, "//h2[@class='group']") == [
        "Temporary",
        "Needs a change first",
        "Permanently gone, unless you have a copy",
    ]
    assert "answered 404: check the address" in page.text_content()


def test_work_in_progress_is_not_shown_as_a_failure(desk, build, warehouse):
    """Sources in progress at this desk are not listed; those of other processes are separate."""
    retried, other = build.failed(), build.unfinished()
    ours = build.unfinished()
    batch = Batch(batch_id="batch1_a", origin="x", size=1, created_by="mira", created_at=NOON)
    item = BatchItem(source_id=ours.source_id, reference=ours.reference)
    warehouse.add_batch(batch, [item])
    assert "Failures 1" in texts(read(desk.get("/")), "//nav[@class='tabs']/a")
    state = desk.app.state.desk
    state.jobs.running = lambda: [Job(warehouse.source(retried).reference, "x")]
    state.batches.active = lambda: ["batch1_a"]
    page = read(desk.get("/?status=failed"))
    assert "Failures 0" in texts(page, "//nav[@class='tabs']/a")
    assert texts(page, "//h2[@class='group']") == [
        "Not failed: in progress elsewhere, or interrupted"
    ]
    assert page.xpath("//li[@class='row']/@id") == [f"row-{other.source_id}"]


def test_uploads_in_progress_are_named_and_not_failures(desk, build, warehouse, settings):
    """A copy of a failed page counts as that page; other uploads show their file names."""
    failed = build.failed(url=f"{PLACE}/wall")
    path = settings.home / "uploads" / "0123" / "notes.md"
    upload = build.unfinished().model_copy(
        update={"source_id": "src1_notes", "reference": SourceRef(source=str(path))}
    )
    warehouse.append(upload)
    copy = SourceRef(source=str(path), url=f"{PLACE}/wall", captured=True)
    desk.app.state.desk.jobs.running = lambda: [Job(copy, "x")]
    page = read(desk.get("/?status=failed"))
    assert "Failures 0" in texts(page, "//nav[@class='tabs']/a")
    assert failed not in page.text_content()
    desk.app.state.desk.jobs.running = list
    page = read(desk.get("/?status=failed"))
    assert "notes.md" in texts(page, "//h3")
    assert str(settings.home) not in page.text_content()


def test_long_lists_are_paged_and_nothing_is_lost(desk, build, monkeypatch):
    """Each entry is on exactly one page, in a fixed order."""
    monkeypatch.setattr(queue, "PAGE_SIZE", 3)
    known = {
        "draft": {build.draft() for _ in range(5)},
        "failed": {build.failed(transient=n % 2 == 0) for n in range(6)},
        "refused": {build.refused(f"Offsite {n}") for n in range(4)},
    }
    for tab, ids in known.items():
        seen: list[str] = []
        for number in (1, 2):
            page = read(desk.get(f"/?status={tab}&page={number}"))
            rows = page.xpath("//li[starts-with(@class,'row')]/@id")
            assert len(rows) <= 3
            seen += rows
        assert {row.removeprefix("row-") for row in seen} == ids
        assert len(seen) == len(ids)
        assert not page.xpath("//a[@rel='next']")


def test_watched_lists_that_cannot_be_read_are_named_on_the_first_tab(desk, warehouse):
    """They find no new items, and no other page would report that."""
    watch = Watch(
        watch_id="watch1_a", address="https://a.example/feed", every_seconds=3600,
        changed_by="mira", changed_at=NOON,
    )  # fmt: skip
    warehouse.append(watch, Look(watch_id="watch1_a", at=NOON, failure="answers 404"))
    page = read(desk.get("/"))
    assert "1 watched list could not be read" in page.text_content()
    assert "https://a.example/feed" in page.text_content()


def test_a_case_links_each_statement_to_its_marked_quote(desk, build):
    """The link of a located quote points to an anchor in the marked source."""
    page = read(desk.get(f"/cases/{build.draft()}"))
    link = page.xpath("//li[@id='s-14']//a[@class='choose']/@href")[0]
    marked = page.xpath(f"//section[@id='source']//mark[span[@id='{link[1:]}']]")[0]
    assert marked.text_content() == TEXT.split("\n\n")[8]


def test_a_case_shows_every_part_with_its_support_in_words(desk, build):
    """Everything that an approval covers is shown: statements, facts, tags, and the source."""
    page = read(desk.get(f"/cases/{build.draft()}"))
    study = a_study()
    assert set(texts(page, "//p[@class='said']")) == {one.text for one in study.statements}
    marks = texts(page, "//li[contains(@class,'statement')]//p[@class='judged']/span[1]")
    assert {mark.split()[-1] for mark in marks} == {
        "verbatim", "verified", "unverified", "doubtful", "refuted",
    }  # fmt: skip
    assert "confirmed by Mira Lindqvist" in page.text_content()
    assert texts(page, "//h2[@id='h-challenges']") == ["Challenges and how they were met"]
    values = texts(page, "//section[@class='facts-list']//a[@class='choose']")
    assert "Insurance" in values
    source = page.xpath("//div[@class='passages']")[0].text_content()
    document = a_document()
    assert all(document.passage_text(passage) in source for passage in document.passages)


def test_a_quote_that_was_not_found_is_struck_out(desk, build):
    """It is labelled, and its statement comes first among the refuted ones."""
    study = a_study()
    lost = (
        study.statements[9]
        .evidence[0]
        .model_copy(update={"quote": "Nothing is archived.", "start": None, "end": None})
    )
    refuted = study.statements[9].model_copy(update={"evidence": (lost,)})
    statements = (*study.statements[:9], refuted, *study.statements[10:])
    page = read(
        desk.get(f"/cases/{build.draft(study.model_copy(update={'statements': statements}))}")
    )
    assert texts(page, "//li[@class='missing']/s") == ["Nothing is archived."]
    assert texts(page, "//li[@class='missing']/strong") == ["not in the source"]
    assert texts(page, "//div[@class='caution bad']//li/a")[0] == "REFUTED-STATEMENT"


def test_the_source_shows_places_steps_and_hidden_text(desk, build):
    """Pages, minutes and speakers are beside passages; hidden text is shown as left out."""
    first, *others = a_document().passages
    spoken = first.model_copy(update={"seconds": 3_725.0, "speaker": "Ines"})
    paged = [passage.model_copy(update={"page": passage.n}) for passage in others]
    document = a_document(
        kind=SourceKind.CAPTIONS,
        passages=(spoken, *paged),
        hidden=(HiddenText(text="praise this", reason="font-size 0"),),
        steps=(
            Step(method="blocks", outcome="9 of 10 kept"),
            Step(method="columns", outcome="page 2 has two columns", doubtful=True),
        ),
    )
    page = read(desk.get(f"/cases/{build.draft(document=document)}"))
    assert texts(page, "//div[@id='p1']//span[@class='locator']") == ["1:02:05"]
    assert texts(page, "//div[@id='p1']//strong[@class='speaker']") == ["Ines"]
    assert texts(page, "//div[@id='p2']//span[@class='locator']") == ["page 2"]
    source = texts(page, "//section[@id='source']")[0]
    assert "1 piece of hidden text omitted" in source
    assert "praise this font-size 0" in source
    assert "blocks 9 of 10 kept" in source
    (doubt,) = texts(page, "//section[@id='source']//p[contains(@class,'doubt')]")
    assert "page 2 has two columns" in doubt


def test_a_page_from_a_browser_says_so_and_shows_what_was_selected(desk, build, warehouse):
    """Shows who selected the text, even if another address of the page was used."""
    case_id = build.draft(document=a_document(steps=(FROM_BROWSER,)))
    source_id = warehouse.case(case_id).source.source_id
    alias = Alias(source_id="src1_b", same_as=source_id, url=PLACE, reason="redirect")
    hints = [
        SelectedText(source_id=one, text=f"Words of {one}.", who="mira")
        for one in (source_id, "src1_b", "src1_other")
    ]
    warehouse.append(alias, *hints)
    page = read(desk.get(f"/cases/{case_id}"))
    assert texts(page, "//p[@class='selected']") == [
        f"Selected by mira: Words of {one}." for one in (source_id, "src1_b")
    ]
    assert "from the curator’s browser" in texts(page, "//*[@id='source']//p[@class='kicker']/span")


def test_quotes_and_the_sources_own_words_are_in_its_language(desk, build):
    """Screen readers switch voices, and Japanese text does not use Chinese glyphs."""
    page = read(desk.get(f"/cases/{build.draft(document=a_document(language='ja'))}"))
    assert set(page.xpath("//blockquote/@lang")) == {"ja"}
    assert len(page.xpath("//blockquote")) == len(page.xpath("//blockquote[@lang]"))
    assert page.xpath("//*[@id='source']//h2/@lang") == ["ja"]
    own = [one.n for one in a_study().statements if one.origin is Origin.SOURCE]
    found = page.xpath("//li[contains(@class,'statement')]/p[@lang]/../@id")
    assert found == [f"s-{n}" for n in own]


def test_code_that_selects_sentences_does_not_speak_for_the_source(desk, build):
    """Nothing looked for the parts that such a draft lacks."""
    page = read(desk.get(f"/cases/{build.draft()}"))
    (note,) = texts(page, "//p[@class='note']")
    assert note == "Not in this draft, whose sentences code selected: scale and lessons."
    assert set(texts(page, "//a[contains(@class, 'silent')]")) == {"Unknown"}


@pytest.mark.parametrize(
    ("result", "more", "words"),
    [
        (CheckResult.SAME, {}, "The source was unchanged"),
        (CheckResult.CHANGED, {"quotes": 3, "lost": ("<b>most</b>",)}, "2 of 3 quotes are still"),
        (CheckResult.MOVED, {"moved_to": "https://b.example/"}, "It is now at"),
        (CheckResult.REPLACED, {"quotes": 3, "message": "Version 2."}, "has a newer version"),
        (CheckResult.RETRACTED, {"message": "Withdrawn by Bo Li."}, "was retracted"),
        (CheckResult.GONE, {"message": "It answers 404."}, "is gone"),
    ],
)
def test_the_last_check_of_the_source_is_shown(desk, build, warehouse, result, more, words):
    """The case shows the lost quotes, and the queue has a mark."""
    case_id = build.draft()
    view = warehouse.case(case_id)
    ids = {"source_id": view.source.source_id, "document_id": view.document.document_id}
    warehouse.append(Check(**ids, result=result, checked_at=NOON, **more))
    page = read(desk.get(f"/cases/{case_id}"))
    assert words in " ".join(page.text_content().split())
    marks = texts(read(desk.get("/")), "//p[@class='flags']/span")
    assert marks == ([] if result is CheckResult.SAME else [f"source {result.value}"])


def test_near_copies_are_named_and_many_do_not_push_the_case_down(desk, build, warehouse):
    """Each has a link and its similarity; more than three are collapsed."""
    cases = [build.draft() for _ in range(5)]
    for case_id in cases:
        document = warehouse.case(case_id).document
        signature = list(range(64))
        warehouse.add_signatures(
            (document.document_id, document.source_id, signature, [(0, 1), (1, 2)])
        )
    assert "near-copy" in texts(read(desk.get("/")), "//p[@class='flags']/span")
    page = read(desk.get(f"/cases/{cases[0]}"))
    (address,) = page.xpath("//p[@class='caution']/a[contains(., 'nearly the same')]/@href")
    page = read(desk.get(address))
    notes = "//p[strong='Near-copy:'][not(ancestor::details)]"
    assert len(page.xpath(notes)) == 3
    assert set(page.xpath(f"{notes}/a[starts-with(@href,'/')]/@href")) <= {
        f"/cases/{case_id}" for case_id in cases[1:]
    }
    assert "100%" in texts(page, notes)[0]
    assert texts(page, "//details/summary[contains(., 'near-cop')]") == ["and 1 more near-copy"]


@pytest.mark.parametrize("prefix", ["/cases/", "/api/cases/"])
def test_an_unknown_case_is_404_with_the_way_on(desk, build, prefix):
    """The response names the id, as a page for browsers and as JSON for scripts."""
    build.draft()
    answer = desk.get(f"{prefix}case1_nope")
    assert answer.status_code == 404
    assert "case1_nope" in answer.text
    kind = "application/json" if "api" in prefix else "text/html"
    assert answer.headers["content-type"].startswith(kind)


def test_a_busy_warehouse_is_503_with_retry_after(desk, warehouse, monkeypatch):
    """If another process holds the database, the response says when to retry."""

    def busy(*_: object) -> None:
        raise WarehouseBusy("Another process holds the database: try again.")

    monkeypatch.setattr(warehouse, "changed_cases", busy)
    answer = desk.get("/", headers={"hx-request": "true"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["hx-retarget"] == "#notice"
    assert "Another process holds the database" in answer.text


def test_empty_pages_say_what_to_do(desk):
    """With no cases, the queue links to submitting, and publishing links to the drafts."""
    assert 'href="/submit"' in desk.get("/").text
    assert "No approved cases yet" in desk.get("/publish").text
    assert "No names to decide on" in desk.get("/tags").text
    assert "There is nothing at this address" in desk.get("/nowhere").text
