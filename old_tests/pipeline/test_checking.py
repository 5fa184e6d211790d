"""Sources fetched again: the same, moved, changed, gone, or not to be reached."""

import re

import pages
import pytest
from fpdf import FPDF

from casebook.extractors.gathering.fetch import identify
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.reprocessing import checking
from casebook.pipeline.reprocessing.comparing import difference
from casebook.runtime.services import Services
from casebook.schemas.checks import CheckResult
from casebook.schemas.sources import AliasReason, SourceRef

SUMMARY = (
    f"<h1>How Kettlebrook answers letters</h1><p>{'We tell how it reads our letters. ' * 20}</p>"
)

MISSING = "<title>404</title><main><h1>Page not found</h1><p>Sorry, nothing is here.</p></main>"


@pytest.fixture
async def post(services, web):
    """A source with a case, whose page a test then changes: its id."""
    serve(web, pages.CASE)
    outcome = await ingest(SourceRef(source=web.url_for("/post")), services)
    return outcome.source_id


def serve(web, page, status=200, path="/post", kind="text/html", **headers):
    """Answer the next requests of the page so."""
    for handler in [h for h in web.handlers if getattr(h.matcher, "uri", None) == path]:
        web.handlers.remove(handler)
    web.expect_request(path).respond_with_data(
        page, status=status, content_type=kind, headers=headers
    )


async def looked_at(services, source_id):
    (checked,) = [one async for one in checking.recheck([source_id], services)]
    kept = services.warehouse.check(source_id)
    assert kept.check_id == checked.check.check_id
    return kept


async def test_the_same_text_is_the_same_whatever_surrounds_it(services, web, post):
    """Another footer is no change, and nothing known of the source changes."""
    before = services.warehouse.counts()
    serve(web, pages.CASE.replace("© Kettlebrook", "© 2027 Kettlebrook"))
    check = await looked_at(services, post)
    assert (check.result, check.moved_to) == (CheckResult.SAME, None)
    after = services.warehouse.counts()
    assert {name for name in after if after[name] != before[name]} == {"checks"}


async def test_a_change_tells_which_quotes_still_stand(services, web, post):
    """The quotes that the new text lacks are named, the others counted."""
    case = services.warehouse.case(services.warehouse.case_of_source(post).case_id)
    quote = next(case.revision.case_study.statements())[1].evidence[0].quote
    serve(web, pages.CASE.replace("\n", " ").replace(" ".join(quote.split()), "It is all gone."))
    check = await looked_at(services, post)
    assert check.result is CheckResult.CHANGED
    assert quote in check.lost
    assert 0 < check.standing < check.quotes
    assert f"{check.standing} of {check.quotes} quotes still stand" in check.told
    assert [c.checked for c in services.warehouse.cases()] == [CheckResult.CHANGED]


@pytest.mark.parametrize(
    ("was", "now", "lost"),
    [
        ("insure small boats", "insure large boats", 1),
        ("used to sort", "may sort", 1),
        ("each week, and clerks", "each week; and clerks", 0),
        ("insure small boats, and", "insure “small boats” – and", 0),
        ("pipeline of three", "pipe­line of three", 0),
        ("a pipeline of three", "a pipeline of four", 1),
    ],
)
async def test_a_quote_with_another_word_no_longer_stands(services, web, post, was, now, lost):
    """One word changes what is said; marks and how it is set do not."""
    assert was in pages.CASE
    serve(web, pages.CASE.replace(was, now))
    assert len((await looked_at(services, post)).lost) == lost


async def test_a_redirect_tells_where_the_source_is_now(services, web, post):
    """The same text at another address has moved there."""
    web.expect_request("/new").respond_with_data(pages.CASE, content_type="text/html")
    serve(web, "", status=301, Location="/new")
    check = await looked_at(services, post)
    assert (check.result, check.moved_to) == (CheckResult.MOVED, web.url_for("/new"))


async def test_a_canonical_address_elsewhere_is_believed_where_it_tells_the_same(
    services, web, post
):
    """A page that calls another one of its site its own has moved, if that one is the same."""
    web.expect_request("/new").respond_with_data(pages.CASE, content_type="text/html")
    head = '<head><link rel="canonical" href="{}">'
    serve(web, pages.CASE.replace("<head>", head.format("/new")))
    assert (await looked_at(services, post)).moved_to == web.url_for("/new")
    serve(web, pages.CASE.replace("<head>", head.format("/recipe")))
    assert (await looked_at(services, post)).result is CheckResult.SAME


@pytest.mark.parametrize(
    ("status", "result", "kind"),
    [
        (404, CheckResult.GONE, "page_missing"),
        (410, CheckResult.GONE, "page_missing"),
        (403, CheckResult.UNREACHABLE, "page_forbidden"),
        (503, CheckResult.UNREACHABLE, "server_failed"),
        (429, CheckResult.UNREACHABLE, "server_busy"),
    ],
)
async def test_only_the_site_itself_says_that_it_is_gone(services, web, post, status, result, kind):
    """A refusal or an outage is no statement about the source."""
    serve(web, "sorry", status=status)
    check = await looked_at(services, post)
    assert (check.result, check.kind) == (result, kind)
    assert services.warehouse.open_failures() == []


async def test_an_outage_does_not_undo_what_was_seen(services, web, post):
    """Readers are told what the site said last, not that we could not ask; curators both."""
    serve(web, "gone", status=410)
    gone = await looked_at(services, post)
    serve(web, "busy", status=503)
    away = await looked_at(services, post)
    assert away.result is CheckResult.UNREACHABLE
    assert services.warehouse.seen(post) == {post: gone}
    assert services.warehouse.checks(post) == [away, gone]
    assert [case.checked for case in services.warehouse.cases()] == [CheckResult.GONE]
    serve(web, pages.CASE)
    assert [await looked_at(services, post)] == services.warehouse.checks(post)
    serve(web, "busy", status=503)
    assert [await looked_at(services, post)] == services.warehouse.checks(post)
    assert [case.checked for case in services.warehouse.cases()] == [CheckResult.UNREACHABLE]


async def test_a_wall_in_place_of_the_page_is_no_change(services, web, post):
    """A page that asks to log in tells nothing about the text behind it."""
    serve(web, pages.LOGIN)
    check = await looked_at(services, post)
    assert (check.result, check.kind) == (CheckResult.UNREACHABLE, "login_wall")


async def test_a_summary_in_place_of_the_paper_is_no_change(services, web):
    """A page whose PDF is refused today says nothing about the paper that was read."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=11)
    pdf.multi_cell(
        0, 6, re.sub("<[^<>]*>", " ", pages.CASE).encode("latin-1", "ignore").decode("latin-1")
    )
    serve(web, f'<head><meta name="citation_pdf_url" content="/1.pdf"></head>{SUMMARY}')
    serve(web, bytes(pdf.output()), path="/1.pdf", kind="application/pdf")
    outcome = await ingest(SourceRef(source=web.url_for("/post")), services)
    serve(web, "sorry", status=403, path="/1.pdf")
    check = await looked_at(services, outcome.source_id)
    assert (check.result, check.kind) == (CheckResult.UNREACHABLE, "page_forbidden")


async def test_a_file_without_address_is_left_alone(services, tmp_path):
    """There is nothing to ask, and no row says that anybody did."""
    file = tmp_path / "post.html"
    file.write_text(pages.CASE)
    outcome = await ingest(SourceRef(source=str(file)), services)
    found = [one async for one in checking.recheck([outcome.source_id], services)]
    assert [one.check for one in found] == [None]
    assert services.warehouse.counts()["checks"] == 0


async def test_another_text_at_the_address_is_no_move(services, web, post):
    """Where a redirect ends at something else, no address is told as the source's new one."""
    web.expect_request("/elsewhere").respond_with_data(pages.RECIPE, content_type="text/html")
    serve(web, "", status=301, Location="/elsewhere")
    check = await looked_at(services, post)
    assert (check.result, check.moved_to) == (CheckResult.CHANGED, None)
    assert check.standing == 0
    assert check.message == f"another text stands at {web.url_for('/elsewhere')}"
    serve(web, pages.RECIPE)
    assert (await looked_at(services, post)).message == "another text stands there"


async def test_a_source_is_found_where_it_moved_to_once_the_redirect_is_gone(services, web, post):
    """Redirects are taken down some day: where the text was seen last it is looked for."""
    web.expect_request("/new").respond_with_data(pages.CASE, content_type="text/html")
    serve(web, "", status=301, Location="/new")
    await looked_at(services, post)
    serve(web, "gone", status=404)
    check = await looked_at(services, post)
    assert (check.result, check.moved_to) == (CheckResult.MOVED, web.url_for("/new"))
    serve(web, "gone", status=404, path="/new")
    assert (await looked_at(services, post)).result is CheckResult.GONE


async def test_where_a_source_moved_to_is_the_source(services, web, post, endpoint):
    """Its new address is neither fetched nor paid for as another one, and it is said."""
    web.expect_request("/new").respond_with_data(pages.CASE, content_type="text/html")
    serve(web, "", status=301, Location="/new")
    await looked_at(services, post)
    asked = len(endpoint.requests)
    again = await ingest(SourceRef(source=web.url_for("/new")), services)
    assert (again.source_id, len(endpoint.requests)) == (post, asked)
    assert (again.same_as.url, again.same_as.reason) == (web.url_for("/post"), AliasReason.MOVED)
    assert (await looked_at(services, post)).result is CheckResult.MOVED


async def test_a_source_at_the_new_address_stays_one(services, web, post):
    """Submitted before anybody saw the move, it has a case of its own, a near-copy."""
    web.expect_request("/new").respond_with_data(pages.CASE, content_type="text/html")
    other = await ingest(SourceRef(source=web.url_for("/new")), services)
    serve(web, "", status=301, Location="/new")
    assert (await looked_at(services, post)).result is CheckResult.MOVED
    again = await ingest(SourceRef(source=web.url_for("/new")), services)
    assert (again.source_id, again.same_as) == (other.source_id, None)


async def test_whether_a_title_is_read_with_the_text_is_no_change(services, post):
    """What surrounds an article may decide on that: the title counts once, and another one does."""
    document = services.warehouse.newest_document(post)
    title = document.title or ""
    text = document.text.removeprefix(title).lstrip()
    bare, titled = (
        document.model_copy(update={"text": told}) for told in (text, f"{title}\n\n{text}")
    )
    for one, other in ((bare, titled), (titled, bare)):
        change = difference(one, other)
        assert (change.gone, change.new) == (0, 0)
    renamed = bare.model_copy(update={"title": f"{title}, again"})
    assert difference(titled, renamed).new == 1


async def test_an_address_and_its_aliases_are_looked_at_once(services, web, post):
    """Whatever leads to a source, it is fetched once."""
    web.expect_request("/short").respond_with_data("", status=302, headers={"Location": "/post"})
    await ingest(SourceRef(source=web.url_for("/short")), services)
    short = identify(SourceRef(source=web.url_for("/short"))).source_id
    found = [one async for one in checking.recheck([short, post], services)]
    assert [one.source_id for one in found] == [post]


async def test_what_was_not_looked_at_for_longest_comes_first(settings_of, quick, web):
    """A run that was cut off is gone on with by the next one."""
    serve(web, pages.CASE)
    async with quick(Services(settings_of(concurrency=1, host_interval=0))) as services:
        made = [
            await ingest(SourceRef(source=web.url_for(path)), services)
            for path in ("/post", "/case")
        ]
        post, case = (outcome.source_id for outcome in made)
        await looked_at(services, post)
        order = [one.source_id async for one in checking.recheck([post, case], services)]
        assert order == [case, post]


@pytest.mark.parametrize(
    ("page", "result", "compared"),
    [
        (pages.CASE, CheckResult.SAME, True),
        (pages.CASE.replace("small boats", "large boats"), CheckResult.CHANGED, True),
        (pages.LOGIN, CheckResult.SAME, False),
        (pages.RECIPE, CheckResult.SAME, False),
        (MISSING, CheckResult.GONE, False),
    ],
)
async def test_a_page_handed_in_is_compared_where_it_is_open(
    services, web, tmp_path, page, result, compared
):
    """The page behind a copy may be open by now, walled as ever, or gone with a friendly word."""
    file = tmp_path / "post.html"
    file.write_text(pages.CASE)
    ref = SourceRef(source=str(file), url=web.url_for("/post"))
    outcome = await ingest(ref, services)
    serve(web, page)
    check = await looked_at(services, outcome.source_id)
    assert check.result is result
    assert check.compared is compared


async def test_a_source_without_a_case_is_compared_as_a_whole(services, web, tmp_path):
    """Where no quote tells what matters, a saved copy of the same text is the same."""
    file = tmp_path / "soup.html"
    file.write_text(pages.RECIPE)
    outcome = await ingest(SourceRef(source=str(file), url=web.url_for("/soup")), services)
    assert outcome.case_id is None
    serve(web, pages.RECIPE.replace("</article>", "<p>Enjoy it.</p></article>"), path="/soup")
    assert (await looked_at(services, outcome.source_id)).result is CheckResult.SAME


async def test_a_page_handed_in_is_asked_for_at_the_address_that_was_given(services, web, tmp_path):
    """Its canonical form is to compare by: sites may know the page by the other spelling alone."""
    file = tmp_path / "post.html"
    file.write_text(pages.CASE)
    ref = SourceRef(source=str(file), url=web.url_for("/told/"))
    outcome = await ingest(ref, services)
    serve(web, pages.CASE, path="/told/")
    check = await looked_at(services, outcome.source_id)
    assert (check.result, check.compared) == (CheckResult.SAME, True)


FEED = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Posts</title>{}</channel></rss>"""
ITEM = (
    "<item><title>T</title><link>{}</link><content:encoded><![CDATA[{}]]></content:encoded></item>"
)


@pytest.mark.parametrize(
    ("feed", "page", "status", "result", "compared"),
    [
        ([pages.CASE], pages.LOGIN, 200, CheckResult.SAME, True),
        ([pages.CASE.replace("11 hours", "11 days")], "", 404, CheckResult.CHANGED, True),
        ([], pages.CASE, 200, CheckResult.SAME, True),
        ([], pages.LOGIN, 200, CheckResult.SAME, False),
        ([], "gone", 404, CheckResult.GONE, False),
        (None, pages.CASE, 200, CheckResult.SAME, True),
        (None, "busy", 503, CheckResult.UNREACHABLE, False),
    ],
)
async def test_an_item_that_its_feed_no_longer_holds_is_asked_for_itself(
    services, web, feed, page, status, result, compared
):
    """Feeds name the newest posts alone, and may end; that says nothing about those before."""
    address = web.url_for("/post")

    def tell(texts):
        told = FEED.format("".join(ITEM.format(address, text) for text in texts))
        serve(web, told, path="/feed", kind="application/rss+xml")

    tell([pages.CASE])
    ref = SourceRef(source=address, feed=web.url_for("/feed"))
    outcome = await ingest(ref, services)
    if feed is None:
        serve(web, "gone", path="/feed", status=404)
    else:
        tell(feed)
    serve(web, page, status=status)
    check = await looked_at(services, outcome.source_id)
    assert (check.result, check.compared) == (result, compared)


async def test_a_page_handed_in_has_moved_where_its_text_stands(services, web, tmp_path):
    """A redirect to a page that tells the same is a move; one to a log-in page is none."""
    file = tmp_path / "post.html"
    file.write_text(pages.CASE)
    outcome = await ingest(SourceRef(source=str(file), url=web.url_for("/post")), services)
    serve(web, "", status=302, Location="/login")
    assert (await looked_at(services, outcome.source_id)).moved_to is None
    serve(web, "", status=302, Location="/case")
    assert (await looked_at(services, outcome.source_id)).moved_to == web.url_for("/case")
