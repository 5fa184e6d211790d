"""Replacing a site: all of it or nothing, and only a site of ours."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from publishing.folder import MARKER, replacing
from schemas.errors import PublishError

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


def write(out: Path, text: str) -> None:
    with replacing(out) as folder:
        (folder / "page").write_text(text)


def stop_inside(out: Path) -> None:
    with pytest.raises(KeyError), replacing(out) as folder:
        (folder / "page").write_text({}["half"])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_site_takes_the_place_of_the_old(tmp_path):
    """Files that the new site lacks are gone from the folder, and no leftovers are beside it."""
    out = tmp_path / "deep" / "site"
    write(out, "old")
    with replacing(out) as folder:
        (folder / "other").write_text("new")
    assert names(out) == {"other", MARKER}
    assert names(out.parent) == {"site", ".site.lock"}


def test_a_killed_process_leaves_the_old_site_to_the_next(tmp_path):
    """After a process dies at any time, the next one finds the old site complete and cleans up."""
    out = tmp_path / "site"
    write(out, "old")
    died = subprocess.run([sys.executable, "-c", DIE_BETWEEN_RENAMES, str(out)], check=False)
    assert died.returncode == 9
    stop_inside(out)
    assert (out / "page").read_text() == "old"
    assert names(tmp_path) == {"site", ".site.lock"}


def test_the_old_site_returns_if_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    """If the second rename fails, readers find the old site, and nothing is left beside it."""
    out = tmp_path / "site"
    write(out, "old")
    rename = Path.rename

    def fail_for_the_new_site(path: Path, target: Path) -> Path:
        if path.name == ".site.new":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new_site)
    with pytest.raises(PublishError, match="Permission denied"):
        write(out, "new")
    assert (out / "page").read_text() == "old"
    assert names(tmp_path) == {"site", ".site.lock"}


@pytest.mark.parametrize("name", ["site", ".site.new", ".site.old"])
def test_a_folder_that_is_not_ours_is_refused(tmp_path, name):
    """Files that are not ours are never replaced or removed; the message names the folder."""
    foreign = tmp_path / name
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    with pytest.raises(PublishError, match=rf"{name} contains files that casebook did not write"):
        write(tmp_path / "site", "new")
    assert (foreign / "thesis.txt").read_text() == "years of work"


def test_two_publications_wait_for_each_other(tmp_path):
    """A second publication waits; one without patience raises an error."""
    out = tmp_path / "site"
    second = threading.Thread(target=write, args=(out, "second"))
    with replacing(out) as folder:
        (folder / "page").write_text("first")
        with pytest.raises(PublishError, match="Another casebook is publishing"), replacing(out, 0):
            pass
        second.start()
    second.join()
    assert (out / "page").read_text() == "second"
