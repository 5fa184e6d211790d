import gzip
import json
import random
import re
import time
from datetime import date
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_lists import ATOM, OPML, PAGE, RSS, SITEMAP, TABLE, TEXT, index, listing

from casebook.extractors import registry
from casebook.extractors.links.feed_items import read_item
from casebook.extractors.links.listing import WalkLimits, walk
from casebook.extractors.links.reading import MOST_ENTRIES, read_listing
from casebook.extractors.network.robots import Robots
from casebook.extractors.text.xml import plain
from casebook.extractors.worker import ExtractorPool, Limits
from casebook.schemas import errors
from casebook.schemas.errors import DocumentEmpty, KindUnsupported
from casebook.schemas.sources import Candidate, Payload, SourceRef


def candidate(path: str, title: str | None, day: str | None) -> Candidate:
    published = date.fromisoformat(day) if day else None
    return Candidate(url=f"https://blog.example.com/{path}", title=title, published=published)


@pytest.mark.parametrize(
    ("data", "form", "expected"),
    [
        (RSS, "feed", [candidate("a?utm_source=rss", "One & two", "2024-01-22")]),
        (ATOM, "feed", [candidate("b", "Two", "2024-02-03")]),
        (SITEMAP, "sitemap", [candidate("c", None, "2024-03-04")]),
        (gzip.compress(SITEMAP.encode(), mtime=0), "sitemap", [candidate("c", None, "2024-03-04")]),
        (OPML, "OPML", [candidate("d", "A story", None)]),
        (
            PAGE,
            "page",
            [
                candidate("e", "The e story", None),
                Candidate(url="https://other.example/f", title="F"),
            ],
        ),
        (TABLE, "table", [candidate("g", "Story, long", "2024-05-06"), candidate("h", None, None)]),
        (TEXT, "text", [candidate("i", "A talk", None), candidate("j", None, None)]),
    ],
    ids=["rss", "atom", "sitemap", "gzip", "opml", "page", "table", "text"],
)
def test_each_form_of_list_gives_its_sources(data, form, expected):
    """Address, title and day of each source, in order, each source once."""
    found = listing(data)
    assert (found.form, list(found.candidates)) == (form, expected)


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (TABLE, ["nothing here"]),
        ("url,note\nhttps://a.example/1,\n,forgotten\n;;;,x\n", [", forgotten", ";;;"]),
        ("url\nhttps://a.example/1\nhttps://me:pw@a.example/2\n", ["https://me:pw@a.example/2"]),
        (
            "adresse\nhttps://a.example/1\nftp://a.example/2\n# later\n\n",
            ["line 3: ftp://a.example/2"],
        ),
        ("Reading list\nhttps://a.example/1\n", []),
        ("a.example/0\nhttps://a.example/1\n", ["line 1: a.example/0"]),
        ("We read https://a.example/1 once.\nIt was long.\nAnd good.\nAnd red.\n", []),
        (RSS, ["https://blog.example.com/no link"]),
        (PAGE, []),
    ],
)
def test_entries_without_an_address_are_told(data, unread):
    """What a person wrote into a list and cannot be fetched is named; prose and headings are not."""
    assert list(listing(data).unread) == unread


def test_lists_within_lists_are_told_apart():
    """Feeds of an outline and sitemaps of an index are lists, not sources."""
    assert listing(OPML).lists == ("https://blog.example.com/feed",)
    inner = listing(index("https://blog.example.com/s1.xml", "file:///etc/passwd"))
    assert (inner.candidates, inner.lists) == ((), ("https://blog.example.com/s1.xml",))


def test_a_playlist_gives_its_videos():
    """The videos that a YouTube page lists are candidates with their titles."""
    page = """<!DOCTYPE html><script>var ytInitialData = {"contents": [
    {"playlistVideoRenderer": {"videoId": "dQw4w9WgXcQ", "title": {"runs": [{"text": "A talk"}]}}},
    {"lockupViewModel": {"contentType": "LOCKUP_CONTENT_TYPE_VIDEO", "contentId": "GJLlxj_dtq8",
    "metadata": {"lockupMetadataViewModel": {"title": {"content": "Another"}}}}}]};</script>"""
    assert [(c.url[-11:], c.title) for c in listing(page).candidates] == [
        ("dQw4w9WgXcQ", "A talk"),
        ("GJLlxj_dtq8", "Another"),
    ]


# --- Hostile lists -------------------------------------------------------------------------------

LAUGHS = '<!ENTITY a "https://blog.example.com/ha">' + "".join(
    f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMB = f"<!DOCTYPE x [{LAUGHS}]>"


@pytest.mark.parametrize(
    "data",
    [
        f'<?xml version="1.0"?>{BOMB}<rss><channel><item><link>&i;</link></item></channel></rss>',
        f"<!-- <rss> -->{BOMB}<urlset><url><loc>&i;</loc></url></urlset>",
        f'<?pi <a> ?><!DOCTYPE x [<!-- <b> -->{LAUGHS}]><opml><outline url="&i;"/></opml>',
        f'<?xml version="1.0" encoding="utf-16"?>{BOMB}<feed/>'.encode("utf-16"),
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>',
        f'<!DOCTYPE rss [<!ENTITY a "{"https://blog.example.com/ha " * 1_000}">]><rss>&a;</rss>',
    ],
    ids=["rss", "comment before", "comment within", "utf-16", "external", "one long"],
)
def test_entities_are_refused(data):
    """A feed that defines entities is not parsed at all."""
    with pytest.raises(errors.Damaged, match="entities"):
        listing(data)


def test_a_bomb_in_gzip_is_refused_early():
    """A few kilobytes that unpack to more than a sitemap may hold cost its limit at most."""
    bomb = gzip.compress(b"<urlset>" + bytes(60_000_000), mtime=0)
    assert len(bomb) < 100_000
    with pytest.raises(errors.TooLarge, match="50 MB"):
        listing(bomb)


@pytest.mark.timeout(60)
def test_a_list_in_ever_so_many_members_is_unpacked():
    """A gzip file may be made of a member for each byte; unpacking all took their square."""
    blanks = gzip.compress(b" ", mtime=0) * 200_000
    packed = gzip.compress(SITEMAP.encode(), mtime=0) + blanks
    assert listing(packed).candidates == listing(SITEMAP).candidates


def test_a_damaged_gzip_is_damaged():
    """What only begins like gzip is said to be broken."""
    with pytest.raises(errors.Damaged):
        listing(b"\x1f\x8b" + b"x" * 100)


@pytest.fixture
def most(monkeypatch) -> int:
    """How many addresses a list may name here: fewer than the sitemap protocol's, to be quick."""
    assert MOST_ENTRIES == 50_000
    monkeypatch.setattr("casebook.extractors.links.reading.MOST_ENTRIES", 500)
    return 500


def test_a_list_without_end_is_cut(most):
    """No list gives more than it may."""
    lines = "\n".join(f"https://blog.example.com/{n}" for n in range(most + 10))
    read = listing(f"{lines}\nhttps://blog.example.com/{most}?utm_source=again")
    assert (len(read.candidates), read.beyond) == (most, 10)


@pytest.mark.parametrize(
    "data", ["", "no addresses", "<html><body>x", "<rss/>", "<urlset>", "url\n"]
)
def test_a_list_of_nothing_says_so(data):
    """An empty list is an error with advice, not silence."""
    with pytest.raises(errors.DocumentEmpty, match="sitemap"):
        listing(data)


def test_a_line_without_end_heads_no_table():
    """A first line over the limit of a table's cell is read as text."""
    line = "x" * 200_000 + " https://blog.example.com/a"
    assert [c.url for c in listing(line).candidates] == ["https://blog.example.com/a"]


@pytest.mark.parametrize("data", [b"%PDF-1.7 https://a.example/", b"\x89PNG\r\n\x1a\n"])
def test_other_files_are_no_lists(data):
    """A PDF or picture is refused by what it is."""
    with pytest.raises(errors.ContentMismatch):
        listing(data)


@settings(max_examples=150)
@given(
    st.sampled_from(
        ["<rss>", "<urlset>", "<opml>", "<feed>", "<!doctype html>", "url,title\n", ""]
    ),
    st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
)
def test_any_bytes_end_in_a_list_or_an_error_of_ours(head, rest):
    """Nothing that a list may hold escapes as another exception."""
    try:
        found = listing(head.encode() + rest)
    except errors.CasebookError:
        return
    assert not found.is_empty or found.form in {"feed", "sitemap", "OPML"}


# --- Following lists -----------------------------------------------------------------------------


async def reading(payload: Payload):
    return read_listing(payload)


@pytest.fixture
def follow(visitor):
    """Walk from an address."""

    async def run(source: str, limits: WalkLimits | None = None):
        limits = limits or WalkLimits()
        return await walk(SourceRef(source=source), visitor, Robots(visitor), reading, limits)

    return run


async def test_an_index_is_followed(sites, follow):
    """The sources of all its sitemaps come once each; one that is missing is told."""
    names = ("a", "b", "gone")
    sites.tell(
        "blog.example.com/index", index(*(f"https://blog.example.com/{n}.xml" for n in names))
    )
    sites.tell("blog.example.com/a.xml", SITEMAP)
    sites.tell(
        "blog.example.com/b.xml", gzip.compress(SITEMAP.encode(), mtime=0), "application/gzip"
    )
    found = await follow("https://blog.example.com/index")
    assert [c.url for c in found.candidates] == ["https://blog.example.com/c"]
    assert len(found.missed) == 1
    assert "gone.xml" in found.missed[0]


async def test_a_list_that_names_itself_or_another_list_names_no_source(sites, follow):
    """It would be fetched as a page, and a model asked about it."""
    names = [f"https://blog.example.com/{name}" for name in ("index", "a.xml", "c")]
    located = "".join(f"<url><loc>{name}</loc></url>" for name in names)
    sites.tell("blog.example.com/index", index(*names[:2]))
    sites.tell("blog.example.com/a.xml", f"<urlset>{located}</urlset>")
    for first in names[:2]:
        found = await follow(first)
        assert [c.url for c in found.candidates][-1:] == names[2:]
        assert first not in found.ways
    assert names[1] not in (await follow(names[0])).ways


async def test_whoever_waits_hears_how_many_lists_were_read(sites, visitor):
    """A site is asked for a list a second: an index of hundreds takes minutes."""
    names = [f"https://blog.example.com/{n}.xml" for n in range(10)]
    sites.tell("blog.example.com/index", index(*names))
    for name in names:
        sites.tell(name.removeprefix("https://"), SITEMAP)
    heard: list[tuple[int, int]] = []
    ref = SourceRef(source="https://blog.example.com/index")
    await walk(ref, visitor, Robots(visitor), reading, tell=lambda *told: heard.append(told))
    assert heard == [(1, 11), (9, 11), (11, 11)]


async def test_a_list_that_is_whole_may_be_empty_within_another(sites, follow):
    """A site's sitemap of this month is no failure on the first; alone it is nothing to work."""
    empty, cut = "<urlset></urlset>", "<urlset>"
    names = ("a", "b", "cut")
    sites.tell(
        "blog.example.com/index", index(*(f"https://blog.example.com/{n}.xml" for n in names))
    )
    for name, told in zip(names, (SITEMAP, empty, cut), strict=True):
        sites.tell(f"blog.example.com/{name}.xml", told)
    found = await follow("https://blog.example.com/index")
    assert ["cut.xml" in one for one in found.missed] == [True]
    with pytest.raises(errors.DocumentEmpty):
        await follow("https://blog.example.com/b.xml")
    assert not (await follow("https://blog.example.com/b.xml", WalkLimits(empty=True))).candidates
    with pytest.raises(errors.DocumentEmpty):
        await follow("https://blog.example.com/cut.xml", WalkLimits(empty=True))


async def test_a_first_list_that_fails_is_an_error(follow):
    """What was asked for is not there: that is no empty list."""
    with pytest.raises(errors.PageMissing):
        await follow("https://blog.example.com/none")


def page_of(number: int, of: int) -> str:
    """Return one page of a feed that goes on in others."""
    further = f"<link rel='next' href='/feed?page={number + 1}'/>" if number < of else ""
    entry = f"<entry><title>x</title><link href='/post/{min(number, 4)}'/></entry>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{further}{entry}</feed>"


async def test_a_feed_is_followed_over_its_pages(sites, follow):
    """A backfill wants what was told long ago (RFC 5005); one that only looks at news does not."""
    for n in range(1, 4):
        address = "blog.example.com/feed" + (f"?page={n}" if n > 1 else "")
        sites.tell(address, page_of(n, of=3), "application/atom+xml")
    found = await follow("https://blog.example.com/feed")
    assert [c.url.rpartition("/")[2] for c in found.candidates] == ["1", "2", "3"]
    first = await follow("https://blog.example.com/feed", WalkLimits(pages=False))
    assert [c.url.rpartition("/")[2] for c in first.candidates] == ["1"]


async def test_a_web_page_in_place_of_the_next_page_of_a_feed_names_no_sources(sites, follow):
    """Many sites answer with their front page where a page of a feed is not there."""
    sites.tell("blog.example.com/feed", page_of(1, of=2), "application/atom+xml")
    sites.tell("blog.example.com/feed?page=2", "<html><body><p><a href='/buy'>Buy</a></p></body>")
    found = await follow("https://blog.example.com/feed")
    assert [c.url.rpartition("/")[2] for c in found.candidates] == ["1"]
    assert "feed?page=2, the next page of a feed, is a page and was left out" in found.missed[0]


async def test_a_feed_whose_pages_have_no_end_is_left(sites, follow):
    """The first page that names nothing new is the last that is asked for."""
    for n in range(1, 9):
        address = "blog.example.com/feed" + (f"?page={n}" if n > 1 else "")
        sites.tell(address, page_of(n, of=99), "application/atom+xml")
    found = await follow("https://blog.example.com/feed")
    assert (len(found.candidates), found.missed, len(sites.addresses)) == (4, [], 5)


async def test_lists_that_name_each_other_end(sites, follow):
    """A loop of indexes is read once round."""
    sites.tell("lists.example.com/1", index("https://lists.example.com/2"))
    sites.tell("lists.example.com/2", index("https://lists.example.com/1"))
    assert (await follow("https://lists.example.com/1")).candidates == []
    assert len(sites.addresses) == 2


async def test_endless_lists_are_bounded(sites, follow):
    """Lists that name ever new lists stop at the limits, and that is told."""
    many = [f"https://lists.example.com/{n}" for n in range(100)]
    sites.tell("lists.example.com/", index(*many))
    found = await follow("https://lists.example.com/start", WalkLimits(lists=5, depth=3))
    assert len(sites.addresses) == 5
    assert "further lists: 5 were read" in found.missed[-1]


async def test_nesting_is_bounded(sites, follow):
    """A chain of lists is followed so deep and no deeper."""
    for n in range(9):
        sites.tell(f"lists.example.com/{n}", index(f"https://lists.example.com/{n + 1}"))
    found = await follow("https://lists.example.com/0", WalkLimits(depth=3))
    assert len(sites.addresses) == 4
    assert "nested too deep" in found.missed[0]


async def test_a_limit_on_sources_holds(sites, follow):
    """No more sources than asked for, and that there were more is told."""
    lines = "\n".join(f"https://blog.example.com/{n}" for n in range(30))
    sites.tell("lists.example.com/t", lines, "text/plain")
    found = await follow("https://lists.example.com/t", WalkLimits(candidates=10))
    assert len(found.candidates) == 10
    assert found.missed


async def test_a_limit_that_is_just_reached_leaves_nothing_out(sites, follow):
    """As many sources as asked for, and no more there: nothing was missed."""
    sites.tell("lists.example.com/t", "https://a.example/1\nhttps://a.example/2\n", "text/plain")
    found = await follow("https://lists.example.com/t", WalkLimits(candidates=2))
    assert (len(found.candidates), found.missed, found.unread) == (2, [], [])


async def test_many_feeds_are_asked_for_at_once_and_told_in_order(sites, follow):
    """An outline of 60 feeds, two of which are gone: all others are read, each in its place."""
    names = [f"https://lists.example.com/{n:02}" for n in range(60)]
    outline = "".join(f'<outline xmlUrl="{name}"/>' for name in names)
    sites.tell("lists.example.com/all", f"<opml><body>{outline}</body></opml>")
    for n, name in enumerate(names):
        if n not in {7, 30}:
            sites.tell(
                name.removeprefix("https://"), f"https://blog.example.com/{n}\n", "text/plain"
            )
    found = await follow("https://lists.example.com/all")
    assert [c.url.rpartition("/")[2] for c in found.candidates] == [
        str(n) for n in range(60) if n not in {7, 30}
    ]
    assert [way[-1] for way in found.unread] == [names[7], names[30]]
    assert len(found.missed) == 2


async def test_a_public_list_does_not_lead_inside(sites, follow):
    """Private addresses in an index are judged like any other."""
    sites.tell("lists.example.com/i", index("http://127.0.0.1/x", "http://169.254.169.254/y"))
    found = await follow("https://lists.example.com/i")
    assert len(found.missed) == 2
    assert len(sites.addresses) == 1


async def test_what_one_list_may_not_name_any_more_is_told(tmp_path, follow, most):
    """A table loses the two that are too many: who wrote it learns so, and what to do."""
    file = tmp_path / "list.csv"
    rows = (f"https://blog.example.com/{n}\n" for n in range(most + 2))
    file.write_text("url\n" + "".join(rows))
    found = await follow(str(file), WalkLimits(candidates=100_000))
    assert len(found.candidates) == most
    assert found.missed == [f"2 of {file} beyond its first 500 addresses: split the list"]


async def test_a_local_list_is_read(tmp_path, follow):
    """A file on disk is a list too."""
    file = tmp_path / "list.csv"
    file.write_text(TABLE)
    found = await follow(str(file))
    assert len(found.candidates) == 2
    assert found.missed == [f"1 entry of {file} without a web address: “nothing here”"]


async def test_lists_are_read_in_a_worker():
    """A list that takes too long costs a worker, not the program."""
    with ExtractorPool(1) as pool:
        found = await pool.read_listing(Payload(data=TEXT.encode(), media_type="text/plain"))
        assert len(found.candidates) == 2
    many = ("<rss><channel>" + "<item><title>" * 200_000).encode()
    with (
        ExtractorPool(1, Limits(wall_seconds=0.2)) as pool,
        pytest.raises(errors.ExtractorTimedOut),
    ):
        await pool.read_listing(Payload(data=many, media_type="x/y"))


WHOLE = " ".join(f"We moved queue number {n} to the new model and measured it." for n in range(40))
ITEMS = f"""<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title>
<item><title>Whole &lt;b&gt; story</title><link>https://blog.example/whole?utm_source=rss</link>
<author>ines@blog.example (Ines Varga)</author><pubDate>Tue, 03 Feb 2026 09:00:00 GMT</pubDate>
<content:encoded><![CDATA[<p>{WHOLE}</p><script>alert(1)</script>]]></content:encoded></item>
<item><title>Teaser</title><link>https://blog.example/teaser</link>
<description>Read on at our site.</description></item></channel></rss>"""


def feed_payload(kind="application/rss+xml"):
    return Payload(data=ITEMS.encode(), media_type=kind, url="https://blog.example/feed")


def test_an_item_with_its_whole_text_is_a_page_of_its_own_address():
    """Its text, title and date come from the feed, its identity from its own address."""
    page = read_item("https://blog.example/whole", feed_payload())
    extracted = registry.extract(page)
    assert "queue number 39" in extracted.text
    assert "alert" not in extracted.text
    assert (extracted.title, str(extracted.published)) == ("Whole <b> story", "2026-02-03")
    assert page.url == "https://blog.example/whole"
    assert extracted.extraction[0].method == "feed item"


@pytest.mark.parametrize(
    ("address", "said"),
    [("https://blog.example/teaser", "only a teaser"), ("https://blog.example/x", "no item")],
)
def test_a_teaser_is_no_source(address, said):
    """Two sentences of a post are not the post: the message says what to submit instead."""
    with pytest.raises(DocumentEmpty, match=said):
        read_item(address, feed_payload())


SELF = "<atom:link rel='self' href='https://blog.example.com/rss'/>"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("<link>https://blog.example.com/</link>", "https://blog.example.com/a"),
        (f"<link>https://o.example/</link>{SELF}", "https://blog.example.com/a"),
        ("<link>blog</link>", None),
    ],
)
def test_links_of_a_saved_feed_count_from_where_it_says_it_is(where, expected):
    """No address is lost because a feed that writes "/a" was saved to a file."""
    data = (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
        f"{where}<item><link>/a</link></item><item><link>https://o.example/b</link></item>"
        "</channel></rss>"
    )
    found = read_listing(Payload(data=data.encode(), media_type="", name="feed.xml"))
    named = [one.url for one in found.candidates]
    assert named == [*([expected] if expected else []), "https://o.example/b"]
    assert list(found.unread) == ([] if expected else ["/a"])


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/xml", ""])
def test_a_feed_is_no_source_however_it_is_served(kind):
    """A feed called HTML would become one case out of many teasers."""
    with pytest.raises(KindUnsupported, match="casebook links"):
        registry.extract(feed_payload(kind))


def test_comments_and_instructions_that_nothing_closes_stay_and_cost_no_time():
    """What is set aside is what a pattern would find; a million openings are looked for once."""
    aside, chance = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL), random.Random(3)  # noqa: S311 - cases
    parts = [b"<!--", b"-->", b"<?", b"?>", b"<!ENTITY", b"-", b">", b"a"]
    for _ in range(2_000):
        data = b"".join(chance.choices(parts, k=chance.randrange(14)))
        assert plain(data) == aside.sub(b"", data)
    endless = b"<!--<?" * 500_000
    assert plain(endless) == endless


SAID = "<p>We ran it for <b>two</b> years.</p>\n<img src='x'> Read &amp; learn" + " more" * 400
ANNOUNCED = {
    "summary": f"<description>{escape(SAID)}</description>",
    "content only": (
        f'<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">{escape(SAID)}</c:encoded>'
    ),
}


@pytest.mark.parametrize("told", ANNOUNCED.values(), ids=ANNOUNCED)
def test_what_a_feed_says_of_an_item_comes_along_as_plain_text(told):
    """Markup is taken out, and only the beginning is kept; RSS and JSON Feed alike."""
    rss = f"<rss version='2.0'><channel><item><link>https://a.example/1</link>{told}</item></channel></rss>"
    feed = {"items": [{"url": "https://a.example/1", "title": "t", "summary": SAID}]}
    for data in (rss, json.dumps(feed)):
        (found,) = listing(data).candidates
        assert found.summary.startswith("We ran it for two years. Read & learn more more")
        assert len(found.summary) == 600


def test_a_summary_full_of_open_tags_takes_no_time():
    """What looks like markup and never ends is read once."""
    hostile = escape("<" * 200_000)
    rss = (
        "<rss version='2.0'><channel><item><link>https://a.example/1</link>"
        f"<description>{hostile}</description></item></channel></rss>"
    )
    started = time.monotonic()
    assert listing(rss).candidates
    assert time.monotonic() - started < 5
