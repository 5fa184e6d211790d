"""The lock of released prompts."""

import json

import pytest

from casebook.prompts import lock


def test_released_prompts_are_unchanged():
    """No released file was edited or removed, and every shipped one is released."""
    assert lock.changed() == []
    assert lock.released_hashes() == lock.current_hashes()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one released prompt."""
    monkeypatch.setattr(lock, "FOLDER", tmp_path)
    monkeypatch.setattr(lock, "LOCK", tmp_path / "released.json")
    (tmp_path / "greet").mkdir()
    (tmp_path / "greet" / "v1.md").write_text("one")
    assert lock.main() == 0
    return tmp_path


def test_a_new_version_is_added_to_the_lock(folder):
    """Locking keeps the old hash and adds the new one."""
    before = lock.released_hashes()
    (folder / "greet" / "v2.md").write_text("two")
    assert lock.main() == 0
    assert lock.released_hashes() == before | {"greet/v2": lock.current_hashes()["greet/v2"]}


@pytest.mark.parametrize("touch", ["edit", "remove"])
def test_a_released_version_cannot_be_edited_or_removed(folder, touch, capsys):
    """Locking fails, names the prompt, and leaves the lock as it was."""
    before = json.loads(lock.LOCK.read_text())
    file = folder / "greet" / "v1.md"
    file.write_text("other") if touch == "edit" else file.unlink()
    assert lock.changed() == ["greet/v1"]
    assert lock.main() == 1
    assert "greet/v1" in capsys.readouterr().err
    assert json.loads(lock.LOCK.read_text()) == before
