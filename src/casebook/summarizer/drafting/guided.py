"""The strategy for small models: code finds the sentence, the model restates it, code checks.

One small question at a time over a few sentences, with worked examples and an answer schema with
length bounds. An answer that is not faithful to its sentence is dropped for the sentence itself.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import Origin
from casebook.schemas.documents import Document
from casebook.schemas.errors import AnswerInvalid, AnswerTruncated, ContextExceeded
from casebook.summarizer.drafting.company import company_of
from casebook.summarizer.drafting.facts import facts_of
from casebook.summarizer.drafting.measuring import measures_of
from casebook.summarizer.drafting.ranking import Pick, leaning, pick
from casebook.summarizer.language.sentences import Sentence, sentences_of
from casebook.summarizer.language.wording import (
    content_stems,
    name_key,
    name_keys,
    names,
    negations,
    number_sequence,
    words,
)
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.rendering import estimate_tokens
from casebook.summarizer.proposals import Claim, Proposal

STAGE = "summarize"
PARAMETERS = {"temperature": 0.0, "seed": 7, "max_tokens": 110}
# Asked in this order; the same that a reader meets them in.
FIELDS = (
    "summary",
    "architecture",
    "challenges",
    "solutions",
    "lessons",
    "results",
    "techniques",
    "tools",
    "failures",
    "open_questions",
)

_MIN_WORDS, _MAX_WORDS = 6, 42
_MIN_LENGTH = 0.45
# Words a restatement may add, since they add nothing: who acts, and that a thing is in use.
_NEUTRAL = content_stems("team company system use used using then")
_MODAL = re.compile(
    r"\b(could|might|may|would|should|plan|expect|hope|if|unless|except)\b", re.IGNORECASE
)
# Stop words that still say how much of a thing is meant.
_AMOUNT = re.compile(
    r"\b(all|most|much|many|some|few|only|half|both|every|any|more|less|nearly|almost|about)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[A-Z0-9\"“'‘].*[^,;:\s]\.$")
_TWO_SENTENCES = re.compile(r"[.!?][\"”’)]*\s+[\"“‘(]?[A-Z]")
_CLAUSE = re.compile(r"[,;:]\s")
_LEADING = re.compile(
    r"^(?:and|but|so|also|then|however|plus|now|well|okay|moreover|additionally|furthermore|"
    r"meanwhile|finally|for example|for instance|in addition|first|second|third|instead),?\s+|"
    r"^tl;?dr:?\s+",
    re.IGNORECASE,
)


class RestatedAnswer(BaseModel):
    """One sentence about the text."""

    statement: Annotated[str, StringConstraints(min_length=20, max_length=280)]


async def propose(
    document: Document, asker: Asker, on_progress: Callable[[int, int], None]
) -> Proposal:
    """Return the claims of ``document``, asking one question per sentence that speaks of a field.

    ``on_progress`` is told (done, total) questions.

    Raises:
        ModelError: when the endpoint fails; an unfaithful or cut answer is no error.
    """
    sentences, picked = await asyncio.to_thread(_read, document)
    total = sum(len(picks) for picks in picked.values())
    claims: dict[str, list[Claim]] = {}
    done = 0
    for field in FIELDS:
        claims[field] = []
        for chosen in sorted(picked[field], key=lambda p: p.sentence.start):
            claims[field].append(await _claim(chosen, sentences, asker))
            done += 1
            on_progress(done, total)
    facts = await asyncio.to_thread(facts_of, document, sentences)
    return Proposal(facts=facts, statements=claims)


def prompt_sizes(document: Document) -> list[int]:
    """Return the estimated tokens of each question that ``propose`` asks. Pure."""
    sentences, picked = _read(document)
    asked = [(field, chosen) for field in FIELDS for chosen in picked[field]]
    return [
        sum(
            estimate_tokens(m.content)
            for m in load_prompt(f"guided/{field}").render(
                {"text": _window(chosen.sentence, sentences)}
            )
        )
        for field, chosen in asked
    ]


def _read(document: Document) -> tuple[list[Sentence], dict[str, list[Pick]]]:
    """Return the sentences, and by field those to ask about: 2 s for a talk of two hours."""
    sentences = sentences_of(document)
    company = company_of(document, sentences)
    return sentences, pick(sentences, document.title, name_keys(company.value) if company else ())


async def _claim(chosen: Pick, sentences: Sequence[Sentence], asker: Asker) -> Claim:
    target = chosen.sentence
    quotes = [target.text]
    window = _window(target, sentences)
    answer = await _restate(chosen.field, window, asker)
    if answer and answer != target.text and faithful(answer, target.text, window):
        return _said(chosen.field, answer, quotes, Origin.MODEL)
    return _said(chosen.field, tidy(target.text), quotes, Origin.SOURCE)


def _said(field: str, text: str, quotes: Sequence[str], origin: Origin) -> Claim:
    """Return the claim; of a result, with the parts that its sentence names plainly."""
    measures = measures_of(text) if field == "results" else {}
    return Claim.model_validate({"text": text, "quotes": quotes, "origin": origin, **measures})


async def _restate(field: str, window: str, asker: Asker) -> str | None:
    """Ask the model; None where it has no usable answer."""
    prompt = asker.prompt(f"guided/{field}")
    try:
        answer = await asker.ask(STAGE, prompt, {"text": window}, RestatedAnswer, **PARAMETERS)
    except (AnswerInvalid, AnswerTruncated, ContextExceeded):
        return None
    return " ".join(answer.statement.split())


def _window(target: Sentence, sentences: Sequence[Sentence]) -> str:
    """Return the target, after the sentence before where the target leans on it."""
    place = next(i for i, s in enumerate(sentences) if s.start == target.start)
    before = sentences[place - 1] if place else None
    if before is None or before.passage != target.passage or not leaning(target.text):
        return target.text
    return f"{before.text} {target.text}"


def faithful(answer: str, target: str, window: str) -> bool:
    """Tell whether ``answer`` restates ``target`` and nothing else.

    It must be one whole sentence that says what the target says in its order, leaving out no more
    than a last clause; it keeps numbers, names, negation and reservations, and takes no more from
    the window than names.
    """
    count = len(words(answer))
    return (
        _MIN_WORDS <= count <= _MAX_WORDS
        and bool(_WHOLE.match(answer))
        and not _TWO_SENTENCES.search(answer)
        and count >= _MIN_LENGTH * len(words(target))
        and not _stutters(answer)
        and _follows(answer, target)
        and _in_order(number_sequence(answer), number_sequence(target))
        and bool(number_sequence(answer)) == bool(number_sequence(target))
        and _names_in_order(answer, window)
        and negations(answer) == negations(target)
        and len(_MODAL.findall(answer)) == len(_MODAL.findall(target))
        and _amounts(answer) == _amounts(target)
    )


def _follows(answer: str, target: str) -> bool:
    """Tell whether the content words are the target's, in order, but for a clause at the end.

    A word left out in the middle is often the subject, and one put in is often an invention.
    """
    said = [stem for stem in _content(answer) if stem not in _NEUTRAL]
    clauses = _CLAUSE.split(tidy(target))
    for count in range(len(clauses), 0, -1):
        if said == [stem for part in clauses[:count] for stem in _content(part)]:
            return True
    return False


def _amounts(text: str) -> list[str]:
    return [word.casefold() for word in _AMOUNT.findall(text)]


def _content(text: str) -> list[str]:
    """Return the stems of the content words in order, neutral ones and numbers aside."""
    stems = [stem for word in words(text) for stem in sorted(content_stems(word))]
    return [stem for stem in stems if stem not in _NEUTRAL]


def _stutters(text: str) -> bool:
    """Tell whether a run of four words comes twice."""
    spoken = [word.casefold() for word in words(text)]
    runs = [tuple(spoken[i : i + 4]) for i in range(len(spoken) - 3)]
    return len(set(runs)) < len(runs)


def _in_order(part: Sequence[object], whole: Sequence[object]) -> bool:
    """Tell whether ``part`` is a subsequence of ``whole``."""
    rest = iter(whole)
    return all(item in rest for item in part)


def _names_in_order(answer: str, window: str) -> bool:
    named = names(answer)
    asked = [name_key(word) for word in words(answer) if word in named]
    return set(asked) <= name_keys(window) and _in_order(
        asked, [name_key(word) for word in words(window)]
    )


def tidy(sentence: str) -> str:
    """Return the source's sentence without the connective that tied it to the one before."""
    bare = _LEADING.sub("", sentence, count=1)
    return bare[:1].upper() + bare[1:]
