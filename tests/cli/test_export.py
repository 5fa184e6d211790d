"""The command that exports the published cases."""

from pathlib import Path

from case_views import a_view
from cli_runs import Run, lines

from publishing.conversion import published_case
from publishing.records import CaseRecord


def test_export_says_what_it_wrote(run: Run, tmp_path: Path) -> None:
    """Reports that nothing is published; later the release with its counts, also as JSON.

    A digest of the same site is printed in each format, and not mailed without news.
    """
    folder = tmp_path / "export"
    refused = run("export", folder)
    assert refused.exit_code == 2
    assert "`casebook publish` first" in str(refused.exception)

    file = tmp_path / "home" / "site" / "data" / "cases.jsonl"
    file.parent.mkdir(parents=True)
    case = published_case(a_view(), "a-case")
    record = CaseRecord(**dict(case), page="x", licence=None, citation="")
    file.write_text(record.model_dump_json() + "\n")
    done = run("export", folder, "--date", "2026-11-30")
    assert done.exit_code == 0
    assert "release 2026-11-30: 1 case; 1 added, 0 changed, 0 withdrawn" in done.stdout
    assert str(folder) in done.stdout
    assert run("digest", "--since", "2026-12-01").stdout.startswith("# casebook: nothing new since")
    assert run("digest", "--format", "html").stdout.startswith("<!doctype html>")
    assert [one["parts"] for one in lines(run("digest", "--json"))] == [[]]
    assert (
        "Not mailed: nothing changed since 2026-12-01"
        in run("digest", "--mail", "--since", "2026-12-01").stderr
    )
    (again,) = lines(run("export", folder, "--json"))
    assert (again["release"], again["added"]) == ("2026-11-30", [])
