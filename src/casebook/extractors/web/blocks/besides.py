"""What stands on a page and is no part of it.

On that of an offer: what buyers say, other goods. In a text: calls to subscribe or sign up.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from casebook.extractors.web.blocks.place_features import LIKED, TOKEN
from casebook.extractors.web.blocks.spans import Span
from casebook.extractors.web.markup.tree_blocks import Place, Placed

# Names of the part itself, then of the services that shops take it from.
_OPINIONS = re.compile(
    r"\b(?:reviews|review (?:lists?|items?|widget|section|container)|customer review"
    r"|\w*bewertungen|\w*rezensionen|recensioni|opiniones"
    r"|bazaarvoice|feefo|jdgm|judgeme|loox|okendo|powerreviews|spr|stamped|trustpilot|yotpo)\b"
)
_GOODS = re.compile(
    r"\b(?:related|recommend\w*|similar\w*|upsells?|crosssells?|(?:up|cross) sells?|also|sims"
    r"|recently (?:viewed|seen)|frequently bought|complementary)\b"
)
# What the press said, and what the seller chose to quote, is part of the offer.
_QUOTED = re.compile(r"\b(?:editorial|press|experts?|critics?|media|descr\w*|spec\w*)\b")
# What such calls are named, by their class alone: a heading about sign-ups has it for its id.
_CALLS = re.compile(
    r"\b(?:newsletters?|subscribe|subscription (?:form|box|widget)|sign ?up|cta|advert\w*"
    r"|sponsor\w*|ad (?:unit|slot|block|container|wrapper|feedback))\b"
)
_LONGEST_CALL, _CALL = 80, 0.2
_ALIKE = 2


def besides_of(placed: Sequence[Placed], spans: Mapping[Place, Span]) -> Any:
    """Tell for each block whether it stands among the opinions of buyers or among other goods.

    That is in a place named for them in which likes repeat (opinions, cards of goods), and which
    holds no main heading: what does is the page itself, or the column of the offer.
    """
    beside = np.zeros(len(placed), dtype=bool)
    headings = np.cumsum([0, *(one.level == 1 for one in placed)])
    repeating = _repeating(spans)
    for place, (start, end) in spans.items():
        is_page = place.parent is None or headings[end] > headings[start]
        if not is_page and place in repeating and _is_named(place):
            beside[start:end] = True
    return beside


def calls_of(placed: Sequence[Placed], spans: Mapping[Place, Span], words: Sequence[int]) -> Any:
    """Tell for each block whether it stands in a call on readers to do something, named so.

    It has few of the ``words`` that each block has: a letter may be called a newsletter whole.
    """
    called = np.zeros(len(placed), dtype=bool)
    before = np.cumsum([0, *words])
    most = min(_LONGEST_CALL, _CALL * before[-1])
    calls = cache(lambda signature: _CALLS.search(" ".join(TOKEN.findall(signature)).lower()))
    for place, (start, end) in spans.items():
        if before[end] - before[start] <= most and calls(place.signature):
            called[start:end] = True
    return called


def _is_named(place: Place) -> bool:
    names = " ".join(TOKEN.findall(place.names)).lower()
    if _GOODS.search(names):
        return True
    return bool(_OPINIONS.search(names)) and not _QUOTED.search(names)


def _repeating(spans: Mapping[Place, Span]) -> set[Place]:
    """Return the places in which, at any depth, likes stand side by side."""
    found: set[Place] = set()
    for place in sorted(spans, key=lambda one: -one.number):
        if place in found or any(_is_alike(*likes) for likes in place.children.items()):
            found.add(place)
            if place.parent is not None:
                found.add(place.parent)
    return found


def _is_alike(signature: str, count: int) -> bool:
    """Tell likes, by their class or by their tag, from the paragraphs of one text."""
    return count >= _ALIKE and (not signature.endswith(" ") or signature.strip() in LIKED)
