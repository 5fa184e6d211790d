"""How a document is shown to a model: numbered passages between lines that it cannot forge."""

import hashlib
from collections.abc import Sequence

from schemas.sources import Document, Passage

COSTING = 4.0
"""Characters a token, for what a prompt costs; English prose has 4.2 to 4.7, JSON 3.5."""

_FITTING = 3.5


def estimate_tokens(text: str, characters: float = _FITTING) -> int:
    """Return the tokens in ``text``, cautiously by default; beyond ASCII, one a character."""
    plain = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return int(plain / characters) + len(text) - plain + 1


def one_line(text: str | None) -> str:
    """Return ``text`` on one line: what a page states about its text stands outside the fence."""
    return " ".join((text or "(none)").split())


def fence_of(document: Document) -> str:
    """Return the line that a document is put between."""
    headings = (" ".join(passage.headings) for passage in document.passages)
    return fence_for("\0".join((document.text, document.title or "", *headings)))


def fence_for(text: str) -> str:
    """Return the line that ``text`` from a source is put between.

    It is derived from the text, so that the same text gives the same prompt and its answer is found
    again; to forge it, a text would have to contain its own hash.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"=====source-{digest[:16]}====="


def render_passages(document: Document, passages: Sequence[Passage] | None = None) -> str:
    """Return ``[n] text`` for each passage, with headings and speakers where they change.

    Passages that are left out in between are marked.
    """
    lines: list[str] = []
    before: Passage | None = None
    for passage in document.passages if passages is None else passages:
        if before and passage.n > before.n + 1:
            lines.append(f"(passages {before.n + 1} to {passage.n - 1} are left out)")
        if passage.headings and (before is None or passage.headings != before.headings):
            lines.append("# " + " > ".join(passage.headings))
        changed = before is None or passage.speaker != before.speaker
        speaker = f"{passage.speaker}: " if passage.speaker and changed else ""
        lines.append(f"[{passage.n}] {speaker}{document.passage_text(passage)}")
        before = passage
    return "\n".join(lines)


def fair_sample(document: Document, max_tokens: int) -> list[Passage]:
    """Return all passages where they fit, else the opening, the end and samples in between."""
    passages = list(document.passages)
    sizes = [estimate_tokens(document.passage_text(p)) for p in passages]
    if sum(sizes) <= max_tokens:
        return passages
    opening = _within(sizes, range(len(passages)), max_tokens // 3)
    ending = _within(sizes, range(len(passages) - 1, opening[-1], -1), max_tokens // 6)
    between = range(opening[-1] + 1, min(ending, default=len(passages)))
    room = max_tokens - sum(sizes[i] for i in (*opening, *ending))
    step = max(1, -(-sum(sizes[i] for i in between) // max(room, 1)))
    middle = _within(sizes, between[::step], room)
    return [passages[i] for i in sorted({*opening, *middle, *ending})]


def _within(sizes: Sequence[int], places: Sequence[int], room: int) -> list[int]:
    """Return the first of ``places`` that fit ``room``; one at least where there are any."""
    kept: list[int] = []
    for place in places:
        room -= sizes[place]
        if room < 0 and kept:
            break
        kept.append(place)
    return kept
