"""Which blocks of a page to keep, and what the result is worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from casebook.extractors.text.passages import Block
from casebook.extractors.web.blocks.belonging import LONGEST_HEADING, TOLD, with_what_belongs
from casebook.extractors.web.blocks.besides import besides_of, calls_of
from casebook.extractors.web.blocks.block_features import NAMES, Matrix, features, words_of
from casebook.extractors.web.blocks.block_model import best_cut, expected_f1, probabilities
from casebook.extractors.web.blocks.bold_lines import with_bold_headings
from casebook.extractors.web.blocks.contents import without_part_of_contents
from casebook.extractors.web.blocks.controls import without_controls
from casebook.extractors.web.blocks.questions import folds_of, jobs_of
from casebook.extractors.web.blocks.repeats import repeats_of, without_pulled, without_repeats
from casebook.extractors.web.blocks.spans import Span, spans_of
from casebook.extractors.web.bodies import NO_BODIES, Bodies
from casebook.extractors.web.markup.tree_blocks import Place, Placed
from casebook.extractors.web.page_kind import PageKind
from casebook.extractors.web.threads.posts import with_own_sections, with_posters
from casebook.extractors.web.threads.whole_posts import opens_with_post, whole_posts

DOUBTFUL = 0.85
"""Expected F1 under which the reading is worth a look against the page."""

_LIKES = 3
_SHARED = 0.6
_GENERATIONS = 3
_TINY = 1e-6
_TRUST, _TRUST_OF_OFFERS = 1.5, 2.0
_LOST, _FAIR = 0.25, 0.5
_NOT_THE_AUTHORS = 4.0
_THREAD = 0.9
_INSIDE = 1.0
_LINKED = 0.5
_PROSE_LEVEL = 7
_LEVELS = 8
_REPEATED_LINE, _REPEATED_PART = 10, 150
_JOBS, _CONTROLS = "of open positions that fold", "that are buttons, or label another part"


@dataclass(frozen=True, slots=True)
class Choice:
    """The blocks kept, in reading order, and the word-level F1 that the model expects of them.

    ``opens``: whether a thread is opened by the first of its posts; else they comment on a text.
    ``left_out``: how many blocks stand in the text and are none of it, by what they are.
    """

    blocks: list[Block]
    expected: float
    opens: bool = True
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the blocks of a page stand to each other.

    ``likes``: for each block the name that it shares with its likes. ``repeats``: the places that
    say the same, the longest text first. ``besides``: whether a block is what buyers
    say or belongs to other goods, on the page of an offer; in a text, whether it calls to act.
    """

    likes: list[str]
    repeats: list[list[Span]]
    besides: Matrix


def choose(
    placed: Sequence[Placed], reading: Sequence[str], kind: PageKind, posts: Bodies = NO_BODIES
) -> Choice:
    """Return the blocks of a page of ``kind`` that are its text.

    ``reading`` are the paragraphs that trafilatura keeps: evidence, not the result. ``posts`` are
    the bodies of the posts of a thread, as far as the page tells them.
    """
    if not placed:
        return Choice([], 0.0)
    tokens = [words_of(one.block.text) for one in placed]
    matrix = features(placed, tokens, reading, kind)
    words = [len(found) for found in tokens]
    layout = layout_of(placed, tokens, kind)
    chances = probabilities(matrix)
    kept, expected = decide(chances, matrix, layout, words)
    if posts:
        kept = whole_posts(placed, kept, words, posts)
        kept = without_repeats(kept, layout.repeats, words, _fewest_repeated(matrix))
        expected = expected_f1(chances, kept, words)
    own = np.where(layout.besides, 0.0, chances)
    is_told = kind in TOLD
    folds = folds_of(placed, words, layout.likes) if is_told and kept.any() else []
    kept = with_what_belongs(placed, kept, words, layout.likes, folds, kind=kind, chances=own)
    jobs = [n for n in jobs_of(placed, folds, kept, words) if kept[n]]
    kept[jobs] = False
    kept = without_part_of_contents(placed, kept)
    pressed = kept
    if is_told:
        pressed = without_pulled(placed, kept, tokens)
        kept = without_controls(placed, pressed, words)
    left_out = {_JOBS: len(jobs), _CONTROLS: int((pressed & ~kept).sum())}
    chosen = with_posters([one for one, keep in zip(placed, kept, strict=True) if keep], posts)
    chosen = with_own_sections(chosen, posts) if posts else chosen
    opens = opens_with_post(chosen, posts) if posts else True
    blocks = with_bold_headings(chosen) if is_told else [one.block for one in chosen]
    return Choice(blocks, expected, opens, {what: n for what, n in left_out.items() if n})


def layout_of(placed: Sequence[Placed], tokens: Sequence[Sequence[str]], kind: PageKind) -> Layout:
    """Return how the blocks ``placed`` stand to each other; ``tokens`` are their words."""
    spans = spans_of(placed)
    likes = [_signature(one.place) for one in placed]
    besides = np.zeros(len(placed), dtype=bool)
    if kind is PageKind.PRODUCT:
        besides = besides_of(placed, spans)
    elif kind in TOLD:
        besides = calls_of(placed, spans, list(map(len, tokens)))
    return Layout(likes, repeats_of(placed, tokens, spans), besides)


def decide(
    chances: Matrix, matrix: Matrix, layout: Layout, words: Sequence[int]
) -> tuple[Matrix, float]:
    """Return which blocks to keep, and the F1 that ``chances`` promise for them.

    ``matrix`` are their features, ``words`` how many each has. Blocks with the same likes share
    most of their verdict: the posts of a thread, the cards of a list stay or go together.
    """
    chances = _leaning(chances, matrix, layout.besides, words)
    shared = _shared(chances, layout.likes, words)
    kept = shared >= best_cut(shared, words)
    if _column(matrix, "is_article")[0]:
        kept = _without_bare_headings(kept, _levels(matrix, words))
    kept = without_repeats(kept, layout.repeats, words, _fewest_repeated(matrix))
    return kept, expected_f1(chances, kept, words)


def _fewest_repeated(matrix: Matrix) -> int:
    """Return from how many words on a text that repeats an earlier one is a second copy of it.

    A line of prose on offers and in threads; elsewhere a part of the page set for two widths of
    screen, for manuals and landing pages repeat their notes on purpose.
    """
    often = _column(matrix, "is_product")[0] or _column(matrix, "is_forum")[0]
    return _REPEATED_LINE if often else _REPEATED_PART


def _leaning(chances: Matrix, matrix: Matrix, besides: Matrix, words: Sequence[int]) -> Matrix:
    """Return ``chances`` moved to what is known beside the pages that the trees were fitted on.

    On a page that sells something, to what trafilatura keeps: they are too few to learn from. On an
    article, away from what it drops: articles differ from site to site more than their sample
    shows. The comments of readers are not what the author says, and what stands ``besides`` an
    offer is not the seller's; where they are nearly all of a page, though, it is a thread.
    """
    agrees, told = 2 * _column(matrix, "kept") - 1, _column(matrix, "is_article")
    sold, counts = _column(matrix, "is_product"), np.array(words)
    others = np.maximum((told + sold) * _comments(matrix), besides)
    if (others * counts).sum() >= _THREAD * counts.sum():
        others = np.zeros(len(counts))
    score = _log_odds(chances) - _NOT_THE_AUTHORS * others
    data = (_column(matrix, "row") > 0) & (_column(matrix, "linked") < _LINKED)
    score += _TRUST_OF_OFFERS * sold * np.where(data, 1, agrees) * (1 - others)
    trust = _TRUST * _sound(_chances(score) * counts, _column(matrix, "kept"))
    return _chances(score + trust * told * np.minimum(agrees, 0))


def _sound(expected: Matrix, kept: Matrix) -> float:
    """Return how far what trafilatura drops can be believed, from 0 to 1.

    ``expected`` are the words of each block that are likely right: a reading that lacks most of
    them has lost the text, and what it drops tells nothing.
    """
    share = (expected * kept).sum() / max(expected.sum(), _TINY)
    return float(np.clip((share - _LOST) / (_FAIR - _LOST), 0, 1))


def _comments(matrix: Matrix) -> Matrix:
    """Tell the blocks in a place named for comments of which trafilatura keeps next to nothing."""
    named = _column(matrix, "inner_comment") <= _INSIDE
    return named & (_column(matrix, "kept") < 1 / 2) & (_column(matrix, "kept_in_1") < 1 / 10)


def _levels(matrix: Matrix, words: Sequence[int]) -> Matrix:
    """Return the level of each heading, that of prose for paragraphs set as one and the rest."""
    levels = _column(matrix, "level")
    return np.where(np.array(words) > LONGEST_HEADING, _PROSE_LEVEL, levels)


def _without_bare_headings(kept: Matrix, levels: Matrix) -> Matrix:
    """Return ``kept`` without headings under which nothing is: those of what was left out."""
    kept = kept.copy()
    text, heads = len(kept), [len(kept)] * _LEVELS
    for at in range(len(kept) - 1, -1, -1):
        level = int(levels[at])
        if level < _PROSE_LEVEL:
            kept[at] &= text < min(heads[: level + 1])
            heads[level] = at
        elif kept[at]:
            text = at
    return kept


def _signature(place: Place | None) -> str:
    """Return the tags and classes of a place and of the two around it: its likes have the same."""
    parts = []
    for _ in range(_GENERATIONS):
        if place is not None:
            parts.append(place.signature)
            place = place.parent
    return "/".join(parts)


def _shared(chances: Matrix, likes: Sequence[str], words: Sequence[int]) -> Matrix:
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(likes):
        groups.setdefault(name, []).append(number)
    score = _log_odds(chances)
    weights = np.sqrt(np.array(words) + 1.0)
    mixed = score.copy()
    for group in groups.values():
        if len(group) >= _LIKES:
            mean = (score[group] * weights[group]).sum() / weights[group].sum()
            mixed[group] = (1 - _SHARED) * score[group] + _SHARED * mean
    return _chances(mixed)


def _chances(log_odds: Matrix) -> Matrix:
    return 1 / (1 + np.exp(-log_odds))


def _column(matrix: Matrix, name: str) -> Matrix:
    return matrix[:, NAMES.index(name)]


def _log_odds(chances: Matrix) -> Matrix:
    safe = np.clip(chances, _TINY, 1 - _TINY)
    return np.log(safe / (1 - safe))
