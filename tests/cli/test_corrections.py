"""The command ``corrections``: reports listed, accepted and refused."""

from pathlib import Path

import pytest
from case_views import a_publication, a_short_view, rows
from cli_runs import Run, lines

from services.mistakes import Addresses, report_mistake
from warehouse import Warehouse


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two reports about one published case, one with an address."""
    home = tmp_path / "home"
    home.mkdir()
    view = a_short_view("Paddle", "Paddle answers letters.")
    case_id, revision_id = view.case.case_id, view.revision.revision_id
    shown = a_publication(case_id, "cases/paddle/index.html")
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        warehouse.append(*rows(view), shown.model_copy(update={"revision_id": revision_id}))
        made = report_mistake(warehouse, case_id, "It answers mails.")
        report_mistake(warehouse, case_id, "I do not like it.")
    Addresses(home).keep(made.mistake_id, "ida@mail.example")
    return home


def test_reports_are_closed_one_by_one(run: Run, home: Path) -> None:
    """Accepted with words for readers or refused with a reason; the address is deleted."""
    found = {
        one["message"]: one["mistake_id"] for one in lines(run("corrections", "list", "--json"))
    }
    wrong, opinion = found["It answers mails."], found["I do not like it."]
    assert run("corrections", "close", wrong).exit_code != 0
    assert run("corrections", "close", "mis1_none", "--what", "x").exit_code != 0
    assert Addresses(home).find(wrong) == "ida@mail.example"
    (made,) = lines(
        run("corrections", "close", wrong, "--what", "Mails.", "--found-by", "Ida", "--json")
    )
    assert (made["ruling"], made["what"], made["found_by"]) == ("accept", "Mails.", "Ida")
    assert Addresses(home).find(wrong) is None
    (made,) = lines(run("corrections", "close", opinion, "--refuse", "An opinion.", "--json"))
    assert made["ruling"] == "refuse"
    table = run("corrections", "list").stdout
    assert "to be mended" in table
    assert "refused" in table
