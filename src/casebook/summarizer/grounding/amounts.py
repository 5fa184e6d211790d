"""Dates, numbers, orders of size and units of a claim against those of its quotes. Pure.

What the quote lacks may stand beside it or elsewhere in the source; what stands nowhere is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from casebook.schemas.cases import Support, SupportLevel
from casebook.summarizer.grounding.adding import other_magnitudes
from casebook.summarizer.language.numerals import listed
from casebook.summarizer.language.quantities import Stated
from casebook.summarizer.language.units import has_measure, measures, other_rate, other_unit


@dataclass(frozen=True)
class Places:
    """Where an amount may stand: in the quotes, in the passages around them, anywhere."""

    quoted: str
    around: str
    source: Stated


def amounts_hold(text: str, places: Places) -> list[Support]:
    """Return what does not hold of the amounts of ``text``, of each kind once."""
    checks = (_dates(text, places), _numbers(text, places), _sizes(text, places))
    return [*(c for c in checks if c is not None), *_units(text, places)]


def _dates(text: str, places: Places) -> Support | None:
    strange = Stated(places.quoted).undated(text)
    if not strange:
        return None
    if not Stated(places.around).undated(text):
        return _beside(strange[0].written)
    unknown = places.source.undated(text)
    if not unknown:
        return _elsewhere(strange[0].written)
    return _refused(f"The date {unknown[0].written} is not in the source.")


def _numbers(text: str, places: Places) -> Support | None:
    strange = Stated(places.quoted).strange(text)
    if not strange:
        return None
    if not Stated(places.around).strange(text):
        return _beside(listed(strange))
    unknown = places.source.strange(text)
    if not unknown:
        return _elsewhere(listed(strange))
    return _refused(f"The number {listed(unknown)} is not in the source.")


def _sizes(text: str, places: Places) -> Support | None:
    """Hold "millions" against the numbers that the passages have."""
    strange = other_magnitudes(text, places.around)
    if not strange:
        return None
    unknown = other_magnitudes(text, places.source.text)
    if not unknown:
        return _elsewhere(f"“{strange[0]}”")
    return _refused(f"It says “{unknown[0]}”, and the source has no such number.")


def _units(text: str, places: Places) -> Iterator[Support]:
    if (rates := other_rate(text, places.quoted)) and other_rate(text, places.around):
        yield _refused(f"It says “{rates[0]}” where the quote says “{rates[1]}”.")
    found = other_unit(text, places.quoted)
    if found is None or has_measure(found[0], measures(places.around)):
        return
    ours, theirs = found
    if has_measure(ours, places.source.measures):
        yield _elsewhere(f"“{ours.written}”")
    else:
        yield _refused(f"It says “{ours.written}” where the quote says “{theirs.written}”.")


def _beside(shown: str) -> Support:
    reason = f"{shown} stands beside the quote, not in it."
    return Support(level=SupportLevel.WEAK, reason=reason)


def _elsewhere(shown: str) -> Support:
    return Support(level=SupportLevel.WEAK, reason=f"{shown} stands elsewhere in the source.")


def _refused(reason: str) -> Support:
    return Support(level=SupportLevel.UNSUPPORTED, reason=reason)
