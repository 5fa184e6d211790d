"""Where everything is kept: which folder a setting names, and which ones cannot be."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from casebook.runtime.settings import Settings
from casebook.schemas.errors import ConfigurationError


@pytest.fixture(autouse=True)
def nothing_made(environment):
    """There is no home yet."""
    shutil.rmtree(environment["CASEBOOK_HOME"])


def made(folder):
    return [path.name for path in folder.iterdir()]


def test_a_tilde_is_the_accounts_folder(casebook, tmp_path):
    """Services and `.env` files do not expand it: a folder called ~ would hold all."""
    folder = tmp_path / "account"
    folder.mkdir()
    assert casebook("list", CASEBOOK_HOME="~/kept", HOME=str(folder)).code == 0
    assert (folder / "kept" / "warehouse.duckdb").exists()
    assert made(tmp_path) == ["account"]


def test_an_empty_setting_is_none(casebook, tmp_path):
    """`CASEBOOK_HOME=` is the default, and not the current folder."""
    data = {"HOME": str(tmp_path / "account"), "XDG_DATA_HOME": str(tmp_path / "account" / "data")}
    assert casebook("list", CASEBOOK_HOME="", **data).code == 0
    assert made(tmp_path) == ["account"]


def test_a_relative_home_stays_where_it_was(tmp_path, monkeypatch):
    """The flows of `casebook up` run in other folders."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEBOOK_HOME", "kept")
    assert Settings.load().home == tmp_path / "kept"
    assert Settings.load(home="other").home == tmp_path / "other"


@pytest.mark.parametrize(
    ("home", "said"),
    [
        ("s3://bucket/casebook", "CASEBOOK_DATA"),
        ("what?/home", "no ? in its path"),
        ("~nobody-is-called-so/home", "no folder of its own"),
        (__file__, "is a file"),
    ],
)
def test_what_no_home_can_be_is_told_and_nothing_made(casebook, tmp_path, home, said):
    """An address would be a folder called "s3:"; DuckDB cuts a path at a question mark."""
    for ran in (casebook("list", CASEBOOK_HOME=home), casebook("--home", home, "list")):
        assert ran.code == 4
        assert ran.err.startswith("error: wrong setting: CASEBOOK_HOME: ")
        assert said in ran.err
    assert made(tmp_path) == []


@pytest.mark.parametrize("stated", ["5", '["kept"]'])
def test_a_home_that_is_no_text_is_a_wrong_setting(tmp_path, monkeypatch, stated):
    """A number or a list in `casebook.toml`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEBOOK_HOME", raising=False)
    (tmp_path / "casebook.toml").write_text(f"home = {stated}\n")
    with pytest.raises(ConfigurationError, match=r"CASEBOOK_HOME \(home in casebook\.toml\): "):
        Settings.load()


@pytest.mark.parametrize("name", ['it\'s "here" #1 50% [b]', "日本語 🏠", "-dash;*$x", "a\\b"])
def test_whatever_a_folder_is_called(casebook, tmp_path, name):
    """Paths reach DuckDB's SQL, the terminal's markup and the site's address."""
    home = tmp_path / name
    ran = casebook("publish", CASEBOOK_HOME=str(home))
    assert ran.code == 0
    assert str(home / "site" / "index.html") in ran.out.replace("\n", "")
    assert (home / "site" / "index.html").exists()
    assert made(tmp_path) == [name]


def test_the_file_in_a_home_that_is_named_on_the_command_line_is_read(tmp_path, monkeypatch):
    """Not the one of the home that it takes the place of."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "casebook.toml").write_text(f'curator = "{name}"\n')
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path / "one"))
    monkeypatch.delenv("CASEBOOK_CURATOR", raising=False)
    assert Settings.load().curator == "one"
    assert Settings.load(home=tmp_path / "two").curator == "two"


def test_an_account_without_a_name_or_a_folder(tmp_path, monkeypatch):
    """As in a container whose user is a number: it is told apart, and told to set its home."""

    def unknown(*_: object) -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr("casebook.runtime.settings.getpass.getuser", unknown)
    assert Settings.load(home=tmp_path).curator.startswith("user ")
    monkeypatch.delenv("CASEBOOK_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", str)  # finds none, and leaves the ~
    with pytest.raises(ConfigurationError, match=r"CASEBOOK_HOME .*: this account has no folder"):
        Settings.load()


@pytest.mark.skipif(os.name != "posix", reason="a folder that is current cannot be deleted")
def test_a_current_folder_that_is_gone_is_told(tmp_path, environment):
    """Another terminal deleted it: one line, and the code of a wrong setting."""
    command = f"mkdir gone && cd gone && rmdir ../gone && exec {shlex.quote(sys.executable)} -m "
    ran = subprocess.run(
        ["sh", "-c", f"{command} casebook list"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 4
    assert ran.stderr == "error: the current folder cannot be read: No such file or directory\n"
