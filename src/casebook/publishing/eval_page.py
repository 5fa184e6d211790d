"""A page that shows an eval run, or two side by side: one file, no script, nothing from elsewhere.

The bars are drawn as SVG by the template; the same figures stand in the table below them.
"""

from collections.abc import Sequence
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from casebook.schemas.frozen import Frozen


class Bar(Frozen):
    """One run's share, from 0 to 1, with its interval."""

    value: float
    low: float
    high: float
    of: int


class Line(Frozen):
    """One measure: a bar for each run, None where it has nothing to tell; ``change`` in words."""

    name: str
    bars: Sequence[Bar | None]
    change: str | None = None


class Column(Frozen):
    """What one run was: how it is called, when, by what, and what it took."""

    run_id: str
    made_at: datetime
    model: str
    prompts: str
    figures: Sequence[tuple[str, str]]


def eval_page(columns: Sequence[Column], lines: Sequence[Line], warning: str | None) -> str:
    """Return the page as HTML."""
    environment = Environment(
        loader=PackageLoader("casebook.publishing"), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("eval.html")
    return template.render(columns=columns, lines=lines, warning=warning) + "\n"
