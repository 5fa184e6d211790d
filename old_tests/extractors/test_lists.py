"""Lists as people and programs write them: tables, texts, JSON, odd feeds, outlines and pages."""

import gzip
import json
import time
from datetime import date

import pytest
from written_lists import listing

from casebook.extractors import registry
from casebook.extractors.days import stated_day, stated_days, stated_time
from casebook.extractors.formats import LISTS
from casebook.extractors.gathering.fetch import MEDIA_TYPES
from casebook.extractors.links.feed_items import read_item
from casebook.extractors.links.feeds import parsed_feed
from casebook.extractors.links.reading import read_listing
from casebook.schemas import errors
from casebook.schemas.sources import Payload

BASE = "https://blog.example.com/list"


def told(data: bytes | str, **more: str) -> list[tuple[str, str | None, str | None]]:
    """Return the last part of each address, its title and its day."""
    return [
        (c.url.rpartition("/")[2], c.title, str(c.published) if c.published else None)
        for c in listing(data, **more).candidates
    ]


A, B = "https://a.example/1", "https://a.example/2"


# --- Days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("Wed, 01 May 2024 00:30:00 +0200", "2024-05-01"),
        ("Tue, 30 Apr 2024 23:30:00 -0800", "2024-04-30"),
        ("2024-02-03T23:00:00-05:00", "2024-02-03"),
        ("2024/03/05", "2024-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("05.03.2024", "2024-03-05"),
        ("03/05/2024", "2024-03-05"),
        ("25/03/2024", "2024-03-25"),
        ("March 5, 2024", "2024-03-05"),
        ("5-Mar-24", "2024-03-05"),
        ("Tue, 05-Mar-2024 10:00:00 GMT", "2024-03-05"),
        ("Tue Mar  5 10:00:00 2024", "2024-03-05"),
        ("Tue, 5 März 2024 10:00:00 +0100", "2024-03-05"),
        ("mar., 05 mars 2024", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        *((odd, None) for odd in ("", None, "yesterday", "1709640000", "2024", "2024-13-45")),
        *((odd, None) for odd in ("Mai 2024", "0000-00-00", "Thu, 01 Jan 1970 00:00:00 GMT")),
        ("Tue, 05 Mar 2199 10:00:00 GMT", None),
    ],
)
def test_a_day_is_read_as_it_is_written(stated, day):
    """Whatever form it has, a day is the one that stands there, or none: never a made-up one."""
    assert stated_day(stated) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        *(
            (text, "2024-03")
            for text in ("2024-03", "2024/3", "03/2024", "March 2024", "Mar. 2024")
        ),
        *((text, "2024-03") for text in ("Mar-24", "März 2024", "marzo de 2024")),
        *((text, "2024") for text in ("2024", 2024, " 2024 ")),
        *((text, None) for text in ("Q2 2024", "2024-13", "2199-01", "2199", "Version 2024", "24")),
    ],
)
def test_of_an_entry_the_month_or_year_may_be_all_that_is_told(stated, told):
    """It stays as exact as it was stated: no day is made up."""
    assert stated_time(stated) == told


def test_one_cell_tells_the_order_of_a_column():
    """Days in figures are read alike in a whole column."""
    assert stated_days(["05/03/2024", "25/03/2024"]) == [date(2024, 3, 5), date(2024, 3, 25)]


# --- Tables --------------------------------------------------------------------------------------

ONE = [("1", "One", "2024-05-06"), ("2", "Two", "2024-05-07")]


@pytest.mark.parametrize(
    "table",
    [
        f"url,title,date\r\n{A},One,2024-05-06\r\n{B},Two,2024-05-07\r\n",
        f"\ufeffTitel;Link;Datum\nOne;{A};6.5.2024\nTwo;{B};7/5/2024\n",
        f"sep=;\nlink;title;published\n{A};One;2024-05-06\n{B};Two;2024-05-07\n",
        f"Article URL\tHeadline\tPublished on\n{A}\tOne\tMay 6, 2024\n{B}\tTwo\tMay 7, 2024\n",
        f"Nr,Wo,Was,Wann\n1,{A},One,6. Mai 2024\n2,{B},Two,7. Mai 2024\n",
        f"{A},One,2024-05-06\n{B},Two,2024-05-07\n",
        f'"url,title,date"\n"{A},One,2024-05-06"\n"{B},Two,2024-05-07"\n',
        (
            f"company website,article,title,date\nhttps://acme.example/,{A},One,2024-05-06\n"
            f"https://beta.example/,{B},Two,2024-05-07\n"
        ),
        f"url,title,date\n“{A}”,One,2024-05-06\n“{B}”,Two,2024-05-07\n",
        (
            f"| Name | URL | Date |\n|---|---|---|\n| One | {A} | 2024-05-06 |\n"
            f"| Two | {B} | 2024-05-07 |\n"
        ),
        f"URL\tTitle\tDate\n{A}\tOne\t2024-05-06\n{B}\tTwo\t2024-05-07\n".encode("utf-16"),
        *(
            f"url,title,date\r\n{A},One,2024-05-06\r\n{B},Two,2024-05-07\r\n".encode(encoding)
            for encoding in ("utf-16-le", "utf-16-be")
        ),
    ],
    ids="windows semicolons sep tabs words nameless cells homes quotes markdown utf-16 le be".split(),
)
def test_tables_are_read_whatever_they_look_like(table):
    """Address, title and day are found by their names in several languages, or by their look."""
    assert told(table) == ONE


def test_commas_in_titles_do_not_cut_addresses():
    """Of two marks the one that leaves addresses whole stands between the cells."""
    table = f"{A};Hello, big, world;2024-01-01\n{B};Other, one, more;2024-01-02\n"
    assert told(table) == [
        ("1", "Hello, big, world", "2024-01-01"),
        ("2", "Other, one, more", "2024-01-02"),
    ]


def test_a_quoted_line_break_is_a_blank():
    """A title over two lines is one title."""
    assert told(f'title,url\n"One\nline",{A}\nx,{B}\n')[0] == ("1", "One line", None)


def test_a_day_on_which_the_entry_was_noted_is_not_its_own():
    """What is called "added" tells when somebody wrote the row."""
    assert told(f"url,added\n{A},2024-05-06\n{B},2024-05-07\n")[0][2] is None


def test_a_column_of_addresses_may_say_that_they_were_read():
    """What tells a day on which something else happened tells nothing of a column of addresses."""
    assert told(f"title,Where I read it\nOne,{A}\nTwo,{B}\n") == [
        ("1", "One", None),
        ("2", "Two", None),
    ]


def test_an_escaped_pipe_of_markdown_stands_within_a_cell():
    """It cut the cell, so that the row had no address where the others have theirs."""
    table = f"| Who | URL |\n|---|---|\n| Acme \\| Beta | {A} |\n| Gamma | {B} |\n"
    assert told(table) == [("1", "Acme | Beta", None), ("2", "Gamma", None)]


def test_a_sentence_with_a_semicolon_is_no_table():
    """A single line was taken for a row, and all addresses but the last were lost."""
    assert [part for part, _, _ in told(f"see {A}, and also; {B}\n")] == ["1", "2"]


def test_all_addresses_of_a_row_are_read():
    """Two columns of addresses, and two in a cell, are all sources."""
    found = told(f"company,blog,case\nAcme,https://a.example/,{A}\nBeta,https://b.example/,{B}\n")
    assert [part for part, _, _ in found] == ["", "1", "", "2"]
    assert [part for part, _, _ in told(f"title,url\nA,{A} {B}\n")] == ["1", "2"]


def test_prose_with_commas_is_no_table():
    """A sentence that says "links" heads no column."""
    prose = f"This page lists sources, by link\nWe like {A}, really.\nAnd {B}, a lot.\n"
    assert (listing(prose).form, [part for part, _, _ in told(prose)]) == ("text", ["1", "2"])


# --- Text ----------------------------------------------------------------------------------------


def test_a_text_is_read_as_its_writer_means_it():
    """What "#" sets aside is left alone; brackets of an address stay, those around it go."""
    text = (
        f"# {A}old\n{A}\r\n\r\n  {B}  # later\n2024-05-07 https://a.example/3\n"
        "(see https://a.example/w/Foo_(bar)).\nhttps://a.example/2024/03/04/x\n"
    )
    assert told(text) == [
        ("1", None, None),
        ("2", None, None),
        ("3", None, "2024-05-07"),
        ("Foo_(bar)", None, None),
        ("x", None, "2024-03-04"),
    ]


def test_what_is_copied_along_with_an_address_is_none_of_it():
    """Blanks of no width around it, and "&amp;" for "&" from a page's source."""
    text = f"\u200b{A}\u200b\n\ufeff\u2060{B}\nhttps://a.example/?a=1&amp;b=2\n"
    assert [part for part, _, _ in told(text)] == ["1", "2", "?a=1&b=2"]
    table = f"url,title\n\u200b{A}\u200b,One\n{B}\u200e,Two\n"
    assert [part for part, _, _ in told(table)] == ["1", "2"]


def test_an_address_without_its_https_is_told_in_any_text():
    """Two such lines of three were passed over like prose."""
    text = f"a.example/story/1\nwww.b.example\nAnd this was a good one, too.\n{A}\n"
    assert listing(text).unread == ("line 1: a.example/story/1", "line 2: www.b.example")


def test_the_head_of_a_table_in_markdown_lacks_no_address():
    """A table of links is read as a text; its head and the line below are no entries."""
    table = f"## Cases\n\n| What |\n|:---|\n| [One]({A}) |\n| [Two]({B}) |\n| [Three]({A}3) |\n"
    assert listing(table, name="list.md").unread == ()


def test_a_heading_of_markdown_is_no_comment():
    """In a Markdown file "#" makes a heading, which may be a link."""
    assert told(f"# [Head]({A})\n", name="list.md") == [("1", "Head", None)]


# --- JSON ----------------------------------------------------------------------------------------

JSON_FEED = r"""{"version": "https://jsonfeed.org/version/1.1", "title": "J",
"home_page_url": "https://blog.example.com/", "items": [
{"id": "1", "url": "https:\/\/a.example\/1", "title": "One", "image": "https://a.example/i.png",
 "content_html": "<a href=\"https://other.example/\">x</a>", "authors": [{"url": "https://me.example/"}],
 "date_published": "2024-05-06T01:00:00+02:00", "date_modified": "2025-01-01T00:00:00Z"},
{"id": "https://a.example/2", "title": "Two", "date_published": "2024-05-07"}, {"id": 3}]}"""


@pytest.mark.parametrize(
    "data",
    [
        JSON_FEED,
        (
            f'{{"source": "{A}", "url": "{A}", "title": "One", "published": "2024-05-06"}}\n'
            f'{{"source": "{B}", "url": "{B}", "title": "Two", "published": "2024-05-07"}}\n'
        ),
        (
            f'[{{"link": "{A}", "title": {{"rendered": "One"}}, "date": "2024-05-06T00:00:00"}},'
            f' {{"link": "{B}", "title": {{"rendered": "Two"}}, "date": "2024-05-07T00:00:00"}}]'
        ),
    ],
    ids=["JSON Feed", "JSON Lines", "WordPress"],
)
def test_json_is_read_by_its_names(data):
    """The entries of a JSON Feed, of `links --json`, of an interface; not each address in them."""
    assert told(data) == ONE


def test_the_only_list_in_an_object_holds_its_entries():
    """What a database exports names it as it likes; as a text it lost titles and days."""
    case = {
        "name": "One",
        "link": A,
        "company": {"url": "https://acme.example"},
        "date": "2024-05-06",
    }
    assert told(json.dumps({"version": 2, "cases": [case]})) == [("1", "One", "2024-05-06")]
    entry = {"url": A, "authors": [{"name": "Ada", "url": "https://ada.example"}]}
    assert [part for part, _, _ in told(json.dumps(entry))] == ["1"]


def test_entries_of_json_without_an_address_are_told():
    """Nothing is dropped in silence."""
    assert listing(JSON_FEED).unread == ('{"id": 3}',)


# --- Feeds, sitemaps, outlines, pages ------------------------------------------------------------


def rss(items: str) -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{items}</channel></rss>'
    )


BURNED = rss(
    "<item><title>A</title><link>http://feedproxy.google.com/~r/x/~3/abc/</link>"
    '<feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
    "https://a.example/1</feedburner:origLink><description>"
    + "We measured the queue again and wrote down what we found. " * 30
    + "</description></item>"
)


def test_a_counting_service_is_seen_through():
    """FeedBurner's own link is not the page; an item is found by either."""
    assert told(BURNED) == [("1", "A", None)]
    feed = Payload(data=BURNED.encode(), media_type="x/y", url=BASE, final_url=BASE)
    for address in (A, "http://feedproxy.google.com/~r/x/~3/abc/"):
        assert b"We measured" in read_item(address, feed).data


LONG = "We measured the queue again and wrote down what we found of it there. " * 20


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        (f"&lt;p&gt;{LONG}&lt;/p&gt;", bytes),
        (f"&amp;lt;p&amp;gt;{LONG}&amp;lt;/p&amp;gt;", bytes),
        (f"&lt;p&gt;{LONG}&lt;/p&gt;", gzip.compress),
        ("私たちは本番環境でモデルを動かしています。" * 30, bytes),
    ],
    ids=["escaped", "escaped twice", "packed", "unspaced"],
)
def test_an_item_carries_its_text_in_many_ways(text, pack):
    """Markup is markup however often it was escaped; scripts without spaces have words too."""
    feed = rss(f"<item><title>T</title><link>{A}</link><description>{text}</description></item>")
    payload = Payload(data=pack(feed.encode()), media_type="x/y", url=BASE, final_url=BASE)
    found = registry.extract(read_item(A, payload))
    assert "&lt;" not in found.text
    assert "<p>" not in found.text
    assert len(found.text) > 600


def test_a_feed_that_is_a_path_opens_no_file(tmp_path):
    """The parser takes bytes for the name of a file, where there is one."""
    file = tmp_path / "feed.xml"
    file.write_text(rss(f"<item><title>T</title><link>{A}</link></item>"))
    payload = Payload(data=str(file).encode(), media_type="x/y")
    assert parsed_feed(payload.data, payload, "").entries == []


def test_items_without_a_link_are_told_or_lead_to_their_recording():
    """An episode that has only its sound is a source; an item with nothing is named."""
    found = listing(
        rss(
            "<item><title>Episode</title><enclosure url='https://a.example/e.mp3' type='audio/mpeg'/>"
            "</item><item><title>Nothing</title></item>"
            "<item><link>https://a.example/a b</link></item>"
        )
    )
    assert [c.url for c in found.candidates] == [
        "https://a.example/e.mp3",
        "https://a.example/a%20b",
    ]
    assert found.unread == ("Nothing",)


@pytest.mark.parametrize(
    "before", ["<br />\n<b>Warning</b>: foo on line <b>1</b><br />\n", "\n\n  ", "\ufeff"]
)
def test_what_a_broken_server_writes_before_a_feed_is_passed_over(before):
    """A warning of PHP does not make namespaces into sources."""
    assert told(before + rss(f"<item><title>T</title><link>{A}</link></item>")) == [
        ("1", "T", None)
    ]


def test_bare_ampersands_stand_for_themselves():
    """Not well-formed, and common: titles and addresses keep them."""
    feed = rss(f"<item><title>AT&T &nbsp;x</title><link>{A}?a=1&b=2</link></item>")
    assert told(feed) == [("1?a=1&b=2", "AT&T x", None)]
    sitemap = f"<urlset><url><loc>{A}?a=1&b=2</loc></url></urlset>"
    assert told(sitemap) == [("1?a=1&b=2", None, None)]


def test_a_sitemap_of_news_tells_titles_and_days():
    """The day of publication goes before the one of the last change; "/page" counts from the map."""
    sitemap = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc>
    <lastmod>2025-01-01</lastmod><news:news><news:publication_date>2024-01-02T03:04:05Z
    </news:publication_date><news:title>News</news:title></news:news></url></urlset>"""
    assert told(sitemap) == [("1", "News", "2024-01-02")]


def test_an_outline_is_read_to_its_last_line():
    """Feeds and outlines within are lists however their names are spelled; the rest is named."""
    outline = """<opml><body><outline><outline xmlUrl="https://a.example/feed"/></outline>
    <outline xmlurl="https://b.example/feed"/><outline xmlUrl="feed://c.example/feed"/>
    <outline type="include" url="https://d.example/more.opml"/><outline xmlUrl="ftp://e/f"/>
    <outline type="link" url="https://a.example/1" text="One"/>
    <outline text="F" htmlUrl="https://f.example/"/></body></opml>"""
    found = listing(outline)
    assert [address.split("/")[2][:1] for address in found.lists] == ["a", "b", "c", "d"]
    assert [c.title for c in found.candidates] == ["One"]
    assert found.unread == ("F: https://f.example/, a site without its feed", "ftp://e/f")


BLOG = """<main><article><a href="/one"><img alt="Picture"></a><h2><a href="/one">One</a></h2>
<time datetime="2024-05-06T10:00:00Z">May 6</time></article>
<li>2024-05-07: <a href="/two">Two</a></li><p><a href="/2024/05/08/three">Three</a> on May 9, 2024
we began to write down what had happened since the first of the year, and why.</p></main>
<script src="https://cdn.example/s.js"></script><img src="https://img.example/x.png">"""


@pytest.mark.parametrize(
    "start", ["", "<!doctype html><html><body>", "<head><title>x</title></head>"]
)
def test_a_page_of_links_tells_days_and_nothing_but_links(start):
    """The day of an entry, or of its address; a page without its first tags is a page too."""
    assert told(start + BLOG, media_type="text/html") == [
        ("one", "One", "2024-05-06"),
        ("two", "Two", "2024-05-07"),
        ("three", "Three", "2024-05-08"),
    ]


@pytest.mark.parametrize(
    "said", ["pdf", "Read more →", "Read the full story", "5 min read", "[bib]"]
)
def test_a_page_is_called_what_the_link_with_its_title_says(said):
    """What leads to it beside that, or its picture alone, says less."""
    page = (
        f'<main><ul><li><a href="/one">{said}</a> <a href="/one">How we did it</a></li>'
        f'<li><a href="/two">{said}</a> <a href="/two"><img alt="A team"></a></li></ul></main>'
    )
    assert told(page, media_type="text/html") == [
        ("one", "How we did it", None),
        ("two", "A team", None),
    ]


def test_days_in_figures_are_read_in_the_order_of_the_page():
    """One entry of the 25/04/2025 tells that 03/04/2025 is the third of April."""
    page = (
        "<li><a href='/1'>A</a> <i>03/04/2025</i></li><li><a href='/2'>B</a> <i>25/04/2025</i></li>"
    )
    assert told(page, media_type="text/html") == [
        ("1", "A", "2025-04-03"),
        ("2", "B", "2025-04-25"),
    ]


def test_bookmarks_of_a_browser_are_a_page_of_links():
    """What browsers export begins with a document type of its own."""
    page = (
        f'<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>B</TITLE>\n<DL><DT><A HREF="{A}">One</A></DL>'
    )
    assert told(page) == [("1", "One", None)]


def test_a_spreadsheet_is_to_be_saved_as_csv():
    """What cannot be read is said with what to do."""
    with pytest.raises(errors.ContentMismatch, match="save it as CSV"):
        listing(b"PK\x03\x04xxxx")


def test_an_entry_whose_address_is_none_loses_no_other():
    """No part of "//[" is a host; the next entry is read."""
    entries = '[{"url": "//["}, {"url": "/b"}]'
    payload = Payload(
        data=entries.encode(), media_type="application/json", name="", url="https://a.example/list"
    )
    assert [one.url for one in read_listing(payload).candidates] == ["https://a.example/b"]


def test_sections_that_nothing_closes_take_no_more_time_than_others():
    """The end of each of many would be looked for through all that follows."""
    feed = (
        b"<rss><channel><item><link>https://a.example/x?a=1&b=2</link></item>"
        + b"<item><![CDATA[" * 30_000
    )
    started = time.process_time()
    assert told(feed)[0][0] == "x?a=1&b=2"
    assert time.process_time() - started < 10


def test_a_link_that_says_nothing_is_called_as_its_entry_is():
    """By the one heading there, and a link around a whole card by the heading in it."""
    page = (
        "<!doctype html><html><body><article><h3>One</h3><a href='/a'>Read more</a></article>"
        "<div><a href='/b'><h3>Two</h3><p>A teaser.</p><time datetime='2024-03-05'>x</time></a></div>"
        "</body></html>"
    )
    one, two = listing(page).candidates
    assert (one.title, two.title, str(two.published)) == ("One", "Two", "2024-03-05")


# --- What desk and command line offer ------------------------------------------------------------

RSS = f"<rss><channel><item><link>{A}</link></item><item><link>{B}</link></item></channel></rss>"
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom">'
    f'<entry><link href="{A}"/></entry><entry><link href="{B}"/></entry></feed>'
)
PAGE = f'<html><body><p><a href="{A}">1</a> <a href="{B}">2</a></p></body></html>'
AS_FILES = {
    ".csv": f"url;title\n{A};One\n{B};Two\n",
    ".tsv": f"url\ttitle\n{A}\tOne\n{B}\tTwo\n",
    ".txt": f"{A}\n{B}\n",
    ".md": f"- [One]({A})\n- [Two]({B})\n",
    ".opml": f'<opml><body><outline url="{A}"/><outline url="{B}"/></body></opml>',
    ".xml": f"<urlset><url><loc>{A}</loc></url><url><loc>{B}</loc></url></urlset>",
    ".rss": RSS,
    ".atom": ATOM,
    ".json": f'[{{"url": "{A}"}}, {{"url": "{B}"}}]',
    ".jsonl": f'{{"url": "{A}"}}\n{{"url": "{B}"}}\n',
    ".ndjson": f'{{"url": "{A}"}}\n{{"url": "{B}"}}\n',
    ".html": PAGE,
    ".htm": PAGE,
    ".gz": gzip.compress(RSS.encode()),
}


@pytest.mark.parametrize("suffix", LISTS)
def test_every_list_that_is_offered_is_read(suffix):
    """The desk's field and the command line name what is read, and nothing else."""
    media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
    found = listing(AS_FILES[suffix], media_type, f"list{suffix}")
    assert [candidate.url for candidate in found.candidates] == [A, B]
    assert set(AS_FILES) == set(LISTS)


def test_who_tells_it_is_not_its_title():
    """Forms ask for the company first, and for the story in words of their own."""
    head = "Timestamp,Company name,What is it about?,Link to the case study,Published on"
    row = "5/1/2024 10:00:00,Acme,How we sort letters,https://a.example/one,3/5/2024"
    assert told(f"{head}\n{row}\n") == [("one", "How we sort letters", "2024-03-05")]
    assert told("company,link\nAcme,https://a.example/one\n") == [("one", "Acme", None)]
