"""The source of a style sheet as its rules are looked for in it: no comments, all brackets."""

import re

LONGEST = 2_000_000
"""Characters of a sheet that are read."""

WRONG = "^"
"""What makes a selector none that browsers know."""

_MOST_OPEN = 16
# One look for all, since each may stand in the other; a string ends with its line at the latest.
_NOISE = re.compile(
    r"/\*.*?(?:\*/|\Z)|<!--|-->|\\.|url\([^()\"'\n]*\)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?",
    re.DOTALL,
)
# Two deep: those of a group of rules. Possessive, so linear.
_WHOLE_RULES = re.compile(r"(?:[^{}]*+\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\})*+")


def without_noise(sheet: str) -> str:
    """Return a style sheet without comments, and without brackets that are characters of a text."""
    return _NOISE.sub(_quiet, sheet[:LONGEST])


def alone(sheet: str) -> str:
    """Return a style sheet that leaves nothing open for one behind it, without noise.

    Browsers close at its end what is open. A bracket that closes nothing is a part of what follows,
    a rule that is none then; so it is kept, as a sign that no selector has.
    """
    text, kept, level, start, after = without_noise(sheet), list[str](), 0, 0, 0
    whole = _WHOLE_RULES.match(text)
    rest = text[whole.end() :] if whole else text
    if "{" not in rest and "}" not in rest:  # as in most
        return f"{text[: len(text) - len(rest)]}{_statements(rest)}"
    for mark in re.finditer(r"[{}]", text):
        if mark.group() == "{":
            level += 1
        elif level:
            level -= 1
        else:
            kept += [text[start : mark.start()], WRONG]
            start = mark.end()
        after = mark.end()
    if level:
        return "".join([*kept, text[start:], "}" * min(level, _MOST_OPEN)])
    rules = kept[:-1] if start == after else [*kept, text[start:after]]
    return "".join([*rules, _statements(text[after:])])


def _statements(text: str) -> str:
    """Return what stands behind the last rule of a sheet, but for a rule that has no block."""
    ended, sign, last = text.rpartition(";")
    return f"{ended}{sign}{last};" if last.lstrip()[:1] == "@" else f"{ended}{sign}"


def _quiet(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("\\"):  # the same bracket, as a number
        return f"\\{ord(text[1]):x} " if text[1] in "{}" else text
    if text.startswith(("/*", "<", "-")):
        return " "
    return text.replace("{", " ").replace("}", " ")
