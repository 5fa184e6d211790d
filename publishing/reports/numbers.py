"""Numbers in reports: each is a query over the published cases that anyone can repeat."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any

from publishing.reports.scopes import condition, in_words, literal
from publishing.wording import fact_text
from schemas.claims import Claim
from schemas.reports import PLACEHOLDER, Material, ReportNumber, Scope, value_name
from warehouse import Dataset

_NOUN = re.compile(r"(\{([qs]:[\w.-]+)\}(?: \w+)*?) \[([\w ]+)\|([\w ]+)\]")


class Counts:
    """Computes the numbers of a report; ``numbers`` are those computed so far, by name."""

    def __init__(self, tables: Dataset, scope: Scope) -> None:
        self._tables, self._words = tables, in_words(scope, _company(tables, scope))
        self._scope = condition(scope)
        self.is_all = not self._words
        self.numbers: dict[str, ReportNumber] = {}

    def count(self, name: str) -> ReportNumber:
        """Return the number with this name in ``numbers.toml``."""
        return self._made(f"q:{name}", plans()["number"][name])

    def series(self, name: str) -> list[ReportNumber]:
        """Return the numbers of a series, in chart order."""
        plan = plans()["series"][name]
        rows = self._tables.rows(plan["values"].format(scope=self._scope))
        return [
            self._made(f"q:{name}_{_slug(row['value'])}", plan, row, name)
            for row in (rows[::-1] if plan.get("reverse") else rows)
        ]

    def of_tag(self, slug: str, label: str) -> list[ReportNumber]:
        """Return the numbers of a theme that is a tag."""
        row = {"value": slug, "label": label}
        return [
            self._made(f"q:{name}_{_slug(slug)}", plan, row)
            for name, plan in plans()["tag"].items()
        ]

    def sentence(self, name: str, slug: str = "", label: str = "") -> str | None:
        """Return a sentence of ``numbers.toml`` with placeholders, None if all counts are 0."""
        text = plans()["sentences"][name].replace("_TAG}", f"_{_slug(slug)}}}")
        text = text.replace("{words}", self._words).replace("{label}", label)
        if slug:
            self.of_tag(slug, label)
        wanted = PLACEHOLDER.findall(text)
        for one in wanted:
            if one not in self.numbers:
                self.count(one.removeprefix("q:"))
        values = [self.numbers[one].value for one in wanted]
        if "" in values or set(values) == {"0"}:
            return None
        return _NOUN.sub(self._noun, text)

    def sentence_of_claim(self, claim: Claim) -> str:
        """Return the sentence with the numbers of companies on each side of a claim."""
        name = "sides" if claim.opposing else "one_side"
        text = plans()["sentences"][name].replace("_N}", f"_{claim.n}}}")
        self.of_claim(claim)
        return _NOUN.sub(self._noun, text)

    def _noun(self, found: re.Match[str]) -> str:
        return f"{found[1]} {found[3] if self.numbers[found[2]].value == '1' else found[4]}"

    def cited(self, case_ids: Sequence[str]) -> ReportNumber:
        """Return the number of cited cases that are published."""
        ids = ", ".join(map(literal, sorted(case_ids))) or "''"
        sql = f"SELECT count(*) AS value FROM published_cases WHERE case_id IN ({ids})"  # noqa: S608
        return self._made("q:cited", {"sql": sql, "meaning": "cases that this report cites"})

    def of_claim(self, claim: Claim) -> list[ReportNumber]:
        """Return the numbers of companies with findings for, against, and about a claim."""
        sides = {"for": claim.supporting, "against": claim.opposing, "both": claim.evidence}
        numbers = []
        for side, evidence in sides.items():
            texts = {f"{one.case_id} {one.text}".encode() for one in evidence}
            hashes = sorted(md5(one, usedforsecurity=False).hexdigest() for one in texts)
            keys = ", ".join(map(literal, hashes)) or "''"
            sql = (
                "SELECT count(DISTINCT coalesce(company_key, case_id)) AS value FROM findings "  # noqa: S608 - literals
                f"WHERE md5(case_id || ' ' || text) IN ({keys})"
            )
            meaning = plans()["claim"][side].format(claim=claim.text)
            numbers.append(self._made(f"q:{side}_{claim.n}", {"sql": sql, "meaning": meaning}))
        return numbers

    def measured(self, found: Iterable[Material]) -> list[ReportNumber]:
        """Return the values of the results in some material."""
        numbers = []
        for one in found:
            if one.value:
                name = value_name(one.citation)
                case, text = literal(one.citation.case_id), literal(one.citation.text)
                sql = (
                    "SELECT measured(value, unit) AS value FROM results "  # noqa: S608 - literals
                    f"WHERE case_id = {case} AND text = {text}"
                )
                plan = {"sql": sql, "meaning": f"value of a result of {one.citation.label}"}
                numbers.append(self._made(name, plan))
        return numbers

    def _made(
        self,
        name: str,
        plan: Mapping[str, str],
        row: Mapping[str, Any] | None = None,
        series: str = "",
    ) -> ReportNumber:
        if name not in self.numbers:
            row, sql, meaning = row or {}, plan["sql"], plan["meaning"]
            label = row.get("label", "")
            label = fact_text("industry", label) if series == "industries" else str(label)
            if row or "{scope}" in sql:
                value = literal(row["value"]) if row else ""
                sql = sql.format(scope=self._scope, value=value)
                meaning = meaning.format(words=self._words, label=label)
            self.numbers[name] = ReportNumber(
                name=name,
                sql=sql,
                value=value_of(self._tables, sql),
                meaning=meaning,
                series=series,
                label=label,
                key=str(row.get("value", "")),
            )
        return self.numbers[name]


def value_of(tables: Dataset, sql: str) -> str:
    """Return the result of a query as text for readers, empty if there is no result."""
    found = next(iter(tables.rows(sql)), {"value": None})["value"]
    if isinstance(found, float):
        return f"{found:g}"
    return f"{found:,}" if isinstance(found, int) else str(found or "")


def _company(tables: Dataset, scope: Scope) -> str:
    """Return the name of a scope's company."""
    if not scope.company:
        return ""
    key = literal(scope.company)
    sql = f"SELECT name FROM companies WHERE company_id = {key}"  # noqa: S608
    return str(next((row["name"] for row in tables.rows(sql)), scope.company))


def used(texts: Iterable[str], numbers: Mapping[str, ReportNumber]) -> Iterator[ReportNumber]:
    """Yield the numbers used in some sentences or in charts, each once."""
    names = {name for text in texts for name in PLACEHOLDER.findall(text)}
    yield from (one for name, one in numbers.items() if name in names or one.series)


@cache
def plans() -> Mapping[str, Any]:
    """Return the numbers, series and sentences of ``numbers.toml``."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _slug(value: object) -> str:
    return re.sub(r"[^\w]+", "_", str(value))
