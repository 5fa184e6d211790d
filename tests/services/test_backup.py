"""A home is backed up while it is written to, and comes back byte by byte."""

import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from warehouse_rows import Story
from warehouse_worker import ENVIRONMENT

from config.resources import Resources
from config.settings import Settings
from schemas.errors import ConfigurationError, InputError
from services.backup import back_up, restore_home
from warehouse import Warehouse
from warehouse import file as warehouse_file

KILLS = 5
WRITE = """
import sys
from itertools import count
from pathlib import Path
from warehouse import BlobStore, Warehouse
from warehouse_rows import Story
home = Path(sys.argv[1])
for n in count(1):
    story = Story(f"{n}")
    sha256 = BlobStore(f"{home}/snapshots").put(b"page %d" % n * 2000)
    snapshot = story.snapshot().model_copy(update={"sha256": sha256})
    Warehouse(home / "warehouse.duckdb").append(story.source(), snapshot)
    print(n, flush=True)
"""
BACK_UP = """
import sys
from pathlib import Path
from config.resources import Resources
from config.settings import Settings
from services.backup import back_up
resources = Resources(Settings(home=Path(sys.argv[1])))
print("begins", flush=True)
while True:
    back_up(resources, Path(sys.argv[2]), lambda done, of: None)
"""


PROBE = """
import sys, duckdb
try:
    duckdb.connect(sys.argv[1])
    print("opened")
except duckdb.IOException:
    print("locked")
"""


@contextmanager
def running(program: str, *arguments: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a program that does not end until the block does, which kills it."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, env=ENVIRONMENT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def ignore(done: int, total: int) -> None:
    """Show no progress."""


def backed_up(settings: Settings, file: Path) -> Path:
    """Back up a home with one source."""
    with Warehouse(settings.home / "warehouse.duckdb") as warehouse:
        warehouse.append(Story().source())
    back_up(Resources(settings), file, ignore)
    return file


def wait_for(process: "subprocess.Popen[str]", lines: int) -> int:
    """Wait until the process has printed so many more lines; return the number in the last."""
    return [int(process.stdout.readline()) for _ in range(lines)][-1]


def restored(backup: Path, home: Path) -> dict[str, bytes]:
    """Restore a backup into a new home; return the bytes of each snapshot by its source."""
    resources = Resources(Settings(home=home))
    restore_home(resources, backup, ignore)
    _, rows = resources.warehouse.sql("SELECT source_id, sha256 FROM snapshots")
    found = {source: resources.blobs.get(sha256) for source, sha256 in rows}
    assert resources.warehouse.counts()["sources"] == len(found)
    resources.warehouse.close()
    return found


def test_a_backup_holds_one_moment_of_a_home_in_use(tmp_path, settings):
    """It has all rows stored before, without gaps, and the bytes of each."""
    file = tmp_path / "backup.zip"
    with running(WRITE, settings.home) as writer:
        for round_ in range(2):
            before = wait_for(writer, 5)
            back_up(Resources(settings), file, ignore)
            found = restored(file, tmp_path / f"restored{round_}")
            assert len(found) >= before
            assert set(found) == {f"src1_{n}" for n in range(1, len(found) + 1)}
        assert wait_for(writer, 1) > before  # the writer was not disturbed


def test_every_file_comes_back(tmp_path, settings):
    """Uploads, audio, evaluations, settings and schedules are restored; caches are not."""
    home = settings.home
    kept = [
        "uploads/ab/talk.pdf",
        "audio/rep1_a/1.mp3",
        "uploads/.hidden.html",
        "casebook.toml",
        "searches.toml",
        "snapshots/ab/cd.gz",
    ]
    rebuilt = ["site/index.html", "logs/casebook.log", "run/desk-secret", "index.sqlite", "b.zip"]
    for name in kept + rebuilt:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"# {name}")
    (home / "prefect").mkdir()
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as schedules:
        schedules.execute("CREATE TABLE deployment (name)")
        schedules.commit()
    with Warehouse(home / "warehouse.duckdb") as warehouse:
        warehouse.append(*Story().rows("draft 1"))
    back_up(Resources(settings), tmp_path / "b.zip", ignore)
    new = Settings(home=tmp_path / "new")
    manifest = restore_home(Resources(new), tmp_path / "b.zip", ignore)
    assert set(manifest.files) == {*kept, "prefect/prefect.db", "warehouse.duckdb"}
    assert all((new.home / name).read_text() == f"# {name}" for name in kept)
    for name, expected in manifest.files.items():
        data = (new.home / name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (expected.sha256, expected.size)
        assert (new.home / name).stat().st_mode & 0o077 == 0
    assert [case.case_id for case in Resources(new).warehouse.cases()] == ["case1_a"]
    assert not (new.home / ".restoring").exists()
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


def test_a_killed_backup_loses_nothing(tmp_path, settings):
    """Home and earlier backup stay complete, whenever the backup is killed."""
    home, file = settings.home, tmp_path / "backup.zip"
    with running(WRITE, home) as writer:
        stored = wait_for(writer, 40)
    back_up(Resources(settings), file, ignore)
    for kill in range(KILLS):
        with running(BACK_UP, home, file) as process:
            assert process.stdout.readline() == "begins\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.4 * kill / KILLS)
        with Warehouse(home / "warehouse.duckdb") as warehouse:
            assert warehouse.counts()["sources"] >= stored
        assert len(restored(file, tmp_path / f"restored{kill}")) >= stored
    back_up(Resources(settings), file, ignore)
    assert list(tmp_path.glob(".backup.zip*")) == []


def _with_manifest(file: Path, change: object) -> None:
    """Write the archive again with a changed manifest."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(parts["manifest.json"])
    parts |= change(manifest, parts) or {}
    parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)


def _climb(manifest: dict, parts: dict) -> dict:
    manifest["files"]["../outside"] = manifest["files"]["warehouse.duckdb"]
    return {"../outside": parts["warehouse.duckdb"]}


def _edit(manifest: dict, parts: dict) -> dict:
    return {"warehouse.duckdb": parts["warehouse.duckdb"][:-1] + b"?"}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.unlink(), "does not exist"),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read"),
        (lambda file: file.write_bytes(b"PK"), "is damaged or is not a backup"),
        (lambda file: file.write_bytes(file.read_bytes()[:-200]), "is damaged or is not a backup"),
        (lambda file: _with_manifest(file, _edit), "warehouse.duckdb differs"),
        (lambda file: _with_manifest(file, _climb), "files differ from its manifest"),
    ],
)
def test_a_damaged_backup_restores_nothing(tmp_path, settings, damage, message):
    """The error names the file; the home stays empty, and nothing is written elsewhere."""
    file, new = backed_up(settings, tmp_path / "b.zip"), Settings(home=tmp_path / "new")
    damage(file)
    with pytest.raises(InputError, match=message):
        restore_home(Resources(new), file, ignore)
    assert [path.name for path in new.home.glob("*")] in ([], ["locks"])
    assert not (tmp_path / "outside").exists()


def test_a_home_with_a_warehouse_is_not_overwritten(tmp_path, settings):
    """Restoring is refused if there are rows; home and backup are unchanged."""
    backed_up(settings, tmp_path / "b.zip")
    with pytest.raises(InputError, match="--home NEW restore"):
        restore_home(Resources(settings), tmp_path / "b.zip", ignore)
    assert Resources(settings).warehouse.counts()["sources"] == 1


@pytest.mark.parametrize("name", ["casebook.toml", "warehouse.duckdb.wal"])
def test_files_of_the_target_are_not_replaced(tmp_path, settings, name):
    """Settings of the new machine, or the log of a database that is gone, stop a restore."""
    (settings.home).mkdir()
    (settings.home / "casebook.toml").write_text("site_title = 'theirs'")
    backed_up(settings, tmp_path / "b.zip")
    new = Settings(home=tmp_path / "new")
    new.home.mkdir()
    (new.home / name).write_text("mine")
    with pytest.raises(InputError, match=f"{name} would be replaced"):
        restore_home(Resources(new), tmp_path / "b.zip", ignore)
    assert (new.home / name).read_text() == "mine"
    assert not (new.home / "warehouse.duckdb").exists()


def test_a_database_created_during_a_restore_stays(tmp_path, settings):
    """A desk that stores a row in the new home meanwhile keeps it; the restore fails."""
    backed_up(settings, tmp_path / "b.zip")
    new = Settings(home=tmp_path / "new")

    def store(done: int, total: int) -> None:
        with Warehouse(new.home / "warehouse.duckdb") as warehouse:
            warehouse.append(Story("mine").source())

    with pytest.raises(InputError, match="exists"):
        restore_home(Resources(new), tmp_path / "b.zip", store)
    _, rows = Resources(new).warehouse.sql("SELECT source_id FROM sources")
    assert rows == [("src1_mine",)]


def test_the_database_stays_locked_while_its_log_is_copied(tmp_path, settings, monkeypatch):
    """No process can open the database between the copies of the log and of the file."""
    with Warehouse(settings.home / "warehouse.duckdb") as warehouse:
        warehouse.append(Story().source())
    probe = [sys.executable, "-c", PROBE, str(settings.home / "warehouse.duckdb")]
    outcomes = []

    def probed(file, to):
        made = original(file, to)
        outcomes.append(subprocess.run(probe, capture_output=True, text=True, check=False).stdout)
        return made

    original = warehouse_file._copied
    monkeypatch.setattr(warehouse_file, "_copied", probed)
    back_up(Resources(settings), tmp_path / "b.zip", ignore)
    assert outcomes == ["locked\n"]


def test_what_cannot_be_backed_up_is_named(tmp_path, settings):
    """Covers an empty home, an unwritable folder, and a shared warehouse."""
    with pytest.raises(InputError, match="nothing to back up"):
        back_up(Resources(settings), tmp_path / "b.zip", ignore)
    shared = settings.model_copy(update={"data": "s3://bucket/casebook"})
    with pytest.raises(ConfigurationError, match=r"pg_dump.*docs/operations\.md"):
        back_up(Resources(shared), tmp_path / "b.zip", ignore)
    (tmp_path / "file").touch()
    with Warehouse(settings.home / "warehouse.duckdb") as warehouse:
        warehouse.append(Story().source())
    with pytest.raises(InputError, match="cannot be used"):
        back_up(Resources(settings), tmp_path / "file" / "b.zip", ignore)
