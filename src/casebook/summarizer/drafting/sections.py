"""What a sentence stands under: a heading, or a short sentence that works as one. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads

from pydantic import Field

from casebook.schemas.frozen import Frozen
from casebook.summarizer.language.sentences import Sentence
from casebook.summarizer.language.wording import words

# A number, in digits or spelled out; stands for <n> in the patterns of the data file.
_NUMBER = (
    r"(?:[$€£]?\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half)"
)
_ANNOUNCES_MAX_WORDS = 16
_RUN_IN_MAX_WORDS = 6
# Longer headings are titles of posts, which name no field of what stands below.
_HEADING_MAX_WORDS = 9


class FieldCues(Frozen):
    """The cues of one field, as read from the data file, which explains them."""

    keep: int
    question: str
    threshold: float | None = None
    headings: Sequence[str]
    hints: Sequence[str] = ()
    announces: Sequence[str] = ()
    reach: int = 8
    kin: Sequence[str] = ()
    kin_cues: Sequence[str] = ()
    strong: Sequence[str]
    light: Sequence[str]
    against: Sequence[str] = ()
    needs_number: bool = False
    needs_cue: bool = False
    early: bool = False
    taxonomy: str | None = None


class Cues(Frozen):
    """All cues. ``threshold`` is the least weight a sentence needs."""

    threshold: float
    deployment: Sequence[tuple[str, str]]
    narrator: Sequence[tuple[str, str]]
    junk: Mapping[str, Sequence[str]]
    fields: Mapping[str, FieldCues] = Field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """The fields that heading or announcement name, and whether the sentence opens a paragraph.

    A sentence after a run-in head ("Noise. Sound levels …") opens as much as the head itself.
    """

    headed: frozenset[str] = frozenset()
    announced: frozenset[str] = frozenset()
    opens: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """All fields that the setting speaks for."""
        return self.headed | self.announced


@cache
def load_cues() -> Cues:
    """Return the cues of the data file."""
    return Cues.model_validate(loads(files(__package__).joinpath("cues.toml").read_text("utf-8")))


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("<n>", _NUMBER), re.IGNORECASE)


def hits(patterns: Sequence[str], text: str) -> int:
    """Return how many of ``patterns`` occur in ``text``."""
    return sum(1 for pattern in patterns if _pattern(pattern).search(text))


def settings_of(sentences: Sequence[Sentence], title: str | None = None) -> list[Setting]:
    """Return for each sentence what it stands under, in order.

    The document's own ``title`` is no heading: it names no field of what stands below.
    """
    settings: list[Setting] = []
    announced: dict[str, int] = {}
    before: Sentence | None = None
    for sentence in sentences:
        if before is None or before.section != sentence.section:
            announced = {}
        opens = sentence.opens or bool(before and before.opens and _is_run_in(before))
        settings.append(
            Setting(_headed(sentence.section, title or ""), frozenset(announced), opens)
        )
        announced = {name: left - 1 for name, left in announced.items() if left > 1}
        announced = _announcements(sentence) or announced
        before = sentence
    return settings


def _is_run_in(sentence: Sentence) -> bool:
    return len(words(sentence.text)) <= _RUN_IN_MAX_WORDS and sentence.text.endswith((".", ":"))


@cache
def _headed(section: str, title: str) -> frozenset[str]:
    if section == title or len(words(section)) > _HEADING_MAX_WORDS:
        return frozenset()
    fields = load_cues().fields.items()
    return frozenset(name for name, cues in fields if hits(cues.headings, section))


def _announcements(sentence: Sentence) -> dict[str, int]:
    """Return the fields that a short sentence announces, each with how far that reaches."""
    if len(words(sentence.text)) > _ANNOUNCES_MAX_WORDS:
        return {}
    fields = load_cues().fields.items()
    return {n: cues.reach for n, cues in fields if hits(cues.announces, sentence.text)}
