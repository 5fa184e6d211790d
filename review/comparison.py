"""Two case studies compared field by field, statements paired with their likeliest partners."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rapidfuzz import fuzz

from review.doubts import part_id, parts_of
from schemas.cases import FACT_LABELS, FACT_NAMES, CaseStudy, Fact, Section, Statement, Tag

# Below this, two sentences are about different things; two drafts of one sentence are above .6.
_ALIKE = 0.6

FIELDS: Mapping[str, str] = MappingProxyType(
    {name: FACT_LABELS[name] for name in FACT_NAMES}
    | {section.value: section.heading for section in Section if section is not Section.SOLUTIONS}
    | {Section.CHALLENGES.value: "Challenges and solutions", "tags": "Tags"}
)
"""What a newer draft can be taken by, with labels. Solutions go with their challenges."""

Part = Fact | Statement | Tag
Pair = tuple[Part | None, Part | None]


def statements_of(study: CaseStudy, field: str) -> tuple[Statement, ...]:
    """Return the statements of a field, solutions with the challenges; none of a fact or tags."""
    wanted = {field, Section.SOLUTIONS} if field == Section.CHALLENGES else {field}
    return tuple(one for one in study.statements if one.section in wanted)


def pairs(field: str, before: CaseStudy, after: CaseStudy) -> Iterator[Pair]:
    """Yield each part of a field beside its partner in the other study, None where it has none."""
    if field == "tags":
        old, new = ({tag.slug: tag for tag in study.tags} for study in (before, after))
        yield from ((old.get(slug), new.get(slug)) for slug in dict.fromkeys([*new, *old]))
    elif field in FACT_LABELS:
        yield from ((before.fact(name), after.fact(name)) for name in FACT_NAMES if name == field)
    else:
        yield from _aligned(statements_of(before, field), statements_of(after, field))


def partner(part: str, before: CaseStudy, after: CaseStudy) -> Part | None:
    """Return what became of a part of one case study, by its id there, in a later one."""
    same = {part_id(one): one for one in parts_of(after)}
    old = next((one for one in before.statements if part_id(one) == part), None)
    if old is None:
        return same.get(part)
    field = Section.CHALLENGES if old.section is Section.SOLUTIONS else old.section
    found = (new for was, new in pairs(field.value, before, after) if was == old)
    return next(found, None)


def differs(pair: Pair) -> bool:
    """Return whether a reader or curator would see a difference between two partners."""
    old, new = pair
    if isinstance(old, Fact) and isinstance(new, Fact) and old.value is new.value is None:
        return False
    return old is None or new is None or _visible(old) != _visible(new)


def changed_fields(before: CaseStudy, after: CaseStudy) -> list[str]:
    """Return the fields in which two case studies differ."""
    return [field for field in FIELDS if any(map(differs, pairs(field, before, after)))]


def notes(pair: Pair) -> list[str]:
    """Return in words how two partners differ beside their text."""
    old, new = pair
    if old is None or new is None:
        return []
    found = [f"{name}: {was or '—'} → {now or '—'}" for name, was, now in _measures(old, new)]
    if old.support.level != new.support.level:
        found.insert(0, f"{old.support.level.value} → {new.support.level.value}")
    if not found and text_of(old) == text_of(new):
        found.append("It rests on other words of the source.")
    return found


def text_of(part: Part | None) -> str:
    """Return the words of a part: a statement's text, a fact's value, a tag's label."""
    match part:
        case Fact():
            return part.value or ""
        case Tag():
            return part.label
        case Statement():
            return part.text
    return ""


def _visible(part: Part) -> tuple[object, ...]:
    measure = part.measure if isinstance(part, Statement) else None
    return text_of(part), part.support.level, _quotes(part), measure


def _quotes(part: Part) -> set[str]:
    return {evidence.quote for evidence in part.evidence}


def _measures(old: Part, new: Part) -> Iterator[tuple[str, object, object]]:
    """Yield each part of a result that differs: its name, the old and the new value."""
    if isinstance(old, Statement) and isinstance(new, Statement):
        was, now = (s.measure.model_dump() if s.measure else {} for s in (old, new))
        for name in dict.fromkeys([*was, *now]):
            if name != "number" and was.get(name) != now.get(name):
                yield name, was.get(name), now.get(name)


def _aligned(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Pair]:
    """Yield each statement beside its partner, the most alike first served: in the new order."""
    scored = sorted(
        (-_likeness(one, other), abs(i - j), j, i)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
    )
    partners: dict[int, int] = {}
    for score, _, j, i in scored:
        if -score >= _ALIKE and j not in partners and i not in partners.values():
            partners[j] = i
    for place, statement in enumerate(new):
        yield old[partners[place]] if place in partners else None, statement
    kept = set(partners.values())
    yield from ((one, None) for place, one in enumerate(old) if place not in kept)


def _likeness(one: Statement, other: Statement) -> float:
    """Return how alike two statements are, from 0 to 1: in words, or in what they rest on.

    Two statements may rest on one sentence and say different things, so shared quotes count at most
    nine tenths, and half the wording must agree.
    """
    wording = fuzz.token_sort_ratio(one.text, other.text, processor=str.casefold) / 100
    ours, theirs = _quotes(one), _quotes(other)
    shared = len(ours & theirs) / max(len(ours | theirs), 1)
    return float(max(wording, min(0.9 * shared, wording + 0.5)))
