"""Which groups of lines are headings, and of which level: by outline, number, type and name."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from extractors.pdf.lines import MARKER
from extractors.pdf.paragraphs import Group, Layout, ends_sentence, whole

_LONGEST, _MOST_LINES, _DEEPEST = 160, 4, 6
_LARGER = 1.12  # times the size of the text
_NUMBER = re.compile(
    r"(?:(?:chapter|kapitel|chapitre|part|section)\s+)?"
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-H](?:\.\d{1,2}){0,3})[.:)]?\s+(?=\W?[^\W\d_])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:abstract|introduction|conclusions?|references|bibliography|works cited|literature(?: cited)?"
    r"|acknowledge?ments?|appendix|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?|références"
    r"|bibliographie|referencias|bibliografía|参考文献)\s*:?",
    re.IGNORECASE,
)
_CHAPTER = re.compile(r"[^\W\d_]{3,10}\s+(?:\d{1,2}|[IVX]{1,5}|[A-H])[.:]?")
_PAGE_AT_END = re.compile(r"\s(?:\d{1,4}|[ivxl]{1,6})$")
_NO_HEADING_END = re.compile(r"[,;]$|[^.]\.$")
_SIGNS = re.compile(r"[\W_]+")


def with_chapters(groups: Sequence[Group]) -> list[Group]:
    """Return ``groups`` with "Chapter 1" and the title set below it as one heading."""
    found: list[Group] = []
    for group in groups:
        last = found[-1][-1] if found else None
        is_number = last and _CHAPTER.fullmatch(last.text) and last.page == group[0].page
        if last and is_number and last.size <= group[0].size and last.bold == group[0].bold:
            found[-1] = [*found[-1], *group]
        else:
            found.append(group)
    return found


def levels_of(groups: Sequence[Group], layout: Layout, outline: Mapping[str, int]) -> list[int]:
    """Return the level of each group, 1 to 6 for a heading and 0 for the rest.

    ``outline`` has the level of each title in the file's own table of contents, by ``key_of``.
    """
    texts = [whole(line.text for line in group) for group in groups]
    found = [n for n, group in enumerate(groups) if _is_heading(group, texts[n], layout, outline)]
    found = [n for n in found if not _is_entry(n, groups, texts[n])]
    levels = {n: outline.get(key_of(texts[n])) or _depth(texts[n]) for n in found}
    types = {n: (groups[n][0].size, groups[n][0].bold) for n in found}
    usual: dict[tuple[float, bool], Counter[int]] = {}
    for n in filter(levels.get, found):
        usual.setdefault(types[n], Counter())[levels[n]] += 1
    sizes = sorted({size for size, _ in types.values()}, reverse=True)
    for n in found:
        if not levels[n] and types[n] in usual:
            levels[n] = usual[types[n]].most_common(1)[0][0]
        levels[n] = levels[n] or min(_DEEPEST, 1 + sizes.index(types[n][0]))
    return [levels.get(n, 0) for n in range(len(groups))]


def key_of(title: str) -> str:
    """Return what two ways of writing a title have in common: letters and digits, unnumbered."""
    return _SIGNS.sub("", _NUMBER.sub("", title, count=1)).lower()


def _depth(text: str) -> int:
    """Return the level that a section's number states, 0 for none."""
    number = _NUMBER.match(text)
    return min(_DEEPEST, number["number"].count(".") + 1) if number else 0


def _is_entry(n: int, groups: Sequence[Group], text: str) -> bool:
    """Return whether a group is a bold entry of a table of contents, without dots."""
    beside = [group[0] for group in groups[max(0, n - 1) : n + 2]]
    return bool(_PAGE_AT_END.search(text)) and any(line.is_entry for line in beside)


def _is_heading(group: Group, text: str, layout: Layout, outline: Mapping[str, int]) -> bool:
    first = group[0]
    is_long = len(text) > _LONGEST or len(group) > _MOST_LINES
    if is_long or first.is_row or first.is_entry or not any(map(str.isalpha, text)):
        return False
    if _NAMED.fullmatch(_NUMBER.sub("", text, count=1)) or key_of(text) in outline:
        return True
    if _NO_HEADING_END.search(text) or (MARKER.match(text) and not _NUMBER.match(text)):
        return False
    is_bold = first.size >= layout.body and all(line.bold and not line.fixed for line in group)
    begins = text[:1].isupper() or text[:1].isdigit()
    return first.size >= _LARGER * layout.body or (is_bold and begins and not ends_sentence(text))
