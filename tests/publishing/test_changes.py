"""A site that is written by what changed is the one that is written whole."""

import random
from contextlib import nullcontext
from pathlib import Path

import pytest
from built_sites import a_plan
from case_views import (
    CONFIRMED,
    a_publication,
    a_short_view,
    a_statement,
    a_study,
    a_view,
    with_study,
)
from html_pages import parsed, words

from publishing.site.build import build, earlier_site
from schemas.cases import Fact, Section

NOT_COMPARED = ("changes.", ".casebook-manifest")


@pytest.fixture
def unindexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites without a search."""
    monkeypatch.setattr("publishing.site.build.indexing", lambda *_: nullcontext())


def files(site: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(site)): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file() and not path.name.startswith(NOT_COMPARED) and "duckdb" not in path.parts
    }


@pytest.mark.usefixtures("unindexed")
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_changes_leave_the_site_that_a_full_build_makes(tmp_path: Path, seed: int) -> None:
    """After cases are added, changed and removed, all files equal those of a full build."""
    chance = random.Random(seed)  # noqa: S311 - a sample
    names = {
        "industry": ("energy", "insurance"),
        "year": ("2024", "2025"),
        "company": ("Acme", "ACME Inc."),
    }

    def a_case(n: int):
        facts = {
            name: chance.choice(values) for name, values in names.items() if chance.random() < 0.8
        }
        return a_short_view(f"Case {n}", f"It is described as {chance.random()}.", **facts)

    views, gone = {n: a_case(n) for n in range(30)} | {99: a_view()}, []
    for step in range(6):
        for _ in range(2):
            n = chance.choice([*views, 100 + step])
            if n in views and chance.random() < 0.4:
                case_id = views.pop(n).case.case_id
                gone.append(
                    a_publication(case_id, f"cases/case-{n}-{step}/index.html", withdrawn=True)
                )
            elif n != 99:
                views[n] = a_case(n)
        plan = a_plan(
            list(views.values()),
            tmp_path / "cases.jsonl",
            withdrawn=gone,
            address="https://x.example",
        )
        build(plan, tmp_path / "grown")
    build(plan, tmp_path / "whole")
    assert files(tmp_path / "grown") == files(tmp_path / "whole")


def test_a_case_that_left_is_in_no_file(tmp_path: Path) -> None:
    """Neither the search index nor the list of changes contains its text."""
    views = [a_short_view(f"Case {n}", f"The {n}th text.") for n in range(4)]
    secret = a_short_view("Zanzibarium", "The Zanzibarium is invented.")
    build(a_plan([*views, secret], tmp_path / "cases.jsonl"), tmp_path / "site")
    build(a_plan(views, tmp_path / "cases.jsonl"), tmp_path / "site")
    texts = list((tmp_path / "site/pagefind/fragment").iterdir())
    assert len(texts) == len(views)
    read = b"".join(p.read_bytes() for p in (tmp_path / "site").rglob("*") if p.is_file())
    assert b"Zanzibarium" not in read


@pytest.mark.usefixtures("unindexed")
@pytest.mark.parametrize("name", ["index.html", "style.css", "data/cases.parquet", "cases"])
def test_a_damaged_site_is_written_anew(tmp_path: Path, name: str) -> None:
    """If a file is missing, nothing is reused."""
    build(a_plan([a_view()], tmp_path / "cases.jsonl"), tmp_path / "site")
    assert earlier_site(tmp_path / "site").entries
    path = tmp_path / "site" / name
    path.rename(tmp_path / "lost")
    assert not earlier_site(tmp_path / "site").entries


def test_no_doubt_loses_its_mark(publish) -> None:
    """A doubtful solution is marked everywhere; a doubtful company is left out of lists."""
    view = a_view()
    quote = view.revision.study.statements[0].evidence[0]
    doubted = a_statement(90, "A doubted answer.", quote, section=Section.SOLUTIONS,
                          answers=7, support=CONFIRMED)  # fmt: skip
    study = a_study()
    company = Fact(name="company", value="Doubted Ltd", support=CONFIRMED)
    facts = tuple(company if fact.name == "company" else fact for fact in study.facts)
    study = study.model_copy(update={"statements": (*study.statements, doubted), "facts": facts})
    target, built = publish(with_study(view, study), address="https://x.example")
    page = parsed(target / "challenges.html")
    (answer,) = page.xpath("//li[starts-with(., 'A doubted answer.')]")
    assert "doubtful, confirmed" in words(answer)
    assert "A doubted answer. (doubtful, confirmed)" in (target / "challenges.md").read_text()
    for name in (
        "lessons.md",
        "challenges.md",
        "challenges.json",
        "data/challenges.json",
        "index.json",
    ):
        assert "Doubted Ltd" not in (target / name).read_text(), name
    case = target / next(iter(built.hashes.values()))[0]
    assert "Doubted Ltd" not in case.read_text().partition("</head>")[0]
    assert "doubtful, confirmed" in words(parsed(case))
