"""The subjects of a source: the systems that it describes, each with a case of its own."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator

from schemas.companies import company_key, without_legal_form
from schemas.frozen import NOW, Frozen

SubjectState = StrEnum("SubjectState", "PROPOSED CONFIRMED DROPPED")
"""Named but not drafted; with a case, or waiting for one; without a case by a decision."""

_MOST_LETTERS = 120
Name = Annotated[str, AfterValidator(lambda name: " ".join(name.split())[:_MOST_LETTERS])]
SubjectAction = Literal["add", "rename", "draft", "drop"]
_PROPER_NAME = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}")


class Subject(Frozen):
    """A system described in a source, and the company that runs it."""

    company: Name | None = None
    system: Name

    def __str__(self) -> str:
        """Return the company and the system on one line."""
        return ": ".join(filter(None, [self.company, self.system]))

    def is_same(self, other: "Subject") -> bool:
        """Return whether both are of one company, or have the same name if one has no company."""
        keys = [company_key(one.company or "") for one in (self, other)]
        return keys[0] == keys[1] if all(keys) else self.system.lower() == other.system.lower()

    @cached_property
    def _names(self) -> re.Pattern[str]:
        named = self.system if _PROPER_NAME.fullmatch(self.system) else ""
        names = filter(None, [without_legal_form(self.company or ""), named])
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)")

    def is_named_in(self, text: str) -> bool:
        """Return whether a text has the name of the company, or the system's own name."""
        return bool(self._names.search(text))


class SubjectChange(Subject):
    """A change to a subject of a source; the newest one counts. The main subject has no id."""

    source_id: str
    subject_id: str | None = None
    state: SubjectState
    triage_id: str | None = None
    who: str | None = None
    at: datetime = NOW


class SourceSubject(SubjectChange):
    """A subject of a source as it is now, its names so far, and its case once it has one."""

    names: tuple[Subject, ...] = ()
    case_id: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is to be drafted."""
        return self.state is SubjectState.CONFIRMED and self.case_id is None


class Focus(Frozen):
    """The subject of a case among those of its source."""

    subject: Subject
    others: tuple[Subject, ...]

    def another_in(self, *texts: str) -> Subject | None:
        """Return another subject if the first text that names any does not name this one."""
        for text in texts:
            if self.subject.is_named_in(text):
                return None
            if named := [one for one in self.others if one.is_named_in(text)]:
                return named[0]
        return None


def focus_of(subjects: Iterable[SourceSubject], subject_id: str | None) -> Focus | None:
    """Return the focus of a subject's case, None if its source has no other confirmed subject."""
    current = [one for one in subjects if one.state is not SubjectState.DROPPED]
    confirmed = [one for one in current if one.state is SubjectState.CONFIRMED]
    own = next((one for one in confirmed if one.subject_id == subject_id), None)
    if own is None or len(confirmed) == 1:
        return None
    plain = {one.subject_id: Subject(company=one.company, system=one.system) for one in current}
    return Focus(subject=plain.pop(subject_id), others=tuple(plain.values()))
