"""Which cases were made otherwise than they would be today, and what differs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from casebook.schemas.frozen import Frozen
from casebook.schemas.recipes import Making, PromptUse, Recipe
from casebook.schemas.reviews import CaseStatus

_SHOWN = 8  # characters of a hash that tell it from another


class Part(StrEnum):
    """What of a draft's making can differ."""

    PROMPT = "prompt"
    SCHEMA = "schema"
    STRATEGY = "strategy"
    MODEL = "model"
    PARAMETERS = "parameters"
    GROUNDING = "grounding"
    JUDGE = "judge"
    EXTRACTOR = "extractor"
    TEXT = "text"


class Change(Frozen):
    """One part that differs; ``before`` and ``now`` are None where there is none, or not known."""

    part: Part
    name: str | None = None
    before: str | None = None
    now: str | None = None

    @property
    def told(self) -> str:
        """What differs, in words: ``prompt case_study v1 → v2``."""
        if self.part is Part.TEXT:
            return "the source was read anew, with another text"
        named = f"{self.part} {self.name}" if self.name else str(self.part)
        return f"{named} {self.before or '—'} → {self.now or '—'}"


class Staleness(Frozen):
    """A case and what differs; empty ``changes`` mean that today would make the same draft.

    ``waiting`` is the id of a newer draft beside it, ``waiting_changes`` what differs of that one,
    ``refused`` says that a curator does not want it.
    """

    case_id: str
    title: str | None
    status: CaseStatus
    revision_id: str
    changes: Sequence[Change]
    waiting: str | None = None
    waiting_changes: Sequence[Change] = ()
    refused: bool = False

    @property
    def is_stale(self) -> bool:
        """Tell whether a rerun would make something new: a fresh draft that waits is enough."""
        return bool(self.waiting_changes if self.waiting else self.changes)


class Today(Frozen):
    """How a case's draft would be made now: by which recipe, and which extractors there are."""

    recipe: Recipe
    extractors: Sequence[str]


def staleness(making: Making, today: Today, made: Recipe, waiting: Recipe | None) -> Staleness:
    """Compare how a case was ``made``, and its ``waiting`` draft if there is one, with today."""
    held, later = making.revision, making.waiting
    beside: Sequence[Change] = ()
    if later is not None and waiting is not None:
        beside = _all_changes(later.document_id, waiting, making, today)
    return Staleness(
        case_id=making.case_id,
        title=making.title,
        status=making.status,
        revision_id=held.revision_id,
        changes=_all_changes(held.document_id, made, making, today),
        waiting=later.revision_id if later else None,
        waiting_changes=beside,
        refused=making.refused,
    )


def _all_changes(document_id: str, made: Recipe, making: Making, today: Today) -> list[Change]:
    found = differences(made, today.recipe)
    if document_id != making.newest_document_id:
        told = {"before": document_id, "now": making.newest_document_id}
        return [*found, Change(part=Part.TEXT, **told)]
    read = extractor_change(making.extractor, today.extractors)
    return [*found, read] if read and document_id == making.revision.document_id else found


def differences(made: Recipe, today: Recipe) -> list[Change]:
    """Return the parts in which two recipes differ.

    Prompts, schemas and parameters of another strategy are not compared: they are other ones
    altogether. What ``made`` does not know, only shows if nothing else explains another id.
    """
    if made.recipe_id == today.recipe_id:
        return []
    found = [*_plain(made, today)]
    if made.strategy == today.strategy:
        found += _prompts(made.prompts, today.prompts)
        if not set(made.schemas) <= set(today.schemas):
            found.append(_changed(Part.SCHEMA, _hashes(made.schemas), _hashes(today.schemas)))
        if made.grounding is not None and dict(made.parameters) != dict(today.parameters):
            told = (_listed(made.parameters), _listed(today.parameters))
            found.append(_changed(Part.PARAMETERS, *told))
    return found or [_changed(Part.GROUNDING, "not recorded", _version(today.grounding))]


def _plain(made: Recipe, today: Recipe) -> Iterator[Change]:
    for part in (Part.STRATEGY, Part.MODEL):
        before, now = getattr(made, part), getattr(today, part)
        if before != now:
            yield _changed(part, before, now)
    if made.grounding is not None:
        if made.grounding != today.grounding:
            yield _changed(Part.GROUNDING, _version(made.grounding), _version(today.grounding))
        if made.judge != today.judge:
            yield _changed(Part.JUDGE, made.judge, today.judge)


def _prompts(made: Sequence[PromptUse], today: Sequence[PromptUse]) -> Iterator[Change]:
    """Yield the prompts that differ; one that was not asked has nothing to differ in."""
    now = {prompt.name: prompt for prompt in today}
    for before in made:
        after = now.get(before.name)
        if after is None or before.hash != after.hash:
            told = _version(after.version) if after else None
            yield Change(
                part=Part.PROMPT, name=before.name, before=_version(before.version), now=told
            )


def extractor_change(extractor: str, today: Sequence[str]) -> Change | None:
    """Return how the extractor changed that read a document; None if it is one of ``today``'s.

    Names and versions as in ``html/3``; the one of the same name is today's.
    """
    if extractor in today:
        return None
    name = extractor.partition("/")[0]
    now = next((one for one in today if one.partition("/")[0] == name), None)
    return Change(part=Part.EXTRACTOR, before=extractor, now=now)


def uses(stale: Staleness, prompt: str) -> bool:
    """Tell whether an older version of ``prompt``, or of one in that folder, made the case."""
    changes = stale.waiting_changes if stale.waiting else stale.changes
    named = [change.name or "" for change in changes if change.part is Part.PROMPT]
    return any(name == prompt or name.startswith(f"{prompt}/") for name in named)


def _changed(part: Part, before: str | None, now: str | None) -> Change:
    return Change(part=part, before=before, now=now)


def _version(number: int | None) -> str | None:
    return None if number is None else f"v{number}"


def _hashes(hashes: Sequence[str]) -> str:
    return ", ".join(digest[:_SHOWN] for digest in hashes)


def _listed(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(parameters.items())) or "none"
