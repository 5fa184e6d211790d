"""What may reach a reader: nothing without support, and of each field a least share with support.

The settings name the least share (``CASEBOOK_GATE_<FIELD>``, 0 to 1, by default 0). It is counted
over what readers would see, so a weak statement counts against it and one that is left out does
not. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence

from casebook.schemas.cases import CaseStudy, Fact, Statement, SupportLevel, Tag
from casebook.schemas.frozen import Frozen

_NAMED = 5  # statements that a message spells out
_LONGEST = 120


class Breach(Frozen):
    """One field of which too little is supported; ``parts`` are the statements to look at."""

    field: str
    rate: float
    least: float
    parts: Sequence[str]

    def told(self) -> str:
        """Return the breach as a sentence that names its statements and the setting."""
        return (
            f"{self.rate:.0%} of {self.field.replace('_', ' ')} is supported and "
            f"CASEBOOK_GATE_{self.field.upper()} asks for {self.least:.0%}: {quoted(self.parts)}"
        )


def unsupported(study: CaseStudy) -> list[str]:
    """Return the statements, facts and tags without support, as a person would name them."""
    return [name for _, name, level in _parts(study) if level is SupportLevel.UNSUPPORTED]


def breaches(study: CaseStudy, least: Mapping[str, float]) -> list[Breach]:
    """Return the fields whose support falls short of ``least``, a share by field name."""
    shown = [part for part in _parts(study) if part[2] is not SupportLevel.UNSUPPORTED]
    found = []
    for field, wanted in least.items():
        mine = [(name, level) for of, name, level in shown if of == field]
        weak = [name for name, level in mine if level is not SupportLevel.SUPPORTED]
        rate = 1 - len(weak) / len(mine) if mine else 1.0
        if rate < wanted:
            found.append(Breach(field=field, rate=rate, least=wanted, parts=weak))
    return found


def quoted(parts: Sequence[str]) -> str:
    """Return ``parts`` in quotation marks, long ones cut, and how many more there are."""
    named = ", ".join(f"“{_cut(part)}”" for part in parts[:_NAMED])
    more = len(parts) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _parts(study: CaseStudy) -> Iterator[tuple[str, str, SupportLevel]]:
    """Yield the field, the wording and the support of everything that a reader could see."""
    for field, statement in study.statements():
        yield field, statement.text, _level(statement)
    for name, fact in study.facts():
        if fact.value is not None:
            yield "facts", f"{name}: {fact.value}", _level(fact)
    for tag in study.tags:
        yield "tags", f"tag {tag.slug}", _level(tag)


def _level(part: Statement | Fact | Tag) -> SupportLevel:
    return part.support.level
