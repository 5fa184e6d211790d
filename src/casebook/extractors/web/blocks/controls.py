"""Lines in a text that are no words of it: what is pressed, "Advertisement", "Loading…". Pure."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from casebook.extractors.text.characters import one_line
from casebook.extractors.web.blocks.block_features import Matrix
from casebook.extractors.web.blocks.questions import folds_something
from casebook.extractors.web.markup.tree_blocks import Placed

_LONGEST = 8
_CHOOSING = frozenset({"tab", "option", "radio", "switch"})
_POINTS = frozenset({"li", "td", "th", "tr", "table", "dt", "dd"})
# What stands over the place of an advertisement, which a script fills.
_LABEL = re.compile(
    r"\W*(?:advertisements?|advertising|ad feedback|sponsored(?: content)?|ads by \w+|anzeige"
    r"|werbung|publicité|annonce|publicidad|publicidade|pubblicità|advertentie|reklama?|annons"
    r"|реклама|広告|pr|广告|廣告"
    # In the place of a part that a script fetches, and beside the headings of wikis.
    r"|loading|wird geladen|chargement(?: en cours)?|cargando|carregando|caricamento|загрузка"
    r"|読み込み中|加载中|\[\s?(?:edit|bearbeiten|modifier|editar|modifica|bewerken|править|編集|编辑)"
    r"(?: \| [^\]]{1,30})?\s?\])\W*",
    re.IGNORECASE,
)


def without_controls(placed: Sequence[Placed], kept: Matrix, words: Sequence[int]) -> Matrix:
    """Return ``kept`` without lines that are buttons, or label the place of something else.

    What opens a part of the text, or chooses one, names that part.
    """
    kept = kept.copy()
    for n, one in enumerate(placed):
        if kept[n] and words[n] <= _LONGEST and not one.level:
            kept[n] = not (_labels(one) or _is_pressed(one))
    return kept


def _labels(one: Placed) -> bool:
    """Tell such a label; a point of a list or a cell may be a word of the text: "Advertising"."""
    places = (one.place, one.place.parent)
    is_point = any(place is not None and place.tag in _POINTS for place in places)
    return not is_point and _LABEL.fullmatch(one.block.text) is not None


def _is_pressed(one: Placed) -> bool:
    """Tell a line of which no word is left without its buttons: "Like 212"."""
    element = one.place.element
    buttons = (
        [element] if element.tag == "button" else list(islice(element.iter("button"), _LONGEST))
    )
    rest = one_line(one.block.text)
    for button in buttons:
        rest = rest.replace(one_line(" ".join(button.itertext())), " ", 1)
    is_all = bool(buttons) and not any(map(str.isalpha, rest))
    return is_all and not (folds_something(one) or any(map(_chooses, buttons)))


def _chooses(button: Any) -> bool:
    return button.get("role") in _CHOOSING
