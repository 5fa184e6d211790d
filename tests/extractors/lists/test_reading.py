"""Every form of list gives its addresses with titles and days; one bad line rejects nothing."""

import gzip
import json
from pathlib import Path

import pytest

from extractors.lists.feeds import feed_item
from extractors.lists.walk import read_list
from extractors.registry import read
from schemas.errors import ExtractionError, TooLarge
from schemas.sources import Payload

BASE = "https://blog.example.com/list"
A, B, C = (f"https://a.example/{n}" for n in (1, 2, 3))


def listing(data: bytes | str, name: str = "", folder: Path | None = None, base: str = BASE):
    data = data.encode() if isinstance(data, str) else data
    payload = Payload(data=data, media_type="", name=name, url=base, final_url=base)
    return read_list(payload, folder)


def named(data: bytes | str, **more):
    """Return the last part of each address, its title and its day."""
    return [
        (one.url.rpartition("/")[2], one.title, one.published and str(one.published))
        for one in listing(data, **more).candidates
    ]


def rss(items: str) -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'
    )


SAMPLES = Path(__file__).parents[1] / "samples/lists"
NEWS = (SAMPLES / "sitemap-news.xml").read_text("utf-8")


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir()))
def test_each_form_gives_addresses_titles_and_days(sample):
    """From any program or person."""
    data = (SAMPLES / sample).read_bytes()
    found = listing(data)
    assert (found.form.lower(), list(found.missed)) == (sample.partition("-")[0], [])
    assert named(data) == [("1", "One", "2024-05-06"), ("2", "Two", "2024-05-07")]


def test_a_text_is_read_as_its_writer_means_it():
    """A "#" starts a comment; brackets inside an address stay, those around it are removed."""
    text = (
        f"# {A}old\n{A}\r\n\r\n  \u200b{B}  # later\n2024-05-07 {C}\n(see https://a.example/w/Foo_(bar)).\n"
        "https://a.example/2024/03/04/x\nhttps://a.example/?a=1&amp;b=2\n"
    )
    parts = [
        ("1", None),
        ("2", None),
        ("3", "2024-05-07"),
        ("Foo_(bar)", None),
        ("x", "2024-03-04"),
        ("?a=1&b=2", None),
    ]
    assert [(part, day) for part, _, day in named(text)] == parts


BAD_ENTRIES = [
    (f"{A}\nb.example/story\n{B}\n{C}\n", "line 2: an address without https://: “b.example/story”"),
    (f"{A}\n{B}\nnothing of use\n", "line 3: no address: “nothing of use”"),
    (f"url,title\n{A},One\n,Two\n{C},Three\n", "line 3: no address: “, Two”"),
    (f'{{"url": "{A}"}}\n{{"url": "https://a.exa\n{{"url": "{B}"}}', 'line 2: no address: “{"url": "https://a.exa”'),
    (f'["{A}", {{"id": 3}}]', 'entry 2: no address: “{"id": 3}”'),
    (rss(f"<item><link>{A}</link></item><item><title>Lost</title></item>"), "an item: no address: “Lost”"),
    (f"<urlset><url><loc>{A}</loc></url><url><loc>ftp://b</loc></url></urlset>", "ftp://b is not a web address"),
    (f'<opml><body><outline url="{A}"/><outline xmlUrl="feed:b.example"/></body></opml>', "feed:b.example is not a web"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "missed"), BAD_ENTRIES)
def test_one_bad_entry_is_reported_and_rejects_nothing(data, missed):
    """The report has the line number if the list has lines."""
    found = listing(data)
    assert (found.candidates[0].url, len(found.missed)) == (A, 1)
    assert missed in found.missed[0]


def test_prose_that_mentions_addresses_is_not_a_list_of_lines():
    """Sentences without an address are not reported."""
    assert list(listing(f"We read\nthree posts\nand liked\n{A}, really.\n").missed) == []


def test_a_quoted_cell_may_have_several_lines():
    """As spreadsheets write it."""
    assert named(f'title,url\n"One,\nline",{A}\nx,{B}\n')[0] == ("1", "One, line", None)


def test_a_local_list_may_name_local_files():
    """They are relative to the list's folder, and can have their web address beside them."""
    folder = Path("/lists")
    text = listing(f"{A}\ntalks/a.vtt\n/notes/b.md\n", folder=folder)
    assert [one.url for one in text.candidates] == [A, "/lists/talks/a.vtt", "/notes/b.md"]
    (line,) = listing(
        f'{{"source": "c.docx", "url": "{A}", "title": "T"}}\n', folder=folder
    ).candidates
    assert (line.reference.source, line.reference.url, line.title) == ("/lists/c.docx", A, "T")


def test_a_local_list_may_name_transcripts():
    """A transcript can be beside its address or recording."""
    folder = Path("/lists")
    found = listing(
        f"url,transcript\n{A},talks/a.vtt\nb.wav,b.srt\n{C},\n", folder=folder
    ).candidates
    refs = [(one.reference.source, one.reference.transcript) for one in found]
    assert refs == [(A, "/lists/talks/a.vtt"), ("/lists/b.wav", "/lists/b.srt"), (C, None)]
    fetched = listing(f"url,transcript\n{A},/etc/secret.txt\n{B},\n")
    assert [one.url for one in fetched.candidates] == [B]
    assert "only in local lists" in fetched.missed[0]


UNKNOWN = [
    f"url,title,transcipt\n{A},One,a.vtt\n",
    f"| Title | URL | Transcipt |\n|---|---|---|\n| One | {A} | a.vtt |\n",
    f'[{{"url": "{A}"}}, {{"url": "{B}", "transcipt": "b.vtt"}}]',
    f'{{"url": "{A}"}}\n{{"url": "{B}", "transcipt": "b.vtt"}}',
]


@pytest.mark.parametrize("data", UNKNOWN)
def test_an_unknown_column_or_key_is_named(data):
    """Ignoring it would lose information; items of JSON feeds may have further keys."""
    with pytest.raises(ExtractionError, match=r"(?i)keys: transcipt; remove"):
        listing(data, folder=Path("/lists"))
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": A, "image": B}]}
    assert named(json.dumps(feed)) == [("1", None, None)]


LOCAL = [
    f"{A}\n{B}\n/etc/secret.txt\n",
    f"url,title\n{A},One\nsecret.txt,Two\n",
    f'{{"url": "{A}"}}\n{{"source": "secret.md"}}\n',
    f"<urlset><url><loc>{A}</loc></url><url><loc>file:///etc/secret.txt</loc></url></urlset>",
    rss(f"<item><link>{A}</link></item><item><guid>file:///etc/secret.txt</guid></item>"),
]


@pytest.mark.parametrize("data", LOCAL)
def test_a_fetched_list_may_not(data):
    """The line is reported, never read."""
    found = listing(data)
    assert found.missed
    assert all(one.url.startswith("https://") for one in found.candidates)


def test_bare_ampersands_and_spellings_are_what_people_mean():
    """Common errors are accepted; a repeated source is listed once, with any title it has."""
    item = f"<item><title>AT&T &nbsp;x</title><link>{A}?a=1&b=2</link></item>"
    assert named(rss(item)) == [("1?a=1&b=2", "AT&T x", None)]
    assert named(f"{A}\n[One]({A}/?utm_source=x)\nhttp://www.a.example/1#top\n") == [
        ("1", "One", None)
    ]


def test_an_index_and_an_outline_name_further_lists():
    """Relative addresses are resolved against the list; an empty list is not an error."""
    index = listing("<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>")
    outline = listing('<opml><body><outline xmlUrl="https://b.example/f"/></body></opml>')
    assert [*index.nested, *outline.nested] == [
        "https://blog.example.com/a.xml",
        "https://b.example/f",
    ]
    assert [list(listing(data).candidates) for data in (rss(""), "<urlset/>", "<opml/>")] == [
        [],
        [],
        [],
    ]


def test_packed_lists_are_unpacked():
    """Sitemaps are often compressed; bombs and damaged files are refused."""
    assert len(named(gzip.compress(NEWS.encode()), name="sitemap.xml.gz")) == 2
    with pytest.raises(TooLarge, match="50 MB"):
        listing(gzip.compress(b"0" * 60_000_000))
    with pytest.raises(ExtractionError, match="damaged gzip"):
        listing(gzip.compress(NEWS.encode())[:60])


def test_a_playlist_or_channel_names_its_videos():
    """They are read from the data in the page, in its order."""
    page = (SAMPLES.parent / "videos.html").read_text("utf-8")
    for path in ("playlist?list=PL0123456789", "@harbour"):
        found = listing(page, base=f"https://www.youtube.com/{path}").candidates
        assert [(one.url[-11:], one.title) for one in found] == [
            ("a" * 11, "One"),
            ("b" * 11, "Two"),
        ]


REFUSED = [
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "content_mismatch"),
    (b"%PDF-1.7 x", "content_mismatch"),
    (b"", "document_empty"),
    (b"no address in here", "document_empty"),
    (b"<html><body><p>nothing</p></body></html>", "document_empty"),
    (b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><title>&b;</title></channel></rss>', "damaged"),
    (b'<?xml version="1.0"?><!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body/></opml>', "damaged"),
    ('<!DOCTYPE rss [<!ENTITY a "ha">]><rss><channel/></rss>'.encode("utf-16"), "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind"), REFUSED)
def test_what_is_not_a_list_says_so(data, kind):
    """Each error names the source and the next step."""
    with pytest.raises(
        ExtractionError, match=r"^https://blog\.example\.com/list .*[.;:]"
    ) as failed:
        listing(data)
    assert failed.value.kind == kind


ENDLESS = [
    "[" * 50_000,
    '{"a":' * 20_000,
    "<opml>" + "<outline>" * 20_000,
    '"' * 50_000 + A,
    "(" * 50_000 + A + ")" * 50_000,
]


@pytest.mark.parametrize("data", ENDLESS)
def test_lists_without_an_end_come_to_one(data):
    """Deep nesting and long lines give an error or a list."""
    try:
        assert listing(data) is not None
    except ExtractionError as error:
        assert BASE in str(error)  # noqa: PT017 - either outcome is right


LONG = "We measured the queue again and wrote down what we found of it there. " * 20
ITEMS = [
    f"&lt;p&gt;{LONG}&lt;/p&gt;",
    f"<![CDATA[<p>{LONG}</p>]]>",
    f"&amp;lt;p&amp;gt;{LONG}&amp;lt;/p&amp;gt;",
]


@pytest.mark.parametrize("text", ITEMS)
def test_an_item_that_carries_its_text_is_a_page(text):
    """The page has the item's address, however it is escaped."""
    item = f"<item><title>A &amp; B</title><link>{A}</link><description>{text}</description></item>"
    feed = Payload(data=rss(item).encode(), media_type="x/y", url=BASE, final_url=BASE)
    page = feed_item(feed, f"{A}/?utm_source=feed")
    assert (page.final_url, page.media_type) == (f"{A}/?utm_source=feed", "text/html")
    found = read(page)
    assert "<p>" not in found.text
    assert len(found.text) > 500


@pytest.mark.parametrize(("address", "reason"), [(B, "does not list"), (A, "only a teaser")])
def test_an_item_that_is_missing_or_a_teaser_says_so(address, reason, tmp_path):
    """The message suggests submitting the address; a path as a feed opens no file."""
    (tmp_path / "feed.xml").write_text(
        rss(f"<item><link>{A}</link><description>{LONG}</description></item>")
    )
    teaser = rss(f"<item><link>{A}</link><description>Soon.</description></item>")
    with pytest.raises(ExtractionError, match=reason):
        feed_item(Payload(data=teaser.encode(), media_type="", url=BASE), address)
    with pytest.raises(ExtractionError):
        feed_item(Payload(data=str(tmp_path / "feed.xml").encode(), media_type=""), A)


def test_a_podcast_names_transcripts_and_chapters():
    """The transcript with times is chosen, relative to the feed; files are never named by one."""
    namespace = 'xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    items = f"""<item><link>{A}</link><podcast:transcript url="/1.html" type="text/html"/>
      <podcast:transcript url="/1.vtt" type="text/vtt"/>
      <podcast:chapters url="https://a.example/1.json" type="application/json+chapters"/></item>
      <item><link>{B}</link><podcast:chapters url="/2.json"/></item>
      <item><enclosure url="{C}.mp3" type="audio/mpeg"/>
      <podcast:transcript url="file:///etc/passwd" type="text/vtt"/></item>"""
    feed = rss(items).replace("<rss ", f"<rss {namespace} ")
    one, two, three = listing(feed).candidates
    assert one.transcript == "https://blog.example.com/1.vtt"
    assert one.reference.chapters == "https://a.example/1.json"
    assert (two.transcript, two.chapters) == (None, None)
    assert (three.url, three.transcript) == (f"{C}.mp3", None)
    assert listing(feed, folder=Path("/home")).candidates[2].transcript is None
    table = f"url,transcript\n{A},https://b.example/1.vtt\n{B},2.json\n"
    found = listing(table, name="list.csv", folder=Path("/home/talks"), base="").candidates
    assert [c.transcript for c in found] == ["https://b.example/1.vtt", "/home/talks/2.json"]
