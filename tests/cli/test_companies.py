"""The command ``company``, and the pages of companies that it changes."""

from pathlib import Path

import lxml.html
import pytest
from case_views import a_short_view, rows
from cli_runs import Run, lines

from config.settings import Settings
from warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("site_written_here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an approved case of each of three companies."""
    home = tmp_path / "home"
    with Warehouse(Settings(home=home).home / "warehouse.duckdb") as warehouse:
        for name, industry in (
            ("Initech", "finance"),
            ("Initrode Inc.", "tech"),
            ("Hooli", "tech"),
        ):
            view = a_short_view(f"How {name} does it", "It works.", company=name, industry=industry)
            warehouse.append(*rows(view))
    return home


def test_an_alias_merges_companies_and_their_pages(run: Run, home: Path) -> None:
    """One page has the cases of both with one industry; the old page leads to it, until undone."""
    pages = home / "site" / "companies"
    assert run("publish").exit_code == 0
    assert (pages / "initrode" / "index.html").is_file()
    (merged,) = lines(run("company", "alias", "Initrode", "Initech", "--json"))
    assert (merged["company_id"], merged["cases"]) == ("initech", 2)
    assert merged["aliases"] == ["Initrode Inc.", "Initrode"]
    assert len(lines(run("list", "--company", "initrode", "--json"))) == 2
    assert run("publish").exit_code == 0
    page = lxml.html.fromstring((pages / "initech" / "index.html").read_bytes())
    assert len(page.xpath("//h3/a[contains(@href, 'cases/')]")) == 2
    moved = lxml.html.fromstring((pages / "initrode" / "index.html").read_bytes())
    (refresh,) = moved.xpath("//meta[@http-equiv='refresh']/@content")
    assert refresh == "0; url=../../companies/initech/"
    assert moved.xpath("//link[@rel='canonical']/@href") == ["../../companies/initech/"]
    assert (pages / "initrode" / "index.json").read_text() == '{"moved_to": "companies/initech/"}\n'
    (case,) = (home / "site" / "cases").glob("how-initrode*/index.html")
    facts = lxml.html.fromstring(case.read_bytes()).xpath("//dl[@class='facts']")[0].text_content()
    assert "Finance" in facts
    assert "in this source: Technology" in facts
    assert run("company", "alias", "Initrode", "Initrode").exit_code == 0
    assert run("publish").exit_code == 0
    assert "Moved" not in (pages / "initrode" / "index.html").read_text()


def test_a_renamed_company_keeps_its_address(run: Run, home: Path) -> None:
    """The heading of its page, the list and the data have the new name."""
    renamed = run("company", "rename", "HOOLI", "Hooli Group", "--industry", "finance", "--json")
    (found,) = lines(renamed)
    assert (found["company_id"], found["name"], found["aliases"]) == (
        "hooli",
        "Hooli Group",
        ["Hooli"],
    )
    assert run("publish").exit_code == 0
    page = lxml.html.fromstring((home / "site/companies/hooli/index.html").read_bytes())
    assert page.xpath("string(//h1)").strip() == "Hooli Group"
    assert "hooli,Hooli Group" in (home / "site/data/companies.csv").read_text()
    assert "Hooli Group" in run("company", "list", "--text", "hooli").stdout


def test_unknown_companies_are_refused(run: Run, home: Path) -> None:
    """A name of no case, or of several companies, changes nothing."""
    assert run("company", "rename", "Nowhere", "X").exit_code == 2
    assert run("company", "alias", "Various", "Hooli").exit_code == 2
    assert len(lines(run("company", "list", "--json"))) == 3
