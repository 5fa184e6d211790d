"""What code checks: where quotes stand, and whether numbers and names agree with their passages."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from schemas.cases import Evidence, Match, Measure, Origin, Support, SupportLevel
from schemas.sources import Document
from summarizer.agreement import missing_names, missing_numbers
from summarizer.quotes import QuoteFinder, comparable
from summarizer.sentences import sentences_of

_NEAR = 5_000  # characters; paragraphs are shorter
_APART = re.compile(
    r"^(?:references|bibliography|further reading|related (?:posts|articles|work)|about (?:us|the "
    r"authors?)|acknowledge?ments?)$",
    re.IGNORECASE,
)
NUMBER = "The number "
"""How the reason begins for a number that its passage lacks; no judge's opinion outweighs it."""

_CLOSING = " .,;:!?\"'”’)"


class Checker:
    """Checks what is claimed about one document.

    ``known`` are names that need not stand in a passage, such as the company's.
    """

    def __init__(self, document: Document, known: Iterable[str] = ()) -> None:
        self._document = document
        self._finder = QuoteFinder(document)
        voices = {p.speaker for p in document.passages if p.speaker}
        self._known = [document.title or "", document.site or "", *voices, *known]

    def find(self, quotes: Sequence[str]) -> tuple[Evidence, ...]:
        """Return the evidence of each quote."""
        return self._finder.find_all(quotes)

    def support(
        self,
        text: str,
        evidence: Sequence[Evidence],
        measure: Measure | None = None,
        origin: Origin = Origin.MODEL,
    ) -> Support:
        """Return the level of a statement by code alone, with the reason where something is wrong.

        A whole sentence of the source is verbatim, and two that adjoin, unless a model read the
        parts of a result.
        """
        if trouble := self._trouble_with_quotes(evidence):
            return trouble
        if reason := self._disagreement([text, *_amounts(measure)], evidence):
            return Support(level=SupportLevel.DOUBTFUL, reason=reason)
        is_own = measure is None or origin is Origin.SOURCE
        is_verbatim = is_own and self._is_whole_sentence(text, evidence)
        return Support(level=SupportLevel.VERBATIM if is_verbatim else SupportLevel.UNVERIFIED)

    def abstract_support(self, text: str, rests_on: Sequence[str]) -> Support:
        """Return the level of a sentence of the abstract, which only sums up statements."""
        if not rests_on:
            return Support(level=SupportLevel.REFUTED, reason="It rests on no statement.")
        said, language = "\n".join(rests_on), self._document.language
        absent = missing_numbers(text, said, language)
        absent += missing_names(text, said, self._known, self._document.text, language)
        if not absent:
            return Support(level=SupportLevel.UNVERIFIED)
        reason = f"“{absent[0]}” is in none of the statements that it rests on."
        return Support(level=SupportLevel.DOUBTFUL, reason=reason)

    def telling(self, quotes: Sequence[str]) -> tuple[Evidence, ...]:
        """Return the evidence that was found outside of lists of references and the like."""
        return tuple(
            e
            for e in self.find(quotes)
            if e.match is not Match.MISSING
            and not (e.passage and _APART.search(self._headings([e]).rpartition(". ")[2]))
        )

    def quote_support(self, evidence: Sequence[Evidence]) -> Support:
        """Return the level of a choice that a quote suggests: only where the quote stands."""
        return self._trouble_with_quotes(evidence) or Support(level=SupportLevel.UNVERIFIED)

    def value_support(self, value: str, evidence: Sequence[Evidence]) -> Support:
        """Return the level of a fact's value, which its passages must name."""
        if trouble := self._trouble_with_quotes(evidence):
            return trouble
        passages = self._passages(evidence)
        own = [self._document.title or "", self._document.site or ""]
        absent = missing_names(f"is {value}", passages, own, "")
        absent += missing_numbers(value, passages, self._document.language)
        if not absent:
            return Support(level=SupportLevel.UNVERIFIED)
        reason = f"“{value}” is not in the quoted passage."
        return Support(level=SupportLevel.DOUBTFUL, reason=reason)

    def _trouble_with_quotes(self, evidence: Sequence[Evidence]) -> Support | None:
        missing = [e for e in evidence if e.match is Match.MISSING]
        if len(missing) == len(evidence):
            return Support(level=SupportLevel.REFUTED, reason=self._missing(missing))
        if missing:
            reason = f"One of its quotes is not in the source: “{_short(missing[0].quote)}”."
            return Support(level=SupportLevel.DOUBTFUL, reason=reason)
        if any(e.match is Match.CLOSE for e in evidence):
            reason = "The quote was found only approximately; compare it with the source."
            return Support(level=SupportLevel.DOUBTFUL, reason=reason)
        return None

    def _missing(self, missing: Sequence[Evidence]) -> str:
        if not missing:
            return "It has no quote."
        hidden = comparable("\n".join(part.text for part in self._document.hidden))
        if hidden and any(comparable(e.quote) in hidden for e in missing):
            return "The quote stands in text that readers of the source do not see."
        reason = f"The quote is not in the source: “{_short(missing[0].quote)}”."
        nearest = self._finder.nearest(missing[0].quote)
        return f"{reason} Nearest is passage {nearest.n}." if nearest else reason

    def _disagreement(self, texts: Sequence[str], evidence: Sequence[Evidence]) -> str:
        """Return in words which number or name the quoted passages lack."""
        passages = self._passages(evidence)
        headings = self._headings(evidence)
        language = self._document.language
        for text in texts:
            if numbers := missing_numbers(text, f"{passages}\n{headings}", language):
                return f"{NUMBER}{numbers[0]} is not in the quoted passage."
        known = [*self._known, headings, *(e.speaker for e in evidence if e.speaker)]
        if names := missing_names(texts[0], passages, known, self._document.text, language):
            return f"“{names[0]}” is not in the quoted passage."
        return ""

    def _passages(self, evidence: Sequence[Evidence]) -> str:
        """Return the passages of quotes; of one without end what is near the quote."""
        spans = [(e.start, e.end) for e in evidence if e.start is not None and e.end is not None]
        return "\n".join(
            self._document.text[max(p.start, start - _NEAR) : min(p.end, end + _NEAR)]
            for start, end in spans
            for p in self._document.passages
            if start < p.end and p.start < end
        )

    def _headings(self, evidence: Sequence[Evidence]) -> str:
        numbers = {e.passage for e in evidence if e.passage is not None}
        passages = (self._document.passages[n - 1] for n in numbers)
        return ". ".join(dict.fromkeys(heading for p in passages for heading in p.headings))

    def _is_whole_sentence(self, text: str, evidence: Sequence[Evidence]) -> bool:
        wanted = comparable(text).strip(_CLOSING)
        quoted = any(wanted in comparable(self._passages([e])) for e in evidence)
        return quoted and wanted in self._sentences

    @cached_property
    def _sentences(self) -> frozenset[str]:
        texts = [sentence.text for sentence in sentences_of(self._document)]
        adjoining = [f"{one} {following}" for one, following in pairwise(texts)]
        return frozenset(comparable(text).strip(_CLOSING) for text in texts + adjoining)


def _amounts(measure: Measure | None) -> list[str]:
    """Return the parts of a result that may hold numbers."""
    if measure is None:
        return []
    value = f"{measure.value} {measure.unit or ''}" if measure.value else None
    return [part for part in (value, measure.baseline, measure.sample) if part]


def _short(quote: str) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= 80 else f"{line[:80]}…"  # noqa: PLR2004 - one line of a page
