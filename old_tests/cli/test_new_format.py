"""CONTRIBUTING has it that a new kind of file is one file and one line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "casebook"
READER = """
from casebook.extractors.kinds import plaintext

def extract(payload):
    bare = payload.data.replace(b"#+TITLE:", b"Title:")
    return plaintext.extract(payload.model_copy(update={"data": bare}))
"""
LINE = '    Format("org", "text", "org/1", "text/org", "org"),\n'


def test_a_new_format_is_one_file_and_one_line(tmp_path):
    """Its files are extracted, with its version, and taken from a list of paths."""
    package = shutil.copytree(PACKAGE, tmp_path / "src" / "casebook")
    (package / "extractors" / "kinds" / "org.py").write_text(READER)
    table = package / "extractors" / "formats.py"
    before, opening, after = table.read_text().partition("FORMATS = (\n")
    table.write_text(before + opening + LINE + after)
    note = tmp_path / "note.org"
    note.write_text("#+TITLE: A night\n\nWe run a language model in production, and it held.\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CASEBOOK_")} | {
        "PYTHONPATH": str(tmp_path / "src"),
        "CASEBOOK_HOME": str(tmp_path / "home"),
    }

    def run(*arguments: str, given: str = "") -> str:
        command = [sys.executable, "-m", "casebook", *arguments]
        done = subprocess.run(
            command, env=environment, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    read = run("extract", str(note), "--json")
    assert '"org/1"' in read
    assert '"A night"' in read
    assert '"new": 1' in run("backfill", "-", "--dry-run", "--json", given=f"{note}\n")
