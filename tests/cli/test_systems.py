"""The command ``system``, the pages of systems, and their addresses after each change."""

import json
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from case_views import (
    CONFIRMED,
    VERIFIED,
    a_document,
    a_quote,
    a_short_view,
    a_statement,
    a_view,
    rows,
)
from cli_runs import Run, lines

from review.decisions import reopen
from schemas.cases import CaseStudy, Fact, Measure, Method, Section, Support
from schemas.errors import InvalidDecision
from schemas.frozen import content_id
from schemas.reviews import CaseView
from services.systems import refuse
from warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("site_written_here")

YEARS = {"2023": "proof of concept", "2024": "internal tool", "2025": "full production"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three approved cases of one company, a year apart, and one of another."""
    home = tmp_path / "home"
    home.mkdir()
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        for year, stage in YEARS.items():
            view = a_short_view(
                f"Paddle in {year}",
                f"Paddle answered {year} letters.",
                company="Harbourline",
                year=year,
                stage=stage,
            )
            warehouse.append(*rows(view))
        warehouse.append(*rows(a_short_view("Elsewhere", "It works.", company="Initech")))
    return home


@pytest.fixture
def ids(run: Run, home: Path) -> list[str]:
    """The ids of the cases of Harbourline in the order of time."""
    found = {one["title"]: one["case_id"] for one in lines(run("list", "--json"))}
    return [found[f"Paddle in {year}"] for year in YEARS]


def page_of(home: Path, address: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((home / "site" / address).read_bytes())


def test_joined_cases_share_a_page(run: Run, home: Path, ids: list[str]) -> None:
    """It tells the newest facts with older ones beside, and each account; cases link to it."""
    (made,) = lines(run("system", "join", ids[0], ids[1], "--name", "Paddle", "--json"))
    (made,) = lines(run("system", "join", ids[2], ids[0], "--json"))
    assert [one["case_id"] for one in made["accounts"]] == ids
    assert run("publish").exit_code == 0
    (page,) = (home / "site/systems").glob("*/index.html")
    text = " ".join(page_of(home, f"systems/{page.parent.name}/index.html").text_content().split())
    assert "3 accounts, 2023 to 2025" in text
    older = "before: internal tool 1 March 2024before: proof of concept 1 March 2023"
    assert f"Deployment full production 1 March 2025{older}" in text
    titles = [link.text for link in lxml.html.fromstring(page.read_bytes()).xpath("//ol//h3/a")]
    assert titles == [f"Paddle in {year}" for year in YEARS]
    whole = lxml.html.fromstring(page.read_bytes())
    inside = {link[1:] for link in whole.xpath("//a/@href") if link.startswith("#")}
    assert inside <= {*whole.xpath("//@id")}
    data = json.loads(page.with_name("index.json").read_text())
    assert [one["value"] for one in data["now"]["Deployment"]] == [*YEARS.values()][::-1]
    (case,) = (home / "site/cases").glob("paddle-in-2024*/index.html")
    links = lxml.html.fromstring(case.read_bytes()).xpath("//section[@aria-labelledby='system']//a")
    assert [link.text for link in links] == ["Paddle", "Paddle in 2023", "Paddle in 2025"]
    company = (home / "site/companies/harbourline/index.html").read_text()
    assert f"systems/{page.parent.name}/index.html" in company
    browse = (home / "site/browse.html").read_text()
    assert f"systems/{page.parent.name}/index.html" in browse


def test_a_page_invents_no_date_and_no_company(run: Run, home: Path, ids: list[str]) -> None:
    """An undated account comes first, a doubtful year and company are left out, names follow."""
    measure = Measure(metric="letters <b>", value="40", unit="%", method=Method.AB_TEST)
    undated = an_account("Paddle, undated", None, ("company", "Initech", VERIFIED))
    doubtful = an_account(
        "Paddle in doubt",
        measure,
        ("company", "Initech", CONFIRMED),
        ("year", "2031", CONFIRMED),
        ("stage", "pilot", CONFIRMED),
    )
    planned = an_account(
        "Paddle in a plan", measure, ("company", "Initech", VERIFIED), ("year", "2022", VERIFIED)
    )
    views = (undated, doubtful, planned)
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        warehouse.append(*(row for view in views for row in rows(view)))
    run("system", "join", ids[0], undated.case.case_id, "--name", "Paddle <i>*x*</i>")
    for view in (doubtful, planned):
        run("system", "join", ids[0], view.case.case_id)
    assert run("publish").exit_code == 0
    (file,) = (home / "site/systems").glob("*/index.html")
    page = lxml.html.fromstring(file.read_bytes())
    dates = page.xpath("//ol[@class='cases']//p[@class='kicker']/text()")
    assert dates == ["undated", "undated", "2022", "1 March 2023"]
    assert page.xpath("string(//h1)") == "Paddle <i>*x*</i>"
    text = " ".join(page.text_content().split())
    assert "A system of Harbourline" in text
    told = [cell.text_content() for cell in page.xpath("//td[@data-label='Date']")]
    assert told == ["2022 as stated in the source, A/B test, projected"] * 2
    assert [len(cell) for cell in page.xpath("//td[@data-label]")] == [1] * 6  # narrow: two columns
    assert page.xpath("//p[@class='byline']/a[@href='#results']")
    assert len(page.xpath("//*[@id='results']")) == 1
    assert "before: pilot doubtful, confirmed undated" in text
    data = json.loads(file.with_name("index.json").read_text())
    assert [one["date"] for one in data["now"]["Letters <b>"]] == ["2022"] * 2
    assert "<i>" not in file.with_name("index.md").read_text()
    for company in ("harbourline", "initech"):
        assert (
            f"systems/{file.parent.name}/"
            in (home / f"site/companies/{company}/index.html").read_text()
        )
    run("company", "rename", "Harbourline", "Harbour Group")
    assert run("publish").exit_code == 0
    assert "A system of Harbour Group" in " ".join(
        lxml.html.fromstring(file.read_bytes()).text_content().split()
    )


def an_account(title: str, measure: Measure | None, *facts: tuple[Any, str, Support]) -> CaseView:
    """A case of an undated document, with two results if it has a measure."""
    text = f"{title} is described here."
    document = a_document(text, published=None)
    known = (("title", title, VERIFIED), *facts)
    quote, results = a_quote(document, text), {"section": Section.RESULTS, "measure": measure}
    said = [a_statement(1, f"{title} exists.", quote)]
    said += [
        a_statement(n, f"It will save {n} a day.", quote, **results) for n in (2, 3) if measure
    ]
    named = tuple(Fact(name=name, value=value, support=one) for name, value, one in known)
    study = CaseStudy(facts=named, statements=tuple(said))
    return a_view(study, document, case_id=content_id("case", title))


def test_every_address_of_a_system_leads_on(run: Run, home: Path, ids: list[str]) -> None:
    """After each merge, move, separation, renaming, undo and withdrawal, old pages lead to cases."""
    published: set[str] = set()

    def check() -> dict[str, str]:
        """Publish, follow every address ever published, and return where each leads."""
        assert run("publish").exit_code == 0
        site, ends = home / "site", {}
        published.update(str(one.relative_to(site)) for one in site.glob("systems/*/index.html"))
        for address in published:
            place, steps = address, 0
            while refresh := page_of(home, place).xpath("//meta[@http-equiv='refresh']/@content"):
                place = str(refresh[0]).partition("url=../../")[2]
                place += "index.html" if place.endswith("/") else ""
                moved = json.loads((site / address).with_suffix(".json").read_text())
                assert place.startswith(moved["moved_to"])
                steps += 1
                assert steps < 2, "a page leads to another one that leads on"
            ends[address] = place
        return ends

    run("system", "join", ids[0], ids[1], "--name", "Paddle")
    (paddle,) = check()
    run("system", "rename", "Paddle", "Paddle for letters")
    assert check() == {paddle: paddle}
    run("system", "leave", ids[1])
    assert check()[paddle].startswith("cases/paddle-in-2023")
    run("system", "join", ids[1], ids[2], "--name", "Oar")
    ends = check()
    (oar,) = set(ends) - {paddle}
    assert ends[oar] == oar
    run("system", "join", ids[1], ids[0])  # Paddle, described by one case, joins Oar
    assert check() == {paddle: oar, oar: oar}
    run("system", "undo")
    assert check()[paddle].startswith("cases/paddle-in-2023")
    for one in ids[1:]:
        run("reject", one, "--withdraw", "--reason", "The company asked us to.")
    ends = check()
    assert (ends[paddle].split("/")[0], ends[oar]) == ("cases", "browse.html")


def test_a_decision_that_changes_nothing_is_refused(run: Run, home: Path, ids: list[str]) -> None:
    """A second join, a lonely case that leaves, a system without a name, an undone decision."""
    assert run("system", "join", ids[0], ids[1]).exit_code == 2
    assert run("system", "join", ids[0], ids[0], "--name", "Paddle").exit_code != 0
    assert run("system", "undo").exit_code != 0
    run("system", "join", ids[0], ids[1], "--name", "Paddle")
    assert run("system", "join", ids[1], ids[0]).exit_code != 0
    assert run("system", "leave", ids[2]).exit_code != 0
    assert run("system", "rename", "Paddle", " ").exit_code == 2
    assert run("system", "rename", "Nothing", "X").exit_code == 2
    (found,) = lines(run("system", "list", "--json"))
    assert [one["case_id"] for one in found["accounts"]] == ids[:2]


def test_decisions_are_undone_one_after_the_other(run: Run, home: Path, ids: list[str]) -> None:
    """Each undoing uncovers the decision before it, of cases and of names; then nothing is left."""
    run("system", "join", ids[0], ids[1], "--name", "Paddle")
    run("system", "rename", "Paddle", "Oar")
    run("system", "rename", "Oar", "Helm")
    run("system", "leave", ids[1])
    found = []
    for _ in range(4):
        (one,) = lines(run("system", "undo", "--json")) or [{"name": "", "accounts": []}]
        found.append((one["name"], len(one["accounts"])))
    assert found == [("Helm", 2), ("Oar", 2), ("Paddle", 2), ("", 0)]
    assert run("system", "undo").exit_code != 0


def test_a_rejected_case_comes_along(run: Run, home: Path, ids: list[str]) -> None:
    """When its system is merged into another, it is of that one once it is reopened."""
    other = next(one for one in lines(run("list", "--json")) if one["title"] == "Elsewhere")
    run("system", "join", ids[0], ids[1], "--name", "Paddle")
    run("system", "join", ids[2], other["case_id"], "--name", "Oar")
    run("reject", ids[1], "--withdraw", "--reason", "The company asked us to.")
    run("system", "join", ids[2], ids[0])
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        reopen(warehouse, ids[1], "ada")
        with pytest.raises(InvalidDecision, match="the same system now"):
            refuse(warehouse, ids[0], ids[1], "ben")  # who saw the proposal before
    (found,) = lines(run("system", "list", "--json"))
    assert (found["name"], len(found["accounts"])) == ("Oar", 4)


def test_an_export_carries_companies_and_systems(
    run: Run, home: Path, ids: list[str], tmp_path: Path
) -> None:
    """Another casebook has the same system, former system, company name and alias, once each."""
    run("system", "join", ids[0], ids[1], "--name", "Paddle")
    run("system", "leave", ids[1])
    run("system", "join", ids[1], ids[2], "--name", "Oar")
    run("company", "rename", "Harbourline", "Harbourline Group", "--kind", "runs systems")
    run("company", "alias", "Initech", "Harbourline")
    assert run("publish").exit_code == 0
    assert run("export", str(tmp_path / "data")).exit_code == 0
    other = tmp_path / "other"
    assert run("--home", str(other), "import", str(tmp_path / "data")).exit_code == 0

    def listed(*command: str) -> list[object]:
        return lines(run("--home", str(other), *command, "--json"))

    assert listed("system", "list") == lines(run("system", "list", "--json"))
    assert listed("company", "list") == lines(run("company", "list", "--json"))
    assert run("--home", str(other), "publish").exit_code == 0
    names = {one.name for one in (other / "site/systems").iterdir()}
    run("publish")
    assert names == {one.name for one in (home / "site/systems").iterdir()}


def test_an_import_is_undone(run: Run, home: Path, ids: list[str], tmp_path: Path) -> None:
    """Its cases leave the site at the next publication, decided ones stay, a foreign file fails."""
    run("publish")
    run("export", str(tmp_path / "data"))
    other = ("--home", str(tmp_path / "other"))
    run(*other, "import", str(tmp_path / "data"))
    run(*other, "publish")
    with Warehouse(tmp_path / "other" / "warehouse.duckdb") as warehouse:
        reopen(warehouse, ids[0], "ada")
    assert run(*other, "approve", ids[0]).exit_code == 0
    (done,) = lines(run(*other, "import", str(tmp_path / "data"), "--undo", "--json"))
    assert (len(done["withdrawn"]), done["kept"]) == (3, [ids[0]])
    run(*other, "publish")
    page = tmp_path / "other/site/cases"
    assert sum("withdrawn" in one.read_text() for one in page.glob("*/index.html")) == 3
    assert run(*other, "import", str(tmp_path / "data"), "--undo").exit_code == 0
    (tmp_path / "none.csv").write_text("title\n")
    assert run(*other, "import", str(tmp_path / "none.csv"), "--undo").exit_code == 2
