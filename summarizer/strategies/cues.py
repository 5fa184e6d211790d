"""The cues by which code finds what a sentence is about, and what it stands under."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from tomllib import loads

from pydantic import Field

from schemas.cases import Section, TermGroup
from schemas.frozen import Frozen
from summarizer.sentences import Sentence, words

# A number, in digits or in words; stands for <n> in the patterns of the data file.
_NUMBER = (
    r"(?:[$€£]?\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half)"
)
_ANNOUNCEMENT_WORDS = 16
_RUN_IN_WORDS = 6
# Longer headings are titles of posts, which name no section of what stands below.
_HEADING_WORDS = 9


class SectionCues(Frozen):
    """The cues of one section; the data file explains them."""

    keep: int
    threshold: float | None = None
    headings: tuple[str, ...]
    hints: tuple[str, ...] = ()
    announces: tuple[str, ...] = ()
    reach: int = 8
    kin: tuple[str, ...] = ()
    kin_cues: tuple[str, ...] = ()
    strong: tuple[str, ...]
    light: tuple[str, ...]
    against: tuple[str, ...] = ()
    needs_number: bool = False
    needs_cue: bool = False
    early: bool = False
    taxonomy: TermGroup | None = None


class CompanyCues(Frozen):
    """How a text speaks of the company that it is about."""

    anywhere: tuple[tuple[str, int], ...]
    opening: tuple[tuple[str, int], ...]
    title: tuple[str, ...]
    not_names: str


class Cues(Frozen):
    """All cues. ``threshold`` is the least weight that a sentence needs."""

    threshold: float
    stage: tuple[tuple[str, str], ...]
    narrator: tuple[tuple[str, str], ...]
    junk: Mapping[str, tuple[str, ...]]
    leaning: Mapping[str, str]
    company: CompanyCues
    sections: Mapping[Section, SectionCues] = Field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """The sections that heading or announcement name, and whether a sentence opens a paragraph."""

    headed: frozenset[str] = frozenset()
    announced: frozenset[str] = frozenset()
    opens: bool = False

    @property
    def sections(self) -> frozenset[str]:
        """All sections that the setting speaks for."""
        return self.headed | self.announced


@cache
def load_cues() -> Cues:
    """Return the cues of the data file."""
    return Cues.model_validate(loads(files(__package__).joinpath("cues.toml").read_text("utf-8")))


def hits(patterns: Sequence[str], text: str) -> int:
    """Return how many of ``patterns`` occur in ``text``."""
    return sum(1 for pattern in patterns if compiled(pattern).search(text))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the data file, compiled; letters match in either case."""
    return re.compile(pattern.replace("<n>", _NUMBER), re.IGNORECASE)


def settings_of(sentences: Sequence[Sentence], title: str | None = None) -> list[Setting]:
    """Return for each sentence what it stands under; the document's own title does not count."""
    settings: list[Setting] = []
    announced: dict[str, int] = {}
    before: Sentence | None = None
    for sentence in sentences:
        if before is None or before.section != sentence.section:
            announced = {}
        opens = sentence.opens or bool(before and before.opens and _is_run_in(before))
        headed = _headed(sentence.section, title or "")
        settings.append(Setting(headed, frozenset(announced), opens))
        announced = {name: left - 1 for name, left in announced.items() if left > 1}
        announced = _announcements(sentence) or announced
        before = sentence
    return settings


def _is_run_in(sentence: Sentence) -> bool:
    """Return whether a sentence is a head of its paragraph: "Noise. Sound levels …"."""
    return len(words(sentence.text)) <= _RUN_IN_WORDS and sentence.text.endswith((".", ":"))


@lru_cache(maxsize=4096)
def _headed(heading: str, title: str) -> frozenset[str]:
    if heading == title or len(words(heading)) > _HEADING_WORDS:
        return frozenset()
    sections = load_cues().sections.items()
    return frozenset(name for name, cues in sections if hits(cues.headings, heading))


def _announcements(sentence: Sentence) -> dict[str, int]:
    """Return the sections that a short sentence announces, each with how far that reaches."""
    if len(words(sentence.text)) > _ANNOUNCEMENT_WORDS:
        return {}
    sections = load_cues().sections.items()
    return {name: cues.reach for name, cues in sections if hits(cues.announces, sentence.text)}
