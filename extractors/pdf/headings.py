"""Find headings and their levels: by outline, number, type size and name."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.data import pattern
from extractors.pdf.lines import MARKER
from extractors.pdf.paragraphs import SENTENCE_END, LineGroup, Metrics, joined_text

_LONGEST, _MOST_LINES, _DEEPEST = 160, 4, 6
_LARGER = 1.12  # times the size of the text
_NUMBER, _NAMED = pattern("pdf", "headings", "number"), pattern("pdf", "headings", "named")
_NO_HEADING_END = re.compile(r"[,;]$|[^.]\.$")
_SIGNS = re.compile(r"[\W_]+")


def levels_of(
    groups: Sequence[LineGroup], metrics: Metrics, outline: Mapping[str, int]
) -> list[int]:
    """Return the level of each group: 1 to 6 for a heading, else 0."""
    texts = [joined_text(line.text for line in group) for group in groups]
    found = [n for n, group in enumerate(groups) if _is_heading(group, texts[n], metrics, outline)]
    numbers = {n: _NUMBER.match(texts[n]) for n in found}
    depths = {n: found["number"].count(".") + 1 if found else 0 for n, found in numbers.items()}
    levels = {n: outline.get(key_of(texts[n])) or min(_DEEPEST, depths[n]) for n in found}
    types = {n: (groups[n][0].size, groups[n][0].bold) for n in found}
    usual: dict[tuple[float, bool], Counter[int]] = {}
    for n in filter(levels.get, found):
        usual.setdefault(types[n], Counter())[levels[n]] += 1
    sizes = sorted({size for size, _ in types.values()}, reverse=True)
    for n in found:
        if not levels[n] and types[n] in usual:
            levels[n] = usual[types[n]].most_common(1)[0][0]
        rank = 0 if types[n] == (metrics.body, False) else sizes.index(types[n][0])
        levels[n] = levels[n] or min(_DEEPEST, 1 + rank)
    return [levels.get(n, 0) for n in range(len(groups))]


def key_of(title: str) -> str:
    """Return the letters and digits of a title without its number, to compare titles by."""
    return _SIGNS.sub("", _NUMBER.sub("", title, count=1)).lower()


def _is_heading(group: LineGroup, text: str, metrics: Metrics, outline: Mapping[str, int]) -> bool:
    first = group[0]
    is_long = len(text) > _LONGEST or len(group) > _MOST_LINES
    if is_long or first.is_row or first.is_entry or not any(map(str.isalpha, text)):
        return False
    if _NAMED.fullmatch(_NUMBER.sub("", text, count=1)) or key_of(text) in outline:
        return True
    if _NO_HEADING_END.search(text) or (MARKER.match(text) and not _NUMBER.match(text)):
        return False
    is_bold = first.size >= metrics.body and all(line.bold and not line.fixed for line in group)
    begins = text[:1].isupper() or text[:1].isdigit()
    return first.size >= _LARGER * metrics.body or (
        is_bold and begins and not SENTENCE_END.search(text)
    )
