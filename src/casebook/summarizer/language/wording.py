"""What a sentence is made of: content words, names, negation, and numbers by value. Pure."""

import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

import Stemmer

from casebook.summarizer.language.dates import MONTHS
from casebook.summarizer.language.numerals import number_sequence, numbers

__all__ = [
    "REMEMBERED_WORDS",
    "STOP",
    "by_initials",
    "content_stems",
    "identifiers",
    "is_named",
    "name_key",
    "name_keys",
    "names",
    "negations",
    "number_sequence",
    "numbers",
    "openers",
    "opening_names",
    "overlap",
    "stands_in",
    "stem",
    "words",
]

_WORD = re.compile(r"[^\W_]+(?:[.'’\-+#][^\W_]+)*[+#]*")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|hardly|n[o’']t)\b|n['’]t\b",
    re.IGNORECASE,
)
STOP = frozenset(
    """
    a an and are as at be been being but by can could did do does for from had has have
    having he her his how i if in into is it its itself just may might more most much must
    my of off on only or our ours out over own same she should so some such than that the
    their them themselves then there these they this those through to too under until up
    us very was we were what when where which while who whom why will with would you your
    yours also about after again against all am any because before below between both
    during each few further here once other s t
    """.split()
)
# Words that open a sentence with a capital and are no names.
_OPENERS = STOP | frozenset(
    """
    across additionally almost although among another around based besides beyond compared despite
    either eventually every everyone fewer first finally furthermore given half hence however
    instead later less let like likewise many meanwhile moreover neither never new next nobody none
    nothing now often one otherwise overall perhaps please prior rather roughly second
    several similarly since soon still sometimes people third though three thus today together
    two unlike unless upon via whatever whenever whether within without yes yesterday yet
    """.split()
)
_ORDINARY_ENDING = re.compile(
    r".*(?:[a-z]s|ing|ed|ly|tion|ment|ness|ity|[ae]nce|ic|al|ive|[ai]ble|ous|ful|less|ary)"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:•]\s+|\n)[\s\"“'‘(\[*#-]*\Z")
# "8GB", "36s" and "150,000+" are numbers with a unit; "p95" and "v4.1" count as numbers too.
_NUMERIC = re.compile(r"[pPvV]?\d[\d.,]*[A-Za-z]{0,5}\+?")
_VERSION = re.compile(r"[vV]?\d+(?:\.\d+){2,}")
_ISO_DATE = re.compile(r"\b\d{4}-(\d\d)-\d\d\b")
_SHORT_MONTHS = {month[:3]: month for month in MONTHS} | {"sept": "september"}


# A text's words recur within it: the answers for this many are kept. More hardly saves time, and
# what is kept from text to text, each word made at its own moment, keeps memory from being given
# back: four times 20,000 words took 20 MB in a long batch, and grew with its first thousand texts.
REMEMBERED_WORDS = 1_000


def stem(word: str) -> str:
    """Return the stem (Snowball, English) of one word in lower case."""
    if word.isdigit():
        return word
    return str(_OF_THREAD.stemmer.stemWord(word))


class _OfThread(threading.local):
    """A stemmer keeps the word that it works on: two threads with one would spoil each other's."""

    def __init__(self) -> None:
        # Without a memory of words: to look one up there takes three times as long as to stem it.
        self.stemmer = Stemmer.Stemmer("english", 0)


_OF_THREAD = _OfThread()


def words(text: str) -> list[str]:
    """Return the words of ``text`` as written, in order."""
    return _WORD.findall(text)


def content_stems(text: str) -> set[str]:
    """Return the stems (Snowball, English) of the words that carry meaning, lower case."""
    lowered = (part for word in words(text) for part in word.casefold().split("-"))
    return {stem(word.replace("’", "'")) for word in lowered if word and word not in STOP}


def names(text: str) -> set[str]:
    """Return the words that look like names: capitalised inside a sentence, or of mixed form.

    The first word of a sentence counts only if its form is mixed (``vLLM``, ``GPT-4``, ``AWS``),
    because any sentence starts with a capital: ``opening_names`` has the others.
    """
    lead = len(text) - len(text.lstrip())
    return {
        found[0]
        for found in _WORD.finditer(text)
        if _mixed(found[0]) or (_capital(found[0]) and not _opens(text, found.start(), lead))
    }


def opening_names(text: str) -> set[str]:
    """Return the first words of sentences that may be names: no word that often stands there."""
    return {found[0] for found in _openers(text) if not _ORDINARY_ENDING.fullmatch(found[0])}


def openers(text: str) -> list[tuple[str, str]]:
    """Return the first words of sentences, ordinary ones too, each with what follows it."""
    return [(found[0], text[found.end() :]) for found in _openers(text)]


def _openers(text: str) -> Iterator[re.Match[str]]:
    """Yield the capitalised first words of sentences, but those that often stand there."""
    lead = len(text) - len(text.lstrip())
    for found in _WORD.finditer(text):
        if (
            _capital(found[0])
            and not _mixed(found[0])
            and _opens(text, found.start(), lead)
            and found[0].casefold() not in _OPENERS
        ):
            yield found


def identifiers(text: str) -> list[str]:
    """Return the keys of the words with letters and digits, in order: ``gpt4``, ``h100``."""
    mixed = (word for word in words(text) if _mixed(word))
    return [name_key(word) for word in mixed if any(c.isdigit() for c in word)]


def _capital(word: str) -> bool:
    """Tell whether ``word`` has a capital and is not "We", "I'm" or "They've"."""
    return word[0].isupper() and re.split(r"['’]", word.casefold())[0] not in STOP


@lru_cache(REMEMBERED_WORDS)
def _mixed(word: str) -> bool:
    """Tell whether capitals or digits stand where an ordinary word has none."""
    if _VERSION.fullmatch(word):
        return True
    if _NUMERIC.fullmatch(word) or not any(c.isalpha() for c in word):
        return False
    inner_capital = any(c.isupper() for c in word[1:])
    return inner_capital or (word[0].isalpha() and any(c.isdigit() for c in word))


def _opens(text: str, start: int, lead: int) -> bool:
    """Tell whether a sentence starts at ``start``; ``lead`` spaces open the text."""
    return start <= lead or bool(_SENTENCE_START.search(text, max(0, start - 8), start))


@lru_cache(REMEMBERED_WORDS)
def name_key(word: str) -> str:
    """Return the form in which names are compared: no case, possessive or inner punctuation."""
    bare = re.sub(r"['’]s?$", "", word)
    key = re.sub(r"[^\w+#]", "", bare).casefold()
    if _VERSION.fullmatch(word):
        return key.removeprefix("v")
    return _SHORT_MONTHS.get(key, key)


def name_keys(text: str) -> set[str]:
    """Return the comparison keys of every word in ``text``, of its parts, and of neighbours joined.

    A date in digits counts as naming its month.
    """
    spelled = words(text)
    keys = [name_key(word) for word in spelled]
    parts = [key for word in spelled for key in _part_keys(word)]
    joined = [a + b for a, b in pairwise(keys)]
    months = [MONTHS[int(m) - 1] for m in _ISO_DATE.findall(text) if 1 <= int(m) <= len(MONTHS)]
    return {key for key in (*keys, *parts, *joined, *months) if key}


def _part_keys(word: str) -> list[str]:
    """Return the keys of a compound's parts and runs of parts: "GPT-4-powered" names "GPT-4"."""
    parts = [name_key(part) for part in re.split(r"[-.]", word)]
    return ["".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)]


def is_named(word: str, keys: set[str]) -> bool:
    """Tell whether the name ``word`` is among ``keys``, in singular, plural or by its parts.

    Of a compound (``GPT-4-powered``) the parts with a capital or a digit must be there, and a
    number right behind what it counts: "GPT-4" and five shops name no "GPT-5".
    """
    if not {key := name_key(word), f"{key}s", key.removesuffix("s")}.isdisjoint(keys):
        return True
    parts = re.split(r"[-.]", word)
    telling = [part for part in parts if any(c.isupper() or c.isdigit() for c in part)]
    versions = [a + b for a, b in pairwise(parts) if a[:1].isupper() and b[:1].isdigit()]
    return len(parts) > 1 and all(name_key(part) in keys for part in telling + versions)


def by_initials(text: str) -> list[tuple[str, list[str]]]:
    """Return (initials, words) of every run of three to five words: ("rag", ["Retrieval", …])."""
    parts = [part for word in words(text) for part in re.split(r"[-.]", word) if part]
    runs = [parts[i : i + n] for n in (3, 4, 5) for i in range(len(parts) - n + 1)]
    return [("".join(part[0] for part in run).casefold(), run) for run in runs]


def negations(text: str) -> int:
    """Return how many negating words ``text`` has."""
    return len(_NEGATION.findall(text))


def overlap(part: Iterable[str], whole: set[str]) -> float:
    """Return the share of ``part`` that is in ``whole``; 1.0 for an empty part."""
    asked = set(part)
    return len(asked & whole) / len(asked) if asked else 1.0


def stands_in(value: str, text: str) -> bool:
    """Tell whether the words of ``value`` stand in ``text`` in one run."""
    wanted = [key for word in words(value) if (key := name_key(word))]
    spoken = [name_key(word) for word in words(text)]
    length = len(wanted)
    return bool(wanted) and any(
        spoken[i : i + length] == wanted for i in range(len(spoken) - length + 1)
    )
