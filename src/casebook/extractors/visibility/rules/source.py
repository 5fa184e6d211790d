"""The source of a style sheet as its rules are looked for in it: no comments, all brackets."""

import re

LONGEST = 2_000_000
"""Characters of a sheet that are read."""

_MOST_OPEN = 16
# One look for all, since each may stand in the other; a string ends with its line at the latest.
_NOISE = re.compile(
    r"/\*.*?(?:\*/|\Z)|<!--|-->|\\.|url\([^()\"'\n]*\)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?",
    re.DOTALL,
)


def without_noise(sheet: str) -> str:
    """Return a style sheet without comments, and without brackets that are characters of a text."""
    return _NOISE.sub(_quiet, sheet[:LONGEST])


def alone(sheet: str) -> str:
    """Return a style sheet that leaves nothing open for one behind it, without noise.

    Browsers close at its end what is open, and pass over a bracket that closes nothing.
    """
    text, kept, level, start = without_noise(sheet), [], 0, 0
    for mark in re.finditer(r"[{}]", text):
        if mark.group() == "{":
            level += 1
        elif level:
            level -= 1
        else:
            kept.append(text[start : mark.start()])
            start = mark.end()
    return "".join([*kept, text[start:], "}" * min(level, _MOST_OPEN)])


def _quiet(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("\\"):  # the same bracket, as a number
        return f"\\{ord(text[1]):x} " if text[1] in "{}" else text
    if text.startswith(("/*", "<", "-")):
        return " "
    return text.replace("{", " ").replace("}", " ")
