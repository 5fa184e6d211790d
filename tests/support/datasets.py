"""Data that tests read: the repository's own set, and the shared one if it is present."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data"
SHARED = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data"))


def shared(name: str) -> Path:
    """Return a shared file or folder; the test is skipped if it is missing."""
    if not (SHARED / name).exists():
        pytest.skip(f"needs the volume of {SHARED / name}; set CASEBOOK_DATASETS")
    return SHARED / name


def files(*patterns: str) -> list[Path]:
    """Return the files and folders of both sets that match a pattern, our own first."""
    return [
        found
        for root in (OWN, SHARED)
        for pattern in patterns
        for found in sorted(root.glob(pattern))
    ]


@cache
def own_hostile_strings() -> tuple[str, ...]:
    """Return the strings of security/hostile.json."""
    groups = json.loads((OWN / "security/hostile.json").read_text("utf-8"))
    return tuple(text for group in groups.values() for text in group)


@cache
def shared_hostile_strings() -> tuple[str, ...]:
    """Return the shared strings that are not blank, or an empty list if the set is missing."""
    folder = SHARED / "security"
    if not folder.exists():
        return ()
    attacks = (folder / "xss.txt").read_text("utf-8").splitlines()
    naughty = json.loads((folder / "naughty_strings.json").read_text("utf-8"))
    return tuple(text for text in dict.fromkeys([*attacks, *naughty]) if text.strip())


def hostile_strings(every: int = 1) -> list[str]:
    """Return all of our hostile strings and every ``every``-th of the shared ones."""
    return list(dict.fromkeys([*own_hostile_strings(), *shared_hostile_strings()[::every]]))


def hostile_texts(every: int) -> list[str]:
    """Return all of our hostile strings, ten in each text, and every ``every``-th shared one."""
    own = own_hostile_strings()
    return [" ".join(own[at::15]) for at in range(15)] + list(shared_hostile_strings()[::every])
