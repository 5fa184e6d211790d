"""The hash chain over the audit log, and the files of releases."""

import subprocess
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from case_views import a_view
from made_rows import a_source

from publishing.conversion import published_case
from publishing.exchange.export import export, read_release
from publishing.plan import SiteSettings
from publishing.records import CaseRecord
from schemas.audit import Verification
from services.audit import KEY, SIGNATURE, seal, sign, verify
from warehouse import Warehouse

NOW = timedelta(0)


@pytest.fixture
def log(tmp_path: Path) -> Warehouse:
    """A warehouse whose audit log has two sealed stretches, of 40 and 30 rows."""
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    for start, end in ((0, 40), (40, 70)):
        warehouse.append(*(a_source(f"https://a.example/{n}") for n in range(start, end)))
        seal(warehouse, settled=NOW)
    return warehouse


def after(log: Warehouse, tmp_path: Path, *statements: str) -> Verification:
    """Return what is found after somebody changed the file."""
    log.close()
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        for statement in statements:
            connection.execute(statement)
    return verify(Warehouse(tmp_path / "warehouse.duckdb"))


def test_an_untouched_log_is_unchanged(log: Warehouse) -> None:
    """Each row is in one seal; rows that come later are counted, and sealed by the next one."""
    log.append(a_source("https://a.example/new"))
    found = verify(log)
    assert (found.seals, found.rows, found.unsealed, found.problems) == (2, 70, 1, ())
    head = seal(log, settled=NOW)
    assert head
    assert head.n == 3
    assert seal(log, settled=NOW) == head  # nothing is new
    assert verify(log).unsealed == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE sources SET submitted_by = 'eve' WHERE canonical_url LIKE '%/17'",
            ["eve submit source", "1 rows of seal 1 are missing or were changed"],
        ),
        ("DELETE FROM sources WHERE canonical_url LIKE '%/55'", ["1 rows of seal 2 are missing"]),
        (
            (
                "INSERT INTO sources BY NAME (SELECT * REPLACE ('src1_x' AS source_id) FROM sources "
                "WHERE canonical_url LIKE '%/12')"
            ),
            ["changed or added after seal 1"],
        ),
        ("UPDATE audit_seals SET digest = 'x' WHERE n = 1", ["seal 1 does not follow"]),
        ("DELETE FROM audit_seals WHERE n = 1", ["seal 2 does not follow"]),
    ],
)
def test_each_change_is_found(
    statement: str, words: Sequence[str], log: Warehouse, tmp_path: Path
) -> None:
    """A row that was changed, removed or added is named, and so is a seal that was changed."""
    problems = "\n".join(after(log, tmp_path, statement).problems)
    assert all(one in problems for one in words), problems


def exported(tmp_path: Path, log: Warehouse) -> Path:
    """Write a release that publishes the head of the log."""
    case = published_case(a_view(), "case-1")
    record = CaseRecord(**dict(case), page=case.address, licence=None, citation="")
    lines = tmp_path / "site" / "data" / "cases.jsonl"
    lines.parent.mkdir(parents=True)
    lines.write_text(record.model_dump_json() + "\n", "utf-8")
    settings = SiteSettings(title="Cases", licence="CC BY 4.0", doi="10.5281/zenodo.1")
    out = tmp_path / "out"
    export(tmp_path / "site", out, settings, date(2026, 12, 1), seal(log, settled=NOW))
    return out


def test_a_changed_file_of_a_release_is_found(tmp_path: Path, log: Warehouse) -> None:
    """The files of a release are compared with its manifest."""
    out = exported(tmp_path, log)
    found = verify(log, out)
    assert (found.problems, found.files) == ((), len(read_release(out).files))
    assert "doi: 10.5281/zenodo.1" in (out / "CITATION.cff").read_text("utf-8")
    (out / "README.md").write_text("other", "utf-8")
    next((out / "markdown").iterdir()).unlink()
    problems = verify(log, out).problems
    assert len(problems) == 2
    assert any("README.md is not the file" in one for one in problems)


def test_a_chain_made_anew_has_another_head(tmp_path: Path, log: Warehouse) -> None:
    """Who changes a row and seals the log again is found by an earlier release."""
    out = exported(tmp_path, log)
    changed = (
        "UPDATE sources SET submitted_by = 'eve' WHERE canonical_url LIKE '%/17'",
        "DELETE FROM audit_seals",
    )
    assert after(log, tmp_path, *changed).problems == ()
    seal(log, settled=NOW)
    assert verify(log).problems == ()
    (problem,) = verify(log, out).problems
    assert "which the warehouse does not have" in problem


def test_a_release_is_signed_with_a_key(tmp_path: Path, log: Warehouse) -> None:
    """A signature by OpenSSH covers release.json, and is refused after a change."""
    out, home = exported(tmp_path, log), tmp_path
    assert not sign(out, home)
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / KEY)]
    subprocess.run(made, check=True)
    assert sign(out, home)
    assert (out / SIGNATURE).is_file()
    assert "ED25519" in (verify(log, out).signed_by or "")
    text = (out / "release.json").read_text("utf-8")
    (out / "release.json").write_text(text.replace('"title": "Cases"', '"title": "Other"'), "utf-8")
    assert "the signature does not fit release.json" in verify(log, out).problems
