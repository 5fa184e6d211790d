"""The products that a sentence names: those of the taxonomy, and names that stand where one does.

No list of products is ever complete, but how one is spoken of is: "we use …", "served by …", "…
parses the files", "a … workflow". Nothing is made up: a name is a stretch of the sentence. Pure.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from tomllib import loads

from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.language.dates import dates
from casebook.summarizer.language.lexicon import lexicon
from casebook.summarizer.language.wording import STOP, name_key, names, opening_names

# "Presidio", "Qwen2.5-VL", "vLLM", "whisper.cpp", "bge-reranker-v2-m3".
_NAME = (
    r"(?:[A-Z][\w+#]*(?:[.-][\w+#]+)*|[a-z]{1,8}[A-Z]\w*(?:[.-]\w+)*|[a-z]+\.(?:cpp|js|py|ai|io)\b"
    r"|[a-z]+(?:-[a-z]+)*-[a-z]?\d[\w.]*(?:-\w+)*)"
)
_RUN = rf"(?P<name>{_NAME}(?: (?:{_NAME}|\d[\w.]*\b))*)"
_VERSION = re.compile(r"[vV]?\d[\w.]*")
_LONGEST_ABBREVIATION = 4


@dataclass(frozen=True)
class Product:
    """``text[start:end]`` of a sentence names a product; ``used``: it says what is done with it."""

    name: str
    start: int
    end: int
    used: bool

    @property
    def key(self) -> str:
        """What tells it from others."""
        return name_key(self.name.replace(" ", ""))


def products(text: str, own: Collection[str] = ()) -> list[Product]:
    """Return the tools that ``text`` names, in order, no two at one place.

    ``own`` are keys of names that are no tools here: those of the company.
    """
    spoken = list(_spoken_of(text, own))
    known = [
        replace(k, used=any(_overlap(k, p) for p in spoken))
        for k in of_the_taxonomy(text, "tool")
        if k.key not in own
    ]
    new = [p for p in spoken if not any(_overlap(k, p) for k in known)]
    return sorted([*known, *new], key=lambda product: product.start)


def of_the_taxonomy(text: str, group: str) -> list[Product]:
    """Return what ``text`` names of a group of the taxonomy, in order."""
    taxonomy = load_taxonomy()
    return [
        Product(text[m.start : m.end], m.start, m.end, used=False)
        for m in taxonomy.mentions(text)
        if (term := taxonomy.term(m.slug)) is not None and term.group == group
    ]


def _overlap(one: Product, other: Product) -> bool:
    return one.start < other.end and other.start < one.end


def _spoken_of(text: str, own: Collection[str]) -> Iterator[Product]:
    """Yield the names that stand where a product does, the first of those at one place."""
    days = [(date.start, date.end) for date in dates(text)]
    taken: list[tuple[int, int]] = []
    for frame in _frames():
        for found in frame.finditer(text):
            start, end = _trimmed(found)
            clear = all(end <= a or b <= start for a, b in [*days, *taken])
            if start < end and clear and _is_product(text[start:end], text, own):
                taken.append((start, end))
                yield Product(text[start:end], start, end, used=True)


@cache
def _data() -> Mapping[str, Sequence[str]]:
    return loads(files(__package__).joinpath("products.toml").read_text("utf-8"))


@cache
def _frames() -> list[re.Pattern[str]]:
    """Return the patterns of the data file, with a run of names in the place of <name>."""
    return [re.compile(p.replace("<name>", _RUN)) for p in _data()["frames"]]


def _trimmed(found: re.Match[str]) -> tuple[int, int]:
    """Return where the name stands, without an opening "The" or "When"."""
    start, end = found.span("name")
    for word in found["name"].split():
        if word.casefold() not in STOP:
            break
        start += len(word) + 1
    return min(start, end), end


def _is_product(name: str, text: str, own: Collection[str]) -> bool:
    """Tell whether a word of ``name`` is a name in ``text``, and no generic or own one.

    An abbreviation alone ("OES", "CSR") may be anything, as may an ordinary word that opens the
    sentence.
    """
    told = [word for word in name.split() if not _VERSION.fullmatch(word)]
    if any(name_key(word) in own for word in told):
        return False
    named = names(text) | opening_names(text)
    return any(
        (word in named or word[0].islower()) and not _generic(word) and not _abbreviation(word)
        for word in told
    )


def _generic(word: str) -> bool:
    """Tell whether a part of ``word`` is the trade's own, or it only likens: "mLSTM-based"."""
    keys = [name_key(part) for part in re.split(r"[-/]", word)]
    known = lexicon().field | lexicon().of_models | _generic_words()
    return any(not known.isdisjoint({key, key.removesuffix("s")}) for key in keys)


def _abbreviation(word: str) -> bool:
    bare = word.rstrip("s")
    return bare.isalpha() and bare.isupper() and len(bare) <= _LONGEST_ABBREVIATION


@cache
def _generic_words() -> frozenset[str]:
    return frozenset(word for line in _data()["generic"] for word in line.split())
