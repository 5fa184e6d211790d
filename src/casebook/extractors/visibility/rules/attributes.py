"""What tags and attributes declare by themselves: links, buttons, old HTML and MathML. Pure.

As browsers do (the HTML standard, "Rendering"; MathML Core); a style of any sheet wins over it.
"""

import re
from typing import Any

from casebook.extractors.visibility.declarations.declared import Style

_OLD_ATTRIBUTES = {
    "mathsize": "font-size", "mathcolor": "color", "mathbackground": "background-color",
    "bgcolor": "background-color", "color": "color", "text": "color",
}  # fmt: skip
_ONLY_OF = {
    "color": frozenset({"font"}), "text": frozenset({"body"}),
    "bgcolor": frozenset("body table thead tbody tfoot tr td th".split()),
}  # fmt: skip
# As browsers paint links and buttons, which take on no colour of what is around them, and what
# stands for a colour that a sheet which lies elsewhere may give them.
_OWN_COLOURS = {
    True: ("#0000ee", {"color": "#000000", "background-color": "#efefef"}),
    False: ("linktext", {"color": "buttontext", "background-color": "buttonface"}),
}
_BARE_HEX = re.compile(r"^([0-9a-f]{6})$")


def by_markup(element: Any, *, is_complete: bool) -> Style:
    """Return what the tag and the attributes of ``element`` declare.

    ``is_complete``: the page has all its style sheets within.
    """
    link, button = _OWN_COLOURS[is_complete]
    told = dict(button) if element.tag == "button" else {}
    if element.tag == "a" and element.get("href") is not None:
        told["color"] = link
    told |= {
        name: _BARE_HEX.sub(r"#\1", value.strip().lower())
        for attribute, name in _OLD_ATTRIBUTES.items()
        if (value := element.get(attribute))
        and element.tag in _ONLY_OF.get(attribute, {element.tag})
    }
    return told
