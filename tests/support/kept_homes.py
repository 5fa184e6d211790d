"""Homes that the first test makes which needs them, and others copy."""

import shutil
from pathlib import Path


def copied(home: Path, to: Path) -> bool:
    """Copy a home where there is one."""
    return home.exists() and bool(shutil.copytree(home, to))
