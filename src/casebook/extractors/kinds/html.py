"""Web pages: the blocks that are text, by a model and a second opinion; every path recorded."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.garbage import undisturbed
from casebook.extractors.naming import where
from casebook.extractors.speech.speakers import with_speakers
from casebook.extractors.text.authors import clean_authors, linked_author
from casebook.extractors.text.bylines import as_spelled
from casebook.extractors.text.characters import count_words, one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.declarations import DATA
from casebook.extractors.text.metadata import (
    canonical_url,
    language_of,
    language_of_page,
    stated_of,
)
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.text.titles import title_of
from casebook.extractors.visibility.finds import Find, mark, remove, without_marked
from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.visibility.markup.rubies import end_brackets
from casebook.extractors.visibility.markup.scriptless import show_scriptless
from casebook.extractors.visibility.markup.shadows import show_shadows
from casebook.extractors.visibility.markup.texts import visible_text
from casebook.extractors.web.access.paywalls import claimed_words
from casebook.extractors.web.access.shown_page import Page
from casebook.extractors.web.access.walls import FEWEST_WORDS, refuse_walls
from casebook.extractors.web.bodies import NO_BODIES, Bodies, bodies_of
from casebook.extractors.web.choice import DOUBTFUL, choose
from casebook.extractors.web.dates import published
from casebook.extractors.web.markup import answers, formulas, programs
from casebook.extractors.web.markup.figures import set_in_text
from casebook.extractors.web.markup.parsing import parse
from casebook.extractors.web.markup.tree_blocks import Placed, blocks_of, outside, placed_blocks
from casebook.extractors.web.page_kind import PageKind, is_article, kind_of
from casebook.extractors.web.second_opinion import generous_reading, is_too_large, quick_reading
from casebook.extractors.web.threads.openings import days_of, opened_by
from casebook.extractors.web.threads.thread_titles import thread_title
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenText
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.sources import Payload, SourceKind

_BANNER = re.compile(
    r"gdpr|onetrust|cookiebot|cmplz|truste[-_]|\bcc-window"
    r"|cookie[-_]?(?:banner|consent|notice|bar\b|law|popup|modal|message|alert|disclaimer|overlay)"
    r"|consent[-_]?(?:banner|modal|popup|manager|dialog|overlay)"
)
# All that the pattern finds, in lower case, has one of them: to look for these is far faster.
_OF_BANNERS = ("cookie", "consent", "gdpr", "onetrust", "cmplz", "truste", "cc-window")
_UNREAD = ("style", "svg", "noscript")
_SUSPICIOUS_SHARE = 0.05
_SUSPICIOUS_WORDS = 200
_BETTER = 1.5
_LONGEST_SITE = 80


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one path made of the page."""

    method: str
    blocks: list[Block]
    words: int


@undisturbed()
def extract(payload: Payload) -> Extracted:
    """Return the main text of a web page.

    Raises:
        DocumentEmpty: if the bytes are no HTML or hold too few words.
        LoginWall, ConsentWall, Captcha, Paywall, SoftNotFound, NeedsJavaScript: see ``walls``.
    """
    url = payload.final_url or payload.url or ""
    markup, encoding = decode(payload.data, payload.charset, markup=True)
    tree = parse(markup)
    if tree is None:
        raise DocumentEmpty(f"{where(payload)} holds no HTML elements; check what it is.")
    alive = list(tree.iter())  # else each pass makes the same Python objects anew
    told = answers.told_by_machine(tree, visible_text)
    hidden, struck = prepare(tree)
    put = answers.put_under(tree, told, strip_hidden, visible_text)
    steps = [ExtractionStep(method="charset", outcome=encoding)]
    kind = kind_of(tree, url)
    attempt, posts = _chosen(tree, url, kind, steps)
    reading = _Reading(url, kind, posts, markup, tree, attempt)
    _fall_back(reading, steps)
    steps += answers.noted(put, (block.text for block in reading.attempt.blocks))
    for find in struck:
        remove(find)
    finished = _finished(payload, reading, steps, hidden)
    del alive
    return finished


def prepare(tree: Any) -> tuple[list[HiddenText], list[Find]]:
    """Leave in ``tree`` what a reader sees; return what was hidden, and what is struck out.

    That stays, marked: a price that is struck out tells what is around it.
    """
    struck: list[Find] = []
    show_scriptless(tree)
    show_shadows(tree)
    end_brackets(tree)
    noted, drawn = programs.laid_out(tree), formulas.laid_aside(tree)
    hidden = strip_hidden(tree, struck=struck.append)
    for find in struck:
        mark(find)
    formulas.set_out(tree, drawn)
    set_in_text(tree)
    programs.set_out(tree, noted)
    # Nothing below reads them, and trafilatura and htmldate copy the tree several times.
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    for script in list(tree.iter("script")):
        if script.get("type") not in DATA:
            script.drop_tree()
    return hidden, struck


@dataclass
class _Reading:
    url: str
    kind: PageKind
    posts: Bodies | None
    markup: str
    tree: Any
    attempt: _Attempt

    @cached_property
    def seen(self) -> str:
        """Return all text that a reader sees; few pages need it."""
        return " ".join(visible_text(self.tree))


def _finished(
    payload: Payload,
    reading: _Reading,
    steps: list[ExtractionStep],
    hidden: list[HiddenText],
) -> Extracted:
    tree, kind = reading.tree, reading.kind
    meta, day = _stated(reading, steps)
    titles = _own_titles(tree)
    site = _site(meta, titles)
    sites = [name for name in (site, meta and meta.hostname) if name]
    stated = [*titles, (meta and meta.title) or ""]
    title = _title(tree, stated, kind, sites)
    spoken = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    blocks = [
        block._replace(text=without_marked(block.text), lead=without_marked(block.lead))
        for block in reading.attempt.blocks
    ]
    read = "\n".join(block.text for block in blocks)
    language = language_of_page(spoken, read) or language_of(None, reading.seen)
    told = any(block.speaker for block in blocks)
    text, passages = lay_out(blocks if told else with_speakers(blocks), language)
    page = Page(
        markup=reading.markup,
        text=text,
        words=count_words(text),
        see=lambda: reading.seen,
        title=title or "",
        url=where(payload),
        is_article=is_article(tree),
        claimed=claimed_words(tree),
        called=_called(tree),
    )
    if doubt := refuse_walls(page):
        steps.append(ExtractionStep(method="wall", outcome=doubt))
    return Extracted(
        kind=SourceKind.WEB,
        title=title,
        authors=_authors(reading, meta, sites),
        published=day,
        language=language,
        site=site,
        canonical_url=canonical_url(tree, reading.url or None),
        text=text,
        passages=passages,
        extraction=steps,
        hidden_text=hidden,
    )


def _title(tree: Any, stated: Sequence[str], kind: PageKind, sites: Sequence[str]) -> str | None:
    headings = [_heading(top, stated) for top in tree.iter("h1")]
    if kind is PageKind.FORUM and (title := thread_title(tree, stated, sites)):
        return title
    article, parts = kind is PageKind.ARTICLE, kind is not PageKind.FORUM
    return title_of(stated, headings, sites, is_article=article, has_parts=parts)


def _own_titles(tree: Any) -> list[str]:
    """Return the titles that a page states of itself for machines, the best first.

    One that states none may set a paragraph as its title: what Google's documents export does.
    """
    shared = (
        meta.get("content")
        for meta in tree.iter("meta")
        if "og:title" in {meta.get("property"), meta.get("name")}
    )
    named = (title.text or "" for title in _titles(tree))
    found = [*islice((title for title in shared if title is not None), 1), *islice(named, 1)]
    set_as = (p for p in tree.iter("p") if "title" in (p.get("class") or "").split())
    return found or [one_line("".join(p.itertext())) for p in islice(set_as, 1)]


def _heading(top: Any, stated: Sequence[str]) -> str:
    """Return the text of a heading: its parts set apart, but for those that are one word's."""
    parts = top.xpath(".//text()[not(ancestor::button)]")
    joined = one_line("".join(parts))
    return (
        joined if any(one_line(title).startswith(joined) for title in stated) else " ".join(parts)
    )


def _called(tree: Any) -> Sequence[str]:
    """Return the first title and the first heading that a page has, however much else they say."""
    first = [*islice(_titles(tree), 1), *islice(tree.iter("h1"), 1)]
    return [one_line(" ".join(found.itertext())) for found in first]


def _titles(tree: Any) -> Iterator[Any]:
    return (title for head in tree.iter("head") for title in head.iterchildren("title"))


def _authors(reading: _Reading, meta: Any, sites: Sequence[str]) -> tuple[str, ...]:
    tree, is_thread = reading.tree, reading.kind is PageKind.FORUM
    told = opened_by(tree, reading.url, reading.posts) if is_thread else None
    if told is not None:
        return told
    stated = clean_authors(meta.author if meta else None, sites)
    return as_spelled(stated, tree) or clean_authors(linked_author(tree))


def _stated(reading: _Reading, steps: list[ExtractionStep]) -> tuple[Any, date | None]:
    """Return what the page states of itself, and the day of its publication."""
    tree, url, kind = reading.tree, reading.url, reading.kind
    try:
        day = published(tree, url or None, kind, days_of(tree, url, reading.posts))
        signed = kind is not PageKind.OTHER or day is not None
        return stated_of(tree, url or None, signed=signed), day
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign code over any input; the text stands alone
        steps.append(ExtractionStep(method="metadata", outcome=_failed(error)))
        return None, None


def _site(meta: Any, titles: Sequence[str]) -> str | None:
    """Return what the site is called; some give the title of each page, or most of it."""
    name = one_line(meta.sitename or "") if meta else ""
    if len(name) > _LONGEST_SITE or any(name == one_line(title) for title in titles):
        name = ""
    return name or (meta and meta.hostname) or None


def _fall_back(reading: _Reading, steps: list[ExtractionStep]) -> None:
    """Where the blocks that are text give too little, try other paths, keep the longest.

    Not in a thread whose posts are known: they may be short, and the rest is not theirs.
    """
    for method, path in _FALLBACKS if not reading.posts else ():
        best = reading.attempt
        if not _is_suspicious(best.words, reading):
            return
        if path is generous_reading and is_too_large(reading.tree):
            continue
        attempt = _try(method, path, reading.tree, reading.url, steps)
        if attempt.words > _BETTER * best.words:
            reading.attempt = attempt


def _chosen(
    tree: Any, url: str, kind: PageKind, steps: list[ExtractionStep]
) -> tuple[_Attempt, Bodies | None]:
    """Return the blocks of the page that are its text; say what the reading is worth.

    And the posts of a thread, None where they comment on a text above them.
    """
    posts = bodies_of(tree, kind)
    placed = page_blocks(tree, posts)
    choice = choose(placed, _second_opinion(tree, url, steps), kind, posts)
    words = _word_count(choice.blocks)
    kept = f"{len(choice.blocks)} of {len(placed)} kept, {words} words; kind of page: {kind}"
    steps.append(ExtractionStep(method="blocks", outcome=kept))
    for what, count in choice.left_out.items():
        blocks = "1 block" if count == 1 else f"{count} blocks"
        steps.append(ExtractionStep(method="left out", outcome=f"{blocks} {what}"))
    doubt = "; read it against the page" if choice.expected < DOUBTFUL else ""
    steps.append(ExtractionStep(method="confidence", outcome=f"{choice.expected:.2f}{doubt}"))
    return _Attempt("blocks", choice.blocks, words), posts if choice.opens else None


def page_blocks(tree: Any, posts: Bodies = NO_BODIES) -> list[Placed]:
    """Return all blocks of the page's body but those of a banner that asks for consent."""
    return outside(placed_blocks(next(tree.iter("body"), tree), apart=posts), _is_banner)


def _is_banner(names: str) -> bool:
    lowered = names.lower()
    return any(part in lowered for part in _OF_BANNERS) and _BANNER.search(lowered) is not None


def _second_opinion(tree: Any, url: str, steps: list[ExtractionStep]) -> list[str]:
    if is_too_large(tree):
        steps.append(ExtractionStep(method="trafilatura", outcome="not asked of a page so large"))
        return []
    try:
        read = quick_reading(tree, url)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign code over any input; we read without it
        steps.append(ExtractionStep(method="trafilatura", outcome=_failed(error)))
        return []
    steps.append(ExtractionStep(method="trafilatura", outcome=f"{count_words(read)} words"))
    return read.split("\n")


def _word_count(blocks: Sequence[Block]) -> int:
    return sum(count_words(block.text) for block in blocks)


def _is_suspicious(words: int, reading: _Reading) -> bool:
    """Tell an extraction too short to be all: a stub, or a sliver of a long page."""
    return words < FEWEST_WORDS or (
        words < _SUSPICIOUS_WORDS and words < _SUSPICIOUS_SHARE * count_words(reading.seen)
    )


def _try(
    method: str,
    path: Callable[[Any, str], list[Block]],
    tree: Any,
    url: str,
    steps: list[ExtractionStep],
) -> _Attempt:
    try:
        blocks = path(tree, url)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign code over any input; the next path is tried
        steps.append(ExtractionStep(method=method, outcome=_failed(error)))
        return _Attempt(method, [], 0)
    words = _word_count(blocks)
    steps.append(ExtractionStep(method=method, outcome=f"{words} words"))
    return _Attempt(method, blocks, words)


def _failed(error: Exception) -> str:
    return f"failed: {type(error).__name__}"


def _main_element(tree: Any, url: str) -> list[Block]:
    """Read the element that the page marks as its main one, or the body, without its furniture."""
    del url
    marked = tree.xpath("//main | //article | //*[@role='main']") or tree.xpath("//body") or [tree]
    largest = max(
        marked, key=lambda element: len(etree.tostring(element, method="text", encoding="unicode"))
    )
    return blocks_of(largest)


_FALLBACKS: tuple[tuple[str, Callable[[Any, str], list[Block]]], ...] = (
    ("trafilatura, favouring recall", generous_reading),
    ("main element", _main_element),
)
