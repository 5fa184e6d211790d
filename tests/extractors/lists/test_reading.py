"""Every form of list gives its addresses with titles and days; one bad line rejects nothing."""

import gzip
import json
from pathlib import Path

import pytest

from extractors.lists.feeds import feed_item
from extractors.lists.reading import read_list
from extractors.registry import read
from schemas.errors import DocumentEmpty, KindUnsupported, TooLarge, Unreadable
from schemas.sources import Payload

BASE = "https://blog.example.com/list"
A, B, C = (f"https://a.example/{n}" for n in (1, 2, 3))
ONE = [("1", "One", "2024-05-06"), ("2", "Two", "2024-05-07")]


def listing(data: bytes | str, name: str = "", folder: Path | None = None, base: str = BASE):
    data = data.encode() if isinstance(data, str) else data
    payload = Payload(data=data, media_type="", name=name, url=base, final_url=base)
    return read_list(payload, folder)


def named(data: bytes | str, **more):
    """Return the last part of each address, its title and its day."""
    return [
        (one.url.rpartition("/")[2], one.title, str(one.published) if one.published else None)
        for one in listing(data, **more).candidates
    ]


def rss(items: str) -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'
    )


ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>B</title>
<entry><title>One</title><link href="{A}"/><published>2024-05-06T01:00:00+02:00</published></entry>
<entry><title type="html">&lt;b&gt;Two&lt;/b&gt;</title><link href="{B}"/><updated>2024-05-07T00:00:00Z</updated></entry></feed>"""
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://blog.example.com/",
    "items": [
        {"id": "1", "url": A, "title": "One", "date_published": "2024-05-06T01:00:00+02:00"},
        {"id": B, "title": "Two", "date_published": "2024-05-07"},
    ],
})  # fmt: skip
JSON_LINES = (
    f'{{"source": "{A}", "url": "{A}", "title": "One", "published": "2024-05-06"}}\n'
    f'# later\n{{"source": "{B}", "url": "{B}", "title": "Two", "published": "2024-05-07"}}\n'
)
RSS = rss(
    f"<item><title>One</title><link>{A}</link><pubDate>Mon, 06 May 2024 00:30:00 +0200</pubDate></item>"
    f"<item><title>Two</title><guid>{B}</guid><pubDate>Tue, 07 May 2024 10:00:00 GMT</pubDate></item>"
)
NEWS = f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>{A}</loc><lastmod>2025-01-01</lastmod><n:news><n:title>One</n:title><n:publication_date>2024-05-06</n:publication_date></n:news></url>
<url><loc>{B}</loc><n:news><n:title>Two</n:title><n:publication_date>2024-05-07</n:publication_date></n:news></url></urlset>"""
PAGE = """<!DOCTYPE html><html><body><nav><a href="/about-us/x">About</a></nav><main>
<article><h2>One</h2><time datetime="2024-05-06">May</time><a href="/list/1">Read more</a></article>
<article><a href="/list/2"><h3>Two</h3><p>Teaser</p></a><time datetime="2024-05-07">May</time></article>
<a href="/tag/llm">llm</a> <a href="#top">Top</a> <a href="/">Home</a> <a href="https://x.com/share?u=1">Share</a>
<a href="https://other.example/elsewhere">elsewhere</a></main><footer><a href="/imprint/y">Imprint</a></footer>"""


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("feed", RSS),
        ("feed", ATOM),
        ("JSON", JSON_FEED),
        ("JSON", f"[{JSON_LINES.splitlines()[0]}, {JSON_LINES.splitlines()[2]}]"),
        ("JSON", JSON_LINES),
        ("sitemap", NEWS),
        ("table", f"url,title,date\r\n{A},One,2024-05-06\r\n{B},Two,2024-05-07\r\n"),
        ("table", f'\ufeffTitle;Link;Published on\n"One";{A};6.5.2024\nTwo;{B};7.5.2024\n'),
        ("table", f"Article URL\tHeadline\tDate\n{A}\tOne\tMay 6, 2024\n{B}\tTwo\tMay 7, 2024\n".encode("utf-16")),
        ("table", f"company,title,where,date\nAcme,One,{A},2024-05-06\nBeta,Two,{B},2024-05-07\n".replace("where", "url")),
        ("table", f"| Name | URL | Date |\n|---|---|---|\n| One | {A} | 2024-05-06 |\n| Two | {B} | 2024-05-07 |\n"),
        ("text", f"# Cases\n\n- [One]({A}) (2024-05-06)\n- 2024-05-07: ![x](https://a.example/x.png) [Two]({B})\n"),
        ("page", PAGE),
    ],
)  # fmt: skip
def test_each_form_gives_addresses_titles_and_days(form, data):
    """Whatever program or person wrote the list."""
    found = listing(data)
    assert (found.form, named(data)) == (form, ONE)
    assert list(found.missed) == []


def test_a_text_is_read_as_its_writer_means_it():
    """What "#" sets aside is left alone; brackets of an address stay, those around it go."""
    text = (
        f"# {A}old\n{A}\r\n\r\n  \u200b{B}  # later\n2024-05-07 {C}\n(see https://a.example/w/Foo_(bar)).\n"
        "https://a.example/2024/03/04/x\nhttps://a.example/?a=1&amp;b=2\n"
    )
    assert [(part, day) for part, _, day in named(text)] == [
        ("1", None), ("2", None), ("3", "2024-05-07"), ("Foo_(bar)", None), ("x", "2024-03-04"), ("?a=1&b=2", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "missed"),
    [
        (f"{A}\nb.example/story\n{B}\n{C}\n", "line 2: an address without https://: “b.example/story”"),
        (f"{A}\n{B}\nnothing of use\n", "line 3: no address: “nothing of use”"),
        (f"url,title\n{A},One\n,Two\n{C},Three\n", "line 3: no address: “, Two”"),
        (f'{{"url": "{A}"}}\n{{"url": "https://a.exa\n{{"url": "{B}"}}', 'line 2: no address: “{"url": "https://a.exa”'),
        (f'["{A}", {{"id": 3}}]', 'entry 2: no address: “{"id": 3}”'),
        (rss(f"<item><link>{A}</link></item><item><title>Lost</title></item>"), "an item: no address: “Lost”"),
        (f"<urlset><url><loc>{A}</loc></url><url><loc>ftp://b</loc></url></urlset>", "ftp://b is not a web address"),
        (f'<opml><body><outline text="t" url="{A}"/><outline xmlUrl="feed:b.example"/></body></opml>', "feed:b.example is not a web address"),
    ],
)  # fmt: skip
def test_one_bad_entry_is_reported_and_rejects_nothing(data, missed):
    """With its line where the list has lines."""
    found = listing(data)
    assert found.candidates[0].url == A
    assert len(found.missed) == 1
    assert missed in found.missed[0]


def test_prose_that_mentions_addresses_is_not_a_list_of_lines():
    """Its sentences are not bad lines."""
    found = listing(f"We read\nthree posts\nand liked\n{A}, really.\n")
    assert ([one.url for one in found.candidates], list(found.missed)) == ([A], [])


@pytest.mark.parametrize(
    "table",
    [
        f'url,title\n{A},"One\n{B},Two\n{C},Three\n',
        f'url,title\n{A},"One\n{B},Two\n{C},"Three\n',
        f'title,url\n"One",{A}\n"Two,{B}\nThree,{C}"\n',
    ],
)
def test_a_quotation_mark_that_is_not_closed_swallows_no_row(table):
    """Each line is then a row of its own."""
    assert [one.url for one in listing(table, name="a.csv").candidates] == [A, B, C]


def test_a_quoted_cell_of_two_lines_is_one_cell():
    """A title over two lines is one title."""
    assert named(f'title,url\n"One,\nline",{A}\nx,{B}\n')[0] == ("1", "One, line", None)


def test_a_local_list_may_name_local_files():
    """They count from the list's folder; where they came from may stand beside them."""
    folder = Path("/lists")
    text = listing(f"{A}\ntalks/a.vtt\n/notes/b.md\n", folder=folder)
    assert [one.url for one in text.candidates] == [A, "/lists/talks/a.vtt", "/notes/b.md"]
    (line,) = listing(
        f'{{"source": "c.docx", "url": "{A}", "title": "T"}}\n', folder=folder
    ).candidates
    assert (line.reference.source, line.reference.url, line.title) == ("/lists/c.docx", A, "T")


@pytest.mark.parametrize(
    "data",
    [
        f"{A}\n{B}\n/etc/secret.txt\n",
        f"url,title\n{A},One\nsecret.txt,Two\n",
        f'{{"url": "{A}"}}\n{{"source": "secret.md"}}\n',
        f"<urlset><url><loc>{A}</loc></url><url><loc>file:///etc/secret.txt</loc></url></urlset>",
        rss(f"<item><link>{A}</link></item><item><guid>file:///etc/secret.txt</guid></item>"),
    ],
)
def test_a_fetched_list_may_not(data):
    """Such a line is reported, never read."""
    found = listing(data)
    assert found.missed
    assert all(one.url.startswith("https://") for one in found.candidates)


def test_bare_ampersands_and_markup_in_titles_are_what_people_mean():
    """Not well-formed, and common."""
    assert named(rss(f"<item><title>AT&T &nbsp;x</title><link>{A}?a=1&b=2</link></item>")) == [
        ("1?a=1&b=2", "AT&T x", None)
    ]
    assert named(f"<urlset><url><loc>{A}?a=1&b=2</loc></url></urlset>")[0][0] == "1?a=1&b=2"


def test_sources_are_named_once_however_they_are_spelled():
    """The second mention gives the title that the first one lacks."""
    assert named(f"{A}\n[One]({A}/?utm_source=x)\nhttp://www.a.example/1#top\n") == [
        ("1", "One", None)
    ]


def test_an_index_and_an_outline_name_further_lists():
    """Relative addresses count from the list."""
    index = listing("<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>")
    outline = listing('<opml><body><outline xmlUrl="https://b.example/f"/></body></opml>')
    assert list(index.nested) == ["https://blog.example.com/a.xml"]
    assert list(outline.nested) == ["https://b.example/f"]


def test_packed_lists_are_unpacked():
    """As sitemaps are served; bombs and broken files are refused."""
    assert named(gzip.compress(NEWS.encode()), name="sitemap.xml.gz") == ONE
    with pytest.raises(TooLarge, match="50 MB"):
        listing(gzip.compress(b"0" * 60_000_000))
    with pytest.raises(Unreadable, match="damaged gzip"):
        listing(gzip.compress(NEWS.encode())[:60])


VIDEOS = {
    "contents": [
        {"playlistVideoRenderer": {"videoId": "aaaaaaaaaaa", "title": {"runs": [{"text": "One"}]}}},
        {"lockupViewModel": {"contentId": "bbbbbbbbbbb", "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
                             "metadata": {"lockupMetadataViewModel": {"title": {"content": "Two"}}}}},
        {"lockupViewModel": {"contentId": "PLx", "contentType": "LOCKUP_CONTENT_TYPE_PLAYLIST"}},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    "base",
    [
        "https://www.youtube.com/playlist?list=PL0123456789",
        "https://www.youtube.com/@harbour/videos",
    ],
)
def test_a_playlist_or_channel_names_its_videos(base):
    """From the data in the page, in its order."""
    page = f"<!DOCTYPE html><html><script>var ytInitialData = {json.dumps(VIDEOS)};</script></html>"
    found = listing(page, base=base)
    assert [(one.url[-11:], one.title) for one in found.candidates] == [
        ("aaaaaaaaaaa", "One"),
        ("bbbbbbbbbbb", "Two"),
    ]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, KindUnsupported),
        (b"%PDF-1.7 x", KindUnsupported),
        (b"", DocumentEmpty),
        (b"no address in here", DocumentEmpty),
        (b"<html><body><p>nothing</p></body></html>", DocumentEmpty),
        (b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>', Unreadable),
        (b'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body/></opml>', Unreadable),
        ('<!DOCTYPE rss [<!ENTITY a "ha">]><rss><channel/></rss>'.encode("utf-16"), Unreadable),
    ],
)  # fmt: skip
def test_what_is_not_a_list_says_so(data, error):
    """Each refusal names the source and what to do."""
    with pytest.raises(error, match=r"^https://blog\.example\.com/list .*[.;:]"):
        listing(data)


@pytest.mark.parametrize("data", [rss(""), "<urlset></urlset>", "<opml><body/></opml>"])
def test_a_feed_between_two_issues_is_empty(data):
    """Watching it is no failure."""
    assert list(listing(data).candidates) == []


@pytest.mark.parametrize(
    "data", ["[" * 100_000, '{"a":' * 50_000, "<opml>" + "<outline>" * 50_000, "<!DOCTYPE a [" * 5_000, '"' * 100_000 + A, "(" * 50_000 + A + ")" * 50_000]
)  # fmt: skip
def test_lists_without_an_end_come_to_one(data):
    """Deep nesting and long lines end in our errors or in a list."""
    try:
        assert listing(data) is not None
    except (DocumentEmpty, Unreadable) as error:
        assert BASE in str(error)  # noqa: PT017 - either outcome is right


LONG = "We measured the queue again and wrote down what we found of it there. " * 20


@pytest.mark.parametrize(
    "text", [f"&lt;p&gt;{LONG}&lt;/p&gt;", f"<![CDATA[<p>{LONG}</p>]]>", f"&amp;lt;p&amp;gt;{LONG}&amp;lt;/p&amp;gt;", "私たちは本番環境でモデルを動かしています。" * 30]
)  # fmt: skip
def test_an_item_that_carries_its_text_is_a_page(text):
    """Under the item's address, with its title, author and day, however it is escaped."""
    item = f"<item><title>A &amp; B</title><link>{A}</link><author>ada@a.example (Ada Berg)</author><description>{text}</description></item>"
    feed = Payload(data=rss(item).encode(), media_type="x/y", url=BASE, final_url=BASE)
    page = feed_item(feed, f"{A}/?utm_source=feed")
    assert (page.final_url, page.media_type) == (f"{A}/?utm_source=feed", "text/html")
    found = read(page)
    assert "<p>" not in found.text
    assert len(found.text) > 500


@pytest.mark.parametrize(("address", "reason"), [(B, "has no item at"), (A, "only a teaser")])
def test_an_item_that_is_missing_or_a_teaser_says_so(address, reason):
    """The address itself may be submitted instead."""
    feed = Payload(
        data=rss(f"<item><link>{A}</link><description>Soon.</description></item>").encode(),
        media_type="",
        url=BASE,
    )
    with pytest.raises(DocumentEmpty, match=reason):
        feed_item(feed, address)


def test_a_feed_that_is_a_path_opens_no_file(tmp_path):
    """The parser would take a name for a file."""
    file = tmp_path / "feed.xml"
    file.write_text(rss(f"<item><link>{A}</link></item>"))
    with pytest.raises(DocumentEmpty):
        feed_item(Payload(data=str(file).encode(), media_type=""), A)
