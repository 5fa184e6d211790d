"""Who signs a page: in what is marked up as the author's, or in a line by the headline."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from trafilatura.json_metadata import normalize_authors

from casebook.extractors.text.authors import (
    AROUND_A_NAME,
    LONGEST_BYLINE,
    MOST_AUTHORS,
    OFFICE,
    clean_authors,
)
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.linked_data import names_of, written_things
from casebook.extractors.text.months import MONTH

# In small letters, behind a comma: it has as few capitals as a sentence.
_SMALL_OFFICE = re.compile(
    rf"(?:,| and| &)(?: [a-z-]+){{0,4}} (?:{OFFICE}|team)\b[^,]*?(?=,| and [^\W\d_a-z]|$)"
)
# With capitals, up to the next comma or name.
_LARGE_OFFICE = re.compile(
    rf",(?: (?!and )[\w&/-]+){{0,5}} (?i:{OFFICE})\b[^,]*?(?=,| (?:and|&) [^\W\d_a-z]|$)"
)
# What may be names in small letters alone: no address, no code, no sentence with its full stop.
_SPELLED = re.compile(r"[^\W\d_][^\d_@:/()\[\]{}<>=#*!?]*(?<!\.)")
_PARTICLES = frozenset("al bin da de del den der di du el ibn la las los van von y zu".split())
_NAMED = re.compile(r"[Aa]uthor(?:[\w-]*[_-])?[Nn]ame")
_TELLING = (
    re.compile(r" (?:rel|itemprop|class|id)=author(?: name)? |[Aa]uthor(?:[\w-]*[_-])?[Nn]ame"),
    re.compile(r"=byline |author|posted-by"),
    re.compile(r"[Aa]uthor|writer|[Bb]yline"),
)
_APART = re.compile(
    r"\b[Cc]omment(?!ator)|sidebar|[Rr]elated|quote|testimonial|reviewer|\bcard", re.ASCII
)
# Some publishing systems hang the name on the page itself: class="hentry author-ada-lind".
_PAGES = frozenset({"article", "main", "body"})
_ARTICLES = frozenset({"article", "main"})
_WORDLESS = frozenset({"time", "figure", "script"})
_BY = re.compile(r"(?:(?:written|posted|words|story)\s+)?by\b:?\s*(.*)", re.IGNORECASE)
# In their own language alone: "por" and "di" mean much in others.
_BY_ABROAD = {
    language: re.compile(rf"(?:(?:{verb})\s+)?{by}\b:?\s*(.*)", re.IGNORECASE)
    for language, verb, by in (
        ("de", "geschrieben|verfasst|veröffentlicht|text|artikel|beitrag", "von"),
        ("fr", "écrit|rédigé|publié|propos recueillis", "par"),
        ("es", "escrito|publicado", "por"),
        ("pt", "escrito|publicado", "por"),
        ("it", "scritto|pubblicato|articolo|a cura", "di"),
        ("nl", "geschreven|gepubliceerd", "door"),
    )
}
# Behind a colon, or in the next text: "Author guidelines" names nobody.
_AUTHOR = re.compile(
    r"(?:authors?|autor(?:in|en|es|a)?|auteure?s?|autore)\s*(?::\s*(.*))?", re.IGNORECASE
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AUTHOR_SIGNS = re.compile(
    r"(?:^|[\s|｜・])(?:著者|作者|執筆者?|筆者)\s*[:：]\s*([^|｜\u3000/／\d]{2,30})"
)
_AND_IN_OTHERS = ("und", "et", "y", "e", "en")
_AND_ABROAD = re.compile(
    rf"(?<=\w) (?:{'|'.join(_AND_IN_OTHERS)}) (?=[^\W\d_a-z][\w.'’-]* [^\W\d_a-z])"
)
_AND = frozenset({",", "and", "&", ", and", ", &", *_AND_IN_OTHERS})
# Names have capitals; one word alone is a login.
_SIGNATURE = re.compile(
    r"[^\W\d_a-z][\w.'’-]*(?:,? (?:[^\W\d_a-z]|and |& |"
    rf"(?:{'|'.join(_PARTICLES - {'y', 'zu'})}) [^\W\d_]).*)?$|\w[\w-]*$"
)
_INLINE = frozenset({"a", "b", "em", "i", "span", "strong", "cite"})
_UNSIGNED = re.compile(
    r"\s*[|·•]\s*|\s+[-–—]\s+|,?\s+(?:le|am|el|em|il|op)\s+\d.*|\s+\d.*"
    r"|\s*(?:发布|发表|更新|公開).*|,?\s+(?:edited|illustrated|reviewed) by\b.*"
    rf"|,?\s+(?:on |at )?{MONTH}.*",
    re.IGNORECASE,
)
_BY_HEADLINE = (
    "following::text()[normalize-space()][position() <= 30]",
    "preceding::text()[normalize-space()][position() <= 10]",
)
# Of what is marked up as the author's so much is read: a name stands in its beginning.
_READ = 400
# And so much of a single text, white space included: one may be a whole article, too.
_MOST_OF_TEXT = 4_000
_OF_WORDS = 0.5
_MOST_LINES = 100
_STATED = "//head/meta[contains(translate(@name, 'A', 'a'), 'author')]/@content"
_FULL_NAME = 2  # words
_LETTERS = 3


def byline(tree: Any) -> str | None:
    """Return who signs the page: the name in what is marked up as the author's, or "By …"."""
    around = _around_headline(tree)
    own = (element for element in _signed(tree) if not _is_set_apart(element, around))
    marked = list(islice(own, _MOST_LINES))  # each is compared with all
    for telling in _TELLING:
        for element in marked:
            if telling.search(_marks(element)) and (names := _names_on(element, marked, around)):
                return names
    language = (tree.get("lang") or "")[:2].lower()
    for top in islice(tree.iter("h1"), 1):
        for side in _BY_HEADLINE:
            lines = top.xpath(side)
            for at, line in enumerate(lines):
                name = _said_to_sign(line, lines[at + 1 :], language)
                if _SIGNATURE.match(name) and _is_alone(line) and (names := _names_in(name)):
                    return names
    return None


def _said_to_sign(line: Any, behind: Sequence[Any], language: str) -> str:
    """Return whom a line, or what stands ``behind`` it, says to have written the page."""
    text = one_line(line)
    if signed := _AUTHOR_SIGNS.search(text):
        return signed[1].strip()
    by = _BY.fullmatch(text)
    said = by or _said_abroad(line, text, language) or _AUTHOR.fullmatch(text)
    if not said:
        return ""
    if not (name := said[1]):
        name, behind = one_line(behind[0]) if behind else "", behind[1:]
    if not by:
        name = _AND_ABROAD.sub(", ", name)
        if " " not in name:  # one word is a login behind "by" alone
            return ""
    while len(behind) > 1 and one_line(behind[0]) in _AND:
        name, behind = f"{name}, {one_line(behind[1])}", behind[2:]
    return name


def _said_abroad(line: Any, text: str, language: str) -> re.Match[str] | None:
    """Return what is said behind "von", "par" and the like, which begin headings as well.

    So do they what is written in capitals, in which no name shows.
    """
    abroad = _BY_ABROAD.get(language)
    if abroad is None or text.isupper() or _holder(line).tag in _HEADINGS:
        return None
    return abroad.fullmatch(text)


def _names_on(element: Any, marked: Sequence[Any], around: Collection[Any]) -> str | None:
    """Return the names in ``element``, and on the cards like it that stand right behind it.

    None of several behind the article, each of whom signs another page.
    """
    within = islice(element.iterdescendants(), _MOST_LINES)
    first = next((one for one in within if _NAMED.search(one.get("class") or "")), element)
    if not (found := _names_in(_beginning(first))):
        return None
    alike = (one for one in marked if one is not first and one.attrib == first.attrib)
    last, count = first, 1
    for one in islice(alike, MOST_AUTHORS):
        names = _names_in(_beginning(one))
        count += 1
        if not _stand_together(last, one, count):
            apart = names and names != found
            return None if apart and _is_behind_article(first, around) else found
        found, last = normalize_authors(found, names or ""), one
    return found


def _stand_together(one: Any, other: Any, count: int) -> bool:
    """Tell whether the part of the page that holds both has room for ``count`` names alone."""
    above = set(one.iterancestors())
    both = next((each for each in other.iterancestors() if each in above), None)
    room = min(_READ, count * LONGEST_BYLINE // 2)
    return both is not None and len(_beginning(both)) < room


def _is_behind_article(element: Any, around: Collection[Any]) -> bool:
    articles = [one for one in around if one.tag in _ARTICLES]
    return bool(articles) and set(articles).isdisjoint(element.iterancestors())


def _signed(tree: Any) -> list[Any]:
    """Return what is marked up as the author's. One pass in Python: half of the time of an XPath.

    Nor is it the square of what is found, as with one that goes from attributes to their elements.
    """
    return [
        element
        for element in tree.iter("*")
        if element.tag == "author" or (_signs(element) and element.tag not in _PAGES)
    ]


def _signs(element: Any) -> bool:
    named = element.get("class") or ""
    return (
        "uthor" in named
        or "yline" in named
        or "posted-by" in named
        or "writer" in named
        or "uthor" in (element.get("id") or "")
        or "author" in (element.get("itemprop") or "")
        or element.get("rel") == "author"
    )


def _is_alone(line: Any) -> bool:
    """Tell a line that is no part of a paragraph."""
    block = _holder(line)
    return block is None or len(one_line(" ".join(block.itertext()))) < LONGEST_BYLINE


def _holder(line: Any) -> Any:
    """Return the part of the page that a line is of."""
    holder = line.getparent()
    return holder.getparent() if line.is_tail or holder.tag in _INLINE else holder


def _marks(element: Any) -> str:
    found = (f" {name}={element.get(name)} " for name in ("rel", "itemprop", "id", "class"))
    return "".join(found)


def as_spelled(names: Sequence[str], tree: Any) -> tuple[str, ...]:
    """Return ``names`` as the page writes them: trafilatura drops full stops, digits and case."""
    if not names:
        return ()
    described = (names_of(thing.get("author")) for thing in written_things(tree))
    stated = list(islice(chain(tree.xpath(_STATED), chain.from_iterable(described)), _MOST_LINES))
    spelled = {name: found for name in names if (found := _spelled(name, stated))}
    if len(spelled) < len(set(names)):  # most pages state them, and need no look at all elements
        signed = (_beginning(element) for element in _signed(tree))
        lines = list(islice(signed, _MOST_LINES - len(stated)))
        spelled = {name: spelled.get(name) or _spelled(name, lines) or name for name in names}
    return tuple(spelled[name] for name in names)


def _spelled(name: str, lines: Iterable[str]) -> str | None:
    """Return how the first of ``lines`` that has ``name`` spells it, None where none has."""
    words = r"[^\w\n]{1,2}".join(map(re.escape, re.findall(r"\w+", name)))
    text = "\n".join(line[:LONGEST_BYLINE] for line in lines)
    found = re.search(rf"(?<!\w){words}\d{{0,4}}(?!\w)", text, re.IGNORECASE)
    return found.group() if found else None


def _around_headline(tree: Any) -> set[Any]:
    """Return what holds the headline: the page itself, whatever it is called."""
    return {around for top in islice(tree.iter("h1"), 1) for around in top.iterancestors()}


def _is_set_apart(element: Any, page: Collection[Any]) -> bool:
    """Tell what stands in a comment, a sidebar or a list of other pages, within the ``page``."""
    within = (one for one in (element, *element.iterancestors()) if one not in page)
    return any(_APART.search(f"{one.get('class')} {one.get('id')}") for one in within)


def _beginning(element: Any) -> str:
    """Return the first words in ``element``, on one line: whole articles may be marked up so."""
    read, length = list[str](), 0
    for text in _texts(element):
        read.append(text)
        length += len(one_line(text))
        if length > _READ:
            break
    return one_line(" ".join(read))[:_READ]


def _texts(element: Any) -> Iterator[str]:
    """Yield the texts in ``element``, but for those in a time, a figure or a script."""
    if not _WORDLESS.isdisjoint(one.tag for one in (element, *element.iterancestors())):
        return
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, one in walk:
        if event != "start":
            text = one.tail if one is not element else None
        elif one.tag in _WORDLESS:
            walk.skip_subtree()
            text = None
        else:
            text = one.text
        if text:
            yield text[:_MOST_OF_TEXT]


def _names_in(line: str) -> str | None:
    """Return the names in a line, None where it has none: most words of a name have capitals."""
    signed = _UNSIGNED.split(line, maxsplit=1)[0]
    fewest = _LETTERS if signed.isascii() else _LETTERS - 1  # 李雷
    if not fewest <= len(signed) < LONGEST_BYLINE:
        return None
    text = _LARGE_OFFICE.sub("", _SMALL_OFFICE.sub("", signed))
    found = normalize_authors(None, text)
    return found if clean_authors(found) and not _is_prose(text, found) else None


def _is_prose(line: str, names: str | None) -> bool:
    """Tell the beginning of a sentence: ``names``, which were given capitals, have few in it.

    Scripts without capitals tell nothing, nor do particles; and some write all of a name small.
    """
    bare = AROUND_A_NAME.sub("", line)
    if bare.islower() and _SPELLED.fullmatch(bare):
        return False
    words = re.findall(r"[^\W\d_]+", names or "")
    small = [word for word in words if _is_small(word.lower(), line)]
    return len(words) > _FULL_NAME and len(small) > _OF_WORDS * len(words)


def _is_small(word: str, line: str) -> bool:
    has_capitals = word.upper() != word
    return has_capitals and word not in _PARTICLES and bool(re.search(rf"\b{word}\b", line))
