"""Replacing a site: all of it or nothing, and only a site of ours."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from publishing.folder import MARKER, replacing
from schemas.errors import PublishError

DIE_INSIDE = """
import os, sys, pathlib
from publishing.folder import replacing
with replacing(pathlib.Path(sys.argv[1])) as folder:
    (folder / "page").write_text("half")
    os._exit(9)
"""

DIE_BETWEEN_RENAMES = """
import os, sys, pathlib
from publishing.folder import replacing
rename = pathlib.Path.rename
def rename_once(path, target):
    rename(path, target)
    os._exit(9)
pathlib.Path.rename = rename_once
with replacing(pathlib.Path(sys.argv[1])) as folder:
    (folder / "page").write_text("new")
"""


class Stopped(Exception):
    """What the tests raise inside the block."""


def write(out: Path, text: str) -> None:
    with replacing(out) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "page").write_text(text)
        (folder / "page").write_text(text)


def stop_inside(out: Path) -> None:
    with replacing(out) as folder:
        (folder / "page").write_text("half")
        raise Stopped


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_site_takes_the_place_of_the_old(tmp_path):
    """What is gone from the new site is gone from the folder, and nothing is left beside it."""
    out = tmp_path / "deep" / "site"
    write(out, "old")
    with replacing(out) as folder:
        (folder / "other").write_text("new")
    assert names(out) == {"other", MARKER}
    assert names(out.parent) == {"site", ".site.lock"}


def test_an_error_while_writing_keeps_the_old_site(tmp_path):
    """A site that could not be finished is never seen."""
    out = tmp_path / "site"
    write(out, "old")
    with pytest.raises(Stopped):
        stop_inside(out)
    assert (out / "page").read_text() == "old"
    assert names(tmp_path) == {"site", ".site.lock"}


def test_a_failed_exchange_puts_the_old_site_back(tmp_path, monkeypatch):
    """When the new folder cannot be moved in, the old one returns and the error says so."""
    out = tmp_path / "site"
    write(out, "old")
    rename = Path.rename

    def refuse_new(path: Path, target: Path) -> Path:
        if path.name == ".site.new":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(PublishError, match=r"site: Permission denied; the site that was there"):
        write(out, "new")
    assert (out / "page").read_text() == "old"


@pytest.mark.parametrize("program", [DIE_INSIDE, DIE_BETWEEN_RENAMES])
def test_a_killed_process_leaves_the_old_site_to_the_next(tmp_path, program):
    """Whenever a process dies, the next one finds the old site whole and clears the rest."""
    out = tmp_path / "site"
    write(out, "old")
    died = subprocess.run([sys.executable, "-c", program, str(out)], check=False)
    assert died.returncode == 9
    with pytest.raises(Stopped):
        stop_inside(out)
    assert (out / "sub" / "page").read_text() == "old"
    assert names(tmp_path) == {"site", ".site.lock"}


@pytest.mark.parametrize("leftover", [".site.new", ".site.old"])
def test_a_half_removed_leftover_is_still_known_as_ours(tmp_path, leftover):
    """A folder of ours that was being removed when the process died does not block the next."""
    write(tmp_path / "site", "old")
    write(tmp_path / leftover, "left")
    (tmp_path / leftover / "page").unlink()
    write(tmp_path / "site", "new")
    assert (tmp_path / "site" / "page").read_text() == "new"
    assert not (tmp_path / leftover).exists()


@pytest.mark.parametrize("name", ["site", ".site.new", ".site.old"])
def test_a_folder_that_is_not_ours_is_refused(tmp_path, name):
    """Files of others are never replaced or removed, and the message names the folder."""
    foreign = tmp_path / name
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    with pytest.raises(PublishError, match=rf"{name} holds files that casebook did not write"):
        write(tmp_path / "site", "new")
    assert (foreign / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_is_taken_and_a_file_is_not(tmp_path):
    """A folder made for the site may be used; a file in its place is named."""
    out = tmp_path / "site"
    out.mkdir()
    write(out, "new")
    assert (out / "page").read_text() == "new"
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match="file is a file; choose another folder"):
        write(tmp_path / "file", "new")


def test_a_link_to_a_folder_keeps_being_one(tmp_path):
    """Where the target is a symbolic link, the folder it leads to is replaced."""
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to("real")
    write(tmp_path / "site", "new")
    assert (tmp_path / "site").is_symlink()
    assert (tmp_path / "real" / "page").read_text() == "new"


def test_two_publications_wait_for_each_other(tmp_path):
    """While one writes, another waits its turn; one that may not wait says so."""
    out = tmp_path / "site"
    second = threading.Thread(target=write, args=(out, "second"))
    with replacing(out) as folder:
        (folder / "page").write_text("first")
        with pytest.raises(PublishError, match="Another casebook is publishing"), replacing(out, 0):
            pass
        second.start()
    second.join()
    assert (out / "page").read_text() == "second"
