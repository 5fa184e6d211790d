"""What a Markdown file states on top of itself: YAML (Jekyll), TOML or JSON (Hugo), or lines."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from casebook.extractors.days import stated_day

# An empty line behind a line of three dashes makes it a rule across the page, as Pandoc has it.
_FENCED = re.compile(
    r"\A\s*(?:---[ \t]*\n(?![ \t]*\n)(?P<yaml>(?:.{0,20000}?\n)??)(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\n(?P<toml>.{0,20000}?)\n\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
# MultiMarkdown's: it counts where the first lines are fields throughout, and one is the title.
_FIELDS = re.compile(r"\A(?:[A-Za-z][\w -]{0,30}:[ \t]+\S[^\n]{0,500}\n)+(?=\n|\Z)")
# Pandoc's: title, authors and day, each in a line of its own.
_PERCENT = re.compile(
    r"\A%[ \t]+(?P<title>\S[^\n]{0,500})\n(?:%[ \t]*(?P<author>[^\n]{0,500})\n)?"
    r"(?:%[ \t]*(?P<date>[^\n]{0,100})\n)?(?=\s*\n|\Z)"
)
_LINE = re.compile(r"([A-Za-z][\w-]{0,30}):[ \t]+([^\s\[{|>&*!][^\n]{0,500})")
# What says of a name for whom, and who did as much: "Bo Li*", "and Ada Berg* (Acme; † equally)".
_BETWEEN_NAMES = re.compile(r"[,;](?![^()]{0,80}\))|\s+(?:and|&)\s+(?=[A-Z][\w.'’-]{0,40}\s+[A-Z])")
_BEFORE_NAME = re.compile(r"^\s*(?:and|&)\s+")
_BEHIND_NAME = re.compile(r"(?:\([^()]{0,80}\)|[*†‡§¶\s])*\Z")
_LONGEST_JSON = 20_000
_LONGEST_VALUE = 500
_MOST_PEOPLE = 100
_DATES = (
    "date published published_at publish_date publishdate publication_date pubdate date_published "
    "datepublished created"
).split()


def read_front_matter(source: str) -> tuple[Mapping[str, Any], str, str]:
    """Return the fields by their names in lower case, the rest of the text, and what came of it."""
    if match := _FENCED.match(source):
        front, outcome = _parsed(match["yaml"], match["toml"])
        return (
            (front, source[match.end() :], outcome) if outcome != "none" else ({}, source, outcome)
        )
    if match := _FIELDS.match(source):
        lines = (line.partition(":") for line in match[0].strip().split("\n"))
        fields = {name.strip().lower(): value.strip() for name, _, value in lines}
        if "title" in fields:
            return fields, source[match.end() :], "read as fields"
    if match := _PERCENT.match(source):
        return match.groupdict(""), source[match.end() :], "read as lines"
    return _as_json(source)


def _as_json(source: str) -> tuple[Mapping[str, Any], str, str]:
    if not source.lstrip("\ufeff").startswith("{"):
        return {}, source, "none"
    head = source.lstrip("\ufeff")[:_LONGEST_JSON]
    try:
        front, end = json.JSONDecoder().raw_decode(head)
    except (ValueError, RecursionError):
        return {}, source, "none"
    fields = {key.lower(): value for key, value in front.items()}
    if "title" not in fields or not head[end:].startswith("\n"):
        return {}, source, "none"
    return fields, source.lstrip("\ufeff")[end:], "read"


def _parsed(as_yaml: str | None, as_toml: str | None) -> tuple[Mapping[str, Any], str]:
    try:
        front = tomllib.loads(as_toml) if as_toml is not None else yaml.safe_load(as_yaml or "")
    except (yaml.YAMLError, ValueError, RecursionError):
        if as_toml is None and (fields := _by_lines(as_yaml or "")):
            return fields, "not YAML, read line by line"
        return {}, "not TOML, left out" if as_toml is not None else "not YAML, left out"
    if not isinstance(front, dict):
        return {}, "none"
    return {str(key).lower(): value for key, value in front.items()}, "read"


def _by_lines(front: str) -> Mapping[str, Any]:
    """Return the fields of front matter that people wrote and no program checked.

    A title with a colon in it ("LLMs: a year on") is no YAML without quotation marks.
    """
    found = filter(None, map(_LINE.fullmatch, front.split("\n")))
    return {match[1].lower(): match[2].strip().strip("\"'") for match in found}


def first_of(front: Mapping[str, Any], *names: str) -> str | None:
    """Return the first of these fields that states something in a line."""
    values = (front.get(name) for name in names)
    plain = (_line(one) for one in values if isinstance(one, str | int | float | date) and one)
    return next((one[:_LONGEST_VALUE] for one in plain if one.strip()), None)


def _line(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # a number of thousands of digits
        return ""


def day_of_publication(front: Mapping[str, Any]) -> date | None:
    """Return the day on which the file says that it was published."""
    return next(filter(None, (stated_day(first_of(front, name)) for name in _DATES)), None)


def names_of(front: Mapping[str, Any]) -> Sequence[str] | str | None:
    """Return who is named as author; what is neither text nor has a name is nobody."""
    value = front.get("authors") or front.get("author") or front.get("by")
    if isinstance(value, str):
        return ";".join(map(_bare, _BETWEEN_NAMES.split(value)))
    people = value if isinstance(value, list) else [value]
    named = [one.get("name") if isinstance(one, dict) else one for one in people[:_MOST_PEOPLE]]
    return [_bare(name) for name in named if isinstance(name, str)]


def _bare(name: str) -> str:
    """Return a name without "and" before it, and without a company and marks behind it."""
    return _BEHIND_NAME.sub("", _BEFORE_NAME.sub("", name[:_LONGEST_VALUE]))
