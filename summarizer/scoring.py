"""Compares a draft with a gold case, a curator's version of the same case study."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from schemas.cases import CaseStudy, Evidence, FactName, Match, Section, Statement, SupportLevel
from schemas.errors import InputError
from schemas.frozen import Frozen
from schemas.reviews import Verdict
from schemas.sources import Document
from summarizer.quotes import QuoteFinder, comparable
from summarizer.sentences import word_set

# A statement covers a gold one if its quotes have this share of the gold quotes' characters.
_COVERED = 0.5
# Names of sections and facts in gold files that differ from ours.
_SECTIONS = {"summary": Section.ABSTRACT, "open_questions": Section.QUESTIONS}
_FACTS: Mapping[str, FactName] = {"deployment": "stage"}
_ABSTRACT_WORDS = range(90, 161)


class GoldStatement(Frozen):
    """A statement that a good draft contains, with the quotes that support it."""

    text: str
    quotes: tuple[str, ...] = ()


class GoldSource(Frozen):
    """The file with the text, relative to the gold file, and its address."""

    path: str | None = None
    url: str | None = None


class GoldCase(Frozen):
    """One gold file; facts and sections that it does not name are not judged."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    source: GoldSource
    is_case_study: bool = True
    facts: Mapping[str, str | None] = Field(default_factory=dict)
    statements: Mapping[str, tuple[GoldStatement, ...]] = Field(default_factory=dict)
    tags: tuple[str, ...] | None = None


class CaseScore(Frozen):
    """The result of comparing a draft with its gold case; all fields are counts."""

    name: str
    verdict_right: bool
    gold: int = 0  # statements of the gold case
    right_section: int = 0  # of these, covered in the same section
    elsewhere: int = 0  # of these, covered only in another section
    drafted: int = 0  # statements of the draft
    located: int = 0  # of these, with all quotes in the source
    restated: int = 0  # of these, in the model's words
    verified: int = 0  # of these, verbatim or confirmed by a judge
    refuted: int = 0  # of these, not to be published
    abstracts: int = 0  # of 90 to 160 words
    facts: int = 0
    facts_right: int = 0
    tags: int = 0
    tags_found: int = 0


def read_gold(folder: Path) -> list[tuple[Path, GoldCase]]:
    """Return the gold cases in a folder with their files, sorted by name.

    Raises:
        InputError: if there are no gold cases, or one is invalid.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(f"there are no gold cases (*.json) in {folder}")
    return [(file, _read(file)) for file in files]


def _read(file: Path) -> GoldCase:
    try:
        return GoldCase.model_validate(json.loads(file.read_text("utf-8")))
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file} is not a gold case ({reason}); see evals/README.md") from error


def score(
    gold: GoldCase, verdict: Verdict, study: CaseStudy | None, document: Document
) -> CaseScore:
    """Return the comparison of a draft, possibly a missing one, with its gold case."""
    is_refused = verdict is Verdict.NOT_A_CASE_STUDY
    study = study or CaseStudy()
    finder = QuoteFinder(document)
    wanted = [(_section(name), s) for name, several in gold.statements.items() for s in several]
    levels = [s.support.level for s in study.statements]
    drafted = [(s.section, _places(s.evidence)) for s in study.statements]
    covering = [_covering(_places(finder.find_all(s.quotes)), drafted) for _, s in wanted]
    inside = sum(name in found for (name, _), found in zip(wanted, covering, strict=True))
    words = sum(len(s.text.split()) for s in study.section(Section.ABSTRACT))
    return CaseScore(
        name=gold.name,
        verdict_right=gold.is_case_study is not is_refused,
        gold=len(wanted),
        right_section=inside,
        elsewhere=sum(map(bool, covering)) - inside,
        drafted=len(study.statements),
        located=sum(map(_is_located, study.statements)),
        restated=len(levels) - levels.count(SupportLevel.VERBATIM),
        verified=levels.count(SupportLevel.VERBATIM) + levels.count(SupportLevel.VERIFIED),
        refuted=levels.count(SupportLevel.REFUTED),
        abstracts=words in _ABSTRACT_WORDS,
        facts=len(gold.facts),
        facts_right=sum(_is_right(name, value, study) for name, value in gold.facts.items()),
        tags=len(gold.tags or ()),
        tags_found=len({tag.slug for tag in study.tags} & set(gold.tags or ())),
    )


def shares(scores: Iterable[CaseScore]) -> dict[str, tuple[int, int]]:
    """Return each measure over all cases as (part, whole)."""
    several = list(scores)

    def total(*names: str) -> int:
        return sum(int(getattr(case, name)) for case in several for name in names)

    return {
        "verdict right": (total("verdict_right"), len(several)),
        "facts right": (total("facts_right"), total("facts")),
        "gold covered in its section": (total("right_section"), total("gold")),
        "gold covered in any section": (total("right_section", "elsewhere"), total("gold")),
        "quotes located": (total("located"), total("drafted")),
        "restated": (total("restated"), total("drafted")),
        "verified or verbatim": (total("verified"), total("drafted")),
        "refuted": (total("refuted"), total("drafted")),
        "abstract of 90 to 160 words": (total("abstracts"), len(several)),
        "tags found": (total("tags_found"), total("tags")),
    }


def _section(name: str) -> Section:
    try:
        return _SECTIONS.get(name) or Section(name)
    except ValueError as error:
        raise InputError(f"{name} is not a section of a case study") from error


def _places(evidence: Iterable[Evidence]) -> frozenset[int]:
    """Return the offsets of all characters in the evidence."""
    spans = [(e.start, e.end) for e in evidence if e.start is not None and e.end is not None]
    return frozenset(place for start, end in spans for place in range(start, end))


def _covering(
    wanted: frozenset[int], drafted: Sequence[tuple[Section, frozenset[int]]]
) -> set[Section]:
    """Return the sections with a drafted statement that covers the offsets ``wanted``."""
    least = max(1.0, _COVERED * len(wanted))
    return {section for section, places in drafted if len(wanted & places) >= least}


def _is_located(statement: Statement) -> bool:
    found = [evidence.match is not Match.MISSING for evidence in statement.evidence]
    return all(found) if found else bool(statement.rests_on)


def _is_right(name: str, value: str | None, study: CaseStudy) -> bool:
    """Return whether a fact has the gold value; titles need half of their words in common."""
    given = next((f.value for f in study.facts if f.name == _FACTS.get(name, name)), None)
    if name == "title" and given and value:
        mine, theirs = word_set(given), word_set(value)
        return 2 * len(mine & theirs) >= min(len(mine), len(theirs))
    return comparable(given or "") == comparable(value or "")
