"""`make html`: the Nu HTML checker reads a page of each kind of the site. No part of `make test`."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from whole_site import KINDS, whole_site

JAR = Path(__file__).parents[2] / ".vnu/npm/node_modules/vnu-jar/build/dist/vnu.jar"
COMMAND = ("java", "-jar", str(JAR), "--format", "json", "--errors-only", "--exit-zero-always")


def test_the_checker_finds_no_error(tmp_path: Path) -> None:
    """Every kind of page is valid HTML by the checker of the standard's authors."""
    if not shutil.which("java") or not JAR.exists():
        pytest.skip("Java (apt install default-jre-headless) or vnu-jar is missing")
    site = whole_site(tmp_path)
    pages = [str(next(site.glob(pattern))) for pattern in KINDS.values()]
    done = subprocess.run([*COMMAND, *pages], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout or done.stderr)["messages"]
    errors = [f"{one['url'].removeprefix(f'file:{site}/')}: {one['message']}" for one in found]
    assert errors == []
    print(f"{len(pages)} pages are valid")
