"""Build the image's content and the wheel in clean folders, and run casebook from each.

``make image-check`` runs it; it installs everything twice, which takes minutes. The folders take
the place of ``/opt/casebook`` and ``/data``.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "casebook doctor",
    f"casebook submit {ROOT}/examples/support-triage.html",
    "casebook approve case1",
    "casebook publish",
    "casebook backup /data/backup.zip",
    "casebook --home /data/restored restore /data/backup.zip",
    "casebook --home /data/restored list",
)
INSTALL = "$OLDPWD/.uv/bin/uv pip install --quiet --python $OLDPWD/.venv/bin/python --constraints"
WHEEL = (
    f"git -C {ROOT} archive --prefix source/ HEAD | tar -x",
    "python3 -m venv .uv",
    ".uv/bin/pip install --quiet uv==$(sed -n 's/^UV_VERSION := //p' source/Makefile)",
    ".uv/bin/uv build --quiet --wheel --out-dir dist source",
    ".uv/bin/uv venv --quiet .venv",
    f"cd source && {INSTALL} requirements.lock $(echo $OLDPWD/dist/*.whl)[embedded]",
    "rm -r source",
)
KEPT = ("PATH", "LANG", "PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE")


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile with their arguments, lines joined."""
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    parts = (line.partition(" ") for line in lines if line.strip())
    return [(name, argument.strip()) for name, _, argument in parts]


def image_steps(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the shell commands of a Dockerfile, and the variables that it sets."""
    steps, variables = [], {}
    for name, argument in instructions(text):
        if name == "COPY":
            steps.append(f"git -C {ROOT} archive HEAD | tar -x")
        elif name == "RUN":
            steps.append(argument)
        elif name in {"ARG", "ENV"}:
            pairs = (part.partition("=") for part in shlex.split(argument))
            variables |= {key: value for key, _, value in pairs}
    return steps, variables


def run_all(steps: Sequence[str], variables: Mapping[str, str]) -> None:
    """Run the steps and then casebook's commands in a new folder; exit at one that fails."""
    with TemporaryDirectory() as folder:
        app, data = Path(folder) / "app", Path(folder) / "data"
        app.mkdir()
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = f"{app}/.venv/bin:{os.environ['PATH']}"
        home = {"PATH": path, "HOME": str(data), "CASEBOOK_HOME": str(data)}
        for step in (*steps, *COMMANDS):
            command = step.replace("/opt/casebook", str(app)).replace("/data", str(data))
            print(f"\n$ {command}", flush=True)
            code = subprocess.run(
                ["/bin/bash", "-o", "pipefail", "-c", command],
                cwd=app,
                env={**variables, **kept, **home},
                check=False,
            ).returncode
            if code:
                sys.exit(f"the step ended with {code}: {command}")


if __name__ == "__main__":
    print("# The image")
    run_all(*image_steps((ROOT / "Dockerfile").read_text("utf-8")))
    print("\n# The wheel, without a checkout")
    run_all(WHEEL, {})
    print("\nboth work")
