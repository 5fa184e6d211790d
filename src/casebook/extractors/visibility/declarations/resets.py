"""What ``all`` sets back, of what may hide a text (CSS Cascading Level 4, 3.2). Pure."""

from collections.abc import Mapping

_WIDE = frozenset({"initial", "unset", "revert"})
_AT_FIRST = {
    "display": "inline", "opacity": "1", "visibility": "visible", "color": "#000",
    "font-size": "medium", "position": "static", "clip-path": "none", "clip": "auto",
    "overflow": "visible", "overflow-x": "visible", "overflow-y": "visible", "height": "auto",
    "width": "auto", "max-height": "none", "max-width": "none", "text-indent": "0", "zoom": "1",
    "margin-left": "0", "margin-top": "0", "mask": "none", "mask-image": "none",
    "content-visibility": "visible", "text-decoration-line": "none", "animation": "none",
    "-webkit-text-fill-color": "currentcolor", "text-shadow": "none",
    **dict.fromkeys(("transform", "translate", "scale", "rotate", "filter"), "none"),
    **dict.fromkeys(("background", "background-color", "background-image"), ""),
}  # fmt: skip
_HANDED_DOWN = dict.fromkeys(
    ("visibility", "color", "font-size", "-webkit-text-fill-color", "text-shadow"), "inherit"
)


def set_back(value: str) -> Mapping[str, str]:
    """Return the properties that ``all`` gives other values, by what it states."""
    if value not in _WIDE:
        return {}
    if value == "initial":
        return _AT_FIRST
    told = _AT_FIRST | _HANDED_DOWN
    return told | {"text-decoration-line": "revert"} if value == "revert" else told
