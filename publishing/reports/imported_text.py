"""Imported texts have no statements: their sentences that make sense alone, and excerpts."""

import re
from itertools import pairwise

from sentencex import segment

from publishing.similarity import TextSimilarity
from schemas.cases import Section

_LONGEST_EXCERPT = 700  # characters
_SENTENCE_END = re.compile(r"[.!?][”\"')\]]*\s+(?=[A-Z0-9“\"(])|\n+")
_WORDS = range(8, 61)  # of a sentence that makes sense alone


def _any_of(words: str, end: str = "") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words.split())}){end}", re.IGNORECASE)


# Sentences that refer to the previous one, or that are about the text instead of the system.
_REFERS_BACK = _any_of(
    r"""
    this these that those they it its their he she his her such both here there another other
    however additionally moreover furthermore also similarly but and so then thus instead
    for\sexample for\sinstance as\sa\sresult as\ssuch in\saddition in\scontrast the\slatter
    the\sformer the\ssame
    """,
    r"\b",
)
_IS_ABOUT_TEXT = re.compile(
    r"\bcase stud(?:y|ies)\b|\b(?:the|this) (?:article|presentation|talk|transcript|text|post|blog|"
    r"source|discussion|podcast|speaker|author)s?\b",
    re.IGNORECASE,
)
# Headings of imported texts vary too much, so a sentence's own words decide on its section.
_MEASURED = _any_of("reduc increas improv achiev saved savings accura faster fewer higher lower")
_CUES = {
    Section.FAILURES: _any_of(
        "fail limitation struggl did.not didn.t does.not doesn.t cannot inadequa degrad drawback "
        "lack insufficien broke unreliab hallucinat"
    ),
    Section.CHALLENGES: _any_of("challeng difficult problem obstacle hard.to bottleneck complicat"),
    Section.LESSONS: _any_of(
        "lesson takeaway insight importan proved proven learned best.practice should essential "
        "crucial worked better.than outperform"
    ),
}


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph that make sense alone."""
    lines = [line.strip() for line in paragraph.split("\n")]
    found = (one.strip() for line in lines if line for one in segment("en", line))
    return [one for one in found if _is_self_contained(one)]


def _is_self_contained(text: str) -> bool:
    is_whole = text[:1].isupper() and text.endswith((".", "!", "?", ".”", '."'))
    is_clear = not _REFERS_BACK.match(text) and not _IS_ABOUT_TEXT.search(text)
    return is_whole and is_clear and len(text.split()) in _WORDS


def section_of(sentence: str) -> str:
    """Return the section of a case that a sentence would belong to."""
    if re.search(r"\d", sentence) and _MEASURED.search(sentence):
        return Section.RESULTS.value
    matching = (section for section, cue in _CUES.items() if cue.search(sentence))
    return next(matching, Section.ARCHITECTURE).value


def excerpt(text: str, words: str, similarity: TextSimilarity) -> str:
    """Return a text; of a long one, the part around the sentence that matches the words best."""
    if len(text) <= _LONGEST_EXCERPT:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]
    spans = list(pairwise([0, *ends]))
    shares = [similarity.share(words, text[start:end]) for start, end in spans]
    first = last = shares.index(max(shares))
    whole = (0, len(spans) - 1)
    while spans[last][1] - spans[first][0] < _LONGEST_EXCERPT and (first, last) != whole:
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
    return text[spans[first][0] : spans[last][1]].strip()
