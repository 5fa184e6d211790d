"""Themes of a report: material grouped by similarity, tag, case or the headings of an outline."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from publishing.reports.material import material
from publishing.reports.scopes import cases_sql, literal
from publishing.similarity import FUNCTION_WORDS, stems
from schemas.errors import InputError
from schemas.reports import Material, Scope, Theme
from schemas.taxonomy import load_taxonomy
from warehouse import Dataset

_LEAST, _PER_THEME = 4, 60  # statements of a theme
_HEADING = re.compile(r"^\s*#{1,6}\s+(.+?)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(.+?)\s*$")
_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[.,;:()]")
_LETTERS, _NAMED = 3, 2  # minimum length of a word; pairs of words in a heading
_OF_A_CASE = 40


def by_likeness(found: Sequence[Material], most: int, about: str = "") -> list[Theme]:
    """Return themes of statements with similar words, largest first.

    Themes are named by their distinctive words, except those of ``about``, their common subject.
    Small groups are merged into a last theme.
    """
    if not found:
        return []
    texts = [one.citation.text for one in found]
    number = max(1, min(most, round(math.sqrt(len(found) / 2))))
    labels = clusters(texts, number)
    groups = [
        [one for one, label in zip(found, labels, strict=True) if label == n] for n in set(labels)
    ]
    small = [one for group in groups if len(group) < _LEAST for one in group]
    groups = [group for group in groups if len(group) >= _LEAST]
    groups.sort(key=len, reverse=True)
    groups += [small] if small else []
    everywhere = _phrases(texts)
    for phrase in [one for one in everywhere if stems(one) <= stems(about)]:
        everywhere[phrase] = len(texts)  # so that it ranks last
    return [
        Theme(heading=_heading(group, everywhere, texts), material=tuple(group[:_PER_THEME]))
        for group in groups
    ]


def by_tag(tables: Dataset, scope: Scope, groups: Sequence[str], most: int) -> list[Theme]:
    """Return a theme for each of the most frequent tags of a scope's cases."""
    chosen = ", ".join(map(literal, groups))
    own = " AND ".join(f"slug <> {literal(tag)}" for tag in scope.tags) or "true"
    rows = tables.rows(
        "SELECT slug, any_value(label) AS label FROM case_tags "  # noqa: S608 - literals
        f"WHERE term_group IN ({chosen}) AND {own} AND case_id IN ({cases_sql(scope)}) "
        f"GROUP BY slug ORDER BY count(DISTINCT case_id) DESC, slug LIMIT {most}"
    )
    taxonomy = load_taxonomy()
    themes = []
    for row in rows:
        term = taxonomy.term(row["slug"])
        words = " ".join((row["label"], *(term.synonyms if term else ())))
        inner = scope.model_copy(update={"tags": (*scope.tags, row["slug"])})
        found = material(tables, inner, f"{scope.words} {words}", _PER_THEME)
        themes.append(Theme(heading=row["label"], material=tuple(found), tag=row["slug"]))
    return _distinct(themes)


def by_case(tables: Dataset, scope: Scope, most: int) -> list[Theme]:
    """Return a theme for each of the newest cases of a scope, oldest first."""
    rows = tables.rows(
        f"SELECT case_id, title, year FROM published_cases WHERE case_id IN ({cases_sql(scope)}) "  # noqa: S608 - literals
        f"ORDER BY year DESC NULLS LAST, title LIMIT {most}"
    )[::-1]
    words = scope.words or " ".join(row["title"] for row in rows)
    found = material(tables, scope, words, per_case=_OF_A_CASE)
    return [
        Theme(
            heading=f"{row['title']} ({row['year']})" if row["year"] else row["title"],
            material=tuple(one for one in found if one.citation.case_id == row["case_id"]),
        )
        for row in rows
    ]


def by_outline(tables: Dataset, scope: Scope, outline: str, most: int) -> list[Theme]:
    """Return a theme for each heading of an outline, or for each list item without headings.

    The lines below a heading add to its search words.

    Raises:
        InputError: if it has neither, or more than ``most`` of them.
    """
    chapters: list[tuple[str, list[str]]] = []
    lines = outline.splitlines()
    pattern = _HEADING if any(map(_HEADING.match, lines)) else _ITEM
    for line in lines:
        if found := pattern.match(line):
            chapters.append((found[1], []))
        elif chapters and line.strip():
            chapters[-1][1].append(line.strip())
    if not chapters:
        raise InputError("the outline has no headings: add lines such as `## Evaluation`")
    if len(chapters) > most:
        raise InputError(f"the outline has {len(chapters)} chapters; at most {most} are possible")
    themes = []
    for heading, lines in chapters:
        words = " ".join((scope.words, heading, heading, *lines))
        chosen = material(tables, scope, words, _PER_THEME)
        themes.append(Theme(heading=heading, material=tuple(chosen)))
    return _distinct(themes)


def _distinct(themes: Sequence[Theme]) -> list[Theme]:
    """Return the themes with each statement only in the theme that it matches best."""
    best: dict[tuple[str, str], tuple[float, int]] = {}
    for n, theme in enumerate(themes):
        top = max((one.score for one in theme.material), default=1.0) or 1.0
        for one in theme.material:
            rank = (one.score / top, -n)
            key = (one.citation.case_id, one.citation.text)
            best[key] = max(best.get(key, rank), rank)
    kept = []
    for n, theme in enumerate(themes):
        own = [m for m in theme.material if best[m.citation.case_id, m.citation.text][1] == -n]
        kept.append(theme.model_copy(update={"material": tuple(own)}))
    return kept


def clusters(texts: Sequence[str], number: int) -> list[int]:
    """Return the group of each text, from 0 up to ``number`` - 1.

    Agglomerative clustering with Ward's criterion (Ward 1963, update formula of Lance and
    Williams 1967) of normalised TF-IDF vectors. It makes groups of similar size; single or average
    linkage would make one large group and many groups of one text.
    """
    distances = _squared_distances(texts)
    sizes = np.ones(len(texts))
    members: dict[int, list[int]] = {n: [n] for n in range(len(texts))}
    np.fill_diagonal(distances, np.inf)
    while len(members) > max(1, number):
        one, other = sorted(int(n) for n in np.unravel_index(distances.argmin(), distances.shape))
        joined = _ward(distances, sizes, one, other)
        distances[one, :] = distances[:, one] = joined
        distances[one, one] = np.inf
        distances[other, :] = distances[:, other] = np.inf
        sizes[one] += sizes[other]
        members[one] += members.pop(other)
    labels = [0] * len(texts)
    for label, group in enumerate(members.values()):
        for n in group:
            labels[n] = label
    return labels


def _ward(
    distances: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], one: int, other: int
) -> npt.NDArray[np.float64]:
    """Return the distances of all groups to the union of two groups."""
    a, b = sizes[one], sizes[other]
    apart = distances[one, other]
    joined = (a + sizes) * distances[one] + (b + sizes) * distances[other] - sizes * apart
    return np.where(np.isinf(distances[one]), np.inf, joined / (a + b + sizes))


def _squared_distances(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the squared distances between the normalised TF-IDF vectors of texts."""
    found = [stems(text) for text in texts]
    counts = Counter(word for own in found for word in own)
    words = {w: n for n, w in enumerate(sorted(w for w, count in counts.items() if count > 1))}
    vectors = np.zeros((len(texts), max(1, len(words))))
    for n, own in enumerate(found):
        for word in own & words.keys():
            vectors[n, words[word]] = math.log(len(texts) / counts[word])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths == 0, 1, lengths)
    return np.maximum(0, 2 - 2 * vectors @ vectors.T)


def _heading(group: Sequence[Material], everywhere: Counter[str], texts: Sequence[str]) -> str:
    """Return word pairs that are frequent in a group and rare elsewhere."""
    own = _phrases(one.citation.text for one in group)

    def rank(phrase: str) -> tuple[float, str]:
        rarity = math.log((1 + len(texts)) / everywhere[phrase])
        return -own[phrase] / len(group) * rarity**2, phrase

    ranked = sorted((one for one, n in own.items() if n > 1), key=rank)
    named: list[str] = []
    for one in ranked:
        if len(named) < _NAMED and not any(set(one.split()) & set(o.split()) for o in named):
            named.append(one)
    return ", ".join(named).capitalize() or "Other"


def _phrases(texts: Iterable[str]) -> Counter[str]:
    """Return the number of texts that contain each pair of adjacent content words."""
    found: Counter[str] = Counter()
    for text in texts:
        words = _WORDS.findall(text.lower())
        pairs = {
            f"{a} {b}" for a, b in pairwise(words) if _is_content_word(a) and _is_content_word(b)
        }
        found.update(pairs)
    return found


def _is_content_word(word: str) -> bool:
    return len(word) >= _LETTERS and word not in FUNCTION_WORDS and not word.endswith("ly")
