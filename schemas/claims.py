"""Claims across cases: sentences that one could dispute, with the findings for and against them."""

from typing import Literal

from schemas.findings import Effect
from schemas.frozen import Frozen

Side = Literal["for", "against"]


class Evidence(Frozen):
    """A finding of a published case, as it stood when the claim was made."""

    case_id: str
    n: int  # of the finding in its case
    text: str
    effect: Effect
    label: str  # the company, or the case's title if it is unknown
    company: str  # the key shared by its names, or the case if it has none
    year: str | None = None
    statements: tuple[int, ...]  # those that it rests on

    @property
    def key(self) -> str:
        """The case and the number of the finding, as in files with plans."""
        return f"{self.case_id} {self.n}"


class Claim(Frozen):
    """A claim with its evidence; ``n`` is from 1 within a plan or report."""

    n: int
    text: str
    theme: str
    condition: str | None = None  # when it holds
    supporting: tuple[Evidence, ...] = ()
    opposing: tuple[Evidence, ...] = ()

    @property
    def sides(self) -> tuple[tuple[Side, tuple[Evidence, ...]], ...]:
        """The evidence by side."""
        return ("for", self.supporting), ("against", self.opposing)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence, that for it first."""
        return self.supporting + self.opposing


def companies(evidence: tuple[Evidence, ...]) -> int:
    """Return the number of companies with some evidence."""
    return len({one.company for one in evidence})


class Plan(Frozen):
    """The claims of a report that is not written yet, with its title and selection."""

    title: str
    template: str
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None
    since: str | None = None
    claims: tuple[Claim, ...]
    findings: int = 0  # among which evidence was looked for
    dropped: tuple[str, ...] = ()  # proposed claims without enough evidence
    model: str | None = None
    generation_ids: tuple[str, ...] = ()
