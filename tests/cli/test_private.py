"""File modes: a home is private to its owner, a site readable by everyone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cli_runs import Run, lines
from scripted_endpoint import ScriptedEndpoint

ROOT = Path(__file__).parents[2]


def modes(folder: Path) -> dict[str, str]:
    """Return the modes of a folder and everything in it by path, as in "0o755"."""
    return {str(one): oct(one.stat().st_mode & 0o777) for one in (folder, *folder.rglob("*"))}


@pytest.fixture
def private() -> Iterator[None]:
    """The file mode mask that ``main`` sets."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_home_that_the_desk_made_is_private(tmp_path: Path) -> None:
    """The warehouse, the log, sessions and uploads, under any umask of the shell."""
    home = tmp_path / "new" / "home"
    command = [sys.executable, "-m", "cli", "--home", str(home), "review", "--port", "0"]
    with subprocess.Popen(
        [*command, "--no-browser"], cwd=ROOT, umask=0o022, stdout=subprocess.PIPE, text=True
    ) as desk:
        try:
            found = re.search(r"(http://\S+)/\?key=(\S+)", desk.stdout.readline())
            base, key = found.groups()
            files = {"files": ("notes.txt", b"\x00\x01", "text/plain")}
            script = {"Authorization": f"Bearer {key}"}
            httpx2.post(f"{base}/submit", files=files, headers=script)
            view = {"name": "mine", "query": "?q=rag"}
            httpx2.post(f"{base}/views", data=view, headers=script)  # is stored before the answer
            httpx2.get(f"{base}/?key={key}")
        finally:
            desk.terminate()
    made = modes(home)
    names = " ".join(made)
    assert all(part in names for part in ("warehouse.duckdb", "uploads/", "run/sessions/"))
    assert {name: mode for name, mode in made.items() if mode not in {"0o700", "0o600"}} == {}


def test_a_site_can_be_served(
    run: Run, model: ScriptedEndpoint, source: Path, tmp_path: Path, private: None
) -> None:
    """Another account's web server can read every file of the site and of the export."""
    run("submit", source)
    (case,) = lines(run("list", "--json"))
    assert run("approve", case["case_id"], "--leave-out", "--confirm").exit_code == 0
    site = tmp_path / "srv" / "www"
    assert run("publish", "--to", site).exit_code == 0
    found = set(modes(site).values())
    assert found == {"0o755", "0o644"}
    assert oct(site.parent.stat().st_mode & 0o777) == "0o755"
    shutil.copytree(site, tmp_path / "home" / "site")  # which an export reads
    assert run("export", tmp_path / "export").exit_code == 0
    assert set(modes(tmp_path / "export").values()) == {"0o755", "0o644"}
