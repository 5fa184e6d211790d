"""Imports come from this checkout, errors stay few and texts short."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = [
    "cli", "config", "desk", "extractors", "flows", "prompts", "publishing", "review", "schemas",
    "services", "summarizer", "warehouse",
]  # fmt: skip
MOST_ERRORS = 40
MOST_BYTES = {"README.md": 9_000, "CHANGELOG.md": 12_000, "benchmarks/RESULTS.md": 16_000}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_imported_from_this_checkout(package: str) -> None:
    """A package of the same name elsewhere is not imported."""
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).is_relative_to(ROOT)


def test_there_are_few_error_classes() -> None:
    """A new error class is justified only if a caller handles it differently."""
    tree = ast.parse((ROOT / "schemas/errors.py").read_text("utf-8"))
    assert sum(isinstance(node, ast.ClassDef) for node in ast.walk(tree)) <= MOST_ERRORS


@pytest.mark.parametrize("name", MOST_BYTES)
def test_texts_stay_short(name: str) -> None:
    """README, changelog and results are short enough to read at once."""
    assert (ROOT / name).stat().st_size <= MOST_BYTES[name]
