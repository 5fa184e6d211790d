"""Checks statements by code: quotes, and the numbers and names in their passages."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from schemas.cases import Evidence, Match, Measure, Origin, Support, SupportLevel, TermGroup
from schemas.sources import Document, Passage
from schemas.taxonomy import PRODUCTS, Term
from summarizer.mentions import is_named
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers
from summarizer.quotes import QuoteFinder, comparable
from summarizer.sentences import sentences_of

_NEAR = 5_000  # characters around a quote; paragraphs are shorter
_APART = re.compile(
    r"^(?:references|bibliography|further reading|related (?:posts|articles|work)|about (?:us|the "
    r"authors?)|acknowledge?ments?)$",
    re.IGNORECASE,
)
_CLOSING = " .,;:!?\"'”’)"


class Checker:
    """Checks claims about one document.

    ``known`` are names that can be missing from a passage, such as the company's.
    """

    def __init__(self, document: Document, known: Iterable[str] = ()) -> None:
        self._document = document
        self._finder = QuoteFinder(document)
        voices = {p.speaker for p in document.passages if p.speaker}
        self._known = [document.title or "", document.site or "", *voices, *known]

    def find(self, quotes: Sequence[str], translations: Sequence[str] = ()) -> tuple[Evidence, ...]:
        """Return the evidence of each quote, with its translation if there is one."""
        if len(translations) != len(quotes):
            return self._finder.find_all(quotes)
        pairs = zip(quotes, translations, strict=True)
        found = [
            one.model_copy(update={"translation": " ".join(translation.split()) or None})
            for quote, translation in pairs
            for one in self._finder.find_all([quote])
        ]
        return tuple(dict.fromkeys(found))

    def support(
        self,
        text: str,
        evidence: Sequence[Evidence],
        measure: Measure | None = None,
        origin: Origin = Origin.MODEL,
    ) -> Support:
        """Return a statement's level without a judge, and the reason if something is wrong.

        One or two whole sentences of the source are verbatim, unless they are a result with parts
        that a model extracted. Sentences of an imported text are not the source's.
        """
        if problem := self._quote_problem(evidence):
            return problem
        if reason := self._disagreement([text, *_amounts(measure)], evidence):
            return _doubtful(reason)
        if hosts := self._hosts_alone(evidence):
            return _doubtful(f"Only the host says it ({', '.join(hosts)}).")
        if other := self._of_another(text, *(one.quote for one in evidence)):
            return other
        is_verbatim = measure is None or origin in {Origin.SOURCE, Origin.SELECTED}
        is_verbatim = is_verbatim and not self._document.is_prose
        is_verbatim = is_verbatim and self._is_whole_sentence(text, evidence)
        return Support(level=SupportLevel.VERBATIM if is_verbatim else SupportLevel.UNVERIFIED)

    def abstract_support(self, text: str, rests_on: Sequence[str]) -> Support:
        """Return the level of a sentence of the abstract, which only summarizes statements."""
        if not rests_on:
            reason = "It is not based on any statement."
            return Support(level=SupportLevel.REFUTED, reason=reason)
        statements, language = "\n".join(rests_on), self._document.language
        absent = missing_numbers(text, statements, language)
        absent += missing_names(text, statements, self._known, self._document.text, language)
        if absent:
            return _doubtful(f"“{absent[0]}” is not in the statements that it summarizes.")
        return self._of_another(text) or Support(level=SupportLevel.UNVERIFIED)

    def tag_evidence(self, quotes: Sequence[str]) -> tuple[Evidence, ...]:
        """Return the evidence found outside of reference lists and similar sections."""
        return tuple(
            e
            for e in self.find(quotes)
            if e.match is not Match.MISSING
            and not (e.passage and _is_apart(self._document.passages[e.passage - 1]))
        )

    def is_named(self, name: str, group: TermGroup, term: Term | None) -> bool:
        """Return whether a tool or model is named outside of reference lists; true for others."""
        is_product = not PRODUCTS.isdisjoint({group, term.group if term else group})
        return not is_product or is_named(self._content, name, term)

    def quote_support(self, evidence: Sequence[Evidence]) -> Support:
        """Return the level of a value that is inferred from quotes, which only have to exist."""
        return self._quote_problem(evidence) or Support(level=SupportLevel.UNVERIFIED)

    def value_support(self, value: str, evidence: Sequence[Evidence]) -> Support:
        """Return the level of a fact's value, which must be in the quoted passages."""
        if problem := self._quote_problem(evidence):
            return problem
        passages = self._passages(evidence)
        known = [self._document.title or "", self._document.site or ""]
        absent = missing_names(f"is {value}", passages, known, "")
        absent += missing_numbers(value, passages, self._document.language)
        if absent:
            return _doubtful(f"“{value}” is not in the quoted passage.")
        return Support(level=SupportLevel.UNVERIFIED)

    def _of_another(self, *texts: str) -> Support | None:
        other = self._document.focus and self._document.focus.another_in(*texts)
        return _doubtful(f"It names {other}, another subject of the source.") if other else None

    def _quote_problem(self, evidence: Sequence[Evidence]) -> Support | None:
        missing = [e for e in evidence if e.match is Match.MISSING]
        if len(missing) == len(evidence):
            return Support(level=SupportLevel.REFUTED, reason=self._missing(missing))
        if missing:
            quote = _short(missing[0].quote)
            return _doubtful(f"One of its quotes is not in the source: “{quote}”.")
        if any(e.match is Match.CLOSE for e in evidence):
            return _doubtful("The quote was found only approximately; compare it with the source.")
        return None

    def _missing(self, missing: Sequence[Evidence]) -> str:
        if not missing:
            return "It has no quote."
        hidden = comparable("\n".join(part.text for part in self._document.hidden))
        if hidden and any(comparable(e.quote) in hidden for e in missing):
            return "The quote is in hidden text, which readers of the source do not see."
        reason = f"The quote is not in the source: “{_short(missing[0].quote)}”."
        nearest = self._finder.nearest(missing[0].quote)
        return f"{reason} The closest passage is {nearest.n}." if nearest else reason

    def _disagreement(self, texts: Sequence[str], evidence: Sequence[Evidence]) -> str:
        """Return a sentence about the first number or name missing from the quoted passages."""
        passages = self._passages(evidence)
        headings = self._headings(evidence)
        language = self._document.language
        for text in texts:
            if numbers := missing_numbers(text, f"{passages}\n{headings}", language):
                return f"The number {numbers[0]} is not in the quoted passage."
        known = [*self._known, headings, *(e.speaker for e in evidence if e.speaker)]
        if names := missing_names(texts[0], passages, known, self._document.text, language):
            return f"“{names[0]}” is not in the quoted passage."
        return ""

    def _hosts_alone(self, evidence: Sequence[Evidence]) -> list[str]:
        """Return the speakers of the quotes if all of them are hosts, and somebody is a guest."""
        known = self._document.speakers
        names = [e.speaker for e in evidence]
        is_hosts = known and known.guests and all(known.role(name) == "host" for name in names)
        return sorted({name for name in names if name}) if is_hosts else []

    def _passages(self, evidence: Sequence[Evidence]) -> str:
        """Return the text of the quoted passages, or the surroundings of a quote in a long one."""
        spans = [(e.start, e.end) for e in evidence if e.start is not None and e.end is not None]
        described = any(e.passage == 0 for e in evidence) and self._document.description
        quoted = [
            self._document.text[max(p.start, start - _NEAR) : min(p.end, end + _NEAR)]
            for start, end in spans
            for p in self._document.passages
            if start < p.end and p.start < end
        ]
        return "\n".join([described, *quoted] if described else quoted)

    def _headings(self, evidence: Sequence[Evidence]) -> str:
        numbers = {e.passage for e in evidence if e.passage}
        passages = (self._document.passages[n - 1] for n in numbers)
        return ". ".join(dict.fromkeys(heading for p in passages for heading in p.headings))

    def _is_whole_sentence(self, text: str, evidence: Sequence[Evidence]) -> bool:
        wanted = comparable(text).strip(_CLOSING)
        quoted = any(wanted in comparable(self._passages([e])) for e in evidence)
        return quoted and wanted in self._sentences

    @cached_property
    def _content(self) -> str:
        """The title and the passages that ``tag_evidence`` accepts."""
        passages = (p for p in self._document.passages if not _is_apart(p))
        texts = (self._document.passage_text(p) for p in passages)
        return "\n\n".join((self._document.title or "", *texts))

    @cached_property
    def _sentences(self) -> frozenset[str]:
        texts = [sentence.text for sentence in sentences_of(self._document)]
        adjoining = [f"{one} {following}" for one, following in pairwise(texts)]
        return frozenset(comparable(text).strip(_CLOSING) for text in texts + adjoining)


def _is_apart(passage: Passage) -> bool:
    return bool(passage.headings and _APART.search(passage.headings[-1]))


def _amounts(measure: Measure | None) -> list[str]:
    """Return the parts of a result that can contain numbers."""
    if measure is None:
        return []
    value = f"{measure.value} {measure.unit or ''}" if measure.value else None
    return [part for part in (value, measure.baseline, measure.sample) if part]


def _doubtful(reason: str) -> Support:
    return Support(level=SupportLevel.DOUBTFUL, reason=reason)


def _short(quote: str) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= 80 else f"{line[:80]}…"  # noqa: PLR2004 - one line of a page
