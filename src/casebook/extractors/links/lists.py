"""Lists of addresses that people write: pages of links, tables, text. Pure, over bytes."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.days import day_in_address, day_in_line, stated_day
from casebook.extractors.kinds.markdown_dialects import RENDERER
from casebook.extractors.kinds.youtube import find_all, page_data
from casebook.extractors.links.entries import Listing, addresses_in, candidate
from casebook.extractors.links.tables import read_table
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.urls import is_web_address
from casebook.extractors.web.dates import Order, day_of
from casebook.extractors.web.day_order import day_first
from casebook.extractors.web.markup.parsing import parse
from casebook.schemas.sources import Candidate, Payload

_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,300})\]\((https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)")
# What only Markdown writes: links with their words, and where a link's name leads.
_MARKED = re.compile(
    r"\]\(<?https?://|<a\s[^<>]{0,200}?href=|^ {0,3}\[[^\]\n]{1,300}\]:[ \t]*<?https?://",
    re.MULTILINE,
)
_NAMED_LINK = re.compile(r"\]\s?\[|\]\(#|^\s*(?:[-*+]|\d+[.)])\s+\[[^\]]+\]\s*$")
_LONGEST_MARKDOWN = 5_000_000
_PARTS = re.compile(r"[()|·•–—]|\s-\s")
_TO_LAST_FIGURE = re.compile(r".*\d", re.DOTALL)
_COMMA = re.compile(r",\s")
_COMMENT = re.compile(r"\s*#")
_BELOW_HEAD = re.compile(r"(?=.*-)(?=.*\|)[|: -]+")
_SCHEMELESS = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}/\S*|www\.\S+", re.IGNORECASE)
_PATH_MARKS = re.compile(r"[./\\]\w")
_MARKDOWN = {"text/markdown", "text/x-markdown"}
_FURNITURE = "nav header footer aside form"
_ENTRY = "ancestor::*[self::article or self::li or self::tr or self::dd or self::dt][1]"
_OWN = "./*[not(self::ul or self::ol)]/descendant-or-self::*"  # but for the entries below it
# What names an entry: its one heading, else its bold words, else the first cell of its row.
_CALLED = tuple(
    f"({path})[not(.//a)]"
    for path in (
        ".//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6",
        ".//strong | .//b",
        "./td[1]",
    )
)
_FIRST_LINK = ("(./a | ./p/a)[1]",)  # in Markdown, which sets links of a kind behind it
_CARD = 5  # parts around a link, of which the nearest with likes is its card
_LONGEST_DATE = 40
# What is written on the links that lead to a page beside the one that has its title.
_NO_TITLE = re.compile(
    r"\W*(?:pdf|html|abs(?:tract)?|bib(?:tex)?|doi|link|here|video|slides|code|poster|download"
    r"|paper|blog|arxiv|github|website"
    r"|details|more|read(?: more| now| on)?"
    r"|read(?: the)?(?: full)? (?:article|post|story|case study|paper)"
    r"|(?:learn|see|find out|view|show) more|view (?:article|case study|post)|continue(?: reading)?"
    r"|watch(?: now| video)?|listen(?: now)?|(?:\d+ )?comments?|\d+ min(?:ute)?s?(?: read)?"
    r"|weiterlesen|mehr(?: erfahren| lesen)?|lire (?:la suite|plus)|en savoir plus|leer más"
    r"|saber más|leggi(?: tutto| di più)?|続きを読む|阅读更多)\W*",
    re.IGNORECASE,
)


def read_page(data: bytes, payload: Payload, base: str) -> Listing:
    """Read the links of a page, those of its furniture left out; of YouTube the listed videos."""
    markup, _ = decode(data, payload.charset, markup=True)
    if videos := list(_videos(markup)):
        return Listing(form="list of videos", candidates=videos)
    tree = parse(markup)
    if tree is None:
        return Listing(form="page", candidates=())
    base = _joined(base, next(iter(tree.xpath("//base/@href")), "")) or base
    apart = " or ".join(f"ancestor::{name}" for name in _FURNITURE.split())
    days: dict[Any, date | None] = {}
    order = cache(partial(day_first, tree, base))
    links = [
        (_joined(base, link.get("href")), link)
        for link in tree.xpath(f"//a[@href and not({apart})]")
    ]
    titles = _titles(links)
    found = [
        candidate(address, titles.get(address), _day(link, days, order)) for address, link in links
    ]
    here = _without_fragment(base)
    return Listing(
        form="page",
        candidates=[
            one.model_copy(update={"published": one.published or day_in_address(one.url)})
            for one in found
            if is_web_address(one.url) and _without_fragment(one.url) != here
        ],
    )


def _titles(links: Sequence[tuple[str, Any]], names: Sequence[str] = _CALLED) -> dict[str, str]:
    """Return what each address is called on a page that may lead there several times.

    That is what a link says, "Read more" aside, else the words of the picture that stands for it,
    else what is found at one of ``names`` in its entry.
    """
    said, shown, called = dict[str, str](), dict[str, str](), dict[str, str]()
    known: dict[Any, str] = {}
    for address, link in links:
        words = one_line(" ".join(_words(link)) or link.get("aria-label") or "")
        if words and not _NO_TITLE.fullmatch(words):
            said.setdefault(address, words)
        elif name := _name_around(link, names, known):
            called.setdefault(address, name)
        if pictured := one_line(" ".join(link.xpath(".//img/@alt"))):
            shown.setdefault(address, pictured)
    return called | shown | said


def _words(link: Any) -> Iterator[str]:
    """Yield what a link says; of one around a whole card, its heading, or all but "Read story"."""
    headings = link.xpath(_CALLED[0])
    said = [
        text for text in (headings[0] if len(headings) == 1 else link).itertext() if text.strip()
    ]
    leads = len(said) > 1 and len(said[-1].split()) > 1 and _NO_TITLE.fullmatch(said[-1])
    yield from said[:-1] if leads else said


def _name_around(link: Any, names: Sequence[str], known: dict[Any, str]) -> str:
    """Return what the entry is called in which a link says "Read more", or lies over all of it."""
    entry = _entry_of(link)
    if entry is None:
        return ""
    if entry not in known:
        known[entry] = _name_of_entry(entry, names)
    return known[entry]


def _entry_of(link: Any) -> Any | None:
    """Return the entry that a link is of: by its tag, else the nearest part that has likes."""
    entry = next(iter(link.xpath(_ENTRY)), None)
    if entry is not None:
        return entry
    return next(filter(_has_like, islice(link.iterancestors("div", "section"), _CARD)), None)


def _has_like(part: Any) -> bool:
    """Tell a part of a page beside which another one is of the same tag and class: a card."""
    named = part.get("class")
    beside = (part.getnext(), part.getprevious()) if named else ()
    return any(
        one is not None and one.tag == part.tag and one.get("class") == named for one in beside
    )


def _name_of_entry(entry: Any, names: Sequence[str]) -> str:
    for path in names:
        found = entry.xpath(path)
        words = one_line(" ".join(found[0].itertext())) if len(found) == 1 else ""
        if words and not _NO_TITLE.fullmatch(words):
            return words
    return ""


def _day(link: Any, known: dict[Any, date | None], order: Order) -> date | None:
    """Return the one day that the entry around a link states; ``known`` holds those of entries.

    A link may stand around all of its entry.
    """
    entry = _entry_of(link)
    entry = link if entry is None else entry
    if entry not in known:
        known[entry] = _day_of_entry(entry, order)
    return known[entry]


def _day_of_entry(entry: Any, order: Order) -> date | None:
    """Return the day by which an entry is marked up, else the one that stands by itself in it."""
    marked = entry.xpath(".//time/@datetime")
    alone = (text for text in entry.itertext() if len(text.strip()) <= _LONGEST_DATE)
    shown = (day_of(text, order) for text in alone)
    days = set(map(stated_day, marked) if marked else shown) - {None}
    return days.pop() if len(days) == 1 else None


def _without_fragment(address: str) -> str:
    return address.partition("#")[0]


def _joined(base: str, href: str) -> str:
    """Return where a link leads, "" where nowhere: nobody misses a broken link of a page."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def _videos(markup: str) -> Iterator[Candidate]:
    """Yield the videos of a YouTube playlist or channel; a page holds the first hundred."""
    data = page_data(markup)
    for item in find_all(data, "playlistVideoRenderer"):
        runs = item.get("title", {}).get("runs") or [{}]
        yield _video(item.get("videoId"), runs[0].get("text"))
    for item in find_all(data, "lockupViewModel"):
        if item.get("contentType") == "LOCKUP_CONTENT_TYPE_VIDEO":
            about = item.get("metadata", {}).get("lockupMetadataViewModel", {})
            yield _video(item.get("contentId"), about.get("title", {}).get("content"))


def _video(video: object, title: object) -> Candidate:
    return candidate(f"https://www.youtube.com/watch?v={video}", title)


def read_lines(data: bytes, payload: Payload, *, tables: bool = True) -> Listing:
    """Read a table with a column of addresses, unless ``tables`` says that it is none.

    Else every address that a text holds.
    """
    text = decode(data, payload.charset)[0].replace("&amp;", "&")  # copied out of a page's source
    if tables and (table := read_table(text)):
        return table
    marked_down = payload.media_type in _MARKDOWN or payload.name.lower().endswith(".md")
    lines = text.lstrip("\ufeff").splitlines()
    # In a plain list "#" sets aside what follows; in Markdown it is a heading.
    told = lines if marked_down else [line for line in lines if not _COMMENT.match(line)]
    if _MARKED.search(text) and len(text) <= _LONGEST_MARKDOWN:
        unread = [line for line in _without_address(lines) if not _NAMED_LINK.search(line)]
        found = list(_in_markdown("\n".join(told)))
        return Listing(form="text", candidates=found, unread=unread)
    found = [one for line in told for one in _mentioned(line)]
    return Listing(form="text", candidates=found, unread=_without_address(lines))


def _in_markdown(source: str) -> Iterator[Candidate]:
    """Yield what a page made of Markdown leads to, or names without a link; no pictures.

    The day is the one that the entry of a single address states.
    """
    tree = parse(RENDERER.render(source))
    if tree is None:
        return
    whole = ((_joined("", link.get("href")), link) for link in tree.xpath("//a[@href]"))
    links = [(address, link) for address, link in whole if is_web_address(address)]
    titles = _titles(links, _CALLED + _FIRST_LINK)
    leads = {link: address for address, link in links}
    days: dict[Any, date | None] = {}
    for part in _links_and_text(tree):
        if address := leads.get(part):
            day = _stated_beside(part, days) or day_in_address(address)
            yield candidate(address, titles.get(address), day)
        elif isinstance(part, str):
            yield from (one for line in part.splitlines() for one in _mentioned(line))


def _links_and_text(tree: Any) -> Iterator[Any]:
    """Yield each link and each text outside of one, in their order.

    In XPath, libxml2 would sort them by counting siblings: the square of a long list.
    """
    within = 0
    for event, node in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        text = node.text if event == "start" else node.tail
        if event in {"start", "end"} and node.tag == "a":
            within += 1 if event == "start" else -1
            if event == "start":
                yield node
        if text and not within:
            yield text


def _stated_beside(link: Any, known: dict[Any, date | None]) -> date | None:
    """Return the one day that the entry of a link states, where it leads nowhere else."""
    entry = next(iter(link.xpath(f"{_ENTRY} | ancestor::p[1]")), None)
    if entry is None:
        return None
    if entry not in known:
        known[entry] = _stated_alone(entry)
    return known[entry]


def _stated_alone(entry: Any) -> date | None:
    if len(set(entry.xpath(f"({_OWN})/@href"))) > 1 and entry.tag != "tr":
        return None
    texts = [str(text) for text in entry.xpath(f"./text() | ({_OWN})/text()")]
    pieces = (piece for text in texts for piece in _pieces(text))
    days = {stated_day(piece) for piece in pieces if 0 < len(piece.strip()) <= _LONGEST_DATE}
    days = (days - {None}) or {day_in_line(" ".join(texts))}
    return days.pop() if len(days) == 1 else None


def _pieces(text: str) -> Iterator[str]:
    """Yield what may be a day: the text and its parts, but for what a comma adds at its end."""
    if figures := _TO_LAST_FIGURE.match(text):
        end = _COMMA.search(text, figures.end())
        yield text
        yield from _PARTS.split(text[: end.start()] if end else text)


def _without_address(lines: Sequence[str]) -> list[str]:
    """Return, with their numbers, the lines without an address where most others have one.

    A heading in the first line is left out, and the head of a table in Markdown. Prose that
    mentions addresses is no list, but a line that lacks no more than https:// is told anywhere;
    where there is no address at all, every line is.
    """
    said = [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not _COMMENT.match(line) and not _is_head(lines, number - 1)
    ]
    bare = [(number, line) for number, line in said if not addresses_in(line)]
    if len(bare) < len(said):
        bare = [one for one in bare if one[0] > 1 or not _is_heading(one[1])]
        if 2 * len(bare) > len(said):
            bare = [one for one in bare if _SCHEMELESS.fullmatch(one[1])]
    return [f"line {number}: {line}" for number, line in bare]


def _is_head(lines: Sequence[str], at: int) -> bool:
    """Tell the head of a table in Markdown, and the line below it."""
    return any(_BELOW_HEAD.fullmatch(line.strip()) for line in lines[at : at + 2])


def _is_heading(line: str) -> bool:
    """Tell a heading from an address without its https://, or a path."""
    return len(line.split()) > 1 or not _PATH_MARKS.search(line)


def _mentioned(line: str) -> Iterator[Candidate]:
    titles = {match[2]: match[1] for match in _MARKDOWN_LINK.finditer(line)}
    found = addresses_in(line)
    rest = line
    for address in found:
        rest = rest.replace(address, " ")
    day = day_in_line(rest) if len(found) == 1 else None
    for address in found:
        yield candidate(address, titles.get(address), day or day_in_address(address))
