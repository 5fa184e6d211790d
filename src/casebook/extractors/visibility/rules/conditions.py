"""Conditions of style sheets beside media: what a browser supports, and scopes. Pure."""

import re
from collections.abc import Iterator

from casebook.extractors.visibility.declarations.declared import is_display
from casebook.extractors.visibility.declarations.taken import is_taken

_DEEPEST = 5
_TEST = re.compile(r"\A\(\s*(--[\w-]+|[\w-]+)\s*:\s*([^()]*(?:\([^()]*\)[^()]*)*)\)\Z")
_FUNCTION = re.compile(r"\A(selector|font-tech|font-format|at-rule|named-feature)\(")
_WORD = re.compile(r"[()]|(?<=[\s)])(?:and|or)(?=[\s(])")
# Of engines that are gone, or of Safari alone.
_FOREIGN = re.compile(
    r"-(?:ms|moz|o|khtml|apple|epub)-|-webkit-(?:touch-callout|overflow-scrolling|hyphens|nbsp-mode"
    r"|marquee|text-size-adjust\s*:\s*none)|font\s*:\s*-apple-|hanging-punctuation|behavior\s*:"
)
_SCOPE = re.compile(
    r"\A@scope\s*(?:\((.*?)\))?\s*(?:to\s*\((.*)\))?\s*\Z", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r":scope\b", re.IGNORECASE)


def supports_hold(condition: str, depth: int = 0) -> bool:
    """Tell whether a browser of today supports what a condition, in lower case, asks for."""
    condition = condition.strip()
    if depth > _DEEPEST:
        return False
    if condition.startswith(("not ", "not(")):
        return not supports_hold(condition.removeprefix("not"), depth + 1)
    joints, parts = _joined(condition)
    if joints:
        among = any if "or" in joints else all
        return among(supports_hold(part, depth + 1) for part in parts)
    if _FUNCTION.match(condition):
        return _FOREIGN.search(condition) is None
    if found := _TEST.match(condition):
        return _is_supported(found[1], found[2].strip())
    is_group = condition.startswith("(") and condition.endswith(")")
    return is_group and supports_hold(condition[1:-1], depth + 1)


def _is_supported(name: str, value: str) -> bool:
    if _FOREIGN.search(f"{name}:{value}") or _FOREIGN.match(value):
        return False
    return is_taken(name, value) and (name != "display" or is_display(value))


def _joined(condition: str) -> tuple[list[str], list[str]]:
    """Return the words that join the parts of a condition outside brackets, and the parts."""
    joints, parts, level, start = list[str](), list[str](), 0, 0
    for found in _WORD.finditer(condition):
        if found[0] in "()":
            level += 1 if found[0] == "(" else -1
        elif level == 0:
            joints.append(found[0])
            parts.append(condition[start : found.start()])
            start = found.end()
    return joints, [*parts, condition[start:]]


def scoped(head: str, selector: str) -> Iterator[str]:
    """Yield a selector of a scope as it is written outside: below its root, or for that itself.

    What stands below a limit of the scope is none of it.
    """
    found = _SCOPE.match(head)
    root, limit = (found[1], found[2]) if found else (None, None)
    at = f":where({root})" if root and root.strip() else ":root"
    beyond = f":not(:where({limit})):not(:where({limit}) *)" if limit else ""
    if _ROOT.search(selector):
        yield _ROOT.sub(at, selector) + beyond
        return
    yield f"{at} {selector}{beyond}"
    yield f"{selector}{at}{beyond}"
