"""Corrections of who speaks for whom, and their effect on the parts of a case study."""

from collections.abc import Iterable

from review.changes import Change, SetSpeakers
from review.judgment import has_base
from review.parts import PartT, updated
from schemas.cases import CaseStudy, Statement, Support, SupportLevel
from schemas.sources import Document, Speakers
from summarizer.checks import Checker


def corrected(document: Document, changes: Iterable[Change]) -> Document:
    """Return the document with the speakers as corrected by the last change of them."""
    for change in changes:
        if isinstance(change, SetSpeakers):
            given = change.model_dump(exclude={"action"})
            document = document.spoken_by(Speakers(**given, roles_by="person"))
    return document


def rechecked(study: CaseStudy, before: Document, after: Document) -> CaseStudy:
    """Return the study with code's levels, to be judged again, where a correction matters.

    It matters for quotes of a speaker with a new role, and for all parts if company or system
    changed. What a curator confirmed stays.
    """
    old, new = (one.speakers or Speakers() for one in (before, after))
    about = [(one.guests_company, one.guests_system) for one in (old, new)]
    names = [fact.value for fact in (study.fact("company"), study.fact("title")) if fact.value]
    checker = Checker(after, names)

    def again(part: PartT) -> PartT:
        voices = {one.speaker for one in part.evidence if one.is_found}
        matters = about[0] != about[1] or any(old.role(v) != new.role(v) for v in voices)
        is_settled = part.support.confirmed_by or part.support.level is SupportLevel.IMPORTED
        if is_settled or not has_base(part) or not matters:
            return part
        support = Support(level=SupportLevel.UNVERIFIED)
        if isinstance(part, Statement) and part.evidence:
            support = checker.support(part.text, part.evidence, part.measure, part.origin)
        return updated(part, support=support)

    return study.map_parts(again)
