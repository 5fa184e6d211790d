"""Claims of a report: found in the findings of its cases, and weighed against them."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Literal

from publishing.reports.citation_checks import STAGE
from publishing.reports.scopes import cases_sql
from publishing.reports.themes import clusters
from publishing.similarity import TextSimilarity
from schemas.claims import Claim, Evidence, companies
from schemas.reports import Scope
from summarizer.answers import Answer, Nullable
from summarizer.asker import Asker, all_of
from summarizer.rendering import fence_for, one_line
from warehouse import Dataset

CLAIMS, EVIDENCE = "report/claims", "report/evidence"
MOST = 9
"""The maximum number of claims of a report."""

FEWEST = 20
"""The number of findings from which a report makes claims."""

FEW = 5
"""The number of claims below which a model proposes others once more."""

MOST_PROPOSED = 300
"""The maximum number of findings in the question for claims, so that they fit into one prompt."""

WEIGHED = 40
"""The number of similar findings that are weighed against a claim."""

_PER_GROUP = 12
_LEAST_COMPANIES = 2  # with findings for a claim


class ProposedClaim(Answer):
    """A claim with the numbers of findings."""

    claim: str
    theme: str
    condition: Nullable
    supporting: list[int]
    opposing: list[int]


class ClaimsAnswer(Answer):
    """The claims in order."""

    claims: list[ProposedClaim]


class WeighedFinding(Answer):
    """The side of a finding; the reason comes first, so that it decides."""

    finding: int
    reason: str
    side: Literal["for", "against", "neither"]


class EvidenceAnswer(Answer):
    """One side per finding."""

    findings: list[WeighedFinding]


def findings(tables: Dataset, scope: Scope, words: str = "") -> list[Evidence]:
    """Return the sound findings of a scope's cases, those that match ``words`` best first.

    Those with a known effect or a number come first, then one of each company in turn.
    """
    rows = tables.rows(
        "SELECT case_id, n, text, effect, value, year, statements, "  # noqa: S608 - literals
        "if(company_key IS NULL, title, company) AS label, "
        "coalesce(company_key, case_id) AS company FROM findings "
        f"WHERE label = 'entailed' AND case_id IN ({cases_sql(scope)}) ORDER BY case_id, n"
    )
    similarity = TextSimilarity(row["text"] for row in rows)
    ranked = [(similarity.share(words, row["text"]), row) for row in rows]
    kept = [(share, row) for share, row in ranked if share or not words]
    rounds: dict[str, count[int]] = defaultdict(count)

    def rank(item: tuple[float, Mapping[str, Any]]) -> tuple[float, ...]:
        share, row = item
        is_telling = row["effect"] != "unknown" or row["value"] is not None
        return (-round(share, 1), not is_telling, next(rounds[row["company"]]))

    return [_evidence(row) for _, row in sorted(kept, key=rank)]


def _evidence(row: Mapping[str, Any]) -> Evidence:
    year = str(row["year"]) if row["year"] else None
    return Evidence(**{name: row[name] for name in Evidence.model_fields} | {"year": year})


async def proposed(
    title: str,
    aim: str,
    found: Sequence[Evidence],
    asker: Asker,
    before: Sequence[Claim] = (),
) -> list[Claim]:
    """Return the claims that a model proposes for some findings, with those that it names.

    It is shown the weighed claims that it proposed ``before``.

    Raises:
        ModelError: if the model cannot be asked.
    """
    known = dict(enumerate(_grouped(found[:MOST_PROPOSED]), start=1))
    shown = "\n".join(line_of(n, one) for n, one in known.items())
    values = {"fence": fence_for(shown), "title": one_line(title), "aim": aim, "most": MOST}
    values |= {"findings": shown, "refused": "; ".join(map(_outcome, before)) or "none"}
    answer = await asker.ask(asker.prompt(CLAIMS), values, ClaimsAnswer, STAGE)
    return [
        Claim(
            n=n,
            text=one_line(one.claim).rstrip("."),
            theme=one_line(one.theme).lower(),
            condition=one_line(one.condition) if one.condition else None,
            supporting=tuple(known[i] for i in dict.fromkeys(one.supporting) if i in known),
            opposing=tuple(known[i] for i in dict.fromkeys(one.opposing) if i in known),
        )
        for n, one in enumerate(answer.claims[:MOST], start=1)
    ]


def _outcome(claim: Claim) -> str:
    sides = f"{companies(claim.supporting)} companies for it, {companies(claim.opposing)} against"
    return f"“{claim.text}”: {sides}{'' if is_carried(claim) else ', not carried'}"


def _grouped(found: Sequence[Evidence]) -> list[Evidence]:
    """Return findings with similar ones next to each other."""
    texts = [one.text for one in found]
    groups = clusters(texts, math.ceil(len(found) / _PER_GROUP)) if found else []
    sizes = Counter(groups)
    order = sorted(zip(groups, found, strict=True), key=lambda pair: (-sizes[pair[0]], pair[0]))
    return [one for _, one in order]


async def weighed(claims: Sequence[Claim], found: Sequence[Evidence], asker: Asker) -> list[Claim]:
    """Return the claims with the findings that are on either side, as a model weighs them.

    The findings that a claim names are weighed with the others that are most similar to it.

    Raises:
        ModelError: if the model cannot be asked.
    """
    similarity = TextSimilarity(one.text for one in found)
    return await all_of(_weighed(one, found, similarity, asker) for one in claims)


async def _weighed(
    claim: Claim, found: Sequence[Evidence], similarity: TextSimilarity, asker: Asker
) -> Claim:
    about = f"{claim.text} {claim.theme} {claim.condition or ''}"
    near = sorted(found, key=lambda one: -similarity.share(about, one.text))[:WEIGHED]
    known = dict(enumerate(dict.fromkeys((*claim.evidence, *near)), start=1))
    if not known:
        return claim
    shown = "\n".join(line_of(n, one) for n, one in known.items())
    values = {"fence": fence_for(shown), "claim": claim.text, "findings": shown}
    values |= {"condition": claim.condition or "not said"}
    answer = await asker.ask(asker.prompt(EVIDENCE), values, EvidenceAnswer, STAGE)
    sides = {one.finding: one.side for one in answer.findings}
    sided = {
        side: tuple(one for n, one in known.items() if sides.get(n) == side)
        for side in ("for", "against")
    }
    return claim.model_copy(update={"supporting": sided["for"], "opposing": sided["against"]})


def is_carried(claim: Claim) -> bool:
    """Return whether findings of enough companies speak for a claim, more than against it."""
    return companies(claim.supporting) >= max(_LEAST_COMPANIES, companies(claim.opposing))


def numbered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return the claims, numbered from 1."""
    return tuple(one.model_copy(update={"n": n}) for n, one in enumerate(claims, start=1))


def line_of(n: int, one: Evidence) -> str:
    """Return a numbered finding on one line, with its company, year and effect."""
    whose = ", ".join(filter(None, (one_line(one.label), one.year)))
    return f"{n}. {whose} ({one.effect}): {one_line(one.text)}"
