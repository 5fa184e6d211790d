"""How a case is cited, and followed where the site's address is known."""

import re

import feedparser
import pytest
from case_views import ADDRESS, CONFIRMED, TITLE, a_short_view, a_study, a_view, with_study
from lxml import html

from schemas.errors import PublishError

HOME = "https://x.example/casebook/"


def files(publish, suffix: str, *views, **more) -> list[str]:
    """The files of each case with this suffix, as text with its own line ends."""
    target, built = publish(*views, **more)
    paths = [(target / address).with_name(f"case{suffix}") for address, _ in built.hashes.values()]
    return [path.read_bytes().decode() for path in paths]


def test_a_case_is_cited_as_bibtex(publish):
    """Has entries for the case and its source, with dates; TeX's special characters are escaped."""
    text, other = files(publish, ".bib", a_view(), a_short_view("50% of $5 & {a_b} #1 ~ ^ \\"))
    assert f"title = {{{{{TITLE}}}}}," in text
    assert "author = {Ines Okafor}," in text
    assert {"  date = {2026-05-04},", "  date = {2026-11-24},"} < set(text.splitlines())
    assert f"url = {{{ADDRESS}}}," in text
    marks = r"\& \textbraceleft{}a\_b\textbraceright{} \#1 \textasciitilde{} \textasciicircum{} \textbackslash{}"
    assert rf"title = {{{{50\% of \$5 {marks}}}}}," in other


def test_no_title_ends_its_entry_in_bibtex(publish):
    """Backslashes and braces are handled, since a title could otherwise close its field."""
    (text,) = files(publish, ".bib", a_short_view('x}} , url = "https://evil.example", note = "{'))
    depth = [text[: end + 1].count("{") - text[: end + 1].count("}") for end in range(len(text))]
    assert depth[text.index("evil.example")] == 3  # of the entry, the field, and the title in it
    assert (min(depth), depth[-1]) == (0, 0)


def test_a_case_is_cited_as_ris(publish):
    """Has the case and its source, an author per line; titles cannot start a new entry."""
    text, other = files(publish, ".ris", a_view(), a_short_view("x\r\nER  - \nTY  - BOOK"))
    case, source = (set(entry.split("\r\n")) for entry in text.split("\r\nER  - \r\n")[:2])
    assert {f"TI  - {TITLE}", "DA  - 2026/11/24", "PY  - 2026"} < case
    own = {"TY  - ELEC", "AU  - Ines Okafor", "DA  - 2026/05/04", f"UR  - {ADDRESS}"}
    assert own < source
    assert "TI  - x ER - TY - BOOK" in other.split("\r\n")


def test_a_site_with_an_address_has_a_feed_and_a_sitemap(publish):
    """Feeds, sitemap and previews have full addresses; without an address there are none."""
    study = a_study()
    doubted = study.statements[0].model_copy(update={"support": CONFIRMED})
    study = study.model_copy(update={"statements": (doubted, *study.statements[1:])})
    views = (with_study(a_view(), study), a_short_view("R&D <b> \x01"))
    target, built = publish(*views, address=HOME.rstrip("/"), licence="CC BY 4.0")
    feed = feedparser.parse((target / "feed.xml").read_bytes())
    assert not feed.bozo
    addresses = {HOME + a.removesuffix("index.html") for a, _ in built.hashes.values()}
    assert {entry.link for entry in feed.entries} == {e.id for e in feed.entries} == addresses
    assert doubted.text not in (target / "feed.xml").read_text(), "a feed cannot show the mark"
    locations = set(re.findall("<loc>(.*?)</loc>", (target / "sitemap.xml").read_text()))
    wholes = {f"{HOME}{name}.html" for name in ("results", "figures", "data")}
    assert locations >= {HOME, *wholes, *addresses, f"{HOME}industries/insurance/"}
    assert (target / "robots.txt").read_text().endswith(f"Sitemap: {HOME}sitemap.xml")
    insurers = feedparser.parse((target / "industries/insurance/feed.xml").read_bytes())
    assert [entry.title for entry in insurers.entries] == [TITLE]
    page = html.fromstring((target / next(iter(built.hashes.values()))[0]).read_bytes())
    assert page.xpath("//link[@rel='canonical']/@href")[0] in addresses
    assert page.xpath("//meta[@property='og:description']/@content") == [study.statements[1].text]
    assert "CC BY 4.0" in page.xpath("string(//footer)")
    publish(a_view())
    assert not (target / "feed.xml").exists()


def titles_in(path) -> list[str]:
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo
    return [entry.title for entry in feed.entries]


def test_companies_and_saved_searches_have_feeds(publish):
    """A saved search has the cases with all its values and all its words, in any form."""
    short = a_short_view("Other", industry="insurance")
    searches = {
        "Insurers & officers": "industry=insurance&q=officer+checks&page=2",
        "All insurers": f"{HOME}search.html?industry=insurance&sort=year",
        "None": "?industry=insurance&tag=nothing",
    }
    more = {"address": HOME, "searches": tuple(searches.items())}
    target, _ = publish(a_view(), short, **more)
    assert titles_in(target / "companies/harbourline/feed.xml") == [TITLE]
    page = html.fromstring((target / "search.html").read_bytes())
    links, feeds = (
        page.xpath(f"//p[@class='meant']/a[{one}]/@href") for one in ("bdi", "not(bdi)")
    )
    found = dict(zip(links, (titles_in(target / one) for one in feeds), strict=True))
    assert found == {
        "search.html?industry=insurance&q=officer+checks": [TITLE],
        "search.html?industry=insurance": [TITLE, "Other"],
        "search.html?industry=insurance&tag=nothing": [],
    }
    feed = feedparser.parse((target / feeds[0]).read_bytes())
    assert feed.feed.link == f"{HOME}{links[0]}"


@pytest.mark.parametrize(("query", "problem"), [("colour=red", "colour is not"), ("", "no filter")])
def test_a_saved_search_without_a_known_filter_is_rejected(publish, query, problem):
    """The message names the search, and says what to copy."""
    with pytest.raises(PublishError, match=f"'Red'.*{problem}.*copy the address"):
        publish(a_view(), searches=(("Red", query),))
