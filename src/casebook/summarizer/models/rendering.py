"""How a document is shown to a model: numbered passages between fences that it cannot guess."""

import hashlib
from collections.abc import Sequence

from casebook.schemas.documents import Document, Passage

# Characters per token, on the safe side for English prose. Counting exactly would need the
# model's own vocabulary, which most endpoints do not give away.
CHARACTERS_PER_TOKEN = 3.5


def estimate_tokens(text: str) -> int:
    """Return a cautious estimate of the tokens in ``text``; beyond ASCII, one a character."""
    if text.isascii():
        return int(len(text) / CHARACTERS_PER_TOKEN) + 1
    plain = len(text.encode("ascii", "ignore"))
    return int(plain / CHARACTERS_PER_TOKEN) + len(text) - plain + 1


def one_line(text: str | None) -> str:
    """Return ``text`` on one line, whatever the page did: it stands outside the fence."""
    return " ".join((text or "(none)").split())


def fence_of(document: Document) -> str:
    """Return the line that a source is put between.

    It is derived from all that the page has a say in, so that the same document renders to the
    same prompt and an answer is found again; a page would have to contain its own hash to forge it.
    """
    sections = (passage.locator.section or "" for passage in document.passages)
    return fence_for("\0".join((document.text, document.title or "", *sections)))


def fence_for(shown: str) -> str:
    """Return the line that ``shown``, which came from a source, is put between."""
    digest = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()
    return f"=====source-{digest[:16]}====="


def render_passages(document: Document, passages: Sequence[Passage] | None = None) -> str:
    """Return ``[n] text`` for each passage, with its section where that changes."""
    lines: list[str] = []
    section: str | None = None
    for passage in document.passages if passages is None else passages:
        if passage.locator.section and passage.locator.section != section:
            section = passage.locator.section
            lines.append(f"# {section}")
        lines.append(f"[{passage.n}] {document.passage_text(passage)}")
    return "\n".join(lines)


def opening_and_end(document: Document, max_tokens: int) -> list[Passage]:
    """Return the passages of the first two thirds and the last third of a token budget."""
    total = max_tokens * CHARACTERS_PER_TOKEN
    head = _within(document.passages, total * 2 / 3)
    rest = document.passages[len(head) :]
    tail = _within(list(reversed(rest)), total / 3)
    return [*head, *reversed(tail)]


def _within(passages: Sequence[Passage], budget: float) -> list[Passage]:
    kept: list[Passage] = []
    for passage in passages:
        budget -= passage.end - passage.start
        if budget < 0 and kept:
            break
        kept.append(passage)
    return kept
