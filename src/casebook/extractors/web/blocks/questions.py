"""What a reader opens with a click in a text: questions with their answers, parts that fold. Pure.

The trees take most of them for furniture, for menus and notes on cookies fold as well. So it is
told by what folds: lines, several and alike, each over prose that is no list of links, in or below
the text, and in no part of the page that is named for something else.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

from casebook.extractors.text.references import stands_over_references
from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.blocks.place_features import TOKEN
from casebook.extractors.web.blocks.spans import Span, spans_of
from casebook.extractors.web.markup.tree_blocks import Place, Placed

_FEWEST, _LONGEST_LINE = 2, 40
"""Lines of one kind, and words of a line."""

_MOST = 300
"""Lines of one kind that are looked at."""

_SHORTEST, _PROSE = 5, 8
"""Words of what is under a line, as a rule, and of a paragraph of prose."""

_LINKED, _MOSTLY = 0.3, 0.5
_UPWARDS = 4
"""Places around a line that may say that it folds something."""

_CLICKED, _FIRST = ("button", "a", "div", "h3"), 3
"""What within a line may be its control, and how many of these, and around it, are looked at."""

_TOGGLES = frozenset({"collapse", "accordion"})
_ASKED = re.compile(r"faq|accordion|q(?:uestions?)?[-_ ]?(?:and|&|n)[-_ ]?a", re.IGNORECASE)
_CONTROLLING = frozenset({"aria-expanded", "data-toggle", "data-bs-toggle"})
_FARTHEST = 16
"""Elements around a control that are looked at; a line that holds one further in is a frame."""

_ENDS = re.compile(r"[.!?:;…。！？][\"'”’)\]]*\s*\Z")
_FEW = 3
"""Main headings of a page that are looked at."""

_PAGE = frozenset({"html", "body", "main", "article"})
_OTHER_TAGS = frozenset({"nav", "footer", "header", "aside", "form", "dialog", "menu"})
_OTHER_ROLES = frozenset(
    {"navigation", "menu", "menubar", "dialog", "alertdialog", "contentinfo", "banner",
     "complementary", "search", "tree"}
)  # fmt: skip
# The last of these are makers of banners that ask for consent.
_OTHER_NAMES = re.compile(
    r"\b(?:nav|menu|navbar|navigation|footer|sidebar|cookies?|consent|gdpr|privacy|filters?|facets?"
    r"|breadcrumbs?|toc|modal|popup|offcanvas|drawer|share|comments?|newsletters?|subscribe"
    r"|related (?:posts?|articles?|stories|reading)|chat (?:widget|window|box)|author (?:bio|box)"
    r"|onetrust|cookiebot|usercentrics|didomi|trustarc|iubenda|complianz|osano|borlabs)\b"
)
# Open positions, by what stands over them, which says no more, or what each ends with.
_HIRING = re.compile(
    r"(?:(?:\A|[:–—|!.,-])\W*(?:(?:our|all|see|view|unsere|aktuelle|nos|nuestras) )?"
    r"(?:we(?:['’]re| are) hiring|open (?:roles|positions|jobs)|(?:job|current) openings"
    r"|vacancies|(?:roles|positions|jobs) (?:open|available)|offene stellen"
    r"|stellen(?:angebote|anzeigen)|wir stellen ein|nous recrutons|(?:offres d[’']|postes )emplois?"
    r"|postes ouverts|vacantes|ofertas de (?:empleo|trabajo)|vagas(?: abertas)?|posizioni aperte"
    r"|vacatures)\b(?:\W+\w+){0,4}"
    r"|[^。，]{0,6}(?:採用情報|募集(?:中|職種|要項)|招聘|职位)\w{0,2})\W*\Z",
    re.IGNORECASE,
)
_APPLIES = re.compile(
    r"\W*(?:apply(?: now| here| today| online| for [\w ]{1,30})?|(?:view|see) (?:the )?(?:job|role"
    r"|position)|(?:jetzt |hier )?bewerben|postuler(?: ici| maintenant)?|solicitar|candidat\w+"
    r"|solliciteer(?: nu)?|応募(?:する|はこちら)|(?:立即)?(?:申请|投递)(?:职位|简历)?)\W*",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"\b(?:cookies?|trackers?|advertising partners|legitimate interests?"
    r"|(?:necessary|required) for (?:the|this|our) (?:web ?)?site)\b",
    re.IGNORECASE,
)


class Fold(NamedTuple):
    """A line that a reader clicks, by its number, and the end of what it opens.

    ``job`` marks one of the open positions that a site hangs on its texts.
    """

    line: int
    end: int
    job: bool = False


def folds_of(placed: Sequence[Placed], words: Sequence[int], likes: Sequence[str]) -> list[Fold]:
    """Return what folds on a page and may be text: groups of lines with prose under each."""
    lines: dict[str, list[int]] = defaultdict(list)
    near = _near_controls(placed[0].place.element.getroottree()) if placed else set()
    for n, one in enumerate(placed):
        short = 0 < words[n] <= _LONGEST_LINE
        if short and _may_fold(one, near) and folds_something(one):
            lines[likes[n]].append(n)
    groups = [group[:_MOST] for group in lines.values() if len(group) >= _FEWEST]
    spans = spans_of(placed) if groups else {}
    found = [fold for group in groups for fold in _group(placed, words, group, spans)]
    return sorted(found)


def folded(folds: Sequence[Fold], kept: Matrix) -> Iterator[int]:
    """Yield the blocks of the ``folds`` in or below the text that is ``kept``."""
    first = next((n for n, keep in enumerate(kept) if keep), len(kept))
    for fold in folds:
        if fold.line > first and not fold.job:
            yield from range(fold.line, fold.end)


def jobs_of(
    placed: Sequence[Placed], folds: Sequence[Fold], kept: Matrix, words: Sequence[int]
) -> list[int]:
    """Return the blocks of the open positions that fold below a text, and the heading over them.

    None where they are half of what is ``kept``: then they are what the page tells.
    """
    inside = [n for fold in folds if fold.job for n in range(fold.line, fold.end)]
    over = (n - 1 for fold in folds if fold.job for n in [fold.line] if n and placed[n - 1].level)
    inside += [n for n in over if _HIRING.search(placed[n].block.text)]
    told = sum(count for count, keep in zip(words, kept, strict=True) if keep)
    theirs = sum(words[n] for n in set(inside) if kept[n])
    return inside if theirs <= _MOSTLY * told else []


def folds_something(one: Placed) -> bool:
    """Tell a line that says by its markup, or by the names around it, that it opens a part."""
    near = list(islice(one.place.upwards(), _UPWARDS))
    if any(place.tag == "summary" for place in near[:2]):
        return True
    line = one.place.element
    around, within = islice(line.iterancestors(), _FIRST), islice(line.iter(*_CLICKED), _FIRST)
    if any(map(_is_control, (line, *around, *within))):
        return True
    asks = one.block.text.rstrip().endswith(("?", "？"))
    return asks and any(_ASKED.search(place.names) or _asks(place) for place in near)


def _near_controls(tree: Any) -> set[Any]:
    """Return the elements that are near enough to a control to be its line: most are not."""
    near: set[Any] = set()
    # An XPath takes longer, and one of attributes the square of what it finds.
    controls = [one for one in tree.iter("*") if not _CONTROLLING.isdisjoint(one.keys())]
    for control in controls:
        near.update(islice(control.iterancestors(), _FARTHEST))
        level = [control]
        for _ in range(_FIRST + 1):
            near.update(level)
            level = [child for each in level for child in each]
    return near


def _may_fold(one: Placed, near: Container[Any]) -> bool:
    """Tell quickly a line that may fold something, from those that do not."""
    place, text = one.place, one.block.text.rstrip()
    is_line = place.tag == "summary" or (place.parent is not None and place.parent.tag == "summary")
    return is_line or place.element in near or text.endswith(("?", "？"))


def _asks(place: Place) -> bool:
    return "Question" in (place.element.get("itemtype") or "")


def _is_control(element: Any) -> bool:
    get = element.get
    return get("aria-expanded") is not None or not _TOGGLES.isdisjoint(
        (get("data-toggle"), get("data-bs-toggle"))
    )


def _group(
    placed: Sequence[Placed],
    words: Sequence[int],
    lines: Sequence[int],
    spans: Mapping[Place, Span],
) -> Iterator[Fold]:
    """Yield the lines of one kind with what is under each, if that is prose in a text."""
    around = placed[lines[0]].place
    while around.parent is not None and spans[around][1] <= lines[-1]:
        around = around.parent
    titles = [n for n, one in enumerate(placed) if one.level == 1][:_FEW]
    if _is_other(around, spans, titles):
        return
    folds = [
        Fold(n, min(after, _end(placed, n, around, spans)))
        for n, after in pairwise([*lines, spans[around][1]])
        if not stands_over_references(placed[n].block.text)
    ]
    folds = [fold for fold in folds if fold.end > fold.line + 1]
    under = [m for fold in folds for m in range(fold.line + 1, fold.end)]
    if _says_something(placed, words, [fold.line for fold in folds], under):
        are_jobs = _are_jobs(placed, folds)
        yield from (fold._replace(job=are_jobs) for fold in folds)


def _says_something(
    placed: Sequence[Placed], words: Sequence[int], lines: Sequence[int], under: Sequence[int]
) -> bool:
    """Tell lines that name each what is under it, and prose under them, not on cookies."""
    told = sum(words[m] for m in under)
    names = {placed[n].block.text.strip() for n in lines}
    # "Read more" over and over names nothing.
    if len(lines) < _FEWEST or len(names) <= _MOSTLY * len(lines) or told < _SHORTEST * len(lines):
        return False
    on_cookies = sum(bool(_COOKIES.search(placed[m].block.text)) for m in under)
    linked = sum(placed[m].linked * words[m] for m in under)
    prose = sum(words[m] for m in under if _is_prose(placed[m], words[m]))
    return (
        on_cookies <= _MOSTLY * len(under) and linked < _LINKED * told and prose >= _MOSTLY * told
    )


def _are_jobs(placed: Sequence[Placed], folds: Sequence[Fold]) -> bool:
    """Tell open positions, each with a link to apply or all under a heading that says so."""
    first = folds[0].line
    over = (one.block.text for one in placed[max(0, first - _FEW) : first] if one.level)
    asked = sum(placed[fold.line].block.text.rstrip().endswith(("?", "？")) for fold in folds)
    if not asked and any(map(_HIRING.search, over)):
        return True
    told = (any(_applies(placed[m]) for m in range(fold.line + 1, fold.end)) for fold in folds)
    return sum(told) > _MOSTLY * len(folds)


def _applies(one: Placed) -> bool:
    return bool(one.linked or one.button) and bool(_APPLIES.fullmatch(one.block.text))


def _is_prose(one: Placed, words: int) -> bool:
    return bool(words >= _PROSE and _ENDS.search(one.block.text)) or bool(one.block.mark)


def _all_around(place: Place | None) -> Iterator[Place]:
    """Yield the place and all around it; ``upwards`` yields the nearest."""
    while place is not None:
        yield place
        place = place.parent


def _end(placed: Sequence[Placed], line: int, around: Place, spans: Mapping[Place, Span]) -> int:
    """Return the end of the item that a line stands in, right below ``around``.

    Where lines and what is under them stand side by side, it is that of what stands there alike.
    """
    end = spans[_item(placed[line].place, around)][1]
    if end > line + 1 or end >= len(placed):
        return end
    first = _item(placed[end].place, around)
    while end < spans[around][1]:
        item = _item(placed[end].place, around)
        if item.signature != first.signature:
            break
        end = max(end + 1, spans[item][1])
    return end


def _item(place: Place, around: Place) -> Place:
    while place.parent is not None and place is not around and place.parent is not around:
        place = place.parent
    return place


def _is_other(place: Place, spans: Mapping[Place, Span], titles: Sequence[int]) -> bool:
    """Tell a part of the page that is named for something else than its text.

    What holds the main heading is the page, whatever it is named: "with-sidebar".
    """
    for one in _all_around(place):
        begin, end = spans[one]
        if any(begin <= title < end for title in titles):
            return False
        names = " ".join(TOKEN.findall(one.names)).lower()
        named = one.tag not in _PAGE and _OTHER_NAMES.search(names)
        if one.tag in _OTHER_TAGS or one.role in _OTHER_ROLES or named:
            return True
    return False
