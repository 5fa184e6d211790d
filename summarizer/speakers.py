"""Settles who speaks for whom: by words of the speakers, or by a model if these do not suffice."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Literal

from schemas.errors import BudgetReached, CasebookError
from schemas.sources import Document, Passage, SourceKind, Speakers
from summarizer.answers import Answer, Nullable
from summarizer.asker import Asker
from summarizer.data import expanded, table
from summarizer.rendering import estimate_tokens, fence_for, one_line, render
from summarizer.sentences import word_set, words
from summarizer.strategies.company import is_name
from summarizer.strategies.cues import load_cues
from summarizer.strategies.windows import company_named

STAGE = PROMPT = "speakers"
_OPENING_TOKENS = 1_500
_EARLY_TURNS = 3  # of a speaker, in which people greet each other; as many at the end
_WEIGHTS = {"host": 2, "guest": -3}
_LABEL_COUNTS = 4
_SHOWN = 160  # characters of a speaker's first turn in the list for a model
_ASKS, _HARDLY_ASKS = 0.35, 0.1  # shares of turns that end with a question
_RECORDED = frozenset({SourceKind.VIDEO, SourceKind.CAPTIONS, SourceKind.RECORDING})

Roles = dict[str, str]  # host or guest, by name


class SpeakerAnswer(Answer):
    """A person who speaks, and the name under which the passages list them."""

    label: Nullable
    name: Nullable
    role: Literal["host", "guest", "other"]


class SpeakersAnswer(Answer):
    """Who speaks for whom."""

    speakers: list[SpeakerAnswer]
    company: Nullable
    system: Nullable


async def settled(document: Document, asker: Asker) -> Speakers | None:
    """Return who speaks for whom, None for a written source.

    A capable model is asked if the words do not show the role of each speaker and their company.
    Without its answer, the roles that the words show remain, with a note.

    Raises:
        ModelError: if the endpoint does not answer for now, or the call does not fit the budget.
    """
    found, is_sure = await asyncio.to_thread(by_words, document)
    if found is None or is_sure or not asker.profile.is_capable:
        return found
    try:
        values = _values(document)
        answer = await asker.ask(asker.prompt(PROMPT), values, SpeakersAnswer, STAGE)
    except CasebookError as error:
        if error.transient or isinstance(error, BudgetReached):
            raise  # a later answer would change the prompts of a draft that is paid by then
        note = f"No model settled who speaks for whom: {error}"
        return found.model_copy(update={"roles_note": note})
    return _from_answer(answer, found, document)


def can_be_unclear(document: Document) -> bool:
    """Return whether a model may have to be asked who speaks for whom."""
    return document.kind in _RECORDED or any(one.speaker for one in document.passages)


def by_words(document: Document) -> tuple[Speakers | None, bool]:
    """Return who speaks for whom according to the words, and whether nothing is left to settle."""
    turns, opening = _turns(document), _opening_text(document)
    is_talk = document.kind in _RECORDED and re.search(table("speakers")["conversation"], opening)
    if not turns and not is_talk:
        return None, True
    named = {role: list(_named(opening, role)) for role in ("host", "guest")}
    mentioned = {name: role for role in _WEIGHTS for name in named[role] if " " in name}
    roles = _roles(turns, named) if turns else mentioned
    guests = [name for name, role in roles.items() if role == "guest"]
    company = _company(opening, turns, guests, named["guest"])
    if company is None and len(turns) == 1:
        company = company_named(document)
    is_sure = set(turns) == set(roles) and bool(company) and not any(map(_is_unnamed, turns))
    found = _speakers(_with_names(roles, named), guests_company=company)
    return found, bool(turns) and ((is_sure and bool(found.hosts)) or len(turns) == 1)


def _turns(document: Document) -> dict[str, list[str]]:
    """Return the turns of each speaker who has a name in the passages."""
    turns: dict[str, list[str]] = {}
    before = None
    for passage in document.passages:
        if passage.speaker:
            own, text = turns.setdefault(passage.speaker, []), document.passage_text(passage)
            own[-1:] = [f"{own[-1]} {text}"] if passage.speaker == before else [*own[-1:], text]
        before = passage.speaker
    return turns


def _opening(document: Document) -> list[Passage]:
    sizes = (estimate_tokens(document.passage_text(one)) for one in document.passages)
    pairs = zip(document.passages, accumulate(sizes), strict=True)
    return [passage for passage, tokens in pairs if tokens <= _OPENING_TOKENS]


def _opening_text(document: Document) -> str:
    texts = (document.passage_text(passage) for passage in _opening(document))
    stated = (document.title, document.description, *texts)
    return "\n".join(one_line(text) for text in stated if text)


def _roles(turns: Mapping[str, Sequence[str]], named: Mapping[str, Sequence[str]]) -> Roles:
    """Return the roles of named speakers, by their labels, words, mentions and questions."""
    scores = Counter[str]()
    for speaker, own in turns.items():
        said = "\n".join((*own[:_EARLY_TURNS], *own[_EARLY_TURNS:][-_EARLY_TURNS:]))
        for role, weight in _WEIGHTS.items():
            scores[speaker] += weight * sum(bool(one.search(said)) for one in _patterns(role))
            is_label = re.match(table("speakers")[f"{role}_label"], speaker)
            scores[speaker] += weight * _LABEL_COUNTS if is_label else 0
            is_named = any(_match(name, turns) == speaker for name in named[role])
            scores[speaker] += weight if is_named else 0
    roles = {one: "host" if scores[one] > 0 else "guest" for one in turns if scores[one]}
    asking = {one: sum(t.endswith("?") for t in own) / len(own) for one, own in turns.items()}
    if "host" not in roles.values():
        roles |= {one: "host" for one in turns if one not in roles and asking[one] >= _ASKS}
    if "host" in roles.values() or max(asking.values()) <= _HARDLY_ASKS:
        others = [one for one in turns if one not in roles]
        is_last = len(others) == 1 and "guest" not in roles.values()
        silent = (one for one in others if is_last or asking[one] <= _HARDLY_ASKS)
        roles |= dict.fromkeys(silent, "guest")
    return {one: roles[one] for one in turns if one in roles}


def _speakers(roles: Roles, **about: Any) -> Speakers:
    hosts, guests = (tuple(n for n, r in roles.items() if r == role) for role in _WEIGHTS)
    return Speakers(hosts=hosts, guests=guests, **about)


def _with_names(roles: Roles, named: Mapping[str, Sequence[str]]) -> Roles:
    """Return the roles with the name of "Speaker 2" if only one name fits: "Ana Lo (Speaker 2)"."""
    found = {}
    for label, role in roles.items():
        names = [name for name in named[role] if " " in name]
        is_only = len({*names}) == 1 and [*roles.values()].count(role) == 1
        found[f"{names[0]} ({label})" if _is_unnamed(label) and is_only else label] = role
    return found


def _named(opening: str, role: str) -> Iterator[str]:
    """Yield the names that are mentioned as a host's or a guest's."""
    for pattern in _patterns(f"named_{role}"):
        for match in pattern.finditer(opening):
            name = match["name"].removesuffix("’s").removesuffix("'s")
            if name.split()[0].casefold() not in load_cues().not_names:
                yield name


def _match(name: str, turns: Iterable[str]) -> str | None:
    """Return the only speaker whose name has a word of ``name``."""
    asked = {word.casefold() for word in words(name)}
    found = [one for one in turns if asked & {word.casefold() for word in words(one)}]
    return found[0] if len(found) == 1 else None


def _company(
    opening: str, turns: Mapping[str, Sequence[str]], guests: Sequence[str], named: Iterable[str]
) -> str | None:
    """Return where the guests work according to the opening or to themselves."""
    people = {part for one in (*guests, *named) for part in (one, *one.split()[:1])}
    said = "\n".join(turn for name in guests for turn in turns.get(name, ())[:_EARLY_TURNS])
    places = (m for one in _patterns("works") for m in one.finditer(opening) if m["name"] in people)
    found = [*places, *(m for one in _patterns("own") for m in one.finditer(said))]
    ranked = Counter(m["company"] for m in found if is_name(m["company"])).most_common(2)
    is_clear = len(guests) == 1 and len(ranked) > 1 and ranked[0][1] > ranked[1][1]
    return ranked[0][0] if is_clear or len(ranked) == 1 else None


def _is_unnamed(label: str) -> bool:
    return re.fullmatch(table("speakers")["unnamed"], label) is not None


@cache
def _patterns(name: str) -> Sequence[re.Pattern[str]]:
    return [re.compile(expanded(one, "speakers")) for one in table("speakers")[name]]


def _values(document: Document) -> dict[str, object]:
    """Return the values of the prompt: metadata, a list of speakers, and the first turns."""
    lines = []
    for name, own in _turns(document).items():
        count = sum(len(words(turn)) for turn in own)
        lines.append(f"- {name}: {count} words; first: {one_line(own[0])[:_SHOWN]}")
    shown = "\n".join(["# Speakers", *lines]) if lines else "# The speakers have no names"
    shown = f"{shown}\n\n{render(document, _opening(document))}"
    return {"fence": fence_for(shown), "shown": shown}


def _from_answer(answer: SpeakersAnswer, found: Speakers, document: Document) -> Speakers:
    """Return the model's speakers, company and system as far as the document names them."""
    turns, text = _turns(document), f"{_opening_text(document)}\n{document.text}"
    roles: Roles = {}
    for one in answer.speakers:
        name = one.name if one.name and one.name in text else None
        known = one.label if one.label in turns else None
        is_other = known and name and _is_unnamed(known)
        if shown := f"{name} ({known})" if is_other else known or (None if turns else name):
            roles.setdefault(shown, one.role)
    settled = {one.label for one in answer.speakers if one.label}
    for role, names in (("host", found.hosts), ("guest", found.guests)):
        roles |= {n: role for n in names if n in turns and n not in settled}
    is_named = answer.company is None or answer.company in text
    company = answer.company if is_named else found.guests_company
    system = answer.system if word_set(answer.system or "") <= word_set(text) else None
    return _speakers(roles, guests_company=company, guests_system=system, roles_by="model")
