"""Renders documents for models: numbered passages between fences that a source cannot forge."""

import hashlib
from collections.abc import Iterable, Sequence

from prompts.loader import Message
from schemas.sources import Document, Passage, Speakers

COSTING = 4.0
"""Characters per token in estimates of costs; English prose has 4.2 to 4.7, JSON 3.5."""

_FITTING = 3.5  # in estimates of whether a prompt fits


def estimate_tokens(text: str, characters: float = _FITTING) -> int:
    """Return the estimated tokens of ``text``: one per non-ASCII character, erring high."""
    plain = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return int(plain / characters) + len(text) - plain + 1


def message_tokens(messages: Iterable[Message], characters: float = _FITTING) -> int:
    """Return the estimated tokens of messages."""
    return sum(estimate_tokens(message.content, characters) for message in messages)


def one_line(text: str | None) -> str:
    """Return ``text`` on one line."""
    return " ".join((text or "(none)").split())


def fence_for(text: str) -> str:
    """Return the fence for ``text``: the line before and after it in a prompt.

    It is derived from the text, so the same text gives the same prompt and its answer is reused; to
    forge it, a text would have to contain its own hash.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"=====source-{digest[:16]}====="


def source_values(
    document: Document, passages: Sequence[Passage] | None = None, company: str | None = None
) -> dict[str, object]:
    """Return the values with which all prompts about a source begin alike."""
    whole = render(document)
    shown = whole if passages is None else render(document, passages, company)
    return {"fence": fence_for(whole), "passages": shown}


def render(
    document: Document, passages: Sequence[Passage] | None = None, company: str | None = None
) -> str:
    """Return a document, or some of its passages, as text for a model.

    The page's metadata comes first, then ``[n, page or time] text`` for each passage, with headings
    and speakers when they change, and a note for omitted passages.
    """
    stated = {"Title": document.title, "Published": document.published, "Site": document.site}
    lines = [f"{name}: {one_line(str(value))}" for name, value in stated.items() if value]
    lines += spoken_for(document, company)
    if document.description:
        lines.append(f"[0] {one_line(document.description)}")
    before: Passage | None = None
    for passage in document.passages if passages is None else passages:
        if before and passage.n > before.n + 1:
            lines.append(f"(passages {before.n + 1} to {passage.n - 1} are left out)")
        lines.append(_marked(document, passage, before))
        before = passage
    return "\n".join(lines)


def _marked(document: Document, passage: Passage, before: Passage | None) -> str:
    is_headed = passage.headings and (before is None or passage.headings != before.headings)
    heading = f"# {' > '.join(passage.headings)}\n" if is_headed else ""
    changes = before is None or passage.speaker != before.speaker
    speaker = f"{passage.speaker}: " if passage.speaker and changes else ""
    return f"{heading}[{label(passage)}] {speaker}{document.passage_text(passage)}"


def label(passage: Passage) -> str:
    """Return a passage's number with its page or time: ``12, p. 3`` or ``12, 14:05``."""
    if passage.page is not None:
        return f"{passage.n}, p. {passage.page}"
    if passage.seconds is not None:
        minutes, seconds = divmod(int(passage.seconds), 60)
        return f"{passage.n}, {minutes}:{seconds:02}"
    return str(passage.n)


def spoken_for(document: Document, company: str | None = None) -> list[str]:
    """Return lines with the speakers and the company and system that they speak for, if known."""
    known = document.speakers or Speakers()
    names = dict.fromkeys(p.speaker for p in document.passages if p.speaker)
    others = [name for name in names if known.role(name) is None]
    roles = [f"{name} (host)" for name in known.hosts]
    roles += [f"{name} (guest)" if known.hosts else name for name in known.guests]
    stated = {
        "Company": known.guests_company or company,
        "System": known.guests_system,
        "Speakers": ", ".join([*roles, *others]),
    }
    return [f"{name}: {one_line(value)}" for name, value in stated.items() if value]


def subject_lines(document: Document) -> list[str]:
    """Return lines about the subject of a case study, if its source has several."""
    if document.focus is None:
        return []
    others = "; ".join(map(str, document.focus.others))
    return [
        f"The case study is about: {document.focus.subject}",
        f"Other subjects of the source, which this case study leaves out: {others}",
    ]


def fair_sample(document: Document, max_tokens: int) -> list[Passage]:
    """Return all passages if they fit, or else the opening, the end and samples in between."""
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
    """Return the first of ``places`` that fit ``room``, at least one if there are any."""
    kept: list[int] = []
    for place in places:
        room -= sizes[place]
        if room < 0 and kept:
            break
        kept.append(place)
    return kept
