"""A list of which a part is missing is told so, and no half of an address is a source."""

import gzip
import json

import pytest
from written_lists import ATOM, OPML, PAGE, RSS, SITEMAP, TABLE, index, listing

from casebook.schemas import errors


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_gzip_that_is_cut_off_is_damaged(share):
    """A download that broke off: what is left would pass for the whole list."""
    urls = "".join(f"https://a.example/{number}\n" for number in range(3_000))
    packed = gzip.compress(urls.encode(), mtime=0)
    with pytest.raises(errors.Damaged, match="is cut off"):
        listing(packed[: int(share * len(packed))])


MANY = [f"https://a.example/{number}" for number in range(50)]
JSON_FEED = json.dumps({"items": [{"url": address} for address in MANY]})
LONG_LISTS = {
    "rss": f"<rss><channel>{''.join(f'<item><link>{a}</link></item>' for a in MANY)}</channel></rss>",
    "sitemap": f"<urlset>{''.join(f'<url><loc>{a}</loc></url>' for a in MANY)}</urlset>",
    "index": index(*MANY),
    "json feed": JSON_FEED,
    "addresses": json.dumps(MANY, indent=1),
    "addresses in one line": json.dumps(MANY, separators=(",", ":")),
}


@pytest.mark.parametrize("form", LONG_LISTS)
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_list_that_is_cut_off_tells_so(form, share):
    """A file of which the download broke off reads like a shorter list; what is there is read."""
    whole = LONG_LISTS[form]
    read = listing(whole[: int(share * len(whole))])
    assert (read.broken, listing(whole).broken) == (True, False)
    assert len([*read.candidates, *read.lists]) > 10


LINES = "".join(f'{{"url": "{address}", "title": "A"}}\n' for address in MANY)


@pytest.mark.parametrize("form", [*LONG_LISTS, "lines"])
def test_half_an_address_is_no_source(form):
    """Wherever a list is cut off within its last entries: a page that never was is not asked for."""
    whole = {**LONG_LISTS, "lines": LINES}[form].replace("a.example/", "a.example/post-of-day-")
    every = {address.replace("a.example/", "a.example/post-of-day-") for address in MANY[:48]}
    for end in range(whole.index("day-47") + 7, whole.index("day-48") + 6):
        read = listing(whole[:end])
        named = {*(one.url for one in read.candidates), *read.lists}
        assert (sorted(named - every), len(named) >= 47) == ([], True)


def test_a_whole_sitemap_loses_nothing_to_a_title_about_its_tags():
    """What a title says in a CDATA section is no tag that nothing closes."""
    said = "<n:title><![CDATA[What <loc> is for]]></n:title>"
    (read,) = listing(f"<urlset><url><loc>{MANY[0]}</loc>{said}</url></urlset>").candidates
    assert read.url == MANY[0]


def test_half_an_address_is_told_from_a_whole_one_in_the_midst_of_a_character():
    """What is cut off there is no UTF-8 any more, and reads as another address."""
    whole = '["https://a.example/1", "https://a.example/2", "https://a.ex\u00e4mple/3"]'.encode()
    read = listing(whole[: whole.index("\u00e4".encode()) + 1])
    assert ([one.url[-2:] for one in read.candidates], read.broken) == (["/1", "/2"], True)


def test_a_line_that_is_no_whole_json_is_told_by_its_number():
    """The last one where the list was cut off, or one in its midst; the others keep their titles."""
    lines = LINES.splitlines()
    lines[3], lines[-1] = lines[3][:30], lines[-1][:25]
    read = listing("\n".join(lines))
    assert read.unread == (
        'line 4, no whole JSON: {"url": "https://a.example/3",',
        'line 50, no whole JSON: {"url": "https://a.exampl',
    )
    assert [one.title for one in read.candidates] == ["A"] * 48


@pytest.mark.parametrize(
    "whole",
    [
        RSS,
        ATOM,
        SITEMAP,
        OPML,
        PAGE,
        TABLE,
        JSON_FEED,
        f"{RSS}<!-- served in 0.2 s -->\n",
        RSS.replace("</rss>", "</RSS >"),
        "[a post](https://a.example/1)\n[another](https://a.example/2)\n",
        '["Attention" explained](https://a.example/1)\n[[2]](https://a.example/2)\n',
        '{"url": "https://a.example/1"}\nhttps://a.example/2\n# a remark\n',
        '{"kind": "of no list we know", "within": {"https://a.example/1": 3}}',
    ],
)
def test_a_whole_list_is_not_said_to_be_cut_off(whole):
    """Whatever stands behind its end, and however its names are written."""
    assert not listing(whole).broken
