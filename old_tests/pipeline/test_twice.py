"""The same source twice: redirects, canonical addresses, near-copies, reading again."""

from datetime import UTC, datetime
from random import Random

import pages
import pytest

from casebook.pipeline.ingestion import sketching
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.reprocessing.rereading import read_again
from casebook.schemas.copies import Overlap, Sketch
from casebook.schemas.errors import UnknownId
from casebook.schemas.sources import SourceRef

OTHER = pages.CASE.replace("we insure small boats", "we insure boats").replace("4 percent", "5 %")


def calling(page, address):
    """The page with an address that it calls its canonical one."""
    return page.replace("<head>", f'<head><link rel="canonical" href="{address}">', 1)


async def submitted(services, web, path, **options):
    return await ingest(SourceRef(source=web.url_for(path)), services, **options)


def serve(web, path, page):
    web.expect_request(path).respond_with_data(page, content_type="text/html")


async def test_a_redirect_leads_to_the_one_source(services, web, endpoint):
    """Two addresses of one page make one case; the second pays nothing, and it is said."""
    web.expect_request("/short").respond_with_data(
        "", status=302, headers={"Location": web.url_for("/case")}
    )
    first = await submitted(services, web, "/short")
    assert (first.same_as.url, first.same_as.reason.value) == (web.url_for("/case"), "redirect")
    asked, fetched = len(endpoint.requests), len(web.log)
    second = await submitted(services, web, "/case")
    again = await submitted(services, web, "/short")
    assert first.case_id == second.case_id == again.case_id
    assert second.same_as is None
    assert again.same_as.url == web.url_for("/case")
    assert (len(endpoint.requests), len(web.log)) == (asked, fetched)
    assert services.warehouse.unfinished() == []


@pytest.mark.parametrize("order", [("/print", "/post"), ("/post", "/print")])
async def test_a_canonical_address_leads_to_the_one_source(services, web, endpoint, order):
    """Whichever edition comes first, there is one case, known by the canonical address."""
    serve(web, "/post", calling(pages.CASE, "/post"))
    serve(web, "/print", calling(pages.CASE, "/post"))
    first, second = [await submitted(services, web, path) for path in order]
    assert first.source_id == second.source_id
    source = services.warehouse.source(first.source_id)
    assert source.canonical_url == web.url_for("/post").rstrip("/")
    assert len(services.warehouse.cases()) == 1
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    "claimed", ["/recipe", "/gone", "https://elsewhere.example/post", "http://169.254.169.254/x"]
)
async def test_a_page_cannot_give_itself_out_for_another(services, web, claimed):
    """An address that tells something else, nothing, or lies elsewhere changes no identity."""
    known = await submitted(services, web, "/recipe", force=True)
    serve(web, "/claims", calling(pages.CASE, claimed))
    made = await submitted(services, web, "/claims")
    assert made.same_as is None
    assert made.source_id != known.source_id
    assert services.warehouse.case(known.case_id).document.title.startswith("Grandmother")
    assert services.warehouse.case(made.case_id).document.title.startswith("How Kettlebrook")


async def test_what_an_alias_serves_never_becomes_the_other_sources_text(services, web):
    """The text under the canonical address is what that address itself gave."""
    serve(web, "/post", pages.CASE)
    serve(web, "/mirror", calling(pages.CASE.replace("9,000 letters", "9,999 letters"), "/post"))
    made = await submitted(services, web, "/mirror")
    view = services.warehouse.case(made.case_id)
    assert "9,999" not in view.document.text
    assert view.source.canonical_url.endswith("/post")


async def test_a_redirect_to_the_front_page_is_no_identity(services, web):
    """A dead address sent to the front page is gone, and its source is kept as a failed one."""
    serve(web, "/", pages.CASE)
    web.expect_request("/dead").respond_with_data("", status=302, headers={"Location": "/"})
    made = await ingest(SourceRef(source=web.url_for("/dead")), services)
    assert made.same_as is None
    assert made.failure.kind == "page_missing"
    assert services.warehouse.source(made.source_id).canonical_url.endswith("/dead")


async def test_near_copies_are_told_on_both_sides(services, web):
    """The later one says it at once, the earlier one from then on; both stay cases."""
    serve(web, "/mirror", OTHER)
    first = await submitted(services, web, "/case")
    second = await submitted(services, web, "/mirror")
    assert first.near_copies == []
    (twin,) = second.near_copies
    assert (twin.case_id, twin.title) == (
        first.case_id,
        services.warehouse.case(first.case_id).revision.case_study.title.value,
    )
    assert 0.5 < twin.share < 1
    assert "% of this text's word runs stand there" in twin.degree
    (back,) = services.warehouse.twins(first.source_id)[first.source_id]
    assert (back.case_id, back.share) == (second.case_id, twin.other_share)
    assert {c.case_id: c.twins for c in services.warehouse.cases()} == {
        first.case_id: 1,
        second.case_id: 1,
    }


POST = "0123456789ab"
AROUND = (
    "<div><a href=/m/signin>Sign in</a><button>Follow</button><p>7 min read</p></div>",
    (
        "<div><h2>Written by Ines Varga</h2><p>1.2K followers</p><p>Head of letters at the firm.</p>"
        "</div><div><h2>Responses (2)</h2><p>Write a response</p></div>"
    ),
)


async def test_a_post_under_a_blogs_own_name_is_a_near_copy_of_that_on_medium(services, web):
    """Medium shows it at both, and says so for its apps: any page could, so neither is the other.

    Where medium.com leads to the blog's name instead, that redirect makes them one source.
    """
    said = f'<head><meta property="al:ios:url" content="medium://p/{POST}">'
    own = pages.CASE.replace("<head>", said, 1)
    top, end = AROUND
    theirs = own.replace("<article>", f"<article>{top}").replace("</article>", f"</article>{end}")
    serve(web, f"/how-we-answer-{POST}", own)
    serve(web, f"/p/{POST}", theirs)
    first = await submitted(services, web, f"/p/{POST}")
    second = await submitted(services, web, f"/how-we-answer-{POST}")
    assert (first.same_as, second.same_as) == (None, None)
    (twin,) = second.near_copies
    assert (twin.case_id, twin.share) == (first.case_id, 1)


async def test_unlike_texts_are_no_near_copies(services, web):
    """A recipe and a case study have nothing to do with each other."""
    await submitted(services, web, "/case")
    assert (await submitted(services, web, "/recipe", force=True)).near_copies == []


def test_of_many_copies_the_nearest_are_named():
    """A text that stands on a hundred sites gets twenty rows, the nearest; all of few are named."""
    mine = Sketch(
        sketch_id="sketch1_a", document_id="doc1_a", source_id="src1_a", method="m",
        hashes=list(range(100)),
    )  # fmt: skip
    others = [
        Overlap(document_id=f"doc1_{n}", source_id=f"src1_{n}", shared=n, size=100)
        for n in range(1, 101)
    ]
    found = sketching.near_copies(mine, others, datetime.now(UTC))
    assert [copy.share for copy in found] == [n / 100 for n in range(100, 80, -1)]
    few = sketching.near_copies(mine, others[:45], datetime.now(UTC))
    assert [copy.share for copy in few] == [0.45, 0.44, 0.43, 0.42, 0.41, 0.4]


@pytest.mark.parametrize(("mine", "shared", "found"), [(4, 4, 1), (6, 4, 0), (2, 2, 0)])
def test_a_short_text_is_a_copy_where_all_of_it_is_shared(mine, shared, found):
    """Four samples of 70 words are few, but if neither text has others they are the same."""
    sketch = Sketch(
        sketch_id="sketch1_a", document_id="doc1_a", source_id="src1_a", method="m",
        hashes=list(range(mine)),
    )  # fmt: skip
    other = Overlap(document_id="doc1_b", source_id="src1_b", shared=shared, size=shared)
    assert len(sketching.near_copies(sketch, [other], datetime.now(UTC))) == found


def test_overlaps_too_small_to_matter_are_not_read(services):
    """What two sketches share by chance never leaves the database; what counts comes in order."""
    warehouse, seen = services.warehouse, []
    for n, hashes in enumerate([range(5), range(6), range(3, 12)]):
        sketch = Sketch(
            sketch_id=f"sketch1_{n}", document_id=f"doc1_{n}", source_id=f"src1_{n}",
            method="m", hashes=[number << 32 for number in hashes],
        )  # fmt: skip
        warehouse.compare(sketch, lambda _, others: seen.append(others) or [], least=3)
    told = [[(other.document_id, other.shared) for other in others] for others in seen]
    assert told == [[], [("doc1_0", 5)], [("doc1_1", 3)]]


def _sketched(warehouse, name, text):
    """Return what a text is a near-copy of, by the share of either, once it is stored."""
    hashes = sketching.sample(text)
    sketch = Sketch(
        sketch_id=f"sketch1_{name}", document_id=f"doc1_{name}", source_id=f"src1_{name}",
        method="m", hashes=hashes, step=sketching.step(len(hashes)),
    )  # fmt: skip
    found = warehouse.compare(
        sketch,
        lambda mine, others: sketching.near_copies(mine, others, datetime.now(UTC)),
        least=sketching.LEAST_FOUND,
    )
    return {copy.other_source_id: (copy.share, copy.other_share) for copy in found}


@pytest.mark.parametrize("whole_first", [True, False])
def test_parts_of_long_texts_are_near_copies_of_them(services, whole_first):
    """Fewer hashes are kept of a long text; its parts are found, whichever comes first."""
    chance = Random(5)  # noqa: S311 - repeatable
    words = [str(chance.randrange(10**6)) for _ in range(8_000)]
    parts = {"tenth": words[300:1_100], "short": words[5_000:5_150], "other": ["x", *words[:40]]}
    parts["other"] += [str(chance.randrange(10**6)) for _ in range(500)]
    whole, seen = " ".join(words), {}
    if whole_first:
        assert _sketched(services.warehouse, "whole", whole) == {}
    for name, part in parts.items():
        seen[name] = _sketched(services.warehouse, name, " ".join(part)).get("src1_whole")
    if not whole_first:
        told = _sketched(services.warehouse, "whole", whole)
        seen = {name: told.get(f"src1_{name}", (None, None))[::-1] for name in parts}
    assert seen["other"] in {None, (None, None)}
    assert seen["tenth"][0] == seen["short"][0] == 1
    assert seen["tenth"][1] == pytest.approx(0.1, abs=0.03)
    assert seen["short"][1] < 0.05


def test_the_longer_a_text_the_fewer_of_its_runs_are_kept():
    """What is kept of a text does not grow past what a search should go through."""
    kept = []
    for runs in (400, 900, 3_000):
        hashes = sketching.sample(" ".join(map(str, range(runs + 4))))
        sketch = Sketch(
            sketch_id="s", document_id="d", source_id="x", method="m", hashes=hashes,
            step=sketching.step(len(hashes)),
        )  # fmt: skip
        kept.append((sketch.step, runs / len(sketch.thinned(sketch.step))))
    assert [step for step, _ in kept] == [1, 2, 4]
    assert [scale for _, scale in kept] == pytest.approx([8, 16, 32], rel=0.35)


async def test_reading_again_stores_what_todays_extractor_says(services, web, monkeypatch):
    """Equal text keeps its document, and title and date are those of the newest reading."""
    made = await submitted(services, web, "/case")
    fetched = len(web.log)
    before = services.warehouse.case(made.case_id).document
    real = services.extractors.extract

    async def better(payload):
        extracted = await real(payload)
        return extracted.model_copy(update={"title": "A better title", "extractor": "html/99"})

    monkeypatch.setattr(services.extractors, "extract", better)
    told, document = await read_again(made.source_id, services)
    assert (told.is_new_text, told.title) == (False, (before.title, "A better title"))
    assert told.standing.lost == ()
    assert told.standing.quotes > 0
    assert services.warehouse.document(before.document_id).title == "A better title"
    assert (
        services.warehouse.case(made.case_id).document.model_dump_json()
        == document.model_dump_json()
    )
    assert len(web.log) == fetched


async def test_another_text_is_another_document_beside_the_old_one(services, web, monkeypatch):
    """The case keeps the text that it was made from until somebody drafts it again."""
    made = await submitted(services, web, "/case")
    real = services.extractors.extract

    async def shorter(payload):
        extracted = await real(payload)
        kept = extracted.passages[:1]
        return extracted.model_copy(
            update={"text": extracted.text[: kept[-1].end], "passages": kept}
        )

    monkeypatch.setattr(services.extractors, "extract", shorter)
    told, document = await read_again(made.source_id, services)
    assert told.is_new_text
    assert told.difference.gone > 0
    assert told.difference.new == 0
    assert told.standing.lost
    assert document.document_id != made.document_id
    assert services.warehouse.case(made.case_id).document.document_id == made.document_id


async def test_a_document_of_an_older_extractor_is_read_again_once(services, web, monkeypatch):
    """After an extractor's new version a resubmission reads again, and the next one does not."""
    await submitted(services, web, "/case")
    reads = []
    real = services.extractors.extract

    async def counted(payload):
        reads.append(payload.name)
        extracted = await real(payload)
        return extracted.model_copy(update={"extractor": "html/99"})

    monkeypatch.setattr(services.extractors, "extract", counted)
    monkeypatch.setattr("casebook.pipeline.ingestion.stages._versions", lambda: ["html/99"])
    outcomes = [await submitted(services, web, "/case") for _ in range(3)]
    assert len(reads) == 1
    assert {outcome.llm_calls for outcome in outcomes} == {0}


async def test_a_wall_that_was_fetched_last_does_not_hide_the_text(services, web):
    """Of bytes that hold no text those before them are read again, of which the case was made."""
    serve(web, "/post", pages.CASE)
    made = await submitted(services, web, "/post")
    web.handlers[:] = [h for h in web.handlers if getattr(h.matcher, "uri", None) != "/post"]
    serve(web, "/post", pages.LOGIN)
    assert (await submitted(services, web, "/post", refresh=True)).failure.kind == "login_wall"
    told, document = await read_again(made.source_id, services)
    assert told.is_new_text is False
    assert document.document_id == made.document_id


async def test_what_was_never_kept_cannot_be_read_again(services):
    """The error says what to do."""
    with pytest.raises(UnknownId, match="casebook retry"):
        await read_again("src1_nothing", services)
