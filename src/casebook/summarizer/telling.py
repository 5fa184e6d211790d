"""Does a text tell of a system that somebody runs, or list, teach and advise? By cues. Pure.

Lists of products and tips, tutorials and documentation are technical, and name deployments in
passing. What gives them away: their title, that they speak to their reader and not of themselves,
or that no language model occurs in them. Patterns are data, in ``triage.toml``.
"""

import re
from collections.abc import Sequence
from functools import cache

from casebook.schemas.cases import Evidence
from casebook.schemas.documents import Document
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import SourceKind
from casebook.schemas.triage import Criterion
from casebook.summarizer.grounding.locating import evidence_at
from casebook.summarizer.language.sentences import Sentence

NAME = "telling"
# Speakers say "you" of anybody, so an address says nothing in a talk.
_SPOKEN = frozenset({SourceKind.YOUTUBE, SourceKind.CAPTIONS})


class TellingCues(Frozen):
    """The patterns: titles of lists and guides, titles of stories, who is spoken to, the subject.

    A text advises when at least the share ``advice`` of its sentences address the reader, and
    more than ``over`` times as many as speak of the tellers themselves.
    """

    listing: Sequence[str]
    story: Sequence[str]
    address: str
    own: str
    subject: str
    advice: float
    over: float


def telling(document: Document, sentences: Sequence[Sentence], cues: TellingCues) -> Criterion:
    """Return the criterion: 0 for what lists, advises or speaks of something else, else 1."""
    title = " ".join((document.title or "").split())
    if _any(cues.listing, title) and not _any(cues.story, title):
        return _criterion(0.0, "Its title announces a list, a guide or an introduction.")
    if not _compiled(cues.subject).search(f"{title}\n{document.text}"):
        return _criterion(0.0, "It names no language model and nothing made with one.")
    addressing = [s for s in sentences if _compiled(cues.address).search(s.text)]
    own = sum(1 for s in sentences if _compiled(cues.own).search(s.text))
    share = len(addressing) / max(len(sentences), 1)
    advises = share >= cues.advice and len(addressing) > cues.over * own
    if advises and document.kind not in _SPOKEN:
        shown = [evidence_at(document, s.start, s.end) for s in addressing[:2]]
        return _criterion(0.0, f"{share:.0%} of its sentences speak to the reader.", shown)
    return _criterion(1.0, "It does not read like a list, a guide or advice.")


def _criterion(score: float, reason: str, evidence: Sequence[Evidence] = ()) -> Criterion:
    return Criterion(name=NAME, score=score, reason=reason, evidence=evidence)


def _any(patterns: Sequence[str], text: str) -> bool:
    return any(_compiled(pattern).search(text) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
