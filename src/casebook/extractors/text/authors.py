"""Who wrote a page: as it states it for machines, else as its byline says; cleaned to names."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from trafilatura.json_metadata import normalize_authors

from casebook.extractors.text.characters import one_line
from casebook.extractors.text.linked_data import ASKED, WRITTEN, names_of, of_types, things_of

_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_ROLE = (
    "(?:(?:co-?)?founder|c[etof]o|(?:sr\\.?|senior|junior|managing|executive|associate|guest|staff|"
    "contributing) (?:editor|writer|director|reporter|author)|editor|writer|reporter|director|"
    "author|ph\\.? ?d|m\\.? ?d|mba|cpa|cfp|cfa|cepf|psp|cpp|r\\.? ?n|human)"
)
_NOT_A_NAME = re.compile(
    r"https?:|www\b|@|\.(com|org|net|io|dev)\b|\d{3}|[<>{}\[\]/\\]"
    r"|^(admin\w*|administrator|editor\w*|staff|team|guest|the author|by|user|root|webmaster|"
    r"contributor|anonymous|unknown|undefined|none|null|n/a|editorial|press|news|support|info|marketing|home)$"
    rf"|^{_ROLE}$|^(?:{_MONTH})$|^on (?:{_MONTH})\b"
    r"|\b(get in touch|view all|posts|read more|follow|subscribe|share|minutes?|min read|"
    r"sign up|sign in|log ?in|register|published|updated|comments?)\b",
    re.IGNORECASE,
)
_AROUND_A_NAME = re.compile(
    rf"^(?:(?:written|posted|reviewed|recipe|articles) )?by:?\s+|^author:?\s+|\s+(?:{_MONTH})$",
    re.IGNORECASE,
)
_OFFICE = (
    "founder|co-founder|writer|editor|reporter|consultant|coordinator|attorney|manager|director|ceo|"
    "cto|contributor|analyst|journalist|engineer|member"
)
_KIND_OF_OFFICE = (
    r"(?:(?:former|senior|junior|head|chief|lead|content|marketing|tech|staff|trial|co-?|"
    r"contributing|managing|guest|full|new|well-known|active|super|forum|site)\s+)*"
)
_AFTER_A_NAME = re.compile(
    rf"(?<=\w)\s+{_KIND_OF_OFFICE}(?:{_OFFICE}|reviewed by|joined)\b.*$", re.IGNORECASE
)
_RANK = rf"{_KIND_OF_OFFICE}(?:{_OFFICE}|moderator|admin|administrator)\b"
_SET_BEHIND_A_NAME = re.compile(rf"(?<=\w)(?:\s*[,(]|\s+[-–—|])\s*{_RANK}.*$", re.IGNORECASE)
_RANK_ALONE = re.compile(_RANK, re.IGNORECASE)
# In small letters, behind a comma: it has as few capitals as a sentence.
_SMALL_OFFICE = re.compile(
    rf"(?:,| and| &)(?: [a-z-]+){{0,4}} (?:{_OFFICE}|team)\b[^,]*?(?=,| and [^\W\d_a-z]|$)"
)
# What may be names in small letters alone: no address, no code, no sentence with its full stop.
_SPELLED = re.compile(r"[^\W\d_][^\d_@:/()\[\]{}<>=#*!?]*(?<!\.)")
_PARTICLES = frozenset("al bin da de del den der di du el ibn la las los van von y zu".split())
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
_WORDLESS = frozenset({"time", "figure", "script"})
_BY = re.compile(r"(?:(?:written|posted|words|story)\s+)?by\b:?\s*(.*)", re.IGNORECASE)
# Names have capitals; one word alone is a login.
_SIGNATURE = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:,? (?:[^\W\d_a-z]|and |& ).*)?$|\w[\w-]*$")
_INLINE = frozenset({"a", "b", "em", "i", "span", "strong", "cite"})
_UNSIGNED = re.compile(
    r"\s*[|·•]\s*|\s+[-–—]\s+|\s+\d.*|,?\s+(?:edited|illustrated|reviewed) by\b.*"
    rf"|,?\s+(?:on |at )?(?:{_MONTH}"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b).*",
    re.IGNORECASE,
)
_BY_HEADLINE = (
    "following::text()[normalize-space()][position() <= 30]",
    "preceding::text()[normalize-space()][position() <= 10]",
)
_LONGEST_BYLINE = 120
# Of what is marked up as the author's so much is read: a name stands in its beginning.
_READ = 400
# And so much of a single text, white space included: one may be a whole article, too.
_MOST_OF_TEXT = 4_000
_OF_WORDS = 0.5
_MOST_LINES = 100
_STATED = "//head/meta[contains(translate(@name, 'A', 'a'), 'author')]/@content"
_PROFILE = re.compile(r"/(?:u|users?|members?|profile)/[\w%.-]+")
_NAMES_APART = re.compile(r"\s*;\s*|\s+(?:and|&)\s+(?=[A-Z][\w.'’-]+\s+[A-Z])")
_LONGEST_NAME = 60
_SHORTEST_NAME = 4
_LETTERS = 3
_MOST_AUTHORS = 20
_FULL_NAME = 2  # words


def clean_authors(stated: str | Sequence[str] | None, sites: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the persons named, in order, each once; what is no name (a URL, "admin") goes.

    Beside a full name, a name of one word (a login) and that of one of ``sites`` go too.
    """
    parts = _NAMES_APART.split(stated) if isinstance(stated, str) else list(stated or ())
    names = (_AROUND_A_NAME.sub("", one_line(part)).strip(" ,.-|") for part in parts)
    found = dict.fromkeys(_without_role(name) for name in names if _is_name(name))
    found = {name: None for name in found if not (len(found) > 1 and _RANK_ALONE.fullmatch(name))}
    full = [name for name in found if " " in name and not any(names_site(name, s) for s in sites)]
    return tuple(full or found)[:_MOST_AUTHORS]


def _without_role(name: str) -> str:
    """Return ``name`` without the office that a byline puts behind it."""
    name = without_rank(name)
    bare = _AFTER_A_NAME.sub("", name)
    return bare if " " in bare else name


def without_rank(name: str) -> str:
    """Return ``name`` without the rank or office that is set behind it: "Ada, Senior Member"."""
    return _SET_BEHIND_A_NAME.sub("", name)


def _is_name(name: str) -> bool:
    return (
        bool(name)
        and len(name) <= _LONGEST_NAME
        and not _NOT_A_NAME.search(name)
        and any(character.isalpha() for character in name)
    )


def linked_author(tree: Any) -> str | None:
    """Return the one name that the page's links to author pages carry; None for none or several."""
    links = filter(_leads_to_author, tree.iter("a"))
    names = {name for link in links for name in clean_authors(" ".join(link.itertext()))}
    return names.pop() if len(names) == 1 else None


def _leads_to_author(link: Any) -> bool:
    address = link.get("href", "")
    return "/author/" in address or "/authors/" in address or link.get("rel") == "author"


def written_by(tree: Any) -> str | None:
    """Return the authors of the first article that the page describes in JSON-LD."""
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), WRITTEN))
    names = next(described, [])
    found: str | None = None
    for name in names[:_MOST_AUTHORS]:
        found = normalize_authors(found, name[:_LONGEST_BYLINE])
    return found


def byline(tree: Any) -> str | None:
    """Return who signs the page: the name in what is marked up as the author's, or "By …"."""
    around = _around_headline(tree)
    marked = [element for element in _signed(tree) if not _is_set_apart(element, around)]
    for telling in _TELLING:
        for element in marked:
            if telling.search(_marks(element)) and (names := _names_in(_beginning(element))):
                return names
    for top in islice(tree.iter("h1"), 1):
        for side in _BY_HEADLINE:
            lines = top.xpath(side)
            for line, after in pairwise([*lines, ""]):
                said = _BY.fullmatch(one_line(line))
                name = one_line(said[1] or after) if said else ""
                if _SIGNATURE.match(name) and _is_alone(line) and (names := _names_in(name)):
                    return names
    return None


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
    holder = line.getparent()
    block = holder.getparent() if line.is_tail or holder.tag in _INLINE else holder
    return block is None or len(one_line(" ".join(block.itertext()))) < _LONGEST_BYLINE


def _marks(element: Any) -> str:
    found = (f" {name}={element.get(name)} " for name in ("rel", "itemprop", "id", "class"))
    return "".join(found)


def as_spelled(names: Sequence[str], tree: Any) -> tuple[str, ...]:
    """Return ``names`` as the page writes them: trafilatura drops full stops, digits and case."""
    if not names:
        return ()
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), WRITTEN))
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
    text = "\n".join(line[:_LONGEST_BYLINE] for line in lines)
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
    if not _LETTERS <= len(signed) < _LONGEST_BYLINE:
        return None
    text = _SMALL_OFFICE.sub("", signed)
    found = normalize_authors(None, text)
    return found if clean_authors(found) and not _is_prose(text, found) else None


def _is_prose(line: str, names: str | None) -> bool:
    """Tell the beginning of a sentence: ``names``, which were given capitals, have few in it.

    Scripts without capitals tell nothing, nor do particles; and some write all of a name small.
    """
    bare = _AROUND_A_NAME.sub("", line)
    if bare.islower() and _SPELLED.fullmatch(bare):
        return False
    words = re.findall(r"[^\W\d_]+", names or "")
    small = [word for word in words if _is_small(word.lower(), line)]
    return len(words) > _FULL_NAME and len(small) > _OF_WORDS * len(words)


def _is_small(word: str, line: str) -> bool:
    has_capitals = word.upper() != word
    return has_capitals and word not in _PARTICLES and bool(re.search(rf"\b{word}\b", line))


def asked_by(tree: Any) -> str | None:
    """Return who opened a thread, as it states for machines."""
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), ASKED))
    return next(iter(clean_authors(next(described, []))), None)


def posted_by(tree: Any, opener: str | None = None) -> str | None:
    """Return who opened the thread that begins on this page, if it does not state that itself.

    By microdata, else ``opener``, who is named over it, else the first name that links to a
    profile.
    """
    path = "//h1[1]/following::*[self::a[@href] or @itemprop='name'][position() <= 60]"
    found = [(link, one_line(" ".join(link.itertext()))) for link in tree.xpath(path)]
    for link, name in found:
        if link.xpath("self::*[@itemprop='name']/ancestor::*[@itemprop='author']"):
            return name
    if opener:
        return opener
    for link, name in found:
        # A letter or two stand for a picture of the person.
        if _PROFILE.search(link.get("href") or "") and len(name) >= _LETTERS and _is_name(name):
            return name
    return None


def names_site(part: str, site: str) -> bool:
    """Tell whether ``part`` is the name of ``site``: "Acme Blog" for acmeblog.com."""
    one = re.sub(r"\W|\.\w{2,3}$", "", part.lower())
    other = re.sub(r"\W|^www\.|\.\w{2,3}$", "", site.lower())
    return one == other or (len(one) >= _SHORTEST_NAME and one in other)
